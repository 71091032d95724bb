//! From a pattern as it is written in a configuration to an absolute one.
//!
//! It stays as written in the task, so that the same run can be gone on with after its folder has been
//! moved; folder and environment are put in here, by the process that looks for files.

use std::path::Path;

use dayfold_contract::command::{Argument, BadArgument, Piece};

/// Why a pattern stands for no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPath {
    /// A variable that is not there.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// Something else than a variable in braces.
    #[error(transparent)]
    Braces(#[from] BadArgument),
}

/// With `~` and `${VAR}` replaced, beginning in `folder` if it is relative. The folder stands for itself,
/// whatever characters are in its name.
pub fn absolute(written: &str, folder: &Path) -> Result<String, NotAPath> {
    let mut text = String::new();
    for piece in Argument::parse(written)?.pieces() {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Variable(name) => {
                text.push_str(&std::env::var(name).map_err(|_| NotAPath::Unset(name.clone()))?);
            }
            // a configuration with one is refused
            Piece::Placeholder(_) => {}
        }
    }
    if text.starts_with('/') {
        return Ok(text);
    }
    let folder = glob::Pattern::escape(&folder.to_string_lossy()).replace('%', "%%");
    Ok(format!("{}/{text}", folder.trim_end_matches('/')))
}

/// With a glob for each field, so that it matches the files of any date.
pub fn of_any_date(pattern: &str) -> String {
    let mut any = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        let end =
            after.find(|c: char| c == '%' || c.is_ascii_alphabetic()).map_or(after.len(), |end| end + 1);
        let (field, left) = after.split_at(end);
        push(&mut any, before);
        push(&mut any, glob_of(field));
        rest = left;
    }
    push(&mut any, rest);
    any
}

/// What a field, from after its `%` on, can be.
fn glob_of(field: &str) -> &'static str {
    match field.chars().next_back() {
        Some('%') => "%",
        // a date with slashes
        Some('D') => "*/*/*",
        // a number, which may begin with blanks
        Some(
            'C' | 'd' | 'e' | 'g' | 'G' | 'H' | 'I' | 'j' | 'k' | 'l' | 'm' | 'M' | 'S' | 'u' | 'U' | 'V'
            | 'w' | 'W' | 'y' | 'Y',
        ) => "[0-9 ]*",
        _ => "*",
    }
}

/// Two globs side by side would be another one.
fn push(text: &mut String, more: &str) {
    text.push_str(if text.ends_with('*') { more.trim_start_matches('*') } else { more });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_itself_and_the_environment_is_put_in() {
        let absolute = |written| absolute(written, Path::new("/run 100%/[a]"));
        assert_eq!(absolute("tas/%Y*.nc").unwrap(), "/run 100%%/[[]a[]]/tas/%Y*.nc");
        assert_eq!(absolute("/g/%Y.nc").unwrap(), "/g/%Y.nc");
        let home = std::env::var("HOME").unwrap();
        assert_eq!(absolute("~/%Y.nc").unwrap(), format!("{home}/%Y.nc"));
        let error = absolute("${NO_SUCH_VARIABLE}/%Y.nc").unwrap_err();
        assert_eq!(error.to_string(), "the environment variable NO_SUCH_VARIABLE is not set");
    }

    #[test]
    fn fields_become_globs_and_no_double_ones() {
        assert_eq!(of_any_date("/g/%Y/tas_*_%Y%m-*.nc"), "/g/[0-9 ]*/tas_*_[0-9 ]*[0-9 ]*-*.nc");
        assert_eq!(of_any_date("/g/%-d*/100%%/%B%b/%D.nc"), "/g/[0-9 ]*/100%/*/*/*/*.nc");
        assert_eq!(of_any_date("/g/**/a.nc"), "/g/**/a.nc");
    }
}
