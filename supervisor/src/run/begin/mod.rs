//! How a run begins: who may, what earlier runs left, and what of it is done again.
//!
//! - [`entrance`]: one supervisor a shard, one beginning at a time
//! - [`resume_state`]: where each group stands, by the plan and the [`results`] that are there · [`again`]: what of it is
//!   done again, since it is wished or a program has changed · [`past_peaks`]: how much memory groups took

pub mod again;
pub mod entrance;
pub mod past_peaks;
pub mod results;
pub mod resume_state;
