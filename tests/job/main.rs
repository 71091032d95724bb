//! Whole jobs with the real binary: real processes, real archives, whole files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

#[path = "../support/shared.rs"]
mod shared;
#[path = "../support/skip.rs"]
mod skip;
#[path = "../support/mod.rs"]
mod support;

mod bad_files;
mod causes;
mod changed;
mod command;
mod conventions;
mod cure;
mod damage;
mod empty;
mod forms;
mod grid;
mod lock;
mod moved;
mod older;
mod oracle;
mod output;
mod programs;
mod readme;
mod redo;
mod regions;
mod resume;
mod room;
mod run;
mod shards;
mod shared_output;
mod status;
mod temperature;
mod traces;
