//! Archives as a scan sees them: which host their logs come from, what they say of the installation, and where the
//! results of their entries come together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::Scan;
use super::installation::{self, Installation};
use super::plan::{Incoming, reason, unread};
use super::scanner::SourceFacts;
use crate::diagnosis::Source;
use crate::event::Layout;
use crate::input::{Archive, Content, Entry};

/// What stands between an archive's name and the name of an entry.
const INSIDE: char = '!';
/// Where a support zip keeps Jira's logs.
const LOGS: &str = "application-logs/";
/// Installations that are told apart in one archive.
const MOST_INSTALLATIONS: usize = 64;

/// An outermost archive, and what was found in it.
pub(super) struct Parcel {
    archive: Archive,
    /// The archive itself as a source; what holds of it holds of its entries.
    pub(super) facts: SourceFacts,
    /// The host by the archive's name, in case it holds logs of one host and does not say of which.
    fallback: Option<String>,
    found: Mutex<Scan>,
}

/// An archive, the outermost or one inside it.
pub(super) struct Package {
    pub(super) parcel: Arc<Parcel>,
    archive: Archive,
    name: String,
    /// For a source whose path begins with this, the host that it comes from; the longest path counts.
    nodes: BTreeMap<String, String>,
    /// As in [`Parcel`].
    fallback: Option<String>,
}

impl Parcel {
    /// An archive that was found as this source; `pasted` where it was named.
    pub(super) fn new(archive: Archive, facts: SourceFacts) -> Self {
        Self { archive, facts, fallback: None, found: Mutex::default() }
    }

    /// Takes the archive's own name for that of a host where it can be one: for archives that were given side by side.
    pub(super) fn name_node(&mut self) {
        self.fallback = node_name(&self.facts.source.name);
    }

    /// Whether its limits did not suffice.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.archive.budget().is_overdrawn()
    }

    /// The same archive before anything was read of it.
    pub(super) fn afresh(&self) -> Self {
        Self { fallback: self.fallback.clone(), ..Self::new(self.archive.afresh(), self.facts.clone()) }
    }

    /// Adds what an entry gave.
    pub(super) fn add(&self, part: Scan) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).merge(part);
    }

    /// Everything that was found. An archive without a log is told as one thing, not entry by entry.
    pub(super) fn take_found(&self) -> Scan {
        let mut found = mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        if found.tally.sources.is_empty() {
            if self.facts.pasted {
                found.tally.merge(unread(&self.facts.source, "no log was found in this archive".to_owned()));
            } else {
                found.not_logs = vec![format!("{} (an archive without a log)", self.facts.source.name)];
            }
        }
        found
    }
}

impl Package {
    /// The outermost archive itself.
    pub(super) fn outermost(parcel: &Arc<Parcel>) -> Self {
        let node = parcel.facts.source.node.clone();
        Self {
            parcel: Arc::clone(parcel),
            archive: parcel.archive.clone(),
            name: parcel.facts.source.name.clone(),
            nodes: node.map(|node| (String::new(), node)).into_iter().collect(),
            fallback: parcel.fallback.clone(),
        }
    }

    /// An archive that was found inside this one under `name`.
    pub(super) fn nested(&self, archive: Archive, name: &str) -> Self {
        let inside = &name[self.name.len() + INSIDE.len_utf8()..];
        let node = self.nodes.get("").cloned().or_else(|| self.node(inside));
        Self {
            parcel: Arc::clone(&self.parcel),
            archive,
            name: name.to_owned(),
            nodes: node.map(|node| (String::new(), node)).into_iter().collect(),
            fallback: node_name(inside),
        }
    }

    /// Lists what is inside. What cannot be read and what the archive says of the installation goes into `found`.
    pub(super) fn unpack(mut self, found: &mut Scan) -> Option<(Self, Vec<Entry>)> {
        let own = Arc::new(Source { node: self.nodes.get("").cloned(), name: self.name.clone() });
        let contents = match self.archive.contents() {
            Ok(contents) => contents,
            Err(error) => {
                found.tally.merge(unread(&own, reason(&error)));
                return None;
            }
        };
        self.tell_nodes(&contents.entries, found);
        if let Some(failure) = contents.failure {
            found.tally.merge(unread(&own, failure));
        }
        for (name, problem) in contents.problems {
            found.tally.merge(unread(&self.source(&name), problem));
        }
        let remarked = contents.no_files.into_iter();
        found.not_logs.extend(remarked.map(|(name, what)| format!("{}{INSIDE}{name} ({what})", self.name)));
        Some((self, contents.entries))
    }

