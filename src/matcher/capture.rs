//! Values that an event carries: codes, ids, hosts, mailboxes. Each is found by the label that stands before it.

use std::sync::LazyLock;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::filter::CODE_PREFIX;
use super::labels::{self, Label, host_at};
use crate::event::{Header, Layout, text_of};

/// A refusal carries its values close by: so many bytes before the code (a browser's page) …
const BEFORE_CODE: usize = 400;
/// … and so many behind it.
const AFTER_CODE: usize = 1200;
/// Without a code the values stand in the first bytes of an event.
const NEAR_START: usize = 4096;
/// Most distinct codes that are told apart in one event; real ones hold one or two.
const MOST_CODES: usize = 64;
/// Most hosts that are kept of one event.
const MOST_HOSTS: usize = 4;

/// The kinds of values that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaptureKind {
    /// A whole AADSTS code, `AADSTS7000215`.
    AadstsCode,
    /// Entra's Trace ID (also called Request Id).
    TraceId,
    /// Entra's Correlation ID.
    CorrelationId,
    /// Entra's own time of the refusal, UTC.
    EntraTime,
    /// The client id of the app registration.
    AppId,
    /// A tenant's id or name.
    Tenant,
    /// The other end of a connection, with its port where stated.
    Host,
    /// A mailbox or the account that signs in.
    Mailbox,
    /// The name of a mail server or handler in Jira.
    MailServer,
    /// Requested scopes.
    Scope,
    /// A redirect address.
    RedirectUri,
    /// The error code of Microsoft Graph.
    GraphCode,
    /// The status of an HTTP answer.
    HttpStatus,
}

impl CaptureKind {
    /// Longest value that is kept, in bytes; names of mail servers are free text.
    pub const LONGEST_VALUE: usize = 200;

    /// All kinds, in order.
    pub const ALL: [Self; 13] = [
        Self::AadstsCode,
        Self::TraceId,
        Self::CorrelationId,
        Self::EntraTime,
        Self::AppId,
        Self::Tenant,
        Self::Host,
        Self::Mailbox,
        Self::MailServer,
        Self::Scope,
        Self::RedirectUri,
        Self::GraphCode,
        Self::HttpStatus,
    ];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AadstsCode => "aadsts_code",
            Self::TraceId => "trace_id",
            Self::CorrelationId => "correlation_id",
            Self::EntraTime => "entra_time",
            Self::AppId => "app_id",
            Self::Tenant => "tenant",
            Self::Host => "host",
            Self::Mailbox => "mailbox",
            Self::MailServer => "mail_server",
            Self::Scope => "scope",
            Self::RedirectUri => "redirect_uri",
            Self::GraphCode => "graph_code",
            Self::HttpStatus => "http_status",
        }
    }

    /// Whether distinct values are counted over all events; the others belong to their sample only.
    pub fn is_counted(self) -> bool {
        !matches!(self, Self::TraceId | Self::EntraTime)
    }
}

/// The values of one event, in order of kind; a kind may have several.
pub type Captures = Vec<(CaptureKind, String)>;

/// A code as a number, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Offset of `AADSTS`.
    pub at: usize,
    /// The digits.
    pub number: u32,
}

static CODE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(CODE_PREFIX));

/// Every distinct whole AADSTS code with its first place: four to eight digits and no further one. A code that a hard wrap cut in two is joined.
pub(super) fn codes(text: &[u8]) -> Vec<Code> {
    let mut found = Vec::new();
    for at in CODE.find_iter(text) {
        let mut digits = Vec::with_capacity(8);
        let mut wraps = 0;
        for (i, &byte) in text[at + 6..].iter().enumerate().take(12) {
            match byte {
                b'0'..=b'9' => digits.push(byte),
                b'\n' | b'\r'
                    if !digits.is_empty()
                        && wraps < 2
                        && text.get(at + 7 + i).is_some_and(|next| next.is_ascii_digit() || *next == b'\n') =>
                {
                    wraps += 1;
                }
                _ => break,
            }
        }
        // A stamp at the start of the next line is no part of the code.
        if wraps > 0 && digits.len() > 8 {
            digits.truncate(text[at + 6..].iter().take_while(|byte| byte.is_ascii_digit()).count());
        }
        if (4..=8).contains(&digits.len()) {
            let number = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            if found.iter().all(|code: &Code| code.number != number) {
                found.push(Code { at, number });
            }
            if found.len() == MOST_CODES {
                break;
            }
        }
    }
    found
}

