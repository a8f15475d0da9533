//! Identities by name: the values of keys such as `user=`, `proxyHost=`, `tenantId:` or `"oid":`, and names in quotes
//! behind a word that says what they are.

use std::ops::Range;

use super::addresses::is_mail;
use super::pattern::Pattern;
use super::secret_names::{key_around, may_assign};
use super::value::{LONGEST_NAME, line_end, quoted, value};
use super::view::{View, is_class_name};
use super::{Hit, Identity, keep};

static STEMS: Pattern = Pattern::new(
    &[
        "user",
        "login",
        "principal",
        "actor",
        "mailbox",
        "upn",
        "account",
        "author",
        "owner",
        "creator",
        "assignee",
        "reporter",
        "uid",
        "host",
        "server",
        "domain",
        "tenant",
        "tid",
        "oid",
        "objectid",
        "object",
        "node",
        "session",
        "subject",
        "name",
        "impersonator",
        "base",
        "jql",
        "summary",
        "comment",
    ],
    "jql|summary|comment|user|login|principal|actor|mailbox|upn|account|author|owner|creator|assignee|reporter|uid|host|server|domain|tenant|tid|oid|object|node|session|subject|name|impersonator|base[_-]?url",
);

/// "User account 'x'", "tenant 'x'", "user [x]". The last group is the opening quote or bracket.
static QUOTED: Pattern = Pattern::new(
    &[
        "user",
        "account",
        "principal",
        "login",
        "mailbox",
        "actor",
        "assignee",
        "reporter",
        "tenant",
        "directory",
        "organization",
        "node",
        "host",
        "subject",
        "domain",
        "server",
        "failed for",
        "jql",
        "summary",
    ],
    r#"(?-u:\b)(user|username|account|principal|login|mailbox|actor|assignee|reporter|tenant|directory|organization|node|host|subject|domain|server|failed for|jql|summary)(?: (?:query:?|account|name|id|key|with (?:name|id|key|username)))? ?(?:named |called )?(\\*["'\[‘“`])"#,
);
static TENANT_IN_PROSE: Pattern = Pattern::new(
    &["tenant named ", "administrator of ", " directory"],
    r"(?:tenant named (.{1,128}?)(?: was | is | could |[.,;](?:\s|$)|\n|$)|administrator of ([^\n]{1,128}?)(?: has set|, who can|(\z))|does not exist in the ([^\s{}]{1,128}) directory)",
);
/// Jira's own keys of users, and the name before one.
static USER_KEYS: Pattern = Pattern::new(&["jirauser"], r"(?:([\p{L}\p{N}._@+-]+)\()?(JIRAUSER[0-9]{3,})");
/// A domain's account, `user CORP\\ann`.
static DOMAIN_USER: Pattern = Pattern::new(
    &["user", "account", "principal"],
    r"(?i:user|account|principal) ([A-Z][A-Z0-9-]{1,15}\\{1,2}[A-Za-z0-9][A-Za-z0-9._-]+)",
);
/// The same where no word announces it. What may be an escape, `SELECT\nfrom`, is none, nor is a key of the registry or
/// a longer path.
static BARE_DOMAIN_USER: Pattern = Pattern::new(
    &["\\"],
    r"(?:^|[\s\x22'(\[=,:;>])([A-Z][A-Z0-9-]{1,15})\\{1,2}((?:[ac-eg-mo-qsv-zA-Z]|n[^\\\s]*\.[a-z])[A-Za-z0-9._-]*[A-Za-z0-9])(?:$|[\s\x22'\])<>&,;:.])",
);
/// "for user ann failed", "of user ann:".
static SPOKEN_USER: Pattern = Pattern::new(
    &[" user "],
    r"(?:for|of|by|as|from|that) user ([a-z0-9][a-z0-9._@+-]*[a-z0-9])(?: (?:has|was|is|does|did|could|cannot|can't|failed|from|in|on|at|with|not|because)(?-u:\b)|[:;,](?:\s|$)|\.?(?:\n|$))",
);
/// Crowd's `User <ann> does not exist`, a mention `[~ann]`, a name before a mail address, a person in JSON.
static PEOPLE: Pattern = Pattern::new(
    &["user <", "[~", "\" <", "name", "key"],
    concat!(
        r"(?-u:\b)user <([^<>\n]{1,128})> |\[~([^\]|\n]{1,128})\]",
        r#"|"([^"\n<>=:{}]{2,80})" <{1,2}(?:[^\s<>@]+@[^\s<>]+|email-[0-9a-z]+)>"#,
        r#"|(?:"(?:reporter|assignee|creator|author|user|owner|actor|lead)":\s?\{[^{}\n]*?"(?:name|key)":\s?"|applicationuser\[(?:key|name)=)([^"\]\n]{1,128})"#,
    ),
);
/// An id behind the name of what it is of.
static LABELLED_ID: Pattern = Pattern::new(
    &["object", "tenant", "directory"],
    r#"(?-u:\b)(object|tenant|directory)(?: with)?(?: (?:id|identifier))?:? ['"\[(]?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?-u:\b)"#,
);
static FILTERS: Pattern = Pattern::new(
    &["cn=", "uid=", "samaccountname=", "userprincipalname=", "mail="],
    r"\((?:cn|uid|samaccountname|userprincipalname|mail)=([^()*\n]{1,128})\)",
);
/// A distinguished name that ends in a domain: a person's or a group's, where a certificate's ends in a country.
static DISTINGUISHED_NAME: Pattern = Pattern::new(
    &["dc="],
    r#"(?-u:\b)(?:(?:cn|uid|ou|o|l|st|c|samaccountname)=(?:\\.|[^,=\\"'\n()<>;])+,\s?)*dc=[^,=\\"'\s()<>;]+(?:,\s?dc=[^,=\\"'\s()<>;]+)*"#,
);
/// The beginning of such a name where the text is cut before its domain.
static CUT_NAME: Pattern = Pattern::new(
    &["cn=", "uid=", "samaccountname="],
    r#"(?-u:\b)(?:cn|uid|samaccountname)=(?:\\.|[^,=\\"'\n()<>;])+(?:,\s?(?:cn|uid|ou|o|l|st|c|dc)=(?:\\.|[^,=\\"'\n()<>;])*)*(?:,\s?[a-z]{0,2})?\z"#,
);
static COMMON_NAME: Pattern = Pattern::new(&["cn="], r#"(?-u:\b)cn=((?:\\.|[^,=\\"'\n()<>;])+)"#);
static HOME: Pattern = Pattern::new(
    &["home/", "users/", "\\users\\", "documents and settings"],
    r#"(?:(?:(?:^|[^A-Za-z0-9._-])/|(?:^|[:!]))(?:home|Users)/|[A-Za-z]:[\\/]+(?i:users|documents and settings)[\\/]+)([^\\/\s"'<>:;,)\]]+)"#,
);
static PROFILE: Pattern = Pattern::new(
    &["viewprofile", "/users/", "/user/", "/~"],
    r#"(?:viewprofile\.jspa\?name=|/(?:v1\.0|beta)/users/|/(?:display|people|profile|secure)/~)([^\s/?&"'<>)\]#]+)"#,
);

/// Finds identities by the names before them.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    keys(view, hits);
    in_quotes(view, hits);
    for found in TENANT_IN_PROSE.in_lower(view).filter(|found| view.is_cut || found.get(3).is_none()) {
        let span = found.iter().skip(1).flatten().next().map(|span| span.range());
        hits.extend(span.and_then(|span| identity(view, within_quotes(&view.text, span), Identity::Tenant, true)));
    }
    for found in USER_KEYS.in_text(view) {
        hits.extend(found.iter().skip(1).flatten().map(|span| Hit::identity(view, span.range(), Identity::User)));
    }
    for found in
        FILTERS.in_lower(view).chain(PROFILE.in_lower(view)).chain(HOME.in_text(view)).chain(DOMAIN_USER.in_text(view))
    {
        hits.extend(found.get(1).and_then(|span| identity(view, span.range(), Identity::User, true)));
    }
    for found in BARE_DOMAIN_USER.in_text(view) {
        let (Some(domain), Some(name)) = (found.get(1), found.get(2)) else { continue };
        if !["HKLM", "HKCU", "HKCR", "AUTHORITY", "BUILTIN"].contains(&domain.as_str()) {
            hits.extend(identity(view, name.range(), Identity::User, true));
        }
    }
    for found in SPOKEN_USER.in_lower(view) {
        hits.extend(found.get(1).and_then(|span| identity(view, span.range(), Identity::User, false)));
    }
    for name in PEOPLE.in_lower(view).filter_map(|found| found.iter().skip(1).flatten().next().map(|name| name.range()))
    {
        // `<user-1>` is ours.
        if keep::placeholder(&view.text.as_bytes()[name.start - 1..]).is_none() {
            hits.extend(identity(view, name, Identity::User, true));
        }
    }
    for found in LABELLED_ID.in_lower(view) {
        let (Some(label), Some(id)) = (found.get(1), found.get(2)) else { continue };
        let kind = if label.as_str() == "object" { Identity::Object } else { Identity::Tenant };
        hits.extend(identity(view, id.range(), kind, true));
    }
    let cut_names = CUT_NAME.in_lower(view).take_while(|_| view.is_cut);
    for found in DISTINGUISHED_NAME.in_lower(view).chain(cut_names) {
        hits.extend(found.get(0).map(|span| Hit::identity(view, span.range(), Identity::User)));
    }
}

