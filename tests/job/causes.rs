//! Why groups failed, as a run tells it: the cause in the program's own words, and all that it wrote in a file.

use std::fs;
use std::path::PathBuf;

use crate::command::{executable, write_result};
use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.nc'
[task]
kind = 'command'
command = ['./day.sh', '{group}', '{output}']
[output]
file = 'out.nc'
";

/// What Python says of an exception.
const TRACEBACK: &str = r#"Traceback (most recent call last):
  File "ed.py", line 3, in <module>
    raise ValueError("bad day")
ValueError: bad day"#;

/// Three days, of which the second prints this and ends with code 1 as long as there is no file `mended`.
fn days(prints: &str) -> Folder {
    let folder = Folder::new();
    folder.write("dayfold.toml", CONFIG);
    folder.write("said", prints);
    for day in 1..=3 {
        folder.write(&format!("archive/2022-02-0{day}.nc"), "");
        write_result(&folder.path().join(format!("result-2022-02-0{day}.nc")), day);
    }
    let script = "#!/bin/sh\n[ \"$1\" != 2022-02-02 ] || [ -e mended ] || { cat said; exit 1; }\ncp \"result-$1.nc\" \"$2\"\n";
    executable(&folder.write("day.sh", script));
    folder
}

fn run(folder: &Folder, options: &[&str]) -> Outcome {
    folder.dayfold(&[&["run", "dayfold.toml"][..], options].concat())
}

fn in_run_dir(folder: &Folder, name: &str) -> PathBuf {
    folder.path().join("out.nc.run").join(name)
}

#[test]
fn the_cause_is_told_wherever_a_failure_is_and_all_the_output_is_in_the_file_that_is_named() {
    let folder = days(&format!("reading\n{TRACEBACK}\n"));
    let run = run(&folder, &[]);
    assert_eq!(run.code, 3, "{run:?}");
    let reason = "./day.sh ended with exit code 1: ValueError: bad day";
    assert!(run.stderr.contains(reason), "{}", run.stderr);
    let table = fs::read_to_string(in_run_dir(&folder, "failed.tsv")).unwrap();
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap(), ["group", "attempts", "reason", "file", "cause", "log_file"]);
    let row = rows.next().unwrap();
    assert_eq!((row[0], row[2], row[3], row[4]), ("2022-02-02", reason, "", "ValueError: bad day"));
    let kept = in_run_dir(&folder, row[5]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), format!("reading\n{TRACEBACK}\n"));
    // closing lines and status name it as it can be opened
    let named = format!("out.nc.run/{}", row[5]);
    assert!(run.stderr.contains(&named), "{}", run.stderr);
    let status = folder.dayfold(&["status", "out.nc.run"]);
    assert!(status.stdout.contains(reason) && status.stdout.contains(&named), "{}", status.stdout);
    let json = folder.dayfold(&["status", "out.nc.run", "--json"]).stdout;
    for field in [r#""cause": "ValueError: bad day""#.to_owned(), format!(r#""log_file": "{}""#, row[5])] {
        assert!(json.contains(&field), "{field} in {json}");
    }
}

#[test]
fn outputs_stay_as_long_as_their_group_has_not_been_done() {
    let folder = days(TRACEBACK);
    assert_eq!(run(&folder, &[]).code, 3);
    assert!(fs::read_dir(in_run_dir(&folder, "logs")).unwrap().count() > 0);
    folder.write("mended", "");
    let run = run(&folder, &["--keep-partials"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!in_run_dir(&folder, "logs").exists());
}

#[test]
fn a_long_output_is_kept_from_both_ends_in_a_bounded_file() {
    let flood = format!("first\n{}\n{TRACEBACK}\n", "x".repeat(3 << 20));
    let folder = days(&flood);
    let run = run(&folder, &["--attempts", "1"]);
    assert!(run.stderr.contains("ValueError: bad day"), "{run:?}");
    let kept = fs::read_to_string(in_run_dir(&folder, "logs/2022-02-02.1.log")).unwrap();
    assert!(kept.len() < (1 << 20) + 100, "{}", kept.len());
    assert!(kept.starts_with("first\n") && kept.ends_with("ValueError: bad day\n"));
    assert!(kept.contains("bytes are left out here"));
}

/// A worker that is ended for `--timeout` cannot say what its program wrote: the supervisor has heard it.
#[test]
fn the_output_of_a_program_that_takes_too_long_is_kept_too() {
    let folder = days("");
    executable(&folder.write("day.sh", "#!/bin/sh\necho waiting for a licence\nexec sleep 600\n"));
    let run = run(&folder, &["--only", "2022-02-02", "--attempts", "1", "--timeout", "1s"]);
    assert_eq!(run.code, 3, "{run:?}");
    let kept = fs::read_to_string(in_run_dir(&folder, "logs/2022-02-02.1.log")).unwrap();
    assert!(kept.contains("waiting for a licence"), "{kept}");
}
