//! Errors cross here, and only here: `checkrein.errors` has one exception class per `ErrorKind`.

use checkrein::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyList};

/// Every kind's code and meaning: what the mapping in Python is tested against.
pub fn kinds(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    PyList::new(py, ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.meaning())))
}

/// The library's error as a Python exception, with `code`, `message` and `context`.
pub fn raise(error: &Error) -> PyErr {
    Python::attach(|py| exception(py, error).unwrap_or_else(|fault| fault))
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let context = error.context().iter().map(|(key, value)| (*key, value)).into_py_dict(py)?;
    let make = py.import("checkrein.errors")?.getattr("make")?;
    make.call1((error.code(), error.message(), context)).map(PyErr::from_value)
}

/// For results.
pub fn raised<T>(result: checkrein::Result<T>) -> PyResult<T> {
    result.map_err(|error| raise(&error))
}

/// Runs `work` without holding Python; a defect in it is an error, and `after` may clean up.
pub fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> checkrein::Result<T> + Send,
    after: impl FnOnce(),
) -> PyResult<T> {
    let work = std::panic::AssertUnwindSafe(work);
    let done = py.detach(|| std::panic::catch_unwind(work));
    raised(done.unwrap_or_else(|_| {
        after();
        Err(Error::new(ErrorKind::InternalPanic, "a defect in checkrein ended this call"))
    }))
}
