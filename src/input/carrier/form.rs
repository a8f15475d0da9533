//! The forms in which a line of a log may be carried, and how each is taken off a line.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use super::paths::Paths;
use super::quote::Quote;
use super::stamp::{digits, full, monotonic, rfc3339, shape, syslog, unix};
use super::{BeginsEvent, Label, STREAM, record};

/// Most bytes of a name; a longer one is no name.
const LONGEST_NAME: usize = 253;
/// Most digits of a line's number.
const MOST_DIGITS: usize = 12;
/// Bytes of text after which container runtimes cut a line.
const RUNTIME_CUT: usize = 16 * 1024;

/// One layer round a line.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// `[pod/jira-0/jira] `, by `kubectl logs --prefix`.
    Kubectl,
    /// `2024-01-09T05:42:00.123456789Z stdout F `, in files of containerd and CRI-O.
    Cri,
    /// `{"log":"…\n","stream":"stdout","time":"…"}`, in files of Docker.
    Docker,
    /// `{"MESSAGE":"…","_HOSTNAME":"…"}`, by `journalctl -o json`.
    JournalJson,
    /// `jira-1  | `, by `docker compose logs`.
    Compose,
    /// `Jan 09 05:42:00 host jira[123]: ` and its kin, by journalctl and syslog.
    Syslog,
    /// `[INFO] [talledLocalContainer] `, by Maven's Cargo plugin.
    Maven,
    /// `2024-01-09T05:42:00.123456789Z `, by `--timestamps` of kubectl and Docker.
    Time,
    /// `12:` or `    12\t`, by grep and cat.
    Numbers,
    /// `> ` or `    `, by whoever quoted or indented the log.
    Quote(Quote),
    /// `logs/atlassian-jira.log:12:`, by grep.
    Paths(Paths),
}

/// What a layer held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held<'a> {
    pub(super) text: Cow<'a, [u8]>,
    /// `false` for a part of a line that the runtime cut.
    pub(super) ends_line: bool,
}

impl Form {
    /// The forms that need nothing but one line to be recognised, the most telling first.
    const FIXED: [Self; 9] = [
        Self::Kubectl,
        Self::Cri,
        Self::Docker,
        Self::JournalJson,
        Self::Compose,
        Self::Syslog,
        Self::Maven,
        Self::Time,
        Self::Numbers,
    ];

    /// Every form that these lines may have, the most telling first.
    pub(super) fn candidates(lines: &[Cow<'_, [u8]>], begins_event: BeginsEvent) -> impl Iterator<Item = Self> {
        let quote = move || Quote::learn(lines.iter().map(|line| &**line), begins_event).map(Self::Quote);
        let paths = move || Self::Paths(Paths::learn(lines.iter().map(|line| &**line), begins_event));
        Self::FIXED.into_iter().chain(iter::once_with(quote).flatten()).chain(iter::once_with(paths))
    }

    /// As it is told to the user.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Kubectl => "kubectl prefix",
            Self::Cri => "container runtime (CRI)",
            Self::Docker => "Docker JSON",
            Self::JournalJson => "journal JSON",
            Self::Compose => "compose prefix",
            Self::Syslog => "syslog or journal prefix",
            Self::Maven => "Maven prefix",
            Self::Time => "time",
            Self::Numbers => "line numbers",
            Self::Quote(_) => "indent or quote marks",
            Self::Paths(_) => "file names of grep",
        }
    }

    /// What its names name.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Kubectl => "pod",
            Self::Compose | Self::Maven => "container",
            Self::Syslog | Self::JournalJson => "program",
            Self::Paths(_) => "file",
            Self::Cri | Self::Docker | Self::Time | Self::Numbers | Self::Quote(_) => STREAM,
        }
    }

    /// Takes the layer off a line, and adds to the label whom the line belongs to. The label is left alone when the line has
    /// no such layer.
    pub(super) fn take_off<'a>(&mut self, line: &'a [u8], label: &mut Label) -> Option<Held<'a>> {
        match self {
            Self::Kubectl => kubectl(line, label).map(|start| whole(line, start)),
            Self::Cri => cri(line, label),
            Self::Docker => record::docker(line, label),
            Self::JournalJson => record::journal(line, label),
            Self::Compose => compose(line, label).map(|start| whole(line, start)),
            Self::Syslog => syslog_line(line, label).map(|start| whole(line, start)),
            Self::Maven => maven(line, label).map(|start| whole(line, start)),
            Self::Time => {
                let start = after_space(line, rfc3339(line)?)?;
                Some(Held { text: without_inner_times(&line[start..]), ends_line: true })
            }
            Self::Numbers => numbers(line).map(|start| whole(line, start)),
            Self::Quote(quote) => quote.take_off(line).map(|start| whole(line, start)),
            Self::Paths(paths) => paths.take_off(line, label).map(|start| whole(line, start)),
        }
    }
}

