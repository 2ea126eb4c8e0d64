//! Whether the user asked for destruction: a verb of it stands in their own words.

use super::arena::Tier;
use super::index::Index;
use super::words;
use crate::source::SourceKind;
use crate::tool::{Effect, Effects, Tool};

/// Verbs of destruction, for tools whose manifest names none. English, German, French, Spanish,
/// Chinese, Japanese.
const DESTRUCTIVE: &[&str] = &[
    "delete",
    "remove",
    "cancel",
    "clear",
    "erase",
    "purge",
    "drop",
    "discard",
    "wipe",
    "revoke",
    "unsubscribe",
    "uninstall",
    "lösche",
    "löschen",
    "entferne",
    "entfernen",
    "storniere",
    "stornieren",
    "leere",
    "verwerfe",
    "supprime",
    "supprimer",
    "supprimez",
    "efface",
    "effacer",
    "annule",
    "annuler",
    "annulez",
    "enlève",
    "retire",
    "elimina",
    "eliminar",
    "elimine",
    "borra",
    "borrar",
    "borre",
    "cancela",
    "cancelar",
    "quita",
    "删除",
    "刪除",
    "移除",
    "取消",
    "清除",
    "清空",
    "削除",
    "消して",
    "消去",
    "取り消",
    "キャンセル",
];

/// Whether the intent that the tool asks for stands in the user's words; true where none is
/// asked for.
pub(super) fn stands(index: &Index, tool: &Tool, effects: Effects) -> bool {
    if tool.intent.is_empty() {
        return !effects.has(Effect::Destroy) || DESTRUCTIVE.iter().any(|verb| said(index, verb));
    }
    tool.intent.iter().any(|verb| said(index, verb))
}

/// Whether the user (not the system, not a quote) said a verb, in one of its plain forms.
fn said(index: &Index, verb: &str) -> bool {
    let verb = verb.trim().to_lowercase();
    let parts: Vec<&str> = words::words(&verb).map(|(_, word)| word).collect();
    match parts.as_slice() {
        [] => false,
        [word] => {
            let stem = word.strip_suffix('e').unwrap_or(word);
            let last = stem.chars().next_back().map(String::from).unwrap_or_default();
            let forms = [
                (*word).to_owned(),
                format!("{word}s"),
                format!("{word}d"),
                format!("{stem}ed"),
                format!("{stem}ing"),
                format!("{stem}{last}ed"),
                format!("{stem}{last}ing"),
            ];
            forms.iter().any(|form| has_word(index, form))
        }
        _ => phrase(index, &verb),
    }
}

fn has_word(index: &Index, word: &str) -> bool {
    let by_user = |id: u32| index.arena.leaf(id).is_some_and(|leaf| leaf.kind == SourceKind::User);
    index.arena.postings(Tier::User, word).iter().any(|(id, _)| by_user(*id))
}

fn phrase(index: &Index, verb: &str) -> bool {
    let mut said = false;
    super::find::each_phrase(&index.arena, Tier::User, verb, &mut |place| {
        let leaf = index.arena.leaf(place.leaf);
        said |= leaf.is_some_and(|leaf| leaf.kind == SourceKind::User);
        !said
    });
    said
}
