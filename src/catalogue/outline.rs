//! The part of a signature that a scan needs. `build.rs` takes it out of the TOML files, so that a scan parses
//! a signature's texts only when it matched.

use serde::{Deserialize, Serialize};

use super::signature::{Category, Confidence, Evidence, Matching, Role, Severity, Signature, Transient};

/// What matching and linking need to know of one signature; see [`Signature`] for the meaning of each field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outline {
    /// The signature's id.
    pub id: String,
    /// Its severity.
    pub severity: Severity,
    /// Its role.
    pub role: Role,
    /// Its category.
    pub category: Category,
    /// Its confidence.
    pub confidence: Confidence,
    /// Its clauses.
    pub matching: Matching,
    /// The sign it needs beside its text.
    pub evidence: Evidence,
    /// Who owns the event when the host is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
    /// When it stops being a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient: Option<Transient>,
    /// What it brings about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads_to: Vec<String>,
    /// Whether a user's `[[override]]` switched it off. Its codes stay known, so that they are no unknown ones.
    #[serde(skip)]
    pub off: bool,
    /// Literals that show success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery: Vec<String>,
}

impl From<&Signature> for Outline {
    fn from(signature: &Signature) -> Self {
        Self {
            id: signature.id.clone(),
            severity: signature.severity,
            role: signature.role,
            category: signature.category,
            confidence: signature.confidence,
            matching: signature.matching.clone(),
            evidence: signature.evidence,
            elsewhere: signature.elsewhere.clone(),
            transient: signature.transient,
            leads_to: signature.leads_to.clone(),
            off: false,
            recovery: signature.recovery.clone(),
        }
    }
}

/// An outline and where its text stands in the embedded files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuiltIn {
    /// Index of the file.
    pub file: usize,
    /// First byte of its `[[signature]]` block.
    pub start: usize,
    /// First byte behind the block.
    pub end: usize,
    /// The outline.
    pub outline: Outline,
}