fn whole(line: &[u8], start: usize) -> Held<'_> {
    Held { text: Cow::Borrowed(&line[start..]), ends_line: true }
}

/// The place behind the space at `at`; an empty text may have lost that space.
fn after_space(line: &[u8], at: usize) -> Option<usize> {
    match line.get(at..)? {
        [b' ', ..] => Some(at + 1),
        [] | b"\r" => Some(at),
        _ => None,
    }
}

fn is_name(text: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.@:".contains(byte);
    (1..=LONGEST_NAME).contains(&text.len()) && text.iter().all(allowed) && text[0].is_ascii_alphanumeric()
}

fn kubectl(line: &[u8], label: &mut Label) -> Option<usize> {
    let inside = line.strip_prefix(b"[pod/")?;
    let close = inside.iter().take(2 * LONGEST_NAME).position(|&byte| byte == b']')?;
    let slash = inside[..close].iter().position(|&byte| byte == b'/')?;
    let (pod, container) = (&inside[..slash], &inside[slash + 1..close]);
    let start = after_space(line, 5 + close + 1)?;
    (is_name(pod) && is_name(container)).then(|| label.add(&[pod, b"/", container], Some(0..pod.len())))?;
    Some(start)
}

fn cri<'a>(line: &'a [u8], label: &mut Label) -> Option<Held<'a>> {
    let rest = line.get(rfc3339(line)?..)?;
    let (rest, is_error) = match rest.strip_prefix(b" stdout ") {
        Some(rest) => (rest, false),
        None => (rest.strip_prefix(b" stderr ")?, true),
    };
    // Tags may follow the first one behind colons.
    let tag = rest.iter().take(64).position(|&byte| byte == b' ').unwrap_or(rest.trim_ascii_end().len());
    let ends_line = match rest[..tag].split(|&byte| byte == b':').next()? {
        b"F" => true,
        b"P" => false,
        _ => return None,
    };
    let start = after_space(rest, tag)?;
    if is_error {
        label.add(&[b"stderr"], None);
    }
    Some(Held { text: Cow::Borrowed(&rest[start..]), ends_line })
}

fn compose(line: &[u8], label: &mut Label) -> Option<usize> {
    let name_start = after_colours(line, 0);
    let head = &line[name_start..line.len().min(name_start + LONGEST_NAME)];
    let name_end = name_start + head.iter().position(|byte| matches!(byte, b' ' | b'|' | 0x1B)).unwrap_or(head.len());
    let name = &line[name_start..name_end];
    let mut at = after_colours(line, name_end);
    at += line[at..].iter().take_while(|&&byte| byte == b' ').count();
    at = after_colours(line, at);
    if line.get(at) != Some(&b'|') || !is_name(name) {
        return None;
    }
    // The colour may end before or behind the space.
    at = after_space(line, after_colours(line, at + 1)).map(|at| after_colours(line, at))?;
    label.add(&[name], Some(0..name.len()));
    Some(at)
}

/// The place behind any colour sequences at `at`.
fn after_colours(line: &[u8], mut at: usize) -> usize {
    while let Some(inside) = line.get(at..).and_then(|rest| rest.strip_prefix(b"\x1B[")) {
        let length = inside.iter().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        if inside.get(length) != Some(&b'm') {
            break;
        }
        at += 2 + length + 1;
    }
    at
}

fn syslog_line(line: &[u8], label: &mut Label) -> Option<usize> {
    let priority = line.strip_prefix(b"<").map_or(0, digits);
    let at = if (1..=3).contains(&priority) && line.get(1 + priority) == Some(&b'>') { priority + 2 } else { 0 };
    if at > 0 && shape(&line[at..], b"d ").is_some() {
        return syslog_5424(line, at + 2, label);
    }
    let rest = &line[at..];
    let stamp = [syslog, rfc3339, full, unix, monotonic].into_iter().find_map(|form| form(rest))?;
    let (first, mut end) = word(line, at + stamp)?;
    // Without a host the program follows at once.
    let (host, program) = if line[first.clone()].ends_with(b":") {
        (0..0, first)
    } else {
        let (program, program_end) = word(line, end)?;
        end = program_end;
        (first, program)
    };
    let name = line[program].strip_suffix(b":")?;
    let name = match name.iter().position(|&byte| byte == b'[') {
        Some(open) if name.ends_with(b"]") => &name[..open],
        Some(_) => return None,
        None => name,
    };
    add_program(label, &line[host], name)?;
    after_space(line, end)
}

