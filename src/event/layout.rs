//! The line grammar of a source, told from its first bytes by majority, never from its name.

use serde::{Deserialize, Serialize};

use super::start::{StartFinder, StartRule};
use super::{Clock, Header};

/// Bytes at the head of a source from which its layout is told.
pub const SNIFF_LENGTH: usize = 64 * 1024;

/// What Windows editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line grammar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// No line begins like a log event: pasted text, or no log at all.
    #[default]
    Text,
    /// `stamp thread LEVEL user request session address url [logger] message`: Jira's main log, and those of its apps.
    JiraMain,
    /// `stamp LEVEL [mail server] thread user … message`: Jira's incoming and outgoing mail logs.
    JiraMail,
    /// `stamp thread user request session address url message`: Jira's security log.
    JiraSecurity,
    /// `stamp thread LEVEL user request session url [logger] message`: Jira's slow-query logs.
    JiraSlowQuery,
    /// `stamp thread user request session url message`: Jira's SQL logs.
    JiraSql,
    /// The same, but without a statement: Jira's XSRF log.
    JiraXsrf,
    /// A stamp, and nothing else that all lines share, such as Jira's Apdex log.
    Stamped,
    /// One JSON object a line: Atlassian's JSON layout, and those of other products.
    Json,
    /// `stamp LEVEL [thread] [logger] method message`: Confluence.
    Confluence,
    /// `time [thread] logger[LEVEL] method - message`: what Confluence prints while it starts.
    ConfluenceConsole,
    /// `stamp LEVEL [thread] user request session address "action" logger message`: Bitbucket, Stash.
    Bitbucket,
    /// `address | protocol | request | user | stamp | …`: Bitbucket's access log.
    BitbucketAccess,
    /// `address | event | user | milliseconds | …`: Bitbucket's audit log.
    BitbucketAudit,
    /// `stamp LEVEL [thread] [Class] message`: Bamboo.
    Bamboo,
    /// `stamp thread LEVEL [logger] message`: Crowd.
    Crowd,
    /// A stamp, a level, and something of the rest: anything else that logs through log4j or the like.
    Log4j,
    /// `dd-MMM-yyyy stamp LEVEL [thread] class.method message`: Tomcat's `catalina` and `localhost` logs.
    Tomcat,
    /// `date and time class method`, and `LEVEL: message` on the next line: the same of old versions.
    TomcatTwoLines,
    /// `… [stamp] "GET /path HTTP/1.1" …`: an access log of Tomcat or Confluence.
    Access,
    /// Several of these that do not begin alike, as in `catalina.out` or a container's output.
    Mixed,
    /// Jira's main or mail log in which somebody masked the digits of the date.
    Masked,
}

impl Layout {
    /// All layouts.
    const ALL: [Self; 22] = [
        Self::Text,
        Self::JiraMain,
        Self::JiraMail,
        Self::JiraSecurity,
        Self::JiraSlowQuery,
        Self::JiraSql,
        Self::JiraXsrf,
        Self::Stamped,
        Self::Json,
        Self::Confluence,
        Self::ConfluenceConsole,
        Self::Bitbucket,
        Self::BitbucketAccess,
        Self::BitbucketAudit,
        Self::Bamboo,
        Self::Crowd,
        Self::Log4j,
        Self::Tomcat,
        Self::TomcatTwoLines,
        Self::Access,
        Self::Mixed,
        Self::Masked,
    ];

