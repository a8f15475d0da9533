//! Log lines that show success: a mail server was polled, or a line that a signature names as its recovery. An outage is
//! over only where such a line names what failed.

use memchr::memmem;

use super::capture::{clipped, mail_server};
use super::{Captures, Event, MarkerText, Matcher};
use crate::catalogue::Category;
use crate::event::text_of;

/// Longest name that is taken out of brackets, in bytes.
const LONGEST_NAME: usize = 64;

/// What a line shows to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// Id of the signature whose recovery line it is; `None` where a mail server was polled, which ends whatever kept its
    /// mail from being read.
    pub signature: Option<String>,
    /// The mail server, or what the line names in brackets; empty where it names nothing.
    pub target: String,
}

/// Whether a poll of the same mail server shows that an error of this category is over.
pub fn ends_with_a_poll(category: Category) -> bool {
    !matches!(category, Category::Platform | Category::Version | Category::Jira)
}

impl Matcher {
    /// What an event that no signature owns shows to work.
    pub fn successes(&self, event: &Event<'_>) -> Vec<Success> {
        let mut successes = Vec::new();
        let server = || event.header.as_ref().and_then(mail_server).map(clipped);
        for &literal in event.literals {
            let Some(literal) = self.uses.get(usize::from(literal)) else { continue };
            if literal.marker == Some(MarkerText::Polled) {
                successes.extend(server().map(|target| Success { signature: None, target }));
            }
            for &rank in &literal.recovers {
                let rule = &self.rules[rank];
                let target = server().or_else(|| rule.name_in(event.text)).unwrap_or_default();
                successes.push(Success { signature: rule.recovers_as.clone(), target });
            }
        }
        successes
    }

    /// What a success line would have to name to show that what `rank` owns here is over.
    pub(super) fn targets(&self, rank: usize, text: &[u8], captures: &Captures) -> Vec<String> {
        let servers = captures.iter().filter(|(kind, _)| *kind == super::CaptureKind::MailServer);
        let mut targets: Vec<String> = servers.map(|(_, server)| server.clone()).collect();
        let rule = &self.rules[rank];
        if targets.is_empty() && rule.recovers_as.is_some() {
            targets.push(rule.name_in(text).unwrap_or_default());
        }
        targets
    }
}

/// The last word before a bracket that ends a recovery literal: `directory [` of `complete for directory [`.
pub(super) fn label_of(recovery: &[String]) -> Option<Box<str>> {
    let literal = recovery.iter().find(|literal| literal.ends_with(" ["))?;
    let start = literal[..literal.len() - 2].rfind(' ').map_or(0, |blank| blank + 1);
    Some(literal[start..].into())
}

/// What stands in the brackets that a label opens.
pub(super) fn bracketed(text: &[u8], label: &str) -> Option<String> {
    let start = memmem::find(text, label.as_bytes())? + label.len();
    let rest = &text[start..text.len().min(start + LONGEST_NAME)];
    let name = rest[..memchr::memchr(b']', rest)?].trim_ascii();
    (!name.is_empty() && !name.contains(&b'\n')).then(|| text_of(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recovery_line_names_stands_in_its_brackets() {
        let recovery = ["FULL synchronisation complete for directory [".to_owned()];
        let label = label_of(&recovery).unwrap();
        assert_eq!(&*label, "directory [");
        let named = |text: &str| bracketed(text.as_bytes(), &label);
        assert_eq!(
            named("Error occurred while refreshing the cache for directory [ 10100 ]."),
            Some("10100".to_owned())
        );
        assert_eq!(named("synchronisation of directory [ 10100"), None, "no end");
        assert_eq!(named("synchronisation of directory [ ]"), None, "nothing");
        assert_eq!(named("synchronisation of a directory"), None);
        assert_eq!(label_of(&["Acquired lock x".to_owned()]), None);
    }
}
