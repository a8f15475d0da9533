//! One queue of work for all threads: streams, entries of archives and chunks of plain files are taken by whichever
//! thread is free. What each gives adds up, so it does not matter who took what.
//!
//! Archives inside archives are found on the way and put back as more work. Only where a limit was reached does it matter
//! who came first; then that archive is scanned again by one thread, in order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::files::{Chunk, FilePart, chunks, scan_chunk};
use super::package::{Package, Parcel};
use super::plan::{Incoming, Prepared, reason, unread};
use super::progress::watched;
use super::scanner::{Scanner, SourceFacts};
use super::streams::scan_stream;
use super::{Scan, ScanOptions};
use crate::error::Error;
use crate::input::{Content, Entry};
use crate::matcher::Matcher;

/// What one thread works on at a time, beside chunks of plain files.
enum Piece {
    Stream(Incoming),
    Package(Package),
    Entry(Arc<Package>, Entry),
}

/// The work of a scan.
pub(super) struct Queue<'a> {
    matcher: &'a Matcher,
    options: &'a ScanOptions,
    files: &'a [FilePart<'a>],
    chunks: Vec<Chunk>,
    next_chunk: AtomicUsize,
    state: Mutex<State>,
    /// Somebody has put work back, or has finished.
    changed: Condvar,
}

