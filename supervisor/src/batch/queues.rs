//! Gadi's queues, by the memory of their nodes: where a group that does not fit here would.
//!
//! From NCI's "Queue limits" page as of 2025. Elsewhere nothing is known of queues.

use crate::meter::Host;

/// A queue and the memory of one of its nodes, GB.
const QUEUES: [(&str, u64); 7] = [
    ("normalbw", 128),
    ("normal", 190),
    ("normalsl", 192),
    ("normalsr", 500),
    ("hugemembw", 1020),
    ("hugemem", 1470),
    ("megamem", 2990),
];

/// Queues with the nodes of another, and what is not advised: they cost more.
const OTHERS: [(&str, u64); 4] =
    [("express", 190), ("expresssr", 500), ("expressbw", 128), ("megamembw", 3000)];

/// A job on Gadi.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gadi {
    /// Its queue and the memory of a node there, GB, where they are known.
    queue: Option<(&'static str, u64)>,
}

/// The job on Gadi that this is, which has variables that no other PBS has.
pub fn gadi(host: &Host) -> Option<Gadi> {
    host.var("PBS_NCI_NCPUS_PER_NODE")?;
    Some(Gadi::in_queue(host.var("PBS_QUEUE").unwrap_or_default()))
}

impl Gadi {
    /// A job in this queue, or in that to which this one passes its jobs on.
    pub fn in_queue(queue: &str) -> Self {
        let name = queue.strip_suffix("-exec").unwrap_or(queue);
        Self { queue: QUEUES.iter().chain(&OTHERS).find(|(known, _)| *known == name).copied() }
    }

    /// Where a group of so many bytes would fit, with a tenth to spare: here, if a node has so much, else in
    /// the queue with the smallest nodes that have. `None` if no node has.
    pub fn place_for(self, bytes: u64) -> Option<String> {
        let gigabytes = bytes.saturating_mul(10) / 9 / 1_000_000_000;
        let holds = |&&(_, node): &&(&str, u64)| node > gigabytes;
        if let Some((queue, node)) = self.queue.as_ref().filter(holds) {
            return Some(format!("a node of this queue, {queue}, has {node} GB"));
        }
        let (queue, node) = QUEUES.iter().find(holds)?;
        Some(format!("a node of the queue {queue} has {node} GB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture;

    const GB: u64 = 1_000_000_000;

    fn place(queue: &str, gigabytes: u64) -> Option<String> {
        Gadi::in_queue(queue).place_for(gigabytes * GB)
    }

    #[test]
    fn the_queue_of_the_job_is_named_where_its_nodes_hold_the_group() {
        let here = |queue: &str, node: u64| Some(format!("a node of this queue, {queue}, has {node} GB"));
        assert_eq!(place("normal-exec", 12), here("normal", 190), "and not normalbw, which has less");
        assert_eq!(place("normal", 160), here("normal", 190));
        assert_eq!(place("express-exec", 160), here("express", 190));
        assert_eq!(place("megamembw", 2690), here("megamembw", 3000));
    }

    #[test]
    fn else_the_queue_with_the_smallest_nodes_that_hold_it_is() {
        let there = |queue: &str, node: u64| Some(format!("a node of the queue {queue} has {node} GB"));
        assert_eq!(place("normal-exec", 180), there("normalsr", 500));
        assert_eq!(place("copyq", 1), there("normalbw", 128));
        assert_eq!(place("normalbw-exec", 160), there("normal", 190));
        assert_eq!(
            [place("normal", 1000), place("hugemem", 2600)],
            [there("hugemem", 1470), there("megamem", 2990)]
        );
        assert_eq!(place("normal", 2800), None);
    }

    #[test]
    fn gadi_is_known_by_its_variables() {
        let mut fixture = fixture::gadi();
        assert_eq!(gadi(&fixture.host), None);
        fixture.set("PBS_NCI_NCPUS_PER_NODE", "48");
        assert_eq!(gadi(&fixture.host), Some(Gadi::in_queue("normal")));
    }
}
