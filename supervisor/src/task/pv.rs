//! The PV task: how two of them differ · [`describe`]: what is said of its results.

pub mod describe;

use std::fmt::{self, Display};

use dayfold_contract::task::{Mount, PvSpec, Temperature};

use crate::rundir::differences::{Differences, word};

/// Compares two PV tasks.
pub fn compare(old: &PvSpec, new: &PvSpec, found: &mut Differences) {
    let PvSpec { mount, module, inverter, temperature, variables, night } = old;
    found.compare("task.mount", mount, &new.mount, |mount| Shown(*mount).to_string());
    found.compare_named("task.module", (&module.name, module), (&new.module.name, &new.module));
    found.compare_named("task.inverter", (&inverter.name, inverter), (&new.inverter.name, &new.inverter));
    found.compare("task.temperature", temperature, &new.temperature, |degrees| Shown(degrees).to_string());
    for (key, old, new) in [
        ("task.variables.ghi", &variables.ghi, &new.variables.ghi),
        ("task.variables.dni", &variables.dni, &new.variables.dni),
        ("task.variables.dhi", &variables.dhi, &new.variables.dhi),
    ] {
        found.compare(key, old, new, Clone::clone);
    }
    found.compare("task.night", night, &new.night, word);
}

/// As it is written in a configuration.
struct Shown<T>(T);

impl Display for Shown<Mount> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mount::SingleAxis => f.write_str("single-axis"),
            Mount::Latitude => f.write_str("latitude"),
            Mount::Fixed { tilt, azimuth } => write!(f, "{{ tilt = {tilt}, azimuth = {azimuth} }}"),
        }
    }
}

impl Display for Shown<&Temperature> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Temperature::Constant(degrees) => write!(f, "{degrees}"),
            Temperature::Nearest { pattern, variable } => {
                write!(f, "{{ pattern = {pattern:?}, variable = {variable:?} }}")
            }
        }
    }
}
