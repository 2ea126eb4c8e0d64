//! Writing JSON text: compact for transfer, RFC 8785 for digests.

use super::{MAX_SAFE_INTEGER, Value};
use crate::error::{Error, ErrorKind, Result};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt::Write;

impl Value {
    /// Compact JSON, keys in byte order, numbers as JavaScript writes them.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, Keys::Bytes);
        out
    }
}

#[derive(Clone, Copy)]
enum Keys {
    Bytes,
    /// RFC 8785 sorts by UTF-16 code units, which differs above U+FFFF.
    Utf16,
}

/// RFC 8785 text; refuses integers that parties could read differently.
pub(super) fn canonical(value: &Value) -> Result<String> {
    let mut fault = None;
    value.each_leaf(&mut |path, leaf| {
        if let Value::Int(n) = leaf
            && n.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs()
            && fault.is_none()
        {
            let message = format!("the integer {n} lies beyond 2^53 - 1; send it as a string");
            fault = Some(Error::new(ErrorKind::ValueIntegerRange, message).at(path));
        }
    });
    if let Some(fault) = fault {
        return Err(fault);
    }
    let mut out = String::new();
    write(value, &mut out, Keys::Utf16);
    Ok(out)
}

fn write(value: &Value, out: &mut String, keys: Keys) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        // INVARIANT: writing to a String cannot fail.
        Value::Int(n) => drop(write!(out, "{n}")),
        Value::Float(n) => out.push_str(ryu_js::Buffer::new().format_finite(*n)),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out, keys);
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            if matches!(keys, Keys::Utf16) && entries.iter().any(|(key, _)| !key.is_ascii()) {
                entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            }
            out.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(item, out, keys);
            }
            out.push('}');
        }
    }
}

/// A JSON string with the escapes of RFC 8785: short forms where there are some, else `\u00xx`.
pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Int(n) => serializer.serialize_i64(*n),
            Value::Float(n) => serializer.serialize_f64(*n),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, item) in object.iter() {
                    map.serialize_entry(key, item)?;
                }
                map.end()
            }
        }
    }
}
