//! What went wrong, in a program's own words: the line of its output that says it.
//!
//! Languages have their own ways to say it. A Python traceback counts more than what a script around it says
//! after it, and any line that speaks of an error more than the last line.

/// A cause is cut to so many characters.
const LONGEST: usize = 300;

/// What follows the error itself and says nothing.
const TRAILERS: [&str; 6] =
    ["Execution halted", "Calls: ", "note: run with", "Stacktrace:", "In addition: Warning", "Aborted"];

/// The words of the C library, of shells and of the kernel for a program that was ended.
const ENDED: [&str; 10] = [
    "free(): ",
    "malloc(): ",
    "realloc(): ",
    "munmap_chunk(): ",
    "double free or corruption",
    "corrupted size vs",
    "*** stack smashing detected",
    "Segmentation fault",
    "Bus error",
    "Killed",
];

/// The line that says what went wrong, where one says so.
pub fn recognised(output: &str) -> Option<String> {
    let lines = lines(output);
    let last = |rule: fn(&[&str], &[&str]) -> Option<String>| {
        (0..lines.len()).rev().find_map(|at| {
            let (before, from) = lines.split_at(at);
            rule(before, from)
        })
    };
    last(traceback).or_else(|| last(of_a_language)).or_else(|| last(any_error)).map(|text| shortened(&text))
}

/// The last line that says anything.
pub fn last_line(output: &str) -> Option<String> {
    let said = |line: &&str| !line.trim().is_empty() && !is_trailer(line);
    lines(output).into_iter().rev().find(said).map(|line| shortened(line.trim()))
}

/// A progress bar writes over its own line: what stands there at last counts.
fn lines(output: &str) -> Vec<&str> {
    let shown = |line: &'_ str| line.trim_end_matches('\r').rfind('\r').map_or(0, |at| at + 1);
    output.lines().map(|line| line[shown(line)..].trim_end()).collect()
}

fn is_trailer(line: &str) -> bool {
    TRAILERS.iter().any(|trailer| line.starts_with(trailer))
}

/// A Python traceback: the exception stands behind the frames, which are indented. Those of exception groups have
/// a margin.
fn traceback(_: &[&str], lines: &[&str]) -> Option<String> {
    let (first, rest) = lines.split_first()?;
    let without_margin = first.trim_start_matches([' ', '+', '|']);
    if !without_margin.starts_with("Traceback (most recent call last)")
        && !without_margin.starts_with("Exception Group Traceback (most recent call last)")
    {
        return None;
    }
    let margin = if without_margin == *first { "" } else { "  | " };
    let inner = rest.iter().map(|line| line.strip_prefix(margin).unwrap_or(line));
    inner.into_iter().find(|line| !line.is_empty() && !line.starts_with(' ')).map(str::to_owned)
}

/// What begins with the words of a language's runtime.
fn of_a_language(before: &[&str], lines: &[&str]) -> Option<String> {
    let (line, rest) = lines.split_first()?;
    let next = || rest.iter().map(|line| line.trim()).find(|line| !line.is_empty());
    let joined = |separator: &str| match next() {
        Some(next) => format!("{line}{separator}{next}"),
        None => (*line).to_owned(),
    };
    // R: a long message stands in the next line; rlang marks it
    if line.starts_with("Error in ") || line.starts_with("Error: ") || *line == "Error:" {
        let goes_on = line.ends_with(':') || rest.first().is_some_and(|next| next.starts_with("! "));
        return Some(if goes_on { joined(" ") } else { (*line).to_owned() });
    }
    // Julia
    if line.starts_with("ERROR: ") {
        return Some((*line).to_owned());
    }
    // Fortran: gfortran tells the place in the line before
    if line.starts_with("Fortran runtime error") {
        let place = before.last().filter(|place| place.starts_with("At line "));
        return Some(place.map_or((*line).to_owned(), |place| format!("{line} ({place})")));
    }
    if line.starts_with("forrtl: ") || line.starts_with("ERROR STOP") {
        return Some((*line).to_owned());
    }
    if line.starts_with("Program received signal") {
        return Some((*line).to_owned());
    }
    // C++
    if let Some(thrown) = line.strip_prefix("terminate called after throwing an instance of ") {
        let what = next().and_then(|next| next.strip_prefix("what():"));
        let thrown = thrown.trim_matches('\'');
        return Some(what.map_or(thrown.to_owned(), |what| format!("{thrown}: {}", what.trim())));
    }
    // Rust and Go
    if line.starts_with("thread ") && line.contains(" panicked at ") {
        return Some(joined(" "));
    }
    if line.starts_with("panic: ") || line.starts_with("Exception in thread ") {
        return Some((*line).to_owned());
    }
    (is_python_exception(line) || is_of_a_shell(line)).then(|| (*line).to_owned())
}

/// An exception without its traceback: a syntax error, say.
fn is_python_exception(line: &str) -> bool {
    let (name, has_message) = line.split_once(": ").map_or((line, false), |(name, _)| (name, true));
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let is_error = last.ends_with("Error") || (has_message && last.ends_with("Exception"));
    is_name && is_error && last.starts_with(char::is_uppercase) && last != "Error"
}

