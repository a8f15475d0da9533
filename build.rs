//! Takes the outlines out of the built-in signature files, so that a scan need not parse their texts, and counts the grams
//! of common text, so that it need not count them.
//!
//! A file that does not parse stops the build with its name and the place; everything else is proven by
//! `tests/catalogue.rs` through the code that checks users' files too.

#![allow(
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a build that cannot go on stops with a message, and the modules below are the library's public ones"
)]

#[path = "src/catalogue/digest.rs"]
mod digest;
#[path = "src/matcher/grams.rs"]
mod grams;
#[path = "src/catalogue/outline.rs"]
mod outline;
#[path = "src/catalogue/signature.rs"]
mod signature;

use std::path::{Path, PathBuf};
use std::{env, fs};

use digest::Digest;
use outline::{BuiltIn, Outline};
use signature::SignatureFile;

fn main() {
    let sources = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("src");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    write_outlines(&sources.join("catalogue"), &out);
    write_gram_counts(&sources.join("matcher/common_text.txt"), &out);
}

fn write_gram_counts(sample: &Path, out: &Path) {
    println!("cargo::rerun-if-changed=src/matcher/common_text.txt");
    println!("cargo::rerun-if-changed=src/matcher/grams.rs");
    let text = fs::read(sample).expect("the sample is part of the package");
    let counts = grams::LENGTHS.flat_map(|length| {
        let mut counts = vec![0_u8; grams::COUNTS];
        for gram in text.windows(length) {
            let count = &mut counts[grams::place(gram)];
            *count = count.saturating_add(1);
        }
        counts
    });
    fs::write(out.join("gram_counts.bin"), counts.collect::<Vec<u8>>()).expect("writable");
}

fn write_outlines(folder: &Path, out: &Path) {
    println!("cargo::rerun-if-changed=src/catalogue");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of signature files is part of the package")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "toml")
                && path.file_stem().is_some_and(|stem| stem != "guide")
        })
        .collect();
    files.sort();
    let mut digest = Digest::default();
    let mut outlines: Vec<BuiltIn> = Vec::new();
    let mut embedded = String::new();
    for (index, path) in files.iter().enumerate() {
        let text = fs::read_to_string(path).expect("readable");
        digest = digest.with(text.as_bytes());
        let parsed: SignatureFile = match toml::from_str(&text) {
            Ok(parsed) => parsed,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        let mut starts: Vec<usize> = text
            .match_indices("[[signature]]")
            .map(|(at, _)| at)
            .filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
            .collect();
        assert_eq!(starts.len(), parsed.signatures.len(), "{}: each signature is one block", path.display());
        starts.push(text.len());
        for (signature, span) in parsed.signatures.iter().zip(starts.windows(2)) {
            outlines.push(BuiltIn { file: index, start: span[0], end: span[1], outline: Outline::from(signature) });
        }
        let name = path.file_name().and_then(|name| name.to_str()).expect("our own names are UTF-8");
        embedded.push_str(&format!("    ({name:?}, include_str!({:?})),\n", path.display().to_string()));
    }
    // Inside a category the order of the file is the order of preference, so the sort must be stable.
    outlines.sort_by_key(|entry| entry.outline.category);
    let guide = fs::read_to_string(folder.join("guide.toml")).expect("the guide is part of the package");
    digest = digest.with(guide.as_bytes());
    let name: toml::Table = guide.parse().unwrap_or_else(|error| panic!("guide.toml: {error}"));
    let name = ["title", "url", "updated"].map(|key| name[key].as_str().expect("the guide has a name").to_owned());
    fs::write(out.join("outlines.json"), serde_json::to_string(&outlines).expect("plain data")).expect("writable");
    fs::write(
        out.join("embedded.rs"),
        format!("/// Digest of all embedded files.\npub(super) const DIGEST: &str = {:?};\n/// The embedded signature files by name.\npub(super) const FILES: &[(&str, &str)] = &[\n{embedded}];\n/// The guide's title, address and date.\npub(super) const GUIDE_NAME: [&str; 3] = {name:?};\n", digest.to_hex()),
    )
    .expect("writable");
}
