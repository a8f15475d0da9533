//! What a scan reads: every source that was named or found, opened, with its layout told from its first bytes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::carried::carrier_of;
use super::installation::{self, Installation};
use super::package::Parcel;
use super::scanner::SourceFacts;
use super::{Input, Scan, ScanOptions};
use crate::diagnosis::{Source, SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::{self, Archive, Encoding, Opened, PlainFile, Stream, Unopened, looks_like_utf16};

/// What is said of a source in UTF-16 that does not name its byte order.
pub(super) const UTF16: &str =
    "looks like UTF-16 without a byte order mark and was not analysed; convert it first (iconv -f UTF-16LE -t UTF-8)";

/// A stream that is ready to be scanned.
pub(super) struct Prepared {
    pub(super) facts: SourceFacts,
    pub(super) stream: Stream,
}

/// What comes in order, before it is known whether it is compressed, and how.
pub(super) struct Incoming {
    pub(super) facts: SourceFacts,
    pub(super) bytes: Unopened,
}

/// What is to be read, as it is found out.
pub(super) struct Plan<'a> {
    options: &'a ScanOptions,
    /// What could not be opened stands in it already.
    pub(super) scan: Scan,
    pub(super) files: Vec<(SourceFacts, PlainFile)>,
    pub(super) streams: Vec<Incoming>,
    pub(super) archives: Vec<Parcel>,
    /// Files that are in the plan already, so that one named twice is read once.
    known: BTreeSet<PathBuf>,
    has_stdin: bool,
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
            known: BTreeSet::new(),
            has_stdin: false,
        };
        for input in inputs {
            match input {
                Input::Stdin => plan.add_stdin(),
                Input::Path(path) if path.is_dir() => plan.add_folder(path),
                Input::Path(path) => plan.add_file(path, true),
            }
        }
        if plan.archives.len() > 1 {
            plan.archives.iter_mut().for_each(Parcel::name_node);
        }
        plan
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
            self.add_problem(path.display().to_string(), &format!("cannot be listed: {reason}"));
        }
        for link in found.links {
            self.scan.not_logs.push(format!("{} (a link, not followed; name it to have it read)", link.display()));
        }
        let before = self.found();
        for path in found.files {
            self.add_file(&path, false);
        }
        if before == self.found() {
            self.add_problem(folder.display().to_string(), "no log was found in this folder");
        }
    }

    /// How much there is to read or to complain of.
    fn found(&self) -> usize {
        self.files.len() + self.streams.len() + self.archives.len() + self.scan.tally.sources.len()
    }

    fn add_file(&mut self, path: &Path, named: bool) {
        if path.canonicalize().is_ok_and(|path| !self.known.insert(path)) {
            return;
        }
        let given = self.options.file_name.clone().filter(|_| named);
        let name = given.unwrap_or_else(|| path.display().to_string());
        let source = Arc::new(Source { node: None, name: name.clone() });
        match input::open(path, self.options.map, self.options.limits)
            .and_then(|opened| prepare(opened, Arc::clone(&source)))
        {
            Err(error) => self.scan.fail(&SourceFacts { source, layout: Layout::Text, pasted: named }, &error),
            // In a folder only what has a log's layout is a log; everything else is listed and left alone.
            Ok(((_, Layout::Text), Body::Plain(file))) if !named && !file.is_empty() => {
                self.describe(&name, &source, &file);
                self.scan.not_logs.push(name);
            }
            Ok(prepared) => self.add(prepared, named),
        }
    }

    fn add(&mut self, ((source, layout), body): ((Arc<Source>, Layout), Body), pasted: bool) {
        let facts = SourceFacts { source, layout, pasted };
        match body {
            Body::Plain(file) => self.files.push((facts, file)),
            Body::Stream(bytes) => self.streams.push(Incoming { facts, bytes }),
            Body::Archive(archive) => self.archives.push(Parcel::new(archive, &facts.source, pasted)),
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

    fn add_problem(&mut self, name: String, problem: &str) {
        self.scan.tally.merge(unread(&Arc::new(Source { node: None, name }), problem.to_owned()));
    }
}

/// A source of which nothing was read, and why.
pub(super) fn unread(source: &Arc<Source>, problem: String) -> Tally {
    let tally = SourceTally { problems: [problem].into(), ..SourceTally::default() };
    Tally { sources: [(Arc::clone(source), tally)].into(), ..Tally::default() }
}

enum Body {
    Plain(PlainFile),
    Stream(Unopened),
    Archive(Archive),
}

/// Tells a file's layout from its first bytes; a stream's is told when its first block is there.
fn prepare(opened: Opened, source: Arc<Source>) -> io::Result<((Arc<Source>, Layout), Body)> {
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

/// Why a source cannot be read.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "cannot be read: no such file or folder".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::Unsupported => error.to_string(),
        io::ErrorKind::PermissionDenied => {
            "cannot be read: permission denied (run as a member of the group that may read Jira's logs)".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    }
}
