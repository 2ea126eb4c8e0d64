//! Who and what a request is about, as Cedar entities; groups from `entities.json`.

use super::schema;
use crate::error::{Error, ErrorKind, Result};
use crate::id::ToolId;
use crate::limits::Limits;
use crate::principal::{Claim, Principal};
use crate::request::Request;
use crate::tool::{Effects, Tool};
use crate::value::Value;
use cedar_policy::{Entities, Entity, EntityId, EntityTypeName, EntityUid};
use cedar_policy::{PolicyId, RestrictedExpression as Expr};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Groups above one entity of `entities.json`.
const MAX_GROUPS: usize = 256;

/// The entity types, parsed once.
pub(super) struct Types {
    user: EntityTypeName,
    agent: EntityTypeName,
    group: EntityTypeName,
    tool: EntityTypeName,
    session: EntityTypeName,
    action: EntityTypeName,
}

impl Types {
    pub fn new() -> Result<Self> {
        let name = |text: &str| {
            text.parse().map_err(|_| Error::new(ErrorKind::PolicyEngine, "a type has no name"))
        };
        Ok(Self {
            user: name("User")?,
            agent: name("Agent")?,
            group: name("Group")?,
            tool: name("Tool")?,
            session: name("Session")?,
            action: name("Action")?,
        })
    }

    pub fn user(&self, id: &str) -> EntityUid {
        uid(&self.user, id)
    }

    pub fn group(&self, id: &str) -> EntityUid {
        uid(&self.group, id)
    }

    pub fn action(&self, id: &str) -> EntityUid {
        uid(&self.action, id)
    }

    pub fn is_action(&self, uid: &EntityUid) -> bool {
        *uid.type_name() == self.action
    }

    /// The id of a tool, where `uid` is one.
    pub fn tool_id<'a>(&self, uid: &'a EntityUid) -> Option<&'a str> {
        (*uid.type_name() == self.tool).then(|| uid.id().unescaped())
    }
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

/// The groups that `entities.json` names: for each member, all groups it is in.
#[derive(Debug, Default)]
pub(super) struct Directory {
    ancestors: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Directory {
    /// Reads the JSON that Cedar's own tools read: a list of `{uid: {type, id}, parents: [..]}`.
    ///
    /// # Errors
    /// `bundle/settings`, or an error of JSON.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        // A file may hold more than one call's arguments.
        let limits = Limits { leaves: limits.bundle, ..limits.clone() };
        let value = Value::parse(text.as_bytes(), &limits)?;
        let Some(items) = value.as_array() else {
            return Err(settings("the entities are not a list"));
        };
        let mut parents: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for (i, item) in items.iter().enumerate() {
            let at = |error: Error| error.at(format!("/{i}"));
            let (member, groups) = entry(item).map_err(at)?;
            if parents.insert(member, groups).is_some() {
                return Err(at(settings("the entity stands twice")));
            }
        }
        Ok(Self { ancestors: close(&parents)? })
    }

    /// Adds all groups above `kind::id` to `groups`.
    fn add(&self, kind: &str, id: &str, groups: &mut BTreeSet<String>) {
        if self.ancestors.is_empty() {
            return;
        }
        if let Some(above) = self.ancestors.get(&(kind.to_owned(), id.to_owned())) {
            groups.extend(above.iter().cloned());
        }
    }

    /// All groups of the user: those the host names, those of the file, and those above them.
    pub fn groups_of(&self, principal: &Principal) -> BTreeSet<String> {
        let mut groups = principal.user.groups.clone();
        self.add("User", principal.user.id.as_str(), &mut groups);
        for group in &principal.user.groups {
            self.add("Group", group, &mut groups);
        }
        groups
    }
}

fn settings(message: &str) -> Error {
    Error::new(ErrorKind::BundleSettings, message).with("file", "entities.json")
}

fn entry(item: &Value) -> Result<((String, String), BTreeSet<String>)> {
    let Some(object) = item.as_object() else {
        return Err(settings("an entity is not an object"));
    };
    for (key, value) in object.iter() {
        let empty = value.as_object().is_some_and(crate::value::Object::is_empty);
        match key {
            "uid" | "parents" => {}
            // Attributes and tags come from the host with each request, where it vouches for them.
            "attrs" | "tags" if empty => {}
            _ => {
                let message = format!("an entity has `{}`", key.escape_default());
                return Err(settings(&message).with("known", "uid parents"));
            }
        }
    }
    let member = name(object.get("uid"))?;
    if !matches!(&*member.0, "User" | "Agent" | "Service" | "Group" | "Tool") {
        let message = format!("`{}` is no type of entity", member.0.escape_default());
        return Err(settings(&message).with("known", "User Agent Service Group Tool"));
    }
    let parents = object.get("parents").and_then(Value::as_array).unwrap_or_default();
    let groups = parents.iter().map(|parent| match name(Some(parent))? {
        (kind, id) if kind == "Group" => Ok(id),
        _ => Err(settings("a parent is no Group")),
    });
    Ok((member, groups.collect::<Result<_>>()?))
}

fn name(value: Option<&Value>) -> Result<(String, String)> {
    let part = |key: &str| value.and_then(|v| v.get(key)).and_then(Value::as_str);
    match (part("type"), part("id")) {
        (Some(kind), Some(id)) => Ok((kind.to_owned(), id.to_owned())),
        _ => Err(settings("an entity is not named by `type` and `id`")),
    }
}

