//! What people wrote, looked for or own: literals of SQL and JQL, keys of issues, numbers of telephones, accounts and cards.
//!
//! Numbers are only taken where a check digit or the notation says so: a log is full of others.

use super::pattern::Pattern;
use super::view::View;
use super::words::Words;
use super::{Hit, Identity, keep};

/// A statement up to where its literals begin, and its rest.
static STATEMENT: Pattern = Pattern::new(
    &["select", "insert", "update", "delete"],
    r"(?:select\s[^\n]*?\s(?:where|having|on)|insert\s+into\s[^\n]*?\s?values|update\s+\S+\s+set|delete\s+from\s+\S+\s+where)[\s(]([^\n]+)",
);
static LITERAL: Pattern = Pattern::new(&["'"], r"'((?:[^'\n]|'')*)'");
static BOUND: Pattern =
    Pattern::new(&["binding parameter"], r"binding parameter \[[0-9]+\] as \[[a-z_ ]+\] - \[([^\]\n]+)\]");
/// Parameters of a URL in which somebody wrote words.
static SEARCH: Pattern = Pattern::new(
    &["?", "&"],
    r#"[?&](?:jql|jqlquery|query|querystring|q|search|searchstring|searchquery|text|summary|description|comment)=([^&\s"'<>#]+)"#,
);
static ISSUE: Pattern = Pattern::new(&["-"], r"(?-u:\b)([A-Z][A-Z0-9_]{1,9})-[0-9]{1,9}(?-u:\b)");
/// The same in an address, where a slash stands before it.
static ISSUE_IN_PATH: Pattern =
    Pattern::new(&["/browse/", "/issue/", "/issues/"], r"/(?:browse|issues?)/([A-Z][A-Z0-9_]{1,9}-[0-9]{1,9})(?-u:\b)");
static PHONE: Pattern = Pattern::new(
    &["+"],
    r"\+[1-9][0-9]{0,2}[ ./-]?(?:\([0-9]{1,5}\)[ ./-]?)?[0-9]{1,5}(?:[ ./-]?[0-9]{2,5}){1,5}(?-u:\b)",
);
static CARD: Pattern = Pattern::new(
    &["3", "4", "5", "6"],
    r"(?-u:\b)(?:[3-6][0-9]{12,18}|[3-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})(?-u:\b)",
);
static IBAN: Pattern = Pattern::new(
    &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?-u:\b)",
);

/// What looks like the key of an issue: standards, charsets, ciphers, product errors, threads, months, and the public
/// projects of vendors, whose issues are named to be looked up.
static NO_PROJECTS: Words = Words::new(
    "\
    utf ucs iso iec ansi ascii gb gbk big5 euc koi8 cp ibm windows win latin us utc gmt cet est pst sha sha1 sha2 sha3 md \
    aes des rsa dsa ec ecdsa ecdhe dhe ed eddsa hmac pbkdf2 pkcs cbc gcm ccm chacha20 camellia aria rc rc2 rc4 x tls ssl \
    tlsv1 sslv3 dtls oid rfc rf cve cwe ghsa bcp http https http2 h2 ldap ldaps imap imaps pop pop3 smtp ews oauth oauth2 \
    saml jwt jws jwk jwe es hs rs ps kb ms ora sql db db2 pls tns dbd hhh jpa jdbc err error warn warning info debug trace \
    fatal severe code status step line level type part phase stage version ver v build release jdk jre java openjdk jep \
    jsr xnio nio thread task worker pool exec queue timer quartz caesium executor scheduler main async node server host \
    jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun jraserver jracloud jra jsdserver jsdcloud \
    jsd jswserver jswcloud jsw confserver confcloud conf bserv bitbucket bam bamboo crowd cwd cruc fe acjira mig migr \
    atlassian access ticket aadsts sen id ipv4 ipv6 ip tcp udp dns usb lts rev page row col",
);

