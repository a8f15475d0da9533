//! The command line tool: starts, and returns the exit code. Everything else is in `cli` and in the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run())
}
