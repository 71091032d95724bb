//! What is said of results that contradict each other: the error, and which of them was made of files
//! that are gone by now, since a group that has lost files keeps its result.

use dayfold_contract::{Group, Plan};

use crate::collate::CollateError;
use crate::names;

/// The error in words, with what the archive tells of it.
pub fn told(error: &CollateError, plan: &Plan) -> String {
    let named = error.contradicting().into_iter().flatten();
    let mut groups: Vec<&Group> =
        named.filter_map(|name| plan.groups.iter().find(|group| group.name == *name)).collect();
    groups.dedup();
    let gone = groups.into_iter().filter_map(|group| gone(group, plan));
    std::iter::once(error.to_string()).chain(gone).collect::<Vec<_>>().join("; ")
}

/// A sentence on the files of a group that are gone. Where the whole archive is, that tells nothing.
fn gone(group: &Group, plan: &Plan) -> Option<String> {
    let is_gone = |file: &&String| !plan.root.join(file).exists();
    let files: Vec<&String> = group.files.iter().filter(is_gone).collect();
    (plan.root.is_dir() && !files.is_empty()).then(|| {
        let (name, files) = (&group.name, names::shortened(&files));
        format!("the result of {name} was kept when files of it were removed ({files}): if they were wrong, it is this one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::rundir::fixture::{group, plan};
    use dayfold_contract::GroupName;

    #[test]
    fn a_group_that_has_lost_files_is_named() {
        let archive = tempfile::tempdir().unwrap();
        durable::replace(&archive.path().join("a"), b"").unwrap();
        let groups = vec![group("1", &["a"]), group("2", &["a", "b"]), group("3", &["c"])];
        let plan = Plan { root: archive.path().into(), ..plan(groups, &[]) };
        let of = |first: &str, second: &str| CollateError::Contradiction {
            first: GroupName::new(first),
            second: GroupName::new(second),
            time: "now".into(),
            variable: "x".into(),
            results: Box::new(["one.nc".into(), "other.nc".into()]),
        };
        let error = of("1", "2");
        assert_eq!(
            told(&error, &plan),
            format!(
                "{error}; the result of 2 was kept when files of it were removed (b): if they were wrong, it is this one"
            )
        );
        for silent in [of("1", "(those in the final file)"), of("1", "1")] {
            assert_eq!(told(&silent, &plan), silent.to_string());
        }
        assert_eq!(told(&of("3", "3"), &plan).matches("was kept").count(), 1);
        let elsewhere = Plan { root: "/nowhere".into(), ..plan };
        assert_eq!(told(&error, &elsewhere), error.to_string());
    }
}
