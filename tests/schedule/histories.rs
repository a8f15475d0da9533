//! Random histories of a log against a model that knows every event.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use logmedic::schedule::State;
use logmedic::{Input, scan_increment};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{CATALOGUE, NOW, event, numbers, options, problems};

/// What happens to a log.
#[derive(Debug, Clone)]
enum Act {
    /// So many events are written.
    Append(usize),
    /// The first bytes of an event are written; the rest follows before anything else is.
    Tear(usize),
    /// The log is renamed, and a new one begun.
    Roll,
    /// The log is renamed with a date.
    RollDated,
    /// The log is copied and then cut.
    CopyTruncate,
    /// The log is copied, with so many bytes of it there when a run looks, and cut only after it.
    CopyRunTruncate(usize),
    /// A rotated log is compressed.
    Gzip(usize),
    /// A rotated log is compressed, and a run sees the first bytes of that beside it.
    HalfGzip(usize, usize),
    /// A rotated log is removed.
    Delete(usize),
    /// The log is removed.
    DeleteLog,
    /// The log is replaced by another of the same size and time of change.
    Replace,
    /// An older copy of the log is put back.
    Restore(usize),
    Run,
}

impl Act {
    /// Whether it can take events away.
    fn destroys(&self) -> bool {
        matches!(self, Self::Delete(_) | Self::DeleteLog | Self::Replace | Self::Restore(_))
    }
}

fn lossless() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1..4_usize).prop_map(Act::Append),
        2 => (1..240_usize).prop_map(Act::Tear),
        2 => Just(Act::Roll),
        1 => Just(Act::RollDated),
        2 => Just(Act::CopyTruncate),
        1 => (0..3000_usize).prop_map(Act::CopyRunTruncate),
        2 => (0..4_usize).prop_map(Act::Gzip),
        1 => (0..4_usize, 0..400_usize).prop_map(|(which, length)| Act::HalfGzip(which, length)),
        6 => Just(Act::Run),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => lossless(),
        1 => (0..4_usize).prop_map(Act::Delete),
        1 => Just(Act::DeleteLog),
        1 => Just(Act::Replace),
        1 => (0..6_usize).prop_map(Act::Restore),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_some_run_could_see_is_counted_exactly_once(acts in vec(lossless(), 1..40), named: bool) {
        let mut world = World::new(named);
        for act in &acts {
            world.act(act);
        }
        world.finish();
        prop_assert_eq!(&world.problems, &Vec::<String>::new());
        let twice: Vec<_> = world.counted.iter().filter(|&(_, &count)| count != 1).collect();
        prop_assert!(twice.is_empty(), "counted more than once: {:?}", twice);
        let counted: BTreeSet<usize> = world.counted.keys().copied().collect();
        prop_assert_eq!(world.visible.difference(&counted).collect::<Vec<_>>(), Vec::<&usize>::new());
    }

    #[test]
    fn or_a_problem_says_so(acts in vec(any_act(), 1..40), named: bool) {
        let mut world = World::new(named);
        for act in &acts {
            world.act(act);
        }
        world.finish();
        let counted: BTreeSet<usize> = world.counted.keys().copied().collect();
        let lost: Vec<_> = world.visible.difference(&counted).collect();
        let twice: Vec<_> = world.counted.iter().filter(|&(_, &count)| count != 1).collect();
        let is_exact = lost.is_empty() && twice.is_empty();
        prop_assert!(is_exact || !world.problems.is_empty(), "lost {:?}, twice {:?}, and nothing is said", lost, twice);
        prop_assert!(world.problems.is_empty() || acts.iter().any(Act::destroys), "{:?}", world.problems);
    }
}

fn config() -> ProptestConfig {
    let long = std::env::var("LOGMEDIC_CI_LONG").is_ok_and(|long| long == "1");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        cases: cases.unwrap_or(if long { 5000 } else { 150 }),
        ..ProptestConfig::default()
    }
}

/// A log in a folder, everything that happened to it, and what the runs have counted.
struct World {
    folder: TempDir,
    named: bool,
    next: usize,
    dated: usize,
    /// The rest of the event that was torn.
    torn: Option<String>,
    older: Vec<Vec<u8>>,
    state: State,
    visible: BTreeSet<usize>,
    counted: BTreeMap<usize, usize>,
    problems: Vec<String>,
}

impl World {
    fn new(named: bool) -> Self {
        let mut world = Self {
            folder: TempDir::new().unwrap(),
            named,
            next: 0,
            dated: 10,
            torn: None,
            older: Vec::new(),
            state: State::default(),
            visible: BTreeSet::new(),
            counted: BTreeMap::new(),
            problems: Vec::new(),
        };
        world.append(2);
        world.run();
        world
    }

    fn act(&mut self, act: &Act) {
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
            Act::Roll => {
                self.shift();
                fs::rename(self.log(), self.rotated(1)).unwrap();
                self.write("");
            }
            Act::RollDated => {
                self.dated += 1;
                fs::rename(self.log(), self.folder.path().join(format!("x.log-202601{}", self.dated))).unwrap();
                self.write("");
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
            Act::Delete(which) => {
                if let Some(path) = self.pick(which) {
                    fs::remove_file(path).unwrap();
                }
            }
            Act::DeleteLog => {
                fs::remove_file(self.log()).unwrap();
                self.write("");
            }
            Act::Replace => {
                let old = fs::metadata(self.log()).unwrap();
                let size = usize::try_from(old.len()).unwrap();
                let mut text = String::new();
                while text.len() + 200 < size {
                    text.push_str(&self.new_event());
                }
                let missing = size - text.len();
                text.push_str(&"\t".repeat(missing.saturating_sub(1)));
                text.push_str(if missing > 0 { "\n" } else { "" });
                fs::remove_file(self.log()).unwrap();
                fs::write(self.log(), text).unwrap();
                File::options().append(true).open(self.log()).unwrap().set_modified(old.modified().unwrap()).unwrap();
            }
            Act::Restore(which) => {
                if !self.older.is_empty() {
                    fs::write(self.log(), &self.older[which % self.older.len()]).unwrap();
                }
            }
            Act::Run => self.run(),
        }
    }

    /// Nothing more is written; what is open counts once one more event is there.
    fn finish(&mut self) {
        self.mend();
        self.run();
        let visible = self.visible.clone();
        self.append(1);
        self.run();
        self.visible = visible;
    }

    fn run(&mut self) {
        let input = if self.named { self.log() } else { self.folder.path().to_path_buf() };
        let increment = match scan_increment(&CATALOGUE, &[Input::Path(input)], &options(), &self.state, NOW) {
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

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
