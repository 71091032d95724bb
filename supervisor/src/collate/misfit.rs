//! Results that cannot become part of the final file, and why.

use dayfold_contract::GroupName;
use dayfold_contract::error::in_one_line;

use super::Source;
use super::batch::Batch;
use super::error::CollateError;

/// A result that does not fit the others, or is wrong by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Whose.
    pub group: GroupName,
    /// Why, with both sides.
    pub reason: String,
}

/// A source that is wrong by itself.
pub(super) fn wrong(source: &Source, error: &CollateError) -> Misfit {
    Misfit { group: source.group.clone(), reason: in_one_line(error) }
}

/// A source of another form than most.
pub(super) fn deviates(source: &Source, batch: &Batch<'_>, most: &Batch<'_>) -> Misfit {
    let whose = match most.groups().saturating_sub(1) {
        0 => format!("in {}", most.first()),
        1 => format!("in {} and 1 other group", most.first()),
        others => format!("in {} and {others} other groups", most.first()),
    };
    let difference = batch.form.difference(&most.form);
    let words = difference.map(|difference| difference.in_words(&whose)).unwrap_or_default();
    Misfit { group: source.group.clone(), reason: format!("its result does not fit the others: {words}") }
}
