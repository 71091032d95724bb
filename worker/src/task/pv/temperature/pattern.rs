//! Which files may hold the temperature nearest to a time: a path with strftime fields and globs.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use dayfold_ncio::time::UtcTime;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// Expansions that are remembered: a group needs few, a worker in its life many.
const MOST_REMEMBERED: usize = 4096;

/// Why a pattern gives no files.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// A field that is none of a date's.
    #[error("the temperature's pattern {pattern:?} cannot be filled in")]
    Field {
        /// As configured.
        pattern: String,
        /// Which field, and why.
        #[source]
        source: jiff::Error,
    },
    /// Not a glob.
    #[error("the temperature's pattern {pattern:?} is not a glob")]
    Glob {
        /// As configured.
        pattern: String,
        /// Where, and why.
        #[source]
        source: glob::PatternError,
    },
    /// A folder that cannot be listed.
    #[error("the temperature's files cannot be listed")]
    List(#[from] glob::GlobError),
}

/// How far apart the files of a pattern are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spacing {
    Always,
    Year,
    Month,
    Day,
    Hour,
}

/// A pattern and what was found by it.
pub struct Pattern {
    pattern: String,
    spacing: Spacing,
    listed: HashMap<String, Vec<PathBuf>>,
}

impl Pattern {
    /// From an absolute path as configured.
    pub fn new(pattern: &str) -> Self {
        Self { pattern: pattern.to_owned(), spacing: spacing(pattern), listed: HashMap::new() }
    }

    /// As configured.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// The files of a time and of its neighbours before and after, sorted, each once.
    pub fn candidates(&mut self, time: UtcTime) -> Result<Vec<PathBuf>, PatternError> {
        let mut found = BTreeSet::new();
        for time in self.spacing.around(time) {
            found.extend(self.list(time)?.iter().cloned());
        }
        Ok(found.into_iter().collect())
    }

    fn list(&mut self, time: DateTime) -> Result<&[PathBuf], PatternError> {
        let pattern = &self.pattern;
        let expanded = strtime::format(pattern, time)
            .map_err(|source| PatternError::Field { pattern: pattern.clone(), source })?;
        if self.listed.len() >= MOST_REMEMBERED {
            self.listed.clear();
        }
        if !self.listed.contains_key(&expanded) {
            let paths = glob::glob(&expanded)
                .map_err(|source| PatternError::Glob { pattern: pattern.clone(), source })?;
            let paths = paths.collect::<Result<Vec<_>, _>>()?;
            self.listed.insert(expanded.clone(), paths);
        }
        Ok(self.listed.get(&expanded).map_or(&[], Vec::as_slice))
    }
}

impl Spacing {
    /// Times that reach every file which may hold the value nearest to `time`.
    fn around(self, time: UtcTime) -> Vec<DateTime> {
        let Ok(time) = Timestamp::from_microsecond(time.0) else { return Vec::new() };
        let time = Offset::UTC.to_datetime(time);
        let (unit, reach) = match self {
            Self::Always => (Span::new(), 0),
            Self::Year => (Span::new().years(1), 1),
            Self::Month => (Span::new().months(1), 1),
            Self::Day => (Span::new().days(1), 1),
            // Files named by the hour may be several hours apart.
            Self::Hour => (Span::new().hours(1), 6),
        };
        let shifted = |count: i64| unit.checked_mul(count).and_then(|span| time.checked_add(span)).ok();
        (-reach..=reach).filter_map(shifted).collect()
    }
}

/// By the finest field of a pattern.
fn spacing(pattern: &str) -> Spacing {
    let fields = pattern.split('%').skip(1).filter_map(|after| after.chars().find(char::is_ascii_alphabetic));
    let spacing_of = |field| match field {
        'H' | 'I' | 'k' | 'l' | 'M' | 'R' | 'S' | 'T' | 's' => Spacing::Hour,
        'd' | 'e' | 'j' | 'F' | 'D' | 'U' | 'V' | 'W' => Spacing::Day,
        'm' | 'b' | 'B' | 'h' => Spacing::Month,
        _ => Spacing::Year,
    };
    let finest = fields.map(spacing_of).max_by_key(|&spacing| spacing as u8);
    finest.unwrap_or(Spacing::Always)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, create_dir_all};

    fn time(text: &str) -> UtcTime {
        UtcTime(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    /// The candidates' names among files that are there.
    fn candidates(files: &[&str], pattern: &str, at: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            create_dir_all(path.parent().unwrap()).unwrap();
            File::create(path).unwrap();
        }
        let mut pattern = Pattern::new(folder.path().join(pattern).to_str().unwrap());
        let found = pattern.candidates(time(at)).unwrap();
        let relative = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        found.iter().map(relative).collect()
    }

    #[test]
    fn a_months_neighbours_are_candidates_over_the_turn_of_the_year() {
        let files = ["2021/tas_202111.nc", "2021/tas_202112.nc", "2022/tas_202201.nc", "2022/tas_202202.nc"];
        let found = candidates(&files, "%Y/tas_%Y%m*.nc", "2021-12-31T23:30:00Z");
        assert_eq!(found, files[..3]);
    }

    #[test]
    fn short_months_are_not_jumped_over() {
        let files = ["tas_202202.nc", "tas_202203.nc", "tas_202204.nc", "tas_202205.nc"];
        assert_eq!(candidates(&files, "tas_%Y%m.nc", "2022-03-31T00:00:00Z"), files[..3]);
    }

    #[test]
    fn days_by_their_number_hours_and_no_field_at_all() {
        let files = ["2022.031.nc", "2022.032.nc", "2022.033.nc", "2022.034.nc"];
        assert_eq!(candidates(&files, "%Y.%j.nc", "2022-02-01T12:00:00Z"), files[..3]);
        let files = ["20220201T00.nc", "20220201T03.nc", "20220201T06.nc", "20220201T09.nc"];
        assert_eq!(candidates(&files, "%Y%m%dT%H.nc", "2022-02-01T02:00:00Z"), files[..3]);
        assert_eq!(candidates(&["a.nc", "b.txt"], "*.nc", "2022-02-01T02:00:00Z"), ["a.nc"]);
    }

    #[test]
    fn a_field_that_is_none_is_an_error_that_names_the_pattern() {
        let error = Pattern::new("/data/%!.nc").candidates(UtcTime(0)).unwrap_err();
        assert!(error.to_string().contains("/data/%!.nc"), "{error}");
    }
}
