//! Readings of the machine and of the job: cores and memory.
//!
//! Limits are read once, each with its source, and the smallest decides; usage is read again and
//! again. What follows from a reading is `decide`'s, when to read `pool`'s, telling people the
//! root package's. Everything is read through a [`Host`].

pub mod cgroup;
pub mod cores;
#[cfg(test)]
pub(crate) mod fixture;
pub mod host;
pub mod kills;
pub mod memory_limit;
pub mod processes;
pub mod reading;
pub mod units;
pub mod usage;

pub use host::Host;
pub use reading::{Reading, Readings};
