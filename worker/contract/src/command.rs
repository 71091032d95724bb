//! The arguments of a command as people write them: text with placeholders.
//!
//! `{group}`, `{output}` and the like stand for what a worker knows, `${NAME}` for a variable of the
//! environment, `~/` at the beginning for the home folder, `{{` for a brace. The configuration
//! checks arguments with the same reader that a worker fills them by; filling is the worker's.

use std::ffi::CStr;
use std::fmt;

/// The name of the processes that start and end workers' programs, as the system shows it.
pub const STARTER: &CStr = c"dayfold-starter";

/// What a worker puts into an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The group's name.
    Group,
    /// The group's input files, each an argument of its own; absolute.
    Files,
    /// The path of a text file with one input file a line.
    List,
    /// The path of a file with the input files, each ended by a NUL.
    List0,
    /// Where the result goes.
    Output,
    /// The archive's root.
    Root,
}

const PLACEHOLDERS: [(&str, Placeholder); 6] = [
    ("group", Placeholder::Group),
    ("files", Placeholder::Files),
    ("list", Placeholder::List),
    ("list0", Placeholder::List0),
    ("output", Placeholder::Output),
    ("root", Placeholder::Root),
];

/// The variable that `~` stands for.
const HOME: &str = "HOME";

/// A part of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// To be filled in.
    Placeholder(Placeholder),
    /// A variable of the environment.
    Variable(String),
}

/// One argument, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument(Vec<Piece>);

/// Why a text is no argument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadArgument {
    /// Braces around something else.
    #[error("{{{0}}} is no placeholder: known are {known}; write {{{{ for a brace", known = Known)]
    Unknown(String),
    /// A brace without its end.
    #[error("a \"{{\" has no closing \"}}\": write {{{{ for a brace")]
    Open,
    /// `{files}` with something around it.
    #[error(
        "{{files}} becomes one argument a file, so it must stand alone; {{list}}, the path of a text file \
         with one input file a line, can stand within an argument"
    )]
    FilesWithin,
}

struct Known;

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = PLACEHOLDERS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
        f.write_str(&names.join(", "))
    }
}

impl Argument {
    /// Takes `text` apart.
    pub fn parse(text: &str) -> Result<Self, BadArgument> {
        let mut argument = Self(Vec::new());
        let mut rest = text;
        if text == "~" || text.starts_with("~/") {
            argument.0.push(Piece::Variable(HOME.to_owned()));
            rest = &text[1..];
        }
        while let Some(at) = rest.find(['{', '}']) {
            rest = argument.take(rest, at)?;
        }
        argument.push_text(rest);
        match argument.0.len() > 1 && argument.has(Placeholder::Files) {
            true => Err(BadArgument::FilesWithin),
            false => Ok(argument),
        }
    }

    /// Takes the text before the brace at `at`, and what the brace means; gives what follows.
    fn take<'a>(&mut self, text: &'a str, at: usize) -> Result<&'a str, BadArgument> {
        let (before, brace) = text.split_at(at);
        if let Some(rest) = brace.strip_prefix("{{") {
            self.push_text(before);
            self.push_text("{");
            return Ok(rest);
        }
        if let Some(after) = brace.strip_prefix('}') {
            self.push_text(before);
            self.push_text("}");
            return Ok(after.strip_prefix('}').unwrap_or(after));
        }
        let (name, rest) = brace[1..].split_once('}').ok_or(BadArgument::Open)?;
        let piece = match before.strip_suffix('$') {
            Some(before) => {
                self.push_text(before);
                Piece::Variable(name.to_owned())
            }
            None => {
                self.push_text(before);
                Piece::Placeholder(placeholder(name)?)
            }
        };
        self.0.push(piece);
        Ok(rest)
    }

    fn push_text(&mut self, more: &str) {
        match self.0.last_mut() {
            _ if more.is_empty() => {}
            Some(Piece::Text(text)) => text.push_str(more),
            _ => self.0.push(Piece::Text(more.to_owned())),
        }
    }

    /// Its parts, in order; none for an empty argument.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Whether this placeholder is in it.
    pub fn has(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Piece::Placeholder(placeholder))
    }

    /// The variables of the environment that it needs.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether it is the same for every group.
    pub fn is_constant(&self) -> bool {
        !self.0.iter().any(|piece| matches!(piece, Piece::Placeholder(_)))
    }
}

/// Whether a worker puts something in for `{name}`.
pub fn is_placeholder(name: &str) -> bool {
    placeholder(name).is_ok()
}

fn placeholder(name: &str) -> Result<Placeholder, BadArgument> {
    let found = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
    found.map(|&(_, placeholder)| placeholder).ok_or_else(|| BadArgument::Unknown(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn variable(name: &str) -> Piece {
        Piece::Variable(name.to_owned())
    }

    fn pieces(argument: &str) -> Vec<Piece> {
        Argument::parse(argument).unwrap().pieces().to_vec()
    }

    #[test]
    fn placeholders_stand_alone_or_within_text() {
        assert_eq!(pieces("{files}"), [Piece::Placeholder(Placeholder::Files)]);
        assert_eq!(
            pieces("--out={output}.{group}"),
            [
                text("--out="),
                Piece::Placeholder(Placeholder::Output),
                text("."),
                Piece::Placeholder(Placeholder::Group)
            ]
        );
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn braces_are_doubled_and_a_closing_one_may_be_alone() {
        assert_eq!(pieces("{{ print $1 }"), [text("{ print $1 }")]);
        assert_eq!(pieces("{{group}}"), [text("{group}")]);
        assert_eq!(pieces("{{{group}}}"), [text("{"), Piece::Placeholder(Placeholder::Group), text("}")]);
    }

    #[test]
    fn the_environment_and_the_home_folder_are_named() {
        assert_eq!(pieces("${PBS_JOBFS}/{group}")[0], variable("PBS_JOBFS"));
        assert_eq!(pieces("~/bin/day"), [variable("HOME"), text("/bin/day")]);
        assert_eq!(pieces("~"), [variable("HOME")]);
        assert_eq!(pieces("a~/$HOME"), [text("a~/$HOME")]);
        assert_eq!(Argument::parse("${A}${B}").unwrap().variables().collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_known() {
        let wrong = |text| Argument::parse(text).unwrap_err().to_string();
        assert_eq!(
            wrong("{grp}"),
            "{grp} is no placeholder: known are {group}, {files}, {list}, {list0}, {output}, {root}; write {{ for a brace"
        );
        assert_eq!(wrong("a{group"), "a \"{\" has no closing \"}\": write {{ for a brace");
        assert!(
            wrong("--in={files}").starts_with("{files} becomes one argument a file, so it must stand alone")
        );
    }

    #[test]
    fn only_placeholders_differ_from_group_to_group() {
        let constant = |text| Argument::parse(text).unwrap().is_constant();
        assert!(constant("~/day.sh") && constant("{{x}}") && !constant("{root}/day.sh"));
    }
}
