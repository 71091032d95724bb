//! The closing lines of a run: how much is done, what failed, what is missing, and which command
//! goes on from here. Text only; the final file's path is a result and goes to standard output.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_contract::shown::shown;
use dayfold_supervisor::decide::alike::cause;
use dayfold_supervisor::run::order::Report;
use dayfold_supervisor::rundir::failed_table::FailedGroup;
use dayfold_supervisor::rundir::shard::Shard;
use dayfold_supervisor::verdict::Verdict;

use super::words;
use crate::config::Verbosity;

/// How many failed groups are listed.
const LISTED: usize = 10;

/// All groups are done, and there is nothing to show for it.
const NO_VALUES: &str = "warning: no group gave any value: no final file was written";

/// What the closing lines need beside the report.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// What came of the run.
    pub report: &'a Report,
    /// From its start to its end.
    pub elapsed: Duration,
    /// The command that goes on with what is left.
    pub command: &'a str,
}

impl Closing<'_> {
    /// All lines, or without those that say that all is well.
    pub fn lines(&self, verbosity: Verbosity) -> Vec<String> {
        let mut lines = Vec::new();
        if verbosity > Verbosity::Quiet {
            lines.push(self.done());
        }
        lines.extend(self.missing());
        lines.extend(self.empty());
        lines.extend(self.failures());
        lines.extend(self.next());
        lines.iter().map(|line| shown(line).into_owned()).collect()
    }

    fn done(&self) -> String {
        let tally = self.report.tally;
        let all = words::count(tally.done + tally.failed + self.left(), "group");
        format!("{} of {all} done, {} in all", tally.done, words::duration(self.elapsed))
    }

    fn left(&self) -> usize {
        self.report.tally.left + self.report.tally.excluded
    }

    /// What an early end left to do: where all groups ended, the last step.
    fn left_early(&self) -> String {
        match (self.left(), self.report.failed.is_empty()) {
            (0, true) => "all groups are done, and the collation is".to_owned(),
            (0, false) => "what failed and the collation are".to_owned(),
            (left, _) => words::count(left, "group"),
        }
    }

    fn missing(&self) -> Option<String> {
        let names: Vec<&str> = self.report.missing.iter().map(GroupName::as_str).collect();
        let count = words::count(names.len(), "group");
        let shortened = words::shortened(&names);
        (!names.is_empty()).then(|| format!("warning: {count} without input files: {shortened}"))
    }

    fn empty(&self) -> Option<String> {
        let names: Vec<&str> = self.report.empty.iter().map(GroupName::as_str).collect();
        let count = words::count(names.len(), "group");
        let shortened = words::shortened(&names);
        (!names.is_empty()).then(|| format!("warning: {count} gave no values: {shortened}"))
    }

    /// The first groups that failed, and where all of them are.
    fn failures(&self) -> Vec<String> {
        let failed = &self.report.failed;
        if failed.is_empty() {
            return Vec::new();
        }
        let count = words::count(failed.len(), "group");
        let mut lines = vec![match self.report.verdict {
            // this part is done, and what failed before is none of it
            Verdict::PartDone => format!("{count} failed in an earlier run:"),
            _ => format!("error: {count} failed:"),
        }];
        let run_dir = &self.report.run_dir;
        let alike = alike(failed);
        lines.extend(alike.iter().take(LISTED).map(|alike| format!("  {}", failures(alike, run_dir))));
        let more = alike.iter().skip(LISTED).map(Vec::len).sum::<usize>();
        lines.extend(match (more, &self.report.failed_list) {
            (0, None) => None,
            (more, None) => Some(format!("  and {more} more")),
            (0, Some(list)) => Some(format!("  (also in {})", list.display())),
            (more, Some(list)) => Some(format!("  and {more} more: all are in {}", list.display())),
        });
        lines
    }

    /// What is the matter, if anything is, and what to do about it.
    fn next(&self) -> Option<String> {
        let (left, command) = (words::count(self.left(), "group"), self.command);
        match &self.report.verdict {
            Verdict::Complete => self.report.output.is_none().then(|| NO_VALUES.to_owned()),
            Verdict::OthersLeft(others) => Some(others_left(self.report.part, others)),
            Verdict::PartDone | Verdict::PartlyRun => Some(format!("{left} left; to go on: {command}")),
            Verdict::Failed if self.report.tally.left > 0 => {
                let left = words::count(self.report.tally.left, "group");
                Some(format!(
                    "{left} left, since so many failed for the same reason; when that is corrected: {command}"
                ))
            }
            Verdict::Failed => Some(format!("to try what failed again: {command}")),
            Verdict::Contradiction(what) => Some(format!("error: {what}")),
            Verdict::Interrupted(why) => {
                Some(format!("ended early, {why}: {} left; to go on: {command}", self.left_early()))
            }
        }
    }
}