    /// The layout as reports name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::JiraMain => "jira-main",
            Self::JiraMail => "jira-mail",
            Self::JiraSecurity => "jira-security",
            Self::JiraSlowQuery => "jira-slow-query",
            Self::JiraSql => "jira-sql",
            Self::JiraXsrf => "jira-xsrf",
            Self::Stamped => "stamped",
            Self::Json => "json",
            Self::Confluence => "confluence",
            Self::ConfluenceConsole => "confluence-console",
            Self::Bitbucket => "bitbucket",
            Self::BitbucketAccess => "bitbucket-access",
            Self::BitbucketAudit => "bitbucket-audit",
            Self::Bamboo => "bamboo",
            Self::Crowd => "crowd",
            Self::Log4j => "log4j",
            Self::Tomcat => "tomcat",
            Self::TomcatTwoLines => "tomcat-two-lines",
            Self::Access => "access",
            Self::Mixed => "mixed",
            Self::Masked => "masked",
        }
    }

    /// The layout of most events in `head`; [`Layout::Mixed`] where some begin otherwise than most.
    pub fn sniff(head: &[u8]) -> Self {
        let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
        let head = &head[..head.len().min(SNIFF_LENGTH)];
        let counts = Counts::of(head, Self::Mixed);
        let Some((most, count)) = counts.most() else {
            let masked = Counts::of(head, Self::Masked).most();
            return match Counts::stamps(head) {
                0 => masked.map_or(Self::Text, |_| Self::Masked),
                _ => Self::Stamped,
            };
        };
        let stamped = Counts::stamps(head);
        let levelled = counts.of_rule(StartRule::StampAndLevel);
        if most.start_rule() == StartRule::StampAndLevel && stamped > 2 * levelled {
            return Self::Stamped;
        }
        let is_alike = most.start_rule() == StartRule::AnyHeader && count == counts.sum();
        if is_alike || levelled == counts.sum() { most } else { Self::Mixed }
    }

    /// Which lines of such a source begin events.
    pub fn start_rule(self) -> StartRule {
        match self {
            Self::Stamped => StartRule::StampOnly,
            Self::Masked => StartRule::MaskedStamp,
            Self::Text
            | Self::JiraMain
            | Self::JiraMail
            | Self::JiraSecurity
            | Self::JiraSlowQuery
            | Self::JiraSql
            | Self::JiraXsrf
            | Self::Confluence
            | Self::Bitbucket
            | Self::Bamboo
            | Self::Crowd
            | Self::Log4j => StartRule::StampAndLevel,
            Self::Json
            | Self::ConfluenceConsole
            | Self::BitbucketAccess
            | Self::BitbucketAudit
            | Self::Tomcat
            | Self::TomcatTwoLines
            | Self::Access
            | Self::Mixed => StartRule::AnyHeader,
        }
    }

    /// Whether a source of this kind may hold lines of Jira's mail logs.
    pub fn may_hold_mail(self) -> bool {
        matches!(self, Self::JiraMail | Self::JiraMain | Self::Masked | Self::Mixed)
    }

    /// Whether lines of this kind only quote what somebody asked for: requests and statements are no evidence of an error.
    pub fn only_quotes(self) -> bool {
        matches!(self, Self::Access | Self::BitbucketAccess | Self::BitbucketAudit | Self::JiraSql)
    }
}

/// Events of a head by their layout, in the order of [`Layout::ALL`].
struct Counts([u32; Layout::ALL.len()]);

impl Counts {
    fn of(head: &[u8], source: Layout) -> Self {
        let mut counts = Self([0; Layout::ALL.len()]);
        let mut starts = Vec::new();
        StartFinder::new(source.start_rule()).find(head, 0, head.len(), true, &mut starts);
        for layout in
            starts.iter().filter_map(|start| Header::parse(&head[start.at..], source)).map(|header| header.layout)
        {
            counts.0[layout as usize] += 1;
        }
        counts
    }

    /// Lines that begin with a stamp, whatever follows. One with `T` in it may be of whatever carried the log here.
    fn stamps(head: &[u8]) -> u32 {
        let mut clock = Clock::default();
        let lines = head.split(|&byte| byte == b'\n').filter(|line| line.get(10) == Some(&b' '));
        lines.map(|line| u32::from(clock.read(line).is_some())).sum()
    }

    fn sum(&self) -> u32 {
        self.0.iter().sum()
    }

    fn of_rule(&self, rule: StartRule) -> u32 {
        Layout::ALL.iter().zip(self.0).filter(|(layout, _)| layout.start_rule() == rule).map(|(_, count)| count).sum()
    }

