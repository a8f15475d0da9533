//! What is scanned: seeded logs with their truth, made once and kept, and logs of an extreme shape.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use log_generator::{LITERALS, Options, Truth, default_known, generate};
use logmedic::Catalogue;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::near_misses::NearMisses;
use super::signatures;

pub(crate) const KIB: u64 = 1024;
pub(crate) const MIB: u64 = 1024 * KIB;
pub(crate) const GIB: u64 = 1024 * MIB;

/// Bytes at the head of a kept log by which it is recognised as what the generator still writes.
const HEAD: u64 = 256 * KIB;
const HEADER: &str = "2026-01-12 00:00:00,065+0000 Caesium-1-2 ERROR ServiceRunner     [c.example.mail.MailFetcher] ";

/// A log, and what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) contents: Contents,
}

/// What is known of a log's contents.
#[derive(Debug, Clone)]
pub(crate) enum Contents {
    /// Everything: it was generated.
    Known(Box<Truth>),
    /// Everything, of each log in an archive.
    Several(Vec<Truth>),
    /// The number of its events, and whether any of them holds a known error.
    Shaped { events: u64, has_known: bool },
}

/// The folder in which the logs are kept.
#[derive(Debug)]
pub(crate) struct Data {
    folder: PathBuf,
}

impl Data {
    pub(crate) fn in_folder(folder: PathBuf) -> Result<Self> {
        // Programs under test find no settings of the user's here.
        fs::create_dir_all(folder.join("home")).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// A folder without settings of any program.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// A log of about this size in which this share of the events holds a known error.
    pub(crate) fn log(&self, bytes: u64, density: f64) -> Result<Log> {
        let options = Options { bytes, density, ..Options::default() };
        self.generated(&format!("log-{bytes}-{density}"), bytes, |bytes, mut out| {
            Ok(generate(&Options { bytes, ..options.clone() }, &default_known(), &mut out)?)
        })
    }

    /// A zip with one node's log in each of three folders, as support zips of a cluster are laid out, of about this
    /// size when inflated.
    pub(crate) fn cluster_zip(&self, bytes: u64, density: f64) -> Result<Log> {
        let mut parts = Vec::new();
        for node in 1..=3 {
            let options = Options { bytes: bytes / 3, density, seed: node, ..Options::default() };
            let name = format!("node-{node}-{}-{density}", options.bytes);
            parts.push(self.generated(&name, options.bytes, |bytes, mut out| {
                Ok(generate(&Options { bytes, ..options.clone() }, &default_known(), &mut out)?)
            })?);
        }
        let path = self.folder.join(format!("cluster-{bytes}-{density}.zip"));
        if parts.iter().any(|part| is_older(&path, &part.path)) {
            eprintln!("writing {}", path.display());
            written(&path, |out| {
                let mut zip = ZipWriter::new(out);
                for (node, part) in (1..).zip(&parts) {
                    let entry = format!("jira-{node}/application-logs/atlassian-jira.log");
                    zip.start_file(entry, SimpleFileOptions::default())?;
                    io::copy(&mut File::open(&part.path)?, &mut zip)?;
                }
                zip.finish()?;
                Ok(())
            })?;
        }
        let bytes = parts.iter().map(|part| part.bytes).sum();
        let truths = parts.into_iter().filter_map(|part| match part.contents {
            Contents::Known(truth) => Some(*truth),
            _ => None,
        });
        Ok(Log { path, bytes, contents: Contents::Several(truths.collect()) })
    }

    /// A log in which each line is a near miss.
    pub(crate) fn near_misses(&self, bytes: u64) -> Result<Log> {
        self.generated(&format!("near-misses-{bytes}"), bytes, |bytes, out| {
            let mut out = NearMisses::new(out);
            // A quarter more comes to each line.
            let truth = generate(&Options { bytes: bytes / 5 * 4, ..Options::default() }, &default_known(), &mut out)?;
            Ok(out.truth(truth))
        })
    }

    fn generated(&self, name: &str, bytes: u64, write: impl Fn(u64, &mut dyn Write) -> Result<Truth>) -> Result<Log> {
        let path = self.folder.join(format!("{name}.log"));
        let truth_path = self.folder.join(format!("{name}.json"));
        let mut head = Vec::new();
        write(bytes.min(HEAD), &mut head)?;
        if !begins_with(&path, &head)? || !truth_path.exists() {
            eprintln!("writing {}", path.display());
            let truth = written(&path, |out| write(bytes, out))?;
            fs::write(&truth_path, serde_json::to_vec_pretty(&truth)?)?;
        }
        let truth: Truth = serde_json::from_slice(&fs::read(&truth_path)?)
            .with_context(|| format!("{} is damaged: delete it", truth_path.display()))?;
        ensure!(fs::metadata(&path)?.len() == truth.bytes, "{} is damaged: delete it", path.display());
        Ok(Log { path, bytes: truth.bytes, contents: Contents::Known(Box::new(truth)) })
    }

    /// The first whole lines of a log, one KiB of them at most.
    pub(crate) fn tiny(&self) -> Result<Log> {
        let mut text = Vec::new();
        generate(&Options { bytes: 16 * KIB, ..Options::default() }, &default_known(), &mut text)?;
        text.truncate(usize::try_from(KIB)?);
        let end = text.iter().rposition(|byte| *byte == b'\n').context("the first KiB holds a line")?;
        let events = text[..end].split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"2026-")).count();
        self.shaped("tiny", Contents::Shaped { events: u64::try_from(events)?, has_known: false }, |out| {
            Ok(out.write_all(&text[..=end])?)
        })
    }

    /// One event whose second line has this size, and another event.
    pub(crate) fn one_line(&self, size: u64) -> Result<Log> {
        let contents = Contents::Shaped { events: 2, has_known: false };
        self.shaped(&format!("one-line-{size}"), contents, |out| {
            writeln!(out, "{HEADER}the whole mailbox follows")?;
            let words = "subject=Printer on floor 3 is out of paper; sender=someone@example.com; ";
            for _ in 0..size / words.len() as u64 {
                out.write_all(words.as_bytes())?;
            }
            writeln!(out, "\n{HEADER}the mailbox was written")?;
            Ok(())
        })
    }

    /// One event of this size, in lines of a usual length.
    pub(crate) fn one_event(&self, size: u64) -> Result<Log> {
        let line = "\tat com.example.mail.MailFetcher.fetch(MailFetcher.java:203) ~[mail-plugin-1.4.2.jar:?]";
        self.event_of(&format!("one-event-{size}"), size, &[line], false)
    }

    /// One event of this size with a literal of the catalogue on each line.
    pub(crate) fn event_of_matches(&self, size: u64) -> Result<Log> {
        let lines: Vec<String> =
            LITERALS.iter().map(|literal| format!("Caused by: com.example.mail.MailException: {literal} 0")).collect();
        self.event_of(&format!("event-of-matches-{size}"), size, &lines, true)
    }

    fn event_of(&self, name: &str, size: u64, lines: &[impl AsRef<str>], has_known: bool) -> Result<Log> {
        self.shaped(name, Contents::Shaped { events: 1, has_known }, |out| {
            writeln!(out, "{HEADER}mail server outlook.office365.com:993 failed")?;
            let mut written = HEADER.len() as u64;
            for line in lines.iter().cycle() {
                writeln!(out, "{}", line.as_ref())?;
                written += line.as_ref().len() as u64 + 1;
                if written >= size {
                    break;
                }
            }
            Ok(())
        })
    }

    fn shaped(
        &self,
        name: &str,
        contents: Contents,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
    ) -> Result<Log> {
        let path = self.folder.join(format!("{name}.log"));
        if !path.exists() {
            written(&path, write)?;
        }
        let bytes = fs::metadata(&path)?.len();
        Ok(Log { path, bytes, contents })
    }

    /// A file with each anchor and code of the catalogue on a line of its own.
    pub(crate) fn literals(&self) -> Result<PathBuf> {
        let catalogue = Catalogue::built_in();
        let matching = catalogue.outlines().iter().map(|outline| &outline.matching);
        let mut literals: Vec<&str> =
            matching.flat_map(|matching| matching.any.iter().chain(&matching.codes)).map(String::as_str).collect();
        literals.retain(|literal| !literal.contains('\n'));
        literals.sort_unstable();
        literals.dedup();
        let path = self.folder.join("literals.txt");
        fs::write(&path, literals.join("\n") + "\n")?;
        Ok(path)
    }

    /// A signature file that fills the catalogue up to this number of signatures.
    pub(crate) fn signatures_up_to(&self, count: usize) -> Result<PathBuf> {
        let own = count.saturating_sub(Catalogue::built_in().outlines().len());
        let path = self.folder.join("signatures.toml");
        fs::write(&path, signatures::file(own))?;
        Ok(path)
    }
}

