//! What must stay, that one value has one pseudonym, and that masking twice is masking once.

use super::canaries::{CORE, IDENTITIES, SECRETS, placed};
use super::*;

pub(super) fn show(level: Level, text: &str) -> String {
    Redactor::new(level).show(text).as_str().to_owned()
}

pub(super) fn secrets(text: &str) -> String {
    show(Level::Secrets, text)
}

pub(super) fn full(text: &str) -> String {
    show(Level::Full, text)
}

#[test]
fn what_the_report_needs_stays() {
    let keep = [
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44'.",
        "AADSTS7000222: The provided client secret keys for app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
        "Trace ID: 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300 Correlation ID: b7e2c9a4-1d36-4d55-8f21-6a90c3e85512 Timestamp: 2026-01-13 02:01:34Z",
        "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        "AADSTS70011: The provided value for the input parameter 'scope' is not valid. The scope https://outlook.office365.us/IMAP.AccessAsUser.All is not valid.",
        "AADSTS50055: The password is expired. AADSTS50126: Error validating credentials due to invalid username or password.",
        "AADSTS50194: Application '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44'(Jira mail) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported",
        "AADSTS700005: Provided Authorization Code is intended to use against other tenant, thus rejected. (/common or /{tenant-ID} as appropriate)",
        "AADSTS50034: The user account {EmailHidden} does not exist in the directory.",
        "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed. The grant was issued on '2026-01-01T00:00:00.0000000Z'",
        "\"error\":\"invalid_client\",\"error_codes\":[7000215],\"timestamp\":\"2026-01-13 02:01:34Z\",\"trace_id\":\"8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300\",\"correlation_id\":\"b7e2c9a4-1d36-4d55-8f21-6a90c3e85512\"",
        "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"Access token validation failure. Invalid audience.\"}}",
        "{\"error\":{\"code\":\"ErrorItemNotFound\",\"message\":\"Default folder Inbox not found.\"}}",
        "client_id=3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44&scope=https://graph.microsoft.com/.default offline_access",
        "appid=3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44 clientId: 3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize https://login.microsoftonline.com/error?code=7000215 https://login.microsoftonline.us/organizations/oauth2/v2.0/token https://login.windows.net/common",
        "java.net.UnknownHostException: login.microsoftonline.com: Name or service not known",
        "MailConnectException: Couldn't connect to host, port: outlook.office365.com, 993; timeout 60000; Read timed out",
        "JIRA couldn't open the folder 'inbox' at outlook.office365.com. Check and make sure the folder name is correct and try again.",
        "535 5.7.3 Authentication unsuccessful [DB8PR02CA0001.eurprd02.prod.outlook.com 2024-01-01T00:00:00.000Z 08DC1]",
        "see https://support.atlassian.com/jira/kb/x and https://learn.microsoft.com/y, smtp.office365.com:587, graph.microsoft.us, outlook.office.com",
        "2024-03-05 09:12:44,318+0000 http-nio-8080-exec-14 ERROR anonymous 1234x5727202x3 - 127.0.0.1 /rest/oauth2-client/latest/config/flow/0a4de7b1-93c5-4c8e-a7d4-2f1be0c97701 [c.a.o.c.rest.resource.ClientConfigurationResource] Error occurred while authorizing an integration.",
        "2018-08-26 06:02:15,538 Caesium-1-3 ERROR anonymous XXX Mail Handler [c.a.mail.incoming.mailfetcherservice] XXX Mail Handler[10001]: Messaging Exception in service 'com.atlassian.jira.service.services.mail.MailFetcherService$MessageProviderImpl' when getting mail: A3 BAD User is authenticated but not connected.",
        "2023-08-16 14:58:26,225+0000 ERROR [Support IMAP] Caesium-1-4 ServiceRunner     Exception when MailPullerWorker pulls emails: com.atlassian.jira.internal.mail.processor.X",
        "OAuth token not defined for connection. OAuth Authorisation required.",
        "Refresh Token Failed. Reported Reason: AADSTS7000222",
        "IMAPS: AUTHENTICATE PLAIN command result: IUR1 NO AUTHENTICATE failed.",
        "IMAPS: AUTH: XOAUTH2\nC: A1 AUTHENTICATE XOAUTH2 ********\nC: A00000002 LOGOUT",
        "protocolConnect login, host=outlook.office365.com, user=<non-null>, password=<non-null>",
        "javax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
        "\tat com.atlassian.crowd.token.TokenStore.get(TokenStore.java:12) [jar:9.1]\n\tat javax.security.auth.Subject.doAs(Subject.java:422)\n\tat com.x.PasswordEncoder$1.run(PasswordEncoder.java:7)\n\t... 43 more",
        "com.atlassian.oauth2.client.api.storage.token.exception.UnrecoverableTokenException: An error has occurred while refreshing OAuth token",
        "Caused by: java.net.ConnectException: Connection refused (Connection refused)",
        "line 1: unexpected token: FROM near line 1, column 8 [SELECT x FROM y]",
        "Unexpected token: FROM",
        "Invalid token: FROM",
        "tokenId",
        "tokenId: [123]",
        "password: null",
        "password=",
        "passwordEncoder=com.x.Y",
        "token=com.x.Token@1a2b3c",
        "password=${db.password}",
        "password=******",
        "token_type=Bearer",
        "redacted-a1b2c3d4@example.com user=redacted-quiet-fox password=redacted-x",
        "[secret:jwt] <user-3> password=[secret:password], user=<user-1>",
        "Jira 9.12.4.1 and 8.5.57 on Java 17.0.8.1",
        "127.0.0.1 ::1 0.0.0.0 0:0:0:0:0:0:0:1",
        "basic authentication is deprecated, Basic Authentication too; Bearer authentication, bearer token required",
        "code=500 state=RUNNING status code: 404",
        "com.x.Foo@1a2b3c java.lang.Thread[main,5,main]",
        "WWW-Authenticate: Bearer realm=\"\", error=\"invalid_token\", error_description=\"x\"",
        "ERROR [main] [c.a.jira.startup.JiraStartupLogger] Jira starting...",
        "subject=null",
        "{\"error\":{\"code\":\"MailboxNotEnabledForRESTAPI\",\"state\":\"AwaitingAuthorisationOfUser\"}}",
        "see https://jira.atlassian.com/browse/JRASERVER-12345, object 'com.x.Foo1', tenant: none, User <anonymous> does not exist",
        "configuration 'Lab mailbox' renewed, valid for 3600 s, {\"users\":[\"user\"]} | x",
        "S: + eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=",
        "from https://login.microsoftonline\n.com/common",
        "user=anonymous user: system host=localhost node=null",
        "Couldn't create directory 'plugins' for user 'admin'",
        "UTF-8 SHA-256 HTTP-500 JRASERVER-12345 52B70C7B-1D36-4D55-8F21-6A90C3E85512",
        "CN=DigiCert Global Root CA, OU=www.digicert.com, O=DigiCert Inc, C=US CN=outlook.office365.com",
        "connected to the server, connection to database failed, login: failed, user: not found, 5 users: a",
        "\tat com.x.User.setPassword(User.java:12) ~[app.jar:1.2]\n\tat com.x.$Proxy1.setClientSecret(Unknown Source)\n\tat com.x.T.getToken(T.java)",
        "no such method: setPassword(String) setSecret(java.lang.String, int) getPassword() withToken(%s)",
        "{\"sql\":\"SELECT\\nfrom X\\tY\"} HKLM\\Software NT AUTHORITY\\SYSTEM C:\\Temp \\d+\\s",
        "for user authentication was for user account is, by user name in",
        "max_tokens=200 tokens: 3 passwordsChanged=2",
    ];
    for text in keep {
        assert_eq!(full(text), text);
        assert_eq!(secrets(text), text);
    }
}

