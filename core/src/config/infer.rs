//! A first manifest from a descriptor alone: deterministic, cautious, marked `inferred`.
//!
//! The effect comes from the first known verb in the tool's name; an unknown verb reaches others.
//! The server's own hints (`readOnlyHint`) are untrusted and not read.

use super::Descriptor;
use crate::tool::{Argument, Effect, Effects, PathPattern, Role, Tool, ToolOrigin, ValueType};
use crate::value::Value;

/// What a tool probably does, from its name and its arguments' names and types.
///
/// ```
/// use checkrein::config::{infer, read_descriptors};
/// use checkrein::{Limits, Value, tool::Effect};
/// let text = br#"[{"name":"send_mail","parameters":{"properties":{"to":{"type":"string"}}}}]"#;
/// let descriptors = Value::parse(text, &Limits::default()).unwrap();
/// let tool = infer(&read_descriptors(&descriptors, "").unwrap()[0]);
/// assert!(tool.effects.has(Effect::Send));
/// ```
#[must_use]
pub fn infer(descriptor: &Descriptor) -> Tool {
    let required = required(&descriptor.input);
    let mut arguments = Vec::new();
    if let Some(properties) = descriptor.input.get("properties").and_then(Value::as_object) {
        for (name, schema) in properties.iter() {
            // A name that is no path (it holds dots or brackets) stays undeclared: payload.
            let Ok(path) = PathPattern::parse(name) else { continue };
            if path.is_single_key() {
                let required = required.contains(&name);
                arguments.push(argument(name, path, schema, !required));
            }
        }
    }
    let words = words(descriptor.id.name());
    let effects = effects(&words, &arguments);
    for argument in &mut arguments {
        settle_role(argument, effects);
    }
    Tool {
        effects,
        arguments,
        descriptor: descriptor.digest,
        origin: ToolOrigin::Inferred,
        ..Tool::unknown(descriptor.id.clone())
    }
}

