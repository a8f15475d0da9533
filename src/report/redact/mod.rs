//! Redaction: takes secrets, and at the full level people, hosts and addresses too, out of all that a report shows.
//!
//! A [`Shown`] can only come from here, and sinks accept nothing else, so forgetting to redact is a type error.
//! Redaction is by pattern and by what it was taught; it is not exhaustive, and the report says so. It runs before
//! truncation and before escaping. What a secret was is told only by its class; the same person is the same
//! pseudonym throughout a report. Detection of errors is not its business: it never sees what is not shown.

mod addresses;
#[cfg(test)]
mod canaries;
mod contents;
mod dictionary;
mod edge;
mod headers;
mod hit;
mod hosts;
mod identity;
mod identity_names;
mod keep;
mod key;
mod level;
mod pattern;
mod random_looking;
mod secret_keys;
mod secret_names;
mod secret_shapes;
#[cfg(test)]
mod tests;
mod urls;
mod value;
mod view;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display, Formatter, Write as _};

use serde::Serialize;

use dictionary::Dictionary;
use edge::End;
use hit::{Class, Hit, merged};
pub use identity::Identity;
pub use key::{Key, KeyError, KeyFlaw, KeyId, NoKeyId};
pub use level::{Level, UnknownLevel};
use view::View;

/// How far masking can be trusted, as every report says.
pub(super) const MANNER: &str = "by pattern, not exhaustive";

/// A text that may be shown: our own, or one that went through a [`Redactor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown(String);

