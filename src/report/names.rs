//! What of a diagnosis is whose name: the redactor is taught it before the first text is shown, and what stands alone in
//! a field is masked by what the field holds. Every format takes values, nodes and samples from here.

use super::redact::{Identity, Redactor, Shown};
use crate::diagnosis::{CaptureKind, Diagnosis, Sample, Source, is_microsoft_host};

/// Tells the redactor what the scan knows to be names: the patterns alone would miss them where they stand bare.
pub(super) fn teach(redactor: &mut Redactor, diagnosis: &Diagnosis) {
    for node in &diagnosis.environment.nodes {
        redactor.learn(Identity::Node, node);
    }
    for finding in &diagnosis.findings {
        for kind in CaptureKind::ALL {
            let Some(identity) = identity(kind) else { continue };
            for (value, _) in finding.values(kind) {
                if !is_microsoft_host(value.split(':').next().unwrap_or(value)) {
                    redactor.learn(identity, value);
                }
            }
        }
        for sample in finding.samples() {
            redactor.study(&String::from_utf8_lossy(&sample.text));
        }
    }
}

/// A captured value.
pub(super) fn shown_value(kind: CaptureKind, value: &str, redactor: &mut Redactor) -> Shown {
    match identity(kind) {
        Some(identity) => redactor.show_name(identity, value),
        // A long one may have been cut.
        None if value.len() >= CaptureKind::LONGEST_VALUE - 3 => redactor.show_beginning(value.as_bytes()),
        None => redactor.show(value),
    }
}

/// The name of a Jira host.
pub(super) fn shown_node(node: &str, redactor: &mut Redactor) -> Shown {
    redactor.show_name(Identity::Node, node)
}

/// Where a log comes from: its Jira host, else its own name.
pub(super) fn shown_origin(source: &Source, redactor: &mut Redactor) -> Shown {
    match &source.node {
        Some(node) => shown_node(node, redactor),
        None => redactor.show(&source.name),
    }
}

/// The text of a kept event, up to where it was cut.
pub(super) fn shown_text(sample: &Sample, redactor: &mut Redactor) -> Shown {
    if sample.cut > 0 { redactor.show_beginning(&sample.text) } else { redactor.show_bytes(&sample.text) }
}

/// Whose name a kind of captured value is.
fn identity(kind: CaptureKind) -> Option<Identity> {
    match kind {
        CaptureKind::Host => Some(Identity::Host),
        CaptureKind::Tenant => Some(Identity::Tenant),
        CaptureKind::Mailbox => Some(Identity::Email),
        _ => None,
    }
}