/// Takes the values out of an event's text.
pub(super) fn captures(text: &[u8], header: Option<&Header<'_>>, found_codes: &[Code]) -> Captures {
    let decoded;
    let mut near = &text[..text.len().min(NEAR_START)];
    if let Some(code) = found_codes.first() {
        near = &text[code.at.saturating_sub(BEFORE_CODE)..text.len().min(code.at + AFTER_CODE)];
    }
    if looks_percent_encoded(near) {
        decoded = percent_decoded(near);
        near = &decoded;
    }
    let mut captures = Captures::new();
    let mut numbers: Vec<u32> = found_codes.iter().map(|code| code.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    captures.extend(numbers.iter().map(|number| (CaptureKind::AadstsCode, format!("AADSTS{number}"))));
    let mut hosts = 0;
    for (label, at) in labels::labels(near) {
        match label {
            Label::Value(kind) if captures.iter().all(|(other, _)| *other != kind) => {
                captures.extend(value_of(kind, &near[at..]).map(|value| (kind, value)));
            }
            Label::Value(_) => {}
            // Beside a refusal other hosts are Jira's own, in redirect addresses.
            Label::Host | Label::InHost => {
                let host = host_at(near, at, label).filter(|host| found_codes.is_empty() || host.is_microsoft());
                if let Some(host) = host.filter(|_| hosts < MOST_HOSTS) {
                    hosts += 1;
                    captures.push((CaptureKind::Host, host.to_string()));
                }
            }
        }
    }
    captures.extend(header.and_then(mail_server).map(|server| (CaptureKind::MailServer, server)));
    let mut captures: Captures = captures.into_iter().map(|(kind, value)| (kind, clipped(value))).collect();
    captures.sort();
    captures.dedup();
    captures
}

/// A value no longer than is kept.
pub(super) fn clipped(mut value: String) -> String {
    let end = (0..=CaptureKind::LONGEST_VALUE.min(value.len())).rfind(|&end| value.is_char_boundary(end));
    value.truncate(end.unwrap_or(0));
    value
}

/// The value of a kind behind its label.
fn value_of(kind: CaptureKind, text: &[u8]) -> Option<String> {
    match kind {
        CaptureKind::TraceId | CaptureKind::CorrelationId | CaptureKind::AppId => guid_at(text),
        CaptureKind::EntraTime => entra_time_at(text),
        CaptureKind::Tenant => tenant_at(text),
        CaptureKind::Mailbox => mailbox_at(text),
        CaptureKind::Scope => value_until(text, &SCOPE_ENDS, 400),
        CaptureKind::RedirectUri => value_until(text, &ADDRESS_ENDS, 400),
        CaptureKind::GraphCode => graph_code_at(text),
        CaptureKind::HttpStatus => status_at(text),
        CaptureKind::AadstsCode | CaptureKind::Host | CaptureKind::MailServer => None,
    }
}

/// The mail server of a mail log, or the handler before `[10001]:` in the main log.
pub(super) fn mail_server(header: &Header<'_>) -> Option<String> {
    if header.layout == Layout::JiraMail && !header.mail_server.is_empty() {
        return Some(text_of(header.mail_server));
    }
    let message = &header.message[..header.message.len().min(256)];
    let open = memchr::memchr(b'[', message)?;
    let id = &message[open + 1..];
    let digits = id.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0 && id[digits..].starts_with(b"]:") && open > 0).then(|| text_of(&message[..open]))
}

/// The mail server that a line of a mail log names.
pub fn named_mail_server(line: &[u8], layout: Layout) -> Option<String> {
    Header::parse(line, layout).as_ref().and_then(mail_server).map(clipped)
}

/// What stands between a label and its value: quotes, colons, blanks, escapes.
fn skip_separators(text: &[u8]) -> &[u8] {
    let length = text
        .iter()
        .take(12)
        .take_while(|&&byte| matches!(byte, b' ' | b':' | b'"' | b'\'' | b'\\' | b'=' | b'\t' | b'>'))
        .count();
    &text[length..]
}

