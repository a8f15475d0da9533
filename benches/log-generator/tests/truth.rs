//! The truth of a generated log, compared with a second, simpler reading of its bytes.

use std::collections::BTreeMap;
use std::io;

use log_generator::{Known, Layout, Options, SignatureTruth, Truth, default_known, generate};

/// Texts that stand once in each event of a built-in known error and nowhere else.
const SIGNS: &[(&str, &str)] = &[
    ("aadsts7000215-invalid-client-secret", "AADSTS7000215: "),
    ("aadsts7000222-client-secret-expired", "AADSTS7000222: "),
    ("entra-unknown-code", "AADSTS5000999: "),
    ("graph-inbox-not-found", "Default folder Inbox not found."),
    ("graph-item-not-found", "The specified object was not found in the store."),
    ("jira-oauth-token-not-defined", "OAuth token not defined for connection."),
    ("tls-pkix-path-building", "unable to find valid certification path to requested target"),
];

#[test]
fn the_same_seed_gives_the_same_bytes() -> io::Result<()> {
    let options = Options { density: 0.01, near_misses: 0.01, ..Options::default() };
    let first = log(&options)?;
    assert_eq!(first, log(&options)?);
    let other = Options { seed: 43, ..options };
    assert_ne!(first.0, log(&other)?.0);
    Ok(())
}

#[test]
fn the_first_mib_of_seed_42_never_changes() -> io::Result<()> {
    let options = Options { density: 0.01, ..Options::default() };
    let (bytes, _) = log(&options)?;
    // Change this figure only together with every result that was measured on such logs.
    assert_eq!(fnv1a(&bytes[..1024 * 1024]), 0xd0f9_53d9_8d15_134a);
    Ok(())
}

#[test]
fn the_truth_is_what_the_bytes_hold() -> io::Result<()> {
    let base = Options { bytes: 2 * 1024 * 1024, density: 0.02, ..Options::default() };
    let cases = [
        base.clone(),
        Options { layout: Layout::Mail, ..base.clone() },
        Options { crlf: true, zone: String::new(), ..base.clone() },
        Options { zone: "-0330".to_owned(), near_misses: 0.5, ..base.clone() },
        Options { every_line_near_miss: true, ..base.clone() },
        Options { layout: Layout::Mail, every_line_near_miss: true, crlf: true, ..base.clone() },
        Options { bytes: 1, ..base.clone() },
        Options { bytes: 0, ..base },
    ];
    for options in cases {
        let (bytes, truth) = log(&options)?;
        assert_eq!(truth, recount(&bytes, &options), "{options:?}");
    }
    Ok(())
}

#[test]
fn the_log_ends_with_the_event_that_reaches_its_size() -> io::Result<()> {
    for bytes in [1, 1000, 300_000, 1_000_000] {
        let (log, truth) = log(&Options { bytes, ..Options::default() })?;
        let last_event = log.len() - last_header(&log);
        assert!(truth.bytes >= bytes && truth.bytes - last_event as u64 <= bytes, "{bytes}");
        assert!(log.ends_with(b"\n"));
    }
    Ok(())
}

#[test]
fn density_is_honoured() -> io::Result<()> {
    let cases = [(0.0, 0, 0), (0.001, 1000, 400), (0.1, 100_000, 5000), (0.5, 500_000, 9000)];
    for (density, expected, tolerance) in cases {
        let bytes = 16 * 1024 * 1024;
        let (_, truth) = log(&Options { bytes, density, ..Options::default() })?;
        let found: u64 = truth.signatures.values().map(|signature| signature.events).sum();
        let share = found * 1_000_000 / truth.events;
        assert!(share.abs_diff(expected) <= tolerance, "{density}: {share} of a million");
    }
    Ok(())
}

