//! Dates and times in the spellings that logs use beside log4j's own: ISO 8601, Tomcat's, those of access logs, JSON's,
//! and the localised ones of `java.util.logging`.
//!
//! Each reader takes the text at which the stamp begins and says how long it is; what does not exist is no stamp.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::Stamp;
use super::time::STAMP_LENGTH;
use super::zone::offset_minutes;

/// A minute has 61 seconds when one is inserted.
pub(super) const MOST_SECONDS: i64 = 60;
/// No place on earth is further from UTC; what states more is no zone.
const MOST_ZONE_HOURS: i64 = 18;
/// Digits of a fraction of a second, as the finest clocks print them.
const MOST_FRACTION: usize = 9;
/// After so many years the calendar is the same again: jiff's ends with 9999, and the last second of a log need not.
const CYCLE_YEARS: i64 = 400;
const CYCLE: i64 = 146_097 * 86_400_000;

/// Milliseconds since 1970 of a date and a time of day on one clock; `None` for a day or time that does not exist.
pub(super) fn local_millis([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Option<i64> {
    const START: Date = Date::constant(1970, 1, 1);
    let part = |number: i64| i8::try_from(number).ok();
    let like = i16::try_from(year.rem_euclid(CYCLE_YEARS)).ok()?;
    let days = Date::new(like, part(month)?, part(day)?).ok()?.duration_since(START);
    let exists = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=MOST_SECONDS).contains(&second);
    let seconds = || days.as_secs() + hour * 3600 + minute * 60 + second;
    exists.then(|| seconds() * 1000 + year.div_euclid(CYCLE_YEARS) * CYCLE)
}

/// The other way: the year, and a reading of the clock that holds but for its year.
pub(super) fn year_and_reading(local_millis: i64) -> (i64, DateTime) {
    let like = Timestamp::from_millisecond(local_millis.rem_euclid(CYCLE)).unwrap_or_default();
    let reading = Offset::UTC.to_datetime(like);
    (i64::from(reading.year()) + local_millis.div_euclid(CYCLE) * CYCLE_YEARS, reading)
}

/// `+0130` in minutes.
pub(super) fn zone_minutes(zone: [u8; 5]) -> Option<i16> {
    let (hours, minutes) = (number(&zone[1..3]), number(&zone[3..5]));
    if hours > MOST_ZONE_HOURS || minutes > 59 {
        return None;
    }
    let size = hours * 60 + minutes;
    i16::try_from(if zone[0] == b'-' { -size } else { size }).ok()
}

/// Digits as a number.
pub(super) fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit & 0x0F))
}

/// Whether what follows a stamp's space is the name of UTC. Other names stand for different zones in different places.
#[inline]
pub(super) fn names_utc(text: &[u8]) -> bool {
    text.starts_with(b"UTC ") || text.starts_with(b"GMT ")
}

/// Whether `text` begins with these characters, `d` standing for any digit.
pub(super) fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() >= shape.len()
        && text
            .iter()
            .zip(shape)
            .all(|(byte, shape)| if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape })
}

/// `2026-01-13T02:01:40.118Z `: `T` or a space, comma or dot, three digits, and any way to write a zone. A space must
/// follow, and not another stamp behind it: that one is the log's own. The tools of containers count nanoseconds.
#[cold]
pub(super) fn loose_stamp(line: &[u8]) -> Option<(Stamp, usize)> {
    let (stamp, length) = iso_stamp(line, |_, digits| digits == 3)?;
    let rest = line.get(length..)?.strip_prefix(b" ")?;
    let is_before_another = [&b"dddd-dd-dd"[..], b"dd-"].iter().any(|shape| has_shape(rest, shape));
    (!is_before_another).then_some((stamp, length))
}

/// A stamp that is all of `text`. Behind a comma stand milliseconds, which JSON layouts do not pad: `,5Z` is 5 ms.
pub(super) fn whole_stamp(text: &[u8]) -> Option<Stamp> {
    let (stamp, length) = iso_stamp(text, |separator, digits| separator == b'.' || digits <= 3)?;
    (length == text.len()).then_some(stamp)
}

