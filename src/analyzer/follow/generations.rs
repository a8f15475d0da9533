//! The rotated files beside a log that is followed: what was written to it and rotated away between two readings, and the
//! rest of what was copied before it was cut.
//!
//! Such a file was changed since the reading before, and begins like none that is known. What lay there when following began
//! is known, and so is everything that was read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::input::{self, Content, FileIdentity, GrowingFile, Limits, MapMode, Opened};
use crate::schedule::Family;

/// Beginnings of files that are remembered, however long ago they were changed: somebody may write to one late.
const LEAST_HEADS: usize = 16;
/// Most of those that were changed since the reading before.
const MOST_HEADS: usize = 1024;
/// Most listings of a folder whose files are being renamed.
const MOST_LISTINGS: usize = 8;
/// Times of change are no finer than this; within it a folder may have changed unseen.
const GRAIN: Duration = Duration::from_secs(2);

/// What is known of the files beside a log.
pub(super) struct Generations {
    path: PathBuf,
    /// How known files begin, and when they were last changed.
    heads: VecDeque<(Option<SystemTime>, Vec<u8>)>,
    /// What was changed before is known.
    since: Option<SystemTime>,
    /// When the folder was changed before it was last listed.
    listed: Option<SystemTime>,
}

impl Generations {
    /// Knows what lies beside a log; `since` is when it was last changed, where it is there.
    pub(super) fn beside(path: &Path, since: Option<SystemTime>) -> Self {
        let siblings = siblings(path);
        let newest = siblings.iter().filter_map(|sibling| sibling.changed).max();
        let since = since.or(newest);
        let mut known = Self { path: path.to_path_buf(), heads: VecDeque::new(), since, listed: None };
        for sibling in siblings.iter().filter(|sibling| sibling.changed >= since) {
            known.know(&sibling.file.beginning(), sibling.changed);
        }
        known
    }

    /// Remembers how a file begins.
    pub(super) fn know(&mut self, head: &[u8], changed: Option<SystemTime>) {
        self.heads.push_back((changed, head.to_vec()));
        let is_old = |(changed, _): &(Option<SystemTime>, Vec<u8>)| *changed < self.since;
        while self.heads.len() > LEAST_HEADS
            && (self.heads.len() > MOST_HEADS || self.heads.front().is_some_and(is_old))
        {
            self.heads.pop_front();
        }
    }

    /// What was changed before this is known from now on.
    pub(super) fn known_since(&mut self, changed: Option<SystemTime>) {
        self.since = changed.or(self.since);
    }

    /// Whether files may have come since this was last asked.
    pub(super) fn may_have_come(&mut self) -> bool {
        let changed = folder_of(&self.path).metadata().and_then(|metadata| metadata.modified()).ok();
        let is_recent = changed.is_some_and(|changed| changed.elapsed().is_ok_and(|age| age < GRAIN));
        std::mem::replace(&mut self.listed, changed) != changed || is_recent
    }

    /// Files that the log was written to and that were not read, the oldest first; `current` is the one that is read.
    pub(super) fn missed(&mut self, current: Option<&GrowingFile>) -> Vec<GrowingFile> {
        let identity = current.and_then(GrowingFile::identity);
        let own_head = current.map(GrowingFile::head).filter(|head| !head.is_empty());
        let mut missed: Vec<Sibling> = Vec::new();
        for sibling in settled_siblings(&self.path) {
            let head = sibling.file.beginning();
            let is_old = self.since.is_some() && sibling.changed < self.since;
            let is_current = identity.is_some() && sibling.file.identity() == identity;
            let mut known = self.heads.iter().map(|(_, head)| head.as_slice()).chain(own_head);
            let is_known = head.is_empty() || known.any(|known| !known.is_empty() && head.starts_with(known));
            if !is_old && !is_current && !is_known && !input::is_packed(&head) {
                missed.push(sibling);
            }
        }
        missed.sort_by_key(|sibling| sibling.changed);
        for sibling in &missed {
            self.know(&sibling.file.beginning(), sibling.changed);
        }
        missed.into_iter().map(|sibling| sibling.file).collect()
    }
}

