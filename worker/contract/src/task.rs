//! What is to be done with each group: one validated specification a task kind.
//!
//! A specification is whole: names in the configuration have been looked up, so that it decides
//! the values by itself and can be fingerprinted. A new kind of task is a variant here, a folder
//! in the worker's `task`, and a section in the configuration.

pub use dayfold_pv_system::{Inverter, Module, Mount, Night};
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
    /// What a cell counts for while its inverter delivers nothing.
    #[serde(default, skip_serializing_if = "Night::is_missing")]
    pub night: Night,
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