#[test]
fn the_same_value_has_the_same_pseudonym_throughout_a_report() {
    let mut redactor = Redactor::new(Level::Full);
    assert_eq!(redactor.show("from Ann@Corp.example and bob@corp.example").as_str(), "from <email-1> and <email-2>");
    assert_eq!(
        redactor.show("/users/ann%40corp.example/x, ANN@CORP.EXAMPLE").as_str(),
        "/users/<email-1>/x, <email-1>"
    );
    assert_eq!(
        redactor.show("user=JSmith, 203.0.113.9 and 10.0.0.1,203.0.113.9").as_str(),
        "user=<user-1>, <ip-1> and <ip-2>,<ip-1>"
    );
    assert_eq!(
        redactor.show("jsmith could not log in, CORP\\jsmith").as_str(),
        "<user-1> could not log in, CORP\\<user-1>"
    );
    assert_eq!(
        redactor.show("password=a password=a").as_str(),
        "password=[secret:password] password=[secret:password]"
    );
    let masked: Vec<_> = redactor.masked().iter().map(|(class, count)| (class.as_str(), *count)).collect();
    assert_eq!(masked, [("email", 4), ("ip", 3), ("password", 2), ("user", 3)]);
}

#[test]
fn columns_of_an_access_log_are_masked_too() {
    assert_eq!(
        full("192.0.2.7 o624x33x1 j.doe [13/Jan/2026:02:01:40 +0000] \"GET /x HTTP/1.1\" 200"),
        "<ip-1> o624x33x1 <user-1> [13/Jan/2026:02:01:40 +0000] \"GET /x HTTP/1.1\" 200"
    );
}

