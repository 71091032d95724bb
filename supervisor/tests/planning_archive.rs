//! Archives on disk, planned.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a broken fixture should stop the test")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_supervisor::planning::{ArchiveSpec, Found, PlanError, find, find_besides};
use jiff::civil::date;
use tempfile::TempDir;

fn archive(files: &[&str]) -> TempDir {
    let root = TempDir::new().unwrap();
    for file in files {
        put(root.path(), file, b"");
    }
    root
}

fn put(root: &Path, file: &str, content: &[u8]) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn spec(root: &TempDir, pattern: &str, group: GroupBy) -> ArchiveSpec {
    ArchiveSpec {
        root: root.path().to_path_buf(),
        pattern: pattern.to_owned(),
        versions: Vec::new(),
        from: None,
        to: None,
        group,
    }
}

fn names(found: &Found) -> Vec<&str> {
    found.plan.groups.iter().map(|group| group.name.as_str()).collect()
}

fn missing(found: &Found) -> Vec<&str> {
    found.plan.missing.iter().map(|name| name.as_str()).collect()
}

fn refusal(spec: &ArchiveSpec) -> String {
    find(spec).unwrap_err().to_string().replace(spec.root.to_str().unwrap(), "/root")
}

const LEAP: [&str; 7] = [
    "2020/02/28/b.nc",
    "2020/02/28/a.nc",
    "2020/02/28/.hidden.nc",
    "2020/02/28/a.nc.tmp",
    "2020/02/29/a.nc",
    "2020/03/02/readme.txt",
    "2020/03/03/a.nc",
];

#[test]
fn days_are_grouped_sorted_and_missed() {
    let root = archive(&LEAP);
    let found = find(&spec(&root, "%Y/%m/%d/*.nc", GroupBy::Day)).unwrap();
    assert_eq!(names(&found), ["2020-02-28", "2020-02-29", "2020-03-03"]);
    assert_eq!(found.plan.groups[0].files, ["2020/02/28/a.nc", "2020/02/28/b.nc"]);
    assert_eq!(missing(&found), ["2020-03-01", "2020-03-02"]);
    assert_eq!((found.estimate.files, found.estimate.directories), (4, 8));
    assert_eq!(found.warnings, [""; 0]);
}

#[test]
fn days_asked_for_are_inclusive_and_missing_at_both_ends() {
    let root = archive(&LEAP);
    let mut spec = spec(&root, "%Y/%m/%d/*.nc", GroupBy::Day);
    (spec.from, spec.to) = (Some(date(2020, 2, 27)), Some(date(2020, 2, 29)));
    let found = find(&spec).unwrap();
    assert_eq!((names(&found), missing(&found)), (vec!["2020-02-28", "2020-02-29"], vec!["2020-02-27"]));
    assert_eq!(found.estimate.directories, 5);
}

#[test]
fn months_and_years_take_the_days_asked_for() {
    let root = archive(&["2019/365.nc", "2020/001.nc", "2020/032.nc", "2020/366.nc", "2022/001.nc"]);
    let mut spec = spec(&root, "%Y/%j.nc", GroupBy::Month);
    spec.to = Some(date(2020, 12, 30));
    let found = find(&spec).unwrap();
    assert_eq!(names(&found), ["2019-12", "2020-01", "2020-02"]);
    assert_eq!(missing(&found).len(), 10);
    (spec.group, spec.to) = (GroupBy::Year, None);
    let found = find(&spec).unwrap();
    assert_eq!((names(&found), missing(&found)), (vec!["2019", "2020", "2022"], vec!["2021"]));
    assert_eq!(found.plan.groups[1].files, ["2020/001.nc", "2020/032.nc", "2020/366.nc"]);
}

#[test]
fn a_file_for_a_month_is_wanted_if_a_day_of_it_is() {
    let root = archive(&["tas_202201-x.nc", "tas_202202-x.nc", "tas_202203-x.nc"]);
    let mut spec = spec(&root, "tas_*%Y%m-*.nc", GroupBy::Month);
    (spec.from, spec.to) = (Some(date(2022, 1, 31)), Some(date(2022, 2, 1)));
    assert_eq!(names(&find(&spec).unwrap()), ["2022-01", "2022-02"]);
}

