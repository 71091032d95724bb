//! `[...]` and `{a,b}` as regular expressions.

use super::PatternFault;
use super::scan::Scanner;

/// What follows a `[` that was at `position`, up to its `]`.
///
/// `!` or `^` at the beginning turns it round; `]` is literal there, `-` at either end.
pub(super) fn class(scanner: &mut Scanner<'_>, position: usize) -> Result<String, PatternFault> {
    let negated = scanner.take('!') || scanner.take('^');
    let mut members = Vec::new();
    if scanner.take(']') {
        members.push(']');
    }
    loop {
        match scanner.next().ok_or(PatternFault::Unclosed { opening: '[', position })? {
            (_, ']') => break,
            (at, '\\') => members.push(scanner.escaped(at)?),
            (_, member) => members.push(member),
        }
    }
    let ranges = ranges(&members, position)?;
    Ok(format!("[{}{ranges}]", if negated { "^" } else { "" }))
}

fn ranges(members: &[char], position: usize) -> Result<String, PatternFault> {
    match *members {
        [] => Ok(String::new()),
        [first, '-', last, ..] if first > last => Err(PatternFault::Backwards { first, last, position }),
        [first, '-', last, ref rest @ ..] => {
            Ok(format!("{}-{}{}", quote(first), quote(last), ranges(rest, position)?))
        }
        [member, ref rest @ ..] => Ok(quote(member) + &ranges(rest, position)?),
    }
}

/// What follows a `{` that was at `position`, up to its `}`.
pub(super) fn alternatives(scanner: &mut Scanner<'_>, position: usize) -> Result<String, PatternFault> {
    let mut expression = "(?:".to_owned();
    loop {
        match scanner.next().ok_or(PatternFault::Unclosed { opening: '{', position })? {
            (_, '}') => return Ok(expression + ")"),
            (_, ',') => expression.push('|'),
            (_, '*') => expression.push_str(".*?"),
            (_, '?') => expression.push('.'),
            (at, '[') => expression.push_str(&class(scanner, at)?),
            (at, '\\') => expression.push_str(&quote(scanner.escaped(at)?)),
            (position, found @ ('%' | '{')) => return Err(PatternFault::InBraces { found, position }),
            (_, literal) => expression.push_str(&quote(literal)),
        }
    }
}

/// A character that stands for itself in a regular expression.
pub(in crate::planning) fn quote(literal: char) -> String {
    regex::escape(literal.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn matches(glob: &str, name: &str) -> bool {
        let mut scanner = Scanner::new(glob.get(1..).unwrap(), 2);
        let read = if glob.starts_with('[') { class } else { alternatives };
        let expression = read(&mut scanner, 1).unwrap();
        Regex::new(&format!(r"\A{expression}\z")).unwrap().is_match(name)
    }

    #[test]
    fn globs_mean_what_the_library_says_they_mean() {
        let globs = [
            "[abc]",
            "[a-c]",
            "[!a-c]",
            "[]x]",
            "[a-]",
            "[-a]",
            "[*]",
            "[.]",
            "{a,b}",
            "{a*,?b}",
            "{[ab]x,c}",
        ];
        let names = ["a", "b", "c", "d", "]", "x", "-", "*", ".", "ab", "ax", "bx", "axy", ""];
        for glob in globs {
            let library = globset::Glob::new(glob).unwrap().compile_matcher();
            for name in names {
                assert_eq!(matches(glob, name), library.is_match(name), "{glob} {name:?}");
            }
        }
    }

    #[test]
    fn characters_special_to_regular_expressions_are_not_special_here() {
        assert!(
            matches("[&&]", "&")
                && matches("[~^]", "^")
                && matches("[\\\\d]", "d")
                && !matches("[\\\\d]", "1")
        );
        assert!(matches("{a+,(b)}", "a+") && matches("{a+,(b)}", "(b)") && !matches("{a+,(b)}", "aa"));
    }
}
