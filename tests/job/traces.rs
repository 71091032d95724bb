//! What runs leave, and what they do not: a refused run nothing; none takes what it wrote for input.

use std::fs;

use crate::command::{executable, write_result};
use crate::room::{Room, started, warnings};
use crate::support::Folder;

const CONFIG: &str = "\
[archive]
root = '.'
pattern = '**/*.nc'
group = 'file'
[task]
kind = 'command'
command = ['./copy.sh', '{output}', '{files}']
[output]
file = 'out.nc'
[run]
keep_partials = true
";

#[test]
fn what_runs_write_is_not_taken_for_input() {
    let folder = Folder::new();
    folder.write("dayfold.toml", CONFIG);
    executable(&folder.write("copy.sh", "#!/bin/sh -eu\ncp \"$2\" \"$1\"\n"));
    (1..=2).for_each(|day| write_result(&folder.path().join(format!("day-{day}.nc")), day));
    let run = |options: &[&str]| {
        let run = folder.dayfold(&[&["run", "dayfold.toml", "--message-format", "json"], options].concat());
        assert_eq!(run.code, 0, "{run:?}");
        (started(&run.stderr), warnings(&run.stderr))
    };
    let days = |days: &[&str]| days.iter().map(|&day| day.to_owned()).collect::<Vec<_>>();
    assert_eq!(run(&[]), (days(&["day-1.nc", "day-2.nc"]), vec![]));
    assert_eq!(run(&[]), (vec![], vec![]));
    write_result(&folder.path().join("day-3.nc"), 3);
    assert_eq!(run(&[]), (days(&["day-3.nc"]), vec![]));
    let (all, told) = run(&["--run-dir", "work"]);
    assert_eq!(all, days(&["day-1.nc", "day-2.nc", "day-3.nc"]));
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "1 folder of dayfold's runs is left out, for example \"out.nc.run\"");
    assert!(told[1].starts_with("DIR/out.nc is there, and DIR/work has not made it"), "{told:?}");
}

/// As a worker does that is killed while it writes.
#[test]
fn what_is_left_among_the_partials_is_gone_at_the_end() {
    let folder = Folder::new();
    folder.write("dayfold.toml", CONFIG);
    let script = "#!/bin/sh -eu\ncp \"$2\" \"$1\"\necho half > out.nc.run/partials/.aside-killed\n";
    executable(&folder.write("copy.sh", script));
    write_result(&folder.path().join("day-1.nc"), 1);
    let run = folder.dayfold(&["run", "dayfold.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    let partials = fs::read_dir(folder.path().join("out.nc.run/partials")).unwrap();
    let names: Vec<_> = partials.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.len() == 1 && names[0].starts_with("day-1_nc."), "{names:?}");
}

#[test]
fn a_run_that_is_refused_leaves_nothing_and_the_corrected_one_has_nothing_to_tell() {
    let room = Room::new(1);
    let right = "ghi = \"surface_global_irradiance\"";
    for is_there in [false, true] {
        room.configure(right, "ghi = \"ghi\"");
        if is_there {
            fs::create_dir(room.run_dir()).unwrap();
        }
        let refused = room.run(&[]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert_eq!(room.run_dir().is_dir(), is_there);
        room.configure("ghi = \"ghi\"", right);
        let corrected = room.run_told(&["--keep-partials"]);
        assert_eq!((corrected.code, warnings(&corrected.stderr)), (0, vec![]), "{corrected:?}");
        assert_eq!(room.names(), ["finished.json", "journal.jsonl", "partials", "plan.json"]);
        room.start_anew();
    }
}

#[test]
fn days_that_are_done_besides_those_asked_for_are_told() {
    let room = Room::new(3);
    assert_eq!(room.run(&["--limit", "1"]).code, 0);
    let run = room.run_told(&["--from", "2022-02-02", "--to", "2022-02-02"]);
    assert_eq!((run.code, started(&run.stderr).len()), (0, 2), "{run:?}");
    let told = "the run directory also has 2 groups outside 2022-02-02 to 2022-02-02, which are done as well and \
                belong to the final file: use another --run-dir and another [output] file to leave out what is not asked \
                for";
    assert_eq!(warnings(&run.stderr), [told]);
    assert_eq!(warnings(&room.run_told(&[]).stderr), Vec::<String>::new());
}

#[test]
fn another_run_is_refused_with_what_differs() {
    let room = Room::new(1);
    assert_eq!(room.run(&[]).code, 0);
    room.configure("\"single-axis\"", "\"latitude\"");
    room.configure("# exclude = [\"Far*\"]", "exclude = [\"Far*\"]");
    let refused = room.run(&[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let told = "pv.nc.run belongs to another run (regions: removed Far";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("; task.mount: was single-axis, is latitude): go on"),
        "{}",
        refused.stderr
    );
}
