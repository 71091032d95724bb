//! Gadi's queues, by the memory of their nodes: where a group that does not fit here would.
//!
//! From NCI's "Queue limits" page as of 2025. Elsewhere nothing is known of queues.

use super::Host;

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

/// Whether this is Gadi: its jobs have variables that no other PBS has.
pub fn is_gadi(host: &Host) -> bool {
    host.var("PBS_NCI_NCPUS_PER_NODE").is_some()
}

/// The queue with the smallest nodes that hold a group of so many bytes, with a tenth to spare.
pub fn that_holds(bytes: u64) -> Option<&'static str> {
    let gigabytes = bytes.saturating_mul(10) / 9 / 1_000_000_000;
    QUEUES.iter().find(|(_, node)| *node > gigabytes).map(|(queue, _)| *queue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_node_that_holds_it_is_named() {
        const GB: u64 = 1_000_000_000;
        let queues = [1, 160, 180, 1000, 2600, 2800].map(|gigabytes| that_holds(gigabytes * GB));
        let expected = ["normalbw", "normal", "normalsr", "hugemem", "megamem"].map(Some);
        assert_eq!(queues[..5], expected);
        assert_eq!(queues[5], None);
    }
}
