//! A call's arguments against what the manifest declares.

use super::hidden::is_ignorable;
use crate::error::{Error, ErrorKind, Result};
use crate::tool::{Argument, Role, Tool, ToolCall, ValueType};
use crate::value::{Object, Value, join_pointer};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Checks that declared arguments are there and of their type, and that no other key can be taken
/// for one of them.
///
/// # Errors
/// `value/shadowed_key`; `input/type` with the pointer, and what was wanted and found.
pub fn check(tool: &Tool, call: &ToolCall) -> Result<()> {
    let roots = tool.arguments.iter().filter_map(|argument| argument.path.root());
    check_shadows(&call.arguments, "", roots)?;
    tool.arguments.iter().try_for_each(|argument| {
        let path = argument.path.as_str();
        let steps = steps(path);
        // A path that starts with no key (`*`, `[]`) demands nothing; it only describes.
        match steps.split_first() {
            Some((Step::Key(key), rest)) => at_key(argument, &call.arguments, "", key, rest),
            _ => Ok(()),
        }
    })
}

/// What the call moves: the sum of its amounts, each rounded away from zero. An amount that cannot
/// be read counts as the largest.
#[must_use]
pub fn amount(tool: &Tool, call: &ToolCall) -> i64 {
    let mut total = 0i64;
    each_leaf(call, &mut |pointer, leaf| {
        if tool.argument_at(pointer).is_some_and(|argument| argument.role == Role::Amount) {
            total = total.saturating_add(size(leaf));
        }
    });
    total
}

/// Pointer and text of each text in the arguments, in order.
#[must_use]
pub fn string_leaves(call: &ToolCall) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    each_leaf(call, &mut |pointer, leaf| {
        if let Value::String(text) = leaf {
            leaves.push((pointer.to_owned(), text.clone()));
        }
    });
    leaves
}

fn each_leaf<'a>(call: &'a ToolCall, visit: &mut dyn FnMut(&str, &'a Value)) {
    for (key, value) in call.arguments.iter() {
        let root = join_pointer("", key);
        value.each_leaf(&mut |path, leaf| {
            if path.is_empty() { visit(&root, leaf) } else { visit(&format!("{root}{path}"), leaf) }
        });
    }
}

fn size(value: &Value) -> i64 {
    match value {
        Value::Null => 0,
        Value::Int(number) => number.saturating_abs(),
        Value::Float(number) => ceiling(*number),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => ceiling(number),
            _ => i64::MAX,
        },
        Value::Array(items) if items.is_empty() => 0,
        Value::Object(object) if object.is_empty() => 0,
        _ => i64::MAX,
    }
}

fn ceiling(number: f64) -> i64 {
    // A cast from a float saturates.
    number.abs().ceil() as i64
}

/// One step of a declared path.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Items,
    /// `*` and `**`: whatever is there.
    Any,
    Rest,
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let name = part.trim_end_matches("[]");
        match name {
            "" => {}
            "*" => steps.push(Step::Any),
            "**" => steps.push(Step::Rest),
            key => steps.push(Step::Key(key)),
        }
        steps.extend(std::iter::repeat_n(Step::Items, (part.len() - name.len()) / 2));
    }
    steps
}

