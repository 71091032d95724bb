//! A TOML document as its readers see it: tables that remember which keys they were asked for,
//! and values that know their line.
//!
//! Readers take what they want from a table and then [`Table::finish`] it: whatever is in the file
//! and was not asked for is an unknown key. So the list of known keys is the code that reads them.
//! Every getter notes what is wrong in [`Mistakes`] and gives `None`: reading goes on.

use std::cell::RefCell;
use std::fmt::Display;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, value::Datetime};

use super::mistakes::Mistakes;
use super::nearest::{hint, quoted};

/// What all parts of a document share.
#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a str,
    mistakes: &'a Mistakes,
}

impl Page<'_> {
    /// The line of an offset in bytes, from 1.
    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|&&byte| byte == b'\n').count()
    }
}

/// A table of the document, or one that is not there.
pub struct Table<'a> {
    page: Page<'a>,
    /// `archive`, `task.mount`; empty for the whole document.
    path: String,
    /// Where it is, if it is the value of a key that is known by its line.
    line: Option<usize>,
    content: Option<&'a DeTable<'a>>,
    asked: RefCell<Vec<&'static str>>,
}

/// A value of the document.
pub struct Value<'a> {
    page: Page<'a>,
    path: String,
    line: usize,
    content: &'a DeValue<'a>,
}

/// Parses `text` and lets `read` read it; a mistake of syntax is the only one where there is one.
pub fn read<T>(text: &str, mistakes: &Mistakes, read: impl FnOnce(&Table<'_>) -> Option<T>) -> Option<T> {
    let page = Page { text, mistakes };
    match DeTable::parse(text) {
        Ok(tree) => {
            let content = Some(tree.get_ref());
            let root = Table { page, path: String::new(), line: None, content, asked: RefCell::default() };
            let value = read(&root);
            root.finish();
            value
        }
        Err(error) => {
            let span = error.span().unwrap_or_default();
            let message = match (error.message(), text.get(span.clone())) {
                (message @ "duplicate key", Some(key)) => format!("{message} \"{key}\""),
                (message, _) => message.to_owned(),
            };
            mistakes.at(page.line(span.start), format!("this is not TOML: {message}"));
            None
        }
    }
}

impl<'a> Table<'a> {
    /// Where mistakes are gathered.
    pub fn mistakes(&self) -> &'a Mistakes {
        self.page.mistakes
    }

    /// The value of `key`, where it is there.
    pub fn get(&self, key: &'static str) -> Option<Value<'a>> {
        self.asked.borrow_mut().push(key);
        let (_, value) = self.content?.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.value(self.below(key), value))
    }

    /// The value of `key`, which must be there.
    pub fn require(&self, key: &'static str) -> Option<Value<'a>> {
        let value = self.get(key);
        match (&value, self.line) {
            (Some(_), _) => {}
            (None, Some(line)) => self.page.mistakes.at(line, format!("missing {}", self.below(key))),
            (None, None) => self.page.mistakes.missing(self.below(key)),
        }
        value
    }

    /// The table under `key`; one without content where there is none.
    pub fn table(&self, key: &'static str) -> Table<'a> {
        let content = self.get(key).and_then(|value| value.table_content());
        Table { page: self.page, path: self.below(key), line: None, content, asked: RefCell::default() }
    }

    /// Every key that there is with its value, in a table whose keys are people's own.
    pub fn entries(&self) -> Vec<(&'a str, Value<'a>)> {
        let entries = self.content.into_iter().flatten();
        entries
            .map(|(key, value)| {
                let name: &'a str = key.get_ref();
                (name, self.value(self.below(name), value))
            })
            .collect()
    }

    /// Whether the file has this table.
    pub fn is_there(&self) -> bool {
        self.content.is_some()
    }

    /// Notes every key that nobody asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.content.into_iter().flatten() {
            let name = key.get_ref();
            if !asked.iter().any(|known| known == name) {
                let hint = hint(name, asked.iter().copied());
                let message = format!("unknown key \"{name}\"{}: {hint}", self.place());
                self.page.mistakes.at(self.page.line(key.span().start), message);
            }
        }
    }

    fn value(&self, path: String, value: &'a Spanned<DeValue<'a>>) -> Value<'a> {
        let line = self.page.line(value.span().start);
        Value { page: self.page, path, line, content: value.get_ref() }
    }

    fn below(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            entry if entry.contains(' ') => format!("{key} of {entry}"),
            path => format!("{path}.{key}"),
        }
    }

    /// ` in [task]`, ` in task.mount`, or nothing for the whole document.
    fn place(&self) -> String {
        match &self.path {
            path if path.is_empty() => String::new(),
            path if path.contains(['.', ' ']) => format!(" in {path}"),
            path => format!(" in [{path}]"),
        }
    }
}