#[test]
fn what_was_learned_is_found_everywhere() {
    let mut redactor = Redactor::new(Level::Full);
    for user in ["jsmith", "error", "issue", "admin", "anonymous", "system", "xy"] {
        redactor.learn(Identity::User, user);
    }
    redactor.learn(Identity::Node, "jira-2");
    redactor.learn(Identity::Host, "mail.corp.example:993");
    redactor.learn(Identity::Host, "outlook.office365.com");
    redactor.study("the user 'walter' came");
    assert_eq!(
        redactor.show("error: issue of jsmith, admin, anonymous, system, xy, walter").as_str(),
        "error: issue of <user-1>, admin, anonymous, system, xy, <user-2>"
    );
    assert_eq!(
        redactor.show("jira-2 asks mail.corp.example, not outlook.office365.com; jira-22").as_str(),
        "<node-1> asks <host-1>, not outlook.office365.com; jira-22"
    );
    let column = "2024-03-05 09:12:44,318+0000 exec-1 ERROR grant 552x1x1 - - /x [c.a.j.X] error: grant has expired";
    assert_eq!(full(column), column.replacen("grant", "<user-1>", 1), "a name like a word goes from its column only");
    let mut redactor = Redactor::new(Level::Secrets);
    redactor.learn(Identity::User, "jsmith");
    assert_eq!(redactor.show("jsmith").as_str(), "jsmith");
}

#[test]
fn levels_are_read_and_written() {
    for level in [Level::Off, Level::Secrets, Level::Full] {
        assert_eq!(level.to_string().parse(), Ok(level));
        assert_eq!(Redactor::new(level).level(), level);
    }
    assert_eq!("some".parse::<Level>(), Err(UnknownLevel));
    assert_eq!(show(Level::Off, "password=x ann@corp.example"), "password=x ann@corp.example");
    assert_eq!(Shown::own("ours").to_string(), "ours");
    assert!(
        !format!("{:?}", {
            let mut redactor = Redactor::new(Level::Full);
            redactor.learn(Identity::User, "jsmith");
            redactor
        })
        .contains("jsmith")
    );
}

#[test]
fn bytes_that_are_no_text_are_spelt() {
    assert_eq!(
        Redactor::new(Level::Secrets).show_bytes(b"a\xffb password=h\xfexx \xe2\x82").as_str(),
        "a\\xFFb password=[secret:password] \\xE2\\x82"
    );
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap_or(0)
    }
}

/// Canaries at every place, and so many texts of pieces that rules look for, thrown together.
fn mixed_texts(count: usize) -> Vec<String> {
    let mut texts: Vec<String> =
        SECRETS.iter().chain(&IDENTITIES).flat_map(|(_, text)| placed(&text.replace('~', CORE))).collect();
    let pieces: Vec<&str> = SECRETS
        .iter()
        .chain(&IDENTITIES)
        .map(|(_, text)| *text)
        .chain([
            "<user-1>",
            "[secret:jwt]",
            "[secret:",
            "]",
            "<",
            ">",
            "\"",
            "'",
            "\\",
            "%",
            "%2",
            "%40",
            "&amp;",
            "@",
            ":",
            "=",
            ",",
            ";",
            " ",
            "\n",
            "\n    ",
            "\t",
            "ü",
            "\u{200b}",
            "\0",
            "\u{1b}[",
            "password",
            "token:",
            "user=",
            "://",
            "a.b",
            "10.1.2.3",
            "::",
            "eyJ",
            "Cookie: ",
            "x1",
            "-----BEGIN PRIVATE KEY-----",
            "cn=a,",
            "dc=b",
            "jdbc:",
            "{",
            "}",
            "(",
            "[",
            "Authorization: ",
            "Digest ",
            "\\\"",
            "\\u0040",
            "&#x40;",
        ])
        .collect();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    for _ in 0..count {
        let count = 1 + dice.roll(8);
        texts.push((0..count).map(|_| pieces[dice.roll(pieces.len())]).collect());
    }
    texts
}