/// The short names inside distinguished names, to be masked wherever they occur.
pub(super) fn find_names(view: &View, names: &mut Vec<(Identity, String)>) {
    for found in DISTINGUISHED_NAME.in_lower(view) {
        let inside = found.get(0).map_or("", |span| span.as_str());
        let name = inside
            .split(',')
            .find_map(|part| part.trim().strip_prefix("cn=").or_else(|| part.trim().strip_prefix("uid=")));
        names.extend(name.map(|name| (Identity::User, name.to_owned())));
    }
}

/// The subject's common name of a certificate, where it is a host.
pub(super) fn find_certificate_hosts(view: &View, hits: &mut Vec<Hit>) {
    for found in COMMON_NAME.in_lower(view) {
        let Some(span) = found.get(1) else { continue };
        let start = span.start() + if span.as_str().starts_with("*.") { 2 } else { 0 };
        hits.extend(identity(view, start..span.end(), Identity::Host, false).filter(|hit| hit.value.contains('.')));
    }
}

fn keys(view: &View, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for stem in STEMS.in_lower(view) {
        let Some(stem) = stem.get(0).filter(|stem| stem.start() >= done) else { continue };
        let key = key_around(&view.text, stem.range(), done);
        done = key.end;
        let Some(kind) = Some(&view.lower[key.clone()]).filter(|_| may_assign(&view.text, key.end)).and_then(kind)
        else {
            continue;
        };
        let Some((span, by_colon)) = assigned(view, key.end, kind) else { continue };
        if by_colon && (kind == Identity::Text || !stands_alone(view, &span, kind)) {
            continue;
        }
        // A thread dump's `tid` is no tenant, a timing's `user` no person.
        let value = &view.text[span.clone()];
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && (value.contains('.') || kind != Identity::User);
        if is_number || view.lower[key].rsplit('.').next() == Some("tid") && !is_guid(value) {
            continue;
        }
        let is_sure = !by_colon || kind != Identity::User;
        if let Some(hit) = identity(view, span, kind, is_sure) {
            done = done.max(hit.span.end);
            hits.push(hit);
        }
    }
}

