//! Whole jobs with the real binary: real processes, real archives, whole files.

#[path = "../support/mod.rs"]
mod support;

mod oracle;
mod run;
