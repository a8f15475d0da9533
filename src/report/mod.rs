//! The outcome of a scan as text: one file a format. Whatever comes from a log passes the redactor before it comes
//! near a sink, and each sink escapes it in its own way.

mod escape;
mod json;
mod markdown;
pub mod redact;
mod story;
mod text;

pub use escape::visible;

use crate::diagnosis::{CaptureKind, Diagnosis, is_microsoft_host};
use redact::{Identity, Redactor};

/// How a report is made, beside its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportOptions {
    /// How much is masked; `None` takes the format's own default.
    pub redaction: Option<redact::Level>,
    /// Whether the text report shows log lines and more of what is known.
    pub verbose: bool,
}

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// For GitHub, GitLab and Atlassian's editor.
    Markdown,
    /// Nothing: only the exit code counts.
    None,
}

impl Format {
    /// What is masked unless told otherwise: what leaves the house is masked in full.
    pub fn default_redaction(self) -> redact::Level {
        match self {
            Self::Markdown => redact::Level::Full,
            Self::Text | Self::Json | Self::None => redact::Level::Secrets,
        }
    }
}

/// Tells the redactor what the scan knows to be names: the patterns alone would miss them where they stand bare.
fn teach(redactor: &mut Redactor, diagnosis: &Diagnosis) {
    for node in &diagnosis.environment.nodes {
        redactor.learn(Identity::Node, node);
    }
    let kinds = [
        (CaptureKind::Host, Identity::Host),
        (CaptureKind::Tenant, Identity::Tenant),
        (CaptureKind::Mailbox, Identity::Email),
    ];
    for finding in &diagnosis.findings {
        for (kind, identity) in kinds {
            for (value, _) in finding.values(kind) {
                let name = if kind == CaptureKind::Host { value.split(':').next().unwrap_or(value) } else { value };
                if !is_microsoft_host(name) {
                    redactor.learn(identity, name);
                }
            }
        }
        for sample in finding.samples() {
            redactor.study(&String::from_utf8_lossy(&sample.text));
        }
    }
}

/// Writes a diagnosis in a format. Text holds ANSI styles, to be stripped where they are not wanted.
pub fn render(diagnosis: &Diagnosis, format: Format, options: ReportOptions) -> String {
    let mut redactor = Redactor::new(options.redaction.unwrap_or_else(|| format.default_redaction()));
    teach(&mut redactor, diagnosis);
    match format {
        Format::Text => text::render(&story::tell(diagnosis, &mut redactor), options.verbose),
        Format::Markdown => markdown::render(&story::tell(diagnosis, &mut redactor)),
        Format::Json => json::render(diagnosis, &mut redactor),
        Format::None => String::new(),
    }
}
