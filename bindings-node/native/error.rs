//! The library's errors as JavaScript's, and panics as errors. The only mapping there is.

use checkrein::{Error, ErrorKind, Result, Session};
use napi::bindgen_prelude::{JsObjectValue, JsValue, Object};
use napi::{Env, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body` and raises its error. See [`guarded`].
pub fn raised<T>(
    env: &Env,
    session: Option<&Session>,
    body: impl FnOnce() -> Result<T>,
) -> napi::Result<T> {
    guarded(session, body).map_err(|error| raise(env, &error))
}

/// Runs `body`. A panic becomes `internal/panic`, and `session` is not used again; its guard and
/// the process go on.
pub fn guarded<T>(session: Option<&Session>, body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        if let Some(session) = session {
            let _ = catch_unwind(AssertUnwindSafe(|| session.poison()));
        }
        Err(Error::new(ErrorKind::InternalPanic, "a defect in checkrein was met"))
    })
}

/// The error as a JavaScript `Error` with `code` and `context`.
pub fn raise(env: &Env, error: &Error) -> napi::Error {
    let made = || -> napi::Result<napi::Error> {
        let mut context = Object::new(env)?;
        for (key, value) in error.context() {
            context.set_named_property(key, value.as_str())?;
        }
        let plain = napi::Error::new(Status::GenericFailure, error.message());
        let mut object = env.create_error(plain)?;
        object.set_named_property("code", error.code())?;
        object.set_named_property("context", context)?;
        Ok(napi::Error::from(object.to_unknown()))
    };
    made().unwrap_or_else(|failure| failure)
}
