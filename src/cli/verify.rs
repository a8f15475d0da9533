//! `logmedic verify`: whether a fix has worked, finding by finding.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use logmedic::diagnosis::verification::{LOOK_BACK, Outcome, Verification};
use logmedic::{
    Bound, Catalogue, Diagnosis, Format, Input, RedactionLevel, ReportOptions, ScanOptions, Window, Zone,
    render_verification,
};

use super::inputs::{duration, input, inputs, node, own_log_folder};
use super::outputs::redaction_levels;
use super::scan::ColorName;
use super::{CLEAN, FINDINGS, INCOMPLETE, complain, print, rules};

/// Time between two looks at the logs.
const PACE: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing fails since then, 1 something still fails, 2 error or nothing read, 3 no log after that time, or not all could be read."
)]
pub(super) struct VerifyArguments {
    /// Log files, folders with logs, or `-` for standard input [default: a pipe, or Jira's own log folder].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// When the fix was made: RFC 3339, `2026-01-13 02:14` in the log's zone, or 10m, 2h back from now.
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Look again until everything has recovered, for so long at most: 90s, 10m, 1h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    wait: Option<Duration>,
    /// Form of the outcome.
    #[arg(short, long, value_enum, default_value_t = FormatName::Text)]
    format: FormatName,
    /// Logs of one Jira host: a file or folder, and the host's name (may be repeated).
    #[arg(long, value_name = "NAME=PATH", value_parser = node)]
    node: Vec<Input>,
    /// Zone of logs that state none: +0100, or a name such as Europe/Berlin.
    #[arg(long, value_name = "ZONE")]
    zone: Option<Zone>,
    /// Also look for the signatures of this file (may be repeated).
    #[arg(long, value_name = "FILE")]
    signatures: Vec<PathBuf>,
    /// How much is masked [default: secrets].
    #[arg(long, value_name = "LEVEL", value_parser = redaction_levels())]
    redact: Option<RedactionLevel>,
    /// When to use colour; `NO_COLOR` and CLICOLOR are honoured.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto)]
    color: ColorName,
    /// Nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Text,
    Json,
}

pub(super) fn run(arguments: &VerifyArguments) -> Result<u8> {
    arguments.color.choose();
    let catalogue = rules::catalogue(&arguments.signatures)?;
    let now = jiff::Timestamp::now().as_millisecond();
    let since = Bound::parse(&arguments.since, now).map_err(|reason| anyhow!("--since: {reason}"))?;
    let inputs = match inputs(&arguments.paths, &arguments.node) {
        Some(inputs) => inputs,
        None => vec![input(&own_log_folder(None, arguments.quiet)?)],
    };
    if arguments.wait.is_some() && inputs.contains(&Input::Stdin) {
        bail!("--wait looks at the logs again, and standard input cannot be read again; name the logs");
    }
    let options = ScanOptions {
        window: Window { since: Some(since.earlier(LOOK_BACK)), until: None },
        zone: arguments.zone.clone(),
        ..ScanOptions::default()
    };
    let diagnosis = settled(arguments, &catalogue, &inputs, &options, since)?;
    let verification = Verification::of(&diagnosis, since);
    let format = match arguments.format {
        FormatName::Text => Format::Text,
        FormatName::Json => Format::Json,
    };
    let report = ReportOptions { redaction: arguments.redact, ..ReportOptions::default() };
    print(&render_verification(&verification, &diagnosis, format, report))?;
    Ok(match verification.outcome() {
        Some(Outcome::Failing) if verification.is_covered => FINDINGS,
        _ if verification.is_covered && diagnosis.ledger.is_complete() => CLEAN,
        _ => INCOMPLETE,
    })
}

/// What the logs say once everything has recovered, or when the time to wait is over.
fn settled(
    arguments: &VerifyArguments,
    catalogue: &Catalogue,
    inputs: &[Input],
    options: &ScanOptions,
    since: Bound,
) -> Result<Diagnosis> {
    let end = arguments.wait.and_then(|wait| Instant::now().checked_add(wait));
    let mut has_said = arguments.quiet;
    loop {
        let scan = logmedic::scan(catalogue, inputs, options)?;
        let nothing_read = scan.nothing_read();
        let diagnosis = Diagnosis::new(catalogue, scan.tally, scan.not_logs);
        let verification = Verification::of(&diagnosis, since);
        let is_settled = verification.is_covered
            && verification.outcome().is_none_or(|outcome| matches!(outcome, Outcome::Recovered(_)));
        let left = end.map(|end| end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero());
        match left {
            Some(left) if !is_settled => {
                if !std::mem::replace(&mut has_said, true) {
                    complain("waiting for the next polls; Ctrl-C ends it");
                }
                std::thread::sleep(PACE.min(left));
            }
            _ => return nothing_read.map_or(Ok(diagnosis), |error| Err(error.into())),
        }
    }
}
