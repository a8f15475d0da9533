//! Labels in an event's text, found in one pass: what stands behind them are values and hosts.

use std::fmt;
use std::sync::LazyLock;

use memchr::memmem;

use super::capture::CaptureKind;
use super::words::Words;
use crate::event::text_of;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A value of this kind.
    Value(CaptureKind),
    /// A host, right behind it.
    Host,
    /// The label is part of the name of a host of Microsoft.
    InHost,
}

const LABELS: [(Label, &[&str]); 12] = [
    (Label::Value(CaptureKind::TraceId), &["race ID", "race_id", "raceId", "equest Id"]),
    (Label::Value(CaptureKind::CorrelationId), &["orrelation ID", "orrelation_id", "orrelation Id", "orrelationId"]),
    (Label::Value(CaptureKind::EntraTime), &["imestamp"]),
    (
        Label::Value(CaptureKind::AppId),
        &["app '", "pplication '", "identifier '", "with ID '", "client_id", "application: '", "access '"],
    ),
    (
        Label::Value(CaptureKind::Tenant),
        &["tenant '", "directory '", "tenant named ", "microsoftonline.com/", "microsoftonline.us/"],
    ),
    (
        Label::Value(CaptureKind::Mailbox),
        &["ser account '", "/users/", "user=", "mailbox '", "mailbox ", "user '", "with user ["],
    ),
    (Label::Value(CaptureKind::Scope), &["scope=", "scope '", "scopes requested: "]),
    (Label::Value(CaptureKind::RedirectUri), &["redirect URI '", "redirect_uri=", "reply URL '"]),
    (
        Label::Value(CaptureKind::GraphCode),
        &["\"code\"", "code\\\"", "'code'", "rror code:", "ResponseCode", "code:", "Code:"],
    ),
    (Label::Value(CaptureKind::HttpStatus), &["tatus code", "HTTP/1.1 ", "tatus Code", "status\"", "error: ", "HTTP "]),
    (
        Label::Host,
        &[
            "://",
            "UnknownHostException: ",
            "host=",
            "host, port: ",
            "host: \"",
            "Connect to ",
            "connect to ",
            "connecting to ",
            "Connection to ",
            "PeerAddr ",
            "through proxy ",
            " on [",
            "route to host: ",
        ],
    ),
    (
        Label::InHost,
        &[
            "microsoftonline.",
            "graph.microsoft.",
            "office365.",
            "outlook.office.",
            "outlook.com",
            "login.windows.net",
            "sts.windows.net",
        ],
    ),
];

static LABEL_WORDS: LazyLock<Words<Label>> =
    LazyLock::new(|| Words::new(LABELS.iter().flat_map(|(label, words)| words.iter().map(|word| (*label, *word)))));

/// Every label in the text, with the offset behind it.
pub(super) fn labels(text: &[u8]) -> impl Iterator<Item = (Label, usize)> {
    without_frames(text).flat_map(|(at, part)| LABEL_WORDS.find(part).map(move |(label, end)| (label, at + end)))
}

/// The parts of a text between its stack frames, which are most of it and hold no values, and their offsets.
fn without_frames(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        if start >= text.len() {
            return None;
        }
        let end = FRAME.find(&text[start..]).map_or(text.len(), |frame| start + frame + 1);
        at = end;
        while text[at..].starts_with(b"\tat ") || text[at..].starts_with(b"\t... ") {
            at = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |feed| at + feed + 1);
        }
        Some((start, &text[start..end]))
    })
}

/// How a stack frame begins.
static FRAME: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\n\tat "));

/// The hosts that an event names, in order, each once.
pub(super) fn hosts(text: &[u8]) -> Vec<Host<'_>> {
    let mut hosts: Vec<Host<'_>> = Vec::new();
    for host in labels(text).filter_map(|(label, at)| host_at(text, at, label)) {
        if !hosts.contains(&host) && hosts.len() < MOST_HOSTS {
            hosts.push(host);
        }
    }
    hosts
}

/// Most hosts that are told apart in one event.
const MOST_HOSTS: usize = 64;

/// A host that an event names as the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Host<'a> {
    /// Its name or address.
    pub name: &'a [u8],
    /// Its port, where stated.
    pub port: Option<u16>,
}

