//! Whole jobs with the real binary: real processes, real archives, whole files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

#[path = "../support/mod.rs"]
mod support;

mod command;
mod damage;
mod grid;
mod lock;
mod oracle;
mod resume;
mod room;
mod run;
mod shards;