/// A GUID, or one masked with `x`.
fn guid_at(text: &[u8]) -> Option<String> {
    let guid: &[u8; 36] = skip_separators(text).first_chunk()?;
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'x';
    let is_guid = [8, 13, 18, 23].iter().all(|&hyphen| guid[hyphen] == b'-')
        && [0..8, 9..13, 14..18, 19..23, 24..36].into_iter().all(|group| guid[group].iter().all(is_digit));
    is_guid.then(|| text_of(&guid.to_ascii_lowercase()))
}

/// `2026-01-13 02:01:34Z`, also with `T` or without `Z`. What counts fractions of a second is the `timestamp` of a JSON log.
fn entra_time_at(text: &[u8]) -> Option<String> {
    let (time, rest): (&[u8; 19], _) = skip_separators(text).split_first_chunk()?;
    if matches!(rest, [b',' | b'.', digit, ..] if digit.is_ascii_digit()) {
        return None;
    }
    let shape = b"dddd-dd-dd dd:dd:dd";
    let fits = time.iter().zip(shape).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        _ => byte == shape,
    });
    let mut time = *time;
    time[10] = b'T';
    fits.then(|| text_of(&time) + "Z")
}

fn tenant_at(text: &[u8]) -> Option<String> {
    let value = value_until(text, &TENANT_ENDS, 80)
        .filter(|value| !matches!(value.as_str(), "common" | "organizations" | "consumers" | "error" | "oauth2"))?;
    let with_dots = value_until(text, &DOMAIN_ENDS, 80)?;
    Some(if with_dots.len() > value.len() + 1 { with_dots } else { value })
}

fn mailbox_at(text: &[u8]) -> Option<String> {
    let mut value = value_until(text, &MAILBOX_ENDS, 254)?;
    if value.contains('%') {
        value = value.replace("%40", "@");
    }
    value.make_ascii_lowercase();
    let (user, host) = value.split_once('@')?;
    (!user.is_empty() && host.contains('.')).then_some(value)
}

fn graph_code_at(text: &[u8]) -> Option<String> {
    let text = skip_separators(text);
    let length = text.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let code = &text[..length];
    // An authorisation code or a password would have a digit somewhere; no code of Graph has.
    let is_code = length >= 8
        && !code.iter().any(u8::is_ascii_digit)
        && code.iter().any(u8::is_ascii_uppercase)
        && code.iter().any(u8::is_ascii_lowercase);
    is_code.then(|| text_of(code))
}

fn status_at(text: &[u8]) -> Option<String> {
    let text = skip_separators(text);
    let status: &[u8; 3] = text.first_chunk()?;
    let ends = !text.get(3).is_some_and(u8::is_ascii_alphanumeric);
    (matches!(status[0], b'4' | b'5') && status.iter().all(u8::is_ascii_digit) && ends).then(|| text_of(status))
}

/// Which bytes end a value.
type Ends = [bool; 256];

const SCOPE_ENDS: Ends = ends(b"&'\"\n\r\\");
const ADDRESS_ENDS: Ends = ends(b"&'\"\n\r\\ ");
const TENANT_ENDS: Ends = ends(b"'/\"\n\r ?&.,");
const DOMAIN_ENDS: Ends = ends(b"'/\"\n\r ?&,");
const MAILBOX_ENDS: Ends = ends(b"'\"\n\r ,;/]>)&\\");

const fn ends(bytes: &[u8]) -> Ends {
    let (mut ends, mut i) = ([false; 256], 0);
    while i < bytes.len() {
        ends[bytes[i] as usize] = true;
        i += 1;
    }
    ends
}

fn value_until(text: &[u8], ends: &Ends, most: usize) -> Option<String> {
    let window = &text[..text.len().min(most)];
    let length = window.iter().position(|&byte| ends[usize::from(byte)]).filter(|&length| length > 0)?;
    Some(text_of(&window[..length]))
}

/// Whether the text is (part of) an encoded address, so that labels are spelt `Trace+ID%3a`.
fn looks_percent_encoded(text: &[u8]) -> bool {
    memchr::memchr(b'%', text).is_some()
        && [&b"%3a"[..], b"%3A", b"%20", b"%27"].iter().any(|code| memmem::find(text, code).is_some())
}