    /// The layout of most events; the earlier in the list where several have as many.
    fn most(&self) -> Option<(Layout, u32)> {
        let counted = Layout::ALL.into_iter().zip(self.0).rev();
        counted.max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_told_by_majority() {
        let main = "2024-03-05 09:12:44,318+0000 main INFO      [a.b.C] x\n";
        let mail = "2023-08-16 14:58:26,225+0000 ERROR [Support (M365)] Caesium-1-4 ServiceRunner     Exception\n";
        let bamboo = "2024-01-09 05:40:00,120 INFO [1-BAM::PlanExec:pool-2-thread-1] [SampleExecutor] Build started\n";
        let bitbucket =
            "2024-01-09 05:39:57,408 INFO  [tx:thread-2]  c.a.b.m.r.SampleRepositoryManager Repository 7 created\n";
        let davmail = "2021-12-16 09:40:32,130 ERROR [ImapConnection-53468] davmail  - no\n";
        let security = "2023-07-31 17:40:07,403-0400 https-openssl-nio-443-exec-1 anonymous 1060x31x1 1cwd7a 192.0.2.8 /login.jsp The user 'bob' has FAILED\n";
        let slow = "2024-01-09 11:22:33,444 http-nio-8080-exec-2 INFO carol 682x5x1 abc123 /issues/ [c.a.j.i.search.providers.LuceneSearchProvider_SLOW] query took 812 ms\n";
        let sql = "2024-01-09 11:22:33,444+0000 http-nio-8080-exec-2 carol 682x5x1 abc123 /issues/ 2ms \"select x from y where z = ' ERROR '\"\n";
        let xsrf = "2024-01-09 11:22:33,444+0000 http-nio-8080-exec-2 carol 682x5x1 abc123 /secure/X.jspa The token was missing\n";
        let apdex = "2024-01-09 11:22:33,444+0000 {\"apdex\":0.93}\n";
        let crowd =
            "2017-08-12 18:18:42,713 http-bio-8095-exec-4 INFO [service.soap.client.SampleClient] token is null\n";
        let tomcat = "09-Jan-2024 05:40:00.120 SCHWERWIEGEND [main] org.example.Startup.start Listener failed\n";
        let two_lines = "sep 21, 2015 8:59:23 FM org.example.Valve invoke\nSEVERE: failed\n";
        let access =
            "192.0.2.1 552x1x1 ann [09/Jan/2024:05:40:00 +0000] \"GET /x HTTP/1.1\" 200 1 2 \"-\" \"M\" \"s\"\n";
        let parted =
            "192.0.2.1 | https | i1A2B3CDx339x113x2 | ann | 2024-01-09 05:39:57,408 | \"GET /x HTTP/1.1\" | - |\n";
        let audit = "192.0.2.1 | SampleEvent | ann | 1400681361906 | X/x | - | @8KJQAGx969x538x0 | 6ywzi6\n";
        let json = "{\"timestamp\":\"2024-01-09T05:43:00,5Z\",\"level\":\"ERROR\",\"message\":\"failed\"}\n";
        let console = "20:46:58 [Catalina-utility-2] o.a.c.c.C.[.[.[/proxy][INFO] log - Initializing\n";
        let confluence = "2024-01-09 11:22:33,444 ERROR [http-nio-8090-exec-5] [atlassian.confluence.X] remove no\n";
        let masked =
            "2022-xx-xx 20:34:03,014+0000 http-nio-8080-exec-253 ERROR u 1234x5x3 1i8 192.0.2.1 /x [c.a.X] no\n";
        for (line, layout) in [
            (main, Layout::JiraMain),
            (mail, Layout::JiraMail),
            (bamboo, Layout::Bamboo),
            (bitbucket, Layout::Bitbucket),
            (davmail, Layout::Log4j),
            (security, Layout::JiraSecurity),
            (slow, Layout::JiraSlowQuery),
            (sql, Layout::JiraSql),
            (xsrf, Layout::JiraXsrf),
            (apdex, Layout::Stamped),
            (crowd, Layout::Crowd),
            (confluence, Layout::Confluence),
            (tomcat, Layout::Tomcat),
            (two_lines, Layout::TomcatTwoLines),
            (access, Layout::Access),
            (parted, Layout::BitbucketAccess),
            (audit, Layout::BitbucketAudit),
            (json, Layout::Json),
            (console, Layout::ConfluenceConsole),
            (masked, Layout::Masked),
            ("hello\n", Layout::Text),
            ("2024-01-09 05:41:02\nFull thread dump\n", Layout::Text),
            ("", Layout::Text),
        ] {
            for text in [line.to_owned(), line.replace('\n', "\r\n"), format!("\u{FEFF}{line}"), line.repeat(3)] {
                assert_eq!(Layout::sniff(text.as_bytes()), layout, "{text}");
            }
        }
        for (text, layout) in [
            (format!("tail of a lost event\n{mail}{mail}{main}"), Layout::JiraMail),
            (format!("{main}{security}{security}{mail}"), Layout::JiraSecurity),
            (format!("{main}{main}{masked}"), Layout::JiraMain),
            (format!("{main}{main}{tomcat}"), Layout::Mixed),
            (format!("{tomcat}{json}"), Layout::Mixed),
            (format!("{apdex}{apdex}{apdex}{apdex}{main}"), Layout::Stamped),
        ] {
            assert_eq!(Layout::sniff(text.as_bytes()), layout, "{text}");
        }
    }

    #[test]
    fn names_are_those_of_the_serialised_form() {
        for (place, layout) in Layout::ALL.into_iter().enumerate() {
            assert_eq!(layout as usize, place);
            assert_eq!(serde_json::to_value(layout).expect("a name"), layout.as_str());
        }
    }
}
