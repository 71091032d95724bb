//! What the supervisor and its workers must agree on.
//!
//! Both sides are built from this crate: groups of files and their fingerprints, the task, the
//! regions, the messages and their frames, and the names and conventions of partials. It does no
//! work itself and knows neither NetCDF nor processes: reading is `dayfold-ncio`'s, computing
//! `dayfold-worker`'s, deciding `dayfold-supervisor`'s.

pub mod cause;
pub mod command;
pub mod error;
pub mod fingerprint;
pub mod form;
pub mod frame;
pub mod group;
pub mod job;
pub mod json_text;
pub mod message;
pub mod output;
pub mod partial;
pub mod plan;
pub mod region;
pub mod shown;
pub mod task;

pub use fingerprint::Fingerprint;
pub use group::{Group, GroupId, GroupName};
pub use job::Job;
pub use partial::PartialName;
pub use plan::{Identity, Plan};
pub use region::{Polygon, Region, RegionSet};
pub use task::TaskSpec;
