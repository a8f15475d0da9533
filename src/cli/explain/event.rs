//! `logmedic explain -`: an event that somebody pasted, its fields, who claims it, and who nearly does.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::ops::Range;

use anyhow::{Context as _, Result, bail};
use logmedic::Catalogue;
use logmedic::diagnosis::FindingTally;
use logmedic::event::start::StartFinder;
use logmedic::event::{Header, Layout};
use logmedic::matcher::{EvidenceGap, Matcher};
use logmedic::report::redact::{Level, Redactor};

use crate::cli::{complain, counted};

/// More than this is a log, not an event.
const MOST_BYTES: u64 = 1024 * 1024;
/// Events of one paste that are explained.
const MOST_EVENTS: usize = 20;
const NAME: &str = "stdin";

/// What is to be said of the text on standard input.
pub(super) fn explain(catalogue: &Catalogue) -> Result<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        complain("paste the event, then press Ctrl-D (Ctrl-Z and Enter on Windows)");
    }
    let mut text = Vec::new();
    stdin.lock().take(MOST_BYTES + 1).read_to_end(&mut text).context("cannot read standard input")?;
    if text.trim_ascii().is_empty() {
        bail!(
            "nothing was read: paste a log event into standard input, from its header line to the end of its stack trace"
        );
    }
    if text.len() as u64 > MOST_BYTES {
        bail!("more than 1 MiB was read: that is a log rather than an event; scan it with `logmedic -`");
    }
    let layout = Layout::sniff(&text);
    let events = events(&text, layout);
    let mut told = Told {
        catalogue,
        matcher: &Matcher::new(catalogue, |_| true)?,
        layout,
        redactor: Redactor::new(Level::Secrets),
        out: String::new(),
    };
    for (i, event) in events.iter().take(MOST_EVENTS).enumerate() {
        if events.len() > 1 {
            let _ = writeln!(told.out, "{}Event {} of {}\n", if i > 0 { "\n" } else { "" }, i + 1, events.len());
        }
        told.event(&text[event.clone()]);
    }
    let mut out = told.out;
    if events.len() > MOST_EVENTS {
        let left = counted(events.len() - MOST_EVENTS, "event");
        let _ = writeln!(out, "\n{left} left out; scan a whole log with `logmedic -`");
    }
    Ok(out)
}

/// The events of a text; what stands before the first header is one as well.
fn events(text: &[u8], layout: Layout) -> Vec<Range<usize>> {
    let mut starts = Vec::new();
    StartFinder::new(layout.start_rule()).find(text, 0, text.len(), true, &mut starts);
    let mut begins: Vec<usize> = starts.iter().map(|start| start.at).collect();
    if begins.first().is_none_or(|&first| !text[..first].trim_ascii().is_empty()) {
        begins.insert(0, 0);
    }
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    begins.iter().copied().zip(ends).map(|(begin, end)| begin..end).collect()
}

/// What was said so far, and what is needed to say more.
struct Told<'a> {
    catalogue: &'a Catalogue,
    matcher: &'a Matcher,
    layout: Layout,
    redactor: Redactor,
    out: String,
}

impl Told<'_> {
    fn event(&mut self, text: &[u8]) {
        self.header(text);
        let tally = logmedic::scan_text(self.matcher, NAME, text);
        let mut found: Vec<usize> = Vec::new();
        if tally.findings.is_empty() {
            self.out.push_str("\nNo signature claims this event.\n");
        }
        for (&rank, finding) in &tally.findings {
            self.claim(rank, finding);
            found.push(rank);
            found.extend(finding.seen_as.keys());
        }
        let near = self.matcher.near_misses(self.catalogue, text, self.layout, &found);
        if !near.is_empty() {
            self.out.push_str("\nNear, but not\n");
        }
        for miss in near {
            let clause = self.shown(miss.clause.as_bytes());
            let _ = writeln!(self.out, "  {}\n    {clause}", self.catalogue.outline(miss.rank).id);
        }
    }

    fn header(&mut self, text: &[u8]) {
        let Some(header) = Header::parse(text, self.layout).filter(|_| self.layout != Layout::Text) else {
            self.field("layout", b"text without a header: no time, level or logger; taken as pasted");
            return;
        };
        self.field("layout", header.layout.as_str().as_bytes());
        self.field("time", header.stamp.map(|stamp| stamp.to_string()).unwrap_or_default().as_bytes());
        self.field("level", header.level.as_str().as_bytes());
        self.field("thread", header.thread);
        self.field("user", header.user);
        self.field("request", header.request);
        self.field("url", header.url);
        self.field("logger", header.logger);
        self.field("mail server", header.mail_server);
        self.field("message", header.message);
    }

    fn claim(&mut self, rank: usize, finding: &FindingTally) {
        let outline = self.catalogue.outline(rank);
        self.out.push('\n');
        self.field("counts for", outline.id.as_bytes());
        self.field("", self.catalogue.signature(rank).title.as_bytes());
        let evidence = match finding.gaps.keys().next() {
            None => "complete",
            Some(EvidenceGap::HostNotInLog) => "host-not-in-log: the event names no host",
            Some(EvidenceGap::ClientNotInLog) => "client-not-in-log: no sign of Jira's mail or OAuth client",
        };
        self.field("evidence", evidence.as_bytes());
        for context in finding.contexts.keys() {
            let name = serde_json::to_value(context).ok();
            self.field("context", name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().as_bytes());
        }
        let captures = finding.samples.all().into_iter().next().map_or(&[][..], |sample| &sample.captures);
        for (kind, value) in captures {
            self.field(kind.as_str(), value.as_bytes());
        }
        for &other in finding.seen_as.keys() {
            self.field("seen as", self.catalogue.outline(other).id.as_bytes());
        }
    }

    fn field(&mut self, name: &str, value: &[u8]) {
        if !value.is_empty() {
            let value = self.shown(value);
            let _ = writeln!(self.out, "{name:<15} {value}");
        }
    }

    /// Text of a log for a terminal: without secrets, on one line, and without anything that could steer it.
    fn shown(&mut self, text: &[u8]) -> String {
        logmedic::visible(self.redactor.show_bytes(text).as_str()).replace('\n', " ")
    }
}
