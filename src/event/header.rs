//! Takes a header line apart into its fields. Only the few lines that matter come here.
//!
//! The grammars are those of Jira's logs in every era and of the logs beside them. A field that is missing or masked is
//! empty; a line from which [`super::start`] lets an event begin always parses.

use nom::{
    IResult, Parser,
    bytes::complete::{tag, take},
    combinator::rest,
};

use super::start::{StartRule, level_after};
use super::{Clock, Layout, Level, Stamp, bitbucket, date, json, level_first, tomcat};

/// The fields of a header line, as they stand in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The line grammar that the line itself shows.
    pub layout: Layout,
    /// Its time; `None` where the line states none, or one that was masked.
    pub stamp: Option<Stamp>,
    /// Its level.
    pub level: Level,
    /// The thread; may hold spaces.
    pub thread: &'a [u8],
    /// The user, or a pseudo-user such as `ServiceRunner`.
    pub user: &'a [u8],
    /// The request id, Jira's `1234x5727202x3` or Bitbucket's.
    pub request: &'a [u8],
    /// The path of the request, or the name of a scheduled service.
    pub url: &'a [u8],
    /// The logger, abbreviated as in the log, or Tomcat's `class.method`; empty in mail logs.
    pub logger: &'a [u8],
    /// The mail server's name in a mail log.
    pub mail_server: &'a [u8],
    /// What follows.
    pub message: &'a [u8],
}

impl<'a> Header<'a> {
    /// Takes the line at the start of `text` apart; two kinds of lines go on in the next. `of_source` decides only where
    /// the line alone is ambiguous.
    ///
    /// `None` when no event begins with that line in such a source.
    pub fn parse(text: &'a [u8], of_source: Layout) -> Option<Self> {
        let line = first_line(text);
        match of_source.start_rule() {
            StartRule::StampOnly => {
                let (stamp, length) = Clock::default().read(line)?;
                Some(Self::bare(Layout::Stamped, Some(stamp), Level::None, after_stamp(line, length).ok()?.1))
            }
            StartRule::StampAndLevel => Self::stamped(line),
            StartRule::MaskedStamp => Self::behind_stamp(line, None, date::masked_stamp(line)?),
            StartRule::AnyHeader => Self::stamped(line).or_else(|| Self::other(text)),
        }
    }

    /// A header whose fields are still to be read from its message.
    pub(super) fn bare(layout: Layout, stamp: Option<Stamp>, level: Level, message: &'a [u8]) -> Self {
        let empty = &message[..0];
        Self {
            layout,
            stamp,
            level,
            thread: empty,
            user: empty,
            request: empty,
            url: empty,
            logger: empty,
            mail_server: empty,
            message,
        }
    }

    /// A line of the grammars that do not begin with log4j's stamp.
    pub(super) fn other(text: &'a [u8]) -> Option<Self> {
        match text.first()? {
            b'{' | b',' => json::header(text),
            b'[' => tomcat::access(text),
            byte if byte.is_ascii_alphanumeric() || !byte.is_ascii() || *byte == b':' => tomcat::record(text)
                .or_else(|| level_first::console(text))
                .or_else(|| tomcat::two_lines(text))
                .or_else(|| tomcat::access(text))
                .or_else(|| bitbucket::parted(text)),
            _ => None,
        }
    }

    fn stamped(line: &'a [u8]) -> Option<Self> {
        let (stamp, length) = Clock::default().read(line)?;
        Self::behind_stamp(line, Some(stamp), length)
    }

    fn behind_stamp(line: &'a [u8], stamp: Option<Stamp>, length: usize) -> Option<Self> {
        let (_, after) = after_stamp(line, length).ok()?;
        let (level_at, level) = level_after(after)?;
        let mut header = Self::bare(Layout::JiraMain, stamp, level, after);
        let word = after[level_at..].split(|&byte| byte == b' ').next().unwrap_or_default();
        let body = after.get(level_at + word.len() + 1..).unwrap_or_default();
        if level == Level::None {
            header.fields_without_level(after, level_at);
        } else if level_at > 0 {
            header.thread = after[..level_at - 1].trim_ascii_end();
            header.main_fields(body);
        } else {
            header.level_first(body);
        }
        Some(header)
    }

