//! Mail and network addresses, read by hand: both are found from a sign in their middle, and both have look-alikes
//! in every log (object hashes, version numbers, times) that only their surroundings tell apart.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::view::View;
use super::{Hit, Identity, keep};

/// Finds mail addresses and user principal names, guests' (`name_domain#EXT#@tenant`) among them.
pub(super) fn find_mail(view: &View, hits: &mut Vec<Hit>) {
    let text = view.text.as_str();
    for (at, _) in text.match_indices('@') {
        let start = local_start(text, at);
        let end = domain_end(text, at + 1);
        let (local, domain) = (&text[start..at], &text[at + 1..end]);
        let is_hash =
            domain.split('.').next().is_some_and(|first| {
                (1..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_hexdigit())
            }) && local.bytes().any(|byte| byte.is_ascii_uppercase());
        let cut = end == text.len() && !domain.contains('.');
        if local.is_empty() || is_hash || !(is_mail_domain(domain) || cut && domain.len() >= 2) {
            continue;
        }
        hits.push(Hit::identity(view, start..end, Identity::Email));
    }
}

/// Whether a whole text is a mail address.
pub(super) fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !local.contains(char::is_whitespace) && is_mail_domain(domain)
    })
}

fn local_start(text: &str, at: usize) -> usize {
    let is_local = |character: char| character.is_alphanumeric() || "._+~#-".contains(character);
    let mut start = at;
    let mut quoted = false;
    for (place, character) in text[..at].char_indices().rev().take(128) {
        // O'Brien: a quote inside, behind a letter or two.
        let inside = character == '\''
            && !quoted
            && start < at
            && text[..place].ends_with(char::is_alphabetic)
            && text[..place].bytes().rev().take(4).take_while(u8::is_ascii_alphabetic).count() <= 3;
        quoted |= inside;
        if !is_local(character) && !inside {
            break;
        }
        start = place;
    }
    // `\nann@…` and `%3Dann@…`: an escape's last letters are no part of the name.
    let escape = match text.as_bytes()[..start].last() {
        Some(b'\\') if text[start..at].starts_with(['n', 'r', 't']) => 1,
        Some(b'%')
            if text.as_bytes()[start..at].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2 =>
        {
            2
        }
        _ => 0,
    };
    let name = text[start + escape..at].trim_start_matches(['.', '-', '~', '#']);
    at - name.len()
}

fn domain_end(text: &str, start: usize) -> usize {
    let is_domain = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_');
    let length = text[start..].find(|character| !is_domain(character)).unwrap_or(text.len() - start).min(255);
    let length = (0..=length).rev().find(|length| text.is_char_boundary(start + length)).unwrap_or(0);
    start + text[start..start + length].trim_end_matches(['.', '-', '_']).len()
}

fn is_mail_domain(domain: &str) -> bool {
    let Some((rest, last)) = domain.rsplit_once('.') else { return false };
    let is_top = last.chars().count() >= 2 && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"));
    is_top && rest.split('.').all(|label| !label.is_empty())
}

/// Finds network addresses, but not version numbers or times, and not those that mean this machine.
pub(super) fn find_networks(view: &View, hits: &mut Vec<Hit>) {
    let bytes = view.text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let in_run = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
        if !in_run(&&bytes[at]) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(in_run).count();
        let begins = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        if begins && view.text[at..end].split(':').count() > 2 && v6(view, at..end, hits) {
            at = end;
            continue;
        }
        v4_in(view, at..end, hits);
        at = end;
    }
}

