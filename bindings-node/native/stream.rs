//! `NativeOutputStream` and `NativeCallStream`.

use crate::answer::{NativeDecision, native_decision};
use crate::error::raised;
use checkrein::guard::{CallStream, OutputStream};
use checkrein::{Error, ErrorKind, Limits, Result, Session, Value};
use napi::Env;
use napi_derive::napi;

#[napi]
pub struct NativeOutputStream {
    feed: Feed<OutputStream>,
}

#[napi]
pub struct NativeCallStream {
    feed: Feed<CallStream>,
}

/// What may go out now, and whether the stream was refused; with the decision once it has ended.
#[napi(object, object_from_js = false)]
pub struct NativePart {
    pub text: String,
    pub denied: bool,
    pub decision: Option<NativeDecision>,
}

/// A stream and what it was given: bounded by the limits of text and arguments, it turns bytes of
/// findings into UTF-16 code units.
struct Feed<S> {
    session: Session,
    stream: Option<S>,
    given: Vec<u8>,
}

impl<S> Feed<S> {
    fn new(session: &Session, stream: S) -> Self {
        Self { session: session.clone(), stream: Some(stream), given: Vec::new() }
    }

    fn push<T>(
        &mut self,
        env: &Env,
        chunk: &[u8],
        push: impl FnOnce(&mut S) -> Result<T>,
    ) -> napi::Result<T> {
        let Self { session, stream, given } = self;
        raised(env, Some(session), || {
            let part = push(stream.as_mut().ok_or_else(ended)?)?;
            given.extend_from_slice(chunk);
            Ok(part)
        })
    }

    fn finish<T>(
        &mut self,
        env: &Env,
        finish: impl FnOnce(S, Vec<u8>) -> Result<T>,
    ) -> napi::Result<T> {
        let (stream, given) = (self.stream.take(), std::mem::take(&mut self.given));
        raised(env, Some(&self.session), || finish(stream.ok_or_else(ended)?, given))
    }
}

#[napi]
impl NativeOutputStream {
    pub fn new(session: &Session, stream: OutputStream) -> Self {
        Self { feed: Feed::new(session, stream) }
    }

    #[napi]
    pub fn push(&mut self, env: Env, chunk: &[u8]) -> napi::Result<NativePart> {
        let part = self.feed.push(&env, chunk, |stream| stream.push(chunk))?;
        Ok(NativePart { text: part.text, denied: part.denied, decision: None })
    }

    #[napi]
    pub fn finish(&mut self, env: Env) -> napi::Result<NativePart> {
        self.feed.finish(&env, |stream, given| {
            let (text, decision) = stream.finish()?;
            let given = String::from_utf8(given).ok().map(Value::String);
            let denied = !decision.allowed();
            let decision = Some(native_decision(&decision, given.as_ref()));
            Ok(NativePart { text, denied, decision })
        })
    }
}

#[napi]
impl NativeCallStream {
    pub fn new(session: &Session, stream: CallStream) -> Self {
        Self { feed: Feed::new(session, stream) }
    }

    #[napi]
    pub fn push(&mut self, env: Env, delta: &[u8]) -> napi::Result<()> {
        self.feed.push(&env, delta, |stream| stream.push(delta))
    }

    #[napi]
    pub fn finish(&mut self, env: Env) -> napi::Result<NativeDecision> {
        self.feed.finish(&env, |stream, given| {
            let decision = stream.finish()?;
            let given = Value::parse(&given, &Limits::default()).ok();
            Ok(native_decision(&decision, given.as_ref()))
        })
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::MisuseClosed, "the stream has ended")
}
