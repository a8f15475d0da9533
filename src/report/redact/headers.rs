//! Secrets in what protocols say: authorisation headers, cookies, and the log-in commands of mail protocols.
//!
//! Schemes and cookie names stay, for they help; what follows them goes.

use std::ops::Range;

use super::pattern::Pattern;
use super::view::{View, is_opaque};
use super::words::Words;
use super::{Hit, Identity, keep};

static AUTHORIZATION: Pattern =
    Pattern::new(&["authorization"], r#"authorization(?:\\*["'])?\s*(?:=>|[:=])\s*\[?(?:\\*["'])?"#);
static SCHEME: Pattern = Pattern::new(
    &["bearer", "basic", "negotiate", "ntlm", "ssws", "apikey"],
    r"(?-u:\b)(bearer|basic|negotiate|ntlm|ssws|apikey)(?:[ \t+]+|=)(?:\\*[\x22'])?([a-z0-9._~+/=-]{6,})",
);
static COOKIE: Pattern =
    Pattern::new(&["cookie"], r#"cookie2?(?:\\*["'])?(?:\s*(?:=>|[:=])\s*|\sheader\swas\sreceived\s)\[?(?:\\*["'])?"#);
static COOKIE_FIELDS: Pattern = Pattern::new(
    &["cookie", "session", "[value"],
    r"name\s?[:=]\s?[^\],=]{1,64}[\],]{1,2}\s?\[?value\s?[:=]\s?([^\],\s]+)",
);
static SASL: Pattern = Pattern::new(
    &["auth"],
    r"auth(?:enticate)?\s+(xoauth2|oauthbearer|plain|login|cram-md5|digest-md5|ntlm|gssapi)\s+([a-z0-9+/=_-]{6,})",
);
static SASL_ANSWER: Pattern = Pattern::new(&["auth"], r"(?m)(?:\bC: |>>> ?)([A-Za-z0-9+/]{8,}={0,2})\s*$");
static LOGIN: Pattern =
    Pattern::new(&[" login "], r#"(?-u:\b)[A-Za-z]{1,4}[0-9]+ LOGIN ("[^"\n]*"|\S+) ("(?:[^"\\\n]|\\.)*"|\S+)"#);
static PASS: Pattern = Pattern::new(&["pass "], r"(?m)(?:\bC: |>>> ?|^)PASS (\S[^\r\n]*)");

static SCHEMES: Words = Words::new(
    "basic bearer digest negotiate ntlm jwt token apikey api-key oauth hawk mac saml ssws kerberos gssapi aws4-hmac-sha256 mutual",
);

/// Attributes of a `Set-Cookie` header, which hold no secret.
static ATTRIBUTES: Words =
    Words::new("path domain expires max-age samesite httponly secure version priority comment partitioned");

/// Masks credentials in headers and log-in commands.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    for header in AUTHORIZATION.in_lower(view) {
        let end = header.get(0).map_or(0, |all| all.end());
        hits.extend(credentials(view, end).map(|span| Hit::secret(span, "auth-header")));
    }
    for found in SCHEME.in_lower(view) {
        if let (Some(scheme), Some(token)) = (found.get(1), found.get(2)) {
            let span = trimmed(view, token.range());
            if is_credential(view, &span, scheme.as_str()) {
                hits.push(Hit::secret(span, "auth-header"));
            }
        }
    }
    cookies(view, hits);
    mail_logins(view, hits);
}

/// The names inside credentials: who logs in is found here and then masked wherever the name occurs.
pub(super) fn find_names(view: &View, names: &mut Vec<(Identity, String)>) {
    for found in SCHEME.in_lower(view).chain(SASL.in_lower(view)) {
        let decoded = found.get(2).and_then(|token| base64(&view.text[token.range()])).unwrap_or_default();
        let text = decoded.trim_start_matches('\0');
        let name = match found.get(1).map_or("", |scheme| scheme.as_str()) {
            "basic" => text.split_once(':'),
            "plain" => text.split_once('\0'),
            "xoauth2" => text.strip_prefix("user=").and_then(|text| text.split_once('\u{1}')),
            _ => None,
        };
        names.extend(name.map(|(name, _)| (Identity::User, name.to_owned())));
    }
    for found in LOGIN.in_text(view) {
        names.extend(found.get(1).map(|name| (Identity::User, name.as_str().trim_matches('"').to_owned())));
    }
}

/// What stands in the value of an `Authorization` header, behind its scheme.
fn credentials(view: &View, start: usize) -> Option<Range<usize>> {
    let line = header_value(&view.text, start);
    let value = &view.text[line.clone()];
    let first = value.split([' ', '\t', '+', ',']).next().unwrap_or_default();
    let is_scheme = SCHEMES.have(&first.to_ascii_lowercase());
    if first.eq_ignore_ascii_case("digest")
        || first.to_ascii_lowercase().starts_with("aws4")
        || first.eq_ignore_ascii_case("oauth")
    {
        // Its parameters hold names and hashes: nothing of it stays.
        let at = line.start + first.len();
        return Some(trimmed(view, at..line.end))
            .filter(|span| !span.is_empty() && !keep::is_masked(&view.text[span.clone()]));
    }
    let mut rest = line.start;
    let mut end = line.end.min(line.start + first.len());
    if is_scheme || is_unknown_scheme(value, first) {
        rest += first.len();
        rest += value[first.len()..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'+')).count();
        end = rest + view.text[rest..line.end].find([' ', '\t', ',', ';', '"', '\'']).unwrap_or(line.end - rest);
        if !is_scheme {
            rest = line.start;
        }
    }
    let span = trimmed(view, rest..end.max(rest));
    {
        let value = &view.text[span.clone()];
        (value.len() >= 3 && !keep::is_no_secret(value) && !keep::is_prose(value)).then_some(span)
    }
}

