//! The facts that every call has, by the names under which policy reads them.

use crate::principal::Trust;
use crate::request::{FindingFacts, FlowFacts, Request, RoleFacts, SessionFacts, ToolFacts};
use crate::tool::Role;

/// A named truth about `T`.
pub(super) type Flag<T> = (&'static str, fn(&T) -> bool);
/// A named number about `T`.
pub(super) type Count<T> = (&'static str, fn(&T) -> i64);

pub(super) const FLOW: &[Flag<FlowFacts>] = &[
    ("tainted", |f| f.tainted),
    ("complete", |f| f.complete),
    ("opaque", |f| f.opaque),
    ("paired", |f| f.paired),
    ("undeclared", |f| f.undeclared),
    ("intended", |f| f.intended),
];

pub(super) const ROLE: &[Flag<RoleFacts>] = &[
    ("present", |f| f.present),
    ("accounted", |f| f.accounted),
    ("linked", |f| f.linked),
    ("granted", |f| f.granted),
    ("flagged", |f| f.flagged),
    ("unseen", |f| f.unseen),
    ("secret", |f| f.secret),
];

pub(super) const SESSION: &[Flag<SessionFacts>] = &[
    ("looping", |f| f.looping),
    ("sensitive", |f| f.sensitive),
    ("resumed", |f| f.resumed),
    ("human", |f| f.human),
];

pub(super) const SESSION_COUNTS: &[Count<SessionFacts>] = &[
    ("risk", |f| f.risk),
    ("calls", |f| f.calls),
    ("tool_calls", |f| f.tool_calls),
    ("tool_calls_minute", |f| f.tool_calls_minute),
    ("tool_total", |f| f.tool_total),
    ("amount", |f| f.amount),
    ("depth", |f| f.depth),
    ("time_ms", |f| f.time_ms),
];

pub(super) const TOOL: &[Flag<ToolFacts>] = &[
    ("known", |f| f.known),
    ("inferred", |f| f.inferred),
    ("quarantined", |f| f.quarantined),
    ("isolated", |f| f.isolated),
    ("read_only", |f| f.read_only),
    ("egress_breach", |f| f.egress_breach),
    ("root_breach", |f| f.root_breach),
    ("write_breach", |f| f.write_breach),
    ("over_limit", |f| f.over_limit),
];

pub(super) const FINDINGS: &[Flag<FindingFacts>] = &[
    ("destructive", |f| f.destructive),
    ("unparsed", |f| f.unparsed),
    ("download_and_run", |f| f.download_and_run),
    ("internal_address", |f| f.internal_address),
];

pub(super) const FINDING_COUNTS: &[Count<FindingFacts>] = &[
    // 0 where nothing was found, 5 for critical: as in the record.
    ("severity", |f| f.severity.map_or(0, |severity| severity as i64 + 1)),
    ("injection_score", |f| i64::from(f.injection_score)),
];

/// One number that costs nothing to look up and can never fail to be there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Rank(Role),
    Session(fn(&SessionFacts) -> i64),
    Findings(fn(&FindingFacts) -> i64),
}

impl Number {
    /// The number that `context.<path>` reads, if it is one.
    pub fn named(path: &[&str]) -> Option<Self> {
        fn find<T>(list: &[Count<T>], name: &str) -> Option<fn(&T) -> i64> {
            list.iter().find(|(known, _)| *known == name).map(|(_, count)| *count)
        }
        match path {
            ["flow", role, "rank"] => role_named(role).map(Number::Rank),
            ["session", name] => find(SESSION_COUNTS, name).map(Number::Session),
            ["findings", name] => find(FINDING_COUNTS, name).map(Number::Findings),
            _ => None,
        }
    }

    /// What it is for `request`.
    pub fn of(self, request: &Request<'_>) -> i64 {
        match self {
            Number::Rank(role) => i64::from(request.flow.role(role).rank),
            Number::Session(count) => count(request.session),
            Number::Findings(count) => count(request.findings),
        }
    }
}

fn role_named(name: &str) -> Option<Role> {
    FlowFacts::ROLES.iter().find(|known| known.as_str() == name).copied()
}

/// One truth that costs nothing to look up and can never fail to be there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fact {
    Flow(fn(&FlowFacts) -> bool),
    Role(Role, fn(&RoleFacts) -> bool),
    Session(fn(&SessionFacts) -> bool),
    Tool(fn(&ToolFacts) -> bool),
    Findings(fn(&FindingFacts) -> bool),
    /// `principal.trust ==` this.
    Trust(Trust),
}

impl Fact {
    /// The fact that `context.<path>` reads, if it is one.
    pub fn named(path: &[&str]) -> Option<Self> {
        fn find<T>(list: &[Flag<T>], name: &str) -> Option<fn(&T) -> bool> {
            list.iter().find(|(known, _)| *known == name).map(|(_, fact)| *fact)
        }
        match path {
            ["flow", name] => find(FLOW, name).map(Fact::Flow),
            ["flow", role, name] => {
                let role = role_named(role)?;
                find(ROLE, name).map(|fact| Fact::Role(role, fact))
            }
            ["session", name] => find(SESSION, name).map(Fact::Session),
            ["tool", name] => find(TOOL, name).map(Fact::Tool),
            ["findings", name] => find(FINDINGS, name).map(Fact::Findings),
            _ => None,
        }
    }

    /// Whether it holds for `request`.
    pub fn holds(self, request: &Request<'_>) -> bool {
        match self {
            Fact::Flow(fact) => fact(request.flow),
            Fact::Role(role, fact) => fact(&request.flow.role(role)),
            Fact::Session(fact) => fact(request.session),
            Fact::Tool(fact) => fact(request.facts),
            Fact::Findings(fact) => fact(request.findings),
            Fact::Trust(trust) => request.principal.user.trust == trust,
        }
    }
}
