//! The kinds of identities that become pseudonyms.

/// What kind of identity a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// A mail address or user principal name.
    Email,
    /// A user's name, short or in full.
    User,
    /// A network address.
    Ip,
    /// A host of the customer.
    Host,
    /// A tenant's id, domain or display name.
    Tenant,
    /// The object id of a person or principal.
    Object,
    /// A node of the cluster.
    Node,
    /// Jira's short hash of a session.
    Session,
    /// The subject of a mail.
    Subject,
    /// The key of a Jira issue, which names its project.
    Issue,
    /// What people wrote or looked for: literals of SQL and JQL, summaries, comments.
    Text,
    /// A telephone number.
    Phone,
    /// The number of a bank account or card.
    Account,
}

impl Identity {
    pub(super) const ALL: [Self; 13] = [
        Self::Email,
        Self::User,
        Self::Ip,
        Self::Host,
        Self::Tenant,
        Self::Object,
        Self::Node,
        Self::Session,
        Self::Subject,
        Self::Issue,
        Self::Text,
        Self::Phone,
        Self::Account,
    ];

    /// The name in placeholders and counts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::User => "user",
            Self::Ip => "ip",
            Self::Host => "host",
            Self::Tenant => "tenant",
            Self::Object => "object",
            Self::Node => "node",
            Self::Session => "session",
            Self::Subject => "subject",
            Self::Issue => "issue",
            Self::Text => "text",
            Self::Phone => "phone",
            Self::Account => "account",
        }
    }
}
