//! The PV model again, fast: the power of a row's cells within 1e-9 of [`System::power`].
//!
//! The sun is one vector a time step. What it does to a panel is computed at a few nodes of a tile of
//! cells and interpolated by polynomials where these are exact enough (`sky`, `panel`, `surface`,
//! `tile`); what is left for each cell is a handful of operations without branches (`cells`, `weights`),
//! written in vectors of any width (`lanes`) and compiled for several instruction sets, of which
//! the machine's best is taken (`dispatch`). Cells so near one of the model's decisions that this
//! could decide otherwise are computed by the scalar model. [`Sums`] adds cells up.
//!
//! A [`Kernel`] is made once for a system, [`GridTables`] once for a grid or the part of it that is
//! wanted, a [`Step`] for each time. Files, regions and what is read when are the caller's.

mod again;
mod bit_exact;
mod cells;
mod dispatch;
mod electric;
mod elementary;
mod geometry;
mod grid;
mod kinks;
mod lanes;
mod night;
mod nodes;
mod pair;
mod panel;
mod partial;
mod row;
mod run;
mod sky;
mod step;
mod sums;
mod surface;
mod tile;
mod weights;
mod work;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::System;
use crate::sun::Sun;
pub use dispatch::InstructionSet;
use electric::{Electric, SafeRange, Thermal};
pub use geometry::Geometry;
pub use grid::GridTables;
use panel::Optics;
pub use run::{Cells, Powers};
pub use step::Step;
pub use sums::{Sums, Total};
use surface::Interpolation;

/// Cell temperature, deg C.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KernelTemperature {
    /// The same everywhere and always.
    Constant(f64),
    /// Given with each row.
    PerCell,
}

/// A system, made ready.
#[derive(Clone, Debug)]
pub struct Kernel {
    system: System,
    temperature: KernelTemperature,
    model: Model,
    set: InstructionSet,
}

/// The system as the formulas want it.
#[derive(Clone, Debug)]
struct Model {
    optics: Optics,
    tracker: bool,
    electric: Electric,
    constant: Option<Constant>,
    interpolation: Interpolation,
}

/// What a constant temperature settles.
#[derive(Clone, Debug)]
struct Constant {
    thermal: Thermal<f64>,
    comfort: SafeRange,
}

impl Kernel {
    /// For the fastest instructions that this machine has.
    pub fn new(system: &System, temperature: KernelTemperature) -> Self {
        Self::with(system, temperature, InstructionSet::best())
    }

    /// For given instructions.
    pub fn with(system: &System, temperature: KernelTemperature, set: InstructionSet) -> Self {
        Self { system: system.clone(), temperature, model: Model::new(system, temperature), set }
    }

    /// The instructions that it uses.
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    /// The tables of a grid, from the latitudes and longitudes of its cells, degrees, either way round.
    pub fn grid(&self, latitudes: &[f64], longitudes: &[f64]) -> GridTables {
        GridTables::new(&self.system.mount, latitudes, longitudes)
    }

    /// One time, on a grid whose tables this kernel has made.
    pub fn step<'a>(&'a self, grid: &'a GridTables, sun: &Sun) -> Step<'a> {
        Step::new(self, grid, sun)
    }

    /// The geometry of one time alone, to measure it.
    pub fn geometry<'a>(&'a self, grid: &'a GridTables, sun: &Sun) -> Geometry<'a> {
        Geometry::new(self, grid, sun)
    }
}

impl Model {
    fn new(system: &System, temperature: KernelTemperature) -> Self {
        let electric = Electric::new(&system.module, &system.inverter);
        let constant = match temperature {
            KernelTemperature::Constant(celsius) => {
                Some(Constant { thermal: electric.thermal(celsius), comfort: electric.comfort(celsius) })
            }
            KernelTemperature::PerCell => None,
        };
        Self {
            optics: Optics::new(&system.module),
            tracker: system.mount.is_tracker(),
            electric,
            constant,
            interpolation: Interpolation::new(),
        }
    }
}
