//! Recorded decisions, judged again by the rules of another bundle.

use super::Guard;
use super::force::InForce;
use crate::decision::{Mode, Outcome};
use crate::digest::Digest;
use crate::error::Result;
use crate::policy::RuleInfo;
use crate::session::counters::over_limit;
use crate::wire::{Recorded, Situation};
use std::collections::HashMap;
use std::sync::Arc;

/// What policy would have made of a recorded decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// What it would answer; none where that cannot be known from the record.
    pub outcome: Option<Outcome>,
    /// The rules of its reasons, strictest first.
    pub reasons: Vec<String>,
    /// Rules that could change the answer, and that read what no record keeps: arguments, or claims
    /// of the user.
    pub needs: Vec<String>,
    /// Why policy cannot be asked again at all, where it cannot.
    pub unasked: Option<&'static str>,
}

/// The rules of a guard, ready to judge what is recorded. Facts are taken as they are recorded, also
/// those that another manifest would change; but whether a call passes a limit is judged by the
/// limits of the manifest in force, from what was counted then.
///
/// ```no_run
/// use checkrein::{Guard, Limits, Value, record, wire::Recorded};
/// let guard = Guard::builder().bundle("support-next").build()?;
/// let replay = guard.replay(None);
/// record::read("audit".as_ref(), &mut |line| {
///     let record = Value::parse(line, &Limits::default());
///     if let Ok(Some(recorded)) = record.and_then(|record| Recorded::read(&record)) {
///         println!("{} {:?}", recorded.id, replay.judge(&recorded));
///     }
/// })?;
/// # Ok::<(), checkrein::Error>(())
/// ```
pub struct Replay {
    force: Arc<InForce>,
    rules: HashMap<String, RuleInfo>,
    /// By the hash of a bundle that is at hand: its rules, with the hashes of their texts. One that
    /// did not apply while it was in force is not recorded.
    known: HashMap<Digest, HashMap<String, Digest>>,
}

impl Guard {
    /// What the rules in force would make of recorded decisions. `before` is the guard whose bundle
    /// was in force then, where it is at hand: what its unchanged rules did is known.
    #[must_use]
    pub fn replay(&self, before: Option<&Guard>) -> Replay {
        let force = self.inner.force.load_full();
        let rules = force.cedar.rules().into_iter();
        let rules: HashMap<_, _> = rules.map(|rule| (rule.id.clone(), rule)).collect();
        let then = before.map(|guard| guard.inner.force.load_full());
        let known = then.iter().chain([&force]).map(|force| {
            // One that yielded is not recorded either, though it applied.
            let rules = force.cedar.rules().into_iter().filter(|rule| !rule.yields);
            (force.reference.hash, rules.map(|rule| (rule.id, rule.text)).collect())
        });
        Replay { known: known.collect(), rules, force }
    }
}

impl Replay {
    /// What the rules would answer to what was recorded.
    ///
    /// # Errors
    /// `policy/engine`, `policy/evaluate`.
    pub fn judge(&self, recorded: &Recorded) -> Result<Replayed> {
        if let Some(why) = recorded.unasked {
            let (reasons, needs) = Default::default();
            return Ok(Replayed { outcome: None, reasons, needs, unasked: Some(why) });
        }
        let applied: HashMap<&str, Digest> =
            recorded.rules.iter().map(|(id, text)| (id.as_str(), *text)).collect();
        let then = recorded.bundle.and_then(|hash| self.known.get(&hash));
        let situation = self.by_its_limits(&recorded.situation);
        let moved = situation.facts.over_limit != recorded.situation.facts.over_limit;
        let told = |id: &str, text: Digest| {
            if moved && self.rules.get(id).is_some_and(reads_limits) {
                return None;
            }
            if applied.get(id) == Some(&text) {
                return Some(true);
            }
            then.filter(|rules| rules.get(id) == Some(&text)).map(|_| false)
        };
        let (answer, mut needs) = self.force.cedar.recall(&situation.request(), &told)?;
        let rule = |id: &String| self.rules.get(id);
        let stands = answer.outcome == Outcome::Deny
            && answer.reasons.iter().any(|reason| match rule(&reason.rule) {
                Some(rule) => rule.outcome == Outcome::Deny && !rule.yields,
                None => reason.rule != "core/no_permit",
            });
        // Another permit helps against what a permit lifts, another forbid only makes it stricter.
        let permit_helps = answer.reasons.iter().any(|reason| {
            rule(&reason.rule).map_or(reason.rule == "core/no_permit", |rule| rule.yields)
        });
        needs.retain(|id| match rule(id) {
            Some(rule) if rule.mode == Mode::Monitor => false,
            Some(rule) if rule.outcome == Outcome::Allow => permit_helps,
            Some(rule) => rule.outcome > answer.outcome,
            None => true,
        });
        if stands || answer.error.is_some() {
            needs.clear();
        }
        let outcome = needs.is_empty().then_some(answer.outcome);
        let reasons = answer.reasons.into_iter().map(|reason| reason.rule).collect();
        Ok(Replayed { outcome, reasons, needs, unasked: None })
    }
}

impl Replay {
    /// What was recorded, held to the limits that the manifest in force gives the tool.
    fn by_its_limits(&self, recorded: &Situation) -> Situation {
        let mut situation = recorded.clone();
        if let Some(tool) = situation.tool.as_ref().and_then(|id| self.force.tools.get(id)) {
            situation.facts.over_limit = over_limit(&situation.session, &tool.limits);
        }
        situation
    }
}

fn reads_limits(rule: &RuleInfo) -> bool {
    rule.reads.iter().any(|path| path == "context.tool.over_limit")
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}
