//! The table of groups: what state each is in, and who is next.
//!
//! Only started groups use up attempts: an assignment that never started goes back to the queue
//! as it was.

use std::collections::VecDeque;

use dayfold_contract::message::Attempt;
use dayfold_contract::{GroupId, GroupName};

use crate::run_event::WorkerId;

/// Where a group stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// Not of this run: another shard's, over the limit, or not asked for.
    Excluded,
    /// Waits for a worker.
    Queued,
    /// In a worker's pipe, not started.
    Assigned(WorkerId),
    /// At work.
    Running(WorkerId),
    /// Ended well; its result is on the way to its place.
    Settling,
    /// Its result is safe.
    Done,
    /// Given up.
    Failed,
}

#[derive(Clone, Debug)]
struct Entry {
    name: GroupName,
    state: GroupState,
    /// Attempts that were started and have not been forgiven.
    used: u32,
}

/// All groups of a plan.
#[derive(Clone, Debug)]
pub struct Groups {
    entries: Vec<Entry>,
    queue: VecDeque<GroupId>,
    /// Those that wait for memory, bytes, and not in the queue.
    postponed: Vec<(GroupId, u64)>,
    /// Kept up to date with every change: asked for at every event.
    tally: Tally,
    settling: usize,
}

/// How many groups stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Safe, now or from an earlier run.
    pub done: usize,
    /// Given up.
    pub failed: usize,
    /// Still to do in this run.
    pub left: usize,
    /// Left to other runs.
    pub excluded: usize,
}

/// What a group is at the beginning of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialState {
    /// To be done now.
    ToDo,
    /// Its result is there.
    Done,
    /// Not of this run.
    Excluded,
}

impl Groups {
    /// The groups of a plan, in its order.
    pub fn new(groups: impl IntoIterator<Item = (GroupName, InitialState)>) -> Self {
        let entry = |(name, before)| Entry {
            name,
            used: 0,
            state: match before {
                InitialState::ToDo => GroupState::Queued,
                InitialState::Done => GroupState::Done,
                InitialState::Excluded => GroupState::Excluded,
            },
        };
        let entries: Vec<_> = groups.into_iter().map(entry).collect();
        let queue = (0..).zip(&entries).filter(|(_, e)| e.state == GroupState::Queued);
        let queue = queue.map(|(index, _)| GroupId(index)).collect();
        let mut tally = Tally::default();
        entries.iter().for_each(|entry| *tally.of(&entry.state) += 1);
        Self { entries, queue, postponed: Vec::new(), tally, settling: 0 }
    }

    /// A group's name; a group of another plan has an empty one.
    pub fn name(&self, group: GroupId) -> GroupName {
        self.entries.get(group.index()).map_or_else(|| GroupName::new(""), |entry| entry.name.clone())
    }

