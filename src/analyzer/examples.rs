//! Proves signatures by their examples: each is scanned against the whole catalogue, so that it is seen who else
//! claims it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::memory::scan_text;
use crate::catalogue::{Catalogue, CatalogueError, Flaw, Placed, PlacedFile, Role, Signature};
use crate::matcher::Matcher;

/// What the examples of some files show.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// Examples that do not match, and counter-examples that do.
    pub flaws: Vec<Flaw>,
    /// Examples that another root shows too, though neither of the two names the other as a look-alike.
    pub undeclared: Vec<Flaw>,
    /// For each signature the others that its examples show too, and in how many of them.
    pub overlaps: BTreeMap<String, BTreeMap<String, usize>>,
    /// Signatures that were proven.
    pub signatures: usize,
    /// Their examples.
    pub examples: usize,
    /// Their counter-examples.
    pub counter_examples: usize,
    /// The distinct AADSTS codes that they know.
    pub codes: BTreeSet<String>,
}

/// The built-in catalogue with users' own files, all of them read, checked and proven by their examples. Overlaps with
/// other signatures are left to `signatures test`: a new release may bring some, and must not stop a scan by that.
pub fn load_with(paths: &[PathBuf]) -> Result<Catalogue, CatalogueError> {
    let files: Vec<PlacedFile> = paths.iter().map(|path| PlacedFile::read(path)).collect();
    let catalogue = Catalogue::with(&files)?;
    if files.iter().any(|file| !file.signatures.is_empty()) {
        CatalogueError::unless_usable(&prove(&catalogue, &files)?.flaws)?;
    }
    Ok(catalogue)
}

/// Scans every example and counter-example of the files with the whole catalogue, which must hold their signatures.
pub fn prove(catalogue: &Catalogue, files: &[PlacedFile]) -> Result<Proof, CatalogueError> {
    let matcher = Matcher::new(catalogue, |_| true)?;
    let subjects: Vec<Subject<'_>> = files
        .iter()
        .flat_map(|file| file.signatures.iter().map(move |block| (file, block)))
        .filter_map(|(file, block)| {
            let rank = catalogue.rank_of(&block.value.id)?;
            Some(Subject { catalogue, matcher: &matcher, file, block, rank })
        })
        .collect();
    let parts: Vec<Proof> = subjects.par_iter().map(Subject::prove).collect();
    Ok(parts.into_iter().fold(Proof::default(), Proof::and))
}

/// The examples of the built-in signatures that a user's signature now claims; where the author wants that, the
/// signature names the built-in one as a look-alike, or an `[[override]]` switches it off.
pub fn taken_over(catalogue: &Catalogue, own: &[PlacedFile]) -> Result<Vec<Flaw>, CatalogueError> {
    let matcher = Matcher::new(catalogue, |_| true)?;
    let mut flaws = Vec::new();
    let off: BTreeSet<&str> = own
        .iter()
        .flat_map(|file| &file.overrides)
        .filter(|block| !block.value.enabled)
        .map(|block| block.value.id.as_str())
        .collect();
    for block in Catalogue::placed_files().iter().flat_map(|file| &file.signatures) {
        let id = block.value.id.as_str();
        if off.contains(id) {
            continue;
        }
        for (i, example) in block.value.examples.iter().enumerate() {
            let claims = Claims::of(&matcher, example);
            for (file, other) in own.iter().flat_map(|file| file.signatures.iter().map(move |block| (file, block))) {
                let owns = catalogue.rank_of(&other.value.id).is_some_and(|rank| claims.owners.contains(&rank));
                if owns && !names(&other.value, id) {
                    let text = format!(
                        "takes over example {} of the built-in {id}; narrow it with `all` or `none`, or name {id} among its look_alikes",
                        i + 1
                    );
                    flaws.push(Flaw::error(&file.name, other.line_of("match"), &other.value.id, text));
                }
            }
        }
    }
    Ok(flaws)
}

