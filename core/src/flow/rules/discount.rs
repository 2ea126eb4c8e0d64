//! `code`: "use the discount code from the page": a code for a lower price, wherever it stands.
//!
//! Whoever wrote a wrong one made the price no higher. What is entered must be written as such a
//! code: else private text could be sent to a shop as one.

use super::lexicon;
use super::sheet::{Basis, Sheet, last_key};
use crate::flow::arena::Leaf;
use crate::flow::trace::Judged;
use crate::tool::name_words;

/// Characters of a code.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=24;
/// Bytes between a code and the word that says what it is.
const NEAR: usize = 80;
/// Parts of the names of arguments and tools that take one.
const FIELDS: &[&str] = &["coupon", "voucher", "promo", "promotion", "discount", "rebate"];

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let key = name_words(last_key(&judged.given.pointer));
    let takes = |words: &[String]| words.iter().any(|word| FIELDS.contains(&word.as_str()));
    let by_tool = || key == ["code"] && takes(&name_words(sheet.question.tool.id.name()));
    let code = judged.given.text.trim();
    let plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !plain || !LENGTH.contains(&code.len()) || !(takes(&key) || by_tool()) {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.discounts)?;
    let code = code.to_lowercase();
    let is_it = |leaf: &&Leaf| !leaf.flagged && is_called_so(&leaf.text.to_lowercase(), &code);
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(is_it)?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// Whether a word for a discount stands near `code`, which stands by itself.
fn is_called_so(text: &str, code: &str) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
    text.match_indices(code).take(16).any(|(at, _)| {
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let after = text.as_bytes().get(at + code.len()..).unwrap_or_default();
        let alone = !before.last().is_some_and(part) && !after.first().is_some_and(part);
        let near = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let before = near(before.get(before.len().saturating_sub(NEAR)..).unwrap_or_default());
        let after = near(after.get(..after.len().min(NEAR)).unwrap_or_default());
        let says = |word: &&str| before.contains(*word) || after.contains(*word);
        alone && lexicon::ALL.iter().any(|lexicon| lexicon.discounts.iter().any(says))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_called_one() {
        assert!(is_called_so("enter spring-15 for a discount.", "spring-15"));
        assert!(is_called_so("mit dem gutschein spring-15 sparst du", "spring-15"));
        assert!(!is_called_so("her badge is 8812ab", "8812ab"));
        assert!(!is_called_so("discount: spring-155", "spring-15"), "a part of another");
        let far = format!("discounts{}8812ab", " and more".repeat(20));
        assert!(!is_called_so(&far, "8812ab"));
    }
}
