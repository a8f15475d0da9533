//! Tomcat's own logs: `catalina` and `localhost`, on one line or in the two lines of older versions, with levels and
//! dates in the language of the host, and access logs, also Confluence's. `catalina.out` mixes them with everything else.

use super::header::{Header, brackets, first_line};
use super::jira::is_request_id;
use super::{Layout, Level, date};

/// The part of a line in which its stamp and what proves it must stand.
const NEAR: usize = 512;
/// No name of a level is longer, in any language.
const LONGEST_LEVEL: usize = 40;
/// Localised dates end before this.
const LONGEST_DATE: usize = 40;

/// `09-Jan-2024 05:40:00.120 LEVEL [thread] class.method message`; the level is known by its place.
pub(super) fn record(text: &[u8]) -> Option<Header<'_>> {
    let line = first_line(text);
    let (stamp, length) = date::tomcat_stamp(line)?;
    let rest = line[length..].strip_prefix(b" ")?;
    let open = memchr::memmem::find(&rest[..rest.len().min(LONGEST_LEVEL)], b" [").filter(|&open| open > 0)?;
    let (after, thread) = brackets(&rest[open + 1..]).ok()?;
    let logger = after.split(|&byte| byte == b' ').next().unwrap_or_default();
    let message = after.get(logger.len() + 1..).unwrap_or_default();
    let bare = Header::bare(Layout::Tomcat, Some(stamp), Level::from_word(&rest[..open]), message);
    Some(Header { thread, logger, ..bare })
}

/// `Jan 02, 2014 3:04:05 PM class method` and `LEVEL: message` on the next line.
pub(super) fn two_lines(text: &[u8]) -> Option<Header<'_>> {
    let first = first_line(&text[..text.len().min(NEAR)]);
    let time_at = (4..first.len().min(LONGEST_DATE)).find(|&at| is_time(&first[at..]) && first[at - 1] == b' ')?;
    let time_length = if date::has_shape(&first[time_at..], b"dd:dd:dd") { 8 } else { 7 };
    let mut words = first[time_at + time_length..].strip_prefix(b" ")?.split(|&byte| byte == b' ');
    let mut marker = words.next()?;
    let is_class = |word: &[u8]| word.contains(&b'.') && word.iter().all(|byte| !byte.is_ascii() || is_name(*byte));
    let mut logger = marker;
    if is_class(marker) && day_half(marker).is_none() {
        marker = b"";
    } else {
        logger = words.next().filter(|word| is_class(word))?;
    }
    if !words.next().unwrap_or_default().iter().all(|byte| is_name(*byte)) || words.next().is_some() {
        return None;
    }
    let second = text.get(memchr::memchr(b'\n', text)? + 1..).map(first_line)?;
    let level = &second[..second.iter().take(LONGEST_LEVEL).position(|&byte| byte == b':').filter(|&end| end > 1)?];
    if level.iter().any(|byte| byte.is_ascii() && !byte.is_ascii_uppercase() && *byte != b' ') {
        return None;
    }
    let time = &first[time_at..time_at + time_length];
    let stamp = date::localised_date(&first[..time_at]).and_then(|date| {
        let hour = date::number(&time[..time_length - 6]);
        let hour = if marker.is_empty() { hour } else { hour % 12 + day_half(marker)? };
        let instant = date::local_millis(
            date,
            [hour, date::number(&time[time_length - 5..time_length - 3]), date::number(&time[time_length - 2..])],
        )?;
        Some(super::Stamp { instant, offset: None })
    });
    let message = second[level.len() + 1..].trim_ascii_start();
    Some(Header { logger, ..Header::bare(Layout::TomcatTwoLines, stamp, Level::from_word(level), message) })
}

/// A line of an access log: a stamp in brackets and a request.
pub(super) fn access(text: &[u8]) -> Option<Header<'_>> {
    const METHODS: [&[u8]; 8] = [b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"PROPFIND"];
    let line = first_line(&text[..text.len().min(super::start::LOOK_AHEAD)]);
    let near = &line[..line.len().min(NEAR)];
    let (at, stamp, length) = memchr::memchr_iter(b'[', near)
        .filter(|&at| at == 0 || near[at - 1] == b' ')
        .find_map(|at| date::access_stamp(&near[at..]).map(|(stamp, length)| (at, stamp, length)))?;
    let rest = line[at + length..].strip_prefix(b" ")?;
    let mut header = Header::bare(Layout::Access, Some(stamp), Level::None, rest);
    let mut before = line[..at].trim_ascii_end().split(|&byte| byte == b' ');
    if at > 0 {
        // Tomcat: `address request user [stamp] "GET /path HTTP/1.1" …`.
        let request = rest.strip_prefix(b"\"")?;
        let mut words = request.split(|&byte| byte == b' ');
        (header.message, header.url) = (rest, words.nth(1).unwrap_or_default());
        header.request = before.nth(1).filter(|word| is_request_id(word)).unwrap_or_default();
        header.user = before.next().unwrap_or_default();
        return Some(header);
    }
    // Confluence: `[stamp] (address) user thread host GET /path HTTP/1.1 …`, the address since 7.11.
    let words: Vec<&[u8]> = rest.split(|&byte| byte == b' ').take(7).collect();
    let method = words.iter().position(|word| METHODS.contains(word)).filter(|&method| method >= 3)?;
    (header.user, header.thread) = (words[method - 3], words[method - 2]);
    header.url = words.get(method + 1).copied().unwrap_or_default();
    Some(header)
}

