//! Dotted paths with `[]` and `*`, as manifests write them: `[].body`, `items[].price`, `*`.

use crate::error::{Error, ErrorKind, Result};
use crate::value::unescape_token;
use std::fmt;

/// A pattern over places in a value.
///
/// `a.b` is key `b` of key `a`; `[]` is every item of a list; `*` is every key or item; a final
/// `**` is everything below. The empty path is the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Items,
    Any,
    Rest,
}

impl PathPattern {
    /// Reads a path.
    ///
    /// # Errors
    /// `manifest/value`.
    pub fn parse(text: &str) -> Result<Self> {
        let fault = |what: &str| {
            let message = format!("the path `{}` {what}", text.escape_default());
            Error::new(ErrorKind::ManifestValue, message)
        };
        let mut steps = Vec::new();
        for (i, part) in text.split('.').enumerate() {
            let name = part.trim_end_matches("[]");
            let lists = (part.len() - name.len()) / 2;
            match name {
                "" if text.is_empty() => {}
                "" if i == 0 && lists > 0 => {}
                "" => return Err(fault("has an empty step")),
                "*" => steps.push(Step::Any),
                "**" => steps.push(Step::Rest),
                key if key.contains(['[', ']']) => return Err(fault("has a stray bracket")),
                key => steps.push(Step::Key(key.to_owned())),
            }
            steps.extend(std::iter::repeat_n(Step::Items, lists));
        }
        let rest = steps.iter().position(|step| *step == Step::Rest);
        if rest.is_some_and(|at| at + 1 != steps.len()) {
            return Err(fault("has steps after `**`"));
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first key, where the path starts with one: for arguments, their name.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        match self.steps.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether the path is one key alone.
    #[must_use]
    pub fn is_single_key(&self) -> bool {
        matches!(self.steps.as_slice(), [Step::Key(_)])
    }

    /// Where in `pointer`, which the path matches, the key at its last `*` ends.
    #[must_use]
    pub fn key_end(&self, pointer: &str) -> Option<usize> {
        let last = self.steps.iter().rposition(|step| *step == Step::Any)?;
        let tokens = pointer.split('/').skip(1).take(last + 1);
        Some(tokens.map(|token| token.len() + 1).sum())
    }

    /// Whether the JSON pointer `pointer` names a place this path means.
    #[must_use]
    pub fn matches(&self, pointer: &str) -> bool {
        self.consume(pointer, false)
    }

    /// Whether the place lies at or below what this path means.
    #[must_use]
    pub fn covers(&self, pointer: &str) -> bool {
        self.consume(pointer, true)
    }

    fn consume(&self, pointer: &str, below: bool) -> bool {
        let mut tokens = pointer.split('/').skip(1);
        for step in &self.steps {
            if *step == Step::Rest {
                return true;
            }
            let Some(token) = tokens.next() else { return false };
            let is_index = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
            let ok = match step {
                Step::Key(key) => unescaped_eq(token, key),
                Step::Items => is_index,
                Step::Any | Step::Rest => true,
            };
            if !ok {
                return false;
            }
        }
        below || tokens.next().is_none()
    }
}

/// Whether a pointer token spells `key`, without allocating where no escape is in it.
fn unescaped_eq(token: &str, key: &str) -> bool {
    if token.contains('~') { unescape_token(token) == key } else { token == key }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_pointers() {
        let path = |text: &str| PathPattern::parse(text).unwrap();
        assert!(path("[].body").matches("/0/body"));
        assert!(!path("[].body").matches("/0/body/x"));
        assert!(path("[].body").covers("/0/body/x"));
        assert!(path("a.b[]").matches("/a/b/12") && !path("a.b[]").matches("/a/b/x"));
        assert!(path("*.id").matches("/7/id") && path("*.id").matches("/k/id"));
        assert!(path("").matches("") && !path("").matches("/a") && path("**").matches("/a/b"));
        assert!(path("a/b").matches("/a~1b"));
        assert_eq!(path("to[].email").root(), Some("to"));
        assert_eq!(path("a.*.b").key_end("/a/key/b"), Some("/a/key".len()));
        assert_eq!(path("a.b").key_end("/a/b"), None);
        for bad in ["a..b", "a[0]", "**.a", "a."] {
            assert!(PathPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
