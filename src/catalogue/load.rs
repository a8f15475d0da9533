//! The catalogue as one run uses it: the built-in signatures, and those of the user's own files.

use std::collections::HashMap;

use serde::Deserialize;

use super::digest::Digest;
use super::guide::Guide;
use super::lint::{self, Flaw};
use super::outline::{BuiltIn, Outline};
use super::placed::{self, PlacedFile};
use super::signature::{Override, Signature, SignatureFile};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

const OUTLINES: &str = include_str!(concat!(env!("OUT_DIR"), "/outlines.json"));
const GUIDE: &str = include_str!("guide.toml");

/// Why a signature file cannot be used. The message names the file, the place and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CatalogueError(pub String);

/// Most flaws that one message lists.
const FLAWS_SHOWN: usize = 20;

impl CatalogueError {
    /// Stops because of these flaws, if one of them is more than a remark.
    pub fn unless_usable(flaws: &[Flaw]) -> Result<(), Self> {
        let errors: Vec<String> = flaws.iter().filter(|flaw| !flaw.is_remark).map(ToString::to_string).collect();
        if errors.is_empty() {
            return Ok(());
        }
        let more = errors.len().saturating_sub(FLAWS_SHOWN);
        let tail = if more > 0 { format!("\nand {more} more") } else { String::new() };
        Err(Self(format!("{}{tail}", errors[..errors.len() - more].join("\n"))))
    }
}

/// Signatures, addressed by their rank: a lower index outranks a higher one inside an event.
#[derive(Debug, Clone)]
pub struct Catalogue {
    outlines: Vec<Outline>,
    texts: Vec<Text>,
    index: HashMap<String, usize>,
    digest: String,
}

/// Where a signature's texts are.
#[derive(Debug, Clone)]
enum Text {
    Embedded {
        file: usize,
        start: usize,
        end: usize,
    },
    /// A user's, with what the author typed.
    Own(Box<Signature>, String),
}

impl Catalogue {
    /// The signatures that are part of the program.
    ///
    /// # Panics
    /// Never: what is embedded was written by the build script.
    #[expect(clippy::expect_used, reason = "the build script wrote it through the same types")]
    pub fn built_in() -> Self {
        let entries: Vec<BuiltIn> = serde_json::from_str(OUTLINES).expect("the build script wrote it");
        let mut catalogue = Self {
            outlines: Vec::new(),
            texts: Vec::new(),
            index: HashMap::new(),
            digest: embedded::DIGEST.to_owned(),
        };
        for entry in entries {
            catalogue.outlines.push(entry.outline);
            catalogue.texts.push(Text::Embedded { file: entry.file, start: entry.start, end: entry.end });
        }
        catalogue.rebuild_index();
        catalogue
    }

    /// A catalogue of just these signatures, in order of their categories; ids must be distinct.
    pub fn of(signatures: Vec<Signature>) -> Self {
        let mut catalogue =
            Self { outlines: Vec::new(), texts: Vec::new(), index: HashMap::new(), digest: Digest::default().to_hex() };
        for signature in signatures {
            catalogue.insert(signature, String::new());
        }
        catalogue.rebuild_index();
        catalogue
    }

    /// The built-in signatures with those of users' own files, and with the changes that these make. All files are
    /// checked; whether examples match is not, since nothing is matched here.
    pub fn with(files: &[PlacedFile]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::built_in();
        if files.is_empty() {
            return Ok(catalogue);
        }
        CatalogueError::unless_usable(&lint::check(files, &catalogue))?;
        let mut digest = Digest::default().with(catalogue.digest.as_bytes());
        for file in files {
            digest = digest.with(file.text.as_bytes());
            for block in &file.overrides {
                catalogue.change(&block.value);
            }
        }
        for (file, block) in files.iter().flat_map(|file| file.signatures.iter().map(move |block| (file, block))) {
            catalogue.insert(block.value.clone(), file.text[block.span.clone()].to_owned());
        }
        catalogue.digest = digest.to_hex();
        catalogue.rebuild_index();
        Ok(catalogue)
    }

    fn insert(&mut self, signature: Signature, text: String) {
        let at = self.outlines.partition_point(|outline| outline.category <= signature.category);
        self.outlines.insert(at, Outline::from(&signature));
        self.texts.insert(at, Text::Own(Box::new(signature), text));
    }

    fn change(&mut self, change: &Override) {
        let Some(rank) = self.outlines.iter().position(|outline| outline.id == change.id) else { return };
        if let Some(severity) = change.severity {
            self.outlines[rank].severity = severity;
        }
        self.outlines[rank].off = !change.enabled;
    }

    fn rebuild_index(&mut self) {
        self.index = self.outlines.iter().enumerate().map(|(i, outline)| (outline.id.clone(), i)).collect();
    }

    /// What matching needs, in order of rank.
    pub fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    /// The outline with this rank.
    pub fn outline(&self, rank: usize) -> &Outline {
        &self.outlines[rank]
    }

    /// The rank of a signature.
    pub fn rank_of(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// All texts of the signature with this rank.
    ///
    /// # Panics
    /// If there is no such rank.
    #[expect(clippy::expect_used, reason = "the build script parsed the same bytes")]
    pub fn signature(&self, rank: usize) -> Signature {
        let signature = match &self.texts[rank] {
            Text::Own(signature, _) => (**signature).clone(),
            Text::Embedded { file, start, end } => {
                let parsed: SignatureFile =
                    toml::from_str(&embedded::FILES[*file].1[*start..*end]).expect("the build script parsed it");
                parsed.signatures.into_iter().next().expect("each block holds one")
            }
        };
        Signature { severity: self.outlines[rank].severity, ..signature }
    }

    /// Whether a user's `[[override]]` switched the signature with this rank off.
    pub fn is_off(&self, rank: usize) -> bool {
        self.outlines[rank].off
    }

    /// The signature with this rank as its author typed it, without what a user's `[[override]]` changes.
    pub fn text(&self, rank: usize) -> &str {
        match &self.texts[rank] {
            Text::Own(_, text) => text,
            Text::Embedded { file, start, end } => {
                placed::without_next_heading(&embedded::FILES[*file].1[*start..*end])
            }
        }
    }

    /// The signature with this id.
    pub fn find(&self, id: &str) -> Option<Signature> {
        self.rank_of(id).map(|rank| self.signature(rank))
    }

    /// Names the exact contents: equal digests mean equal signatures.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The guide and our own remedies.
    ///
    /// # Panics
    /// Never: `tests/catalogue.rs` loads the embedded text.
    #[expect(clippy::expect_used, reason = "the embedded text is proven by tests/catalogue.rs")]
    pub fn guide() -> Guide {
        toml::from_str(GUIDE).expect("the embedded guide parses")
    }

    /// The guide as it stands in its file.
    pub fn guide_text() -> &'static str {
        GUIDE
    }

    /// The guide's title, address and date, without parsing its text.
    pub fn guide_name() -> [&'static str; 3] {
        embedded::GUIDE_NAME
    }

    /// The embedded signature files, taken apart.
    pub fn placed_files() -> Vec<PlacedFile> {
        embedded::FILES.iter().map(|&(name, text)| PlacedFile::parse(name, text)).collect()
    }
}

impl SignatureFile {
    /// Reads a file's text; `name` is used in messages only.
    pub fn parse(name: &str, text: &str) -> Result<Self, CatalogueError> {
        let deserializer =
            toml::Deserializer::parse(text).map_err(|error| CatalogueError(format!("{name}: {error}")))?;
        Self::deserialize(deserializer).map_err(|error| CatalogueError(format!("{name}: {error}")))
    }
}
