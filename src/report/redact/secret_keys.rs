//! What a key's name says of its value: `client_secret` holds a secret, `tokenId` and `passwordEncoder` speak about one.

use super::words::Words;

/// Last words of keys that speak about a secret instead of holding it.
static ABOUT: Words = Words::new(
    "\
    id ids encoder policy field type types count expiry expires expired expiration name url uri endpoint length size \
    ttl timeout lifetime age date time at in enabled disabled required status error errors exception failure method \
    methods scope scopes issuer audience manager service provider factory filter handler cache validator generator \
    parser reader resolver impl java kt scala groovy js ts css vm xml jsp jar class properties html action servlet \
    resource controller listener job task request response step rule rules hint prefix suffix format algorithm alias \
    index limit max min version supported test page form reset change path file location header parameter param \
    attribute config configuration settings mode strategy support mapper builder util utils event events plugin \
    module usage valid invalid present exists changed updated created only based store validity timestamp problem \
    advice callback cookies code codes",
);

/// What makes a `key` a secret one.
static KEY_OWNERS: Words = Words::new(
    "\
    api access private secret signing encryption account shared master license licence subscription session auth \
    crypt aes hmac",
);

/// The words of a key: `trustStorePassword`, `client_secret`, `crowd.token_key`.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    for character in key.chars() {
        if !character.is_ascii_alphanumeric() || (character.is_ascii_uppercase() && !previous.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(character.to_ascii_lowercase());
        }
        previous = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The class of secret that a key holds.
pub(super) fn class(key: &str) -> Option<&'static str> {
    let words = words(key);
    let ends = |word: &str, endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let joined = words.concat();
    if joined == "sessionstate" {
        return Some("oauth-state");
    }
    let last = words.iter().rev().find(|word| !word.bytes().all(|byte| byte.is_ascii_digit()))?;
    if joined.ends_with("sessionid") {
        return Some(if joined.ends_with("jsessionid") { "cookie" } else { "session" });
    }
    if ABOUT.have(last) {
        return None;
    }
    let of_oauth =
        words.first().is_some_and(|first| first == "oauth") && key.to_ascii_lowercase().starts_with("oauth_");
    for (place, word) in words.iter().enumerate() {
        // A list of them is no less secret; of tokens and keys there are counts, too.
        let one = word.strip_suffix('s').filter(|one| ends(one, &["password", "passphrase", "secret"]));
        let word = one.unwrap_or(word);
        let before = place.checked_sub(1).map_or("", |before| words[before].as_str());
        let class = match word {
            "pass" | "bindpw" => "password",
            word if ends(
                word,
                &["password", "passwort", "passwd", "passphrase", "passcode", "pwd", "storepass", "keypass"],
            ) =>
            {
                "password"
            }
            word if ends(word, &["secret"]) => {
                if joined.contains("client") {
                    "client-secret"
                } else {
                    "secret"
                }
            }
            word if ends(word, &["csrf", "xsrf"]) => "csrf-token",
            word if ends(word, &["token"]) => match joined.as_str() {
                joined if joined.contains("refresh") => "refresh-token",
                joined if joined.contains("access") => "access-token",
                joined if joined.contains("idtoken") => "id-token",
                _ => "token",
            },
            word if ends(
                word,
                &[
                    "apikey",
                    "accesskey",
                    "secretkey",
                    "privatekey",
                    "accountkey",
                    "sharedkey",
                    "signingkey",
                    "encryptionkey",
                    "licensekey",
                    "licencekey",
                ],
            ) =>
            {
                "api-key"
            }
            "key" if KEY_OWNERS.have(before) => "api-key",
            "credential" | "credentials" => "credential",
            "otp" | "totp" => "otp",
            "nonce" | "clientinfo" => "oauth-state",
            "info" if before == "client" => "oauth-state",
            "verifier" => "oauth-code",
            "rememberme" => "cookie",
            word if word.starts_with("awsalb") => "cookie",
            "assertion" | "relaystate" | "samlrequest" | "samlresponse" | "samlart" => "saml",
            "request" | "response" | "art" if before == "saml" => "saml",
            "state" if before == "relay" => "saml",
            _ if of_oauth
                && place > 0
                && !joined.starts_with("oauthparameters")
                && !joined.starts_with("oauthacceptable") =>
            {
                "oauth1"
            }
            _ => continue,
        };
        return Some(class);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_word_by_word() {
        for (key, expected) in [
            ("password", Some("password")),
            ("trustStorePassword", Some("password")),
            ("javax.net.ssl.keyStorePassword", Some("password")),
            ("client_secret", Some("client-secret")),
            ("clientSecret", Some("client-secret")),
            ("crowd.token_key", Some("token")),
            ("atlassian.xsrf.token", Some("csrf-token")),
            ("X-Api-Key", Some("api-key")),
            ("refreshToken", Some("refresh-token")),
            ("tokenId", None),
            ("secret_id", None),
            ("passwordEncoder", None),
            ("com.x.BadTokenException", None),
            ("TokenStore.java", None),
            ("token_endpoint", None),
            ("tokenizer", None),
            ("secretary", None),
            ("compass", None),
            ("issueKey", None),
            ("oauth_version", None),
            ("oauth_signature", Some("oauth1")),
        ] {
            assert_eq!(class(key), expected, "{key}");
        }
    }
}
