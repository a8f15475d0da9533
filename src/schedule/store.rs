//! The state file on disk: locked against a second run, proven writable before a report goes out, replaced in one step.
//!
//! Files beside it: `.lock` (held while a run lasts), `.new` (being written), `.prev` (the generation before), `.bad-N` (a
//! damaged one, set aside).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::frame::{self, Flaw};
use super::pending::{Recovered, Unfinished, remove_uncommitted};
use super::state::State;
use crate::error::Error;

/// A state file that is larger than this was not written by us, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Damaged states that are kept.
const MOST_SET_ASIDE: u32 = 100;

/// What is said when neither the state nor the one before it can be used.
const NO_STATE: &str = "resume-lost: the state file is damaged and there is no usable one of the run before; every log is read from its start, so what earlier runs reported is counted again";

/// How a run uses the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only reads it: nothing is locked and nothing is written.
    Peek,
    /// Moves it on; another run that does so is an error.
    Move,
    /// Moves it on, after any other run that does so.
    MoveAfterOthers,
}

/// A state file in use by this run.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// Held, not used: the lock ends when the run does.
    _lock: Option<File>,
    /// Whether there is a file, and whether it can be read.
    found: Found,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Sound,
    Damaged,
}

impl Store {
    /// Locks the state and reads it.
    pub fn open(path: &Path, access: Access) -> Result<(Self, State), Error> {
        // A link stays a link: what it leads to is replaced.
        let path = match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
            found => found.map_err(|source| Error::StateRead { path: path.to_path_buf(), source })?,
        };
        let lock = if access == Access::Peek { None } else { Some(lock(&path, access)?) };
        let read = |path: &Path| match read(path) {
            Err(Unusable::Newer(version)) => Err(Error::StateNewer { path: path.to_path_buf(), version }),
            Err(Unusable::Failed(source)) => Err(Error::StateRead { path: path.to_path_buf(), source }),
            Err(Unusable::Damaged) => Ok(Reading::Damaged),
            Ok(Some(state)) => Ok(Reading::State(Box::new(state))),
            Ok(None) => Ok(Reading::Nothing),
        };
        let (found, state) = match read(&path)? {
            Reading::State(state) => (Found::Sound, Some(*state)),
            Reading::Nothing => (Found::Nothing, None),
            Reading::Damaged => (Found::Damaged, None),
        };
        let state = match state {
            Some(state) => state,
            None => match (found, read(&beside(&path, ".prev"))?) {
                (_, Reading::State(state)) => {
                    let what = if found == Found::Damaged { "is damaged" } else { "is gone" };
                    let flaw = format!(
                        "state-restored: the state file {what}; the one of the run before is used, so what the last run reported may be counted again"
                    );
                    State { flaw: Some(flaw), ..*state }
                }
                (Found::Nothing, Reading::Nothing) => State::default(),
                _ => State { flaw: Some(NO_STATE.to_owned()), ..State::default() },
            },
        };
        Ok((Self { path, _lock: lock, found }, state))
    }

    /// Finishes what a run before has begun: reports of a state that was committed get their names, those of one that
    /// never was are removed. `outputs` are the files that this run writes, from the root. What is to be told of it is
    /// in `state.recovered` then.
    pub fn recover(&self, state: &mut State, outputs: &[PathBuf]) -> Result<(), Error> {
        if let Ok(Some(new)) = read(&beside(&self.path, ".new")) {
            remove_uncommitted(&new.pending, &state.pending);
        }
        // After the reports that it names: without it nobody knows of them.
        self.discard();
        if state.pending.is_empty() {
            return Ok(());
        }
        state.recovered =
            Recovered::of(&state.pending, state.generation, outputs).map_err(|Unfinished { report, source }| {
                Error::ReportUnfinished { path: report.path, temporary: report.temporary, source }
            })?;
        state.pending.clear();
        if self.found == Found::Sound { self.replace(state) } else { Ok(()) }
    }

    /// Writes the next state beside the current one and makes sure that it is on the disk. Until [`Staged::commit`]
    /// nothing has changed; if that is never called, nothing will.
    pub fn stage<'a>(&'a self, state: &'a State) -> Result<Staged<'a>, Error> {
        let staged = Staged { store: self, state, counts: false };
        self.write(state).map_err(|source| self.unsaved(source))?;
        if self.found != Found::Nothing {
            // Done now although it is needed later: a file that cannot be linked cannot be replaced either.
            link(&self.path, &beside(&self.path, ".keep")).map_err(|source| self.unsaved(source))?;
        }
        sync_folder(&self.path).map_err(|source| self.unsaved(source))?;
        Ok(staged)
    }

    /// Puts another form of the current state in its place; the one before stays what it is.
    fn replace(&self, state: &State) -> Result<(), Error> {
        let replace = || -> io::Result<()> {
            self.write(state)?;
            fs::rename(beside(&self.path, ".new"), &self.path)?;
            sync_folder(&self.path)
        };
        replace().map_err(|source| {
            self.discard();
            self.unsaved(source)
        })
    }

    fn write(&self, state: &State) -> io::Result<()> {
        self.discard();
        let bytes = frame::encode(state)?;
        let mut file = private_file().create_new(true).write(true).open(beside(&self.path, ".new"))?;
        file.write_all(&bytes)?;
        file.sync_all()
    }

    /// Removes what a run that did not commit has left.
    fn discard(&self) {
        // What cannot be removed is reported when it is in the way.
        let _ = fs::remove_file(beside(&self.path, ".new"));
        let _ = fs::remove_file(beside(&self.path, ".keep"));
    }

    fn unsaved(&self, source: io::Error) -> Error {
        Error::StateUnsaved { path: self.path.clone(), source }
    }
}

