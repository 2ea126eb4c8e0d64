//! JSON pointers (RFC 6901): how this library says where in a value something is.

use super::Value;

/// Appends `/key` with its escapes.
pub(super) fn push_key(path: &mut String, key: &str) {
    path.push('/');
    for c in key.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}

/// Appends `/index`.
pub(super) fn push_index(path: &mut String, index: usize) {
    use std::fmt::Write;
    // INVARIANT: writing to a String cannot fail.
    let _ = write!(path, "/{index}");
}

/// The pointer to `key` under `parent`.
#[must_use]
pub fn join(parent: &str, key: &str) -> String {
    let mut path = parent.to_owned();
    push_key(&mut path, key);
    path
}

/// The value that `pointer` names in `value`.
#[must_use]
pub fn resolve<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.is_empty() {
        return Some(value);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(value, |at, token| match at {
        Value::Array(items) => items.get(index(token)?),
        Value::Object(object) => object.get(&unescape(token)),
        _ => None,
    })
}

/// The key that a token of a pointer stands for.
#[must_use]
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with('0');
    (plain && token.bytes().all(|b| b.is_ascii_digit())).then(|| token.parse().ok())?
}
