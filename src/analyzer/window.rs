//! Which parts of a plain file must be read for a window of time: all but its old beginning and its young end, where
//! the file is in order.
//!
//! A log is in order but for small things: stamps are taken before lines are written, clocks step, an hour comes twice.
//! So the file is probed at places on a fixed grid. Only if no probe is more than [`DISORDER`] older than one before
//! it is anything left out, and only what lies further than that from the window.

use std::sync::Arc;

use super::scanner::SourceFacts;
use crate::diagnosis::{SourceTally, Tally};
use crate::event::start::{LOOK_AHEAD, StartFinder};
use crate::event::{Stamp, StartRule, Window};
use crate::input::PlainFile;

/// An event may stand so far behind a younger one, in milliseconds: an hour that comes twice, and as much again.
const DISORDER: i64 = 2 * 3_600_000;
/// Least distance of two probes in bytes. It does not follow the chunks, so that they change no report.
const GRID: u64 = 1024 * 1024;
/// Most distances in a file.
const MOST_PROBES: u64 = 256;
/// Bytes in which a probe looks for the first event.
const PROBED: u64 = 64 * 1024;

/// The byte ranges of a file that are to be read for its window, in order; all of it where nothing can be left out.
pub(super) fn parts(facts: &SourceFacts, file: &PlainFile) -> Vec<(u64, u64)> {
    let whole = vec![(0, file.len())];
    // Where an event need not have a time, it lies in every window, wherever it stands.
    let all_have_a_time = matches!(facts.layout.start_rule(), StartRule::StampAndLevel | StartRule::StampOnly);
    if file.is_empty() || facts.window.is_open() || !all_have_a_time {
        return whole;
    }
    let grid = file.len().div_ceil(MOST_PROBES).next_multiple_of(GRID);
    let places: Vec<u64> = (0..file.len().div_ceil(grid)).map(|i| i * grid).collect();
    if places.len() < 3 {
        return whole;
    }
    let mut buffer = Vec::new();
    let probes: Vec<Option<(u64, Stamp)>> =
        places.iter().map(|&place| first_event(facts, file, place, &mut buffer)).collect();
    let Some((head, _)) = probes[0] else { return whole };
    let stamps: Vec<Option<Stamp>> = probes.iter().map(|probe| probe.map(|(_, stamp)| stamp)).collect();
    let Some((first, end)) = needed(&stamps, facts.window) else { return whole };
    let start = places[first];
    let end = end.map_or(file.len(), |end| places[end]);
    // What stands before the first event of a source has no time, and is always read.
    if head > 0 && start > 0 { vec![(0, head), (start, end)] } else { vec![(start, end)] }
}

/// Says which bytes were left out, if any were.
pub(super) fn note(parts: &[(u64, u64)], facts: &SourceFacts, file: &PlainFile) -> Tally {
    let Some(&(start, end)) = parts.last().filter(|&&(start, end)| start > 0 || end < file.len()) else {
        return Tally::default();
    };
    let note = format!("only bytes {start} to {end} of {} were read: the others lie outside the window", file.len());
    let ends = std::iter::once(0).chain(parts.iter().map(|(_, end)| *end));
    let starts = parts.iter().map(|(start, _)| *start).chain([file.len()]);
    let seen = SourceTally {
        notes: [note].into(),
        left_out: ends.zip(starts).filter(|(end, start)| end < start).collect(),
        layout: facts.layout,
        ..SourceTally::default()
    };
    Tally { sources: [(Arc::clone(&facts.source), seen)].into(), ..Tally::default() }
}

/// The probe from which on, and the probe up to which, the window's events lie. `None` where the probes are out of order.
fn needed(stamps: &[Option<Stamp>], window: Window) -> Option<(usize, Option<usize>)> {
    let mut newest = i64::MIN;
    for stamp in stamps.iter().flatten() {
        if stamp.instant < newest.saturating_sub(DISORDER) {
            return None;
        }
        newest = newest.max(stamp.instant);
    }
    let moved = |stamp: &Stamp, by: i64| Stamp { instant: stamp.instant + by, ..*stamp };
    let is = |stamp: &Option<Stamp>, by: i64, side| stamp.is_some_and(|stamp| window.side(moved(&stamp, by)) == side);
    let first = stamps.iter().rposition(|stamp| is(stamp, DISORDER, std::cmp::Ordering::Less)).unwrap_or(0);
    let end = stamps.iter().position(|stamp| is(stamp, -DISORDER, std::cmp::Ordering::Greater));
    // With everything behind the window, what is read of the file still tells when it begins.
    Some((first, end.map(|end| end.max(first + 1)).filter(|&end| end < stamps.len())))
}

/// The first event with a time that begins at or behind `place`: where, and when.
pub(super) fn first_event(
    facts: &SourceFacts,
    file: &PlainFile,
    place: u64,
    buffer: &mut Vec<u8>,
) -> Option<(u64, Stamp)> {
    let base = place.saturating_sub(1);
    let bytes = file.window(base, place + PROBED + LOOK_AHEAD as u64, buffer).ok()?;
    let from = usize::try_from(place - base).ok()?;
    let to = bytes.len().min(from + usize::try_from(PROBED).ok()?);
    let mut starts = Vec::new();
    StartFinder::new(facts.layout.start_rule()).find(bytes, from, to, place == 0, &mut starts);
    let (at, stamp) = starts.iter().find_map(|start| Some((start.at, start.stamp?)))?;
    Some((base + at as u64, facts.zone.as_ref().map_or(stamp, |zone| zone.place(stamp))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Bound;

    const HOUR: i64 = 3_600_000;

    fn window(since: i64, until: i64) -> Window {
        Window { since: Some(Bound::Instant(since * HOUR)), until: Some(Bound::Instant(until * HOUR)) }
    }

    fn needed_of(hours: &[i64], window: Window) -> Option<(usize, Option<usize>)> {
        let stamps: Vec<Option<Stamp>> =
            hours.iter().map(|&hour| (hour >= 0).then_some(Stamp { instant: hour * HOUR, offset: Some(0) })).collect();
        needed(&stamps, window)
    }

    #[test]
    fn what_is_left_out_is_further_away_than_disorder() {
        let hours = [0, 5, 10, 15, 20, 25];
        assert_eq!(needed_of(&hours, window(12, 13)), Some((1, Some(3))));
        assert_eq!(needed_of(&hours, window(13, 18)), Some((2, Some(4))));
        assert_eq!(needed_of(&hours, window(100, 200)), Some((5, None)));
        assert_eq!(needed_of(&[50, 55, 60], window(1, 2)), Some((0, Some(1))));
    }

    #[test]
    fn a_file_out_of_order_is_read_whole_and_a_gap_in_the_probes_decides_nothing() {
        assert_eq!(needed_of(&[0, 5, 2, 15], window(10, 12)), None);
        assert_eq!(needed_of(&[0, 5, 4, 15], window(10, 12)), Some((2, Some(3))));
        assert_eq!(needed_of(&[0, -1, 10, -1, 30], window(20, 21)), Some((2, Some(4))));
    }
}
