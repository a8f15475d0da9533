//! Takes a header line apart into its fields. Only the few lines that matter come here.
//!
//! The grammars are those of Jira's main log in every era, of its mail logs, and of the other products' level-first
//! logs. A field that is missing or masked is empty; a line that has a stamp and a level always parses.

use nom::{
    IResult, Parser,
    bytes::complete::{tag, take, take_while1},
    combinator::rest,
};

use super::layout::is_jira_thread;
use super::start::level_after;
use super::{Clock, Layout, Level, Stamp};

/// The fields of a header line, as they stand in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The line grammar that the line itself shows.
    pub layout: Layout,
    /// Its time.
    pub stamp: Stamp,
    /// Its level.
    pub level: Level,
    /// The thread; may hold spaces.
    pub thread: &'a [u8],
    /// The user, or a pseudo-user such as `ServiceRunner`.
    pub user: &'a [u8],
    /// Jira's request id, `1234x5727202x3`.
    pub request: &'a [u8],
    /// The path of the request, or the name of a scheduled service.
    pub url: &'a [u8],
    /// The logger, abbreviated as in the log; empty in mail logs.
    pub logger: &'a [u8],
    /// The mail server's name in a mail log.
    pub mail_server: &'a [u8],
    /// What follows.
    pub message: &'a [u8],
}

impl<'a> Header<'a> {
    /// Takes `line` apart (up to its first line feed). `of_source` decides only where the line alone is ambiguous.
    ///
    /// `None` when the line has no stamp, or no level in a source whose layout has levels.
    pub fn parse(line: &'a [u8], of_source: Layout) -> Option<Self> {
        let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (stamp, length) = Clock::default().read(line)?;
        let (_, after) = after_stamp(line, length).ok()?;
        let empty = &line[..0];
        let mut header = Self {
            layout: of_source,
            stamp,
            level: Level::None,
            thread: empty,
            user: empty,
            request: empty,
            url: empty,
            logger: empty,
            mail_server: empty,
            message: after,
        };
        if of_source == Layout::NoLevel {
            return Some(header);
        }
        let (level_at, level) = level_after(after)?;
        header.level = level;
        let body = &after[level_at + level.as_str().len() + 1..];
        if level_at > 0 {
            header.layout = Layout::JiraMain;
            header.thread = &after[..level_at - 1];
            header.main_fields(body);
        } else {
            header.level_first(body);
        }
        Some(header)
    }

    /// `user request session address url [logger] message`.
    fn main_fields(&mut self, body: &'a [u8]) {
        let Some((at, logger)) = find_logger(body) else {
            self.message = body;
            return;
        };
        self.logger = logger;
        self.message = body.get(at + logger.len() + 2..).unwrap_or_default();
        self.message = self.message.strip_prefix(b" ").unwrap_or(self.message);
        self.context_fields(body[..at].strip_suffix(b" ").unwrap_or(&body[..at]));
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

    /// `[mail server] thread user … message` of the mail logs, or `[thread] …` of the other products.
    fn level_first(&mut self, body: &'a [u8]) {
        let bracketed = body.trim_ascii_start();
        let padding = body.len() - bracketed.len();
        let parsed = brackets(bracketed).ok().filter(|_| padding <= 1);
        let Some((after, inside)) = parsed else {
            self.layout = Layout::LevelFirst;
            self.message = bracketed;
            return;
        };
        let word = after.split(|&byte| byte == b' ').next().unwrap_or_default();
        if padding == 0 && !after.starts_with(b" ") && is_jira_thread(word) {
            self.layout = Layout::JiraMail;
            self.mail_server = inside;
            self.thread = word;
            self.mail_fields(after.get(word.len() + 1..).unwrap_or_default());
            return;
        }
        self.layout = Layout::LevelFirst;
        self.thread = inside;
        self.message = after;
        if let Ok((message, logger)) = brackets(after) {
            (self.logger, self.message) = (logger, message);
        }
    }

    /// `user request session address url message`; nothing marks where the message starts.
    fn mail_fields(&mut self, fields: &'a [u8]) {
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
}

fn after_stamp(line: &[u8], length: usize) -> IResult<&[u8], &[u8]> {
    let (left, _) = take(length).parse(line)?;
    let (left, _) = tag(&b" "[..]).parse(left)?;
    rest(left)
}

/// `[inside] ` with balanced brackets inside; also at the end of the line.
fn brackets(text: &[u8]) -> IResult<&[u8], &[u8]> {
    let (body, _) = tag(&b"["[..]).parse(text)?;
    let mut depth = 0_u32;
    for (i, &byte) in body.iter().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' if depth == 0 && matches!(body.get(i + 1), None | Some(b' ')) => {
                return Ok((body.get(i + 2..).unwrap_or_default(), &body[..i]));
            }
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Tag)))
}

/// The first ` [logger]` that is followed by a space or the line's end, and the offset of its bracket.
///
/// Addresses and paths may hold brackets too; a logger holds only letters, digits and `._$-`. Tomcat's own loggers
/// hold brackets themselves, not always in pairs, so what ends with `] ` is taken where no plain one is found.
fn find_logger(body: &[u8]) -> Option<(usize, &[u8])> {
    let opens = || memchr::memchr_iter(b'[', body).filter(|&at| at == 0 || body[at - 1] == b' ');
    let plain = opens().find_map(|at| {
        let name: IResult<&[u8], &[u8]> =
            take_while1(|byte: u8| byte.is_ascii_alphanumeric() || b"._$-".contains(&byte)).parse(&body[at + 1..]);
        let (after, name) = name.ok()?;
        (after == b"]" || after.starts_with(b"] ")).then_some((at, name))
    });
    plain.or_else(|| {
        let open = opens().next()?;
        let name = &body[open + 1..];
        let close = memchr::memmem::find(name, b"] ")
            .or_else(|| name.len().checked_sub(1).filter(|&last| name[last] == b']'))?;
        Some((open, &name[..close]))
    })
}

