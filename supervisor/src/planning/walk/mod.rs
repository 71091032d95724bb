//! The walk over an archive's folders: each that can matter is listed once, no file is looked at.
//!
//! At each folder stand one or more *threads*: a version's route, how far along it the folder is, and
//! what the path has said of the date. `**` lets several threads of a route stand at one folder. A
//! thread whose dates are not asked for, or not its version's, goes no further.
//!
//! Of links only those that `**` could follow are looked at, since they may lead back up, or to each other. They
//! are followed after everything else, in order, and each folder that `**` can reach is walked once for each thread
//! that reaches it: links add what has no other path below the root, and the walk ends.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;

use super::days::Days;
use super::dead_end::{DeadEnd, is_absent};
use super::error::PlanError;
use super::layout::{Layout, Route};
use super::left_out::{LeftOut, Reason};
use super::lister::{Entry, Id, Kind, Lister, may_be_file, may_be_folder};
use super::name::Step;
use super::own::{Own, is_run_directory};
use super::reading::Reading;
use super::unmatched::Sight;

/// Takes in the files that are found: relative path, and the days that it is about where it says so.
pub(super) type Sink<'a> = &'a mut dyn FnMut(String, Option<Days>);

/// A walk and what it has seen.
pub(super) struct Walk<'a, L> {
    root: &'a Path,
    layout: &'a Layout,
    own: &'a Own,
    lister: L,
    sink: Sink<'a>,
    /// Folders listed.
    pub(super) folders: u64,
    /// What was seen of each route.
    pub(super) sights: Vec<Sight>,
    /// What fitted and was left out all the same.
    pub(super) left_out: LeftOut,
    /// Where it went no further for the first time.
    pub(super) dead_end: Option<DeadEnd>,
    deep: Deep,
}

/// What `**` has reached.
#[derive(Default)]
struct Deep {
    /// Folders that were walked, and by whom; looked at only where there are links.
    walked: Vec<(String, Vec<Thread>)>,
    /// The same by what the folders are.
    known: HashMap<Id, Vec<Thread>>,
    /// Links to folders, to be followed.
    links: VecDeque<(String, Id, Vec<Thread>)>,
    /// Whether links are being followed: then folders can come a second time by their own names, too.
    follows: bool,
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

/// Where an entry leads.
enum Lead {
    /// It is what the listing says.
    Here,
    /// To a folder that is not below this one by name.
    Elsewhere(Id),
    /// To a folder that it is in.
    Up,
}

/// What becomes of a thread at an entry.
enum Onward {
    Into(Thread),
    File(Option<Days>),
    Out(Reason),
}

impl<'a, L: Lister> Walk<'a, L> {
    /// A walk that has not begun.
    pub(super) fn new(root: &'a Path, layout: &'a Layout, own: &'a Own, lister: L, sink: Sink<'a>) -> Self {
        let sights = layout.routes.iter().map(|_| Sight::default()).collect();
        let left_out = LeftOut::default();
        Self {
            root,
            layout,
            own,
            lister,
            sink,
            folders: 0,
            sights,
            left_out,
            dead_end: None,
            deep: Deep::default(),
        }
    }

    /// Finds every file.
    pub(super) fn run(&mut self) -> Result<(), PlanError> {
        let begin = |route| Thread { route, step: 0, reading: Reading::default() };
        self.visit("", (0..self.layout.routes.len()).map(begin).collect())?;
        while let Some((link, id, mut threads)) = self.deep.links.pop_front() {
            self.deep.follows = true;
            self.look_at_walked();
            self.leave_known(id, &mut threads);
            match threads.is_empty() {
                true => self.left_out.add(Reason::Twice, || link),
                false => self.visit(&link, threads)?,
            }
        }
        Ok(())
    }

    /// Knows the folders that were walked since the last look.
    fn look_at_walked(&mut self) {
        for (folder, threads) in std::mem::take(&mut self.deep.walked) {
            if let Ok(status) = self.lister.look(&self.root.join(folder)) {
                self.deep.known.entry(status.id).or_default().extend(threads);
            }
        }
    }

    /// Leaves the threads that have not walked this folder yet.
    fn leave_known(&self, id: Id, threads: &mut Vec<Thread>) {
        if let Some(known) = self.deep.known.get(&id) {
            threads.retain(|thread| !known.contains(thread));
        }
    }

    /// Notes who of these walks a folder for `**`; behind links, only those who have not yet go on.
    fn note_deep(&mut self, folder: &str, threads: &mut Vec<Thread>) {
        let (deep, mut others): (Vec<_>, Vec<_>) = threads.drain(..).partition(|thread| self.is_deep(thread));
        *threads = deep;
        if self.deep.follows && !threads.is_empty() {
            self.look_at_walked();
            if let Ok(status) = self.lister.look(&self.root.join(folder)) {
                self.leave_known(status.id, threads);
            }
        }
        if !threads.is_empty() {
            self.deep.walked.push((folder.to_owned(), threads.clone()));
        }
        threads.append(&mut others);
    }

    fn is_deep(&self, thread: &Thread) -> bool {
        matches!(self.step(thread), Some((Step::Deep, _)))
    }

