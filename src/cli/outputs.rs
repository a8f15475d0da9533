//! Where a report goes: standard output, and files beside it, all from one scan.

mod files;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::builder::{OsStringValueParser, PathBufValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use logmedic::diagnosis::{Change, Stamp};
use logmedic::report::prometheus;
use logmedic::report::redact::Redactor;
use logmedic::{Diagnosis, Error, Format, RedactionKey, RedactionKeyId, RedactionLevel, ReportOptions};

use super::schedule::Run;
use super::{complain, nagios, print};
use files::{ReportFiles, folder_of};

#[derive(Debug, Args)]
pub(super) struct OutputArguments {
    /// Form of the report on standard output.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: Format,
    /// Also write the report to FILE, whole or not at all (may be repeated). Its extension tells the form
    /// (.txt .json .md …), or FORMAT: before it. A new file that can hold log text is its owner's only.
    #[arg(short, long = "output", value_name = "[FORMAT:]FILE", value_parser = OsStringValueParser::new().try_map(Output::parse))]
    outputs: Vec<Output>,
    /// How much is masked [default: full for forms that are made for others, secrets for the rest].
    #[arg(long, value_name = "LEVEL", value_parser = redaction_levels())]
    redact: Option<RedactionLevel>,
    /// Pseudonyms made with the key in this file (32 bytes or more, its owner's alone): the same in every report, run and
    /// node. Without it they are numbered.
    #[arg(long, value_name = "FILE", value_parser = PathBufValueParser::new().try_map(|path| RedactionKey::read(&path)))]
    redact_key: Option<RedactionKey>,
    /// Leave out of reports when they were made; `SOURCE_DATE_EPOCH`, where set, is the time they tell.
    #[arg(long)]
    no_timestamp: bool,
    /// With `--format nagios`: answer UNKNOWN after so many seconds, before the monitoring system ends the run.
    #[arg(short, long, value_name = "SECONDS", value_parser = value_parser!(u32).range(1..))]
    timeout: Option<u32>,
}

/// A file that a report goes to.
#[derive(Debug, Clone)]
struct Output {
    path: PathBuf,
    format: Format,
}

/// How what is reported was masked before: reports that are merged may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// Nothing is masked less: what was masked cannot be shown.
    pub(super) level: RedactionLevel,
    /// Names the key of the pseudonyms in it.
    pub(super) key: Option<RedactionKeyId>,
}

impl Before {
    /// Of logs.
    pub(super) const NOT_MASKED: Self = Self { level: RedactionLevel::Off, key: None };
}

impl OutputArguments {
    /// Refuses what could not be written later, before a long scan: folders, links, devices, one file named twice. Starts
    /// the clock of `--timeout`.
    pub(super) fn check(&self) -> Result<()> {
        match self.timeout {
            Some(seconds) if self.is_plugin() => nagios::limit(seconds)?,
            Some(_) => bail!("--timeout is for monitoring systems: it goes with --format nagios only"),
            None => {}
        }
        self.made()?;
        let mut known = BTreeSet::new();
        for output in &self.outputs {
            let place = output.check()?;
            if !known.insert(place) {
                bail!("cannot write {}: it is named twice; each -o needs a file of its own", output.path.display());
            }
        }
        Ok(())
    }

    /// Whether standard output and exit code are those of a plugin of a monitoring system.
    pub(super) fn is_plugin(&self) -> bool {
        self.format == Format::Nagios
    }

