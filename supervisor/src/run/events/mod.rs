//! Where events go: [`ears`] passes them on to the user's listener and to the journal, which [`chronicle`] writes;
//! [`session`] is the journal's first line of a start.

pub mod chronicle;
pub mod ears;
pub mod session;
