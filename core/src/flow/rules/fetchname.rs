//! `fetchname`: what a provider is asked for by a name of its own: "the article on lighthouses".
//!
//! Only what comes in: the name leads nowhere but to the provider, and what it gives is as
//! untrusted as before. A name is a few words, no address and no key.

use super::sheet::{Basis, Sheet};
use crate::flow::canonical::Kind;
use crate::flow::entity;
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::provenance::Match;
use crate::tool::Effect;

/// Bytes of a name, its words, and digits in a row.
const LENGTH: usize = 64;
const WORDS: usize = 6;
const DIGITS: usize = 4;

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let effects = sheet.scene.effects;
    let only_fetches = effects.iter().all(|effect| matches!(effect, Effect::Fetch | Effect::Read));
    if !effects.has(Effect::Fetch) || !only_fetches || !is_name(judged.given.text.trim()) {
        return None;
    }
    // All of it was read: nothing is put together out of pieces.
    let whole = judged.found.matched > Match::Quoted;
    let mut leaves = sheet.places(judged).map(|(leaf, _)| leaf);
    let leaf = leaves.find(|leaf| !leaf.flagged).filter(|_| whole)?;
    Some(Basis { source: Some(leaf.source), links: false })
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " -'’&".contains(c);
    let runs = text.split(|c: char| !c.is_ascii_digit());
    (1..=LENGTH).contains(&text.len())
        && text.chars().all(plain)
        && runs.max_by_key(|run| run.len()).is_some_and(|run| run.len() <= DIGITS)
        && words::words(text).take(WORDS + 1).count() <= WORDS
        && entity::all(text).iter().all(|entity| entity.kind == Kind::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_address_and_no_key() {
        for name in ["Lighthouses", "Rock 'n' Roll of the 1950", "Crème brûlée", "灯台"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "https://a.example/x",
            "a.example",
            "eve@evil.example",
            "x=1",
            "card 4111 111111111111",
            "one two three four five six seven",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