#[test]
fn own_known_errors_are_used_as_they_are() -> io::Result<()> {
    let known = Known { signature: "own".to_owned(), text: "Own {n} {trace}!\r\nmore\n".to_owned() };
    let options = Options { density: 0.5, crlf: true, ..Options::default() };
    let mut bytes = Vec::new();
    let truth = generate(&options, &[known], &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let found = text.split("Own {n} ").skip(1).filter(|rest| rest[36..].starts_with("!\r\nmore\r\n2"));
    assert_eq!(truth.signatures.keys().collect::<Vec<_>>(), ["own"]);
    // The last event of the log, which no other follows, may be one of them.
    assert!(truth.signatures["own"].events - found.count() as u64 <= 1);
    Ok(())
}

#[test]
fn options_without_sense_are_refused() {
    let base = Options::default();
    let cases = [
        Options { density: 0.6, ..base.clone() },
        Options { density: f64::NAN, ..base.clone() },
        Options { near_misses: -0.1, ..base.clone() },
        Options { zone: "UTC".to_owned(), ..base.clone() },
        Options { start: 0, ..base.clone() },
    ];
    for options in cases {
        let error = log(&options).map_err(|error| error.kind());
        assert_eq!(error, Err(io::ErrorKind::InvalidInput), "{options:?}");
    }
    let without_known = generate(&Options { density: 0.1, ..base }, &[], &mut io::sink());
    assert!(without_known.is_err());
}

#[test]
fn a_truth_file_can_be_read_back() -> io::Result<()> {
    let (_, truth) = log(&Options { density: 0.01, ..Options::default() })?;
    let read: Truth = serde_json::from_str(&serde_json::to_string(&truth)?)?;
    assert_eq!(truth, read);
    Ok(())
}

fn log(options: &Options) -> io::Result<(Vec<u8>, Truth)> {
    let mut bytes = Vec::new();
    let truth = generate(options, &default_known(), &mut bytes)?;
    Ok((bytes, truth))
}

/// Reads the log again, event by event, and counts.
fn recount(bytes: &[u8], options: &Options) -> Truth {
    let text = String::from_utf8_lossy(bytes);
    let mut events: Vec<String> = Vec::new();
    let mut lines = 0;
    for line in text.split_inclusive('\n') {
        assert!(line.ends_with(if options.crlf { "\r\n" } else { "\n" }), "{line:?}");
        lines += 1;
        match events.last_mut() {
            Some(event) if !is_header(line) => event.push_str(line),
            _ => events.push(line.to_owned()),
        }
    }
    let mut truth = Truth { bytes: bytes.len() as u64, lines, ..Truth::default() };
    truth.events = events.len() as u64;
    truth.first_event = events.first().map(|event| rfc3339(event, options));
    truth.last_event = events.last().map(|event| rfc3339(event, options));
    for event in &events {
        *truth.levels.entry(level(event, options.layout).to_owned()).or_default() += 1;
        for (signature, sign) in SIGNS {
            if event.contains(sign) {
                add(&mut truth.signatures, signature, rfc3339(event, options));
            }
        }
    }
    truth
}

fn add(signatures: &mut BTreeMap<String, SignatureTruth>, name: &str, time: String) {
    let entry = signatures.entry(name.to_owned()).or_default();
    if entry.events == 0 {
        entry.first.clone_from(&time);
    }
    entry.events += 1;
    entry.last = time;
}

fn is_header(line: &str) -> bool {
    let shape = b"dddd-dd-dd dd:dd:dd,ddd";
    line.len() > shape.len()
        && line.bytes().zip(shape).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *expected,
        })
}

fn last_header(log: &[u8]) -> usize {
    let mut start = 0;
    let mut last = 0;
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if is_header(&String::from_utf8_lossy(line)) {
            last = start;
        }
        start += line.len();
    }
    last
}

fn level(event: &str, layout: Layout) -> &str {
    let header = event.lines().next().unwrap_or_default();
    let words = header.split(' ').skip(2);
    let is_level = |word: &&str| ["DEBUG", "INFO", "WARN", "ERROR"].contains(word);
    match layout {
        Layout::Mail => words.take(1).find(is_level).unwrap_or("none"),
        Layout::Main => words.skip(1).find(is_level).unwrap_or("none"),
    }
}

fn rfc3339(event: &str, options: &Options) -> String {
    let (stamp, rest) = event.split_at(23);
    let time = stamp.replacen(' ', "T", 1).replacen(',', ".", 1);
    if options.zone.is_empty() {
        assert!(rest.starts_with(' '), "{event:?}");
        return time;
    }
    assert!(rest.starts_with(&format!("{} ", options.zone)), "{event:?}");
    format!("{time}{}:{}", &options.zone[..3], &options.zone[3..])
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
