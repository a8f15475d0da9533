//! The last net: a long word that looks like chance, whoever issued it. Only at the full level, since ids look so too.

use super::hit::Hit;
use super::keep;
use super::pattern::Pattern;
use super::view::View;

/// Shorter words are told from ids and names by nothing.
const SHORTEST: usize = 32;
/// Bits a character; words of languages and Java's long names have less.
const LEAST_ENTROPY: f64 = 4.0;

static WORD: Pattern = Pattern::new(&[""], r"[A-Za-z0-9+_=-]{32,}");

/// Masks what looks like a token that no other rule knows.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    for found in WORD.in_text(view).filter_map(|found| found.get(0)) {
        let before = view.text[..found.start()].chars().next_back();
        let after = view.text[found.end()..].chars().next();
        let is_dotted = [before, after].into_iter().flatten().any(|sign| matches!(sign, '.' | '$' | '@'));
        if !is_dotted && !keep::is_answer(found.as_str()) && is_random(found.as_str().trim_matches(['=', '-', '_'])) {
            hits.push(Hit::secret(found.range(), "random-looking"));
        }
    }
}

/// Three kinds of characters, changing often, and hardly any twice: no GUID, hash, file or class name.
fn is_random(word: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let bytes = word.as_bytes();
    let count = |wanted: u8| bytes.iter().filter(|byte| kind(**byte) == wanted).count();
    let changes = bytes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    bytes.len() >= SHORTEST
        && (0..3).all(|wanted| count(wanted) >= 3)
        && count(3) * 8 <= bytes.len()
        && changes * 2 >= bytes.len()
        && entropy(bytes) >= LEAST_ENTROPY
}

fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a text has fewer bytes than a float has exact whole numbers")]
    let length = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_told_from_names() {
        assert!(is_random("kJ8sD2mQ9xZ4vB7nL1pR6tY3wF5hG0cA"));
        for word in [
            "3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44",
            "AbstractAutowireCapableBeanFactory2WithVeryLongName",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "the_quick_brown_fox_jumps_over_the_lazy_dog_1_2_3",
            "com-atlassian-jira-plugin-2024-01-13T10-11-12Z-A1B2C3",
            "ApplicationHttp11NioProtocolExec2Worker3Thread4Pool",
        ] {
            assert!(!is_random(word), "{word}");
        }
    }
}
