//! `NativeGuard` and `NativeApprover`.

use crate::error::raised;
use crate::session::NativeSession;
use crate::work::{Work, later};
use checkrein::{Approver, Error, ErrorKind, Guard, Result, Value, wire};
use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Guards that Workers share, by name, with the options they were made with. Bound to no
/// environment: a guard outlives the Worker that made it, until somebody closes it.
static SHARED: Mutex<BTreeMap<String, (String, Arc<Guard>)>> = Mutex::new(BTreeMap::new());

#[napi]
pub struct NativeGuard {
    guard: Arc<Guard>,
}

#[napi]
impl NativeGuard {
    #[napi(constructor)]
    pub fn new(env: Env, options: String) -> napi::Result<Self> {
        let guard = raised(&env, None, || build(&options))?;
        Ok(Self { guard: Arc::new(guard) })
    }

    /// The guard that this process shares under `name`; made with `options` where there is none.
    #[napi(factory)]
    pub fn shared(env: Env, name: String, options: Option<String>) -> napi::Result<Self> {
        raised(&env, None, || share(&name, options.as_deref())).map(|guard| Self { guard })
    }

    #[napi]
    pub fn session(&self, env: Env, options: String) -> napi::Result<NativeSession> {
        let open = || self.guard.session(wire::parse(options.as_bytes())?);
        raised(&env, None, open).map(NativeSession::new)
    }

    #[napi]
    pub fn call(&self, env: Env, method: String, request: String) -> napi::Result<String> {
        raised(&env, None, || call(&self.guard, &method, &request))
    }

    #[napi]
    pub fn call_async(&self, method: String, request: String) -> AsyncTask<Work<String>> {
        let guard = Arc::clone(&self.guard);
        later(None, move || call(&guard, &method, &request))
    }
}

#[napi]
pub struct NativeApprover {
    approver: Approver,
}

#[napi]
impl NativeApprover {
    #[napi(constructor)]
    pub fn new(guard: &NativeGuard) -> Self {
        Self { approver: Approver::new(&guard.guard) }
    }

    #[napi]
    pub fn call(&self, env: Env, method: String, request: String) -> napi::Result<String> {
        raised(&env, None, || self.approver.call(&method, request.as_bytes()))
    }

    #[napi]
    pub fn call_async(&self, method: String, request: String) -> AsyncTask<Work<String>> {
        let approver = self.approver.clone();
        later(None, move || approver.call(&method, request.as_bytes()))
    }
}

fn build(options: &str) -> Result<Guard> {
    Guard::builder().options(wire::parse(options.as_bytes())?)?.build()
}

fn share(name: &str, options: Option<&str>) -> Result<Arc<Guard>> {
    // Sorted keys and exact numbers, so that equal options are equal texts.
    let options = options.map(|text| wire::parse::<Value>(text.as_bytes())).transpose()?;
    let options = options.map(|value| value.to_json());
    let mut shared = SHARED.lock().map_err(|_| unusable())?;
    if let Some((made_with, guard)) = shared.get(name) {
        if options.is_some_and(|options| options != *made_with) {
            let name = name.escape_debug();
            let message = format!("the shared guard `{name}` was made with other options");
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        return Ok(Arc::clone(guard));
    }
    let options = options.unwrap_or_else(|| "{}".to_owned());
    let guard = Arc::new(build(&options)?);
    shared.insert(name.to_owned(), (options, Arc::clone(&guard)));
    Ok(guard)
}

fn call(guard: &Arc<Guard>, method: &str, request: &str) -> Result<String> {
    if method == "close" {
        // Its name is free again.
        let mut shared = SHARED.lock().map_err(|_| unusable())?;
        shared.retain(|_, (_, open)| !Arc::ptr_eq(open, guard));
    }
    guard.call(method, request.as_bytes())
}

fn unusable() -> Error {
    Error::new(ErrorKind::InternalPanic, "a panic ended the sharing of guards")
}
