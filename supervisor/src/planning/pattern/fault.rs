//! What can be wrong with a pattern's text.

/// What is wrong with a pattern's text; positions are in characters, from 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// Nothing there.
    #[error("it is empty; expected something like %Y/%m/%d/*.nc")]
    Empty,
    /// It begins with `/`.
    #[error("it begins with `/`; write it relative to the archive's root")]
    Absolute,
    /// `//`, or `/` at the end.
    #[error("the name at character {position} is empty: remove a `/`, or add the file's name")]
    EmptyName {
        /// Where it should begin.
        position: usize,
    },
    /// `.` or `..`.
    #[error("`{part}` at character {position} is not allowed: set the root instead")]
    Dots {
        /// Which of the two.
        part: String,
        /// Where it begins.
        position: usize,
    },
    /// A `%` with a letter that is no field, or with nothing.
    #[error(
        "`{found}` at character {position} is not a known field; known are {known} and %% for a percent sign"
    )]
    UnknownField {
        /// As written.
        found: String,
        /// Where the `%` is.
        position: usize,
        /// The fields that there are.
        known: String,
    },
    /// `{name}` that is not `{version}`.
    #[error(
        "`{{{name}}}` at character {position} is not known: there is {{version}}; \
         alternatives are written {{a,b}}"
    )]
    UnknownPlaceholder {
        /// Between the braces.
        name: String,
        /// Where the brace is.
        position: usize,
    },
    /// An opening bracket or brace without its end in the same name.
    #[error(
        "`{opening}` at character {position} is not closed before the next `/`; literally, write \\{opening}"
    )]
    Unclosed {
        /// Which.
        opening: char,
        /// Where it is.
        position: usize,
    },
    /// A `}` without `{`.
    #[error("`}}` at character {position} closes nothing; literally, write \\}}")]
    Unopened {
        /// Where it is.
        position: usize,
    },
    /// A backslash with nothing after it.
    #[error("the backslash at character {position} has nothing after it")]
    Dangling {
        /// Where it is.
        position: usize,
    },
    /// `[z-a]`.
    #[error("the range {first}-{last} at character {position} runs backwards")]
    Backwards {
        /// Its first character.
        first: char,
        /// Its last character.
        last: char,
        /// Where the class begins.
        position: usize,
    },
    /// A field or braces in `{a,b}`.
    #[error("`{found}` at character {position} cannot be within {{...}}; only text, *, ? and [...] can")]
    InBraces {
        /// What was found.
        found: char,
        /// Where.
        position: usize,
    },
    /// `**` beside other text.
    #[error("`**` at character {position} must be a folder of its own, as in a/**/b; within a name, write *")]
    DeepInName {
        /// Where.
        position: usize,
    },
    /// `**` as the file's name.
    #[error("it ends with `**`; write **/* for all files at any depth")]
    DeepLast,
    /// Too long for the regular expressions that it becomes.
    #[error("`{part}` is too long to be matched")]
    TooLong {
        /// The name.
        part: String,
    },
}