    /// `[mail server] thread user … message` of the mail logs, or `[thread] …` of the other products.
    fn level_first(&mut self, body: &'a [u8]) {
        let bracketed = body.trim_ascii_start();
        let padding = body.len() - bracketed.len();
        match brackets(bracketed).ok().filter(|_| padding <= 1) {
            Some((after, inside)) if padding == 0 && self.mail_fields(inside, after) => {}
            Some((after, inside)) => self.product_fields(inside, after),
            None => (self.layout, self.message) = (Layout::Log4j, bracketed),
        }
    }
}

fn after_stamp(line: &[u8], length: usize) -> IResult<&[u8], &[u8]> {
    let (left, _) = take(length).parse(line)?;
    let (left, _) = tag(&b" "[..]).parse(left)?;
    rest(left)
}

/// A part of a log as text; bytes that are no UTF-8 are replaced.
pub fn text_of(part: &[u8]) -> String {
    // Nearly all parts are valid, and the test alone is several times as fast as the replacing.
    std::str::from_utf8(part).map_or_else(|_| String::from_utf8_lossy(part).into_owned(), str::to_owned)
}

/// The line that `text` begins with, without its end.
pub(super) fn first_line(text: &[u8]) -> &[u8] {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `[inside] ` with balanced brackets inside; also at the end of the line.
pub(super) fn brackets(text: &[u8]) -> IResult<&[u8], &[u8]> {
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
                "2017-03-23 18:31:14,067 http-nio-8080-exec-7 ERROR      [o.a.c.c.C.[.[localhost].[/].[action]] Servlet [x] threw\r"
            ),
            ["http-nio-8080-exec-7", "", "", "", "o.a.c.c.C.[.[localhost].[/].[action]", "", "Servlet [x] threw"]
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

    fn fields(line: &str) -> (Layout, Vec<String>) {
        let layout = Layout::sniff(line.as_bytes());
        let header = Header::parse(line.as_bytes(), layout).expect("a header");
        let fields = [header.thread, header.user, header.request, header.url, header.logger, header.message];
        (header.layout, fields.map(|field| String::from_utf8_lossy(field).into_owned()).to_vec())
    }

    #[test]
    fn logs_of_jira_without_a_level_or_an_address() {
        for (line, layout, expected) in [
            (
                "2023-07-31 17:40:07,403-0400 https-openssl-nio-443-exec-1 url: /x; user: bob anonymous 1060x31x1 1cwd7a 192.0.2.8 /login.jsp The user 'bob' met ERROR x",
                Layout::JiraSecurity,
                [
                    "https-openssl-nio-443-exec-1 url: /x; user: bob",
                    "anonymous",
                    "1060x31x1",
                    "/login.jsp",
                    "",
                    "The user 'bob' met ERROR x",
                ],
            ),
            (
                "2023-07-31 17:40:07,403-0400 Caesium-1-2 ServiceRunner     Remembered tokens  were removed",
                Layout::JiraSecurity,
                ["Caesium-1-2", "ServiceRunner", "", "", "", "Remembered tokens  were removed"],
            ),
            (
                "2023-07-31 17:40:07,403 main     1ms \"SELECT 1\"",
                Layout::JiraSql,
                ["main", "", "", "", "", "1ms \"SELECT 1\""],
            ),
            (
                "2023-07-31 17:40:07,403 http-1 - 1060x31x1 - /x.jspa no token",
                Layout::JiraXsrf,
                ["http-1", "-", "1060x31x1", "/x.jspa", "", "no token"],
            ),
            (
                "2024-01-09 11:22:33,444 http-nio-8080-exec-2 INFO carol 682x5x1 abc123 /issues/ [c.a.j.LuceneSearchProvider_SLOW] slow",
                Layout::JiraSlowQuery,
                ["http-nio-8080-exec-2", "carol", "682x5x1", "/issues/", "c.a.j.LuceneSearchProvider_SLOW", "slow"],
            ),
            (
                "2024-01-09 11:22:33,444 Caesium-1-1 INFO     [c.a.j.LuceneSearchProvider_SLOW] slow",
                Layout::JiraSlowQuery,
                ["Caesium-1-1", "", "", "", "c.a.j.LuceneSearchProvider_SLOW", "slow"],
            ),
        ] {
            assert_eq!(fields(line), (layout, expected.map(str::to_owned).to_vec()), "{line}");
        }
    }

    #[test]
    fn other_products() {
        for (line, layout, expected) in [
            (
                "2024-01-09 11:22:33,444 ERROR [http-nio-8090-exec-5] [atlassian.confluence.X] removePage It did not go",
                Layout::Confluence,
                ["http-nio-8090-exec-5", "", "", "", "atlassian.confluence.X", "It did not go"],
            ),
            (
                "2024-01-09 11:22:33,444 WARN [Caesium-1-2] [atlassian.confluence.X] <init> It did not go",
                Layout::Confluence,
                ["Caesium-1-2", "", "", "", "atlassian.confluence.X", "It did not go"],
            ),
            (
                "20:46:58 [Catalina-utility-2] o.a.c.c.C.[.[.[/proxy][INFO] log - Initializing",
                Layout::ConfluenceConsole,
                ["Catalina-utility-2", "", "", "", "o.a.c.c.C.[.[.[/proxy]", "Initializing"],
            ),
            (
                "2024-01-09 05:39:57,408 INFO  [tx:thread-2]  c.a.b.m.r.Sample y",
                Layout::Bitbucket,
                ["tx:thread-2", "", "", "", "c.a.b.m.r.Sample", "y"],
            ),
            (
                "2024-01-09 05:39:58,001 WARN  [http-nio-7990-exec-3] john.smith @1A2B3CDx339x113x2 5XDWX5 192.0.2.31 \"GET /a.Bc HTTP/1.1\" c.a.b.i.s.g.Sample Slow",
                Layout::Bitbucket,
                [
                    "http-nio-7990-exec-3",
                    "john.smith",
                    "@1A2B3CDx339x113x2",
                    "\"GET /a.Bc HTTP/1.1\"",
                    "c.a.b.i.s.g.Sample",
                    "Slow",
                ],
            ),
            (
                "2024-01-09 05:39:58,001 ERROR [threads:thread-5] ann *1XXBXXXXXx1026303x14 usr 192.0.2.1 SSH - git-receive-pack '/p/r.git' com.example.Hook no",
                Layout::Bitbucket,
                [
                    "threads:thread-5",
                    "ann",
                    "*1XXBXXXXXx1026303x14",
                    "SSH - git-receive-pack '/p/r.git'",
                    "com.example.Hook",
                    "no",
                ],
            ),
            (
                "2024-01-09 05:40:00,120 INFO [1-BAM::PlanExec:pool-2-thread-1] [SampleExecutor] Build started",
                Layout::Bamboo,
                ["1-BAM::PlanExec:pool-2-thread-1", "", "", "", "SampleExecutor", "Build started"],
            ),
            (
                "2017-08-12 18:18:42,713 http-bio-8095-exec-4 INFO [service.soap.client.Sample] token is null",
                Layout::Crowd,
                ["http-bio-8095-exec-4", "", "", "", "service.soap.client.Sample", "token is null"],
            ),
            (
                "2021-12-16 09:40:32,130 ERROR [ImapConnection-53468] davmail  - no",
                Layout::Log4j,
                ["ImapConnection-53468", "", "", "", "davmail", "no"],
            ),
            (
                "2005-08-22 13:05:32,345 INFO [util.AccessLogFilter] ann http://jira.example.com/x",
                Layout::JiraMain,
                ["", "", "", "", "util.AccessLogFilter", "ann http://jira.example.com/x"],
            ),
            (
                "2020-02-16 12:33:45.849+0000 [id=2389292]       WARNING h.plugins.jira.Sample#getIssue: no",
                Layout::Log4j,
                ["[id=2389292]", "", "", "", "", "h.plugins.jira.Sample#getIssue: no"],
            ),
        ] {
            assert_eq!(fields(line), (layout, expected.map(str::to_owned).to_vec()), "{line}");
        }
    }
}