/// The log, compressed by gzip.
pub(crate) fn gzipped(log: &Log) -> Result<Log> {
    let path = log.path.with_extension("log.gz");
    // gzip gives its output the time of its input.
    if is_older(&path, &log.path) {
        eprintln!("writing {}", path.display());
        let status = Command::new("gzip").args(["-f", "-k"]).arg(&log.path).status().context("cannot run gzip")?;
        ensure!(status.success(), "gzip failed on {}", log.path.display());
    }
    Ok(Log { path, ..log.clone() })
}

/// Reads the file once, so that what is measured next finds it in memory.
pub(crate) fn warm(path: &Path) -> Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; usize::try_from(MIB)?];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}

/// Whether what was made from a log is missing or older than the log.
fn is_older(made: &Path, log: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    time(made).is_none_or(|made| time(log).is_some_and(|log| log > made))
}

/// Whether a kept log begins as the generator writes it today.
fn begins_with(path: &Path, head: &[u8]) -> Result<bool> {
    let Ok(file) = File::open(path) else { return Ok(false) };
    let mut kept = Vec::new();
    file.take(head.len() as u64).read_to_end(&mut kept)?;
    Ok(kept == head)
}

/// Writes a file under a passing name first, so that a broken run leaves no half a log behind.
fn written<T>(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let part = path.with_extension("part");
    let mut out = BufWriter::new(File::create(&part).with_context(|| format!("cannot write {}", part.display()))?);
    let result = write(&mut out).with_context(|| format!("cannot write {}", part.display()))?;
    let file = out.into_inner().with_context(|| format!("cannot write {}", part.display()))?;
    // A log that has been left alone for an hour is at rest: `--mmap auto` maps it.
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))?;
    fs::rename(&part, path)?;
    Ok(result)
}
