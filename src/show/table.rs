//! Text in two columns: a label and what belongs to it, one or more lines.

use dayfold_contract::shown::shown_lines;

/// How wide labels are.
const LABEL: usize = 12;

/// A growing text in two columns.
#[derive(Debug, Default)]
pub struct TwoColumns(String);

impl TwoColumns {
    /// Adds a row; further lines of `text` stay in the second column.
    pub fn row(mut self, label: &str, text: impl AsRef<str>) -> Self {
        for (place, line) in shown_lines(text.as_ref()).lines().enumerate() {
            let label = if place == 0 { label } else { "" };
            self.0 += &format!("{label:LABEL$} {line}\n");
        }
        self
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_stay_in_their_column() {
        let text = TwoColumns::default().row("task", "pv\nmount flat").row("none", "").into_text();
        assert_eq!(text, "task         pv\n             mount flat\n");
    }
}
