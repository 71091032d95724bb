//! The command line as users meet it: the real binary, in folders of its own. What a whole run does
//! to real data is tested elsewhere.

mod config;
mod help;
mod hostile_names;
mod plan;
mod plot;
mod run;
mod sample;
#[path = "../support/shared.rs"]
mod shared;
#[path = "../support/skip.rs"]
mod skip;
#[path = "../support/mod.rs"]
mod support;