/// Finds what people wrote, and their numbers.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    for rest in STATEMENT.in_lower(view).filter_map(|found| found.get(1)) {
        for literal in LITERAL.within(view, rest.range()).filter_map(|found| found.get(1).map(|span| span.range())) {
            let literal = rest.start() + literal.start..rest.start() + literal.end;
            if !literal.is_empty() && !keep::is_masked(&view.text[literal.clone()]) {
                hits.push(Hit::identity(view, literal, Identity::Text));
            }
        }
    }
    for found in BOUND.in_lower(view).chain(SEARCH.in_lower(view)).filter_map(|found| found.get(1)) {
        if !keep::is_empty_value(found.as_str()) && !keep::is_masked(&view.text[found.range()]) {
            hits.push(Hit::identity(view, found.range(), Identity::Text));
        }
    }
    for found in ISSUE.in_text(view) {
        let (Some(all), Some(project)) = (found.get(0), found.get(1)) else { continue };
        let (before, after) = around(view, all.start(), all.end());
        let framed = before.is_some_and(|sign| "-./_$%+=".contains(sign) || sign.is_alphanumeric())
            || after.starts_with(['-', '_', '/', '='])
            || after.starts_with(['.', ',', ':']) && after[1..].starts_with(|next: char| next.is_alphanumeric());
        if !framed && !NO_PROJECTS.have(&project.as_str().to_ascii_lowercase()) {
            hits.push(Hit::identity(view, all.range(), Identity::Issue));
        }
    }
    for found in ISSUE_IN_PATH.in_text(view).filter_map(|found| found.get(1)) {
        if !found.as_str().split('-').next().is_some_and(|project| NO_PROJECTS.have(&project.to_ascii_lowercase())) {
            hits.push(Hit::identity(view, found.range(), Identity::Issue));
        }
    }
    for found in PHONE.in_text(view).filter_map(|found| found.get(0)) {
        let (before, after) = around(view, found.start(), found.end());
        let digits = digits(found.as_str()).count();
        let stands_alone = before.is_none_or(|sign| sign.is_whitespace() || "\"'(:=,<[>;".contains(sign))
            && !after.starts_with(['=', '+', '/', '.']);
        if (8..=15).contains(&digits) && stands_alone {
            hits.push(number(view, found.range(), Identity::Phone));
        }
    }
    let accounts = CARD.in_text(view).filter_map(|found| found.get(0)).filter(|found| is_card(found.as_str()));
    let accounts =
        accounts.chain(IBAN.in_text(view).filter_map(|found| found.get(0)).filter(|found| is_iban(found.as_str())));
    for found in accounts {
        let (before, after) = around(view, found.start(), found.end());
        if !before.is_some_and(|sign| "-._:/+%=".contains(sign) && sign != '=')
            && !after.starts_with(['-', '.', ':', '/'])
        {
            hits.push(number(view, found.range(), Identity::Account));
        }
    }
}

fn around(view: &View, start: usize, end: usize) -> (Option<char>, &str) {
    (view.text[..start].chars().next_back(), &view.text[end..])
}

/// The same number in another notation is the same.
fn number(view: &View, span: std::ops::Range<usize>, identity: Identity) -> Hit {
    let value = view.text[span.clone()].chars().filter(char::is_ascii_alphanumeric).collect();
    Hit { value, ..Hit::identity(view, span, identity) }
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.chars().filter_map(|character| character.to_digit(10))
}

/// A length and beginning that issuers use, and a right check digit.
fn is_card(text: &str) -> bool {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| number.starts_with(beginning));
    let of_issuer = match number.len() {
        14 => begins(&["30", "36", "38", "39"]),
        15 => begins(&["34", "37"]),
        16 => begins(&["4", "51", "52", "53", "54", "55", "6011", "64", "65", "35"]),
        _ => false,
    };
    let sum: u32 = digits(&number)
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    of_issuer && sum.is_multiple_of(10)
}

/// Whether the check digits of an account's number are right.
fn is_iban(text: &str) -> bool {
    let number: Vec<u32> = text.chars().filter_map(|character| character.to_digit(36)).collect();
    if !(15..=34).contains(&number.len()) {
        return false;
    }
    let rest = number[4..].iter().chain(&number[..4]);
    rest.fold(0, |rest, &digit| if digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 }) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let Some(view) = View::all(text).into_iter().next() else { return Vec::new() };
        let mut hits = Vec::new();
        find(&view, &mut hits);
        hits.into_iter().map(|hit| text[hit.span].to_owned()).collect()
    }

    #[test]
    fn what_people_wrote() {
        assert_eq!(
            found("SELECT ID FROM cwd_user WHERE lower_user_name='ann' AND x = '' OR y='O''Hara'"),
            ["ann", "O''Hara"]
        );
        assert_eq!(found("INSERT INTO t (a) VALUES ('b','c')"), ["b", "c"]);
        assert_eq!(found("binding parameter [1] as [VARCHAR] - [ann]"), ["ann"]);
        assert_eq!(found("/rest/api/2/search?jql=assignee%3Dann&maxResults=5"), ["assignee%3Dann"]);
        assert_eq!(found("created HELP-123, see [DEV2-4]. Or OPS-5."), ["HELP-123", "DEV2-4", "OPS-5"]);
        for text in [
            "UTF-8 SHA-256 ISO-8859 HTTP-500 ORA-01017 JRASERVER-12345 CVE-2025-1 XNIO-1 TLS-1 RFC-1952 GMT-5",
            "HELP-12.jar X-HELP-1 HELP-1-exec 52B70C7B-1D36-4D55-8F21-6A90C3E85512 Please select 'this' from 'that'",
            "2024-03-05 09:12:44,318+1000 12345678 +0000 1234567 UTC+10 12345678",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn numbers_with_a_check() {
        assert_eq!(found("call +49 30 901820 or (+1 (555) 010-9999)"), ["+49 30 901820", "+1 (555) 010-9999"]);
        assert_eq!(found("4111 1111 1111 1111, 378282246310005"), ["4111 1111 1111 1111", "378282246310005"]);
        assert_eq!(
            found("DE89 3704 0044 0532 0130 00, GB82WEST12345698765432"),
            ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]
        );
        assert!(found("4111 1111 1111 1112 DE88370400440532013000 1705111274014 4111111111111").is_empty());
    }
}
