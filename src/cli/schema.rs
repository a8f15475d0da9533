//! `logmedic schema`: what programs and editors check files against.

use anyhow::Result;
use clap::Subcommand;

use super::{CLEAN, print};

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum SchemaCommand {
    /// JSON Schema of a signature file, for editors.
    Signature,
    /// JSON Schema of a JSON report, for programs.
    Report,
}

pub(super) fn run(command: SchemaCommand) -> Result<u8> {
    match command {
        SchemaCommand::Signature => print(logmedic::catalogue::SCHEMA)?,
        SchemaCommand::Report => print(logmedic::REPORT_SCHEMA)?,
    };
    Ok(CLEAN)
}
