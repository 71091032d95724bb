//! Groups that take so long that they may hang: named, now and then, where no `--timeout` ends them. How
//! long a group may take nobody knows but the user, and so nothing is ended here.

use std::time::Duration;

use super::State;
use super::event::Moment;
use crate::run_event::{RunEvent, WorkerId};

/// A group that has told no progress for so long is named; again after twice the time, and so on.
pub(super) const LONG: Duration = Duration::from_secs(300);

/// Not before it has taken so many times as long as any group that has ended.
const TIMES: u32 = 10;

/// So many are named at once.
const NAMED: usize = 3;

impl State {
    /// Names the groups that tell no progress for long.
    pub(super) fn tell_what_takes_long(&mut self, now: Moment) {
        if self.clock.timeout().is_some() || self.stopped.is_some() {
            return;
        }
        let longest = self.clock.longest().unwrap_or_default();
        let first = LONG.max(longest.saturating_mul(TIMES));
        let mut due = Vec::new();
        for worker in self.crew.ids() {
            let Some(running) = self.crew.hand_mut(worker).and_then(|hand| hand.running.as_mut()) else {
                continue;
            };
            let silent = now.saturating_sub(running.heard);
            if silent >= first.saturating_mul(1u32.checked_shl(running.told).unwrap_or(u32::MAX)) {
                running.told += 1;
                due.push((worker, silent));
            }
        }
        if !due.is_empty() {
            self.tell(RunEvent::Warning { message: self.what_takes_long(&due, longest) });
        }
    }

    fn what_takes_long(&self, due: &[(WorkerId, Duration)], longest: Duration) -> String {
        let named = due.iter().take(NAMED).filter_map(|&(worker, silent)| {
            let running = self.crew.slot(worker).hand()?.running.as_ref()?;
            let file = running.file.as_ref().map(|file| format!(", file {file}")).unwrap_or_default();
            let name = self.groups.name(running.attempt.group);
            Some(format!("group {name} (worker {}{file}) for {} s", worker.0, silent.as_secs()))
        });
        let named = named.collect::<Vec<_>>().join(", ");
        let more = match due.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let others = match longest {
            Duration::ZERO => String::new(),
            longest => format!(", where no other took more than {:.1} s", longest.as_secs_f64()),
        };
        format!(
            "no progress is heard of {named}{more}{others}; if it hangs, end the run and start it again with \
             --timeout, which ends such a group and goes on with the others"
        )
    }
}
