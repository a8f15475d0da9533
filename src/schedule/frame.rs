//! The form of a state file: one line that says what follows, with a checksum over all of it, then JSON.
//!
//! The first line never changes its form, so that any version can tell a damaged file from a newer one.

use super::identity::Digest;
use super::state::State;

/// The version of what follows the first line. A change of meaning raises it.
pub(super) const VERSION: u32 = 1;

/// Why bytes are no state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are not what was written.
    Damaged,
    /// A newer version of the program wrote them.
    Newer(u32),
}

/// The bytes of a state file.
pub(super) fn encode(state: &State) -> serde_json::Result<Vec<u8>> {
    let mut payload = serde_json::to_vec(state)?;
    payload.push(b'\n');
    let mut bytes = first_line(VERSION, state.generation, &payload).into_bytes();
    bytes.append(&mut payload);
    Ok(bytes)
}

/// The state in the bytes of a file. Every byte takes part: nothing may be changed, added or missing.
pub(super) fn decode(bytes: &[u8]) -> Result<State, Flaw> {
    let end = bytes.iter().position(|&byte| byte == b'\n').ok_or(Flaw::Damaged)? + 1;
    let (line, payload) = bytes.split_at(end);
    let (version, generation) = std::str::from_utf8(line).ok().and_then(numbers).ok_or(Flaw::Damaged)?;
    // Written anew rather than parsed: so no second way to write the same line passes.
    if line != first_line(version, generation, payload).as_bytes() {
        return Err(Flaw::Damaged);
    }
    if version > VERSION {
        return Err(Flaw::Newer(version));
    }
    let state: State = serde_json::from_slice(payload).map_err(|_| Flaw::Damaged)?;
    Ok(State { generation, ..state })
}

fn first_line(version: u32, generation: u64, payload: &[u8]) -> String {
    let length = payload.len();
    let summed = format!("logmedic.state/{version} generation={generation} bytes={length} sha256=");
    format!("{summed}{}\n", Digest::of(&[summed.as_bytes(), payload]))
}

fn numbers(line: &str) -> Option<(u32, u64)> {
    let (version, rest) = line.strip_prefix("logmedic.state/")?.split_once(" generation=")?;
    let (generation, _) = rest.split_once(" bytes=")?;
    Some((version.parse().ok()?, generation.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::{Checkpoint, Fingerprint, Memory, MemoryStanding, PendingReport, Recovered};
    use super::*;
    use crate::diagnosis::{Stamp, Status};

    fn state() -> State {
        let digest = Digest::of(&[b"x"]);
        let stamp = Stamp { instant: 1_768_266_472_014, offset: Some(60) };
        State {
            generation: 41,
            flaw: None,
            recovered: Recovered::default(),
            checkpoints: vec![Checkpoint {
                path: "/logs/atlassian-jira.log".to_owned(),
                print: Fingerprint {
                    end: 9000,
                    head_length: 4096,
                    head: digest,
                    tail_length: 4096,
                    tail: digest,
                    line: None,
                },
                next: 8123,
                closed: false,
                packed: None,
                seen: 1_768_270_000,
                lost: false,
            }],
            families: ["/logs/atlassian-jira.log".to_owned()].into(),
            voices: Vec::new(),
            started: Some(stamp),
            findings: [(
                "stuck-thread".to_owned(),
                Memory {
                    events: 3,
                    first: Some(stamp),
                    last: Some(Stamp { offset: None, ..stamp }),
                    logs: ["/logs/atlassian-jira.log".to_owned()].into(),
                    quiet: true,
                    status: Some(Status::Quiet),
                    standings: vec![MemoryStanding { id: 7, last: Some(stamp), recovered: None, is_first: false }],
                },
            )]
            .into(),
            pending: vec![PendingReport {
                path: "/reports/jira.json".into(),
                temporary: "/reports/.logmedic-1".into(),
                digest,
            }],
        }
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(decode(&encode(&state()).unwrap()), Ok(state()));
        assert_eq!(decode(&encode(&State::default()).unwrap()), Ok(State::default()));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let bytes = encode(&state()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&flipped), Err(Flaw::Damaged), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), Err(Flaw::Damaged), "cut to {length}");
        }
        for (more, what) in [(&b"\n"[..], "a line"), (b"\0", "a NUL")] {
            assert_eq!(decode(&[&bytes, more].concat()), Err(Flaw::Damaged), "{what} more");
        }
        assert_eq!(decode(&vec![0; bytes.len()]), Err(Flaw::Damaged));
    }

    #[test]
    fn a_key_that_is_not_known_here_is_no_damage_and_a_new_one_may_be_missing() {
        let payload = br#"{"checkpoints":[],"families":[],"findings":{},"later":[1]}"#;
        let bytes = [first_line(VERSION, 3, payload).as_bytes(), payload].concat();
        assert_eq!(decode(&bytes), Ok(State { generation: 3, ..State::default() }));
        let payload = br#"{"families":[],"findings":{}}"#;
        let bytes = [first_line(VERSION, 3, payload).as_bytes(), payload].concat();
        assert_eq!(decode(&bytes), Err(Flaw::Damaged), "without its checkpoints a state would begin anew");
    }

    #[test]
    fn a_newer_version_is_told_from_damage() {
        let payload = b"what a later version needs";
        let newer = [first_line(VERSION + 1, 7, payload).as_bytes(), payload].concat();
        assert_eq!(decode(&newer), Err(Flaw::Newer(VERSION + 1)));
    }
}
