//! `amountlink`: the account of the only transaction whose amount the user wrote.

use super::prompt::Word;
use super::sheet::{Basis, Row, Sheet};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::canonical;
use crate::flow::find::addresses;
use crate::flow::trace::Judged;
use std::collections::HashSet;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let is_address = !addresses(&judged.given.text).is_empty();
    let is_account = canonical::account(&judged.given.text).is_some();
    if !is_account
        || is_address
            && !canonical::account(&judged.given.text).is_some_and(|a| canonical::is_iban(&a))
    {
        return None;
    }
    let leaf = sheet.trusted(judged).find(|leaf| is_only(sheet, leaf))?;
    Some(Basis { source: Some(leaf.source), links: true })
}

fn is_only(sheet: &Sheet<'_>, leaf: &Leaf) -> bool {
    if !sheet.is_plain(leaf.source) {
        return false;
    }
    let Some(rows) = sheet.rows(leaf).filter(|rows| rows.len() > 1) else { return false };
    let home = leaf.row();
    let said: HashSet<String> = sheet.prompt().words().iter().filter_map(Word::amount).collect();
    let mut named = rows.iter().filter(|row| has_amount(&said, row));
    named.next().is_some_and(|row| row.home == home) && named.next().is_none()
}

/// Whether an amount that the user wrote stands in the object.
fn has_amount(said: &HashSet<String>, row: &Row<'_>) -> bool {
    let number =
        |leaf: &Leaf| leaf.tier() == Tier::Trusted && leaf.numeric && leaf.id_kind.is_none();
    let mut numbers = row.fields.iter().map(|(_, leaf)| *leaf).filter(|leaf| number(leaf));
    numbers.any(|leaf| canonical::number(&leaf.text).is_some_and(|form| said.contains(&form)))
}
