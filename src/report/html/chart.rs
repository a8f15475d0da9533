//! The timeline as a picture: for each severity, and for all log events, a row of bars over time. All rows share the
//! axis; what a bar shows is told by its row and its pattern, colour only repeats it. The same numbers go into a table.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Moment;
use crate::catalogue::Severity;
use crate::diagnosis::{Diagnosis, MarkerKind, Stamp};
use crate::report::redact::{Redactor, Shown};
use crate::report::story;

/// Units of the picture a bucket is wide, its gap included.
const PITCH: i64 = 10;
/// Units of the picture that the longest bar is high.
const HEIGHT: u64 = 48;
/// A single event among thousands must still be seen.
const LEAST_HEIGHT: u64 = 3;
/// The axis is at least so many buckets long, so that few buckets do not become slabs.
const FEWEST_SLOTS: i64 = 24;
/// Most buckets on the axis, the empty ones included.
const MOST_SLOTS: i64 = 120;
/// Most restarts that are listed.
const MOST_MARKS: usize = 40;

/// Everything that the picture and its table show.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Width of a bucket: `5 minutes`.
    bucket: String,
    /// What the times mean.
    zone: String,
    /// Width and height of a row of bars in units.
    width: i64,
    height: u64,
    lanes: Vec<Lane>,
    marks: Vec<Mark>,
    /// Restarts that are not listed.
    more_marks: usize,
    /// Begin, middle and end of the axis.
    ticks: [Moment; 3],
    /// One for each bucket that is not empty.
    rows: Vec<Row>,
}

/// A row of bars.
#[derive(Serialize)]
struct Lane {
    /// A severity, or `all`.
    key: &'static str,
    events: u64,
    /// Events of the longest bar.
    peak: u64,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    x: i64,
    y: u64,
    height: u64,
    events: u64,
    start: String,
}

/// A start of Jira.
#[derive(Serialize)]
struct Mark {
    x: i64,
    time: Moment,
    what: String,
    node: Option<Shown>,
}

#[derive(Serialize)]
struct Row {
    start: Moment,
    /// In the order of the lanes.
    counts: Vec<u64>,
}

/// Draws the timeline of a diagnosis; `None` where no event has a time.
pub(super) fn chart(diagnosis: &Diagnosis, redactor: &mut Redactor) -> Option<Chart> {
    let mut all = diagnosis.timeline.clone();
    let widest = diagnosis.findings.iter().map(|finding| finding.tally.timeline.width()).max();
    all = all.at_width(widest.unwrap_or_default());
    while slots(all.buckets().map(|(start, _)| start), all.width()) > MOST_SLOTS && all.width() < u32::MAX {
        all = all.at_width(all.width() + 1);
    }
    let width = all.width();
    let first = all.buckets().next()?.0;
    let slots = slots(all.buckets().map(|(start, _)| start), width).max(FEWEST_SLOTS);
    let x = |instant: i64| (instant.div_euclid(1000) - first) * PITCH / i64::from(width);

    let mut counted = counted_by_severity(diagnosis, width);
    counted.push(("all", all.buckets().map(|(start, counts)| (start, counts.iter().sum())).collect()));
    let lanes = counted.iter().map(|(key, counts)| lane(key, counts, |start| x(start * 1000))).collect();
    let rows = all
        .buckets()
        .map(|(start, _)| Row {
            start: at(start),
            counts: counted.iter().map(|(_, counts)| counts.get(&start).copied().unwrap_or_default()).collect(),
        })
        .collect();
    let (marks, more_marks) = marks(diagnosis, redactor, |instant| {
        // In the middle of its bucket: a time within a bucket is more than the bars tell.
        (first * 1000..(first + slots * i64::from(width)) * 1000)
            .contains(&instant)
            .then(|| x(instant) / PITCH * PITCH + PITCH / 2)
    });
    let end = first + slots * i64::from(width);
    Some(Chart {
        bucket: span(width),
        zone: zone(diagnosis),
        width: slots * PITCH,
        height: HEIGHT,
        lanes,
        marks,
        more_marks,
        ticks: [at(first), at(first + slots / 2 * i64::from(width)), at(end)],
        rows,
    })
}

/// Buckets from the first to the last, the empty ones between them included.
fn slots(starts: impl Iterator<Item = i64>, width: u32) -> i64 {
    let starts: Vec<i64> = starts.collect();
    starts.first().zip(starts.last()).map_or(0, |(first, last)| (last - first) / i64::from(width) + 1)
}

