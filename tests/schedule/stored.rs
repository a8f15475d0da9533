//! The state file: what is damaged is noticed and set aside, and nothing is lost when it cannot be written.

use std::fs;
use std::path::Path;

use logmedic::Error;
use logmedic::schedule::{Access, Digest, PendingReport, State, Store};
use tempfile::TempDir;

use super::{event, run};

fn saved(path: &Path, families: usize) -> State {
    let (store, state) = Store::open(path, Access::Move).unwrap();
    let state = State {
        generation: state.generation + 1,
        families: (0..families).map(|i| format!("/logs/{i}.log")).collect(),
        ..state
    };
    store.stage(&state).unwrap().commit().unwrap();
    state
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_generation_before_is_kept_and_used_when_the_current_one_is_damaged() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    let first = saved(&path, 1);
    saved(&path, 2);
    assert_eq!(names(&folder), ["state", "state.lock", "state.prev"]);
    let sound = fs::read(&path).unwrap();
    for (what, bytes) in [
        ("half of it", &sound[..sound.len() / 2]),
        ("nothing", &b""[..]),
        ("NUL bytes", &vec![0; sound.len()][..]),
        ("something else", b"{}"),
    ] {
        fs::write(&path, bytes).unwrap();
        let (store, state) = Store::open(&path, Access::Move).unwrap();
        assert_eq!(state.families, first.families, "{what}");
        assert!(state.flaw.as_deref().unwrap().starts_with("state-restored"), "{what}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "opening changes nothing: {what}");
        drop(store);
    }
    let (store, state) = Store::open(&path, Access::Move).unwrap();
    store.stage(&State { flaw: None, ..state }).unwrap().commit().unwrap();
    assert_eq!(names(&folder), ["state", "state.bad-1", "state.lock", "state.prev"]);
    assert_eq!(fs::read(folder.path().join("state.bad-1")).unwrap(), b"{}");
}

/// A state as a run leaves it: with a checkpoint, a finding and a report.
fn real_state(folder: &TempDir) -> State {
    let log = folder.path().join("x.log");
    fs::write(&log, event(1) + &event(2)).unwrap();
    let report = PendingReport {
        path: folder.path().join("r.json"),
        temporary: folder.path().join(".logmedic-1"),
        digest: Digest::of(&[b"{}"]),
    };
    let state = run(&log, &State::default()).state;
    fs::remove_file(log).unwrap();
    State { pending: vec![report], ..state }
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_file_is_noticed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    let first = saved(&path, 1);
    let (store, state) = Store::open(&path, Access::Move).unwrap();
    let real = State { generation: state.generation + 1, ..real_state(&folder) };
    store.stage(&real).unwrap().commit().unwrap();
    drop(store);
    let sound = fs::read(&path).unwrap();
    assert_eq!(Store::open(&path, Access::Peek).unwrap().1, real);
    let is_restored = |bytes: &[u8], what: &str| {
        fs::write(&path, bytes).unwrap();
        let state = Store::open(&path, Access::Peek).unwrap().1;
        assert!(state.flaw.is_some_and(|flaw| flaw.starts_with("state-restored")), "{what}");
        assert_eq!((state.families, state.generation), (first.families.clone(), first.generation), "{what}");
    };
    let mut bytes = sound.clone();
    for bit in 0..8 * sound.len() {
        bytes[bit / 8] ^= 1 << (bit % 8);
        is_restored(&bytes, &format!("bit {bit}"));
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    for length in 0..sound.len() {
        is_restored(&sound[..length], &format!("cut to {length}"));
    }
}

#[test]
fn a_state_of_a_newer_version_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    saved(&path, 1);
    let payload = "{\"what\":\"a later version needs\"}\n";
    let line = format!("logmedic.state/2 generation=7 bytes={} sha256=", payload.len());
    let newer = format!("{line}{}\n{payload}", Digest::of(&[line.as_bytes(), payload.as_bytes()]));
    fs::write(&path, &newer).unwrap();
    for access in [Access::Peek, Access::Move, Access::MoveAfterOthers] {
        let refused = Store::open(&path, access).unwrap_err();
        assert!(matches!(refused, Error::StateNewer { version: 2, .. }), "{refused}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn each_damaged_state_is_set_aside_under_a_number_of_its_own_but_not_without_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    saved(&path, 1);
    saved(&path, 2);
    for number in 1..=103 {
        fs::write(&path, format!("damaged {number}")).unwrap();
        saved(&path, number);
        let aside = folder.path().join(format!("state.bad-{}", number.min(100)));
        assert_eq!(fs::read_to_string(aside).unwrap(), format!("damaged {number}"));
        assert_eq!(Store::open(&path, Access::Peek).unwrap().1.flaw, None);
    }
    assert_eq!(names(&folder).len(), 3 + 100);
}

#[test]
fn a_run_finishes_the_reports_of_the_one_before() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    saved(&path, 1);
    let real = real_state(&folder);
    let report = &real.pending[0];
    let (store, _) = Store::open(&path, Access::Move).unwrap();
    // Killed before the commit: what it has left is removed.
    fs::write(&report.temporary, "{}").unwrap();
    std::mem::forget(store.stage(&real).unwrap());
    drop(store);
    let (store, mut state) = Store::open(&path, Access::Move).unwrap();
    store.recover(&mut state, &[]).unwrap();
    assert_eq!(names(&folder), ["state", "state.lock"]);
    // And after it: what it has left gets its name, once.
    fs::write(&report.temporary, "{}").unwrap();
    store.stage(&real).unwrap().commit().unwrap();
    drop(store);
    let (store, mut state) = Store::open(&path, Access::Move).unwrap();
    store.recover(&mut state, &[]).unwrap();
    assert!(state.recovered.notes[0].starts_with("report-recovered"), "{:?}", state.recovered);
    assert_eq!(names(&folder), ["r.json", "state", "state.lock", "state.prev"]);
    drop(store);
    fs::remove_file(&report.path).unwrap();
    let (store, mut state) = Store::open(&path, Access::Move).unwrap();
    store.recover(&mut state, &[]).unwrap();
    assert_eq!((state.recovered, state.pending), Default::default(), "whoever takes a report away may do so");
}

#[test]
fn without_a_usable_state_the_run_begins_anew_and_says_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    assert_eq!(Store::open(&path, Access::Peek).unwrap().1, State::default());
    fs::write(&path, "x").unwrap();
    let flaw = Store::open(&path, Access::Peek).unwrap().1.flaw;
    assert!(flaw.unwrap().starts_with("resume-lost"));
    fs::write(folder.path().join("state.prev"), "x").unwrap();
    fs::remove_file(&path).unwrap();
    let flaw = Store::open(&path, Access::Peek).unwrap().1.flaw;
    assert!(flaw.unwrap().starts_with("resume-lost"), "a state that is gone is no fresh start where there was one");
}

#[test]
fn a_run_that_does_not_commit_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    saved(&path, 1);
    let before = fs::read(&path).unwrap();
    let (store, state) = Store::open(&path, Access::Move).unwrap();
    drop(store.stage(&State { generation: 9, ..state }).unwrap());
    drop(store);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(&folder), ["state", "state.lock"]);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state");
    saved(&path, 1);
    saved(&path, 1);
    for name in names(&folder) {
        assert_eq!(fs::metadata(folder.path().join(&name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}
