//! `logmedic scan`: logs in, a report out.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use logmedic::report::nagios::ServiceState;
use logmedic::report::redact::Redactor;
use logmedic::{
    Bound, Catalogue, Diagnosis, Error, Format, Input, Limits, MapMode, Progress, Scan, ScanOptions, Severity, Window,
    Zone,
};

use super::inputs::{inputs, node, own_log_folder, range, size};
use super::outputs::{Before, OutputArguments};
use super::progress::{ProgressName, watched};
use super::schedule::{Run, ScheduleArguments};
use super::{CLEAN, FAILED, FINDINGS, INCOMPLETE, complain, follow, nagios, rules};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct ScanArguments {
    /// Log files, folders with logs, or `-` for standard input [default: a pipe, or Jira's own log folder].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) output: OutputArguments,
    /// Exit with 1 for findings of this severity or worse [default: error].
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Exit with 3 whenever something could not be read, even when there are findings.
    #[arg(long)]
    pub(super) strict: bool,
    /// Also look for the signatures of this file (may be repeated); so are those in rules.d of the configuration folder.
    #[arg(long, value_name = "FILE")]
    signatures: Vec<PathBuf>,
    /// Look only for this signature (may be repeated).
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Do not look for this signature (may be repeated).
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
    /// Logs of one Jira host: a file or folder, and the host's name in the report (may be repeated).
    #[arg(long, value_name = "NAME=PATH", value_parser = node)]
    node: Vec<Input>,
    /// Only events from this time on: RFC 3339, `2026-01-13 02:14` in the log's zone, or 24h, 7d, 30m back from now.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Zone of logs that state none: +0100, or a name such as Europe/Berlin.
    #[arg(long, value_name = "ZONE")]
    zone: Option<Zone>,
    /// Whether files are mapped into memory; `auto` maps only files at rest. The report is the same.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = MapName::Auto)]
    mmap: MapName,
    /// Threads that scan [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
    /// Most bytes that one compressed file may give, with all archives inside it [default: 8GiB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    limit_inflated: Option<u64>,
    /// Most entries of one archive, with all archives inside it [default: 10000].
    #[arg(long, value_name = "N")]
    limit_entries: Option<u64>,
    /// Beyond 256 MiB, most bytes for each compressed byte [default: 200].
    #[arg(long, value_name = "N")]
    limit_ratio: Option<u64>,
    /// Name in the report of standard input, or of the only file [default: stdin, the file's path].
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Count the events of one plain file that begin in these bytes; `merge` adds the reports of its ranges up.
    #[arg(long, value_name = "START:END", value_parser = range)]
    range: Option<Range<u64>>,
    /// Say what would be read: layouts, sizes, times, what is missing. Of plain files only the ends are read for it.
    #[arg(long)]
    list: bool,
    /// Go on with logs that are still written, over their rotations, and with pipes until they end or Ctrl-C: findings are
    /// told as they come (text, ndjson), the report at the end.
    #[arg(long, conflicts_with_all = ["range", "until", "list", "state"])]
    follow: bool,
    /// When to use colour; `NO_COLOR` and CLICOLOR are honoured.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto)]
    color: ColorName,
    /// Whether a bar shows how far a long scan has come.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ProgressName::Auto)]
    progress: ProgressName,
    /// Nothing on standard error but errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// More in the text report: meaning, samples of log lines, notes.
    #[arg(short, long)]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) schedule: ScheduleArguments,
}

