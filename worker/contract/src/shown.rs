//! Texts of others as people may see them: names of files and groups, and what programs and libraries say.
//!
//! A name can hold anything but a slash: line breaks that look like lines of ours, sequences that a terminal
//! obeys, marks that turn the order of letters round. Escaped they can be read and do nothing.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character may not be shown as it is. Tabs and spaces may.
fn is_odd(letter: char) -> bool {
    let is_mark = matches!(
        letter,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    is_mark || (letter.is_control() && letter != '\t')
}

/// A name or a line, with escapes such as `\n` and `\u{1b}` in place of what may not be shown.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, _| is_odd(letter))
}

/// The same of several lines: only those breaks stay that are followed by two blanks, as ours are.
pub fn shown_paragraph(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, rest| is_odd(letter) && !(letter == '\n' && rest.starts_with("  ")))
}

/// The same of whole lines: breaks stay.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, _| is_odd(letter) && letter != '\n')
}

/// For a cell of a table, from which [`from_cell`] makes the same text again.
pub fn to_cell(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, _| is_odd(letter) || matches!(letter, '\t' | '\\'))
}

/// What [`to_cell`] was made of. A backslash that begins no escape stands for itself.
pub fn from_cell(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (letter, length) = unescaped(after).unwrap_or(('\\', 0));
        text.push(letter);
        rest = after.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// What an escape stands for, and how long it is without its backslash.
fn unescaped(after: &str) -> Option<(char, usize)> {
    match after.chars().next()? {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        '\\' => Some(('\\', 1)),
        'u' => {
            let (digits, _) = after.strip_prefix("u{")?.split_once('}')?;
            let letter = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            Some((letter, digits.len() + 3))
        }
        _ => None,
    }
}

fn escaped(text: &str, is_escaped: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let after = |(at, letter): (usize, char)| text.get(at + letter.len_utf8()..).unwrap_or_default();
    if !text.char_indices().any(|here| is_escaped(here.1, after(here))) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for here in text.char_indices() {
        match here.1 {
            letter if is_escaped(letter, after(here)) => {
                // into a text nothing fails
                let _ = write!(escaped, "{}", letter.escape_default());
            }
            letter => escaped.push(letter),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "x\u{1b}]0;owned\u{7}\u{1b}[2J\n9 of 9 groups done\r\u{202e}cn.\u{9b}31m\u{7f}";

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_the_rest_stays() {
        let told = shown(HOSTILE);
        let expected =
            "x\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\n9 of 9 groups done\\r\\u{202e}cn.\\u{9b}31m\\u{7f}";
        assert_eq!(told, expected);
        for plain in ["2022-02-01", "a b\tc.nc", "C:\\data", "Größe {1} \u{1f600} 日本"] {
            assert!(matches!(shown(plain), Cow::Borrowed(same) if same == plain));
        }
    }

    #[test]
    fn only_our_own_line_breaks_stay() {
        let text = "2 mistakes\n  a.toml:1: x\n9 of 9\u{1b}";
        assert_eq!(shown_paragraph(text), "2 mistakes\n  a.toml:1: x\\n9 of 9\\u{1b}");
        assert_eq!(shown_lines(text), "2 mistakes\n  a.toml:1: x\n9 of 9\\u{1b}");
    }

    #[test]
    fn cells_of_a_table_come_back() {
        for text in [HOSTILE, "", "a\tb", "a\\nb", "\\", "\\\\u{1b}", "ends in \\", "Größe"] {
            let cell = to_cell(text);
            assert!(!cell.contains(['\t', '\n', '\u{1b}']), "{cell}");
            assert_eq!(from_cell(&cell), text);
        }
        assert_eq!(from_cell(r"of before: C:\data\x \u{zz}"), r"of before: C:\data\x \u{zz}");
    }
}
