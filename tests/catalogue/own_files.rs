//! Users' own signature files, as `--signatures` and the folder `rules.d` take them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use super::logmedic;

const SAMPLE: &str = "sample-logs/aadsts7000215-invalid-client-secret.log";

/// A file without a flaw; tests break one thing of it at a time.
const GOOD: &str = r#"# Our own bridge.

[[signature]]
id = "mail-bridge-queue-full"
title = "The mail bridge refused a message"
severity = "error"
role = "root"
category = "jira"
confidence = "confirmed"
match = { any = ["SampleBridge refused the message"], none = ["dry run"] }
meaning = "The bridge between Jira and the archive took no message, because its queue was full."
causes = ["The archive is slow"]
remedy = [
  { text = "Empty the queue.", side = "host", needs = "administrator of the Jira hosts" },
]
verify = "The next message passes."
references = []
examples = [
  '''2026-01-13 02:01:40,118+0000 Caesium-1-3 ERROR ServiceRunner     [com.example.bridge.SampleBridge] SampleBridge refused the message: queue full''',
]
counter_examples = [
  '''2026-01-13 02:01:40,118+0000 Caesium-1-3 ERROR ServiceRunner     [com.example.bridge.SampleBridge] SampleBridge refused the message (dry run)''',
]
"#;

/// A log that the good file finds something in.
const LOG: &str = "2026-01-13 02:01:40,118+0000 Caesium-1-3 ERROR ServiceRunner     [com.example.bridge.SampleBridge] SampleBridge refused the message: queue full\n";

/// A folder for one test: its files, and an empty configuration folder.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn configuration(&self) -> PathBuf {
        self.0.path().join("configuration")
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    fn run(&self, arguments: &[&str], files: &[&Path]) -> assert_cmd::assert::Assert {
        let mut command = logmedic(&self.configuration());
        for file in files {
            command.arg("--signatures").arg(file);
        }
        command.args(arguments).assert()
    }

    fn report(&self, log: &str, files: &[&Path]) -> Value {
        let output = self.run(&["-f", "json", log], files).get_output().clone();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

fn found(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| (text(&finding["signature"]), text(&finding["severity"]))).collect()
}

/// The line, from 1, on which a text stands.
fn line_of(text: &str, part: &str) -> usize {
    let at = text.find(part).unwrap_or_else(|| panic!("{part:?} is not in the file"));
    text[..at].matches('\n').count() + 1
}

#[test]
fn a_file_is_named_or_lies_in_the_folder_for_it() {
    let desk = Desk::new();
    let (good, log) = (desk.file("good.toml", GOOD), desk.file("a.log", LOG));
    let log = log.to_str().unwrap();
    let expected = [("mail-bridge-queue-full".to_owned(), "error".to_owned())];
    let plain = desk.report(log, &[]);
    assert!(found(&plain).is_empty());
    let named = desk.report(log, &[&good]);
    assert_eq!(found(&named), expected);
    assert_ne!(
        plain["tool"]["signatures_digest"], named["tool"]["signatures_digest"],
        "another catalogue, another digest"
    );

    let copy = desk.file("configuration/logmedic/rules.d/bridge.toml", GOOD);
    desk.file("configuration/logmedic/rules.d/notes.txt", "no signatures");
    let from_folder = desk.report(log, &[]);
    assert_eq!(found(&from_folder), expected);
    assert_eq!(from_folder["tool"]["signatures_digest"], named["tool"]["signatures_digest"]);
    assert_eq!(found(&desk.report(log, &[&copy])), expected, "named as well, it counts once");
    desk.run(&["explain", "mail-bridge-queue-full"], &[]).code(0).stdout(contains("Empty the queue"));
    desk.run(&["signatures", "show", "mail-bridge-queue-full"], &[])
        .code(0)
        .stdout(GOOD.replace("# Our own bridge.\n\n", ""));

    // A relative XDG folder counts as none; then the one below the home folder holds.
    let mut command = assert_cmd::cargo::cargo_bin_cmd!();
    command.env("XDG_CONFIG_HOME", "configuration").env("HOME", desk.0.path()).current_dir(desk.0.path());
    command.args(["--format", "none", "a.log"]).assert().code(0).stderr("");
    desk.file(".config/logmedic/rules.d/bridge.toml", GOOD);
    command.assert().code(1).stderr("");
}

