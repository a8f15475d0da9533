//! Damage, lies and bombs: nothing crashes, nothing is written, nothing passes in silence.

use super::*;

/// Places of the records that begin with this.
fn records(bytes: &[u8], magic: &[u8]) -> Vec<usize> {
    (0..bytes.len()).filter(|&at| bytes[at..].starts_with(magic)).collect()
}

const DIRECTORY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// The archive with `value` at `offset` in the directory's record of an entry.
fn patched(mut bytes: Vec<u8>, entry: usize, offset: usize, value: &[u8]) -> Vec<u8> {
    let at = records(&bytes, DIRECTORY)[entry] + offset;
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

/// What is missing is told, and what is not told is there.
fn assert_honest(bytes: &[u8], whole: &Value, what: &str) {
    let Ok(found) = report_with(bytes, &ScanOptions::default()) else { return };
    let events = |report: &Value| report["ledger"]["sources"][0]["events"].as_u64();
    if found["ledger"]["complete"] == true {
        assert_eq!(events(&found), events(whole), "{what}");
        assert_eq!(findings(&found).as_array().unwrap().len(), findings(whole).as_array().unwrap().len(), "{what}");
    }
}

#[test]
fn each_cut_and_each_flipped_bit_is_told() {
    let log: Vec<u8> = log().into_iter().take(4000).collect();
    let whole = report(&log);
    for (how, packed) in
        [("gzip", gzip(&log)), ("zip", zip(&[("a.log", &log)])), ("stored", zip_with(stored(), &[("a.log", &log)]))]
    {
        for cut in (4..packed.len()).step_by(packed.len() / 60) {
            assert!(
                report_with(&packed[..cut], &ScanOptions::default())
                    .map_or(true, |found| found["ledger"]["complete"] == false),
                "{how} cut at {cut}"
            );
        }
        // The first bytes say what it is; without them it is something else.
        for at in (4..packed.len()).step_by((packed.len() / 250).max(1)) {
            let mut flipped = packed.clone();
            flipped[at] ^= 1 << (at % 8);
            assert_honest(&flipped, &whole, &format!("{how}, bit {} of byte {at}", at % 8));
        }
    }
}

#[test]
fn the_lines_before_damage_are_kept() {
    let log = log();
    let gz = gzip(&log);
    for cut in [gz.len() / 4, gz.len() / 2, gz.len() - 1] {
        let found = report(&gz[..cut]);
        let problem = problems(&found)[0].to_owned();
        assert!(problem.contains("cannot be read beyond byte"), "{problem}");
        let bytes = usize::try_from(found["ledger"]["sources"][0]["bytes"].as_u64().unwrap()).unwrap();
        assert!(bytes > 1000 && log[..bytes].ends_with(b"\n"), "{bytes}");
        assert_eq!(findings(&found), findings(&report(&log[..bytes])));
    }
    let cut_zip = zip(&[("a.log", &log)]);
    let told = report_with(&cut_zip[..cut_zip.len() / 2], &ScanOptions::default()).unwrap_err();
    assert!(told.contains("it is cut off, damaged or still being written"), "{told}");
    let garbage = report(&[gz, b"garbage".to_vec()].concat());
    assert!(problems(&garbage).is_empty() && notes(&garbage).contains("no gzip"), "{garbage}");
}

#[test]
fn a_directory_that_lies_about_sizes_hides_nothing() {
    let log = log();
    for size in [10_u32, 4_000_000_000] {
        let found = report(&patched(zip(&[("a.log", &log)]), 0, 24, &size.to_le_bytes()));
        assert_eq!(findings(&found), findings(&report(&log)), "{size}");
        assert!(notes(&found).contains(&format!("not {size} as its archive says")), "{}", notes(&found));
    }
    let wrong = report(&patched(zip(&[("a.log", &log)]), 0, 16, &[1, 2, 3, 4]));
    assert!(problems(&wrong)[0].contains("checksum is wrong"), "{:?}", problems(&wrong));
    assert_eq!(findings(&wrong), findings(&report(&log)));
}

#[test]
fn entries_that_cannot_be_read_are_named() {
    let two = || zip(&[("a.log", &log()), ("b.log", &log())]);
    let first = records(&two(), LOCAL)[0];
    for (what, bytes, word) in [
        ("encrypted", patched(two(), 1, 8, &[1, 0]), "is encrypted"),
        ("method", patched(two(), 1, 10, &[9, 0]), "a method that is not read"),
        ("header", patched(two(), 1, 42, &7_u32.to_le_bytes()), "its header in the archive is damaged"),
        ("overlap", patched(two(), 1, 42, &u32::try_from(first).unwrap().to_le_bytes()), "shares its bytes"),
    ] {
        let found = report(&bytes);
        assert_eq!(findings(&found), findings(&report(&log())), "{what}");
        let problems = problems(&found);
        assert!(
            problems.len() == 1 && problems[0].starts_with("log!b.log: ") && problems[0].contains(word),
            "{problems:?}"
        );
    }
}

#[test]
fn names_are_labels() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    let absolute = folder.path().join("absolute.log").to_str().unwrap().to_owned();
    let long = "x".repeat(60_000);
    let log = log();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in
        ["../../escaped.log", &absolute, "..\\escaped.log", "C:\\escaped.log", "\u{202e}gol.a", "A.log", "a.log", &long]
    {
        writer.start_file(name, stored()).unwrap();
        writer.write_all(&log).unwrap();
    }
    writer.add_directory("empty/", stored()).unwrap();
    writer.add_symlink("link.log", "/etc/hostname", stored()).unwrap();
    fs::write(inner.join("odd.zip"), writer.finish().unwrap().into_inner()).unwrap();
    let outcome = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .current_dir(&inner)
        .args(["-f", "json", "odd.zip"])
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(found["ledger"]["sources"].as_array().unwrap().len(), 8);
    assert!(found["ledger"]["not_logs"][0].as_str().unwrap().contains("link.log (a link, not followed)"));
    assert_eq!(found["ledger"]["complete"], true);
    assert!(outcome.stdout.len() < 200_000, "{} bytes", outcome.stdout.len());
    let files: Vec<String> = walk(folder.path());
    assert_eq!(files, ["odd.zip"], "nothing was written");
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(walk(&entry));
        } else {
            found.push(entry.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn a_name_that_comes_twice_is_numbered() {
    let log = log();
    let mut bytes = zip(&[("a.log", &log), ("b.log", &log), ("a.log (2)", &log)]);
    for at in records(&bytes, b"b.log") {
        bytes[at] = b'a';
    }
    let found = report(&bytes);
    let names: Vec<&str> = found["ledger"]["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["source"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["log!a.log", "log!a.log (2)", "log!a.log (2) (2)"]);
    let single = report(&log)["findings"][0]["events"].as_u64().unwrap();
    assert_eq!(found["findings"][0]["events"], single * 3);
}

#[test]
fn bombs_stop_at_the_limits() {
    let zeros = vec![b'0'; 3_000_000];
    let line = b"2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] x\n";
    let lines = line.repeat(50_000);
    for (what, bytes) in [
        ("zip", zip(&[("a.log", &lines)])),
        ("gzip", gzip(&lines)),
        ("zip of zips", zip(&[("0.zip", &zip(&[("a.log", &lines)])), ("1.zip", &zip(&[("a.log", &zeros)]))])),
    ] {
        let found = report_with(&bytes, &limits(1_000_000, 100, 200, 2)).unwrap();
        let problems = problems(&found);
        assert!(problems.iter().any(|problem| problem.contains("--limit-inflated")), "{what}: {problems:?}");
        let read: u64 =
            found["ledger"]["sources"].as_array().unwrap().iter().map(|source| source["bytes"].as_u64().unwrap()).sum();
        assert!((1..=1_000_000).contains(&read), "{what}: {read}");
        // Text that is packed as tightly as this passes with the usual limits.
        assert!(report(&bytes)["ledger"]["complete"] == true, "{what}");
    }
}

#[test]
fn a_ratio_that_no_log_has_is_told() {
    // More than any input may give.
    let line = b"2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] x\n";
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let block = line.repeat(20_000);
    for _ in 0..260 {
        encoder.write_all(&block).unwrap();
    }
    let packed = encoder.finish().unwrap();
    let found = report_with(&packed, &limits(u64::MAX, 100, 10, 2)).unwrap();
    assert!(problems(&found)[0].contains("--limit-ratio"), "{:?}", problems(&found));
    assert!(found["ledger"]["sources"][0]["bytes"].as_u64().unwrap() > 256 * 1024 * 1024);
}

#[test]
fn as_many_entries_as_a_zip_can_hold() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.log", stored()).unwrap();
    writer.write_all(&log()).unwrap();
    for i in 1..65_535 {
        writer.start_file(format!("{i}"), stored()).unwrap();
        writer.write_all(b"x").unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let found = report(&bytes);
    assert_eq!(findings(&found), findings(&report(&log())));
    let problems = problems(&found);
    assert!(
        problems.len() == 1
            && problems[0].contains("55535 of 65535 entries")
            && problems[0].contains("--limit-entries")
    );
    let all = report_with(&bytes, &limits(u64::MAX, 65_535, 200, 2)).unwrap();
    assert_eq!(all["ledger"]["not_logs"].as_array().unwrap().len(), 65_534);
    assert_eq!(all["ledger"]["complete"], true);
}

#[test]
fn archives_are_opened_to_a_depth_of_two() {
    let mut bytes = zip(&[("a.log", &log())]);
    for depth in 2..6 {
        bytes = zip(&[("inner.zip", &bytes), ("b.log", &log())]);
        let found = report(&bytes);
        let told = problems(&found).iter().any(|problem| problem.contains("a zip inside a zip inside a zip"));
        assert_eq!(told, depth > 2, "{depth}: {:?}", problems(&found));
    }
    let twice = report_with(&gzip(&gzip(&gzip(&log()))), &ScanOptions::default());
    assert!(twice.unwrap_err().contains("gzip inside gzip"));
}
