//! Policy asked outside a session, for people who write rules: why it answers so, what would make
//! it answer otherwise, and who may do what.

use super::Guard;
use crate::decision::{Mode, Outcome, Reason};
use crate::id::ToolId;
use crate::label::words;
use crate::policy::{Access, Answer, RuleInfo};
use crate::principal::Principal;
use crate::request::Verb;
use crate::value::Object;
use crate::wire::Situation;
use std::collections::{BTreeMap, HashMap};

words! {
    /// What would have to be otherwise.
    Lift ("way to lift a rule") {
        /// A human says yes to this call.
        Approve = "approve",
        /// A human who is not the session's own user says yes.
        ApproveSeparately = "approve_separately",
        /// A permit of the bundle's own applies.
        OwnPermit = "own_permit",
        /// One of its permits applies, or a new one is written.
        Permit = "permit",
        /// The facts that the rule reads are others, or the rule is.
        Change = "change",
        /// Nothing that a rule says: the core itself refuses it.
        Core = "core",
    }
}

/// A rule that stands against a call, and what would lift it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The rule, as the reason names it.
    pub rule: String,
    /// What would lift it.
    pub lift: Lift,
    /// For `permit` and `own_permit`: the permits that meet the call by scope and do not apply.
    pub permits: Vec<String>,
}

impl Guard {
    /// A call of `tool` with these arguments, or content for another verb, in a session that has
    /// seen nothing: the manifest's facts stand in it, all others are as they are at first.
    #[must_use]
    pub fn situation(
        &self,
        principal: Principal,
        verb: Verb,
        tool: Option<ToolId>,
        input: Object,
    ) -> Situation {
        let force = self.inner.force.load();
        let facts = tool.as_ref().map(|id| {
            let tool = force.tool(id);
            force.tool_facts(&tool, tool.effects_of(&input))
        });
        let mut situation = Situation::new(principal, verb, tool);
        situation.facts = facts.unwrap_or_default();
        situation.input = situation.tool.is_some().then_some(input);
        situation
    }

    /// What policy alone answers; nothing is counted, and nothing recorded.
    #[must_use]
    pub fn consult(&self, situation: &Situation) -> Answer {
        self.inner.force.load().engine.decide(&situation.request(), &[])
    }

    /// What would have to be otherwise for these reasons to go.
    #[must_use]
    pub fn remedies(&self, reasons: &[Reason], situation: &Situation) -> Vec<Remedy> {
        let force = self.inner.force.load();
        let rules: HashMap<String, _> =
            force.cedar.rules().into_iter().map(|rule| (rule.id.clone(), rule)).collect();
        let near = || {
            let mut permits = force.cedar.permits(&situation.request());
            permits.retain(|id| !id.starts_with("baseline/"));
            permits
        };
        let remedy = |reason: &Reason| {
            let rule = rules.get(&reason.rule);
            let lift = match rule {
                Some(rule) if rule.mode == Mode::Monitor => return None,
                Some(rule) if rule.outcome == Outcome::Ask && rule.separate => {
                    Lift::ApproveSeparately
                }
                Some(rule) if rule.outcome == Outcome::Ask => Lift::Approve,
                Some(rule) if rule.yields => Lift::OwnPermit,
                Some(_) => Lift::Change,
                None if reason.rule == "core/no_permit" => Lift::Permit,
                // A rule of flow only says why another one asks.
                None if reason.policy == "flow" => return None,
                None => Lift::Core,
            };
            let permits = match lift {
                Lift::Permit | Lift::OwnPermit => near(),
                _ => Vec::new(),
            };
            Some(Remedy { rule: reason.rule.clone(), lift, permits })
        };
        reasons.iter().filter_map(remedy).collect()
    }

    /// Who may call what, by which permit, and which rules stand against it; by tool.
    #[must_use]
    pub fn access(&self) -> BTreeMap<String, Access> {
        self.inner.force.load().cedar.access()
    }

    /// Rules of the bundle that sleep, because no tool that they name is registered.
    #[must_use]
    pub fn dormant_rules(&self) -> Vec<RuleInfo> {
        self.inner.force.load().cedar.dormant()
    }
}
