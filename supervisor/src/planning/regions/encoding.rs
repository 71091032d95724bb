//! A shapefile's attributes, opened in the encoding that they are written in.
//!
//! The `.cpg` file beside them says which; without one, a byte of the `.dbf` itself; without that,
//! UTF-8.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use shapefile::dbase::encoding::DynEncoding;
use shapefile::dbase::{self, ErrorKind, UnicodeLossy};

use super::beside::{beside, open_beside};
use super::error::RegionsError;

/// Where a `.dbf` says which code page it is in.
const CODE_PAGE: usize = 29;

/// "The system's own", as ArcGIS and GDAL mark Western European text; the library does not know it.
const ANSI: u8 = 0x57;

/// An open `.dbf`.
pub(super) struct Encoded {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its rows.
    pub(super) table: dbase::File<BufReader<File>>,
    /// What people should know of its encoding.
    pub(super) note: Option<String>,
}

/// Opens the `.dbf` beside a `.shp`.
pub(super) fn open_table(shp: &Path) -> Result<Encoded, RegionsError> {
    let label = beside(shp, "cpg").and_then(|path| dayfold_files::read_to_string(&path).ok());
    let encoding = label.as_deref().and_then(named);
    let note = label.filter(|_| encoding.is_none()).map(|label| {
        format!("the encoding {:?} in the .cpg beside {} is not known: ignored", label.trim(), shp.display())
    });
    match open(shp, encoding) {
        Err(RegionsError::Table { source, .. })
            if matches!(source.kind(), ErrorKind::UnsupportedCodePage(_)) =>
        {
            let (path, table) = open(shp, Some(UnicodeLossy.into()))?;
            let note = format!("the encoding of {} is not known: taken as UTF-8", path.display());
            Ok(Encoded { path, table, note: Some(note) })
        }
        opened => opened.map(|(path, table)| Encoded { path, table, note }),
    }
}

type Opened = (PathBuf, dbase::File<BufReader<File>>);

fn open(shp: &Path, encoding: Option<DynEncoding>) -> Result<Opened, RegionsError> {
    let (path, dbf) = open_beside(shp, "dbf", "holds the regions' names")?;
    match table(dbf, encoding) {
        Ok(table) => Ok((path, table)),
        Err(source) => Err(RegionsError::Table { file: path, source: Box::new(source) }),
    }
}

/// Opens rows; without an encoding, in the one that they say.
fn table(
    mut dbf: BufReader<File>,
    encoding: Option<DynEncoding>,
) -> Result<dbase::File<BufReader<File>>, dbase::Error> {
    let ansi = dbf.fill_buf().is_ok_and(|header| header.get(CODE_PAGE) == Some(&ANSI));
    match encoding.or_else(|| ansi.then(|| named("1252")).flatten()) {
        Some(encoding) => dbase::File::open_with_encoding(dbf, encoding),
        None => dbase::File::open(dbf),
    }
}

/// The encoding that a `.cpg` names, in the spellings that are in use.
fn named(label: &str) -> Option<DynEncoding> {
    let label = label.trim_start_matches('\u{feff}').trim().to_ascii_uppercase();
    let plain = label.trim_start_matches("ANSI ").trim_start_matches("WINDOWS-");
    let usual = match plain {
        "UTF8" => "UTF-8",
        "LATIN1" | "LATIN-1" | "ISO88591" | "ISO8859-1" | "ISO 8859-1" => "ISO-8859-1",
        other => other,
    };
    DynEncoding::from_name(usual)
}

#[cfg(test)]
mod tests {
    use shapefile::dbase::Encoding;

    use super::*;

    #[test]
    fn usual_labels_are_known() {
        for (label, bytes) in [
            ("UTF-8", &b"Z\xc3\xbcrich"[..]),
            ("utf8\n", b"Z\xc3\xbcrich"),
            ("ISO-8859-1", b"Z\xfcrich"),
            ("latin1", b"Z\xfcrich"),
            ("1252", b"Z\xfcrich"),
            ("ANSI 1252", b"Z\xfcrich"),
            ("\u{feff}windows-1252", b"Z\xfcrich"),
        ] {
            assert_eq!(named(label).unwrap().decode(bytes).unwrap(), "Zürich", "{label}");
        }
        assert!(named("EBCDIC").is_none());
    }
}
