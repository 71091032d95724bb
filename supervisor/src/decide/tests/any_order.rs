//! Any order of events ends with every group done or named, with never two live attempts at one
//! group, and never more memory admitted than the limit.

use proptest::prelude::*;

use super::super::patience::{AT_ONCE, IN_A_HURRY};
use super::super::stop::Stop;
use super::world::{Mischief, NEED, World};
use super::*;

/// A limit that is so much more than what slow start lets begin: nothing could be known that
/// forbids that.
fn limited(workers: u32, spare: Option<u64>) -> Settings {
    let limit = spare.map(|spare| u64::from(workers / 4).max(1) * NEED * 10 / 9 + 10 + spare);
    Settings { memory: MemorySettings { limit, ..MemorySettings::default() }, ..settings(workers) }
}

fn chance() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..3000)
}

fn mischief() -> impl Strategy<Value = Mischief> {
    any::<[bool; 4]>().prop_map(|[hangs, disk, hogs, programs]| Mischief { hangs, disk, hogs, programs })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_group_is_done_or_named(
        workers in 1u32..9,
        count in 0u32..30,
        spare in prop::option::of(0u64..2000),
        timeout in prop::option::of(1u64..30),
        walltime in prop::option::weighted(0.3, 10u64..300),
        stops in prop::collection::vec(0u32..600, 0..3),
        mischief in mischief(),
        chance in chance(),
    ) {
        let mut settings = limited(workers, spare);
        settings.time.timeout = timeout.map(Duration::from_secs);
        settings.time.walltime = walltime.map(Duration::from_secs);
        let mut world = World::new(settings, count, mischief, chance);
        world.run(&stops);
        let tally = world.state.tally();
        prop_assert_eq!(tally.done + tally.failed + tally.left, count as usize);
        prop_assert_eq!(tally.done, world.safe.len());
        prop_assert_eq!(tally.failed, world.named.len());
        prop_assert!(tally.left == 0 || world.state.stopped().is_some());
        prop_assert!(mischief.hangs || world.is_empty(), "nobody hangs, and somebody is left behind");
        if let (Some(walltime), Some(Stop::Walltime)) = (walltime, world.state.stopped()) {
            prop_assert!(world.now <= Duration::from_secs(walltime), "{:?}", world.now);
        }
    }

    #[test]
    fn an_end_that_was_asked_for_comes(
        workers in 1u32..9,
        stops in prop::collection::btree_set(0u32..200, 1..3),
        programs in any::<bool>(),
        chance in chance(),
    ) {
        let hanging = Mischief { hangs: true, disk: false, hogs: false, programs };
        let mut world = World::new(settings(workers), 200, hanging, chance);
        let stops: Vec<u32> = stops.into_iter().collect();
        world.run(&stops);
        let Some(asked) = world.asked else { return Ok(()) };
        let within = match world.state.stopped() {
            Some(Stop::AtOnce) => AT_ONCE,
            _ => settings(1).time.grace + IN_A_HURRY,
        };
        prop_assert!(world.now <= asked + within, "asked at {asked:?}, over at {:?}", world.now);
    }
}
