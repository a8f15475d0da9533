//! A log in a folder, and the truth about every event that was ever written to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use logmedic::schedule::State;
use logmedic::{Error, Increment, Input, scan_increment};
use tempfile::TempDir;

use super::histories::Act;
use super::{CATALOGUE, NOW, event, numbers, options, problems};

/// Lines that begin no event, more of them than the bytes that a log is known by.
static BANNER: LazyLock<String> = LazyLock::new(|| "**** Jira starts, as it does each time ****\n".repeat(120));

/// A log in a folder, everything that happened to it, and what the runs have counted.
pub(super) struct World {
    folder: TempDir,
    named: bool,
    /// Whether every new log begins with the same lines, longer than what a log is known by.
    banner: bool,
    next: usize,
    dated: usize,
    /// The rest of the event that was torn.
    torn: Option<String>,
    older: Vec<Vec<u8>>,
    /// What rotated logs held that were removed.
    removed: Vec<Vec<u8>>,
    state: State,
    pub(super) visible: BTreeSet<usize>,
    pub(super) counted: BTreeMap<usize, usize>,
    pub(super) problems: Vec<String>,
}

impl World {
    pub(super) fn new(named: bool, banner: bool) -> Self {
        let mut world = Self {
            folder: TempDir::new().unwrap(),
            named,
            banner,
            next: 0,
            dated: 10,
            torn: None,
            older: Vec::new(),
            removed: Vec::new(),
            state: State::default(),
            visible: BTreeSet::new(),
            counted: BTreeMap::new(),
            problems: Vec::new(),
        };
        world.begin();
        world.append(2);
        world.run();
        world
    }

    pub(super) fn act(&mut self, act: &Act) {
        if !matches!(act, Act::Run) {
            self.mend();
        }
        match *act {
            Act::Append(count) => self.append(count),
            Act::Tear(length) => {
                let mut text = self.new_event();
                let rest = text.split_off(length.min(text.len() - 1));
                self.write(&text);
                self.torn = Some(rest);
            }
            Act::Roll => self.roll(),
            Act::Rolls(times) => {
                for _ in 0..times {
                    self.append(1);
                    self.roll();
                }
            }
            Act::RollDated => {
                self.dated += 1;
                fs::rename(self.log(), self.folder.path().join(format!("x.log-202601{}", self.dated))).unwrap();
                self.begin();
            }
            Act::CopyTruncate => {
                self.shift();
                fs::copy(self.log(), self.rotated(1)).unwrap();
                self.cut();
            }
            Act::CopyRunTruncate(length) => {
                self.shift();
                let bytes = fs::read(self.log()).unwrap();
                fs::write(self.rotated(1), &bytes[..length.min(bytes.len())]).unwrap();
                self.run();
                fs::write(self.rotated(1), &bytes).unwrap();
                self.cut();
            }
            Act::Gzip(which) => {
                if let Some(path) = self.pick(which) {
                    fs::write(packed_name(&path), packed(&fs::read(&path).unwrap())).unwrap();
                    fs::remove_file(&path).unwrap();
                }
            }
            Act::HalfGzip(which, length) => {
                if let Some(path) = self.pick(which) {
                    let bytes = packed(&fs::read(&path).unwrap());
                    fs::write(packed_name(&path), &bytes[..length.clamp(2, bytes.len())]).unwrap();
                    self.run();
                    fs::write(packed_name(&path), &bytes).unwrap();
                    fs::remove_file(&path).unwrap();
                }
            }
            Act::NewFile => {
                let bytes = fs::read(self.log()).unwrap();
                fs::write(self.aside(), bytes).unwrap();
                fs::rename(self.aside(), self.log()).unwrap();
            }
            Act::Touch(seconds) => {
                let file = File::options().append(true).open(self.log()).unwrap();
                let by = Duration::from_secs(u64::from(seconds.unsigned_abs()) / 4);
                let now = SystemTime::now();
                file.set_modified(if seconds < 0 { now - by } else { now + by }).unwrap();
            }
            Act::Delete(_) | Act::PutBack(_) | Act::DeleteLog | Act::Replace { .. } | Act::Restore(_) => {
                self.take_away(act);
            }
            Act::Run => self.run(),
            Act::RunBeforeEvents => {
                self.shift();
                fs::rename(self.log(), self.rotated(1)).unwrap();
                self.write(self.banner());
                self.run();
                self.append(1);
            }
            Act::KilledRun => drop(self.increment()),
            Act::UnmountedRun => {
                let away = TempDir::new().unwrap();
                let names: Vec<PathBuf> = self.files();
                for path in &names {
                    fs::rename(path, away.path().join(path.file_name().unwrap())).unwrap();
                }
                assert!(self.increment().is_err(), "no log at all is no answer");
                for path in &names {
                    fs::rename(away.path().join(path.file_name().unwrap()), path).unwrap();
                }
            }
        }
    }

