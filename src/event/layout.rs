//! The line grammar of a source, told from its first bytes by majority, never from its name.

use serde::{Deserialize, Serialize};

use super::{Clock, Header, StartRule};

/// Bytes at the head of a source from which its layout is told.
pub const SNIFF_LENGTH: usize = 64 * 1024;

/// A line grammar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// No line begins like a log event: pasted text, or no log at all.
    #[default]
    Text,
    /// `stamp thread LEVEL user request session address url [logger] message`: Jira's main log.
    JiraMain,
    /// `stamp LEVEL [mail server] thread user … message`: Jira's incoming and outgoing mail logs.
    JiraMail,
    /// `stamp LEVEL [thread] …`: Confluence, Bitbucket, Bamboo and others.
    LevelFirst,
    /// A stamp but no level: security, SQL, XSRF and similar logs of Jira.
    NoLevel,
}

impl Layout {
    /// The layout as reports name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::JiraMain => "jira-main",
            Self::JiraMail => "jira-mail",
            Self::LevelFirst => "level-first",
            Self::NoLevel => "no-level",
        }
    }

    /// The layout most lines in `head` have that begin with a stamp.
    pub fn sniff(head: &[u8]) -> Self {
        let head = &head[..head.len().min(SNIFF_LENGTH)];
        let mut clock = Clock::default();
        let mut counts = [0_u32; 4];
        for line in head.split(|&byte| byte == b'\n') {
            if clock.read(line).is_none() {
                continue;
            }
            let layout = Header::parse(line, Self::JiraMain).map_or(Self::NoLevel, |header| header.layout);
            match layout {
                Self::JiraMain => counts[0] += 1,
                Self::JiraMail => counts[1] += 1,
                Self::LevelFirst => counts[2] += 1,
                Self::NoLevel | Self::Text => counts[3] += 1,
            }
        }
        let [main, mail, level_first, without_level] = counts;
        let levelled = main + mail + level_first;
        match levelled.max(without_level) {
            0 => Self::Text,
            _ if without_level > levelled => Self::NoLevel,
            _ if main >= mail && main >= level_first => Self::JiraMain,
            _ if mail >= level_first => Self::JiraMail,
            _ => Self::LevelFirst,
        }
    }

    /// Which lines of such a source begin events.
    pub fn start_rule(self) -> StartRule {
        if self == Self::NoLevel { StartRule::StampOnly } else { StartRule::StampAndLevel }
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
        for (line, layout) in [
            (main, Layout::JiraMain),
            (mail, Layout::JiraMail),
            (bamboo, Layout::LevelFirst),
            (bitbucket, Layout::LevelFirst),
            (davmail, Layout::LevelFirst),
            (security, Layout::NoLevel),
            ("hello\n", Layout::Text),
            ("", Layout::Text),
        ] {
            assert_eq!(Layout::sniff(line.as_bytes()), layout, "{line}");
        }
        assert_eq!(Layout::sniff(format!("tail of a lost event\n{mail}{mail}{main}").as_bytes()), Layout::JiraMail);
    }
}
