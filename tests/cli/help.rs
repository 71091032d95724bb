//! Help, usage errors, completions and manual pages, as the real binary gives them.

use crate::support::Folder;

#[test]
fn help_names_every_command_but_the_workers() {
    let help = Folder::new().dayfold(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for command in ["run", "plan", "status", "collate", "sample", "plot", "doctor", "completions", "man"] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command} in {}", help.stdout);
    }
    assert!(!help.stdout.contains("\n  worker"), "{}", help.stdout);
    assert!(help.stdout.contains("dayfold run config.toml --limit 2"), "{}", help.stdout);
}

#[test]
fn every_command_explains_itself() {
    for command in ["run", "plan", "status", "collate", "sample", "plot", "doctor", "completions", "man"] {
        let help = Folder::new().dayfold(&[command, "--help"]);
        assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{command}");
        assert!(help.stdout.contains("Usage: dayfold "), "{}", help.stdout);
    }
    let run = Folder::new().dayfold(&["run", "--help"]).stdout;
    for option in [
        "--run-dir",
        "--workers",
        "--memory",
        "--attempts",
        "--retry",
        "--from",
        "--to",
        "--limit",
        "--only",
        "--allow-failed",
        "--keep-partials",
        "--redo",
        "--accept-change",
        "--overwrite",
        "--message-format",
        "--quiet",
        "--verbose",
    ] {
        assert!(run.contains(option), "{option} in {run}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_wrong() {
    for (args, said) in [
        (&["rum"][..], "unrecognized subcommand 'rum'"),
        (&["run"], "<CONFIG>"),
        (&["run", "c.toml", "--workers", "0"], "invalid value '0' for '--workers <N>': must be 1 or more"),
        (&["run", "c.toml", "--limit", "0"], "--limit <N>': must be 1 or more"),
        (&["run", "c.toml", "--attempts", "few"], "--attempts <N>': must be a whole number, 1 or more"),
        (&["sample", "a", "--days", "0"], "--days <N>': must be 1 or more"),
        (&["sample", "a", "--coarsen", "0"], "--coarsen <N>': must be 1 or more"),
        (&["run", "c.toml", "--memory", "lots"], "\"lots\" is not a size: write a number and a unit"),
        (&["run", "c.toml", "--memory", "5"], "\"5\" has no unit: write \"5GB\""),
        (&["run", "c.toml", "--memory", "-5GB"], "\"-5GB\" is not a size: write a number and a unit"),
        (&["run", "c.toml", "--workers", "-1"], "--workers <N>': must be a whole number, 1 or more"),
        (&["run", "c.toml", "--timeout", "-5s"], "\"-5s\" is not a duration"),
        (&["run", "c.toml", "--shard", "4/3"], "\"4/3\" is not a shard: 4 is more than 3"),
        (&["run", "c.toml", "--shard", "0/3"], "the first of them is 1/3"),
        (&["run", "c.toml", "--shard", "2"], "expected I/N, such as 1/4"),
        (&["run", "c.toml", "--retry", "often"], "[possible values: signals, all, none]"),
        (&["run", "c.toml", "--from", "2022-02-30"], "2022-02 has the days 1 to 28"),
        (&["run", "c.toml", "-q", "-v"], "cannot be used with"),
        (&["run", "c.toml", "--message-format", "xml"], "[possible values: human, json]"),
        (&["man", "rum"], "there is no command \"rum\": did you mean \"run\"?"),
    ] {
        let outcome = Folder::new().dayfold(args);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{args:?}");
        assert!(outcome.stderr.contains(said), "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn completions_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Folder::new().dayfold(&["completions", shell]);
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        for word in ["collate", "keep-partials"] {
            assert!(script.stdout.contains(word), "{word} in {}", script.stdout);
        }
    }
}

#[test]
fn manual_pages_are_roff() {
    let program = Folder::new().dayfold(&["man"]);
    let run = Folder::new().dayfold(&["man", "run"]);
    assert_eq!((program.code, run.code), (0, 0));
    assert!(program.stdout.contains(".TH dayfold 1"), "{}", program.stdout);
    let version = concat!("dayfold ", env!("CARGO_PKG_VERSION"));
    let header = format!(".TH dayfold-run 1  \"{version}\"");
    assert!(run.stdout.contains(&header), "{header} in {}", run.stdout);
    assert!(program.stdout.contains(version), "{}", program.stdout);
    assert!(run.stdout.contains("keep\\-partials"), "{}", run.stdout);
}

#[test]
fn the_version_names_the_libraries() {
    let version = Folder::new().dayfold(&["--version"]);
    let lines: Vec<&str> = version.stdout.lines().collect();
    assert_eq!((version.code, lines.len()), (0, 2), "{version:?}");
    let this = concat!("dayfold ", env!("CARGO_PKG_VERSION"));
    assert!(lines[0] == this || lines[0].starts_with(&format!("{this} (commit ")), "{version:?}");
    assert!(lines[1].starts_with("netCDF 4.") && lines[1].contains(", HDF5 "), "{version:?}");
}

#[test]
fn doctor_names_where_it_read() {
    let text = Folder::new().dayfold(&["doctor"]);
    assert_eq!(text.code, 0);
    assert!(text.stdout.starts_with("cores "), "{}", text.stdout);
    assert!(text.stdout.contains("\nbatch job    none\n"), "{}", text.stdout);
    let json = Folder::new().dayfold(&["doctor", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(json["cores"]["deciding"]["value"].as_u64().unwrap() >= 1);
    assert!(json["memory"]["deciding"]["value"].as_u64().unwrap() > 0);
    assert!(json["job"].is_null() && json["seconds_left"].is_null());
}