/// `HOST APP PROCID MSGID [DATA] text` behind the version, with the time before it.
fn syslog_5424(line: &[u8], at: usize, label: &mut Label) -> Option<usize> {
    let end = at + rfc3339(&line[at..])?;
    let (host, end) = word(line, end)?;
    let (program, end) = word(line, end)?;
    let (_, end) = word(line, end)?;
    let (_, end) = word(line, end)?;
    let mut at = end + 1;
    if line.get(at) == Some(&b'-') {
        at += 1;
    } else {
        while line.get(at) == Some(&b'[') {
            at = end_of_data(line, at)?;
        }
    }
    let start = after_space(line, at)?;
    add_program(label, &line[host], &line[program])?;
    Some(if line[start..].starts_with(b"\xEF\xBB\xBF") { start + 3 } else { start })
}

/// The place behind one `[id name="value"]`; a value may hold `\]` and `\"`.
fn end_of_data(line: &[u8], open: usize) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, &byte) in line[open..].iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(open + i + 1),
            _ => {}
        }
    }
    None
}

/// The word behind the space at `at`, and its end.
fn word(line: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(at..)?.strip_prefix(b" ")?;
    let length = rest.iter().take(LONGEST_NAME).position(|&byte| byte == b' ').unwrap_or(rest.len().min(LONGEST_NAME));
    (length > 0).then_some((at + 1..at + 1 + length, at + 1 + length))
}

/// A host and a program; `-` stands for none.
fn add_program(label: &mut Label, host: &[u8], program: &[u8]) -> Option<()> {
    if program.is_empty() || !program.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    match host {
        b"" | b"-" => label.add(&[program], None),
        _ => label.add(&[host, b"/", program], Some(0..host.len())),
    }
    Some(())
}

pub(super) fn add_journal(label: &mut Label, host: &[u8], program: &[u8]) {
    let program = if program.is_empty() { b"-" } else { program };
    // Names come from the journal's own fields; odd ones are only names.
    let short = |name: &[u8]| name[..name.len().min(LONGEST_NAME)].to_vec();
    add_program(label, &short(host), &short(program));
}

fn maven(line: &[u8], label: &mut Label) -> Option<usize> {
    const LEVELS: [&[u8]; 5] = [b"[INFO] [", b"[WARNING] [", b"[WARN] [", b"[ERROR] [", b"[DEBUG] ["];
    let open = LEVELS.into_iter().find(|level| line.starts_with(level))?.len();
    let close = line[open..].iter().take(LONGEST_NAME).position(|&byte| byte == b']')?;
    let name = &line[open..open + close];
    let start = after_space(line, open + close + 1)?;
    is_name(name).then(|| label.add(&[name], None))?;
    Some(start)
}

/// `12:` by `grep -n`, `12-` before its lines of context, or `    12\t` by `cat -n`. What is a date or a time is no number.
fn numbers(line: &[u8]) -> Option<usize> {
    if shape(line, b"dddd-dd-dd").is_some() || shape(line, b"dd:dd:dd").is_some() {
        return None;
    }
    let blanks = line.iter().take_while(|&&byte| byte == b' ').count();
    let end = blanks + digits(&line[blanks..]);
    let is_number = (1..=MOST_DIGITS).contains(&(end - blanks));
    match line.get(end)? {
        b'\t' if is_number => Some(end + 1),
        b':' | b'-' if is_number && blanks == 0 => Some(end + 1),
        _ => None,
    }
}

/// A long line came in parts, and each part with its time: those in mid-line stand every 16 KiB of text.
fn without_inner_times(text: &[u8]) -> Cow<'_, [u8]> {
    let inner = |text: &[u8]| -> Option<usize> {
        let rest = text.get(RUNTIME_CUT..)?;
        let length = rfc3339(rest)?;
        (rest.get(length) == Some(&b' ')).then_some(RUNTIME_CUT + length + 1)
    };
    if inner(text).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut joined, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(next) = inner(rest) {
        joined.extend_from_slice(&rest[..RUNTIME_CUT]);
        rest = &rest[next..];
    }
    joined.extend_from_slice(rest);
    Cow::Owned(joined)
}
