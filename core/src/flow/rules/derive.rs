//! `derive`: an amount that is reckoned from what the user wrote and the records of the call.

use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical;
use crate::flow::trace::Judged;
use crate::tool::Role;

/// Numbers of each side that are combined.
const MAX_NUMBERS: usize = 24;
/// How far apart sums of decimals may be.
const CENT: f64 = 0.005;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let open = |leaf: &Judged<'_>| {
        !leaf.accounted && matches!(leaf.role, Role::Destination | Role::Object | Role::Address)
    };
    if sheet.judged.iter().any(open) {
        return None;
    }
    let wanted = value(&judged.given.text).filter(|wanted| *wanted > 0.0)?;
    let said = said(sheet);
    let known = known(sheet);
    let bases: Vec<f64> = said.plain.iter().chain(&known).copied().take(MAX_NUMBERS).collect();
    let same = |result: f64| (result - wanted).abs() < CENT;
    // Two numbers, one of them the user's own: no sum of records alone.
    let sums = bases.iter().enumerate().any(|(i, a)| {
        said.plain.iter().take(MAX_NUMBERS).enumerate().any(|(j, b)| {
            let twice = i == j && i < said.plain.len();
            !twice
                && (same(a + b) || same(a - b) || same(b - a) || (said.multiplies && same(a * b)))
        })
    });
    let shares = bases.iter().any(|a| {
        let mut percents = said.percents.iter().map(|p| p / 100.0);
        percents.any(|p| same(a * (1.0 + p)) || same(a * (1.0 - p)) || same(a * p))
    });
    let parts = bases.iter().any(|a| said.factors.iter().any(|factor| same(a * factor)));
    (sums || shares || parts).then_some(Basis { source: None, links: false })
}

/// Numbers that the user wrote.
struct Said {
    plain: Vec<f64>,
    percents: Vec<f64>,
    /// By words: half, twice.
    factors: Vec<f64>,
    multiplies: bool,
}

fn said(sheet: &Sheet<'_>) -> Said {
    let prompt = sheet.prompt();
    let mut said =
        Said { plain: Vec::new(), percents: Vec::new(), factors: Vec::new(), multiplies: false };
    for (at, word) in prompt.words().iter().enumerate() {
        if let Some(lexicon) = word.lexicon {
            let factors = lexicon.factors.iter().filter(|(p, _)| prompt.starts(p, at).is_some());
            said.factors.extend(factors.map(|(_, factor)| *factor));
            said.multiplies |= prompt.any_starts(lexicon.times, at);
        }
        let Some(number) = value(&word.text) else { continue };
        let percent = word.percent || prompt.any_starts(&["percent", "prozent"], at + 1);
        let list = if percent { &mut said.percents } else { &mut said.plain };
        list.push(number);
    }
    said.plain.truncate(MAX_NUMBERS);
    said
}

/// Trusted numbers of records that the user named, or that the rest of the call stands in.
fn known(sheet: &Sheet<'_>) -> Vec<f64> {
    let index = sheet.index();
    let aims = sheet.judged.iter().filter(|l| matches!(l.role, Role::Destination | Role::Object));
    let mut known = Vec::new();
    for leaf in aims.flat_map(|aim| sheet.trusted(aim)) {
        let Some(record) = leaf.record else { continue };
        let Some(leaves) = sheet.leaves(leaf.source) else { continue };
        let related = |other: &&&Leaf| {
            other.tier() == Tier::Trusted
                && other.record.is_some_and(|other| index.records.are_related(record, other))
        };
        known.extend(leaves.iter().filter(related).filter_map(|leaf| value(&leaf.text)));
        if known.len() >= MAX_NUMBERS {
            break;
        }
    }
    known
}

fn value(text: &str) -> Option<f64> {
    canonical::number(text)?.parse().ok()
}