fn iso_stamp(text: &[u8], is_fraction: impl Fn(u8, usize) -> bool) -> Option<(Stamp, usize)> {
    let seconds = text.get(..STAMP_LENGTH - 4)?;
    let has_date = has_shape(seconds, b"dddd-dd-dd") && matches!(seconds[10], b' ' | b'T');
    if !has_date || !has_shape(&seconds[11..], b"dd:dd:dd") {
        return None;
    }
    let separator = *text.get(seconds.len())?;
    let digits = &text[seconds.len() + 1..];
    let digits = &digits[..digits.iter().take(MOST_FRACTION + 1).take_while(|byte| byte.is_ascii_digit()).count()];
    let fits = matches!(separator, b',' | b'.') && (1..=MOST_FRACTION).contains(&digits.len());
    if !fits || !is_fraction(separator, digits.len()) {
        return None;
    }
    let millis = if separator == b'.' { fraction_millis(digits) } else { number(digits) };
    let length = seconds.len() + 1 + digits.len();
    let (offset, zone_length) = zone(&text[length..])?;
    let local = local_millis(
        [0..4, 5..7, 8..10].map(|part| number(&seconds[part])),
        [11..13, 14..16, 17..19].map(|part| number(&seconds[part])),
    )?;
    let instant = local + millis - i64::from(offset.unwrap_or(0)) * 60_000;
    Some((Stamp { instant, offset }, length + zone_length))
}

/// Milliseconds from the digits behind a decimal point.
fn fraction_millis(digits: &[u8]) -> i64 {
    (0..3).fold(0, |sum, i| sum * 10 + digits.get(i).map_or(0, |digit| i64::from(digit & 0x0F)))
}

/// A stamp as reports print it and people type it, in its two halves: `2026-01-13`, and `02:01:40.118+00:00` or `2:01`.
/// jiff's own readers take second 60 for 59.
pub(super) fn written_stamp(date: &str, time: &str) -> Option<Stamp> {
    /// Digits of a year with a sign; the milliseconds of longer ones could overflow.
    const MOST_YEAR: usize = 6;
    let digits = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| number(text.as_bytes()))
    };
    let (time, zone) = time.split_at(time.find(['Z', 'z', '+', '-']).unwrap_or(time.len()));
    let mut date = date.rsplitn(3, '-').map(str::trim_start);
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    let year = match year.split_at_checked(1)? {
        ("-", size) => -digits(size, MOST_YEAR)?,
        ("+", size) => digits(size, MOST_YEAR)?,
        _ => digits(year, 4)?,
    };
    let mut time = time.trim_end().splitn(3, ':').map(str::trim_start);
    let (hour, minute, seconds) = (time.next()?, time.next()?, time.next().unwrap_or("0"));
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    digits(fraction, MOST_FRACTION)?;
    let date = [year, digits(month, 2)?, digits(day, 2)?];
    let local = local_millis(date, [digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?])?;
    let offset = if zone.is_empty() { None } else { Some(offset_minutes(zone)?) };
    let instant = local + fraction_millis(fraction.as_bytes()) - i64::from(offset.unwrap_or(0)) * 60_000;
    Some(Stamp { instant, offset })
}

/// The zone at the start of `text`, if any, and its length.
fn zone(text: &[u8]) -> Option<(Option<i16>, usize)> {
    // What is shorter ends in a zone of fewer bytes.
    let mut near = [0; 6];
    near.iter_mut().zip(text).for_each(|(near, byte)| *near = *byte);
    match near {
        [b'Z', ..] => Some((Some(0), 1)),
        [b' ', ..] if names_utc(&text[1..]) => Some((Some(0), 4)),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] if has_shape(text, &[sign, b'd', b'd', b':', b'd', b'd']) => {
            Some((Some(zone_minutes([sign, a, b, c, d])?), 6))
        }
        [sign @ (b'+' | b'-'), a, b, c, d, _] => {
            let digits = has_shape(&text[1..], b"dddd");
            Some((Some(zone_minutes([sign, a, b, c, d]).filter(|_| digits)?), 5))
        }
        _ => Some((None, 0)),
    }
}

/// The length of a stamp some of whose digits were masked with `x` before the text was handed on.
pub(super) fn masked_stamp(line: &[u8]) -> Option<usize> {
    let masks = |byte: u8| matches!(byte, b'x' | b'X' | b'*' | b'#');
    let shaped: Vec<u8> =
        line.iter().take(STAMP_LENGTH + 6).map(|&byte| if masks(byte) { b'0' } else { byte }).collect();
    let is_masked = line.get(..STAMP_LENGTH)?.iter().any(|&byte| masks(byte));
    let fits = is_masked && has_shape(&shaped, b"dddd-dd-dd dd:dd:dd,ddd");
    match shaped.get(STAMP_LENGTH).filter(|_| fits)? {
        b' ' => Some(STAMP_LENGTH),
        b'+' | b'-' if has_shape(&shaped[STAMP_LENGTH + 1..], b"dddd ") => Some(STAMP_LENGTH + 5),
        _ => None,
    }
}

