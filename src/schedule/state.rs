//! Everything that one run leaves to the next: how far each log was read, and what was found so far.
//!
//! It holds hashes, offsets, counts, times, signature ids and the paths of logs; no text of a log.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::family::Family;
use super::identity::{Candidate, Content, Fingerprint, Packed};
use super::memory::{Memory, stamp};
use super::pending::{PendingReport, Recovered};
use super::resume::{Resume, Step, Unreadable};
use super::silence::Voice;
use crate::diagnosis::{Diagnosis, Past, PastFinding, Source, Stamp, Tally};

/// A log that was not there for so long is forgotten, in seconds.
const FORGOTTEN_AFTER: i64 = 30 * 24 * 3600;
/// Logs that are no longer there and are still remembered; beyond that the longest gone are forgotten.
const MOST_ABSENT: usize = 10_000;
/// A copy must be at least so long to be remembered: shorter ones could be the beginning of anything.
const LEAST_COPY: u64 = 256;

/// How far one log was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Where the log was when it was last seen.
    pub path: String,
    /// What it is known by.
    pub print: Fingerprint,
    /// First plain byte that no report covers: the last event that was still open begins here.
    pub next: u64,
    /// Whether nobody appended to it any more.
    pub closed: bool,
    /// What the file is known by without inflating it, where it was compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<Packed>,
    /// When it was last seen, in seconds since 1970 by the host's clock.
    pub seen: i64,
    /// Whether a report has said already that it cannot be found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

/// What one run leaves to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Number of runs that were committed.
    #[serde(skip)]
    pub generation: u64,
    /// What a report must say of how the state was read: a problem, one sentence.
    #[serde(skip)]
    pub flaw: Option<String>,
    /// What a report must say of the reports of the run before.
    #[serde(skip)]
    pub recovered: Recovered,
    /// How far each log was read.
    pub checkpoints: Vec<Checkpoint>,
    /// Logs that were scanned by name: what rotation makes of them later is theirs.
    pub families: BTreeSet<String>,
    /// What was found, by signature id.
    pub findings: BTreeMap<String, Memory>,
    /// When which mail server was heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voices: Vec<Voice>,
    /// When Jira last started.
    #[serde(default, with = "stamp", skip_serializing_if = "Option::is_none")]
    pub started: Option<Stamp>,
    /// Report files of the run that committed this state, until they have their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingReport>,
}

impl State {
    /// The checkpoints after a run: `next` is, for each candidate that was read, the first byte that it left over.
    /// `lost` are the checkpoints of which this run says that they cannot be found; `now` is in seconds since 1970.
    pub fn checkpoints_after(
        &self,
        candidates: &[Candidate],
        closed: &[bool],
        resume: &Resume,
        next: &[u64],
        lost: &BTreeSet<usize>,
        now: i64,
    ) -> Result<Vec<Checkpoint>, Unreadable> {
        let mut checkpoints = Vec::new();
        for (i, candidate) in candidates.iter().enumerate() {
            let unreadable = |error| Unreadable { candidate: i, error };
            let next = match resume.steps[i] {
                Step::Read { .. } => next[i],
                Step::Leave => candidate.length,
                Step::Copy { .. } if candidate.length < LEAST_COPY => continue,
                Step::Copy { of } if is_only_banner(candidate, &candidates[of]).map_err(unreadable)? => continue,
                Step::Copy { of } => next[of].min(candidate.length),
            };
            if candidate.length == 0 {
                continue;
            }
            let print = candidate.fingerprint(candidate.length).map_err(unreadable)?;
            if !candidate.is_same_file() {
                match resume.steps[i] {
                    // Still being compressed.
                    Step::Copy { .. } => continue,
                    _ => return Err(unreadable(io::Error::other("was replaced while it was read"))),
                }
            }
            checkpoints.push(Checkpoint {
                path: candidate.path.to_string_lossy().into_owned(),
                print,
                next,
                closed: closed[i],
                packed: match &candidate.content {
                    Content::Packed { packed, .. } if candidate.failure.is_none() => Some(*packed),
                    _ => None,
                },
                seen: now,
                lost: false,
            });
        }
        let mut absent: Vec<Checkpoint> = resume
            .absent
            .iter()
            .map(|&i| Checkpoint { lost: self.checkpoints[i].lost || lost.contains(&i), ..self.checkpoints[i].clone() })
            .filter(|checkpoint| now.saturating_sub(checkpoint.seen) <= FORGOTTEN_AFTER)
            .collect();
        if absent.len() > MOST_ABSENT {
            absent.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.seen));
            absent.truncate(MOST_ABSENT);
        }
        checkpoints.extend(absent);
        Ok(checkpoints)
    }

    /// Adds what a run has found to what all runs have found. `id_of` names a signature by its rank.
    pub fn remember(&mut self, tally: &Tally, id_of: impl Fn(usize) -> String) {
        for memory in self.findings.values_mut() {
            memory.quiet |= went_on(memory, tally);
        }
        for (&rank, found) in &tally.findings {
            let logs = found.sources.keys().map(|source| family_of(source).key());
            self.findings.entry(id_of(rank)).or_default().add(found, logs);
        }
    }

    /// Keeps how each finding and what it hit stands after this run: hashes of names, and times.
    pub fn remember_standings(&mut self, diagnosis: &Diagnosis) {
        for finding in &diagnosis.findings {
            if let Some(memory) = self.findings.get_mut(&finding.signature.id) {
                memory.status = Some(finding.status);
                memory.keep_standings(&finding.recovery.standings);
            }
        }
    }

    /// What earlier runs have found, beside what this one has: for the diagnosis. Signatures that this run did not look
    /// for are left out.
    pub fn past(&self, tally: &Tally, looked_for: impl Fn(&str) -> bool) -> Past {
        let past = |memory: &Memory| PastFinding {
            events: memory.events,
            first: memory.first,
            last: memory.last,
            went_on: memory.quiet || went_on(memory, tally),
            status: memory.status,
            standings: memory.standings.iter().map(|standing| (*standing).into()).collect(),
        };
        let findings = self.findings.iter().filter(|(id, _)| looked_for(id));
        let findings = findings.map(|(id, memory)| (id.clone(), past(memory))).collect();
        Past { generation: self.generation + 1, findings }
    }
}

/// Whether a copy ends before the first event of its original: every generation may begin like that.
fn is_only_banner(copy: &Candidate, original: &Candidate) -> io::Result<bool> {
    Ok(copy.first_line(copy.length)?.is_none() && original.first_line(original.length)?.is_some())
}

/// Whether one of the logs in which something was found has newer events.
fn went_on(memory: &Memory, tally: &Tally) -> bool {
    // Silence stands in no log, so any that goes on without it will do.
    let is_of_it = |source: &Source| memory.logs.is_empty() || memory.logs.contains(&family_of(source).key());
    let logs = tally.sources.iter().filter(|(source, _)| is_of_it(source));
    let newest = logs.filter_map(|(_, tally)| tally.last).max();
    newest.is_some_and(|newest| memory.last.is_none_or(|last| newest > last))
}

/// The family of a log, by the name that reports give it.
fn family_of(source: &Source) -> Family {
    let path = Path::new(&source.name);
    Family::of(&path.canonicalize().unwrap_or_else(|_| path.to_path_buf()))
}
