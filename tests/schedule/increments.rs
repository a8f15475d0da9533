//! Increments add up to one scan of everything, wherever the log was cut when a run looked.

use std::fs;

use logmedic::diagnosis::Stamp;
use logmedic::schedule::State;
use logmedic::{Input, ScanOptions, scan, scan_increment};
use tempfile::TempDir;

use super::{CATALOGUE, NOW, event, numbers, options, problems, run};

#[test]
fn a_log_that_is_cut_anywhere_adds_up() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("x.log");
    let text: String = (1..=4).map(event).collect();
    let first = event(1).len();
    for cut in first..=text.len() {
        fs::write(&log, &text[..cut]).unwrap();
        let one = run(&log, &State::default());
        fs::write(&log, text.clone() + &event(5)).unwrap();
        let two = run(&log, &one.state);
        let mut counted = numbers(&one.scan.tally);
        counted.extend(numbers(&two.scan.tally));
        assert_eq!(counted, [1, 2, 3, 4], "cut at {cut}");
        assert!(problems(&one.scan.tally).is_empty() && problems(&two.scan.tally).is_empty(), "cut at {cut}");
    }
}

#[test]
fn the_last_event_of_a_live_log_waits_and_that_of_a_rotated_one_does_not() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("x.log");
    fs::write(&log, event(1) + &event(2)).unwrap();
    let one = run(&log, &State::default());
    assert_eq!(numbers(&one.scan.tally), [1]);
    let again = run(&log, &one.state);
    assert_eq!(numbers(&again.scan.tally), Vec::<usize>::new(), "nothing new");
    fs::rename(&log, folder.path().join("x.log.1")).unwrap();
    fs::write(&log, event(3)).unwrap();
    let two = run(&log, &again.state);
    assert_eq!(numbers(&two.scan.tally), [2]);
    assert!(problems(&two.scan.tally).is_empty());
}

/// Events, first and last time by signature.
type Sum = std::collections::BTreeMap<usize, (u64, Option<Stamp>, Option<Stamp>)>;

/// Counts, first and last times of each finding in ten increments, with a roll and a compression between, are those of
/// one scan.
#[test]
fn ten_increments_of_the_outage_are_one_scan() {
    let text = fs::read("sample-logs/mail-outage/atlassian-jira.log").unwrap();
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("atlassian-jira.log");
    let inputs = [Input::Path(folder.path().to_path_buf())];
    let mut state = State::default();
    let mut sum = Sum::new();
    let mut begin = 0;
    for i in 1..=10 {
        let end = text.len() * i / 10;
        if i == 5 || i == 8 {
            // Between two events, as log4j rolls.
            let last = text.len() * (i - 1) / 10;
            let at = last + text[last..end].windows(6).position(|bytes| bytes == b"\n2026-").unwrap() + 1;
            fs::write(&log, &text[begin..at]).unwrap();
            fs::rename(&log, folder.path().join(format!("atlassian-jira.log.{}", 9 - i))).unwrap();
            begin = at;
        }
        fs::write(&log, &text[begin..end]).unwrap();
        if i == 10 {
            fs::rename(&log, folder.path().join("atlassian-jira.log.0")).unwrap();
        }
        let run = scan_increment(&CATALOGUE, &inputs, &ScanOptions::default(), &state, NOW).unwrap();
        assert!(problems(&run.scan.tally).is_empty(), "{:?}", problems(&run.scan.tally));
        for (&rank, found) in &run.scan.tally.findings {
            let (events, first, last) = sum.entry(rank).or_default();
            *events += found.events;
            *first = first.iter().copied().chain(found.first).min();
            *last = last.iter().copied().chain(found.last).max();
        }
        state = run.state;
    }
    let whole = scan(&CATALOGUE, &inputs, &ScanOptions::default()).unwrap().tally;
    let whole: Sum =
        whole.findings.iter().map(|(&rank, found)| (rank, (found.events, found.first, found.last))).collect();
    assert!(!whole.is_empty());
    assert_eq!(sum, whole);
    let events: u64 = whole.values().map(|(events, ..)| events).sum();
    assert_eq!(state.findings.values().map(|memory| memory.events).sum::<u64>(), events);
}

