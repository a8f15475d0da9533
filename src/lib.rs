//! Finds known errors in Jira's logs, above all those of mail over OAuth 2.0 with Microsoft, and names for each the step
//! of Atlassian's guide that mends it.
//!
//! ```text
//! bytes ─► input ─► event ─► matcher ─► diagnosis ─► report ─► text, json, jira, …
//!                              ▲            ▲            ▲
//!                          catalogue ───────┴────────────┘      redaction sits inside report
//! analyzer conducts input … diagnosis; schedule remembers between runs
//! ```
//!
//! ```
//! use logmedic::{Catalogue, Diagnosis, Input, ScanOptions};
//!
//! let catalogue = Catalogue::built_in();
//! let inputs = [Input::Path("sample-logs/mail-outage".into())];
//! let scan = logmedic::scan(&catalogue, &inputs, &ScanOptions::default())?;
//! let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
//! let cause = diagnosis.causes().next().expect("the sample holds an outage");
//! assert_eq!(cause.signature.id, "aadsts7000222-client-secret-expired");
//! assert!(cause.remedy.iter().any(|step| step.id.as_deref() == Some("step-19")));
//! # Ok::<(), logmedic::Error>(())
//! ```
//!
//! The library never prints, never exits, and does not panic on any input. It has no network code.

pub mod analyzer;
pub mod catalogue;
pub mod diagnosis;
pub mod error;
pub mod event;
pub mod input;
pub mod matcher;
pub mod report;
pub mod schedule;

pub use analyzer::{
    Follow, Increment, Input, Progress, Proof, Scan, ScanOptions, list, load_with, prove, scan, scan_increment,
    scan_text, taken_over,
};
pub use catalogue::{Catalogue, Confidence, Flaw, Item, Restart, Role, Severity, Side, Signature};
pub use diagnosis::Diagnosis;
pub use diagnosis::remedy::{find as guide_item, steps as remedy_steps};
pub use error::Error;
pub use event::{Bound, Window, Zone};
pub use input::{Limits, MapMode};
pub use matcher::{Context, Matcher};
pub use report::redact::{Key as RedactionKey, KeyId as RedactionKeyId, Level as RedactionLevel};
pub use report::{
    Format, Merged, Merger, REPORT_SCHEMA, ReportOptions, render, render_change, render_end, render_list,
    render_verification, visible,
};
pub use schedule::{Access, State, Store};
