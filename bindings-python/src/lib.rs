//! The native half of the Python package `checkrein`. Thin: every decision is the library's.
//!
//! | Python | Rust |
//! |---|---|
//! | `str` | text, UTF-8; lone surrogates are refused |
//! | `int` | i64; larger ones are refused |
//! | `float` | finite f64; whole ones become integers |
//! | `bool`, `None` | boolean, null |
//! | `list`, `tuple` | list |
//! | `dict` with `str` keys, dataclass, pydantic model | object |
//! | anything else | an error with the JSON pointer |
//!
//! Spans are code points in Python and bytes in `to_json()`.

mod convert;
mod decision;
mod error;
mod guard;
mod session;
mod stream;

/// The native module. Import `checkrein` instead.
#[pyo3::pymodule(gil_used = false)]
mod _checkrein {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        decision::Decision,
        guard::{Approver, Guard},
        session::Session,
        stream::{CallStream, OutputStream},
    };

    /// A Python object as JSON, as every function here reads it.
    #[pyfunction]
    fn to_json(object: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(crate::convert::to_value(object)?.to_json())
    }

    #[pymodule_init]
    fn constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("ERROR_KINDS", crate::error::kinds(module.py())?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
