//! One log that is followed from file to file, as it is rotated: renamed and made anew, copied and cut, deleted, replaced.

use std::path::{Path, PathBuf};

use super::MOST_REMARKS;
use super::generations::{Generations, rest_in_copy};
use crate::analyzer::Scan;
use crate::analyzer::plan::{reason, unread};
use crate::analyzer::scanner::SourceFacts;
use crate::analyzer::streams::StreamScan;
use crate::input::{Encoding, GrowingFile, Growth};
use crate::matcher::Matcher;

/// Bytes that are read before another log has its turn.
const TURN: u64 = 16 * 1024 * 1024;
/// What is said of a log that was rotated.
const ROTATED: &str = "was rotated while it was followed; places count on over all that was read of it";
/// What is said of a log whose end may be missing.
const CUT: &str = "was cut or replaced while it was followed, and no rotated file holds what it held before: what was written to it just before that may be missing";

/// What is said of a log that was not read to its end.
const UNFINISHED: &str = "was still being read when the run was ended";

/// A log that is followed.
pub(super) struct LiveLog<'a> {
    path: PathBuf,
    facts: SourceFacts,
    /// `None` until it is there.
    file: Option<GrowingFile>,
    /// What is scanned of the file.
    scan: Option<StreamScan<'a>>,
    /// Bytes of the files before this one.
    before: u64,
    generations: Generations,
    /// Why it cannot be read now.
    failure: Option<String>,
}

impl<'a> LiveLog<'a> {
    /// A log that is there.
    pub(super) fn open(path: PathBuf, facts: SourceFacts, file: GrowingFile, matcher: &'a Matcher) -> Self {
        let generations = Generations::beside(&path, file.changed());
        let mut log = Self { generations, ..Self::awaited(path, facts) };
        log.start(file, matcher);
        log
    }

    /// A log that is not there yet.
    pub(super) fn awaited(path: PathBuf, facts: SourceFacts) -> Self {
        let generations = Generations::beside(&path, None);
        Self { path, facts, file: None, scan: None, before: 0, generations, failure: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> Option<&GrowingFile> {
        self.file.as_ref()
    }

    pub(super) fn is_awaited(&self) -> bool {
        self.file.is_none()
    }

    pub(super) fn has_grown(&self) -> bool {
        self.scan.as_ref().is_some_and(StreamScan::has_grown)
    }

    /// Reads what was written since. `false` when there is more to read at once.
    pub(super) fn read(&mut self, matcher: &'a Matcher, found: &mut Scan) -> bool {
        let end = self.taken() + TURN;
        // Whatever is rotated away from now on is changed no earlier.
        let changed = self.file.as_ref().and_then(GrowingFile::changed);
        while self.taken() < end {
            match self.read_on() {
                Ok(Step::Read) => {}
                Ok(Step::AtEnd) => {
                    let Some(file) = self.successor() else {
                        self.look_beside(matcher, found);
                        self.generations.known_since(changed);
                        return true;
                    };
                    self.go_on_with(file, matcher, found);
                }
                Ok(Step::Replaced) => self.go_on_after_cut(matcher, found),
                Err(error) => {
                    self.failure = Some(reason(&error));
                    return true;
                }
            }
        }
        false
    }

    /// A log that is cut twice between two readings shows nothing of it.
    fn look_beside(&mut self, matcher: &'a Matcher, found: &mut Scan) {
        let is_read_up = |file: &GrowingFile| !file.head().is_empty() || !file.has_bytes().unwrap_or(true);
        let is_there = |file: &GrowingFile| file.is_at(&self.path).unwrap_or(false);
        if self.file.as_ref().is_some_and(|file| is_there(file) && is_read_up(file)) && self.generations.may_have_come()
        {
            let current = self.file.take();
            self.read_missed(current.as_ref(), matcher, found);
            self.file = current;
        }
    }

    /// Bytes that were read of all its files.
    fn taken(&self) -> u64 {
        self.before + self.scan.as_ref().map_or(0, StreamScan::taken)
    }

    fn read_on(&mut self) -> std::io::Result<Step> {
        let (Some(file), Some(scan)) = (&mut self.file, &mut self.scan) else { return Ok(Step::AtEnd) };
        Ok(match file.read_on()? {
            Growth::Bytes(bytes) => {
                scan.take(bytes, None);
                self.failure = None;
                Step::Read
            }
            Growth::Nothing => Step::AtEnd,
            Growth::Replaced => Step::Replaced,
        })
    }

    /// The file that the log is written to now, where that is another one. As long as the new file is empty, the old one may
    /// still grow; one that is gone is held on to.
    fn successor(&mut self) -> Option<GrowingFile> {
        match &self.file {
            Some(file) if file.is_at(&self.path).unwrap_or(true) => return None,
            _ => {}
        }
        let is_first = self.file.is_none();
        match GrowingFile::open(&self.path).and_then(|file| Ok((is_first || file.has_bytes()?).then_some(file))) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                self.failure = Some(reason(&error));
                None
            }
        }
    }