#[test]
fn a_good_file_passes_its_checks() {
    let desk = Desk::new();
    let good = desk.file("good.toml", GOOD);
    let good = good.to_str().unwrap();
    desk.run(&["signatures", "check", good], &[]).code(0).stdout("1 signature: no errors\n");
    desk.run(&["signatures", "test", good], &[]).code(0).stdout(contains("1 signature, 1 example, 1 counter-example,"));
    let short = desk.file(
        "short.toml",
        GOOD.replace("\"SampleBridge refused the message\"", "\"queue f\", \"SampleBridge refused the message\""),
    );
    desk.run(&["signatures", "check", short.to_str().unwrap()], &[])
        .code(0)
        .stdout(contains("remark: anchor \"queue f\" has fewer than 9 bytes").and(contains("no errors, 1 remark")));
}

#[test]
fn overrides_change_severity_or_switch_off() {
    let desk = Desk::new();
    let id = "aadsts7000215-invalid-client-secret";
    let milder = desk.file("milder.toml", format!("[[override]]\nid = \"{id}\"\nseverity = \"info\"\n"));
    let report = desk.report(SAMPLE, &[&milder]);
    assert!(found(&report).contains(&(id.to_owned(), "info".to_owned())), "{:?}", found(&report));
    assert_ne!(desk.report(SAMPLE, &[])["tool"]["signatures_digest"], report["tool"]["signatures_digest"]);
    desk.run(&["--format", "none", SAMPLE], &[&milder]).code(0);

    let off = desk.file("off.toml", format!("[[override]]\nid = \"{id}\"\nenabled = false\n"));
    let left = found(&desk.report(SAMPLE, &[&off]));
    assert!(left.iter().all(|(signature, _)| signature != id && signature != "entra-unknown-code"), "{left:?}");
    desk.file("configuration/logmedic/rules.d/off.toml", fs::read(&off).unwrap());
    desk.run(&["signatures", "list"], &[])
        .code(0)
        .stdout(contains("Microsoft rejected the client secret (switched off)"));
    fs::remove_dir_all(desk.configuration()).unwrap();
    let other_host = desk.file("host.toml", "[[override]]\nid = \"tls-other-host\"\nenabled = false\n");
    let log = desk.file("tls.log", "2026-01-13 02:01:40,118+0000 main ERROR      [c.a.x.Y] https://jira.example.com/x: PKIX path building failed\n");
    assert_eq!(found(&desk.report(log.to_str().unwrap(), &[])).len(), 1);
    assert!(found(&desk.report(log.to_str().unwrap(), &[&other_host])).is_empty());
    desk.run(&["--format", "none", SAMPLE], &[&milder, &off])
        .code(2)
        .stderr(contains("off.toml:2: ").and(contains("is overridden in")).and(contains("milder.toml:1")));
}

/// Breaks the good file in one place and gives the line and the message that are expected.
struct Broken {
    replace: &'static str,
    by: &'static str,
    /// A text on the line that the message names.
    at: &'static str,
    says: &'static str,
}

const fn broken(replace: &'static str, by: &'static str, at: &'static str, says: &'static str) -> Broken {
    Broken { replace, by, at, says }
}

const ANY: &str = "match = { any = [\"SampleBridge refused the message\"], none = [\"dry run\"] }";
const REMEDY: &str = "  { text = \"Empty the queue.\", side = \"host\", needs = \"administrator of the Jira hosts\" },";
const ID: &str = "id = \"mail-bridge-queue-full\"";
const REFERENCES: &str = "references = []";