/// A state that is on the disk, but not yet the one that counts.
#[derive(Debug)]
pub struct Staged<'a> {
    store: &'a Store,
    state: &'a State,
    counts: bool,
}

impl Staged<'_> {
    /// Makes the staged state the one that counts, in one step; what was there before is kept.
    pub fn commit(&mut self) -> Result<(), Error> {
        let path = &self.store.path;
        let replace = || -> io::Result<()> {
            match self.store.found {
                Found::Nothing => {}
                Found::Sound => fs::rename(beside(path, ".keep"), beside(path, ".prev"))?,
                Found::Damaged => fs::rename(beside(path, ".keep"), free_name(path))?,
            }
            fs::rename(beside(path, ".new"), path)
        };
        replace().map_err(|source| self.store.unsaved(source))?;
        self.counts = true;
        sync_folder(path).map_err(|source| Error::StateUnsure { path: path.clone(), source })
    }

    /// Whether the staged state has taken its place, so that its reports must get their names, in this run or the next.
    pub fn counts(&self) -> bool {
        self.counts
    }

    /// Says that every report has its name. Where that cannot be written, the next run sees it from the files.
    pub fn settle(&self) {
        if self.counts && !self.state.pending.is_empty() {
            let _ = self.store.replace(&State { pending: Vec::new(), ..self.state.clone() });
        }
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.counts {
            self.store.discard();
        }
    }
}

enum Reading {
    Nothing,
    Damaged,
    State(Box<State>),
}

enum Unusable {
    Damaged,
    Newer(u32),
    Failed(io::Error),
}

fn read(path: &Path) -> Result<Option<State>, Unusable> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(Unusable::Failed)?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(Unusable::Failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unusable::Damaged);
    }
    match frame::decode(&bytes) {
        Ok(state) => Ok(Some(state)),
        Err(Flaw::Damaged) => Err(Unusable::Damaged),
        Err(Flaw::Newer(version)) => Err(Unusable::Newer(version)),
    }
}

/// Takes the lock, which lies in a file of its own: the state file itself is replaced in each run.
fn lock(path: &Path, access: Access) -> Result<File, Error> {
    let lock_path = beside(path, ".lock");
    let failed = |source| Error::StateUnsaved { path: path.to_path_buf(), source };
    let mut file =
        private_file().create(true).truncate(false).read(true).write(true).open(&lock_path).map_err(failed)?;
    if access == Access::MoveAfterOthers {
        file.lock().map_err(failed)?;
    } else {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only said to help: without it the message stands as well.
                let _ = file.take(16).read_to_string(&mut holder);
                return Err(Error::StateLocked { path: path.to_path_buf(), holder: holder.trim().parse().ok() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
    Ok(file)
}

/// Options for a file that only its owner may read.
fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A second name for a file; a copy where the file system knows no links.
fn link(path: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(path, name) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => Err(io::Error::new(
            io::ErrorKind::CrossesDevices,
            "it is mounted as a single file and cannot be replaced; mount its folder instead",
        )),
        Err(_) => {
            let mut copy = private_file().create_new(true).write(true).open(name)?;
            copy.write_all(&fs::read(path)?)?;
            copy.sync_all()
        }
    }
}

/// Makes sure that new names in the folder of a file survive a loss of power. Only Unix lets a folder be opened for it.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn free_name(path: &Path) -> PathBuf {
    let name = |n: u32| beside(path, &format!(".bad-{n}"));
    // So many damaged states are not kept: the last one gives way.
    name((1..MOST_SET_ASIDE).find(|&n| !name(n).exists()).unwrap_or(MOST_SET_ASIDE))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
