//! Where to go on: finds each checkpoint's log among the files that are there now, by content.
//!
//! A log may have moved (rotation), exist twice (a copy before the cut), be compressed, or be gone. Nothing is guessed:
//! what no checkpoint knows is read from its start.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use super::family::Family;
use super::identity::{Candidate, Content, Digest};
use super::state::State;

/// What to do with one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Read it from this byte on; at its end there is nothing new.
    Read {
        /// The first byte to read.
        from: u64,
    },
    /// It holds what another candidate holds from its start: nothing is read of it.
    Copy {
        /// That candidate.
        of: usize,
    },
    /// An older generation of a log that is scanned for the first time: only what follows is asked for.
    Leave,
}

/// What to do with each candidate, and what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resume {
    /// In the order of the candidates.
    pub steps: Vec<Step>,
    /// Checkpoints whose log is in none of the candidates.
    pub absent: Vec<usize>,
    /// Candidates that begin like a log that was read before and do not go on like it, or were put back: some of what
    /// they hold may be counted again.
    pub doubtful: Vec<usize>,
}

/// A candidate that could not be read while its content was compared.
#[derive(Debug)]
pub struct Unreadable {
    /// Which.
    pub candidate: usize,
    /// Why.
    pub error: io::Error,
}

/// Finds out where to go on. `closed` says of each candidate whether nobody appends to it any more, `wanted` whether it
/// was asked for (and is not only a rotated generation of what was asked for).
pub fn resume(state: &State, candidates: &[Candidate], closed: &[bool], wanted: &[bool]) -> Result<Resume, Unreadable> {
    let families: Vec<Family> = candidates.iter().map(|candidate| Family::of(&candidate.path)).collect();
    let known = Known::of(state);
    let mut matched = BTreeSet::new();
    let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    // Of each candidate the checkpoint that knows most of it.
    let mut known_by: Vec<Option<usize>> = Vec::new();
    for (i, candidate) in candidates.iter().enumerate() {
        let found = known.beginnings_of(candidate, &families[i].base);
        let found = found.map_err(|error| Unreadable { candidate: i, error })?;
        matched.extend(found.iter().copied());
        // Before its first whole event a log may begin like any other, and nothing of it has been counted.
        let telling = found.into_iter().filter(|&checkpoint| state.checkpoints[checkpoint].next > 0);
        let best = telling.max_by_key(|&checkpoint| {
            let checkpoint = &state.checkpoints[checkpoint];
            (checkpoint.print.end, checkpoint.path == candidate.path.to_string_lossy(), checkpoint.next)
        });
        if let Some(best) = best {
            holders.entry(best).or_default().push(i);
        }
        known_by.push(best);
    }
    let copies = copies(candidates, &families, closed)?;
    let mut steps: Vec<Option<Step>> = copies
        .iter()
        .enumerate()
        .map(|(i, of)| {
            // An older copy that was put back goes on where it ends; a closed one never does.
            of.map(|of| if closed[i] { Step::Copy { of } } else { Step::Read { from: candidates[i].length } })
        })
        .collect();
    let mut doubtful = Vec::new();
    for (&checkpoint, holders) in &holders {
        let checkpoint = &state.checkpoints[checkpoint];
        let mut holders: Vec<usize> = holders.iter().copied().filter(|&i| copies[i].is_none()).collect();
        // The longest goes on; of equals the one that is still written, then the one that has not moved.
        holders.sort_by_key(|&i| {
            let candidate = &candidates[i];
            (u64::MAX - candidate.length, closed[i], candidate.path.to_string_lossy() != checkpoint.path, i)
        });
        for (place, &i) in holders.iter().enumerate() {
            let from = if place == 0 {
                checkpoint.next
            } else if is_beginning(candidates, i, holders[0])? {
                candidates[i].length
            } else {
                // Two logs that parted after the checkpoint: the event that was open counts in the first one. A line that
                // was not complete then may have become another one in each, or the same in both.
                let end = checkpoint.print.end;
                let start = candidates[i].line_start(end).map_err(|error| Unreadable { candidate: i, error })?;
                if start < end {
                    doubtful.push(i);
                }
                checkpoint.next.max(start)
            };
            steps[i] = Some(Step::Read { from: from.min(candidates[i].length) });
        }
    }
    for i in 0..candidates.len() {
        // Nothing goes on where a rotated log ended, or an older copy of one, unless somebody put it back.
        let before = known_by[i].map(|checkpoint| &state.checkpoints[checkpoint]);
        let is_own = before.is_some_and(|before| before.path == candidates[i].path.to_string_lossy());
        if !closed[i] && !is_own && (copies[i].is_some() || before.is_some_and(|before| before.closed)) {
            doubtful.push(i);
        }
        if steps[i].is_some() {
            continue;
        }
        if !wanted[i] && !state.families.contains(&families[i].key()) {
            steps[i] = Some(Step::Leave);
            continue;
        }
        if known.has_line(first_line(candidates, i)?, &families[i].base) {
            doubtful.push(i);
        }
        steps[i] = Some(Step::Read { from: 0 });
    }
    let steps: Vec<Step> = steps.into_iter().flatten().collect();
    doubtful.extend(parted(candidates, &families, closed, &steps)?);
    doubtful.sort_unstable();
    doubtful.dedup();
    let absent = (0..state.checkpoints.len()).filter(|checkpoint| !matched.contains(checkpoint)).collect();
    Ok(Resume { steps, absent, doubtful })
}

