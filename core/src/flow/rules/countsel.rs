//! `countsel`: what stands in most, or fewest, of the objects of a list.

use super::dup;
use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::index::Known;
use crate::flow::record;
use crate::flow::trace::Judged;
use crate::id::SourceId;
use std::collections::{BTreeSet, HashMap};

/// Sources that are compared.
const MAX_SOURCES: usize = 256;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let most = sheet.prompt().said(|lexicon| lexicon.most).is_some();
    let least = sheet.prompt().said(|lexicon| lexicon.least).is_some();
    // As with the largest: where one is gone the next leads.
    if most == least || dup::is_spent(sheet, judged.role) {
        return None;
    }
    let by_rows = sheet.trusted(judged).find(|leaf| leads_rows(sheet, leaf, most));
    let source = match by_rows {
        Some(leaf) => Some(leaf.source),
        None if leads_answers(sheet, judged, most) => None,
        None => return None,
    };
    Some(Basis { source, links: false })
}

/// Whether the value stands in more objects of its list than any other, in the same field. Where
/// a tool was asked about each member of a list, its answers are one list.
fn leads_rows(sheet: &Sheet<'_>, leaf: &Leaf, most: bool) -> bool {
    let home = leaf.row();
    let field = leaf.path.get(home.len()..).unwrap_or_default();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for source in answers(sheet, leaf) {
        let Some(leaves) = sheet.leaves(source) else { return false };
        for other in leaves {
            let home = other.row();
            if home.is_empty() || other.path.get(home.len()..) != Some(field) {
                continue;
            }
            if other.tier() != Tier::Trusted {
                return false;
            }
            *counts.entry(&other.text).or_default() += 1;
        }
    }
    leads(&counts, &leaf.text, most)
}

/// The source of `leaf`, where its call was plain; else all answers of that tool, where it was
/// asked about every member of one list, and about nothing else.
fn answers(sheet: &Sheet<'_>, leaf: &Leaf) -> Vec<SourceId> {
    if sheet.is_plain(leaf.source) {
        return vec![leaf.source];
    }
    let recent = || sheet.index().sources.values().rev().take(MAX_SOURCES).map(|known| &**known);
    let tool = sheet.known(leaf.source).and_then(|known| known.source.tool.as_ref());
    let of_tool: Vec<&Known> =
        recent().filter(|k| tool.is_some() && k.source.tool.as_ref() == tool).collect();
    let asked: BTreeSet<&str> =
        of_tool.iter().flat_map(|known| &known.asked).map(|asked| &*asked.text).collect();
    let once = of_tool.iter().all(|known| known.listed && known.asked.len() == 1);
    let is_list = |known: &Known| {
        let leaves = sheet.leaves(known.source.id).unwrap_or_default();
        let members = leaves.iter().filter(|leaf| leaf.tier() == Tier::Trusted);
        known.plain && members.map(|leaf| leaf.text.trim()).collect::<BTreeSet<&str>>() == asked
    };
    if !once || asked.len() != of_tool.len() || !recent().any(is_list) {
        return Vec::new();
    }
    of_tool.iter().map(|known| known.source.id).collect()
}

/// Whether of all questions asked with one value of the same list each, this one had most answers.
fn leads_answers(sheet: &Sheet<'_>, judged: &Judged<'_>, most: bool) -> bool {
    let wanted = judged.given.text.trim().to_ascii_lowercase();
    let Some(leaf) = sheet.trusted(judged).next() else { return false };
    let Some(rows) = sheet.rows(leaf).filter(|rows| rows.len() > 1) else { return false };
    let members: Vec<&str> =
        rows.iter().flat_map(|row| &row.fields).map(|(_, leaf)| &*leaf.text).collect();
    let recent = || sheet.index().sources.values().rev().take(MAX_SOURCES);
    let asks = |known: &Known, text: &str| known.asked.iter().any(|asked| *asked.text == *text);
    let Some(tool) = recent()
        .find(|known| known.source.tool.is_some() && asks(known, &wanted))
        .and_then(|known| known.source.tool.as_ref())
    else {
        return false;
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for known in recent().filter(|known| known.source.tool.as_ref() == Some(tool)) {
        let Some(member) = members.iter().find(|m| asks(known, m)) else {
            continue;
        };
        let Some(leaves) = sheet.leaves(known.source.id) else { return false };
        let items = leaves.iter().filter_map(|leaf| record::first_item(&leaf.path));
        let items = items.collect::<BTreeSet<_>>().len();
        counts.insert(member, items);
    }
    // Each member must have been asked about.
    let distinct: BTreeSet<&str> = members.iter().copied().collect();
    counts.len() == distinct.len() && leads(&counts, &wanted, most)
}

fn leads(counts: &HashMap<&str, usize>, value: &str, most: bool) -> bool {
    let Some(mine) = counts.get(value).copied() else { return false };
    let beats = |other: usize| if most { mine > other } else { mine < other };
    counts.len() > 1
        && counts.iter().filter(|(other, _)| **other != value).all(|(_, count)| beats(*count))
}
