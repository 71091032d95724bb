//! The CF conventions as plain values: attributes, packing, and which axis is which.
//!
//! Nothing here knows the library: what the reader finds in a file is put into [`Attributes`] and
//! judged here, so that any other way into the same file obeys the same rules.

mod attributes;
mod axes;
mod number;
mod packing;
mod rule;

pub use attributes::{Attribute, Attributes, BadAttribute, Nan};
pub use axes::{Role, in_degrees, role};
pub use number::{Number, NumberType, Raw};
pub use packing::{Bounds, Packing};
pub use rule::Rule;

pub(crate) use number::with_raw;
