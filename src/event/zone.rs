//! The zone of a log that states none, as the user gives it: an offset, or a region whose clocks change twice a year.
//!
//! One reading of a clock is one instant, decided from the line alone: in the night in which an hour comes twice, the
//! first one is taken, and order within a log stays the order of its lines. A reading that a night skips is taken with
//! the offset from before the change.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::Stamp;

/// The zone of the clock that wrote a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// Minutes east of UTC, all year.
    Fixed(i16),
    /// A region of the IANA database, `Europe/Berlin`.
    Region(TimeZone),
}

impl Zone {
    /// The stamp with this zone, if the log states none itself.
    #[must_use]
    pub fn place(&self, stamp: Stamp) -> Stamp {
        self.read(stamp).0
    }

    /// The same, and whether the clock showed this twice.
    #[must_use]
    pub fn read(&self, stamp: Stamp) -> (Stamp, bool) {
        if stamp.offset.is_some() {
            return (stamp, false);
        }
        let found = match self {
            Self::Fixed(offset) => Some((*offset, false)),
            Self::Region(region) => offset_at(region, stamp.instant),
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
        let region = TimeZoneDatabase::bundled().get(text).ok();
        // jiff takes a name in any case, and has two that say that the zone is not known.
        let is_name =
            |region: &TimeZone| region.iana_name() == Some(text) && !["Factory", "Etc/Unknown"].contains(&text);
        region.filter(is_name).map(Self::Region).ok_or_else(|| {
            format!("{text:?} is no time zone; write an offset such as +0100, or a name such as Europe/Berlin")
        })
    }
}

/// `+0100`, `-03:30` or `Z` in minutes.
pub(crate) fn offset_minutes(text: &str) -> Option<i16> {
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
fn offset_at(region: &TimeZone, local_millis: i64) -> Option<(i16, bool)> {
    // The last day of 9999 is beyond jiff's instants, and no clock changes on it.
    let local = Offset::UTC.to_datetime(Timestamp::from_millisecond(local_millis).unwrap_or(Timestamp::MAX));
    let (offset, comes_twice) = match region.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, false),
        AmbiguousOffset::Fold { before, .. } => (before, true),
        AmbiguousOffset::Gap { before, .. } => (before, false),
    };
    Some((i16::try_from(offset.seconds() / 60).ok()?, comes_twice))
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
        for text in ["UTC", "GMT", "EST5EDT", "US/Eastern", "Etc/GMT+5", "Asia/Calcutta"] {
            assert!(matches!(text.parse(), Ok(Zone::Region(_))), "{text}");
        }
        for text in ["europe/berlin", "utc", "Factory", "Etc/Unknown", "CET-1CEST,M3.5.0,M10.5.0/3"] {
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
        // A day that was skipped, and a night in which a rule began that changes no clock.
        assert_eq!(placed("Pacific/Apia", "2011-12-30T12:00:00.000"), "2011-12-30T12:00:00.000-10:00");
        assert_eq!(placed("America/Nuuk", "2023-10-28T23:15:00.000"), "2023-10-28T23:15:00.000-02:00");
        // The ends of the calendar.
        assert_eq!(placed("Europe/Berlin", "0000-01-01T00:00:00.000"), "0000-01-01T00:00:00.000+00:53");
        assert_eq!(placed("Europe/Berlin", "9999-12-31T23:59:60.000"), "+10000-01-01T00:00:00.000+01:00");
    }

    #[test]
    fn what_comes_twice_says_so() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        for (local, twice) in
            [("2025-10-26T01:59:59", false), ("2025-10-26T02:00:00", true), ("2025-10-26T03:00:00", false)]
        {
            assert_eq!(berlin.read(Stamp::from_report(local).unwrap()).1, twice, "{local}");
        }
    }

    #[test]
    fn the_zone_of_the_log_wins() {
        assert_eq!(placed("+0100", "2026-01-13T02:14:00.000+00:00"), "2026-01-13T02:14:00.000+00:00");
    }
}