#[test]
fn files_without_dates_are_groups_by_themselves() {
    let root = archive(&["b/x.nc", "a/x.nc", "a/y.nc4", "a/z.txt"]);
    let found = find(&spec(&root, "[ab]/*.{nc,nc4}", GroupBy::File)).unwrap();
    assert_eq!(names(&found), ["a/x.nc", "a/y.nc4", "b/x.nc"]);
    assert!(found.plan.groups.iter().all(|group| group.files == [group.name.as_str()]));
    assert_eq!(missing(&found), [""; 0]);
}

#[test]
fn versions_change_at_their_last_day() {
    let days = ["2019/03/30", "2019/03/31", "2019/04/01", "2019/04/02"];
    let root = TempDir::new().unwrap();
    for (version, day) in ["v1.0", "v1.1"].iter().flat_map(|version| days.map(|day| (version, day))) {
        put(root.path(), &format!("{version}/{day}/a.nc"), b"");
    }
    let rule =
        |name: &str, until: Option<&str>| VersionRule { name: name.into(), until: until.map(Into::into) };
    let mut spec = spec(&root, "{version}/%Y/%m/%d/*.nc", GroupBy::Day);
    spec.versions = vec![rule("v1.0", Some("2019-03-31")), rule("v1.1", None)];
    let found = find(&spec).unwrap();
    let files: Vec<&str> =
        found.plan.groups.iter().flat_map(|group| group.files.iter().map(String::as_str)).collect();
    assert_eq!(
        files,
        ["v1.0/2019/03/30/a.nc", "v1.0/2019/03/31/a.nc", "v1.1/2019/04/01/a.nc", "v1.1/2019/04/02/a.nc"]
    );
}

#[test]
fn linked_folders_and_files_are_found() {
    let store = archive(&["day/a.nc", "b.nc"]);
    let root = archive(&["2022/01/01/c.nc"]);
    fs::create_dir_all(root.path().join("2022/02/02")).unwrap();
    symlink(store.path().join("day"), root.path().join("2022/02/01")).unwrap();
    symlink(store.path().join("b.nc"), root.path().join("2022/02/02/b.nc")).unwrap();
    symlink("2022", root.path().join("2021")).unwrap();
    symlink("nowhere", root.path().join("2022/02/03")).unwrap();
    let mut spec = spec(&root, "%Y/%m/%d/*.nc", GroupBy::Day);
    spec.from = Some(date(2021, 2, 1));
    let found = find(&spec).unwrap();
    assert_eq!(names(&found), ["2021-02-01", "2021-02-02", "2022-01-01", "2022-02-01", "2022-02-02"]);
    assert_eq!(found.plan.groups[3].files, ["2022/02/01/a.nc"]);
}

#[test]
fn deep_folders_are_found_behind_links_and_no_link_leads_in_circles() {
    let store = archive(&["a.nc", "deeper/b.nc"]);
    symlink(store.path(), store.path().join("deeper/back")).unwrap();
    let root = archive(&["2022/c.nc"]);
    for (target, link) in [
        (store.path(), "2022/linked"),
        (Path::new(".."), "2022/up"),
        (Path::new("/"), "everything"),
        (Path::new("c.nc"), "2022/d.nc"),
        (Path::new("nowhere"), "2022/e.nc"),
        (Path::new("nowhere"), "2022/gone"),
    ] {
        symlink(target, root.path().join(link)).unwrap();
    }
    let found = find(&spec(&root, "**/*.nc", GroupBy::File)).unwrap();
    let expected = ["2022/c.nc", "2022/d.nc", "2022/e.nc", "2022/linked/a.nc", "2022/linked/deeper/b.nc"];
    assert_eq!(names(&found), expected);
    assert_eq!(found.warnings, ["3 links to a folder above are left out, for example \"everything\""]);
    assert_eq!(found.estimate.directories, 4);
}

/// Nine folders that link to each other have hundreds of thousands of ways through them.
#[test]
fn folders_that_link_to_each_other_are_walked_once_under_their_own_names() {
    let names_of = |folder: u32| format!("d{folder}/f.nc");
    let files: Vec<String> = (1..=9).map(names_of).collect();
    let root = archive(&files.iter().map(String::as_str).collect::<Vec<_>>());
    for from in 1..=9 {
        // a name that comes before all others
        for to in (1..=9).filter(|to| *to != from) {
            symlink(format!("../d{to}"), root.path().join(format!("d{from}/a{to}"))).unwrap();
        }
    }
    let found = find(&spec(&root, "**/f.nc", GroupBy::File)).unwrap();
    assert_eq!(names(&found), files);
    let told = "72 paths to a folder that ** also finds by another path are left out, for example \"d1/a2\"";
    assert_eq!(found.warnings, [told]);
}

