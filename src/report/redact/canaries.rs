//! Canaries: every class of secret and identity at every place of a log and in every encoding, none of which may sing.

use super::tests::{full, secrets, show};
use super::*;

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t")
}

fn unicode_escaped(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_string()
            } else {
                format!("\\u{:04x}", u32::from(character))
            }
        })
        .collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('@', "&#64;")
        .replace('=', "&#x3d;")
}

/// A random core that no pattern knows; a leak shows at least eight characters of it in a row.
pub(super) const CORE: &str = "CNRYk3v9x1q8w2z7";

/// Each class of secret, as a log writes it. `~` stands for the canary.
pub(super) const SECRETS: [(&str, &str); 53] = [
    ("client-secret", "client.setClientSecret(~)"),
    ("password", "ds.setPassword(\"~ x\") in vain"),
    ("password", "password\u{a0}=\u{a0}~"),
    ("password", "{\"passwords\":[\"x\",\"~\"]}"),
    ("client-secret", "clientSecrets=[~, x]"),
    ("client-secret", "client_secret=~"),
    ("client-secret", "clientSecret: ~"),
    ("client-secret", "\"client_secret\":\"~\""),
    ("client-secret", "sent xYz8Q~~aBcDeFgHiJkLmN instead"),
    ("jwt", "id eyJhbGciOiJSUzI1NiJ9.~.c2lnbmF0dXJl end"),
    ("auth-header", "Authorization: Bearer ~"),
    ("auth-header", "authorization=Basic ~=="),
    ("auth-header", "\"Authorization\": \"Bearer ~\""),
    ("auth-header", "Proxy-Authorization: Negotiate ~"),
    ("auth-header", "Authorization: ~"),
    ("auth-header", "sent bearer ~ to it"),
    ("refresh-token", "refresh_token=~"),
    ("refresh-token", "refreshToken='~'"),
    ("access-token", "access_token: ~"),
    ("access-token", "accessToken=~, expiresIn=3599"),
    ("id-token", "\"id_token\" : \"~\""),
    ("refresh-token", "got 0.AXoA~abcdefghijklmnop.AgABAAEAAAD back"),
    ("token", "EwBwA8l6BAAU~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("oauth-code", "GET /cb?code=~&state=1 HTTP/1.1"),
    ("oauth-state", "GET /cb?error=access_denied&state=~"),
    ("oauth-state", "GET /cb?a=b&session_state=~"),
    ("oauth-state", "https://h.example/a?nonce=~&b=c"),
    ("oauth-state", "https://h.example/a?client_info=~"),
    ("sasl", "A1 AUTHENTICATE XOAUTH2 dXNlcj1~AWF1dGg9QmVhcmVyIA=="),
    ("sasl", "AUTH PLAIN ~"),
    ("password", "password=~"),
    ("password", "javax.net.ssl.trustStorePassword: ~"),
    ("password", "<password>~ x</password>"),
    ("password", "<password><![CDATA[~ x]]></password>"),
    ("password", "<db:password type=\"plain\">~</db:password>"),
    ("password", "Passwort: ~"),
    ("secret", "the secret value '~' was refused"),
    ("password", "jdbc:sqlserver://db;user=sa;password=~;encrypt=true"),
    ("password", "A3 LOGIN ann \"~\""),
    ("password", "the password was ~ then"),
    ("password", "--password ~ --user x"),
    ("password", "jdbc:oracle:thin:scott/~@db01:1521:x"),
    ("url-password", "https://ann:~@jira.corp.example/x"),
    ("url-password", "imap://ann:p@ss/~@mail.corp.example/x"),
    ("cookie", "Cookie: a=~; b=~"),
    ("cookie", "Set-Cookie: JSESSIONID=~; Path=/; HttpOnly"),
    ("cookie", "/secure/x;jsessionid=~.node1?a=b"),
    ("cookie", "seraph.rememberme.cookie=~"),
    ("csrf-token", "atlassian.xsrf.token=~"),
    ("private-key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE~\n~\n-----END RSA PRIVATE KEY-----"),
    ("provider-token", "ATATT3xFfGF0~ and"),
    ("api-key", "X-Api-Key: ~"),
    ("saml", "POST /x?SAMLResponse=~&RelayState=~"),
];

/// Each class of identity, as a log writes it.
pub(super) const IDENTITIES: [(&str, &str); 49] = [
    ("user", "login of CORP\\~ failed"),
    ("user", "authentication for user ~ failed"),
    ("user", "Logout by user ~: done"),
    ("user", "support.zip:home/~/jira/x.log"),
    ("host", "cannot write to \\\\~\\logs\\jira"),
    ("email", "mailbox ~@corp.example is full"),
    ("email", "User account '~@corp.example' from identity provider"),
    ("email", "guest ~_corp.example#EXT#@contoso.onmicrosoft.com"),
    ("email", "imap login, user=~@corp.example, password=<non-null>"),
    ("user", "username: '~'"),
    ("user", "User '~' not found"),
    ("user", "User account '~' is locked"),
    ("user", "loaded user=~, host=x"),
    ("user", "principal [~] refused"),
    ("user", "{\"userName\":\"~\"}"),
    ("user", "url: /x; user: ~"),
    ("user", "filter (sAMAccountName=~) found 0"),
    ("user", "cn=Ann ~,ou=Staff,dc=corp,dc=example not found"),
    ("user", "UserNotFoundException: User <~> does not exist"),
    ("user", "from \"~ Lee\" <x@corp.example>"),
    ("user", "{\"reporter\":{\"name\":\"~\"}}"),
    ("user", "ApplicationUser[key=~]"),
    ("user", "file /home/~/jira/x.log"),
    ("user", "file C:\\Users\\~\\x.log"),
    ("user", "2024-03-05 09:12:44,318+0000 http-nio-8080-exec-14 ERROR ~ 552x48213x4 1k9x2ab - /rest [c.a.j.X] m"),
    (
        "session",
        "2024-03-05 09:12:44,318+0000 http-nio-8080-exec-14 ERROR admin 552x48213x4 ~ 127.0.0.1 /rest [c.a.j.X] m",
    ),
    ("host", "https://~.corp.example:8443/x"),
    ("host", "http://~/x"),
    ("host", "java.net.UnknownHostException: ~.corp.example: Name or service not known"),
    ("host", "Connection to ~:5432 refused"),
    ("host", "Couldn't connect to host, port: ~.corp.example, 993; timeout 1000"),
    ("host", "-Dhttps.proxyHost=~ -Dx"),
    ("host", "connect to mail.~.example:993 failed"),
    ("host", "baseUrl=~.corp.example"),
    ("host", "~.corp.example: nodename nor servname provided"),
    ("host", "dNSName: ~.corp.example"),
    ("host", "~.corp.example/192.0.2.7:993"),
    ("host", "No subject alternative DNS name matching ~.corp.example found"),
    ("tenant", "https://login.microsoftonline.com/~.example/oauth2/v2.0/token"),
    (
        "tenant",
        "AADSTS700016: Application with identifier '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' was not found in the directory '~'.",
    ),
    ("tenant", "AADSTS90002: Tenant '~' not found."),
    ("tenant", "AADSTS500011: The resource was not found in the tenant named ~. This can happen"),
    ("tenant", "at ~.onmicrosoft.com there"),
    ("subject", "Sending mailitem Subject='Hello ~' From=x"),
    ("subject", "Subject: =?UTF-8?B?~?="),
    ("object", "objectId=~"),
    ("object", "home_account_id: ~"),
    ("node", "nodeId: ~"),
    ("node", "cluster.node.id=~"),
];

/// Whether any eight characters in a row of the canary are left.
fn leaks(text: &str, core: &str) -> bool {
    let text = text.replace(['\0', '\u{200b}'], "").to_lowercase();
    (0..=core.len() - 8).any(|at| text.contains(&core[at..at + 8].to_lowercase()))
}

/// The places in a log at which a text can stand, and the encodings it can stand in there.
pub(super) fn placed(text: &str) -> Vec<String> {
    let line = "2024-03-05 09:12:44,318+0000 Caesium-1-4 ERROR ServiceRunner     [c.a.j.sample.Mail] ";
    vec![
        text.to_owned(),
        format!("{line}Failed: {text}\n\tat com.x.Foo.bar(Foo.java:3)"),
        format!(
            "{line}x\njava.io.IOException: {text}\n\tat com.x.Foo.bar(Foo.java:3)\nCaused by: java.lang.Error: {text}"
        ),
        format!("{{\"timestamp\":\"2024\",\"message\":\"{}\",\"level\":\"ERROR\"}}", json(text)),
        format!("{{\"a\":\"{}\"}}", json(&format!("{{\"b\":\"{}\"}}", json(text)))),
        format!("GET /x?next={}&z=1 HTTP/1.1", percent(text)),
        format!("GET /x?next={} HTTP/1.1", percent(&percent(text))),
        format!("<p>{}</p>", html(text)),
        format!("data: {} .", unicode_escaped(text)),
        format!("{line}[{text}]"),
        format!("{line}({text})"),
        format!("> {text}\r\n> next"),
        format!("{line}{text}").chars().flat_map(|character| [character, '\0']).collect(),
        text.chars().flat_map(|character| [character, '\u{200b}']).collect(),
        format!("{line}\u{1b}[31m{text}\u{1b}[0m"),
        format!("GET /x?next={} HTTP/1.1", percent(&json(text))),
    ]
}

#[test]
fn no_secret_survives_at_any_place_or_in_any_encoding() {
    for (class, secret) in SECRETS {
        let text = secret.replace('~', CORE).replace("8QCNRY", "8Q~CNRY");
        assert!(secrets(&text).contains(&format!("[secret:{class}]")), "{class}: {text} -> {}", secrets(&text));
        for text in placed(&text) {
            for level in [Level::Secrets, Level::Full] {
                let shown = show(level, &text);
                assert!(!leaks(&shown, CORE), "{class} at {level}: {text}\n-> {shown}");
            }
        }
    }
}

#[test]
fn names_of_secrets_are_known_in_any_case() {
    for (class, secret) in SECRETS {
        let is_named =
            !["jwt", "refresh-token", "token", "sasl", "provider-token", "private-key", "saml"].contains(&class);
        let text = secret.to_uppercase().replace('~', CORE);
        let shown = secrets(&text);
        assert!(!is_named || secret.contains("8Q~") || !leaks(&shown, CORE), "{text} -> {shown}");
    }
}

#[test]
fn no_identity_survives_the_full_level() {
    for (class, identity) in IDENTITIES {
        let text = identity.replace('~', CORE);
        assert!(full(&text).contains(&format!("<{class}-")), "{class}: {text} -> {}", full(&text));
        assert_eq!(secrets(&text), text, "identities stay at the level of secrets");
        for text in placed(&text) {
            let shown = full(&text);
            assert!(!leaks(&shown, CORE), "{class}: {text}\n-> {shown}");
        }
    }
}

#[test]
fn a_token_split_over_lines_goes_whole() {
    for secret in [
        "Authorization: Bearer ~",
        "client_secret=~",
        "eyJhbGciOiJSUzI1NiJ9.~.c2ln",
        "dXNlcj1~AWF1dGg9",
        "password: ~",
        "JSESSIONID=~",
        "refresh_token=~",
        "id <~@corp.example> x",
    ] {
        let level = if secret.contains('@') { Level::Full } else { Level::Secrets };
        let text = secret.replace('~', CORE);
        let at = text.find(CORE).unwrap_or(0);
        for cut in 4..CORE.len() - 3 {
            for wrap in ["\n", "\r\n    ", "\n\t"] {
                let text = format!("{}{wrap}{}", &text[..at + cut], &text[at + cut..]);
                let shown = show(level, &text);
                assert!(!shown.contains(&CORE[..cut]) && !shown.contains(&CORE[cut..]), "{text} -> {shown}");
            }
        }
    }
}

#[test]
fn a_cut_token_goes_too() {
    for (_, secret) in SECRETS {
        let text = secret.replace('~', CORE).replace("8QCNRY", "8Q~CNRY");
        let end = text.find(CORE).unwrap_or(0) + 12;
        let shown = secrets(&text[..end]);
        // Such a token is told from a word only by what follows it.
        let is_ambiguous = secret.contains("0.AXoA")
            || secret.contains("EwBw")
            || secret.contains("jdbc:oracle")
            || secret.contains("://");
        assert!(is_ambiguous || !leaks(&shown, &CORE[..12]), "{} -> {shown}", &text[..end]);
    }
}

#[test]
fn secrets_of_commands_and_protocols_are_known_by_their_frame() {
    for (text, shown) in [
        ("curl -u ann:~ https://x", "curl -u ann:[secret:password] https://x"),
        ("curl -s --user ann:~ x", "curl -s --user ann:[secret:password] x"),
        ("mysqldump -uroot -p~ jira", "mysqldump -uroot -p[secret:password] jira"),
        ("credential {PKCS5S2}~AAAA==", "credential {PKCS5S2}[secret:password]"),
        ("\"code\":\"~\",\"state\":\"~\"", "\"code\":\"[secret:oauth-code]\",\"state\":\"[secret:oauth-state]\""),
        ("authorization_code=~&a=b", "authorization_code=[secret:oauth-code]&a=b"),
        ("Authorisation code: ~", "Authorisation code: [secret:oauth-code]"),
        (
            "form-data; name=\"client_secret\"\r\n\r\n~\r\n--",
            "form-data; name=\"client_secret\"\r\n\r\n[secret:client-secret]\r\n--",
        ),
        (
            "334 VXNlcm5hbWU6\r\nYW5u\r\n334 UGFzc3dvcmQ6\r\n~\r\n235 2.7.0",
            "334 VXNlcm5hbWU6\r\n[secret:sasl]\r\n334 UGFzc3dvcmQ6\r\n[secret:sasl]\r\n235 2.7.0",
        ),
    ] {
        assert_eq!(secrets(&text.replace('~', CORE)), shown);
    }
}

#[test]
fn ids_and_names_are_known_by_their_labels() {
    const ID: &str = "7d41c2e9-5b0a-4f86-93aa-c1e2d9b07f35";
    for (text, shown) in [
        ("object id '~'", "object id '<object-1>'"),
        ("object with id ~ x", "object with id <object-1> x"),
        ("Tenant ID: ~", "Tenant ID: <tenant-1>"),
        ("no directory with identifier \"~\"", "no directory with identifier \"<tenant-1>\""),
        ("said [~annlee]", "said [~<user-1>]"),
        ("ip-203-0-113-77.ec2.internal left", "<host-1> left"),
        ("GET /browse/SKUNKWORKS-4471?x=1", "GET /browse/<issue-1>?x=1"),
        ("/rest/api/2/issue/SKUNKWORKS-4471/comment", "/rest/api/2/issue/<issue-1>/comment"),
        ("JQL query: 'text ~ \"plans\"' took", "JQL query: '<text-1>' took"),
    ] {
        let text = if text.contains("[~") || text.contains("text ~") { text.to_owned() } else { text.replace('~', ID) };
        assert_eq!(full(&text), shown);
    }
}
