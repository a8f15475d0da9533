//! Reads what a marker line says: a start-up and its version, the Java version, an authorisation in the browser.

use memchr::memmem;

use crate::diagnosis::{Marker, MarkerKind, Place};
use crate::event::Level;
use crate::matcher::{Event, MarkerText};

/// The marker of an event, if the event has a time and says what the literal promised.
pub(super) fn read(text: MarkerText, event: &Event<'_>, place: &Place) -> Option<Marker> {
    let header = event.header?;
    let what = match text {
        MarkerText::Started => MarkerKind::Started(version_before(event.text, b", build: ")),
        MarkerText::Build => {
            MarkerKind::Build(version_after(event.text, b"Build ").or_else(|| version_after(event.text, b"BUILD "))?)
        }
        MarkerText::Java => MarkerKind::Java(version_after(event.text, b"Java Version ")?),
        // Each step of one authorisation logs; the errors among them are findings, the talk at INFO marks the attempt.
        MarkerText::Authorisation
            if header.level <= Level::Info || memmem::find(header.url, b"/config/flow").is_some() =>
        {
            MarkerKind::Authorisation
        }
        MarkerText::Authorisation | MarkerText::Polled => return None,
    };
    let stamp = header.stamp?;
    Some(Marker {
        instant: stamp.instant,
        source: std::sync::Arc::clone(&place.source),
        byte: place.byte,
        offset: stamp.offset,
        what,
    })
}

/// `Jira 9.12.4, build: …`: the version before the words.
fn version_before(text: &[u8], words: &[u8]) -> Option<String> {
    let end = memmem::find(text, words)?;
    let start = text[..end].iter().rposition(|byte| !is_version_byte(*byte)).map_or(0, |last| last + 1);
    version(&text[start..end])
}

/// `JIRA Build    : 9.12.4#9120004-…`: the version behind a label, its padding and its colon.
fn version_after(text: &[u8], label: &[u8]) -> Option<String> {
    memmem::find_iter(text, label).find_map(|at| {
        let rest = text[at + label.len()..].trim_ascii_start();
        let rest = rest.strip_prefix(b":")?.trim_ascii_start();
        version(&rest[..rest.iter().position(|byte| !is_version_byte(*byte)).unwrap_or(rest.len())])
    })
}

fn is_version_byte(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.' || byte == b'_'
}

fn version(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim_matches('.');
    (text.len() <= 24 && text.starts_with(|first: char| first.is_ascii_digit())).then(|| text.to_owned())
}
