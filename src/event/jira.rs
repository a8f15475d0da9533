//! Jira's own grammars: the main log in every era, the mail logs, the slow-query logs, and the logs without a level
//! (security, SQL, XSRF). Their fields have single spaces between, so that empty ones leave runs of spaces.

use nom::{IResult, Parser, bytes::complete::take_while1};

use super::Layout;
use super::header::Header;
use super::level_first::has_full_name;

/// Spaces in a row where at least three fields are empty, as no thread's name has them.
const RUN: usize = 4;
/// Bytes of a message in which an SQL statement shows itself.
const STATEMENT_HEAD: usize = 256;

impl<'a> Header<'a> {
    /// `user request session address url [logger] message`.
    pub(super) fn main_fields(&mut self, body: &'a [u8]) {
        let Some((at, logger)) = find_logger(body) else {
            (self.layout, self.message) = (Layout::Log4j, body);
            return;
        };
        self.logger = logger;
        self.message = body.get(at + logger.len() + 2..).unwrap_or_default();
        self.message = self.message.strip_prefix(b" ").unwrap_or(self.message);
        self.context_fields(body[..at].strip_suffix(b" ").unwrap_or(&body[..at]));
        // Crowd has no fields there. A line of Jira's that was pasted has lost its empty ones; its logger tells it.
        if at == 0 && has_full_name(logger) && memchr::memmem::find(logger, b"jira").is_none() {
            self.layout = Layout::Crowd;
        }
    }

    /// Five fields with single spaces between; pasted text has lost its empty ones, so shapes decide there.
    fn context_fields(&mut self, fields: &'a [u8]) {
        let mut tokens = [&fields[..0]; 5];
        let mut count = 0;
        for token in fields.split(|&byte| byte == b' ') {
            if let Some(slot) = tokens.get_mut(count) {
                *slot = token;
            }
            count += 1;
        }
        if count == 5 {
            [self.user, self.request, _, _, self.url] = tokens;
            return;
        }
        // The slow-query logs lack the address.
        let [user, request, session, url, _] = tokens;
        if count == 4
            && (is_request_id(request) && url.starts_with(b"/") || [user, request, session, url].concat().is_empty())
        {
            self.layout = Layout::JiraSlowQuery;
            (self.user, self.request, self.url) = (user, request, url);
            return;
        }
        let mut position = 0;
        for token in fields.split(|&byte| byte == b' ') {
            if is_request_id(token) {
                self.user = fields[..position].strip_suffix(b" ").unwrap_or_default();
                self.request = token;
            } else if token.starts_with(b"/") {
                self.url = &fields[position..];
                break;
            }
            position += token.len() + 1;
        }
        if self.request.is_empty() {
            let first = fields.split(|&byte| byte == b' ').next().unwrap_or_default();
            self.user = first;
            if self.url.is_empty() {
                self.url = fields[first.len()..].trim_ascii_start();
            }
        }
    }

    /// `thread user … message` behind the mail server's name; `false` where the line is of another product.
    pub(super) fn mail_fields(&mut self, server: &'a [u8], after: &'a [u8]) -> bool {
        let word = after.split(|&byte| byte == b' ').next().unwrap_or_default();
        let has_thread = !after.starts_with(b" ") && is_jira_thread(word);
        // Nothing else leaves the brackets empty: a mail server that has no name yet.
        if !has_thread && !server.is_empty() {
            return false;
        }
        (self.layout, self.mail_server, self.message) = (Layout::JiraMail, server, after);
        if has_thread {
            self.thread = word;
            self.mail_context(after.get(word.len() + 1..).unwrap_or_default());
        }
        true
    }

    /// `user request session address url message`; nothing marks where the message starts.
    fn mail_context(&mut self, fields: &'a [u8]) {
        let mut left = fields;
        let mut tokens = [&fields[..0]; 5];
        for token in &mut tokens {
            let Some(space) = memchr::memchr(b' ', left) else { break };
            (*token, left) = (&left[..space], &left[space + 1..]);
        }
        let [user, request, session, address, url] = tokens;
        self.user = user;
        // Empty fields are certain; filled ones only with a request id, since older logs put a service name there.
        if (request.is_empty() && session.is_empty() && address.is_empty() && url.is_empty()) || is_request_id(request)
        {
            (self.request, self.url, self.message) = (request, url, left);
        } else {
            self.message = fields.get(user.len() + 1..).unwrap_or_default().trim_ascii_start();
        }
    }