/// What a key holds.
fn kind(key: &str) -> Option<Identity> {
    // Of `http.proxyHost` the last part tells; of a logger's or a class's name nothing does.
    let last = key.rsplit('.').next().unwrap_or_default();
    let plain: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    if key.ends_with("node.id") || key.ends_with("node.name") {
        return Some(Identity::Node);
    }
    Some(match plain.as_str() {
        "user" | "username" | "userid" | "userkey" | "login" | "loginname" | "principal" | "principalname"
        | "actor" | "upn" | "userprincipalname" | "preferredusername" | "uniquename" | "remoteuser" | "osusername"
        | "jusername" | "samaccountname" | "uid" | "assignee" | "reporter" | "author" | "owner" | "creator"
        | "mailbox" | "account" | "accountname" | "accountid" | "loginhint" | "impersonator" | "displayname"
        | "fullname" | "givenname" | "familyname" | "firstname" | "lastname" | "realname" | "fromname"
        | "currentuser" | "authuser" | "mailuser" | "proxyuser" | "bindusername" | "xausername" => Identity::User,
        "server" | "domain" | "servername" | "baseurl" => Identity::Host,
        "tenant" | "tenantid" | "tid" | "tenantname" | "directoryid" | "tenantdomain" => Identity::Tenant,
        "oid" | "objectid" | "objectidentifier" | "useroid" | "userobjectid" | "homeaccountid" => Identity::Object,
        "node" | "nodeid" | "nodename" | "clusternode" | "clusternodeid" => Identity::Node,
        "session" | "sessionid" | "asessionid" => Identity::Session,
        "subject" | "mailsubject" | "emailsubject" | "messagesubject" => Identity::Subject,
        "jql" | "jqlquery" | "jqlstring" | "summary" | "issuesummary" | "comment" | "commentbody" => Identity::Text,
        plain if plain.ends_with("host") || plain.ends_with("hostname") => Identity::Host,
        plain if plain.ends_with("username") => Identity::User,
        _ => return None,
    })
}

