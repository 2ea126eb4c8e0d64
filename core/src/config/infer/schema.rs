//! JSON Schema, as far as inference reads it.

use crate::tool::PathPattern;
use crate::value::{Value, unescape_token};

/// Objects in objects whose fields are told.
const MAX_DEPTH: usize = 4;
/// Fields that are told, in all.
const MAX_FIELDS: usize = 256;
/// References that are followed from one place.
const MAX_HOPS: usize = 8;

/// A schema with the document in which its references point.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    root: &'a Value,
    here: &'a Value,
}

impl<'a> Schema<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, here: root }.followed()
    }

    fn at(self, here: &'a Value) -> Self {
        Self { here, ..self }.followed()
    }

    /// Where its references lead: `$ref`, a lone `allOf`, what stands beside null.
    fn followed(self) -> Self {
        let mut here = self.here;
        for _ in 0..MAX_HOPS {
            let next = if let Some(pointer) = here.get("$ref").and_then(Value::as_str) {
                self.lookup(pointer)
            } else {
                let lists = ["allOf", "anyOf", "oneOf"].iter();
                let mut lists = lists.filter_map(|key| here.get(key)?.as_array());
                lists.next().and_then(|options| {
                    let null = |o: &&Value| o.get("type").and_then(Value::as_str) != Some("null");
                    let mut options = options.iter().filter(null);
                    options.next().filter(|_| options.next().is_none())
                })
            };
            match next {
                Some(next) => here = next,
                None => break,
            }
        }
        Self { here, ..self }
    }

    /// What `#/$defs/Name` points at.
    fn lookup(self, pointer: &str) -> Option<&'a Value> {
        let mut keys = pointer.strip_prefix("#/")?.split('/');
        keys.try_fold(self.root, |at, key| at.get(&unescape_token(key)))
    }

    /// `"type": "string"`, or the one type beside null.
    pub(super) fn json_type(self) -> Option<&'a str> {
        match self.here.get("type") {
            Some(Value::String(name)) => Some(name),
            Some(Value::Array(names)) => {
                let mut named = names.iter().filter_map(Value::as_str).filter(|n| *n != "null");
                named.next().filter(|_| named.next().is_none())
            }
            _ => None,
        }
    }

    pub(super) fn format(self) -> &'a str {
        self.here.get("format").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether only listed values fit.
    pub(super) fn is_constant(self) -> bool {
        self.here.get("enum").is_some() || self.here.get("const").is_some()
    }

    /// The schema of a list's items.
    pub(super) fn item(self) -> Option<Self> {
        let list = self.json_type() == Some("array");
        list.then(|| self.here.get("items").map_or(self, |items| self.at(items)))
    }

    /// Names and schemas of an object's fields.
    pub(super) fn fields(self) -> Vec<(&'a str, Self)> {
        let properties = self.here.get("properties").and_then(Value::as_object);
        let fields = properties.into_iter().flat_map(|fields| fields.iter());
        fields.map(|(name, schema)| (name, self.at(schema))).collect()
    }

    /// Whether the field called `name` must be there.
    pub(super) fn requires(self, name: &str) -> bool {
        let list = self.here.get("required").and_then(Value::as_array).unwrap_or_default();
        list.iter().any(|required| required.as_str() == Some(name))
    }
}

/// Tells each field of an object, then the fields of the objects in it: its name, its path, its
/// schema, and whether it may be missing. What stands in another object may always be. A name that
/// is no path (it holds dots or brackets) is left out: payload.
pub(super) fn each_field<'a>(
    object: Schema<'a>,
    tell: &mut dyn FnMut(&'a str, PathPattern, Schema<'a>, bool),
) {
    let mut level = vec![(String::new(), object)];
    let mut told = 0;
    for depth in 0..MAX_DEPTH {
        let mut below = Vec::new();
        for (prefix, object) in level {
            for (key, schema) in object.fields() {
                let Some(path) = PathPattern::parse(key).ok().filter(PathPattern::is_single_key)
                else {
                    continue;
                };
                let full = format!("{prefix}{key}");
                let path = if prefix.is_empty() { Ok(path) } else { PathPattern::parse(&full) };
                let Ok(path) = path else { continue };
                told += 1;
                if told > MAX_FIELDS {
                    return;
                }
                tell(key, path, schema, depth > 0 || !object.requires(key));
                let (inner, mark) = match schema.item() {
                    Some(item) => (item, "[]"),
                    None => (schema, ""),
                };
                if !inner.fields().is_empty() {
                    below.push((format!("{full}{mark}."), inner));
                }
            }
        }
        level = below;
    }
}
