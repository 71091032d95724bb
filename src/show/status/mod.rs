//! How a run stands, as people read it: a row for each thing that is known.
//!
//! [`holders`] and [`sessions`] put those who are and were at work into words.

mod holders;
mod sessions;
#[cfg(test)]
mod tests;

use dayfold_contract::GroupName;
use dayfold_contract::shown::shown;
use dayfold_supervisor::run_event::RunEvent;
use dayfold_supervisor::rundir::learnt::Redo;
use dayfold_supervisor::status::forms::FormCount;
use dayfold_supervisor::status::groups::{Counts, Part};
use dayfold_supervisor::status::session::AtWork;
use dayfold_supervisor::status::state::State;
use dayfold_supervisor::status::{Output, Status};
use dayfold_supervisor::verdict::Verdict;

use super::forecast::Forecast;
use super::plan;
use super::summary::failure;
use super::table::TwoColumns;
use super::words;

/// So many of a kind are listed.
const LISTED: usize = 8;

/// All of it. Warnings are said elsewhere.
pub fn text(status: &Status, forecast: Forecast) -> String {
    let rows = [
        ("run dir", words::path(&status.run_dir)),
        ("state", state(status.state).to_owned()),
        ("held by", listed(&status.holders, holders::holder)),
        ("groups", groups(status)),
        ("forms", forms(&status.forms)),
        ("shards", listed(&status.shards, part)),
        ("rate", rate(forecast)),
        ("memory", sessions::memory(&status.sessions)),
        ("at work", listed(&status.at_work, at_work)),
        ("failed", listed(&status.failed, |failed| failure(failed, &status.run_dir))),
        ("retried", sessions::retried(&status.sessions)),
        ("missing", missing(&status.missing)),
        ("mixed", mixed(&status.mixed_source)),
        ("again", redo(status.redo.as_ref())),
        ("before", sessions::before(&status.sessions)),
        ("final file", final_file(status)),
        ("next", next(status)),
    ];
    rows.into_iter().fold(TwoColumns::default(), |table, (label, text)| table.row(label, text)).into_text()
}

fn state(state: State) -> &'static str {
    match state {
        State::Beginning => "beginning",
        State::Running => "running",
        State::Collating => "collating results into the final file",
        State::Finished => "finished",
        State::Failed => "ended, and groups failed",
        State::Uncollated => "all groups are done, and nobody collates them into the final file",
        State::Unfinished => "not finished, and nobody is at work",
        State::Unknown => "not known, and nobody is at work",
    }
}

fn groups(status: &Status) -> String {
    let Some(all) = status.groups else {
        return match status.partials.listed {
            0 => "not known".to_owned(),
            listed => format!("not known; {} by their names", words::count(listed, "result")),
        };
    };
    let mut text = counts(all, status.at_work.len());
    if all.empty > 0 {
        text += &format!("\n{} without values", all.empty);
    }
    if let Some(strays) = status.partials.of_no_group.filter(|&strays| strays > 0) {
        let strays = words::count(strays, "result");
        text += &format!("\n{strays} in partials/ of no planned group: of another plan or version");
    }
    if status.state != State::Finished && all.done > 0 {
        text += "\n(counted by the results' names: `dayfold run` and `collate` check their contents)";
    }
    text
}

/// Told where there are several: then some results do not fit.
fn forms(forms: &[FormCount]) -> String {
    if forms.len() < 2 {
        return String::new();
    }
    let line = |(place, count): (usize, &FormCount)| {
        let names: Vec<&str> = count.first.iter().map(GroupName::as_str).collect();
        let more = if count.groups > names.len() { ", ..." } else { "" };
        let what = match (&count.form, &count.differs) {
            (None, _) => ": not known, from an earlier version".to_owned(),
            (Some(_), Some(differs)) if place > 0 => format!(": {differs}"),
            (Some(_), _) => String::new(),
        };
        format!("{} ({}{more}){what}", words::count(count.groups, "result"), names.join(", "))
    };
    listed(&forms.iter().enumerate().collect::<Vec<_>>(), |&one| line(one))
}

fn counts(counts: Counts, at_work: usize) -> String {
    let Counts { all, done, failed, left, .. } = counts;
    let mut text = format!("{done} of {all} done");
    for (count, what) in [(failed, "failed"), (at_work, "at work"), (left.saturating_sub(at_work), "left")] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    text
}

