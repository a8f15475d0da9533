//! The files of a run's reports. A file is there whole or not at all: the report is written beside it under another name,
//! brought to disk, and only then given its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use logmedic::Error;
use logmedic::schedule::{Digest, PendingReport, TEMPORARY};
use tempfile::TempPath;

use super::Output;

/// Characters of a temporary name that are drawn by lot: other runs write to the same folder.
const RANDOM: usize = 12;

/// The reports of one run that go to files. What has not got its name is removed when this is dropped.
pub(super) struct ReportFiles<'a>(Vec<ReportFile<'a>>);

struct ReportFile<'a> {
    output: &'a Output,
    /// Its name, from the root.
    place: PathBuf,
    temporary: TempPath,
    text: Vec<u8>,
}

impl<'a> ReportFiles<'a> {
    /// Makes every report and chooses its temporary name. Nothing is written.
    pub(super) fn of(outputs: &'a [Output], render: impl Fn(&Output) -> String) -> Result<Self, Error> {
        let file = |output: &'a Output| {
            let place = output.place().map_err(|source| output.failed(source))?;
            let text = anstream::adapter::strip_str(&render(output)).to_string().into_bytes();
            let named = tempfile::Builder::new()
                .prefix(TEMPORARY)
                .rand_bytes(RANDOM)
                .make_in(folder_of(&place), |_| Ok(()))
                .map_err(|source| output.failed(source))?;
            Ok(ReportFile { output, place, temporary: named.into_temp_path(), text })
        };
        Ok(Self(outputs.iter().map(file).collect::<Result<_, Error>>()?))
    }

    /// What the state says of them until they have their names.
    pub(super) fn pending(&self) -> Vec<PendingReport> {
        let pending = |file: &ReportFile<'_>| PendingReport {
            path: file.place.clone(),
            temporary: file.temporary.to_path_buf(),
            digest: Digest::of(&[&file.text]),
        };
        self.0.iter().map(pending).collect()
    }

    /// Brings every one to disk under its temporary name.
    pub(super) fn write(self) -> Result<Self, Error> {
        for file in &self.0 {
            file.write().map_err(|source| file.output.failed(source))?;
        }
        Ok(self)
    }

    /// From here on only the next run may remove them: the state says that they are there.
    pub(super) fn keep(&mut self) {
        for file in &mut self.0 {
            file.temporary.disable_cleanup(true);
        }
    }

    /// Gives each file its name. One that cannot get it does not keep the others from theirs.
    pub(super) fn publish(self) -> Result<(), Error> {
        let publish = |file: ReportFile<'_>| {
            let renamed = file.temporary.persist(&file.place).map_err(|error| error.error);
            renamed.and_then(|()| sync_folder(&file.place)).map_err(|source| file.output.failed(source))
        };
        self.0.into_iter().map(publish).fold(Ok(()), Result::and)
    }
}

impl ReportFile<'_> {
    fn write(&self) -> io::Result<()> {
        let existing = fs::symlink_metadata(&self.place).ok().filter(fs::Metadata::is_file);
        let mut options = File::options();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.temporary)?;
        #[cfg(unix)]
        if !self.output.format.quotes_logs() {
            // A collector that is another user reads it, whatever the umask of a hardened service is.
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        }
        file.write_all(&self.text)?;
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions())?;
        }
        file.sync_all()?;
        // The name too: a state that is committed after this relies on it.
        sync_folder(&self.temporary)
    }
}

/// Brings the new name of a file to disk. Only Unix lets a folder be opened for it.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