/// All groups above each member, by walking up from each. A circle is an error.
fn close(
    parents: &BTreeMap<(String, String), BTreeSet<String>>,
) -> Result<BTreeMap<(String, String), BTreeSet<String>>> {
    let mut closed = BTreeMap::new();
    for (member, direct) in parents {
        let mut above = BTreeSet::new();
        let mut open: Vec<&String> = direct.iter().collect();
        while let Some(group) = open.pop() {
            if member.0 == "Group" && *group == member.1 {
                let message = format!("the group `{}` is in itself", group.escape_default());
                return Err(settings(&message));
            }
            if above.len() > MAX_GROUPS {
                let message = format!("an entity is in more than {MAX_GROUPS} groups");
                return Err(settings(&message));
            }
            if above.insert(group.clone()) {
                let next = parents.get(&("Group".to_owned(), group.clone()));
                open.extend(next.into_iter().flatten());
            }
        }
        closed.insert(member.clone(), above);
    }
    Ok(closed)
}

/// The entities of a call with these effects: its action, in the groups of the effects, and its
/// tool, in the groups of the file.
pub(super) fn of_call(
    types: &Types,
    directory: &Directory,
    id: &ToolId,
    tool: Option<&Tool>,
    effects: Effects,
) -> Result<Entities> {
    let above = schema::groups(effects).map(|group| types.action(group));
    let action = Entity::new_no_attrs(types.action(id.as_str()), above.collect());
    let owner = tool.and_then(|t| t.owner_business.as_ref().or(t.owner_technical.as_ref()));
    let mut groups = BTreeSet::new();
    directory.add("Tool", id.as_str(), &mut groups);
    let text = |text: &str| Expr::new_string(text.to_owned());
    let resource = Entity::new(
        uid(&types.tool, id.as_str()),
        [
            ("server".to_owned(), text(id.server().unwrap_or_default())),
            ("owner".to_owned(), text(owner.map_or("", String::as_str))),
        ]
        .into(),
        groups.iter().map(|group| types.group(group)).collect(),
    )
    .map_err(|error| fault(&error))?;
    Entities::from_entities([action, resource], None).map_err(|error| fault(&error))
}

/// One request's principal, action and resource, with all that policy may read of them.
pub(super) struct Cast {
    pub principal: EntityUid,
    pub action: EntityUid,
    pub resource: EntityUid,
    /// The entities that rules need which read nothing of the principal.
    pub entities: Entities,
    groups: HashSet<EntityUid>,
}

impl Cast {
    /// The entities of `request`; `call` are those of [`of_call`], for a call.
    pub fn of(
        types: &Types,
        request: &Request<'_>,
        call: Entities,
        groups: &BTreeSet<String>,
    ) -> Self {
        let (action, resource) = match request.tool {
            Some(id) => (types.action(id.as_str()), uid(&types.tool, id.as_str())),
            None => {
                let verb = schema::verb_action(request.verb);
                (types.action(verb), uid(&types.session, "this"))
            }
        };
        Self {
            principal: types.user(request.principal.user.id.as_str()),
            action,
            resource,
            entities: call,
            groups: groups.iter().map(|group| types.group(group)).collect(),
        }
    }

    /// All entities, with `agent` as the one at work.
    pub fn with_principal(
        &self,
        types: &Types,
        directory: &Directory,
        who: &Principal,
        agent: &str,
    ) -> Result<Entities> {
        let chain: BTreeSet<&str> =
            who.on_behalf_of.iter().chain([&who.agent]).map(|agent| agent.as_str()).collect();
        let agents = chain.iter().map(|id| Expr::new_entity_uid(uid(&types.agent, id)));
        let user = Entity::new_with_tags(
            self.principal.clone(),
            [
                ("tenant".to_owned(), Expr::new_string(who.tenant.as_str().to_owned())),
                ("trust".to_owned(), Expr::new_string(who.user.trust.as_str().to_owned())),
                ("verified".to_owned(), Expr::new_bool(who.user.verified)),
                ("agent".to_owned(), Expr::new_entity_uid(uid(&types.agent, agent))),
                ("chain".to_owned(), Expr::new_set(agents)),
            ],
            self.groups.iter().cloned(),
            who.user
                .claims
                .iter()
                .map(|(name, value)| Ok((name.clone(), claim(value)?)))
                .collect::<Result<Vec<_>>>()?,
        )
        .map_err(|error| fault(&error))?;
        let agents = chain.iter().map(|id| {
            let mut groups = BTreeSet::new();
            directory.add("Agent", id, &mut groups);
            let groups = groups.iter().map(|group| types.group(group)).collect();
            Entity::new_no_attrs(uid(&types.agent, id), groups)
        });
        let all = agents.chain([user]);
        self.entities.clone().add_entities(all, None).map_err(|error| fault(&error))
    }
}

/// A claim as policy reads it: always as texts, and in its own type where it has one.
fn claim(value: &Claim) -> Result<Expr> {
    let mut fields = Vec::new();
    let texts: Vec<String> = match value {
        Claim::Bool(truth) => {
            fields.push(("flag".to_owned(), Expr::new_bool(*truth)));
            vec![truth.to_string()]
        }
        Claim::Long(number) => {
            fields.push(("number".to_owned(), Expr::new_long(*number)));
            vec![number.to_string()]
        }
        Claim::Text(text) => {
            fields.push(("text".to_owned(), Expr::new_string(text.clone())));
            vec![text.clone()]
        }
        Claim::Texts(texts) => texts.iter().cloned().collect(),
    };
    fields.push(("texts".to_owned(), Expr::new_set(texts.into_iter().map(Expr::new_string))));
    Expr::new_record(fields).map_err(|error| fault(&error))
}

fn fault(error: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::PolicyEvaluate, format!("the request cannot be put: {error}"))
}

/// The id under which Cedar knows the policy at `at`.
pub(super) fn policy_id(at: usize) -> PolicyId {
    PolicyId::new(at.to_string())
}
