//! Names that fit the pattern's form and are left out: counted, with an example of each reason.

use super::reading::Fault;

/// Why something is left out; later ones say more, where several apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Its dates are not asked for, or not its version's: nothing to warn of.
    OtherDates,
    /// There is no such day.
    Impossible,
    /// Two fields contradict each other.
    Disagree,
    /// Its name is not UTF-8.
    NotUtf8,
    /// A link to a folder that it is in.
    Loop,
    /// A pipe, a socket or a device.
    NotRegular,
    /// A folder that `**` finds by another path as well.
    Twice,
    /// A run's own folder: what is in it are results.
    RunDirectory,
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Disagree => Self::Disagree,
            Fault::Impossible => Self::Impossible,
        }
    }
}

/// How often each reason applied, and its first example.
#[derive(Debug, Default)]
pub(super) struct LeftOut(Vec<(Reason, u64, String)>);

impl LeftOut {
    /// Counts one more.
    pub(super) fn add(&mut self, reason: Reason, path: impl FnOnce() -> String) {
        match self.0.iter_mut().find(|(known, ..)| *known == reason) {
            Some((_, count, _)) => *count += 1,
            None => self.0.push((reason, 1, path())),
        }
    }

    /// A sentence for each reason that is worth one.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut counts: Vec<_> = self.0.iter().collect();
        counts.sort_unstable();
        counts.into_iter().filter_map(|(reason, count, example)| warning(*reason, *count, example)).collect()
    }
}

fn warning(reason: Reason, count: u64, example: &str) -> Option<String> {
    let subject = match (reason, count) {
        (Reason::Loop, 1) => "link",
        (Reason::Loop, _) => "links",
        (Reason::RunDirectory, 1) => "folder",
        (Reason::RunDirectory, _) => "folders",
        (_, 1) => "path",
        _ => "paths",
    };
    let are = if count == 1 { "is" } else { "are" };
    let why = match reason {
        Reason::OtherDates => return None,
        Reason::Impossible => "with an impossible date",
        Reason::Disagree => "whose dates contradict each other",
        Reason::NotUtf8 => "whose name is not UTF-8",
        Reason::Loop => "to a folder above",
        Reason::NotRegular => "that cannot be read as a file (a pipe, a socket or a device)",
        Reason::Twice => "to a folder that ** also finds by another path",
        Reason::RunDirectory => "of dayfold's runs",
    };
    let hint = match reason {
        Reason::Disagree => {
            " (a name in universal time can lie on another day than its folder: \
             write * in place of the second date)"
        }
        _ => "",
    };
    Some(format!("{count} {subject} {why} {are} left out, for example {example:?}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_with_their_first_example() {
        let mut left_out = LeftOut::default();
        for (reason, path) in [
            (Reason::NotUtf8, "c"),
            (Reason::Impossible, "a"),
            (Reason::OtherDates, "x"),
            (Reason::Disagree, "b"),
            (Reason::Impossible, "d"),
            (Reason::Loop, "up"),
            (Reason::RunDirectory, "pv.nc.run"),
        ] {
            left_out.add(reason, || path.to_owned());
        }
        let warnings = left_out.warnings();
        assert_eq!(warnings.len(), 5);
        assert_eq!(warnings[0], "2 paths with an impossible date are left out, for example \"a\"");
        assert!(
            warnings[1]
                .starts_with("1 path whose dates contradict each other is left out, for example \"b\"")
        );
        assert!(warnings[1].contains("write * in place of the second date"));
        assert_eq!(warnings[2], "1 path whose name is not UTF-8 is left out, for example \"c\"");
        assert_eq!(warnings[3], "1 link to a folder above is left out, for example \"up\"");
        assert_eq!(warnings[4], "1 folder of dayfold's runs is left out, for example \"pv.nc.run\"");
    }
}
