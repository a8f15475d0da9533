//! `logmedic merge`: JSON reports in, their sum out, in any format.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use logmedic::report::nagios::ServiceState;
use logmedic::{Diagnosis, Merger, RedactionLevel};

use super::outputs::{Before, OutputArguments};
use super::scan::{ColorName, FailOn, complain_of_problems, exit_code};
use super::{complain, nagios, rules};

#[derive(Debug, Args)]
#[command(
    after_help = "Reports of one release and one set of signatures add up. Nothing is shown that one of them masks; those with\n--redact full are added only with one key for all, so scan with --redact secrets and mask the sum.\nExit codes: 0 nothing found, 1 findings, 2 refused or no report could be read, 3 incomplete without findings."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct MergeArguments {
    /// JSON reports, each file with one or several; `-` for a stream of them on standard input.
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArguments,
    /// Name these nodes as a problem where no report speaks of them, comma-separated.
    #[arg(long, value_name = "NODE,…", value_delimiter = ',')]
    expect_nodes: Vec<String>,
    /// Take reports that were made with other signatures too, as far as their findings are known here.
    #[arg(long)]
    any_digest: bool,
    /// Exit with 1 for findings of this severity or worse [default: error].
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
    /// Exit with 3 whenever something could not be read, even when there are findings.
    #[arg(long)]
    strict: bool,
    /// The signature file that the reports were made with (may be repeated), beside those in rules.d.
    #[arg(long, value_name = "FILE")]
    signatures: Vec<PathBuf>,
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

pub(super) fn run(arguments: &MergeArguments) -> Result<u8> {
    arguments.color.choose();
    arguments.output.check()?;
    let is_plugin = arguments.output.is_plugin();
    if is_plugin {
        nagios::check(arguments.fail_on.is_some() || arguments.strict)?;
    }
    let quiet = arguments.quiet || is_plugin;
    arguments.output.refuse_inputs(arguments.reports.iter().map(PathBuf::as_path))?;
    let catalogue = rules::catalogue(&arguments.signatures)?;
    let mut merger = Merger::new(&catalogue, arguments.any_digest);
    let mut has_stdin = false;
    for path in &arguments.reports {
        if path == Path::new("-") {
            if !std::mem::replace(&mut has_stdin, true) {
                merger.add("stdin", std::io::stdin().lock());
            }
            continue;
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(_) if path.is_dir() => merger.add_problem(&name, "is a folder; name the reports in it"),
            Ok(file) => merger.add(&name, BufReader::new(file)),
            Err(error) => merger.add_problem(&name, &format!("cannot be read: {error}")),
        }
    }
    let mut merged = merger.finish()?;
    if merged.redaction == RedactionLevel::Full && !arguments.expect_nodes.is_empty() {
        bail!("--expect-nodes cannot find names in reports with --redact full; merge reports with --redact secrets");
    }
    let before = Before { level: merged.redaction, key: merged.key_id };
    arguments.output.check_key(before)?;
    merged.expect_nodes(&arguments.expect_nodes);
    let mut redactor = arguments.output.redactor(before);
    if !quiet {
        for name in &merged.twice {
            complain(redactor.show(&format!("{name}: more than one report names it")).as_str());
        }
    }
    let mut diagnosis = Diagnosis::new(&catalogue, merged.tally, merged.not_logs);
    diagnosis.ledger.window = merged.window;
    if !quiet {
        complain_of_problems(&diagnosis, &mut redactor);
        arguments.output.complain_of_idle_key(before);
    }
    arguments.output.write(&diagnosis, arguments.verbose, before, None)?;
    if is_plugin {
        return Ok(ServiceState::of(&diagnosis).code());
    }
    Ok(exit_code(&diagnosis, arguments.fail_on.unwrap_or(FailOn::Error), arguments.strict))
}