/// Whether a word before a token is a scheme nobody told us about.
fn is_unknown_scheme(value: &str, first: &str) -> bool {
    let next = value[first.len()..].trim_start_matches([' ', '\t']).split([' ', ',', ';']).next().unwrap_or_default();
    value[first.len()..].starts_with(' ')
        && !first.is_empty()
        && !keep::is_empty_value(first)
        && !keep::is_prose(first)
        && is_opaque(next)
        && next.len() >= 8
}

/// From the start of a header's value to the end of its line or to the bracket or quote that ends it.
fn header_value(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let placeholder = keep::placeholder(rest.as_bytes()).unwrap_or(0);
    let end = rest[placeholder..].find(['\n', '\r', ']', '}', '<']).map_or(text.len(), |end| start + placeholder + end);
    start..end
}

fn is_credential(view: &View, span: &Range<usize>, scheme: &str) -> bool {
    let token = &view.text[span.clone()];
    let after = view.text.as_bytes().get(span.end);
    if keep::is_no_secret(token) || matches!(after, Some(b'"')) && token.ends_with('=') {
        return false;
    }
    let has_inner_sign =
        token.bytes().any(|byte| matches!(byte, b'.' | b'_' | b'~' | b'+' | b'/')) && token.len() >= 20;
    let inner_capital = token.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
        && token.bytes().any(|byte| byte.is_ascii_lowercase());
    let telling = token.bytes().any(|byte| byte.is_ascii_digit())
        || token.ends_with('=')
        || has_inner_sign
        || inner_capital
        || token.len() >= 32;
    // `Bearer realm=…`, `Basic auth=…` name parameters; a split or cut token may be short.
    let names_parameter = token.split_once('=').is_some_and(|(_, value)| !value.trim_matches('=').is_empty());
    telling && !names_parameter && (scheme != "apikey" || token.len() >= 12)
}

