//! The times that carriers put before a line. They are only recognised, never read: the log has its own.

/// Length of an RFC 3339 time, with or without a fraction, at the start of `text`: `2024-01-09T05:42:00.123456789Z`.
/// Its zone may also lack the colon, as systemd writes it.
pub(super) fn rfc3339(text: &[u8]) -> Option<usize> {
    let mut length = shape(text, b"dddd-dd-ddTdd:dd:dd")?;
    if let Some(b'.' | b',') = text.get(length) {
        let digits = digits(&text[length + 1..]);
        length += 1 + (1..=9).contains(&digits).then_some(digits)?;
    }
    let zone = &text[length..];
    [&b"Z"[..], b"+dd:dd", b"-dd:dd", b"+dddd", b"-dddd"]
        .into_iter()
        .find_map(|form| shape(zone, form))
        .map(|zone| length + zone)
}

/// Length of a syslog time, with or without microseconds: `Jan  9 05:42:00`.
pub(super) fn syslog(text: &[u8]) -> Option<usize> {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let month: &[u8; 3] = text.first_chunk()?;
    let rest = &text[3..];
    let time = shape(rest, b" dd dd:dd:dd").or_else(|| shape(rest, b"  d dd:dd:dd"))?;
    let fraction = shape(&rest[time..], b".dddddd").unwrap_or(0);
    MONTHS.contains(&month).then_some(3 + time + fraction)
}

/// Length of systemd's full time: `Tue 2024-01-09 05:42:00 UTC`.
pub(super) fn full(text: &[u8]) -> Option<usize> {
    let weekday = text.first_chunk::<3>()?.iter().all(u8::is_ascii_alphabetic).then_some(3)?;
    let time = weekday + shape(&text[weekday..], b" dddd-dd-dd dd:dd:dd")?;
    let zone = text[time..].strip_prefix(b" ")?;
    let length = zone.iter().position(|&byte| byte == b' ')?;
    (1..=6).contains(&length).then_some(time + 1 + length)
}

/// Length of a time in seconds since 1970, as systemd writes it: `1704778920.123456`.
pub(super) fn unix(text: &[u8]) -> Option<usize> {
    shape(text, b"dddddddddd.dddddd")
}

/// Length of a time since the machine started, as systemd and the kernel write it: `[  123.456789]`.
pub(super) fn monotonic(text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"[")?;
    let seconds = inside.iter().take_while(|&&byte| byte == b' ').count();
    let seconds = seconds + Some(digits(&inside[seconds..])).filter(|count| (1..=10).contains(count))?;
    shape(&inside[seconds..], b".dddddd]").map(|fraction| 1 + seconds + fraction)
}

/// The length of `form` if `text` begins like it; `d` stands for a digit.
pub(super) fn shape(text: &[u8], form: &[u8]) -> Option<usize> {
    let text = text.get(..form.len())?;
    let fits =
        text.iter().zip(form).all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form });
    fits.then_some(form.len())
}

/// Number of digits at the start of `text`.
pub(super) fn digits(text: &[u8]) -> usize {
    text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_recognised_by_their_shape() {
        for (text, length) in [
            ("2024-01-09T05:42:00.123456789Z x", 30),
            ("2024-01-09T05:42:00Z", 20),
            ("2024-01-09T05:42:00.1+01:00 x", 27),
            ("2024-01-09T05:42:00+0000 host", 24),
        ] {
            assert_eq!(rfc3339(text.as_bytes()), Some(length), "{text}");
        }
        for text in
            ["2024-01-09 05:42:00Z", "2024-01-09T05:42:00", "2024-01-09T05:42:00.Z", "2024-01-09T05:42:00.1234567890Z"]
        {
            assert_eq!(rfc3339(text.as_bytes()), None, "{text}");
        }
        assert_eq!(syslog(b"Jan  9 05:42:00 host"), Some(15));
        assert_eq!(syslog(b"Dec 19 05:42:00.123456 host"), Some(22));
        assert_eq!(syslog(b"Jan 9 05:42:00 host"), None);
        assert_eq!(syslog(b"Foo 19 05:42:00 host"), None);
        assert_eq!(full(b"Tue 2024-01-09 05:42:00 UTC host"), Some(27));
        assert_eq!(full(b"Tue 2024-01-09 05:42:00"), None);
        assert_eq!(unix(b"1704778920.123456 host"), Some(17));
        assert_eq!(unix(b"1704778920 host"), None);
        assert_eq!(monotonic(b"[  123.456789] host"), Some(14));
        assert_eq!(monotonic(b"[12345678.123456] host"), Some(17));
        assert_eq!(monotonic(b"[  123] host"), None);
    }
}
