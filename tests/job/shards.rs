//! Shards: several supervisors at work on parts of one plan.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;

use rustix::process::Signal;

use crate::room::{Room, started, warnings};

#[test]
fn shards_at_once_do_each_group_once_and_one_of_them_collates() {
    let room = Room::new(5);
    let right = room.undisturbed();
    for _ in 0..3 {
        let running =
            ["1/3", "2/3", "3/3"].map(|shard| room.start(&["--shard", shard, "--workers", "1"], &[]));
        let ends = running.map(|running| running.end());
        assert!(ends.iter().all(|(code, _)| *code == Some(0)), "{ends:?}");
        let groups: Vec<_> = ends.iter().map(|(_, events)| started(events)).collect();
        let days = |days: &[u32]| days.iter().map(|day| format!("2022-02-{day:02}")).collect::<Vec<_>>();
        assert_eq!(groups, [days(&[1, 4]), days(&[2, 5]), days(&[3])]);
        assert!(room.result() == right);
        let journals = ["1", "2", "3"].map(|shard| format!("journal.{shard}-of-3.jsonl"));
        let left =
            [&["finished.json"], &journals.each_ref().map(String::as_str)[..], &["partials", "plan.json"]];
        assert_eq!(room.names(), left.concat());
        let again = room.run_told(&["--shard", "2/3"]);
        assert_eq!(
            (again.code, again.stdout.as_str(), started(&again.stderr)),
            (0, "DIR/try/pv.nc\n", vec![])
        );
        room.start_anew();
    }
}

#[test]
fn the_last_shard_speaks_for_all_and_a_failed_one_alone_is_run_again() {
    let room = Room::new(3);
    let right = room.undisturbed();
    let file = &room.files(2)[50];
    let good = fs::read(file).unwrap();
    fs::write(file, "not NetCDF").unwrap();
    let first = room.run(&["--shard", "1/3"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, ""), "{first:?}");
    assert!(first.stderr.ends_with("collates the results: 2/3, 3/3\n"), "{}", first.stderr);
    let second = room.run(&["--shard", "2/3"]);
    assert_eq!(second.code, 3, "{second:?}");
    assert!(second.stderr.contains("failed.2-of-3.tsv"), "{}", second.stderr);
    assert!(second.stderr.ends_with("dayfold run try/dayfold.toml --shard 2/3\n"), "{}", second.stderr);
    let last = room.run(&["--shard", "3/3"]);
    assert_eq!((last.code, last.stdout.as_str()), (3, ""), "{last:?}");
    assert!(last.stderr.contains("2022-02-02") && last.stderr.contains("/failed.tsv"), "{}", last.stderr);
    assert!(room.names().contains(&"failed.tsv".to_owned()), "{:?}", room.names());
    fs::write(file, good).unwrap();
    let again = room.run_told(&["--shard", "2/3"]);
    assert_eq!((again.code, started(&again.stderr)), (0, vec!["2022-02-02".to_owned()]), "{again:?}");
    assert!(room.result() == right);
    assert!(!room.names().iter().any(|name| name.contains("failed") || name.contains("done")));
}

#[test]
fn while_a_shard_is_at_work_nobody_divides_the_plan_otherwise() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let mut first = room.start(&["--shard", "1/2", "--workers", "1"], &[]);
    first.wait_for("started");
    first.signal(Signal::STOP);
    let holder = format!("lock.1-of-2 is held by process {}", first.id());
    for refused in
        [room.run(&[]), room.run(&["--shard", "1/3"]), room.run(&["--shard", "1/2"]), room.collate()]
    {
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    }
    let other = room.run(&["--shard", "2/2"]);
    assert_eq!(other.code, 0, "{other:?}");
    first.signal(Signal::KILL);
    assert_eq!(first.end().0, None);
    let rest = room.run_told(&[]);
    assert_eq!((rest.code, started(&rest.stderr)), (0, vec!["2022-02-01".to_owned()]), "{rest:?}");
    assert!(room.result() == right);
}

