//! `countsel`: what stands in most, or fewest, of the objects of a list.

use super::dup;
use super::sheet::{Basis, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::index::Known;
use crate::flow::record;
use crate::flow::trace::Judged;
use std::collections::HashMap;

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

/// Whether the value stands in more objects of its list than any other, in the same field.
fn leads_rows(sheet: &Sheet<'_>, leaf: &Leaf, most: bool) -> bool {
    if !sheet.known(leaf.source).is_some_and(|known| known.plain) {
        return false;
    }
    let Some(rows) = sheet.rows(leaf) else { return false };
    let home = record::home(&leaf.path);
    let field = leaf.path.get(home.len()..).unwrap_or_default();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (_, other) in rows.iter().flat_map(|row| &row.fields).filter(|(f, _)| *f == field) {
        if other.tier() != Tier::Trusted {
            return false;
        }
        *counts.entry(&other.text).or_default() += 1;
    }
    leads(&counts, &leaf.text, most)
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
        let items = items.collect::<std::collections::BTreeSet<_>>().len();
        counts.insert(member, items);
    }
    // Each member must have been asked about.
    let distinct: std::collections::BTreeSet<&str> = members.iter().copied().collect();
    counts.len() == distinct.len() && leads(&counts, &wanted, most)
}

fn leads(counts: &HashMap<&str, usize>, value: &str, most: bool) -> bool {
    let Some(mine) = counts.get(value).copied() else { return false };
    let beats = |other: usize| if most { mine > other } else { mine < other };
    counts.len() > 1
        && counts.iter().filter(|(other, _)| **other != value).all(|(_, count)| beats(*count))
}