    /// Refuses to write over what is read. Called with what was named before a scan, and after it with what was found.
    pub(super) fn refuse_inputs<'a>(&self, inputs: impl Iterator<Item = &'a Path>) -> Result<()> {
        if self.outputs.is_empty() {
            return Ok(());
        }
        let inputs: BTreeSet<FileIdentity> = inputs.filter_map(identity).collect();
        let mut outputs = self.outputs.iter();
        match outputs.find(|output| identity(&output.path).is_some_and(|file| inputs.contains(&file))) {
            Some(output) => bail!(
                "will not write {}: it is one of the logs that are read; name another file",
                output.path.display()
            ),
            None => Ok(()),
        }
    }

    /// Puts the files on disk, writes the report on standard output, and gives the files their names. The report comes
    /// even where a file cannot be written: on a full disk the answer still reaches the one who asked.
    ///
    /// The state of a `run` is proven to be writable before all that, and becomes the one that counts once the report has
    /// reached its reader and every file is on disk; else it stays as it was, and so do the files.
    pub(super) fn write(
        &self,
        diagnosis: &Diagnosis,
        verbose: bool,
        before: Before,
        run: Option<&mut Run<'_>>,
    ) -> Result<()> {
        let made = self.made()?;
        let options = |format: Format| ReportOptions { verbose, made, ..self.options(format, before) };
        let files = self.rendered(diagnosis, &options);
        let pending = files.as_ref().map(ReportFiles::pending).unwrap_or_default();
        // Dropped after the files: as long as the staged state is there, the next run knows what to remove.
        let mut state = run.map(|run| run.stage(pending)).transpose()?.flatten();
        let files = files.and_then(ReportFiles::write);
        let printed = print(&logmedic::render(diagnosis, self.format, options(self.format)));
        let mut files = files?;
        let Some(state) = &mut state else {
            files.publish()?;
            return printed.map(|_| ());
        };
        if printed? {
            let committed = state.commit();
            if state.counts() {
                files.keep();
            }
            committed?;
            files.publish().context("the state is saved, and the next run gives the report its name")?;
            state.settle();
        }
        Ok(())
    }

    /// Makes the report of each file.
    fn rendered(
        &self,
        diagnosis: &Diagnosis,
        options: &impl Fn(Format) -> ReportOptions,
    ) -> Result<ReportFiles<'_>, Error> {
        ReportFiles::of(&self.outputs, |output| {
            let options = ReportOptions { last_success: output.last_success(), ..options(output.format) };
            logmedic::render(diagnosis, output.format, options)
        })
    }

    /// The files that are written, from the root, as a state can name them.
    pub(super) fn state_can_name(&self) -> Result<Vec<PathBuf>> {
        let places = self.outputs.iter().map(|output| output.place().map_err(|source| output.failed(source)));
        let places = places.collect::<Result<Vec<_>, Error>>()?;
        match places.iter().find(|place| place.to_str().is_none()) {
            Some(place) => bail!("with --state a report needs a path in UTF-8, and {} is not", place.display()),
            None => Ok(places),
        }
    }

    /// Writes what is news while logs are followed. A reader that has left is a normal end; `false` says so.
    pub(super) fn print_changes(&self, diagnosis: &Diagnosis, changes: &[Change<'_>]) -> Result<bool> {
        let options = self.options(self.format, Before::NOT_MASKED);
        let news: String =
            changes.iter().map(|change| logmedic::render_change(diagnosis, change, self.format, options)).collect();
        if news.is_empty() { Ok(true) } else { print(&news) }
    }

    /// Whether the end of what was followed repeats nothing, so that all changes must have been told before it.
    pub(super) fn tells_changes_to_the_end(&self) -> bool {
        self.format == Format::Ndjson
    }

    /// Writes the files, and if `wanted` the end of what was followed on standard output.
    pub(super) fn write_end(&self, diagnosis: &Diagnosis, verbose: bool, wanted: bool) -> Result<()> {
        let made = self.made()?;
        let options = |format: Format| ReportOptions { verbose, made, ..self.options(format, Before::NOT_MASKED) };
        let files = self.rendered(diagnosis, &options).and_then(ReportFiles::write);
        let printed =
            if wanted { print(&logmedic::render_end(diagnosis, self.format, options(self.format))) } else { Ok(false) };
        files?.publish()?;
        printed.map(|_| ())
    }

    /// Writes a report for programs on standard output, and no other. Where nothing could be read a person needs the
    /// reason only, but what adds up many reports would otherwise not know what is missing in its sum.
    pub(super) fn write_for_programs(&self, diagnosis: &Diagnosis) -> Result<()> {
        match self.format {
            Format::Json | Format::Ndjson => {
                let options = self.options(self.format, Before::NOT_MASKED);
                print(&logmedic::render(diagnosis, self.format, options)).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn options(&self, format: Format, before: Before) -> ReportOptions {
        ReportOptions {
            redaction: Some(self.level(format, before)),
            redaction_key: self.redact_key,
            redaction_key_before: before.key,
            ..ReportOptions::default()
        }
    }

    /// The form in which a list of what would be read is printed.
    pub(super) fn list_format(&self) -> Result<Format> {
        match self.format {
            Format::Text | Format::Json if self.outputs.is_empty() => Ok(self.format),
            Format::Text | Format::Json => bail!("--list is printed on standard output only; leave out -o"),
            _ => bail!("--list is printed as text or json; leave out --format, or give --format json"),
        }
    }

    /// Prints a list of what would be read.
    pub(super) fn print_list(&self, diagnosis: &Diagnosis, format: Format) -> Result<()> {
        let options =
            ReportOptions { redaction: self.redact, redaction_key: self.redact_key, ..ReportOptions::default() };
        print(&logmedic::render_list(diagnosis, format, options)).map(|_| ())
    }

    /// Masks what is said on standard error like the report on standard output.
    pub(super) fn redactor(&self, before: Before) -> Redactor {
        Redactor::new(self.level(self.format, before)).keyed(self.redact_key).keyed_before(before.key)
    }

    /// A key that no report uses was meant to change one.
    pub(super) fn complain_of_idle_key(&self, before: Before) {
        let mut formats = self.outputs.iter().map(|output| output.format).chain([self.format]);
        if self.redact_key.is_some() && formats.all(|format| self.level(format, before) != RedactionLevel::Full) {
            complain("the redaction key has nothing to do: only --redact full makes pseudonyms");
        }
    }

    /// Refuses a key other than the one that what is reported was masked with: one report has pseudonyms of one key.
    pub(super) fn check_key(&self, before: Before) -> Result<()> {
        let Some(key) = self.redact_key.filter(|key| Some(key.id()) != before.key) else { return Ok(()) };
        if before.level != RedactionLevel::Full {
            return Ok(());
        }
        let with = before.key.map_or_else(|| "without a key".to_owned(), |other| format!("with the key {other}"));
        bail!(
            "the reports were masked {with}, not with this --redact-key ({}), and cannot be masked anew: leave it out, or \
             merge reports with --redact secrets",
            key.id()
        )
    }

    fn level(&self, format: Format, before: Before) -> RedactionLevel {
        self.redact.unwrap_or_else(|| format.default_redaction()).max(before.level)
    }

    /// When reports say that they were made: never a clock's reading where equal runs must give equal bytes.
    fn made(&self) -> Result<Option<Stamp>> {
        if self.no_timestamp {
            return Ok(None);
        }
        let instant = match std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()) {
            Some(value) => value
                .to_str()
                .and_then(|text| text.parse::<u32>().ok())
                .map(|seconds| i64::from(seconds) * 1000)
                .with_context(|| {
                    format!(
                        "SOURCE_DATE_EPOCH is {}, which is no number of seconds since 1970; mend or unset it",
                        value.display()
                    )
                })?,
            None => jiff::Timestamp::now().as_millisecond(),
        };
        Ok(Some(Stamp { instant, offset: Some(0) }))
    }
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| PossibleValue::new(format.name()).help(format.about())))
        .try_map(|name| Format::named(&name).ok_or("unknown format"))
}

