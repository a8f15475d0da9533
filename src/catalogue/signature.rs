//! What a signature author types: one `[[signature]]` of a TOML file, field by field.
//!
//! Built-in files and users' own files have this one form; `build.rs` reads the built-in ones through the
//! same types. What runs is compiled from it by the matcher; nothing here matches anything. The JSON Schema in
//! `docs/signature.schema.json` is made from these types, so their comments are read by authors too.

use serde::{Deserialize, Serialize};

/// A file of signatures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignatureFile {
    /// The signatures, in order of preference where one event matches several of a category.
    #[serde(default, rename = "signature")]
    pub signatures: Vec<Signature>,
    /// Changes to built-in signatures; only in users' own files.
    #[serde(default, rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// A change to one built-in signature, which stays as it is in all else.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The id of the built-in signature.
    pub id: String,
    /// Its severity from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// `false` switches it off: its events are not reported.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// One known error: how it is recognised, what it means, and what to do about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Names the bad thing, never the cure: `aadsts7000215-invalid-client-secret`.
    pub id: String,
    /// One line for a person, at most 60 characters.
    pub title: String,
    /// How bad it is once it recurs.
    pub severity: Severity,
    /// Whether it can explain an outage, only carries another message, or follows from a root.
    pub role: Role,
    /// The group it belongs to; groups are ranked against each other inside one event.
    pub category: Category,
    /// Whether its text was seen in a real source.
    pub confidence: Confidence,
    /// Where the text was seen, or why it is believed to look like this.
    #[serde(default)]
    pub seen: String,
    /// What an event must and must not hold.
    #[serde(rename = "match")]
    pub matching: Matching,
    /// Which sign in the event, beside the text itself, ties it to this integration.
    #[serde(default)]
    pub evidence: Evidence,
    /// The signature that owns the event when its host is neither Microsoft's nor unknown (`evidence = "host"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
    /// A warning until it recurs this often; then its own severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient: Option<Transient>,
    /// What the software was doing and what it met, in plain words.
    pub meaning: String,
    /// Likely reasons, the likeliest first.
    pub causes: Vec<String>,
    /// What this finding rules out, for the line "not this".
    #[serde(default)]
    pub not_this: Vec<String>,
    /// What to do, in order.
    pub remedy: Vec<Remedy>,
    /// Whether Jira must be restarted for the remedy to work.
    #[serde(default)]
    pub restart: Restart,
    /// What must not be done.
    #[serde(default)]
    pub dont: Vec<String>,
    /// How to see that the remedy worked.
    pub verify: String,
    /// Literals of a line that shows success, at any level; empty when none is known. What a line names in brackets behind a
    /// literal that ends in ` [` must be named by the error too. Errors of mail need none: that the same mail server was
    /// polled ends them.
    #[serde(default)]
    pub recovery: Vec<String>,
    /// Ids of the signatures that this one brings about.
    #[serde(default)]
    pub leads_to: Vec<String>,
    /// What is easily taken for this, and how to tell.
    #[serde(default)]
    pub look_alikes: Vec<LookAlike>,
    /// Addresses of the pages behind this entry.
    pub references: Vec<String>,
    /// Texts in real layouts that must match.
    pub examples: Vec<String>,
    /// Texts that must not.
    pub counter_examples: Vec<String>,
}

/// How an event is recognised. At least one of `codes` and `any` must be given, unless it is no event (`silence`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Whole AADSTS codes (`AADSTS7000215`); one of them is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// Case-sensitive literals; one of them is enough. These are the anchors that the scan looks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
    /// Literals of which every one must stand in the event too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<String>,
    /// Literals of which at least one must stand in the event too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// Literals that must not stand in the event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<String>,
    /// A pattern (regex crate, no look-around) that must be found in the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Levels at which the event is evidence; empty means WARN, ERROR and FATAL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub level: Vec<String>,
    /// Literals of which one must stand in the event's logger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logger: Vec<String>,
    /// The kind of host that the event must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostKind>,
    /// Stands for a mail server that has stopped logging, which no text shows; built-in only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silence: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Degraded, or heals by itself.
    Warning,
    /// The operation failed.
    Error,
    /// Mail stays unread, or the node is down, until somebody acts.
    Critical,
}

/// The part that a signature plays in an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Can explain an outage.
    Root,
    /// Only carries another message.
    Wrapper,
    /// Follows from a root.
    Effect,
}

/// The groups of signatures, highest rank first: inside one event the earlier group wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Faults of the Java virtual machine, disk, database or start-up.
    Platform,
    /// Mixed releases, missing bundles, clocks.
    Version,
    /// Names, routes, firewalls, proxies.
    Network,
    /// Certificates and handshakes.
    Tls,
    /// The client secret and client authentication.
    ClientSecret,
    /// The application, its tenant and its endpoints.
    TenantEndpoint,
    /// The redirect address.
    RedirectUri,
    /// Permissions and consent.
    Consent,
    /// Requested scopes.
    Scope,
    /// Refresh tokens, codes and grants.
    Grant,
    /// The user's sign-in, multi-factor authentication and Conditional Access.
    SignIn,
    /// IMAP, POP and SMTP answers.
    MailProtocol,
    /// The Microsoft Graph mail interface.
    Graph,
    /// Throttling and passing faults of the service.
    Throttling,
    /// Lines in which Jira or JSM names the failing feature, not the cause.
    JiraMail,
    /// Other errors of Jira: directories, clusters, licences, application links.
    Jira,
    /// AADSTS codes outside the catalogue.
    UnknownCode,
}

/// Whether a signature's text was seen in a real source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The text, or the code and its meaning, stands in a published source.
    Confirmed,
    /// Believed to look like this; counts as a warning at most.
    Experimental,
}

/// Which sign, beside the text, an event must show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The text alone is proof. AADSTS codes are of this kind.
    #[default]
    Distinctive,
    /// Other clients write the same: a Microsoft host or code, Jira's OAuth client, a mail log or a Graph error body must show.
    Microsoft,
    /// A TLS or network text, of which the host decides.
    Host,
}

/// A kind of host that an event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// A host of Microsoft's sign-in, mail or Graph services.
    Microsoft,
    /// Any other host.
    Other,
}

/// A warning until `events` of them fall within `minutes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transient {
    /// Number of events.
    pub events: u64,
    /// Length of the window in minutes.
    pub minutes: u64,
}

/// One thing to do: a step of the guide (or one of our own remedies, `x-…`), or a text of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Id of a guide item or of one of our own remedies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What to do, where no step says it, or what to mind at that step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it is done; taken from the step when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Who is needed; taken from the step when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Only in this situation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Begins another way to reach the same, instead of what stands before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alternative: bool,
}

/// The situation in which a remedy applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Somebody is configuring right now.
    Interactive,
    /// A poll failed that used to work.
    Unattended,
}

/// Where a thing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// In Jira's administration.
    Jira,
    /// In Microsoft Entra ID (Azure AD).
    Entra,
    /// In Exchange Online.
    Exchange,
    /// On the hosts that run Jira.
    Host,
    /// In the network between Jira and Microsoft.
    Network,
    /// In a web browser.
    Browser,
    /// With Atlassian Support.
    Atlassian,
    /// With Microsoft.
    Microsoft,
}

/// Whether a remedy needs Jira to be restarted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Restart {
    /// No restart.
    #[default]
    None,
    /// One node after the other.
    Rolling,
}

/// Another signature that is easily taken for this one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LookAlike {
    /// Its id.
    pub id: String,
    /// How to tell them apart.
    pub tell: String,
}
