//! The command line: what the user typed, and one file a command. Turns outcomes into exit codes.

mod explain;
mod follow;
mod guide;
mod inputs;
mod merge;
mod nagios;
mod outputs;
mod progress;
mod rules;
mod scan;
mod schedule;
mod schema;
mod signatures;
mod verify;

use std::io::{self, Write};

use clap::{Parser, Subcommand};

/// Exit code: complete, and no finding at or above `--fail-on`.
const CLEAN: u8 = 0;
/// Exit code: findings at or above `--fail-on`.
const FINDINGS: u8 = 1;
/// Exit code: usage, signature or output error, or nothing could be read.
const FAILED: u8 = 2;
/// Exit code: incomplete, and no such finding.
const INCOMPLETE: u8 = 3;
/// Exit code: the state is in use, of a newer version, or cannot be read or saved.
const STATE: u8 = 4;

/// Finds known errors in Jira's logs, above all those of mail over OAuth 2.0 with Microsoft, and says what to do.
#[derive(Debug, Parser)]
#[command(name = "logmedic", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 nothing found, 1 findings, 2 error or nothing read, 3 incomplete without findings, 4 the state cannot be used.\nWith --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\nFirst aid: logmedic /var/atlassian/application-data/jira/log"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    scan: scan::ScanArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan logs for known errors (this is what happens without a command).
    Scan(Box<scan::ScanArguments>),
    /// Did the fix work: what has recovered, is quiet or still fails since then.
    Verify(verify::VerifyArguments),
    /// Explain a signature, an AADSTS code, a step of the guide, or a pasted event.
    Explain(explain::ExplainArguments),
    /// Show the guide as a checklist, with logs also the findings beside their steps.
    Guide(guide::GuideArguments),
    /// The catalogue of known errors.
    #[command(subcommand)]
    Signatures(signatures::SignaturesCommand),
    /// Add up JSON reports of nodes, days or workers, and report the sum in any format.
    Merge(merge::MergeArguments),
    /// JSON Schema of signature files and of reports.
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
}

/// Runs the program with the process's arguments and returns its exit code.
pub(crate) fn run() -> u8 {
    let is_plugin = nagios::is_asked_for(std::env::args_os());
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if is_plugin && error.use_stderr() => {
            let reason = error.render().to_string();
            return nagios::fail(reason.strip_prefix("error: ").unwrap_or(&reason));
        }
        Err(error) => {
            // Help goes to stdout with code 0, usage errors to stderr with code 2. A closed pipe changes neither.
            let _ = error.print();
            // Of a plugin even its help is no answer.
            return if is_plugin { nagios::NO_ANSWER } else { u8::try_from(error.exit_code()).unwrap_or(FAILED) };
        }
    };
    let outcome = match arguments.command {
        None => scan::run(&arguments.scan),
        Some(Command::Scan(scan)) => scan::run(&scan),
        Some(Command::Verify(verify)) => verify::run(&verify),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Guide(guide)) => guide::run(&guide),
        Some(Command::Signatures(command)) => signatures::run(&command),
        Some(Command::Merge(merge)) => merge::run(&merge),
        Some(Command::Schema(command)) => schema::run(command),
    };
    outcome.unwrap_or_else(|error| {
        if is_plugin {
            return nagios::fail(&reasons(&error));
        }
        complain(&reasons(&error));
        if error.downcast_ref().is_some_and(logmedic::Error::is_of_state) { STATE } else { FAILED }
    })
}

/// Writes a report to standard output. A reader that has left is a normal end; `false` says so.
fn print(text: &str) -> anyhow::Result<bool> {
    nagios::take_turn();
    let mut out = anstream::AutoStream::auto(io::stdout());
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output"))
        }
        outcome => Ok(outcome.is_ok()),
    }
}

/// An error and what led to it. A reason that an error's own words hold already is not said twice.
fn reasons(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for reason in error.chain().map(ToString::to_string).filter(|reason| !reason.is_empty()) {
        if text.is_empty() {
            text = reason;
        } else if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
    }
    text
}

/// Writes a line to standard error.
fn complain(text: &str) {
    // Where even standard error is gone there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "logmedic: {}", logmedic::visible(text));
}

/// `1 event`, `2 events`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