/// One address of the sixth version at the start of a run of its characters.
fn v6(view: &View, run: Range<usize>, hits: &mut Vec<Hit>) -> bool {
    let text = &view.text[run.clone()];
    let trimmed = text.trim_end_matches('.');
    let trimmed = if trimmed.ends_with("::") { trimmed } else { trimmed.trim_end_matches(':') };
    let without_port = trimmed.rsplit_once(':').map_or("", |(address, _)| address);
    let found = [trimmed, without_port]
        .into_iter()
        .find_map(|text| text.parse::<Ipv6Addr>().ok().map(|address| (text, address)));
    let Some((text, address)) =
        found.filter(|(text, _)| text.bytes().any(|byte| byte.is_ascii_digit()) || text.len() <= 2)
    else {
        return false;
    };
    let end = run.start + text.len();
    let follows = view.text[end..].chars().next();
    if follows.is_some_and(|character| character.is_alphanumeric() || character == '_') {
        return false;
    }
    if !keep::is_own_v6(address) {
        // The zone of a link-local address names an interface.
        let zone = view.text[end..]
            .strip_prefix('%')
            .map_or(0, |rest| 1 + rest.bytes().take_while(u8::is_ascii_alphanumeric).count());
        hits.push(Hit {
            value: address.to_canonical().to_string(),
            ..Hit::identity(view, run.start..end + zone, Identity::Ip)
        });
    }
    true
}

