//! Hosts, where a grammar or a known message says that here stands one. A pattern for anything dotted would take
//! packages, loggers and file names out of every stack trace.

use std::ops::Range;

use super::addresses::is_request_id;
use super::identity_names::{find_certificate_hosts, identity, is_guid};
use super::pattern::Pattern;
use super::urls::authorities;
use super::view::View;
use super::{Hit, Identity, keep};

/// Messages behind which only a host can stand, be it a bare word.
static MESSAGES: Pattern = Pattern::new(
    &[
        "unknownhostexception",
        "connect to host",
        "through proxy",
        "dns name matching",
        "certificate for",
        "resolve host",
        "match",
        "service not known",
        "jdbc:oracle",
        "dnsname",
    ],
    concat!(
        r"(?:unknownhostexception: |unable to resolve host |could not resolve host:? |connect to host, port: |certificate for <|dns name matching |match(?:es)?:? <|!= <|service not known: |jdbc:oracle:[a-z0-9]+:[^@\s]*@|through proxy |dnsname: (?:\*\.)?)",
        r"([a-z0-9_\u{80}-\u{10FFFF}][a-z0-9_.\u{80}-\u{10FFFF}-]*)(?::[0-9]{1,5} to ([a-z0-9_][a-z0-9_.-]*):)?",
    ),
);
/// Messages behind which a host stands if what follows fits one: "connect to db01:5432", but "connected to the server".
static CONNECTIONS: Pattern = Pattern::new(
    &["connect"],
    r"connect(?:ion|ed|ing)? (?:to|with|from) (?:host )?\[?([a-z0-9_\u{80}-\u{10FFFF}][a-z0-9_.\u{80}-\u{10FFFF}-]*)(?::[0-9]{1,5}|/| refused| timed| failed| \[)",
);
/// A name before what resolvers say of one that they do not know, and Amazon's names, which spell an address.
static BEFORE: Pattern = Pattern::new(
    &["nodename nor servname", "service not known", "in name resolution", "such host is known", "ip-"],
    concat!(
        r"([a-z0-9_\u{80}-\u{10FFFF}][a-z0-9_.\u{80}-\u{10FFFF}-]*): (?:nodename nor servname|name or service not known|temporary failure in name resolution|no such host is known)",
        r"|(?-u:\b)(ip-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}(?:\.[a-z0-9.-]*[a-z0-9])?)(?-u:\b)",
    ),
);
/// A share, `\\files\logs`, with its backslashes doubled or not.
static SHARE: Pattern =
    Pattern::new(&["\\\\"], r"(?:^|[\s\x22'(\[=,;:>])\\{2,4}([a-z0-9][a-z0-9.-]*[a-z0-9])\\{1,2}[a-z0-9_]");
/// A dotted name behind a word that announces a host, or before a port.
static DOTTED: Pattern = Pattern::new(
    &["host", "server", "relay", "proxy", "helo", "220", "' at ", ":", "names: ["],
    r"(?-u:\b)(?:(?:host|hostname|server|relay|proxy|helo|ehlo|220|' at|names:) [\['(<]?)?((?:[a-z0-9_\u{80}-\u{10FFFF}][a-z0-9_\u{80}-\u{10FFFF}-]*\.)+[a-z\u{80}-\u{10FFFF}][a-z0-9\u{80}-\u{10FFFF}-]*)(:[0-9]{2,5}(?-u:\b))?",
);
/// Exchange greets with its server's name in base64.
static GREETING: Pattern = Pattern::new(&["service is ready"], r"service is ready\.\s*\[([a-z0-9+/=]{8,})\]");
static NAMES: Pattern = Pattern::new(&["alternative names"], r"alternative names: \[([^\]\n]+)\]");
static TENANT_DOMAIN: Pattern = Pattern::new(
    &[".onmicrosoft.", ".sharepoint."],
    r"(?-u:\b)[a-z0-9-]+(?:\.mail)?\.(?:onmicrosoft|sharepoint)\.(?:com|us|de|cn)(?-u:\b)",
);
static ENDPOINT: Pattern = Pattern::new(
    &["microsoftonline", "login.windows", "sts.windows", "login.microsoft"],
    r#"(?:login\.microsoftonline\.(?:com|us)|login\.windows\.net|sts\.windows\.net|login\.microsoft\.com)/([^\s/?"'&<>\\)\]]+)"#,
);

