//! `OutputStream` and `CallStream`. Python keeps two threads out of one stream.

use crate::convert::text;
use crate::decision::Decision;
use crate::error::{detached, raise, raised};
use checkrein::{Error, ErrorKind, Value, guard};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// An answer that leaves piece by piece.
#[pyclass(module = "checkrein._checkrein")]
pub struct OutputStream {
    session: checkrein::Session,
    stream: Option<guard::OutputStream>,
}

/// A call whose arguments arrive piece by piece, as JSON text.
#[pyclass(module = "checkrein._checkrein")]
pub struct CallStream {
    session: checkrein::Session,
    stream: Option<guard::CallStream>,
}

impl OutputStream {
    pub fn new(session: checkrein::Session, stream: guard::OutputStream) -> Self {
        Self { session, stream: Some(stream) }
    }
}

impl CallStream {
    pub fn new(session: checkrein::Session, stream: guard::CallStream) -> Self {
        Self { session, stream: Some(stream) }
    }
}

#[pymethods]
impl OutputStream {
    /// Takes the next piece; gives what may go out at once, and whether nothing will follow.
    fn push(&mut self, py: Python<'_>, chunk: &Bound<'_, PyAny>) -> PyResult<(String, bool)> {
        let bytes = bytes_of(chunk)?;
        let Self { session, stream } = self;
        let push = || stream.as_mut().ok_or_else(ended)?.push(&bytes);
        let part = detached(py, push, || session.poison())?;
        Ok((part.text, part.denied))
    }

    /// Ends the stream; gives what may still go out, and the decision over all of it.
    fn finish(&mut self, py: Python<'_>) -> PyResult<(String, Decision)> {
        let stream = raised(self.stream.take().ok_or_else(ended))?;
        let (tail, decision) = detached(py, || stream.finish(), || self.session.poison())?;
        Ok((tail, Decision::new(decision, &Value::Null)))
    }
}

#[pymethods]
impl CallStream {
    fn push(&mut self, delta: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = bytes_of(delta)?;
        raised(self.stream.as_mut().ok_or_else(ended).and_then(|stream| stream.push(&bytes)))
    }

    /// Authorizes the whole call.
    fn finish(&mut self, py: Python<'_>) -> PyResult<Decision> {
        let stream = raised(self.stream.take().ok_or_else(ended))?;
        let decision = detached(py, || stream.finish(), || self.session.poison())?;
        Ok(Decision::new(decision, &Value::Null))
    }
}

fn bytes_of(chunk: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(string) = chunk.cast::<PyString>() {
        return raised(text(string).map(String::into_bytes));
    }
    let wrong = |_| raise(&Error::new(ErrorKind::MisuseType, "a chunk is `str` or `bytes`"));
    chunk.cast::<PyBytes>().map(|bytes| bytes.as_bytes().to_vec()).map_err(wrong)
}

fn ended() -> Error {
    Error::new(ErrorKind::MisuseClosed, "the stream has ended")
}
