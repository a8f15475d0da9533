//! The outage of the sample logs as a schedule meets it: ten runs while the logs grow and rotate tell its story.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use logmedic::diagnosis::{Diagnosis, Status};
use logmedic::schedule::State;
use logmedic::{Catalogue, Input, ScanOptions, scan, scan_increment};
use tempfile::TempDir;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

const CAUSE: &str = "aadsts7000222-client-secret-expired";
const MAIL: &str = "atlassian-jira-incoming-mail.log";
const MAIN: &str = "atlassian-jira.log";
const ROTATED: &str = "atlassian-jira.log.1";

fn sample(name: &str) -> String {
    fs::read_to_string(Path::new("sample-logs/mail-outage").join(name)).unwrap()
}

/// The beginning of a log up to the first event at or after a time of day.
fn until<'t>(log: &'t str, time: &str) -> &'t str {
    let moment = format!("2026-01-13 {time}");
    let mut at = 0;
    for line in log.split_inclusive('\n') {
        if line.starts_with("2026-") && line[..moment.len()] >= moment[..] {
            break;
        }
        at += line.len();
    }
    &log[..at]
}

/// What a run after each of these times finds of the cause: how it stands, and how many events it counted.
fn story(mail: &str) -> Vec<(Option<Status>, u64)> {
    let (rotated, main) = (sample(ROTATED), sample(MAIN));
    let rotation = &main["2026-01-13 ".len()..][..5];
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut state = State::default();
    let mut told = Vec::new();
    for time in ["00:30", "01:00", "01:15", "01:40", "02:00", "02:20", "02:32", "02:50", "03:10", "03:30"] {
        write(MAIL, until(mail, time));
        if time < rotation {
            write(MAIN, until(&rotated, time));
        } else {
            write(ROTATED, &rotated);
            write(MAIN, until(&main, time));
        }
        let inputs = [Input::Path(folder.path().to_path_buf())];
        let run = scan_increment(&CATALOGUE, &inputs, &ScanOptions::default(), &state, 1_768_300_000).unwrap();
        let past = state.past(&run.scan.tally, |_| true);
        let diagnosis = Diagnosis::after(&CATALOGUE, run.scan.tally, Vec::new(), &past);
        assert!(diagnosis.ledger.is_complete(), "{time}: {:?}", diagnosis.ledger.problems().collect::<Vec<_>>());
        state = run.state;
        state.remember_standings(&diagnosis);
        let finding = diagnosis.finding(CAUSE);
        told.push((finding.map(|finding| finding.status), finding.map_or(0, |finding| finding.tally.events)));
    }
    told
}

fn events_in_one_scan() -> u64 {
    let inputs = [Input::Path("sample-logs/mail-outage".into())];
    let scan = scan(&CATALOGUE, &inputs, &ScanOptions::default()).unwrap();
    Diagnosis::new(&CATALOGUE, scan.tally, Vec::new()).finding(CAUSE).unwrap().tally.events
}

#[test]
fn the_outage_is_new_then_goes_on_then_has_recovered() {
    let told = story(&sample(MAIL));
    let statuses: Vec<Option<Status>> = told.iter().map(|(status, _)| *status).collect();
    let (new, ongoing, recovered) = (Some(Status::New), Some(Status::Ongoing), Some(Status::Recovered));
    assert_eq!(
        statuses,
        [None, None, new, ongoing, ongoing, ongoing, ongoing, recovered, recovered, recovered],
        "{told:?}"
    );
    assert_eq!(told.iter().map(|(_, events)| events).sum::<u64>(), events_in_one_scan());
}

#[test]
fn without_a_line_of_success_it_is_only_quiet() {
    let mail: String = sample(MAIL).split_inclusive('\n').filter(|line| !line.contains(" messages read")).collect();
    let told = story(&mail);
    let last = told.last().unwrap().0;
    assert_eq!(last, Some(Status::Quiet), "{told:?}");
    assert!(told.iter().all(|(status, _)| *status != Some(Status::Recovered)), "{told:?}");
}
