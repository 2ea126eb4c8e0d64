//! `derive`: an amount that is reckoned from what the user wrote or named, and the records of the call.

use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical;
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::id::SourceId;
use crate::source::SourceKind;
use crate::tool::Role;

/// Numbers of each side that are combined.
const MAX_NUMBERS: usize = 24;
/// Sources that are looked through for one that the user named, and bytes of them.
const MAX_SOURCES: usize = 64;
const MAX_BYTES: usize = 1 << 16;
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
    let read = read(sheet);
    let known = known(sheet);
    let bases: Vec<f64> = said.plain.iter().chain(&known).copied().take(MAX_NUMBERS).collect();
    let same = |result: f64| (result - wanted).abs() < CENT;
    let differ = |a: f64, b: f64| same(a + b) || same(a - b) || same(b - a);
    // Two numbers, one of them the user's own or read where they said: no sum of records alone.
    let sums = bases.iter().enumerate().any(|(i, a)| {
        let twice = |j: usize| i == j && i < said.plain.len();
        let mut own = said.plain.iter().take(MAX_NUMBERS).enumerate();
        own.any(|(j, b)| !twice(j) && (differ(*a, *b) || (said.multiplies && same(a * b))))
            || read.plain.iter().any(|b| differ(*a, *b))
    });
    let shares = bases.iter().any(|a| {
        let mut percents = said.percents.iter().chain(&read.percents).map(|p| p / 100.0);
        percents.any(|p| {
            let share = a * p;
            let fees = || said.plain.iter().take(MAX_NUMBERS);
            same(share) || differ(*a, share) || fees().any(|fee| differ(share, *fee))
        })
    });
    let parts = bases.iter().any(|a| {
        said.factors.iter().any(|factor| {
            let part = a * factor;
            same(part) || (said.plain.contains(a) && known.iter().any(|b| differ(*b, part)))
        })
    });
    (sums || shares || parts).then_some(Basis { source: None, links: false })
}

/// Numbers that the user wrote, or that stand in what they named.
#[derive(Default)]
struct Numbers {
    plain: Vec<f64>,
    percents: Vec<f64>,
    /// By words: half, twice.
    factors: Vec<f64>,
    multiplies: bool,
}

fn said(sheet: &Sheet<'_>) -> Numbers {
    let prompt = sheet.prompt();
    let mut said = Numbers::default();
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

/// Numbers in sources that the user named: the notice by which a payment is to change.
fn read(sheet: &Sheet<'_>) -> Numbers {
    let mut read = Numbers::default();
    let recent = sheet.index().sources.keys().rev().take(MAX_SOURCES).map(|id| SourceId(*id));
    let named = recent.filter(|source| sheet.names_source(*source));
    let leaves = named.filter_map(|source| sheet.leaves(source)).flatten();
    let mut left = MAX_BYTES;
    for leaf in leaves.filter(|leaf| leaf.kind == SourceKind::ToolResult && !leaf.flagged) {
        for (at, word) in words::words(&leaf.text) {
            let end = at + word.len();
            if end > left || read.plain.len() >= MAX_NUMBERS {
                return read;
            }
            let Some(number) = value(word) else { continue };
            let percent = leaf.text.get(end..).is_some_and(|rest| rest.starts_with('%'));
            let list = if percent { &mut read.percents } else { &mut read.plain };
            list.push(number);
        }
        left = left.saturating_sub(leaf.text.len());
    }
    read
}

/// Trusted numbers of records that the rest of the call stands in, or that the user spoke of.
fn known(sheet: &Sheet<'_>) -> Vec<f64> {
    let index = sheet.index();
    let aims = sheet.judged.iter().filter(|l| matches!(l.role, Role::Destination | Role::Object));
    let mut known = Vec::new();
    let number = |leaf: &Leaf| {
        let amount = leaf.tier() == Tier::Trusted && leaf.numeric && leaf.id_kind.is_none();
        amount.then(|| value(&leaf.text)).flatten()
    };
    for leaf in aims.flat_map(|aim| sheet.trusted(aim)) {
        let Some(record) = leaf.record else { continue };
        let Some(leaves) = sheet.leaves(leaf.source) else { continue };
        let related = |other: &&&Leaf| {
            other.record.is_some_and(|other| index.records.are_related(record, other))
        };
        known.extend(leaves.iter().filter(related).filter_map(|leaf| number(leaf)));
        if known.len() >= MAX_NUMBERS {
            break;
        }
    }
    known.extend(sheet.spoken_of().into_iter().filter_map(number));
    known
}

fn value(text: &str) -> Option<f64> {
    canonical::number(text)?.parse().ok()
}
