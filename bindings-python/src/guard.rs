//! `Guard` and `Approver`: their methods by name, JSON in and JSON out. Python gives them types.

use crate::error::detached;
use crate::session::Session;
use checkrein::wire;
use pyo3::prelude::*;

/// Shared by all threads.
#[pyclass(frozen, module = "checkrein._checkrein")]
pub struct Guard {
    guard: checkrein::Guard,
}

#[pymethods]
impl Guard {
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        let made = || {
            let options = wire::parse(options.as_bytes())?;
            checkrein::Guard::builder().options(options)?.build()
        };
        Ok(Self { guard: detached(py, made, || ())? })
    }

    fn session(&self, py: Python<'_>, options: &str) -> PyResult<Session> {
        let opened = || self.guard.session(wire::parse(options.as_bytes())?);
        Ok(Session::new(detached(py, opened, || ())?))
    }

    fn call(&self, py: Python<'_>, method: &str, request: &str) -> PyResult<String> {
        detached(py, || self.guard.call(method, request.as_bytes()), || ())
    }
}

/// The human's side of an `ask`.
#[pyclass(frozen, module = "checkrein._checkrein")]
pub struct Approver {
    approver: checkrein::Approver,
}

#[pymethods]
impl Approver {
    #[new]
    fn new(guard: &Bound<'_, Guard>) -> Self {
        Self { approver: checkrein::Approver::new(&guard.get().guard) }
    }

    fn call(&self, py: Python<'_>, method: &str, request: &str) -> PyResult<String> {
        detached(py, || self.approver.call(method, request.as_bytes()), || ())
    }
}
