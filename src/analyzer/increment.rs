//! A scan that goes on where the last one ended. The last event of a log that is still written stays open: it is left to
//! the next run, and counts there whole. So the increments of a log add up to one scan of all of it.

mod ends;
mod silence;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::files::FilePart;
use super::plan::Incoming;
use super::queue::Queue;
use super::{Input, Scan, ScanOptions, compiled, conclude};
use crate::catalogue::Catalogue;
use crate::diagnosis::Source;
use crate::error::Error;
use crate::event::Window;
use crate::input::{MapMode, PlainFile};
use crate::matcher::Matcher;
use crate::schedule::{self, Content, Family, Fingerprint, Resume, State, Step, open_packed};

use ends::last_start;
use sources::{Run, full_path, unknown};

/// How often a run begins anew because a log changed or moved under it, before that log is left to the next run.
const ATTEMPTS: u32 = 4;
/// Time that a rotation is given to end at first, and four times as much in each further attempt: the writer may have to
/// wait for a core between the two names.
const PAUSE: Duration = Duration::from_millis(10);

/// What is new since the last run.
#[derive(Debug, Clone)]
pub struct Increment {
    /// What was found in it.
    pub scan: Scan,
    /// The state for the next run.
    pub state: State,
}

/// Scans what is new in the logs that are named. `now` is in seconds since 1970: logs that were not there for 30 days
/// before it are forgotten. Standard input is an error: it cannot be read again.
pub fn scan_increment(
    catalogue: &Catalogue,
    inputs: &[Input],
    options: &ScanOptions,
    state: &State,
    now: i64,
) -> Result<Increment, Error> {
    if inputs.contains(&Input::Stdin) {
        return Err(Error::StdinWithState);
    }
    let options = &ScanOptions {
        // What is still written must not be mapped, and here that is told too late.
        map: if options.map == MapMode::Auto { MapMode::Never } else { options.map },
        // Logs are looked for again by their own names, and whole.
        file_name: None,
        range: None,
        window: Window::default(),
        voices: true,
        ..options.clone()
    };
    let matcher = &compiled(catalogue, options)?;
    let mut left_out: BTreeMap<PathBuf, String> = BTreeMap::new();
    for attempt in 1.. {
        let is_last = attempt >= ATTEMPTS;
        let mut run = Run::gather(inputs, options, state, &left_out);
        if run.is_moving() && !is_last {
            std::thread::sleep(PAUSE * 4_u32.pow(attempt - 1));
            continue;
        }
        if run.candidates.is_empty() {
            // A log that has nothing new is an answer; no log at all is none, and the state stays as it was.
            if let Some(error) = run.scan.nothing_read() {
                return Err(error);
            }
        }
        let changed = match run.resume(state) {
            Err(unreadable) => {
                let path = run.candidates[unreadable.candidate].path.clone();
                vec![(path, format!("cannot be read: {}; it is left to the next run", unreadable.error))]
            }
            Ok(resume) => match run.scan(matcher, options, state, &resume, now)? {
                Outcome::Done(increment) => {
                    let mut increment = *increment;
                    silence::add(catalogue, inputs, options, &mut increment);
                    conclude(&mut increment.scan.tally, options);
                    increment.state.remember(&increment.scan.tally, |rank| catalogue.outline(rank).id.clone());
                    return Ok(increment);
                }
                Outcome::Changed(changed) => {
                    let reason = "kept changing while it was read; it is left to the next run";
                    changed.into_iter().map(|path| (path, reason.to_owned())).collect()
                }
            },
        };
        if is_last {
            left_out.extend(changed);
        }
    }
    // The loop only ends by returning: each round beyond the last attempt leaves out one log more.
    Err(Error::NothingRead(Vec::new()))
}

enum Outcome {
    Done(Box<Increment>),
    /// These logs changed while they were read.
    Changed(Vec<PathBuf>),
}

/// What there is to read, and what to check when it was read.
#[derive(Default)]
struct New<'a> {
    parts: Vec<FilePart<'a>>,
    streams: Vec<Incoming>,
    /// For each candidate the first byte that is left to the next run.
    next: Vec<u64>,
    /// What candidates are known by before they are read.
    prints: Vec<(usize, Fingerprint)>,
    /// Notes on candidates.
    remarks: Vec<(usize, String)>,
    /// Logs that could not be read just now.
    changed: Vec<PathBuf>,
}

impl Run {
    fn resume(&mut self, state: &State) -> Result<Resume, schedule::Unreadable> {
        schedule::resume(state, &self.candidates, &self.closed, &self.wanted)
    }

