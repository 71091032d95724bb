//! Which files may hold the temperature nearest to a time: a path with strftime fields and globs.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use dayfold_ncio::time::UtcTime;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::written::{self, NotAPath};

/// Expansions that are remembered: a group needs few, a worker in its life many.
const MOST_REMEMBERED: usize = 4096;

/// Why a pattern gives no files.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// It stands for no path.
    #[error("the temperature's pattern {pattern:?} cannot be used")]
    Path {
        /// As configured.
        pattern: String,
        /// Why not.
        #[source]
        source: NotAPath,
    },
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

impl PatternError {
    /// Whether the same again may go well.
    pub fn may_pass(&self) -> bool {
        let Self::List(error) = self else { return false };
        !matches!(error.error().kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory)
    }
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
    written: String,
    /// Absolute, in terms of this place and environment.
    absolute: Result<String, NotAPath>,
    spacing: Spacing,
    listed: HashMap<String, Vec<PathBuf>>,
}

impl Pattern {
    /// As configured; a relative one begins in `folder`.
    pub fn new(written: &str, folder: &Path) -> Self {
        let absolute = written::absolute(written, folder);
        let spacing = absolute.as_deref().map_or(Spacing::Always, spacing);
        Self { written: written.to_owned(), absolute, spacing, listed: HashMap::new() }
    }

    /// As configured.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// What is looked for at a time, before its globs are.
    pub fn path_at(&self, time: UtcTime) -> Result<PathBuf, PatternError> {
        self.filled(civil(time).unwrap_or_default()).map(PathBuf::from)
    }

    /// Whether there is any file that matches, of whatever date.
    pub fn matches_anything(&self) -> Result<bool, PatternError> {
        let mut paths = self.glob(&written::of_any_date(self.absolute()?))?;
        Ok(paths.any(|path| path.is_ok()))
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
        let filled = self.filled(time)?;
        if self.listed.len() >= MOST_REMEMBERED {
            self.listed.clear();
        }
        if !self.listed.contains_key(&filled) {
            let paths = self.glob(&filled)?.collect::<Result<Vec<_>, _>>()?;
            self.listed.insert(filled.clone(), paths);
        }
        Ok(self.listed.get(&filled).map_or(&[], Vec::as_slice))
    }

    fn absolute(&self) -> Result<&str, PatternError> {
        let (pattern, absolute) = (&self.written, self.absolute.as_deref());
        absolute.map_err(|source| PatternError::Path { pattern: pattern.clone(), source: source.clone() })
    }

    /// With a date for its fields.
    fn filled(&self, time: DateTime) -> Result<String, PatternError> {
        let filled = strtime::format(self.absolute()?, time);
        filled.map_err(|source| PatternError::Field { pattern: self.written.clone(), source })
    }

    fn glob(&self, path: &str) -> Result<glob::Paths, PatternError> {
        glob::glob(path).map_err(|source| PatternError::Glob { pattern: self.written.clone(), source })
    }
}

impl Spacing {
    /// Times that reach every file which may hold the value nearest to `time`.
    fn around(self, time: UtcTime) -> Vec<DateTime> {
        let Some(time) = civil(time) else { return Vec::new() };
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

/// A time as a date and a clock's reading, in UTC; none beyond the year 9999.
fn civil(time: UtcTime) -> Option<DateTime> {
    Timestamp::from_microsecond(time.0).ok().map(|time| Offset::UTC.to_datetime(time))
}

/// By the finest field of a pattern.
fn spacing(pattern: &str) -> Spacing {
    let pattern = pattern.replace("%%", "");
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
        let mut pattern = Pattern::new(pattern, folder.path());
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
    fn a_file_of_another_date_is_a_match_and_another_name_is_not() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("tas_199001.nc")).unwrap();
        let matches = |pattern| Pattern::new(pattern, folder.path()).matches_anything().unwrap();
        assert!(matches("tas_%Y%m.nc") && matches("*%m.nc") && matches("%B.nc"));
        assert!(!matches("ta_%Y%m.nc") && !matches("%Y%m.nc") && !matches("%Y/tas_%Y%m.nc"));
        let pattern = Pattern::new("tas_%Y.nc", folder.path());
        let tried = pattern.path_at(time("2022-02-01T00:00:00Z")).unwrap();
        assert_eq!(tried, folder.path().join("tas_2022.nc"));
    }

    #[test]
    fn a_field_that_is_none_is_an_error_that_names_the_pattern() {
        let error = Pattern::new("/data/%!.nc", Path::new("/")).candidates(UtcTime(0)).unwrap_err();
        assert!(error.to_string().contains("/data/%!.nc"), "{error}");
    }
}
