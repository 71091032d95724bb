//! The PV model: what a panel and its inverter deliver from a cell's irradiance.
//!
//! [`Sun::at`] is done once a time step, [`System::solve`] and [`System::power`] for each cell. The
//! databases of modules and inverters are embedded; beside them nothing is read or written, and
//! time steps, grids and regions are the caller's. The model is that of pvlib 0.16.1 with its
//! defaults, down to where a value is missing. [`fast`] has the same for rows of a grid, held against
//! the clear and scalar model of all other modules.
//!
//! Angles are in degrees, azimuths clockwise from north, irradiance in W m-2, power in W,
//! temperature in deg C. A missing value is NaN: whatever depends on it is missing too.
//!
//! Written from these papers:
//!
//! - sun: I. Reda, A. Andreas, "Solar position algorithm for solar radiation applications", Solar
//!   Energy 76 (2004) 577-589, and its corrigendum, 81 (2007) 838
//! - extraterrestrial radiation: J. W. Spencer, "Fourier series representation of the position of
//!   the sun", Search 2 (1971) 172
//! - airmass: F. Kasten, A. T. Young, "Revised optical air mass tables and approximation formula",
//!   Applied Optics 28 (1989) 4735-4738
//! - clear sky: P. Ineichen, R. Perez, "A new airmass independent formulation for the Linke
//!   turbidity coefficient", Solar Energy 73 (2002) 151-157
//! - tracker: E. Lorenzo, L. Narvarte, J. Munoz, "Tracking and back-tracking", Progress in
//!   Photovoltaics 19 (2011) 747-753; K. Anderson, M. Mikofski, "Slope-aware backtracking for
//!   single-axis trackers", NREL/TP-5K00-76626 (2020)
//! - module: D. King, W. Boyson, J. Kratochvil, "Photovoltaic array performance model",
//!   SAND2004-3535 (2004)
//! - inverter: D. King, S. Gonzalez, G. Galbraith, W. Boyson, "Performance model for grid-connected
//!   photovoltaic inverters", SAND2007-5036 (2007)

pub mod airmass;
pub mod chain;
pub mod clearsky;
pub mod database;
pub mod fast;
pub mod inverter;
pub mod irradiance;
pub mod module;
pub mod mount;
mod propagate;
pub mod refraction;
pub mod sun;
pub mod transpose;

pub use chain::{Geometry, Power, Solved, System};
pub use irradiance::{Irradiance, PlaneOfArray};
pub use mount::Plane;
pub use sun::{Site, SolarPosition, Sun};
