//! What redacted values are called: which operator stands for what, and the numbers of a session.

use crate::decision::Operator;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Category;
use std::collections::{BTreeMap, HashMap};

/// Values of a session that have a number. Those that come later have a keyed name instead, which
/// needs no memory.
const MOST: usize = 1024;

/// Which operator stands for what is found, where an obligation does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operators {
    by_word: BTreeMap<String, Operator>,
}

impl Operators {
    /// Takes operators by category (`personal`) or kind (`email`). `kinds` are those that rules
    /// find.
    ///
    /// # Errors
    /// `bundle/settings` for a word that is neither.
    pub fn new(by_word: &BTreeMap<String, Operator>, kinds: &[&str]) -> Result<Self> {
        let category = |word: &str| Operator::CATEGORIES.iter().any(|c| c.as_str() == word);
        let unknown =
            by_word.keys().find(|word| !category(word) && !kinds.contains(&word.as_str()));
        let Some(unknown) = unknown else { return Ok(Self { by_word: by_word.clone() }) };
        let message =
            format!("`redact.{}` is neither a category nor a kind", unknown.escape_default());
        let categories = Operator::CATEGORIES.iter().map(|category| category.as_str());
        let known: Vec<&str> = categories.chain(kinds.iter().copied()).collect();
        Err(Error::new(ErrorKind::BundleSettings, message)
            .with("file", "bundle.toml")
            .with("known", known.join(" ")))
    }

    /// The operator for a find: its kind's, else its category's, else a mask.
    #[must_use]
    pub fn of(&self, category: Category, kind: &str) -> Operator {
        // A secret's kind ends in its fingerprint.
        let by_kind = kind.split(':').next().and_then(|kind| self.by_word.get(kind));
        by_kind.or_else(|| self.by_word.get(category.as_str())).copied().unwrap_or(Operator::Mask)
    }
}

/// The numbers of the values that were replaced in a session, `1` for the first of its kind. It
/// holds keyed hashes of the values, and no more of them than fit.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Digest, u32>,
    counts: BTreeMap<String, u32>,
}

impl Names {
    /// The number of the value with this keyed hash, among those called `word`; none where the
    /// table is full.
    pub fn number(&mut self, word: &str, value: Digest) -> Option<u32> {
        if let Some(number) = self.numbers.get(&value) {
            return Some(*number);
        }
        if self.numbers.len() >= MOST {
            return None;
        }
        let count = self.counts.entry(word.to_owned()).or_insert(0);
        *count += 1;
        self.numbers.insert(value, *count);
        Some(*count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_of_a_kind_and_bounded() {
        let mut names = Names::default();
        let of = |text: &str| Digest::of(text.as_bytes());
        assert_eq!(names.number("email", of("a")), Some(1));
        assert_eq!(names.number("email", of("b")), Some(2));
        assert_eq!(names.number("iban", of("c")), Some(1));
        assert_eq!(names.number("email", of("a")), Some(1));
        for n in 0..MOST * 2 {
            names.number("phone", of(&n.to_string()));
        }
        assert_eq!(names.number("phone", of("another")), None);
        assert_eq!(names.number("email", of("b")), Some(2), "what has a number keeps it");
        assert_eq!(names.numbers.len(), MOST);
    }

    #[test]
    fn a_kind_says_more_than_its_category() {
        let words = |words: &[(&str, Operator)]| {
            words.iter().map(|(word, operator)| ((*word).to_owned(), *operator)).collect()
        };
        let by_word = words(&[("personal", Operator::Hash), ("email", Operator::Remove)]);
        let operators = Operators::new(&by_word, &["email", "iban"]).unwrap();
        assert_eq!(operators.of(Category::Personal, "email"), Operator::Remove);
        assert_eq!(operators.of(Category::Personal, "iban"), Operator::Hash);
        assert_eq!(operators.of(Category::Secret, "aws:9f3a"), Operator::Mask);
        assert_eq!(operators.of(Category::Secret, "email:9f3a"), Operator::Remove);
        for bad in ["e-mail", "injection", ""] {
            let error = Operators::new(&words(&[(bad, Operator::Mask)]), &["email"]).unwrap_err();
            assert_eq!(error.code(), "bundle/settings", "{bad}");
            assert!(error.fact("known").unwrap().contains("personal"));
        }
    }
}
