//! What a scan reads: every source that was named or found, opened, with its layout told from its first bytes.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::carried::carrier_of;
use super::installation::{self, Installation};
use super::package::Parcel;
use super::scanner::{LOOK_BEHIND, SourceFacts};
use super::{Input, Scan, ScanOptions, copies, nodes};
use crate::diagnosis::{Source, SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::{self, Archive, Encoding, FileIdentity, Opened, PlainFile, Stream, Unopened, looks_like_utf16};

/// What is said of a source in UTF-16 that does not name its byte order.
pub(super) const UTF16: &str =
    "looks like UTF-16 without a byte order mark and was not analysed; convert it first (iconv -f UTF-16LE -t UTF-8)";

/// What is said of a folder without a log.
pub(super) const NO_LOG: &str = "no log was found in this folder";

/// A stream that is ready to be scanned.
pub(super) struct Prepared {
    pub(super) facts: SourceFacts,
    pub(super) stream: Stream,
    /// Bytes of the source that the stream does not hand out any more.
    pub(super) skipped: u64,
    /// The first byte to scan: where an event begins, or the source.
    pub(super) from: u64,
}

impl Prepared {
    /// A stream that is to be scanned from a byte on: what lies before it is read and dropped, but for what the scanner
    /// looks at.
    pub(super) fn from(from: u64, facts: SourceFacts, mut stream: Stream) -> io::Result<Self> {
        let skipped = from.saturating_sub(LOOK_BEHIND as u64);
        io::copy(&mut stream.bytes.by_ref().take(skipped), &mut io::sink())?;
        Ok(Self { facts, stream, skipped, from })
    }
}

/// What comes in order, before it is known whether it is compressed, and how.
pub(super) struct Incoming {
    pub(super) facts: SourceFacts,
    pub(super) bytes: Unopened,
    /// The first plain byte to scan. The layout is known unless this is 0.
    pub(super) from: u64,
}

/// What is to be read, as it is found out.
pub(super) struct Plan<'a> {
    options: &'a ScanOptions,
    /// What could not be opened stands in it already.
    pub(super) scan: Scan,
    pub(super) files: Vec<(SourceFacts, PlainFile)>,
    pub(super) streams: Vec<Incoming>,
    pub(super) archives: Vec<Parcel>,
    /// Files that are in the plan already, so that one with two names is read once.
    known: BTreeMap<FileIdentity, Arc<Source>>,
    /// The files that are read, with their paths.
    pub(super) found: Vec<(Arc<Source>, PathBuf)>,
    has_stdin: bool,
    /// The folders and files of each Jira host, with its name.
    nodes: Vec<(PathBuf, String)>,
}

impl<'a> Plan<'a> {
    /// Opens everything that is named.
    pub(super) fn of(inputs: &[Input], options: &'a ScanOptions) -> Self {
        let mut plan = Self {
            options,
            scan: Scan::default(),
            files: Vec::new(),
            streams: Vec::new(),
            archives: Vec::new(),
            known: BTreeMap::new(),
            found: Vec::new(),
            has_stdin: false,
            nodes: Vec::new(),
        };
        let mut folders = Vec::new();
        for input in inputs {
            match input {
                Input::Node { name, path } => plan.nodes.push((path.clone(), name.clone())),
                Input::Path(path) if path.is_dir() => folders.push(path.clone()),
                _ => {}
            }
        }
        plan.nodes.extend(nodes::among(&folders));
        plan.nodes.extend(folders.iter().flat_map(|folder| nodes::below(folder)));
        for input in inputs {
            match input {
                Input::Stdin => plan.add_stdin(),
                Input::Path(path) | Input::Node { path, .. } if path.is_dir() => plan.add_folder(path),
                Input::Path(path) | Input::Node { path, .. } => {
                    plan.add_file(path, true);
                }
            }
        }
        if plan.archives.len() > 1 {
            plan.archives.iter_mut().for_each(Parcel::name_node);
        }
        plan
    }

    /// What holds the bytes of another file of the same rotated log is left out, and told. Not for a scan that goes on
    /// where one ended: there it matters of which of the two more is known.
    pub(super) fn without_copies(mut self) -> Self {
        for (copy, original) in copies::copies(&self.found) {
            self.files.retain(|(facts, _)| facts.source != copy);
            self.streams.retain(|incoming| incoming.facts.source != copy);
            self.archives.retain(|parcel| parcel.facts.source != copy);
            self.add_note(original, format!("{} holds the same bytes and was not read again", copy.name));
        }
        self
    }