fn part(part: &Part) -> String {
    let what = match (part.is_at_work, part.has_ended) {
        (true, _) => ": at work",
        (false, true) => ": ended",
        (false, false) => "",
    };
    format!("{}: {}{what}", part.shard, counts(part.counts, 0))
}

fn rate(forecast: Forecast) -> String {
    let left = forecast.left.map(|left| format!("about {} left", words::duration(left)));
    [forecast.rate.map(words::rate), left].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn at_work(at_work: &AtWork) -> String {
    let AtWork { group, attempt, worker, age, .. } = at_work;
    let attempt = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
    format!("{group} for {}, worker {}{attempt}", words::duration(*age), worker.0)
}

fn missing(missing: &[GroupName]) -> String {
    if missing.is_empty() { String::new() } else { plan::missing(missing) }
}

/// Results of a program as it was before it was edited.
fn mixed(groups: &[GroupName]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    format!(
        "{} by earlier contents of the files that the command depends on (`--accept-change`): {}",
        words::count(groups.len(), "result"),
        words::groups(groups)
    )
}

fn redo(redo: Option<&Redo>) -> String {
    let Some(Redo { groups, .. }) = redo else { return String::new() };
    let groups = if groups.is_empty() { "all groups".to_owned() } else { words::groups(groups) };
    format!("{groups}, as `--redo` asked for: the final file does not have their new results yet")
}

fn final_file(status: &Status) -> String {
    match (&status.output, status.state) {
        (Some(Output { path, bytes: None, .. }), State::Finished) => {
            format!("{}: none is written, since no group gave any values", path.display())
        }
        (Some(known), _) => output(known),
        (None, _) => String::new(),
    }
}

fn output(output: &Output) -> String {
    let Output { path, bytes, groups, is_complete } = output;
    let what = match (bytes, groups, is_complete) {
        (None, ..) => "not there yet".to_owned(),
        (Some(bytes), _, Some(true)) | (Some(bytes), None, None) => words::bytes(*bytes),
        (Some(bytes), Some(groups), complete) => {
            let not_all = if complete.is_some() { " and not of all" } else { "" };
            format!("{}, of {}{not_all}", words::bytes(*bytes), words::count(*groups, "group"))
        }
        (Some(bytes), None, Some(false)) => format!("{}, not of this run as it stands", words::bytes(*bytes)),
    };
    format!("{}: {what}", words::path(path))
}

/// What to do, where nobody is at it.
fn next(status: &Status) -> String {
    let run_dir = words::argument(&status.run_dir.display().to_string());
    let last = status.sessions.last();
    let start = last.and_then(|session| session.start.as_ref()).filter(|start| !start.is_interactive);
    let job = start.and_then(|start| start.job.as_deref());
    let end = last.and_then(|session| session.end.as_ref());
    let run = match job {
        Some(job) => format!("the script of batch job {}, submitted again,", shown(job)),
        None => "`dayfold run` with the configuration of this run".to_owned(),
    };
    match status.state {
        State::Unfinished => format!("{run} goes on"),
        State::Failed => format!(
            "{run} tries what failed again\n\
             `dayfold collate {run_dir} --allow-failed` writes the final file without it"
        ),
        State::Uncollated if end.is_some_and(keeps_from_collating) => {
            format!("what kept the last session from collating comes first (see before); then {run} goes on")
        }
        State::Uncollated => format!("`dayfold collate {run_dir}` collates them"),
        // warnings say why, and what to do
        State::Unknown => String::new(),
        State::Beginning | State::Running | State::Collating | State::Finished => String::new(),
    }
}

/// Whether collating again would end as the last session did.
fn keeps_from_collating(end: &RunEvent) -> bool {
    matches!(end, RunEvent::Broken { .. } | RunEvent::Ended { verdict: Verdict::Contradiction(_), .. })
}

/// A line each, the first ones.
fn listed<T>(all: &[T], line: impl Fn(&T) -> String) -> String {
    let more = all.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| format!("and {more} more"));
    all.iter().take(LISTED).map(line).chain(more).collect::<Vec<_>>().join("\n")
}