impl<'a> Value<'a> {
    /// Notes a mistake about this value; `message` reads on after its name.
    pub fn wrong(&self, message: impl Display) {
        self.page.mistakes.at(self.line, format!("{} {message}", self.path));
    }

    /// A text.
    pub fn text(&self) -> Option<&'a str> {
        self.expect("a text in quotes", self.if_text())
    }

    /// The text, if it is one; anything else is no mistake.
    pub fn if_text(&self) -> Option<&'a str> {
        self.content.as_str()
    }

    /// The number, whole or not, if it is one; anything else is no mistake.
    pub fn if_number(&self) -> Option<f64> {
        match self.content {
            DeValue::Integer(_) => self.whole().map(|whole| whole as f64),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => None,
        }
    }

    /// The whole number, if it is one; anything else is no mistake.
    pub fn if_whole(&self) -> Option<i64> {
        self.whole()
    }

    /// The date, if it is one of TOML's own without a time; anything else is no mistake.
    pub fn if_date(&self) -> Option<String> {
        match self.content {
            DeValue::Datetime(Datetime { date: Some(date), time: None, .. }) => Some(date.to_string()),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub fn number(&self) -> Option<f64> {
        self.expect("a number", self.if_number())
    }

    /// A whole number, 1 or more, of some unsigned type.
    pub fn count<N: TryFrom<i64>>(&self) -> Option<N> {
        let whole = self.expect("a whole number, 1 or more", self.whole())?;
        let count = self.expect("1 or more", Some(whole).filter(|&whole| whole > 0))?;
        self.expect("less", N::try_from(count).ok())
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        self.expect("true or false", self.content.as_bool())
    }

    /// A list.
    pub fn list(&self) -> Option<Vec<Value<'a>>> {
        let list = self.expect("a list in [ ]", self.content.as_array())?;
        let entry = |(place, value): (usize, &'a Spanned<DeValue<'a>>)| Value {
            page: self.page,
            path: format!("entry {} of {}", place + 1, self.path),
            line: self.page.line(value.span().start),
            content: value.get_ref(),
        };
        Some(list.iter().enumerate().map(entry).collect())
    }

    /// A list of texts.
    pub fn texts(&self) -> Option<Vec<String>> {
        self.list()?.iter().map(|entry| entry.text().map(str::to_owned)).collect()
    }

    /// A table.
    pub fn table(&self) -> Option<Table<'a>> {
        let content = Some(self.table_content()?);
        let (path, line) = (self.path.clone(), Some(self.line));
        Some(Table { page: self.page, path, line, content, asked: RefCell::default() })
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.content.is_array()
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.content.is_table()
    }

    /// One of these texts.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        self.choice_or(choices, None)
    }

    /// The same, where there is `another` choice that is no text.
    pub fn choice_or<T: Copy>(&self, choices: &[(&str, T)], another: Option<&str>) -> Option<T> {
        let text = self.text()?;
        let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let names = choices.iter().map(|(name, _)| quoted([*name]));
            let all: Vec<String> = names.chain(another.map(str::to_owned)).collect();
            self.wrong(format!("cannot be \"{text}\": choose {}", alternatives(&all)));
        }
        chosen
    }

    /// A text that `parse` understands.
    pub fn parse<T, E: Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        self.understood(parse(self.text()?))
    }

    /// What came of this value elsewhere, or a note of why nothing did.
    pub fn understood<T, E: Display>(&self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.wrong(format!("is wrong: {error}"))).ok()
    }

    /// Notes that it should have been `what`, if it is `None`.
    pub fn expect<T>(&self, what: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.wrong(format!("must be {what}, and is {}", self.described()));
        }
        found
    }

    fn table_content(&self) -> Option<&'a DeTable<'a>> {
        self.expect("a table", self.content.as_table())
    }

    fn whole(&self) -> Option<i64> {
        let integer = self.content.as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    fn described(&self) -> String {
        match self.content {
            DeValue::String(text) => format!("the text \"{text}\""),
            DeValue::Integer(number) => format!("the number {number}"),
            DeValue::Float(number) => format!("the number {number}"),
            DeValue::Boolean(flag) => format!("{flag}"),
            DeValue::Datetime(date) => format!("the date or time {date}"),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }
}

/// `a or b`, `a, b or c`.
fn alternatives(choices: &[String]) -> String {
    match choices.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => choices.concat(),
    }
}

#[cfg(test)]
mod tests;
