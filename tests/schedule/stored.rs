//! The state file: what is damaged is noticed and set aside, and nothing is lost when it cannot be written.

use std::fs;
use std::path::Path;

use logmedic::schedule::{Access, State, Store};
use tempfile::TempDir;

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
