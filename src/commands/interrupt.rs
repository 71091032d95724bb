//! Signals that come before anything was started: the program ends as it says it does.

use std::process;

use dayfold_supervisor::interrupt::Interrupt;
use dayfold_supervisor::pool::PoolError;
use dayfold_supervisor::run::RunError;

use crate::cli::MessageFormat;
use crate::show::failure;

/// Listens to signals from now on; a vain end is told so.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen(format: MessageFormat) -> Result<Interrupt, RunError> {
    Interrupt::listen(move || give_up(format)).map_err(|error| RunError::Pool(PoolError::Signals(error)))
}

/// Ends a process that hangs: in a file system that does not answer, most likely.
fn give_up(format: MessageFormat) {
    process::exit(failure::tell(&RunError::Interrupted.into(), format) as i32);
}
