//! Mail servers that used to log and have stopped, on every host that is scanned: mail that hangs leaves no error.
//!
//! Only the times of all runs tell, so the state keeps for each mail server when it was heard; its name is text of a log,
//! and only a hash of it is kept.

use serde::{Deserialize, Serialize};

use super::memory::stamp;
use super::state::State;
use crate::diagnosis::tally::widen;
use crate::diagnosis::{MarkerKind, Silence, Stamp, Tally, Target};

/// Silence is longer than so many of the usual gaps …
const GAPS: i64 = 10;
/// … and than this, in milliseconds.
const LEAST: i64 = 3_600_000;
/// Heard less often than this, what is usual is not known.
const LEAST_HEARD: u64 = 10;
/// A mail server that has been silent for so long is forgotten, in milliseconds: nobody waits for it any more.
const FORGOTTEN_AFTER: i64 = 30 * 24 * 3_600_000;
/// Mail servers that are remembered: those that were heard last.
const MOST_VOICES: usize = 256;

/// When lines named one mail server, over all runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// Hash of its name.
    id: u64,
    /// In how many minutes it was heard; of a long first run in how many longer buckets of the timeline.
    heard: u64,
    #[serde(with = "stamp")]
    first: Option<Stamp>,
    #[serde(with = "stamp")]
    last: Option<Stamp>,
}

/// The hash of a mail server's name.
pub fn voice_id(server: &str) -> u64 {
    Target { name: server.to_owned(), node: None }.id()
}

impl State {
    /// Takes in which mail servers a run has heard, and when Jira started.
    pub fn listen(&mut self, tally: &Tally) {
        for (server, heard) in tally.voices.iter() {
            let id = voice_id(server);
            let at = self.voices.iter().position(|voice| voice.id == id).unwrap_or_else(|| {
                self.voices.push(Voice { id, heard: 0, first: None, last: None });
                self.voices.len() - 1
            });
            let voice = &mut self.voices[at];
            let width = i64::from(heard.width());
            for (start, _) in heard.buckets() {
                voice.heard += 1;
                // Of a wide bucket the end is the safer guess: silence is then told later, not earlier.
                let instant = if width > 60 { start + width } else { start } * 1000;
                widen(&mut voice.first, &mut voice.last, Some(Stamp { instant, offset: Some(0) }));
            }
        }
        if let Some(newest) = newest(tally) {
            let is_remembered = |last: Stamp| newest.instant - last.instant <= FORGOTTEN_AFTER;
            self.voices.retain(|voice| voice.last.is_some_and(is_remembered));
        }
        self.voices.sort_by_key(|voice| (std::cmp::Reverse(voice.last), voice.id));
        self.voices.truncate(MOST_VOICES);
        let markers = tally.nodes.values().flat_map(|node| &node.markers);
        let starts = markers.filter(|marker| matches!(marker.what, MarkerKind::Started(_) | MarkerKind::Build(_)));
        widen(&mut None, &mut self.started, starts.map(crate::diagnosis::Marker::stamp).max());
    }

    /// The mail servers that are silent while the logs of a run go on, by hash of their names. Time before Jira's last start
    /// does not count: nothing logs while it is down.
    pub fn silent(&self, tally: &Tally) -> Vec<(u64, Silence)> {
        let Some(newest) = newest(tally) else { return Vec::new() };
        let silence = |voice: &Voice| {
            let (first, last) = voice.first.zip(voice.last).filter(|_| voice.heard >= LEAST_HEARD)?;
            let gaps = i64::try_from(voice.heard - 1).ok()?;
            let usual = ((last.instant - first.instant) / gaps).max(1000);
            let since = self.started.map_or(last.instant, |started| started.instant.max(last.instant));
            let is_silent = newest.instant - since > LEAST.max(GAPS * usual);
            let usual = u64::try_from(usual / 1000).unwrap_or_default();
            is_silent.then_some((voice.id, Silence { last, usual, until: newest }))
        };
        self.voices.iter().filter_map(silence).collect()
    }
}

/// The time of the newest event that a run has read.
fn newest(tally: &Tally) -> Option<Stamp> {
    tally.sources.values().filter_map(|source| source.last).max()
}
