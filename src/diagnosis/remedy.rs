//! A signature's remedy as steps for this case: the branch that applies, the words for this release, no step twice.

use crate::catalogue::{Guide, Item, Remedy, Side, Signature, When};
use crate::matcher::Context;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Id of the guide item or of our own remedy; `None` for a text of the signature.
    pub id: Option<String>,
    /// The guide's number for it.
    pub number: Option<u8>,
    /// Whether it stands in the guide.
    pub in_guide: bool,
    /// Where it is done.
    pub side: Side,
    /// Who is needed.
    pub needs: String,
    /// The menu path or place.
    pub place: String,
    /// What to do, short.
    pub title: String,
    /// What to do, in full.
    pub text: String,
    /// What to mind at this step in this case.
    pub mind: Option<String>,
    /// Our remark where the guide is odd or silent.
    pub note: Option<String>,
    /// Begins another way to reach the same.
    pub alternative: bool,
    /// The situation it is for, where the logs do not tell which one holds.
    pub when: Option<When>,
}

/// The steps of a signature's remedy for this context and release of Jira, where known.
pub fn steps(signature: &Signature, guide: &Guide, context: Context, jira: Option<&str>) -> Vec<Step> {
    let situation = match context {
        Context::Interactive => Some(When::Interactive),
        Context::Unattended => Some(When::Unattended),
        _ => None,
    };
    let applies = |remedy: &&Remedy| remedy.when.is_none() || situation.is_none() || remedy.when == situation;
    let mut steps: Vec<Step> = Vec::new();
    for remedy in signature.remedy.iter().filter(applies) {
        let step = step(remedy, guide, jira, situation);
        let is_repeat = |other: &Step| other.id.is_some() && other.id == step.id && other.when == step.when;
        // Within one way each step is named once; another way may need it again.
        let way = steps.iter().rposition(|other| other.alternative).unwrap_or(0);
        if step.alternative || !steps[way..].iter().any(is_repeat) {
            steps.push(step);
        }
    }
    steps
}

fn step(remedy: &Remedy, guide: &Guide, jira: Option<&str>, situation: Option<When>) -> Step {
    let when = remedy.when.filter(|_| situation.is_none());
    let item = remedy.step.as_deref().and_then(|id| find(guide, id));
    let Some((item, in_guide)) = item else {
        let text = remedy.text.clone().unwrap_or_default();
        return Step {
            id: None,
            number: None,
            in_guide: false,
            side: remedy.side.unwrap_or(Side::Jira),
            needs: remedy.needs.clone().unwrap_or_default(),
            place: String::new(),
            title: text.clone(),
            text,
            mind: None,
            note: None,
            alternative: remedy.alternative,
            when,
        };
    };
    let variant = item.variants.iter().find(|variant| jira.is_some_and(|version| is_before(version, &variant.before)));
    let mut note = item.note.clone();
    if jira.is_none() {
        for variant in &item.variants {
            if let Some(place) = &variant.place {
                let remark = format!("Before Jira {}: {place}.", variant.before);
                note = Some(note.map_or(remark.clone(), |note| format!("{note} {remark}")));
            }
        }
    }
    Step {
        id: Some(item.id.clone()),
        number: item.number,
        in_guide,
        side: remedy.side.unwrap_or(item.side),
        needs: remedy.needs.clone().unwrap_or_else(|| item.needs.clone()),
        place: variant.and_then(|variant| variant.place.clone()).unwrap_or_else(|| item.place.clone()),
        title: variant.and_then(|variant| variant.title.clone()).unwrap_or_else(|| item.title.clone()),
        text: variant.and_then(|variant| variant.text.clone()).unwrap_or_else(|| item.text.clone()),
        mind: remedy.text.clone(),
        note,
        alternative: remedy.alternative,
        when,
    }
}

/// The item with this id, and whether the guide has it (or it is one of our own).
pub fn find<'a>(guide: &'a Guide, id: &str) -> Option<(&'a Item, bool)> {
    let of_guide = guide.items.iter().find(|item| item.id == id).map(|item| (item, true));
    of_guide.or_else(|| guide.own.iter().find(|item| item.id == id).map(|item| (item, false)))
}

/// Whether a release is older than another, by its numbers.
pub fn is_before(version: &str, other: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    numbers(version) < numbers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_by_number() {
        assert!(is_before("8.9.1", "8.22") && is_before("7.13", "8.22"));
        assert!(!is_before("8.22.0", "8.22") && !is_before("9.12.4", "8.22") && !is_before("10.0", "9.9"));
    }
}
