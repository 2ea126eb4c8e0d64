//! The question put to policy: principal, action, and everything policy may read.
//!
//! Frozen as `docs/POLICY-CONTEXT.md` and the generated Cedar schema show it.

use crate::finding::{Category, Severity};
use crate::id::ToolId;
use crate::label::words;
use crate::principal::{Principal, Trust, User};
use crate::source::SourceKind;
use crate::tool::{Effects, Role};
use crate::value::Object;
use std::collections::BTreeSet;

words! {
    /// The three verbs.
    Verb ("verb") {
        /// Everything that enters the model's context.
        InspectInput = "inspect_input",
        /// Every action before it happens.
        AuthorizeToolCall = "authorize_tool_call",
        /// Everything that leaves.
        InspectOutput = "inspect_output",
    }
}

/// What a policy engine is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<'a> {
    /// Who acts.
    pub principal: &'a Principal,
    /// Which verb.
    pub verb: Verb,
    /// The tool, for a call: policy's action. Else the action is the verb.
    pub tool: Option<&'a ToolId>,
    /// `context.input`: the call's arguments.
    pub input: Option<&'a Object>,
    /// `context.flow`.
    pub flow: &'a FlowFacts,
    /// `context.args`: top-level argument name and facts, sorted by name.
    pub args: &'a [(String, RoleFacts)],
    /// `context.session`.
    pub session: &'a SessionFacts,
    /// `context.tool`.
    pub facts: &'a ToolFacts,
    /// `context.findings`.
    pub findings: &'a FindingFacts,
    /// `context.content`: for the other two verbs.
    pub content: &'a ContentFacts,
}

/// What policy reads of the user, beside id, agents and claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// Groups the host named; those of the bundle come on top.
    pub groups: BTreeSet<String>,
    /// How they stand to the agent's owner.
    pub trust: Trust,
    /// Whether the host checked who they are.
    pub verified: bool,
}

impl UserFacts {
    /// The facts about `user`.
    #[must_use]
    pub fn of(user: &User) -> Self {
        Self { groups: user.groups.clone(), trust: user.trust, verified: user.verified }
    }
}

/// Facts about all arguments with one role, or about one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoleFacts {
    /// Whether there is any.
    pub present: bool,
    /// Whether by the rules of flow all need no question.
    pub accounted: bool,
    /// Whether all come from records the user named.
    pub linked: bool,
    /// Whether a human approved all of them before.
    pub granted: bool,
    /// Whether one comes from flagged sources only.
    pub flagged: bool,
    /// Whether one was found nowhere.
    pub unseen: bool,
    /// Whether one holds secret data.
    pub secret: bool,
    /// The worst rank: 0 unseen, 1 untrusted, 2 peer, 3 trusted, 4 user. 4 where absent.
    pub rank: u8,
}

impl RoleFacts {
    /// Facts about nothing: absent, accounted for, rank 4.
    pub const ABSENT: RoleFacts = RoleFacts {
        present: false,
        accounted: true,
        linked: true,
        granted: false,
        flagged: false,
        unseen: false,
        secret: false,
        rank: 4,
    };

    /// Facts about these and those.
    #[must_use]
    pub fn and(self, other: RoleFacts) -> RoleFacts {
        if !self.present {
            return other;
        }
        if !other.present {
            return self;
        }
        RoleFacts {
            present: true,
            accounted: self.accounted && other.accounted,
            linked: self.linked && other.linked,
            granted: self.granted && other.granted,
            flagged: self.flagged || other.flagged,
            unseen: self.unseen || other.unseen,
            secret: self.secret || other.secret,
            rank: self.rank.min(other.rank),
        }
    }
}

/// `context.flow`: the same for every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFacts {
    /// Whether untrusted content was read, or history is unknown.
    pub tainted: bool,
    /// Whether everything the model saw was inspected.
    pub complete: bool,
    /// Whether an image, audio or PDF was read.
    pub opaque: bool,
    /// Whether untrusted input and confidential data meet in this session (rule of two).
    pub paired: bool,
    /// Whether an argument is not declared in the manifest.
    pub undeclared: bool,
    /// Whether a destructive tool's intent verb stands in the user's words (true where none is asked).
    pub intended: bool,
    /// Categories of the data in the arguments.
    pub categories: BTreeSet<String>,
    /// Facts per role, in the order of [`FlowFacts::ROLES`].
    pub roles: [RoleFacts; FlowFacts::ROLES.len()],
}

impl FlowFacts {
    /// The roles that policy reads, by name.
    pub const ROLES: [Role; 13] = [
        Role::Destination,
        Role::Address,
        Role::Object,
        Role::Amount,
        Role::Value,
        Role::Payload,
        Role::Command,
        Role::Code,
        Role::Query,
        Role::Path,
        Role::Credential,
        Role::Time,
        Role::Title,
    ];