impl Host<'_> {
    /// Whether it is one of Microsoft's sign-in, mail or Graph hosts.
    pub(super) fn is_microsoft(&self) -> bool {
        // Services only: `docs.microsoft.com` and its like stand in every refusal and are no other end of a connection.
        const SUFFIXES: [&[u8]; 18] = [
            b"microsoftonline.com",
            b"microsoftonline.us",
            b"microsoftonline.de",
            b"microsoftonline.cn",
            b"login.windows.net",
            b"sts.windows.net",
            b"login.microsoft.com",
            b"graph.microsoft.com",
            b"graph.microsoft.us",
            b"office365.com",
            b"office365.us",
            b"office.com",
            b"outlook.com",
            b"office.de",
            b"partner.outlook.cn",
            b"chinacloudapi.cn",
            b"microsoftazure.us",
            b"login.live.com",
        ];
        let name = self.name.to_ascii_lowercase();
        SUFFIXES
            .iter()
            .any(|suffix| name.strip_suffix(*suffix).is_some_and(|front| front.is_empty() || front.ends_with(b".")))
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_of(&self.name.to_ascii_lowercase()))?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Whether a name is that of one of Microsoft's sign-in, mail or Graph hosts.
pub fn is_microsoft_host(name: &str) -> bool {
    Host { name: name.as_bytes(), port: None }.is_microsoft()
}

/// The host that a label with its end at `at` announces.
pub(super) fn host_at(text: &[u8], at: usize, label: Label) -> Option<Host<'_>> {
    match label {
        Label::Host => host_at_start(&text[at..]),
        Label::InHost => {
            let begin = text[..at].iter().rposition(|&byte| !is_host_byte(byte)).map_or(0, |last| last + 1);
            host_at_start(&text[begin..]).filter(Host::is_microsoft)
        }
        Label::Value(_) => None,
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

/// `name`, `name:443`, `name, 993;` or `user@name:port` at the start of `text`.
fn host_at_start(text: &[u8]) -> Option<Host<'_>> {
    let mut name = &text[..text.iter().take(254).position(|&byte| !is_host_byte(byte)).unwrap_or(text.len().min(254))];
    let mut after = &text[name.len()..];
    if let Some(rest) = after.strip_prefix(b"@") {
        name = &rest[..rest.iter().take(254).position(|&byte| !is_host_byte(byte)).unwrap_or(rest.len().min(254))];
        after = &rest[name.len()..];
    }
    while let Some(shorter) = name.strip_suffix(b".") {
        name = shorter;
    }
    // A host has a dot and starts like one; `com.example.Thing` after "Connection to" has a capital last part.
    let last = name.rsplit(|&byte| byte == b'.').next()?;
    if !name.contains(&b'.')
        || last.is_empty()
        || last.iter().any(u8::is_ascii_uppercase)
        || name.starts_with(b".")
        || name.starts_with(b"-")
    {
        return None;
    }
    let digits = after.strip_prefix(b":").or_else(|| after.strip_prefix(b", ")).unwrap_or_default();
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let port = std::str::from_utf8(&digits[..length]).ok().and_then(|digits| digits.parse().ok());
    Some(Host { name, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, Option<u16>)> {
        hosts(text.as_bytes()).iter().map(|host| (String::from_utf8_lossy(host.name).into_owned(), host.port)).collect()
    }

    #[test]
    fn hosts_stand_where_libraries_put_them() {
        assert_eq!(
            names("java.net.UnknownHostException: login.microsoftonline.com\n"),
            [("login.microsoftonline.com".to_owned(), None)]
        );
        assert_eq!(
            names("Couldn't connect to host, port: outlook.office365.com, 993; timeout 60000"),
            [("outlook.office365.com".to_owned(), Some(993))]
        );
        assert_eq!(
            names("I/O error on POST https://graph.microsoft.com:443/v1.0/me: PKIX"),
            [("graph.microsoft.com".to_owned(), Some(443))]
        );
        assert_eq!(
            names("Connect to jira.example.com:8443 [jira.example.com/192.0.2.1] failed"),
            [("jira.example.com".to_owned(), Some(8443))]
        );
        assert!(names("Connection to com.example.Thing refused; at com.sun.mail.imap.IMAPStore").is_empty());
    }

    #[test]
    fn microsoft_hosts_by_whole_labels() {
        let is = |name: &str| Host { name: name.as_bytes(), port: None }.is_microsoft();
        assert!(is("login.microsoftonline.com") && is("outlook.office365.com") && is("Graph.Microsoft.com"));
        assert!(!is("notmicrosoft.com") && !is("microsoft.com.example.org"));
    }
}