/// `%xx` and `+` decoded.
pub fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    let hex = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    while at < text.len() {
        let pair = text.get(at + 1).copied().and_then(hex).zip(text.get(at + 2).copied().and_then(hex));
        match (text[at], pair) {
            (b'%', Some((high, low))) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            (byte, _) => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        captures(text.as_bytes(), None, &codes(text.as_bytes()))
            .into_iter()
            .map(|(kind, value)| format!("{}={value}", kind.as_str()))
            .collect()
    }

    const IDS: [&str; 5] = [
        "aadsts_code=AADSTS7000215",
        "trace_id=94126cb8-71ca-4a67-aa4c-f7e359f2b870",
        "correlation_id=56c4f734-1243-423e-a127-6e4192dd1470",
        "entra_time=2026-06-18T03:16:39Z",
        "app_id=649dfa0d-725b-481d-a82d-64594464404e",
    ];

    #[test]
    fn the_tail_of_a_refusal_in_every_form() {
        let lines = "AADSTS7000215: Invalid client secret provided for a secret added to app '649dfa0d-725b-481d-a82d-64594464404e'. Trace ID: 94126cb8-71ca-4a67-aa4c-f7e359f2b870   Correlation ID: 56c4f734-1243-423e-a127-6e4192dd1470 Timestamp: 2026-06-18 03:16:39Z";
        assert_eq!(all(lines), IDS);
        let json = r#"{"error_description":"AADSTS7000215: for app '649dfa0d-725b-481d-a82d-64594464404e'.\r\nTrace ID: 94126cb8-71ca-4a67-aa4c-f7e359f2b870\r\nCorrelation ID: 56c4f734-1243-423e-a127-6e4192dd1470\r\nTimestamp: 2026-06-18 03:16:39Z"}"#;
        assert_eq!(all(json), IDS);
        let page = "Request Id: 94126cb8-71ca-4a67-aa4c-f7e359f2b870\nCorrelation Id: 56c4f734-1243-423e-a127-6e4192dd1470\nTimestamp: 2026-06-18T03:16:39Z\nMessage: AADSTS7000215: app '649dfa0d-725b-481d-a82d-64594464404e'";
        assert_eq!(all(page), IDS);
        let url = "https://jira.example.com/cb?error_description=AADSTS7000215%3a+app+%27649dfa0d-725b-481d-a82d-64594464404e%27%0d%0aTrace+ID%3a+94126cb8-71ca-4a67-aa4c-f7e359f2b870%0d%0aCorrelation+ID%3a+56c4f734-1243-423e-a127-6e4192dd1470%0d%0aTimestamp%3a+2026-06-18+03%3a16%3a39Z";
        assert_eq!(all(url), IDS);
    }

    #[test]
    fn the_time_of_a_json_line_is_not_entras() {
        let line =
            r#"{"timestamp":"2026-06-18T03:16:40,5Z","message":"AADSTS7000215: x Timestamp: 2026-06-18 03:16:39Z"}"#;
        assert_eq!(all(line), ["aadsts_code=AADSTS7000215", "entra_time=2026-06-18T03:16:39Z"]);
    }

    #[test]
    fn codes_are_whole() {
        let numbers = |text: &str| codes(text.as_bytes()).iter().map(|code| code.number).collect::<Vec<_>>();
        assert_eq!(numbers("AADSTS700021 AADSTS7000218: AADSTS70 AADSTS123456789"), [700_021, 7_000_218]);
        assert_eq!(numbers("AADSTS70008\n2: wrapped"), [700_082]);
        assert_eq!(numbers("AADSTS700082\n2026-01-13 02:01:40,118 main"), [700_082]);
    }

    #[test]
    fn hosts_mailboxes_and_graph_codes() {
        assert_eq!(
            all(
                r#"GET https://graph.microsoft.com/v1.0/users/Help%40contoso.example/mailFolders 404 {"error":{"code":"ErrorItemNotFound","message":"x"}}"#
            ),
            ["host=graph.microsoft.com", "mailbox=help@contoso.example", "graph_code=ErrorItemNotFound"]
        );
        assert!(all(r#"{"code":"0AXoAk3v9x1q8w2z7Bc"} passcode: Winter2026"#).is_empty(), "these are secrets");
    }
}
