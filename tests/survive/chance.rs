//! Random instants that can be had again: by the seed that the test prints.

use std::time::{Duration, SystemTime};

/// Pseudo-random numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// With the seed in `DAYFOLD_SEED`, or another one each time.
    pub fn new(test: &str) -> Self {
        let given = std::env::var("DAYFOLD_SEED").ok().map(|seed| seed.parse().unwrap());
        let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = given.unwrap_or_else(now);
        println!("{test}: to repeat it, DAYFOLD_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of these; there must be one.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[(self.next() % all.len() as u64) as usize]
    }

    /// Between nothing and this.
    pub fn within(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.next() as f64 / u64::MAX as f64)
    }
}
