//! Which signs in an event tie it to Jira's mail and OAuth client, or to something else. Evidence is stated, not guessed.

use std::cell::OnceCell;
use std::sync::LazyLock;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::labels::{Host, hosts};
use super::words::Words;
use crate::event::{Header, Layout};

/// What a finding lacks to be certain that it concerns this integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceGap {
    /// A TLS or network text without any host.
    HostNotInLog,
    /// An AADSTS code without a sign of Jira's OAuth client.
    ClientNotInLog,
}

/// Who was at work when the error was met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// Nothing in the event says.
    #[default]
    Unknown,
    /// Another app of Jira with its own mail or OAuth client.
    OtherApp,
    /// Single sign-on to Jira, not mail.
    Sso,
    /// Somebody was configuring or testing in the browser.
    Interactive,
    /// A scheduled poll or refresh.
    Unattended,
}

/// A sign that an event concerns this integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A host of Microsoft's sign-in, mail or Graph services, or an unmistakable name of them.
    Microsoft,
    /// Jira's OAuth 2.0 client.
    OauthClient,
    /// Jira's or JSM's mail code.
    Mail,
    /// The body of an error that Microsoft Graph or Exchange Web Services sends.
    GraphBody,
}

const SIGNS: [(Sign, &[&str]); 4] = [
    (
        Sign::Microsoft,
        &[
            "login.microsoftonline",
            "login.windows.net",
            "graph.microsoft",
            "outlook.office",
            "smtp.office365",
            ".office365.com",
            ".prod.outlook.com",
            "outlook.com",
            "login.microsoft.com",
            "sts.windows.net",
            "O365",
            "Office365",
            "Microsoft Exchange",
            "onmicrosoft.com",
            "exchange.webservices",
            "microsoft.graph",
            "schemas.microsoft.com/exchange",
            "login.partner.microsoftonline",
        ],
    ),
    (
        Sign::OauthClient,
        &[
            "oauth2-client",
            "ClientConfigurationResource",
            "atlassian.oauth2.client",
            "c.a.o.c.",
            "Refresh Token Failed",
            "servlet/oauth2/client/",
        ],
    ),
    (
        Sign::Mail,
        &[
            "MailFetcherService",
            "MailPullerWorker",
            "mailfetcherservice",
            "atlassian.mail",
            "c.a.mail.",
            "jira.internal.mail",
            "c.a.j.i.m.",
            "emailchannel",
            "IMAPStore",
            "POP3Store",
            "SMTPTransport",
            "MailServer",
            "imap:",
            "imaps:",
            "smtp:",
            "mail.MessagingException",
        ],
    ),
    (
        Sign::GraphBody,
        &["innerError", "innererror", "ResponseCode>", "request-id", "GraphServiceException", "ODataError"],
    ),
];

static SIGN_WORDS: LazyLock<Words<Sign>> =
    LazyLock::new(|| Words::new(SIGNS.iter().flat_map(|(sign, words)| words.iter().map(|word| (*sign, *word)))));

/// The signs of one event, looked for when asked, and once.
#[derive(Debug, Clone)]
pub(super) struct Signs<'a> {
    text: &'a [u8],
    is_mail_log: bool,
    of_jiras_client: OnceCell<bool>,
    of_this_integration: OnceCell<bool>,
    hosts: OnceCell<Vec<Host<'a>>>,
}

impl<'a> Signs<'a> {
    /// The signs of an event with this text.
    pub(super) fn of(text: &'a [u8], header: Option<&Header<'_>>, source: Layout) -> Self {
        let is_mail_log = source.may_hold_mail() && header.is_some_and(|header| header.layout == Layout::JiraMail);
        Self {
            text,
            is_mail_log,
            of_jiras_client: OnceCell::new(),
            of_this_integration: OnceCell::new(),
            hosts: OnceCell::new(),
        }
    }

    /// Whether one of these signs shows.
    pub(super) fn show(&self, wanted: &[Sign]) -> bool {
        (self.is_mail_log && wanted.contains(&Sign::Mail)) || SIGN_WORDS.any(self.text, |sign| wanted.contains(&sign))
    }

    /// Whether the event concerns Microsoft or Jira's clients for it.
    pub(super) fn of_this_integration(&self) -> bool {
        *self.of_this_integration.get_or_init(|| self.show(&[Sign::Microsoft, Sign::OauthClient, Sign::Mail]))
    }

    /// Whether Jira's own clients show.
    pub(super) fn of_jiras_client(&self) -> bool {
        *self.of_jiras_client.get_or_init(|| self.show(&[Sign::OauthClient, Sign::Mail]))
    }

    /// The hosts that the event names.
    pub(super) fn hosts(&self) -> &[Host<'a>] {
        self.hosts.get_or_init(|| hosts(self.text))
    }
}

/// Bytes of an event in which other clients of Microsoft show themselves.
const CONTEXT_HEAD: usize = 1024;

/// Words of other clients of Microsoft in the same JVM.
static CONTEXT_WORDS: LazyLock<Words<Context>> = LazyLock::new(|| {
    let words = [
        (Context::Sso, ["plugins.authentication", "c.a.p.authentication", "saml", "SAML"]),
        (Context::OtherApp, ["javahollic", "jemh", "emailthisissue", "com.metainf"]),
    ];
    Words::new(words.into_iter().flat_map(|(context, words)| words.map(|word| (context, word))))
});

/// Names of other integrations that talk TLS from the same JVM, in lower case.
const OTHER_CLIENTS: [&[u8]; 26] = [
    b"slack",
    b"bitbucket",
    b"stash",
    b"jenkins",
    b"ldap",
    b"applink",
    b"webhook",
    b"gravatar",
    b"hipchat",
    b"crowd",
    b"gitlab",
    b"github",
    b"nexus",
    b"maven",
    b"sonar",
    b"fisheye",
    b"crucible",
    b"bamboo",
    b"trello",
    b"marketplace",
    b"streams",
    b"dvcs",
    b"license",
    b"licence",
    b"analytics",
    b"googleapis",
];

fn contains_any(text: &[u8], needles: &[&[u8]]) -> bool {
    needles.iter().any(|needle| memmem::find(text, needle).is_some())
}

/// Whether the event names another integration as the one that was calling: in its header, or on its first exception line.
pub(super) fn names_other_client(text: &[u8], header: Option<&Header<'_>>) -> bool {
    let head = header.map_or(text, |header| header.message);
    let head = &head[..head.len().min(512)];
    let logger = header.map_or(&b""[..], |header| header.logger);
    [logger, head].iter().any(|part| contains_any(&part.to_ascii_lowercase(), &OTHER_CLIENTS))
}

/// Who was at work, by thread, URL, logger and the beginning of the message.
pub(super) fn context_of(text: &[u8], header: Option<&Header<'_>>, source: Layout) -> Context {
    let head = &text[..text.len().min(CONTEXT_HEAD)];
    if let Some(context) = CONTEXT_WORDS.first_of(head, [Context::Sso, Context::OtherApp]) {
        return context;
    }
    let Some(header) = header else { return Context::Unknown };
    let scheduled = [&b"Caesium"[..], b"QuartzScheduler", b"scheduler"];
    if memmem::find(header.url, b"/oauth2-client/").is_some() || header.thread.starts_with(b"http") {
        Context::Interactive
    } else if scheduled.iter().any(|name| header.thread.starts_with(name))
        || header.layout == Layout::JiraMail && source.may_hold_mail()
    {
        Context::Unattended
    } else {
        Context::Unknown
    }
}