/// For each candidate the one whose beginning it is. A live log must hold a whole line to be told: one that was just
/// begun may begin like any other.
fn copies(candidates: &[Candidate], families: &[Family], closed: &[bool]) -> Result<Vec<Option<usize>>, Unreadable> {
    // The longest is the original; of equals the one that is still written, then the one that is not compressed.
    let rank = |i: usize| {
        let candidate = &candidates[i];
        let is_packed = matches!(candidate.content, Content::Packed { .. });
        (u64::MAX - candidate.length, closed[i], is_packed, i)
    };
    let mut by_base: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, family) in families.iter().enumerate() {
        by_base.entry(&family.base).or_default().push(i);
    }
    let mut copies = vec![None; candidates.len()];
    for generations in by_base.values_mut() {
        generations.sort_by_key(|&i| rank(i));
        for (place, &i) in generations.iter().enumerate() {
            if candidates[i].length == 0 || !closed[i] && first_line(candidates, i)?.is_none() {
                continue;
            }
            for &other in &generations[..place] {
                if copies[other].is_none() && is_beginning(candidates, i, other)? {
                    copies[i] = Some(other);
                    break;
                }
            }
        }
    }
    Ok(copies)
}

/// Candidates that are read from their start although another one that is read begins with the same event: an older copy
/// was put back and went its own way before any run had counted that event.
fn parted(
    candidates: &[Candidate],
    families: &[Family],
    closed: &[bool],
    steps: &[Step],
) -> Result<Vec<usize>, Unreadable> {
    let mut by_line: BTreeMap<(&str, Digest), Vec<usize>> = BTreeMap::new();
    for (i, step) in steps.iter().enumerate() {
        if let (Step::Read { .. }, Some(line)) = (step, first_line(candidates, i)?) {
            by_line.entry((&families[i].base, line)).or_default().push(i);
        }
    }
    let mut parted = Vec::new();
    for mut alike in by_line.into_values() {
        // What was rotated away is the original, what is written now the copy.
        alike.sort_by_key(|&i| (!closed[i], i));
        parted.extend(alike.into_iter().skip(1).filter(|&i| steps[i] == Step::Read { from: 0 }));
    }
    Ok(parted)
}

fn first_line(candidates: &[Candidate], of: usize) -> Result<Option<Digest>, Unreadable> {
    let candidate = &candidates[of];
    candidate.first_line(candidate.length).map_err(|error| Unreadable { candidate: of, error })
}

fn is_beginning(candidates: &[Candidate], of: usize, other: usize) -> Result<bool, Unreadable> {
    // Which of the two failed does not matter: left out of this run, either is looked at again in the next one.
    candidates[of].is_beginning_of(&candidates[other]).map_err(|error| Unreadable { candidate: of, error })
}

/// Checkpoints by what is compared first.
struct Known<'a> {
    state: &'a State,
    by_head: HashMap<(u64, Digest), Vec<usize>>,
    head_lengths: BTreeSet<u64>,
    bases: Vec<String>,
}

impl<'a> Known<'a> {
    fn of(state: &'a State) -> Self {
        let mut by_head: HashMap<(u64, Digest), Vec<usize>> = HashMap::new();
        let mut head_lengths = BTreeSet::new();
        for (i, checkpoint) in state.checkpoints.iter().enumerate() {
            by_head.entry((checkpoint.print.head_length, checkpoint.print.head)).or_default().push(i);
            head_lengths.insert(checkpoint.print.head_length);
        }
        let base = |path: &str| Family::of(std::path::Path::new(path)).base;
        let bases = state.checkpoints.iter().map(|checkpoint| base(&checkpoint.path)).collect();
        Self { state, by_head, head_lengths, bases }
    }

    /// Whether a log of this base name began with this line.
    fn has_line(&self, line: Option<Digest>, base: &str) -> bool {
        line.is_some()
            && self
                .state
                .checkpoints
                .iter()
                .zip(&self.bases)
                .any(|(known, other)| known.next > 0 && known.print.line == line && other == base)
    }

    /// The checkpoints whose content a candidate begins with, ascending.
    fn beginnings_of(&self, candidate: &Candidate, base: &str) -> io::Result<Vec<usize>> {
        let mut found = Vec::new();
        if let Content::Packed { packed, .. } = &candidate.content {
            let same = |i: &usize| self.state.checkpoints[*i].packed == Some(*packed) && self.bases[*i] == base;
            found.extend((0..self.state.checkpoints.len()).find(same));
            if !found.is_empty() {
                return Ok(found);
            }
        }
        for &length in self.head_lengths.range(..=candidate.length) {
            let head = candidate.digest(0, length)?;
            for &i in self.by_head.get(&(length, head)).into_iter().flatten() {
                if self.bases[i] == base && candidate.begins_with(&self.state.checkpoints[i].print)? {
                    found.push(i);
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}