fn others_left(part: Shard, others: &[Shard]) -> String {
    let names: Vec<String> = others.iter().map(Shard::to_string).collect();
    let others = words::shortened(&names);
    format!("shard {part} is done; the last to end of the others collates the results: {others}")
}

/// Groups that failed for the same reason are one entry, in order of the first.
fn alike(failed: &[FailedGroup]) -> Vec<Vec<&FailedGroup>> {
    let mut places = HashMap::new();
    let mut alike: Vec<Vec<&FailedGroup>> = Vec::new();
    for failed in failed {
        let cause = (cause(&failed.group, &failed.reason, &[]), failed.attempts);
        let place = *places.entry(cause).or_insert(alike.len());
        match alike.get_mut(place) {
            Some(groups) => groups.push(failed),
            None => alike.push(vec![failed]),
        }
    }
    alike
}

/// Groups that failed for the same reason, in a line: the reason, the file and the output are those of the first.
fn failures(alike: &[&FailedGroup], run_dir: &Path) -> String {
    let names: Vec<&str> = alike.iter().map(|failed| failed.group.as_str()).collect();
    match alike {
        [] => String::new(),
        [one] => failure(one, run_dir),
        [first, ..] => {
            format!("{} groups, {}, as {}", alike.len(), words::shortened(&names), failure(first, run_dir))
        }
    }
}

