//! Single fields of a report read back: times, zones, hashes. What cannot be is refused with the text that stands there.

use std::collections::BTreeSet;

use super::form::WindowOut;
use crate::diagnosis::values::Smallest;
use crate::diagnosis::{Bound, Stamp, Window, offset_minutes};

/// No instant of a log is further from 1970, in seconds.
pub(super) const FURTHEST: i64 = 1 << 40;

/// Distinct hashes, parted by blanks.
pub(super) fn attempts<const N: usize>(hashes: &str, more: bool) -> Result<Smallest<u64, (), N>, String> {
    let mut kept = Smallest::default();
    for word in hashes.split_ascii_whitespace() {
        kept.entry(&hash(word)?);
    }
    if more {
        kept.say_more();
    }
    Ok(kept)
}

/// A hash, hexadecimal.
pub(super) fn hash(word: &str) -> Result<u64, String> {
    u64::from_str_radix(word, 16).map_err(|_| format!("holds {word:?} in the place of a hash"))
}

/// A time that may be missing.
pub(super) fn stamp(text: Option<&str>) -> Result<Option<Stamp>, String> {
    text.map(time).transpose()
}

/// A time as reports print it.
pub(super) fn time(text: &str) -> Result<Stamp, String> {
    Stamp::from_report(text)
        .filter(|stamp| stamp.instant.unsigned_abs() / 1000 < FURTHEST.unsigned_abs())
        .ok_or_else(|| format!("holds {text:?} in the place of a time"))
}

/// Times, parted by blanks.
pub(super) fn times(text: &str) -> Result<BTreeSet<Stamp>, String> {
    text.split_ascii_whitespace().map(time).collect()
}

/// Earliest and latest times, each two parted by a slash.
pub(super) fn periods(text: &str) -> Result<Vec<(Stamp, Stamp)>, String> {
    let period = |word: &str| {
        let (first, last) = word.split_once('/').ok_or_else(|| format!("holds {word:?} in the place of a period"))?;
        Ok((time(first)?, time(last)?))
    };
    text.split_ascii_whitespace().map(period).collect()
}

/// A span of time. A bound without an offset is a reading of the log's own clock.
pub(super) fn window(window: &WindowOut) -> Result<Window, String> {
    let bound = |text: Option<&str>| {
        let stamp = stamp(text)?;
        Ok::<_, String>(stamp.map(|stamp| match stamp.offset {
            Some(_) => Bound::Instant(stamp.instant),
            None => Bound::Local(stamp.instant),
        }))
    };
    Ok(Window { since: bound(window.since.as_deref())?, until: bound(window.until.as_deref())? })
}

/// An offset from UTC in minutes, or none.
pub(super) fn offset(zone: &str) -> Result<Option<i16>, String> {
    if zone == (Stamp { instant: 0, offset: None }).zone() {
        return Ok(None);
    }
    offset_minutes(zone).map(Some).ok_or_else(|| format!("holds {zone:?} in the place of a zone"))
}

/// Refuses a text of more bytes than a report can hold in that place.
pub(super) fn check_length(text: &str, most: usize) -> Result<(), String> {
    if text.len() > most {
        Err(format!("holds a text of {} bytes where at most {most} can be", text.len()))
    } else {
        Ok(())
    }
}
