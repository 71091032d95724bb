//! Opening, listing and removing what is on disk.
//!
//! Anything can be in a file's place: a pipe, which to open would wait for a writer, a device, a folder.
//! And any call can fail on a network file system, `close` and `closedir` included, where the standard
//! library's directory reader panics. So all of dayfold opens files to read, lists folders and removes trees
//! through here. What is in a file, and who may write it, is the callers' business.

mod list;
mod open;
mod remove;

pub use list::{Entry, Kind, list, names};
pub use open::{NotRegular, open, open_with, read, read_to_string, require_regular};
pub use remove::remove_tree;
