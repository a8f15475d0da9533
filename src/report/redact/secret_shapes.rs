//! Secrets by shape: what is recognised wherever it stands, because of its prefix, its frame or its place in a URL.
//!
//! A sample may be cut in the middle of a token, so a shape also holds when the text ends inside it.

use super::pattern::Pattern;
use super::urls::authorities;
use super::view::View;
use super::{Hit, keep};

/// A shape, in the text as it is written, and its class. The first group is masked, or else the whole.
struct Shape {
    class: &'static str,
    pattern: Pattern,
}

const fn shape(class: &'static str, gates: &'static [&'static str], source: &'static str) -> Shape {
    Shape { class, pattern: Pattern::new(gates, source) }
}

static SHAPES: [Shape; 22] = [
    shape(
        "private-key",
        &["private"],
        r"(?s)-----BEGIN[ +][A-Z0-9 +]*PRIVATE[ +]KEY(?:[ +]BLOCK)?-----.*?(?:-----END[ +][A-Z0-9 +]*PRIVATE[ +]KEY(?:[ +]BLOCK)?-----|\z)",
    ),
    // The tail of a key whose beginning was cut off.
    shape(
        "private-key",
        &["private"],
        r"(?:[A-Za-z0-9+/=]{16,}\s+)(?:[A-Za-z0-9+/=]+\s+)*-----END[ +][A-Z0-9 +]*PRIVATE[ +]KEY(?:[ +]BLOCK)?-----",
    ),
    shape("jwt", &["eyj"], r"eyJ(?:[A-Za-z0-9_=/+-]{8,}|[A-Za-z0-9_=/+-]*\z)(?:\.[A-Za-z0-9_=/+-]*)*"),
    shape("client-secret", &["q~"], r"[A-Za-z0-9_~.-]{0,8}[0-9]Q~[A-Za-z0-9_~.-]*"),
    shape("sasl", &["dxnlcj1"], r"dXNlcj1[A-Za-z0-9+/=_-]*"),
    shape("token", &["ewa", "ewb", "ewc"], r"(?-u:\b)Ew[ABC][A-Za-z0-9+/]{2,4}[A-Za-z0-9+/]{40,}={0,2}"),
    shape(
        "refresh-token",
        &["0.a", "1.a", "m.c", "m.r", "oaqab"],
        r"(?-u:\b)(?:[01]\.A[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*|M\.[CR][A-Za-z0-9]{1,6}[._][A-Za-z0-9_.!*$-]{16,}|OAQAB[A-Za-z0-9_-]{16,})",
    ),
    shape(
        "provider-token",
        &[
            "atatt3",
            "atctt3",
            "atbb",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "xox",
            "aiza",
            "sk-",
            "sk_live_",
            "hvs.",
            "npm_",
        ],
        r"(?-u:\b)(?:AT[AC]TT3[A-Za-z0-9_=-]{8,}|ATBB[A-Za-z0-9]{16,}|gh[opurs]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{10,}|xox[abeoprs]-[A-Za-z0-9-]{8,}|AIza[A-Za-z0-9_-]{30,}|sk-[A-Za-z0-9_-]{20,}|sk_live_[A-Za-z0-9]{10,}|hvs\.[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,})",
    ),
    shape(
        "provider-token",
        &["akia", "asia", "a3t", "agpa", "aida", "aroa", "aipa", "anpa", "anva"],
        r"(?-u:\b)(?:AKIA|ASIA|A3T[A-Z0-9]|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}(?-u:\b)",
    ),
    shape(
        "provider-token",
        &["hooks.slack.com", "webhook.office.com", "discord"],
        r#"(?:hooks\.slack\.com/(?:services|workflows)/|webhook\.office\.com/[a-z0-9]+/|discord(?:app)?\.com/api/webhooks/)([^\s"'<>]+)"#,
    ),
    shape("licence", &["sen-"], r"(?-u:\b)SEN-L?[0-9]{4,}"),
    shape(
        "licence",
        &["aaab"],
        r"(?-u:\b)AAAB[A-Za-z0-9+/=]{40,}(?:\s+[A-Za-z0-9+/=]{60,})*(?:\s+[A-Za-z0-9+/=]{1,90}X0[0-9][a-z0-9]{2,4}(?-u:\b))?",
    ),
    shape("server-id", &["-"], r"(?-u:\b)[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}(?-u:\b)"),
    shape(
        "saml",
        &["assertion"],
        r"(?s)<(?:[A-Za-z0-9]+:)?(?:Encrypted)?Assertion[\s>].*?(?:</(?:[A-Za-z0-9]+:)?(?:Encrypted)?Assertion>|\z)",
    ),
    shape("saml", &["phnhbww"], r"PHNhbWw[A-Za-z0-9+/=]{8,}"),
    shape("password", &["jdbc:oracle"], r"(?i:jdbc:oracle):[A-Za-z0-9]+:[^/\s@]+/([^\s@]+)(?:@|\z)"),
    shape(
        "password",
        &["curl ", "wget "],
        r"(?-u:\b)(?:curl|wget)(?:\s[^\n]*?)?\s(?:-u|--user)[ =][\x22']?[^\s:]+:([^\s\x22']+)",
    ),
    shape("password", &["mysql", "mariadb"], r"(?-u:\b)(?:mysql|mariadb)[a-z]*(?:\s[^\n]*?)?\s-p([^\s-]\S*)"),
    // How Crowd stores a password.
    shape("password", &["pkcs5s2}", "sha}"], r"\{(?:PKCS5S2|S?SHA)\}([A-Za-z0-9+/=]{8,})"),
    // What is answered to `Username:` and `Password:`, all in base64.
    shape(
        "sasl",
        &["vxnlcm5hbwu6", "ugfzc3dvcmq6"],
        r"(?:VXNlcm5hbWU6|UGFzc3dvcmQ6)\s*\n[^\n]{0,64}?([A-Za-z0-9+/]{4,}={0,2})[ \t\r]*(?:\n|\z)",
    ),
    shape("oauth-code", &["code="], r#"(?-u:\b)(?i:code)=([^&\s"'#<>]+)&[A-Za-z_]+="#),
    // A servlet's parameters, printed as a map of lists.
    shape("oauth-state", &["=["], r"(?-u:\b)(?i:code|state)=\[([A-Za-z0-9_.~+/=-]{16,})\]"),
];

/// Parameters of a URL or form that hold a secret, though their names alone do not say so.
static PARAMETERS: Pattern = Pattern::new(
    &["code", "state", "sig", "jwt", "ticket", "signature"],
    r#"[?&#](code|state|sig|signature|x-amz-signature|x-amz-credential|jwt|ticket|id_token_hint|code_challenge|login_ticket|sso)=([^&\s"'#<>\\]+)"#,
);

/// Codes in JSON and in prose, where the same words also name errors and states: only what looks like chance is one.
static FIELDS: Pattern = Pattern::new(
    &["code", "state"],
    r#"(?:"(code|state)"\s*:\s*"|auth(?:ori[sz]ation)?[ _.-]?(code)["']?\s*[:=]\s*["']?)([a-z0-9_.~+/=-]{16,})"#,
);

/// Masks every secret that its shape gives away.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    for shape in &SHAPES {
        for found in shape.pattern.in_text(view) {
            let Some(span) = found.get(1).or_else(|| found.get(0)) else { continue };
            let (before, after) =
                (view.text[..span.start()].chars().next_back(), view.text[span.end()..].chars().next());
            let framed =
                [before, after].into_iter().flatten().any(|character| character == '-' || character.is_alphanumeric());
            let is_code = span.as_str().bytes().any(|byte| byte.is_ascii_digit())
                && span.as_str().bytes().any(|byte| byte.is_ascii_uppercase());
            // A piece of a GUID in capitals looks like a server id.
            if shape.class == "server-id" && (framed || !is_code) || is_harmless(shape.class, span.as_str()) {
                continue;
            }
            hits.push(Hit::secret(span.range(), shape.class));
        }
    }
    for found in PARAMETERS.in_lower(view) {
        let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
        let class = match name.as_str() {
            "state" => "oauth-state",
            "code" | "code_challenge" => "oauth-code",
            "sig" | "signature" | "x-amz-signature" | "x-amz-credential" => "url-signature",
            _ => "token",
        };
        let value = without_closers(&view.text, value.range());
        if !is_harmless(class, &view.text[value.clone()]) {
            hits.push(Hit::secret(value, class));
        }
    }
    for found in FIELDS.in_lower(view) {
        let Some(value) = found.get(3).filter(|value| is_mixed(&view.text[value.range()])) else { continue };
        let is_state = found.get(1).is_some_and(|name| name.as_str() == "state");
        hits.push(Hit::secret(value.range(), if is_state { "oauth-state" } else { "oauth-code" }));
    }
    for authority in authorities(view) {
        if let Some(password) = authority.password.filter(|span| !keep::is_no_secret(&view.text[span.clone()])) {
            hits.push(Hit::secret(password, "url-password"));
        }
    }
}

/// Whether a word has digits and letters of both cases, as no name of an error or a state has.
fn is_mixed(word: &str) -> bool {
    [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase]
        .iter()
        .all(|kind| word.as_bytes().iter().any(kind))
}

/// Error numbers and what is masked already.
fn is_harmless(class: &str, value: &str) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() <= 8;
    keep::is_masked(value)
        || keep::is_answer(value)
        || class.starts_with("oauth") && (is_number || keep::is_no_secret(value))
}

/// A parameter's value without the signs of the sentence that the URL stands in.
fn without_closers(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let value = &text[span.clone()];
    let kept = if value.contains('[') { value } else { value.trim_end_matches([')', ']', '}', ',', '.', ';']) };
    span.start..span.start + kept.len()
}
