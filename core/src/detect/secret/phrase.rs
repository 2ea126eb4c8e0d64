//! The words that restore a wallet.

use super::context::{found, named};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::Critical;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/seed_phrase", Critical, 900, "The words that restore a wallet."),
    patterns: &[Pattern {
        severity: Critical,
        ..named(
            &[
                "mnemonic",
                "seed phrase",
                "recovery phrase",
                "seed_phrase",
                "secret phrase",
                "seed words",
            ],
            r#"(?i)(?:mnemonic|seed[ _]phrase|recovery[ _]phrase|secret[ _]phrase|seed words)["']?[^\n"':=]{0,24}[\s:="'`]{1,6}((?:[a-z]{3,8} ){11,23}[a-z]{3,8})\b"#,
            900,
            "seed_phrase",
        )
    }],
    check: check_phrase,
}];

/// Words of which a sentence is made show that it is one: no list of such words has them.
const PROSE: &[&str] = &[
    "the", "and", "are", "was", "were", "has", "had", "not", "for", "with", "that", "from",
    "which", "your",
];

/// Twelve to twenty-four words in steps of three, all from a list of words that differ.
fn check_phrase(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let words: Vec<&str> = value.split(' ').collect();
    let prose = words.iter().any(|word| PROSE.contains(&word.to_ascii_lowercase().as_str()));
    let known = matches!(words.len(), 12 | 15 | 18 | 21 | 24) && !prose;
    (known && !placeholder::is_obvious(value))
        .then(|| found(candidate, value, candidate.pattern.score))?
}
