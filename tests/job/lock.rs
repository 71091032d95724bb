//! One supervisor a run: a second one is refused with who the first is, and one that is gone is
//! no hindrance. Real processes; locks of other nodes are tested in the supervisor's `lock`.

use rustix::process::Signal;

use crate::room::Room;

#[test]
fn a_second_supervisor_is_refused_with_who_holds_the_lock() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let mut first = room.start(&[], &[("PBS_JOBID", "4711.gadi-pbs")]);
    first.wait_for("started");
    first.signal(Signal::STOP);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let holder = format!("held by process {} on {} in batch job 4711.gadi-pbs for ", first.id(), host.trim());
    for refused in [room.run(&[]), room.run(&["--limit", "1"]), room.collate()] {
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
        let advice =
            ": wait for that to end, or end the process or its batch job; a lock whose process is gone";
        assert!(refused.stderr.contains(advice), "{}", refused.stderr);
    }
    first.signal(Signal::CONT);
    assert_eq!(first.end().0, Some(0));
    assert!(room.result() == right);
    assert!(!room.names().iter().any(|name| name.starts_with("lock")), "{:?}", room.names());
}

#[test]
fn the_lock_of_a_killed_supervisor_is_taken_over_at_once() {
    let room = Room::new(2);
    let right = room.undisturbed();
    for moment in ["begun", "started"] {
        let mut first = room.start(&[], &[]);
        first.wait_for(moment);
        first.signal(Signal::KILL);
        assert_eq!(first.end().0, None);
        assert!(room.names().contains(&"lock".to_owned()), "{:?}", room.names());
    }
    let second = room.run_told(&[]);
    assert_eq!(second.code, 0, "{second:?}");
    assert!(!second.stderr.contains("waiting"), "{}", second.stderr);
    assert!(room.result() == right);
}
