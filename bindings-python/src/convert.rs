//! Python objects to values and back. See the table in the crate's documentation.

use crate::error::raise;
use checkrein::value::{Object, join_pointer};
use checkrein::{Error, ErrorKind, Value};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

/// Nesting at which a value is refused before the library's own limit is asked: a cycle ends here.
const MAX_DEPTH: usize = 128;

/// Where a value stands. Kept as links: a pointer is written only for an error.
struct Place<'a> {
    up: Option<&'a Place<'a>>,
    step: Step<'a>,
    object: usize,
    depth: usize,
}

enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    fn of(object: &Bound<'_, PyAny>, up: Option<&'a Place<'a>>, step: Step<'a>) -> Self {
        let depth = up.map_or(0, |up| up.depth + 1);
        Self { up, step, object: object.as_ptr() as usize, depth }
    }

    fn pointer(&self) -> String {
        let Some(up) = self.up else { return String::new() };
        match self.step {
            Step::Key(key) => join_pointer(&up.pointer(), key),
            Step::Item(at) => format!("{}/{at}", up.pointer()),
        }
    }

    /// Whether the way to here passes one object twice.
    fn turns(&self) -> bool {
        let mut passed = std::collections::HashSet::new();
        std::iter::successors(Some(self), |place| place.up)
            .any(|place| !passed.insert(place.object))
    }

    fn fault(&self, kind: ErrorKind, message: impl Into<String>) -> PyErr {
        raise(&Error::new(kind, message).at(self.pointer()))
    }
}

/// The value that a Python object stands for.
pub fn to_value(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    read(object, &Place::of(object, None, Step::Item(0)))
}

fn read(object: &Bound<'_, PyAny>, place: &Place<'_>) -> PyResult<Value> {
    if place.depth > MAX_DEPTH {
        return Err(match place.turns() {
            true => place.fault(ErrorKind::ValueCycle, "the value contains itself"),
            false => place.fault(ErrorKind::LimitDepth, "the value is nested too deeply"),
        });
    }
    if let Ok(text) = object.cast::<PyString>() {
        return text_of(text, place).map(Value::String);
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = object.cast::<PyBool>() {
        return Ok(Value::Bool(truth.is_true()));
    }
    if object.cast::<PyInt>().is_ok() {
        let message = "the integer is too large to be kept exactly";
        let number = object.extract::<i64>();
        return number.map(Value::Int).map_err(|_| place.fault(ErrorKind::ValueNumber, message));
    }
    if let Ok(number) = object.cast::<PyFloat>() {
        return Value::float(number.value()).map_err(|error| raise(&error.at(place.pointer())));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        return read_entries(dict, place);
    }
    if object.cast::<PyList>().is_ok() || object.cast::<PyTuple>().is_ok() {
        let items = object.try_iter()?.enumerate().map(|(at, item)| {
            let item = item?;
            read(&item, &Place::of(&item, Some(place), Step::Item(at)))
        });
        return items.collect::<PyResult<_>>().map(Value::Array);
    }
    read_model(object, place)
}

fn read_entries(dict: &Bound<'_, PyDict>, place: &Place<'_>) -> PyResult<Value> {
    let mut entries = Vec::with_capacity(dict.len());
    for (key, value) in dict.iter() {
        let text = key.cast::<PyString>().map_err(|_| no_form(&key, place, "a key"))?;
        let key = text_of(text, place)?;
        let value = read(&value, &Place::of(&value, Some(place), Step::Key(&key)))?;
        entries.push((key, value));
    }
    Object::new(entries).map(Value::Object).map_err(|error| raise(&error.at(place.pointer())))
}

/// Pydantic models and dataclasses; nothing else is guessed at, and never by `str()`.
fn read_model(object: &Bound<'_, PyAny>, place: &Place<'_>) -> PyResult<Value> {
    let py = object.py();
    if object.is_instance_of::<PyType>() {
        return Err(no_form(object, place, "a value"));
    }
    if object.hasattr("model_dump")? {
        let mode = [("mode", "json")].into_py_dict(py)?;
        return read(&object.call_method("model_dump", (), Some(&mode))?, place);
    }
    let dataclasses = py.import("dataclasses")?;
    if !dataclasses.call_method1("is_dataclass", (object,))?.is_truthy()? {
        return Err(no_form(object, place, "a value"));
    }
    let entries = PyDict::new(py);
    for field in dataclasses.call_method1("fields", (object,))?.try_iter()? {
        let name = field?.getattr("name")?;
        entries.set_item(&name, object.getattr(name.cast::<PyString>()?)?)?;
    }
    read_entries(&entries, place)
}

/// The text of a Python string, which may hold what UTF-8 cannot.
pub fn text(text: &Bound<'_, PyString>) -> checkrein::Result<String> {
    let lone = |_| Error::new(ErrorKind::ValueSurrogate, "the text holds a lone surrogate");
    text.to_cow().map(std::borrow::Cow::into_owned).map_err(lone)
}

fn text_of(object: &Bound<'_, PyString>, place: &Place<'_>) -> PyResult<String> {
    text(object).map_err(|error| raise(&error.at(place.pointer())))
}

fn no_form(object: &Bound<'_, PyAny>, place: &Place<'_>, what: &str) -> PyErr {
    let name = object.get_type().name().map(|name| name.to_string()).unwrap_or_default();
    place.fault(ErrorKind::ValueType, format!("{what} of type `{name}` has no JSON form"))
}

/// The Python object for a value.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Int(number) => number.into_pyobject(py)?.into_any(),
        Value::Float(number) => number.into_pyobject(py)?.into_any(),
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let items = items.iter().map(|item| to_python(py, item));
            PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        Value::Object(object) => {
            let dict = PyDict::new(py);
            for (key, item) in object.iter() {
                dict.set_item(key, to_python(py, item)?)?;
            }
            dict.into_any()
        }
    })
}
