//! Carriers that wrap each line into a JSON object: Docker's log files and the journal's export.

use std::borrow::Cow;

use serde::Deserialize;

use super::Label;
use super::form::{Held, add_journal};

#[derive(Deserialize)]
struct DockerRecord<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow, default)]
    stream: Cow<'a, str>,
    #[serde(rename = "time")]
    _time: serde::de::IgnoredAny,
}

#[derive(Deserialize)]
struct JournalRecord<'a> {
    #[serde(borrow, rename = "MESSAGE")]
    message: JournalMessage<'a>,
    #[serde(borrow, rename = "_HOSTNAME", default)]
    host: Cow<'a, str>,
    #[serde(borrow, rename = "SYSLOG_IDENTIFIER", default)]
    program: Cow<'a, str>,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    _time: serde::de::IgnoredAny,
}

/// Text; bytes where it is no UTF-8; null where it is too long for the export.
#[derive(Deserialize)]
#[serde(untagged)]
enum JournalMessage<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Bytes(Vec<u8>),
    None(()),
}

/// One line of Docker's `json-file` driver. Text without a line feed at its end is a part of a longer line.
pub(super) fn docker<'a>(line: &'a [u8], label: &mut Label) -> Option<Held<'a>> {
    let record: DockerRecord<'a> = parsed(line)?;
    if record.stream == "stderr" {
        label.add(&[b"stderr"], None);
    }
    let mut text = into_bytes(record.log);
    let ends_line = text.ends_with(b"\n");
    if ends_line {
        match &mut text {
            Cow::Borrowed(text) => *text = &text[..text.len() - 1],
            Cow::Owned(text) => text.truncate(text.len() - 1),
        }
    }
    Some(Held { text, ends_line })
}

/// One line of `journalctl -o json`.
pub(super) fn journal<'a>(line: &'a [u8], label: &mut Label) -> Option<Held<'a>> {
    let record: JournalRecord<'_> = parsed(line)?;
    add_journal(label, record.host.as_bytes(), record.program.as_bytes());
    let text = match record.message {
        JournalMessage::Text(text) => into_bytes(text).into_owned(),
        JournalMessage::Bytes(bytes) => bytes,
        JournalMessage::None(()) => Vec::new(),
    };
    Some(Held { text: Cow::Owned(text), ends_line: true })
}

/// The object that a line is.
fn parsed<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Option<T> {
    line.starts_with(b"{").then(|| serde_json::from_slice(line).ok())?
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