struct State {
    pieces: VecDeque<Piece>,
    /// Threads that work on a piece and may put more work back.
    busy: usize,
    /// Every outermost archive, with what its entries gave.
    parcels: Vec<Arc<Parcel>>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(
        matcher: &'a Matcher,
        options: &'a ScanOptions,
        files: &'a [FilePart<'a>],
        streams: Vec<Incoming>,
        parcels: Vec<Parcel>,
    ) -> Self {
        let parcels: Vec<Arc<Parcel>> = parcels.into_iter().map(Arc::new).collect();
        let packages = parcels.iter().map(|parcel| Piece::Package(Package::outermost(parcel)));
        let chunks = chunks(files, options);
        if let Some(progress) = &options.progress {
            progress.expect(chunks.iter().map(Chunk::len).sum());
            for incoming in &streams {
                progress.expect_stream(&incoming.bytes);
            }
        }
        let pieces = packages.chain(streams.into_iter().map(Piece::Stream)).collect();
        let state = State { pieces, busy: 0, parcels };
        Self {
            matcher,
            options,
            files,
            chunks,
            next_chunk: AtomicUsize::new(0),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Does all of it.
    pub(super) fn run(self) -> Result<Scan, Error> {
        let threads = self.threads();
        let mut sum = Scan::default();
        if threads == 1 {
            sum = self.work();
        } else {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .map_err(|error| Error::Threads { threads, reason: error.to_string() })?;
            pool.broadcast(|_| self.work()).into_iter().for_each(|part| sum.merge(part));
        }
        let Self { matcher, options, state, .. } = self;
        for parcel in state.into_inner().unwrap_or_else(PoisonError::into_inner).parcels {
            if threads > 1 && parcel.is_overdrawn() {
                let alone = ScanOptions { threads: Some(1), ..options.clone() };
                let again = Queue::new(matcher, &alone, &[], Vec::new(), vec![parcel.afresh()]);
                sum.merge(again.run()?);
            } else {
                sum.merge(parcel.take_found());
            }
        }
        Ok(sum)
    }

    /// No more threads than there is work for; an archive may hold work for all.
    fn threads(&self) -> usize {
        let State { pieces, parcels, .. } = &*self.lock();
        let most = if parcels.is_empty() { (pieces.len() + self.chunks.len()).max(1) } else { usize::MAX };
        let wanted = self.options.threads;
        wanted.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).clamp(1, most)
    }

    /// What one thread does until nothing is left.
    fn work(&self) -> Scan {
        let mut found = Scan::default();
        let mut buffer = Vec::new();
        let mut scanner: Option<Scanner<'_>> = None;
        loop {
            if let Some(piece) = self.next_piece() {
                let busy = Busy(self);
                self.scan_piece(piece, &mut found);
                drop(busy);
            } else if let Some(chunk) = self.chunks.get(self.next_chunk.fetch_add(1, Ordering::Relaxed)) {
                let FilePart { facts, file, .. } = &self.files[chunk.source];
                let scanner = match &mut scanner {
                    Some(scanner) => {
                        scanner.restart(facts.clone(), chunk.start);
                        scanner
                    }
                    none => none.insert(Scanner::new(self.matcher, facts.clone(), chunk.start)),
                };
                scan_chunk(scanner, self.matcher, file, *chunk, &mut buffer);
                if let Some(progress) = &self.options.progress {
                    progress.advance(chunk.len());
                }
            } else if !self.wait() {
                break;
            }
        }
        found.tally.merge(scanner.map(Scanner::into_tally).unwrap_or_default());
        found
    }

    fn scan_piece(&self, piece: Piece, found: &mut Scan) {
        match piece {
            Piece::Stream(incoming) => self.scan_incoming(incoming, None, found),
            Piece::Package(package) => {
                let parcel = Arc::clone(&package.parcel);
                let mut part = Scan::default();
                self.open_package(package, &mut part);
                parcel.add(part);
            }
            Piece::Entry(package, entry) => {
                let mut part = Scan::default();
                self.scan_incoming(package.incoming(&entry), Some(&package), &mut part);
                package.parcel.add(part);
            }
        }
    }

    /// Scans what comes in order, once its first bytes have said what it is.
    fn scan_incoming(&self, incoming: Incoming, outer: Option<&Package>, found: &mut Scan) {
        let Incoming { facts, bytes, from } = incoming;
        match watched(bytes, self.options.progress.as_ref()).open() {
            Err(error) => {
                found.fail(&facts, &error);
            }
            Ok(Content::Archive(archive)) => {
                if let Some(outer) = outer {
                    self.open_package(outer.nested(archive, &facts.source.name), found);
                    return;
                }
                let parcel = Arc::new(Parcel::new(archive, facts));
                let mut state = self.lock();
                state.pieces.push_front(Piece::Package(Package::outermost(&parcel)));
                state.parcels.push(parcel);
            }
            Ok(Content::Stream(stream)) => {
                let name = facts.source.name.clone();
                let prepared = match Prepared::from(from, facts.clone(), stream) {
                    Ok(prepared) => prepared,
                    Err(error) => {
                        found.fail(&facts, &error);
                        return;
                    }
                };
                match scan_stream(self.matcher, prepared, self.options, self.is_last_work()) {
                    Some(part) => found.tally.merge(part),
                    None => found.not_logs.push(name),
                }
            }
        }
    }

    /// Lists an archive and puts its entries into the queue, those that take longest first.
    fn open_package(&self, package: Package, found: &mut Scan) {
        let Some((package, mut entries)) = package.unpack(found) else { return };
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.packed));
        if let Some(progress) = &self.options.progress {
            progress.expect(entries.iter().map(Entry::likely_size).fold(0, u64::saturating_add));
        }
        let package = Arc::new(package);
        let mut state = self.lock();
        for entry in entries.into_iter().rev() {
            state.pieces.push_front(Piece::Entry(Arc::clone(&package), entry));
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Whether all else is done, so that reading ahead finds a core that is free.
    fn is_last_work(&self) -> bool {
        let state = self.lock();
        state.pieces.is_empty() && state.busy == 1 && self.next_chunk.load(Ordering::Relaxed) >= self.chunks.len()
    }

    fn next_piece(&self) -> Option<Piece> {
        let mut state = self.lock();
        let piece = state.pieces.pop_front()?;
        state.busy += 1;
        Some(piece)
    }

    /// Waits while others may still put work back. `false` when all is done.
    fn wait(&self) -> bool {
        let mut state = self.lock();
        while state.pieces.is_empty() && state.busy > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.pieces.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread at work on a piece. That it has finished is known even if it failed.
struct Busy<'q, 'a>(&'q Queue<'a>);

impl Drop for Busy<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.changed.notify_all();
    }
}

impl Scan {
    /// Adds another part.
    pub(super) fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.not_logs.extend(other.not_logs);
    }

    /// Notes that a source could not be read. What was only found, and is nothing that is read here, is no log: `false`.
    pub(super) fn fail(&mut self, facts: &SourceFacts, error: &std::io::Error) -> bool {
        if error.kind() == std::io::ErrorKind::Unsupported && !facts.pasted {
            self.not_logs.push(format!("{} ({error})", facts.source.name));
            return false;
        }
        self.tally.merge(unread(&facts.source, reason(error)));
        true
    }
}
