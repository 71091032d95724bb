//! What the benches compute with, and their clock.

use dayfold_pv::{System, database};
use dayfold_pv_system::Mount;
use rustix::time::{ClockId, clock_gettime};

/// Columns of the archive's grid.
pub const COLUMNS: usize = 2214;

/// The least of so many runs counts: what else the machine does only adds.
pub const REPEATS: usize = 25;

/// 2022-02-01T00:00:00Z.
pub const MIDNIGHT: f64 = 1_643_673_600.0;

/// Seconds of this thread on a processor.
pub fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Panels on a tracker.
pub fn system() -> System {
    System {
        mount: Mount::SingleAxis,
        module: database::module("Canadian_Solar_CS5P_220M___2009_").unwrap(),
        inverter: database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap(),
    }
}

/// Latitudes and longitudes of so many rows, 0.02 degrees apart, as the archive holds them.
pub fn grid(rows: usize) -> (Vec<f64>, Vec<f64>) {
    let axis = |first: f64, length: usize| -> Vec<f64> {
        (0..length).map(|k| f64::from((first + 0.02 * k as f64) as f32)).collect()
    };
    (axis(-30.0, rows), axis(112.0, COLUMNS))
}
