//! Every file that an increment may lie in: what was named, what folders hold, and the rotated generations of named files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ends::{has_whole_line, plain_head};
use crate::analyzer::plan::{Body, Incoming, MISSING, Plan, prepare};
use crate::analyzer::scanner::SourceFacts;
use crate::analyzer::{Input, Scan, ScanOptions};
use crate::diagnosis::{Source, SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::{self, Limits, PlainFile};
use crate::schedule::{Candidate, Family, Packed, State, is_closed};

/// What is said of a source that is read in order only.
const NOT_RESUMED: &str = "is a pipe, UTF-16, an archive, or carries a prefix on each line, and cannot be gone on with; scan it without --state";

/// What reports call the state among the sources.
const STATE: &str = "state";

/// One attempt at a run.
pub(super) struct Run {
    pub(super) scan: Scan,
    pub(super) candidates: Vec<Candidate>,
    /// In the order of the candidates.
    pub(super) facts: Vec<SourceFacts>,
    /// Which candidates were asked for; the others are rotated generations of one that was.
    pub(super) wanted: Vec<bool>,
    pub(super) closed: Vec<bool>,
    /// Families of the files that were named, with the Jira host of each.
    pub(super) named: BTreeMap<Family, Option<String>>,
    /// Folders that were named.
    pub(super) folders: Vec<PathBuf>,
    /// Base names of which a file could not be read.
    pub(super) unread: BTreeSet<String>,
}

impl Run {
    /// Finds every file that is named, and every rotated generation of those.
    pub(super) fn gather(
        inputs: &[Input],
        options: &ScanOptions,
        state: &State,
        left_out: &BTreeMap<PathBuf, String>,
    ) -> Self {
        let plan = Plan::of(inputs, options);
        let (mut named, mut folders) = (BTreeMap::new(), Vec::new());
        for input in inputs {
            if let Input::Path(path) | Input::Node { path, .. } = input {
                let full = full_path(path);
                if path.is_dir() {
                    folders.push(full);
                } else {
                    named.insert(Family::of(&full), plan.node_of(path));
                }
            }
        }
        let Plan { scan, files, streams, archives, .. } = plan;
        let unread = scan.tally.sources.keys().map(|source| Family::of(Path::new(&source.name)).base).collect();
        let mut run = Self {
            scan,
            candidates: Vec::new(),
            facts: Vec::new(),
            wanted: Vec::new(),
            closed: Vec::new(),
            named,
            folders,
            unread,
        };
        for (facts, file) in files {
            run.add_plain(full_path(Path::new(&facts.source.name)), facts, file, true, (state, left_out));
        }
        for Incoming { facts, .. } in streams {
            let path = PathBuf::from(&facts.source.name);
            run.add_packed(&path, facts, true, (state, options.limits), left_out);
        }
        for archive in &archives {
            let SourceFacts { source, pasted, .. } = &archive.facts;
            if *pasted {
                run.add_problem(Arc::clone(source), "is an archive and nothing that goes on; scan it without --state");
            } else {
                run.scan.not_logs.push(format!("{} (an archive, which a scan with --state leaves out)", source.name));
            }
        }
        run.add_generations(options, state, left_out);
        let paths: Vec<&Path> = run.candidates.iter().map(|candidate| candidate.path.as_path()).collect();
        run.closed = paths.iter().map(|path| is_closed(path, &paths)).collect();
        for problem in state.flaw.iter().chain(&state.recovered.problems) {
            run.add_problem(unknown(STATE), problem);
        }
        for note in &state.recovered.notes {
            run.remark(unknown(STATE), |tally| tally.notes.insert(note.clone()));
        }
        run
    }

    /// Whether logs got other names while they were looked for: one that cannot be read is or was not there, or what is being
    /// compressed was only found as far as it is.
    pub(super) fn is_moving(&self) -> bool {
        let sources = self.scan.tally.sources.iter().filter(|(source, _)| source.name != STATE);
        let mut unread = sources.filter(|(_, tally)| !tally.problems.is_empty());
        let is_missed = |path: &Path| path.is_file() && self.candidates.iter().all(|other| other.path != path);
        let mut half = self.candidates.iter().filter(|candidate| candidate.failure.is_some());
        unread.any(|(source, tally)| tally.problems.contains(MISSING) || !Path::new(&source.name).exists())
            || half.any(|candidate| is_missed(&candidate.path.with_extension("")))
    }

    /// The rotated generations of the files that were named.
    fn add_generations(&mut self, options: &ScanOptions, state: &State, left_out: &BTreeMap<PathBuf, String>) {
        let there: BTreeSet<PathBuf> = self.candidates.iter().map(|candidate| candidate.path.clone()).collect();
        for (family, node) in self.named.clone() {
            let Ok(entries) = std::fs::read_dir(&family.folder) else { continue };
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            paths.retain(|path| path.is_file() && Family::of(path) == family && !there.contains(path));
            for path in paths {
                let source = Arc::new(Source { node: node.clone(), name: path.display().to_string() });
                let opened = input::open(&path, options.map, options.limits);
                let prepared = opened.and_then(|opened| prepare(opened, Arc::clone(&source)));
                let (window, zone, voices) = (options.window, options.zone.clone(), options.voices);
                let facts = SourceFacts { source, layout: Layout::Text, pasted: true, window, zone, voices };
                match prepared {
                    Ok(((_, layout), Body::Plain(file))) => {
                        self.add_plain(path, SourceFacts { layout, ..facts }, file, false, (state, left_out));
                    }
                    Ok((_, Body::Stream(_))) => {
                        self.add_packed(&path, facts, false, (state, options.limits), left_out);
                    }
                    Ok((_, Body::Archive(_))) => {}
                    Err(error) => self.leave_out(&path, &facts, &format!("cannot be read: {error}")),
                }
            }
        }
    }

    fn add_plain(
        &mut self,
        path: PathBuf,
        facts: SourceFacts,
        file: PlainFile,
        wanted: bool,
        (state, left_out): (&State, &BTreeMap<PathBuf, String>),
    ) {
        if let Some(reason) = left_out.get(&path) {
            return self.leave_out(&path, &facts, reason);
        }
        if facts.layout == Layout::Text && has_whole_line(&file) {
            let is_known_log = !wanted || state.families.contains(&Family::of(&path).key());
            if is_known_log && file.len() < SNIFF_LENGTH as u64 {
                let note = "has just been begun: no log event begins in it yet, and it is left to the next run";
                return self.remark(facts.source, |tally| tally.notes.insert(note.to_owned()));
            }
            let reason =
                "no line of it begins a log event, so there is no place to go on from; scan it without --state";
            return self.leave_out(&path, &facts, reason);
        }
        self.candidates.push(Candidate::plain(path, file));
        self.facts.push(facts);
        self.wanted.push(wanted);
    }

    fn add_packed(
        &mut self,
        path: &Path,
        facts: SourceFacts,
        wanted: bool,
        (state, limits): (&State, Limits),
        left_out: &BTreeMap<PathBuf, String>,
    ) {
        let full = full_path(path);
        if let Some(reason) = left_out.get(&full) {
            return self.leave_out(path, &facts, reason);
        }
        if !full.is_file() {
            return self.leave_out(path, &facts, NOT_RESUMED);
        }
        let known = |packed: &Packed| {
            let same = state.checkpoints.iter().find(|checkpoint| checkpoint.packed == Some(*packed));
            same.map(|checkpoint| checkpoint.print.end)
        };
        let layout = match plain_head(path, limits) {
            Ok(head) => Layout::sniff(&head),
            // Just begun by a compressor, which removes the plain file when it is done.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && path.with_extension("").is_file() => {
                self.scan.not_logs.push(format!("{} (is being compressed)", facts.source.name));
                return;
            }
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                return self.leave_out(path, &facts, NOT_RESUMED);
            }
            Err(error) => return self.leave_out(path, &facts, &format!("cannot be read: {error}")),
        };
        if layout == Layout::Text && !facts.pasted {
            self.scan.not_logs.push(facts.source.name.clone());
            return;
        }
        match Candidate::packed(full, limits, known) {
            Ok(candidate) => {
                self.candidates.push(candidate);
                self.facts.push(SourceFacts { layout, ..facts });
                self.wanted.push(wanted);
            }
            Err(error) => self.leave_out(path, &facts, &format!("cannot be read: {error}")),
        }
    }

    fn leave_out(&mut self, path: &Path, facts: &SourceFacts, reason: &str) {
        self.unread.insert(Family::of(path).base);
        self.add_problem(Arc::clone(&facts.source), reason);
    }

    pub(super) fn add_problem(&mut self, source: Arc<Source>, problem: &str) {
        self.remark(source, |tally| tally.problems.insert(problem.to_owned()));
    }

    pub(super) fn remark(&mut self, source: Arc<Source>, add: impl FnOnce(&mut SourceTally) -> bool) {
        let mut tally = SourceTally::default();
        add(&mut tally);
        self.scan.tally.merge(Tally { sources: [(source, tally)].into(), ..Tally::default() });
    }
}

/// A source that is not there, or is no log.
pub(super) fn unknown(name: &str) -> Arc<Source> {
    Arc::new(Source { node: None, name: name.to_owned() })
}

/// The path from the root, with links resolved; as it is where that fails.
pub(super) fn full_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