    /// What can take events away, or bring them back.
    fn take_away(&mut self, act: &Act) {
        match *act {
            Act::Delete(which) => {
                let mut files = self.files();
                files.retain(|path| *path != self.log());
                if !files.is_empty() {
                    let path = files.swap_remove(which % files.len());
                    let bytes = fs::read(&path).unwrap();
                    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
                    self.removed.push(if is_packed { unpacked(&bytes) } else { bytes });
                    fs::remove_file(path).unwrap();
                }
            }
            Act::PutBack(which) if !self.removed.is_empty() => {
                self.shift();
                let bytes = self.removed.swap_remove(which % self.removed.len());
                fs::write(self.rotated(1), bytes).unwrap();
            }
            Act::DeleteLog => {
                fs::remove_file(self.log()).unwrap();
                self.begin();
            }
            Act::Replace { in_place } => {
                let old = fs::metadata(self.log()).unwrap();
                let size = usize::try_from(old.len()).unwrap();
                let mut text = self.banner().to_owned();
                while text.len() + 200 < size {
                    text.push_str(&self.new_event());
                }
                let missing = size.saturating_sub(text.len());
                text.push_str(&"\t".repeat(missing.saturating_sub(1)));
                text.push_str(if missing > 0 { "\n" } else { "" });
                if !in_place {
                    fs::remove_file(self.log()).unwrap();
                }
                fs::write(self.log(), text).unwrap();
                File::options().append(true).open(self.log()).unwrap().set_modified(old.modified().unwrap()).unwrap();
            }
            Act::Restore(which) if !self.older.is_empty() => {
                fs::write(self.log(), &self.older[which % self.older.len()]).unwrap();
            }
            _ => {}
        }
    }

    fn roll(&mut self) {
        self.shift();
        fs::rename(self.log(), self.rotated(1)).unwrap();
        self.begin();
    }

    /// Begins a new log.
    fn begin(&mut self) {
        self.write(self.banner());
        // A log of which no line begins an event is a problem of its own.
        if self.banner {
            self.append(1);
        }
    }

    fn banner(&self) -> &'static str {
        if self.banner { &BANNER } else { "" }
    }

    fn increment(&self) -> Result<Increment, Error> {
        let input = if self.named { self.log() } else { self.folder.path().to_path_buf() };
        scan_increment(&CATALOGUE, &[Input::Path(input)], &options(), &self.state, NOW)
    }

    /// Nothing more is written; what is open counts once one more event is there.
    pub(super) fn finish(&mut self) {
        self.mend();
        self.run();
        let visible = self.visible.clone();
        self.append(1);
        self.run();
        self.visible = visible;
    }

    fn run(&mut self) {
        let increment = match self.increment() {
            Ok(increment) => increment,
            Err(error) => return self.problems.push(error.to_string()),
        };
        for number in numbers(&increment.scan.tally) {
            *self.counted.entry(number).or_default() += 1;
        }
        self.problems.extend(problems(&increment.scan.tally));
        self.state = increment.state;
        for path in self.files() {
            if path.extension().is_none_or(|extension| extension != "gz") {
                let text = fs::read_to_string(path).unwrap();
                let headers =
                    text.split_inclusive('\n').filter(|line| line.starts_with("2026") && line.ends_with('\n'));
                self.visible.extend(headers.map(number_of));
            }
        }
        let log = fs::read(self.log()).unwrap();
        let whole_lines = log.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        self.older.push(log[..whole_lines].to_vec());
    }

    fn append(&mut self, count: usize) {
        let text: String = (0..count).map(|_| self.new_event()).collect();
        self.write(&text);
    }

    fn mend(&mut self) {
        if let Some(rest) = self.torn.take() {
            self.write(&rest);
        }
    }

    fn new_event(&mut self) -> String {
        self.next += 1;
        event(self.next)
    }

    fn write(&self, text: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn cut(&self) {
        File::options().write(true).open(self.log()).unwrap().set_len(0).unwrap();
    }

    /// Every numbered generation gets the next number.
    fn shift(&self) {
        for number in (1..60).rev() {
            for (old, new) in [(self.rotated(number), self.rotated(number + 1))]
                .into_iter()
                .flat_map(|(old, new)| [(packed_name(&old), packed_name(&new)), (old, new)])
            {
                if old.exists() {
                    fs::rename(old, new).unwrap();
                }
            }
        }
    }

    /// One of the rotated files that are not compressed.
    fn pick(&self, which: usize) -> Option<PathBuf> {
        let mut files = self.files();
        files.retain(|path| *path != self.log() && path.extension().is_none_or(|extension| extension != "gz"));
        (!files.is_empty()).then(|| files.swap_remove(which % files.len()))
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("x.log")
    }

    /// A name that no log has.
    fn aside(&self) -> PathBuf {
        self.folder.path().join("aside")
    }

    fn rotated(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("x.log.{number}"))
    }
}

fn number_of(header: &str) -> usize {
    let (hour, minute) = (header[11..13].parse::<usize>().unwrap(), header[14..16].parse::<usize>().unwrap());
    hour * 60 + minute
}

fn packed_name(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.gz", path.display()))
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
