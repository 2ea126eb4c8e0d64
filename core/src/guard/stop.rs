//! Stops: the kill switch, honoured on the next call.

use super::session::Cell;
use super::{Guard, Inner, lock};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventBody};
use crate::id::{TenantId, ToolId};
use crate::session::Restrictions;
use crate::store::{Restriction, Scope};
use crate::wire::StopRequest;

impl Guard {
    /// Stops a tenant, agent, session, tool or user from the next call on.
    ///
    /// ```
    /// # use checkrein::{Guard, Outcome, Value, value::Object};
    /// let guard = Guard::new()?;
    /// let session = guard.session(Default::default())?;
    /// guard.stop("agent", "agent", "misbehaves", None, "carol")?;
    /// let call = session.authorize_tool_call("read", Value::Object(Object::default()), None)?;
    /// assert_eq!(call.error.unwrap().code(), "session/stopped");
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    ///
    /// # Errors
    /// `misuse/argument`, `misuse/closed`, `record/io`: the stop holds even where it could not be
    /// recorded.
    pub fn stop(
        &self,
        scope: &str,
        id: &str,
        reason: &str,
        for_ms: Option<i64>,
        by: &str,
    ) -> Result<()> {
        self.stop_for(None, (scope, id), reason, for_ms, by)
    }

    /// As [`Guard::stop`], for one tenant alone: its agent of that name, its session.
    ///
    /// # Errors
    /// As [`Guard::stop`]; `id/invalid`.
    pub fn stop_for(
        &self,
        tenant: Option<&str>,
        (scope, id): (&str, &str),
        reason: &str,
        for_ms: Option<i64>,
        by: &str,
    ) -> Result<()> {
        self.check_open()?;
        let inner = &self.inner;
        if id.is_empty() {
            return Err(Error::new(ErrorKind::MisuseArgument, "say which one to stop"));
        }
        if for_ms.is_some_and(|ms| ms <= 0) {
            let message = "a stop that is over at once stops nothing";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let restriction = Restriction {
            scope: parse_scope(scope)?,
            id: id.to_owned(),
            tenant: tenant.map(TenantId::new).transpose()?,
            reason: reason.to_owned(),
            until_ms: for_ms.map(|ms| inner.clock.wall_ms().saturating_add(ms)),
            by: by.to_owned(),
        };
        {
            let mut restrictions = inner.restrictions.write().map_err(|_| poisoned())?;
            restrictions.add(restriction.clone());
        }
        inner.append_for(restriction.tenant.clone(), EventBody::Restricted(restriction))?;
        Ok(())
    }

    /// Lifts a stop. Says whether there was one. Stops of the bundle are the bundle's to lift.
    ///
    /// # Errors
    /// As [`Guard::stop`].
    pub fn lift(&self, scope: &str, id: &str) -> Result<bool> {
        self.lift_for(None, scope, id)
    }

    /// As [`Guard::lift`], of a stop for one tenant alone.
    ///
    /// # Errors
    /// As [`Guard::stop_for`].
    pub fn lift_for(&self, tenant: Option<&str>, scope: &str, id: &str) -> Result<bool> {
        self.check_open()?;
        let tenant = tenant.map(TenantId::new).transpose()?;
        let inner = &self.inner;
        let lifted = {
            let mut restrictions = inner.restrictions.write().map_err(|_| poisoned())?;
            restrictions.lift(parse_scope(scope)?, id, tenant.as_ref())
        };
        let Some(restriction) = lifted else { return Ok(false) };
        inner.append_for(restriction.tenant.clone(), EventBody::Lifted(restriction))?;
        Ok(true)
    }

    pub(super) fn stop_request(&self, request: &StopRequest) -> Result<()> {
        let StopRequest { scope, id, reason, for_ms, by, tenant } = request;
        self.stop_for(tenant.as_deref(), (scope, id), reason, *for_ms, by)
    }
}

impl Inner {
    /// Why this session, its agent, tenant, user or `tool` may not act now, if so.
    pub(super) fn restricted(
        &self,
        cell: &Cell,
        tool: Option<&ToolId>,
        now_ms: i64,
    ) -> Option<Error> {
        let Ok(restrictions) = self.restrictions.read() else {
            return Some(Error::new(ErrorKind::InternalPanic, "a lock of the guard is poisoned"));
        };
        let force = self.force.load();
        let check =
            |list: &Restrictions| list.check(&cell.principal, &cell.id, tool, now_ms).cloned();
        let restriction = check(&restrictions).or_else(|| check(&force.restrictions))?;
        let mut message = format!("the {} `{}` is stopped", restriction.scope, restriction.id);
        if !restriction.reason.is_empty() {
            message = format!("{message}: {}", crate::decision::show(&restriction.reason));
        }
        Some(Error::new(ErrorKind::SessionStopped, message))
    }

    fn append_for(&self, tenant: Option<TenantId>, body: EventBody) -> Result<u64> {
        self.append_event(&Event { tenant, ..self.event(None, body) })
    }

    /// Counts that `tool` was used, for the inventory.
    pub(super) fn used(&self, tool: &ToolId, allowed: bool, agent: &str) {
        if let Ok(mut usage) = lock(&self.usage) {
            super::inventory::count(
                &mut usage,
                tool,
                allowed,
                agent,
                self.clock.wall_ms(),
                self.limits.tools,
            );
        }
    }
}

fn parse_scope(word: &str) -> Result<Scope> {
    Scope::parse(word).map_err(|error| {
        let known = error.fact("known").unwrap_or_default().to_owned();
        Error::new(ErrorKind::MisuseArgument, error.message()).with("known", known)
    })
}

pub(super) fn poisoned() -> Error {
    Error::new(ErrorKind::InternalPanic, "a lock of the guard is poisoned")
}