fn required(schema: &Value) -> Vec<&str> {
    let list = schema.get("required").and_then(Value::as_array).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// `sendMoneyTo_IBAN` -> `send money to iban`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = '_';
    for c in name.chars() {
        let starts = c.is_ascii_uppercase() && previous.is_ascii_lowercase();
        if (!c.is_ascii_alphanumeric() || starts) && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

const PAY: &[&str] = &[
    "pay",
    "buy",
    "purchase",
    "checkout",
    "order",
    "reserve",
    "book",
    "refund",
    "withdraw",
    "charge",
    "donate",
    "subscribe",
];
const MOVE_MONEY: &[&str] = &["send", "transfer", "schedule", "update", "create", "make"];
const DESTROY: &[&str] = &[
    "delete",
    "remove",
    "cancel",
    "clear",
    "revoke",
    "drop",
    "purge",
    "destroy",
    "wipe",
    "erase",
    "uninstall",
    "terminate",
    "kill",
    "reset",
    "truncate",
    "unsubscribe",
];
const EXECUTE: &[&str] =
    &["run", "exec", "execute", "eval", "shell", "bash", "python", "terminal", "command", "spawn"];
const ACCOUNT: &[&str] = &[
    "password",
    "key",
    "profile",
    "user",
    "account",
    "permission",
    "permissions",
    "role",
    "roles",
    "setting",
    "settings",
    "config",
    "credential",
    "credentials",
    "webhook",
    "rule",
    "rules",
];
const SEND: &[&str] = &[
    "send",
    "post",
    "share",
    "invite",
    "push",
    "publish",
    "comment",
    "submit",
    "input",
    "reply",
    "forward",
    "email",
    "mail",
    "notify",
    "message",
    "tweet",
    "upload",
    "star",
    "call",
    "fill",
    "dm",
    "announce",
    "broadcast",
];
const FETCH: &[&str] =
    &["download", "browse", "fetch", "clone", "crawl", "scrape", "visit", "navigate", "request"];
const WRITE: &[&str] = &[
    "create",
    "append",
    "move",
    "write",
    "save",
    "add",
    "insert",
    "rename",
    "copy",
    "edit",
    "update",
    "set",
    "put",
    "store",
    "mark",
    "archive",
    "reschedule",
    "replace",
    "make",
    "upsert",
];
const READ: &[&str] = &[
    "get",
    "list",
    "search",
    "read",
    "find",
    "check",
    "show",
    "view",
    "lookup",
    "query",
    "count",
    "describe",
    "retrieve",
    "load",
    "select",
    "status",
    "calculate",
    "compute",
    "think",
];
const DELEGATE: &[&str] = &["delegate", "handoff", "assign", "transfer_to", "ask_agent"];

/// The effects, by the first rule that fits; the order is the rule.
fn effects(words: &[String], arguments: &[Argument]) -> Effects {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let first = |list: &[&str]| words.first().is_some_and(|word| list.contains(&word.as_str()));
    let role = |role: Role| arguments.iter().any(|argument| argument.role == role);
    let typed = |t: ValueType| arguments.iter().any(|argument| argument.value_type == t);
    let just = |effect: Effect| Effects::NONE.with(effect);
    if first(READ) && !has(PAY) {
        return if role(Role::Address) { just(Effect::Fetch) } else { just(Effect::Read) };
    }
    if has(EXECUTE) || role(Role::Command) || role(Role::Code) {
        just(Effect::Execute)
    } else if has(PAY) || (role(Role::Amount) && has(MOVE_MONEY)) {
        just(Effect::Spend)
    } else if has(DESTROY) {
        just(Effect::Destroy)
    } else if has(&["login", "verify", "authenticate"])
        || (has(&["update", "set", "add", "change", "grant", "enable", "disable"]) && has(ACCOUNT))
    {
        just(Effect::Configure)
    } else if has(DELEGATE) {
        just(Effect::Delegate)
    } else if has(SEND) || (has(&["add"]) && typed(ValueType::Email)) {
        just(Effect::Send)
    } else if has(FETCH) && role(Role::Address) {
        just(Effect::Fetch)
    } else if has(WRITE) {
        let guests = typed(ValueType::Email);
        if guests { just(Effect::Write).with(Effect::Send) } else { just(Effect::Write) }
    } else if has(READ) {
        if role(Role::Address) { just(Effect::Fetch) } else { just(Effect::Read) }
    } else {
        just(Effect::Send)
    }
}

fn argument(name: &str, path: PathPattern, schema: &Value, optional: bool) -> Argument {
    let declared = declared_type(schema);
    let (schema, list) = match declared {
        Some("array") => (schema.get("items").unwrap_or(schema), true),
        _ => (schema, false),
    };
    let json_type = declared_type(schema).unwrap_or("any");
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    let text = json_type == "string" || json_type == "any";
    let mut kind = None;
    let (role, text_type) = if text
        && matches!(last, "id" | "ids" | "uuid" | "key" if words.len() > 1 || last != "key")
        && !has(&["api"])
    {
        kind = words.len().checked_sub(2).and_then(|at| words.get(at)).cloned();
        (Role::Object, ValueType::String)
    } else if has(&[
        "password",
        "passwd",
        "secret",
        "token",
        "credential",
        "credentials",
        "otp",
        "pin",
    ]) {
        (Role::Credential, ValueType::String)
    } else if format == "uri" || has(&["url", "uri", "link", "website", "host", "endpoint", "repo"])
    {
        (Role::Address, ValueType::String)
    } else if has(&["command", "cmd", "shell"]) {
        (Role::Command, ValueType::String)
    } else if has(&["code", "script", "program", "expression"]) {
        (Role::Code, ValueType::String)
    } else if has(&["sql", "query", "search", "filter", "keyword", "keywords", "q"]) {
        (Role::Query, ValueType::String)
    } else if has(&[
        "body",
        "content",
        "text",
        "message",
        "description",
        "note",
        "notes",
        "comment",
        "details",
        "data",
        "summary",
        "reason",
    ]) {
        (Role::Payload, ValueType::String)
    } else if has(&["iban", "account", "card", "wallet"]) {
        (Role::Destination, ValueType::Account)
    } else if format == "email"
        || has(&[
            "email",
            "emails",
            "mail",
            "recipient",
            "recipients",
            "to",
            "cc",
            "bcc",
            "participants",
            "attendees",
            "guests",
        ])
    {
        let value_type = if format == "email" || has(&["email", "emails"]) {
            ValueType::Email
        } else {
            ValueType::String
        };
        (Role::Destination, value_type)
    } else if has(&[
        "channel", "user", "username", "owner", "company", "contact", "phone", "chat", "room",
        "group", "agent",
    ]) {
        (Role::Destination, ValueType::String)
    } else if has(&["amount", "price", "total", "sum", "quantity", "value", "budget"]) && !text {
        (Role::Amount, ValueType::Number)
    } else if has(&["path", "file", "filename", "directory", "folder", "dir"]) {
        (Role::Path, ValueType::String)
    } else if format.starts_with("date")
        || has(&["date", "time", "start", "end", "day", "when", "deadline", "until"])
    {
        (Role::Time, ValueType::String)
    } else if has(&["title", "subject", "name", "label", "heading"]) {
        (Role::Title, ValueType::String)
    } else if json_type == "boolean" || schema.get("enum").is_some() {
        (Role::Free, ValueType::String)
    } else {
        (Role::Value, ValueType::String)
    };
    let value_type = match json_type {
        "string" => text_type,
        "integer" => ValueType::Integer,
        "number" => ValueType::Number,
        "boolean" => ValueType::Boolean,
        "object" => ValueType::Object,
        _ => ValueType::Any,
    };
    Argument { path, role, value_type, list, kind, optional }
}

/// `"type": "string"`, or the one type beside null of `["string", "null"]` and `anyOf`.
fn declared_type(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => return Some(name),
        Some(Value::Array(names)) => {
            let mut named = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            return named.next().filter(|_| named.next().is_none());
        }
        _ => {}
    }
    let options = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array())?;
    let types = options.iter().filter_map(|option| option.get("type").and_then(Value::as_str));
    let mut types = types.filter(|name| *name != "null");
    types.next().filter(|_| types.next().is_none())
}

