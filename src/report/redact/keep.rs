//! What is never masked: our own placeholders, what Jira or a person has masked already, hosts that everybody shares,
//! words that no name may take out of a log, and addresses that mean "this machine".

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Identity;
use super::key::is_pseudonym;
use super::view::{is_class_name, is_opaque};
use super::words::Words;

/// Public hosts whose name is part of the diagnosis. They and everything below them.
const DOMAINS: [&str; 24] = [
    "microsoftonline.com",
    "microsoftonline.us",
    "microsoft.com",
    "microsoft.us",
    "office365.com",
    "office365.us",
    "office.com",
    "office.net",
    "aka.ms",
    "portal.azure.com",
    "portal.azure.us",
    "prod.outlook.com",
    "prod.protection.outlook.com",
    "prod.exchangelabs.com",
    "login.live.com",
    "atlassian.com",
    "w3.org",
    "xmlsoap.org",
    "apache.org",
    "oracle.com",
    "java.com",
    "gmail.com",
    "google.com",
    "googleapis.com",
];

/// Public hosts whose siblings belong to customers.
const HOSTS: [&str; 9] = [
    "login.windows.net",
    "management.core.windows.net",
    "management.azure.com",
    "sts.windows.net",
    "graph.windows.net",
    "outlook.com",
    "outlook-s.outlook.com",
    "imap-mail.outlook.com",
    "smtp-mail.outlook.com",
];

/// Roles and services in the place of a name: they tell more than they hide.
static ROLES: Words = Words::new(
    "\
    admin administrator administrators anonymous system root guest user username users test jira jsm jsd confluence \
    bitbucket bamboo crowd crucible atlassian tomcat daemon nobody postgres mysql oracle sa servicerunner runner \
    scheduler service server public default me self all none sysadmin sysadm superuser addon bot",
);

/// Words of logs and of the messages that signatures look for. Somebody may be called so, and is masked in the
/// places of names; but looked for everywhere such a name would take the words out of every message.
static WORDS: Words = Words::new(
    "\
    a about accepts access account acquired action active activity actor added addon address addresses admin \
    administrator administrators after again against agent aka alert all allow allowed already alternative an and \
    anonymous any api app application applications appropriate approval archive are as asked assigned at atlassian \
    attachment attempting audience auth authenticate authenticated authentication authorisation authorization \
    authorizing azure backoff backup bad bamboo basic bean because been before behalf being below bitbucket block \
    blocked board body bot both broken browser building bundle but bye cache caesium can cannot catalina cert \
    certificate certification certpath change changed channel character check checks cipher class cleanup client \
    closed cloud cluster code com command comment common complete component conditional confidential config \
    configuration configure configured confluence connect connected connecting connection consent consented consider \
    considered constraint consumers contact contain container contains content context cookie core correct could \
    couldn create created creator credentials criteria critical cron cross crowd customfield daemon dashboard data \
    database date db debug declined default defaults defined delete deleted denied deny deploy deprecated \
    description desk details dev did different direct directory disabled disk dns does domain down download due \
    duplicate during either email emails empty enabled encountered end endpoint endpoints engine enroll ensure \
    entity entra error errors event example exception exchange exec exist existing expected expired extended \
    external factor failed failure false fatal field file filter find first fix fixed flow folder following for \
    forbidden form format formed found frequency fresh from full gateway get getting global google grant granted \
    granting graph group groups guest guid handler handshake happen has have header health help helpdesk here home \
    host hostname hosts how http https id identifier identifying identity ids imap imaps implied in inactive \
    inactivity inappropriate inbox include incoming incorrect incorrectly index indexing info information input \
    installed installer instead insufficient integration intended interactive internal into invalid invalidated is \
    issuance issue issued issues it its jakarta java javax jdbc jira job jobs jsm json jwt key keys known label lang \
    latest ldap learn level licence license lifetime limit limited line link list listed listener load local \
    localhost location lock locked log logger login loginhint logout logs loop made mail mailbox main make malformed \
    malicious manager many match matches matching maximum may mechanisms meet member memory message messages \
    messaging metadata method microsoft might migration milliseconds misconfigured missing mode module monitor more \
    moved multi must mysql name named names navigate need needed needs neither net network new nginx nil nio no \
    nobody node non none nor not notification now null number oauth object occurred of off office365 on one online \
    only open operation or oracle org organisation organization organizations origin other out outgoing outlook over \
    owner page parameter parser parsing password path peer permission permissions permitted pipe pkix plain planned \
    please plugin plugins policies policy pool pop pop3 port portal possible post postgres postmaster present \
    presented prevents principal priority private privileges process processor production profile project projects \
    proof property protocol provided provider proxy public puller pulls quartz query queue read reader ready reason \
    received recipient rectify redeemed redemption redirect refresh refused registered registration rejected release \
    remote reply report reported reporter request requested requesting requests required requirement reset resolve \
    resource resources response rest restore result retry returns review revoked risky role root route run runner \
    running sa same sasl scheduler schema scheme scope scopes script search seconds secret secure security self send \
    sender sent serve server serverinfo service servicedesk servicerunner services session sessions set setup severe \
    should shut sign signed signing single slow smtp socket soft software source spa space specific specifically \
    specified sql ssh ssl staging start starting startup state static status stop store stream string strong subject \
    subscribed subscription subscriptions success successfully such suggested suites sun support supported sure sync \
    sysadmin system table target task team template tenant terminated test testing text than that the their there \
    therefore they this thread throttled through thus ticket time timed timeout times title tls to token tokens \
    tomcat too trace transport tried trigger true try tunnel type unable unauthorized unavailable undefined \
    unexpected unfortunately unknown unless unreachable unrecognized unresolved unsuccessful unsupported update \
    updated upgrade uri uris url urls usage use user username users using util utils uuid valid validating \
    validation validator validity value vendor version via view visit vm wait warn warning was web webhook webwork \
    well when which while who with without work worker workflow write wrong www xml yes yet you your",
);

