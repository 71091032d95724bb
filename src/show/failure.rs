//! An error that ends the program, as people read it or as programs do: its last words.

use dayfold_contract::error::in_one_line;
use dayfold_contract::shown::shown_paragraph;
use serde_json::json;

use super::stderr;
use crate::cli::MessageFormat;
use crate::error::CliError;
use crate::exit::Exit;

/// Tells it on standard error; the exit code that it calls for.
pub fn tell(error: &CliError, format: MessageFormat) -> Exit {
    let advice = error.advice().map_or(String::new(), |advice| format!("\n{advice}"));
    tell_text(&in_one_line(error), &advice, format);
    error.exit()
}

/// The same, of what is in words already, with a line of ours below.
pub fn tell_text(text: &str, advice: &str, format: MessageFormat) {
    stderr::say(&match format {
        MessageFormat::Human => format!("error: {}{advice}", shown_paragraph(text)),
        MessageFormat::Json => json!({ "event": "error", "message": format!("{text}{advice}") }).to_string(),
    });
}