/// `./day.sh: line 3: cdo: command not found`, and without the word "line" in dash.
fn is_of_a_shell(line: &str) -> bool {
    let mut parts = line.splitn(3, ": ");
    let (Some(name), Some(place), Some(_)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (number, is_named) = match place.strip_prefix("line ") {
        Some(number) => (number, true),
        None => (place, name.contains('/') || name.ends_with("sh")),
    };
    is_named && !name.contains(' ') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// What speaks of an error in any way.
fn any_error(_: &[&str], lines: &[&str]) -> Option<String> {
    let line = lines.first()?.trim();
    let lower = line.to_lowercase();
    let says = ["error:", "error ", "fatal:", "fatal ", "abort:"].iter().any(|word| lower.starts_with(word))
        || [
            ": error",
            " error:",
            ": fatal",
            "(abort)",
            ": no such file",
            ": permission denied",
            ": command not found",
        ]
        .iter()
        .any(|word| lower.contains(word));
    (says || ENDED.iter().any(|ended| line.starts_with(ended))).then(|| line.to_owned())
}

/// In one line, and not too long.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exception_of_a_python_traceback_counts_whatever_is_said_after_it() {
        let traceback = "reading\nTraceback (most recent call last):\n  File \"ed.py\", line 3, in <module>\n    \
                         raise ValueError(\"bad day\")\nValueError: bad day\n";
        assert_eq!(recognised(traceback).as_deref(), Some("ValueError: bad day"));
        let wrapped = format!("{traceback}error: day.sh gave up\n");
        assert_eq!(recognised(&wrapped).as_deref(), Some("ValueError: bad day"));
        let chained = format!(
            "{traceback}\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most \
             recent call last):\n  File \"ed.py\", line 5, in <module>\n    import nothing\n\
             ModuleNotFoundError: No module named 'nothing'\n"
        );
        assert_eq!(recognised(&chained).as_deref(), Some("ModuleNotFoundError: No module named 'nothing'"));
        let several =
            "Traceback (most recent call last):\n  File \"a\", line 1\nKeyError: 'a\n\nb'\nAborted\n";
        assert_eq!(recognised(several).as_deref(), Some("KeyError: 'a"));
    }

    #[test]
    fn an_exception_group_and_a_syntax_error_are_exceptions_too() {
        let group = "  + Exception Group Traceback (most recent call last):\n  |   File \"x.py\", line 1\n  | \
                     ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n";
        assert_eq!(recognised(group).as_deref(), Some("ExceptionGroup: two (2 sub-exceptions)"));
        let syntax = "  File \"ed.py\", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n";
        assert_eq!(recognised(syntax).as_deref(), Some("SyntaxError: invalid syntax"));
    }

    #[test]
    fn each_language_has_its_own_words() {
        for (output, cause) in [
            (
                "Error in library(nothere) : there is no package called 'nothere'\nExecution halted\n",
                "Error in library(nothere) : there is no package called 'nothere'",
            ),
            (
                "Error in nc_open(\"a.nc\") :\n  Error in nc_open trying to open file a.nc\nCalls: nc_open\nExecution halted\n",
                "Error in nc_open(\"a.nc\") : Error in nc_open trying to open file a.nc",
            ),
            (
                "Error in `mutate()`:\n! object 'x' not found\nBacktrace:\n 1. f()\nExecution halted\n",
                "Error in `mutate()`: ! object 'x' not found",
            ),
            (
                "ERROR: LoadError: BoundsError: attempt to access 3-element Vector\nStacktrace:\n [1] getindex\n",
                "ERROR: LoadError: BoundsError: attempt to access 3-element Vector",
            ),
            (
                "At line 12 of file day.f90 (unit = 10, file = 'a.txt')\nFortran runtime error: End of file\n\nError termination. Backtrace:\n",
                "Fortran runtime error: End of file (At line 12 of file day.f90 (unit = 10, file = 'a.txt'))",
            ),
            (
                "forrtl: severe (24): end-of-file during read, unit 10\nImage  PC\n",
                "forrtl: severe (24): end-of-file during read, unit 10",
            ),
            (
                "terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::at\nAborted\n",
                "std::out_of_range: vector::at",
            ),
            (
                "thread 'main' panicked at src/main.rs:2:5:\nno day\nnote: run with `RUST_BACKTRACE=1`\n",
                "thread 'main' panicked at src/main.rs:2:5: no day",
            ),
            ("./day.sh: line 3: cdx: command not found\n", "./day.sh: line 3: cdx: command not found"),
            ("./day.sh: 3: cdx: not found\n", "./day.sh: 3: cdx: not found"),
            (
                "cdo    remapbil (Abort): Open failed on >a.nc<\n",
                "cdo remapbil (Abort): Open failed on >a.nc<",
            ),
            ("ncks: ERROR file a.nc not found\nncks: HINT look\n", "ncks: ERROR file a.nc not found"),
            (
                "cp: cannot stat 'a': No such file or directory\n",
                "cp: cannot stat 'a': No such file or directory",
            ),
            ("free(): invalid pointer\n", "free(): invalid pointer"),
        ] {
            assert_eq!(recognised(output).as_deref(), Some(cause), "{output}");
        }
    }

    #[test]
    fn ordinary_lines_are_no_causes_and_the_last_of_them_can_be_told() {
        for ordinary in ["step 1 of 10", "12: 13: 14", "RuntimeWarning: mean of empty slice", "errors: 0", ""]
        {
            assert_eq!(recognised(ordinary), None, "{ordinary}");
        }
        assert_eq!(last_line("one\ntwo\n\nExecution halted\n").as_deref(), Some("two"));
        assert_eq!(last_line("10 %\r20 %\r30 %\r\n").as_deref(), Some("30 %"));
        assert_eq!(last_line(" \n\n"), None);
        assert_eq!(last_line(&"x".repeat(1000)).unwrap().len(), LONGEST + 3);
    }
}