    /// How it is scanned.
    pub(super) fn options(&self) -> &'a ScanOptions {
        self.options
    }

    /// The Jira host that a path belongs to: the one whose folder is nearest, and of two the one that was named.
    pub(super) fn node_of(&self, path: &Path) -> Option<String> {
        let holders = self.nodes.iter().rev().filter(|(folder, _)| path.starts_with(folder));
        holders.max_by_key(|(folder, _)| folder.components().count()).map(|(_, name)| name.clone())
    }

    fn add_stdin(&mut self) {
        if std::mem::replace(&mut self.has_stdin, true) {
            return;
        }
        let name = self.options.stdin_name.clone();
        let source = Arc::new(Source { node: None, name: name.clone() });
        match input::open_stdin(self.options.limits).and_then(|opened| prepare(opened, source)) {
            Ok(prepared) => self.add(prepared, true),
            Err(error) => self.add_problem(name, &reason(&error)),
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let found = input::files_below(folder);
        for (path, reason) in found.problems {
            self.add_problem(input::name_of(&path), &format!("cannot be listed: {reason}"));
        }
        for link in found.links {
            self.scan
                .not_logs
                .push(format!("{} (a link, not followed; name it to have it read)", input::name_of(&link)));
        }
        for special in found.specials {
            let name = input::name_of(&special);
            self.scan.not_logs.push(format!("{name} (a pipe, device or socket, not opened; name it to have it read)"));
        }
        let mut has_log = false;
        for path in found.files {
            has_log |= self.add_file(&path, false);
        }
        if !has_log {
            self.add_problem(input::name_of(folder), NO_LOG);
        }
    }

    /// Whether there is something to read or to complain of, now or already before.
    fn add_file(&mut self, path: &Path, named: bool) -> bool {
        let given = self.options.file_name.clone().filter(|_| named);
        let name = given.unwrap_or_else(|| input::name_of(path));
        let source = Arc::new(Source { node: self.node_of(path), name: name.clone() });
        if let Some(identity) = input::identity(path) {
            if let Some(known) = self.known.get(&identity).cloned() {
                let is_log = self.found.iter().any(|(source, _)| *source == known);
                // Another way to write the same path is not another name.
                let is_respelt = !path.is_symlink()
                    && path
                        .canonicalize()
                        .is_ok_and(|path| Path::new(&known.name).canonicalize().is_ok_and(|other| other == path));
                if is_log && known.name != name && !is_respelt {
                    self.add_note(known, format!("{name} is the same file and was not read again"));
                } else if !is_log && !named {
                    self.scan.not_logs.push(name);
                }
                return is_log;
            }
            self.known.insert(identity, Arc::clone(&source));
        }
        let facts = self.facts(Arc::clone(&source), Layout::Text, named);
        match input::open(path, self.options.map, self.options.limits)
            .and_then(|opened| prepare(opened, Arc::clone(&source)))
        {
            Err(error) => self.scan.fail(&facts, &error),
            // In a folder only what has a log's layout is a log; everything else is listed and left alone.
            Ok(((_, Layout::Text), Body::Plain(file))) if !named && !file.is_empty() => {
                self.describe(&name, &source, &file);
                self.scan.not_logs.push(name);
                false
            }
            Ok(prepared) => {
                self.found.push((source, path.to_path_buf()));
                self.add(prepared, named);
                true
            }
        }
    }

    /// What is known of a source before it is scanned.
    pub(super) fn facts(&self, source: Arc<Source>, layout: Layout, pasted: bool) -> SourceFacts {
        let ScanOptions { window, ref zone, voices, .. } = *self.options;
        SourceFacts { source, layout, pasted, window, zone: zone.clone(), voices }
    }

    fn add(&mut self, ((source, layout), body): ((Arc<Source>, Layout), Body), pasted: bool) {
        let facts = self.facts(source, layout, pasted);
        match body {
            Body::Plain(file) => self.files.push((facts, file)),
            Body::Stream(bytes) => self.streams.push(Incoming { facts, bytes, from: 0 }),
            Body::Archive(archive) => self.archives.push(Parcel::new(archive, facts)),
        }
    }

    /// Reads a file that describes the installation, if it is one.
    fn describe(&mut self, name: &str, source: &Source, file: &PlainFile) {
        let mut buffer = Vec::new();
        if installation::folder_described_by(&name.replace('\\', "/")).is_some()
            && let Ok(text) = file.window(0, installation::MOST_READ, &mut buffer)
        {
            let mut found = Installation::default();
            found.read(text);
            found.tell(source.node.as_ref(), &mut self.scan.tally);
        }
    }

    fn add_note(&mut self, source: Arc<Source>, note: String) {
        let tally = SourceTally { notes: [note].into(), ..SourceTally::default() };
        self.scan.tally.merge(Tally { sources: [(source, tally)].into(), ..Tally::default() });
    }

    fn add_problem(&mut self, name: String, problem: &str) {
        self.scan.tally.merge(unread(&Arc::new(Source { node: None, name }), problem.to_owned()));
    }
}

/// A source of which nothing was read, and why.
pub(super) fn unread(source: &Arc<Source>, problem: String) -> Tally {
    let tally = SourceTally { problems: [problem].into(), ..SourceTally::default() };
    Tally { sources: [(Arc::clone(source), tally)].into(), ..Tally::default() }
}

pub(super) enum Body {
    Plain(PlainFile),
    Stream(Unopened),
    Archive(Archive),
}

/// Tells a file's layout from its first bytes; a stream's is told when its first block is there.
pub(super) fn prepare(opened: Opened, source: Arc<Source>) -> io::Result<((Arc<Source>, Layout), Body)> {
    match opened {
        Opened::Plain(file) => {
            let mut buffer = Vec::new();
            let head = file.window(0, SNIFF_LENGTH as u64, &mut buffer)?;
            if carrier_of(head, Encoding::of(head)).is_some() {
                return Ok(((source, Layout::Text), Body::Stream(file.into_stream())));
            }
            if looks_like_utf16(head) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, UTF16));
            }
            let layout = if head.first() == Some(&0) {
                // What another program emptied under its writer begins with NUL bytes; the log begins behind them.
                let text = file.first_text()?;
                Layout::sniff(file.window(text, text + SNIFF_LENGTH as u64, &mut buffer)?)
            } else {
                Layout::sniff(head)
            };
            Ok(((source, layout), Body::Plain(file)))
        }
        Opened::Stream(bytes) => Ok(((source, Layout::Text), Body::Stream(bytes))),
        Opened::Archive(archive) => Ok(((source, Layout::Text), Body::Archive(archive))),
    }
}

/// What is said of a source that is not there.
pub(super) const MISSING: &str = "cannot be read: no such file or folder";

/// Why a source cannot be read.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => MISSING.to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::Unsupported => error.to_string(),
        io::ErrorKind::PermissionDenied => {
            "cannot be read: permission denied (run as a member of the group that may read Jira's logs)".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    }
}