/// Events of findings in buckets, for each severity that occurs, the worst first.
fn counted_by_severity(diagnosis: &Diagnosis, width: u32) -> Vec<(&'static str, BTreeMap<i64, u64>)> {
    [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
            for finding in diagnosis.findings.iter().filter(|finding| finding.severity == severity) {
                for (start, [count]) in finding.tally.timeline.at_width(width).buckets() {
                    *counts.entry(start).or_default() += count;
                }
            }
            let key = match severity {
                Severity::Critical => "critical",
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            (!counts.is_empty()).then_some((key, counts))
        })
        .collect()
}

fn lane(key: &'static str, counts: &BTreeMap<i64, u64>, x: impl Fn(i64) -> i64) -> Lane {
    let peak = counts.values().copied().max().unwrap_or_default().max(1);
    let bars = counts
        .iter()
        .filter(|(_, events)| **events > 0)
        .map(|(&start, &events)| {
            let height = u128::from(events) * u128::from(HEIGHT) / u128::from(peak);
            let height = u64::try_from(height).unwrap_or(HEIGHT).clamp(LEAST_HEIGHT, HEIGHT);
            Bar { x: x(start) + 1, y: HEIGHT - height, height, events, start: at(start).text }
        })
        .collect();
    Lane { key, events: counts.values().sum(), peak, bars }
}

/// The starts of Jira on all nodes in order, and how many there are beyond those that are listed.
fn marks(diagnosis: &Diagnosis, redactor: &mut Redactor, x: impl Fn(i64) -> Option<i64>) -> (Vec<Mark>, usize) {
    let mut starts: Vec<_> = diagnosis
        .nodes
        .values()
        .flat_map(|node| &node.markers)
        .filter(|marker| matches!(marker.what, MarkerKind::Started(_) | MarkerKind::Build(_)))
        .filter_map(|marker| Some((marker, x(marker.instant)?)))
        .collect();
    starts.sort();
    let more = starts.len().saturating_sub(MOST_MARKS);
    let marks = starts
        .into_iter()
        .take(MOST_MARKS)
        .map(|(marker, x)| Mark {
            x,
            time: Moment::of(marker.stamp()),
            what: story::event(&marker.what),
            node: marker.source.node.as_ref().map(|node| redactor.show(node)),
        })
        .collect();
    (marks, more)
}

/// In UTC, as buckets are.
fn at(seconds: i64) -> Moment {
    let stamp = Stamp { instant: seconds.saturating_mul(1000), offset: Some(0) };
    Moment { iso: stamp.to_string(), text: stamp.to_string()[..16].replace('T', " ") }
}

fn span(seconds: u32) -> String {
    let (count, unit) = match seconds {
        86_400.. => (seconds / 86_400, "day"),
        3600.. => (seconds / 3600, "hour"),
        _ => (seconds / 60, "minute"),
    };
    format!("{count} {}", story::plural(u64::from(count), unit))
}

/// What the times are, against those that stand in the logs.
fn zone(diagnosis: &Diagnosis) -> String {
    let mut zones: Vec<Option<i16>> =
        diagnosis.ledger.sources.iter().flat_map(|(_, tally)| tally.zones.iter().map(|(zone, _)| *zone)).collect();
    zones.sort_unstable();
    zones.dedup();
    let named: Vec<String> =
        zones.iter().flatten().map(|&zone| Stamp { instant: 0, offset: Some(zone) }.zone()).collect();
    let unnamed = zones.contains(&None);
    match (named.as_slice(), unnamed) {
        ([], true) => "times as they stand in the logs, which name no zone".to_owned(),
        ([], false) => "times are UTC".to_owned(),
        (named, false) => format!("times are UTC; the logs' own zone is {}", named.join(", ")),
        (named, true) => format!(
            "times are UTC; the logs' own zone is {}, and some logs name none and are taken as UTC",
            named.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_counts_and_none_vanishes() {
        let counts = BTreeMap::from([(0, 1), (60, 500), (120, 1000), (180, 0)]);
        let lane = lane("all", &counts, |start| start / 6);
        let seen: Vec<(i64, u64, u64)> = lane.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(seen, [(1, 45, 3), (11, 24, 24), (21, 0, 48)]);
        assert_eq!((lane.events, lane.peak), (1501, 1000));
    }

    #[test]
    fn times_and_spans_for_people() {
        assert_eq!((span(60), span(900), span(3600)), ("1 minute".into(), "15 minutes".into(), "1 hour".into()));
        assert_eq!(span(172_800), "2 days");
        assert_eq!(at(1_768_269_600).text, "2026-01-13 02:00");
        assert_eq!(slots([0, 300, 1200].into_iter(), 300), 5);
    }
}
