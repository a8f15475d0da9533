//! Each form on lines of its own, and what must not be taken for one.

use super::*;

const LOG: &str = "2026-01-13 02:01:40,118+0000 main ERROR      [c.a.b.C] x";

fn begins_event(line: &[u8]) -> bool {
    line.starts_with(b"2026-01-13 ")
}

fn sniff(text: &str) -> Option<Carrier> {
    Carrier::sniff(text.as_bytes(), begins_event)
}

/// Sniffs a carrier from `prefix` before an event, and takes it off `line`: the name, its host, the text.
fn take_off(prefix: &str, line: &str) -> Option<(String, String, String)> {
    let mut carrier = sniff(&format!("{prefix}{LOG}\n")).expect("a carrier");
    let mut label = Label::default();
    let text = String::from_utf8_lossy(&carrier.take_off(line.as_bytes(), &mut label)?.text).into_owned();
    let name = String::from_utf8_lossy(&label.name).into_owned();
    let node = label.node.map_or("", |node| &name[node]).to_owned();
    Some((name, node, text))
}

#[test]
fn each_prefix_is_taken_off_and_names_whom_a_line_belongs_to() {
    const TIME: &str = "2024-01-09T05:42:00.123456789Z";
    for (prefix, name, node, words) in [
        ("[pod/jira-0/jira] ", "jira-0/jira", "jira-0", "kubectl prefix"),
        (&format!("{TIME} "), "", "", "time"),
        (&format!("[pod/jira-0/jira] {TIME} "), "jira-0/jira", "jira-0", "kubectl prefix and time"),
        (&format!("{TIME} stdout F "), "", "", "container runtime (CRI)"),
        (&format!("{TIME} stderr F "), "stderr", "", "container runtime (CRI)"),
        ("2024-01-09T05:42:00.123456789+01:00 stdout F:x ", "", "", "container runtime (CRI)"),
        ("jira-1  | ", "jira-1", "jira-1", "compose prefix"),
        ("jira           | ", "jira", "jira", "compose prefix"),
        ("\x1B[36mjira-1  | \x1B[0m", "jira-1", "jira-1", "compose prefix"),
        ("\x1B[36;1mjira-1  |\x1B[0m ", "jira-1", "jira-1", "compose prefix"),
        (&format!("jira-1  | {TIME} "), "jira-1", "jira-1", "compose prefix and time"),
        ("Jan 09 05:42:00 host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("Jan  9 05:42:00 host-a start-jira.sh: ", "host-a/start-jira.sh", "host-a", "syslog or journal prefix"),
        ("Jan 09 05:42:00.123456 host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("2024-01-09T05:42:00+0000 host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("2024-01-09T05:42:00.123456+01:00 host-a jira[1]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("Tue 2024-01-09 05:42:00 CET host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("1704778920.123456 host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("[  123.456789] host-a jira[123]: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("Jan 09 05:42:00 jira[123]: ", "jira", "", "syslog or journal prefix"),
        ("<14>Jan 09 05:42:00 host-a jira: ", "host-a/jira", "host-a", "syslog or journal prefix"),
        ("<14>1 2024-01-09T05:42:00.1Z host-a jira 12 - - ", "host-a/jira", "host-a", "syslog or journal prefix"),
        (
            "<14>1 2024-01-09T05:42:00Z host-a jira 12 ID7 [a@1 b=\"\\]\"][c d=\"]\"] \u{FEFF}",
            "host-a/jira",
            "host-a",
            "syslog or journal prefix",
        ),
        ("[INFO] [talledLocalContainer] ", "talledLocalContainer", "", "Maven prefix"),
        ("120:", "", "", "line numbers"),
        ("   120\t", "", "", "line numbers"),
        ("7:[pod/jira-0/jira] ", "jira-0/jira", "jira-0", "line numbers and kubectl prefix"),
        ("> ", "", "", "indent or quote marks"),
        ("    ", "", "", "indent or quote marks"),
        ("-", "", "", "indent or quote marks"),
        ("logs/atlassian-jira.log:", "logs/atlassian-jira.log", "", "file names of grep"),
        ("atlassian-jira.log:120:", "atlassian-jira.log", "", "file names of grep"),
        ("C:\\Program Files\\jira\\a.log:", "C:\\Program Files\\jira\\a.log", "", "file names of grep"),
        (&format!("x.log:{TIME} stdout F "), "x.log", "", "file names of grep and container runtime (CRI)"),
    ] {
        for text in [LOG, "\tat com.example.A.b(A.java:1)", "", "\r", "Caused by: x | y: [z] "] {
            let line = format!("{prefix}{text}");
            let expected = (name.to_owned(), node.to_owned(), text.to_owned());
            assert_eq!(take_off(prefix, &line), Some(expected), "{line:?}");
        }
        assert_eq!(sniff(&format!("{prefix}{LOG}\n")).expect("a carrier").words(), words);
        assert_eq!(take_off(prefix, "com.example.E: without a prefix"), None, "{prefix:?}");
    }
}

#[test]
fn a_prefix_that_lost_its_last_space_is_one_of_an_empty_line() {
    for prefix in
        ["[pod/jira-0/jira] ", "2024-01-09T05:42:00.1Z ", "jira-1  | ", "[INFO] [c] ", "Jan 09 05:42:00 h j[1]: "]
    {
        assert_eq!(take_off(prefix, prefix.trim_end()).map(|(.., text)| text).as_deref(), Some(""), "{prefix:?}");
    }
}

#[test]
fn grep_marks_lines_of_context_with_dashes() {
    let head = format!("a-1.log:7:{LOG}\na-1.log.1:7:{LOG}\n");
    let mut carrier = sniff(&head).expect("a carrier");
    let mut label = Label::default();
    for (line, name, text) in [
        ("a-1.log-8-\tat com.example.A.b(A.java:1)", "a-1.log", "\tat com.example.A.b(A.java:1)"),
        ("a-1.log.1-9-Caused by: x", "a-1.log.1", "Caused by: x"),
        ("a-1.log.1-10-", "a-1.log.1", ""),
        ("b.log:8:2026-01-13 x", "b.log", "2026-01-13 x"),
        ("b.log-9-12-13", "b.log", "12-13"),
    ] {
        let carried = carrier.take_off(line.as_bytes(), &mut label).expect(line);
        assert_eq!((&*label.name, &*carried.text), (name.as_bytes(), text.as_bytes()), "{line}");
    }
    assert_eq!(carrier.take_off(b"unknown.log-9-x", &mut label), None);
    assert!(carrier.is_remark(b"--") && !carrier.is_remark(b"-- x"));
    let mut numbered = sniff(&format!("7:{LOG}\n8-\tat x\n--\n")).expect("a carrier");
    assert_eq!(&*numbered.take_off(b"8-12-13", &mut label).expect("context").text, b"12-13");
    assert_eq!(numbered.take_off(b"2026-01-13 x", &mut label), None, "a date is no number");
    assert!(numbered.is_remark(b"--"));
}

#[test]
fn what_quotes_a_log_stands_before_most_of_its_lines() {
    let mut carrier = sniff(&format!("> {LOG}\n> \tat x\n>\n> Caused by: y\n")).expect("a carrier");
    let mut label = Label::default();
    for (line, text) in [("> \tat x", "\tat x"), (">", ""), (">  z", " z")] {
        assert_eq!(&*carrier.take_off(line.as_bytes(), &mut label).expect(line).text, text.as_bytes());
    }
    assert_eq!(carrier.take_off(b">> x", &mut label), None);
    // A log that was cut in the middle of a message with a forged header in it.
    assert!(sniff(&format!("    a\n    {LOG}\n{LOG}\n{LOG}\n")).is_none());
    assert!(sniff(&format!("    {LOG}\nb\n")).is_none());
}

#[test]
fn records_hold_a_line_or_a_part_of_one() {
    let mut docker =
        sniff(&format!("{{\"log\":\"{LOG}\\n\",\"stream\":\"stdout\",\"time\":\"2024\"}}\n")).expect("Docker");
    let mut label = Label::default();
    for (record, name, text, ends_line) in [
        (r#"{"log":"a\tb\n","stream":"stdout","time":"2024"}"#, "", "a\tb", true),
        (r#"{"log":"\u00fc\r\n","stream":"stderr","attrs":{"tag":"x"},"time":"2024"}"#, "stderr", "\u{FC}\r", true),
        (r#"{"time":"2024","log":"part","stream":"stdout"}"#, "", "part", false),
        (r#"{"log":"\n","stream":"stdout","time":"2024"}"#, "", "", true),
    ] {
        let carried = docker.take_off(record.as_bytes(), &mut label).expect(record);
        assert_eq!((&*label.name, &*carried.text, carried.ends_line), (name.as_bytes(), text.as_bytes(), ends_line));
    }
    for odd in ["{}", "{\"log\":\"cut", "", "text", "{\"log\":\"x\"}", "[1]"] {
        assert_eq!(docker.take_off(odd.as_bytes(), &mut label), None, "{odd}");
    }
    let record = |message: &str| {
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"1\",\"_HOSTNAME\":\"host-a\",\"SYSLOG_IDENTIFIER\":\"jira\",\"MESSAGE\":{message}}}"
        )
    };
    let mut journal = sniff(&record(&format!("\"{LOG}\""))).expect("the journal");
    for (message, text) in [("\"a\\nb\"", &b"a\nb"[..]), ("[255,97]", b"\xFFa"), ("null", b"")] {
        let record = record(message);
        let carried = journal.take_off(record.as_bytes(), &mut label).expect(message);
        assert_eq!((&*label.name, &*carried.text, carried.ends_line), (&b"host-a/jira"[..], text, true));
    }
}

#[test]
fn times_inside_a_line_that_came_in_parts_are_taken_out() {
    let time = "2024-01-09T05:42:00.123456789Z ";
    let mut carrier = sniff(&format!("{time}{LOG}\n")).expect("a carrier");
    let mut text =
        LOG.to_owned() + &"x".repeat(16 * 1024 - LOG.len() - 10) + "AADSTS7000215" + &"y".repeat(20_000) + "end";
    let mut line = String::from(time);
    for (i, part) in text.as_bytes().chunks(16 * 1024).enumerate() {
        line += if i > 0 { time } else { "" };
        line += std::str::from_utf8(part).expect("ASCII");
    }
    let mut label = Label::default();
    assert_eq!(&*carrier.take_off(line.as_bytes(), &mut label).expect("carried").text, text.as_bytes());
    // A time that a log line itself mentions stays.
    text.insert_str(300, time);
    let line = format!("{time}{text}");
    assert_eq!(&*carrier.take_off(line.as_bytes(), &mut label).expect("carried").text, text.as_bytes());
}

#[test]
fn a_log_that_stands_on_its_own_has_no_carrier() {
    let pods = format!("[pod/jira-0/jira] {LOG}\n").repeat(50);
    for text in [
        "",
        "\n\n",
        "hello",
        &format!("{LOG}\n"),
        // A log that quotes a carried one.
        &format!("{LOG}\n{pods}"),
        &format!("tail of a lost event\n{LOG}\n{pods}"),
        // Prefixes before text that is no log.
        &"jira-1  | hello\n".repeat(50),
        &"2024-01-09T05:42:00.123456789Z hello\n".repeat(50),
        &"[13:46:37] [Oauth microsoft/INFO]: [java.lang.Throwable:printStackTrace:634]: \tat a.b.C\n".repeat(9),
        // Only few lines have the prefix.
        &format!("a table\nof text\nwith a quote\n{}", &pods[..pods.len() / 50]),
        "{\"log\":\"x\"}",
        &format!("Caused by: x\n\tat y\n\tat z\nCaused by: {LOG}\n"),
    ] {
        assert!(sniff(text).is_none(), "{text}");
    }
}

#[test]
fn a_carrier_is_recognised_behind_its_own_remarks_and_a_byte_order_mark() {
    let lines = "Attaching to jira-1, db-1\ndb-1    | ready\n";
    let carrier = sniff(&format!("\u{FEFF}{lines}jira-1  | {LOG}\njira-1  | \n")).expect("a carrier");
    assert_eq!((carrier.words().as_str(), carrier.noun()), ("compose prefix", "container"));
    assert!(carrier.is_remark(b"Attaching to jira-1, db-1\r"));
}
