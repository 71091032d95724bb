//! Whole configurations, right and wrong, and what is said about them.

use dayfold_contract::job::Empty;
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::{CommandSpec, Mount, Night, PvSpec, Temperature};
use jiff::civil::date;

use super::quantity::Size;
use super::*;

const SMALLEST: &str = "\
[archive]
root = '/data'
pattern = '%Y/%m/%d/*.nc'
[task]
kind = 'pv'
[output]
file = 'out.nc'
";

fn read(text: &str, flags: RunFlags) -> Result<Config, String> {
    let variable = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    let paths = Paths { file: Path::new("/work/c.toml"), variable: &variable };
    parse(text, "c.toml", &paths, flags).map_err(|error| error.to_string())
}

fn pv(config: &Config) -> &PvSpec {
    let TaskSpec::Pv(pv) = config.task() else { panic!("{:?}", config.task()) };
    pv
}

/// The smallest configuration with something more at its end, where a key belongs to `[output]`.
fn with(more: &str) -> Result<Config, String> {
    read(&format!("{SMALLEST}{more}"), RunFlags::default())
}

/// The smallest configuration with more in its task.
fn with_task(more: &str) -> Result<Config, String> {
    read(&SMALLEST.replace("kind = 'pv'", &format!("kind = 'pv'\n{more}")), RunFlags::default())
}

