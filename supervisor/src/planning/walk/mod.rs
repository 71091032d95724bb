//! The walk over an archive's folders: each that can matter is listed once, no file is looked at.
//!
//! At each folder stand one or more *threads*: a version's route, how far along it the folder is, and
//! what the path has said of the date. `**` lets several threads of a route stand at one folder. A
//! thread whose dates are not asked for, or not its version's, goes no further.

use std::collections::BTreeMap;
use std::path::Path;

use super::days::Days;
use super::dead_end::{DeadEnd, is_absent};
use super::error::PlanError;
use super::layout::{Layout, Route};
use super::left_out::{LeftOut, Reason};
use super::lister::{Entry, Kind, Lister};
use super::name::Step;
use super::reading::Reading;

/// Takes in the files that are found: relative path, and the days that it is about where it says so.
pub(super) type Sink<'a> = &'a mut dyn FnMut(String, Option<Days>);

/// A walk and what it has seen.
pub(super) struct Walk<'a, L> {
    root: &'a Path,
    layout: &'a Layout,
    lister: L,
    sink: Sink<'a>,
    /// Folders listed.
    pub(super) folders: u64,
    /// What fitted and was left out all the same.
    pub(super) left_out: LeftOut,
    /// Where it went no further for the first time.
    pub(super) dead_end: Option<DeadEnd>,
}

/// One way of reading the path so far.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Thread {
    route: usize,
    step: usize,
    reading: Reading,
}

/// Folders to go on with, by name, each with those who stand there.
type Onwards = BTreeMap<String, Vec<Thread>>;

/// What becomes of a thread at an entry.
enum Onward {
    Into(Thread),
    File(Option<Days>),
    Out(Reason),
}

impl<'a, L: Lister> Walk<'a, L> {
    /// A walk that has not begun.
    pub(super) fn new(root: &'a Path, layout: &'a Layout, lister: L, sink: Sink<'a>) -> Self {
        Self { root, layout, lister, sink, folders: 0, left_out: LeftOut::default(), dead_end: None }
    }

    /// Finds every file.
    pub(super) fn run(&mut self) -> Result<(), PlanError> {
        let begin = |route| Thread { route, step: 0, reading: Reading::default() };
        self.visit("", (0..self.layout.routes.len()).map(begin).collect())
    }

    fn visit(&mut self, folder: &str, mut threads: Vec<Thread>) -> Result<(), PlanError> {
        self.step_over_deep(&mut threads);
        let onward = if threads.iter().all(|thread| self.names_next(thread).is_some()) {
            self.follow_names(&threads)
        } else {
            self.list(folder, &threads)?
        };
        for (name, threads) in onward {
            self.visit(&join(folder, &name), threads)?;
        }
        Ok(())
    }

    /// `**` can also stand for no folder at all.
    fn step_over_deep(&self, threads: &mut Vec<Thread>) {
        let over: Vec<Thread> = threads
            .iter()
            .filter(|thread| matches!(self.step(thread), Some((Step::Deep, _))))
            .map(|thread| Thread { step: thread.step + 1, ..*thread })
            .collect();
        threads.extend(over);
    }

    /// The step that a thread is at, and whether it is the last.
    fn step(&self, thread: &Thread) -> Option<(&'a Step, bool)> {
        let steps = &self.route(thread)?.steps;
        steps.get(thread.step).map(|step| (step, thread.step + 1 == steps.len()))
    }

