//! `logmedic signatures`: the catalogue of known errors, and the proof of users' own files.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use logmedic::catalogue::{PlacedFile, lint};
use logmedic::{Catalogue, Flaw, Proof};

use super::{CLEAN, FAILED, counted, print, rules};

#[derive(Debug, Subcommand)]
pub(super) enum SignaturesCommand {
    /// One line a signature: id, severity, role, title.
    List,
    /// A signature as it stands in its file.
    Show {
        /// The signature's id.
        id: String,
    },
    /// Check signature files: keys, anchors, patterns, references, remedies.
    Check(Files),
    /// Check signature files, and scan every example with the whole catalogue.
    Test(Files),
}

#[derive(Debug, Args)]
pub(super) struct Files {
    /// Signature files of your own [default: the built-in ones].
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(command: &SignaturesCommand) -> Result<u8> {
    match command {
        SignaturesCommand::List => list(),
        SignaturesCommand::Show { id } => show(id),
        SignaturesCommand::Check(files) => check(&files.files),
        SignaturesCommand::Test(files) => test(&files.files),
    }
}

fn list() -> Result<u8> {
    let catalogue = rules::catalogue(&[])?;
    let mut out = String::new();
    for rank in 0..catalogue.outlines().len() {
        let signature = catalogue.signature(rank);
        let kind = serde_json::to_value((signature.severity, signature.role))?;
        let experimental =
            if signature.confidence == logmedic::Confidence::Experimental { " (experimental)" } else { "" };
        let off = if catalogue.is_off(rank) { " (switched off)" } else { "" };
        let _ = writeln!(
            out,
            "{:<44} {:<8} {:<7} {}{experimental}{off}",
            signature.id,
            kind[0].as_str().unwrap_or_default(),
            kind[1].as_str().unwrap_or_default(),
            signature.title
        );
    }
    print(&out)?;
    Ok(CLEAN)
}

fn show(id: &str) -> Result<u8> {
    let catalogue = rules::catalogue(&[])?;
    let Some(rank) = catalogue.rank_of(id) else {
        bail!("there is no signature {id:?}; `logmedic signatures list` shows them all");
    };
    print(&format!("{}\n", catalogue.text(rank)))?;
    Ok(CLEAN)
}

fn check(paths: &[PathBuf]) -> Result<u8> {
    let files = read(paths);
    let flaws = lint_of(paths, &files);
    let signatures = files.iter().map(|file| file.signatures.len()).sum();
    print(&format!("{}{}: {}\n", listed(&flaws), counted(signatures, "signature"), verdict(&flaws)))?;
    Ok(exit_code(&flaws))
}

fn test(paths: &[PathBuf]) -> Result<u8> {
    let files = read(paths);
    let mut flaws = lint_of(paths, &files);
    if flaws.iter().any(|flaw| !flaw.is_remark) {
        // What cannot be loaded cannot be scanned with.
        print(&format!("{}{}; no example was scanned\n", listed(&flaws), verdict(&flaws)))?;
        return Ok(FAILED);
    }
    let catalogue = if paths.is_empty() { Catalogue::built_in() } else { Catalogue::with(&files)? };
    let proof = logmedic::prove(&catalogue, &files)?;
    flaws.extend(proof.flaws.iter().chain(&proof.undeclared).cloned());
    if !paths.is_empty() {
        flaws.extend(logmedic::taken_over(&catalogue, &files)?);
    }
    let counts = [
        counted(proof.signatures, "signature"),
        counted(proof.examples, "example"),
        counted(proof.counter_examples, "counter-example"),
        counted(proof.codes.len(), "distinct AADSTS code"),
    ];
    print(&format!("{}{}{}: {}\n", overlaps(&proof), listed(&flaws), counts.join(", "), verdict(&flaws)))?;
    Ok(exit_code(&flaws))
}

fn read(paths: &[PathBuf]) -> Vec<PlacedFile> {
    if paths.is_empty() { Catalogue::placed_files() } else { paths.iter().map(|path| PlacedFile::read(path)).collect() }
}

fn lint_of(paths: &[PathBuf], files: &[PlacedFile]) -> Vec<Flaw> {
    if paths.is_empty() { lint::check_built_in() } else { lint::check(files, &Catalogue::built_in()) }
}

/// Which other signatures each signature's examples show, and in how many of them.
fn overlaps(proof: &Proof) -> String {
    let mut out = String::new();
    for (id, others) in &proof.overlaps {
        let others: Vec<String> = others.iter().map(|(other, count)| format!("{other} ({count})")).collect();
        let _ = writeln!(out, "{id} also shows {}", others.join(", "));
    }
    out
}

fn listed(flaws: &[Flaw]) -> String {
    flaws.iter().map(ToString::to_string).map(|flaw| flaw + "\n").collect()
}

fn verdict(flaws: &[Flaw]) -> String {
    let remarks = flaws.iter().filter(|flaw| flaw.is_remark).count();
    let errors = flaws.len() - remarks;
    let errors = if errors == 0 { "no errors".to_owned() } else { counted(errors, "error") };
    if remarks == 0 { errors } else { format!("{errors}, {}", counted(remarks, "remark")) }
}

fn exit_code(flaws: &[Flaw]) -> u8 {
    if flaws.iter().all(|flaw| flaw.is_remark) { CLEAN } else { FAILED }
}
