//! Finds the policies that can apply to a request, by their scopes.

use super::entities::Types;
use super::schema;
use crate::request::Request;
use cedar_policy::{ActionConstraint, EntityUid, Policy, PrincipalConstraint, ResourceConstraint};
use std::collections::{BTreeSet, HashMap};

/// Policies, by number, under the actions and principals that their scopes name.
#[derive(Debug, Default)]
pub(super) struct Index {
    anywhere: Bucket,
    by_action: HashMap<String, Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    anyone: Vec<u32>,
    by_principal: HashMap<EntityUid, Vec<u32>>,
}

/// The part of a policy's scope by which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// Actions and groups of them; none for any.
    pub actions: Option<BTreeSet<String>>,
    /// A user, or a group.
    pub principal: Option<EntityUid>,
    /// Whether its action is `==` a group of calls, which no call is.
    pub is_group: bool,
    /// Whether a request that is found by it meets it for certain.
    pub is_exact: bool,
}

impl Scope {
    /// The scope of `policy`.
    pub fn of(policy: &Policy, types: &Types) -> Self {
        let name = |uid: &EntityUid| uid.id().unescaped().to_owned();
        let mut actions = match policy.action_constraint() {
            ActionConstraint::Any => None,
            ActionConstraint::Eq(uid) => Some([name(&uid)].into()),
            ActionConstraint::In(uids) => Some(uids.iter().map(name).collect()),
        };
        // A call's resource is its tool, so that such a scope names the action as well.
        if let ResourceConstraint::Eq(uid) = policy.resource_constraint()
            && let Some(tool) = types.tool_id(&uid)
        {
            actions = Some([tool.to_owned()].into());
        }
        let principal = match policy.principal_constraint() {
            PrincipalConstraint::Eq(uid)
            | PrincipalConstraint::In(uid)
            | PrincipalConstraint::IsIn(_, uid) => Some(uid),
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
        };
        // A call is found by its groups too, and equals none of them.
        let is_group = match policy.action_constraint() {
            ActionConstraint::Any | ActionConstraint::In(_) => false,
            ActionConstraint::Eq(uid) => schema::is_group(uid.id().unescaped()),
        };
        let is_exact = !is_group
            && matches!(policy.principal_constraint(), PrincipalConstraint::Any)
            && matches!(policy.resource_constraint(), ResourceConstraint::Any);
        Self { actions, principal, is_group, is_exact }
    }

    /// Whether every call meets it.
    pub fn is_open(&self) -> bool {
        let all = |actions: &BTreeSet<String>| actions.contains(schema::CALL);
        self.principal.is_none() && self.actions.as_ref().is_none_or(all)
    }
}

impl Index {
    /// Adds the policy numbered `at`.
    pub fn insert(&mut self, at: u32, scope: &Scope) {
        let add = |bucket: &mut Bucket| {
            let list = match &scope.principal {
                Some(principal) => bucket.by_principal.entry(principal.clone()).or_default(),
                None => &mut bucket.anyone,
            };
            list.push(at);
        };
        match &scope.actions {
            None => add(&mut self.anywhere),
            Some(actions) => actions
                .iter()
                .for_each(|action| add(self.by_action.entry(action.clone()).or_default())),
        }
    }

    /// The numbers of all policies whose scopes `request` meets, sorted. `principals` are the
    /// user and all their groups.
    pub fn find(&self, request: &Request<'_>, principals: &[EntityUid]) -> Vec<u32> {
        let mut found = Vec::new();
        let mut take = |bucket: &Bucket| {
            found.extend(&bucket.anyone);
            if !bucket.by_principal.is_empty() {
                let theirs = principals.iter().filter_map(|who| bucket.by_principal.get(who));
                theirs.for_each(|list| found.extend(list));
            }
        };
        take(&self.anywhere);
        let mut take_action = |action: &str| {
            if let Some(bucket) = self.by_action.get(action) {
                take(bucket);
            }
        };
        match request.tool {
            Some(tool) => {
                take_action(tool.as_str());
                schema::groups(request.facts.effects).for_each(take_action);
            }
            None => take_action(schema::verb_action(request.verb)),
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
