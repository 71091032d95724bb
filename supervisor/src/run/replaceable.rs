//! What a final file may take the place of: an earlier one, and nothing else. A wrong word in the
//! configuration must not cost anybody a file.

use std::fs::{File, Metadata, metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use dayfold_contract::Plan;
use dayfold_ncio::NcError;
use dayfold_ncio::raw::{RawError, RawFile};

use super::order::Given;
use super::provenance;
use crate::rundir::finished::Finished;
use crate::rundir::{RunDir, RunDirError};

/// How each final file begins: as HDF5.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// Looks at what is at `target`, where the final file will be.
///
/// # Errors
/// If it is something that the run reads, or neither this run directory's final file nor another of
/// dayfold's.
pub fn check(target: &Path, given: &[Given], plan: &Plan, dir: &RunDir) -> Result<(), RunDirError> {
    let Ok(there) = metadata(target) else { return Ok(()) };
    if let Some(what) = role(target, &there, given, plan) {
        return Err(RunDirError::OutputIsGiven { path: target.to_owned(), what });
    }
    match foreign(target, &there) {
        // what became of it since is told where it is read
        Some(found) if !is_former(&there, dir)? => {
            Err(RunDirError::OutputIsForeign { path: target.to_owned(), found })
        }
        _ => Ok(()),
    }
}

/// What the file is to the run that reads it.
fn role(target: &Path, there: &Metadata, given: &[Given], plan: &Plan) -> Option<String> {
    let is_it = |path: &Path| metadata(path).is_ok_and(|other| is_same(there, &other));
    if let Some(given) = given.iter().find(|given| is_it(&given.path)) {
        return Some(given.what.to_owned());
    }
    // by their names first: not every file of a large archive can be looked at
    let name = target.file_name()?;
    let files = plan.groups.iter().flat_map(|group| &group.files);
    let mut namesakes = files.filter(|file| Path::new(file).file_name() == Some(name));
    let input = namesakes.find(|file| is_it(&plan.root.join(file)))?;
    Some(format!("{input}, an input file"))
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether it is, or once was, what this run directory ended with.
fn is_former(there: &Metadata, dir: &RunDir) -> Result<bool, RunDirError> {
    let former = Finished::by_name(dir, &mut Vec::new())?;
    let former = former.and_then(|former| metadata(former.output).ok());
    Ok(former.is_some_and(|former| is_same(there, &former)))
}

/// What it is, if it is no final file of any run.
fn foreign(target: &Path, there: &Metadata) -> Option<&'static str> {
    if !there.is_file() {
        return Some("no regular file");
    }
    let mut start = Vec::new();
    match File::open(target).and_then(|file| file.take(SIGNATURE.len() as u64).read_to_end(&mut start)) {
        Ok(_) if start != SIGNATURE => Some("not a result of dayfold"),
        Ok(_) => (!is_result(target)).then_some("a NetCDF file that dayfold has not made"),
        Err(_) => Some("a file that you may not read"),
    }
}

/// Whether it says of itself what a final file does. One that is damaged says nothing any more.
fn is_result(target: &Path) -> bool {
    match RawFile::open(target) {
        Ok(file) => provenance::is_told(&file.schema().attributes),
        Err(error) => matches!(error, NcError::Raw(RawError::Failed { .. })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::rundir::fixture::{group, plan};
    use dayfold_contract::Fingerprint;
    use dayfold_ncio::dataset::{Attribute, Dataset};
    use dayfold_ncio::write::{Storage, write_dataset};
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    /// A folder with a file `pv.nc`, and a run directory that is not there.
    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn put(&self, name: &str, content: &[u8]) {
            durable::replace(&self.path(name), content).unwrap();
        }

        fn netcdf(&self, attributes: &[&str]) {
            let attribute = |&name: &&str| (name.to_owned(), Attribute::from("x"));
            let attributes = attributes.iter().map(attribute).collect();
            let dataset = Dataset { dimensions: vec![], variables: vec![], attributes };
            write_dataset(&self.path("pv.nc"), &dataset, Storage::Plain).unwrap();
        }

        fn run_dir(&self) -> RunDir {
            RunDir::at(&self.path("run"))
        }

        fn said(&self, given: &[Given], plan: &Plan) -> String {
            let output = self.path("pv.nc");
            let checked = check(&output, given, plan, &self.run_dir());
            checked.err().map(|error| error.to_string()).unwrap_or_default()
        }

        fn alone(&self) -> String {
            self.said(&[], &plan(Vec::new(), &[]))
        }
    }

    #[test]
    fn what_the_run_reads_stays() {
        let place = Place::new();
        place.netcdf(&["task", "archive_pattern"]);
        assert_eq!(place.alone(), "");
        symlink("pv.nc", place.path("config.toml")).unwrap();
        let given = [Given { what: "the configuration", path: place.path("config.toml") }];
        let said = place.said(&given, &plan(Vec::new(), &[]));
        assert!(said.contains("pv.nc: it is the configuration, and would be replaced: choose"), "{said}");
        symlink(".", place.path("2022")).unwrap();
        let mut plan = plan(vec![group("1", &["2022/a.nc"]), group("2", &["2022/pv.nc"])], &[]);
        plan.root = place.path("");
        let said = place.said(&[], &plan);
        assert!(said.contains("it is 2022/pv.nc, an input file"), "{said}");
    }

    #[test]
    fn what_is_no_result_stays() {
        let place = Place::new();
        assert_eq!(place.alone(), "", "nothing is there");
        for content in [&b""[..], b"my notes", b"CDF\x01", b"\x89PNG\r\n\x1a\n"] {
            place.put("pv.nc", content);
            assert!(place.alone().contains("what is there is not a result of dayfold"), "{content:?}");
        }
        for attributes in [&[][..], &["title"], &["task"], &["archive_pattern"]] {
            std::fs::remove_file(place.path("pv.nc")).unwrap();
            place.netcdf(attributes);
            assert!(place.alone().contains("a NetCDF file that dayfold has not made"), "{attributes:?}");
        }
        assert!(foreign(Path::new("/dev/null"), &metadata("/dev/null").unwrap()).is_some());
    }

    #[test]
    fn a_result_may_be_replaced_also_when_it_is_damaged() {
        let place = Place::new();
        place.put("pv.nc", &[&SIGNATURE[..], &[0; 100]].concat());
        assert_eq!(place.alone(), "");
        place.put("pv.nc", b"cut");
        assert!(place.alone().contains("not a result"));
        let output = place.path("pv.nc");
        let former = Finished::describe(&output, &output, Fingerprint::of(b""), vec![], vec![]).unwrap();
        std::fs::create_dir(place.path("run")).unwrap();
        Finished::write(&place.run_dir(), &[&former]).unwrap();
        assert_eq!(place.alone(), "", "the run directory knows it");
    }
}
