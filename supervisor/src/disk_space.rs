//! How much room a disk has, and how much is missing: for people who have to make some.

use std::fmt::Display;
use std::path::Path;

use bytesize::ByteSize;
use rustix::fs::{StatVfs, statvfs};

/// With fewer, the files of one more attempt of each worker may be too many. What failed for want of them
/// has been removed, and counts as free again.
const FEW_FILES: u64 = 1000;

/// What is free on the disk of `folder`, and what is missing there of the `wanted` bytes, if it is
/// known how much is. A disk that has room can still be unable to have one more file, however small.
pub fn told(folder: &Path, wanted: Option<u64>) -> String {
    let shown = folder.display();
    match statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            format!("{} are free on the disk of {shown}{}", size(free), rest(free, wanted, few_files(&disk)))
        }
        Err(_) => format!("how much is free on the disk of {shown} is not known"),
    }
}

/// How many files can still be made, and how many there can be at all, where that is what is missing. A
/// disk that knows no such number says 0.
fn few_files(disk: &StatVfs) -> Option<(u64, u64)> {
    (disk.f_files > 0 && disk.f_favail < FEW_FILES).then_some((disk.f_favail, disk.f_files))
}

fn rest(free: u64, wanted: Option<u64>, few_files: Option<(u64, u64)>) -> String {
    let missing = wanted.and_then(|wanted| wanted.checked_sub(free)).filter(|missing| *missing > 0);
    match (missing, few_files, wanted) {
        (Some(missing), ..) => format!(": about {} more are needed to go on", size(missing)),
        (None, Some((left, all)), _) => {
            let more = match left {
                0 => "no more files".to_owned(),
                1 => "only 1 more file".to_owned(),
                left => format!("only {left} more files"),
            };
            format!(", but {more} can be made there, of {all} in all: remove some to go on")
        }
        (None, None, Some(wanted)) => {
            format!(", and about {} are needed to go on: a quota may be used up", size(wanted))
        }
        (None, None, None) => String::new(),
    }
}

fn size(bytes: u64) -> impl Display {
    ByteSize(bytes).display().si()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(rest(1000, Some(55_542), None), ": about 54.5 kB more are needed to go on");
        let more_than_enough = rest(5000, Some(1_234_567_890), None);
        assert_eq!(more_than_enough, ": about 1.2 GB more are needed to go on");
        let quota = ", and about 900 B are needed to go on: a quota may be used up";
        assert_eq!(rest(5000, Some(900), None), quota);
        assert_eq!(rest(5000, None, None), "");
    }

    #[test]
    fn where_files_are_missing_no_quota_is_looked_for() {
        let none = ", but no more files can be made there, of 50 in all: remove some to go on";
        assert_eq!(
            (rest(5000, Some(900), Some((0, 50))), rest(5000, None, Some((0, 50)))),
            (none.into(), none.into())
        );
        let few = ", but only 3 more files can be made there, of 50 in all: remove some to go on";
        assert_eq!(rest(5000, Some(900), Some((3, 50))), few);
        assert!(rest(0, Some(900), Some((0, 50))).contains("900 B more"), "bytes come first");
    }

    #[test]
    fn a_disk_with_few_files_left_is_known_by_their_number() {
        let here = tempfile::tempdir().unwrap();
        let with = |f_files, f_favail| StatVfs { f_files, f_favail, ..statvfs(here.path()).unwrap() };
        assert_eq!(few_files(&with(50, 0)), Some((0, 50)));
        assert_eq!(few_files(&with(1 << 20, FEW_FILES)), None);
        assert_eq!(few_files(&with(0, 0)), None, "this disk knows no such number");
    }

    #[test]
    fn a_real_disk_has_some_room_and_another_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let here = told(folder.path(), None);
        assert!(here.ends_with(&format!("B are free on the disk of {}", folder.path().display())), "{here}");
        let nowhere = folder.path().join("nowhere");
        assert!(told(&nowhere, Some(1)).contains("is not known"));
    }
}
