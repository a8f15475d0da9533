//! Redaction: takes secrets, and at the full level people, hosts and addresses too, out of all that a report shows.
//!
//! A [`Shown`] can only come from here, and sinks accept nothing else, so forgetting to redact is a type error.
//! Redaction is by pattern and by what it was taught; it is not exhaustive, and the report says so. It runs before
//! truncation and before escaping. What a secret was is told only by its class; the same person is the same
//! pseudonym throughout a report. Detection of errors is not its business: it never sees what is not shown.

mod addresses;
#[cfg(test)]
mod canaries;
mod dictionary;
mod headers;
mod hit;
mod hosts;
mod identity_names;
mod keep;
mod pattern;
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
use std::str::FromStr;

use serde::Serialize;

use dictionary::Dictionary;
use hit::{Class, Hit, merged};
use view::View;

/// How much is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// Whatever opens a door: passwords, tokens, cookies, keys, licences.
    Secrets,
    /// Secrets, and also people, hosts, addresses, tenants and mail subjects.
    Full,
}

impl Display for Level {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Off => "off",
            Self::Secrets => "secrets",
            Self::Full => "full",
        })
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Off, Self::Secrets, Self::Full].into_iter().find(|level| level.to_string() == text).ok_or(UnknownLevel)
    }
}

/// A text that names no level of redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLevel;

impl Display for UnknownLevel {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("the level of redaction is off, secrets or full")
    }
}

impl std::error::Error for UnknownLevel {}

/// What kind of identity a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// A mail address or user principal name.
    Email,
    /// A user's name, short or in full.
    User,
    /// A network address.
    Ip,
    /// A host of the customer.
    Host,
    /// A tenant's id, domain or display name.
    Tenant,
    /// The object id of a person or principal.
    Object,
    /// A node of the cluster.
    Node,
    /// Jira's short hash of a session.
    Session,
    /// The subject of a mail.
    Subject,
}

impl Identity {
    const ALL: [Self; 9] = [
        Self::Email,
        Self::User,
        Self::Ip,
        Self::Host,
        Self::Tenant,
        Self::Object,
        Self::Node,
        Self::Session,
        Self::Subject,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::User => "user",
            Self::Ip => "ip",
            Self::Host => "host",
            Self::Tenant => "tenant",
            Self::Object => "object",
            Self::Node => "node",
            Self::Session => "session",
            Self::Subject => "subject",
        }
    }
}

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
            known: Dictionary::default(),
            pseudonyms: HashMap::new(),
            given: BTreeMap::new(),
            masked: BTreeMap::new(),
        }
    }

    /// The level it was made for.
    pub fn level(&self) -> Level {
        self.level
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
        /// A name that one pass finds lets the next find it elsewhere; each pass leaves less to find.
        const PASSES: usize = 8;
        let mut shown = text.to_owned();
        if self.level != Level::Off {
            for _ in 0..PASSES {
                match self.pass(&shown) {
                    Some(next) => shown = next,
                    None => break,
                }
            }
            self.count_masked(&shown);
        }
        Shown(shown)
    }

    /// Bytes from a log, masked; those that are no text become `\xHH`.
    pub fn show_bytes(&mut self, text: &[u8]) -> Shown {
        let mut readable = String::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            readable.push_str(chunk.valid());
            for byte in chunk.invalid() {
                // Writing to a string cannot fail.
                let _ = write!(readable, "\\x{byte:02X}");
            }
        }
        self.show(&readable)
    }

    /// One pass over a text; nothing if there was nothing to mask.
    fn pass(&mut self, text: &str) -> Option<String> {
        let hits = merged(text, self.hits(text));
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
                Class::Identity(identity) => {
                    let number = self.pseudonym(identity, hit.value);
                    let _ = write!(shown, "<{}-{number}>", identity.name());
                }
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

    fn pseudonym(&mut self, identity: Identity, value: String) -> u64 {
        let given = self.given.entry(identity).or_default();
        *self.pseudonyms.entry((identity, value)).or_insert_with(|| {
            *given += 1;
            *given
        })
    }

    /// Everything to be masked in a text, from all its views, at its places in the text.
    fn hits(&mut self, text: &str) -> Vec<Hit> {
        let views = View::all(text);
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