/// Addresses of the fourth version inside a run; `10.0.0.1:8080:` and times stand in runs too.
fn v4_in(view: &View, run: Range<usize>, hits: &mut Vec<Hit>) {
    let bytes = view.text.as_bytes();
    let mut start = run.start;
    for part in view.text[run].split(':') {
        let span = start..start + part.trim_end_matches('.').len();
        start += part.len() + 1;
        let begins = span.start == 0
            || !(bytes[span.start - 1].is_ascii_alphanumeric() || matches!(bytes[span.start - 1], b'_' | b'.'));
        let continues = bytes.get(span.end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let Ok(address) = view.text[span.clone()].parse::<Ipv4Addr>() else { continue };
        if begins && !continues && !keep::is_own_v4(address) && !is_version(view, &span, address) {
            hits.push(Hit::identity(view, span, Identity::Ip));
        }
    }
}

/// Whether four numbers are a version. Numbers as small as a product's need a sign that they are an address.
fn is_version(view: &View, span: &Range<usize>, address: Ipv4Addr) -> bool {
    let (before, after) = (&view.lower[..span.start], &view.lower[span.end..]);
    let previous = before.chars().next_back().unwrap_or(' ');
    let in_name = matches!(previous, '-' | '_' | '+')
        || after.starts_with(".jar")
        || after.starts_with(['+', '_'])
        || after.starts_with('-') && after[1..].starts_with(|next: char| next.is_ascii_alphabetic());
    if in_name || says(before, is_version_word) {
        return true;
    }
    let has_port = after
        .strip_prefix(':')
        .is_some_and(|rest| (2..=5).contains(&rest.bytes().take_while(u8::is_ascii_digit).count()));
    let neighbour = |text: &str| text.parse::<Ipv4Addr>().is_ok();
    let is_octet = |character: char| !(character.is_ascii_digit() || character == '.');
    let listed =
        before.strip_suffix(',').is_some_and(|rest| neighbour(rest.rsplit(is_octet).next().unwrap_or_default()))
            || after
                .strip_prefix(',')
                .is_some_and(|rest| neighbour(rest.trim_start().split(is_octet).next().unwrap_or_default()));
    let placed = matches!(previous, '/' | '@' | '[') && !before.ends_with("[jar:")
        || has_port
        || listed
        || says(before, is_address_word)
        || follows_request_id(before);
    address.octets()[0] < 10 && !placed
}

/// Whether the last words before a place hold one of a kind.
fn says(before: &str, is_kind: fn(&str) -> bool) -> bool {
    let start = before.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    let line = before[start..].rsplit('\n').next().unwrap_or_default();
    line.split(|character: char| !character.is_ascii_alphabetic()).rfind(|word| !word.is_empty()).is_some_and(is_kind)
}

fn is_version_word(word: &str) -> bool {
    word.ends_with("version")
        || matches!(
            word,
            "v" | "ver"
                | "build"
                | "jdk"
                | "jre"
                | "java"
                | "openjdk"
                | "jira"
                | "jsm"
                | "jsd"
                | "desk"
                | "software"
                | "core"
                | "release"
                | "tomcat"
                | "confluence"
                | "crowd"
                | "bitbucket"
                | "plugin"
                | "driver"
                | "chrome"
                | "safari"
                | "firefox"
                | "edg"
                | "opr"
                | "from_version"
        )
}

fn is_address_word(word: &str) -> bool {
    word.ends_with("ip")
        || word.ends_with("addr")
        || word.ends_with("address")
        || word.ends_with("host")
        || matches!(
            word,
            "from"
                | "client"
                | "remote"
                | "for"
                | "forwarded"
                | "to"
                | "server"
                | "peer"
                | "proxy"
                | "via"
                | "received"
        )
}

/// Whether the word before the last is Jira's request id, so that here is the address column.
fn follows_request_id(before: &str) -> bool {
    let mut words = before.rsplit(' ').skip(1);
    before.ends_with(' ') && words.nth(1).is_some_and(is_request_id)
}

/// Whether a word has the form of Jira's request ids, `1234x5727202x3`, or of Bitbucket's, `@8KJQAGx969x538x0`, which
/// access logs mark as coming in or going out.
pub(super) fn is_request_id(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |part: &str| {
        let part = part.trim_start_matches(['i', 'o']).trim_start_matches(['@', '*']);
        part.len() >= 6 && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let mut ends = word.rsplitn(3, 'x');
    let counted = ends.next().is_some_and(is_number) && ends.next().is_some_and(is_number);
    if counted && ends.next().is_some_and(is_name) {
        return true;
    }
    let mut parts = word.trim_start_matches(['i', 'o']).split('x');
    let mut number = |most: usize| {
        parts
            .next()
            .is_some_and(|part| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    number(4) && number(12) && number(6) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let Some(view) = View::all(text).into_iter().next() else { return Vec::new() };
        let mut hits = Vec::new();
        find_mail(&view, &mut hits);
        find_networks(&view, &mut hits);
        hits.into_iter().map(|hit| text[hit.span].to_owned()).collect()
    }

    #[test]
    fn mail_addresses() {
        assert_eq!(
            found("to <Ann.Lee+x@mail.corp.example>, 'o'brien@corp.example' and a_b.c#EXT#@t.onmicrosoft.com."),
            ["Ann.Lee+x@mail.corp.example", "o'brien@corp.example", "a_b.c#EXT#@t.onmicrosoft.com"]
        );
        assert_eq!(found("müller@bücher.example"), ["müller@bücher.example"]);
        assert_eq!(found("cut ann@corp"), ["ann@corp"]);
        assert!(found("com.x.Foo@1a2b3c and Foo@1a2b.x @Override a@b c").is_empty());
    }

    #[test]
    fn network_addresses() {
        assert_eq!(
            found("10.0.0.1,203.0.113.9 [2001:db8::5]:443 2001:db8::7: /192.0.2.1:993 fe80::1%eth0"),
            ["10.0.0.1", "203.0.113.9", "2001:db8::5", "2001:db8::7", "192.0.2.1", "fe80::1%eth0"]
        );
        assert_eq!(found("x 552x48213x4 1k9x2ab 8.8.8.8 /rest"), ["8.8.8.8"]);
        assert_eq!(found("::ffff:10.1.2.3 x"), ["::ffff:10.1.2.3"]);
        for text in [
            "Jira 10.3.2.1",
            "version: 9.12.4.1",
            "9.12.4.1",
            "8.5.57",
            "jdk-11.0.21.9",
            "java 17.0.8.1",
            "(build 11.0.16.1+1)",
            "mail-10.2.3.4.jar",
            "127.0.0.1",
            "::1",
            "0.0.0.0",
            "0:0:0:0:0:0:0:1",
            "12:34:56",
            "0.0.0.0.0.0.0.0",
            "256.1.1.1",
            "ThreadPool::Thread 31",
            "Bad::add",
            "00:11:22:33:44:55",
            "Foo.java:10",
            "2024-01-01 10:11:12,123",
            "Chrome/120.0.6099.109",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
