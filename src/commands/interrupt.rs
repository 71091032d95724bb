//! Signals that come before anything was started, or while an orderly end hangs: the program ends as it
//! says it does.

use std::time::Duration;

use dayfold_supervisor::batch::question;
use dayfold_supervisor::interrupt::{self, GivenUp, Interrupt};
use dayfold_supervisor::pool::PoolError;
use dayfold_supervisor::run::RunError;

use crate::cli::MessageFormat;
use crate::show::{failure, stderr};

/// The last words take so long at most.
const PATIENCE: Duration = Duration::from_millis(500);

/// Listens to signals from now on; a vain end is told so.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen(format: MessageFormat) -> Result<Interrupt, RunError> {
    Interrupt::listen(move |why| give_up(why, format))
        .map_err(|error| RunError::Pool(PoolError::Signals(error)))
}

/// Ends a process that hangs: in a file system that does not answer, most likely, where standard error may
/// be, too.
fn give_up(why: GivenUp, format: MessageFormat) {
    let error = match why {
        GivenUp::Before => RunError::Interrupted,
        GivenUp::Within => RunError::GivenUp,
    };
    question::end_unanswered();
    let exit = failure::tell(&error.into(), format);
    let _unsaid = stderr::drain_within(PATIENCE);
    interrupt::end_now(exit as u8);
}
