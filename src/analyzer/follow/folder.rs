//! A folder that is followed: logs that appear in it are followed too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::is_plain;
use super::log::LiveLog;
use crate::analyzer::Scan;
use crate::analyzer::plan::{Body, NO_LOG, Plan, prepare, unread};
use crate::diagnosis::Source;
use crate::event::Layout;
use crate::input::{self, FileIdentity, Limits, MapMode};
use crate::schedule::is_closed;

/// Looks for new logs are so many readings apart.
const READINGS: u32 = 5;

/// A folder that is followed.
pub(super) struct Folder {
    path: PathBuf,
    /// Readings since it was listed.
    readings: u32,
    /// Files that are not followed, with length and time of change when that was found.
    looked_at: BTreeMap<PathBuf, (u64, SystemTime)>,
    /// Files to which nobody writes any more, as far as their names tell.
    closed: BTreeSet<PathBuf>,
}

impl Folder {
    /// Whatever lies in it now is in the plan. That it has no log may change, so it is told at the end.
    pub(super) fn new(path: PathBuf, found: &mut Scan) -> Self {
        let source = Source { node: None, name: input::name_of(&path) };
        if let Some(tally) = found.tally.sources.get_mut(&source) {
            tally.problems.remove(NO_LOG);
            if tally.problems.is_empty() {
                found.tally.sources.remove(&source);
            }
        }
        let looked_at = files(&path).into_iter().filter_map(|file| Some((looked(&file)?, file)));
        let looked_at = looked_at.map(|(looked, file)| (file, looked)).collect();
        Self { path, readings: 0, looked_at, closed: BTreeSet::new() }
    }

    /// Logs that have appeared.
    pub(super) fn new_logs(&mut self, logs: &[LiveLog<'_>], plan: &Plan<'_>) -> Vec<(PathBuf, Arc<Source>)> {
        self.readings += 1;
        if self.readings < READINGS {
            return Vec::new();
        }
        self.readings = 0;
        let files = files(&self.path);
        let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        self.closed = paths.iter().filter(|path| is_closed(path, &paths)).map(|path| path.to_path_buf()).collect();
        let followed: BTreeSet<&Path> = logs.iter().map(LiveLog::path).collect();
        let held: BTreeSet<FileIdentity> = logs.iter().filter_map(|log| log.file()?.identity()).collect();
        let before = std::mem::take(&mut self.looked_at);
        let mut new = Vec::new();
        for file in &files {
            if followed.contains(file.as_path()) || self.closed.contains(file) {
                continue;
            }
            let Some(looked) = looked(file) else { continue };
            let is_held = input::identity(file).is_some_and(|identity| held.contains(&identity));
            if before.get(file) != Some(&looked) && !is_held && is_log(file) && !is_copy(file, logs) {
                let node = plan.node_of(file);
                new.push((file.clone(), Arc::new(Source { node, name: input::name_of(file) })));
            } else if !is_held {
                self.looked_at.insert(file.clone(), looked);
            }
        }
        new
    }

    /// Whether nobody writes to a log any more: another one has taken its place.
    pub(super) fn has_ended(&self, log: &LiveLog<'_>) -> bool {
        self.closed.contains(log.path()) && !log.has_grown()
    }

    /// Says that no log has come.
    pub(super) fn complain_if_empty(&self, scan: &mut Scan) {
        let is_below = |source: &Arc<Source>| Path::new(&source.name).starts_with(&self.path);
        if !scan.tally.sources.keys().any(is_below) {
            let source = Arc::new(Source { node: None, name: input::name_of(&self.path) });
            scan.tally.merge(unread(&source, NO_LOG.to_owned()));
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    input::files_below(folder).files
}

fn looked(file: &Path) -> Option<(u64, SystemTime)> {
    let metadata = file.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// Whether a file begins like a log that can be followed.
fn is_log(file: &Path) -> bool {
    let source = Arc::new(Source { node: None, name: String::new() });
    let opened = input::open(file, MapMode::Never, Limits::default());
    match opened.and_then(|opened| prepare(opened, source)) {
        Ok(((_, layout), Body::Plain(_))) => layout != Layout::Text,
        Ok((_, Body::Stream(_))) => is_plain(file),
        _ => false,
    }
}

/// Whether a file begins like a log that is followed: somebody has copied or renamed it.
fn is_copy(file: &Path, logs: &[LiveLog<'_>]) -> bool {
    let heads = logs.iter().filter_map(|log| log.file()).map(input::GrowingFile::head);
    heads.filter(|head| !head.is_empty()).any(|head| super::generations::begins_with(file, head))
}
