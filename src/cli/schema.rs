//! `logmedic schema`: what programs and editors check files against.

use anyhow::Result;
use clap::Subcommand;

use super::{CLEAN, print};

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum SchemaCommand {
    /// JSON Schema of a signature file, for editors.
    Signature,
}

pub(super) fn run(command: SchemaCommand) -> Result<u8> {
    match command {
        SchemaCommand::Signature => print(logmedic::catalogue::SCHEMA)?,
    }
    Ok(CLEAN)
}