/// `1234x5727202x3`: minute of the day, count, requests in flight.
fn is_request_id(token: &[u8]) -> bool {
    let mut parts = token.split(|&byte| byte == b'x');
    let mut digits = |most: usize| {
        parts.next().is_some_and(|part| (1..=most).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
    };
    digits(4) && digits(20) && digits(6) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Vec<String> {
        let header = Header::parse(line.as_bytes(), Layout::JiraMain).expect("a header");
        let fields =
            [header.thread, header.user, header.request, header.url, header.logger, header.mail_server, header.message];
        fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
    }

    #[test]
    fn main_log_lines_of_every_era() {
        assert_eq!(
            parse(
                "2024-03-05 09:12:44,318+0000 http-nio-8080-exec-7 url: /x; user: bob ERROR bob 552x48213x4 1k9x2ab 198.51.100.7,192.0.2.17 /x/y [c.a.j.rest.Thing] [x] y"
            ),
            ["http-nio-8080-exec-7 url: /x; user: bob", "bob", "552x48213x4", "/x/y", "c.a.j.rest.Thing", "", "[x] y"]
        );
        assert_eq!(
            parse("2018-05-17 15:07:56,891 JIRA-Bootstrap INFO      [c.a.jira.startup.X] "),
            ["JIRA-Bootstrap", "", "", "", "c.a.jira.startup.X", "", ""]
        );
        assert_eq!(
            parse("2024-03-05 02:00:00,004+0000 Caesium-1-2 INFO ServiceRunner     [c.a.S] m"),
            ["Caesium-1-2", "ServiceRunner", "", "", "c.a.S", "", "m"]
        );
        assert_eq!(
            parse(
                "2020-07-01 12:00:38,278+0000 Caesium-1-1 DEBUG anonymous    Mail Queue Service [c.a.j.s.MailQueueService] run"
            ),
            ["Caesium-1-1", "anonymous", "", "Mail Queue Service", "c.a.j.s.MailQueueService", "", "run"]
        );
        assert_eq!(
            parse(
                "2024-03-05 10:04:00,000+0100 t INFO anonymous 604x14x1 - [2001:db8::5]:443,192.0.2.1 /plugins/a[b]c [c.a.N] s"
            ),
            ["t", "anonymous", "604x14x1", "/plugins/a[b]c", "c.a.N", "", "s"]
        );
        assert_eq!(
            parse("2024-03-05 10:04:00,000+0100 t ERROR bob 604x14x1 - 192.0.2.1, 192.0.2.2 /rest/x [c.a.N] s"),
            ["t", "bob", "604x14x1", "/rest/x", "c.a.N", "", "s"]
        );
        assert_eq!(
            parse(
                "2017-03-23 18:31:14,067 http-nio-8080-exec-7 ERROR      [o.a.c.c.C.[.[localhost].[/].[action]] Servlet threw\r"
            ),
            ["http-nio-8080-exec-7", "", "", "", "o.a.c.c.C.[.[localhost].[/].[action]", "", "Servlet threw"]
        );
        assert_eq!(
            parse("2024-03-05 10:04:00,000 t WARN ServiceRunner [c.a.N] pasted"),
            ["t", "ServiceRunner", "", "", "c.a.N", "", "pasted"]
        );
    }

    #[test]
    fn mail_log_lines() {
        assert_eq!(
            parse("2023-08-16 14:58:26,225+0000 ERROR [] Caesium-1-4 ServiceRunner     Exception when: x"),
            ["Caesium-1-4", "ServiceRunner", "", "", "", "", "Exception when: x"]
        );
        assert_eq!(
            parse(
                "2023-08-16 14:59:00,010+0000 INFO [Support Inbox (M365)] Caesium-1-3 ServiceRunner     2 messages read"
            ),
            ["Caesium-1-3", "ServiceRunner", "", "", "", "Support Inbox (M365)", "2 messages read"]
        );
        assert_eq!(
            parse(
                "2014-09-12 07:40:48,051 ERROR [365 IMAP] QuartzScheduler_Worker-3 ServiceRunner Help Desk Handler[10100]: Messaging"
            ),
            [
                "QuartzScheduler_Worker-3",
                "ServiceRunner",
                "",
                "",
                "",
                "365 IMAP",
                "Help Desk Handler[10100]: Messaging"
            ]
        );
    }

    #[test]
    fn other_products() {
        let confluence = "2024-01-09 11:22:33,444 ERROR [http-nio-8090-exec-5] [atlassian.confluence.X] removePage no";
        assert_eq!(
            parse(confluence),
            ["http-nio-8090-exec-5", "", "", "", "atlassian.confluence.X", "", "removePage no"]
        );
        let bitbucket =
            Header::parse(b"2024-01-09 05:39:57,408 INFO  [tx:thread-2]  c.a.b.m.r.X y", Layout::LevelFirst)
                .expect("a header");
        assert_eq!((bitbucket.layout, bitbucket.thread), (Layout::LevelFirst, &b"tx:thread-2"[..]));
    }
}
