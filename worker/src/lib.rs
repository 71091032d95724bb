//! What one worker process does with one assignment: tasks and kernels.
//!
//! [`serve()`] is the process; a [`task`] does the work of one group; [`regions`] says which cells of a
//! grid belong to which region. Files are `dayfold-ncio`'s, the PV model `dayfold-pv`'s, and who
//! does what when is the supervisor's.

mod axis;
mod descendants;
pub mod regions;
mod result;
mod serve;
mod system;
pub mod task;
mod told;

pub use serve::{BAD_MESSAGE, GONE, NO_SETUP, OTHER_PROTOCOL, serve};