/// A span without the delimiters at its end that belong to what surrounds it.
fn trimmed(view: &View, span: Range<usize>) -> Range<usize> {
    let text = &view.text[span.clone()];
    let start = span.start + (text.len() - text.trim_start().len());
    let text = text.trim_start().trim_end_matches([' ', '\t', '\r', '"', '\'', '\\', ')', ',', ';', '.']);
    start..start + text.len()
}

fn cookies(view: &View, hits: &mut Vec<Hit>) {
    for header in COOKIE.in_lower(view) {
        let end = header.get(0).map_or(0, |all| all.end());
        let start = hits.len();
        cookie_pairs(view, end, hits);
        if hits.len() == start {
            let word =
                view.text[end..].split([' ', ';', ',', '"', '\'', ']', '\n', '\r', '=']).next().unwrap_or_default();
            if word.len() >= 8 && is_opaque(word) && !keep::is_no_secret(word) {
                hits.push(Hit::secret(end..end + word.len(), "cookie"));
            }
        }
    }
    for found in COOKIE_FIELDS.in_lower(view) {
        hits.extend(
            found
                .get(1)
                .filter(|value| !keep::is_no_secret(value.as_str()))
                .map(|value| Hit::secret(value.range(), "cookie")),
        );
    }
}

/// `a=1; b=2`: each value, but not those of attributes.
fn cookie_pairs(view: &View, start: usize, hits: &mut Vec<Hit>) {
    let bytes = view.text.as_bytes();
    let mut at = start;
    loop {
        at += bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name = bytes[at..]
            .iter()
            .take(128)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_.!#$%*+^`|~-".contains(byte))
            .count();
        let ends = |byte: &&u8| {
            !matches!(byte, b';' | b',' | b'"' | b'\'' | b']' | b'}' | b'\\' | b'<') && !byte.is_ascii_whitespace()
        };
        let attribute = ATTRIBUTES.have(&view.lower[at..at + name]);
        let mut end = at + name;
        if bytes.get(end) == Some(&b'=') && name > 0 {
            let opening = usize::from(bytes.get(end + 1) == Some(&b'"'));
            let value = end + 1 + opening;
            let inside =
                keep::placeholder(&bytes[value..]).unwrap_or_else(|| bytes[value..].iter().take_while(ends).count());
            end = value + inside + usize::from(opening > 0 && bytes.get(value + inside) == Some(&b'"'));
            if attribute {
                // `Expires=Wed, 21 Oct` holds a comma.
                end +=
                    bytes[end..].iter().take_while(|byte| !matches!(byte, b';' | b']' | b'"' | b'\n' | b'\r')).count();
            } else if inside > 0 && !keep::is_no_secret(&view.text[value..value + inside]) {
                hits.push(Hit::secret(value..value + inside, "cookie"));
            }
        } else if !attribute {
            return;
        }
        if !matches!(bytes.get(end), Some(b';' | b',')) {
            return;
        }
        at = end + 1;
    }
}

fn mail_logins(view: &View, hits: &mut Vec<Hit>) {
    for found in SASL.in_lower(view) {
        if let Some(token) =
            found.get(2).filter(|token| is_opaque(&view.text[token.range()]) || token.as_str().ends_with('='))
        {
            hits.push(Hit::secret(token.range(), "sasl"));
        }
    }
    for found in SASL_ANSWER.in_text(view) {
        hits.extend(
            found.get(1).filter(|token| is_opaque(token.as_str())).map(|token| Hit::secret(token.range(), "sasl")),
        );
    }
    for found in
        LOGIN.in_text(view).map(|found| found.get(2)).chain(PASS.in_text(view).map(|found| found.get(1))).flatten()
    {
        if !keep::is_no_secret(found.as_str().trim_matches('"')) {
            hits.push(Hit::secret(found.range(), "password"));
        }
    }
}

/// Base64 as text, or nothing.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0x00ff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap_or_default());
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("anNtaXRoOmh1bnRlcjI=").as_deref(), Some("jsmith:hunter2"));
        assert_eq!(base64("a b"), None);
    }
}
