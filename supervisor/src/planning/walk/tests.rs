//! The walk over folders in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use dayfold_contract::plan::{GroupBy, VersionRule};
use jiff::civil::{Date, date};

use super::super::ArchiveSpec;
use super::super::lister::Status;
use super::*;

/// Folders in memory, and what was listed or looked at.
#[derive(Default)]
struct Shelf {
    folders: BTreeMap<PathBuf, BTreeMap<OsString, Kind>>,
    listed: RefCell<Vec<PathBuf>>,
    looked_at: RefCell<Vec<PathBuf>>,
}

impl Shelf {
    /// From the paths of files.
    fn of(files: &[&str]) -> Self {
        let mut shelf = Self::default();
        for file in files {
            shelf.put(Path::new(file), Kind::File);
        }
        shelf
    }

    fn put(&mut self, path: &Path, kind: Kind) {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return };
        let folder = self.folders.entry(parent.to_path_buf()).or_default();
        if folder.insert(name.to_owned(), kind).is_none() {
            self.put(parent, Kind::Folder);
        }
    }
}

impl Lister for &Shelf {
    fn list(&mut self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.listed.borrow_mut().push(folder.to_path_buf());
        let entry = |(name, kind): (&OsString, &Kind)| Entry { name: name.clone(), kind: *kind };
        match self.folders.get(folder) {
            Some(entries) => Ok(entries.iter().rev().map(entry).collect()),
            None => Err(io::Error::from_raw_os_error(rustix::io::Errno::NOENT.raw_os_error())),
        }
    }

    fn look(&mut self, path: &Path) -> io::Result<Status> {
        self.looked_at.borrow_mut().push(path.to_path_buf());
        Ok(Status { is_folder: self.folders.contains_key(path), id: (0, path.as_os_str().len() as u64) })
    }
}

fn spec(pattern: &str) -> ArchiveSpec {
    ArchiveSpec {
        root: PathBuf::new(),
        pattern: pattern.to_owned(),
        versions: Vec::new(),
        from: None,
        to: None,
        group: GroupBy::File,
    }
}

fn himawari(from: Option<Date>, to: Option<Date>) -> ArchiveSpec {
    let rule = |name: &str, until: Option<&str>| VersionRule {
        name: name.to_owned(),
        until: until.map(str::to_owned),
    };
    let versions = vec![rule("v1.0", Some("2019-03-31")), rule("v1.1", None)];
    ArchiveSpec { versions, from, to, ..spec("{version}/%Y/%m/%d/*.nc") }
}

/// The files that are found, and the walk's warnings.
fn walk(spec: &ArchiveSpec, shelf: &Shelf) -> (Vec<String>, Vec<String>) {
    shelf.listed.borrow_mut().clear();
    shelf.looked_at.borrow_mut().clear();
    let (layout, own) = (Layout::new(spec).unwrap(), Own::default());
    let mut files = Vec::new();
    let mut sink = |path, _| files.push(path);
    let mut walk = Walk::new(&spec.root, &layout, &own, shelf, &mut sink);
    walk.run().unwrap();
    let warnings = walk.left_out.warnings();
    assert_eq!(
        walk.folders as usize,
        shelf.listed.borrow().iter().filter(|path| shelf.folders.contains_key(*path)).count()
    );
    (files, warnings)
}

fn found(pattern: &str, files: &[&str]) -> Vec<String> {
    walk(&spec(pattern), &Shelf::of(files)).0
}

#[test]
fn folders_are_listed_once_and_only_where_dates_and_version_allow() {
    let shelf = Shelf::of(&[
        "v1.0/2018/12/31/a.nc",
        "v1.0/2019/03/30/a.nc",
        "v1.0/2019/03/31/a.nc",
        "v1.0/2019/04/01/wrong version.nc",
        "v1.1/2019/03/31/wrong version.nc",
        "v1.1/2019/04/01/a.nc",
        "v1.1/2019/04/02/a.nc",
        "v1.1/2020/01/01/a.nc",
        "v1.2/2019/04/01/a.nc",
    ]);
    let (files, warnings) = walk(&himawari(Some(date(2019, 3, 31)), Some(date(2019, 4, 1))), &shelf);
    assert_eq!(files, ["v1.0/2019/03/31/a.nc", "v1.1/2019/04/01/a.nc"]);
    assert_eq!(warnings, [""; 0]);
    let expected = [
        "v1.0",
        "v1.0/2019",
        "v1.0/2019/03",
        "v1.0/2019/03/31",
        "v1.1",
        "v1.1/2019",
        "v1.1/2019/04",
        "v1.1/2019/04/01",
    ];
    assert_eq!(*shelf.listed.borrow(), expected.map(PathBuf::from));
}

#[test]
fn two_versions_in_one_folder_share_its_listing() {
    let mut spec = himawari(None, None);
    spec.pattern = "%Y/%m/%d_{version}_*.nc".to_owned();
    let shelf = Shelf::of(&["2019/03/31_v1.0_a.nc", "2019/03/31_v1.1_a.nc", "2019/03/30_v1.0_a.nc"]);
    assert_eq!(walk(&spec, &shelf).0, ["2019/03/30_v1.0_a.nc", "2019/03/31_v1.0_a.nc"]);
    assert_eq!(shelf.listed.borrow().len(), 3);
}