/// The value that is assigned to a key which ends at a place, and whether by a bare colon.
fn assigned(view: &View, end: usize, kind: Identity) -> Option<(Range<usize>, bool)> {
    let (text, bytes) = (view.text.as_str(), view.text.as_bytes());
    let blanks = |at: usize| at + bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let quotes = end + bytes[end..].iter().take_while(|byte| matches!(byte, b'\\' | b'"' | b'\'')).count();
    let at = blanks(quotes);
    let sign = ["=>", ":=", "=", ":"].into_iter().find(|sign| view.lower[at..].starts_with(sign))?;
    let at = blanks(at + sign.len());
    let is_quoted = matches!(bytes.get(at), Some(b'"' | b'\'' | b'\\'));
    let by_colon = sign == ":" && quotes == end && !is_quoted;
    let mut span = match kind {
        // A subject is a sentence; nothing but its line or its quotes ends it.
        Identity::Subject if !is_quoted => at..line_end(bytes, at),
        Identity::Text if !is_quoted && !in_query(view, end) => at..line_end(bytes, at),
        _ => value(text, at, LONGEST_NAME)?,
    };
    if bytes.get(at) == Some(&b'[') && kind == Identity::Host {
        return None;
    }
    // A name in a list of fields, `user=ann, host=x` or `user: ann | page: y`, has no blank, and no path in a URL.
    let value = &text[span.clone()];
    if !is_quoted && kind != Identity::Subject {
        let stop = if kind == Identity::Host {
            value.find([',', ':', '/', ';', ')'])
        } else {
            value.find([',', ';', '|', '&', ')', ']'])
        };
        span.end = span.start + stop.unwrap_or(value.len()).min(escaped_line_end(value));
    }
    Some((span, by_colon))
}

/// Whether the key that ends at a place is a parameter of a URL, whose value has no blank.
fn in_query(view: &View, end: usize) -> bool {
    let key = view.text[..end].bytes().rev().take(64).take_while(u8::is_ascii_alphanumeric).count();
    view.text[..end - key].ends_with(['?', '&'])
}

/// Where an escaped line end stands in a value, `ann\r\nTrace ID`; `CORP\nina` has none.
fn escaped_line_end(value: &str) -> usize {
    let ends = |at: usize| {
        let rest = value[at..].trim_start_matches('\\');
        let deep = value.len() - at - rest.len() > 1;
        rest.starts_with(['n', 'r', 't'])
            && (deep || !rest[1..].starts_with(|next: char| next.is_lowercase() || next.is_ascii_digit()))
    };
    value.match_indices('\\').map(|(at, _)| at).find(|at| ends(*at)).unwrap_or(value.len())
}

