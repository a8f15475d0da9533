//! The span of time that a user asks for. An event without a time lies in every window.

use std::cmp::Ordering;

use super::Stamp;
use super::date::written_stamp;

/// One end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Milliseconds since 1970-01-01 00:00 UTC. A log without a zone is read as UTC.
    Instant(i64),
    /// A reading of the log's own clock: milliseconds since 1970-01-01 00:00 in the log's zone.
    Local(i64),
}

/// A span of time; an end that is missing is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub since: Option<Bound>,
    /// The first moment behind.
    pub until: Option<Bound>,
}

impl Bound {
    /// Reads RFC 3339; `2026-01-13 02:14`, which is meant in the log's zone; or `24h`, `7d`, `30m` back from `now`, given
    /// in milliseconds since 1970. The message of a failure says what can be written.
    pub fn parse(text: &str, now: i64) -> Result<Self, String> {
        let read = back_from(text, now).map(Self::Instant).or_else(|| moment(text));
        read.ok_or_else(|| {
            format!(
                "{text:?} is no time; write 2026-01-13T02:14:00Z, \"2026-01-13 02:14\" (in the log's zone), or 24h, 7d, 30m \
                 (back from now)"
            )
        })
    }

    /// The bound as a stamp; `offset` in minutes is that of the logs, where it is known.
    pub fn stamp(self, offset: Option<i16>) -> Stamp {
        match self {
            Self::Instant(instant) => Stamp { instant, offset: Some(offset.unwrap_or(0)) },
            Self::Local(local) => Stamp { instant: local - i64::from(offset.unwrap_or(0)) * 60_000, offset },
        }
    }

    /// The bound so many milliseconds before.
    #[must_use]
    pub fn earlier(self, millis: i64) -> Self {
        match self {
            Self::Instant(instant) => Self::Instant(instant.saturating_sub(millis)),
            Self::Local(local) => Self::Local(local.saturating_sub(millis)),
        }
    }

    fn compare(self, stamp: Stamp) -> Ordering {
        match self {
            Self::Instant(bound) => stamp.instant.cmp(&bound),
            Self::Local(bound) => stamp.local_millis().cmp(&bound),
        }
    }
}

impl Window {
    /// Whether it has no end on either side, so that everything lies inside.
    pub fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Whether its end is known to lie no later than its start.
    pub fn is_empty(&self) -> bool {
        match (self.since, self.until) {
            (Some(Bound::Instant(since)), Some(Bound::Instant(until)))
            | (Some(Bound::Local(since)), Some(Bound::Local(until))) => until <= since,
            _ => false,
        }
    }

    /// Whether an end of it is an instant, which a log without a zone cannot be compared with for certain.
    pub fn names_an_instant(&self) -> bool {
        [self.since, self.until].iter().any(|bound| matches!(bound, Some(Bound::Instant(_))))
    }

    /// Where a moment lies: `Less` before the window, `Equal` inside, `Greater` behind.
    #[inline]
    pub fn side(&self, stamp: Stamp) -> Ordering {
        if self.since.is_some_and(|since| since.compare(stamp).is_lt()) {
            Ordering::Less
        } else if self.until.is_some_and(|until| until.compare(stamp).is_ge()) {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }
}

fn back_from(text: &str, now: i64) -> Option<i64> {
    let unit = match text.bytes().next_back()? {
        b's' => 1000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => 86_400_000,
        b'w' => 7 * 86_400_000,
        _ => return None,
    };
    let count = &text[..text.len() - 1];
    let count: i64 = count.bytes().all(|byte| byte.is_ascii_digit()).then(|| count.parse().ok())??;
    now.checked_sub(count.checked_mul(unit)?)
}

/// A date with or without a time, with or without a zone, with a blank or a `T` between.
fn moment(text: &str) -> Option<Bound> {
    let (date, rest) = text.trim().split_at_checked(10)?;
    let time = match rest.strip_prefix(['T', 't', ' ']) {
        Some(time) => time.replacen(',', ".", 1),
        None if rest.is_empty() => "0:00".to_owned(),
        None => return None,
    };
    let stamp = written_stamp(date, &time)?;
    Some(stamp.offset.map_or(Bound::Local(stamp.instant), |_| Bound::Instant(stamp.instant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_768_270_440_000;

    fn read(text: &str) -> Option<String> {
        Bound::parse(text, NOW).ok().map(|bound| match bound {
            Bound::Instant(_) => bound.stamp(None).to_string(),
            Bound::Local(_) => format!("local {}", bound.stamp(None)),
        })
    }

    #[test]
    fn moments_as_people_write_them() {
        for (text, expected) in [
            ("2026-01-13T02:14:00Z", "2026-01-13T02:14:00.000+00:00"),
            ("2026-01-13T02:14:00.5+01:00", "2026-01-13T01:14:00.500+00:00"),
            ("2026-01-13 02:14Z", "2026-01-13T02:14:00.000+00:00"),
            ("2026-01-13 02:14:10,118-0330", "2026-01-13T05:44:10.118+00:00"),
            ("2026-01-13 02:14", "local 2026-01-13T02:14:00.000"),
            ("2026-01-13T02:14:10", "local 2026-01-13T02:14:10.000"),
            ("2026-01-13", "local 2026-01-13T00:00:00.000"),
            ("24h", "2026-01-12T02:14:00.000+00:00"),
            ("7d", "2026-01-06T02:14:00.000+00:00"),
            ("30m", "2026-01-13T01:44:00.000+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "h",
            "-1h",
            "24",
            "24x",
            "2026-02-30",
            "2026-01-13 25:00",
            "02:14",
            "2026-01-13x",
            "13é",
            "99999999999999999h",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn moments_that_a_library_reads_otherwise() {
        for (text, expected) in [
            ("2026-12-31T23:59:60Z", Some("2027-01-01T00:00:00.000+00:00")),
            ("2026-12-31 23:59:60,5", Some("local 2027-01-01T00:00:00.500")),
            ("2026-01-13t02:14:00z", Some("2026-01-13T02:14:00.000+00:00")),
            ("2026-01-13 2:04 +01", Some("2026-01-13T01:04:00.000+00:00")),
            ("2026-01- 3  2:04", Some("local 2026-01-03T02:04:00.000")),
            ("2026-01-13 02:14:00. 5", None),
            ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59.000+00:00")),
            ("0000-01-01T00:00:00+01:00", Some("-0001-12-31T23:00:00.000+00:00")),
            ("20260113", None),
            ("20260113T021400Z", None),
            ("2026-01-13T02", None),
            ("2026-1-13 02:14", None),
            ("2026-01-13T02:14:00[UTC]", None),
            ("2026-01-13T02:14:00Z[UTC]", None),
            ("2026-W03-2", None),
            ("+002026-01-13", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_window_holds_its_first_moment_and_not_its_last() {
        let window = Window { since: Some(Bound::Instant(1000)), until: Some(Bound::Local(3000)) };
        let side = |instant, offset| window.side(Stamp { instant, offset });
        assert_eq!(side(999, None), Ordering::Less);
        assert_eq!(side(1000, None), Ordering::Equal);
        assert_eq!(side(2999, Some(0)), Ordering::Equal);
        assert_eq!(side(3000, None), Ordering::Greater);
        // One minute east: the log's own clock reads a minute more.
        assert_eq!(side(2000, Some(1)), Ordering::Greater);
    }
}
