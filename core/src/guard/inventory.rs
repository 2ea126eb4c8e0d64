//! Who can do what, who owns it, when it was last used; and how the guard itself is.

use super::{Guard, Refused, lock};
use crate::decision::{BundleRef, Mode};
#[cfg(feature = "cedar")]
use crate::error::Lint;
use crate::event::BundleLayer;
use crate::id::ToolId;
#[cfg(feature = "cedar")]
use crate::policy::Profile;
use crate::store::Restriction;
use crate::tool::{Effect, ToolOrigin};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

/// Agents that a tool's entry names at most.
const AGENTS: usize = 64;

/// How a tool was used so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Usage {
    calls: u64,
    refused: u64,
    last_ms: i64,
    agents: BTreeSet<String>,
}

/// One tool, as an auditor asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryEntry {
    /// The tool.
    pub tool: String,
    /// What it does.
    pub effects: Vec<Effect>,
    /// Who described it.
    pub origin: ToolOrigin,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is quarantined, if it is.
    pub quarantine: Option<String>,
    /// Calls that were allowed.
    pub calls: u64,
    /// Calls that were not.
    pub refused: u64,
    /// Milliseconds since the epoch; none where it was never called.
    pub last_used_ms: Option<i64>,
    /// Agents that called it.
    pub agents: Vec<String>,
}

/// How the guard is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The policy in force.
    pub bundle: BundleRef,
    /// Whether decisions bind.
    pub mode: Mode,
    /// What an operator should know.
    pub notices: Vec<String>,
    /// Live sessions.
    pub sessions: usize,
    /// Approvals that wait.
    pub pending_approvals: usize,
    /// Records that could not be written.
    pub dropped_records: u64,
    /// Stops in force.
    pub restrictions: Vec<Restriction>,
    /// Paths of wrappers that said they are covered.
    pub covered: Vec<String>,
    /// What the bundle in force is made of, base first; nothing where it is embedded.
    pub layers: Vec<BundleLayer>,
    /// Why the last bundle that was offered was refused; none where the last one was taken.
    pub refused: Option<Refused>,
    /// Whether somebody looks for another bundle: see [`Guard::watch`].
    pub watching: bool,
}

impl Guard {
    /// Every tool known to the guard, or called although unknown, by id.
    #[must_use]
    pub fn inventory(&self) -> Vec<InventoryEntry> {
        let force = self.inner.force.load();
        let usage = lock(&self.inner.usage).map(|usage| usage.clone()).unwrap_or_default();
        let mut ids: BTreeSet<String> = usage.keys().cloned().collect();
        ids.extend(force.tools.keys().map(ToString::to_string));
        let entries = ids.into_iter().filter_map(|name| {
            let id = ToolId::new(&name).ok()?;
            let tool = force.tool(&id);
            let used = usage.get(&name).cloned().unwrap_or_default();
            Some(InventoryEntry {
                effects: tool.effects.iter().collect(),
                origin: tool.origin,
                owner: tool.owner_business.clone().or(tool.owner_technical.clone()),
                quarantine: force.quarantine(&id).map(str::to_owned),
                calls: used.calls,
                refused: used.refused,
                last_used_ms: (used.calls + used.refused > 0).then_some(used.last_ms),
                agents: used.agents.into_iter().collect(),
                tool: name,
            })
        });
        entries.collect()
    }

    /// How the guard is: what is in force, what is unusual, what was lost.
    #[must_use]
    pub fn status(&self) -> Status {
        let inner = &self.inner;
        let force = inner.force.load();
        let mut notices = force.says.clone();
        notices.extend(inner.notices.iter().cloned());
        notices.extend(force.notices.iter().cloned());
        Status {
            bundle: force.reference.clone(),
            mode: force.mode(),
            notices,
            sessions: lock(&inner.sessions).map(|table| table.len()).unwrap_or(0),
            pending_approvals: lock(&inner.approvals).map(|a| a.pending().len()).unwrap_or(0),
            dropped_records: inner.dropped.load(Ordering::Relaxed),
            restrictions: inner
                .restrictions
                .read()
                .map(|r| {
                    let all = r.all().into_iter().chain(force.restrictions.all());
                    all.cloned().collect()
                })
                .unwrap_or_default(),
            covered: lock(&inner.covered)
                .map(|covered| covered.iter().cloned().collect())
                .unwrap_or_default(),
            layers: force.bundle.layers.clone(),
            refused: self.refused(),
            watching: self.watching(),
        }
    }

    /// Every rule in force, with its file, outcome, threats, reason and owner.
    #[cfg(feature = "cedar")]
    #[must_use]
    pub fn rules(&self) -> Vec<crate::policy::RuleInfo> {
        self.inner.force.load().cedar.rules()
    }

    /// The detector rules that the bundle brings.
    #[must_use]
    pub fn custom_rules(&self) -> Vec<crate::rule::CustomRule> {
        self.inner.force.load().detectors.custom_rules().cloned().collect()
    }

    /// What a reviewer of manifest and rules should look at, in the order of files and lines.
    /// Nothing is refused for it.
    #[cfg(feature = "cedar")]
    #[must_use]
    pub fn lints(&self) -> Vec<Lint> {
        let force = self.inner.force.load();
        let bundle = &force.bundle;
        let profile = Profile::parse(&bundle.profile).unwrap_or(Profile::Strict);
        let mut lints = force.cedar.lints(profile, &bundle.limits);
        lints.extend(bundle.manifest.lints.iter().cloned());
        lints.sort_by(|a, b| (&a.file, a.line, a.kind).cmp(&(&b.file, b.line, b.kind)));
        lints
    }

    /// The Cedar schema that policies are checked against: one action a tool.
    #[cfg(feature = "cedar")]
    #[must_use]
    pub fn schema(&self) -> String {
        self.inner.force.load().cedar.schema().to_owned()
    }

    /// A wrapper says which path it covers: `langchain/sync`, `ai-sdk/stream`.
    pub fn cover(&self, path: &str) {
        if let Ok(mut covered) = lock(&self.inner.covered)
            && covered.len() < AGENTS * 4
        {
            covered.insert(path.to_owned());
        }
    }
}

/// Counts one call.
pub(super) fn count(
    usage: &mut BTreeMap<String, Usage>,
    tool: &ToolId,
    allowed: bool,
    agent: &str,
    now_ms: i64,
    limit: usize,
) {
    if !usage.contains_key(tool.as_str()) && usage.len() >= limit {
        return;
    }
    let entry = usage.entry(tool.as_str().to_owned()).or_default();
    if allowed {
        entry.calls += 1;
    } else {
        entry.refused += 1;
    }
    entry.last_ms = now_ms;
    if entry.agents.len() < AGENTS && !entry.agents.contains(agent) {
        entry.agents.insert(agent.to_owned());
    }
}
