//! The section `[task]`: what to do with each group. The names of modules and inverters are looked
//! up here, so that the rest of the program has their parameters and nothing can be unknown.

use dayfold_contract::TaskSpec;
use dayfold_contract::command::Argument;
use dayfold_contract::job::Empty;
use dayfold_contract::task::{IrradianceNames, Mount, Night, PvSpec, Temperature};
use dayfold_pv::database;
use jiff::civil::DateTime;
use jiff::fmt::strtime;

use super::command::{check_output, read_command};
use super::document::{Table, Value};
use super::paths::{PathError, Paths};

const DEFAULT_MODULE: &str = "Canadian_Solar_CS5P_220M___2009_";
const DEFAULT_INVERTER: &str = "ABB__MICRO_0_25_I_OUTD_US_208__208V_";
/// Deg C.
const DEFAULT_TEMPERATURE: f64 = 18.0;
/// Deg C: what is outside was meant in another unit.
const TEMPERATURES: std::ops::RangeInclusive<f64> = -100.0..=100.0;

const NIGHTS: [(&str, Night); 3] =
    [("missing", Night::Missing), ("zero", Night::Zero), ("inverter", Night::Inverter)];

type Reader = fn(&Table<'_>, &Paths<'_>) -> Option<TaskSpec>;
const KINDS: [(&str, Reader); 2] = [("pv", read_pv), ("command", read_command)];

/// `[task]`: what decides the values, and what does not.
#[derive(Clone, Debug)]
pub struct TaskKeys {
    /// What to do.
    pub spec: TaskSpec,
    /// What a group without values is.
    pub empty: Empty,
}

/// Reads `[task]`.
pub fn read_task(task: &Table<'_>, paths: &Paths<'_>) -> Option<TaskKeys> {
    // without its kind nothing is known of its keys
    let read = task.require("kind")?.choice(&KINDS)?;
    let known = [("fail", Empty::Fail), ("allow", Empty::Allow)];
    let empty = task.get("empty").map_or(Some(Empty::Fail), |value| value.choice(&known));
    let spec = read(task, paths)?;
    // what it cannot be is told already
    check_output(task, &spec, empty.unwrap_or(Empty::Allow));
    Some(TaskKeys { spec, empty: empty? })
}

fn read_pv(task: &Table<'_>, paths: &Paths<'_>) -> Option<TaskSpec> {
    let mount = task.get("mount").map_or(Some(Mount::SingleAxis), |mount| read_mount(&mount));
    let module = look_up(task, "module", DEFAULT_MODULE, database::module);
    let inverter = look_up(task, "inverter", DEFAULT_INVERTER, database::inverter);
    let temperature = match task.get("temperature") {
        Some(temperature) => read_temperature(&temperature, paths),
        None => Some(Temperature::Constant(DEFAULT_TEMPERATURE)),
    };
    let variables = read_variables(&task.table("variables"));
    let night = task.get("night").map_or(Some(Night::default()), |night| night.choice(&NIGHTS));
    task.finish();
    Some(TaskSpec::Pv(PvSpec {
        mount: mount?,
        module: module?,
        inverter: inverter?,
        temperature: temperature?,
        variables: variables?,
        night: night?,
    }))
}

/// The parameters of what `key` names.
fn look_up<T>(
    task: &Table<'_>,
    key: &'static str,
    default: &str,
    database: impl Fn(&str) -> Result<T, database::UnknownName>,
) -> Option<T> {
    match task.get(key) {
        Some(value) => value.parse(database),
        None => database(default).ok(),
    }
}

fn read_mount(mount: &Value<'_>) -> Option<Mount> {
    if !mount.is_table() {
        let what = "\"single-axis\", \"latitude\" or { tilt = DEGREES, azimuth = DEGREES }";
        mount.expect(what, mount.if_text())?;
        let named = [("single-axis", Mount::SingleAxis), ("latitude", Mount::Latitude)];
        return mount.choice_or(&named, Some("{ tilt = DEGREES, azimuth = DEGREES }"));
    }
    let table = mount.table()?;
    let angle = |key, limit| {
        let value = table.require(key)?;
        let angle = value.number()?;
        let within = (0.0..=limit).contains(&angle).then_some(angle);
        value.expect(&format!("from 0 to {limit} degrees"), within)
    };
    let (tilt, azimuth) = (angle("tilt", 90.0), angle("azimuth", 360.0));
    table.finish();
    Some(Mount::Fixed { tilt: tilt?, azimuth: azimuth? })
}

fn read_temperature(temperature: &Value<'_>, paths: &Paths<'_>) -> Option<Temperature> {
    if !temperature.is_table() {
        let what = "a number of deg C or { pattern = \"...\", variable = \"...\" }";
        let degrees = temperature.expect(what, temperature.if_number())?;
        let within = TEMPERATURES.contains(&degrees).then_some(degrees);
        return temperature.expect("from -100 to 100 deg C", within).map(Temperature::Constant);
    }
    let table = temperature.table()?;
    let pattern = table.require("pattern").and_then(|pattern| read_pattern(&pattern, paths));
    let variable = table.require("variable").and_then(|variable| variable.text());
    table.finish();
    Some(Temperature::Nearest { pattern: pattern?, variable: variable?.to_owned() })
}

/// Why a pattern gives no paths.
#[derive(Debug, thiserror::Error)]
enum BadPattern {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(
        "braces are for variables of the environment only, as in ${{HOME}}; files are matched by * ? [..]"
    )]
    Braces,
    #[error("{0}; fields are %Y, %m, %d and the like, and %% is a percent sign")]
    Field(#[from] jiff::Error),
}

/// The pattern stays as it is written, so that it can be compared from place to place; a worker puts
/// folder and environment in.
fn read_pattern(pattern: &Value<'_>, paths: &Paths<'_>) -> Option<String> {
    pattern.parse(|text| check_pattern(text, paths).map(|()| text.to_owned()))
}

fn check_pattern(text: &str, paths: &Paths<'_>) -> Result<(), BadPattern> {
    paths.resolve(text)?;
    if !Argument::parse(text).is_ok_and(|pattern| pattern.is_constant()) {
        return Err(BadPattern::Braces);
    }
    strtime::format(paths.expand(text)?, DateTime::default())?;
    Ok(())
}

fn read_variables(variables: &Table<'_>) -> Option<IrradianceNames> {
    let name = |key, default: &str| match variables.get(key) {
        Some(name) => name.text().map(str::to_owned),
        None => Some(default.to_owned()),
    };
    let ghi = name("ghi", "surface_global_irradiance");
    let dni = name("dni", "direct_normal_irradiance");
    let dhi = name("dhi", "surface_diffuse_irradiance");
    variables.finish();
    let names = IrradianceNames { ghi: ghi?, dni: dni?, dhi: dhi? };
    check_apart(variables, &names);
    Some(names)
}

/// One variable cannot be two irradiances.
fn check_apart(variables: &Table<'_>, names: &IrradianceNames) {
    let [ghi, dni, dhi] = [("ghi", &names.ghi), ("dni", &names.dni), ("dhi", &names.dhi)];
    let same = |&((_, one), (_, other)): &((&str, &String), (&str, &String))| one == other;
    for ((one, name), (other, _)) in [(ghi, dni), (ghi, dhi), (dni, dhi)].into_iter().filter(same) {
        // one of them is written at least: the defaults differ
        if let Some(value) = variables.get(other).or_else(|| variables.get(one)) {
            value
                .wrong(format!("is wrong: {one} and {other} are both \"{name}\", and must be two variables"));
        }
    }
}
