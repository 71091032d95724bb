//! What one process does with many workers.
//!
//! [`run`] is a whole run: [`planning`] finds the groups, [`rundir`] knows what earlier runs left,
//! [`decide`] says what happens next, [`pool`] makes it happen, [`collate`] collates the partials into
//! the final file, [`run_event`] is what listeners hear of it all. [`meter`] reads the machine,
//! [`batch`] asks the batch system, [`lock`] keeps others away, [`journal`] keeps what happened, [`durable`] writes files that
//! survive a power cut, [`status`] tells from outside how a run stands. Computing is
//! `dayfold-worker`'s, the command line and what people see the root package's.

pub mod batch;
pub mod collate;
mod crash;
pub mod decide;
mod disk_space;
pub mod durable;
mod helper;
pub mod interrupt;
pub mod journal;
mod limits;
pub mod lock;
pub mod meter;
mod names;
mod orphans;
pub mod planning;
pub mod pool;
pub mod run;
pub mod run_event;
pub mod rundir;
pub mod status;
mod task;
pub mod verdict;
