//! Text that somebody pasted: from a browser's address line, a JSON body, a terminal that wrapped it in mid-word.

use crate::matcher::percent_decoded;

/// Appends to a pasted text the readings in which an error may stand that its bytes hide: percent-decoded, with escaped
/// line breaks undone, and with hard wraps removed both with and without a blank. The text itself stays first.
pub(super) fn add_plain_readings(text: &mut Vec<u8>) {
    let original = text.clone();
    let mut readings: Vec<Vec<u8>> = Vec::new();
    if original.contains(&b'%') {
        readings.push(percent_decoded(&original));
    }
    if original.trim_ascii_end().contains(&b'\n') {
        readings.push(without_line_breaks(&original, b""));
        readings.push(without_line_breaks(&original, b" "));
    }
    for reading in readings {
        text.push(b'\n');
        text.extend_from_slice(&reading);
    }
}

fn without_line_breaks(text: &[u8], between: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> =
        text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    lines.join(between)
}
