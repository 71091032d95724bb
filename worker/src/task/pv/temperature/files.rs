//! The temperature's files: their times, remembered, and the one nearest to a time.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use dayfold_ncio::NcError;
use dayfold_ncio::reader::{Field, Reader};
use dayfold_ncio::time::UtcTime;

use super::TemperatureError;
use crate::axis::Axis;

/// Files that are kept open: of a month's end and its neighbours.
const MOST_OPEN: usize = 3;

/// Files whose times are remembered.
const MOST_REMEMBERED: usize = 4096;

/// A file that is open, and its temperature.
pub struct Open {
    /// The file.
    pub reader: Reader,
    /// Its temperature.
    pub field: Field,
    path: PathBuf,
}

/// One time step of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// The file.
    pub path: PathBuf,
    /// The index along its time.
    pub index: usize,
}

/// Open files and remembered times.
pub struct Files {
    variable: String,
    open: Vec<Open>,
    times: HashMap<PathBuf, Rc<[UtcTime]>>,
}

impl Files {
    /// Reads this variable.
    pub fn new(variable: &str) -> Self {
        Self { variable: variable.to_owned(), open: Vec::new(), times: HashMap::new() }
    }

    /// The file, open.
    pub fn open(&mut self, path: &Path) -> Result<&Open, NcError> {
        if let Some(place) = self.open.iter().position(|open| open.path == path) {
            return Ok(&self.open[place]);
        }
        let reader = Reader::open(path)?;
        let field = reader.field(&self.variable)?;
        if self.open.len() >= MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push(Open { reader, field, path: path.to_owned() });
        Ok(&self.open[self.open.len() - 1])
    }

    /// The time step nearest to `time` in any of `candidates`: of two at the same distance the later, of
    /// two at the same time the first file's.
    pub fn nearest(
        &mut self,
        time: UtcTime,
        candidates: &[PathBuf],
    ) -> Result<Option<Instant>, TemperatureError> {
        let mut times = Vec::with_capacity(candidates.len());
        for path in candidates {
            times.push(self.times(path)?);
        }
        let steps = times.iter().enumerate().flat_map(|(file, times)| {
            times.iter().enumerate().map(move |(index, &step)| (file, index, step))
        });
        let nearest = steps.min_by_key(|(_, _, step)| (step.0.abs_diff(time.0), Reverse(*step)));
        let Some((file, index, _)) = nearest else { return Ok(None) };
        if out_of_reach(time, &times[file], &times.concat()) {
            let (path, bounds) =
                (candidates[file].clone(), |extreme: Option<&UtcTime>| extreme.copied().unwrap_or(time));
            let (first, last) = (bounds(times[file].iter().min()), bounds(times[file].iter().max()));
            return Err(TemperatureError::Time { path, time, first, last });
        }
        Ok(Some(Instant { path: candidates[file].clone(), index }))
    }

    fn times(&mut self, path: &Path) -> Result<Rc<[UtcTime]>, NcError> {
        if let Some(times) = self.times.get(path) {
            return Ok(Rc::clone(times));
        }
        let times: Rc<[UtcTime]> = self.open(path)?.field.times().into();
        if self.times.len() >= MOST_REMEMBERED {
            self.times.clear();
        }
        self.times.insert(path.to_owned(), Rc::clone(&times));
        Ok(times)
    }
}

/// Whether `time` is more than one step outside the times of its file. A file of one time has no step of
/// its own: there the smallest among `all` counts.
fn out_of_reach(time: UtcTime, of_file: &[UtcTime], all: &[UtcTime]) -> bool {
    match axis(of_file) {
        Some(axis) if axis.count() > 1 => axis.steps_outside(time.0 as f64) > 1.0,
        Some(axis) => (axis.bounds().0 - time.0 as f64).abs() > smallest_step(all),
        None => true,
    }
}

fn smallest_step(all: &[UtcTime]) -> f64 {
    let Some(axis) = axis(all) else { return 0.0 };
    let steps = axis.ascending().windows(2).map(|pair| pair[1] - pair[0]);
    steps.min_by(f64::total_cmp).unwrap_or(0.0)
}

/// Times as an axis; microseconds are exact in a double until the year 2255.
fn axis(times: &[UtcTime]) -> Option<Axis> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    Axis::new(&sorted.iter().map(|time| time.0 as f64).collect::<Vec<_>>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(hours: &[i64]) -> Vec<UtcTime> {
        hours.iter().map(|hour| UtcTime(hour * 3_600_000_000)).collect()
    }

    fn far(time: i64, of_file: &[i64], all: &[i64]) -> bool {
        out_of_reach(times(&[time])[0], &times(of_file), &times(all))
    }

    #[test]
    fn a_file_reaches_one_of_its_steps_beyond_its_times() {
        let file = [3, 6, 9];
        assert_eq!([0, 3, 5, 12].map(|time| far(time, &file, &file)), [false; 4]);
        assert!(far(-1, &file, &file) && far(13, &file, &file));
    }

    #[test]
    fn a_file_of_one_time_reaches_as_far_as_its_neighbours_are_apart() {
        assert!(!far(7, &[6], &[3, 6]) && !far(9, &[6], &[3, 6]));
        assert!(far(10, &[6], &[3, 6]));
        assert!(!far(6, &[6], &[6]) && far(7, &[6], &[6]));
    }
}
