//! Texts with placeholders in braces, cut into pieces once and filled many times.
//!
//! A brace that opens no known placeholder is plain text, so JSON needs no escaping.

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    // Those of known errors.
    Trace,
    Correlation,
    EntraTime,
    App,
    // Those of background events.
    Small,
    Large,
    Millis,
    Guid,
    Hex,
    User,
    Issue,
    Project,
    Class,
    Url,
    Host,
    Table,
    Plugin,
    Phrase,
    Mailbox,
}

/// The placeholders that a known error may hold.
pub(crate) const KNOWN_SLOTS: &[(&str, Slot)] =
    &[("trace", Slot::Trace), ("correlation", Slot::Correlation), ("entra_time", Slot::EntraTime), ("app", Slot::App)];

/// The placeholders of the built-in background texts.
pub(crate) const BACKGROUND_SLOTS: &[(&str, Slot)] = &[
    ("n", Slot::Small),
    ("large", Slot::Large),
    ("ms", Slot::Millis),
    ("guid", Slot::Guid),
    ("hex", Slot::Hex),
    ("user", Slot::User),
    ("issue", Slot::Issue),
    ("project", Slot::Project),
    ("class", Slot::Class),
    ("url", Slot::Url),
    ("host", Slot::Host),
    ("table", Slot::Table),
    ("plugin", Slot::Plugin),
    ("phrase", Slot::Phrase),
    ("mailbox", Slot::Mailbox),
];

/// A text cut at its placeholders.
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

pub(crate) enum Piece {
    Text(Vec<u8>),
    Slot(Slot),
}

impl Template {
    /// Cuts `text` at the given placeholders; each LF in it becomes `line_end`.
    pub(crate) fn parse(text: &str, slots: &[(&str, Slot)], line_end: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            plain.push_str(&rest[..open]);
            rest = &rest[open..];
            if let Some((length, slot)) = placeholder(rest, slots) {
                push_text(&mut pieces, &plain, line_end);
                plain.clear();
                pieces.push(Piece::Slot(slot));
                rest = &rest[length..];
            } else {
                plain.push('{');
                rest = &rest[1..];
            }
        }
        plain.push_str(rest);
        push_text(&mut pieces, &plain, line_end);
        Self { pieces }
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

/// The placeholder at the start of `text`, which starts with a brace, and its length.
fn placeholder(text: &str, slots: &[(&str, Slot)]) -> Option<(usize, Slot)> {
    let close = text.find('}')?;
    let name = &text[1..close];
    let (_, slot) = slots.iter().find(|(known, _)| *known == name)?;
    Some((close + 1, *slot))
}

fn push_text(pieces: &mut Vec<Piece>, text: &str, line_end: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.replace('\n', line_end).into_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN_SLOTS, Piece, Slot, Template};

    #[test]
    fn only_known_names_are_placeholders() {
        let text = "{\"id\":\"{trace}\",\"n\":{n}}\nend {";
        let template = Template::parse(text, KNOWN_SLOTS, "\r\n");
        let shown: Vec<String> = template
            .pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Piece::Slot(slot) => format!("<{slot:?}>"),
            })
            .collect();
        assert_eq!(shown, ["{\"id\":\"", "<Trace>", "\",\"n\":{n}}\r\nend {"]);
        assert_eq!(KNOWN_SLOTS.len(), 4);
        assert_eq!(Slot::Trace, KNOWN_SLOTS[0].1);
    }
}