#[test]
fn the_night_is_missing_unless_it_is_to_count() {
    let night = |task: &str| with_task(task).map(|config| pv(&config).night);
    assert_eq!(night(""), Ok(Night::Missing));
    assert_eq!(night("night = 'zero'"), Ok(Night::Zero));
    assert_eq!(night("night = 'inverter'"), Ok(Night::Inverter));
    let said = night("night = 'dark'").unwrap_err();
    assert!(said.contains("choose \"missing\", \"zero\" or \"inverter\""), "{said}");
    // older runs keep their identity
    let task = |task: &str| serde_json::to_string(with_task(task).unwrap().task()).unwrap();
    assert!(!task("").contains("night") && task("night = 'zero'").contains(r#""night":"zero""#));
}

#[test]
fn the_smallest_configuration_has_the_defaults() {
    let config = with("").unwrap();
    assert_eq!(config.archive().group, GroupBy::Day);
    assert!(config.archive().versions.is_empty() && config.regions().is_none());
    assert_eq!(config.output(), Path::new("/work/out.nc"));
    assert_eq!((config.file(), config.program()), (Path::new("/work/c.toml"), None));
    assert_eq!(config.run().run_dir, Path::new("/work/out.nc.run"));
    assert_eq!(pv(&config).mount, Mount::SingleAxis);
    assert_eq!(pv(&config).module.name, "Canadian_Solar_CS5P_220M___2009_");
    assert_eq!(pv(&config).inverter.name, "ABB__MICRO_0_25_I_OUTD_US_208__208V_");
    assert_eq!(pv(&config).temperature, Temperature::Constant(18.0));
    assert_eq!(pv(&config).variables.dni, "direct_normal_irradiance");
}

#[test]
fn a_whole_configuration_is_read() {
    let text = r#"
        [archive]
        root     = "~/p1s"
        pattern  = "{version}/%Y/%m/%d/IDE00326.*.nc"
        versions = [ { name = "v1.0", until = "2019-03-31" }, { name = "v1.1" } ]
        from     = 2022-02-01
        to       = "2022-02-28"
        group    = "month"
        [regions]
        file    = "rez.shp"
        name    = "Name"
        include = ["Q*"]
        [task]
        kind        = "pv"
        mount       = { tilt = 30, azimuth = 0.5 }
        temperature = { pattern = "tas/%Y*.nc", variable = "tas" }
        variables   = { ghi = "ghi" }
        [output]
        file = "../pv.nc"
        [run]
        memory = "190GB"
        workers = 13
        bad_files = "skip"
        only = "2022-02-03"
    "#;
    let config = read(text, RunFlags::default()).unwrap();
    assert_eq!(config.archive().root, Path::new("/home/ada/p1s"));
    assert_eq!(config.archive().versions[0].until.as_deref(), Some("2019-03-31"));
    assert_eq!(config.archive().from, Some(date(2022, 2, 1)));
    assert_eq!(config.archive().group, GroupBy::Month);
    assert_eq!(config.regions().unwrap().include, ["Q*"]);
    assert_eq!(pv(&config).mount, Mount::Fixed { tilt: 30.0, azimuth: 0.5 });
    let nearest = Temperature::Nearest { pattern: "tas/%Y*.nc".into(), variable: "tas".into() };
    assert_eq!(pv(&config).temperature, nearest);
    assert_eq!((pv(&config).variables.ghi.as_str(), config.bad_files()), ("ghi", BadFiles::Skip));
    assert_eq!(pv(&config).variables.dhi, "surface_diffuse_irradiance");
    assert_eq!(config.run().memory.map(Size::bytes), Some(190_000_000_000));
    assert_eq!(config.run().only, ["2022-02-03"]);
}

#[test]
fn dates_of_the_command_line_win() {
    let text = SMALLEST.replace("[task]", "from = '2022-02-01'\nto = '2022-02-28'\n[task]");
    let flags = RunFlags { from: Some(date(2022, 2, 10)), ..RunFlags::default() };
    let config = read(&text, flags).unwrap();
    assert_eq!(config.archive().from, Some(date(2022, 2, 10)));
    assert_eq!(config.archive().to, Some(date(2022, 2, 28)));
    let flags = RunFlags { from: Some(date(2022, 3, 10)), ..RunFlags::default() };
    assert_eq!(
        read(&text, flags).unwrap_err(),
        "c.toml: the archive's `from`, 2022-03-10, is after its `to`, 2022-02-28"
    );
}

#[test]
fn unknown_keys_are_named_at_every_depth() {
    for (more, said) in [
        ("modul = 'x'", "c.toml:6: unknown key \"modul\" in [task]: did you mean \"module\"?"),
        (
            "mount = { tilt = 1, azimuth = 2, heigth = 3 }",
            "c.toml:6: unknown key \"heigth\" in task.mount: known are \"tilt\", \"azimuth\"",
        ),
        (
            "variables = { gih = 'x' }",
            "c.toml:6: unknown key \"gih\" in task.variables: did you mean \"ghi\"?",
        ),
    ] {
        assert_eq!(with_task(more).unwrap_err(), said);
    }
    let text = SMALLEST.replace("[task]", "versions = [{ name = 'a', untl = 'b' }]\n[task]");
    assert_eq!(
        read(&text, RunFlags::default()).unwrap_err(),
        "c.toml:4: unknown key \"untl\" in entry 1 of archive.versions: did you mean \"until\"?"
    );
    assert_eq!(
        with("[rum]\nmemory = '1GB'").unwrap_err(),
        "c.toml:8: unknown key \"rum\": did you mean \"run\"?"
    );
}

#[test]
fn wrong_values_of_the_task_say_what_is_right() {
    for (more, said) in [
        (
            "mount = 'flat'",
            "c.toml:6: task.mount cannot be \"flat\": choose \"single-axis\", \"latitude\" or { tilt = DEGREES, azimuth = DEGREES }",
        ),
        (
            "mount = 30",
            "c.toml:6: task.mount must be \"single-axis\", \"latitude\" or \
             { tilt = DEGREES, azimuth = DEGREES }, and is the number 30",
        ),
        ("mount = { tilt = 30 }", "c.toml:6: missing task.mount.azimuth"),
        (
            "variables = { dni = 'x', dhi = 'x' }",
            "c.toml:6: task.variables.dhi is wrong: dni and dhi are both \"x\", and must be two variables",
        ),
        (
            "variables = { ghi = 'surface_diffuse_irradiance' }",
            "c.toml:6: task.variables.ghi is wrong: ghi and dhi are both \"surface_diffuse_irradiance\", and must \
             be two variables",
        ),
        (
            "mount = { tilt = 91, azimuth = 0 }",
            "c.toml:6: task.mount.tilt must be from 0 to 90 degrees, and is the number 91",
        ),
        (
            "temperature = 291.15",
            "c.toml:6: task.temperature must be from -100 to 100 deg C, and is the number 291.15",
        ),
        (
            "temperature = nan",
            "c.toml:6: task.temperature must be from -100 to 100 deg C, and is the number nan",
        ),
    ] {
        assert_eq!(with_task(more).unwrap_err(), said);
    }
    assert_eq!(
        read(&SMALLEST.replace("'pv'", "'wind'"), RunFlags::default()).unwrap_err(),
        "c.toml:5: task.kind cannot be \"wind\": choose \"pv\" or \"command\""
    );
}

#[test]
fn a_pattern_of_temperature_stays_as_it_is_written_and_is_proven() {
    let pattern = |written: &str| -> Result<String, String> {
        let config = with_task(&format!("temperature = {{ pattern = '{written}', variable = 'tas' }}"))?;
        match &pv(&config).temperature {
            Temperature::Nearest { pattern, .. } => Ok(pattern.clone()),
            other => panic!("{other:?}"),
        }
    };
    for written in ["~/tas_*_%Y%m-*.nc", "${HOME}/100%%/%Y.nc", "tas/%Y/%j.nc", "/g/*.nc"] {
        assert_eq!(pattern(written), Ok(written.to_owned()));
    }
    let wrong = "c.toml:6: task.temperature.pattern is wrong: ";
    for (written, said) in [
        ("${SHORE}/%Y.nc", "the environment variable SHORE is not set"),
        ("{a,b}/%Y.nc", "braces are for variables of the environment only, as in ${HOME}; files are"),
        ("{group}/%Y.nc", "braces are for variables"),
        ("%Q/tas.nc", ""),
    ] {
        let told = pattern(written).unwrap_err();
        assert!(told.starts_with(&format!("{wrong}{said}")), "{told}");
    }
    assert!(pattern("%!.nc").unwrap_err().ends_with("and %% is a percent sign"));
}

/// The smallest configuration with this command as its task.
fn with_command(command: &str) -> Result<Config, String> {
    read(&SMALLEST.replace("kind = 'pv'", &format!("kind = 'command'\n{command}")), RunFlags::default())
}

#[test]
fn a_command_stays_as_it_is_written() {
    let config = with_command("command = ['~/day.sh', '{group}', '{files}', '--out={output}']").unwrap();
    let written = ["~/day.sh", "{group}", "{files}", "--out={output}"].map(str::to_owned).to_vec();
    assert_eq!(config.task(), &TaskSpec::Command(CommandSpec { command: written }));
    assert_eq!(config.folder(), Path::new("/work"));
    assert_eq!(config.program(), Some(Path::new("/home/ada/day.sh")));
}

#[test]
fn wrong_commands_are_told_by_entry() {
    for (command, said) in [
        (
            "",
            "c.toml: missing task.command: `dayfold sample DIR` writes a complete configuration to start from",
        ),
        (
            "command = []",
            "c.toml:6: task.command is empty: it must name a program, such as \
             [\"./day.sh\", \"{files}\", \"{output}\"]",
        ),
        (
            "command = './day.sh {files}'",
            "c.toml:6: task.command must be a list in [ ], and is the text \"./day.sh {files}\"",
        ),
        (
            "command = ['{root}/day.sh']",
            "c.toml:6: entry 1 of task.command must be the path or the name of a program, without placeholders",
        ),
        (
            "command = ['cp', '{file}']",
            "c.toml:6: entry 2 of task.command is wrong: {file} is no placeholder: known are {group}, {files}, \
             {list}, {list0}, {output}, {root}; write {{ for a brace",
        ),
        (
            "command = ['cp', '${SHORE}/a']",
            "c.toml:6: entry 2 of task.command is wrong: the environment variable SHORE is not set",
        ),
        (
            "command = ['cp', '${group}']",
            "c.toml:6: entry 2 of task.command is wrong: the environment variable group is not set; write {group}, \
             without $, for what a group has",
        ),
        (
            "command = ['$HOME/day.sh', '{output}']",
            "c.toml:6: entry 1 of task.command is wrong: \"$HOME\" is not replaced, since no shell reads it: write \
             ${HOME}",
        ),
        (
            "command = ['sh', '-c', '$HOME/day.sh', '--to=~nobody/{group}', '{output}']",
            "c.toml:6: entry 4 of task.command is wrong: \"~nobody\" is not replaced, only ~ alone and before a \
             slash, your own home folder: write the folder out",
        ),
        (
            "command = ['cp', '{output}']\nmodule = 'x'",
            "c.toml:7: unknown key \"module\" in [task]: known are \"kind\", \"empty\", \"command\", \"threads\", \"depends\"",
        ),
        (
            "command = ['cp', '{files}', 'result.nc']",
            "c.toml:6: task.command has no {output}: the program must be told where to write its result, as in \
             [\"./day.sh\", \"{files}\", \"{output}\"]; if it writes none, set task.empty = \"allow\"",
        ),
        (
            "command = ['cp', '{files}', '{output}']\nempty = true",
            "c.toml:7: task.empty must be a text in quotes, and is true",
        ),
    ] {
        assert_eq!(with_command(command).unwrap_err(), said);
    }
}

#[test]
fn a_command_without_output_says_that_groups_may_be_without_values() {
    let config = with_command("command = ['./check.sh', '{files}']\nempty = 'allow'").unwrap();
    assert_eq!(config.empty(), Empty::Allow);
    assert_eq!(with_command("command = ['a', '--to={output}']").unwrap().empty(), Empty::Fail);
}

#[test]
fn a_command_has_neither_regions_nor_files_to_skip() {
    let text = SMALLEST.replace("kind = 'pv'", "kind = 'command'\ncommand = ['cp', '{output}']");
    let more = "[regions]\nfile = 'a.shp'\nname = 'n'\n[run]\nbad_files = 'skip'";
    let said = read(&format!("{text}{more}"), RunFlags::default()).unwrap_err();
    assert!(
        said.contains("[regions] has no use") && said.contains("run.bad_files = \"skip\" has no use"),
        "{said}"
    );
}

#[test]
fn an_unknown_module_is_answered_with_three_names() {
    let said = with_task("module = 'Canadian_Solar_CS5P_220M'").unwrap_err();
    let (before, names) = said.split_once(": the nearest are ").unwrap();
    assert_eq!(before, "c.toml:6: task.module is wrong: no module is named \"Canadian_Solar_CS5P_220M\"");
    let names: Vec<&str> = names.split(", ").collect();
    assert!(names.len() == 3 && names.contains(&"Canadian_Solar_CS5P_220M___2009_"), "{names:?}");
}

#[test]
fn what_planning_finds_without_the_disk_is_said_too() {
    let archive = |more: &str| {
        let text = SMALLEST.replace("[task]", &format!("{more}\n[task]"));
        read(&text, RunFlags::default()).map(drop).unwrap_err()
    };
    let said = archive("versions = [{ name = 'a' }]");
    assert!(said.starts_with("c.toml: the archive has versions, but its pattern"), "{said}");
    let said = archive("from = 2022-03-01\nto = 2022-02-01");
    assert_eq!(said, "c.toml: the archive's `from`, 2022-03-01, is after its `to`, 2022-02-01");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "\
[archive]
rot = '/data'
from = '2022-02-30'
group = 'week'
[regions]
file = '${SHORE}/rez.shp'
[task]
kind = 'pv'
[run]
memory = '190 apples'
workers = 0
";
    let said = read(text, RunFlags::default()).unwrap_err();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "7 mistakes in the configuration",
            "  c.toml:2: unknown key \"rot\" in [archive]: did you mean \"root\"?",
            "  c.toml:3: archive.from is wrong: \"2022-02-30\" is an impossible date: 2022-02 has the days 1 to 28",
            "  c.toml:4: archive.group cannot be \"week\": choose \"file\", \"day\", \"month\" or \"year\"",
            "  c.toml:6: regions.file is wrong: the environment variable SHORE is not set",
            "  c.toml:10: run.memory is wrong: \"190 apples\" is not a size: write a number and a unit, such as \
         \"190GB\" or \"8GiB\"",
            "  c.toml:11: run.workers must be 1 or more, and is the number 0",
            "  c.toml: missing archive.root, archive.pattern, regions.name, output.file: `dayfold sample DIR` \
         writes a complete configuration to start from",
        ]
    );
}

#[test]
fn an_unreadable_file_is_named() {
    let error = load(Path::new("/no/such/config.toml"), RunFlags::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the configuration /no/such/config.toml");
}
