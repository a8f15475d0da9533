//! Many runs with one state at the same time.

use std::process::{Child, Output, Stdio};

use super::is_long;
use super::world::World;

fn started(world: &mut World, more: &[&str]) -> Child {
    let mut command = World::program();
    command.args(world.arguments()).args(more).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Starts so many runs at once, again and again while the log grows, and returns how each ended.
fn outcomes(world: &mut World, more: &[&str]) -> Vec<Output> {
    let (starts, rounds) = if is_long() { (50, 20) } else { (10, 2) };
    let mut outcomes = Vec::new();
    for _ in 0..rounds {
        world.append(2);
        let children: Vec<Child> = (0..starts).map(|_| started(world, more)).collect();
        outcomes.extend(children.into_iter().map(|child| child.wait_with_output().unwrap()));
    }
    world.look();
    world.finish();
    assert_eq!(world.is_exact(), Ok(()));
    assert!(world.problems.is_empty(), "{:?}", world.problems);
    outcomes
}

#[test]
fn of_many_runs_at_once_one_has_the_state_and_the_others_say_so() {
    let mut world = World::new(true);
    let outcomes = outcomes(&mut world, &[]);
    assert!(outcomes.iter().any(|outcome| matches!(outcome.status.code(), Some(0 | 1))));
    for outcome in &outcomes {
        let said = String::from_utf8_lossy(&outcome.stderr);
        match outcome.status.code() {
            Some(0 | 1) => {}
            Some(4) => assert!(said.contains("in use by another run"), "{outcome:?}"),
            _ => panic!("{outcome:?}"),
        }
    }
}

#[test]
fn with_wait_each_has_it_in_turn() {
    let mut world = World::new(true);
    for outcome in outcomes(&mut world, &["--wait"]) {
        assert!(matches!(outcome.status.code(), Some(0 | 1)), "{outcome:?}");
    }
}
