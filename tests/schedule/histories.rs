//! Random histories of a log against a model that knows every event.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::world::World;

/// What happens to a log.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// So many events are written.
    Append(usize),
    /// The first bytes of an event are written; the rest follows before anything else is.
    Tear(usize),
    /// The log is renamed, and a new one begun.
    Roll,
    /// The log is renamed with a date.
    RollDated,
    /// So many times events are written and the log is renamed, with no run between.
    Rolls(usize),
    /// The log is copied and then cut.
    CopyTruncate,
    /// The log is copied, with so many bytes of it there when a run looks, and cut only after it.
    CopyRunTruncate(usize),
    /// A rotated log is compressed.
    Gzip(usize),
    /// A rotated log is compressed, and a run sees the first bytes of that beside it.
    HalfGzip(usize, usize),
    /// The log is written anew with what it holds, as another file: a restore, or an editor.
    NewFile,
    /// The time of change is set to another one, by so many seconds.
    Touch(i32),
    /// A rotated log is removed.
    Delete(usize),
    /// A log that was removed is put back, with another number.
    PutBack(usize),
    /// The log is removed.
    DeleteLog,
    /// The log is replaced by another of the same size and time of change, as a new file or in place.
    Replace {
        in_place: bool,
    },
    /// An older copy of the log is put back.
    Restore(usize),
    Run,
    /// A run that is killed before its commit.
    KilledRun,
    /// A run that finds a new log in which no event begins yet.
    RunBeforeEvents,
    /// A run that finds no log at all, since the disk is not mounted.
    UnmountedRun,
}

impl Act {
    /// Whether it can take events away.
    fn destroys(&self) -> bool {
        matches!(self, Self::Delete(_) | Self::DeleteLog | Self::Replace { .. } | Self::Restore(_))
    }
}

fn lossless() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1..4_usize).prop_map(Act::Append),
        2 => (1..240_usize).prop_map(Act::Tear),
        2 => Just(Act::Roll),
        1 => Just(Act::RollDated),
        1 => (2..6_usize).prop_map(Act::Rolls),
        2 => Just(Act::CopyTruncate),
        1 => (0..3000_usize).prop_map(Act::CopyRunTruncate),
        2 => (0..4_usize).prop_map(Act::Gzip),
        1 => (0..4_usize, 0..400_usize).prop_map(|(which, length)| Act::HalfGzip(which, length)),
        1 => Just(Act::NewFile),
        1 => any::<i32>().prop_map(Act::Touch),
        6 => Just(Act::Run),
        1 => Just(Act::KilledRun),
        1 => Just(Act::RunBeforeEvents),
        1 => Just(Act::UnmountedRun),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        14 => lossless(),
        1 => (0..4_usize).prop_map(Act::Delete),
        1 => (0..4_usize).prop_map(Act::PutBack),
        1 => Just(Act::DeleteLog),
        1 => any::<bool>().prop_map(|in_place| Act::Replace { in_place }),
        1 => (0..6_usize).prop_map(Act::Restore),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_some_run_could_see_is_counted_exactly_once(acts in vec(lossless(), 1..=40), named: bool, banner: bool) {
        prop_assert_eq!(outcome(&acts, named, banner), Ok(()));
    }

    #[test]
    fn or_a_problem_says_so(acts in vec(any_act(), 1..=40), named: bool, banner: bool) {
        prop_assert_eq!(outcome(&acts, named, banner), Ok(()));
    }
}

#[test]
fn what_once_went_wrong() {
    use Act::{Append, CopyRunTruncate, CopyTruncate, HalfGzip, Restore, Roll, Rolls, Run, RunBeforeEvents, Tear};
    let histories = [
        // A new log that holds no event yet, and a copy of which no event is there yet.
        (vec![Roll, RunBeforeEvents], true, true),
        (vec![CopyRunTruncate(44)], true, true),
        // A copy that ended within what every log begins with was taken for the beginning of the next one.
        (vec![Roll, HalfGzip(0, 96), Roll], true, true),
        // Older copies that were put back: behind a long banner, and before any run had counted their event.
        (vec![Append(1), Run, Roll, Restore(2), Append(1)], false, true),
        (
            vec![
                Append(1),
                CopyRunTruncate(0),
                CopyRunTruncate(0),
                Tear(1),
                HalfGzip(0, 0),
                Rolls(2),
                Restore(3),
                Append(1),
            ],
            false,
            false,
        ),
        // The line that was not complete at the checkpoint became another event in each of two logs.
        (vec![CopyTruncate, Restore(0), Append(1), Tear(1), Run, Roll, Restore(1), Append(1), Append(3)], false, false),
    ];
    for (acts, named, banner) in histories {
        assert_eq!(outcome(&acts, named, banner), Ok(()), "{acts:?}");
    }
}

/// What is wrong at the end of a history: an event that some run could see is in no report or in two, and nothing is said;
/// or something is said although nothing was taken away.
fn outcome(acts: &[Act], named: bool, banner: bool) -> Result<(), String> {
    let mut world = World::new(named, banner);
    for act in acts {
        world.act(act);
    }
    world.finish();
    let counted: BTreeSet<usize> = world.counted.keys().copied().collect();
    let lost: Vec<_> = world.visible.difference(&counted).collect();
    let twice: Vec<_> = world.counted.iter().filter(|&(_, &count)| count != 1).collect();
    let is_exact = lost.is_empty() && twice.is_empty();
    if !is_exact && world.problems.is_empty() {
        return Err(format!("lost {lost:?}, twice {twice:?}, and nothing is said"));
    }
    let may_lose = acts.iter().any(Act::destroys);
    if may_lose || is_exact && world.problems.is_empty() {
        Ok(())
    } else {
        Err(format!("lost {lost:?}, twice {twice:?}, said {:?}", world.problems))
    }
}

fn config() -> ProptestConfig {
    let long = std::env::var("LOGMEDIC_CI_LONG").is_ok_and(|long| long == "1");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        cases: cases.unwrap_or(if long { 5000 } else { 150 }),
        ..ProptestConfig::default()
    }
}
