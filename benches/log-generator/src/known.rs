//! Known errors: the texts that a scan has to find.

use serde::{Deserialize, Serialize};

use crate::header::Origin;
use crate::template::{KNOWN_SLOTS, Template};

/// An error text and the signature under which a scan should report it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The signature's id; several texts may share one.
    pub signature: String,
    /// The event's message and further lines, as they follow `[logger] ` or a mail log's fields.
    ///
    /// `{trace}`, `{correlation}`, `{entra_time}` and `{app}` are filled in. No line but the
    /// first may look like the start of an event.
    pub text: String,
}

/// A known error made ready for writing.
pub(crate) struct KnownBody {
    pub(crate) template: Template,
    /// Where such an event comes from; `None` leaves it to chance.
    pub(crate) origin: Option<Origin>,
}

impl KnownBody {
    pub(crate) fn new(known: &Known, line_end: &str) -> Self {
        let text = known.text.replace("\r\n", "\n");
        let text = text.trim_end_matches('\n');
        let origin = if text.contains("authorizing an integration") {
            Some(Origin::LinkFlow)
        } else if ["MailPullerWorker", "Refresh Token", "OAuth token"].iter().any(|sign| text.contains(sign)) {
            Some(Origin::MailPoll)
        } else {
            None
        };
        Self { template: Template::parse(text, KNOWN_SLOTS, line_end), origin }
    }
}

/// Built-in known errors: secrets, Graph, TLS, a missing token, and a code nobody catalogued.
pub fn default_known() -> Vec<Known> {
    DEFAULT
        .iter()
        .map(|(signature, text)| Known { signature: (*signature).to_owned(), text: (*text).to_owned() })
        .collect()
}

const DEFAULT: &[(&str, &str)] = &[
    (
        "aadsts7000215-invalid-client-secret",
        "Error occurred while authorizing an integration. The error message is: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'. Trace ID: {trace} Correlation ID: {correlation} Timestamp: {entra_time}",
    ),
    (
        "aadsts7000222-client-secret-expired",
        "Refresh Token Failed. Reported Reason: AADSTS7000222: The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds. Trace ID: {trace} Correlation ID: {correlation} Timestamp: {entra_time}
com.example.oauth.TokenRefusedException: the token endpoint refused the refresh
\tat com.example.oauth.TokenClient.refresh(TokenClient.java:118)
\tat com.example.oauth.TokenStore.current(TokenStore.java:64)
\tat com.example.mail.MailFetcher.connect(MailFetcher.java:203)
\tat java.base/java.lang.Thread.run(Thread.java:840)",
    ),
    (
        "graph-inbox-not-found",
        "Exception when MailPullerWorker pulls emails: com.atlassian.jira.internal.mail.processor.GraphFolderException: 404 while opening the inbox
com.example.graph.GraphServiceException: the service answered 404
GET https://graph.microsoft.com/v1.0/users/support@example.com/mailFolders/inbox
{\"error\":{\"code\":\"ErrorItemNotFound\",\"message\":\"Default folder Inbox not found.\",\"innerError\":{\"request-id\":\"{trace}\",\"client-request-id\":\"{correlation}\"}}}
\tat com.example.graph.FolderRequest.get(FolderRequest.java:77)
\tat com.example.graph.MailReader.open(MailReader.java:31)
\t... 14 more",
    ),
    (
        "graph-item-not-found",
        "Exception when MailPullerWorker pulls emails: com.atlassian.jira.internal.mail.processor.GraphMessageException: 404 while reading a message
com.example.graph.GraphServiceException: the service answered 404
{\"error\":{\"code\":\"ErrorItemNotFound\",\"message\":\"The specified object was not found in the store.\",\"innerError\":{\"request-id\":\"{trace}\",\"client-request-id\":\"{correlation}\"}}}
\tat com.example.graph.MessageRequest.get(MessageRequest.java:52)
\tat com.example.graph.MailReader.next(MailReader.java:88)
\t... 9 more",
    ),
    (
        "tls-pkix-path-building",
        "Could not obtain a token from https://login.microsoftonline.com/common/oauth2/v2.0/token
javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
\tat java.base/sun.security.ssl.TransportContext.fatal(TransportContext.java:378)
\tat com.example.oauth.TokenClient.send(TokenClient.java:150)
Caused by: sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
\tat java.base/sun.security.validator.PKIXValidator.doBuild(PKIXValidator.java:439)
\t... 21 more",
    ),
    (
        "tls-pkix-path-building",
        "Mail server outlook.office365.com:993 could not be reached securely
javax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
\tat com.example.mail.ImapConnection.open(ImapConnection.java:92)
\t... 18 more",
    ),
    (
        "jira-oauth-token-not-defined",
        "OAuth token not defined for connection. OAuth Authorisation required.",
    ),
    (
        "entra-unknown-code",
        "Error occurred while authorizing an integration. The error message is: AADSTS5000999: The request was refused by a rule that this catalogue does not list. Trace ID: {trace} Correlation ID: {correlation} Timestamp: {entra_time}",
    ),
];
