//! The time in a header: a fixed-width stamp, read without allocation and cached by the minute.

use std::fmt;

use super::date;

/// Bytes of a stamp without its zone: `2026-01-13 02:01:40,118`.
pub const STAMP_LENGTH: usize = 23;

/// A point in time as a log states it.
///
/// Without a zone the instant is the local reading taken as UTC; it orders events of one file and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    pub instant: i64,
    /// The log's own offset from UTC in minutes; `None` where the log states no zone.
    pub offset: Option<i16>,
}

impl Stamp {
    /// Reads `2026-01-13T02:01:40.118+00:00`, or the same without offset, as reports print it.
    pub fn from_report(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' '])?;
        date::written_stamp(date, time)
    }

    /// The reading of the log's own clock: milliseconds since 1970-01-01 00:00 in the log's zone.
    pub fn local_millis(self) -> i64 {
        self.instant + i64::from(self.offset.unwrap_or(0)) * 60_000
    }

    /// The zone as logs write it, `+0000`; `unknown` without one.
    pub fn zone(self) -> String {
        self.offset.map_or_else(|| "unknown".to_owned(), |minutes| offset_text(minutes, ""))
    }
}

/// RFC 3339 with milliseconds in the log's own offset; without a zone the offset is left out. A year that has not four
/// digits is beyond that standard and has a sign.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, local) = date::year_and_reading(self.local_millis());
        if (0..=9999).contains(&year) {
            write!(f, "{year:04}")?;
        } else {
            write!(f, "{year:+05}")?;
        }
        write!(f, "-{:02}-{:02}T", local.month(), local.day())?;
        write!(f, "{:02}:{:02}:{:02}.{:03}", local.hour(), local.minute(), local.second(), local.millisecond())?;
        self.offset.map_or(Ok(()), |minutes| f.write_str(&offset_text(minutes, ":")))
    }
}

fn offset_text(minutes: i16, separator: &str) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let size = minutes.unsigned_abs();
    format!("{sign}{:02}{separator}{:02}", size / 60, size % 60)
}

/// Reads stamps; remembers the last minute, since neighbouring events mostly share it.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    minute: [u8; 16],
    zone: [u8; 5],
    start: MinuteStart,
    has_refused: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct MinuteStart {
    instant: i64,
    offset: Option<i16>,
}

impl Clock {
    /// The stamp at the start of `line` and the number of bytes it takes; `None` if the shape or the date is impossible.
    ///
    /// The shape is that of every log4j layout: `dddd-dd-dd dd:dd:dd,ddd`, then a space, or a sign, four digits and a
    /// space, or ` UTC `. Sites change their patterns, so the rarer forms that `date` knows are stamps too.
    #[inline]
    pub fn read(&mut self, line: &[u8]) -> Option<(Stamp, usize)> {
        let stamp: &[u8; STAMP_LENGTH] = line.first_chunk()?;
        if !has_stamp_shape(stamp) {
            return date::loose_stamp(line);
        }
        let (zone, length) = match *line.get(STAMP_LENGTH)? {
            b' ' if date::names_utc(&line[STAMP_LENGTH + 1..]) => (*b"+0000", STAMP_LENGTH + 4),
            b' ' => ([0; 5], STAMP_LENGTH),
            b'+' | b'-' => {
                let zone: &[u8; 5] = line[STAMP_LENGTH..].first_chunk()?;
                let is_zone = zone[1..].iter().all(u8::is_ascii_digit) && line.get(STAMP_LENGTH + 5) == Some(&b' ');
                if !is_zone {
                    return date::loose_stamp(line);
                }
                (*zone, STAMP_LENGTH + 5)
            }
            b'Z' => return date::loose_stamp(line),
            _ => return None,
        };
        let minute: &[u8; 16] = stamp.first_chunk()?;
        if *minute != self.minute || zone != self.zone {
            let Some(start) = start_of_minute(minute, zone) else {
                self.has_refused = true;
                return None;
            };
            (self.minute, self.zone, self.start) = (*minute, zone, start);
        }
        let second = date::number(&stamp[17..19]);
        if second > date::MOST_SECONDS {
            self.has_refused = true;
            return None;
        }
        let millis = second * 1000 + date::number(&stamp[20..23]);
        Some((Stamp { instant: self.start.instant + millis, offset: self.start.offset }, length))
    }

    /// Whether something with the shape of a stamp named a date or a time that does not exist, since last asked.
    pub fn take_refused(&mut self) -> bool {
        std::mem::take(&mut self.has_refused)
    }
}

/// Digits where digits must be, separators where separators must be; tested eight bytes at a time.
#[inline]
fn has_stamp_shape(stamp: &[u8; STAMP_LENGTH]) -> bool {
    const fn word(text: [u8; 8]) -> (u64, u64) {
        // A digit differs from '0' by 0..=9, a separator from itself by 0: adding `room` sets the top bit beyond that.
        let (mut base, mut room, mut i) = (0_u64, 0_u64, 0);
        while i < 8 {
            let (b, r) = if text[i] == b'd' { (b'0', 0x76_u64) } else { (text[i], 0x7F) };
            base |= (b as u64) << (8 * i);
            room |= r << (8 * i);
            i += 1;
        }
        (base, room)
    }
    const PARTS: [(usize, (u64, u64)); 3] =
        [(0, word(*b"dddd-dd-")), (8, word(*b"dd dd:dd")), (15, word(*b"d:dd,ddd"))];
    PARTS.iter().all(|&(at, (base, room))| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&stamp[at..at + 8]);
        let difference = u64::from_le_bytes(bytes) ^ base;
        (difference | difference.wrapping_add(room)) & 0x8080_8080_8080_8080 == 0
    })
}