/// Problems that are told one by one on standard error.
const MOST_COMPLAINTS: usize = 20;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FailOn {
    Critical,
    Error,
    Warning,
    Info,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MapName {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ColorName {
    Auto,
    Always,
    Never,
}

impl ColorName {
    /// Settles for the rest of the run whether output has colour.
    pub(super) fn choose(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::AlwaysAnsi,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

pub(super) fn run(arguments: &ScanArguments) -> Result<u8> {
    arguments.color.choose();
    arguments.output.check()?;
    let is_plugin = arguments.output.is_plugin();
    if is_plugin {
        nagios::check(arguments.fail_on.is_some() || arguments.strict)?;
    }
    // Icinga takes what comes on standard error for a part of the answer.
    let quiet = arguments.quiet || is_plugin;
    let catalogue = rules::catalogue(&arguments.signatures)?;
    for id in arguments.only.iter().chain(&arguments.skip) {
        if catalogue.rank_of(id).is_none() {
            bail!("there is no signature {id:?}; `logmedic signatures list` shows them all");
        }
    }
    let mut window = window(arguments)?;
    let inputs = match inputs(&arguments.paths, &arguments.node) {
        Some(inputs) => inputs,
        None => {
            vec![Input::Path(own_log_folder(Some(&mut window).filter(|_| !arguments.schedule.remembers()), quiet)?)]
        }
    };
    let is_one_file = matches!(&inputs[..], [Input::Path(path) | Input::Node { path, .. }] if !path.is_dir());
    if arguments.source.is_some() && !is_one_file && !inputs.contains(&Input::Stdin) {
        bail!("--source names standard input or one file, not a folder or several files");
    }
    if arguments.range.is_some() && !is_one_file {
        bail!("--range is of one plain file, not of a pipe, a folder or several files");
    }
    if arguments.follow && matches!(arguments.mmap, MapName::Always) {
        bail!("--mmap always does not go with --follow: a log that is written must not be mapped");
    }
    let defaults = ScanOptions::default();
    let progress = Arc::new(Progress::default());
    let options = ScanOptions {
        threads: arguments.threads.map(std::num::NonZero::get),
        map: match arguments.mmap {
            _ if arguments.follow => MapMode::Never,
            MapName::Auto => MapMode::Auto,
            MapName::Always => MapMode::Always,
            MapName::Never => MapMode::Never,
        },
        limits: limits(arguments),
        stdin_name: arguments.source.clone().unwrap_or(defaults.stdin_name),
        file_name: arguments.source.clone().filter(|_| is_one_file),
        range: arguments.range.clone(),
        window,
        zone: arguments.zone.clone(),
        progress: Some(Arc::clone(&progress)),
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
        ..defaults
    };
    let is_watched = arguments.progress == ProgressName::Auto && !quiet;
    if arguments.list {
        let format = arguments.output.list_format()?;
        let scan = watched(&progress, is_watched, || logmedic::list(&inputs, &options));
        return tell_list(&catalogue, scan, format, arguments);
    }
    arguments.output.refuse_inputs(inputs.iter().map(|input| match input {
        Input::Path(path) | Input::Node { path, .. } => path.as_path(),
        // Where standard input is a redirected file, this leads to it.
        Input::Stdin => Path::new("/dev/stdin"),
    }))?;
    if arguments.follow && is_plugin {
        bail!("a plugin answers once: -f nagios does not go with --follow");
    }
    if arguments.follow {
        return follow::run(arguments, &catalogue, &inputs, &options);
    }
    let mut run = Run::begin(&arguments.schedule, &catalogue, &arguments.output)?;
    let (diagnosis, nothing_read) = watched(&progress, is_watched, || run.scan(&catalogue, &inputs, &options))?;
    if let Some(error) = nothing_read {
        arguments.output.write_for_programs(&diagnosis)?;
        return Err(masked(error, &mut arguments.output.redactor(Before::NOT_MASKED)).into());
    }
    if !quiet {
        let mut redactor = arguments.output.redactor(Before::NOT_MASKED);
        complain_of_problems(&diagnosis, &mut redactor);
        for note in &run.finished {
            complain(redactor.show(note).as_str());
        }
        arguments.output.complain_of_idle_key(Before::NOT_MASKED);
    }
    let read = diagnosis.ledger.sources.iter().map(|(source, _)| Path::new(&source.name));
    arguments.output.refuse_inputs(read)?;
    arguments.output.write(&diagnosis, arguments.verbose, Before::NOT_MASKED, Some(&mut run))?;
    if is_plugin {
        return Ok(ServiceState::of(&diagnosis).code());
    }
    Ok(exit_code(&diagnosis, arguments.fail_on.unwrap_or(FailOn::Error), arguments.strict))
}

/// What may come out of compressed input.
fn limits(arguments: &ScanArguments) -> Limits {
    let usual = Limits::default();
    Limits {
        inflated: arguments.limit_inflated.unwrap_or(usual.inflated),
        entries: arguments.limit_entries.unwrap_or(usual.entries),
        ratio: arguments.limit_ratio.unwrap_or(usual.ratio),
    }
}

/// Prints what would be read. Nothing in it is a finding, so the exit code tells only whether it could all be opened.
fn tell_list(catalogue: &Catalogue, scan: Scan, format: Format, arguments: &ScanArguments) -> Result<u8> {
    let diagnosis = Diagnosis::new(catalogue, scan.tally, scan.not_logs);
    if !arguments.quiet {
        complain_of_problems(&diagnosis, &mut arguments.output.redactor(Before::NOT_MASKED));
    }
    arguments.output.print_list(&diagnosis, format)?;
    let can_read = diagnosis.ledger.sources.iter().any(|(_, source)| source.problems.is_empty());
    Ok(match (diagnosis.ledger.is_complete(), can_read) {
        (true, _) => CLEAN,
        (false, true) => INCOMPLETE,
        (false, false) => FAILED,
    })
}

fn window(arguments: &ScanArguments) -> Result<Window> {
    let now = jiff::Timestamp::now().as_millisecond();
    let bound = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| Bound::parse(text, now).map_err(|reason| anyhow!("--{name}: {reason}"))).transpose()
    };
    let window = Window { since: bound("since", &arguments.since)?, until: bound("until", &arguments.until)? };
    if window.is_empty() {
        bail!("--until lies before --since: no event can lie between them");
    }
    Ok(window)
}

/// The reasons why nothing could be read, which name entries of archives, masked like the report that is not there.
pub(super) fn masked(error: Error, redactor: &mut Redactor) -> Error {
    match error {
        Error::NothingRead(reasons) => {
            Error::NothingRead(reasons.iter().map(|reason| redactor.show(reason).to_string()).collect())
        }
        other => other,
    }
}

/// Names on standard error what carried the logs, and what could not be read: a scheduled run's complaints are sent round
/// like its report.
pub(super) fn complain_of_problems(diagnosis: &Diagnosis, redactor: &mut Redactor) {
    for carrier in diagnosis.ledger.carriers() {
        complain(redactor.show(&format!("carrier: {carrier}")).as_str());
    }
    for (source, problem) in diagnosis.ledger.problems().take(MOST_COMPLAINTS) {
        complain(redactor.show(&format!("{}: {problem}", source.name)).as_str());
    }
    let more = diagnosis.ledger.problems().count().saturating_sub(MOST_COMPLAINTS);
    if more > 0 {
        complain(&format!("and {more} more that could not be read: the report names them all"));
    }
}

pub(super) fn exit_code(diagnosis: &Diagnosis, fail_on: FailOn, strict: bool) -> u8 {
    let least = match fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Info => Some(Severity::Info),
        FailOn::Never => None,
    };
    let complete = diagnosis.ledger.is_complete();
    let found = least.is_some_and(|least| diagnosis.worst().is_some_and(|worst| worst >= least));
    match (found, complete) {
        (_, false) if strict => INCOMPLETE,
        (true, _) => FINDINGS,
        (false, false) => INCOMPLETE,
        (false, true) => CLEAN,
    }
}
