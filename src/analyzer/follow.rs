//! Logs that are read while they are written: files over their rotations, folders in which new logs appear, and pipes.
//!
//! Whoever follows lets it read ([`Follow::wait`], [`Follow::read_files`]) and at a steady pace asks for a look
//! ([`Follow::look`]). A look is what a scan of all bytes so far would find, so nothing is counted twice and the last look
//! is that scan. An event counts from the look at which it is known to have ended: by the next header, or since nothing has
//! come since the look before. Lines that come to it later belong to it. No clock is read here.

mod folder;
mod generations;
mod log;
mod pipe;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::package::Parcel;
use super::plan::{Incoming, Plan};
use super::queue::Queue;
use super::scanner::SourceFacts;
use super::{Input, Scan, ScanOptions, conclude, files};
use crate::diagnosis::Source;
use crate::error::Error;
use crate::event::Layout;
use crate::input::{self, Encoding, GrowingFile, MapMode, Opened, PlainFile};
use crate::matcher::Matcher;
use crate::schedule::is_closed;
use folder::Folder;
use log::LiveLog;
use pipe::Pipes;

/// Most remarks that are kept on one log.
const MOST_REMARKS: usize = 64;

/// Logs that are followed.
pub struct Follow<'a> {
    matcher: &'a Matcher,
    plan: Plan<'a>,
    /// What was found in events that are complete.
    found: Scan,
    logs: Vec<LiveLog<'a>>,
    folders: Vec<Folder>,
    pipes: Pipes<'a>,
    is_only_stdin: bool,
    /// Signatures of which a look has told, by rank.
    told: BTreeSet<usize>,
    /// Whether the last look has left out what had grown.
    is_restless: bool,
}

impl<'a> Follow<'a> {
    /// Opens everything that is named, and reads what nobody writes any more. A named file that is not there is waited for.
    pub fn begin(matcher: &'a Matcher, inputs: &[Input], options: &'a ScanOptions) -> Result<Self, Error> {
        let path_of = |input: &Input| match input {
            Input::Path(path) | Input::Node { path, .. } => Some(path.clone()),
            Input::Stdin => None,
        };
        let (awaited, there): (Vec<Input>, Vec<Input>) =
            inputs.iter().cloned().partition(|input| path_of(input).is_some_and(|path| !path.exists()));
        let mut plan = Plan::of(&there, options).without_copies();
        let mut follow = Self {
            matcher,
            found: std::mem::take(&mut plan.scan),
            logs: Vec::new(),
            folders: Vec::new(),
            pipes: Pipes::default(),
            is_only_stdin: inputs == [Input::Stdin],
            told: BTreeSet::new(),
            is_restless: false,
            plan,
        };
        for folder in there.iter().filter_map(path_of).filter(|path| path.is_dir()) {
            follow.folders.push(Folder::new(folder, &mut follow.found));
        }
        let resting = follow.take_live();
        let parts = files::parts(&resting.files, options, &mut follow.found.tally);
        follow.found.merge(Queue::new(matcher, options, &parts, resting.streams, resting.archives).run()?);
        for input in awaited {
            let Some(path) = path_of(&input) else { continue };
            let node = if let Input::Node { name, .. } = input { Some(name) } else { follow.plan.node_of(&path) };
            let name = options.file_name.clone().unwrap_or_else(|| input::name_of(&path));
            let facts = follow.plan.facts(Arc::new(Source { node, name }), Layout::Text, true);
            follow.logs.push(LiveLog::awaited(path, facts));
        }
        Ok(follow)
    }

    /// Sorts what goes on from what nobody writes any more, which is handed out.
    fn take_live(&mut self) -> Resting {
        let found = std::mem::take(&mut self.plan.found);
        let paths: Vec<&Path> = found.iter().map(|(_, path)| path.as_path()).collect();
        let path_of = |source: &Arc<Source>| found.iter().find(|(other, _)| other == source).map(|(_, path)| path);
        let mut resting = Resting { archives: std::mem::take(&mut self.plan.archives), ..Resting::default() };
        for (facts, file) in std::mem::take(&mut self.plan.files) {
            match path_of(&facts.source).filter(|path| !is_closed(path, &paths)) {
                Some(path) => match GrowingFile::of(&file) {
                    Ok(file) => self.logs.push(LiveLog::open(path.clone(), facts, file, self.matcher)),
                    Err(error) => {
                        self.found.fail(&facts, &error);
                    }
                },
                None => resting.files.push((facts, file)),
            }
        }
        for incoming in std::mem::take(&mut self.plan.streams) {
            let path = path_of(&incoming.facts.source);
            match path.filter(|path| path.is_file()) {
                None => self.pipes.add(incoming.facts, incoming.bytes),
                // Plain, but with a prefix on each line.
                Some(path) if is_plain(path) && !is_closed(path, &paths) => match GrowingFile::open(path) {
                    Ok(file) => self.logs.push(LiveLog::open(path.clone(), incoming.facts, file, self.matcher)),
                    Err(error) => {
                        self.found.fail(&incoming.facts, &error);
                    }
                },
                Some(_) => resting.streams.push(incoming),
            }
        }
        resting
    }