/// `3:04:05` with a space behind it.
fn is_time(text: &[u8]) -> bool {
    date::has_shape(text, b"d:dd:dd ") || date::has_shape(text, b"dd:dd:dd ")
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".$_<>-[]/".contains(&byte)
}

/// The hour at which a half of the day begins that a locale calls so.
fn day_half(marker: &[u8]) -> Option<i64> {
    const MORNING: [&str; 8] = ["AM", "A.M.", "FM", "VORM.", "上午", "午前", "오전", "DOP."];
    const AFTERNOON: [&str; 8] = ["PM", "P.M.", "EM", "NACHM.", "下午", "午後", "오후", "ODP."];
    let marker = String::from_utf8_lossy(marker).to_uppercase();
    let is = |names: [&str; 8]| names.contains(&marker.as_str());
    if is(MORNING) { Some(0) } else { is(AFTERNOON).then_some(12) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(header: Option<Header<'_>>) -> Option<String> {
        let header = header?;
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let time = header.stamp.map_or("no time".to_owned(), |stamp| stamp.to_string());
        let fields = [header.thread, header.logger, header.user, header.request, header.url, header.message].map(text);
        Some(format!("{time} {} {}", header.level.as_str(), fields.join("|")))
    }

    #[test]
    fn records_on_one_line() {
        for (line, expected) in [
            (
                "09-Jan-2024 05:40:00.120 SCHWERWIEGEND [main] org.example.Startup.start Listener failed\r\n\tat x",
                "2024-01-09T05:40:00.120 ERROR main|org.example.Startup.start||||Listener failed",
            ),
            (
                "09-Jan-2024 05:40:00.120 UNHEARD OF [Background[Engine[Catalina]]] o.X.y z",
                "2024-01-09T05:40:00.120 NONE Background[Engine[Catalina]]|o.X.y||||z",
            ),
        ] {
            assert_eq!(fields(record(line.as_bytes())).as_deref(), Some(expected), "{line}");
        }
        for line in ["09-Jan-2024 05:40:00.120 INFO main x", "09-Jan-2024 05:40:00.120 [main] x", "09-Jan-2024 05:40"] {
            assert_eq!(fields(record(line.as_bytes())), None, "{line}");
        }
    }

    #[test]
    fn records_on_two_lines() {
        for (text, expected) in [
            (
                "Jan 02, 2014 3:04:05 PM org.apache.coyote.Http11Protocol pause\nINFO: Pausing\n",
                "2014-01-02T15:04:05.000 INFO |org.apache.coyote.Http11Protocol||||Pausing",
            ),
            (
                "sep 21, 2015 12:59:23 FM org.example.Valve invoke\r\nALLVARLIG: Servlet failed\r\n",
                "2015-09-21T00:59:23.000 ERROR |org.example.Valve||||Servlet failed",
            ),
            (
                "12.06.2012 12:38:04 org.example.Service stop\nWARNUNG: halt",
                "2012-06-12T12:38:04.000 WARN |org.example.Service||||halt",
            ),
            (
                "Jun 12, 2012 12:38:04 XX org.example.Service stop\nINFO: a half of the day nobody knows",
                "no time INFO |org.example.Service||||a half of the day nobody knows",
            ),
        ] {
            assert_eq!(fields(two_lines(text.as_bytes())).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "Jun 12, 2012 12:38:04 PM org.example.Service stop\nnot a level: x",
            "Jun 12, 2012 12:38:04 PM org.example.Service stop",
            "Jun 12, 2012 12:38:04 PM somebody wrote this\nINFO: x",
            "Sent: Jun 12, 2012 12:38:04 PM by a.b c d\nINFO: x",
        ] {
            assert_eq!(fields(two_lines(text.as_bytes())), None, "{text}");
        }
    }

    #[test]
    fn access_logs() {
        for (line, expected) in [
            (
                r#"192.0.2.1 552x1x1 ann [09/Jan/2024:05:40:00 +0100] "GET /secure/x?y=1 HTTP/1.1" 200 12 3 "-" "M" "s""#,
                r#"2024-01-09T05:40:00.000+01:00 NONE ||ann|552x1x1|/secure/x?y=1|"GET /secure/x?y=1 HTTP/1.1" 200 12 3 "-" "M" "s""#,
            ),
            (
                "[17/Jun/2021:12:57:26 +0200] 192.0.2.15 ann http-nio-1 h GET /i HTTP/1.1 200 1ms 7 - M",
                "2021-06-17T12:57:26.000+02:00 NONE http-nio-1||ann||/i|192.0.2.15 ann http-nio-1 h GET /i HTTP/1.1 200 1ms 7 - M",
            ),
        ] {
            assert_eq!(fields(access(line.as_bytes())).as_deref(), Some(expected), "{line}");
        }
        for line in
            ["[17/Jun/2021:12:57:26 +0200] something else", "see [17/Jun/2021:12:57:26 +0200] there", "[x] GET /"]
        {
            assert_eq!(fields(access(line.as_bytes())), None, "{line}");
        }
    }
}
