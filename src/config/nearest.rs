//! What somebody may have meant by a name that is not known.

use strsim::damerau_levenshtein;

/// The known name that `name` looks like, where one does.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |other: &str| damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let (distance, nearest) = known.into_iter().map(|other| (distance(other), other)).min()?;
    let longest = name.chars().count().max(nearest.chars().count());
    (distance * 5 <= longest * 2).then_some(nearest)
}

/// `did you mean "module"?`, or else what there is to choose from.
pub fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => format!("known are {}", quoted(known)),
    }
}

/// `"a", "b", "c"`.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_understood() {
        let known = ["module", "mount", "inverter", "temperature"];
        assert_eq!(nearest("modul", known), Some("module"));
        assert_eq!(nearest("Mount", known), Some("mount"));
        assert_eq!(nearest("temprature", known), Some("temperature"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(nearest("xyz", []), None);
    }

    #[test]
    fn a_hint_names_the_nearest_or_all() {
        assert_eq!(hint("yaer", ["day", "year"]), "did you mean \"year\"?");
        assert_eq!(hint("fortnight", ["day", "year"]), "known are \"day\", \"year\"");
    }
}