#[test]
fn a_plan_that_others_work_by_is_taken_as_it_is() {
    let room = Room::new(4);
    let right = room.undisturbed();
    let mut first = room.start(&["--shard", "1/2", "--to", "2022-02-02"], &[]);
    first.wait_for("started");
    first.signal(Signal::STOP);
    let second = room.run_told(&["--shard", "2/2"]);
    assert_eq!((second.code, started(&second.stderr)), (0, vec!["2022-02-02".to_owned()]), "{second:?}");
    let told = warnings(&second.stderr).join("\n");
    assert!(told.contains("2 groups that are new or have changed are taken up at the next start"), "{told}");
    first.signal(Signal::CONT);
    assert_eq!(first.end().0, Some(0));
    assert!(room.result() != right);
    for (shard, day) in [("1/2", "2022-02-03"), ("2/2", "2022-02-04")] {
        let run = room.run_told(&["--shard", shard]);
        assert_eq!((run.code, started(&run.stderr)), (0, vec![day.to_owned()]), "{run:?}");
    }
    assert!(room.result() == right);
}

#[test]
fn a_shard_that_lost_its_marker_or_its_results_is_run_again() {
    let room = Room::new(4);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--shard", "1/2"]).code, 0);
    fs::write(room.run_dir().join("done.1-of-2"), "").unwrap();
    let second = room.run(&["--shard", "2/2"]);
    assert_eq!((second.code, second.stdout.as_str()), (0, ""), "{second:?}");
    let first = room.run_told(&["--shard", "1/2"]);
    assert_eq!((first.code, started(&first.stderr)), (0, vec![]), "{first:?}");
    assert!(room.result() == right);
    room.start_anew();
    assert_eq!(room.run(&["--shard", "1/2"]).code, 0);
    let lost = fs::read_dir(room.run_dir().join("partials")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(lost).unwrap();
    let second = room.run(&["--shard", "2/2"]);
    assert_eq!((second.code, second.stdout.as_str()), (75, ""), "{second:?}");
    assert!(second.stderr.contains("there is no result yet of 2022-02-0"), "{}", second.stderr);
    assert_eq!(room.run(&["--shard", "1/2"]).code, 0);
    assert!(room.result() == right);
}

#[test]
fn who_waits_for_another_one_to_collate_can_be_interrupted() {
    let room = Room::new(2);
    assert_eq!(room.run(&["--shard", "1/2"]).code, 0);
    let mut last = room.start(&["--shard", "2/2"], &[]);
    last.wait_for("started");
    last.signal(Signal::STOP);
    // as though somebody who lives were collating
    fs::copy(room.run_dir().join("lock.2-of-2"), room.run_dir().join("lock.collate")).unwrap();
    last.signal(Signal::CONT);
    let waiting = last.wait_for("warning");
    assert!(waiting["message"].as_str().unwrap().contains("lock.collate is held by process"), "{waiting}");
    last.signal(Signal::TERM);
    let (code, events) = last.end();
    assert_eq!(code, Some(75), "{events}");
    let after = room.run_told(&["--shard", "2/2"]);
    assert_eq!((after.code, after.stdout.as_str(), started(&after.stderr)), (0, "DIR/try/pv.nc\n", vec![]));
}

#[test]
fn parts_of_a_shard_and_an_impossible_shard() {
    let room = Room::new(4);
    let part = room.run_told(&["--shard", "2/2", "--limit", "1"]);
    assert_eq!((part.code, started(&part.stderr)), (0, vec!["2022-02-02".to_owned()]), "{part:?}");
    assert!(!room.names().iter().any(|name| name.starts_with("done")), "{:?}", room.names());
    let wrong = room.run(&["--shard", "3/2"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stderr.contains("3 is more than 2"), "{}", wrong.stderr);
}