    /// An entry, ready to be read.
    pub(super) fn incoming(&self, entry: &Entry) -> Incoming {
        let source = self.source(&entry.name);
        let facts = SourceFacts { source, layout: Layout::Text, pasted: false, ..self.parcel.facts.clone() };
        Incoming { facts, bytes: self.archive.open(entry), from: 0 }
    }

    fn source(&self, entry: &str) -> Arc<Source> {
        Arc::new(Source { node: self.node(entry), name: format!("{}{INSIDE}{entry}", self.name) })
    }

    /// The host that an entry comes from.
    fn node(&self, entry: &str) -> Option<String> {
        let within = self.nodes.iter().filter(|(folder, _)| entry.starts_with(folder.as_str()));
        within.max_by_key(|(folder, _)| folder.len()).map(|(_, node)| node.clone())
    }

    /// Reads what describes the installations inside, and tells whose logs are whose: by a name that was given, by the
    /// name that Jira gives itself in its cluster, or, where logs of several hosts lie side by side, by the folder.
    fn tell_nodes(&mut self, entries: &[Entry], found: &mut Scan) {
        let mut installations: BTreeMap<&str, Installation> = BTreeMap::new();
        for entry in entries {
            let Some(folder) = installation::folder_described_by(&entry.name) else { continue };
            if installations.len() < MOST_INSTALLATIONS || installations.contains_key(folder) {
                installations.entry(folder).or_default().read(&self.text_of(entry));
            }
        }
        let with_logs: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry.name.find(LOGS).map(|at| &entry.name[..at])).collect();
        let is_given = self.nodes.contains_key("");
        for (folder, installation) in &installations {
            if let Some(node) = installation.node.clone().filter(|_| !is_given) {
                self.nodes.insert((*folder).to_owned(), node);
            }
        }
        for folder in &with_logs {
            let by_folder = || node_name(folder.trim_end_matches('/'));
            let name = if with_logs.len() > 1 { by_folder() } else { self.fallback.clone() };
            if let Some(name) = name.filter(|_| !is_given && !self.nodes.contains_key(*folder)) {
                self.nodes.insert((*folder).to_owned(), name);
            }
        }
        for (folder, installation) in installations {
            installation.tell(self.node(folder).as_ref(), &mut found.tally);
        }
    }

    fn text_of(&self, entry: &Entry) -> Vec<u8> {
        let mut text = Vec::new();
        if let Ok(Content::Stream(stream)) = self.archive.open(entry).open() {
            // What is wrong with the entry is told when it is scanned like all others.
            let _ = stream.bytes.take(installation::MOST_READ).read_to_end(&mut text);
        }
        text
    }
}

/// The host's name that a folder's or an archive's name is: `jira-1`, `prod-blue_support`. One of nothing but dates and the
/// support tool's own words is none.
fn node_name(path: &str) -> Option<String> {
    const GENERIC: [&str; 9] = ["jira", "support", "zip", "redacted", "logs", "log", "home", "archive", "bundle"];
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.strip_suffix(".zip").unwrap_or(file);
    let words: Vec<String> = stem
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let (numbers, others): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let is_telling = others.iter().any(|word| !GENERIC.contains(word));
    // A number behind a name, but neither a date nor what a browser adds to a second download.
    let is_numbered = others == ["jira"] && numbers.len() == 1 && numbers[0].len() < 4;
    (is_telling || is_numbered).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_the_support_tools_words_are_no_host() {
        for name in [
            "Jira_support_2026-01-13-02-14-00.zip",
            "redacted-support-zip-2026-03-23.zip",
            "jira_support (1).zip",
            "logs",
            "",
            "1",
        ] {
            assert_eq!(node_name(name), None, "{name}");
        }
        for (name, node) in
            [("a/jira-1-node.zip", "jira-1-node"), ("node2", "node2"), ("x/prod_support.zip", "prod_support")]
        {
            assert_eq!(node_name(name).as_deref(), Some(node));
        }
    }
}