/// Finds hosts, tenants in Microsoft's endpoints, and who logs in by a URL.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    for authority in authorities(view) {
        hits.extend(identity(view, authority.host, Identity::Host, true));
        hits.extend(
            authority
                .user
                .filter(|user| &view.text[user.clone()] != "git")
                .and_then(|user| identity(view, user, Identity::User, true)),
        );
    }
    let by_place = MESSAGES.in_lower(view).chain(CONNECTIONS.in_lower(view)).chain(BEFORE.in_lower(view));
    for found in by_place.chain(SHARE.in_lower(view)) {
        hits.extend(
            found.iter().skip(1).flatten().filter_map(|span| identity(view, span.range(), Identity::Host, true)),
        );
    }
    for found in DOTTED.in_lower(view) {
        let announced = found.get(1).zip(found.get(0)).is_some_and(|(name, all)| name.start() > all.start())
            || found.get(2).is_some();
        hits.extend(
            found.get(1).filter(|_| announced).and_then(|span| identity(view, span.range(), Identity::Host, false)),
        );
    }
    for found in NAMES.in_lower(view) {
        let Some(list) = found.get(1) else { continue };
        let mut start = list.start();
        for name in list.as_str().split(',') {
            let lead = name.len() - name.trim_start_matches([' ', '*', '.']).len();
            hits.extend(identity(view, start + lead..start + name.len(), Identity::Host, true));
            start += name.len() + 1;
        }
    }
    for found in GREETING.in_lower(view) {
        hits.extend(found.get(1).map(|span| Hit::identity(view, span.range(), Identity::Host)));
    }
    find_certificate_hosts(view, hits);
    addressed_hosts(view, hits);
    tenants(view, hits);
}

fn tenants(view: &View, hits: &mut Vec<Hit>) {
    for found in TENANT_DOMAIN.in_lower(view) {
        // Behind an `@` it is part of a mail address.
        let Some(span) = found.get(0).filter(|span| !view.text[..span.start()].ends_with('@')) else { continue };
        hits.push(Hit::identity(view, span.range(), Identity::Tenant));
    }
    for found in ENDPOINT.in_lower(view) {
        let Some(span) = found.get(1).filter(|span| is_guid(span.as_str()) || keep::is_domain_name(span.as_str()))
        else {
            continue;
        };
        hits.extend(identity(view, span.range(), Identity::Tenant, true));
    }
}

/// `mail.corp.example/192.0.2.1:993`, as Java prints an address it has looked up.
fn addressed_hosts(view: &View, hits: &mut Vec<Hit>) {
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let bytes = view.text.as_bytes();
    let mut at = 0;
    while let Some(slash) = view.text[at..].find('/').map(|found| at + found) {
        at = slash + 1;
        let start = slash - bytes[..slash].iter().rev().take(253).take_while(in_name).count();
        let address = bytes[at..].iter().take(15).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let follows = view.text[at..at + address].trim_end_matches('.').parse::<std::net::Ipv4Addr>().is_ok();
        let starts = start == 0 || !matches!(bytes[start - 1], b'/' | b'@');
        if follows && starts && start < slash {
            hits.extend(identity(view, start..slash, Identity::Host, true));
        }
    }
}

/// Finds the columns of a header line round the request id: user, session and addresses, in Jira's logs, Bitbucket's and
/// access logs.
pub(super) fn find_columns(view: &View, hits: &mut Vec<Hit>) {
    let mut start = 0;
    for line in view.text.split_inclusive('\n') {
        let mut place = start;
        if parted_columns(view, start..start + line.trim_end().len(), hits) {
            start += line.len();
            continue;
        }
        for word in line.split(' ') {
            if place > start && is_request_id(word) {
                columns(view, start..place - 1, place + word.len()..start + line.trim_end().len(), hits);
                break;
            }
            place += word.len() + 1;
        }
        start += line.len();
    }
}

fn columns(view: &View, before: Range<usize>, after: Range<usize>, hits: &mut Vec<Hit>) {
    const LEVELS: [&str; 6] = [" TRACE ", " DEBUG ", " INFO ", " WARN ", " ERROR ", " FATAL "];
    let left = &view.text[before.clone()];
    // A name may hold blanks, so where there is a level it begins behind it; else it is the last word.
    let level = LEVELS
        .iter()
        .filter_map(|level| left.rfind(level).map(|found| found + level.len()))
        .max()
        .filter(|start| left.len() - start <= 64);
    let start = level.or_else(|| left.rfind(' ').map(|found| found + 1)).unwrap_or(0);
    // Bitbucket's thread stands in brackets between the level and the user.
    let start = left[start..].rfind("] ").map_or(start, |found| start + found + 2);
    let user = before.start + start..before.end;
    // In an access log the address stands there, and the user behind the id.
    if level.is_some() || view.text[user.clone()].parse::<std::net::IpAddr>().is_err() {
        hits.extend(identity(view, user, Identity::User, level.is_some()));
    }
    let Some(right) = view.text.get(after.start + 1..after.end) else { return };
    let mut words = right.split(' ');
    let session = words.next().unwrap_or_default();
    if session.starts_with(['/', '[']) {
        return;
    }
    let mut place = after.start + 1;
    let is_dated =
        |word: &str| word.strip_prefix('[').is_some_and(|date| date.starts_with(|day: char| day.is_ascii_digit()));
    if right[session.len()..].strip_prefix(' ').is_some_and(is_dated) {
        hits.extend(identity(view, place..place + session.len(), Identity::User, true));
        return;
    }
    if session.len() >= 3 && session.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        hits.push(Hit::identity(view, place..place + session.len(), Identity::Session));
    }
    place += session.len() + 1;
    let Some(addresses) = words.next().filter(|list| !list.starts_with(['/', '['])) else { return };
    for address in addresses.split(',') {
        let name = address.split(':').next().unwrap_or_default();
        hits.extend(identity(view, place..place + name.len(), Identity::Host, true));
        place += address.len() + 1;
    }
}

