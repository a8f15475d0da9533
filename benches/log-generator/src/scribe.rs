//! Chance, time and fragments in one place, and the filling of placeholders.

use crate::Layout;
use crate::clock::Clock;
use crate::digits::{push_guid, push_hex, push_number};
use crate::random::Random;
use crate::template::{Piece, Slot, Template};
use crate::vocabulary::{Vocabulary, push_issue};
use crate::words;

/// What every writer of a part of an event needs.
pub(crate) struct Scribe<'v> {
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    pub(crate) vocabulary: &'v Vocabulary,
    pub(crate) layout: Layout,
    pub(crate) line_end: &'static str,
    /// The request that was logged last; several events in a row often share one.
    pub(crate) request: Request,
}

/// What the events of one request have in common.
#[derive(Default)]
pub(crate) struct Request {
    /// Requests since the start of this Jira.
    pub(crate) number: u64,
    /// The name of its thread.
    pub(crate) thread: Vec<u8>,
    /// User, request id, session, addresses and path.
    pub(crate) fields: Vec<u8>,
}

/// The levels that occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    pub(crate) const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

impl Scribe<'_> {
    pub(crate) fn push_line_end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.line_end.as_bytes());
    }

    /// Appends one of the templates, its placeholders filled.
    pub(crate) fn push_any(&mut self, out: &mut Vec<u8>, templates: &[Template]) {
        let template = self.random.pick(templates);
        self.push_template(out, template);
    }

    /// Appends a template, its placeholders filled.
    pub(crate) fn push_template(&mut self, out: &mut Vec<u8>, template: &Template) {
        for piece in template.pieces() {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Slot(slot) => self.push_slot(out, *slot),
            }
        }
    }

    fn push_slot(&mut self, out: &mut Vec<u8>, slot: Slot) {
        let vocabulary = self.vocabulary;
        let random = &mut self.random;
        match slot {
            Slot::Trace | Slot::Correlation | Slot::Guid => push_guid(out, random),
            Slot::EntraTime => {
                let seconds = random.between(1, 6);
                self.clock.push_entra_time(out, seconds);
            }
            Slot::App => out.extend_from_slice(random.text(&vocabulary.apps)),
            Slot::Small => push_number(out, u64::from(random.between(1, 999))),
            Slot::Large => push_number(out, u64::from(random.between(10_000, 9_999_999))),
            Slot::Millis => push_number(out, u64::from(random.between(1, 60_000))),
            Slot::Hex => push_hex(out, random, 12),
            Slot::User => out.extend_from_slice(random.favour(&vocabulary.users).as_slice()),
            Slot::Issue => push_issue(out, random),
            Slot::Project => out.extend_from_slice(random.text(words::PROJECTS)),
            Slot::Class => vocabulary.push_class(out, random),
            Slot::Url => out.extend_from_slice(random.favour(&vocabulary.urls).as_slice()),
            Slot::Host => out.extend_from_slice(random.text(words::HOSTS)),
            Slot::Table => out.extend_from_slice(random.text(words::TABLES)),
            Slot::Plugin => out.extend_from_slice(random.text(words::PLUGINS)),
            Slot::Phrase => out.extend_from_slice(random.text(words::PHRASES)),
            Slot::Mailbox => out.extend_from_slice(random.text(words::MAILBOXES)),
        }
    }
}