    /// Goes on with the file that has taken the place of the one before, whose last bytes may have come meanwhile.
    fn go_on_with(&mut self, new: GrowingFile, matcher: &'a Matcher, found: &mut Scan) {
        while matches!(self.read_on(), Ok(Step::Read)) {}
        self.end_file(found);
        self.read_missed(Some(&new), matcher, found);
        self.start(new, matcher);
    }

    /// The file was cut, and maybe written again: what was in it before may lie in a copy.
    fn go_on_after_cut(&mut self, matcher: &'a Matcher, found: &mut Scan) {
        if let (Some(file), Some(scan)) = (&self.file, &mut self.scan) {
            match rest_in_copy(&self.path, file) {
                Some(mut rest) => {
                    let mut buffer = vec![0; 64 * 1024];
                    while let Ok(count) = rest.read(&mut buffer)
                        && count > 0
                    {
                        scan.take(&buffer[..count], None);
                    }
                }
                None => found.tally.merge(unread(&self.facts.source, CUT.to_owned())),
            }
        }
        self.end_file(found);
        self.read_missed(None, matcher, found);
        // Where it cannot be opened now it is waited for again.
        if let Ok(file) = GrowingFile::open(&self.path) {
            self.start(file, matcher);
        }
    }

    /// Reads what was written to the log and rotated away since it was last read. `current` is read already, or next.
    fn read_missed(&mut self, current: Option<&GrowingFile>, matcher: &'a Matcher, found: &mut Scan) {
        for mut file in self.generations.missed(current) {
            let mut scan = self.scan_of(matcher);
            while let Ok(Growth::Bytes(bytes)) = file.read_on() {
                scan.take(bytes, None);
            }
            self.add(scan, found);
        }
    }

    fn start(&mut self, mut file: GrowingFile, matcher: &'a Matcher) {
        let mut scan = self.scan_of(matcher);
        scan.take_nuls(file.jump_hole().unwrap_or_default());
        (self.file, self.scan, self.failure) = (Some(file), Some(scan), None);
    }

    fn scan_of(&self, matcher: &'a Matcher) -> StreamScan<'a> {
        StreamScan::new(matcher, self.facts.clone(), Encoding::Bytes, false)
    }

    /// All of the file was read.
    fn end_file(&mut self, found: &mut Scan) {
        if let Some(file) = self.file.take() {
            self.generations.know(file.head(), file.changed());
        }
        if let Some(scan) = self.scan.take() {
            self.add(scan, found);
        }
    }

    /// Adds what was found in a file to which nothing more comes.
    fn add(&mut self, scan: StreamScan<'a>, found: &mut Scan) {
        let taken = scan.taken();
        let mut tally = scan.finish().unwrap_or_default().moved(self.before);
        tally.sources.values_mut().for_each(|source| {
            source.notes.insert(ROTATED.to_owned());
        });
        found.tally.merge(tally);
        found.tally.condense(MOST_REMARKS);
        self.before += taken;
    }

    pub(super) fn look(&mut self, found: &mut Scan, now: &mut Scan) {
        if let Some(scan) = &mut self.scan {
            found.tally.merge(scan.take_found().moved(self.before));
            now.tally.merge(scan.look().unwrap_or_default().moved(self.before));
        }
    }

    /// Reads its last bytes.
    pub(super) fn finish(mut self, matcher: &'a Matcher, found: &mut Scan) {
        if !self.read(matcher, found) {
            found.tally.merge(unread(&self.facts.source, UNFINISHED.to_owned()));
        }
        let failure = match (self.failure.take(), &self.file) {
            (None, None) if self.before == 0 => Some(reason(&std::io::ErrorKind::NotFound.into())),
            (failure, _) => failure,
        };
        if let Some(failure) = failure {
            found.tally.merge(unread(&self.facts.source, failure));
        }
        if let Some(scan) = self.scan {
            match scan.finish() {
                Some(tally) => found.tally.merge(tally.moved(self.before)),
                None => found.not_logs.push(self.facts.source.name.clone()),
            }
        }
    }
}

/// What came of reading on.
enum Step {
    Read,
    AtEnd,
    Replaced,
}
