//! The fields of `logmedic.report/1`, in their order.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::{Category, Restart, Role, Severity, Side};
use crate::diagnosis::{Activity, CaptureKind, Context, EvidenceGap, Level};

#[derive(Serialize)]
pub(super) struct Report {
    pub(super) schema: &'static str,
    pub(super) tool: Tool,
    pub(super) guide: GuideName,
    pub(super) environment: Environment,
    pub(super) findings: Vec<FindingOut>,
    pub(super) before: Vec<MarkerOut>,
    pub(super) timeline: TimelineOut,
    pub(super) redaction: Redaction,
    pub(super) ledger: LedgerOut,
}

#[derive(Serialize)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) signatures_digest: String,
}

#[derive(Serialize)]
pub(super) struct GuideName {
    pub(super) title: &'static str,
    pub(super) url: &'static str,
    pub(super) updated: &'static str,
}

#[derive(Serialize)]
pub(super) struct Environment {
    pub(super) jira: Option<String>,
    pub(super) jsm: Option<String>,
    pub(super) java: Option<String>,
    pub(super) provider: Option<&'static str>,
    pub(super) protocol: Option<&'static str>,
    pub(super) mail_servers: Vec<String>,
    pub(super) nodes: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct FindingOut {
    pub(super) signature: String,
    pub(super) title: String,
    pub(super) severity: Severity,
    pub(super) role: Role,
    pub(super) category: Category,
    pub(super) evidence: Option<EvidenceGap>,
    pub(super) context: Context,
    pub(super) activity: Activity,
    pub(super) status: &'static str,
    pub(super) events: u64,
    pub(super) total_events: u64,
    pub(super) attempts: Option<u64>,
    pub(super) first_seen: Option<String>,
    pub(super) last_seen: Option<String>,
    pub(super) sources: Vec<SourceCount>,
    pub(super) subjects: Vec<SubjectOut>,
    pub(super) captures: BTreeMap<CaptureKind, Vec<ValueCount>>,
    pub(super) captures_more: Vec<CaptureKind>,
    pub(super) seen_as: Vec<SeenAs>,
    pub(super) guide_steps: Vec<String>,
    pub(super) remedy: Vec<RemedyOut>,
    pub(super) restart: Restart,
    pub(super) dont: Vec<String>,
    pub(super) verify: String,
    pub(super) meaning: String,
    pub(super) causes: Vec<String>,
    pub(super) not_this: Vec<String>,
    pub(super) references: Vec<String>,
    pub(super) caused_by: Vec<String>,
    pub(super) effects: Vec<String>,
    pub(super) samples: Vec<SampleOut>,
}

#[derive(Serialize)]
pub(super) struct SourceCount {
    pub(super) source: String,
    pub(super) node: Option<String>,
    pub(super) events: u64,
}

#[derive(Serialize)]
pub(super) struct SubjectOut {
    pub(super) kind: CaptureKind,
    pub(super) value: String,
    pub(super) events: u64,
    pub(super) first_seen: Option<String>,
    pub(super) last_seen: Option<String>,
    pub(super) activity: Activity,
}

#[derive(Serialize)]
pub(super) struct ValueCount {
    pub(super) value: String,
    pub(super) events: u64,
}

#[derive(Serialize)]
pub(super) struct SeenAs {
    pub(super) signature: String,
    pub(super) events: u64,
}

#[derive(Serialize)]
pub(super) struct RemedyOut {
    pub(super) step: Option<String>,
    pub(super) side: Side,
    pub(super) needs: String,
    #[serde(rename = "where")]
    pub(super) place: String,
    pub(super) text: String,
    pub(super) in_guide: bool,
    pub(super) alternative: bool,
}

#[derive(Serialize)]
pub(super) struct SampleOut {
    pub(super) source: String,
    pub(super) node: Option<String>,
    pub(super) line: Option<u64>,
    pub(super) byte: u64,
    pub(super) time: Option<String>,
    pub(super) level: Level,
    pub(super) logger: String,
    pub(super) captures: BTreeMap<CaptureKind, String>,
    pub(super) text: String,
    pub(super) cut_bytes: usize,
}

#[derive(Serialize)]
pub(super) struct MarkerOut {
    pub(super) node: Option<String>,
    pub(super) time: String,
    pub(super) what: &'static str,
    pub(super) version: Option<String>,
}

#[derive(Serialize)]
pub(super) struct TimelineOut {
    pub(super) bucket_seconds: u32,
    pub(super) buckets: Vec<BucketOut>,
}

#[derive(Serialize)]
pub(super) struct BucketOut {
    pub(super) start: String,
    pub(super) levels: BTreeMap<Level, u64>,
    pub(super) findings: BTreeMap<String, u64>,
}

#[derive(Serialize)]
pub(super) struct Redaction {
    pub(super) level: String,
    pub(super) key_id: Option<String>,
    pub(super) masked: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
pub(super) struct LedgerOut {
    pub(super) complete: bool,
    pub(super) sources: Vec<LedgerSource>,
    pub(super) problems: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) not_logs: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct LedgerSource {
    pub(super) source: String,
    pub(super) node: Option<String>,
    pub(super) bytes: u64,
    pub(super) events: u64,
    pub(super) levels: BTreeMap<Level, u64>,
    pub(super) first_event: Option<String>,
    pub(super) last_event: Option<String>,
    pub(super) zone: String,
    pub(super) layout: &'static str,
    pub(super) ranges: Vec<RangeOut>,
    pub(super) notes: Vec<String>,
    pub(super) problems: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct RangeOut {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) lines: u64,
}
