//! Text that tries to steer the model.
//!
//! Expressions read words, not characters: a space stands for up to three bytes that belong to no
//! word, and ` ~ ` for up to four words between, so that line breaks, markup and filler change
//! nothing. ` ~60~ `, outside all brackets, stands for up to 60 bytes between, whatever they are. None
//! of them reaches over the end of a sentence; ` ~60 not \n~ ` reaches over all but what it names.

mod agent;
mod demand;
mod detour;
mod forgery;
mod languages;
mod leak;
mod mention;
pub(super) mod model;
mod order;
mod overrule;
mod persona;
mod task;

use super::Lanes;
use super::registry::{Pattern, Rule, RuleInfo};
use crate::finding::{Category, Severity};

/// The rules, for the gate.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    let lists = [
        overrule::RULES,
        persona::RULES,
        leak::RULES,
        forgery::RULES,
        agent::RULES,
        order::RULES,
        demand::RULES,
        detour::RULES,
        task::RULES,
    ];
    lists.into_iter().flatten()
}

/// Wherever injections are looked for.
const ANY: u8 = Lanes::ALL_INJECTION;
/// Only in text of others: from the principal it is an ordinary request.
const FOREIGN: u8 = Lanes::FOREIGN;
/// Only in what a tool says of itself.
const DESCRIPTION: u8 = Lanes::DESCRIPTION;

const fn info(
    id: &'static str,
    severity: Severity,
    score: u16,
    threats: &'static [&'static str],
    meaning: &'static str,
) -> RuleInfo {
    RuleInfo { id, category: Category::Injection, severity, score, threats, meaning }
}

const fn rule(info: RuleInfo, patterns: &'static [Pattern]) -> Rule {
    Rule { info, patterns, check: mention::check }
}

const fn say(
    keywords: &'static [&'static str],
    expression: &'static str,
    lanes: u8,
    severity: Severity,
    score: u16,
) -> Pattern {
    Pattern { keywords, expression, lanes, severity, score, kind: "injection", reach: (128, 224) }
}

#[cfg(test)]
mod tests;