#[test]
fn names_known_in_advance_are_not_listed() {
    let shelf = Shelf::of(&["a/b/2022/c/d.nc", "a/x/2022/c/d.nc", "a/b/2022/e/d.nc"]);
    assert_eq!(walk(&spec("a/b/%Y/c/d.nc"), &shelf).0, ["a/b/2022/c/d.nc"]);
    assert_eq!(*shelf.listed.borrow(), ["a/b", "a/b/2022/c"].map(PathBuf::from));
}

#[test]
fn deep_folders_are_searched_once_each() {
    let files = ["2020.nc", "a/2020.nc", "a/b/2021.nc", "a/b/a/2022.nc", ".git/2020.nc", "a/x.nc"];
    assert_eq!(found("**/%Y.nc", &files).len(), 4);
    assert_eq!(found("**/a/%Y.nc", &files), ["a/2020.nc", "a/b/a/2022.nc"]);
    assert_eq!(found("a/**/a/*.nc", &files), ["a/b/a/2022.nc"]);
    let shelf = Shelf::of(&files);
    walk(&spec("**/a/**/*.nc"), &shelf);
    let listed = shelf.listed.borrow();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
}

#[test]
fn links_are_followed_and_only_those_under_deep_folders_are_looked_at() {
    let mut shelf = Shelf::of(&["2022/a.nc"]);
    shelf.put(Path::new("2022/b.nc"), Kind::Link);
    shelf.put(Path::new("2022/c.nc"), Kind::Folder);
    shelf.put(Path::new("2022/d.nc"), Kind::Other);
    assert_eq!(walk(&spec("%Y/*.nc"), &shelf).0, ["2022/a.nc", "2022/b.nc"]);
    assert_eq!(*shelf.looked_at.borrow(), [""; 0].map(PathBuf::from));
    assert_eq!(walk(&spec("**/*.nc"), &shelf).0, ["2022/a.nc", "2022/b.nc"]);
    assert_eq!(*shelf.looked_at.borrow(), ["2022/b.nc"].map(PathBuf::from));
    let mut linked = Shelf::of(&["2022/a.nc"]);
    linked.folders.insert(PathBuf::new(), BTreeMap::from([("2022".into(), Kind::Link)]));
    assert_eq!(walk(&spec("%Y/*.nc"), &linked).0, ["2022/a.nc"]);
    assert_eq!(walk(&spec("**/*.nc"), &linked).0, ["2022/a.nc"]);
}

#[test]
fn what_dayfold_writes_is_left_out() {
    let shelf = Shelf::of(&[
        "a.nc",
        "a.nc.run/plan.json",
        "a.nc.run/partials/1.nc",
        "work/plan.json",
        "work/partials/2.nc",
        "other/plan.json",
        "other/3.nc",
        ".aside-1-2.nc",
    ]);
    let (files, warnings) = walk(&spec("**/*.nc"), &shelf);
    assert_eq!(files, ["a.nc", "other/3.nc"]);
    assert_eq!(warnings, ["2 folders of dayfold's runs are left out, for example \"a.nc.run\""]);
    assert_eq!(walk(&spec(".*.nc"), &shelf).0, [""; 0]);
}

#[test]
fn what_is_left_out_is_counted() {
    let mut shelf =
        Shelf::of(&["2022/20220101.nc", "2022/20211231.nc", "2022/20220230.nc", "2022/20221301.nc"]);
    shelf.put(Path::new(OsStr::from_bytes(b"2022/\xff.nc")), Kind::File);
    let (files, warnings) = walk(&spec("%Y/%Y%m%d.nc"), &shelf);
    assert_eq!(files, ["2022/20220101.nc"]);
    assert_eq!(warnings.len(), 3);
    assert!(warnings[0].starts_with("2 paths with an impossible date"), "{}", warnings[0]);
    assert!(warnings[1].starts_with(
        "1 path whose dates contradict each other is left out, for example \"2022/20211231.nc\""
    ));
    assert!(warnings[2].starts_with("1 path whose name is not UTF-8"), "{}", warnings[2]);
}

#[test]
fn a_folder_that_cannot_be_listed_is_an_error() {
    struct Locked;
    impl Lister for Locked {
        fn list(&mut self, _: &Path) -> io::Result<Vec<Entry>> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        fn look(&mut self, _: &Path) -> io::Result<Status> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let spec = ArchiveSpec { root: "/root".into(), ..spec("a/%Y.nc") };
    let (layout, own) = (Layout::new(&spec).unwrap(), Own::default());
    let mut sink = |_, _| panic!("no file");
    let error = Walk::new(&spec.root, &layout, &own, Locked, &mut sink).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the archive's folder /root/a cannot be listed (its owner lets you with `chmod a+rx /root/a`; or \
         leave its days out with `from` and `to`)"
    );
}