#[test]
fn a_folder_elsewhere_that_several_links_lead_to_is_found_by_the_first() {
    let store = archive(&["2021/a.nc", "2022/b.nc"]);
    let root = archive(&["c.nc"]);
    for (link, target) in [("one", "2021"), ("two", "2021"), ("x", ""), ("%Y/2022", "2022")] {
        let link = root.path().join(link.replace("%Y", "2023"));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(store.path().join(target), link).unwrap();
    }
    let found = find(&spec(&root, "**/*.nc", GroupBy::File)).unwrap();
    assert_eq!(names(&found), ["c.nc", "one/a.nc", "x/2022/b.nc"]);
    assert_eq!(found.warnings.len(), 1, "{:?}", found.warnings);
    assert!(found.warnings[0].starts_with("3 paths to a folder that ** also finds"), "{:?}", found.warnings);
    // what a path says of its date belongs to it: by another date the same folder is another
    let root = archive(&["2022/c.nc"]);
    symlink("2022", root.path().join("2021")).unwrap();
    let found = find(&spec(&root, "%Y/**/c.nc", GroupBy::Year)).unwrap();
    assert_eq!(names(&found), ["2021", "2022"]);
}

#[test]
fn what_a_run_writes_is_not_its_input() {
    let root = archive(&[
        "a/1.nc",
        "a/pv.nc",
        "pv.nc",
        "a/pv.nc.run/partials/x.nc",
        "old.run/plan.json",
        "old.run/y.nc",
    ]);
    let (run_dir, output) = (root.path().join("a/pv.nc.run"), root.path().join("a/pv.nc"));
    let found = find_besides(&spec(&root, "**/*.nc", GroupBy::File), &[&run_dir, &output]).unwrap();
    assert_eq!(names(&found), ["a/1.nc", "pv.nc"]);
    assert_eq!(found.warnings, ["1 folder of dayfold's runs is left out, for example \"old.run\""]);
}

#[test]
fn a_version_without_files_is_told() {
    let root = archive(&["v1.0/2019/03/31/a.nc", "v1.1/2019/04/01/a.nc"]);
    let rule =
        |name: &str, until: Option<&str>| VersionRule { name: name.into(), until: until.map(Into::into) };
    let mut spec = spec(&root, "{version}/%Y/%m/%d/*.nc", GroupBy::Day);
    let told =
        |spec: &ArchiveSpec| find(spec).unwrap().warnings.join("\n").replace(spec.root.to_str().unwrap(), "");
    spec.versions = vec![rule("v1_typo", Some("2019-03-31")), rule("v1.1", None)];
    assert_eq!(
        told(&spec),
        "version \"v1_typo\": no file matches /v1_typo/%Y/%m/%d/*.nc: looked first for /v1_typo, which does not exist"
    );
    spec.versions = vec![rule("v1.0", Some("2019-02-28")), rule("v1.1", None)];
    assert_eq!(
        told(&spec),
        "version \"v1.0\": no file matches /v1.0/%Y/%m/%d/*.nc: looked first in /v1.0/2019, which holds 1 entry, \
         none of the dates and versions asked for: 1 is like %m, but of others, for example \"03\""
    );
    spec.from = Some(date(2019, 4, 1));
    assert_eq!(told(&spec), "", "it is not asked for");
    spec.from = None;
    spec.versions = vec![rule("v1.0", Some("2019-03-31")), rule("v1.1", None)];
    assert_eq!(told(&spec), "");
}

