//! Where a picture goes: where people say, or beside the result under a name of its own.
//!
//! Nothing is lost by a picture but an earlier one: with `-o` any, and without it only one of the same result,
//! variable, regions and time zone. That is known by a label in the picture.

use std::fs::{File, metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;

use super::{Format, PlotError};

/// So many names are tried.
const MOST_NAMES: usize = 1000;

/// The longest name that is made here, bytes; file systems end at 255.
const LONGEST_NAME: usize = 180;

/// Larger files than that are no pictures of ours.
const LARGEST: u64 = 64 << 20;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file it is from.
    pub result: &'a Path,
    /// The variable.
    pub variable: &'a str,
    /// The regions asked for; empty for those that come first.
    pub regions: &'a [String],
    /// Whose days and hours.
    pub zone: &'a str,
}

impl Subject<'_> {
    /// What a picture of it is known by: the same for a result that has been made anew.
    pub fn label(&self) -> String {
        let file = self.result.file_name().unwrap_or_default().to_string_lossy();
        let parts = [&*file, self.variable, self.zone].into_iter();
        let parts = parts.chain(self.regions.iter().map(String::as_str)).map(str::as_bytes);
        format!("dayfold plot {}", Fingerprint::of_parts(parts))
    }

    /// Its name without a number and without the folder.
    fn stem(&self) -> String {
        let stem = self.result.file_stem().unwrap_or_default().to_string_lossy();
        let mut name = format!("{stem}.{}", plain(self.variable));
        for region in self.regions {
            name = format!("{name}.{}", plain(region));
        }
        if self.zone != "UTC" {
            name = format!("{name}.{}", plain(self.zone));
        }
        let mut end = name.len().min(LONGEST_NAME);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        name
    }
}

/// Letters, digits and signs that no shell and no file system minds.
fn plain(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || "-_+".contains(letter) { letter } else { '_' };
    name.chars().map(plain).collect()
}

/// A place beside the result where nothing is lost.
pub fn beside(subject: &Subject<'_>) -> Result<PathBuf, PlotError> {
    let (stem, label) = (subject.stem(), subject.label());
    let mut last = PathBuf::new();
    for number in 1..=MOST_NAMES {
        let name = if number == 1 { format!("{stem}.png") } else { format!("{stem}-{number}.png") };
        last = subject.result.with_file_name(name);
        let is_free = last.symlink_metadata().is_err();
        if is_free || (!is_same(&last, subject.result) && has_label(&last, &label)) {
            return Ok(last);
        }
    }
    Err(PlotError::NoName { path: last })
}

/// The place that people name, and what it asks for.
pub fn named(picture: &Path, result: &Path) -> Result<Format, PlotError> {
    let path = || picture.to_owned();
    let ends = |with: &str| picture.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(with));
    let format = match (ends("png"), ends("svg")) {
        (true, _) => Format::Png,
        (_, true) => Format::Svg,
        _ => return Err(PlotError::NoFormat { path: path() }),
    };
    if is_same(picture, result) {
        return Err(PlotError::OverResult { path: path() });
    }
    match picture.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            return Err(PlotError::NoFolder { path: path(), folder: folder.to_owned() });
        }
        _ => {}
    }
    if metadata(picture).is_ok() && !is_picture(picture) {
        return Err(PlotError::OverOther { path: path() });
    }
    Ok(format)
}

/// Whatever they are called, and through links.
fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| metadata(path).ok().map(|file| (file.dev(), file.ino()));
    identity(one).is_some_and(|there| identity(other) == Some(there))
}

/// The first bytes of a regular file; none of anything else.
fn start(path: &Path, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if metadata(path).is_ok_and(|file| file.is_file())
        && let Ok(file) = File::open(path)
    {
        // what cannot be read is no picture
        let _cut = file.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// Whether it is a picture of a kind that is written here, or was being written.
fn is_picture(path: &Path) -> bool {
    let start = start(path, 512);
    let text = String::from_utf8_lossy(&start);
    let is_empty_file = start.is_empty() && metadata(path).is_ok_and(|file| file.is_file());
    is_empty_file
        || start.starts_with(b"\x89PNG\r\n\x1a\n")
        || text.trim_start().starts_with("<svg")
        || is_xml_svg(&text)
}

fn is_xml_svg(text: &str) -> bool {
    text.trim_start().starts_with("<?xml") && text.contains("<svg")
}

fn has_label(path: &Path, label: &str) -> bool {
    if metadata(path).is_ok_and(|file| file.len() > LARGEST) {
        return false;
    }
    let bytes = start(path, LARGEST);
    bytes.windows(label.len()).any(|window| window == label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_supervisor::durable;

    fn subject<'a>(result: &'a Path, regions: &'a [String]) -> Subject<'a> {
        Subject { result, variable: "actual", regions, zone: "UTC" }
    }

    #[test]
    fn names_tell_what_is_drawn_and_stay_names() {
        let regions = ["South/West é".to_owned(), "x".repeat(300)];
        let subject = Subject { zone: "Australia/Brisbane", ..subject(Path::new("a/pv.nc"), &regions[..1]) };
        assert_eq!(subject.stem(), "pv.actual.South_West_é.Australia_Brisbane");
        let long = Subject { regions: &regions, ..subject };
        assert!(long.stem().len() <= LONGEST_NAME);
        assert_ne!(subject.label(), long.label());
    }

    #[test]
    fn nothing_but_an_earlier_picture_of_the_same_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let result = path("pv.nc");
        durable::replace(&result, b"result").unwrap();
        let subject = subject(&result, &[]);
        assert_eq!(beside(&subject).unwrap(), path("pv.actual.png"));
        durable::replace(&path("pv.actual.png"), b"somebody's").unwrap();
        assert_eq!(beside(&subject).unwrap(), path("pv.actual-2.png"));
        durable::replace(&path("pv.actual-2.png"), subject.label().as_bytes()).unwrap();
        assert_eq!(beside(&subject).unwrap(), path("pv.actual-2.png"), "an earlier one");
        std::os::unix::fs::symlink("nowhere", path("pv.actual-2.png.link")).unwrap();
        std::fs::rename(path("pv.actual-2.png.link"), path("pv.actual-2.png")).unwrap();
        assert_eq!(beside(&subject).unwrap(), path("pv.actual-3.png"), "a link that leads nowhere");
    }

    #[test]
    fn with_a_name_any_picture_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let result = path("pv.nc");
        durable::replace(&result, b"result").unwrap();
        for (name, content) in
            [("a.png", &b"\x89PNG\r\n\x1a\nrest"[..]), ("a.svg", b"<svg width="), ("b.png", b"")]
        {
            durable::replace(&path(name), content).unwrap();
            assert!(named(&path(name), &result).is_ok(), "{name}");
        }
        assert_eq!(named(&path("new.SVG"), &result).unwrap(), Format::Svg);
        durable::replace(&path("notes.png"), b"my notes").unwrap();
        assert!(matches!(named(&path("notes.png"), &result), Err(PlotError::OverOther { .. })));
        assert!(matches!(named(&path("pv.nc"), &result), Err(PlotError::NoFormat { .. })));
    }
}
