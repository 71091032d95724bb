//! Where events go: [`sinks`] passes them on to the user's listener and to the journal, which [`journal_writer`] writes;
//! [`session`] is the journal's first line of a start.

pub mod journal_writer;
pub mod session;
pub mod sinks;