/// The columns of Bitbucket's access log (`… | request | user | …`) and audit log (`… | event | user | … | request | …`),
/// whose last is the session. `false` for other lines.
fn parted_columns(view: &View, line: Range<usize>, hits: &mut Vec<Hit>) -> bool {
    let text = view.text[line.clone()].trim_end_matches([' ', '|']);
    let fields: Vec<&str> = text.split(" | ").collect();
    let span = |field: &str| {
        let start = line.start + (field.as_ptr() as usize - text.as_ptr() as usize);
        start..start + field.len()
    };
    let user = match fields.iter().position(|field| is_request_id(field)) {
        Some(2) => 3,
        Some(6) => 2,
        _ => return false,
    };
    hits.extend(fields.get(user).and_then(|field| identity(view, span(field), Identity::User, true)));
    hits.extend(fields.last().and_then(|field| identity(view, span(field), Identity::Session, true)));
    true
}

#[cfg(test)]
mod tests {
    use crate::report::redact::tests::full;

    #[test]
    fn the_columns_of_other_layouts_are_known() {
        for (line, shown) in [
            (
                "2024-01-09 05:39:58,001 WARN  [http-nio-7990-exec-3] john.smith @1A2B3CDx339x113x2 5xdwx51 192.0.2.31 \"GET /scm/p HTTP/1.1\" c.a.b.i.s.g.Sample Slow",
                "2024-01-09 05:39:58,001 WARN  [http-nio-7990-exec-3] <user-1> @1A2B3CDx339x113x2 <session-1> <ip-1> \"GET /scm/p HTTP/1.1\" c.a.b.i.s.g.Sample Slow",
            ),
            (
                "192.0.2.31 | https | o@1A2B3CDx339x113x2 | ann.lee | 2024-01-09 05:39:57,508 | \"GET /x\" | - | 200 | 100 | 5xdwx8 |",
                "<ip-1> | https | o@1A2B3CDx339x113x2 | <user-1> | 2024-01-09 05:39:57,508 | \"GET /x\" | - | 200 | 100 | <session-1> |",
            ),
            (
                "192.0.2.31 | SampleEvent | annlee | 1704778797408 | X/x | {\"id\":1} | @8KJQAGx969x538x0 | 6ywzi6",
                "<ip-1> | SampleEvent | <user-1> | 1704778797408 | X/x | {\"id\":1} | @8KJQAGx969x538x0 | <session-1>",
            ),
            (
                "2023-07-31 17:40:07,403-0400 https-openssl-nio-443-exec-1 annlee 1060x31x1 1cwd7a 192.0.2.8 /login.jsp seen",
                "2023-07-31 17:40:07,403-0400 https-openssl-nio-443-exec-1 <user-1> 1060x31x1 <session-1> <ip-1> /login.jsp seen",
            ),
            (
                " -- url: /pages/x | traceId: 5e2a9c1b | userName: annlee | action: remove",
                " -- url: /pages/x | traceId: 5e2a9c1b | userName: <user-1> | action: remove",
            ),
            (
                r#"{"level":"ERROR","hostname":"node17.corp.example","ctx":{"requestId":"343x1x1","sessionId":"1cwd7a","userKey":"annlee"}}"#,
                r#"{"level":"ERROR","hostname":"<host-1>","ctx":{"requestId":"343x1x1","sessionId":"<session-1>","userKey":"<user-1>"}}"#,
            ),
        ] {
            assert_eq!(full(line), shown);
        }
        let access = full(
            r#"192.0.2.31 552x1x1 annlee [09/Jan/2024:05:40:00 +0100] "GET /x HTTP/1.1" 200 1 2 "-" "M" "1k9x2ab""#,
        );
        assert!(!access.contains("annlee") && !access.contains("192.0.2.31"), "{access}");
    }
}
