//! The pattern's text, read into folders and a file name, each a row of tokens.
//!
//! Literals, strftime fields, `{version}`, and the globs `*`, `?`, `[...]`, `{a,b}`; a backslash takes a
//! character literally. `**` is a folder of its own and stands for any number of folders. What the
//! tokens match is [`super::name`]'s.

mod fault;
mod glob;
mod scan;

use super::fields::Field;
use glob::{alternatives, class};
use scan::Scanner;

pub use fault::PatternFault;
pub(super) use glob::quote;

/// One folder or the file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Component {
    /// `**`: any number of folders.
    Deep,
    /// One name.
    Name {
        /// As written.
        text: String,
        /// What it consists of.
        tokens: Vec<Token>,
    },
}

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Itself.
    Literal(char),
    /// A part of the date.
    Field(&'static Field),
    /// The version's name.
    Version,
    /// A regular expression that stands for a glob.
    Glob(String),
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Vec<Component>, PatternFault> {
    if pattern.is_empty() {
        return Err(PatternFault::Empty);
    }
    if pattern.starts_with('/') {
        return Err(PatternFault::Absolute);
    }
    let mut position = 1;
    let mut components = Vec::new();
    for part in pattern.split('/') {
        let next = component(part, position)?;
        if !(next == Component::Deep && components.last() == Some(&next)) {
            components.push(next);
        }
        position += part.chars().count() + 1;
    }
    if components.last() == Some(&Component::Deep) { Err(PatternFault::DeepLast) } else { Ok(components) }
}

fn component(part: &str, position: usize) -> Result<Component, PatternFault> {
    match part {
        "" => Err(PatternFault::EmptyName { position }),
        "." | ".." => Err(PatternFault::Dots { part: part.to_owned(), position }),
        "**" => Ok(Component::Deep),
        _ => Ok(Component::Name { text: part.to_owned(), tokens: tokens(part, position)? }),
    }
}

fn tokens(part: &str, position: usize) -> Result<Vec<Token>, PatternFault> {
    let mut scanner = Scanner::new(part, position);
    let mut tokens = Vec::new();
    while let Some((position, found)) = scanner.next() {
        tokens.push(match found {
            '%' => field(&mut scanner, position)?,
            '{' => braces(&mut scanner, position)?,
            '}' => return Err(PatternFault::Unopened { position }),
            '*' if scanner.take('*') => return Err(PatternFault::DeepInName { position }),
            '*' => Token::Glob(".*?".to_owned()),
            '?' => Token::Glob(".".to_owned()),
            '[' => Token::Glob(class(&mut scanner, position)?),
            '\\' => Token::Literal(scanner.escaped(position)?),
            other => Token::Literal(other),
        });
    }
    Ok(tokens)
}

/// What a `%` begins.
fn field(scanner: &mut Scanner<'_>, position: usize) -> Result<Token, PatternFault> {
    let letter = scanner.next().map(|(_, letter)| letter);
    if letter == Some('%') {
        return Ok(Token::Literal('%'));
    }
    letter.and_then(Field::of).map(Token::Field).ok_or_else(|| PatternFault::UnknownField {
        found: std::iter::once('%').chain(letter).collect(),
        position,
        known: Field::known(),
    })
}

/// What a `{` begins: `{version}` or alternatives.
fn braces(scanner: &mut Scanner<'_>, position: usize) -> Result<Token, PatternFault> {
    match scanner.placeholder() {
        Some("version") => {
            scanner.skip("version}");
            Ok(Token::Version)
        }
        Some(name) => Err(PatternFault::UnknownPlaceholder { name: name.to_owned(), position }),
        None => alternatives(scanner, position).map(Token::Glob),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(pattern: &str) -> Vec<Token> {
        match parse(pattern).unwrap().pop() {
            Some(Component::Name { tokens, .. }) => tokens,
            other => panic!("{pattern}: {other:?}"),
        }
    }

    #[test]
    fn the_archives_own_pattern_is_read() {
        let components = parse("{version}/%Y/%m/%d/IDE00326.*.nc").unwrap();
        assert_eq!(components.len(), 5);
        assert_eq!(
            components[0],
            Component::Name { text: "{version}".to_owned(), tokens: vec![Token::Version] }
        );
        let tokens = name("{version}/%Y/%m/%d/a.*");
        assert_eq!(tokens, [Token::Literal('a'), Token::Literal('.'), Token::Glob(".*?".to_owned())]);
    }

    #[test]
    fn characters_are_taken_literally_after_a_backslash_or_percent() {
        assert_eq!(name(r"\*%%"), [Token::Literal('*'), Token::Literal('%')]);
        assert_eq!(name("[*]"), [Token::Glob(r"[\*]".to_owned())]);
    }

    #[test]
    fn deep_folders_in_a_row_are_one() {
        assert_eq!(parse("**/**/a").unwrap(), parse("**/a").unwrap());
        assert_eq!(parse("**/a").unwrap()[0], Component::Deep);
    }

    #[test]
    fn each_fault_says_where_it_is() {
        for (pattern, expected) in [
            ("", "it is empty"),
            ("/a/b", "begins with `/`"),
            ("a//b", "the name at character 3 is empty"),
            ("a/", "the name at character 3 is empty"),
            ("%Y/../b", "`..` at character 4"),
            (
                "%Y/%q.nc",
                "`%q` at character 4 is not a known field; known are %Y %y %m %b %B %d %j %H %M %S and %%",
            ),
            ("%Y/a%", "`%` at character 5"),
            ("ä/%Q", "`%Q` at character 3"),
            ("{date}/a", "`{date}` at character 1 is not known: there is {version}"),
            ("a/{b,c", "`{` at character 3 is not closed"),
            ("a/b}", "`}` at character 4 closes nothing"),
            ("a/[b", "`[` at character 3 is not closed"),
            ("a/[z-a]", "the range z-a at character 3 runs backwards"),
            ("a/{b,%Y}", "`%` at character 6 cannot be within {...}"),
            ("a/{b,{c,d}}", "`{` at character 6 cannot be within {...}"),
            ("a/b**", "`**` at character 4 must be a folder of its own"),
            ("a/**", "it ends with `**`"),
            ("a\\", "the backslash at character 2"),
        ] {
            let message = parse(pattern).unwrap_err().to_string();
            assert!(message.contains(expected), "{pattern}: {message}");
        }
    }
}