    /// A group's state.
    pub fn state(&self, group: GroupId) -> Option<&GroupState> {
        self.entries.get(group.index()).map(|entry| &entry.state)
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Those of which this is true are handed out after all others.
    pub fn put_last(&mut self, is_last: impl Fn(&GroupName) -> bool) {
        let queue = std::mem::take(&mut self.queue);
        let (last, first): (Vec<GroupId>, Vec<GroupId>) =
            queue.into_iter().partition(|&group| is_last(&self.name(group)));
        self.queue.extend(first.into_iter().chain(last));
    }

    /// Takes the next group off the queue and gives it to a worker.
    pub fn assign_next(&mut self, worker: WorkerId) -> Option<Attempt> {
        let group = self.queue.pop_front()?;
        self.set(group, GroupState::Assigned(worker));
        let entry = self.entries.get(group.index())?;
        Some(Attempt { group, number: entry.used + 1 })
    }

    /// It has been started: that uses up an attempt.
    pub fn start(&mut self, attempt: Attempt, worker: WorkerId) {
        self.set(attempt.group, GroupState::Running(worker));
        if let Some(entry) = self.entries.get_mut(attempt.group.index()) {
            entry.used = attempt.number;
        }
    }

    /// Its result is on the way.
    pub fn settle(&mut self, group: GroupId) {
        self.set(group, GroupState::Settling);
    }

    /// Its result is safe.
    pub fn finish(&mut self, group: GroupId) {
        self.set(group, GroupState::Done);
    }

    /// It is given up.
    pub fn give_up(&mut self, group: GroupId) {
        self.set(group, GroupState::Failed);
    }

    /// Back to the head of the queue, as though it had not been tried: it was not its fault.
    pub fn requeue(&mut self, group: GroupId) {
        self.uncount(group);
        self.queue.push_front(group);
    }

    /// The same, but others go first until there is so much memory, bytes.
    pub fn postpone(&mut self, group: GroupId, needed: u64) {
        self.uncount(group);
        self.postponed.push((group, needed));
    }

    /// Puts those back at the head of the queue for which there is memory now.
    pub fn bring_back(&mut self, has_room: impl Fn(u64) -> bool) {
        let ready = self.postponed.extract_if(.., |(_, needed)| has_room(*needed));
        ready.for_each(|(group, _)| self.queue.push_front(group));
    }

    /// How many wait for memory.
    pub fn postponed(&self) -> usize {
        self.postponed.len()
    }

    fn uncount(&mut self, group: GroupId) {
        if let Some(entry) = self.entries.get_mut(group.index())
            && matches!(entry.state, GroupState::Running(_) | GroupState::Settling)
        {
            entry.used = entry.used.saturating_sub(1);
        }
        self.set(group, GroupState::Queued);
    }

    /// Back to the end of the queue, its attempt used up.
    pub fn try_again(&mut self, group: GroupId) {
        self.set(group, GroupState::Queued);
        self.queue.push_back(group);
    }

    /// The same, but it is the next: its attempt is to show whether others are of any use.
    pub fn try_again_next(&mut self, group: GroupId) {
        self.set(group, GroupState::Queued);
        self.queue.push_front(group);
    }

    /// Whether a result is on the way to its place.
    pub fn is_settling(&self) -> bool {
        self.settling > 0
    }

    /// Counts all groups.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Names of the groups that were given up, in order.
    pub fn failed(&self) -> impl Iterator<Item = &GroupName> {
        self.entries.iter().filter(|entry| entry.state == GroupState::Failed).map(|entry| &entry.name)
    }

    /// Places of the groups whose results are safe, in order.
    pub fn done(&self) -> impl Iterator<Item = GroupId> {
        (0..).zip(&self.entries).filter(|(_, e)| e.state == GroupState::Done).map(|(index, _)| GroupId(index))
    }

    fn set(&mut self, group: GroupId, state: GroupState) {
        let Some(entry) = self.entries.get_mut(group.index()) else { return };
        *self.tally.of(&entry.state) -= 1;
        *self.tally.of(&state) += 1;
        self.settling -= usize::from(entry.state == GroupState::Settling);
        self.settling += usize::from(state == GroupState::Settling);
        entry.state = state;
    }
}

impl Tally {
    fn of(&mut self, state: &GroupState) -> &mut usize {
        match state {
            GroupState::Done => &mut self.done,
            GroupState::Failed => &mut self.failed,
            GroupState::Excluded => &mut self.excluded,
            _ => &mut self.left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Groups {
        let before = [InitialState::ToDo, InitialState::Done, InitialState::ToDo];
        Groups::new(["a", "b", "c"].map(GroupName::new).into_iter().zip(before))
    }

    #[test]
    fn only_groups_to_do_are_handed_out_in_order() {
        let mut groups = three();
        let worker = WorkerId(0);
        let order: Vec<_> = std::iter::from_fn(|| groups.assign_next(worker)).map(|a| a.group.0).collect();
        assert_eq!(order, [0, 2]);
        assert_eq!(groups.tally(), Tally { done: 1, failed: 0, left: 2, excluded: 0 });
    }

    #[test]
    fn a_group_that_never_started_keeps_its_attempts() {
        let mut groups = three();
        let first = groups.assign_next(WorkerId(0)).unwrap();
        groups.requeue(first.group);
        assert_eq!(groups.assign_next(WorkerId(1)), Some(first));
    }

    #[test]
    fn a_started_group_that_is_tried_again_has_a_higher_number_and_waits_at_the_end() {
        let mut groups = three();
        let first = groups.assign_next(WorkerId(0)).unwrap();
        groups.start(first, WorkerId(0));
        groups.try_again(first.group);
        assert_eq!(groups.assign_next(WorkerId(0)).map(|a| a.group.0), Some(2));
        assert_eq!(groups.assign_next(WorkerId(0)), Some(Attempt { group: GroupId(0), number: 2 }));
    }

    #[test]
    fn a_started_group_that_is_forgiven_has_the_same_number_and_is_next() {
        let mut groups = three();
        let first = groups.assign_next(WorkerId(0)).unwrap();
        groups.start(first, WorkerId(0));
        groups.requeue(first.group);
        assert_eq!(groups.assign_next(WorkerId(0)), Some(first));
    }
}
