//! `quant`: one of a list, each of which the user spoke of: `all channels`.

use super::set::has_quantifier;
use super::sheet::{Basis, Sheet};
use crate::flow::find::addresses;
use crate::flow::trace::Judged;
use crate::tool::Effect;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let effects = sheet.scene.effects;
    // `all the files that ...`: what destroys or spends may be meant for some of them only; and
    // an address is somebody's, whose list does not say.
    let grave = [Effect::Destroy, Effect::Spend, Effect::Configure].iter().any(|e| effects.has(*e));
    if grave || !addresses(&judged.given.text).is_empty() || !has_quantifier(sheet, judged) {
        return None;
    }
    let listed = |source| sheet.known(source).is_some_and(|known| known.listed);
    let leaf = sheet.trusted(judged).find(|leaf| listed(leaf.source))?;
    Some(Basis { source: Some(leaf.source), links: true })
}
