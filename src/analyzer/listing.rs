//! What a scan would read, told from the first and the last bytes of each source: layout, size, and the time it covers.

use std::io::Read;
use std::sync::Arc;

use super::carried::carrier_of;
use super::package::{Package, Parcel};
use super::plan::{Incoming, Plan};
use super::scanner::SourceFacts;
use super::window::first_event;
use super::{Input, Scan, ScanOptions};
use crate::diagnosis::tally::widen;
use crate::diagnosis::{Source, SourceTally, Stamp, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::event::start::StartFinder;
use crate::input::{Content, Entry, PlainFile, Stream, decoded};

/// Bytes at the end of a file in which its last event is looked for.
const TAIL: u64 = 1024 * 1024;

/// Lists what a scan of these inputs would read. In the tally each source has its layout, its bytes as they lie on disk (of an
/// archive's entry: as the archive states them), and its first and last event; nothing is counted. Standard input and pipes are not touched.
pub fn list(inputs: &[Input], options: &ScanOptions) -> Scan {
    let Plan { mut scan, files, streams, archives, found, .. } = Plan::of(inputs, options).without_copies();
    for (facts, file) in &files {
        scan.add(&facts.source, of_file(facts, file));
    }
    for incoming in streams {
        let source = &incoming.facts.source;
        if found.iter().any(|(other, path)| other == source && path.is_file()) {
            list_incoming(incoming, None, &mut scan);
        } else {
            let note = "can be read once only, in order: what it holds is seen when it is scanned".to_owned();
            scan.add(source, SourceTally { notes: [note].into(), ..SourceTally::default() });
        }
    }
    for parcel in archives {
        list_archive(parcel, &mut scan);
    }
    scan.not_logs.sort();
    scan
}

fn list_archive(parcel: Parcel, scan: &mut Scan) {
    let parcel = Arc::new(parcel);
    let mut inside = Scan::default();
    list_package(Package::outermost(&parcel), &mut inside);
    parcel.add(inside);
    scan.merge(parcel.take_found());
}

/// Lists the entries of an archive, each told from its first bytes, with the size that the archive states.
fn list_package(package: Package, scan: &mut Scan) {
    let Some((package, entries)) = package.unpack(scan) else { return };
    for entry in &entries {
        list_incoming(package.incoming(entry), Some((&package, entry)), scan);
    }
}

/// Lists what comes in order: a compressed file, or an entry of an archive.
fn list_incoming(incoming: Incoming, outer: Option<(&Package, &Entry)>, scan: &mut Scan) {
    let Incoming { facts, bytes, .. } = incoming;
    match (bytes.open(), outer) {
        (Err(error), _) => scan.fail(&facts, &error),
        (Ok(Content::Archive(archive)), None) => list_archive(Parcel::new(archive, facts), scan),
        (Ok(Content::Archive(archive)), Some((outer, _))) => {
            list_package(outer.nested(archive, &facts.source.name), scan);
        }
        (Ok(Content::Stream(stream)), _) => {
            let source = Arc::clone(&facts.source);
            match of_stream(facts, stream) {
                Some(mut seen) => {
                    seen.bytes = outer.map_or(0, |(_, entry)| entry.size);
                    scan.add(&source, seen);
                }
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
    if stream.compressed {
        seen.notes.insert("is compressed: its length and its end are seen when it is scanned".to_owned());
    }
    let (bytes, encoding) = decoded(stream.bytes);
    let mut head = Vec::new();
    if let Err(error) = bytes.take(SNIFF_LENGTH as u64).read_to_end(&mut head) {
        seen.problems.insert(format!("cannot be read beyond byte {}: {error}", head.len()));
    }
    if carrier_of(&head, encoding).is_some() {
        seen.notes
            .insert("is UTF-16 or has a prefix on each line: what it holds is seen when it is scanned".to_owned());
        return Some(seen);
    }
    facts.layout = Layout::sniff(&head);
    if facts.layout == Layout::Text && !facts.pasted && !head.is_empty() {
        return None;
    }
    seen.layout = facts.layout;
    let first = stamps(&facts, &head, true).next();
    note(&mut seen, first);
    seen.last = None;
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
    let zone = facts.zone;
    starts.into_iter().filter_map(|start| start.stamp).map(move |stamp| zone.map_or(stamp, |zone| zone.place(stamp)))
}
