//! The built-in engine: Cedar, with the traps of embedding it closed.
//!
//! What is closed: an evaluation error denies (Cedar would skip the rule); hostile text is refused
//! before it is parsed; a rule that cannot apply is not evaluated, so that ten thousand policies
//! cost what ten do.

mod access;
mod baseline;
mod context;
mod entities;
mod facts;
mod gate;
mod index;
mod judge;
mod lint;
mod load;
mod reads;
mod rule;
mod scan;
mod schema;
mod shape;

use super::{Answer, PolicyEngine, Profile, RuleInfo};
use crate::approval::LiftedRule;
use crate::error::{Lint, Result};
use crate::limits::Limits;
use crate::request::Request;
use crate::tool::Tool;
use cedar_policy::{Entities, PolicySet};
use context::{Constants, Declared};
use entities::{Directory, Types};
use gate::Gate;
use index::{Index, Scope};
use reads::Reads;
use rule::Meta;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// What an engine is made of.
#[derive(Debug, Clone, Copy)]
pub struct PolicyInput<'a> {
    /// The tools that are registered: their actions, and the types of their arguments.
    pub tools: &'a [Arc<Tool>],
    /// Names and texts of the bundle's policies.
    pub files: &'a [(String, String)],
    /// `entities.json`: who is in which group.
    pub entities: Option<&'a str>,
    /// Which baseline.
    pub profile: Profile,
    /// Whether the baseline applies at all.
    pub baseline: bool,
    /// How much is taken.
    pub limits: &'a Limits,
}

/// Answers by Cedar policies. Never changes once loaded: another bundle is another engine.
pub struct CedarEngine {
    types: Types,
    tools: HashMap<String, Registered>,
    members: Vec<Member>,
    index: Index,
    waiting: HashMap<String, Vec<Meta>>,
    dormant: Vec<Meta>,
    directory: Directory,
    constants: Constants,
    schema: OnceLock<String>,
    /// What loading found.
    lints: Vec<Lint>,
}

struct Registered {
    tool: Arc<Tool>,
    declared: Declared,
    /// Of a call with the tool's own effects.
    entities: Entities,
}

/// One policy, ready to be asked.
struct Member {
    meta: Meta,
    scope: Scope,
    gate: Gate,
    /// It applies wherever it is found and its gate is open: Cedar has nothing to add.
    is_plain: bool,
    /// It has no condition.
    is_free: bool,
    reads: Reads,
    reads_principal: bool,
    /// How deep its tree is at most.
    depth: usize,
    /// It alone.
    set: PolicySet,
}

impl CedarEngine {
    /// Reads, validates and indexes policies. Also gives notices: rules that wait for a tool,
    /// annotations that mean nothing.
    ///
    /// # Errors
    /// `policy/hostile`, `policy/parse`, `policy/validate`, `limit/bundle`, `limit/policies`,
    /// `bundle/settings`, with file, line, column and a hint.
    pub fn load(input: &PolicyInput<'_>) -> Result<(Self, Vec<String>)> {
        load::load(input)
    }

    /// The generated schema, as Cedar's own tools read it.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.schema.get_or_init(|| {
            let mut tools: Vec<&Tool> = self.tools.values().map(|known| &*known.tool).collect();
            tools.sort_by(|a, b| a.id.cmp(&b.id));
            schema::text(tools.into_iter()).unwrap_or_default()
        })
    }

    /// Every rule in force, in the order of files and lines, the baseline first.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleInfo> {
        let info = |member: &Member| RuleInfo {
            actions: member.scope.actions.iter().flatten().cloned().collect(),
            reads: member.reads.paths(),
            ..member.meta.info.clone()
        };
        self.members.iter().map(info).collect()
    }

    /// Rules that sleep, because no tool that they name is registered; in the order of files and
    /// lines.
    #[must_use]
    pub fn dormant(&self) -> Vec<RuleInfo> {
        self.dormant.iter().map(|meta| meta.info.clone()).collect()
    }

    /// What a reviewer of the bundle's own rules should look at, in the order of files and lines.
    #[must_use]
    pub fn lints(&self, profile: Profile, limits: &Limits) -> Vec<Lint> {
        lint::lints(self, profile, limits)
    }

    /// The permits whose scope `request` meets: those that would permit it if their conditions held.
    #[must_use]
    pub fn permits(&self, request: &Request<'_>) -> Vec<String> {
        let (_, found) = self.found(request);
        let members = found.iter().filter_map(|at| self.member(*at));
        members.filter(|member| member.meta.permits).map(|m| m.meta.info.id.clone()).collect()
    }
}

impl PolicyEngine for CedarEngine {
    fn name(&self) -> &'static str {
        "cedar"
    }

    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer {
        self.answer(request, lifted).unwrap_or_else(Answer::deny)
    }
}

impl std::fmt::Debug for CedarEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarEngine")
            .field("tools", &self.tools.len())
            .field("rules", &self.members.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