fn at_key(
    argument: &Argument,
    object: &Object,
    parent: &str,
    key: &str,
    rest: &[Step<'_>],
) -> Result<()> {
    let pointer = join_pointer(parent, key);
    match object.get(key) {
        None | Some(Value::Null) if argument.optional => Ok(()),
        None => Err(ill_typed(argument, &pointer, rest, "nothing")),
        Some(Value::Null) => Err(ill_typed(argument, &pointer, rest, "null")),
        Some(value) => at_value(argument, value, &pointer, rest),
    }
}

/// Walks a declared path, which is as deep as the manifest writes it.
fn at_value(argument: &Argument, value: &Value, pointer: &str, rest: &[Step<'_>]) -> Result<()> {
    let Some((step, rest)) = rest.split_first() else {
        return check_type(argument, value, pointer);
    };
    match (step, value) {
        (Step::Rest, _) => Ok(()),
        (Step::Key(key), Value::Object(object)) => {
            check_shadows(object, pointer, std::iter::once(*key))?;
            at_key(argument, object, pointer, key, rest)
        }
        (Step::Items | Step::Any, Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(i, item)| at_value(argument, item, &format!("{pointer}/{i}"), rest)),
        (Step::Any, Value::Object(object)) => object.iter().try_for_each(|(key, item)| {
            at_value(argument, item, &join_pointer(pointer, key), rest)
        }),
        (Step::Any, _) => Ok(()),
        (Step::Key(_), other) => Err(fault(pointer, "object", other.type_name())),
        (Step::Items, other) => Err(fault(pointer, "array", other.type_name())),
    }
}

fn check_type(argument: &Argument, value: &Value, pointer: &str) -> Result<()> {
    if !argument.list {
        return check_one(argument.value_type, value, pointer);
    }
    let Value::Array(items) = value else {
        return Err(fault(pointer, &wanted(argument), value.type_name()));
    };
    items
        .iter()
        .enumerate()
        .try_for_each(|(i, item)| check_one(argument.value_type, item, &format!("{pointer}/{i}")))
}

fn check_one(wanted: ValueType, value: &Value, pointer: &str) -> Result<()> {
    use ValueType as T;
    let fits = match (wanted, value) {
        (T::Any, _)
        | (T::String, Value::String(_))
        | (T::Integer | T::Number, Value::Int(_))
        | (T::Number, Value::Float(_))
        | (T::Boolean, Value::Bool(_))
        | (T::Object, Value::Object(_)) => true,
        (T::Email, Value::String(text)) => is_email(text),
        (T::Url, Value::String(text)) => is_url(text),
        (T::Account, Value::String(text)) => is_account(text),
        (T::Date | T::Datetime, Value::String(text)) => is_date(text),
        (T::Path, Value::String(text)) => !text.is_empty() && !text.contains('\0'),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let found = match value {
        Value::String(_) if wanted != T::String => "another string",
        other => other.type_name(),
    };
    Err(fault(pointer, wanted.as_str(), found))
}

// These are no validators: they keep out what would be read as something else, such as two
// addresses in one, or a sentence.

fn is_email(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || ",;<>\"()".contains(c);
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.contains(bad)
        && parts
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn is_url(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c);
    !text.is_empty() && !text.contains(bad)
}

fn is_account(text: &str) -> bool {
    let fine = |c: char| c.is_alphanumeric() || " .-_/:".contains(c);
    text.len() <= 64 && text.chars().all(fine) && text.contains(char::is_alphanumeric)
}

fn is_date(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || " -:/.,+".contains(c);
    text.len() <= 40 && text.chars().all(fine) && text.contains(|c: char| c.is_ascii_digit())
}

fn wanted(argument: &Argument) -> String {
    let word = argument.value_type.as_str();
    if argument.list { format!("list<{word}>") } else { word.to_owned() }
}

/// What a missing argument should have been: its type, or what the rest of the path runs through.
fn ill_typed(argument: &Argument, pointer: &str, rest: &[Step<'_>], found: &str) -> Error {
    match rest.first() {
        None => fault(pointer, &wanted(argument), found),
        Some(Step::Items) => fault(pointer, "array", found),
        Some(_) => fault(pointer, "object", found),
    }
}

fn fault(pointer: &str, wanted: &str, found: &str) -> Error {
    let name = pointer.escape_debug();
    let message = if found == "nothing" || found == "null" {
        format!("the argument at `{name}` is missing; it must be {wanted}")
    } else {
        format!("the argument at `{name}` is {found}; it must be {wanted}")
    };
    Error::new(ErrorKind::InputType, message)
        .at(pointer)
        .with("wanted", wanted)
        .with("found", found)
}

/// Refuses keys that a reader, or a lenient framework, would take for a declared one.
fn check_shadows<'a>(
    object: &Object,
    pointer: &str,
    declared: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let names: BTreeSet<&str> = declared.collect();
    let folded: BTreeMap<String, &str> = names.iter().map(|name| (fold(name), *name)).collect();
    for (key, _) in object.iter() {
        // Two declared names may differ by case alone; each is itself then.
        if names.contains(key) {
            continue;
        }
        if let Some(meant) = folded.get(&fold(key)) {
            let shown = key.escape_debug();
            let message = format!("the key `{shown}` can be taken for the argument `{meant}`");
            let at = join_pointer(pointer, key);
            return Err(Error::new(ErrorKind::ValueShadowedKey, message).at(at));
        }
    }
    Ok(())
}

/// Compatibility forms, case and invisible characters folded away.
fn fold(key: &str) -> String {
    // Of these nothing but the case can be folded.
    if key.bytes().all(|b| b.is_ascii_graphic()) {
        return key.to_ascii_lowercase();
    }
    key.nfkc().filter(|c| !is_ignorable(*c)).flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests;