#[test]
fn what_was_there_before_a_log_was_named_first_is_not_asked_for() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("x.log");
    fs::write(folder.path().join("x.log.1"), event(1) + &event(2)).unwrap();
    fs::write(&log, event(3) + &event(4)).unwrap();
    let one = run(&log, &State::default());
    assert_eq!(numbers(&one.scan.tally), [3]);
    fs::rename(folder.path().join("x.log.1"), folder.path().join("x.log.2")).unwrap();
    fs::rename(&log, folder.path().join("x.log.1")).unwrap();
    fs::write(&log, event(5) + &event(6)).unwrap();
    let two = run(&log, &one.state);
    assert_eq!(numbers(&two.scan.tally), [4, 5]);
}

#[test]
fn a_log_that_was_replaced_is_read_from_its_start_and_that_is_a_problem() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("x.log");
    fs::write(&log, event(11) + &event(12)).unwrap();
    let one = run(&log, &State::default());
    let time = fs::metadata(&log).unwrap().modified().unwrap();
    fs::remove_file(&log).unwrap();
    fs::write(&log, event(13) + &event(14)).unwrap();
    fs::File::options().append(true).open(&log).unwrap().set_modified(time).unwrap();
    let two = run(&log, &one.state);
    assert_eq!(numbers(&two.scan.tally), [13]);
    assert!(problems(&two.scan.tally)[0].starts_with("resume-lost"), "{:?}", problems(&two.scan.tally));
    let three = run(&log, &two.state);
    assert!(problems(&three.scan.tally).is_empty(), "said once: {:?}", problems(&three.scan.tally));
}

#[test]
fn a_log_without_headers_is_a_problem_and_stdin_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("x.log"), event(1)).unwrap();
    fs::write(folder.path().join("pasted.txt"), "AADSTS7000215\n").unwrap();
    let inputs = ["x.log", "pasted.txt"].map(|name| Input::Path(folder.path().join(name)));
    let run = scan_increment(&CATALOGUE, &inputs, &options(), &State::default(), NOW).unwrap();
    assert!(problems(&run.scan.tally)[0].contains("without --state"), "{:?}", problems(&run.scan.tally));
    let refused = scan_increment(&CATALOGUE, &[Input::Stdin], &options(), &State::default(), NOW);
    assert!(refused.unwrap_err().to_string().contains("standard input"));
}

#[test]
fn logs_that_are_gone_are_forgotten_after_thirty_days_and_not_before() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("x.log");
    fs::write(folder.path().join("y.log"), event(1)).unwrap();
    fs::write(&log, event(2) + &event(3)).unwrap();
    let input = [Input::Path(folder.path().to_path_buf())];
    let at =
        |state: &State, days: i64| scan_increment(&CATALOGUE, &input, &options(), state, NOW + days * 86_400).unwrap();
    let kept = folder.path().join("kept");
    let one = at(&State::default(), 0);
    fs::rename(&log, &kept).unwrap();
    let gone = at(&one.state, 1);
    assert!(problems(&gone.scan.tally)[0].starts_with("resume-lost"));
    let back = |state: &State, days| {
        fs::rename(&kept, &log).unwrap();
        let run = at(state, days);
        fs::rename(&log, &kept).unwrap();
        numbers(&run.scan.tally)
    };
    let later = at(&gone.state, 29);
    assert_eq!(back(&later.state, 29), Vec::<usize>::new(), "remembered");
    let much_later = at(&later.state, 31);
    assert_eq!(back(&much_later.state, 31), [2], "read anew");
    assert_eq!(
        back(&at(&gone.state, -3650).state, -3650),
        Vec::<usize>::new(),
        "a clock that was set back forgets nothing"
    );
}
