//! Pipes: each has a thread that waits for its bytes, whoever follows waits for all of them.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::analyzer::Scan;
use crate::analyzer::plan::{reason, unread};
use crate::analyzer::scanner::SourceFacts;
use crate::analyzer::streams::StreamScan;
use crate::input::{Content, Encoding, Unopened, decoded};
use crate::matcher::Matcher;

/// Bytes that are read at a time.
const BLOCK: usize = 64 * 1024;
/// Blocks that wait to be taken; then the writer waits.
const WAITING: usize = 4;

/// All pipes that are followed.
pub(super) struct Pipes<'a> {
    all: Vec<Pipe<'a>>,
    sender: SyncSender<News>,
    news: Receiver<News>,
}

/// One of them.
pub(super) struct Pipe<'a> {
    facts: SourceFacts,
    /// `None` until its first bytes are there.
    scan: Option<StreamScan<'a>>,
    /// Why it cannot be read at all.
    failure: Option<String>,
    is_open: bool,
}

/// What happened to a pipe, by its place among them.
struct News {
    pipe: usize,
    what: What,
}

enum What {
    Begun {
        encoding: Encoding,
        compressed: bool,
    },
    Bytes(Vec<u8>),
    /// It cannot be read.
    Failed(String),
    Ended(Option<io::Error>),
}

impl Default for Pipes<'_> {
    fn default() -> Self {
        let (sender, news) = sync_channel(WAITING);
        Self { all: Vec::new(), sender, news }
    }
}

impl<'a> Pipes<'a> {
    /// Begins to read a pipe.
    pub(super) fn add(&mut self, facts: SourceFacts, bytes: Unopened) {
        let (pipe, sender) = (self.all.len(), self.sender.clone());
        self.all.push(Pipe { facts, scan: None, failure: None, is_open: true });
        // Left alone on purpose: it ends with its pipe, or when nobody takes its bytes any more.
        thread::spawn(move || {
            let outcome = read(bytes, |what| sender.send(News { pipe, what }).is_ok());
            let _ = sender.send(News { pipe, what: outcome });
        });
    }

    pub(super) fn are_open(&self) -> bool {
        self.all.iter().any(|pipe| pipe.is_open)
    }

    pub(super) fn have_grown(&self) -> bool {
        self.all.iter().any(|pipe| pipe.scan.as_ref().is_some_and(StreamScan::has_grown))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pipe<'a>> {
        self.all.iter_mut()
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = Pipe<'a>> {
        self.all.into_iter()
    }

    /// Takes what comes; returns when something has come, or at the latest after `most`.
    pub(super) fn wait(&mut self, most: Duration, matcher: &'a Matcher) {
        let Ok(News { pipe, what }) = self.news.recv_timeout(most) else { return };
        let Some(pipe) = self.all.get_mut(pipe) else { return };
        match what {
            What::Begun { encoding, compressed } => {
                pipe.scan = Some(StreamScan::new(matcher, pipe.facts.clone(), encoding, compressed));
            }
            What::Bytes(bytes) => {
                if let Some(scan) = &mut pipe.scan {
                    scan.take(&bytes, None);
                }
            }
            What::Failed(reason) => (pipe.failure, pipe.is_open) = (Some(reason), false),
            What::Ended(error) => {
                if let Some(scan) = pipe.scan.as_mut().filter(|_| error.is_some()) {
                    scan.take(&[], error);
                }
                pipe.is_open = false;
            }
        }
    }
}

impl Pipe<'_> {
    pub(super) fn look(&mut self, found: &mut Scan, now: &mut Scan) {
        if let Some(scan) = &mut self.scan {
            found.tally.merge(scan.take_found());
            now.tally.merge(scan.look().unwrap_or_default());
        }
    }

    pub(super) fn finish(self, found: &mut Scan) {
        if let Some(reason) = self.failure {
            found.tally.merge(unread(&self.facts.source, reason));
        } else if let Some(scan) = self.scan {
            found.tally.merge(scan.finish().unwrap_or_default());
        } else {
            let mut empty = unread(&self.facts.source, String::new());
            empty.sources.values_mut().for_each(|source| source.problems.clear());
            found.tally.merge(empty);
        }
    }
}

/// Reads a pipe to its end; `tell` says whether anybody still listens.
fn read(bytes: Unopened, tell: impl Fn(What) -> bool) -> What {
    let stream = match bytes.open() {
        Ok(Content::Stream(stream)) => stream,
        Ok(Content::Archive(_)) => {
            return What::Failed("is an archive and nothing that goes on; scan it without --follow".to_owned());
        }
        Err(error) => return What::Failed(reason(&error)),
    };
    let (mut bytes, encoding) = decoded(stream.bytes);
    if !tell(What::Begun { encoding, compressed: stream.compressed }) {
        return What::Ended(None);
    }
    let mut buffer = vec![0; BLOCK];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => return What::Ended(None),
            Ok(count) if !tell(What::Bytes(buffer[..count].to_vec())) => return What::Ended(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return What::Ended(Some(error)),
        }
    }
}
