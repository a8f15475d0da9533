//! A signature file with the line of each of its keys, so that whatever is wrong with it can be pointed at.
//!
//! Each `[[signature]]` is read on its own: one that cannot be read does not hide what is wrong with the others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::lint::Flaw;
use super::signature::{Override, Signature};

/// Most bytes of a user's file.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// A signature file, taken apart.
#[derive(Debug, Clone, Default)]
pub struct PlacedFile {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its signatures, in order.
    pub signatures: Vec<Placed<Signature>>,
    /// Its changes to built-in signatures, in order.
    pub overrides: Vec<Placed<Override>>,
    /// What kept parts of it from being read.
    pub flaws: Vec<Flaw>,
}

/// A table of the file, and where it stands.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// What it says.
    pub value: T,
    /// The line of its header, from 1.
    pub line: usize,
    /// Its bytes in the file's text, header included.
    pub span: Range<usize>,
    /// The lines of its keys: `match.regex`, `remedy[2]`.
    lines: BTreeMap<String, usize>,
}

impl<T> Placed<T> {
    /// The line of a key, or of the nearest key round it that the file gives.
    pub fn line_of(&self, key: &str) -> usize {
        let mut key = key;
        loop {
            if let Some(&line) = self.lines.get(key) {
                return line;
            }
            match key.rfind(['.', '[']) {
                Some(end) => key = &key[..end],
                None => return self.line,
            }
        }
    }
}

impl PlacedFile {
    /// Reads a file of a user's. What is wrong with it is in its flaws.
    pub fn read(path: &Path) -> Self {
        let name = path.display().to_string();
        match text_of(path) {
            Ok(text) => Self::parse(name, text),
            Err(problem) => Self { flaws: vec![Flaw::error(&name, 0, "", problem)], name, ..Self::default() },
        }
    }

    /// Takes a file's text apart; `name` is for messages.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut file = Self { name: name.into(), text: text.into(), ..Self::default() };
        let text = std::mem::take(&mut file.text);
        let lines = Lines::of(&text);
        match DeTable::parse(&text) {
            Err(error) => {
                let line = error.span().map_or(1, |span| lines.at(span.start));
                file.flaws.push(Flaw::error(&file.name, line, "", format!("is no valid TOML: {}", plain(&error))));
            }
            Ok(table) => file.take(&table, &lines),
        }
        file.end_blocks(&text);
        file.text = text;
        file
    }

    fn take(&mut self, table: &Spanned<DeTable<'_>>, lines: &Lines) {
        for (key, value) in table.get_ref() {
            let line = lines.at(key.span().start);
            match (&**key.get_ref(), value.get_ref()) {
                ("signature", DeValue::Array(blocks)) => {
                    for block in blocks {
                        self.signatures.extend(placed(&self.name, block, lines, &mut self.flaws));
                    }
                }
                ("override", DeValue::Array(blocks)) => {
                    for block in blocks {
                        self.overrides.extend(placed(&self.name, block, lines, &mut self.flaws));
                    }
                }
                (name @ ("signature" | "override"), _) => self.flaws.push(Flaw::error(
                    &self.name,
                    line,
                    "",
                    format!("`{name}` is no list of tables; write [[{name}]] with two brackets"),
                )),
                (name, _) => self.flaws.push(Flaw::error(
                    &self.name,
                    line,
                    "",
                    format!("unknown key `{name}`; a file holds [[signature]] and [[override]] tables only"),
                )),
            }
        }
    }

    /// A block reaches to the next one; TOML itself only knows where each begins.
    fn end_blocks(&mut self, text: &str) {
        let mut starts: Vec<usize> = self.signatures.iter().map(|block| block.span.start).collect();
        starts.extend(self.overrides.iter().map(|block| block.span.start));
        starts.sort_unstable();
        let end_of = |start: usize| {
            let next = starts.get(starts.partition_point(|&other| other <= start)).copied().unwrap_or(text.len());
            start + without_next_heading(&text[start..next]).len()
        };
        for block in &mut self.signatures {
            block.span.end = end_of(block.span.start);
        }
        for block in &mut self.overrides {
            block.span.end = end_of(block.span.start);
        }
    }
}

/// A block's text without the comments and blank lines at its end: they belong to what follows.
pub(super) fn without_next_heading(block: &str) -> &str {
    let mut left = block.trim_end();
    while let Some(line) = left.lines().next_back()
        && line.trim_start().starts_with('#')
    {
        left = left[..left.len() - line.len()].trim_end();
    }
    left
}

fn placed<T: for<'a> Deserialize<'a>>(
    name: &str,
    block: &Spanned<DeValue<'_>>,
    lines: &Lines,
    flaws: &mut Vec<Flaw>,
) -> Option<Placed<T>> {
    let line = lines.at(block.span().start);
    let id = match block.get_ref() {
        DeValue::Table(table) => table.get("id").and_then(|id| id.get_ref().as_str()).unwrap_or_default(),
        _ => "",
    };
    let mut keys = BTreeMap::new();
    note_lines("", block, lines, &mut keys);
    match T::deserialize(ValueDeserializer::from(block.clone())) {
        Ok(value) => Some(Placed { value, line, span: block.span(), lines: keys }),
        Err(error) => {
            let at = error.span().map_or(line, |span| lines.at(span.start));
            let hint = "; `logmedic schema signature` tells every key and its values";
            flaws.push(Flaw::error(name, at, id, format!("{}{hint}", plain(&error))));
            None
        }
    }
}

fn note_lines(path: &str, value: &Spanned<DeValue<'_>>, lines: &Lines, keys: &mut BTreeMap<String, usize>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                let path =
                    if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
                keys.insert(path.clone(), lines.at(key.span().start));
                note_lines(&path, value, lines, keys);
            }
        }
        DeValue::Array(array) => {
            for (i, value) in array.iter().enumerate() {
                let path = format!("{path}[{i}]");
                keys.insert(path.clone(), lines.at(value.span().start));
                note_lines(&path, value, lines, keys);
            }
        }
        _ => {}
    }
}

/// What TOML's own message says, on one line.
fn plain(error: &toml::de::Error) -> String {
    error.message().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

fn text_of(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    // The length is not asked for beforehand: a pipe or a device has none.
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("is larger than {} MiB; split it", MOST_BYTES / 1024 / 1024));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("is not UTF-8 from byte {} on; save it as UTF-8", error.utf8_error().valid_up_to()))
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|&start| start <= byte) + 1
    }
}
