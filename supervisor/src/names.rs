//! Lists of names for people, cut short.

use dayfold_contract::shown::shown;

/// So many are told.
const NAMED: usize = 5;

/// `a, b`, or the first of them and how many more there are.
pub fn shortened<S: AsRef<str>>(names: &[S]) -> String {
    let told: Vec<_> = names.iter().take(NAMED).map(|name| shown(name.as_ref())).collect();
    match names.len().saturating_sub(NAMED) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_and_the_others_counted() {
        assert_eq!(shortened(&["a", "b"]), "a, b");
        assert_eq!(shortened(&["a", "b", "c", "d", "e"]), "a, b, c, d, e");
        assert_eq!(shortened(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}
