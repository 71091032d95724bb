//! Invented clouds: smooth noise that drifts eastwards and changes while it drifts.
//!
//! Value noise: pseudo-random numbers at the points of a lattice over longitude, latitude and time,
//! interpolated smoothly, at four scales. It is a function of place and time alone, so any part of
//! any day can be written by itself, and coarser grids see the same weather.

/// One scale of the noise.
struct Scale {
    /// Between lattice points, degrees.
    degrees: f64,
    /// Between lattice points, hours.
    hours: f64,
    weight: f64,
}

const SCALES: [Scale; 4] = [
    Scale { degrees: 7.0, hours: 14.0, weight: 1.0 },
    Scale { degrees: 2.2, hours: 6.0, weight: 0.55 },
    Scale { degrees: 0.7, hours: 2.0, weight: 0.35 },
    Scale { degrees: 0.15, hours: 0.5, weight: 0.15 },
];

/// How fast the weather moves east, degrees an hour.
const DRIFT: f64 = 0.4;

/// The mean of the cover before it is cut to 0 to 1, and how far the noise moves it.
const MEAN: f64 = 0.3;
const CONTRAST: f64 = 1.0;

/// The part of the sky that is covered, 0 to 1, at a place in degrees and a time in hours since 1970.
pub fn cover(latitude: f64, longitude: f64, hours: f64) -> f64 {
    let along = longitude - DRIFT * hours;
    let noise: f64 = SCALES
        .iter()
        .zip(0_u64..)
        .map(|(scale, seed)| {
            let point = [along / scale.degrees, latitude / scale.degrees, hours / scale.hours];
            scale.weight * smooth(point, seed)
        })
        .sum();
    (MEAN + CONTRAST * noise).clamp(0.0, 1.0)
}

/// The noise of one lattice, -1 to 1, between its points.
fn smooth(point: [f64; 3], seed: u64) -> f64 {
    let floor = point.map(f64::floor);
    let weight = [0, 1, 2].map(|axis| ease(point[axis] - floor[axis]));
    let corner = floor.map(|coordinate| coordinate as i64);
    let mix = |axis: usize, low: f64, high: f64| low + (high - low) * weight[axis];
    let edge = |y, z| {
        let at = |x| lattice([corner[0] + x, corner[1] + y, corner[2] + z], seed);
        mix(0, at(0), at(1))
    };
    let face = |z| mix(1, edge(0, z), edge(1, z));
    mix(2, face(0), face(1))
}

/// From 0 to 1 with level ends, so that no lattice shows.
fn ease(part: f64) -> f64 {
    part * part * (3.0 - 2.0 * part)
}

/// The pseudo-random number of a lattice point, -1 to 1.
fn lattice(point: [i64; 3], seed: u64) -> f64 {
    let bits = point.iter().fold(scramble(seed), |hash, &part| scramble(hash ^ part as u64));
    // 53 bits fill the mantissa
    (bits >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The output function of SplitMix64 (Steele, Lea and Flood 2014).
fn scramble(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // the first outputs of SplitMix64 from state 0, as its reference code prints them
        assert_eq!(scramble(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(scramble(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    /// The cover over a wide area at one time.
    fn sheet(hours: f64) -> Vec<f64> {
        let places = (0..200).flat_map(|row| (0..200).map(move |column| (row, column)));
        places
            .map(|(row, column)| cover(-44.0 + 0.17 * row as f64, 112.0 + 0.22 * column as f64, hours))
            .collect()
    }

    #[test]
    fn there_is_clear_sky_and_overcast() {
        let sheet = sheet(456_789.0);
        let part =
            |wanted: fn(&f64) -> bool| sheet.iter().filter(|c| wanted(c)).count() as f64 / sheet.len() as f64;
        assert!(sheet.iter().all(|cover| (0.0..=1.0).contains(cover)));
        let (clear, overcast) = (part(|cover| *cover < 0.05), part(|cover| *cover > 0.9));
        assert!((0.1..0.6).contains(&clear) && (0.02..0.3).contains(&overcast), "{clear} {overcast}");
    }

    #[test]
    fn it_is_smooth_in_space_and_time() {
        let (here, hours) = (cover(-30.0, 140.0, 456_789.0), 456_789.0);
        assert!((cover(-30.0, 140.001, hours) - here).abs() < 0.02);
        assert!((cover(-30.001, 140.0, hours) - here).abs() < 0.02);
        assert!((cover(-30.0, 140.0, hours + 0.005) - here).abs() < 0.05);
        assert_ne!(sheet(hours), sheet(hours + 24.0), "days differ");
    }
}
