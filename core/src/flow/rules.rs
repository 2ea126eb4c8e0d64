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

mod amountlink;
mod bind;
mod countsel;
mod delegated;
mod derive;
mod discount;
mod dup;
mod errand;
mod exfil;
mod fetchname;
mod fresh;
mod kind;
mod lexicon;
mod literal;
mod made;
mod mail;
mod memory;
mod moved;
mod names;
mod namesake;
mod nounlink;
mod oneself;
mod pair;
mod person;
mod prompt;
mod quant;
mod said;
mod set;
mod sheet;
mod superlative;
mod table;

#[cfg(test)]
mod tests;

pub(super) use dup::{ANY as ANY_USE, hash as use_of};
pub(super) use memory::Memory;

use super::Question;
use super::trace::{self, Judged, Scene};
use crate::decision::show;
use crate::error::{Error, ErrorKind, Result};
use crate::id::SourceId;
use crate::label::Integrity;
use crate::principal::Trust;
use crate::tool::Role;
use crate::value::Value;
use sheet::{Basis, Sheet};
use std::collections::BTreeSet;
use table::{RELIEF, TIGHTENING};

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
    guard_exfiltration(scene, question, judged, &mut rulings);
    tighten(scene, question, judged, &mut rulings);
    rulings
}

/// Takes back what was relieved, where the call would carry out something else.
fn guard_exfiltration(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
    rulings: &mut [Ruling],
) {
    let goes_to: Vec<&str> = judged
        .iter()
        .filter(|leaf| matches!(leaf.role, Role::Destination | Role::Address | Role::Value))
        .map(|leaf| leaf.given.pointer.as_str())
        .collect();
    let guarded = |name: &str| RELIEF.iter().any(|rule| rule.guarded && rule.name == name);
    let relieved =
        |ruling: &Ruling| guarded(ruling.rule) && goes_to.contains(&ruling.argument.as_str());
    if !scene.effects.is_outward() || !rulings.iter().any(relieved) {
        return;
    }
    if !exfil::leaks(&Sheet { scene, question, judged }) {
        return;
    }
    for ruling in rulings.iter_mut().filter(|ruling| relieved(ruling)) {
        let Some(leaf) = judged.iter_mut().find(|leaf| leaf.given.pointer == ruling.argument)
        else {
            continue;
        };
        // Had a record linked it, no rule would have been asked.
        (leaf.accounted, leaf.relieved, leaf.found.linked) = (false, false, false);
        *ruling = ruling_of(EXFIL, EXFIL_SAYS, leaf, ruling.source, true);
    }
}

/// Not a rule of its own: it takes back what others relieved.
const EXFIL: &str = "exfil";
const EXFIL_SAYS: &str =
    "a rule would vouch for it, and the call carries private text that the user did not point at";

fn relieve(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
    first: bool,
    rulings: &mut Vec<Ruling>,
) {
    let is_open = |leaf: &Judged<'_>| {
        // A password is a secret where it is used as one.
        let secret = leaf.secret && leaf.role != Role::Credential;
        let plain = (!leaf.accounted || is_half_open(leaf)) && !leaf.foreign;
        let plain = plain && !secret && !leaf.found.flagged;
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
            (leaf.accounted, leaf.relieved) = (true, true);
            leaf.found.linked |= basis.links;
            rulings.push(ruling_of(rule.name, rule.says, leaf, basis.source, false));
        }
    }
}

fn tighten(
    scene: &Scene<'_>,
    question: &Question<'_>,
    judged: &mut [Judged<'_>],
    rulings: &mut Vec<Ruling>,
) {
    let is_closed = |leaf: &Judged<'_>, always: bool| {
        let base = leaf.accounted && !leaf.granted && is_value(leaf);
        // What a rule chose is chosen; but a name keeps its kind, and a member is used once.
        let chosen = leaf.relieved && !always;
        base && leaf.found.integrity.is_some() && !chosen
    };
    for rule in TIGHTENING.iter().filter(|rule| question.rules.has(rule.name)) {
        let applies =
            |leaf: &Judged<'_>| rule.roles.contains(&leaf.role) && is_closed(leaf, rule.always);
        let sheet = Sheet { scene, question, judged };
        let asks: Vec<bool> =
            judged.iter().map(|leaf| applies(leaf) && (rule.rule)(&sheet, leaf)).collect();
        for (leaf, _) in judged.iter_mut().zip(asks).filter(|(_, asks)| *asks) {
            (leaf.accounted, leaf.relieved) = (false, false);
            rulings.push(ruling_of(rule.name, rule.says, leaf, None, true));
        }
    }
}

/// A name inside the house needs no naming for the user's own words; but where something ties it
/// to the user, that is what decides, and no tightening rule has to ask.
fn is_half_open(leaf: &Judged<'_>) -> bool {
    let found = &leaf.found;
    leaf.role == Role::Destination
        && !found.linked
        && !leaf.granted
        && found.integrity == Some(Integrity::Trusted)
}

/// Whether a leaf is a value of an argument that the manifest declares.
fn is_value(leaf: &Judged<'_>) -> bool {
    let scalar = matches!(leaf.given.value, Value::String(_) | Value::Int(_) | Value::Float(_));
    scalar && leaf.given.argument.is_some() && !leaf.given.text.trim().is_empty()
}

fn ruling_of(
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