    /// What there is to read.
    fn what_is_new(&self, resume: &Resume) -> New<'_> {
        let mut new = New { next: vec![0; self.candidates.len()], ..New::default() };
        for (i, candidate) in self.candidates.iter().enumerate() {
            let facts = &self.facts[i];
            let from = match resume.steps[i] {
                Step::Read { from } => from,
                Step::Copy { of } => {
                    let original = &self.facts[of].source.name;
                    new.remarks.push((i, format!("holds what {original} holds and was not read again")));
                    continue;
                }
                Step::Leave => continue,
            };
            let added = match &candidate.content {
                Content::Plain(file) => self.add_plain_part(&mut new, i, file, from),
                Content::Packed { limits, .. } => {
                    new.next[i] = candidate.length;
                    let is_new = from < candidate.length;
                    let bytes = is_new.then(|| open_packed(&candidate.path, *limits)).transpose();
                    bytes.map(|bytes| {
                        new.streams.extend(bytes.map(|bytes| Incoming { facts: facts.clone(), bytes, from }));
                    })
                }
            };
            if added.is_err() {
                new.changed.push(candidate.path.clone());
            }
        }
        new
    }

    fn add_plain_part<'a>(&'a self, new: &mut New<'a>, i: usize, file: &'a PlainFile, from: u64) -> io::Result<()> {
        let (candidate, facts) = (&self.candidates[i], &self.facts[i]);
        new.prints.push((i, candidate.fingerprint(candidate.length)?));
        let to = if self.closed[i] { candidate.length } else { last_start(file, facts.layout, from)? };
        new.next[i] = to;
        if to > from || !self.closed[i] {
            new.parts.push(FilePart { facts: facts.clone(), file, range: from..to });
        }
        if to < candidate.length {
            let open = candidate.length - to;
            new.remarks.push((i, format!("its last event is still open ({open} bytes) and counts in the next run")));
        }
        Ok(())
    }

    /// Reads what is new.
    fn scan(
        mut self,
        matcher: &Matcher,
        options: &ScanOptions,
        state: &State,
        resume: &Resume,
        now: i64,
    ) -> Result<Outcome, Error> {
        let New { parts, streams, next, prints, remarks, mut changed } = self.what_is_new(resume);
        let tally = Queue::new(matcher, options, &parts, streams, Vec::new()).run()?.tally;
        let read = |source: &Arc<Source>| tally.sources.get(source).map_or(0, |tally| tally.bytes);
        for part in &parts {
            if read(&part.facts.source) != part.range.end - part.range.start {
                changed.push(full_path(Path::new(&part.facts.source.name)));
            }
        }
        for (i, print) in prints {
            let candidate = &self.candidates[i];
            candidate.look_again();
            if candidate.fingerprint(candidate.length).ok() != Some(print) {
                changed.push(candidate.path.clone());
            }
        }
        if !changed.is_empty() {
            return Ok(Outcome::Changed(changed));
        }
        let lost = self.lost(state, resume);
        let checkpoints = state.checkpoints_after(&self.candidates, &self.closed, resume, &next, &lost, now);
        let checkpoints = match checkpoints {
            Ok(checkpoints) => checkpoints,
            // A compressed file that went, or was another one, while its hashes were taken.
            Err(gone) => return Ok(Outcome::Changed(vec![self.candidates[gone.candidate].path.clone()])),
        };
        for (i, remark) in remarks {
            let source = Arc::clone(&self.facts[i].source);
            self.remark(source, |tally| tally.notes.insert(remark));
        }
        for &i in &lost {
            let checkpoint = &state.checkpoints[i];
            let problem = format!(
                "resume-lost: what follows byte {} as of the last run is in no file any more (replaced, cut or deleted); events may be missing, and what is there was read from its start",
                checkpoint.next
            );
            self.add_problem(unknown(&checkpoint.path), &problem);
        }
        for &i in &resume.doubtful {
            let source = Arc::clone(&self.facts[i].source);
            let problem = "resume-lost: begins like another log that was read and is not what became of it (an older copy that was put back?); some of its events may be counted again";
            self.add_problem(source, problem);
        }
        self.scan.tally.merge(tally);
        let mut families = state.families.clone();
        let open: BTreeSet<Family> = self.candidates.iter().map(|candidate| Family::of(&candidate.path)).collect();
        families.extend(self.named.keys().filter(|family| open.contains(family)).map(Family::key));
        let state = State {
            checkpoints,
            families,
            generation: state.generation + 1,
            findings: state.findings.clone(),
            voices: state.voices.clone(),
            started: state.started,
            ..State::default()
        };
        Ok(Outcome::Done(Box::new(Increment { scan: self.scan, state })))
    }

    /// The checkpoints whose log should be among the candidates and is not: what was still written to it is lost.
    fn lost(&self, state: &State, resume: &Resume) -> BTreeSet<usize> {
        let is_lost = |checkpoint: &schedule::Checkpoint| {
            let path = Path::new(&checkpoint.path);
            let family = Family::of(path);
            let was_asked_for =
                self.named.contains_key(&family) || self.folders.iter().any(|folder| path.starts_with(folder));
            !checkpoint.closed && !checkpoint.lost && was_asked_for && !self.unread.contains(&family.base)
        };
        resume.absent.iter().copied().filter(|&i| is_lost(&state.checkpoints[i])).collect()
    }
}
