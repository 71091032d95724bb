//! What happens between holders and waiters, on clocks of our own.

use std::sync::Barrier;
use std::time::Instant;

use super::fixture::acquired;
use super::*;
use crate::durable;
use crate::meter::Host;
use tempfile::TempDir;

struct Room {
    folder: TempDir,
    host: Host,
    me: Holder,
    start: Instant,
}

impl Room {
    fn new() -> Self {
        let host = Host::here();
        let me = Holder::here(&host, Some("1.gadi-pbs".into()));
        Self { folder: tempfile::tempdir().unwrap(), host, me, start: Instant::now() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("lock")
    }

    fn acquisition(&self) -> Acquisition {
        Acquisition::new(&self.path(), &self.me, &self.host)
    }

    fn step_at(&self, acquisition: &mut Acquisition, seconds: u64) -> Step {
        acquisition.step(self.start + Duration::from_secs(seconds)).unwrap()
    }

    /// A lock file that somebody else left, `touched` times a sign of life.
    fn left_by(&self, holder: &Holder, touched: u64) {
        let mut holder = holder.clone();
        holder.touch(touched);
        durable::replace(&self.path(), &holder.to_text().unwrap()).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn elsewhere(&self) -> Holder {
        Holder { host: "gadi-cpu-7".into(), ..self.me.clone() }
    }

    fn gone(&self) -> Holder {
        Holder { process: u32::MAX / 4, ..self.me.clone() }
    }
}

fn held(step: Step) -> Held {
    match step {
        Step::Held(held) => held,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

fn left(step: Step) -> u64 {
    match step {
        Step::Watch(_, left) => left.as_secs(),
        other => panic!("expected to have to watch, found {other:?}"),
    }
}

#[test]
fn a_second_one_is_refused_with_who_and_since_when() {
    let room = Room::new();
    let lock = acquired(room.step_at(&mut room.acquisition(), 0));
    let refused = held(room.step_at(&mut room.acquisition(), 0));
    let text = refused.to_string();
    for part in [&room.me.host, "batch job 1.gadi-pbs", &format!("process {}", std::process::id())] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(refused.age().is_some_and(|age| age < Duration::from_secs(3600)), "{refused:?}");
    lock.release().unwrap();
    assert!(room.names().is_empty());
}

#[test]
fn a_lock_that_was_removed_by_hand_is_told_apart_from_one_that_was_taken_over() {
    let room = Room::new();
    let mut lock = acquired(room.step_at(&mut room.acquisition(), 0));
    fs::remove_file(lock.path()).unwrap();
    let gone = lock.touch().unwrap_err();
    assert!(
        gone.is_lost() && gone.to_string().contains("lock: it is gone: somebody has removed it"),
        "{gone}"
    );
    assert!(!lock.still_held().unwrap() && room.names().is_empty());
    let other = acquired(room.step_at(&mut room.acquisition(), 0));
    assert!(lock.check().unwrap_err().to_string().contains("another process has taken it over"));
    other.release().unwrap();
}

/// No answer that may change: it is not asked for again and again.
#[test]
fn a_lock_is_gone_where_something_else_is_in_its_place_or_its_folders() {
    let room = Room::new();
    let lock = acquired(room.step_at(&mut room.acquisition(), 0));
    fs::remove_file(room.path()).unwrap();
    fs::create_dir(room.path()).unwrap();
    assert!(matches!(lock.check(), Err(LockError::Gone(_))));
    fs::remove_dir(room.path()).unwrap();
    fs::remove_dir(room.folder.path()).unwrap();
    durable::replace(room.folder.path(), b"").unwrap();
    assert!(matches!(lock.check(), Err(LockError::Gone(_))));
    fs::remove_file(room.folder.path()).unwrap();
}

#[test]
fn a_lock_that_goes_out_of_scope_is_free() {
    let room = Room::new();
    drop(acquired(room.step_at(&mut room.acquisition(), 0)));
    acquired(room.step_at(&mut room.acquisition(), 0)).release().unwrap();
}

#[test]
fn a_process_that_is_gone_is_followed_at_once() {
    let room = Room::new();
    room.left_by(&room.gone(), 3);
    let lock = acquired(room.step_at(&mut room.acquisition(), 0));
    assert!(lock.still_held().unwrap());
    assert_eq!(room.names(), ["lock"]);
}

#[test]
fn elsewhere_a_lock_is_taken_over_after_a_minute_without_a_sign() {
    let room = Room::new();
    room.left_by(&room.elsewhere(), 3);
    let mut acquisition = room.acquisition();
    let seen: Vec<u64> = (0..6).map(|look| left(room.step_at(&mut acquisition, look * 10))).collect();
    assert_eq!(seen, [60, 50, 40, 30, 20, 10]);
    acquired(room.step_at(&mut acquisition, 60));
}

#[test]
fn elsewhere_a_sign_of_life_is_a_refusal() {
    let room = Room::new();
    room.left_by(&room.elsewhere(), 3);
    let mut acquisition = room.acquisition();
    (0..5).for_each(|look| assert!(left(room.step_at(&mut acquisition, look * 10)) > 0));
    room.left_by(&room.elsewhere(), 4);
    assert!(held(room.step_at(&mut acquisition, 55)).to_string().contains("gadi-cpu-7"));
}

#[test]
fn a_look_that_hung_for_minutes_does_not_count_as_watching() {
    let room = Room::new();
    room.left_by(&room.elsewhere(), 3);
    let mut acquisition = room.acquisition();
    left(room.step_at(&mut acquisition, 0));
    assert_eq!(left(room.step_at(&mut acquisition, 600)), 50);
}

#[test]
fn a_damaged_lock_is_watched_and_then_taken_over() {
    for damaged in [&b""[..], b"{\"host\":", b"\xff\0\0"] {
        let room = Room::new();
        durable::replace(&room.path(), damaged).unwrap();
        let mut acquisition = room.acquisition();
        (0..6).for_each(|look| assert!(left(room.step_at(&mut acquisition, look * 10)) > 0));
        let lock = acquired(room.step_at(&mut acquisition, 60));
        assert!(lock.still_held().unwrap());
    }
}

#[test]
fn a_holder_that_was_taken_for_dead_notices_and_does_no_harm() {
    let room = Room::new();
    let mut first = acquired(room.step_at(&mut room.acquisition(), 0));
    room.left_by(&room.gone(), 0);
    let second = acquired(room.step_at(&mut room.acquisition(), 0));
    assert!(!first.still_held().unwrap());
    assert!(matches!(first.touch(), Err(LockError::Lost(_))));
    first.file.write_all_at(b"a sign of life that was under way", 0).unwrap();
    first.release().unwrap();
    assert!(second.still_held().unwrap());
}

#[test]
fn each_sign_of_life_changes_the_content() {
    let room = Room::new();
    let mut lock = acquired(room.step_at(&mut room.acquisition(), 0));
    let first = fs::read(room.path()).unwrap();
    lock.touch().unwrap();
    let second = fs::read(room.path()).unwrap();
    lock.touch().unwrap();
    let third = fs::read(room.path()).unwrap();
    assert!(first != second && second != third && first.len() == third.len());
    assert!(lock.still_held().unwrap());
}

/// Eight at once; of an acquisition each, as it was prepared.
fn at_once(room: &Room, prepared: impl Fn() -> Acquisition + Sync, seconds: u64) {
    const WAITERS: usize = 8;
    let barrier = Barrier::new(WAITERS);
    let steps: Vec<Step> = std::thread::scope(|scope| {
        let step = || {
            let mut acquisition = prepared();
            barrier.wait();
            room.step_at(&mut acquisition, seconds)
        };
        let waiters: Vec<_> = (0..WAITERS).map(|_| scope.spawn(step)).collect();
        waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect()
    });
    let lock = |step| match step {
        Step::Acquired(lock) => Some(lock),
        Step::Held(_) | Step::Watch(..) => None,
    };
    let locks: Vec<Lock> = steps.into_iter().filter_map(lock).collect();
    assert_eq!(locks.len(), 1, "{locks:?}");
    assert!(locks[0].still_held().unwrap());
    assert_eq!(room.names(), ["lock"]);
}

#[test]
fn of_many_who_find_it_free_one_takes_it() {
    for _ in 0..30 {
        let room = Room::new();
        at_once(&room, || room.acquisition(), 0);
    }
}

#[test]
fn of_many_who_find_its_process_gone_one_takes_it_over() {
    for _ in 0..30 {
        let room = Room::new();
        room.left_by(&room.gone(), 0);
        at_once(&room, || room.acquisition(), 0);
    }
}

#[test]
fn of_many_who_have_watched_it_one_takes_it_over() {
    for _ in 0..30 {
        let room = Room::new();
        room.left_by(&room.elsewhere(), 0);
        let watched = || {
            let mut acquisition = room.acquisition();
            (0..6).for_each(|look| assert!(left(room.step_at(&mut acquisition, look * 10)) > 0));
            acquisition
        };
        at_once(&room, watched, 60);
    }
}

#[test]
fn who_saw_it_stale_and_comes_late_leaves_the_new_lock_alone() {
    let room = Room::new();
    room.left_by(&room.gone(), 0);
    let stale = scene::Scene::look(&room.path()).unwrap().unwrap();
    let lock = acquired(room.step_at(&mut room.acquisition(), 0));
    held(room.acquisition().take_over(stale, room.start).unwrap());
    assert!(lock.still_held().unwrap());
    assert_eq!(room.names(), ["lock"]);
}

#[test]
fn a_claim_keeps_others_away_while_its_owner_lives() {
    let room = Room::new();
    room.left_by(&room.gone(), 0);
    let scene = scene::Scene::look(&room.path()).unwrap().unwrap();
    durable::create_new(&scene.next_claim(&room.path()), &room.me.to_text().unwrap()).unwrap();
    held(room.step_at(&mut room.acquisition(), 0));
}

#[test]
fn a_claim_whose_owner_is_gone_is_passed_over() {
    let room = Room::new();
    room.left_by(&room.gone(), 0);
    let scene = scene::Scene::look(&room.path()).unwrap().unwrap();
    durable::create_new(&scene.next_claim(&room.path()), &room.gone().to_text().unwrap()).unwrap();
    acquired(room.step_at(&mut room.acquisition(), 0));
}

#[test]
fn a_claim_from_elsewhere_is_watched_in_its_turn() {
    let room = Room::new();
    room.left_by(&room.elsewhere(), 0);
    let mut acquisition = room.acquisition();
    (0..6).for_each(|look| assert!(left(room.step_at(&mut acquisition, look * 10)) > 0));
    let scene = scene::Scene::look(&room.path()).unwrap().unwrap();
    durable::create_new(&scene.next_claim(&room.path()), &room.elsewhere().to_text().unwrap()).unwrap();
    assert_eq!(left(room.step_at(&mut acquisition, 60)), 60);
    (7..12).for_each(|look| assert!(left(room.step_at(&mut acquisition, look * 10)) > 0));
    let lock = acquired(room.step_at(&mut acquisition, 120));
    assert!(lock.still_held().unwrap());
    assert_eq!(room.names(), ["lock"]);
}

#[test]
fn locks_of_other_shards_are_left_alone() {
    let room = Room::new();
    let other = room.folder.path().join("lock.1-of-2");
    let shard = acquired(Acquisition::new(&other, &room.me, &room.host).step(room.start).unwrap());
    room.left_by(&room.gone(), 0);
    acquired(room.step_at(&mut room.acquisition(), 0)).release().unwrap();
    assert!(shard.still_held().unwrap());
}

#[test]
fn who_only_asks_is_told_who_lives() {
    let room = Room::new();
    let asked = || holder_of(&room.path(), &room.me, &room.host).unwrap().map(|(_, life)| life);
    assert_eq!(asked(), None);
    room.left_by(&room.gone(), 0);
    assert_eq!(asked(), None);
    room.left_by(&room.elsewhere(), 0);
    assert_eq!(asked(), Some(Life::Unknown));
    room.left_by(&room.me, 0);
    assert_eq!(asked(), Some(Life::Alive));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let room = Room::new();
    let path = room.folder.path().join("gone").join("lock");
    let error = Acquisition::new(&path, &room.me, &room.host).wait(|_, _, _| Ok(())).unwrap_err();
    assert!(error.to_string().contains("gone/lock"), "{error}");
}
