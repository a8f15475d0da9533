//! The zone of a log that states none, as the user gives it: an offset, or a region whose clocks change twice a year.
//!
//! One reading of a clock is one instant, decided from the line alone: in the night in which an hour comes twice, the
//! first one is taken, and order within a log stays the order of its lines. A reading that a night skips is taken with
//! the offset from before the change.

use std::str::FromStr;

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::Stamp;

/// The zone of the clock that wrote a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Minutes east of UTC, all year.
    Fixed(i16),
    /// A region of the IANA database, `Europe/Berlin`.
    Region(Tz),
}

impl Zone {
    /// The stamp with this zone, if the log states none itself.
    #[must_use]
    pub fn place(self, stamp: Stamp) -> Stamp {
        self.read(stamp).0
    }

    /// The same, and whether the clock showed this twice.
    #[must_use]
    pub fn read(self, stamp: Stamp) -> (Stamp, bool) {
        if stamp.offset.is_some() {
            return (stamp, false);
        }
        let found = match self {
            Self::Fixed(offset) => Some((offset, false)),
            Self::Region(region) => {
                DateTime::from_timestamp_millis(stamp.instant).and_then(|local| offset_at(region, local.naive_utc()))
            }
        };
        found.map_or((stamp, false), |(minutes, comes_twice)| {
            (Stamp { instant: stamp.instant - i64::from(minutes) * 60_000, offset: Some(minutes) }, comes_twice)
        })
    }
}

impl FromStr for Zone {
    type Err = String;

    /// Reads `+0100`, `+01:00`, `Z`, `UTC` or `Europe/Berlin`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(minutes) = offset_minutes(text) {
            return Ok(Self::Fixed(minutes));
        }
        text.parse::<Tz>().map(Self::Region).map_err(|_| {
            format!("{text:?} is no time zone; write an offset such as +0100, or a name such as Europe/Berlin")
        })
    }
}

/// `+0100`, `-03:30` or `Z` in minutes.
pub(super) fn offset_minutes(text: &str) -> Option<i16> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (hours, minutes): (i16, i16) =
        (hours.parse().ok()?, if minutes.is_empty() { 0 } else { minutes.parse().ok()? });
    (digits.len() != 3 && hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The offset in minutes, and whether there are two; the first of them is taken.
fn offset_at(region: Tz, local: NaiveDateTime) -> Option<(i16, bool)> {
    let (offset, comes_twice) = match region.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => (offset, false),
        LocalResult::Ambiguous(offset, _) => (offset, true),
        LocalResult::None => (region.offset_from_local_datetime(&(local - Duration::hours(3))).earliest()?, false),
    };
    Some((i16::try_from(offset.fix().local_minus_utc() / 60).ok()?, comes_twice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(zone: &str, local: &str) -> String {
        let stamp = Stamp::from_report(local).expect("a time");
        zone.parse::<Zone>().expect("a zone").place(stamp).to_string()
    }

    #[test]
    fn zones_as_people_write_them() {
        for (text, minutes) in [("+0100", 60), ("-03:30", -210), ("Z", 0), ("+02", 120), ("+1400", 840)] {
            assert_eq!(text.parse(), Ok(Zone::Fixed(minutes)), "{text}");
        }
        for text in ["", "+", "+100", "+0160", "+9900", "Berlin", "01:00", "+é"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_region_follows_its_clocks() {
        assert_eq!(placed("Europe/Berlin", "2026-01-13T02:14:00.000"), "2026-01-13T02:14:00.000+01:00");
        assert_eq!(placed("Europe/Berlin", "2026-07-13T02:14:00.000"), "2026-07-13T02:14:00.000+02:00");
        // The hour that comes twice, and the hour that is skipped.
        assert_eq!(placed("Europe/Berlin", "2025-10-26T02:30:00.000"), "2025-10-26T02:30:00.000+02:00");
        assert_eq!(placed("Europe/Berlin", "2025-10-26T03:00:00.000"), "2025-10-26T03:00:00.000+01:00");
        assert_eq!(placed("Europe/Berlin", "2026-03-29T02:30:00.000"), "2026-03-29T02:30:00.000+01:00");
        assert_eq!(placed("America/New_York", "2025-11-02T01:30:00.000"), "2025-11-02T01:30:00.000-04:00");
        assert_eq!(placed("Australia/Lord_Howe", "2026-04-05T01:45:00.000"), "2026-04-05T01:45:00.000+11:00");
    }

    #[test]
    fn the_zone_of_the_log_wins() {
        assert_eq!(placed("+0100", "2026-01-13T02:14:00.000+00:00"), "2026-01-13T02:14:00.000+00:00");
    }
}