#[test]
fn a_date_that_occurs_twice_must_agree() {
    let root = archive(&[
        "2022/02/01/IDE00326.202201311830.nc",
        "2022/02/01/IDE00326.202201312350.nc",
        "2022/02/01/IDE00326.202202010000.nc",
    ]);
    let found = find(&spec(&root, "%Y/%m/%d/IDE00326.%Y%m%d%H%M.nc", GroupBy::Day)).unwrap();
    assert_eq!(found.plan.groups[0].files, ["2022/02/01/IDE00326.202202010000.nc"]);
    let [warning] = &found.warnings[..] else { panic!("{:?}", found.warnings) };
    assert!(warning.starts_with("2 paths whose dates contradict each other are left out"), "{warning}");
    assert!(warning.contains("2022/02/01/IDE00326.202201311830.nc"), "{warning}");
    let found = find(&spec(&root, "%Y/%m/%d/IDE00326.*.nc", GroupBy::Day)).unwrap();
    assert_eq!((found.plan.groups[0].files.len(), found.warnings.len()), (3, 0));
}

#[test]
fn sizes_are_estimated_from_middle_files() {
    let root = TempDir::new().unwrap();
    for (file, size) in [("01/a", 1), ("01/b", 100), ("01/c", 1), ("02/a", 200)] {
        put(root.path(), &format!("2022/{file}.nc"), &vec![0; size]);
    }
    let found = find(&spec(&root, "%Y/%m/*.nc", GroupBy::Month)).unwrap();
    assert_eq!(found.estimate.bytes, Some(4 * 150));
}

#[test]
fn nothing_found_says_where_the_search_ended() {
    let root = archive(&["v1/2021/01/a.txt", "v1/2021/01/b.txt"]);
    fs::create_dir(root.path().join("empty")).unwrap();
    let month = |pattern: &str| refusal(&spec(&root, pattern, GroupBy::Month));
    assert_eq!(
        month("v1/%Y/%m/*.nc"),
        "no file matches /root/v1/%Y/%m/*.nc: looked first in /root/v1/2021/01, which holds 2 entries, \
         none like *.nc, for example \"a.txt\""
    );
    assert_eq!(
        month("v2/x/%Y%m"),
        "no file matches /root/v2/x/%Y%m: looked first for /root/v2, which does not exist"
    );
    assert_eq!(
        month("v1/2021/01/a.txt/%Y%m"),
        "no file matches /root/v1/2021/01/a.txt/%Y%m: looked first in \
         /root/v1/2021/01/a.txt, which is not a folder"
    );
    assert_eq!(
        month("empty/%Y%m"),
        "no file matches /root/empty/%Y%m: looked first in /root/empty, which is empty"
    );
    let mut early = spec(&root, "v1/%Y/%m/*.txt", GroupBy::Month);
    early.to = Some(date(2020, 12, 31));
    assert_eq!(
        refusal(&early),
        "no file matches /root/v1/%Y/%m/*.txt: looked first in /root/v1, which holds 1 entry, \
         none of the dates and versions asked for: 1 is like %Y, but of others, for example \"2021\"; the dates \
         asked for are those until 2020-12-31 (`to`)"
    );
}

#[test]
fn nothing_found_says_what_was_left_out() {
    let root = archive(&["2022/20210101.nc"]);
    let text = refusal(&spec(&root, "%Y/%Y%m%d.nc", GroupBy::Day));
    assert!(text.contains("; 1 path whose dates contradict each other is left out"), "{text}");
}

#[test]
fn a_missing_root_is_named_by_its_highest_missing_folder() {
    let root = archive(&[]);
    let mut spec = spec(&root, "%Y%m%d.nc", GroupBy::Day);
    spec.root = root.path().join("a/b");
    let PlanError::NothingMatches { dead_end, .. } = find(&spec).unwrap_err() else { panic!() };
    assert_eq!(
        dead_end.to_string(),
        format!("looked first for {}, which does not exist", root.path().join("a").display())
    );
}

#[test]
fn a_folder_without_permission_is_named() {
    let root = archive(&["2022/01/a.nc", "2022/02/a.nc"]);
    let locked = root.path().join("2022/02");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let result = find(&spec(&root, "%Y/%m/*.nc", GroupBy::Month));
    let readable_all_the_same = fs::read_dir(&locked).is_ok();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    if readable_all_the_same {
        assert_eq!(names(&result.unwrap()), ["2022-01", "2022-02"], "as root, nothing is locked");
    } else {
        let text = result.unwrap_err().to_string();
        let expected = format!("the archive's folder {} cannot be listed (its owner", locked.display());
        assert!(text.starts_with(&expected) && text.contains("leave its days out with `from`"), "{text}");
    }
}
