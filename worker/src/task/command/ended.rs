//! How a program ended, and what that means.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use dayfold_contract::message::ProgramEnd;
use signal_hook::consts::SIGXFSZ;
use signal_hook::low_level::signal_name;

use super::error::CommandError;

/// A shell whose program was ended by a signal ends with this and the signal's number.
const SHELL_SIGNALLED: i32 = 128;

/// Nothing but success is good.
pub fn check(status: ExitStatus) -> Result<(), CommandError> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(CommandError::Code { code, hint: hint(code) }),
        (None, Some(signal)) => Err(CommandError::Signal(signal)),
        (None, None) => Err(CommandError::Ended(status.to_string())),
    }
}

/// What shells mean by some codes.
fn hint(code: i32) -> String {
    match code {
        126 => ": a program that it calls cannot be executed, if it is a shell's".to_owned(),
        127 => ": a program that it calls was not found, if it is a shell's".to_owned(),
        _ => match meaning(code) {
            ProgramEnd::Signal(signal) => {
                format!(": a program that it calls was ended by {}, if it is a shell's", named(signal))
            }
            ProgramEnd::Code(_) => String::new(),
        },
    }
}

/// What an exit code says: a shell's can stand for the signal that ended its program.
pub fn meaning(code: i32) -> ProgramEnd {
    let signal = code.checked_sub(SHELL_SIGNALLED).filter(|&signal| signal_name(signal).is_some());
    signal.map_or(ProgramEnd::Code(code), ProgramEnd::Signal)
}

/// A signal's number and name.
pub fn named(signal: i32) -> String {
    match signal_name(signal) {
        Some(name) if signal == SIGXFSZ => {
            format!("signal {signal} ({name}): a file would have grown larger than `ulimit -f` allows")
        }
        Some(name) => format!("signal {signal} ({name})"),
        None => format!("signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By wait(2): the code is in the second byte, the signal in the first.
    fn said(status: i32) -> String {
        check(ExitStatus::from_raw(status)).map_or_else(|error| error.to_string(), |()| "well".to_owned())
    }

    #[test]
    fn codes_and_signals_are_told_apart() {
        assert_eq!(said(0), "well");
        assert_eq!(said(3 << 8), "it ended with exit code 3");
        assert_eq!(said(11), "it was ended by signal 11 (SIGSEGV)");
        assert_eq!(said(9), "it was ended by signal 9 (SIGKILL)");
        assert!(said(25).contains("(SIGXFSZ): a file would have grown larger"), "{}", said(25));
    }

    #[test]
    fn what_a_shell_tells_of_its_programs_is_put_in_words() {
        assert!(said(127 << 8).contains("was not found"));
        assert!(said(143 << 8).contains("ended by signal 15 (SIGTERM)"), "{}", said(143 << 8));
        assert_eq!([127, 128, 137, 255].map(meaning), {
            use ProgramEnd::{Code, Signal};
            [Code(127), Code(128), Signal(9), Code(255)]
        });
        assert_eq!(said(255 << 8), "it ended with exit code 255");
    }
}
