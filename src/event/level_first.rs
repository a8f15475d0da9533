//! `stamp LEVEL [thread] …`: Confluence, Bitbucket, Bamboo and whatever else logs through log4j, and the lines that
//! Confluence prints on its console without a date.

use super::header::{Header, brackets, first_line};
use super::{Layout, Level, bitbucket, date};

/// Bytes of a console line in which its level must stand.
const NEAR: usize = 512;

impl<'a> Header<'a> {
    /// What follows the level and `[inside] `, told apart by the logger: Confluence brackets it with its package and
    /// puts the method behind, Bamboo brackets the bare class, Bitbucket does not bracket it.
    pub(super) fn product_fields(&mut self, inside: &'a [u8], after: &'a [u8]) {
        (self.layout, self.thread, self.message) = (Layout::Log4j, inside, after);
        let named = brackets(after).ok().filter(|(_, logger)| is_name(logger));
        if let Some((message, logger)) = named {
            (self.logger, self.message) = (logger, message);
            self.layout = if logger.contains(&b'.') { Layout::Confluence } else { Layout::Bamboo };
            if self.layout == Layout::Confluence {
                self.message = behind_method(message);
            }
        } else if bitbucket::application(self, after) {
            self.layout = Layout::Bitbucket;
        } else if is_class(inside) && !inside.contains(&b'-') {
            // Jira 3 wrote no thread there but the logger.
            (self.layout, self.thread, self.logger) = (Layout::JiraMain, &inside[..0], inside);
        } else if let Some(dash) =
            memchr::memmem::find(after, b" - ").filter(|&dash| is_name(after[..dash].trim_ascii()))
        {
            (self.logger, self.message) = (after[..dash].trim_ascii(), &after[dash + 3..]);
        }
    }
}

/// `20:46:58 [thread] logger[LEVEL] method - message`: a time without its date orders nothing, so it is left out.
pub(super) fn console(text: &[u8]) -> Option<Header<'_>> {
    let line = first_line(&text[..text.len().min(NEAR)]);
    if !date::has_shape(line, b"dd:dd:dd [") {
        return None;
    }
    let (after, thread) = brackets(&line[9..]).ok()?;
    let (at, level) = memchr::memchr_iter(b'[', after).find_map(|at| {
        let word = &after[at + 1..];
        let level = Level::ALL.into_iter().skip(1).find(|level| word.starts_with(level.as_str().as_bytes()))?;
        word[level.as_str().len()..].starts_with(b"] ").then_some((at, level))
    })?;
    let message_at = line.len() - after.len() + at + level.as_str().len() + 3;
    let message = behind_method(first_line(&text[message_at..]));
    let logger = &after[..at];
    Some(Header { thread, logger, ..Header::bare(Layout::ConfluenceConsole, None, level, message) })
}

/// The message behind `method ` or `method - `.
fn behind_method(text: &[u8]) -> &[u8] {
    let method = text.split(|&byte| byte == b' ').next().unwrap_or_default();
    let is_method = method == b"?"
        || method.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$<>".contains(byte))
            && method.iter().any(u8::is_ascii_lowercase)
            && method.first().is_some_and(|first| !first.is_ascii_uppercase());
    let behind = if is_method { text.get(method.len() + 1..).unwrap_or_default() } else { text };
    behind.strip_prefix(b"- ").unwrap_or(behind)
}

/// A logger's name, or a class's.
fn is_name(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._$-".contains(byte))
}

/// A class with its package, abbreviated or not: `c.a.s.internal.HomeLockAcquirer`.
pub(super) fn is_class(word: &[u8]) -> bool {
    let mut parts = word.split(|&byte| byte == b'.');
    let is_last = |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase);
    let is_package = |part: &[u8]| part.first().is_some_and(u8::is_ascii_lowercase);
    is_name(word)
        && parts.next_back().is_some_and(is_last)
        && parts.next_back().is_some_and(is_package)
        && parts.all(is_package)
}

/// A logger of several parts whose first was not abbreviated to a letter.
pub(super) fn has_full_name(logger: &[u8]) -> bool {
    let mut parts = logger.split(|&byte| byte == b'.');
    parts.next().is_some_and(|first| first.len() > 1) && parts.nth(1).is_some()
}
