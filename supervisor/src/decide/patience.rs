//! How long is waited for what should happen at once.

use std::time::Duration;

/// What a worker that lives does at once may take it so long: to be ready, to start, to give back,
/// to end. On a loaded node, from a slow file system.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A process that was killed is gone within this time, or it hangs in the kernel: most likely in a
/// file system that does not answer, where nothing can end it.
pub const GONE_IN: Duration = Duration::from_secs(10);

/// So long is waited, instead, where somebody is about to end us.
pub const IN_A_HURRY: Duration = Duration::from_secs(2);

/// And so long after a second signal: the closing comes after that, and nobody waits any more.
pub const AT_ONCE: Duration = Duration::from_secs(1);
