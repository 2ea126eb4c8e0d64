//! `superlative`: the largest, cheapest, latest of a list, where its own fields say so.

use super::dup;
use super::lexicon::{End, Scale};
use super::sheet::{Basis, Row, Sheet, last_key};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical;
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::tool::name_words;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let said = said(sheet);
    // Where one is gone the next is the largest: the user spoke of one.
    if said.is_empty() || dup::is_spent(sheet, judged.role) {
        return None;
    }
    let leaf = sheet.trusted(judged).find(|leaf| is_end(sheet, leaf, &said))?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// The ends of orders that the user speaks of.
fn said(sheet: &Sheet<'_>) -> Vec<(End, Scale)> {
    let prompt = sheet.prompt();
    let mut said = Vec::new();
    for (at, word) in prompt.words().iter().enumerate() {
        for (phrase, end, scale) in word.lexicon.map_or(&[][..], |lexicon| lexicon.ends) {
            if !said.contains(&(*end, *scale)) && prompt.starts(phrase, at).is_some() {
                said.push((*end, *scale));
            }
        }
    }
    said
}

/// Whether the object around `leaf` is that end of its list, by each order that is spoken of.
fn is_end(sheet: &Sheet<'_>, leaf: &Leaf, said: &[(End, Scale)]) -> bool {
    // A list that somebody else cut to size has another largest.
    if !sheet.is_plain(leaf.source) {
        return false;
    }
    let Some(rows) = sheet.rows(leaf) else { return false };
    let home = leaf.row();
    let value = leaf.path.get(home.len()..).unwrap_or_default();
    let listed = rows.iter().filter(|row| field(row, value, leaf.is_key).is_some()).count();
    let Some(mine) = rows.iter().position(|row| row.home == home) else { return false };
    if listed < 2 {
        return false;
    }
    let mut ordered = false;
    for (end, scale) in said {
        if let Some(suffix) = scales(sheet, rows.get(mine), *scale) {
            let values: Vec<Option<f64>> =
                rows.iter().map(|row| field(row, suffix, false).and_then(measure)).collect();
            let known = values.iter().flatten().count();
            let Some(own) = values.get(mine).copied().flatten() else { return false };
            let beats = |other: f64| match end {
                End::Last => own > other,
                End::First => own < other,
            };
            let others = values.iter().enumerate().filter(|(at, _)| *at != mine);
            let wins = others.filter_map(|(_, value)| *value).all(beats);
            // Something without a value could be the largest; two largest are none.
            if known < listed || !wins {
                return false;
            }
            ordered = true;
        }
    }
    ordered
}

/// Fields of an object by which it is ordered: trusted ones with a fitting name.
fn scales<'a>(sheet: &Sheet<'_>, row: Option<&Row<'a>>, scale: Scale) -> Option<&'a str> {
    let tool = row?.fields.first().map_or("", |(_, leaf)| sheet.tool_of(leaf));
    let fits = |suffix: &str| {
        // What stands at a record's own key is called as the tool is.
        let parts = name_words(if suffix.is_empty() { tool } else { last_key(suffix) });
        scale.fields().iter().find_map(|name| {
            parts.iter().any(|word| words::singular(word) == words::singular(name)).then_some(*name)
        })
    };
    let fields = row?.fields.iter().filter(|(suffix, leaf)| {
        leaf.tier() == Tier::Trusted
            && !leaf.is_key
            && fits(suffix).is_some()
            && measure(leaf).is_some()
    });
    let rank = |suffix: &str| scale.fields().iter().position(|name| Some(*name) == fits(suffix));
    fields.map(|(suffix, _)| *suffix).min_by_key(|suffix| rank(suffix))
}

/// The field there; where a key names the record, what stands at the key, or the key itself.
fn field<'a>(row: &Row<'a>, suffix: &str, is_key: bool) -> Option<&'a Leaf> {
    let mut fields =
        row.fields.iter().filter(|(field, leaf)| *field == suffix && leaf.is_key == is_key);
    fields.find(|(_, leaf)| leaf.tier() == Tier::Trusted).map(|(_, leaf)| *leaf)
}

/// A number, or a date and time as one.
fn measure(leaf: &Leaf) -> Option<f64> {
    let text = leaf.text.trim();
    if let Some(number) = canonical::number(text) {
        return number.parse().ok();
    }
    let (day, clock) = text.split_once(['t', 'T', ' ']).unwrap_or((text, ""));
    let date = canonical::Date::parse(day)?;
    let days = f64::from(date.year?) * 372.0 + f64::from(date.month) * 31.0 + f64::from(date.day);
    let clock = clock.trim_end_matches(['z', 'Z']);
    let mut seconds = 0.0;
    for (part, unit) in clock.split(':').zip([3600.0, 60.0, 1.0]) {
        if part.is_empty() {
            continue;
        }
        seconds += part.parse::<f64>().ok()? * unit;
    }
    Some(days * 86_400.0 + seconds)
}
