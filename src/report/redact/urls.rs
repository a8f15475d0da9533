//! The authority of a URL: who logs in, and at which host. The one place where the grammar says "host" for certain.

use std::ops::Range;

use super::keep;
use super::pattern::Pattern;
use super::view::View;

static SCHEMES: Pattern = Pattern::new(
    &["://", "@//"],
    r"(?:(?-u:\b)(?:https?|wss?|ftps?|sftp|ssh|git|imaps?|pop3s?|smtps?|ldaps?|postgresql|mysql|mariadb|sqlserver|db2|amqps?|rediss?|mongodb(?:\+srv)?|tcp|ssl|tls|rmi|jms|t3|socks[45]?|proxy|svn(?:\+ssh)?|hazelcast|h2:tcp|jtds:[a-z]+)://|@//)",
);

/// An authority is no longer; it also bounds the work that a text full of schemes makes.
const LONGEST: usize = 512;

/// Who and where of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    /// The name before the colon.
    pub(super) user: Option<Range<usize>>,
    /// What follows the colon.
    pub(super) password: Option<Range<usize>>,
    /// The host, without brackets or port; it may be an address.
    pub(super) host: Range<usize>,
}

/// The authority of every URL whose scheme has one.
pub(super) fn authorities(view: &View) -> impl Iterator<Item = Authority> {
    SCHEMES.in_lower(view).filter_map(|scheme| Some(authority(&view.text, scheme.get(0)?.end())))
}

fn authority(text: &str, start: usize) -> Authority {
    let rest = &text[start..];
    let ends = |character: char| character.is_whitespace() || "\"'<>`\\".contains(character);
    // A password may hold what ends an authority, so the last `@` of the word counts, if a colon comes before any slash.
    let word_end = end_of(rest, &ends);
    let word = &rest[..word_end];
    let plain = word.find(['/', '?', '#']).unwrap_or(word.len());
    let colon = word.find(':').unwrap_or(plain);
    let is_name = word[..colon].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte));
    if word_end == rest.len() && is_name && begins_with_password(word, plain) && !word.contains('@') {
        // No port is spelt in letters: the text was cut inside the password.
        let place = |span: Range<usize>| start + span.start..start + span.end;
        return Authority {
            user: Some(place(0..colon)).filter(|span| !span.is_empty()),
            password: Some(place(colon + 1..word_end)).filter(|span| !span.is_empty()),
            host: start + word_end..start + word_end,
        };
    }
    let userinfo = if begins_with_password(word, plain) {
        let query = word.find('?').unwrap_or(word.len());
        word[..query].rfind('@').or_else(|| word.rfind('@'))
    } else {
        word[..plain].rfind('@')
    };
    let host_start = userinfo.map_or(0, |at| at + 1);
    let host = &rest[host_start..];
    let host_length = host
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '.' | '-' | '_')))
        .unwrap_or(host.len());
    let (user, password) = match userinfo.map(|at| (at, rest[..at].find(':'))) {
        None => (None, None),
        Some((at, None)) => (Some(0..at), None),
        Some((at, Some(colon))) => (Some(0..colon), Some(colon + 1..at)),
    };
    let place = |span: Range<usize>| start + span.start..start + span.end;
    Authority {
        user: user.filter(|span| !span.is_empty()).map(place),
        password: password.filter(|span| !span.is_empty()).map(place),
        host: place(host_start..host_start + host_length),
    }
}

/// The end of the word, where a placeholder of ours counts as part of it.
fn end_of(rest: &str, ends: &dyn Fn(char) -> bool) -> usize {
    let mut at = 0;
    while let Some(character) = rest[at..].chars().next().filter(|_| at < LONGEST) {
        at += match keep::placeholder(&rest.as_bytes()[at..]) {
            Some(length) => length,
            None if ends(character) => break,
            None => character.len_utf8(),
        };
    }
    at
}

/// `user:pa/ss@host` and not `host:8080/path@place`.
fn begins_with_password(word: &str, plain: usize) -> bool {
    word[..plain].find(':').is_some_and(|colon| !word[colon + 1..plain].bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        let Some(view) = View::all(text).into_iter().next() else { return Vec::new() };
        let found = authorities(&view).next();
        found.map_or_else(Vec::new, |found| {
            [found.user, found.password, Some(found.host)]
                .into_iter()
                .map(|span| span.map_or_else(String::new, |span| view.text[span].to_owned()))
                .collect()
        })
    }

    #[test]
    fn authorities_are_taken_apart() {
        assert_eq!(parts("GET https://jira.corp.example:8443/x?y=a@b"), ["", "", "jira.corp.example"]);
        assert_eq!(parts("https://ann:p@ss@host/x"), ["ann", "p@ss", "host"]);
        assert_eq!(parts("imap://ann:p/ss@host/x"), ["ann", "p/ss", "host"]);
        assert_eq!(parts("http://host:8080/a@b"), ["", "", "host"]);
        assert_eq!(parts("jdbc:oracle:thin:@//db01:1521/x"), ["", "", "db01"]);
        assert_eq!(parts("<https://host>"), ["", "", "host"]);
        assert!(parts("file:///home/x").is_empty());
    }
}