/// Values that say that there is none.
static EMPTY: Words = Words::new(
    "\
    null nil none undefined empty true false yes no on off unknown unset hidden masked redacted filtered removed \
    sanitized sanitised protected no-check nocheck non-null n/a",
);

/// How a sentence goes on behind a colon.
static PROSE: Words = Words::new(
    "\
    not is was are has must missing required invalid expired failed failure wrong incorrect rejected denied disabled \
    enabled should cannot could can't will does the a an for ok error unsupported",
);

/// Whether a name is a role's or a service's.
pub(super) fn is_role(name: &str) -> bool {
    ROLES.have(&name.to_lowercase())
}

/// Whether a word belongs to the language of logs, so that it is nobody's name outside the place of a name.
pub(super) fn is_log_word(word: &str) -> bool {
    let word = word.to_lowercase();
    WORDS.have(&word) || ROLES.have(&word)
}

/// Whether a text names no value at all.
pub(super) fn is_empty_value(value: &str) -> bool {
    let value = value.trim().trim_end_matches(['.', ',', ';']);
    let lower = value.to_ascii_lowercase();
    let inner = lower.trim_matches(['<', '>', '[', ']', '(', ')', '{', '}']);
    let stands_for_one = value.starts_with("${")
        || value.starts_with("{{")
        || value.starts_with("#{")
        || (value.starts_with('{') && value.ends_with('}'));
    value.is_empty()
        || inner.is_empty()
        || stands_for_one
        || EMPTY.have(inner)
        || inner.chars().all(|character| "*x.#-•?%_ ".contains(character))
}

/// Whether the value of a secret's key is no secret: absent, already masked, a class, or an error code.
pub(super) fn is_no_secret(value: &str) -> bool {
    value.len() <= 256
        && (is_empty_value(value)
            || is_masked(value)
            || is_class_name(value)
            || value.starts_with("AADSTS")
            || value == "%s")
}

/// Whether a value was masked before it came here, by us or by Jira's support zip.
pub(super) fn is_masked(value: &str) -> bool {
    let value = value.trim();
    let name = value.strip_prefix("redacted-").map(|rest| rest.strip_suffix("@example.com").unwrap_or(rest));
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }) || value == "Sanitized by Support Utility"
        || only_placeholders(value)
}

/// Whether a word is what Google answers in base64 to a token that it refuses: `{"status":"400",…}`.
pub(super) fn is_answer(word: &str) -> bool {
    word.starts_with("eyJzdGF0dXMiO") && !word.contains('.')
}

/// Whether what stands behind a colon is a sentence about a secret rather than the secret.
pub(super) fn is_prose(value: &str) -> bool {
    PROSE.have(&value.trim_end_matches(['.', ',', '!']).to_lowercase())
}

fn only_placeholders(value: &str) -> bool {
    let mut rest = value.as_bytes();
    let mut found = false;
    while let Some(first) = rest.first() {
        let length = match placeholder(rest) {
            Some(length) => length,
            None if first.is_ascii_alphanumeric() || !first.is_ascii() => return false,
            None => 1,
        };
        found |= length > 1;
        rest = &rest[length..];
    }
    found
}

