//! What a final file may take the place of: an earlier one of the same run that it has all times of, and nothing
//! else, unless that is asked for. A wrong word in the configuration must not cost anybody a file.
//!
//! [`check`] looks before the run directory is touched, [`check_result`] when its plan is known, and once more before
//! the new file gets its name.

use std::fs::{Metadata, metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use dayfold_contract::Plan;
use dayfold_ncio::raw::RawFile;

use super::{coverage, provenance};
use crate::collate;
use crate::run::order::Given;
use crate::rundir::finished::Finished;
use crate::rundir::plan_file::Frozen;
use crate::rundir::{RunDir, RunDirError};

/// How each final file begins: as HDF5.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// Whether a file of another run, or of no run, may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// It stays.
    #[default]
    Keep,
    /// It is replaced, as people have asked for.
    Overwrite,
}

impl Others {
    /// What an option says.
    pub fn of(overwrite: bool) -> Self {
        if overwrite { Self::Overwrite } else { Self::Keep }
    }
}

/// Looks at what is at `target`, where the final file will be.
///
/// # Errors
/// If it is something that the run reads, or no file; or, if others are kept, nothing that dayfold has made or that
/// this run directory ended with.
pub fn check(
    target: &Path,
    given: &[Given],
    plan: &Plan,
    dir: &RunDir,
    others: Others,
) -> Result<(), RunDirError> {
    let Ok(there) = metadata(target) else { return Ok(()) };
    if let Some(what) = role(target, &there, given, plan) {
        return Err(RunDirError::OutputIsGiven { path: target.to_owned(), what });
    }
    require_result(target, &there, dir, others)
}

/// Whether it may be a final file of any run or, if others are not kept, any file at all.
fn require_result(target: &Path, there: &Metadata, dir: &RunDir, others: Others) -> Result<(), RunDirError> {
    if there.is_dir() {
        return Err(RunDirError::OutputIsFolder { path: target.to_owned() });
    }
    let refuse = |found| Err(RunDirError::OutputIsForeign { path: target.to_owned(), found });
    match foreign(target, there) {
        Some(found) if !there.is_file() => refuse(found),
        Some(found) if others == Others::Keep && !is_former(there, dir)? => refuse(found),
        _ => Ok(()),
    }
}

/// Looks at a result that is at `target`, when it is known what the run will put there. Returns a note for people
/// where it may be replaced, and is another run directory's: it may be of another archive of the same form.
///
/// # Errors
/// If others are kept, and it is another run's, or has times that this plan does not cover.
pub fn check_result(
    target: &Path,
    frozen: &Frozen,
    dir: &RunDir,
    others: Others,
) -> Result<Option<String>, RunDirError> {
    let Ok(there) = metadata(target) else { return Ok(None) };
    require_result(target, &there, dir, others)?;
    if others == Others::Overwrite {
        return Ok(None);
    }
    let differences = match RawFile::open(target) {
        Ok(file) => differences(&file, target, frozen),
        // a crash or a bad disk has spoilt it; it is told where it is read
        Err(_) if is_former(&there, dir)? && is_damaged(target, &there) => Vec::new(),
        Err(_) => vec!["it cannot be read, and this run directory does not know it".to_owned()],
    };
    if (differences.is_empty() && is_former(&there, dir)?) || Finished::describes(dir, target)? {
        return Ok(None);
    }
    if differences.is_empty() {
        return Ok(Some(format!(
            "{} is there, and {} has not made it: it is of the same configuration, and this run's result takes its \
             place; to keep it, move it away or choose another `[output] file`",
            target.display(),
            dir.path().display()
        )));
    }
    Err(RunDirError::OutputIsAnothers { path: target.to_owned(), differences })
}

/// What makes a result another than an earlier one of this run.
fn differences(file: &RawFile, target: &Path, frozen: &Frozen) -> Vec<String> {
    let attributes = &file.schema().attributes;
    if !provenance::is_told(attributes) {
        return vec!["dayfold has not made it".to_owned()];
    }
    let mut found = provenance::differences(attributes, frozen);
    if found.is_empty() && !provenance::is_of_same_groups(attributes, frozen) {
        let lacking = match collate::times_of(target) {
            Ok(times) => coverage::lacking(&times, &frozen.plan, frozen.identity.group),
            Err(why) => Some(format!("its times cannot be read: {why}")),
        };
        found.extend(lacking);
    }
    found
}

