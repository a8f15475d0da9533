//! Files of one rotated log that hold the same bytes: `x.log.1` beside `x.log.1.gz`, or a copy that was made before the log
//! is truncated. Only one of them is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnosis::Source;
use crate::diagnosis::rotation::base_of;
use crate::input::Likeness;

/// Each source that is a copy, with the one that holds its bytes.
pub(super) fn copies(found: &[(Arc<Source>, PathBuf)]) -> Vec<(Arc<Source>, Arc<Source>)> {
    let mut by_base: BTreeMap<&str, Vec<&(Arc<Source>, PathBuf)>> = BTreeMap::new();
    for file in found {
        by_base.entry(base_of(&file.0.name).0).or_default().push(file);
    }
    let mut copies = Vec::new();
    for files in by_base.into_values().filter(|files| files.len() > 1) {
        // Whatever cannot be read here is told when the scan comes to it.
        let likeness = |path: &Path| Likeness::of(path).ok().flatten();
        let mut kept: Vec<(&Arc<Source>, Likeness)> = Vec::new();
        for (source, path) in files {
            let Some(one) = likeness(path) else { continue };
            let original = kept.iter().find(|(_, other)| one.is_beginning_of(other).unwrap_or(false));
            if let Some((original, _)) = original {
                copies.push((Arc::clone(source), Arc::clone(original)));
                continue;
            }
            kept.retain(|(shorter, other)| {
                let is_copy = other.is_beginning_of(&one).unwrap_or(false);
                if is_copy {
                    copies.push((Arc::clone(shorter), Arc::clone(source)));
                }
                !is_copy
            });
            kept.push((source, one));
        }
    }
    // What a copy is a copy of may be one itself.
    let originals: BTreeMap<Arc<Source>, Arc<Source>> = copies.iter().cloned().collect();
    for (_, original) in &mut copies {
        while let Some(further) = originals.get(original) {
            *original = Arc::clone(further);
        }
    }
    copies
}
