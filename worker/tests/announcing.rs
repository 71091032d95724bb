//! The next file of a group is announced to the system while the one before is being read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;

use common::{files_below, fixtures, job, run, spec};
use dayfold_contract::task::{Mount, Temperature};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// What happened to files of a watched folder, in order.
fn happened(watch: impl std::os::fd::AsFd) -> Vec<(String, ReadFlags)> {
    let mut room = [MaybeUninit::uninit(); 4096];
    let mut reader = Reader::new(watch, &mut room);
    let mut events = Vec::new();
    loop {
        match reader.next() {
            Ok(event) => {
                let name = event.file_name().map(|name| name.to_string_lossy().into_owned());
                events.push((name.unwrap_or_default(), event.events()));
            }
            Err(Errno::AGAIN) => return events,
            Err(error) => panic!("{error}"),
        }
    }
}

/// All files of the fixture in one folder.
fn flat(folder: &Path) -> Vec<String> {
    let archive = fixtures().join("archive");
    let copy = |file: &String| {
        let name = Path::new(file).file_name().unwrap().to_str().unwrap().to_owned();
        fs::copy(archive.join(file), folder.join(&name)).unwrap();
        name
    };
    files_below(&archive).iter().map(copy).collect()
}

#[test]
fn the_next_file_is_announced_before_the_one_before_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let files = flat(folder.path());
    assert!(files.len() > 2);
    let watch = inotify::init(CreateFlags::NONBLOCK).unwrap();
    inotify::add_watch(&watch, folder.path(), WatchFlags::OPEN | WatchFlags::CLOSE_NOWRITE).unwrap();
    run(job(folder.path(), spec(Mount::SingleAxis, Temperature::Constant(18.0))), &files).unwrap();
    let events = happened(&watch);
    for pair in files.windows(2) {
        let [one, next] = pair else { panic!() };
        let announced = events.iter().position(|event| *event == (next.clone(), ReadFlags::OPEN)).unwrap();
        let done =
            events.iter().rposition(|event| *event == (one.clone(), ReadFlags::CLOSE_NOWRITE)).unwrap();
        assert!(announced < done, "{events:?}");
    }
}
