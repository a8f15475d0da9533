//! Times, spans, numbers and sizes as people read them.

use crate::diagnosis::Stamp;

/// `2026-01-13 02:01:52Z`, in the log's own zone.
pub(in crate::report) fn moment(stamp: Stamp) -> String {
    format!("{} {}{}", date(stamp), clock(stamp), zone(stamp))
}

/// `02:01:52Z`, where the day is told elsewhere.
pub(super) fn clock_zone(stamp: Stamp) -> String {
    format!("{}{}", clock(stamp), zone(stamp))
}

fn date(stamp: Stamp) -> String {
    stamp.to_string()[..10].to_owned()
}

fn clock(stamp: Stamp) -> String {
    stamp.to_string()[11..19].to_owned()
}

fn zone(stamp: Stamp) -> String {
    match stamp.offset {
        None => String::new(),
        Some(0) => "Z".to_owned(),
        Some(_) => stamp.to_string()[23..].to_owned(),
    }
}

/// `2026-01-13 02:01:52 UTC`, as a ticket's readers in several zones need it. Without a zone it stays as it is.
pub(super) fn utc(stamp: Stamp) -> String {
    let zone = if stamp.offset.is_some() { "UTC" } else { "(zone not in the log)" };
    format!("{} {} {zone}", date(in_utc(stamp)), clock(in_utc(stamp)))
}

/// `2026-01-12 00:00:04 to 2026-01-13 02:01:52 UTC`; the date is told once where it does not change.
pub(super) fn utc_range(first: Stamp, last: Stamp) -> String {
    let (from, to) = (in_utc(first), in_utc(last));
    let until = utc(last);
    if date(from) == date(to) {
        format!("{} {} to {}", date(from), clock(from), &until[date(to).len() + 1..])
    } else {
        format!("{} {} to {until}", date(from), clock(from))
    }
}

fn in_utc(stamp: Stamp) -> Stamp {
    Stamp { offset: stamp.offset.map(|_| 0), ..stamp }
}

/// `2026-01-13 01:07:52 to 02:01:40Z, 54 min`.
pub(in crate::report) fn time_range(first: Stamp, last: Stamp) -> String {
    if first == last {
        return moment(first);
    }
    let until = if date(first) == date(last) { format!("{}{}", clock(last), zone(last)) } else { moment(last) };
    let first_zone = if first.offset == last.offset { String::new() } else { zone(first) };
    format!("{} {}{first_zone} to {until}, {}", date(first), clock(first), duration(last.instant - first.instant))
}

pub(in crate::report) fn duration(millis: i64) -> String {
    let minutes = millis / 60_000;
    match minutes {
        0 => format!("{} s", millis / 1000),
        1..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

/// `480,112`.
pub(in crate::report) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(in crate::report) fn plural(count: u64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// A word as it begins a line.
pub(in crate::report) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `124 MB`.
pub(in crate::report) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "shown with two or three digits")]
    let mut size = count as f64;
    let mut unit = "B";
    for next in UNITS {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        unit = next;
    }
    if unit == "B" || size >= 100.0 { format!("{size:.0} {unit}") } else { format!("{size:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_for_people() {
        assert_eq!(grouped(480_112), "480,112");
        assert_eq!(grouped(7), "7");
        assert_eq!(bytes(124_000_000), "124 MB");
        assert_eq!(bytes(1_500), "1.5 KB");
        assert_eq!(bytes(0), "0 B");
    }

    #[test]
    fn tickets_tell_the_time_in_utc() {
        let stamp = |text| Stamp::from_report(text).unwrap();
        let (evening, midnight) = (stamp("2026-01-13T01:30:00.000+02:00"), stamp("2026-01-13T02:00:00.000+02:00"));
        assert_eq!(utc(evening), "2026-01-12 23:30:00 UTC");
        assert_eq!(utc_range(evening, midnight), "2026-01-12 23:30:00 to 2026-01-13 00:00:00 UTC");
        assert_eq!(utc_range(midnight, midnight), "2026-01-13 00:00:00 to 00:00:00 UTC");
        assert_eq!(utc(stamp("2026-01-13T01:30:00.000")), "2026-01-13 01:30:00 (zone not in the log)");
    }
}