fn start_of_minute(minute: &[u8; 16], zone: [u8; 5]) -> Option<MinuteStart> {
    let date = [0..4, 5..7, 8..10].map(|part| date::number(&minute[part]));
    let local = date::local_millis(date, [date::number(&minute[11..13]), date::number(&minute[14..16]), 0])?;
    let offset = if zone == [0; 5] { None } else { Some(date::zone_minutes(zone)?) };
    Some(MinuteStart { instant: local - i64::from(offset.unwrap_or(0)) * 60_000, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Clock::default().read(text.as_bytes()).map(|(stamp, length)| format!("{stamp} {length}"))
    }

    #[test]
    fn reads_stamps_with_and_without_a_zone() {
        assert_eq!(read("2026-01-13 02:01:40,118+0000 x").as_deref(), Some("2026-01-13T02:01:40.118+00:00 28"));
        assert_eq!(read("2026-01-13 02:01:40,118-0330 x").as_deref(), Some("2026-01-13T02:01:40.118-03:30 28"));
        assert_eq!(read("2018-08-26 06:02:15,538 x").as_deref(), Some("2018-08-26T06:02:15.538 23"));
        assert_eq!(read("2016-12-31 23:59:60,999+1400 x").as_deref(), Some("2017-01-01T00:00:00.999+14:00 28"));
        assert_eq!(read("2026-01-13 02:01:40,118 UTC x").as_deref(), Some("2026-01-13T02:01:40.118+00:00 27"));
        assert_eq!(read("2026-01-13 02:01:40,118Z x").as_deref(), Some("2026-01-13T02:01:40.118+00:00 24"));
        assert_eq!(read("2026-01-13 02:01:40,118+05:30 x").as_deref(), Some("2026-01-13T02:01:40.118+05:30 29"));
    }

    #[test]
    fn refuses_what_is_no_stamp() {
        for text in [
            "2026-02-30 02:01:40,118 x",
            "2026-13-01 02:01:40,118 x",
            "2026-01-13 24:01:40,118 x",
            "2026-01-13 02:60:40,118 x",
            "2026-01-13 02:01:61,118 x",
            "2026-01-13 02:01:40,118+00 x",
            "2026-01-13 02:01:40,118x",
            "2026-01-13 02:01:40,118+9900 x",
            "2026-01-13 02:01:40,118+0060 x",
            "2026-01-13 02:01:40,118",
            "20x6-01-13 02:01:40,118 x",
            "2026-01-13 02:01:4:,118 x",
            "2026-01-13 02:01:40,1184 x",
            "2026-01-13 02:01:40 x",
            "2026-02-30T02:01:40.118Z x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_cached_minute_changes_nothing() {
        let lines = [
            "2026-01-13 02:01:40,118+0000 x",
            "2026-01-13 02:01:41,000+0000 x",
            "2026-01-13 02:01:41,000+0100 x",
            "2026-01-13 02:02:41,000+0100 x",
        ];
        let mut shared = Clock::default();
        for line in lines {
            assert_eq!(shared.read(line.as_bytes()), Clock::default().read(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_printed_stamp_reads_back() {
        for text in ["2026-01-13 02:01:40,118+0530 x", "2026-01-13 02:01:40,118 x"] {
            let (stamp, _) = Clock::default().read(text.as_bytes()).expect("a stamp");
            assert_eq!(Stamp::from_report(&stamp.to_string()), Some(stamp));
        }
    }

    #[test]
    fn the_ends_of_the_calendar_print_and_read_back() {
        for (instant, offset, expected) in [
            (253_402_300_799_999, None, "9999-12-31T23:59:59.999"),
            (253_402_300_800_000, None, "+10000-01-01T00:00:00.000"),
            (253_402_300_800_000, Some(60), "+10000-01-01T01:00:00.000+01:00"),
            (-62_167_219_200_000, None, "0000-01-01T00:00:00.000"),
            (-62_167_219_200_001, Some(0), "-0001-12-31T23:59:59.999+00:00"),
            (-1, None, "1969-12-31T23:59:59.999"),
        ] {
            let stamp = Stamp { instant, offset };
            assert_eq!(stamp.to_string(), expected);
            assert_eq!(Stamp::from_report(expected), Some(stamp));
        }
        assert_eq!(read("9999-12-31 23:59:60,999+0000 x").as_deref(), Some("+10000-01-01T00:00:00.999+00:00 28"));
        for instant in [i64::MIN, i64::MAX] {
            assert_ne!(Stamp { instant, offset: None }.to_string(), "");
        }
        assert_eq!(Stamp::from_report("+9999999-01-01T00:00:00.000"), None);
    }
}