/// A group that failed, in a line; the run directory holds what its last attempt wrote.
pub fn failure(failed: &FailedGroup, run_dir: &Path) -> String {
    let FailedGroup { group, attempts, reason, file, log_file, .. } = failed;
    let attempts = if *attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
    let output =
        log_file.as_ref().map_or(String::new(), |log| format!(" (output: {})", run_dir.join(log).display()));
    format!("{group}{attempts}: {}{output}", words::at_file(reason, file.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_supervisor::decide::groups::Tally;
    use dayfold_supervisor::decide::stop::Stop;

    /// A run of 28 groups.
    fn report(verdict: Verdict, failed: usize, left: usize) -> Report {
        let group = |n: usize| FailedGroup {
            group: GroupName::new(format!("day {n}")),
            attempts: 3,
            reason: "the worker was killed".into(),
            file: Some("a.nc".into()),
            cause: None,
            log_file: (n == 0).then(|| "logs/day_0.3.log".to_owned()),
        };
        Report {
            verdict,
            part: Shard::WHOLE,
            run_dir: "pv.nc.run".into(),
            failed_list: Some("pv.nc.run/failed.tsv".into()),
            tally: Tally { done: 28 - failed - left, failed, left, excluded: 0 },
            failed: (0..failed).map(group).collect(),
            missing: Vec::new(),
            empty: Vec::new(),
            output: None,
        }
    }

    fn lines(report: &Report, verbosity: Verbosity) -> Vec<String> {
        let closing =
            Closing { report, elapsed: Duration::from_secs(65), command: "dayfold run config.toml" };
        closing.lines(verbosity)
    }

    #[test]
    fn a_good_end_is_one_line_or_none() {
        let report = Report { output: Some("pv.nc".into()), ..report(Verdict::Complete, 0, 0) };
        assert_eq!(lines(&report, Verbosity::Normal), ["28 of 28 groups done, 1 min 5 s in all"]);
        assert!(lines(&report, Verbosity::Quiet).is_empty());
    }

    #[test]
    fn an_end_without_a_final_file_is_no_good_one() {
        let told = lines(&report(Verdict::Complete, 0, 0), Verbosity::Quiet);
        assert_eq!(told, ["warning: no group gave any value: no final file was written"]);
    }

    #[test]
    fn missing_groups_are_named_even_quietly() {
        let missing = vec![GroupName::new("a"), GroupName::new("b")];
        let report = Report { missing, output: Some("pv.nc".into()), ..report(Verdict::Complete, 0, 0) };
        assert_eq!(lines(&report, Verbosity::Quiet), ["warning: 2 groups without input files: a, b"]);
    }

    #[test]
    fn groups_without_values_are_named_even_quietly() {
        let empty = vec![GroupName::new("a"), GroupName::new("b")];
        let report = Report { empty, output: Some("pv.nc".into()), ..report(Verdict::Complete, 0, 0) };
        assert_eq!(lines(&report, Verbosity::Quiet), ["warning: 2 groups gave no values: a, b"]);
    }

    #[test]
    fn the_first_failures_are_listed_and_the_rest_counted() {
        let mut report = report(Verdict::Failed, 12, 0);
        let words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        let others = report.failed.iter_mut().skip(1);
        others.zip(words).for_each(|(failed, word)| failed.reason = format!("another reason, {word}"));
        let lines = lines(&report, Verbosity::Normal);
        assert_eq!(lines[1], "error: 12 groups failed:");
        assert_eq!(
            lines[2],
            "  day 0 (3 attempts): the worker was killed (a.nc) (output: pv.nc.run/logs/day_0.3.log)"
        );
        assert_eq!(lines[3], "  day 1 (3 attempts): another reason, a (a.nc)");
        assert_eq!(lines[12], "  and 2 more: all are in pv.nc.run/failed.tsv");
        report.failed_list = None;
        assert_eq!(self::lines(&report, Verbosity::Normal)[12], "  and 2 more");
        assert_eq!(lines[13], "to try what failed again: dayfold run config.toml");
    }

    #[test]
    fn groups_that_fail_alike_are_told_once() {
        let mut report = report(Verdict::Failed, 12, 16);
        report.failed[3].reason = "its file is cut".into();
        report.tally.left = 16;
        let lines = lines(&report, Verbosity::Normal);
        let named = "day 0, day 1, day 2, ... (5 more), day 9, day 10, day 11";
        assert_eq!(
            lines[1..],
            [
                "error: 12 groups failed:",
                &format!(
                    "  11 groups, {named}, as day 0 (3 attempts): the worker was killed (a.nc) \
                     (output: pv.nc.run/logs/day_0.3.log)"
                ),
                "  day 3 (3 attempts): its file is cut (a.nc)",
                "  (also in pv.nc.run/failed.tsv)",
                "16 groups left, since so many failed for the same reason; when that is corrected: dayfold run config.toml",
            ]
        );
    }

    #[test]
    fn what_failed_before_is_no_error_of_a_part_that_is_done() {
        let mut report = report(Verdict::PartDone, 1, 0);
        report.tally = Tally { done: 27, failed: 0, left: 0, excluded: 1 };
        let lines = lines(&report, Verbosity::Normal);
        assert_eq!(lines[1], "1 group failed in an earlier run:");
        assert_eq!(lines.last().unwrap(), "1 group left; to go on: dayfold run config.toml");
    }

    #[test]
    fn a_shard_that_ends_names_those_that_are_still_to_end() {
        let others = ["2/3", "3/3"].map(|text| text.parse().unwrap()).to_vec();
        let part = "1/3".parse().unwrap();
        let report = Report { part, ..report(Verdict::OthersLeft(others), 0, 0) };
        let last = lines(&report, Verbosity::Quiet).pop().unwrap();
        assert_eq!(last, "shard 1/3 is done; the last to end of the others collates the results: 2/3, 3/3");
    }

    #[test]
    fn an_early_end_says_why_and_how_to_go_on() {
        let lines = lines(&report(Verdict::Interrupted(Stop::Signal), 0, 25), Verbosity::Normal);
        assert_eq!(
            lines,
            [
                "3 of 28 groups done, 1 min 5 s in all",
                "ended early, a signal asked for the end: 25 groups left; to go on: dayfold run config.toml",
            ]
        );
    }
    #[test]
    fn an_early_end_with_nothing_left_but_the_collating_says_so() {
        let next =
            |failed| lines(&report(Verdict::Interrupted(Stop::Signal), failed, 0), Verbosity::Quiet).pop();
        let says = |left: &str| {
            Some(format!(
                "ended early, a signal asked for the end: {left} left; to go on: dayfold run config.toml"
            ))
        };
        assert_eq!(next(0), says("all groups are done, and the collation is"));
        assert_eq!(next(1), says("what failed and the collation are"));
    }
}
