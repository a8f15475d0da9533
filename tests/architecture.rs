//! Which part may import which, read from the sources, and the rules that hold for all of them: the library neither
//! prints nor exits, one file holds `unsafe`, nothing opens a connection, and files stay short.
//!
//! Sources are read as text: comments are dropped, paths are followed from `crate::` and `super::`.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each part of the library, and the parts that it may import beside `error`.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    // A signature file that cannot be used is one of the few reasons to stop.
    ("error", &["catalogue"]),
    ("event", &[]),
    ("input", &[]),
    ("catalogue", &[]),
    ("matcher", &["event", "catalogue"]),
    ("diagnosis", &["event", "catalogue", "matcher"]),
    ("report", &["catalogue", "diagnosis"]),
    ("schedule", &["input", "diagnosis"]),
    ("analyzer", &["event", "input", "catalogue", "matcher", "diagnosis", "schedule"]),
];

/// Parts of the binary, which sees the library from outside.
const BINARY: [&str; 2] = ["main", "cli"];

const MOST_LINES: usize = 500;

/// The one file with `unsafe`.
const MAP: &str = "input/map.rs";

#[test]
fn each_part_imports_only_what_it_may() {
    let mut wrong = forbidden_imports();
    wrong.retain(|arrow| !arrow.starts_with("report -> "));
    assert!(wrong.is_empty(), "forbidden imports:\n{}", lines(&wrong));
}

#[test]
fn report_imports_only_what_it_may() {
    let mut wrong = forbidden_imports();
    wrong.retain(|arrow| arrow.starts_with("report -> "));
    assert!(wrong.is_empty(), "forbidden imports:\n{}", lines(&wrong));
}

#[test]
fn parts_do_not_import_each_other_in_a_circle() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().filter(Source::is_library) {
        let mut imports = source.imports();
        imports.remove(&source.part);
        arrows.entry(source.part).or_default().extend(imports);
    }
    // What imports nothing that is left can be put down first; a circle can never be put down.
    while let Some(lowest) =
        arrows.iter().find(|(_, others)| others.iter().all(|other| !arrows.contains_key(other))).map(|(part, _)| part)
    {
        let lowest = lowest.clone();
        arrows.remove(&lowest);
    }
    assert!(arrows.is_empty(), "these import each other in a circle: {arrows:?}");
}

#[test]
fn every_part_has_its_arrows() {
    let known: BTreeSet<&str> = MAY_IMPORT.iter().map(|(part, _)| *part).chain(BINARY).chain(["lib"]).collect();
    let unknown: BTreeSet<String> =
        sources().map(|source| source.part).filter(|part| !known.contains(part.as_str())).collect();
    assert!(unknown.is_empty(), "say in MAY_IMPORT what these may import:\n{}", lines(&unknown));
}

#[test]
fn the_binary_sees_the_library_from_outside() {
    for source in sources().filter(|source| !source.is_library()) {
        let imports: Vec<String> = source.imports().into_iter().filter(|part| part != "cli").collect();
        assert!(imports.is_empty(), "{} reaches {imports:?} without going through `logmedic::`", source.name);
        for way_round in ["#[path", "include!("] {
            assert!(!source.code.contains(way_round), "{} holds {way_round}", source.name);
        }
    }
    let main = sources().find(|source| source.name == "main.rs").unwrap();
    let modules: Vec<&str> = main.code.lines().filter_map(|line| line.trim().strip_prefix("mod ")).collect();
    assert_eq!(modules, ["cli;"], "the binary is a shell round its command line");
}

#[test]
fn the_library_neither_prints_nor_exits() {
    const FORBIDDEN: [&str; 9] = [
        "println!",
        "eprintln!",
        "print!(",
        "eprint!(",
        "dbg!(",
        "io::stdout",
        "io::stderr",
        "process::exit",
        "process::abort",
    ];
    for source in sources().filter(Source::is_library) {
        for word in FORBIDDEN {
            assert!(!source.code.contains(word), "{} holds {word}", source.name);
        }
    }
}

#[test]
fn only_the_memory_map_is_unsafe() {
    let holders: Vec<String> = sources()
        .filter(|source| has_word(&source.code, "unsafe") || has_word(&source.code, "unsafe_code"))
        .map(|source| source.name)
        .collect();
    assert_eq!(holders, [MAP]);
}

/// A sink takes nothing but `Shown`. The redactor makes it of what a log holds; a sentence of ours round such pieces is
/// made where the story is told, and nowhere else.
#[test]
fn only_the_story_calls_a_text_its_own() {
    let holders = |word| sources().filter(move |source| source.code.contains(word)).map(|source| source.name);
    let others: Vec<String> = holders("Shown::own(")
        .filter(|name| !name.starts_with("report/story/") && name != "report/redact/tests.rs")
        .collect();
    assert!(
        others.is_empty(),
        "{others:?} call a text their own; show it with a `Redactor`, or tell it in report/story"
    );
    assert_eq!(holders(" Shown(").collect::<Vec<_>>(), ["report/redact/mod.rs"], "only its own module makes it");
}

#[test]
fn no_file_is_too_long_to_be_read() {
    for source in sources() {
        assert!(source.lines <= MOST_LINES, "{} has {} lines: split it", source.name, source.lines);
    }
}

