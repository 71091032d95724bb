//! Disks that are full or must not be written to.

use crate::farm::Farm;
use crate::mounts::Tmpfs;
use crate::support::Folder;

const DAYS: usize = 6;

/// A job whose run directory and final file are on a small file system; `None` where there is none.
fn farm_on_a_small_disk() -> Option<(Farm, Tmpfs)> {
    let mut farm = Farm::new(DAYS, "");
    let folder = farm.path().join("disk");
    let disk = Tmpfs::new(&folder, 4096)?;
    farm.put_output(folder.join("out.nc"));
    Some((farm, disk))
}

#[test]
fn a_disk_that_fills_up_stops_the_run_and_nothing_is_lost() {
    let Some((farm, disk)) = farm_on_a_small_disk() else { return };
    assert_eq!(farm.run(&["--limit", "2"]).code, 0);
    // room for the files of the run itself, and for no more than a result or two
    disk.fill(100);
    let full = farm.run(&["--workers", "1"]);
    assert_eq!(full.code, 75, "{full:?}");
    assert!(full.stderr.contains("No space left on device"), "{full:?}");
    assert!(full.stderr.contains("ended early, no space is left on the disk"), "{full:?}");
    assert!(full.stderr.contains("to go on: dayfold run job.toml"), "{full:?}");
    let room = full
        .stderr
        .lines()
        .find(|line| line.contains("B are free on the disk of DIR/disk/out.nc.run/partials"));
    assert!(room.is_some_and(|room| room.contains(" more are needed to go on")), "{full:?}");
    let before = farm.starts();
    let safe = farm.safe();
    assert!((2..DAYS).contains(&safe.len()), "{safe:?}");
    disk.empty();
    let rest = farm.run(&["--workers", "1"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    safe.iter().for_each(|group| assert_eq!(before[group], farm.starts()[group], "{group}"));
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn a_disk_that_can_have_no_more_files_says_so() {
    let mut farm = Farm::new(DAYS, "");
    let folder = farm.path().join("disk");
    let Some(disk) = Tmpfs::of_files(&folder, 200) else { return };
    farm.put_output(folder.join("out.nc"));
    assert_eq!(farm.run(&["--limit", "2"]).code, 0);
    // room for the files of the run itself, and for no more than a result or two
    disk.use_up_files(5);
    let full = farm.run(&["--workers", "1"]);
    assert_eq!(full.code, 75, "{full:?}");
    let said =
        full.stderr.lines().find(|line| line.contains("B are free on the disk of DIR/disk/out.nc.run"));
    let said = said.unwrap();
    assert!(said.ends_with(" can be made there, of 200 in all: remove some to go on"), "{full:?}");
    disk.free_files();
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn a_disk_without_any_room_is_told_at_the_start() {
    let Some((farm, disk)) = farm_on_a_small_disk() else { return };
    disk.fill(0);
    let full = farm.run(&[]);
    assert_eq!(full.code, 75, "{full:?}");
    assert!(full.stderr.contains("No space left on device") && full.stderr.contains("DIR/disk"), "{full:?}");
    disk.empty();
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn a_disk_that_fills_up_in_collation_keeps_the_results() {
    let Some((farm, disk)) = farm_on_a_small_disk() else { return };
    // the partials are elsewhere, and the disk is filled by the last group
    let run_dir = farm.path().join("run").display().to_string();
    farm.put_script(&format!(
        "[ \"$group\" != {} ] || cat /dev/zero > disk/filler 2> /dev/null || true",
        Farm::day(DAYS - 1)
    ));
    let options = ["--workers", "1", "--run-dir", &run_dir];
    let full = farm.run(&options);
    assert_eq!((full.code, full.stdout.as_str()), (75, ""), "{full:?}");
    assert!(full.stderr.contains("No space left on device") && full.stderr.contains("DIR/disk/"), "{full:?}");
    assert!(full.stderr.contains("B are free on the disk of DIR/disk"), "{full:?}");
    assert!(full.stderr.contains("ended early, no space is left on the disk"), "{full:?}");
    assert!(!farm.has_result());
    let before = farm.starts();
    disk.empty();
    let rest = farm.run(&options);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert_eq!(farm.starts(), before, "only the last step is done again");
    assert!(farm.result() == Farm::undisturbed(DAYS));
    assert_eq!(std::fs::read_dir(farm.path().join("disk")).unwrap().count(), 1, "nothing is left aside");
}

#[test]
fn what_failed_is_told_where_there_is_no_room_for_its_list() {
    let Some((farm, disk)) = farm_on_a_small_disk() else { return };
    let last = Farm::day(DAYS - 1);
    farm.put_script(&format!(
        "[ -e repaired ] || [ \"$group\" != {last} ] || \
         {{ cat /dev/zero > disk/filler 2> /dev/null || echo no luck >&2; exit 1; }}"
    ));
    let options = ["--workers", "1", "--attempts", "1"];
    let full = farm.run(&options);
    assert_eq!((full.code, full.stdout.as_str()), (75, ""), "{full:?}");
    for said in
        ["failed.tsv: No space left on device", "B are free on the disk of DIR/disk", &last, "no luck"]
    {
        assert!(full.stderr.contains(said), "{said}: {full:?}");
    }
    assert!(full.stderr.contains("ended early, no space is left on the disk"), "{full:?}");
    disk.empty();
    farm.write("repaired", "");
    let rest = farm.run(&options);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert_eq!((farm.starts()[&last], farm.starts().len()), (2, DAYS), "only what failed is done again");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn other_commands_that_find_a_full_disk_can_be_called_again() {
    let folder = Folder::new();
    let Some(disk) = Tmpfs::new(&folder.path().join("disk"), 4096) else { return };
    let sampled = folder.dayfold(&["sample", "disk/sample", "--days", "1", "--coarsen", "4"]);
    assert_eq!(sampled.code, 75, "{sampled:?}");
    assert!(sampled.stderr.to_lowercase().contains("no space left on"), "{sampled:?}");
    assert_eq!(folder.dayfold(&["sample", "try", "--days", "1", "--coarsen", "100"]).code, 0);
    assert_eq!(folder.dayfold(&["run", "try/dayfold.toml"]).code, 0);
    disk.fill(0);
    let plotted = folder.dayfold(&["plot", "try/pv.nc", "-o", "disk/pv.png"]);
    assert_eq!((plotted.code, plotted.stdout.as_str()), (75, ""), "{plotted:?}");
    assert!(
        plotted.stderr.starts_with("error: failed to write disk/pv.png: No space left on"),
        "{plotted:?}"
    );
    disk.empty();
    assert_eq!(folder.dayfold(&["plot", "try/pv.nc", "-o", "disk/pv.png"]).code, 0);
}

#[test]
fn a_read_only_run_directory_is_refused_before_any_work() {
    let Some((farm, disk)) = farm_on_a_small_disk() else { return };
    disk.remount("ro");
    let refused = farm.run(&[]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(
        refused.stderr.contains("Read-only file system") && refused.stderr.contains("DIR/disk"),
        "{refused:?}"
    );
    assert!(farm.starts().is_empty());
    disk.remount("rw");
    assert_eq!(farm.run(&["--limit", "1"]).code, 0);
    disk.remount("ro");
    let refused = farm.run(&[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("Read-only file system"), "{refused:?}");
    disk.remount("rw");
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}
