//! Stops, kill list, quarantine, revoked tools and breakers: one list, checked in one place.

use crate::id::{SessionId, TenantId, ToolId};
use crate::principal::Principal;
use crate::store::{Restriction, Scope};
use std::collections::BTreeMap;

/// What is stopped at the moment.
#[derive(Debug, Clone, Default)]
pub struct Restrictions {
    held: BTreeMap<Scope, BTreeMap<String, Vec<Restriction>>>,
}

impl Restrictions {
    /// Nothing is stopped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops something. Where it is stopped already, the stop that ends later stands: a breaker's
    /// minute never shortens a person's stop. To shorten one, lift it first.
    pub fn add(&mut self, restriction: Restriction) {
        let of_scope = self.held.entry(restriction.scope).or_default();
        let of_id = of_scope.entry(restriction.id.clone()).or_default();
        match of_id.iter_mut().find(|standing| standing.tenant == restriction.tenant) {
            None => of_id.push(restriction),
            Some(standing) if end(standing) <= end(&restriction) => *standing = restriction,
            Some(_) => {}
        }
    }

    /// Lifts the stop for this tenant alone, or the one for everybody, and gives it.
    pub fn lift(
        &mut self,
        scope: Scope,
        id: &str,
        tenant: Option<&TenantId>,
    ) -> Option<Restriction> {
        let of_id = self.held.get_mut(&scope)?.get_mut(id)?;
        let at = of_id.iter().position(|standing| standing.tenant.as_ref() == tenant)?;
        let lifted = of_id.remove(at);
        self.forget_empty();
        Some(lifted)
    }

    fn forget_empty(&mut self) {
        for of_scope in self.held.values_mut() {
            of_scope.retain(|_, of_id| !of_id.is_empty());
        }
        self.held.retain(|_, of_scope| !of_scope.is_empty());
    }

    /// The stop that holds for this principal, session and tool, if any: the widest first. Every
    /// agent of the chain is checked: who stops an agent stops what it spawned.
    #[must_use]
    pub fn check(
        &self,
        principal: &Principal,
        session: &SessionId,
        tool: Option<&ToolId>,
        now_ms: i64,
    ) -> Option<&Restriction> {
        if self.held.is_empty() {
            return None;
        }
        let agents = principal.on_behalf_of.iter().chain([&principal.agent]);
        let names = [(Scope::Tenant, principal.tenant.as_str())]
            .into_iter()
            .chain([(Scope::User, principal.user.id.as_str())])
            .chain(agents.map(|agent| (Scope::Agent, agent.as_str())))
            .chain([(Scope::Session, session.as_str())])
            .chain(tool.map(|tool| (Scope::Tool, tool.as_str())));
        names.filter_map(|(scope, id)| self.held.get(&scope)?.get(id)).flatten().find(|stop| {
            let concerns = stop.tenant.as_ref().is_none_or(|only| *only == principal.tenant);
            concerns && stop.holds(now_ms)
        })
    }

    /// Forgets stops that have ended, and gives them.
    pub fn expire(&mut self, now_ms: i64) -> Vec<Restriction> {
        let mut ended = Vec::new();
        for of_id in self.held.values_mut().flat_map(BTreeMap::values_mut) {
            of_id.retain(|restriction| {
                let holds = restriction.holds(now_ms);
                if !holds {
                    ended.push(restriction.clone());
                }
                holds
            });
        }
        self.forget_empty();
        ended
    }

    /// Every stop, ended ones included, by scope and id.
    #[must_use]
    pub fn all(&self) -> Vec<&Restriction> {
        self.held.values().flat_map(BTreeMap::values).flatten().collect()
    }
}

fn end(restriction: &Restriction) -> i64 {
    restriction.until_ms.unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AgentId;
    use crate::principal::User;

    fn principal() -> Principal {
        Principal {
            tenant: TenantId::new("acme").unwrap(),
            user: User::new("alice").unwrap(),
            agent: AgentId::new("researcher").unwrap(),
            agent_version: None,
            on_behalf_of: vec![AgentId::new("desk").unwrap(), AgentId::new("planner").unwrap()],
        }
    }

    fn stop(scope: Scope, id: &str, until_ms: Option<i64>) -> Restriction {
        let (id, reason, by) = (id.to_owned(), "test".to_owned(), "operator".to_owned());
        Restriction { scope, id, tenant: None, reason, until_ms, by }
    }

    fn stopped(list: &Restrictions, now_ms: i64) -> Option<(Scope, String)> {
        let tool = ToolId::new("mail/send").unwrap();
        let session = SessionId::new("s1").unwrap();
        let hit = list.check(&principal(), &session, Some(&tool), now_ms)?;
        Some((hit.scope, hit.id.clone()))
    }

    #[test]
    fn every_scope_and_every_agent_of_the_chain_is_checked() {
        for (scope, id) in [
            (Scope::Tenant, "acme"),
            (Scope::User, "alice"),
            (Scope::Agent, "researcher"),
            (Scope::Agent, "planner"),
            (Scope::Agent, "desk"),
            (Scope::Session, "s1"),
            (Scope::Tool, "mail/send"),
        ] {
            let mut list = Restrictions::new();
            list.add(stop(scope, id, None));
            assert_eq!(stopped(&list, 0), Some((scope, id.to_owned())));
            assert!(list.lift(scope, id, None).is_some() && list.lift(scope, id, None).is_none());
            assert_eq!(stopped(&list, 0), None);
            let mut list = Restrictions::new();
            list.add(stop(scope, "another", None));
            assert_eq!(stopped(&list, 0), None, "{scope}");
        }
        let mut list = Restrictions::new();
        list.add(stop(Scope::Tool, "mail/send", None));
        let session = SessionId::new("s1").unwrap();
        assert!(list.check(&principal(), &session, None, 0).is_none(), "no tool is asked about");
    }

    #[test]
    fn a_stop_ends_and_a_shorter_one_does_not_end_it_sooner() {
        let mut list = Restrictions::new();
        list.add(stop(Scope::Tool, "mail/send", Some(100)));
        list.add(stop(Scope::Tool, "mail/send", Some(50)));
        assert!(stopped(&list, 99).is_some() && stopped(&list, 100).is_none());
        list.add(stop(Scope::Tool, "mail/send", None));
        list.add(stop(Scope::Tool, "mail/send", Some(50)));
        assert!(stopped(&list, i64::MAX).is_some());
        list.add(stop(Scope::User, "bob", Some(10)));
        assert_eq!(list.expire(10).len(), 1);
        assert_eq!(list.all().len(), 1);
    }

    #[test]
    fn a_stop_for_one_tenant_leaves_the_others_alone() {
        let of = |tenant: &str| Some(TenantId::new(tenant).unwrap());
        let mut list = Restrictions::new();
        for tenant in ["acme", "other"] {
            list.add(Restriction { tenant: of(tenant), ..stop(Scope::Agent, "desk", None) });
        }
        assert!(stopped(&list, 0).is_some());
        assert!(list.lift(Scope::Agent, "desk", None).is_none());
        assert!(list.lift(Scope::Agent, "desk", of("acme").as_ref()).is_some());
        assert_eq!(stopped(&list, 0), None);
        assert_eq!(list.all().len(), 1);
    }

    #[test]
    fn an_ended_wide_stop_does_not_hide_a_narrow_one() {
        let mut list = Restrictions::new();
        list.add(stop(Scope::Tenant, "acme", Some(10)));
        list.add(stop(Scope::Session, "s1", None));
        assert_eq!(stopped(&list, 20).unwrap().0, Scope::Session);
    }
}
