//! The span of time that was asked for, and what to say when no event lies in it.

use super::verdict::Verdict;
use super::words::{duration, moment, utc};
use crate::catalogue::Severity;
use crate::diagnosis::{Bound, Diagnosis, Stamp};

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// `since 2026-01-13 02:14:00+01:00 (2026-01-13 01:14:00Z)`; `None` where everything was asked for.
pub(super) fn asked(diagnosis: &Diagnosis) -> Option<String> {
    let window = diagnosis.ledger.window;
    let offset = diagnosis.newest.or(outside(diagnosis).1).and_then(|stamp| stamp.offset);
    let parts: Vec<String> = [("since", window.since), ("until", window.until)]
        .into_iter()
        .filter_map(|(word, bound)| bound.map(|bound| format!("{word} {}", bound_text(bound, offset))))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What is to be said first when the logs hold events, and none of them lies in the window.
pub(super) fn verdict_outside(diagnosis: &Diagnosis) -> Option<Verdict> {
    let window = diagnosis.ledger.window;
    let (Some(first), Some(last)) = outside(diagnosis) else { return None };
    if diagnosis.newest.is_some() || !diagnosis.findings.is_empty() {
        return None;
    }
    let offset = last.offset;
    let told = |moment: fn(Stamp) -> String| match (window.since, window.until) {
        (Some(since), _) if window.side(last).is_lt() => {
            let age = duration(since.stamp(offset).instant - last.instant);
            let day_before = Stamp { instant: last.instant - DAY, ..last };
            format!(
                "the newest event is of {}, {age} before the window begins; for the last day of these logs: --since {}",
                moment(last),
                argument(day_before)
            )
        }
        (_, Some(_)) if window.side(first).is_gt() => {
            format!("the oldest event that was read is of {}, behind the end of the window", moment(first))
        }
        _ => format!("the nearest events are of {} and {}", moment(first), moment(last)),
    };
    Some(Verdict {
        severity: Some(Severity::Info),
        state: "NO EVENT IN THE WINDOW",
        rest: told(moment),
        heading: format!("No event in the window: {}", told(utc)),
    })
}

fn outside(diagnosis: &Diagnosis) -> (Option<Stamp>, Option<Stamp>) {
    let sources = || diagnosis.ledger.sources.iter().map(|(_, tally)| tally.outside);
    (sources().filter_map(|outside| outside.0).min(), sources().filter_map(|outside| outside.1).max())
}

fn bound_text(bound: Bound, offset: Option<i16>) -> String {
    let stamp = bound.stamp(offset);
    let utc = moment(Stamp { offset: Some(0), ..stamp });
    match (bound, stamp.offset) {
        (Bound::Local(_), None) => format!("{} by the log's own clock", moment(stamp)),
        (Bound::Instant(_), _) | (_, Some(0)) => utc,
        (Bound::Local(_), Some(_)) => format!("{} ({utc})", moment(stamp)),
    }
}

/// A moment as it can be given to `--since`.
fn argument(stamp: Stamp) -> String {
    let text = stamp.to_string();
    format!("{}{}", &text[..19], if stamp.offset == Some(0) { "Z" } else { &text[23..] })
}
