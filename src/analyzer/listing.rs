//! What a scan would read, told from the first and the last bytes of each source: layout, size, and the time it covers.
//! What is compressed is inflated to its end for that.

use std::sync::Arc;

use super::carried::carrier_of;
use super::package::{Package, Parcel};
use super::plan::{Incoming, Plan};
use super::progress::watched;
use super::scanner::SourceFacts;
use super::window::first_event;
use super::{Input, Scan, ScanOptions};
use crate::diagnosis::tally::widen;
use crate::diagnosis::{Source, SourceTally, Stamp, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::event::start::StartFinder;
use crate::input::{BlockReader, Content, Entry, PlainFile, Stream, decoded, is_remark};

/// Bytes at the end of a file in which its last event is looked for.
const TAIL: u64 = 1024 * 1024;

/// Bytes of a stream that are read at a time; of what came last, two blocks are kept.
const BLOCK: usize = 512 * 1024;

/// Lists what a scan of these inputs would read. In the tally each source has its layout, its bytes (of a compressed one:
/// those of its text), and its first and last event; nothing is counted. Standard input and pipes are not touched.
pub fn list(inputs: &[Input], options: &ScanOptions) -> Scan {
    let Plan { mut scan, files, streams, archives, found, .. } = Plan::of(inputs, options).without_copies();
    for (facts, file) in &files {
        scan.add(&facts.source, of_file(facts, file));
    }
    for incoming in streams {
        let source = &incoming.facts.source;
        if found.iter().any(|(other, path)| other == source && path.is_file()) {
            if let Some(progress) = &options.progress {
                progress.expect_stream(&incoming.bytes);
            }
            list_incoming(incoming, None, options, &mut scan);
        } else {
            let note = "can be read once only, in order: what it holds is seen when it is scanned".to_owned();
            scan.add(source, SourceTally { notes: [note].into(), ..SourceTally::default() });
        }
    }
    for parcel in archives {
        list_archive(parcel, options, &mut scan);
    }
    scan.not_logs.sort();
    scan
}

fn list_archive(parcel: Parcel, options: &ScanOptions, scan: &mut Scan) {
    let parcel = Arc::new(parcel);
    let mut inside = Scan::default();
    list_package(Package::outermost(&parcel), options, &mut inside);
    parcel.add(inside);
    scan.merge(parcel.take_found());
}

/// Lists the entries of an archive.
fn list_package(package: Package, options: &ScanOptions, scan: &mut Scan) {
    let Some((package, entries)) = package.unpack(scan) else { return };
    if let Some(progress) = &options.progress {
        progress.expect(entries.iter().map(Entry::likely_size).fold(0, u64::saturating_add));
    }
    for entry in &entries {
        list_incoming(package.incoming(entry), Some(&package), options, scan);
    }
}

/// Lists what comes in order: a compressed file, or an entry of an archive.
fn list_incoming(incoming: Incoming, outer: Option<&Package>, options: &ScanOptions, scan: &mut Scan) {
    let Incoming { facts, bytes, .. } = incoming;
    match (watched(bytes, options.progress.as_ref()).open(), outer) {
        (Err(error), _) => {
            scan.fail(&facts, &error);
        }
        (Ok(Content::Archive(archive)), None) => list_archive(Parcel::new(archive, facts), options, scan),
        (Ok(Content::Archive(archive)), Some(outer)) => {
            list_package(outer.nested(archive, &facts.source.name), options, scan);
        }
        (Ok(Content::Stream(stream)), _) => {
            let source = Arc::clone(&facts.source);
            match of_stream(facts, stream) {
                Some(seen) => scan.add(&source, seen),
                None => scan.not_logs.push(source.name.clone()),
            }
        }
    }
}

impl Scan {
    fn add(&mut self, source: &Arc<Source>, seen: SourceTally) {
        self.tally.merge(Tally { sources: [(Arc::clone(source), seen)].into(), ..Tally::default() });
    }
}

fn of_file(facts: &SourceFacts, file: &PlainFile) -> SourceTally {
    let mut seen = SourceTally { layout: facts.layout, bytes: file.len(), ..SourceTally::default() };
    let mut buffer = Vec::new();
    let first = first_event(facts, file, 0, &mut buffer).map(|(_, stamp)| stamp);
    note(&mut seen, first);
    let from = file.len().saturating_sub(TAIL);
    match file.window(from, file.len(), &mut buffer) {
        Ok(tail) => stamps(facts, tail, from == 0).for_each(|stamp| note(&mut seen, Some(stamp))),
        Err(error) => {
            seen.problems.insert(format!("its end cannot be read: {error}"));
        }
    }
    seen
}

/// `None` for what was found in a folder and does not begin like a log.
fn of_stream(mut facts: SourceFacts, stream: Stream) -> Option<SourceTally> {
    let mut seen = SourceTally::default();
    let (bytes, encoding) = decoded(stream.bytes);
    let mut blocks = BlockReader::new(bytes, BLOCK, false);
    let head = &blocks.head()[..blocks.head().len().min(SNIFF_LENGTH)];
    if carrier_of(head, encoding).is_some() {
        seen.notes
            .insert("is UTF-16 or has a prefix on each line: what it holds is seen when it is scanned".to_owned());
        return Some(seen);
    }
    facts.layout = Layout::sniff(head);
    if facts.layout == Layout::Text && !facts.pasted && !head.is_empty() {
        return None;
    }
    seen.layout = facts.layout;
    let first = stamps(&facts, head, true).next();
    note(&mut seen, first);
    let mut tail: Vec<u8> = Vec::new();
    while let Some((bytes, error)) = blocks.next_block() {
        seen.bytes += bytes.len() as u64;
        tail.drain(..tail.len().saturating_sub(BLOCK));
        tail.extend_from_slice(&bytes);
        blocks.give_back(bytes);
        if let Some(error) = error.filter(|error| !is_remark(error)) {
            seen.problems.insert(format!("cannot be read beyond byte {}: {error}", seen.bytes));
        }
    }
    stamps(&facts, &tail, seen.bytes == tail.len() as u64).for_each(|stamp| note(&mut seen, Some(stamp)));
    Some(seen)
}

fn note(seen: &mut SourceTally, stamp: Option<Stamp>) {
    widen(&mut seen.first, &mut seen.last, stamp);
    if let Some(count) = stamp.and_then(|stamp| seen.zones.entry(&stamp.offset)) {
        *count += 1;
    }
}

fn stamps(facts: &SourceFacts, bytes: &[u8], at_line_start: bool) -> impl Iterator<Item = Stamp> {
    let mut starts = Vec::new();
    StartFinder::new(facts.layout.start_rule()).find(bytes, 0, bytes.len(), at_line_start, &mut starts);
    let zone = facts.zone.as_ref();
    starts.into_iter().filter_map(|start| start.stamp).map(move |stamp| zone.map_or(stamp, |zone| zone.place(stamp)))
}
