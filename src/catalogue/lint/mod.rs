//! Proves signatures: what can be said of a file before any log is read. Built-in files and users' own files go the
//! same way; only what a built-in file must have besides (sources, long anchors, the whole guide) is asked of it alone.
//!
//! Whether examples match is proven where logs are scanned, in the analyzer.

mod clauses;
mod remedies;
mod texts;

use std::collections::BTreeMap;
use std::fmt;

use super::placed::{Placed, PlacedFile};
use super::{Catalogue, Guide, Signature};

/// Most signatures of users' own files together.
const MOST_SIGNATURES: usize = 1_000;

/// Something wrong with a signature file, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The signature; empty where none is meant.
    pub id: String,
    /// What is wrong, and what to do.
    pub text: String,
    /// Whether the file can be used all the same.
    pub is_remark: bool,
}

impl Flaw {
    /// Something because of which the file cannot be used.
    pub fn error(file: &str, line: usize, id: &str, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, id: id.to_owned(), text: text.into(), is_remark: false }
    }

    /// Something worth knowing.
    pub fn remark(file: &str, line: usize, id: &str, text: impl Into<String>) -> Self {
        Self { is_remark: true, ..Self::error(file, line, id, text) }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names, ids and what is quoted come from files that are not trusted: a message stays short and on its line.
        let short = |text: &str, most: usize| -> String {
            let letters = text.chars().take(most).map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter });
            letters.chain(text.chars().nth(most).map(|_| '…')).collect()
        };
        write!(f, "{}:", self.file.escape_debug())?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if !self.id.is_empty() {
            write!(f, " {}:", short(&self.id, 80))?;
        }
        let remark = if self.is_remark { " remark:" } else { "" };
        write!(f, "{remark} {}", short(&self.text, 500))
    }
}

/// Checks users' own files against the built-in catalogue and each other.
pub fn check(files: &[PlacedFile], built_in: &Catalogue) -> Vec<Flaw> {
    run(files, Some(built_in))
}

/// Checks the built-in files, and that the guide is used to the last item.
pub fn check_built_in() -> Vec<Flaw> {
    let files = Catalogue::placed_files();
    let mut flaws = run(&files, None);
    flaws.extend(remedies::check_guide(&files));
    flaws
}

/// What the files may refer to, and what they are.
struct Known<'a> {
    /// Every id, and whether it is built in.
    ids: BTreeMap<&'a str, bool>,
    guide: &'a Guide,
    /// Whether the files are users' own.
    own: bool,
}

/// One signature under examination.
struct Examined<'a> {
    file: &'a PlacedFile,
    block: &'a Placed<Signature>,
    known: &'a Known<'a>,
    flaws: Vec<Flaw>,
}

impl<'a> Examined<'a> {
    fn signature(&self) -> &'a Signature {
        &self.block.value
    }

    fn wrong(&mut self, key: &str, text: impl Into<String>) {
        self.flaws.push(Flaw::error(&self.file.name, self.block.line_of(key), &self.block.value.id, text));
    }

    fn remark(&mut self, key: &str, text: impl Into<String>) {
        self.flaws.push(Flaw::remark(&self.file.name, self.block.line_of(key), &self.block.value.id, text));
    }
}

fn run(files: &[PlacedFile], built_in: Option<&Catalogue>) -> Vec<Flaw> {
    let guide = Catalogue::guide();
    let mut known = Known { ids: BTreeMap::new(), guide: &guide, own: built_in.is_some() };
    if let Some(built_in) = built_in {
        known.ids.extend(built_in.outlines().iter().map(|outline| (outline.id.as_str(), true)));
    }
    let mut flaws: Vec<Flaw> = files.iter().flat_map(|file| file.flaws.clone()).collect();
    flaws.extend(duplicates(files, &mut known));
    for file in files {
        for block in &file.signatures {
            let mut examined = Examined { file, block, known: &known, flaws: Vec::new() };
            texts::check(&mut examined);
            clauses::check(&mut examined);
            remedies::check(&mut examined);
            flaws.append(&mut examined.flaws);
        }
    }
    flaws.extend(clauses::too_many_anchors(files));
    flaws.extend(too_many(files, &known));
    flaws.extend(overrides(files, &known));
    let order = |flaw: &Flaw| files.iter().position(|file| file.name == flaw.file);
    flaws.sort_by(|a, b| (order(a), a.line, a).cmp(&(order(b), b.line, b)));
    flaws.dedup();
    flaws
}

/// Where users' own files hold more signatures than people write.
fn too_many(files: &[PlacedFile], known: &Known<'_>) -> Option<Flaw> {
    let mut blocks = files.iter().flat_map(|file| file.signatures.iter().map(move |block| (file, block)));
    let (file, block) = blocks.nth(MOST_SIGNATURES).filter(|_| known.own)?;
    let text = format!("with this one the files hold more than {MOST_SIGNATURES} signatures; use fewer");
    Some(Flaw::error(&file.name, block.line, &block.value.id, text))
}

/// Learns all ids, and tells which are given twice.
fn duplicates<'a>(files: &'a [PlacedFile], known: &mut Known<'a>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for file in files {
        for block in &file.signatures {
            let id = block.value.id.as_str();
            let line = block.line_of("id");
            if known.ids.get(id) == Some(&true) && known.own {
                flaws.push(Flaw::error(
                    &file.name,
                    line,
                    id,
                    "this id is built in; take another, or use [[override]] to change the severity or to switch the built-in one off",
                ));
            } else if let Some(place) = places.get(id) {
                flaws.push(Flaw::error(&file.name, line, id, format!("this id stands in {place} too; take another")));
            } else {
                places.insert(id, format!("{}:{line}", file.name));
                known.ids.insert(id, !known.own);
            }
        }
    }
    flaws
}

fn overrides(files: &[PlacedFile], known: &Known<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for file in files {
        for block in &file.overrides {
            let id = block.value.id.as_str();
            let problem = match (known.ids.get(id), places.get(id)) {
                _ if !known.own => "a built-in file overrides nothing; change the signature itself".to_owned(),
                (None, _) => {
                    "there is no signature of this id to override; `logmedic signatures list` shows them all".to_owned()
                }
                (Some(false), _) => {
                    "only built-in signatures are overridden; change your own where it stands".to_owned()
                }
                (Some(true), Some(place)) => format!("is overridden in {place} too; keep one of the two"),
                (Some(true), None) if block.value.enabled && block.value.severity.is_none() => {
                    "changes nothing; give `severity` or `enabled = false`".to_owned()
                }
                (Some(true), None) => {
                    places.insert(id, format!("{}:{}", file.name, block.line));
                    continue;
                }
            };
            flaws.push(Flaw::error(&file.name, block.line_of("id"), id, problem));
        }
    }
    flaws
}
