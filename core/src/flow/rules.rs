//! Rules that relieve an argument of its question, or ask where the roles alone would not.
//!
//! The roles (`role`) judge an argument by itself: is it the user's, or does a record that they
//! named lead to it. What is not accounted for is a candidate for a question. **Relief** rules
//! look at the candidates one by one: destinations and objects first, then the rest, which see
//! only what is still open. **Tightening** rules then look at what counts as accounted for, and
//! find that the user meant another value. Each is one small file with its pitfalls as tests.
//!
//! A rule never relieves a flagged or secret value, nor for a user who may be the attacker; what it did stands
//! in the trace as a [`Ruling`], and so in the decision and its record. They know tools and the
//! words of the user, in six languages (`lexicon`); in others they have no opinion.

mod dup;
mod kind;
mod lexicon;
mod literal;
mod memory;
mod names;
mod oneself;
mod pair;
mod person;
mod prompt;
mod set;
mod sheet;
mod superlative;

#[cfg(test)]
mod tests;

pub(super) use dup::hash as use_of;
pub(super) use memory::Memory;

use super::Question;
use super::trace::{self, Judged, Scene};
use crate::decision::show;
use crate::error::{Error, ErrorKind, Result};
use crate::id::SourceId;
use crate::principal::Trust;
use crate::tool::Role;
use crate::value::Value;
use sheet::{Basis, Sheet};
use std::collections::BTreeSet;

/// What a rule did with an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The rule.
    pub rule: &'static str,
    /// The JSON pointer of the argument.
    pub argument: String,
    /// What the rule went by, where it is one source.
    pub source: Option<SourceId>,
    /// Whether it asks; else it relieved a question.
    pub tightens: bool,
    /// What to tell people: no value of the call stands in it.
    pub message: String,
}

impl Ruling {
    /// OWASP and MITRE ATLAS ids of what a rule that asks stops.
    #[must_use]
    pub fn threats(&self) -> &'static [&'static str] {
        if self.tightens { &["ASI01", "LLM01", "AML.T0053"] } else { &[] }
    }
}

/// Which rules are on. All are by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    off: BTreeSet<String>,
}

impl Rules {
    /// All rules but those named.
    ///
    /// # Errors
    /// `bundle/settings` for a name that no rule has.
    pub fn without<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut off = BTreeSet::new();
        for name in names {
            if !Self::names().any(|known| known == name) {
                let message = format!("there is no flow rule `{}`", name.escape_default());
                let known: Vec<&str> = Self::names().collect();
                return Err(
                    Error::new(ErrorKind::BundleSettings, message).with("known", known.join(" "))
                );
            }
            off.insert(name.to_owned());
        }
        Ok(Self { off })
    }

    /// The names of all rules.
    pub fn names() -> impl Iterator<Item = &'static str> {
        RELIEF.iter().map(|rule| rule.name).chain(TIGHTENING.iter().map(|rule| rule.name))
    }

    fn has(&self, name: &str) -> bool {
        !self.off.contains(name)
    }
}

/// A rule that relieves.
struct Relief {
    name: &'static str,
    says: &'static str,
    roles: &'static [Role],
    rule: fn(&Sheet<'_>, &Judged<'_>) -> Option<Basis>,
}

/// A rule that asks.
struct Tightening {
    name: &'static str,
    says: &'static str,
    roles: &'static [Role],
    rule: fn(&Sheet<'_>, &Judged<'_>) -> bool,
}

/// In order: what a rule relieves the next one no longer sees.
const RELIEF: &[Relief] = &[
    Relief {
        name: "person",
        says: "it is the only address known of a person to whom the user wants it to go",
        roles: &[Role::Destination],
        rule: person::relieves,
    },
    Relief {
        name: "superlative",
        says: "it is the one in its list that the user described as the most or the least",
        roles: &[Role::Object, Role::Destination, Role::Value],
        rule: superlative::relieves,
    },
];

