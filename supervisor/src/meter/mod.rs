//! Readings of the machine and of the job: cores, memory, batch system, time left.
//!
//! Limits are read once, each with its source, and the smallest decides; usage is read again and
//! again. What follows from a reading is `decide`'s, when to read `pool`'s, telling people the
//! root package's. Everything is read through a [`Host`].

pub mod batch;
pub mod cgroup;
mod clock;
pub mod cores;
#[cfg(test)]
mod fixture;
pub mod host;
pub mod kills;
pub mod memory_limit;
pub mod processes;
mod program;
pub mod qstat;
pub mod question;
pub mod queues;
pub mod reading;
pub mod units;
pub mod usage;
pub mod walltime;

pub use host::Host;
pub use reading::{Reading, Readings};
