//! JSON values as this library keeps them: sorted, unique keys, exact numbers.

mod parse;
mod pointer;
mod write;

pub(crate) use pointer::unescape as unescape_token;
pub use pointer::{join as join_pointer, resolve as resolve_pointer};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

/// The largest integer that every language reads alike: 2^53 - 1.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A JSON value. Objects are sorted by key bytes and hold each key once; `98.0` is `98`.
///
/// ```
/// use checkrein::{Limits, Value};
/// let value = Value::parse(br#"{"b": 98.0, "a": -0}"#, &Limits::default()).unwrap();
/// assert_eq!(value.to_json(), r#"{"a":0,"b":98}"#);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number that is not whole, or lies beyond i64.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Keys and values, sorted by key.
    Object(Object),
}

/// The entries of an object: sorted by key bytes, each key once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// Sorts `entries`.
    ///
    /// # Errors
    /// `value/duplicate_key`.
    pub fn new(mut entries: Vec<(String, Value)>) -> Result<Self> {
        entries.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        let twice = entries.iter().zip(entries.iter().skip(1)).find(|((a, _), (b, _))| a == b);
        if let Some(((key, _), _)) = twice {
            return Err(duplicate_key(key));
        }
        Ok(Self(entries))
    }

    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.0.binary_search_by(|(k, _)| k.as_bytes().cmp(key.as_bytes())).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Puts `value` under `key`, in place of what stood there.
    pub fn insert(&mut self, key: &str, value: Value) {
        match self.0.binary_search_by(|(k, _)| k.as_bytes().cmp(key.as_bytes())) {
            Ok(at) => {
                if let Some(slot) = self.0.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (key.to_owned(), value)),
        }
    }

    /// Entries in key order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Entries in key order, values changeable.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// How many entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Value {
    /// An object.
    ///
    /// # Errors
    /// `value/duplicate_key`.
    pub fn object(entries: Vec<(String, Value)>) -> Result<Self> {
        Object::new(entries).map(Value::Object)
    }

    /// A number from a float: whole ones become integers, `-0` becomes 0.
    ///
    /// # Errors
    /// `value/number` for NaN and infinities.
    pub fn float(number: f64) -> Result<Self> {
        if !number.is_finite() {
            return Err(Error::new(
                ErrorKind::ValueNumber,
                format!("{number} is not a JSON number"),
            ));
        }
        // Every whole float below 2^63 is an i64 exactly; one rule, so that text reads back alike.
        const END: f64 = 9_223_372_036_854_775_808.0;
        if number.fract() == 0.0 && (-END..END).contains(&number) {
            return Ok(Value::Int(number as i64));
        }
        Ok(Value::Float(number))
    }

    /// The value under `key`, where this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The text, where this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The whole number, where this is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(number) = self { Some(*number) } else { None }
    }

    /// The truth, where this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The list, where this is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// The object, where this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Value::Object(object) = self { Some(object) } else { None }
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// `null boolean integer number string array object`: the word error messages use.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Calls `visit` with the JSON pointer and the value of each leaf, in order. Empty lists and
    /// objects are leaves.
    pub fn each_leaf<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a Value)) {
        let mut path = String::new();
        walk(self, &mut path, visit);
    }

    /// Checks depth and number of leaves.
    ///
    /// # Errors
    /// `limit/depth`, `limit/leaves`.
    pub fn check(&self, limits: &crate::limits::Limits) -> Result<()> {
        let mut leaves = 0;
        measure(self, 0, limits, &mut leaves)
    }

    /// The bytes that RFC 8785 (JSON Canonicalization Scheme) gives.
    ///
    /// # Errors
    /// `value/integer_range` where an integer lies beyond 2^53 - 1.
    pub fn canonical(&self) -> Result<String> {
        write::canonical(self)
    }

    /// SHA-256 over [`Value::canonical`], which every party can compute.
    ///
    /// # Errors
    /// As [`Value::canonical`].
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of(self.canonical()?.as_bytes()))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

fn duplicate_key(key: &str) -> Error {
    Error::new(
        ErrorKind::ValueDuplicateKey,
        format!("the key `{}` stands twice", key.escape_debug()),
    )
}

fn walk<'a>(value: &'a Value, path: &mut String, visit: &mut dyn FnMut(&str, &'a Value)) {
    let before = path.len();
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                pointer::push_index(path, i);
                walk(item, path, visit);
                path.truncate(before);
            }
        }
        Value::Object(object) if !object.is_empty() => {
            for (key, item) in object.iter() {
                pointer::push_key(path, key);
                walk(item, path, visit);
                path.truncate(before);
            }
        }
        leaf => visit(path, leaf),
    }
}

fn measure(
    value: &Value,
    depth: usize,
    limits: &crate::limits::Limits,
    leaves: &mut usize,
) -> Result<()> {
    use crate::limits::Limits;
    Limits::check(ErrorKind::LimitDepth, "depth", depth, limits.depth)?;
    match value {
        Value::Array(items) => {
            items.iter().try_for_each(|item| measure(item, depth + 1, limits, leaves))?;
        }
        Value::Object(object) => {
            object.iter().try_for_each(|(_, item)| measure(item, depth + 1, limits, leaves))?;
        }
        _ => {}
    }
    *leaves += 1;
    Limits::check(ErrorKind::LimitLeaves, "leaves", *leaves, limits.leaves)
}

#[cfg(test)]
mod tests;
