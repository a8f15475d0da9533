//! What the rules find, and how findings that overlap become one.

use std::ops::Range;

use super::view::View;
use super::{Identity, keep};

/// What is masked, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Secret(&'static str),
    Identity(Identity),
}

/// A span of a text that is to be masked.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) span: Range<usize>,
    pub(super) class: Class,
    /// What the pseudonym stands for, in the form in which equal values are equal; empty for secrets.
    pub(super) value: String,
}

impl Hit {
    /// A secret, whose value is forgotten.
    pub(super) fn secret(span: Range<usize>, class: &'static str) -> Self {
        Self { span, class: Class::Secret(class), value: String::new() }
    }

    /// An identity, whose value gets a pseudonym.
    pub(super) fn identity(view: &View, span: Range<usize>, identity: Identity) -> Self {
        let value = view.text[span.clone()].trim_end_matches('.').to_lowercase();
        Self { span, class: Class::Identity(identity), value }
    }

    /// The same at its place in the text behind the view.
    pub(super) fn at_home(self, view: &View) -> Self {
        Self { span: view.raw(&self.span), ..self }
    }

    fn is_secret(&self) -> bool {
        self.kind().is_none()
    }

    fn kind(&self) -> Option<Identity> {
        match self.class {
            Class::Secret(_) => None,
            Class::Identity(identity) => Some(identity),
        }
    }
}

/// The hits in order, overlapping ones united: a secret gives a union its class, else the widest does.
pub(super) fn merged(text: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| !hit.span.is_empty() && !keep::is_masked(&text[hit.span.clone()]));
    let placeholders = placeholders(text);
    // Placeholders that a span touches.
    let touched = |span: &Range<usize>| {
        let first = placeholders.partition_point(|placeholder| placeholder.end <= span.start);
        let last = placeholders.partition_point(|placeholder| placeholder.start < span.end);
        (first < last).then(|| placeholders[first].start..placeholders[last - 1].end)
    };
    hits.retain(|hit| {
        touched(&hit.span)
            .is_none_or(|placeholder| hit.span.start < placeholder.start || placeholder.end < hit.span.end)
    });
    hits.sort_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end)));
    let mut united: Vec<(Hit, Range<usize>)> = Vec::new();
    for mut hit in hits {
        // Half a placeholder must not be left behind.
        if let Some(placeholder) = touched(&hit.span) {
            hit.span = hit.span.start.min(placeholder.start)..hit.span.end.max(placeholder.end);
        }
        match united.last_mut() {
            Some((last, span)) if hit.span.start < span.end => {
                *span = span.start..span.end.max(hit.span.end);
                let is_wider = hit.span.len() > last.span.len() || hit.span == last.span && hit.kind() < last.kind();
                if hit.is_secret() && (!last.is_secret() || is_wider) || !last.is_secret() && is_wider {
                    *last = hit;
                }
            }
            _ => {
                let span = hit.span.clone();
                united.push((hit, span));
            }
        }
    }
    united.into_iter().map(|(hit, span)| Hit { span, ..hit }).collect()
}

/// Where a text holds placeholders.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let starts = text.match_indices(['[', '<']);
    starts.filter_map(|(start, _)| Some(start..start + keep::placeholder(&text.as_bytes()[start..])?)).collect()
}