/// Roles that depend on what the tool does: for a pure read nothing is a destination.
fn settle_role(argument: &mut Argument, effects: Effects) {
    if effects.only_reads()
        && matches!(argument.role, Role::Destination | Role::Title | Role::Value)
    {
        argument.role = Role::Query;
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_descriptors;
    use super::*;
    use crate::limits::Limits;

    fn tool(name: &str, properties: &str) -> Tool {
        let text = format!(r#"[{{"name":"{name}","parameters":{{"properties":{properties}}}}}]"#);
        let value = Value::parse(text.as_bytes(), &Limits::default()).unwrap();
        infer(&read_descriptors(&value, "").unwrap()[0])
    }

    #[test]
    fn effects_follow_the_verb() {
        let none = "{}";
        let amount = r#"{"amount":{"type":"number"},"recipient":{"type":"string"}}"#;
        let url = r#"{"url":{"type":"string"}}"#;
        let guests = r#"{"emails":{"type":"array","items":{"type":"string"}}}"#;
        for (name, properties, effect) in [
            ("send_money", amount, Effect::Spend),
            ("delete_file", none, Effect::Destroy),
            ("update_password", none, Effect::Configure),
            ("sendDirectMessage", none, Effect::Send),
            ("get_webpage", url, Effect::Fetch),
            ("get_balance", none, Effect::Read),
            ("search_emails", none, Effect::Read),
            ("create_file", none, Effect::Write),
            ("create_event", guests, Effect::Send),
            ("run_shell", none, Effect::Execute),
            ("frobnicate", none, Effect::Send),
            ("open_door", none, Effect::Send),
        ] {
            assert!(tool(name, properties).effects.has(effect), "{name}");
        }
    }

    #[test]
    fn roles_follow_names_and_types() {
        let tool = tool(
            "send_thing",
            r#"{"email_id":{"type":"string"},"to":{"type":["string","null"]},"body":{"type":"string"},
               "amount":{"type":"number"},"flag":{"type":"boolean"},"odd.name":{"type":"string"}}"#,
        );
        let role = |name: &str| tool.argument_at(&format!("/{name}")).map(|a| a.role);
        assert_eq!(role("email_id"), Some(Role::Object));
        assert_eq!(tool.argument_at("/email_id").unwrap().kind.as_deref(), Some("email"));
        assert_eq!(role("to"), Some(Role::Destination));
        assert_eq!(role("body"), Some(Role::Payload));
        assert_eq!(role("amount"), Some(Role::Amount));
        assert_eq!(role("flag"), Some(Role::Free));
        assert_eq!(role("odd.name"), None);
        assert_eq!(tool.origin, ToolOrigin::Inferred);
    }
}
