//! Errors as both sides read and tell them.
//!
//! What an error means for a run is said by those who know it; here is what they share.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

/// Whether `error` says that the disk (`ENOSPC`) or a quota (`EDQUOT`) is full: with more space the
/// work can go on.
pub fn is_no_space(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// An error, its cause, the cause's cause.
pub fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes in one line, outermost first, each once, in words: without the numbers that the system
/// has for its own.
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let add = |text: String, cause: &(dyn Error + 'static)| match without_numbers(cause.to_string()) {
        // some errors tell their cause themselves
        said if text.contains(&said) => text,
        said => format!("{text}: {said}"),
    };
    causes(error).skip(1).fold(without_numbers(error.to_string()), add)
}

/// What the error of a call that starts a process or a thread, or opens a file, means where a limit of the system is
/// the cause; to follow the error.
pub fn limit_named(error: &io::Error) -> Option<String> {
    let limit =
        |resource| getrlimit(resource).current.map_or("unlimited".to_owned(), |limit| limit.to_string());
    match Errno::from_io_error(error)? {
        Errno::MFILE => {
            Some(format!("the limit on open files (`ulimit -n`) is {}: raise it", limit(Resource::Nofile)))
        }
        Errno::AGAIN => Some(format!(
            "the limit on the user's processes and threads (`ulimit -u`) is {}, and a batch job may have one of \
             its own: raise it, or use fewer workers",
            limit(Resource::Nproc)
        )),
        _ => None,
    }
}

/// An error, and the limit that is its cause if one is.
pub fn explained(error: &io::Error) -> String {
    let told = in_one_line(error);
    match limit_named(error) {
        Some(limit) => format!("{told}: {limit}"),
        None => told,
    }
}

/// Takes out what the standard library adds to the system's words: ` (os error 2)`.
fn without_numbers(mut text: String) -> String {
    const BEFORE: &str = " (os error ";
    while let Some(start) = text.find(BEFORE) {
        let Some(length) = text[start..].find(')') else { break };
        text.replace_range(start..=start + length, "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_as_what_they_are_and_other_errors_left_alone() {
        let named = |errno: Errno| limit_named(&errno.into()).unwrap_or_default();
        assert!(named(Errno::MFILE).contains("`ulimit -n`"));
        assert!(named(Errno::AGAIN).contains("`ulimit -u`"));
        assert_eq!(named(Errno::NOENT), "");
        let said = explained(&Errno::MFILE.into());
        assert!(said.starts_with("Too many open files: the limit on open files"), "{said}");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        #[source]
        source: Option<Box<Layer>>,
    }

    fn layer(text: &'static str, source: Option<Layer>) -> Layer {
        Layer { text, source: source.map(Box::new) }
    }

    #[test]
    fn a_full_disk_and_a_full_quota_are_told_from_other_trouble() {
        assert!(is_no_space(&io::Error::from_raw_os_error(28)), "ENOSPC");
        assert!(is_no_space(&io::Error::from_raw_os_error(122)), "EDQUOT");
        assert!(!is_no_space(&io::Error::from(ErrorKind::PermissionDenied)));
    }

    #[test]
    fn the_system_is_quoted_in_words() {
        let missing = io::Error::from_raw_os_error(2);
        let told = format!("failed to read a: {missing}: see to it; or {missing}");
        assert_eq!(in_one_line(&missing), "No such file or directory");
        assert_eq!(
            in_one_line(&io::Error::other(told)),
            "failed to read a: No such file or directory: see to it; or No such file or directory"
        );
        assert_eq!(in_one_line(&io::Error::other("cut (os error 2")), "cut (os error 2");
    }

    #[test]
    fn causes_follow_and_are_not_repeated() {
        let telling = layer("cannot open: no such file", Some(layer("no such file", None)));
        assert_eq!(in_one_line(&layer("no values", Some(telling))), "no values: cannot open: no such file");
    }
}