    /// `thread user request session (address) url message`, `at` being where [`columns_begin`] saw the columns.
    pub(super) fn fields_without_level(&mut self, after: &'a [u8], at: usize) {
        let before = after[..at].trim_ascii_end();
        let columns = &after[at..];
        let last_space = memchr::memrchr(b' ', before);
        (self.thread, self.user) = match last_space {
            Some(space) => (before[..space].trim_ascii_end(), &before[space + 1..]),
            None => (before, &before[..0]),
        };
        let has_address = if columns.starts_with(b" ") {
            self.message = columns.trim_ascii_start();
            let empty = after.len() - before.len() - self.message.len() - (after.len() - at - columns.len());
            empty + usize::from(!self.user.is_empty()) > 5
        } else {
            let mut words = columns.splitn(5, |&byte| byte == b' ');
            let mut next = || words.next().unwrap_or_default();
            self.request = next();
            let (_session, third) = (next(), next());
            let has_address = !third.starts_with(b"/");
            self.url = if has_address { next() } else { third };
            let url_end = self.url.as_ptr() as usize - after.as_ptr() as usize + self.url.len();
            self.message = after.get(url_end + 1..).unwrap_or_default();
            has_address
        };
        let head = self.message[..self.message.len().min(STATEMENT_HEAD)].to_ascii_lowercase();
        let has_statement = [&b"select "[..], b"insert into", b"update ", b"delete from"]
            .iter()
            .any(|word| memchr::memmem::find(&head, word).is_some());
        self.layout = match (has_address, has_statement) {
            (true, _) => Layout::JiraSecurity,
            (false, true) => Layout::JiraSql,
            (false, false) => Layout::JiraXsrf,
        };
    }
}

/// Whether the columns of a log without a level begin behind a space: a request id, or a run of empty fields.
#[inline]
pub(super) fn columns_begin(rest: &[u8]) -> bool {
    match rest.first() {
        Some(byte) if byte.is_ascii_digit() => {
            is_request_id(rest.split(|&byte| byte == b' ').next().unwrap_or_default())
        }
        Some(b' ') => {
            let spaces = 1 + rest.iter().take_while(|&&byte| byte == b' ').count();
            spaces >= RUN && rest.get(spaces - 1).is_some_and(|byte| !byte.is_ascii_whitespace())
        }
        _ => false,
    }
}

/// Whether the word after `LEVEL [name] ` is a thread of Jira, so that the brackets held a mail server.
pub(super) fn is_jira_thread(word: &[u8]) -> bool {
    let known = [
        &b"Caesium-"[..],
        b"QuartzScheduler",
        b"http-",
        b"https-",
        b"JiraTaskExec",
        b"main",
        b"scheduler",
        b"MailQueue",
    ];
    let numbered = || {
        let name_length = word.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
        name_length < word.len()
            && matches!(word[..name_length].last(), Some(b'-' | b'_' | b':'))
            && !word.contains(&b'.')
    };
    known.iter().any(|name| word.starts_with(name)) || numbered()
}

/// The first ` [logger]` that is followed by a space or the line's end, and the offset of its bracket.
///
/// Addresses and paths may hold brackets too; a logger holds only letters, digits and `._$-`. Tomcat's own loggers
/// (`…C.[Catalina].[localhost].[/]`) hold brackets themselves, not always in pairs: what goes on with `.[` reaches to `] `.
fn find_logger(body: &[u8]) -> Option<(usize, &[u8])> {
    let opens = || memchr::memchr_iter(b'[', body).filter(|&at| at == 0 || body[at - 1] == b' ');
    let to_last_bracket = |open: usize| {
        let name = &body[open + 1..];
        let close = memchr::memmem::find(name, b"] ")
            .or_else(|| name.len().checked_sub(1).filter(|&last| name[last] == b']'))?;
        Some((open, &name[..close]))
    };
    let named = opens().find_map(|at| {
        let name: IResult<&[u8], &[u8]> =
            take_while1(|byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'-'))
                .parse(&body[at + 1..]);
        let (after, name) = name.ok()?;
        if name.ends_with(b".") && after.starts_with(b"[") {
            return to_last_bracket(at);
        }
        (after == b"]" || after.starts_with(b"] ")).then_some((at, name))
    });
    named.or_else(|| to_last_bracket(opens().next()?))
}

/// `1234x5727202x3`: minute of the day, count, requests in flight.
pub(super) fn is_request_id(token: &[u8]) -> bool {
    let mut parts = token.split(|&byte| byte == b'x');
    let mut digits = |most: usize| {
        parts.next().is_some_and(|part| (1..=most).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
    };
    digits(4) && digits(20) && digits(6) && parts.next().is_none()
}
