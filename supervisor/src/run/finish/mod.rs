//! How a run ends: what is done is collated into the final file, and what is left is told.
//!
//! - [`closing`]: who collates, and when · [`final_step`], [`collation`]: the collation itself · [`mod@collate_only`]: it alone ·
//!   [`trial`]: tried out before the whole is done
//! - [`provenance`]: what the final file says of what decided its values
//! - [`target`]: where it goes · [`replaceable`], [`coverage`]: what it may take the place of
//! - [`contradiction`]: what is said of results that contradict each other

pub mod closing;
pub mod collate_only;
mod collation;
mod contradiction;
mod coverage;
mod final_step;
pub mod provenance;
pub mod replaceable;
pub mod target;
pub mod trial;
