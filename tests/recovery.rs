//! What failed has recovered only where a line of success says so, of the same mail server, after the last failure.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::LazyLock;

use logmedic::diagnosis::{Diagnosis, Status};
use logmedic::matcher::Matcher;
use logmedic::schedule::State;
use logmedic::{Catalogue, Input, ScanOptions, scan_increment};
use tempfile::TempDir;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

const EXPIRED: &str = "aadsts7000222-client-secret-expired";

fn failed(minute: u32, server: &str) -> String {
    format!(
        "2026-01-13 02:{minute:02}:10,118+0000 ERROR [{server}] Caesium-1-3 ServiceRunner     Exception when \
         MailPullerWorker pulls emails: com.example.TokenException: AADSTS7000222: The provided client secret keys for app \
         '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' are expired.\n"
    )
}

fn polled(minute: u32, server: &str) -> String {
    format!("2026-01-13 02:{minute:02}:30,000+0000 INFO [{server}] Caesium-1-1 ServiceRunner     0 messages read\n")
}

fn other(minute: u32) -> String {
    format!("2026-01-13 02:{minute:02}:59,000+0000 INFO [Sales IMAP] Caesium-1-1 ServiceRunner     nothing to do\n")
}

fn diagnosed(log: &[String]) -> Diagnosis {
    let matcher = Matcher::new(&CATALOGUE, |_| true).unwrap();
    let tally = logmedic::scan_text(&matcher, "x.log", log.concat().as_bytes());
    Diagnosis::new(&CATALOGUE, tally, Vec::new())
}

/// How the finding stands, and the time at which it recovered.
fn standing(diagnosis: &Diagnosis, id: &str) -> (Status, Option<String>) {
    let finding = diagnosis.finding(id).unwrap_or_else(|| panic!("{id} was not found"));
    (finding.status, finding.recovery.recovered.map(|moment| moment.at.to_string()[11..19].to_owned()))
}

#[test]
fn a_poll_of_the_same_mail_server_after_the_last_failure_is_recovery() {
    let log = [polled(1, "A"), failed(5, "A"), failed(7, "A"), polled(9, "A"), polled(10, "A")];
    assert_eq!(standing(&diagnosed(&log), EXPIRED), (Status::Recovered, Some("02:09:30".to_owned())));
}

#[test]
fn nothing_else_is() {
    for (log, why) in [
        (vec![polled(1, "A"), failed(5, "A")], "the poll came before"),
        (vec![failed(5, "A"), polled(9, "B")], "another mail server"),
        (vec![failed(5, "A"), polled(6, "A"), failed(7, "A")], "it failed again"),
        (vec![failed(5, "A"), failed(6, "B"), polled(9, "A")], "one of two"),
        (vec![failed(5, "A"), other(9)], "the log goes on, but shows no success"),
        (vec![failed(5, "A"), polled(5, "A").replace("02:05:30,000", "02:05:10,118")], "in the same millisecond"),
    ] {
        assert_eq!(standing(&diagnosed(&log), EXPIRED), (Status::New, None), "{why}");
    }
    let quiet = [failed(5, "A"), other(6).replace("02:06", "04:06")];
    assert_eq!(standing(&diagnosed(&quiet), EXPIRED), (Status::Quiet, None));
}

#[test]
fn a_later_failure_that_names_no_mail_server_counts_too() {
    let bare = "2026-01-13 02:11:10,118+0000 Caesium-1-3 ERROR anonymous     [c.a.oauth2.client] AADSTS7000222: The provided \
                client secret keys for app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' are expired.\n";
    let mut log = vec![failed(5, "A"), polled(9, "A"), bare.to_owned()];
    assert_eq!(standing(&diagnosed(&log), EXPIRED), (Status::New, None));
    log.push(polled(12, "A"));
    assert_eq!(standing(&diagnosed(&log), EXPIRED), (Status::Recovered, Some("02:12:30".to_owned())));
}

#[test]
fn each_mail_server_has_its_own_time() {
    let log = [failed(5, "A"), failed(6, "B"), polled(8, "B"), polled(9, "A"), polled(10, "B")];
    let diagnosis = diagnosed(&log);
    assert_eq!(standing(&diagnosis, EXPIRED), (Status::Recovered, Some("02:09:30".to_owned())));
    let standings = &diagnosis.finding(EXPIRED).unwrap().recovery.standings;
    let told: Vec<(Option<&str>, String)> = standings
        .iter()
        .map(|standing| (standing.name.as_deref(), standing.recovered.unwrap().at.to_string()[11..19].to_owned()))
        .collect();
    assert_eq!(told, [(Some("A"), "02:09:30".to_owned()), (Some("B"), "02:08:30".to_owned())]);
}