const BROKEN: &[Broken] = &[
    broken("title =", "colour = \"red\"\ntitle =", "colour", "unknown field `colour`"),
    broken("none = [", "nothing = [", "match =", "unknown field `nothing`"),
    broken("verify =", "# verify =", "[[signature]]", "missing field `verify`"),
    broken("severity = \"error\"", "severity = \"fatal\"", "severity", "unknown variant `fatal`"),
    broken("causes = [", "causes = ", "causes", "is no valid TOML"),
    broken("[[signature]]", "[signature]", "[signature]", "two brackets"),
    broken("[[signature]]", "[[signatures]]", "[[signatures]]", "unknown key `signatures`"),
    broken(ID, "id = \"Mail Bridge\"", "id =", "lower-case letters"),
    broken(ID, "id = \"tls-pkix-path-building\"", "id =", "[[override]]"),
    broken(
        "The mail bridge refused a message",
        "A title with far more letters than one line of any report can ever show",
        "title",
        "60 at most",
    ),
    broken("The mail bridge refused", "The mail \\u001b[31mbridge refused", "title", "control character U+001B"),
    broken(ANY, "match = { none = [\"dry run\"] }", "match", "no literal anchor"),
    broken(ANY, "match = { regex = \"SampleBridge .*\" }", "match", "a regex only verifies"),
    broken("none = [", "codes = [\"AADSTS12\"], none = [", "match", "is no AADSTS code"),
    broken("any = [", "any = [\"abc\", ", "match", "fewer than 4 bytes"),
    broken("none = [\"dry run\"]", "none = [\"\"]", "match", "a literal of `none`"),
    broken("none = [", "level = [\"error\"], none = [", "match", "there is no level \"error\""),
    broken("none = [", "regex = \"(queue\", none = [", "match", "the regex is invalid: unclosed group"),
    broken("none = [", "regex = \"(a{200}){200}\", none = [", "match", "the regex is too large"),
    broken("none = [", "regex = \"(queue)*\", none = [", "match", "can match the empty string"),
    broken("none = [", "regex = \"\\\\b\", none = [", "match", "can match the empty string"),
    broken(REMEDY, "  { step = \"step-99\" },", "step-99", "the guide has no item \"step-99\""),
    broken(REMEDY, "  { step = \"step-19\" },\n  { step = \"step-16\" },", "step-16", "comes before it in the guide"),
    broken(REMEDY, "  { step = \"step-22\" },\n  { step = \"step-25\" },", "step-22", "not followed by step-24"),
    broken(REMEDY, "  { text = \"Empty the queue.\" },", "Empty", "who is needed"),
    broken(REMEDY, "  { side = \"jira\" },", "side = \"jira\"", "neither `step` nor `text`"),
    broken("{ text = \"Empty", "{ alternative = true, text = \"Or empty", "Or empty", "begin its text without \"Or\""),
    broken(REFERENCES, "references = []\nleads_to = [\"no-such-thing\"]", "leads_to", "which does not exist"),
    broken(REFERENCES, "references = []\nelsewhere = \"no-such-thing\"", "elsewhere", "which does not exist"),
    broken(
        REFERENCES,
        "references = []\nlook_alikes = [{ id = \"nothing\", tell = \"x\" }]",
        "look_alikes",
        "which does not exist",
    ),
    broken(REFERENCES, "references = [\"www.example.com\"]", "references", "begin it with https://"),
    broken(
        "SampleBridge refused the message: queue",
        "SampleBridge took the message: queue",
        "took the message",
        "example 1 does not match",
    ),
    broken("(dry run)", "(again)", "(again)", "counter-example 1 matches"),
    broken(
        "ServiceRunner     [com.example.bridge.SampleBridge] SampleBridge refused the message: queue full",
        "ServiceRunner     [c.a.x.Y] SampleBridge refused the message: AADSTS7000215: no",
        "AADSTS7000215",
        "counts for aadsts7000215-invalid-client-secret",
    ),
    broken(
        "# Our own bridge.",
        "[[override]]\nid = \"no-such-thing\"\nenabled = false\n",
        "no-such-thing",
        "no signature of this id",
    ),
    broken(
        "# Our own bridge.",
        "[[override]]\nid = \"mail-bridge-queue-full\"\nenabled = false\n",
        "mail-bridge",
        "only built-in signatures",
    ),
    broken("# Our own bridge.", "[[override]]\nid = \"tls-other-host\"\n", "tls-other-host", "changes nothing"),
    broken(
        "# Our own bridge.",
        "[[override]]\nid = \"tls-other-host\"\nlevel = \"info\"\n",
        "level",
        "unknown field `level`",
    ),
];

#[test]
fn a_broken_file_stops_before_any_log_is_read() {
    let desk = Desk::new();
    for Broken { replace, by, at, says } in BROKEN {
        let text = GOOD.replacen(replace, by, 1);
        assert_ne!(text, GOOD, "{replace:?} is not in the good file");
        let file = desk.file("broken.toml", &text);
        let place = format!("{}:{}:", file.display(), line_of(&text, at));
        // A log that does not exist would be complained about, were it looked at.
        desk.run(&["no-such.log"], &[&file])
            .code(2)
            .stdout("")
            .stderr(contains(place.as_str()).and(contains(*says)).and(contains("no-such.log").not()));
    }
    let twice = desk.file("twice.toml", GOOD.to_owned() + &GOOD.replace("# Our own bridge.", ""));
    let line = line_of(GOOD, ID) + GOOD.matches('\n').count();
    desk.run(&[SAMPLE], &[&twice])
        .code(2)
        .stdout("")
        .stderr(contains(format!("twice.toml:{line}: mail-bridge-queue-full: this id stands in ")));
    let (good, again) = (desk.file("good.toml", GOOD), desk.file("again.toml", GOOD));
    desk.run(&[SAMPLE], &[&good, &again])
        .code(2)
        .stdout("")
        .stderr(contains("again.toml:4:").and(contains("good.toml:4 too")));
    desk.file("configuration/logmedic/rules.d/broken.toml", "[[signature]]\n");
    desk.run(&[SAMPLE], &[]).code(2).stdout("").stderr(contains("rules.d").and(contains("broken.toml:1:")));
}

