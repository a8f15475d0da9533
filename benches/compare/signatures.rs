//! A synthetic signature file, such as an administrator's own after years: many entries, each with texts of its own.
//!
//! None of the texts stands in a generated log, so a scan with these signatures finds what a scan without them finds.

use std::fmt::Write as _;

/// Things that fail, as class names; their words make the messages.
const SUBJECTS: [&str; 36] = [
    "SprintBoard",
    "WorkflowDraft",
    "PermissionScheme",
    "BacklogRanking",
    "AttachmentVault",
    "GadgetFeed",
    "CustomFieldOption",
    "FilterSubscription",
    "ReindexJournal",
    "RemoteEventQueue",
    "AvatarStore",
    "WebhookTarget",
    "NotificationScheme",
    "VersionCalendar",
    "ScreenTab",
    "ServiceCalendar",
    "ApprovalChain",
    "RequestForm",
    "QueueOrder",
    "AssetSchema",
    "ImportMapping",
    "ExportBundle",
    "ReplicaLease",
    "ClusterLock",
    "LicenceSeat",
    "AuditTrail",
    "RoleMembership",
    "GroupMirror",
    "SessionVault",
    "MacroRenderer",
    "ThumbnailJob",
    "PluginDescriptor",
    "DeploymentGate",
    "BuildLink",
    "CommitReader",
    "KnowledgeArticle",
];

/// How they fail, as class names.
const FAULTS: [&str; 28] = [
    "VanishedMidway",
    "OutOfDate",
    "LockedElsewhere",
    "QuotaSpent",
    "ChecksumDiffers",
    "NotWritable",
    "DepthExceeded",
    "EncodingUnknown",
    "DuplicateKey",
    "LeaseLost",
    "SchemaTooNew",
    "SchemaTooOld",
    "OwnerMissing",
    "CycleFound",
    "SizeUnbounded",
    "TornRecord",
    "ReplyGarbled",
    "ClockSkewed",
    "TokenForeign",
    "PathEscapes",
    "NameReserved",
    "JournalGap",
    "HandlerAbsent",
    "UpgradePending",
    "VersionMismatch",
    "BudgetOverrun",
    "ReadOnlyReplica",
    "IndexUnsorted",
];

/// The text of a file with `count` signatures, at most as many as there are pairs of the words above.
///
/// # Panics
/// If more are asked for.
pub(crate) fn file(count: usize) -> String {
    assert!(count <= SUBJECTS.len() * FAULTS.len(), "there are only {} signatures", SUBJECTS.len() * FAULTS.len());
    let mut text = String::new();
    let pairs = FAULTS.iter().flat_map(|fault| SUBJECTS.iter().map(move |subject| (subject, fault)));
    for (subject, fault) in pairs.take(count) {
        let class = format!("{subject}{fault}Exception");
        let message = format!("Gave up on the {}: {}", words(subject, ' '), words(fault, ' '));
        let header = "2026-01-13 02:01:40,118+0000 main ERROR      [c.example.jobs.Runner]";
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"[[signature]]
id = "own-{id}"
title = "{message}"
severity = "warning"
role = "root"
category = "jira"
confidence = "confirmed"
seen = "synthetic"
match = {{ any = ["{class}", "{message}"] }}
meaning = "A made-up fault that no log holds."
causes = ["None: it is made up"]
remedy = [{{ text = "Nothing is to be done.", side = "jira", needs = "Jira system administrator" }}]
verify = "The text does not come again."
references = ["https://example.com/{id}"]
examples = ["{header} {message}", "{header} com.example.{class}"]
counter_examples = ["{header} all is well"]

"#,
            id = words(&format!("{subject}{fault}"), '-'),
        );
    }
    text
}

/// `SprintBoard` as `sprint board`.
fn words(name: &str, between: char) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(between);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
