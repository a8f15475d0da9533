//! `logmedic scan`: logs in, a report out.

use std::io::IsTerminal;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use logmedic::{Diagnosis, Input, Limits, MapMode, RedactionLevel, ScanOptions, Severity};

use super::outputs::OutputArguments;
use super::{CLEAN, FINDINGS, INCOMPLETE, complain, rules};

/// Where Jira keeps its logs unless told otherwise.
const DEFAULT_HOME: &str = "/var/atlassian/application-data/jira";

#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    /// Log files, folders with logs, or `-` for standard input [default: a pipe, or Jira's own log folder].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArguments,
    /// Exit with 1 for findings of this severity or worse.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// Exit with 3 whenever something could not be read, even when there are findings.
    #[arg(long)]
    strict: bool,
    /// Also look for the signatures of this file (may be repeated); so are those in rules.d of the configuration folder.
    #[arg(long, value_name = "FILE")]
    signatures: Vec<PathBuf>,
    /// Look only for this signature (may be repeated).
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Do not look for this signature (may be repeated).
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
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
    /// When to use colour; `NO_COLOR` and CLICOLOR are honoured.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorName::Auto)]
    color: ColorName,
    /// Nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
    /// More in the text report: meaning, samples of log lines, notes.
    #[arg(short, long)]
    verbose: bool,
}

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
    let catalogue = rules::catalogue(&arguments.signatures)?;
    for id in arguments.only.iter().chain(&arguments.skip) {
        if catalogue.rank_of(id).is_none() {
            bail!("there is no signature {id:?}; `logmedic signatures list` shows them all");
        }
    }
    let inputs = inputs(arguments)?;
    let is_one_file = matches!(&inputs[..], [Input::Path(path)] if !path.is_dir());
    if arguments.source.is_some() && !is_one_file && !inputs.contains(&Input::Stdin) {
        bail!("--source names standard input or one file, not a folder or several files");
    }
    if arguments.range.is_some() && !is_one_file {
        bail!("--range is of one plain file, not of a pipe, a folder or several files");
    }
    let defaults = ScanOptions::default();
    let options = ScanOptions {
        threads: arguments.threads.map(std::num::NonZero::get),
        map: match arguments.mmap {
            MapName::Auto => MapMode::Auto,
            MapName::Always => MapMode::Always,
            MapName::Never => MapMode::Never,
        },
        limits: limits(arguments),
        stdin_name: arguments.source.clone().unwrap_or(defaults.stdin_name),
        file_name: arguments.source.clone().filter(|_| is_one_file),
        range: arguments.range.clone(),
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
        ..defaults
    };
    arguments.output.refuse_inputs(inputs.iter().map(|input| match input {
        Input::Path(path) => path.as_path(),
        // Where standard input is a redirected file, this leads to it.
        Input::Stdin => Path::new("/dev/stdin"),
    }))?;
    let scan = logmedic::scan(&catalogue, &inputs, &options)?;
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    if !arguments.quiet {
        complain_of_problems(&diagnosis);
    }
    let read = diagnosis.ledger.sources.iter().map(|(source, _)| Path::new(&source.name));
    arguments.output.refuse_inputs(read)?;
    arguments.output.write(&diagnosis, arguments.verbose, RedactionLevel::Off)?;
    Ok(exit_code(&diagnosis, arguments.fail_on, arguments.strict))
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

/// Reads `500MB`, `8GiB` or a number of bytes.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: Option<u64> = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "kib" | "k" => Some(1 << 10),
        "mib" | "m" => Some(1 << 20),
        "gib" | "g" => Some(1 << 30),
        "tib" | "t" => Some(1 << 40),
        "kb" => Some(1000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    size.ok_or_else(|| format!("{text:?} is no size; write for example 500MB or 16GiB"))
}

/// Names on standard error what carried the logs, and what could not be read.
pub(super) fn complain_of_problems(diagnosis: &Diagnosis) {
    for carrier in diagnosis.ledger.carriers() {
        complain(&format!("carrier: {carrier}"));
    }
    for (source, problem) in diagnosis.ledger.problems() {
        complain(&format!("{}: {problem}", source.name));
    }
}

/// What a named path stands for.
pub(super) fn input(path: &PathBuf) -> Input {
    if path == Path::new("-") { Input::Stdin } else { Input::Path(path.clone()) }
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

/// `START:END`, in bytes; the end is the first byte behind.
fn range(text: &str) -> Result<Range<u64>, String> {
    let parts = text.split_once(':').and_then(|(start, end)| Some(start.parse().ok()?..end.parse().ok()?));
    parts
        .filter(|range| !range.is_empty())
        .ok_or_else(|| "two offsets in bytes, the second one larger: 0:1048576".to_owned())
}

/// What to scan: what was named, else a pipe, else the log folder of a Jira on this host.
fn inputs(arguments: &ScanArguments) -> Result<Vec<Input>> {
    if !arguments.paths.is_empty() {
        return Ok(arguments.paths.iter().map(input).collect());
    }
    if stdin_has_data() {
        return Ok(vec![Input::Stdin]);
    }
    let home = std::env::var_os("JIRA_HOME").map(PathBuf::from);
    let folder = home
        .into_iter()
        .chain([PathBuf::from(DEFAULT_HOME)])
        .map(|home| home.join("log"))
        .find(|folder| folder.is_dir());
    let Some(folder) = folder else {
        bail!(
            "nothing to scan. Name a log file or folder, or pipe a log into it:\n  logmedic /var/atlassian/application-data/jira/log\n  tail -n 100000 atlassian-jira.log | logmedic\nMore: logmedic --help"
        );
    };
    if !arguments.quiet {
        complain(&format!("scanning {}", folder.display()));
    }
    Ok(vec![Input::Path(folder)])
}

/// Whether somebody pipes something in: standard input is neither a terminal nor the null device.
fn stdin_has_data() -> bool {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::FileTypeExt;
        let kind = stdin
            .as_fd()
            .try_clone_to_owned()
            .map(std::fs::File::from)
            .and_then(|file| file.metadata())
            .map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| !kind.is_char_device())
    }
    #[cfg(not(unix))]
    true
}