/// `09-Jan-2024 05:40:00.120`: Tomcat writes English months whatever the locale, and no zone.
pub(super) fn tomcat_stamp(line: &[u8]) -> Option<(Stamp, usize)> {
    const LENGTH: usize = 24;
    let is_stamp = has_shape(line, b"dd-") && line.get(6..).is_some_and(|rest| has_shape(rest, b"-dddd dd:dd:dd.ddd"));
    let month = is_stamp.then(|| month(&line[3..6]))??;
    let local = local_millis(
        [number(&line[7..11]), month, number(&line[..2])],
        [12..14, 15..17, 18..20].map(|part| number(&line[part])),
    )?;
    Some((Stamp { instant: local + number(&line[21..24]), offset: None }, LENGTH))
}

/// `[09/Jan/2024:05:40:00 +0000]`, as access logs have it.
pub(super) fn access_stamp(text: &[u8]) -> Option<(Stamp, usize)> {
    const LENGTH: usize = 28;
    let is_stamp = has_shape(text, b"[dd/")
        && text.get(7..).is_some_and(|rest| has_shape(rest, b"/dddd:dd:dd:dd "))
        && text.get(23..).is_some_and(|rest| has_shape(rest, b"dddd]"));
    let month = is_stamp.then(|| month(&text[4..7]))??;
    let offset = zone_minutes(*text[22..].first_chunk().filter(|zone: &&[u8; 5]| matches!(zone[0], b'+' | b'-'))?)?;
    let local = local_millis(
        [number(&text[8..12]), month, number(&text[1..3])],
        [13..15, 16..18, 19..21].map(|part| number(&text[part])),
    )?;
    Some((Stamp { instant: local - i64::from(offset) * 60_000, offset: Some(offset) }, LENGTH))
}

/// The date that `java.util.logging` writes in the locale's manner, all of `text`: `Jan 02, 2014`, `21 sep 2015`,
/// `12.06.2012`. `None` also where day and month cannot be told apart.
pub(super) fn localised_date(text: &[u8]) -> Option<[i64; 3]> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let mut parts = text.split(|byte| !is_word(byte)).filter(|part| !part.is_empty());
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let year_last = parts[2].len() == 4 && is_number(parts[2]);
    match parts {
        [year, month, day] if year.len() == 4 && [year, month, day].into_iter().all(is_number) => {
            Some([number(year), number(month), number(day)])
        }
        [day, month, year] if year_last && is_number(day) && is_number(month) && text.contains(&b'.') => {
            Some([number(year), number(month), number(day)])
        }
        [day, name, year] if year_last && is_number(day) && !is_number(name) => {
            Some([number(year), month(name)?, number(day)])
        }
        [name, day, year] if year_last && is_number(day) && !is_number(name) => {
            Some([number(year), month(name)?, number(day)])
        }
        _ => None,
    }
}

