//! What is to be done with each group: one validated specification a task kind.
//!
//! A specification is whole: names in the configuration have been looked up, so that it decides
//! the values by itself and can be fingerprinted. A new kind of task is a variant here, a folder
//! in the worker's `task`, and a section in the configuration.

use serde::{Deserialize, Serialize};

/// The task of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub enum TaskSpec {
    /// What a PV panel and its inverter would deliver, averaged over regions.
    Pv(PvSpec),
    /// Any program, once for each group.
    Command(CommandSpec),
}

impl TaskSpec {
    /// The `kind` of the configuration.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pv(_) => "pv",
            Self::Command(_) => "command",
        }
    }

    /// Whether results are averaged over regions; without, inputs are given to the task as they are.
    pub fn is_by_region(&self) -> bool {
        matches!(self, Self::Pv(_))
    }
}

/// The command task.
///
/// It is as it was written, with neither the environment nor folders put in: a configuration that is
/// moved, or run as another user, is the same run. What the program itself does is not looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandSpec {
    /// The program and its arguments, each of them a [`crate::command::Argument`]; the program has no
    /// placeholders.
    pub command: Vec<String>,
}

/// The PV task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PvSpec {
    /// How the panel is mounted.
    pub mount: Mount,
    /// The panel.
    pub module: Module,
    /// Its inverter.
    pub inverter: Inverter,
    /// The cells' temperature.
    pub temperature: Temperature,
    /// Where in the files the irradiance is.
    pub variables: IrradianceNames,
}

/// How a panel is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mount {
    /// Horizontal single-axis tracker, north-south axis, backtracking, ground cover ratio 2/7.
    SingleAxis,
    /// Fixed, tilted by the latitude towards the equator.
    Latitude,
    /// Fixed as given.
    Fixed {
        /// From the horizontal, degrees.
        tilt: f64,
        /// Clockwise from north, degrees.
        azimuth: f64,
    },
}

/// Cell temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Temperature {
    /// The same everywhere and always, deg C.
    Constant(f64),
    /// The nearest air temperature of another archive.
    Nearest {
        /// A path with strftime fields and globs; absolute.
        pattern: String,
        /// The variable's name; K or deg C by its units.
        variable: String,
    },
}

/// The names of the three irradiance variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IrradianceNames {
    /// Global horizontal irradiance.
    pub ghi: String,
    /// Direct normal irradiance.
    pub dni: String,
    /// Diffuse horizontal irradiance.
    pub dhi: String,
}

/// A module of the Sandia Array Performance Model (SAPM; King et al. 2004); names as pvlib's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Module {
    /// As pvlib writes it, for example `Canadian_Solar_CS5P_220M___2009_`.
    pub name: String,
    /// Airmass polynomial A0 to A4.
    pub a: [f64; 5],
    /// Incidence polynomial B0 to B5.
    pub b: [f64; 6],
    /// C0 to C3: current and voltage against irradiance at maximum power.
    pub c: [f64; 4],
    /// Cells in series.
    pub cells_in_series: f64,
    /// Current at maximum power, A.
    pub impo: f64,
    /// Its temperature coefficient, 1/K.
    pub aimp: f64,
    /// Voltage at maximum power, V.
    pub vmpo: f64,
    /// Its temperature coefficient, V/K.
    pub bvmpo: f64,
    /// The irradiance dependence of that coefficient, V/K.
    pub mbvmp: f64,
    /// Diode factor.
    pub n: f64,
    /// Fraction of diffuse irradiance used.
    pub fd: f64,
}

/// An inverter of Sandia's model (King et al. 2007); names as pvlib's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Inverter {
    /// As pvlib writes it, for example `ABB__MICRO_0_25_I_OUTD_US_208__208V_`.
    pub name: String,
    /// Maximum AC power, W.
    pub paco: f64,
    /// DC power at which AC power reaches its maximum, W.
    pub pdco: f64,
    /// DC voltage of that, V.
    pub vdco: f64,
    /// DC power that starts the inversion, W.
    pub pso: f64,
    /// Curvature, 1/W.
    pub c0: f64,
    /// Dependence of `pdco` on voltage, 1/V.
    pub c1: f64,
    /// Dependence of `pso` on voltage, 1/V.
    pub c2: f64,
    /// Dependence of `c0` on voltage, 1/V.
    pub c3: f64,
    /// AC power consumed at night, W.
    pub pnt: f64,
}
