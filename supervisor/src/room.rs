//! How much room a disk has, and how much is missing: for people who have to make some.

use std::fmt::Display;
use std::path::Path;

use bytesize::ByteSize;

/// What is free on the disk of `folder`, and what is missing there of the `wanted` bytes, if it is
/// known how much is.
pub fn told(folder: &Path, wanted: Option<u64>) -> String {
    let folder_shown = folder.display();
    match free(folder) {
        Some(free) => format!("{} are free on the disk of {folder_shown}{}", size(free), rest(free, wanted)),
        None => format!("how much is free on the disk of {folder_shown} is not known"),
    }
}

fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

fn rest(free: u64, wanted: Option<u64>) -> String {
    let Some(wanted) = wanted else { return String::new() };
    match wanted.checked_sub(free) {
        Some(missing) => format!(": about {} more are needed to go on", size(missing)),
        None => format!(", and about {} are needed to go on: a quota may be used up", size(wanted)),
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
        assert_eq!(rest(1000, Some(55_542)), ": about 54.5 kB more are needed to go on");
        let more_than_enough = rest(5000, Some(1_234_567_890));
        assert_eq!(more_than_enough, ": about 1.2 GB more are needed to go on");
        assert_eq!(rest(5000, Some(900)), ", and about 900 B are needed to go on: a quota may be used up");
        assert_eq!(rest(5000, None), "");
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
