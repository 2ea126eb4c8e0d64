//! Work that runs on Node's thread pool, for the `...Async` twins.

use crate::error::{guarded, raise};
use checkrein::{Error, ErrorKind, Result, Session};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};

/// One piece of work; a promise of `T` in JavaScript.
pub struct Work<T> {
    session: Option<Session>,
    body: Option<Box<dyn FnOnce() -> Result<T> + Send>>,
}

/// Queues `body`. A panic in it poisons `session`.
pub fn later<T: Send + ToNapiValue + TypeName + 'static>(
    session: Option<&Session>,
    body: impl FnOnce() -> Result<T> + Send + 'static,
) -> AsyncTask<Work<T>> {
    AsyncTask::new(Work { session: session.cloned(), body: Some(Box::new(body)) })
}

impl<T: Send + ToNapiValue + TypeName + 'static> Task for Work<T> {
    type Output = Result<T>;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let again = || Error::new(ErrorKind::InternalPanic, "the work was queued twice");
        let body = self.body.take();
        Ok(guarded(self.session.as_ref(), || body.ok_or_else(again)?()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<T> {
        output.map_err(|error| raise(&env, &error))
    }
}