impl Shown {
    /// A text of ours, in which every piece that comes from a log went through a [`Redactor`] before.
    pub(crate) fn own(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Shown {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// Masks one report's texts, and remembers which pseudonym stands for whom.
pub struct Redactor {
    level: Level,
    key: Option<Key>,
    /// Of the key that made the pseudonyms which already stand in the texts.
    key_before: Option<KeyId>,
    known: Dictionary,
    pseudonyms: HashMap<(Identity, String), u64>,
    given: BTreeMap<Identity, u64>,
    masked: BTreeMap<String, u64>,
}

impl fmt::Debug for Redactor {
    /// Without the names it knows: a debug log must not show what the report hides.
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_struct("Redactor").field("level", &self.level).field("masked", &self.masked).finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor for one report.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            key: None,
            key_before: None,
            known: Dictionary::default(),
            pseudonyms: HashMap::new(),
            given: BTreeMap::new(),
            masked: BTreeMap::new(),
        }
    }

    /// The same with pseudonyms made by a key, so that they are equal in other reports; without one they are numbered.
    #[must_use]
    pub fn keyed(self, key: Option<Key>) -> Self {
        Self { key, ..self }
    }

    /// The same for texts that were masked with a key before: pseudonyms in them stay, and so does the key's name.
    #[must_use]
    pub fn keyed_before(self, key_before: Option<KeyId>) -> Self {
        Self { key_before, ..self }
    }

    /// Names the key behind the pseudonyms; nothing where they are numbered or where the level has none.
    pub fn key_id(&self) -> Option<KeyId> {
        self.key.as_ref().map(Key::id).or(self.key_before).filter(|_| self.level == Level::Full)
    }

    /// The level it was made for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What was masked so far, by class and count, and how far that can be trusted.
    pub fn summary(&self) -> String {
        let masked: Vec<String> = self.masked.iter().map(|(class, count)| format!("{count} {class}")).collect();
        let masked = if masked.is_empty() { "nothing".to_owned() } else { masked.join(", ") };
        let key = self.key_id().map_or_else(String::new, |id| format!(", key {id}"));
        format!("{masked} (level {}{key}; {MANNER})", self.level)
    }

    /// How many values are masked in what was shown, by class; also those that an earlier report masked.
    pub fn masked(&self) -> &BTreeMap<String, u64> {
        &self.masked
    }

    /// Teaches it an identity that was read from its place in a log, such as the user column, so that it is found
    /// wherever else it stands. Words that belong to the language of logs, and public hosts, are not taken in.
    pub fn learn(&mut self, kind: Identity, value: &str) {
        let value = match value.rsplit_once(':') {
            Some((host, port)) if kind == Identity::Host && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => value,
        };
        if self.level != Level::Full
            || kind == Identity::Host && !keep::is_host_name(value)
            || keep::is_public_host(value)
            || keep::is_nobodys(kind, value)
        {
            return;
        }
        self.known.learn(if addresses::is_mail(value) { Identity::Email } else { kind }, value);
    }

    /// Teaches it every identity that a text gives away, without showing it. Whoever does so with all texts of a report
    /// before the first is shown masks a name even where it stands before the place that gives it away.
    pub fn study(&mut self, text: &str) {
        if self.level == Level::Full {
            let views = View::all(text);
            self.study_views(&views, &mut Vec::new());
        }
    }

    /// A text from a log, masked.
    pub fn show(&mut self, text: &str) -> Shown {
        self.show_up_to(text, End::Own)
    }

    /// The beginning of a text from a log that was cut, masked up to the cut: half a token is a token that no rule knows,
    /// so the word in which the text ends goes too.
    pub fn show_beginning(&mut self, text: &[u8]) -> Shown {
        self.show_up_to(&readable(text), End::Cut)
    }

    /// A name that is known to be one by its place, such as a node's or a captured host's: masked even where its looks
    /// tell nothing. Public hosts, roles and what is no name stay.
    pub fn show_name(&mut self, identity: Identity, name: &str) -> Shown {
        let shown = self.show(name);
        if self.level != Level::Full || shown.0 != name || keep::is_nobodys(identity, name) {
            return shown;
        }
        let (name, rest) = match name.rsplit_once(':') {
            Some((host, port)) if identity == Identity::Host && keep::is_number(port) => name.split_at(host.len()),
            _ => (name, ""),
        };
        *self.masked.entry(identity.name().to_owned()).or_default() += 1;
        Shown(self.pseudonym(identity, name.trim_end_matches('.').to_lowercase()) + rest)
    }

    /// Bytes from a log, masked; those that are no text become `\xHH`.
    pub fn show_bytes(&mut self, text: &[u8]) -> Shown {
        self.show(&readable(text))
    }

    fn show_up_to(&mut self, text: &str, end: End) -> Shown {
        /// A name that one pass finds lets the next find it elsewhere; each pass leaves less to find.
        const PASSES: usize = 8;
        let mut shown = text.to_owned();
        if self.level != Level::Off {
            for _ in 0..PASSES {
                match self.pass(&shown, end) {
                    Some(next) => shown = next,
                    // What stands at the end now may read like something else.
                    None if end == End::Cut && edge::last_whole(&shown) < shown.len() => {
                        shown.truncate(edge::last_whole(&shown));
                    }
                    None => break,
                }
            }
            if end == End::Cut {
                shown.truncate(edge::last_whole(&shown));
            }
            self.count_masked(&shown);
        }
        Shown(shown)
    }

    /// One pass over a text; nothing if there was nothing to mask.
    fn pass(&mut self, text: &str, end: End) -> Option<String> {
        let hits = merged(text, self.hits(text, end));
        if hits.is_empty() {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for hit in hits {
            shown.push_str(&text[from..hit.span.start]);
            from = hit.span.end;
            match hit.class {
                Class::Secret(class) => shown.extend(["[secret:", class, "]"]),
                Class::Identity(identity) => shown.push_str(&self.pseudonym(identity, hit.value)),
            }
        }
        shown.push_str(&text[from..]);
        Some(shown)
    }

    /// Counts what stands for masked values. The text is asked, not the passes over it, so that a report which was read
    /// back and written again says the same.
    fn count_masked(&mut self, shown: &str) {
        let secrets = shown.split("[secret:").skip(1).filter_map(|rest| rest.split_once(']')).map(|(class, _)| class);
        for class in secrets.filter(|class| class.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')) {
            *self.masked.entry(class.to_owned()).or_default() += 1;
        }
        if self.level != Level::Full {
            return;
        }
        for place in shown.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(place, _)| place) {
            let class = place.split_once('-').filter(|(_, name)| name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            if let Some((class, _)) =
                class.filter(|(class, _)| Identity::ALL.iter().any(|other| other.name() == *class))
            {
                *self.masked.entry(class.to_owned()).or_default() += 1;
            }
        }
    }

    fn pseudonym(&mut self, identity: Identity, value: String) -> String {
        if let Some(key) = &self.key {
            return format!("<{}-{}>", identity.name(), key.pseudonym(identity, &value));
        }
        let given = self.given.entry(identity).or_default();
        let number = *self.pseudonyms.entry((identity, value)).or_insert_with(|| {
            *given += 1;
            *given
        });
        format!("<{}-{number}>", identity.name())
    }

    /// Everything to be masked in a text, from all its views, at its places in the text.
    fn hits(&mut self, text: &str, end: End) -> Vec<Hit> {
        let views = View::up_to(text, end);
        let mut hits = Vec::new();
        for view in &views {
            let mut found = Vec::new();
            secret_shapes::find(view, &mut found);
            headers::find(view, &mut found);
            secret_names::find(view, &mut found);
            hits.extend(found.into_iter().map(|hit| hit.at_home(view)));
        }
        if self.level == Level::Full {
            self.study_views(&views, &mut hits);
            for view in views.iter().rev().filter(|view| !view.is_joined) {
                let mut found = Vec::new();
                self.known.find(view, &mut found);
                random_looking::find(view, &mut found);
                hits.extend(found.into_iter().map(|hit| hit.at_home(view)));
            }
        }
        hits
    }

    /// Finds identities by their looks and places, and remembers their names.
    fn study_views(&mut self, views: &[View], hits: &mut Vec<Hit>) {
        let mut names = Vec::new();
        // Of equal hits the first counts, and the reading with fewer escapes has the plainer value.
        for view in views.iter().rev() {
            let mut found = Vec::new();
            addresses::find_mail(view, &mut found);
            if !view.is_joined {
                addresses::find_networks(view, &mut found);
                hosts::find_columns(view, &mut found);
                identity_names::find(view, &mut found);
                hosts::find(view, &mut found);
                contents::find(view, &mut found);
                headers::find_names(view, &mut names);
                identity_names::find_names(view, &mut names);
            }
            for hit in found {
                if let Class::Identity(
                    identity @ (Identity::User | Identity::Host | Identity::Node | Identity::Tenant),
                ) = hit.class
                {
                    names.push((identity, hit.value.clone()));
                }
                hits.push(hit.at_home(view));
            }
        }
        for (identity, name) in names {
            // A bare word may be a host in a URL and a word elsewhere.
            let is_telling = identity != Identity::Host
                || name.contains(['.', '-'])
                || name.bytes().any(|byte| byte.is_ascii_digit());
            if is_telling {
                self.learn(identity, &name);
            }
        }
    }
}

/// Bytes as text; those that are none are spelt `\xHH`.
fn readable(bytes: &[u8]) -> String {
    let mut readable = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        readable.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(readable, "\\x{byte:02X}");
        }
    }
    readable
}
