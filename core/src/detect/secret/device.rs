//! Passwords in what routers and switches are set up with, and words that restore a wallet.

use super::command::check_option;
use super::context::{found, named};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{Critical, High};

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info(
            "secret/device_password",
            High,
            750,
            "A password in the configuration of a network device.",
        ),
        patterns: &[
            named(
                &["snmp-server", "-server key", "-server host", "pre-shared-key", "key-string"],
                r"(?im)^\s{0,8}(?:snmp-server community|(?:tacacs|radius)-server (?:host \S{1,60} )?key(?: [0-9])?|(?:ikev[12] )?pre-shared-key(?: (?:address \S{1,40}|local|remote|ascii-text|[0-9]))?|key-string(?: [0-9])?) ([^\s]{4,80})",
                700,
                "password",
            ),
            named(
                &[
                    "password 0 ",
                    "password 5 ",
                    "password 7 ",
                    "secret 0 ",
                    "secret 5 ",
                    "secret 8 ",
                    "secret 9 ",
                ],
                r"(?im)^\s{0,8}(?:username \S{1,60}(?: privilege \d{1,2})? |enable )?(?:password|secret) [05789] ([^\s]{4,120})",
                750,
                "password",
            ),
        ],
        check: check_option,
    },
    Rule {
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
    },
];

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
