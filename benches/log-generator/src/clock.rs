//! The time of the log: it moves forward in uneven steps and never back.
//!
//! The steps are shorter by day than by night and average about 315 ms,
//! so that 1 GiB of events spans about a week.

use std::io;

use crate::digits::push_padded;
use crate::random::Random;

const MILLIS_OF_MINUTE: u64 = 60_000;
const MILLIS_OF_DAY: u64 = 86_400_000;

/// Events of each hour of the day, in percent of the average; the sum is 2400.
const HOURLY_RATE: [u32; 24] =
    [40, 40, 40, 40, 40, 40, 60, 90, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150, 120, 100, 80, 80, 70, 60];

/// A moment, and the zone in which the log prints it.
pub(crate) struct Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    now: u64,
    zone: Zone,
}

/// How the log prints its zone, and what that means.
struct Zone {
    printed: String,
    west: bool,
    offset: u64,
}

impl Clock {
    /// A clock at `start` that prints `zone`: empty, or a sign and four digits.
    pub(crate) fn new(start: u64, zone: &str) -> io::Result<Self> {
        let zone = Zone::parse(zone)?;
        if start < MILLIS_OF_DAY {
            let reason = "the start time must be at least one day after 1970-01-01";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        Ok(Self { now: start, zone })
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    pub(crate) fn advance(&mut self, random: &mut Random) {
        let step = match random.below(10) {
            0..=4 => random.below(41),
            5..=8 => random.below(401),
            _ => random.below(4501),
        };
        let hour = self.local(self.now) / MILLIS_OF_MINUTE / 60 % 24;
        let rate = HOURLY_RATE[usize::try_from(hour).unwrap_or(0)];
        self.now += u64::from(step * 100 / rate);
    }

    /// Minutes since midnight in the log's zone.
    pub(crate) fn minute_of_day(&self) -> u64 {
        self.local(self.now) / MILLIS_OF_MINUTE % 1440
    }

    /// Appends the stamp of a log line, such as `2026-01-13 01:07:52,014+0000`.
    pub(crate) fn push_stamp(&self, out: &mut Vec<u8>) {
        push_date_time(out, self.local(self.now), b' ');
        out.push(b',');
        push_padded(out, self.now % 1000, 3);
        out.extend_from_slice(self.zone.printed.as_bytes());
    }

    /// Appends what Entra would print for a moment shortly before: `2026-01-13 01:07:49Z`.
    pub(crate) fn push_entra_time(&self, out: &mut Vec<u8>, seconds_before: u32) {
        push_date_time(out, self.now - u64::from(seconds_before) * 1000, b' ');
        out.push(b'Z');
    }

    /// A moment as RFC 3339 with milliseconds, with the log's offset or, without a zone, none.
    pub(crate) fn rfc3339(&self, moment: u64) -> String {
        let mut text = Vec::with_capacity(29);
        push_date_time(&mut text, self.local(moment), b'T');
        text.push(b'.');
        push_padded(&mut text, moment % 1000, 3);
        if let Some((hours, minutes)) = self.zone.printed.split_at_checked(3) {
            text.extend_from_slice(hours.as_bytes());
            text.push(b':');
            text.extend_from_slice(minutes.as_bytes());
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn local(&self, moment: u64) -> u64 {
        if self.zone.west { moment - self.zone.offset } else { moment + self.zone.offset }
    }
}

impl Zone {
    fn parse(text: &str) -> io::Result<Self> {
        let (west, offset) = match text.as_bytes() {
            [] => (false, 0),
            [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => {
                let value: Vec<u64> = digits.iter().map(|digit| u64::from(digit - b'0')).collect();
                let minutes = value[0] * 600 + value[1] * 60 + value[2] * 10 + value[3];
                (*sign == b'-', minutes * MILLIS_OF_MINUTE)
            }
            _ => (false, MILLIS_OF_DAY),
        };
        if offset >= MILLIS_OF_DAY {
            let reason = format!("zone {text:?}: expected nothing or a sign and four digits");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let printed = text.to_owned();
        Ok(Self { printed, west, offset })
    }
}

/// Appends `2026-01-13 01:07:52` with the given byte between date and time.
fn push_date_time(out: &mut Vec<u8>, moment: u64, separator: u8) {
    let (year, month, day) = date_of_day(moment / MILLIS_OF_DAY);
    let seconds = moment % MILLIS_OF_DAY / 1000;
    push_padded(out, year, 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day, 2);
    out.push(separator);
    push_padded(out, seconds / 3600, 2);
    out.push(b':');
    push_padded(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_padded(out, seconds % 60, 2);
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn date_of_day(day: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that the leap day is the last of its year.
    let day = day + 719_468;
    let era = day / 146_097;
    let day_of_era = day % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::{Clock, HOURLY_RATE, date_of_day};

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date_of_day(0), (1970, 1, 1));
        assert_eq!(date_of_day(11_016), (2000, 2, 29));
        assert_eq!(date_of_day(20_466), (2026, 1, 13));
    }

    #[test]
    fn hourly_rates_keep_the_average() {
        assert_eq!(HOURLY_RATE.iter().sum::<u32>(), 2400);
    }

    #[test]
    fn the_zone_shifts_local_times_but_not_entra_times() -> std::io::Result<()> {
        let clock = Clock::new(1_768_266_472_014, "-0330")?;
        let mut stamp = Vec::new();
        clock.push_stamp(&mut stamp);
        assert_eq!(stamp, b"2026-01-12 21:37:52,014-0330");
        assert_eq!(clock.rfc3339(clock.now()), "2026-01-12T21:37:52.014-03:30");
        let mut entra = Vec::new();
        clock.push_entra_time(&mut entra, 3);
        assert_eq!(entra, b"2026-01-13 01:07:49Z");
        assert_eq!(Clock::new(clock.now(), "")?.rfc3339(clock.now()), "2026-01-13T01:07:52.014");
        Ok(())
    }

    #[test]
    fn an_odd_zone_is_refused() {
        for zone in ["UTC", "+01:00", "0100", "+2500", "+1é0"] {
            assert!(Clock::new(1_768_266_472_014, zone).is_err(), "{zone}");
        }
    }
}