#[test]
fn a_hostile_file_stops_before_any_log_is_read() {
    let desk = Desk::new();
    let refused = |name: &str, contents: &[u8], says: &str| {
        let file = desk.file(name, contents);
        desk.run(&["no-such.log"], &[&file])
            .code(2)
            .stdout("")
            .stderr(contains(name).and(contains(says)).and(contains("panicked").not()));
    };
    let with_match = |clause: &str| GOOD.replace(ANY, &format!("match = {{ {clause} }}"));
    let long = "a".repeat(1 << 20);
    refused(
        "regex.toml",
        with_match(&format!("any = [\"SampleBridge refused\"], regex = '{long}'")).as_bytes(),
        "regex.toml:10: mail-bridge-queue-full: the regex has 1048576 bytes",
    );
    refused("anchor.toml", with_match(&format!("any = ['{long}']")).as_bytes(), "anchor.toml:10:");
    let mut anchors = String::new();
    for number in 0..10_000 {
        let _ = write!(anchors, "'SampleBridge refused message {number}', ");
    }
    refused(
        "anchors.toml",
        with_match(&format!("any = [{anchors}]")).as_bytes(),
        "anchors.toml:10: mail-bridge-queue-full: with this one the files hold 10000 different anchors",
    );
    refused("nested.toml", format!("x = {}", "[".repeat(200_000)).as_bytes(), "nested.toml:1:");
    refused(
        "groups.toml",
        with_match(&format!("any = ['SampleBridge refused'], regex = '{}'", "(".repeat(4000))).as_bytes(),
        "groups.toml:10:",
    );
    refused("bytes.toml", b"[[signature]]\nid = \"\xff\"\n", "is not UTF-8 from byte 20 on");
    refused("zero.toml", b"[[signature]]\0", "zero.toml:1:");
    refused("large.toml", &vec![b'#'; 5 << 20], "is larger than 4 MiB");
    if cfg!(unix) {
        let file = desk.file("escape\u{1b}[31m.toml", "x = 1");
        desk.run(&[SAMPLE], &[&file]).code(2).stderr(contains("escape\\u{1b}[31m.toml:1:"));
    }
    let header = "[[override]]\nid = \"tls-other-host\"\n";
    refused("many.toml", header.repeat(80_000).as_bytes(), "many.toml:2: tls-other-host: changes nothing");
    refused(
        "name.toml",
        GOOD.replace("none = [", &format!("level = ['{long}'], none = [")).as_bytes(),
        "name.toml:10:",
    );
    desk.run(&[SAMPLE], &[Path::new("no-such.toml")])
        .code(2)
        .stdout("")
        .stderr(contains("no-such.toml: cannot be read"));
    desk.run(&[SAMPLE], &[Path::new("sample-logs")]).code(2).stdout("").stderr(contains("sample-logs: cannot be read"));
}

#[test]
fn a_signature_that_takes_over_a_built_in_one_is_seen() {
    let desk = Desk::new();
    let greedy = GOOD
        .replace("category = \"jira\"", "category = \"platform\"")
        .replace("any = [", "any = [\"Default folder Inbox not found\", ");
    let file = desk.file("greedy.toml", &greedy);
    desk.run(&["signatures", "test", file.to_str().unwrap()], &[]).code(2).stdout(contains(
        "greedy.toml:10: mail-bridge-queue-full: takes over example 1 of the built-in graph-inbox-not-found",
    ));
    let declared = greedy
        .replace(REFERENCES, "references = []\nlook_alikes = [{ id = \"graph-inbox-not-found\", tell = \"ours\" }]");
    let file = desk.file("declared.toml", &declared);
    desk.run(&["signatures", "test", file.to_str().unwrap()], &[]).code(0);

    // Two causes in one event: told by the test, no reason to refuse a scan.
    let both = GOOD
        .replace("category = \"jira\"", "category = \"platform\"")
        .replace("queue full'''", "queue full, Default folder Inbox not found'''");
    let (file, log) = (desk.file("both.toml", &both), desk.file("a.log", LOG));
    desk.run(&["signatures", "test", file.to_str().unwrap()], &[])
        .code(2)
        .stdout(contains("both.toml:19: mail-bridge-queue-full: example 1 shows graph-inbox-not-found too"));
    assert_eq!(found(&desk.report(log.to_str().unwrap(), &[&file])).len(), 1);
}