#[test]
fn a_signature_with_lines_of_its_own_recovers_by_what_they_name() {
    let failed = |directory: u32| {
        format!(
            "2026-01-13 02:01:40,118+0000 Caesium-1-2 ERROR ServiceRunner     [c.a.crowd.directory.DbCachingDirectoryPoller] \
             Error occurred while refreshing the cache for directory [ {directory} ].\n"
        )
    };
    let done = |directory: u32| {
        format!(
            "2026-01-13 02:09:40,118+0000 Caesium-1-2 INFO ServiceRunner     [c.a.crowd.directory.DbCachingRemoteDirectory] \
             INCREMENTAL synchronisation complete for directory [ {directory} ] in [ 412ms ]\n"
        )
    };
    let id = "ldap-sync-failed";
    assert_eq!(standing(&diagnosed(&[failed(10100), done(10100)]), id).0, Status::Recovered);
    assert_eq!(standing(&diagnosed(&[failed(10100), done(10200)]), id).0, Status::New, "another directory");
    assert_eq!(standing(&diagnosed(&[failed(10100), failed(10200), done(10200)]), id).0, Status::New, "one of two");
}

#[test]
fn a_fault_of_one_host_is_not_mended_by_what_works_on_another() {
    let folder = TempDir::new().unwrap();
    let refused = "2026-01-13 02:05:10,118+0000 ERROR [A] Caesium-1-3 ServiceRunner     Cannot connect to outlook.office365.com:993: \
                   sun.security.validator.ValidatorException: PKIX path building failed: unable to find valid certification path \
                   to requested target\n";
    let of = |node: &str, log: String| {
        let path = folder.path().join(node);
        std::fs::write(&path, log).unwrap();
        Input::Node { name: node.to_owned(), path }
    };
    let mut inputs = vec![of("jira-1", polled(9, "A")), of("jira-2", refused.to_owned())];
    let status = |inputs: &[Input]| {
        let scan = logmedic::scan(&CATALOGUE, inputs, &ScanOptions::default()).unwrap();
        standing(&Diagnosis::new(&CATALOGUE, scan.tally, Vec::new()), "tls-pkix-path-building")
    };
    assert_eq!(status(&inputs), (Status::New, None));
    inputs[1] = of("jira-2", refused.to_owned() + &polled(12, "A"));
    assert_eq!(status(&inputs), (Status::Recovered, Some("02:12:30".to_owned())));
}

#[test]
fn runs_remember_what_has_not_recovered_yet() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("atlassian-jira-incoming-mail.log");
    let mut log = String::new();
    let mut state = State::default();
    let mut run = |more: &[String], state: &mut State| {
        // The last event stays open for the next run, so that the ones before it count in this one.
        log.push_str(&(more.concat() + &other(0)));
        std::fs::write(&path, &log).unwrap();
        let inputs = [Input::Path(path.clone())];
        let options = ScanOptions::default();
        let increment = scan_increment(&CATALOGUE, &inputs, &options, state, 1_768_300_000).unwrap();
        let past = state.past(&increment.scan.tally, |_| true);
        let diagnosis = Diagnosis::after(&CATALOGUE, increment.scan.tally, Vec::new(), &past);
        *state = increment.state;
        state.remember_standings(&diagnosis);
        assert!(diagnosis.ledger.is_complete());
        standing(&diagnosis, EXPIRED)
    };
    assert_eq!(run(&[failed(1, "A"), failed(2, "B")], &mut state), (Status::New, None));
    assert_eq!(run(&[failed(3, "A"), polled(4, "B")], &mut state), (Status::Ongoing, None));
    assert_eq!(run(&[other(5)], &mut state), (Status::Quiet, None), "A has not been polled");
    assert_eq!(run(&[polled(6, "A")], &mut state), (Status::Recovered, Some("02:06:30".to_owned())));
    assert_eq!(run(&[other(7)], &mut state), (Status::Recovered, Some("02:06:30".to_owned())));
    assert_eq!(run(&[failed(8, "A")], &mut state), (Status::Ongoing, None), "it came back");
    assert_eq!(run(&[failed(9, "A"), polled(10, "A"), polled(11, "B")], &mut state).0, Status::Recovered);
    let kept = serde_json::to_string(&state).unwrap();
    assert!(!kept.contains("\"A\"") && !kept.contains("TokenException"), "{kept}");
}