pub(super) fn redaction_levels() -> impl TypedValueParser<Value = RedactionLevel> {
    PossibleValuesParser::new(["off", "secrets", "full"]).try_map(|level| level.parse::<RedactionLevel>())
}

impl Output {
    /// Reads `FILE` or `FORMAT:FILE`. A prefix that names no format belongs to the file's name.
    fn parse(text: OsString) -> Result<Self> {
        let named = text.to_str().and_then(|text| text.split_once(':'));
        if let Some((format, path)) = named.and_then(|(name, path)| Some((Format::named(name)?, path))) {
            if path.is_empty() || format.extension().is_none() {
                bail!("write {}:FILE with a form that goes to files: {}", format.name(), known_extensions());
            }
            return Ok(Self { path: path.into(), format });
        }
        let path = PathBuf::from(text);
        let format = path.extension().and_then(|extension| Format::of_extension(extension.to_str()?));
        let format = format.ok_or_else(|| {
            anyhow!("its extension names no form of report; use {}, or write FORMAT:FILE", known_extensions())
        })?;
        Ok(Self { path, format })
    }

    /// Its folder as the system names it, and its name there, if a report can be put there.
    fn check(&self) -> Result<(PathBuf, OsString)> {
        let path = self.path.display();
        let name = self.path.file_name().with_context(|| format!("cannot write {path}: it names a folder"))?;
        let folder = folder_of(&self.path);
        let folder =
            folder.canonicalize().with_context(|| format!("cannot write {path}: its folder cannot be used"))?;
        match fs::symlink_metadata(&self.path).map(|found| found.file_type()) {
            Ok(kind) if kind.is_dir() => bail!("cannot write {path}: it is a folder; name a file in it"),
            Ok(kind) if kind.is_symlink() => bail!("will not write {path}: it is a link; name the file itself"),
            Ok(kind) if !kind.is_file() => {
                bail!("will not write {path}: it is no regular file; -f says what goes to standard output")
            }
            _ => Ok((folder, name.to_owned())),
        }
    }

    /// Its name from the root. A relative one may mean another file to the next run.
    fn place(&self) -> io::Result<PathBuf> {
        Ok(folder_of(&self.path).canonicalize()?.join(self.path.file_name().unwrap_or_default()))
    }

    /// When the last run was that read everything, as the file says that is to be replaced.
    fn last_success(&self) -> Option<Stamp> {
        /// More than such a file holds, in bytes.
        const MOST: u64 = 1 << 20;
        if self.format != Format::Prometheus {
            return None;
        }
        let mut text = String::new();
        File::open(&self.path).ok()?.take(MOST).read_to_string(&mut text).ok()?;
        prometheus::last_success(&text)
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Output { path: self.path.clone(), source }
    }
}

fn known_extensions() -> String {
    let extensions: Vec<String> =
        Format::ALL.iter().filter_map(|format| format.extension()).map(|extension| format!(".{extension}")).collect();
    extensions.join(" ")
}

/// Device and number of a regular file: equal for every name that it has.
#[cfg(unix)]
type FileIdentity = (u64, u64);
#[cfg(not(unix))]
type FileIdentity = PathBuf;

fn identity(path: &Path) -> Option<FileIdentity> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    #[cfg(unix)]
    return Some((std::os::unix::fs::MetadataExt::dev(&found), std::os::unix::fs::MetadataExt::ino(&found)));
    #[cfg(not(unix))]
    return path.canonicalize().ok();
}