#[test]
fn masking_twice_is_masking_once() {
    for text in mixed_texts(6000) {
        for level in [Level::Secrets, Level::Full] {
            let mut redactor = Redactor::new(level);
            let once = redactor.show(&text);
            assert_eq!(redactor.show(once.as_str()), once, "{level}: {text:?}");
            assert_eq!(Redactor::new(level).show(once.as_str()), once, "afresh at {level}: {text:?}");
            let beginning = Redactor::new(level).show_beginning(text.as_bytes());
            let again = Redactor::new(level).show_beginning(beginning.as_str().as_bytes());
            assert_eq!(again, beginning, "cut, at {level}: {text:?}");
        }
    }
}

#[test]
fn no_input_makes_it_panic() {
    let mut dice = Dice(0xfeed_beef_0bad_cafe);
    let alphabet = b"aZ09%\\\"'=:;,@./[]{}<>()&#-_~+ \n\r\t\0\x1b\xff\xc3\xbc\xe2\x80\x8b";
    for _ in 0..4000 {
        let length = dice.roll(60);
        let bytes: Vec<u8> = (0..length).map(|_| alphabet[dice.roll(alphabet.len())]).collect();
        let _ = Redactor::new(Level::Full).show_bytes(&bytes);
    }
}

#[test]
fn every_pattern_compiles() {
    // One text that opens every gate.
    let text: String = SECRETS.iter().chain(&IDENTITIES).flat_map(|(_, text)| [*text, "\n"]).collect();
    let gates = "akia hooks.slack.com sen-1 aaab <assertion> phnhbww =[ service is ready alternative names sharepoint jirauser cn= dc= viewprofile name= login pass  cookie xoxb administrator of  unknownhostexception certificate for jdbc:oracle";
    let _ = full(&format!("{text}{gates}"));
}

#[test]
fn a_higher_level_hides_all_that_a_lower_one_hides() {
    for text in mixed_texts(2000) {
        let text = text.replace('~', CORE);
        let (lower, higher) = (secrets(&text), full(&text));
        let left = |shown: &str| shown.matches(CORE).count();
        assert!(left(&higher) <= left(&lower), "{text:?}\n-> {lower:?}\n-> {higher:?}");
    }
}

#[test]
fn hostile_text_costs_time_in_proportion() {
    /// What a text may take in a slow build on a busy machine; quadratic work takes minutes.
    const MOST: std::time::Duration = std::time::Duration::from_secs(15);
    let size = 64 * 1024;
    for piece in [
        "a@",
        "a@a.",
        "====",
        "\"",
        "'",
        "\\\"",
        "http://",
        "http://a:",
        "password=",
        "password=\"",
        "pass \"",
        "unexpected.token:",
        "user=",
        "user='",
        "cn=a,",
        "dc=a,",
        "%25",
        "\\\\",
        "[",
        "<user-1>",
        "<user-",
        "[secret:",
        "eyJ",
        "1.1.1.1,",
        "1.1.1.1 ",
        "1:",
        "::1 ",
        "Cookie: a=",
        "cookie: ",
        "authorization: ",
        "authorization: digest ",
        "token is ",
        "&#64;",
        "-----BEGIN PRIVATE KEY-----",
        "a/",
        "/1.1.1.1",
        "jql='",
        "jql=",
        "select a where '",
        "insert into a values '",
        "subject: ",
        "a\n",
        "Ab1\n",
        "a@b\n",
        "A-1 ",
        "AB-12 ",
        "+1 22 33 ",
        "4111 1111 ",
        "AA00 AAAA ",
        "Aa1Aa2Aa3",
        "aA0",
        "jirauser1",
        "name=password value=",
        "curl -u a:",
        "<assertion>",
        "jdbc:oracle:a:b/",
        "host a.",
        "220 a.",
        "a:80",
        "connect to ",
        "alternative names: [a,",
        "tenant named ",
        "administrator of ",
    ] {
        let text = piece.repeat(size / piece.len());
        let begun = std::time::Instant::now();
        let _ = full(&text);
        assert!(begun.elapsed() < MOST, "{piece:?} takes {:?}", begun.elapsed());
    }
}