#[test]
fn nothing_opens_a_connection() {
    const SOCKETS: [&str; 7] =
        ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "UnixListener", "UnixDatagram", "ToSocketAddrs"];
    const CRATES: [&str; 16] = [
        "attohttpc",
        "curl",
        "hyper",
        "isahc",
        "lettre",
        "minreq",
        "mio",
        "native-tls",
        "openssl",
        "quinn",
        "reqwest",
        "rustls",
        "socket2",
        "surf",
        "tokio",
        "ureq",
    ];
    for source in sources() {
        for socket in SOCKETS {
            assert!(!has_word(&source.code, socket), "{} uses {socket}", source.name);
        }
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in CRATES {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "Cargo.lock holds {name}, which can open connections");
    }
}

#[test]
fn paths_are_followed_to_their_parts() {
    let names = |code: &str, depth| targets(code, depth).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(names("use crate::event::{Header, Layout};\nlet x = crate::report::render();", 1), "event report");
    assert_eq!(names("use crate::{\n    catalogue::{Role, Side},\n    input,\n};", 2), "catalogue input");
    assert_eq!(names("use super::super::diagnosis::X; use super::words;", 2), "diagnosis");
    assert_eq!(names("pub(in crate::report) fn f() {}\nuse crate_other::x;", 2), "report");
    assert_eq!(without_comments("// crate::a\nlet x = 1; // crate::b\n"), "\nlet x = 1;\n");
}

/// A source file of the package.
struct Source {
    /// Its path below `src`.
    name: String,
    /// The first component of its path: the part that it belongs to.
    part: String,
    /// How many modules its items are away from the crate's root.
    depth: usize,
    /// Its text without comments and without its unit tests.
    code: String,
    /// Its unit tests without comments.
    tests: String,
    lines: usize,
}

impl Source {
    fn read(path: &Path) -> Self {
        let below = path.strip_prefix(root().join("src")).unwrap();
        let modules: Vec<String> = below
            .with_extension("")
            .iter()
            .map(|component| component.to_str().unwrap().to_owned())
            .filter(|component| component != "mod")
            .collect();
        let text = fs::read_to_string(path).unwrap();
        let code = without_comments(&text);
        let (code, tests) = code.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&code, ""));
        Self {
            name: below.to_str().unwrap().replace('\\', "/"),
            part: modules[0].clone(),
            depth: if modules == ["lib"] || modules == ["main"] { 0 } else { modules.len() },
            code: code.to_owned(),
            tests: tests.to_owned(),
            lines: text.lines().count(),
        }
    }

    fn is_library(&self) -> bool {
        !BINARY.contains(&self.part.as_str())
    }

    /// The parts that its paths lead to, its own among them.
    fn imports(&self) -> BTreeSet<String> {
        if self.depth == 0 && self.is_library() {
            return BTreeSet::new();
        }
        let mut parts = targets(&self.code, self.depth);
        // Unit tests stand one module deeper.
        parts.extend(targets(&self.tests, self.depth + 1));
        parts
    }
}

/// The names directly below the crate's root that paths lead to, in text that stands `depth` modules below the root.
fn targets(code: &str, depth: usize) -> BTreeSet<String> {
    let climb = "super::".repeat(depth.max(1));
    let mut found = BTreeSet::new();
    for start in ["crate::", climb.as_str()] {
        for (at, _) in code.match_indices(start) {
            let is_longer_word = code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
            if !is_longer_word {
                found.extend(first_names(&code[at + start.len()..]));
            }
        }
    }
    found
}

/// `name` of `name::…`, or all the first names of `{name::…, name::{…}}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> Option<String> {
        let text = text.trim_start();
        let length = text.find(|end: char| !end.is_alphanumeric() && end != '_').unwrap_or(text.len());
        (length > 0).then(|| text[..length].to_owned())
    };
    let Some(group) = path.strip_prefix('{') else { return name(path).into_iter().collect() };
    let (mut names, mut open, mut at_start) = (Vec::new(), 1, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => at_start = true,
            _ if at_start && !character.is_whitespace() => {
                names.extend(name(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| -> String {
        let is_comment = line.trim_start().starts_with("//");
        if is_comment { String::new() } else { line.split(" // ").next().unwrap_or_default().to_owned() }
    };
    text.lines().map(|line| code(line) + "\n").collect()
}

fn has_word(code: &str, word: &str) -> bool {
    let continues = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(continues) && !code[at + word.len()..].starts_with(continues))
}

/// Every arrow against the rule, with the file in which it starts.
fn forbidden_imports() -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    for source in sources() {
        let Some(allowed) = allowed(&source.part) else { continue };
        for other in source.imports() {
            if other != source.part && other != "error" && !allowed.contains(&other.as_str()) {
                wrong.insert(format!("{} -> {other} ({})", source.part, source.name));
            }
        }
    }
    wrong
}

fn allowed(part: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT.iter().find(|(other, _)| *other == part).map(|(_, allowed)| *allowed)
}

fn sources() -> impl Iterator<Item = Source> {
    let mut left = vec![root().join("src")];
    let mut files = BTreeSet::new();
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.insert(path);
            }
        }
    }
    assert!(files.len() > 10, "the sources are in src");
    files.into_iter().map(|file| Source::read(&file))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn lines(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("  {name}")).collect::<Vec<_>>().join("\n")
}
