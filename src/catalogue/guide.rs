//! Atlassian's guide "Detailed steps to configure OAuth 2.0 integration with Microsoft Azure" as data,
//! in our own words, and the remedies that the guide lacks.

use serde::{Deserialize, Serialize};

use super::signature::Side;

/// The guide, item by item, and our own additions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// The guide's title.
    pub title: String,
    /// The guide's address.
    pub url: String,
    /// Date of the guide's text that this follows, `YYYY-MM-DD`.
    pub updated: String,
    /// Its items in the guide's order.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    /// What the guide lacks; ids begin with `x-`.
    #[serde(rename = "own")]
    pub own: Vec<Item>,
}

/// One item of the guide, or one of our own remedies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `step-19`, `extra-endpoints`, `fail-ssl`, `x-reauthorize`.
    pub id: String,
    /// The guide's own number, where the item has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// Where it is done.
    pub side: Side,
    /// Who is needed.
    pub needs: String,
    /// The menu path or place, for a person: `App registrations > this app > Certificates & secrets`.
    #[serde(default, rename = "where")]
    pub place: String,
    /// What to do as one short sentence in the imperative, at most 90 characters.
    pub title: String,
    /// What to do, in full.
    pub text: String,
    /// Our remark where the guide is odd or silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// True when doing it wrongly leaves no trace in any log, so that it must be checked by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_trace: bool,
    /// Other places or words for other releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
}

/// What differs in some releases.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Holds for releases of Jira before this one (`8.22`).
    pub before: String,
    /// The place there.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The title there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The full text there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}
