//! What is said about wrong configurations, whole, and that nothing is started.

use crate::support::Folder;

/// A configuration and all that is said about it.
const WRONG: &[(&str, &str)] = &[
    (
        "",
        "error: config.toml: missing archive.root, archive.pattern, task.kind, output.file: \
          `dayfold sample DIR` writes a complete configuration to start from\n",
    ),
    ("[archive\n", "error: config.toml:1: this is not TOML: unclosed table, expected `]`\n"),
    (
        "[archive]\nroot = 'a'\npattern = '%Y/%m/%d/*.nc'\n[task]\nkind = 'pv'\nmodul = 'x'\n\
         [output]\nfile = 'out.nc'\n",
        "error: config.toml:6: unknown key \"modul\" in [task]: did you mean \"module\"?\n",
    ),
    (
        "[archive]\nroot = '${SHORE}/a'\npattern = '%Y/%m/%d/*.nc'\nfrom = 2022-02-30\n",
        "error: config.toml:4: this is not TOML: invalid date, expected day between 01 and 28\n",
    ),
    (
        "[archive]\nroot = 'a'\nroot = 'b'\n",
        "error: config.toml:3: this is not TOML: duplicate key \"root\"\n",
    ),
    (
        "[archive]\nroot = 'a'\npattern = '{version}/%Y/%m/%d/*.nc'\nversions = [ { name = 'a', until = '2022-02-30' } ]\n\
         [task]\nkind = 'pv'\nmount = 'single axis'\n[task.variables]\nghi = 'x'\ndhi = 'x'\n\
         [output]\nfile = 'out.nc'\n[run]\nlimit = 0\n",
        "error: 4 mistakes in the configuration\n  \
           config.toml:4: until of entry 1 of archive.versions is wrong: \"2022-02-30\" is an impossible date: \
           2022-02 has the days 1 to 28\n  \
           config.toml:7: task.mount cannot be \"single axis\": choose \"single-axis\", \"latitude\" or \
           { tilt = DEGREES, azimuth = DEGREES }\n  \
           config.toml:10: task.variables.dhi is wrong: ghi and dhi are both \"x\", and must be two variables\n  \
           config.toml:14: run.limit must be 1 or more, and is the number 0\n",
    ),
    (
        "[archive]\nroot = '${SHORE}/a'\npattern = 5\nfrom = '2022-02-30'\n[task]\nkind = 'wind'\nspeed = 3\n\
         [output]\nfile = 'out.nc'\n[run]\nmemory = '190 apples'\n",
        "error: 5 mistakes in the configuration\n  \
           config.toml:2: archive.root is wrong: the environment variable SHORE is not set\n  \
           config.toml:3: archive.pattern must be a text in quotes, and is the number 5\n  \
           config.toml:4: archive.from is wrong: \"2022-02-30\" is an impossible date: 2022-02 has the days \
           1 to 28\n  \
           config.toml:6: task.kind cannot be \"wind\": choose \"pv\" or \"command\"\n  \
           config.toml:11: run.memory is wrong: \"190 apples\" is not a size: write a number and a unit, such \
           as \"190GB\" or \"8GiB\"\n",
    ),
    (
        "[archive]\nroot = 'a'\npattern = '%Y/%m/%d/*.nc'\n[task]\nkind = 'pv'\n\
         mount = { tilt = 30, azimut = 0 }\n[output]\nfile = 'out.nc'\n[run]\nbad_files = 'ignore'\n",
        "error: 3 mistakes in the configuration\n  \
           config.toml:6: missing task.mount.azimuth\n  \
           config.toml:6: unknown key \"azimut\" in task.mount: did you mean \"azimuth\"?\n  \
           config.toml:10: run.bad_files cannot be \"ignore\": choose \"fail\" or \"skip\"\n",
    ),
];

#[test]
fn each_mistake_is_said_with_its_line() {
    let folder = Folder::new();
    for (config, said) in WRONG {
        folder.write("config.toml", config);
        let outcome = folder.dayfold(&["plan", "config.toml"]);
        assert_eq!(outcome.stderr, *said, "{config}");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{config}");
    }
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let outcome = Folder::new().dayfold(&["plan", "config.toml"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: cannot read the configuration config.toml: No such file or directory\n\
         `dayfold sample DIR` writes a complete configuration to start from\n"
    );
}
