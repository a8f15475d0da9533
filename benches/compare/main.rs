//! `logmedic` beside the tools that one would use instead, and beside the machine's own limit:
//!
//! ```text
//! cargo bench --bench compare -- [--size 2GiB] [--rounds 5] [--quick]
//! ```
//!
//! Writes seeded logs to `target/tmp/compare` (17 GiB, with `--quick` less than 2 GiB; they are kept for the next run), runs
//! all programs in turn over each, and prints the figures and the goals as Markdown. No time counts before exit codes
//! and counts were found right. On a machine that has other work `chrt -r 5` before the command keeps that out of the
//! figures. Exit code: 0 all goals met, 1 some missed or something counted wrong, 2 it could not run.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

mod contest;
mod data;
mod goals;
mod machine;
mod near_misses;
mod plan;
mod process;
mod proof;
mod read_limit;
mod signatures;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use data::{Data, GIB, MIB};
use goals::Goals;
use tools::Tools;

/// Compare logmedic with ripgrep, grep, lnav, unzip and the read limit.
#[derive(Debug, Parser)]
#[command(name = "compare")]
struct Arguments {
    /// Size of the large logs; the largest one is three times as long
    #[arg(long, default_value = "2GiB", value_parser = parse_size)]
    size: u64,
    /// How often each program runs over each log
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only what needs no log above 256 MiB
    #[arg(long)]
    quick: bool,
    /// Read FILE as fast as the machine can, with so many threads, and print its length
    #[arg(long, num_args = 2, value_names = ["FILE", "THREADS"], hide = true)]
    read_limit: Option<Vec<String>>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.read_limit {
        Some(limit) => read_limit::run(&limit[0], &limit[1]).map(|()| true),
        // `cargo test --benches` only wants to know that it starts.
        None if !arguments.bench => Ok(true),
        None => compare(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("compare: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs the whole comparison. `false` when a goal was missed.
fn compare(arguments: &Arguments) -> anyhow::Result<bool> {
    let data = Data::in_folder(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compare"))?;
    let tools = Tools::find(&data)?;
    println!("{}", machine::description(&tools));
    let mut goals = Goals::default();
    plan::small(&data, &tools, arguments.rounds, &mut goals)?;
    if !arguments.quick {
        plan::large(&data, &tools, arguments.size, arguments.rounds, &mut goals)?;
    }
    println!("{goals}");
    Ok(goals.all_met())
}

/// Reads `64KiB`, `256MiB`, `2GiB` or a number of bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let units = [("KiB", 1024), ("MiB", MIB), ("GiB", GIB)];
    let (number, unit) = units
        .iter()
        .find_map(|(name, unit)| text.strip_suffix(name).map(|number| (number, *unit)))
        .unwrap_or((text, 1));
    let size = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).filter(|&size| size > 0);
    size.ok_or_else(|| format!("{text:?} is no size; write for example 512MiB or 2GiB"))
}
