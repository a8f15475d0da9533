//! How following ends: by signals, by a reader that leaves, and what it does not go with.

use super::*;

#[test]
fn a_signal_brings_the_report_and_the_exit_code_of_the_scan() {
    for (text, signal, arguments, code, told) in [
        (refusal(1), "INT", &[][..], 1, "AADSTS7000215"),
        (refusal(1), "TERM", &["--fail-on", "never"], 0, "AADSTS7000215"),
        (info(1), "INT", &[], 0, "NO KNOWN ERROR"),
    ] {
        let mut follow = Following::start(arguments);
        follow.write(&text);
        thread::sleep(Duration::from_millis(700));
        follow.signal(signal);
        let (lines, _, exit) = follow.end();
        assert_eq!(exit, Some(code), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains(told)), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("Read: ")), "{lines:?}");
    }
}

#[test]
fn a_terminal_is_told_in_a_block_what_to_do_first() {
    let mut follow = Following::start(&[]);
    follow.write(&refusal(1));
    let block: Vec<String> = (0..8).map(|_| follow.line()).collect();
    assert_eq!(block[0], "");
    assert!(block[1].ends_with("Microsoft rejected the client secret  AADSTS7000215"), "{block:?}");
    assert_eq!(block[2].trim(), "since     2026-01-13 00:00:01Z");
    assert!(block[3].contains("FIX") && block[4].contains("   1 "), "{block:?}");
    let (lines, _, code) = follow.end();
    assert_eq!(code, Some(1));
    assert!(lines.iter().any(|line| line.contains("CHECK")), "the whole report comes at the end: {lines:?}");
}

#[test]
fn other_forms_are_written_at_the_end() {
    for format in ["json", "jira", "markdown", "html", "none"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        let mut follow = Following::start(&["-f", format, "-o", file.to_str().unwrap()]);
        follow.write(&refusal(1));
        follow.says_nothing_for(Duration::from_millis(700));
        let (lines, _, code) = follow.end();
        assert_eq!((code, lines.is_empty()), (Some(1), format == "none"), "{format}");
        let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(report["findings"][0]["events"], 1);
    }
}

#[test]
fn a_reader_that_leaves_ends_it_though_nothing_more_comes() {
    let mut child = Command::new(cargo_bin!())
        .args(["--follow", "-f", "ndjson"])
        .env("XDG_CONFIG_HOME", NO_RULES)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(refusal(1).as_bytes()).unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    drop(reader);
    let start = Instant::now();
    let code = loop {
        // Where the system does not tell that nobody reads any more, the next line does.
        if !cfg!(target_os = "linux") {
            let _ = stdin.write_all(refusal(2).as_bytes());
        }
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None if start.elapsed() > PATIENCE => panic!("it goes on"),
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let mut complaints = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert_eq!((code, complaints.as_str()), (Some(1), ""), "the code that the run would have had, in silence");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    // Nobody opens the other end of the pipe that it waits for.
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut follow = Following::start(&[pipe.to_str().unwrap()]);
    thread::sleep(Duration::from_millis(400));
    follow.signal("INT");
    thread::sleep(Duration::from_millis(200));
    assert_eq!(follow.child.try_wait().unwrap(), None);
    follow.signal("INT");
    assert_eq!(follow.child.wait().unwrap().code(), None, "ended by the signal");
}

#[test]
fn what_has_no_end_does_not_go_with_what_needs_one() {
    for arguments in [
        &["--state", "state", "x.log"][..],
        &["--range", "0:10", "x.log"],
        &["--until", "1h", "x.log"],
        &["--list", "x.log"],
        &["--mmap", "always", "x.log"],
    ] {
        let (lines, complaints, code) = Following::start(arguments).end();
        assert_eq!((lines.len(), code), (0, Some(2)), "{arguments:?}");
        assert!(complaints.contains("--follow"), "{complaints}");
    }
    let (_, complaints, code) = Following::start(&["-"]).end();
    assert_eq!(code, Some(2));
    assert!(complaints.contains("standard input is empty"), "{complaints}");
}

#[test]
fn only_what_is_in_the_window_is_told() {
    let mut follow = Following::start(&["-f", "ndjson", "--since", "2026-01-13T00:00:10Z"]);
    follow.write(&log(0..20));
    let (opened, _) = follow.change();
    assert_eq!(opened["events"], 2);
    let (lines, _, _) = follow.end();
    assert_eq!(events(&ledger(&lines)), 10);
}
