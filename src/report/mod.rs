//! The outcome of a scan as text: one file a format. Whatever comes from a log passes the redactor before it comes
//! near a sink, and each sink escapes it in its own way.

mod escape;
mod format;
mod html;
mod jira;
mod json;
mod list;
mod markdown;
pub mod nagios;
mod names;
pub mod prometheus;
pub mod redact;
mod sections;
mod story;
mod text;
mod verification;

pub use escape::visible;
pub use format::Format;
pub use json::{Merged, Merger, REPORT_SCHEMA};

use crate::diagnosis::verification::Verification;
use crate::diagnosis::{Change, Diagnosis, Stamp};
use redact::Redactor;

/// How a report is made, beside its format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// How much is masked; `None` takes the format's own default.
    pub redaction: Option<redact::Level>,
    /// Makes pseudonyms that are equal in every report made with it; without one they are numbered.
    pub redaction_key: Option<redact::Key>,
    /// Names the key that the pseudonyms in the diagnosis were made with, where it comes from reports that were masked.
    pub redaction_key_before: Option<redact::KeyId>,
    /// Whether the text report shows log lines and more of what is known.
    pub verbose: bool,
    /// The time that reports say they were made at, as far as they tell it; `None` leaves it out. The library reads no
    /// clock.
    pub made: Option<Stamp>,
    /// Most UTF-16 units of a report for a ticket (`jira`, `markdown`); `None` takes what a field of the tracker holds.
    /// A limit that not even heading and footer keep is passed by those two.
    pub limit: Option<usize>,
    /// When the last run before this one was that read everything, for reports that tell it (`prometheus`).
    pub last_success: Option<Stamp>,
}

/// Writes what a scan would read, as text or JSON; nothing for other formats. The diagnosis is that of a listing.
pub fn render_list(diagnosis: &Diagnosis, format: Format, options: ReportOptions) -> String {
    let mut redactor = redactor(format, options);
    names::teach(&mut redactor, diagnosis);
    match format {
        Format::Text => list::text(&diagnosis.ledger, &mut redactor),
        Format::Json => list::json(&diagnosis.ledger, &mut redactor),
        _ => String::new(),
    }
}

/// Writes what the logs say of a fix, as text or JSON; nothing for other formats.
pub fn render_verification(
    verification: &Verification<'_>,
    diagnosis: &Diagnosis,
    format: Format,
    options: ReportOptions,
) -> String {
    let mut redactor = redactor(format, options);
    names::teach(&mut redactor, diagnosis);
    match format {
        Format::Text => verification::text(verification, diagnosis, &mut redactor),
        Format::Json => verification::json(verification, diagnosis, &mut redactor),
        _ => String::new(),
    }
}

/// Writes a diagnosis in a format. Text holds ANSI styles, to be stripped where they are not wanted.
pub fn render(diagnosis: &Diagnosis, format: Format, options: ReportOptions) -> String {
    let mut redactor = redactor(format, options);
    names::teach(&mut redactor, diagnosis);
    format.write(diagnosis, &mut redactor, &options)
}

/// Writes what is news of a finding while logs are followed, as a report of its own; nothing for formats that are written at
/// the end only.
pub fn render_change(diagnosis: &Diagnosis, change: &Change<'_>, format: Format, options: ReportOptions) -> String {
    let mut redactor = redactor(format, options);
    names::teach(&mut redactor, diagnosis);
    match format {
        Format::Text => text::render_change(diagnosis, change, &mut redactor),
        Format::Ndjson => json::render_change(change, &mut redactor),
        _ => String::new(),
    }
}

/// Writes the end of what was followed: the report, but for findings that were told line by line.
pub fn render_end(diagnosis: &Diagnosis, format: Format, options: ReportOptions) -> String {
    match format {
        // Behind what was told line by line, or behind what the terminal shows for Ctrl-C.
        Format::Text => return format!("\n{}", render(diagnosis, format, options)),
        Format::Ndjson => {}
        _ => return render(diagnosis, format, options),
    }
    let mut redactor = redactor(format, options);
    names::teach(&mut redactor, diagnosis);
    json::render_ledger(diagnosis, &mut redactor)
}

fn redactor(format: Format, options: ReportOptions) -> Redactor {
    let level = options.redaction.unwrap_or_else(|| format.default_redaction());
    Redactor::new(level).keyed(options.redaction_key).keyed_before(options.redaction_key_before)
}
