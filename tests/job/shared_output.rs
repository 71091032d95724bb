//! Two run directories with one final file, at work at the same time.

use std::fs;

use crate::command::{executable, write_result};
use crate::room::{CONFIG, Room, copy, warnings};
use crate::support::{Folder, Outcome};

/// Each removes only its own left-overs, and either's result may take the place of the other's, which is the same.
#[test]
fn two_run_directories_of_one_run_may_collate_at_once() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--keep-partials"]).code, 0);
    for name in ["one.run", "other.run"] {
        copy(&room.run_dir(), &room.path(name));
    }
    let collate = |name: &str| -> Outcome {
        let run_dir = format!("try/{name}");
        room.dayfold(&["run", CONFIG, "--run-dir", &run_dir, "--keep-partials"])
    };
    for _ in 0..8 {
        fs::remove_file(room.path("pv.nc")).unwrap();
        ["one.run", "other.run"].iter().for_each(|name| {
            let _ = fs::remove_file(room.path(name).join("finished.json"));
        });
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| collate("one.run"));
            let other = collate("other.run");
            (one.join().unwrap(), other)
        });
        assert_eq!((one.code, other.code), (0, 0), "{one:?} {other:?}");
        assert!(room.result() == right);
    }
    let names = fs::read_dir(room.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(".aside-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// It may be of another archive: that it was there is told, whenever it came.
#[test]
fn a_result_of_another_run_directory_that_comes_meanwhile_is_replaced_and_told() {
    let folder = Folder::new();
    folder.write(
        "c.toml",
        "[archive]\nroot = 'archive'\npattern = '%Y-%m-%d.nc'\n[task]\nkind = 'command'\n\
         command = ['./day.sh', '{output}', '{files}']\n[output]\nfile = 'out.nc'\n",
    );
    let script = "#!/bin/sh -eu\ncp \"$2\" \"$1\"\n[ ! -e ready.nc ] || mv ready.nc out.nc\n";
    executable(&folder.write("day.sh", script));
    fs::create_dir(folder.path().join("archive")).unwrap();
    write_result(&folder.path().join("archive/2022-02-01.nc"), 1);
    let run = |run_dir: &str| {
        let run = folder.dayfold(&["run", "c.toml", "--run-dir", run_dir, "--message-format", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        warnings(&run.stderr)
    };
    assert_eq!(run("one.run"), [""; 0]);
    fs::rename(folder.path().join("out.nc"), folder.path().join("ready.nc")).unwrap();
    let told = run("other.run");
    assert!(told.len() == 1 && told[0].contains("DIR/other.run has not made it"), "{told:?}");
}