    /// Facts of a session that has seen nothing, for a call without arguments.
    #[must_use]
    pub fn clean() -> Self {
        Self {
            tainted: false,
            complete: true,
            opaque: false,
            paired: false,
            undeclared: false,
            intended: true,
            categories: BTreeSet::new(),
            roles: [RoleFacts::ABSENT; Self::ROLES.len()],
        }
    }

    /// The facts for `role`; absent for `free`.
    #[must_use]
    pub fn role(&self, role: Role) -> RoleFacts {
        let at = Self::ROLES.iter().position(|r| *r == role);
        at.and_then(|at| self.roles.get(at)).copied().unwrap_or(RoleFacts::ABSENT)
    }

    /// Joins `facts` to those of `role`.
    pub fn add(&mut self, role: Role, facts: RoleFacts) {
        let at = Self::ROLES.iter().position(|r| *r == role);
        if let Some(slot) = at.and_then(|at| self.roles.get_mut(at)) {
            *slot = slot.and(facts);
        }
    }
}

/// `context.session`: the same for every action. Counters include reservations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFacts {
    /// Risk, 0 to 1000.
    pub risk: i64,
    /// Calls authorized in this session.
    pub calls: i64,
    /// Calls of this tool in this session, this one included.
    pub tool_calls: i64,
    /// Calls of this tool in the last 60 seconds, this one included.
    pub tool_calls_minute: i64,
    /// The amounts of this tool in this session, this one included.
    pub tool_total: i64,
    /// This call's amount; 0 where it has none.
    pub amount: i64,
    /// Whether the same call with the same result came three times or more.
    pub looping: bool,
    /// Whether confidential data was read.
    pub sensitive: bool,
    /// Whether the session was found in no store: its history is unknown.
    pub resumed: bool,
    /// Whether a human can be asked.
    pub human: bool,
    /// Agents in the chain; 1 for a session that was not spawned.
    pub depth: i64,
    /// Milliseconds since the Unix epoch, for hours work.
    pub time_ms: i64,
}

/// `context.tool`: the manifest's data for baseline rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolFacts {
    /// Whether anybody, or inference, described it.
    pub known: bool,
    /// Whether inference did.
    pub inferred: bool,
    /// Whether it is quarantined.
    pub quarantined: bool,
    /// Its effects in this call.
    pub effects: Effects,
    /// Whether what it runs, runs elsewhere.
    pub isolated: bool,
    /// Whether its queries may only read.
    pub read_only: bool,
    /// Whether the manifest names the hosts it may reach, and this call reaches another.
    pub egress_breach: bool,
    /// Whether the manifest names its roots, and this call leaves them.
    pub root_breach: bool,
    /// Whether a query that may only read would write.
    pub write_breach: bool,
    /// Whether one of its limits is passed by this call.
    pub over_limit: bool,
    /// Who answers for it.
    pub owner: String,
}

/// `context.findings`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFacts {
    /// Categories that were found.
    pub categories: BTreeSet<Category>,
    /// Rules that fired.
    pub rules: BTreeSet<String>,
    /// The worst severity; none where nothing was found.
    pub severity: Option<Severity>,
    /// The highest score of an injection finding.
    pub injection_score: u16,
    /// Whether a command or code destroys.
    pub destructive: bool,
    /// Whether a command or code could not be parsed.
    pub unparsed: bool,
    /// Whether a command downloads and runs.
    pub download_and_run: bool,
    /// Whether an address leads to the machine itself or its surroundings (SSRF).
    pub internal_address: bool,
}

impl FindingFacts {
    /// Whether anything of `category` was found.
    #[must_use]
    pub fn has(&self, category: Category) -> bool {
        self.categories.contains(&category)
    }

    /// Adds what was found before: in what of a stream went out already.
    pub fn add(&mut self, before: &FindingFacts) {
        self.categories.extend(&before.categories);
        self.rules.extend(before.rules.iter().cloned());
        self.severity = self.severity.max(before.severity);
        self.injection_score = self.injection_score.max(before.injection_score);
    }
}

/// `context.content`: for `inspect_input` and `inspect_output`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentFacts {
    /// The kinds of its sources (input).
    pub sources: BTreeSet<SourceKind>,
    /// `answer`, `reasoning`, `plan` (output); empty for input.
    pub kind: String,
    /// Bytes of text.
    pub bytes: i64,
    /// Whether it quotes data that the audience may not read (output).
    pub forbidden_quote: bool,
}
