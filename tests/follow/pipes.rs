//! Endless pipes: when events are told, and what belongs to them.

use super::*;

#[test]
fn an_event_is_told_when_nothing_more_comes_and_counts_once_when_more_does() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    follow.write(&info(1));
    follow.says_nothing_for(Duration::from_millis(500));
    follow.write(&refusal(2));
    let (opened, waited) = follow.change();
    assert!(waited < SOON, "{waited:?}");
    assert_eq!((&opened["type"], &opened["events"]), (&"opened".into(), &1.into()));
    assert_eq!(opened["signature"], "aadsts7000215-invalid-client-secret");
    assert_eq!(opened["samples"][0]["captures"]["trace_id"], "00000000-0000-0000-0000-000000000002");
    // Late lines belong to the event that was told.
    follow.write("\tat com.atlassian.jira.Late(Late.java:1)\n\tat com.atlassian.jira.Late(Late.java:2)\n");
    follow.says_nothing_for(Duration::from_millis(700));
    let (lines, complaints, code) = follow.end();
    assert_eq!((complaints.as_str(), code, lines.len()), ("", Some(1), 1), "{lines:?}");
    assert_eq!(events(&ledger(&lines)), 2);
}

#[test]
fn an_event_is_told_when_the_next_one_begins_though_the_log_never_rests() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    follow.write(&refusal(1));
    let start = Instant::now();
    let line = loop {
        follow.write(&info(2));
        if let Ok(line) = follow.lines.recv_timeout(Duration::from_millis(20)) {
            break line;
        }
        assert!(start.elapsed() < PATIENCE);
    };
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(line.starts_with(r#"{"type":"opened""#), "{line}");
}

#[test]
fn half_a_code_is_no_code() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    let event = refusal(1).replacen("\n ", " ", 1);
    let (half, rest) = event.split_at(event.find("AADSTS70002").unwrap() + "AADSTS70002".len());
    follow.write(half);
    follow.says_nothing_for(Duration::from_millis(700));
    follow.write(rest);
    assert_eq!(follow.change().0["signature"], "aadsts7000215-invalid-client-secret");
    assert_eq!(events(&ledger(&follow.end().0)), 1);
}

#[test]
fn a_line_that_shows_late_what_it_was_moves_the_event_and_counts_it_once() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    let head = format!(
        "{} Caesium-1-2 ERROR ServiceRunner     [c.a.j.internal.mail] javax.mail.AuthenticationFailedException: AUTHENTICATE failed.\n",
        stamp(1)
    );
    follow.write(&head);
    let (first, _) = follow.change();
    assert_eq!((&first["type"], &first["events"]), (&"opened".into(), &1.into()));
    follow.write("Caused by: AADSTS7000215: Invalid client secret provided.\n");
    let (second, _) = follow.change();
    assert_eq!((&second["type"], &second["events"]), (&"opened".into(), &1.into()));
    assert_ne!(first["signature"], second["signature"]);
    let (lines, _, code) = follow.end();
    assert_eq!((events(&ledger(&lines)), code), (1, Some(1)));
}

/// Lines of a log as `kubectl logs --prefix` writes them.
#[test]
fn a_mail_server_that_is_polled_again_is_told_as_recovery() {
    let line = |number: u64, level: &str, message: &str| {
        format!("{} {level} [Support IMAP] Caesium-1-3 ServiceRunner     {message}\n", stamp(number))
    };
    let failed = "Exception when MailPullerWorker pulls emails: com.example.TokenException: AADSTS7000222: The provided client \
                  secret keys for app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' are expired.";
    let mut follow = Following::start(&["-f", "ndjson"]);
    follow.write(&line(1, "ERROR", failed));
    assert_eq!(follow.change().0["type"], "opened");
    follow.write(&line(62, "INFO", "0 messages read"));
    let (recovered, waited) = follow.change();
    assert!(waited < SOON, "{waited:?}");
    assert_eq!((&recovered["type"], &recovered["status"]), (&"recovered".into(), &"recovered".into()));
    assert_eq!(recovered["recovered"], "2026-01-13T00:01:02.118+00:00");
    follow.write(&line(123, "ERROR", failed));
    assert_eq!(follow.change().0["type"], "opened", "it came back");
}

fn of_pod(pod: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("[pod/{pod}/jira] {line}\n")).collect();
    lines.concat()
}

#[test]
fn traces_of_pods_never_mix_and_a_pod_that_rests_is_told_of_beside_one_that_does_not() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    let event = refusal(1);
    let (head, reason) = event.split_at(event.find('\n').unwrap() + 1);
    follow.write(&of_pod("jira-0", &info(1)));
    follow.write(&of_pod("jira-1", head));
    let start = Instant::now();
    let mut line = None;
    for number in 2.. {
        follow.write(&of_pod("jira-0", &info(number)));
        if number == 5 {
            follow.write(&of_pod("jira-1", reason));
        }
        line = follow.lines.recv_timeout(Duration::from_millis(20)).ok();
        if line.is_some() || start.elapsed() > PATIENCE {
            break;
        }
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let opened: Value = serde_json::from_str(&line.unwrap()).unwrap();
    assert_eq!(opened["sources"][0]["source"], "stdin:jira-1/jira");
    assert_eq!(opened["sources"][0]["node"], "jira-1");
    assert!(opened["samples"][0]["text"].as_str().unwrap().contains("Failed.\n Reported Reason: AADSTS7000215"));
    let (lines, complaints, _) = follow.end();
    assert_eq!(ledger(&lines)["sources"].as_array().unwrap().len(), 2);
    assert!(complaints.contains("carrier: kubectl prefix, 2 pods"), "{complaints}");
}

#[test]
fn gzip_is_unpacked_as_it_comes() {
    use flate2::{Compression, write::GzEncoder};
    let mut follow = Following::start(&["-f", "ndjson"]);
    let mut packer = GzEncoder::new(follow.stdin.take().unwrap(), Compression::fast());
    packer.write_all(log(0..20).as_bytes()).unwrap();
    packer.flush().unwrap();
    assert_eq!(follow.change().0["events"], 4);
    drop(packer.finish().unwrap());
    assert_eq!(events(&ledger(&follow.end().0)), 20);
}

#[test]
fn memory_stays_flat() {
    let mut follow = Following::start(&["-f", "ndjson"]);
    let memory = |follow: &Following| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", follow.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).map(str::to_owned).unwrap_or_default();
        line.split_whitespace().nth(1).map_or(0, |number| number.parse::<u64>().unwrap())
    };
    let hour = |hour: u64| log(hour * 3600..(hour + 1) * 3600);
    (0..4).for_each(|number| follow.write(&hour(number)));
    thread::sleep(Duration::from_millis(600));
    let before = memory(&follow);
    (4..40).for_each(|number| follow.write(&hour(number)));
    thread::sleep(Duration::from_millis(600));
    let after = memory(&follow);
    assert!(after < before + 4096, "{before} KiB, then {after} KiB");
    assert_eq!(events(&ledger(&follow.end().0)), 40 * 3600);
}
