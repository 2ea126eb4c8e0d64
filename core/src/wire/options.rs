//! What a guard and a session are made with, as JSON.

use crate::error::{Error, ErrorKind, Result};
use crate::id::{AgentId, TenantId};
use crate::principal::{Claim, Known, Principal, Trust, User};
use crate::value::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Options of a guard.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardOptions {
    /// A bundle directory or signed archive; several are laid over one another, base first.
    pub bundle: Option<OneOrMany>,
    /// A directory for the audit log; in memory where none is given.
    pub audit: Option<String>,
    /// A directory for keys; beside the audit log's parent where none is given.
    pub keys: Option<String>,
    /// `sync`, `batched` (default), `async`.
    pub durability: Option<String>,
    /// `strict` or `balanced` (default), where no bundle says.
    pub profile: Option<String>,
    /// `enforce` (default) or `monitor`, where no bundle says.
    pub mode: Option<String>,
    /// Whether a human can be asked; true where nothing is said.
    pub human: Option<bool>,
    /// Obligations that the host carries out.
    pub obligations: Vec<String>,
    /// Limits by name.
    pub limits: BTreeMap<String, usize>,
    /// Manifest text (TOML), for hosts without a bundle.
    pub tools: Option<String>,
    /// Policy text (Cedar), for hosts without a bundle.
    pub policy: Option<String>,
    /// Host detectors that must have run for a verb to decide: control names.
    pub detectors: Vec<String>,
    /// For tests only: wall time in ms and a seed; the start record says so.
    pub testing: Option<TestingOptions>,
    /// Keys of envelopes that are shared with other guards; the first one seals.
    pub envelope_keys: Vec<EnvelopeKeyOptions>,
    /// Keys that a bundle must be signed with, one of them: `name+id+base64`.
    pub trust: Vec<String>,
    /// A directory that keeps the last good bundle and the newest revisions.
    pub state: Option<String>,
    /// Host detectors that are due only where the built-in ones are unsure: control names.
    pub unsure_detectors: Vec<String>,
    /// Between which scores they are: `[low, high]`, where no bundle says.
    pub unsure: Option<[u16; 2]>,
}

/// A key that envelopes are sealed and checked with.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeKeyOptions {
    /// 64 hexadecimal digits.
    pub key: String,
    /// The best that its envelopes can say: `untrusted`, `peer` (default), `trusted`.
    #[serde(default)]
    pub trust: Option<String>,
}

impl std::fmt::Debug for EnvelopeKeyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnvelopeKeyOptions").field("trust", &self.trust).finish_non_exhaustive()
    }
}

/// An injected clock and seed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestingOptions {
    /// Where the clock stands, ms since the epoch.
    pub time_ms: i64,
    /// The generator's seed.
    pub seed: u64,
}

/// Options of a session.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionOptions {
    /// For whom: an id, or an object.
    pub user: Option<UserOptions>,
    /// The agent at work; `agent` where none is given.
    pub agent: Option<String>,
    /// Its version.
    pub agent_version: Option<String>,
    /// The tenant; `default` where none is given.
    pub tenant: Option<String>,
    /// What the agent is to reach. Never grounds a value.
    pub goal: Option<String>,
    /// The session's id; a new one where none is given.
    pub id: Option<String>,
    /// Whether a session with a given id is new for sure.
    pub new: bool,
}

/// A user's id alone, or all that is known of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum UserOptions {
    /// The id.
    Id(String),
    /// The id and more.
    Full(Box<FullUser>),
}

/// All that is known of a user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullUser {
    /// Their id.
    pub id: String,
    /// What is known to be theirs.
    #[serde(default)]
    pub known: KnownOptions,
    /// Groups they are in.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Claims about them.
    #[serde(default)]
    pub claims: BTreeMap<String, Value>,
    /// Whether the host checked who they are.
    #[serde(default)]
    pub verified: bool,
    /// `owner` (default), `customer`, `anonymous`.
    #[serde(default)]
    pub trust: Option<String>,
}

/// What is known to be a user's: one of each, or several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KnownOptions {
    /// Addresses.
    pub email: OneOrMany,
    /// Accounts.
    pub account: OneOrMany,
    /// Names.
    pub name: OneOrMany,
}

/// One text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The texts.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

impl SessionOptions {
    /// Who acts in this session.
    ///
    /// # Errors
    /// `id/invalid`, `misuse/argument`.
    pub fn principal(&self) -> Result<Principal> {
        let user = match self.user.clone() {
            None => User { trust: Trust::Anonymous, ..User::new("anonymous")? },
            Some(UserOptions::Id(id)) => User::new(&id)?,
            Some(UserOptions::Full(full)) => full.into_user()?,
        };
        Ok(Principal {
            tenant: TenantId::new(self.tenant.as_deref().unwrap_or("default"))?,
            user,
            agent: AgentId::new(self.agent.as_deref().unwrap_or("agent"))?,
            agent_version: self.agent_version.clone(),
            on_behalf_of: Vec::new(),
        })
    }
}

impl FullUser {
    fn into_user(self) -> Result<User> {
        let trust = match self.trust.as_deref() {
            None => Trust::Owner,
            Some(word) => Trust::parse(word)
                .map_err(|e| Error::new(ErrorKind::MisuseArgument, e.message().to_owned()))?,
        };
        let claims = self.claims.into_iter().map(|(name, value)| Ok((name, claim(value)?)));
        Ok(User {
            known: Known {
                email: self.known.email.into_vec(),
                account: self.known.account.into_vec(),
                name: self.known.name.into_vec(),
            },
            groups: self.groups.into_iter().collect(),
            claims: claims.collect::<Result<_>>()?,
            verified: self.verified,
            trust,
            ..User::new(&self.id)?
        })
    }
}

fn claim(value: Value) -> Result<Claim> {
    match value {
        Value::Bool(truth) => Ok(Claim::Bool(truth)),
        Value::Int(number) => Ok(Claim::Long(number)),
        Value::String(text) => Ok(Claim::Text(text)),
        Value::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(Claim::Texts).ok_or_else(no_claim)
        }
        _ => Err(no_claim()),
    }
}

fn no_claim() -> Error {
    Error::new(ErrorKind::MisuseArgument, "a claim is a boolean, an integer, a text or texts")
}
