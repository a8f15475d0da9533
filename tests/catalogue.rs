//! The catalogue of known errors: the built-in one is proven whole, and users' own files are checked by the same code
//! before any log is read.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "catalogue/own_files.rs"]
mod own_files;

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use logmedic::catalogue::{PlacedFile, SCHEMA, lint};
use logmedic::{Catalogue, Diagnosis, Flaw, scan_text};
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

/// The program without what this user keeps in the configuration folder.
fn logmedic(configuration: &Path) -> Command {
    let mut command = cargo_bin_cmd!();
    command.env("XDG_CONFIG_HOME", configuration).env_remove("JIRA_HOME").env_remove("CLICOLOR_FORCE");
    command
}

fn listed(flaws: &[Flaw]) -> String {
    flaws.iter().map(ToString::to_string).map(|flaw| flaw + "\n").collect()
}

/// What one event is diagnosed as.
fn diagnosis_of(text: &str) -> Diagnosis {
    let catalogue = Catalogue::built_in();
    let matcher = logmedic::matcher::Matcher::new(&catalogue, |_| true).unwrap();
    Diagnosis::new(&catalogue, scan_text(&matcher, "pasted", text.as_bytes()), Vec::new())
}

#[test]
fn every_built_in_signature_is_well_formed_and_proven_by_its_examples() {
    let flaws = lint::check_built_in();
    assert!(flaws.is_empty(), "{}", listed(&flaws));
    let files = Catalogue::placed_files();
    let proof = logmedic::prove(&Catalogue::built_in(), &files).unwrap();
    assert!(proof.flaws.is_empty(), "{}", listed(&proof.flaws));
    assert!(proof.undeclared.is_empty(), "{}", listed(&proof.undeclared));
    assert!(proof.signatures >= 160, "{} signatures", proof.signatures);
    assert!(proof.codes.len() >= 90, "{} AADSTS codes", proof.codes.len());
    for block in files.iter().flat_map(|file| &file.signatures) {
        let signature = &block.value;
        let is_proven = !signature.examples.is_empty() && !signature.counter_examples.is_empty();
        // What no text shows has no text that must match.
        assert!(is_proven || signature.matching.silence, "{}", signature.id);
    }
}

#[test]
fn the_blocks_of_the_outlines_are_those_of_the_files() {
    let catalogue = Catalogue::built_in();
    let ids: BTreeSet<String> = catalogue.outlines().iter().map(|outline| outline.id.clone()).collect();
    let files = Catalogue::placed_files();
    let blocks: Vec<(&PlacedFile, _)> =
        files.iter().flat_map(|file| file.signatures.iter().map(move |block| (file, block))).collect();
    assert_eq!(ids.len(), blocks.len());
    for (file, block) in blocks {
        let rank = catalogue.rank_of(&block.value.id).unwrap();
        assert_eq!(catalogue.text(rank), &file.text[block.span.clone()], "{}", block.value.id);
        assert_eq!(catalogue.signature(rank).title, block.value.title);
    }
}

/// The four errors that the guide is asked about most, as people paste them.
#[test]
fn the_guides_own_errors_lead_to_its_own_steps() {
    let steps = |text: &str| -> (String, BTreeSet<String>) {
        let diagnosis = diagnosis_of(text);
        let cause = diagnosis.causes().next().unwrap_or_else(|| panic!("nothing was found in {text}"));
        let ids = cause.remedy.iter().filter(|step| step.in_guide).filter_map(|step| step.id.clone()).collect();
        (cause.signature.id.clone(), ids)
    };
    let mail = "2026-01-13 02:01:40,118+0000 ERROR [Support] Caesium-1-3 ServiceRunner     Exception when MailPullerWorker pulls emails: ";
    let web = "2026-01-13 09:12:03,014+0000 http-nio-8080-exec-25 ERROR jadmin 552x4821x2 1i8mi5a 192.0.2.10 /rest/oauth2-client/latest/config/flow/0b6f1c1e-8a55-4f0e-9a53-0c7be1f4d3aa [c.a.o.c.rest.resource.ClientConfigurationResource] Error occurred while authorizing an integration. The error message is: ";
    let pkix = "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target";
    for (text, signature, expected) in [
        (
            format!("{web}AADSTS7000215: Invalid client secret provided."),
            "aadsts7000215-invalid-client-secret",
            vec!["step-19", "known-secret-id", "known-aadsts7000215", "step-22", "step-24", "step-25"],
        ),
        (
            format!("{mail}Refresh Token Failed. Reported Reason: AADSTS7000215: Invalid client secret provided."),
            "aadsts7000215-invalid-client-secret",
            vec!["step-16", "step-17", "step-18", "step-19", "step-22", "step-24", "step-25"],
        ),
        (
            format!(
                r#"{mail}{{"error":{{"code":"ErrorItemNotFound","message":"The specified object was not found in the store.","innerError":{{"request-id":"0c9e6a74-d582-4f1b-97e3-b4a8d0c2f611"}}}}}}"#
            ),
            "graph-item-not-found",
            vec!["known-graph-mailbox", "note-graph-mailbox"],
        ),
        (
            format!("{mail}Default folder Inbox not found."),
            "graph-inbox-not-found",
            vec!["known-graph-mailbox", "note-graph-mailbox"],
        ),
        (format!("{mail}{pkix}\n\tat https://graph.microsoft.com/v1.0/me"), "tls-pkix-path-building", vec!["fail-ssl"]),
        (pkix.to_owned(), "tls-pkix-path-building", vec!["fail-ssl"]),
        (
            format!("2026-01-13 02:01:40,118+0000 Caesium-1-3 ERROR ServiceRunner     [c.a.j.some.Caller] {pkix}"),
            "tls-pkix-path-building",
            vec!["fail-ssl"],
        ),
    ] {
        let (found, steps) = steps(&text);
        assert_eq!(found, signature, "{text}");
        for step in expected {
            assert!(steps.contains(step), "{signature} does not lead to {step}, only to {steps:?}");
        }
    }
}

