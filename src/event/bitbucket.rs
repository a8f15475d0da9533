//! Bitbucket's logs: the request block of the application log, and the access and audit logs, whose fields are parted
//! by ` | `.

use super::header::{Header, first_line};
use super::level_first::is_class;
use super::start::LOOK_AHEAD;
use super::{Layout, Level, Stamp, date};

/// Fields of a parted line that are told apart.
const MOST_FIELDS: usize = 8;
/// Words of the request block among which its request id must be.
const MOST_BLOCK_WORDS: usize = 4;

/// `user request session address "action" logger message`, each but the last two optional: what follows `[thread] `.
pub(super) fn application<'a>(header: &mut Header<'a>, after: &'a [u8]) -> bool {
    let logger_of = |text: &'a [u8]| -> Option<(&'a [u8], &'a [u8])> {
        let word = text.split(|&byte| byte == b' ').next().filter(|word| is_class(word))?;
        Some((word, text.get(word.len() + 1..).unwrap_or_default()))
    };
    if let Some((logger, message)) = after.strip_prefix(b" ").and_then(logger_of) {
        (header.logger, header.message) = (logger, message);
        return true;
    }
    let mut at = 0;
    for word in after.split(|&byte| byte == b' ').take(MOST_BLOCK_WORDS) {
        if is_request_id(word) {
            header.user = after[..at].trim_ascii_end();
            header.request = word;
            let behind = after.get(at + word.len() + 1..).unwrap_or_default();
            (header.url, header.message) = (b"", behind);
            // A quoted action may hold what looks like a logger; one of SSH is not quoted.
            let quoted = memchr::memmem::find(behind, b" \"").map_or(0, |open| {
                behind[open + 2..].iter().position(|&byte| byte == b'"').map_or(0, |length| open + 2 + length + 1)
            });
            let mut place = quoted;
            for word in behind[quoted..].split(|&byte| byte == b' ') {
                if is_class(word) {
                    header.logger = word;
                    let action = behind[..place].trim_ascii_end();
                    header.url = action.splitn(3, |&byte| byte == b' ').nth(2).unwrap_or(action);
                    header.message = behind.get(place + word.len() + 1..).unwrap_or_default();
                    break;
                }
                place += word.len() + 1;
            }
            return true;
        }
        at += word.len() + 1;
    }
    false
}

/// A line of the access log (`address | protocol | request | user | stamp | action | …`) or of the audit log
/// (`address | event | user | milliseconds since 1970 | entity | details | request | session`).
pub(super) fn parted(text: &[u8]) -> Option<Header<'_>> {
    let line = first_line(&text[..text.len().min(LOOK_AHEAD)]);
    let mut fields = [&line[..0]; MOST_FIELDS];
    let (mut from, mut count) = (0, 0);
    for end in memchr::memmem::find_iter(line, b" | ").chain([line.len()]).take(MOST_FIELDS) {
        fields[count] = line.get(from..end)?;
        (from, count) = (end + 3, count + 1);
    }
    let is_address = |byte: &u8| byte.is_ascii_alphanumeric() || b".:,-%".contains(byte);
    if count < 6 || fields[0].is_empty() || !fields[0].iter().all(is_address) {
        return None;
    }
    let [_, event, third, fourth, fifth, sixth, seventh, _] = fields;
    if fourth.len() == 13 && fourth.iter().all(u8::is_ascii_digit) {
        let stamp = Stamp { instant: date::number(fourth), offset: Some(0) };
        let bare = Header::bare(Layout::BitbucketAudit, Some(stamp), Level::None, event);
        return Some(Header { user: third, request: seventh, ..bare });
    }
    let stamp = date::whole_stamp(fifth)?;
    let bare = Header::bare(Layout::BitbucketAccess, Some(stamp), Level::None, sixth);
    let request = third.strip_prefix(b"i").or_else(|| third.strip_prefix(b"o")).unwrap_or(third);
    Some(Header { user: fourth, request, url: sixth, ..bare })
}

/// `@8KJQAGx969x538x0`: a sign, the session's letters, then minute, count and requests in flight.
fn is_request_id(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"@").or_else(|| word.strip_prefix(b"*")).unwrap_or(word);
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let mut parts = word.rsplitn(3, |&byte| byte == b'x');
    parts.next().is_some_and(is_number)
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(|name| name.len() >= 6 && name.iter().all(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids() {
        for id in ["2CM38K4Fx339x113x2", "@PZQFBCx921x19253x0", "*1Y8NA7Ox764x406x0", "*1XXBXXXXXx1026303x14"] {
            assert!(is_request_id(id.as_bytes()), "{id}");
        }
        for other in ["1234x5727202x3", "matrix", "axbxc", "", "@x1x2", "toolongxbutnotx1"] {
            assert!(!is_request_id(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn access_and_audit_lines() {
        let access = b"192.0.2.1,192.0.2.2 | https | o1A2B3CDx339x113x2 | ann.lee | 2024-01-09 05:39:57,408 | \"GET /scm HTTP/1.1\" | - | 200 | 1 |";
        let header = parted(access).expect("a header");
        assert_eq!(
            (header.layout, header.user, header.request),
            (Layout::BitbucketAccess, &b"ann.lee"[..], &b"1A2B3CDx339x113x2"[..])
        );
        let audit =
            b"0:0:0:0:0:0:0:1 | SampleEvent | ann | 1400681361906 | X/x | {\"id\":1} | @8KJQAGx969x538x0 | 6ywzi6";
        let header = parted(audit).expect("a header");
        assert_eq!(
            (header.layout, header.user, header.message),
            (Layout::BitbucketAudit, &b"ann"[..], &b"SampleEvent"[..])
        );
        assert_eq!(header.stamp.map(|stamp| stamp.to_string()).as_deref(), Some("2014-05-21T14:09:21.906+00:00"));
        for line in ["a | b | c | d | e | f", "| a | b | 1400681361906 | e | f", "1 | 2 | 3 | 1400681361906", "a | b"] {
            assert!(parted(line.as_bytes()).is_none(), "{line}");
        }
    }
}
