//! The configuration's text: from a file or from standard input, and what it is if it is none.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::mistakes::ConfigError;

/// As in other programs.
const STANDARD_INPUT: &str = "-";

/// How NetCDF files begin: HDF5, and the classic formats.
const NETCDF: [&[u8]; 2] = [b"\x89HDF", b"CDF"];

const BYTE_ORDER_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Reads all of it; `-` is standard input.
///
/// # Errors
/// If it cannot be read, or is no text.
pub fn read(path: &Path) -> Result<String, ConfigError> {
    let not_text = |found: String| ConfigError::NotText { path: path.to_owned(), found };
    if path.is_dir() {
        return Err(not_text(format!("is a folder: expected a TOML file{}", inside(path))));
    }
    let read = if path == Path::new(STANDARD_INPUT) { standard_input() } else { dayfold_files::read(path) };
    let bytes = read.map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let text =
        String::from_utf8(bytes).map_err(|error| what(error.as_bytes(), error.utf8_error().valid_up_to()));
    match text {
        Ok(text) if text.contains('\0') => Err(not_text(what(text.as_bytes(), 0))),
        text => text.map_err(not_text),
    }
}

fn standard_input() -> io::Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        return Err(io::Error::other(
            "standard input is a terminal: give it a file, as in `dayfold run - < config.toml`",
        ));
    }
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A configuration in a folder, to be named.
fn inside(folder: &Path) -> String {
    let names = dayfold_files::names(folder).unwrap_or_default();
    let paths = names.into_iter().map(|name| folder.join(name));
    let first = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).min();
    first.map_or(String::new(), |path| format!(", such as {}", path.display()))
}

/// What is no UTF-8 from this byte on, to read on after its name.
fn what(bytes: &[u8], valid: usize) -> String {
    let begins = |marks: &[&[u8]]| marks.iter().any(|mark| bytes.starts_with(mark));
    if begins(&NETCDF) {
        return "is a NetCDF file: expected a text in TOML that says what to do with such files".to_owned();
    }
    if begins(&BYTE_ORDER_MARKS) || bytes.contains(&0) {
        return "is no text in UTF-8, and may be one in UTF-16: save it as UTF-8".to_owned();
    }
    let line = 1 + bytes.iter().take(valid).filter(|&&byte| byte == b'\n').count();
    format!("is no text in UTF-8, by its line {line}: save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_supervisor::durable;

    #[test]
    fn what_is_no_text_is_told_as_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| {
            read(path).unwrap_err().to_string().replace(&folder.path().display().to_string(), "DIR")
        };
        let path = folder.path().join("c.toml");
        assert_eq!(said(folder.path()), "the configuration DIR is a folder: expected a TOML file");
        for (bytes, found) in [
            (
                &b"\x89HDF\r\n\x1a\n"[..],
                "is a NetCDF file: expected a text in TOML that says what to do with such files",
            ),
            (
                b"CDF\x01\0\0",
                "is a NetCDF file: expected a text in TOML that says what to do with such files",
            ),
            (b"\xff\xfe[\0a\0", "is no text in UTF-8, and may be one in UTF-16: save it as UTF-8"),
            (b"[\0a\0]\0", "is no text in UTF-8, and may be one in UTF-16: save it as UTF-8"),
            (b"a = 1\nb = 'caf\xe9'\n", "is no text in UTF-8, by its line 2: save it as UTF-8"),
        ] {
            durable::replace(&path, bytes).unwrap();
            assert_eq!(said(&path), format!("the configuration DIR/c.toml {found}"));
        }
        assert_eq!(
            said(folder.path()),
            "the configuration DIR is a folder: expected a TOML file, such as DIR/c.toml"
        );
        durable::replace(&path, "a = 'café'".as_bytes()).unwrap();
        assert_eq!(read(&path).unwrap(), "a = 'café'");
    }
}
