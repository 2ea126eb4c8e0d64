//! `nounlink`: the object whose name has most in common with what the user said.

use super::set::shared;
use super::sheet::{Basis, Sheet};
use crate::flow::arena::Leaf;
use crate::flow::trace::Judged;
use crate::tool::Effect;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    // Names can be made to measure: what destroys or spends goes by nothing so loose.
    let effects = sheet.scene.effects;
    if effects.has(Effect::Destroy) || effects.has(Effect::Spend) || effects.has(Effect::Configure)
    {
        return None;
    }
    let leaf = sheet.trusted(judged).find(|leaf| is_meant(sheet, leaf))?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// Whether the name of the object around `leaf` shares two words with the user's, and no other of
/// its list as many. A tie is a question.
fn is_meant(sheet: &Sheet<'_>, leaf: &Leaf) -> bool {
    let Some(rows) = sheet.rows(leaf).filter(|rows| rows.len() > 1) else { return false };
    let records = &sheet.index().records;
    let name = |leaf: &&Leaf| leaf.record.is_some_and(|id| records.has_name(id, &leaf.text));
    let home = leaf.row();
    let (mut mine, mut best) = (0, 0);
    for row in &rows {
        let names = row.fields.iter().map(|(_, leaf)| *leaf).filter(name);
        let score = names.map(|leaf| shared(sheet, &leaf.text)).max().unwrap_or(0);
        if row.home == home {
            mine = score;
        } else {
            best = best.max(score);
        }
    }
    mine >= 2 && mine > best
}
