//! What describes a PV system: mount, module and inverter, in the units of their databases.
//!
//! A crate of its own because two sides need it: tasks are sent and fingerprinted with these
//! parameters, and the model computes with them. So a change of the protocol does not build the
//! model anew, which takes longer than all else together.

use serde::{Deserialize, Serialize};

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

impl Mount {
    /// Whether it follows the sun.
    pub fn is_tracker(&self) -> bool {
        match self {
            Self::SingleAxis => true,
            Self::Latitude | Self::Fixed { .. } => false,
        }
    }
}

/// The power of a cell whose inverter delivers nothing: the sun is below its horizon, or gives too little light.
///
/// A cell whose irradiance is missing by day has no power, whatever is chosen here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Night {
    /// Missing: means are over the cells that deliver. The published behaviour.
    #[default]
    Missing,
    /// 0 W: means are over all cells, by day and by night.
    Zero,
    /// What the inverter itself draws, as a negative power; means are over all cells, by day and by night.
    Inverter,
}

impl Night {
    /// Whether it is the default, which stands in no JSON.
    pub fn is_missing(&self) -> bool {
        *self == Self::Missing
    }
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