/// The month with this name in one of the languages whose months are told by their first letters.
fn month(name: &[u8]) -> Option<i64> {
    const STARTS: [(&[&str], i64); 12] = [
        (&["jan", "gen", "ene"], 1),
        (&["feb", "fév", "fev"], 2),
        (&["mar", "mär", "mrz", "maa"], 3),
        (&["apr", "avr", "abr"], 4),
        (&["may", "mai", "maj", "mei", "mag"], 5),
        (&["jun", "juin", "giu"], 6),
        (&["jul", "juil", "lug"], 7),
        (&["aug", "aoû", "aou", "ago"], 8),
        (&["sep", "set"], 9),
        (&["oct", "okt", "ott", "out"], 10),
        (&["nov"], 11),
        (&["dec", "dez", "déc", "dic"], 12),
    ];
    let name = String::from_utf8_lossy(name).to_lowercase();
    STARTS.iter().find(|(starts, _)| starts.iter().any(|start| name.starts_with(start))).map(|(_, month)| *month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(stamp: Option<(Stamp, usize)>) -> Option<String> {
        stamp.map(|(stamp, length)| format!("{stamp} {length}"))
    }

    #[test]
    fn iso_stamps_as_sites_change_them() {
        for (line, expected) in [
            ("2016-11-07T18:17:18,889 UTC INFO", "2016-11-07T18:17:18.889+00:00 27"),
            ("2016-11-07 18:17:18.889 INFO", "2016-11-07T18:17:18.889 23"),
            ("2016-11-07T18:17:18.889Z INFO", "2016-11-07T18:17:18.889+00:00 24"),
            ("2016-11-07 18:17:18,889+01:00 INFO", "2016-11-07T18:17:18.889+01:00 29"),
            ("2016-11-07T18:17:18.889-0330 INFO", "2016-11-07T18:17:18.889-03:30 28"),
        ] {
            assert_eq!(text(loose_stamp(line.as_bytes())).as_deref(), Some(expected), "{line}");
        }
        for line in [
            "2021-05-03T08:18:08.474+0000: 7248850.541: [GC",
            "2024-01-09T05:42:00.000000000Z stdout F x",
            "2024-01-09T05:42:00.123456Z main INFO",
            "2024-01-09T05:42:00.000Z 09-Jan-2024 05:42:00.000 INFO",
            "2024-01-09T05:42:00.000Z 2024-01-09 05:42:00,000 main INFO",
            "2016-11-07T18:17:18 INFO",
            "2016-11-07T18:17:18,8891 INFO",
            "2016-11-31T18:17:18,889 INFO",
            "2016-11-07T18:17:18,889+99:00 INFO",
        ] {
            assert_eq!(text(loose_stamp(line.as_bytes())), None, "{line}");
        }
    }

    #[test]
    fn the_milliseconds_of_json_are_not_padded() {
        for (stamp, expected) in [
            ("2024-01-09T05:43:00,5Z", Some("2024-01-09T05:43:00.005+00:00")),
            ("2024-01-09T05:43:00,50Z", Some("2024-01-09T05:43:00.050+00:00")),
            ("2024-01-09T05:43:00.5Z", Some("2024-01-09T05:43:00.500+00:00")),
            ("2024-01-09T05:43:00.123456+01:00", Some("2024-01-09T05:43:00.123+01:00")),
            ("2024-01-09T05:43:00,5000Z", None),
            ("2024-01-09T05:43:00Z", None),
            ("2024-01-09T05:43:00,5Z ", None),
        ] {
            assert_eq!(whole_stamp(stamp.as_bytes()).map(|stamp| stamp.to_string()).as_deref(), expected, "{stamp}");
        }
    }

    #[test]
    fn tomcats_stamps_and_those_of_access_logs() {
        assert_eq!(text(tomcat_stamp(b"09-Jan-2024 05:40:00.120 INFO")).as_deref(), Some("2024-01-09T05:40:00.120 24"));
        assert_eq!(
            text(access_stamp(b"[17/Jun/2021:12:57:26 +0200] x")).as_deref(),
            Some("2021-06-17T12:57:26.000+02:00 28")
        );
        for line in ["30-Feb-2024 05:40:00.120 x", "09-Foo-2024 05:40:00.120 x", "09-Jan-2024 05:40:00,120 x", "09-J"] {
            assert_eq!(text(tomcat_stamp(line.as_bytes())), None, "{line}");
        }
        for line in ["[17/Jun/2021:12:57:26 0200] x", "[31/Jun/2021:12:57:26 +0200]", "[17/Jun/2021:12:57:26 +02"] {
            assert_eq!(text(access_stamp(line.as_bytes())), None, "{line}");
        }
    }

    #[test]
    fn dates_in_the_manner_of_a_locale() {
        for (text, expected) in [
            ("Jan 02, 2014", Some([2014, 1, 2])),
            ("sep 21, 2015", Some([2015, 9, 21])),
            ("21-Sep-2015", Some([2015, 9, 21])),
            ("21 juil. 2015", Some([2015, 7, 21])),
            ("21 juin 2015", Some([2015, 6, 21])),
            ("5 août 2015", Some([2015, 8, 5])),
            ("12.06.2012", Some([2012, 6, 12])),
            ("2012-06-12", Some([2012, 6, 12])),
            ("06/12/2012", None),
            ("Foo 02, 2014", None),
            ("2014", None),
        ] {
            assert_eq!(localised_date(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn masked_stamps() {
        assert_eq!(masked_stamp(b"2022-xx-xx 20:34:03,014+0000 http"), Some(28));
        assert_eq!(masked_stamp(b"2022-01-13 xx:xx:xx,xxx http"), Some(23));
        for line in ["2022-01-13 20:34:03,014 http", "2022-xx-xx 20:34:03 http", "2022-yy-xx 20:34:03,014 http"] {
            assert_eq!(masked_stamp(line.as_bytes()), None, "{line}");
        }
    }
}
