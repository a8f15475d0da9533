//! The canaries: each class of secret and of personal data once or more, as logs write it.

/// Whether a canary opens a door or names somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Masked at every level but `off`.
    Secret,
    /// Masked at the full level.
    Identity,
}

/// Something that no report may show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canary {
    pub(crate) class: &'static str,
    pub(crate) kind: Kind,
    /// As a log writes it.
    pub(crate) text: &'static str,
    /// The part that must not be seen.
    pub(crate) needle: &'static str,
}

const fn secret(class: &'static str, text: &'static str) -> Canary {
    Canary { class, kind: Kind::Secret, text, needle: "CNRYk3v9x1q8w2z7" }
}

const fn identity(class: &'static str, text: &'static str) -> Canary {
    Canary { class, kind: Kind::Identity, text, needle: "CNRYk3v9x1q8w2z7" }
}

const fn number(class: &'static str, text: &'static str, needle: &'static str) -> Canary {
    Canary { class, kind: Kind::Identity, text, needle }
}

pub(crate) const CANARIES: &[Canary] = &[
    secret("client secret by name", "client_secret=CNRYk3v9x1q8w2z7"),
    secret("client secret by shape", "sent xYz8Q~CNRYk3v9x1q8w2z7aBcDeFgHiJkLmN instead"),
    secret("jwt", "got eyJhbGciOiJSUzI1NiJ9.CNRYk3v9x1q8w2z7.c2lnbmF0dXJl back"),
    secret("bearer", "Authorization: Bearer CNRYk3v9x1q8w2z7"),
    // ann:CNRYk3v9x1q8w2z7
    secret_in("basic", "Authorization: Basic YW5uOkNOUllrM3Y5eDFxOHcyejc=", "YW5uOkNOUllrM3Y5eDFxOHcyejc="),
    secret("refresh token by name", "refresh_token=CNRYk3v9x1q8w2z7"),
    secret("refresh token by shape", "held 0.AXoACNRYk3v9x1q8w2z7abcdefgh.AgABAAEAAAD then"),
    secret("opaque access token", "held EwBwA8l6BAAUCNRYk3v9x1q8w2z7AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA then"),
    secret("authorisation code", "GET /cb?code=CNRYk3v9x1q8w2z7&session_state=x1 HTTP/1.1"),
    secret("state", "GET /cb?error=access_denied&state=CNRYk3v9x1q8w2z7 HTTP/1.1"),
    // user=ann^Aauth=Bearer CNRYk3v9x1q8w2z7^A^A
    secret_in(
        "sasl",
        "A1 AUTHENTICATE XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgQ05SWWszdjl4MXE4dzJ6NwEB",
        "dXNlcj1hbm4BYXV0aD1CZWFyZXIgQ05SWWszdjl4MXE4dzJ6NwEB",
    ),
    secret("password in a URL", "via imap://ann:CNRYk3v9x1q8w2z7@mail.corp.example/x"),
    secret("password of JDBC", "jdbc:sqlserver://db01;user=sa;password=CNRYk3v9x1q8w2z7;encrypt=true"),
    secret("password of Oracle", "jdbc:oracle:thin:scott/CNRYk3v9x1q8w2z7@db01:1521:x"),
    secret("password in a property", "javax.net.ssl.trustStorePassword=CNRYk3v9x1q8w2z7"),
    secret("password in prose", "the password was CNRYk3v9x1q8w2z7 then"),
    secret("cookie", "Cookie: a=1; b=CNRYk3v9x1q8w2z7"),
    secret("session cookie", "Set-Cookie: JSESSIONID=CNRYk3v9x1q8w2z7; Path=/"),
    secret("xsrf", "atlassian.xsrf.token=CNRYk3v9x1q8w2z7"),
    secret("private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIECNRYk3v9x1q8w2z7\n-----END RSA PRIVATE KEY-----"),
    secret("provider token", "with ATATT3xFfGF0CNRYk3v9x1q8w2z7 in it"),
    secret("api key", "X-Api-Key: CNRYk3v9x1q8w2z7"),
    secret("saml", "POST /x?SAMLResponse=CNRYk3v9x1q8w2z7 HTTP/1.1"),
    secret_in("licence", "licence SEN-48213377 of it", "SEN-48213377"),
    secret_in("server id", "server B7KD-Q2Z8-VX41-9HTR of it", "B7KD-Q2Z8-VX41-9HTR"),
    secret("access token by name", "accessToken=CNRYk3v9x1q8w2z7, expiresIn=3599"),
    secret("id token by name", "\"id_token\":\"CNRYk3v9x1q8w2z7\""),
    secret("credentials", "credentials=CNRYk3v9x1q8w2z7"),
    secret("shared secret", "shared_secret=CNRYk3v9x1q8w2z7"),
    secret("one-time password", "otp=CNRYk3v9x1q8w2z7"),
    secret("session id", "sessionId=CNRYk3v9x1q8w2z7"),
    secret("signature of a URL", "GET /f?sig=CNRYk3v9x1q8w2z7 HTTP/1.1"),
    secret("OAuth 1", "oauth_signature=CNRYk3v9x1q8w2z7"),
    identity("mail address", "mailbox CNRYk3v9x1q8w2z7@corp.example is full"),
    identity("mail domain", "mailbox ann@CNRYk3v9x1q8w2z7.example is full"),
    identity("guest", "guest CNRYk3v9x1q8w2z7_corp.example#EXT#@contoso.onmicrosoft.com came"),
    identity(
        "mailbox in a URL",
        "GET https://graph.microsoft.com/v1.0/users/CNRYk3v9x1q8w2z7@corp.example/mailFolders 404",
    ),
    identity("user by key", "loaded user=CNRYk3v9x1q8w2z7, host=x"),
    identity("user in quotes", "User 'CNRYk3v9x1q8w2z7' not found"),
    identity("distinguished name", "cn=CNRYk3v9x1q8w2z7,ou=Staff,dc=corp,dc=example not found"),
    identity("home folder", "file /home/CNRYk3v9x1q8w2z7/jira/x.log"),
    identity("Windows profile", "file C:\\Users\\CNRYk3v9x1q8w2z7\\x.log"),
    identity("host in a URL", "from https://CNRYk3v9x1q8w2z7.corp.example:8443/x"),
    identity("unknown host", "java.net.UnknownHostException: CNRYk3v9x1q8w2z7.corp.example: Name or service not known"),
    identity("tenant domain", "https://login.microsoftonline.com/CNRYk3v9x1q8w2z7.example/oauth2/v2.0/token"),
    identity("tenant name", "An administrator of CNRYk3v9x1q8w2z7 has set a policy"),
    identity("subject", "Sending mailitem Subject='Hello CNRYk3v9x1q8w2z7' From=x"),
    identity("search", "GET /rest/api/2/search?jql=CNRYk3v9x1q8w2z7 HTTP/1.1"),
    identity("SQL", "SELECT a FROM b WHERE c = 'CNRYk3v9x1q8w2z7' failed"),
    identity("node", "nodeId: CNRYk3v9x1q8w2z7"),
    number("random word", "held kJ8sD2mQ9xZ4vB7nL1pR6tY3wF5hG0cA then", "kJ8sD2mQ9xZ4vB7nL1pR6tY3wF5hG0cA"),
    number("tenant id", "tenantId: 7d41c2e9-5b0a-4f86-93aa-c1e2d9b07f35", "7d41c2e9-5b0a-4f86-93aa-c1e2d9b07f35"),
    number("object id", "\"oid\":\"7d41c2e9-5b0a-4f86-93aa-c1e2d9b07f35\"", "7d41c2e9-5b0a-4f86-93aa-c1e2d9b07f35"),
    number("IPv4", "from 203.0.113.77 (client)", "203.0.113.77"),
    number("forwarded", "X-Forwarded-For: 10.1.2.3,198.51.100.93", "198.51.100.93"),
    number("IPv6", "from 2001:db8:4a7e:91c3::5d (client)", "2001:db8:4a7e:91c3::5d"),
    number("issue", "from mail: SKUNKWORKS-4471 created", "SKUNKWORKS-4471"),
    number("telephone", "call +49 30 90182055 now", "+49 30 90182055"),
    number("account", "pay DE89 3704 0044 0532 0130 00 now", "DE89 3704 0044 0532 0130 00"),
    number("card", "pay 4111 1111 1111 1111 now", "4111 1111 1111 1111"),
];

const fn secret_in(class: &'static str, text: &'static str, needle: &'static str) -> Canary {
    Canary { class, kind: Kind::Secret, text, needle }
}
