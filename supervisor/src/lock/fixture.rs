//! A lock, for the tests of others.

use std::path::Path;
use std::time::Instant;

use super::{Acquisition, Holder, Lock, Step};
use crate::meter::Host;

/// Takes a lock that is free.
pub fn taken(path: &Path, me: &Holder, host: &Host) -> Lock {
    acquired(Acquisition::new(path, me, host).step(Instant::now()).unwrap())
}

/// The lock of a step that took it.
pub fn acquired(step: Step) -> Lock {
    match step {
        Step::Acquired(lock) => lock,
        other => panic!("expected a lock, found {other:?}"),
    }
}
