//! Which hosts and mail servers an event shows to have answered. An error can show it too: who is refused was heard.

use memchr::memmem;

use super::{CaptureKind, Captures, Event};
use crate::catalogue::Category;

/// Where Microsoft refuses, unless the event names another of its login hosts.
const LOGIN_HOST: &str = "login.microsoftonline.com";
/// The words of a mail server that was reached.
const MAIL_ANSWERS: [&[u8]; 3] = [b"AUTHENTICATE failed", b"LOGIN failed", b"Authentication unsuccessful"];

/// The names in a known error of this category. A failed handshake or connection reached nobody.
pub(super) fn answered(category: Category, event: &Event<'_>, captures: &Captures) -> Vec<String> {
    let values = |wanted| captures.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, value)| value.clone());
    match category {
        Category::Tls | Category::Network => Vec::new(),
        Category::Graph => values(CaptureKind::Host).collect(),
        _ if values(CaptureKind::AadstsCode).next().is_some() => {
            let mut hosts: Vec<String> = values(CaptureKind::Host).filter(|host| host.starts_with("login.")).collect();
            if hosts.is_empty() {
                hosts.push(LOGIN_HOST.to_owned());
            }
            hosts
        }
        Category::MailProtocol if MAIL_ANSWERS.iter().any(|words| memmem::find(event.text, words).is_some()) => {
            values(CaptureKind::Host).chain(values(CaptureKind::MailServer)).collect()
        }
        _ => Vec::new(),
    }
}