/// A file of the same log under another name. It is held open: in the next moment the name may be another file's.
struct Sibling {
    path: PathBuf,
    file: GrowingFile,
    changed: Option<SystemTime>,
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn siblings(path: &Path) -> Vec<Sibling> {
    let base = Family::of(path).base;
    if path.file_name().is_none_or(|name| name != base.as_str()) {
        // A day's log has no generations: those of other days are logs of their own.
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return Vec::new() };
    let others = entries.flatten().filter(|entry| Some(entry.file_name().as_os_str()) != path.file_name());
    let of_family = others.filter(|entry| Family::of(Path::new(&entry.file_name())).base == base);
    let sibling = |path: PathBuf| {
        let file = GrowingFile::open(&path).ok()?;
        Some(Sibling { changed: file.changed(), file, path })
    };
    of_family.filter_map(|entry| sibling(entry.path())).collect()
}

/// The same while they may just be renamed, when a listing can miss one, or show it twice: until two listings are equal.
fn settled_siblings(path: &Path) -> Vec<Sibling> {
    let mut all: BTreeMap<(Option<FileIdentity>, Option<PathBuf>), Sibling> = BTreeMap::new();
    let mut before = None;
    for _ in 0..MOST_LISTINGS {
        let listed = siblings(path);
        let names: BTreeSet<(PathBuf, Option<FileIdentity>)> =
            listed.iter().map(|sibling| (sibling.path.clone(), sibling.file.identity())).collect();
        for sibling in listed {
            let identity = sibling.file.identity();
            // Where a file is known by nothing else, by its name.
            let name = identity.is_none().then(|| sibling.path.clone());
            all.entry((identity, name)).or_insert(sibling);
        }
        if before.replace(names.clone()) == Some(names) {
            break;
        }
    }
    all.into_values().collect()
}

/// Whether a file has these first bytes.
pub(super) fn begins_with(path: &Path, head: &[u8]) -> bool {
    GrowingFile::open(path).is_ok_and(|file| file.beginning().starts_with(head))
}

/// What a copy holds behind all that was read of a log: before it was cut, it was copied. `None` without such a copy.
pub(super) fn rest_in_copy(path: &Path, log: &GrowingFile) -> Option<Box<dyn Read>> {
    let mut copies = siblings(path);
    copies.sort_by_key(|copy| std::cmp::Reverse(copy.changed));
    copies.into_iter().find_map(|copy| behind(&copy.path, log).ok().flatten())
}

/// The bytes of a file behind those that were read of the log, if those are its first.
fn behind(copy: &Path, log: &GrowingFile) -> io::Result<Option<Box<dyn Read>>> {
    let unopened = match input::open(copy, MapMode::Never, Limits::default())? {
        Opened::Plain(file) => file.into_stream(),
        Opened::Stream(bytes) => bytes,
        Opened::Archive(_) => return Ok(None),
    };
    let Content::Stream(stream) = unopened.open()? else { return Ok(None) };
    let mut bytes = stream.bytes;
    let (head, tail) = (log.head().len() as u64, log.tail().len() as u64);
    let mut begins = Vec::new();
    bytes.by_ref().take(head).read_to_end(&mut begins)?;
    if begins != log.head() {
        return Ok(None);
    }
    // What was read is at least as long as its tail; where the two overlap, the head tells it all.
    let between = log.read().saturating_sub(tail).saturating_sub(head);
    let skipped = io::copy(&mut bytes.by_ref().take(between), &mut io::sink())?;
    let mut ends = Vec::new();
    bytes.by_ref().take(log.read() - head - skipped).read_to_end(&mut ends)?;
    let is_whole = head + skipped + ends.len() as u64 == log.read();
    Ok((is_whole && log.tail().ends_with(&ends)).then_some(bytes as Box<dyn Read>))
}
