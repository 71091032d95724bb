//! Killed at random instants, again and again: the same file in the end, and nothing is done twice
//! whose result was safe.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::farm::Farm;
use crate::processes;
use rustix::process::Signal;

const KILLS: usize = 30;
const DAYS: usize = 12;

/// So that a run takes some time, and groups are killed in their middle.
const SLOWLY: &str = "sleep 0.05";

/// How long an undisturbed run takes.
fn duration_of_a_run(farm: &Farm, options: &[&str]) -> Duration {
    let begun = Instant::now();
    let run = farm.run(options);
    assert_eq!(run.code, 0, "{run:?}");
    let took = begun.elapsed();
    farm.clear();
    took
}

/// The groups whose results were seen in place, and how often each had been started by then.
#[derive(Default)]
struct Safe(BTreeMap<String, usize>);

impl Safe {
    /// Nothing that was safe has been started again; what is safe by now.
    fn look(&mut self, farm: &Farm) {
        let starts = farm.starts();
        for (group, before) in &self.0 {
            assert_eq!(starts[group], *before, "{group} was done again, and its result was in place");
        }
        self.0.extend(farm.safe().into_iter().map(|group| (group.clone(), starts[&group])));
    }
}

#[test]
fn the_supervisor_killed_at_random_instants_goes_on_where_it_was() {
    let (farm, undisturbed) = (Farm::new(DAYS, SLOWLY), Farm::undisturbed(DAYS));
    let options = ["--workers", "2"];
    let took = duration_of_a_run(&farm, &options);
    let mut chance = Chance::new("kills of the supervisor");
    let (mut kills, mut safe) = (0, Safe::default());
    while kills < KILLS {
        let mut run = farm.start(&options);
        std::thread::sleep(chance.within(took));
        if run.is_over() {
            let ended = run.end();
            assert_eq!(ended.code, Some(0), "after {kills} kills: {ended:?}");
            safe.look(&farm);
            assert!(farm.result() == undisturbed, "after {kills} kills");
            farm.clear();
            safe = Safe::default();
        } else {
            run.kill();
            kills += 1;
            safe.look(&farm);
        }
    }
    let last = farm.run(&options);
    assert_eq!(last.code, 0, "{last:?}");
    safe.look(&farm);
    assert!(farm.result() == undisturbed);
}

#[test]
fn workers_killed_at_random_instants_are_replaced() {
    let (farm, undisturbed) = (Farm::new(3 * DAYS, "sleep 0.2"), Farm::undisturbed(3 * DAYS));
    let options = ["--workers", "4", "--attempts", "100"];
    let mut chance = Chance::new("kills of workers");
    let mut run = farm.start(&options);
    let mut kills = 0;
    // the pace is that of the groups: a run whose workers are all killed on their way to work gives up
    while kills < KILLS && farm.partials().len() < 3 * DAYS - 2 && !run.is_over() {
        run.wait_for("started");
        std::thread::sleep(chance.within(Duration::from_millis(100)));
        let workers = run.workers();
        if !workers.is_empty() {
            processes::send(chance.one_of(&workers), Signal::KILL);
            kills += 1;
        }
    }
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "after {kills} kills: {ended:?}");
    assert!(kills >= KILLS, "{kills}");
    assert!(!ended.all("worker-lost").is_empty());
    assert!(farm.result() == undisturbed);
}