impl Proof {
    /// Both proofs, the flaws of this one first.
    fn and(mut self, other: Self) -> Self {
        self.flaws.extend(other.flaws);
        self.undeclared.extend(other.undeclared);
        self.overlaps.extend(other.overlaps);
        self.signatures += other.signatures;
        self.examples += other.examples;
        self.counter_examples += other.counter_examples;
        self.codes.extend(other.codes);
        self
    }
}

/// Ranks of the signatures that a text shows.
struct Claims {
    owners: BTreeSet<usize>,
    others: BTreeSet<usize>,
}

impl Claims {
    fn of(matcher: &Matcher, text: &str) -> Self {
        let tally = scan_text(matcher, "example", text.as_bytes());
        let others = tally.findings.values().flat_map(|finding| finding.seen_as.keys().copied()).collect();
        Self { owners: tally.findings.keys().copied().collect(), others }
    }
}

/// One signature whose examples are scanned.
struct Subject<'a> {
    catalogue: &'a Catalogue,
    matcher: &'a Matcher,
    file: &'a PlacedFile,
    block: &'a Placed<Signature>,
    rank: usize,
}

impl Subject<'_> {
    fn prove(&self) -> Proof {
        let signature = &self.block.value;
        let mut proof = Proof {
            signatures: 1,
            examples: signature.examples.len(),
            counter_examples: signature.counter_examples.len(),
            codes: signature.matching.codes.iter().cloned().collect(),
            ..Proof::default()
        };
        for (i, text) in signature.examples.iter().enumerate() {
            let claims = Claims::of(self.matcher, text);
            if !claims.owners.contains(&self.rank) {
                proof.flaws.push(self.wrong("examples", i, &self.missed(i, &claims)));
                continue;
            }
            for &other in claims.owners.union(&claims.others).filter(|&&other| other != self.rank) {
                let outline = self.catalogue.outline(other);
                *proof.overlaps.entry(signature.id.clone()).or_default().entry(outline.id.clone()).or_default() += 1;
                if signature.role == Role::Root && outline.role == Role::Root && !self.is_declared(other) {
                    let text = format!(
                        "example {} shows {} too, which can be a cause as well; name it among the look_alikes, or narrow one of the two",
                        i + 1,
                        outline.id
                    );
                    proof.undeclared.push(self.wrong("examples", i, &text));
                }
            }
        }
        for (i, text) in signature.counter_examples.iter().enumerate() {
            let claims = Claims::of(self.matcher, text);
            if claims.owners.contains(&self.rank) || claims.others.contains(&self.rank) {
                let text = format!("counter-example {} matches; narrow the signature with `all` or `none`", i + 1);
                proof.flaws.push(self.wrong("counter_examples", i, &text));
            }
        }
        proof
    }

    fn missed(&self, i: usize, claims: &Claims) -> String {
        let ids: Vec<&str> = claims.owners.iter().map(|&rank| self.catalogue.outline(rank).id.as_str()).collect();
        let hint = "`logmedic explain -` on it tells why";
        if claims.others.contains(&self.rank) {
            format!(
                "example {} counts for {}, which outranks this signature; take another example ({hint})",
                i + 1,
                ids.join(", ")
            )
        } else if ids.is_empty() {
            format!("example {} does not match; mend `match` or the example ({hint})", i + 1)
        } else {
            format!("example {} does not match, but counts for {} ({hint})", i + 1, ids.join(", "))
        }
    }

    fn is_declared(&self, other: usize) -> bool {
        let signature = &self.block.value;
        names(signature, &self.catalogue.outline(other).id) || names(&self.catalogue.signature(other), &signature.id)
    }

    fn wrong(&self, key: &str, i: usize, text: &str) -> Flaw {
        Flaw::error(&self.file.name, self.block.line_of(&format!("{key}[{i}]")), &self.block.value.id, text)
    }
}

fn names(signature: &Signature, other: &str) -> bool {
    signature.look_alikes.iter().any(|look_alike| look_alike.id == other)
}