/// Whether it looks like a final file that was cut or emptied, and not like anything else.
fn is_damaged(target: &Path, there: &Metadata) -> bool {
    there.len() == 0 || is_hdf5(target).unwrap_or(true)
}

fn is_hdf5(target: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    dayfold_files::open(target)?.take(SIGNATURE.len() as u64).read_to_end(&mut start)?;
    Ok(start == SIGNATURE)
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
    let former = Finished::last_place(dir)?.and_then(|former| metadata(former).ok());
    Ok(former.is_some_and(|former| is_same(there, &former)))
}

/// What it is, if it is no final file of any run.
fn foreign(target: &Path, there: &Metadata) -> Option<&'static str> {
    if !there.is_file() {
        return Some("no regular file");
    }
    match is_hdf5(target) {
        Ok(false) => Some("not a result of dayfold"),
        Ok(true) => (!may_be_result(target)).then_some("a NetCDF file that dayfold has not made"),
        Err(_) => Some("a file that you may not read"),
    }
}

/// Whether it says of itself what a final file does. One that is damaged says nothing any more.
fn may_be_result(target: &Path) -> bool {
    RawFile::open(target).map_or(true, |file| provenance::is_told(&file.schema().attributes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::rundir::fixture::{frozen, group, plan};
    use dayfold_contract::{Fingerprint, Group};
    use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
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

        /// The run directory ended with what is there now, made of these groups.
        fn finish(&self, groups: &[Group], name: &str) {
            let output = self.path(name);
            let run = Fingerprint::of(b"run");
            let finished =
                Finished::describe(&output, &output, run, groups.to_vec(), vec![], vec![]).unwrap();
            std::fs::create_dir_all(self.path("run")).unwrap();
            finished.write(&self.run_dir()).unwrap();
        }

        fn netcdf(&self, attributes: &[&str]) {
            let _ = std::fs::remove_file(self.path("pv.nc"));
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
            let checked = check(&output, given, plan, &self.run_dir(), Others::Keep);
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
            place.netcdf(attributes);
            assert!(place.alone().contains("a NetCDF file that dayfold has not made"), "{attributes:?}");
        }
        assert!(foreign(Path::new("/dev/null"), &metadata("/dev/null").unwrap()).is_some());
    }

    #[test]
    fn what_may_be_a_result_passes_the_first_look() {
        let place = Place::new();
        place.put("pv.nc", &[&SIGNATURE[..], &[0; 100]].concat());
        assert_eq!(place.alone(), "");
        place.put("pv.nc", b"cut");
        assert!(place.alone().contains("not a result"));
        place.finish(&[group("1", &["a"])], "pv.nc");
        place.put("pv.nc", b"cut");
        assert_eq!(place.alone(), "", "the run directory knows it");
    }

    #[test]
    fn whoever_asks_for_it_may_replace_any_file_but_what_the_run_reads() {
        let place = Place::new();
        place.put("pv.nc", b"my notes");
        let all = |given: &[Given]| {
            let (output, plan) = (place.path("pv.nc"), plan(Vec::new(), &[]));
            check(&output, given, &plan, &place.run_dir(), Others::Overwrite).is_ok()
        };
        assert!(all(&[]) && !all(&[Given { what: "the configuration", path: place.path("pv.nc") }]));
        assert!(
            check(Path::new("/dev/null"), &[], &plan(vec![], &[]), &place.run_dir(), Others::Overwrite)
                .is_err()
        );
    }

    /// A result with this attributes' run and groups, and with times of these days at noon.
    fn result(place: &Place, frozen: &Frozen, days: &[i32]) {
        let attributes = provenance::attributes(frozen, &[]).unwrap();
        let units = ("units".to_owned(), Attribute::from("days since 2022-02-01 12:00:00"));
        let time = Variable {
            name: "time".to_owned(),
            dimensions: vec!["time".to_owned()],
            values: Values::F64(days.iter().map(|&day| f64::from(day - 1)).collect()),
            attributes: vec![units],
        };
        let dimensions = vec![("time".to_owned(), days.len())];
        let dataset = Dataset { dimensions, variables: vec![time], attributes };
        let _ = std::fs::remove_file(place.path("pv.nc"));
        write_dataset(&place.path("pv.nc"), &dataset, Storage::Plain).unwrap();
    }

    fn days(days: &[&str]) -> Frozen {
        let plan = frozen(days.iter().map(|day| group(day, &[&format!("{day}.nc")])).collect());
        Frozen { run: plan.identity.fingerprint().unwrap(), ..plan }
    }

    fn said_of_result(place: &Place, frozen: &Frozen) -> String {
        let checked = check_result(&place.path("pv.nc"), frozen, &place.run_dir(), Others::Keep);
        checked.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn an_earlier_result_of_the_same_run_may_be_replaced_by_one_that_has_all_its_times() {
        let place = Place::new();
        let (one, two) = (days(&["2022-02-01"]), days(&["2022-02-01", "2022-02-02"]));
        assert_eq!(said_of_result(&place, &one), "", "nothing is there");
        result(&place, &one, &[1]);
        assert_eq!(said_of_result(&place, &one) + &said_of_result(&place, &two), "");
        let note = check_result(&place.path("pv.nc"), &one, &place.run_dir(), Others::Keep).unwrap().unwrap();
        assert!(note.contains("has not made it") && note.contains("pv.nc is there"), "{note}");
        result(&place, &two, &[1, 2]);
        assert_eq!(said_of_result(&place, &two), "");
        let said = said_of_result(&place, &one);
        assert!(
            said.contains("2022-02-02T12:00:00Z, reach beyond") && said.contains("--overwrite"),
            "{said}"
        );
        let checked = check_result(&place.path("pv.nc"), &one, &place.run_dir(), Others::Overwrite);
        checked.unwrap();
        place.finish(&two.plan.groups, "pv.nc");
        assert_eq!(said_of_result(&place, &one), "", "this run directory ended with it");
        assert_eq!(check_result(&place.path("pv.nc"), &one, &place.run_dir(), Others::Keep).unwrap(), None);
    }

    #[test]
    fn a_result_of_another_run_stays_also_where_this_one_had_its_own() {
        let place = Place::new();
        let mut other = days(&["2022-02-01"]);
        other.identity.pattern = "*.nc".into();
        other.run = other.identity.fingerprint().unwrap();
        let ours = days(&["2022-02-01"]);
        result(&place, &ours, &[1]);
        place.finish(&ours.plan.groups, "pv.nc");
        result(&place, &other, &[1]);
        let said = said_of_result(&place, &ours);
        assert!(
            said.contains("not an earlier result of this run (archive.pattern: was *.nc, is %Y"),
            "{said}"
        );
        place.netcdf(&["title"]);
        assert!(said_of_result(&place, &ours).contains("dayfold has not made it"));
        place.put("pv.nc", b"my notes");
        assert!(said_of_result(&place, &ours).contains("cannot be read"));
    }

    #[test]
    fn a_damaged_result_may_be_replaced_where_this_run_directory_knows_it() {
        let place = Place::new();
        let ours = days(&["2022-02-01"]);
        result(&place, &ours, &[1]);
        let whole = std::fs::read(place.path("pv.nc")).unwrap();
        place.put("pv.nc", b"");
        assert!(said_of_result(&place, &ours).contains("not a result of dayfold"));
        place.put("pv.nc", &whole[..whole.len() / 2]);
        assert!(said_of_result(&place, &ours).contains("does not know it"));
        place.put("pv.nc", &whole);
        place.finish(&ours.plan.groups, "pv.nc");
        for damaged in [&b""[..], &whole[..whole.len() / 2]] {
            place.put("pv.nc", damaged);
            assert_eq!(said_of_result(&place, &ours), "");
        }
    }
}
