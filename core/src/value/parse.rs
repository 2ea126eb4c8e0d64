//! Reading JSON text: strict, bounded, with the pointer to the fault.

use super::{Object, Value, duplicate_key, pointer};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

impl Value {
    /// Reads JSON.
    ///
    /// # Errors
    /// `value/utf8`, `value/syntax`, `value/duplicate_key`, `value/number`, `value/surrogate`,
    /// `limit/depth`, `limit/leaves`; each with the pointer to the place where it is known.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            Error::new(ErrorKind::ValueUtf8, "the text is not UTF-8")
                .with("byte", e.valid_up_to().to_string())
        })?;
        let state = State { fault: RefCell::new(None), path: RefCell::default(), limits };
        let leaves = RefCell::new(0);
        let mut json = serde_json::Deserializer::from_str(text);
        // Our own depth limit is lower than serde_json's 128, so that ours speaks first.
        let parsed = Seed { state: &state, depth: 0, leaves: &leaves }
            .deserialize(&mut json)
            .and_then(|value| json.end().map(|()| value));
        parsed.map_err(|error| {
            if let Some(fault) = state.fault.into_inner() {
                return fault;
            }
            let message = error.to_string();
            let kind = if message.contains("surrogate") || message.contains("unexpected end of hex")
            {
                ErrorKind::ValueSurrogate
            } else if message.contains("number out of range") {
                ErrorKind::ValueNumber
            } else if message.contains("recursion limit") {
                ErrorKind::LimitDepth
            } else {
                ErrorKind::ValueSyntax
            };
            Error::new(kind, strip_position(&message))
                .at(state.path.into_inner())
                .with("line", error.line().to_string())
                .with("column", error.column().to_string())
        })
    }
}

fn strip_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

struct State<'a> {
    fault: RefCell<Option<Error>>,
    path: RefCell<String>,
    limits: &'a Limits,
}

impl State<'_> {
    fn refuse<E: serde::de::Error>(&self, error: Error) -> E {
        let message = E::custom(error.message());
        let at = self.path.borrow().clone();
        self.fault.borrow_mut().get_or_insert(error.at(at));
        message
    }
}

struct Seed<'a> {
    state: &'a State<'a>,
    depth: usize,
    leaves: &'a RefCell<usize>,
}

impl Seed<'_> {
    fn child(&self) -> Seed<'_> {
        Seed { state: self.state, depth: self.depth + 1, leaves: self.leaves }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let limits = self.state.limits;
        let count = {
            let mut leaves = self.leaves.borrow_mut();
            *leaves += 1;
            *leaves
        };
        Limits::check(ErrorKind::LimitDepth, "depth", self.depth, limits.depth)
            .and(Limits::check(ErrorKind::LimitLeaves, "leaves", count, limits.leaves))
            .map_err(|error| self.state.refuse(error))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => self.visit_f64(number as f64),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        Value::float(number).map_err(|error| self.state.refuse(error))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        let before = self.state.path.borrow().len();
        loop {
            pointer::push_index(&mut self.state.path.borrow_mut(), items.len());
            let Some(item) = seq.next_element_seed(self.child())? else { break };
            self.state.path.borrow_mut().truncate(before);
            items.push(item);
        }
        self.state.path.borrow_mut().truncate(before);
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries: Vec<(String, Value)> = Vec::new();
        let before = self.state.path.borrow().len();
        while let Some(key) = map.next_key::<String>()? {
            pointer::push_key(&mut self.state.path.borrow_mut(), &key);
            let value = map.next_value_seed(self.child())?;
            self.state.path.borrow_mut().truncate(before);
            entries.push((key, value));
        }
        Object::new(entries).map(Value::Object).map_err(|error| {
            debug_assert_eq!(error.kind(), duplicate_key("").kind());
            self.state.refuse(error)
        })
    }
}

impl<'de> serde::Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limits = Limits::default();
        let state = State { fault: RefCell::new(None), path: RefCell::default(), limits: &limits };
        let leaves = RefCell::new(0);
        Seed { state: &state, depth: 0, leaves: &leaves }.deserialize(deserializer).map_err(
            |error| match state.fault.into_inner() {
                Some(fault) => D::Error::custom(fault),
                None => error,
            },
        )
    }
}