    fn visit(&mut self, folder: &str, mut threads: Vec<Thread>) -> Result<(), PlanError> {
        self.note_deep(folder, &mut threads);
        if threads.is_empty() {
            self.left_out.add(Reason::Twice, || folder.to_owned());
            return Ok(());
        }
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
            .filter(|thread| self.is_deep(thread))
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
            self.ends_here(threads, &Look::default(), |_| DeadEnd::at(path.clone()));
            return Ok(Onwards::new());
        };
        // the root is what was asked for, whatever it is
        if !folder.is_empty() && is_run_directory(folder, &entries) {
            self.left_out.add(Reason::RunDirectory, || folder.to_owned());
            return Ok(Onwards::new());
        }
        let mut look = Look::default();
        for entry in &entries {
            match entry.name.to_str() {
                Some(name) if self.own.has(folder, name) => {}
                Some(name) => match self.lead(folder, name, entry.kind, threads, &mut look) {
                    Lead::Here => self.enter(folder, name, entry.kind, threads, &mut look),
                    Lead::Elsewhere(id) => {
                        self.enter(folder, name, Kind::Folder, threads, &mut look);
                        self.put_off(&join(folder, name), name, id, &mut look);
                    }
                    Lead::Up => self.left_out.add(Reason::Loop, || join(folder, name)),
                },
                None => self.left_out.add(Reason::NotUtf8, || join(folder, &entry.name.to_string_lossy())),
            }
        }
        self.ends_here(threads, &look, |wanted| DeadEnd::NoneLike {
            folder: path.clone(),
            wanted,
            entries: entries.len(),
            example: entries.first().map(|entry| entry.name.to_string_lossy().into_owned()),
            other_dates: look.other_dates,
        });
        Ok(look.onward)
    }

    /// Where an entry leads those who stand in its folder: `**` follows links to folders, and those to a folder
    /// above nobody does.
    fn lead(&mut self, folder: &str, name: &str, kind: Kind, threads: &[Thread], look: &mut Look) -> Lead {
        if kind != Kind::Link || name.starts_with('.') || !threads.iter().any(|thread| self.is_deep(thread)) {
            return Lead::Here;
        }
        match self.lister.look(&self.root.join(folder).join(name)) {
            Ok(status) if status.is_folder => {
                let above = look.above.get_or_insert_with(|| above(&mut self.lister, self.root, folder));
                if above.contains(&status.id) { Lead::Up } else { Lead::Elsewhere(status.id) }
            }
            // one that leads nowhere is told by who reads it
            _ => Lead::Here,
        }
    }

    /// A link is followed by `**` when all has been walked that is there without links.
    fn put_off(&mut self, link: &str, name: &str, id: Id, look: &mut Look) {
        let Some(threads) = look.onward.remove(name) else { return };
        let (deep, others): (Vec<_>, Vec<_>) = threads.into_iter().partition(|thread| self.is_deep(thread));
        if !others.is_empty() {
            look.onward.insert(name.to_owned(), others);
        }
        if !deep.is_empty() {
            self.deep.links.push_back((link.to_owned(), id, deep));
        }
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

    /// Writes down where the search ended for those who found nothing in a folder.
    fn ends_here(&mut self, threads: &[Thread], look: &Look, dead_end: impl Fn(String) -> DeadEnd) {
        if look.gone_on.is_empty() && self.dead_end.is_none() {
            self.dead_end = Some(dead_end(self.wanted(threads.iter())));
        }
        for route in threads.iter().map(|thread| thread.route).filter(|route| !look.gone_on.contains(route)) {
            let wanted = self.wanted(threads.iter().filter(|thread| thread.route == route));
            if let Some(sight) = self.sights.get_mut(route).filter(|sight| sight.is_open()) {
                sight.dead_end = Some(dead_end(wanted));
            }
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
                    look.goes_on(thread);
                    self.sights.get_mut(thread.route).into_iter().for_each(|sight| sight.found = true);
                    return (self.sink)(join(folder, name), days);
                }
                Some(Onward::Into(next)) => {
                    look.goes_on(thread);
                    onward.extend(Some(next).filter(|next| !onward.contains(next)));
                }
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
            // one that has not been looked at could lead back up
            Step::Deep => kind == Kind::Folder,
            _ if last => may_be_file(kind) || kind == Kind::Other,
            _ => may_be_folder(kind),
        };
        if !fits {
            return None;
        }
        let read = step.read(name, thread.reading)?;
        let reading = match read.and_then(|reading| reading.days().map(|days| (reading, days))) {
            Err(fault) => return Some(Onward::Out(fault.into())),
            Ok((_, Some(days))) if !self.wants(thread, days) => return Some(Onward::Out(Reason::OtherDates)),
            Ok(_) if last && kind == Kind::Other => return Some(Onward::Out(Reason::NotRegular)),
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
    fn wanted<'b>(&self, threads: impl Iterator<Item = &'b Thread>) -> String {
        let mut texts: Vec<&str> = threads.filter_map(|thread| Some(self.step(thread)?.0.text())).collect();
        texts.dedup();
        texts.join(" or ")
    }
}

/// What a folder gave.
#[derive(Default)]
struct Look {
    onward: Onwards,
    /// The routes of those who found something.
    gone_on: Vec<usize>,
    other_dates: usize,
    /// The folder and all that it is in, where that had to be known.
    above: Option<Vec<Id>>,
}

impl Look {
    fn goes_on(&mut self, thread: &Thread) {
        if !self.gone_on.contains(&thread.route) {
            self.gone_on.push(thread.route);
        }
    }
}

/// A folder and all that it is in, those of the root included.
fn above(lister: &mut impl Lister, root: &Path, folder: &str) -> Vec<Id> {
    let below_root = Path::new(folder).ancestors().map(|folder| root.join(folder));
    let real_root = root.canonicalize().unwrap_or_default();
    let above_root = real_root.ancestors().map(Path::to_path_buf);
    below_root.chain(above_root).filter_map(|path| lister.look(&path).ok()).map(|status| status.id).collect()
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { [folder, name].join("/") }
}

#[cfg(test)]
mod tests;
