//! Stops: the kill switch, honoured on the next call.

use super::session::Cell;
use super::{Guard, Inner, lock};
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventBody;
use crate::id::ToolId;
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
            reason: reason.to_owned(),
            until_ms: for_ms.map(|ms| inner.clock.wall_ms().saturating_add(ms)),
            by: by.to_owned(),
        };
        {
            let mut restrictions = inner.restrictions.write().map_err(|_| poisoned())?;
            restrictions.add(restriction.clone());
        }
        inner.append(None, EventBody::Restricted(restriction))?;
        Ok(())
    }

    /// Lifts a stop. Says whether there was one.
    ///
    /// # Errors
    /// As [`Guard::stop`].
    pub fn lift(&self, scope: &str, id: &str) -> Result<bool> {
        self.check_open()?;
        let inner = &self.inner;
        let lifted = {
            let mut restrictions = inner.restrictions.write().map_err(|_| poisoned())?;
            restrictions.lift(parse_scope(scope)?, id)
        };
        let Some(restriction) = lifted else { return Ok(false) };
        inner.append(None, EventBody::Lifted(restriction))?;
        Ok(true)
    }

    pub(super) fn stop_request(&self, request: &StopRequest) -> Result<()> {
        let StopRequest { scope, id, reason, for_ms, by } = request;
        self.stop(scope, id, reason, *for_ms, by)
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
        let restriction = restrictions.check(&cell.principal, &cell.id, tool, now_ms)?;
        let mut message = format!("the {} `{}` is stopped", restriction.scope, restriction.id);
        if !restriction.reason.is_empty() {
            message = format!("{message}: {}", crate::decision::show(&restriction.reason));
        }
        Some(Error::new(ErrorKind::SessionStopped, message))
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
