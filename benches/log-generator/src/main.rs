//! The command line of the generator: options in, a log and its truth file out.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use log_generator::{Known, Layout, Options, default_known, generate};

/// Write a synthetic Jira log and a truth file that tells what it holds.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Seed of all choices: the same seed gives the same bytes
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Size of the log, such as 64KiB, 256MiB or 2GiB
    #[arg(long, default_value = "1MiB", value_parser = parse_size)]
    size: u64,
    /// Probability that an event holds a known error, 0 to 0.5
    #[arg(long, default_value_t = 0.0)]
    density: f64,
    /// Probability that another event holds a text that only resembles one
    #[arg(long, default_value_t = 0.0)]
    near_misses: f64,
    /// End each line with a known literal less its last byte
    #[arg(long)]
    every_line_near_miss: bool,
    /// Kind of log
    #[arg(long, value_enum, default_value = "main")]
    layout: LayoutName,
    /// Zone after the stamp, such as +0000; empty for none
    #[arg(long, default_value = "+0000", allow_hyphen_values = true)]
    zone: String,
    /// Time before the first event, in milliseconds since 1970-01-01T00:00:00Z
    #[arg(long, default_value_t = Options::default().start)]
    start: u64,
    /// End lines with CR and LF
    #[arg(long)]
    crlf: bool,
    /// Known errors as a JSON list of {"signature", "text"}, instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Where the log goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the truth goes, as JSON
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    Main,
    Mail,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done when standard error is closed as well.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let options = Options {
        seed: arguments.seed,
        bytes: arguments.size,
        density: arguments.density,
        near_misses: arguments.near_misses,
        every_line_near_miss: arguments.every_line_near_miss,
        layout: match arguments.layout {
            LayoutName::Main => Layout::Main,
            LayoutName::Mail => Layout::Mail,
        },
        zone: arguments.zone.clone(),
        start: arguments.start,
        crlf: arguments.crlf,
    };
    let known = match &arguments.known {
        Some(path) => read_known(path).map_err(|error| at(path, &error))?,
        None => default_known(),
    };
    // Options that make no sense are refused before the file is touched.
    let nothing = Options { bytes: 0, ..options.clone() };
    generate(&nothing, &known, &mut io::sink())?;
    let out = &arguments.out;
    let mut file = File::create(out).map_err(|error| at(out, &error))?;
    let truth = generate(&options, &known, &mut file).map_err(|error| at(out, &error))?;
    if let Some(path) = &arguments.truth {
        let mut text = serde_json::to_string_pretty(&truth)?;
        text.push('\n');
        std::fs::write(path, text).map_err(|error| at(path, &error))?;
    }
    Ok(())
}

fn read_known(path: &Path) -> io::Result<Vec<Known>> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// The same error with the file's name in front.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        other => return Err(format!("unit {other:?} is none of B, KiB, MiB and GiB")),
    };
    let number: u64 = number.parse().map_err(|_| "expected a number such as 64KiB".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "the size is too large".to_owned())
}