/// The length of a placeholder of ours that a text begins with.
pub(super) fn placeholder(text: &[u8]) -> Option<usize> {
    if let Some(rest) = text.strip_prefix(b"[secret:") {
        let class =
            rest.iter().take_while(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'0'..=b'9')).count();
        return (class > 0 && rest.get(class) == Some(&b']')).then_some(class + 9);
    }
    let rest = text.strip_prefix(b"<")?;
    let name = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    Identity::ALL.iter().find(|identity| identity.name().as_bytes() == &rest[..name])?;
    let pseudonym = rest[name..].strip_prefix(b"-")?;
    let length = pseudonym.iter().take(32).position(|byte| *byte == b'>')?;
    is_pseudonym(&pseudonym[..length]).then_some(name + length + 3)
}

/// Whether a host is nobody's own: Microsoft's, Atlassian's, a standard's, or this machine.
pub(super) fn is_public_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let below = |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    // As a hard wrap leaves them.
    let is_headless = [".microsoftonline", ".microsoft", ".office365"].iter().any(|stem| host.ends_with(stem));
    is_headless || host == "localhost" || HOSTS.contains(&host.as_str()) || DOMAINS.iter().any(below)
}

/// Whether a name, though it stands in the place of one, hides nobody: a public host, this machine, Entra's words for
/// "any tenant", a role, a mask, or nothing.
pub(super) fn is_nobodys(identity: Identity, name: &str) -> bool {
    let host = name.rsplit_once(':').filter(|(_, port)| is_number(port)).map_or(name, |(host, _)| host);
    let is_own = || {
        host.parse().is_ok_and(is_own_v4)
            || host.trim_matches(['[', ']']).parse().is_ok_and(is_own_v6)
            || is_public_host(host)
    };
    is_empty_value(name)
        || is_masked(name)
        || match identity {
            Identity::Host => is_own(),
            Identity::Tenant => is_any_tenant(name),
            Identity::User => is_role(name),
            _ => false,
        }
}

/// Whether a tenant is none in particular: Entra's words for any, and Microsoft's own of private accounts.
pub(super) fn is_any_tenant(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "common" | "organizations" | "consumers" | "9188040d-6c67-4c5b-b112-36a304b66dad" | "id"
    )
}

/// Whether a text is digits only.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name can be a host's: letters and dots, and no Java package, file or word of logs.
pub(super) fn is_host_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let labels_fit = name.split('.').all(|label| {
        !label.is_empty()
            && label.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
    });
    labels_fit
        && name.len() <= 253
        && name.chars().any(char::is_alphabetic)
        && !is_log_word(name)
        && !is_public_host(name)
        && !is_empty_value(name)
}

/// Whether a dotted name in running text is a host's rather than a package's or a file's.
pub(super) fn is_domain_name(name: &str) -> bool {
    const PACKAGES: [&str; 13] =
        ["com", "org", "net", "io", "java", "javax", "jakarta", "sun", "jdk", "de", "c", "jira", "kotlin"];
    const FILES: [&str; 32] = [
        "java",
        "kt",
        "scala",
        "groovy",
        "js",
        "ts",
        "css",
        "jsp",
        "jspa",
        "vm",
        "xml",
        "jar",
        "war",
        "class",
        "log",
        "txt",
        "out",
        "py",
        "rb",
        "go",
        "rs",
        "sh",
        "properties",
        "json",
        "html",
        "yml",
        "yaml",
        "conf",
        "cfg",
        "zip",
        "gz",
        "tmp",
    ];
    let (first, last) = (name.split('.').next().unwrap_or_default(), name.rsplit('.').next().unwrap_or_default());
    name.contains('.')
        && !PACKAGES.contains(&first)
        && !FILES.contains(&last)
        && last.len() >= 2
        && !last.bytes().all(|byte| byte.is_ascii_digit())
        && is_host_name(name)
}

/// Whether an address means this machine or none.
pub(super) fn is_own_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_unspecified() || address.is_broadcast()
}

/// Whether an address means this machine or none.
pub(super) fn is_own_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.is_unspecified() || address.to_ipv4_mapped().is_some_and(is_own_v4)
}

/// Whether a name may be looked for everywhere in a log: long enough and no word of logs.
pub(super) fn is_findable(name: &str) -> bool {
    let digits_only = name.bytes().all(|byte| byte.is_ascii_digit());
    name.chars().count() >= if digits_only { 5 } else { 3 }
        && !is_log_word(name)
        && !is_empty_value(name)
        && !is_masked(name)
        && name.chars().next().is_some_and(char::is_alphanumeric)
}

/// Whether an unlabelled word after `Invalid token:` and the like is more than a word of some language.
pub(super) fn is_long_and_opaque(word: &str) -> bool {
    word.len() >= 16 && is_opaque(word)
}
