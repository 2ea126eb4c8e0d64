//! Who acts: the user, the agent that acts for them, and the chain between.

use crate::error::Result;
use crate::id::{AgentId, TenantId, UserId};
use crate::label::words;
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// How the user stands to the agent's owner.
    Trust ("trust") {
        /// Nobody vouches for them; they may be the attacker.
        Anonymous = "anonymous",
        /// A known customer; they may be the attacker all the same.
        Customer = "customer",
        /// The agent works for them.
        Owner = "owner",
    }
}

/// One claim about a user, as the host's identity provider said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A text.
    Text(String),
    /// A set of texts.
    Texts(BTreeSet<String>),
}

/// What is known to belong to the user: known, but not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Their addresses.
    pub email: Vec<String>,
    /// Their accounts.
    pub account: Vec<String>,
    /// Their names.
    pub name: Vec<String>,
}

/// The human for whom the agent acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What is known to be theirs.
    pub known: Known,
    /// Groups they are in.
    pub groups: BTreeSet<String>,
    /// What their identity provider says of them.
    pub claims: BTreeMap<String, Claim>,
    /// Whether the host checked who they are.
    pub verified: bool,
    /// How they stand to the agent's owner.
    pub trust: Trust,
}

impl User {
    /// An unverified owner with nothing known of them.
    ///
    /// # Errors
    /// `id/invalid`.
    pub fn new(id: &str) -> Result<Self> {
        Ok(Self {
            id: UserId::new(id)?,
            known: Known::default(),
            groups: BTreeSet::new(),
            claims: BTreeMap::new(),
            verified: false,
            trust: Trust::Owner,
        })
    }
}

/// Who acts, for whom, in which tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The isolation boundary.
    pub tenant: TenantId,
    /// For whom.
    pub user: User,
    /// The agent at work.
    pub agent: AgentId,
    /// Its version, as the host counts.
    pub agent_version: Option<String>,
    /// The agents that spawned it, outermost first. Rights are the intersection along it.
    pub on_behalf_of: Vec<AgentId>,
}

impl Principal {
    /// The whole chain, outermost first: `user:alice`, `agent:desk`, `agent:researcher`.
    pub fn chain(&self) -> impl Iterator<Item = String> + '_ {
        let agents = self.on_behalf_of.iter().chain([&self.agent]);
        std::iter::once(format!("user:{}", self.user.id))
            .chain(agents.map(|agent| format!("agent:{agent}")))
    }
}
