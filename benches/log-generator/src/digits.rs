//! Numbers and identifiers as ASCII bytes, without the formatting machinery.

use crate::random::Random;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `number` in decimal.
pub(crate) fn push_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = digit(rest);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Appends the `width` last decimal digits of `number`, with leading zeros.
pub(crate) fn push_padded(out: &mut Vec<u8>, number: u64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut rest = number;
    for place in out[start..].iter_mut().rev() {
        *place = digit(rest);
        rest /= 10;
    }
}

/// Appends `width` hexadecimal digits, at most 16.
pub(crate) fn push_hex(out: &mut Vec<u8>, random: &mut Random, width: usize) {
    let mut word = random.word();
    for _ in 0..width {
        out.push(HEX[(word & 15) as usize]);
        word >>= 4;
    }
}

/// Appends a GUID in the usual 8-4-4-4-12 form.
pub(crate) fn push_guid(out: &mut Vec<u8>, random: &mut Random) {
    for (position, width) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if position > 0 {
            out.push(b'-');
        }
        push_hex(out, random, width);
    }
}

fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}
