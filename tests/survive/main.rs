//! What a run survives: kills at any instant, signals, want of memory, workers that misbehave, full
//! disks. The real binary, real processes; waiting is for what happens, never for a clock.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must fail")]
#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

#[path = "../support/skip.rs"]
mod skip;
#[path = "../support/mod.rs"]
mod support;

mod cgroup;
mod chance;
mod failing;
mod farm;
mod mounts;
mod processes;
mod running;

mod boundaries;
mod early;
mod faults;
mod full_disk;
mod kills;
mod limits;
mod memory;
mod misbehave;
mod orphans;
mod screen;
mod sessions;
mod signals;
mod special_files;
mod stuck;
mod vanished;