    /// Named files that are not there yet.
    pub fn awaited(&self) -> impl Iterator<Item = &Path> {
        self.logs.iter().filter(|log| log.is_awaited()).map(LiveLog::path)
    }

    /// Takes what comes through pipes; comes back when something has come, or at the latest after `most`.
    pub fn wait(&mut self, most: Duration) {
        self.pipes.wait(most, self.matcher);
    }

    /// Reads what was written to files since, and looks for new ones. `false` when there is more to read at once.
    pub fn read_files(&mut self) -> bool {
        let mut is_all = true;
        for log in &mut self.logs {
            is_all &= log.read(self.matcher, &mut self.found);
        }
        for folder in &mut self.folders {
            for (path, source) in folder.new_logs(&self.logs, &self.plan) {
                let facts = self.plan.facts(source, Layout::Text, false);
                if let Ok(file) = GrowingFile::open(&path) {
                    self.logs.push(LiveLog::open(path, facts, file, self.matcher));
                    is_all = false;
                }
            }
            let (ended, live): (Vec<LiveLog<'_>>, _) =
                std::mem::take(&mut self.logs).into_iter().partition(|log| folder.has_ended(log));
            self.logs = live;
            for log in ended {
                log.finish(self.matcher, &mut self.found);
            }
        }
        is_all
    }

    /// Whether nothing more can come.
    pub fn is_over(&self) -> bool {
        self.logs.is_empty() && self.folders.is_empty() && !self.pipes.are_open()
    }

    /// What was found up to now; `None` where that is what the last look has shown. Between two looks a while must pass: what
    /// has not grown in it has ended. A signature that an earlier look has told of stays, without events, where later lines
    /// showed that they were those of another one.
    pub fn look(&mut self) -> Option<Scan> {
        let has_grown = self.logs.iter().any(LiveLog::has_grown) || self.pipes.have_grown();
        if !has_grown && !self.is_restless {
            return None;
        }
        self.is_restless = has_grown;
        let mut now = Scan::default();
        for log in &mut self.logs {
            log.look(&mut self.found, &mut now);
        }
        for pipe in self.pipes.iter_mut() {
            pipe.look(&mut self.found, &mut now);
        }
        now.merge(self.found.clone());
        self.conclude(&mut now);
        self.told.extend(now.tally.findings.keys());
        for &rank in &self.told {
            now.tally.findings.entry(rank).or_default();
        }
        Some(now)
    }

    /// Everything that was found: what a scan of the same bytes finds.
    pub fn finish(mut self) -> Result<Scan, Error> {
        let mut found = std::mem::take(&mut self.found);
        for log in std::mem::take(&mut self.logs) {
            log.finish(self.matcher, &mut found);
        }
        for pipe in std::mem::take(&mut self.pipes).into_iter() {
            pipe.finish(&mut found);
        }
        self.conclude(&mut found);
        if self.is_only_stdin && found.tally.sources.values().all(|stdin| stdin.bytes == 0 && stdin.problems.is_empty())
        {
            return Err(Error::EmptyStdin);
        }
        Ok(found)
    }

    fn conclude(&self, scan: &mut Scan) {
        for folder in &self.folders {
            folder.complain_if_empty(scan);
        }
        scan.not_logs.sort();
        conclude(&mut scan.tally, self.plan.options());
    }
}

/// What nobody writes any more.
#[derive(Default)]
struct Resting {
    files: Vec<(SourceFacts, PlainFile)>,
    streams: Vec<Incoming>,
    archives: Vec<Parcel>,
}

/// Whether a file is no packed form, nor in an encoding that is decoded in order only.
fn is_plain(path: &Path) -> bool {
    let opened = input::open(path, MapMode::Never, input::Limits::default());
    let Ok(Opened::Plain(file)) = opened else { return false };
    let mut buffer = Vec::new();
    file.window(0, 2, &mut buffer).is_ok_and(|head| Encoding::of(head) == Encoding::Bytes)
}