#[test]
fn the_commands_round_the_catalogue() {
    let home = TempDir::new().unwrap();
    let run = |arguments: &[&str]| logmedic(home.path()).args(arguments).assert();
    run(&["signatures", "check"]).code(0).stdout(contains(" signatures: no errors"));
    run(&["signatures", "test"])
        .code(0)
        .stdout(contains("distinct AADSTS codes: no errors").and(contains("also shows jira-refresh-token-failed")));
    run(&["signatures", "show", "tls-pkix-path-building"])
        .code(0)
        .stdout(predicates::str::starts_with("[[signature]]\nid = \"tls-pkix-path-building\""));
    run(&["signatures", "show", "no-such-thing"]).code(2).stdout("").stderr(contains("signatures list"));
    run(&["schema", "signature"]).code(0).stdout(SCHEMA);
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["$defs"]["Signature"]["properties"]["match"].is_object());
}

#[test]
fn a_pasted_event_is_explained() {
    let home = TempDir::new().unwrap();
    let explain = |event: &str| logmedic(home.path()).args(["explain", "-"]).write_stdin(event).assert();
    explain(
        "2026-01-13 02:01:40,118+0000 ERROR [Support IMAP] Caesium-1-3 ServiceRunner     Refresh Token Failed. Reported Reason: AADSTS7000215: Invalid client secret provided.",
    )
    .code(0)
    .stdout(
        contains("layout          jira-mail\n")
            .and(contains("time            2026-01-13T02:01:40.118+00:00\n"))
            .and(contains("mail server     Support IMAP\n"))
            .and(contains("thread          Caesium-1-3\n"))
            .and(contains("counts for      aadsts7000215-invalid-client-secret\n"))
            .and(contains("seen as         jira-refresh-token-failed\n")),
    );
    explain("AADSTS700021: a code that looks like another one").code(0).stdout(contains(
        "aadsts7000215-invalid-client-secret\n    whole code: the event says AADSTS700021, not AADSTS7000215\n",
    ));
    explain("2026-01-13 02:01:40,118+0000 Caesium-1-3 INFO ServiceRunner     [c.a.x.Y] Re: AADSTS7000215: help")
        .code(0)
        .stdout(contains("No signature claims this event.").and(contains("level: INFO is no evidence")));
    explain("2026-01-13 02:01:40,118+0000 http-nio-1 ERROR bob 1x2x3 - 192.0.2.1 /x [c.a.x.Y] https://jira.example.com/x: PKIX path building failed")
        .code(0)
        .stdout(contains("host: the event names jira.example.com; such events count for tls-other-host"));
    explain("default folder inbox was not found").code(0).stdout(contains("needs one of `Default folder `"));
    explain("2026-01-13 02:01:40,118+0000 main ERROR      [c.a.x.Y] client_secret=Sup3rS3cretValue \u{1b}[31m")
        .code(0)
        .stdout(contains("Sup3rS3cretValue").not().and(contains("\u{1b}").not()));
    explain("").code(2).stdout("").stderr(contains("nothing was read"));
}

#[test]
fn the_guide_is_checked_against_logs() {
    let home = TempDir::new().unwrap();
    let guide = |path: &str| logmedic(home.path()).args(["guide", "--check", path]).assert();
    guide("sample-logs/mail-outage").code(1).stdout(
        contains(" 1 CRITICAL Microsoft refused the client secret: it has expired")
            .and(contains("[!] 19 Entra     Copy the secret's Value now"))
            .and(contains("1 < Microsoft refused the client secret: it has expired"))
            .and(contains("[?]  5 Entra     Give the app a name that tells what it is for (check by hand)"))
            .and(contains("[ ]  7 Entra     Enter the Redirect URL")),
    );
    guide("sample-logs/clean.log").code(0).stdout(contains("Nothing known was found.").and(contains("[!] 1").not()));
    guide("sample-logs/no-such-file.log").code(2).stdout("");
}
