//! The places of a log at which a text can stand, all inside an event that a signature claims.

use super::cage::Canary;

/// A log, and its name.
pub(crate) struct Placed {
    pub(crate) source: String,
    pub(crate) log: String,
}

/// Where a canary sits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Message,
    BeforeTheError,
    MailServer,
    Thread,
    UserColumn,
    AddressColumn,
    StackTrace,
    Json,
    JsonInJson,
    MailDebug,
    PercentEncoded,
    TwicePercentEncoded,
    Html,
    UnicodeEscaped,
    ZeroWidth,
    Coloured,
    Bracketed,
    SplitOverLines,
    Subject,
    FileName,
    Folder,
}

pub(crate) const PLACES: &[Place] = &[
    Place::Message,
    Place::BeforeTheError,
    Place::MailServer,
    Place::Thread,
    Place::UserColumn,
    Place::AddressColumn,
    Place::StackTrace,
    Place::Json,
    Place::JsonInJson,
    Place::MailDebug,
    Place::PercentEncoded,
    Place::TwicePercentEncoded,
    Place::Html,
    Place::UnicodeEscaped,
    Place::ZeroWidth,
    Place::Coloured,
    Place::Bracketed,
    Place::SplitOverLines,
    Place::Subject,
    Place::FileName,
    Place::Folder,
];

const TIME: &str = "2026-01-13 02:01:40,118+0000";
const ERROR: &str = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44'. Trace ID: 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300 Correlation ID: b7e2c9a4-1d36-4d55-8f21-6a90c3e85512 Timestamp: 2026-01-13 02:01:34Z";

/// The beginning of an event that a signature claims, up to where more text can follow.
pub(crate) fn head() -> String {
    format!("{} {ERROR} ", main("ERROR", "-"))
}

fn main(level: &str, user: &str) -> String {
    format!(
        "{TIME} http-nio-8080-exec-14 {level} {user} 552x48213x4 1k9x2ab - /rest/oauth2-client [c.a.o.c.rest.resource.X]"
    )
}

impl Place {
    /// What the place is called in a message of a test.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// A log with the canary at this place; nothing where it cannot stand there.
    pub(crate) fn put(self, canary: &Canary) -> Option<Placed> {
        let text = canary.text;
        let head = head();
        let is_line = !text.contains('\n');
        let log = match self {
            Self::Message => format!("{head}{text}\n"),
            Self::BeforeTheError => format!("{} {text} {ERROR}\n", main("ERROR", "-")),
            Self::MailServer if is_line && !text.contains(['[', ']']) => {
                format!("{TIME} ERROR [{text}] Caesium-1-4 ServiceRunner     Mail failed: {ERROR}\n")
            }
            Self::Thread if is_line => format!("{TIME} {text} ERROR anonymous     [c.a.j.sample.Mail] {ERROR}\n"),
            Self::UserColumn if canary.class.starts_with("user") => {
                format!("{} {ERROR}\n", main("ERROR", canary.needle))
            }
            Self::AddressColumn if canary.class.starts_with("IPv") => {
                format!("{} {ERROR}\n", main("ERROR", "-").replace(" - /", &format!(" {} /", canary.needle)))
            }
            Self::StackTrace => format!(
                "{head}\njava.lang.RuntimeException: x\n\tat com.x.Foo.bar(Foo.java:3)\nCaused by: java.io.IOException: {text}\n\t... 43 more\n"
            ),
            Self::Json => format!(
                "{} {{\"error\":\"invalid_client\",\"error_description\":\"{}\",\"detail\":\"{}\"}}\n",
                main("ERROR", "-"),
                ERROR,
                json(text)
            ),
            Self::JsonInJson => format!("{head}{{\"a\":\"{}\"}}\n", json(&format!("{{\"b\":\"{}\"}}", json(text)))),
            Self::MailDebug => format!("{head}\nDEBUG IMAPS: AUTH: XOAUTH2\nC: A0 CAPABILITY\n{text}\nS: A1 OK\n"),
            Self::PercentEncoded => format!("{head}GET /x?next={}&z=1 HTTP/1.1\n", percent(text)),
            Self::TwicePercentEncoded => format!("{head}GET /x?next={} HTTP/1.1\n", percent(&percent(text))),
            Self::Html => format!("{head}<p>{}</p>\n", html(text)),
            Self::UnicodeEscaped => format!("{head}data: {} .\n", unicode_escaped(text)),
            Self::ZeroWidth => {
                let hidden: String = text.chars().flat_map(|character| [character, '\u{200b}']).collect();
                format!("{head}{hidden}\n")
            }
            Self::Coloured => format!("{head}\u{1b}[31m{text}\u{1b}[0m\n"),
            Self::Bracketed => format!("{head}[{text}] ({text})\n"),
            // Half a name is another name: only tokens are known to go on.
            Self::SplitOverLines
                if canary.class.contains("by name") || ["bearer", "jwt", "xsrf", "api key"].contains(&canary.class) =>
            {
                let at = text.find(canary.needle)? + 7;
                format!("{head}{}\n    {}\n", &text[..at], &text[at..])
            }
            Self::MailServer | Self::Thread | Self::UserColumn | Self::AddressColumn | Self::SplitOverLines => {
                return None;
            }
            Self::Subject => format!("{head}Subject: Re: {text}\n"),
            Self::FileName | Self::Folder => format!("{head}\n"),
        };
        let as_name = text.replace(['\n', '/'], " ");
        let source = match self {
            Self::FileName if !text.contains('/') => format!("logs/{as_name}.log"),
            Self::Folder if !text.contains('/') => format!("{as_name}/atlassian-jira.log"),
            Self::FileName | Self::Folder => return None,
            _ => "atlassian-jira.log".to_owned(),
        };
        Some(Placed { source, log })
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('@', "&#64;").replace('=', "&#x3d;")
}

fn unicode_escaped(text: &str) -> String {
    let escape = |character: char| {
        if character.is_ascii_alphanumeric() {
            character.to_string()
        } else {
            format!("\\u{:04x}", u32::from(character))
        }
    };
    text.chars().map(escape).collect()
}