const TIGHTENING: &[Tightening] = &[
    Tightening {
        name: "kind",
        says: "it is the name of another kind of thing",
        roles: &[Role::Destination, Role::Object, Role::Value],
        rule: kind::asks,
    },
    Tightening {
        name: "literal",
        says: "the user wrote out another one",
        roles: &[Role::Destination, Role::Address],
        rule: literal::asks,
    },
    Tightening {
        name: "self",
        says: "it goes to the user, and no word of theirs asks for that",
        roles: &[Role::Destination],
        rule: oneself::asks,
    },
    Tightening {
        name: "set",
        says: "it is one of several in a list, and the user chose none of them",
        roles: &[Role::Destination, Role::Value],
        rule: set::asks,
    },
    Tightening {
        name: "dup",
        says: "this member of a list was used with this tool before",
        roles: &[Role::Destination, Role::Object],
        rule: dup::asks,
    },
    Tightening {
        name: "pair",
        says: "the amount stands in a record that has to do neither with the rest of the call nor with what the user named",
        roles: &[Role::Amount],
        rule: pair::asks,
    },
];

/// Roles whose questions are looked at first.
const FIRST: &[Role] = &[Role::Destination, Role::Address, Role::Object];

/// Applies the rules to what was judged, and says what they did.
pub(super) fn apply(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
) -> Vec<Ruling> {
    let owner = question.trust == Trust::Owner;
    let mut rulings = Vec::new();
    if (owner && scene.index.is_clean()) || trace::reads_only(scene) {
        return rulings;
    }
    if owner {
        for first in [true, false] {
            relieve(scene, question, judged, first, &mut rulings);
        }
    }
    tighten(scene, question, judged, &mut rulings);
    rulings
}

fn relieve(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
    first: bool,
    rulings: &mut Vec<Ruling>,
) {
    let is_open = |leaf: &Judged<'_>| {
        let plain = !leaf.accounted && !leaf.foreign && !leaf.secret && !leaf.found.flagged;
        plain && is_value(leaf) && FIRST.contains(&leaf.role) == first
    };
    if !judged.iter().any(is_open) {
        return;
    }
    for rule in RELIEF.iter().filter(|rule| question.rules.has(rule.name)) {
        let applies = |leaf: &Judged<'_>| rule.roles.contains(&leaf.role) && is_open(leaf);
        let sheet = Sheet { scene, question, judged };
        let bases: Vec<Option<Basis>> = judged
            .iter()
            .map(|leaf| {
                Some(leaf).filter(|leaf| applies(leaf)).and_then(|l| (rule.rule)(&sheet, l))
            })
            .collect();
        for (leaf, basis) in judged.iter_mut().zip(bases) {
            let Some(basis) = basis else { continue };
            leaf.accounted = true;
            leaf.found.linked |= basis.links;
            rulings.push(ruling(rule.name, rule.says, leaf, basis.source, false));
        }
    }
}

fn tighten(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
    rulings: &mut Vec<Ruling>,
) {
    let relieved: Vec<String> = rulings.iter().map(|ruling| ruling.argument.clone()).collect();
    let is_closed = |leaf: &Judged<'_>| {
        let base = leaf.accounted && !leaf.granted && is_value(leaf);
        base && leaf.found.integrity.is_some() && !relieved.contains(&leaf.given.pointer)
    };
    for rule in TIGHTENING.iter().filter(|rule| question.rules.has(rule.name)) {
        let applies = |leaf: &Judged<'_>| rule.roles.contains(&leaf.role) && is_closed(leaf);
        let sheet = Sheet { scene, question, judged };
        let asks: Vec<bool> =
            judged.iter().map(|leaf| applies(leaf) && (rule.rule)(&sheet, leaf)).collect();
        for (leaf, _) in judged.iter_mut().zip(asks).filter(|(_, asks)| *asks) {
            leaf.accounted = false;
            rulings.push(ruling(rule.name, rule.says, leaf, None, true));
        }
    }
}

/// Whether a leaf is a value of an argument that the manifest declares.
fn is_value(leaf: &Judged<'_>) -> bool {
    let scalar = matches!(leaf.given.value, Value::String(_) | Value::Int(_) | Value::Float(_));
    scalar && leaf.given.argument.is_some() && !leaf.given.text.trim().is_empty()
}

fn ruling(
    rule: &'static str,
    says: &str,
    leaf: &Judged<'_>,
    source: Option<SourceId>,
    tightens: bool,
) -> Ruling {
    let argument = leaf.given.pointer.clone();
    let from = source.map_or_else(String::new, |source| format!(" ({source})"));
    let message = format!("`{}`: {says}{from}", show(&argument));
    Ruling { rule, argument, source, tightens, message }
}
