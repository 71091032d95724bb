//! A name of the pattern, read character by character.

use std::iter::Peekable;
use std::str::CharIndices;

use super::PatternFault;

/// Yields characters with their positions in the whole pattern, from 1.
pub(super) struct Scanner<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    position: usize,
}

impl<'a> Scanner<'a> {
    /// Over a name that begins at a position of the pattern.
    pub(super) fn new(text: &'a str, position: usize) -> Self {
        Self { text, rest: text.char_indices().peekable(), position }
    }

    /// The next character and where it is.
    pub(super) fn next(&mut self) -> Option<(usize, char)> {
        let (_, found) = self.rest.next()?;
        self.position += 1;
        Some((self.position - 1, found))
    }

    /// Passes over a character if it is the next.
    pub(super) fn take(&mut self, expected: char) -> bool {
        let is_next = self.rest.peek().is_some_and(|&(_, found)| found == expected);
        if is_next {
            self.next();
        }
        is_next
    }

    /// Passes over as many characters as a text has.
    pub(super) fn skip(&mut self, text: &str) {
        for _ in text.chars() {
            self.next();
        }
    }

    /// The character after a backslash that was at `position`.
    pub(super) fn escaped(&mut self, position: usize) -> Result<char, PatternFault> {
        self.next().map(|(_, found)| found).ok_or(PatternFault::Dangling { position })
    }

    /// What stands between the brace just passed and the next one, if it looks like a name.
    pub(super) fn placeholder(&mut self) -> Option<&'a str> {
        let start = self.rest.peek()?.0;
        let (name, _) = self.text.get(start..)?.split_once('}')?;
        let is_name =
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        is_name.then_some(name)
    }
}