    fn route(&self, thread: &Thread) -> Option<&'a Route> {
        self.layout.routes.get(thread.route)
    }

    /// The folder that a thread wants, where it is known without listing.
    fn names_next(&self, thread: &Thread) -> Option<&'a str> {
        match self.step(thread)? {
            (Step::Literal(name), false) => Some(name),
            _ => None,
        }
    }

    fn follow_names(&self, threads: &[Thread]) -> Onwards {
        let mut onward = Onwards::new();
        for thread in threads {
            if let Some(name) = self.names_next(thread) {
                let next = Thread { step: thread.step + 1, ..*thread };
                onward.entry(name.to_owned()).or_default().push(next);
            }
        }
        onward
    }

    /// Lists a folder, takes its files in and returns the folders to go on with.
    fn list(&mut self, folder: &str, threads: &[Thread]) -> Result<Onwards, PlanError> {
        let path = self.root.join(folder);
        let Some(entries) = self.entries(&path)? else {
            self.dead_end.get_or_insert_with(|| DeadEnd::at(path));
            return Ok(Onwards::new());
        };
        let mut look = Look::default();
        for entry in &entries {
            match entry.name.to_str() {
                Some(name) => self.enter(folder, name, entry.kind, threads, &mut look),
                None => self.left_out.add(Reason::NotUtf8, || join(folder, &entry.name.to_string_lossy())),
            }
        }
        if !look.found && look.onward.is_empty() && self.dead_end.is_none() {
            self.dead_end = Some(DeadEnd::NoneLike {
                folder: path,
                wanted: self.wanted(threads),
                entries: entries.len(),
                example: entries.first().map(|entry| entry.name.to_string_lossy().into_owned()),
                other_dates: look.other_dates,
            });
        }
        Ok(look.onward)
    }

    /// A folder's entries, sorted; `None` if there is no such folder.
    fn entries(&mut self, path: &Path) -> Result<Option<Vec<Entry>>, PlanError> {
        match self.lister.list(path) {
            Ok(mut entries) => {
                self.folders += 1;
                entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
                Ok(Some(entries))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(source) => Err(PlanError::Unreadable { path: path.to_path_buf(), source }),
        }
    }

    /// Offers an entry to all threads; a file is the first one's that takes it.
    fn enter(&mut self, folder: &str, name: &str, kind: Kind, threads: &[Thread], look: &mut Look) {
        let mut refused = None;
        let mut onward = Vec::new();
        for thread in threads {
            match self.onward(thread, name, kind) {
                None => {}
                Some(Onward::File(days)) => {
                    look.found = true;
                    return (self.sink)(join(folder, name), days);
                }
                Some(Onward::Into(next)) if onward.contains(&next) => {}
                Some(Onward::Into(next)) => onward.push(next),
                Some(Onward::Out(reason)) => refused = refused.max(Some(reason)),
            }
        }
        if !onward.is_empty() {
            look.onward.insert(name.to_owned(), onward);
        } else if let Some(reason) = refused {
            look.other_dates += usize::from(reason == Reason::OtherDates);
            self.left_out.add(reason, || join(folder, name));
        }
    }

    /// Where an entry leads a thread; `None` if it is not what the thread looks for.
    fn onward(&self, thread: &Thread, name: &str, kind: Kind) -> Option<Onward> {
        let (step, last) = self.step(thread)?;
        let fits = match step {
            // A link could lead back up.
            Step::Deep => kind == Kind::Folder,
            _ if last => kind.may_be_file(),
            _ => kind.may_be_folder(),
        };
        if !fits {
            return None;
        }
        let read = step.read(name, thread.reading)?;
        let reading = match read.and_then(|reading| reading.days().map(|days| (reading, days))) {
            Err(fault) => return Some(Onward::Out(fault.into())),
            Ok((_, Some(days))) if !self.wants(thread, days) => return Some(Onward::Out(Reason::OtherDates)),
            Ok((_, days)) if last => return Some(Onward::File(days)),
            Ok((reading, _)) => reading,
        };
        let step = if matches!(step, Step::Deep) { thread.step } else { thread.step + 1 };
        Some(Onward::Into(Thread { step, reading, ..*thread }))
    }

    fn wants(&self, thread: &Thread, days: Days) -> bool {
        days.overlap(self.layout.asked) && self.route(thread).is_some_and(|route| days.overlap(route.valid))
    }

    /// What threads look for in a folder, for messages.
    fn wanted(&self, threads: &[Thread]) -> String {
        let mut texts: Vec<&str> =
            threads.iter().filter_map(|thread| Some(self.step(thread)?.0.text())).collect();
        texts.dedup();
        texts.join(" or ")
    }
}

/// What a folder gave.
#[derive(Default)]
struct Look {
    onward: Onwards,
    found: bool,
    other_dates: usize,
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { [folder, name].join("/") }
}

#[cfg(test)]
mod tests;
