//! Text or JSON that enters or leaves, in parts that each have a source.

use crate::digest::Digest;
use crate::label::words;
use crate::source::SourceKind;
use crate::value::{Value, join_pointer};
use std::borrow::Cow;

/// What is inspected: one part or several, each with the source that the host names.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The parts, in order; never empty.
    pub parts: Vec<Part>,
}

/// One part of a content.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where it came from.
    pub kind: SourceKind,
    /// What the host calls the source: a tool, a document.
    pub name: Option<String>,
    /// Where the source lies.
    pub uri: Option<String>,
    /// What it says.
    pub body: Body,
}

/// What a part says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Text.
    Text(String),
    /// Structured data.
    Json(Value),
    /// An image, audio, a PDF: it taints and cannot ground.
    Opaque {
        /// Its media type, as the host says.
        media_type: String,
        /// SHA-256 of its bytes.
        digest: Digest,
    },
}

words! {
    /// What an output is for.
    OutputKind ("output kind") {
        /// An answer to the audience.
        Answer = "answer",
        /// The model's reasoning: seen by developers, not by the audience.
        Reasoning = "reasoning",
        /// What the model means to do.
        Plan = "plan",
    }
}

impl Content {
    /// One text from one source.
    #[must_use]
    pub fn text(kind: SourceKind, text: impl Into<String>) -> Self {
        Self::of(Part { kind, name: None, uri: None, body: Body::Text(text.into()) })
    }

    /// One structured value from one source. A bare string is text.
    #[must_use]
    pub fn json(kind: SourceKind, value: Value) -> Self {
        let body = match value {
            Value::String(text) => Body::Text(text),
            value => Body::Json(value),
        };
        Self::of(Part { kind, name: None, uri: None, body })
    }

    /// One part.
    #[must_use]
    pub fn of(part: Part) -> Self {
        Self { parts: vec![part] }
    }

    /// Bytes of text in it.
    #[must_use]
    pub fn len(&self) -> usize {
        let mut total = 0;
        self.each_text(&mut |_, _, text| total += text.len());
        total
    }

    /// Whether there is no text in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The JSON pointer that stands before pointers into part `index`: nothing for a single part,
    /// `/2` for the third of several.
    #[must_use]
    pub fn prefix(&self, index: usize) -> String {
        if self.parts.len() == 1 { String::new() } else { format!("/{index}") }
    }

    /// Calls `visit` with part number, pointer and text of each text leaf, in order.
    /// [`Part::keys`] has the keys of objects, which a model reads too.
    pub fn each_text<'a>(&'a self, visit: &mut dyn FnMut(usize, &str, Cow<'a, str>)) {
        for (index, part) in self.parts.iter().enumerate() {
            part.each_text(&self.prefix(index), &mut |path, text| visit(index, path, text));
        }
    }
}

impl Part {
    /// Calls `visit` with pointer (behind `prefix`) and text of each text leaf.
    pub fn each_text<'a>(&'a self, prefix: &str, visit: &mut dyn FnMut(&str, Cow<'a, str>)) {
        match &self.body {
            Body::Text(text) => visit(prefix, Cow::Borrowed(text)),
            Body::Json(value) => value.each_leaf(&mut |path, leaf| {
                if let Value::String(text) = leaf {
                    let path = if prefix.is_empty() {
                        Cow::Borrowed(path)
                    } else {
                        Cow::Owned(format!("{prefix}{path}"))
                    };
                    visit(&path, Cow::Borrowed(text));
                }
            }),
            Body::Opaque { .. } => {}
        }
    }

    /// The keys of all objects in it, with the pointer of the value each leads to.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<(String, String)> {
        let mut keys = Vec::new();
        if let Body::Json(value) = &self.body {
            collect_keys(value, prefix, &mut keys);
        }
        keys
    }
}

fn collect_keys(value: &Value, path: &str, keys: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect_keys(item, &format!("{path}/{i}"), keys);
            }
        }
        Value::Object(object) => {
            for (key, item) in object.iter() {
                let at = join_pointer(path, key);
                collect_keys(item, &at, keys);
                keys.push((at, key.to_owned()));
            }
        }
        _ => {}
    }
}