/// Whether a word after a bare colon is a field's value rather than the start of a sentence.
fn stands_alone(view: &View, span: &Range<usize>, kind: Identity) -> bool {
    let value = &view.text[span.clone()];
    let after = view.text[span.end..].trim_start_matches([' ', '\t']);
    let telling = value.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'@' | b'\\'))
        || !value.is_ascii();
    let is_code = value.len() <= 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    kind == Identity::Subject
        || telling && !is_code
        || after.is_empty()
        || after.starts_with(['\n', '\r', ',', ';', '|', ')', ']', '}', '\'', '"'])
}

fn in_quotes(view: &View, hits: &mut Vec<Hit>) {
    let of_entra = view.lower.contains("aadsts") || view.lower.contains("application with identifier");
    for found in QUOTED.in_lower(view) {
        let (Some(word), Some(opening)) = (found.get(1), found.get(2)) else { continue };
        let kind = match word.as_str() {
            "tenant" => Identity::Tenant,
            "directory" | "organization" if of_entra => Identity::Tenant,
            "directory" | "organization" => continue,
            "node" => Identity::Node,
            "host" | "domain" | "server" => Identity::Host,
            "subject" => Identity::Subject,
            "jql" | "summary" => Identity::Text,
            _ => Identity::User,
        };
        // `'Lab mailbox' renewed`: beside the word a quote closes rather than opens.
        if !opening.as_str().starts_with(['[', '‘', '“', '`']) && !view.text[..opening.start()].ends_with(' ') {
            continue;
        }
        let rest = &view.text[opening.end()..];
        let span = match opening.as_str() {
            "[" => rest.find([']', '\n']).map(|end| opening.end()..opening.end() + end),
            "‘" | "“" | "`" => rest.find(['’', '”', '`', '\'', '\n']).map(|end| opening.end()..opening.end() + end),
            _ => quoted(&view.text, opening.start(), LONGEST_NAME),
        };
        hits.extend(span.filter(|span| span.len() <= 256).and_then(|span| identity(view, span, kind, true)));
    }
}

/// A value as an identity, if it can be one of its kind. `by_place`: its place alone is a name's.
pub(super) fn identity(view: &View, span: Range<usize>, kind: Identity, by_place: bool) -> Option<Hit> {
    let whole = view.text.get(span.clone())?;
    let value = whole.trim();
    let start = span.start + (whole.len() - whole.trim_start().len());
    let span = start..start + value.len();
    if value.is_empty()
        || keep::is_empty_value(value)
        || keep::is_masked(value)
        || value.contains("://")
        || value.contains('\n')
        || value.starts_with('{')
    {
        return None;
    }
    let fits = match kind {
        Identity::Host => keep::is_host_name(value) && (by_place || keep::is_domain_name(&value.to_lowercase())),
        Identity::Tenant => !keep::is_any_tenant(value) && !keep::is_log_word(value),
        Identity::Object => value.len() >= 8 && value.bytes().any(|byte| byte.is_ascii_digit()),
        Identity::Session => {
            value.len() >= 4
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
                && value.bytes().any(|byte| byte.is_ascii_digit())
        }
        Identity::Node => value.chars().any(char::is_alphabetic) && !keep::is_log_word(value) && value.len() <= 128,
        // `CN=x` is a certificate's, `=?UTF-8?B?x?=` a mail's.
        Identity::Subject => value.starts_with("=?") || !value.get(..3).is_some_and(|start| start.contains('=')),
        Identity::Text => true,
        _ => {
            !keep::is_role(value)
                && (by_place || !keep::is_log_word(value))
                && !is_class_name(value)
                && value.len() <= 256
        }
    };
    let kind = match kind {
        Identity::User | Identity::Tenant if is_mail(value) => Identity::Email,
        Identity::User if is_guid(value) => Identity::Object,
        kind => kind,
    };
    fits.then(|| Hit::identity(view, span, kind))
}

/// The inside of a span's quotes, where it has them.
fn within_quotes(text: &str, span: Range<usize>) -> Range<usize> {
    let value = &text[span.clone()];
    let trimmed = value.trim_start_matches(['\'', '"']);
    let start = span.start + (value.len() - trimmed.len());
    start..start + trimmed.trim_end_matches(['\'', '"']).len()
}

/// Whether a text is a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
