//! What is to be done with each group: one validated specification a task kind.
//!
//! A specification is whole: names in the configuration have been looked up, so that it decides
//! the values by itself and can be fingerprinted. A new kind of task is a variant here, with its [`Kind`], a folder in
//! the worker's `task`, a file in the supervisor's, and a section in the configuration: the compiler names the places.

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
    /// What this kind of task is like.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Pv(_) => Kind {
                name: "pv",
                // three powers and a count of cells
                numbers_by_region: Some(4),
                growth: Growth::Adds,
                runs_programs: false,
                skips_bad_files: true,
            },
            Self::Command(_) => Kind {
                name: "command",
                numbers_by_region: None,
                growth: Growth::MayChange,
                runs_programs: true,
                skips_bad_files: false,
            },
        }
    }

    /// Whether results are averaged over regions; without, inputs are given to the task as they are.
    pub fn is_by_region(&self) -> bool {
        self.kind().numbers_by_region.is_some()
    }
}

/// What a kind of task is like, for all who do not do it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The `kind` of the configuration.
    pub name: &'static str,
    /// How many numbers a result has for each region and time; `None` where regions have no meaning.
    pub numbers_by_region: Option<u64>,
    /// What more files do to a group's result.
    pub growth: Growth,
    /// Whether it starts programs, which signals of a batch system may reach.
    pub runs_programs: bool,
    /// Whether it can leave out a file that cannot be read: `bad_files = "skip"`.
    pub skips_bad_files: bool,
}

/// Whether more files can only add times to a group's result, and change none that it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// They only add: each time is computed from that time's values alone.
    Adds,
    /// They may change anything: nothing is known of what a program does.
    MayChange,
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
