//! What an argument means, from its name, its type, and what its tool does.

use super::effect::{Spoken, Verb};
use super::schema::Schema;
use crate::tool::{Argument, Effect, Effects, PathPattern, Role, ValueType, name_words, singular};

/// A number of such a thing is its id.
const NUMBERED: &[&str] =
    &["issue", "order", "ticket", "invoice", "case", "pull", "pr", "booking", "reservation"];
const PAGING: &[&str] = &[
    "limit",
    "page",
    "offset",
    "cursor",
    "max",
    "top",
    "n",
    "k",
    "size",
    "sort",
    "count",
    "per",
    "idempotency",
    "correlation",
    "verbose",
    "format",
    "timezone",
    "language",
    "locale",
];
const URL: &[&str] =
    &["url", "uri", "link", "website", "host", "hostname", "endpoint", "domain", "ip"];
const QUERY: &[&str] = &[
    "sql", "query", "search", "filter", "filters", "keyword", "keywords", "q", "where", "pattern",
];
const PAYLOAD: &[&str] = &[
    "body",
    "content",
    "contents",
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
    "location",
    "venue",
    "prompt",
    "instructions",
    "html",
    "markdown",
    "caption",
    "attachments",
    "attachment",
    "remark",
    "feedback",
    "answer",
];
const OTP: &[&str] = &["otp", "mfa", "2fa", "totp", "passcode"];
const CREDENTIAL: &[&str] =
    &["password", "passwd", "secret", "token", "credential", "credentials", "pin", "cvv", "cvc"];
const MAIL: &[&str] = &[
    "email",
    "emails",
    "mail",
    "recipient",
    "recipients",
    "to",
    "cc",
    "bcc",
    "participants",
    "participant",
    "attendees",
    "attendee",
    "guests",
    "guest",
    "invitees",
    "invitee",
];
const AMOUNT: &[&str] = &[
    "amount", "price", "total", "sum", "quantity", "qty", "budget", "cost", "fee", "tip", "value",
];
const PATH: &[&str] = &["path", "file", "directory", "folder", "dir", "paths", "files"];
const TIME: &[&str] = &[
    "date",
    "time",
    "start",
    "day",
    "when",
    "deadline",
    "until",
    "due",
    "datetime",
    "at",
    "since",
    "departure",
    "arrival",
    "before",
    "after",
    "dates",
];
const NAMED: &[&str] = &[
    "channel",
    "user",
    "username",
    "owner",
    "company",
    "contact",
    "phone",
    "chat",
    "room",
    "group",
    "agent",
    "team",
    "member",
    "assignee",
    "reviewer",
    "repo",
    "repository",
    "customer",
    "assignees",
    "reviewers",
    "users",
    "members",
    "project",
];
const TITLE: &[&str] = &["title", "subject", "name", "filename", "label", "heading"];

/// What the argument called `name` means to a tool that does what `spoken` says.
pub(super) fn argument(
    name: &str,
    path: PathPattern,
    schema: Schema<'_>,
    optional: bool,
    spoken: &Spoken,
    subject: Option<&str>,
) -> Argument {
    let list = schema.item().is_some();
    let item = schema.item().unwrap_or(schema);
    let json_type = item.json_type().unwrap_or("any");
    let words = name_words(name);
    let (role, text_type, kind) = meaning(&words, item, json_type, spoken, subject);
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

fn meaning(
    words: &[String],
    schema: Schema<'_>,
    json_type: &str,
    spoken: &Spoken,
    subject: Option<&str>,
) -> (Role, ValueType, Option<String>) {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    let before = words.iter().rev().nth(1).map(|word| singular(word));
    let before = before.as_deref().unwrap_or_default();
    let text = matches!(json_type, "string" | "any");
    let format = schema.format();
    let plain = |role: Role| (role, ValueType::String, None);
    let is_key = last == "key" && !matches!(before, "" | "api" | "access" | "private" | "ssh");
    let is_id = matches!(last, "id" | "ids" | "uuid" | "guid")
        || is_key
        || (matches!(last, "number" | "no") && NUMBERED.contains(&before));
    // Constants, and yes or no, decide nothing that an attacker could write.
    let turns_pages = has(PAGING) && !is_id && !has(PAYLOAD) && !has(AMOUNT);
    if json_type == "boolean" || schema.is_constant() || turns_pages {
        plain(Role::Free)
    } else if is_id && json_type != "object" {
        let of = if before.is_empty() { subject } else { Some(before) };
        (Role::Object, ValueType::String, of.map(str::to_owned))
    } else if format == "uri"
        || has(URL)
        || (has(&["repo", "repository"]) && spoken.verb == Verb::Fetch)
    {
        plain(Role::Address)
    } else if text && has(&["command", "cmd", "shell"]) {
        plain(Role::Command)
    } else if text
        && (matches!(words, [one] if one == "code") || has(&["script", "program", "expression"]))
    {
        // What is verified is a code that was sent, and no program.
        plain(if spoken.verb == Verb::Login { Role::Credential } else { Role::Code })
    } else if has(QUERY) {
        plain(Role::Query)
    } else if has(PAYLOAD) {
        plain(Role::Payload)
    } else if has(OTP) || (last == "code" && has(&["verification", "security", "auth"])) {
        plain(if spoken.verb == Verb::Login { Role::Free } else { Role::Credential })
    } else if has(CREDENTIAL) || (last == "key" && !is_key) {
        plain(Role::Credential)
    } else if text && has(&["iban", "account", "card", "wallet"]) {
        let exact = has(&["iban"]) || last == "number";
        (Role::Destination, if exact { ValueType::Account } else { ValueType::String }, None)
    } else if text && (format == "email" || has(MAIL)) {
        let exact = format == "email" || has(&["email", "emails"]);
        (Role::Destination, if exact { ValueType::Email } else { ValueType::String }, None)
    } else if has(AMOUNT) && matches!(json_type, "integer" | "number") {
        plain(Role::Amount)
    } else if text && has(PATH) {
        plain(Role::Path)
    } else if has(&["end"]) {
        // When something begins decides; how long it lasts follows.
        plain(Role::Free)
    } else if format.starts_with("date") || (text && has(TIME)) {
        plain(Role::Time)
    } else if text && has(NAMED) {
        let kind = words.iter().find(|word| NAMED.contains(&word.as_str()));
        let kind = kind.filter(|kind| *kind != "phone").map(|kind| singular(kind).into_owned());
        (Role::Destination, ValueType::String, kind)
    } else if text && has(TITLE) {
        plain(Role::Title)
    } else {
        plain(Role::Value)
    }
}

/// Words of payments and orders for which it matters when they are.
const LATER: &[&str] = &[
    "schedule",
    "scheduled",
    "recurring",
    "standing",
    "plan",
    "planned",
    "book",
    "reserve",
    "reservation",
    "booking",
    "subscribe",
    "subscription",
    "update",
    "change",
    "set",
    "rent",
    "hire",
    "order",
];

/// Whether a tool pays on the spot, whatever date the payment bears.
fn is_at_once(name: &[String], effects: Effects) -> bool {
    effects == Effects::NONE.with(Effect::Spend)
        && !name.iter().any(|word| LATER.contains(&word.as_str()))
}

/// Roles that depend on what the tool does.
pub(super) fn settle(
    argument: &mut Argument,
    effects: Effects,
    subject: Option<&str>,
    tool: &[String],
) {
    use Role::{Amount, Code, Destination, Free, Object, Payload, Query, Time, Title, Value};
    let path = argument.path.as_str();
    let words = name_words(path.rsplit('.').next().unwrap_or(path));
    let is_text = matches!(argument.value_type, ValueType::String | ValueType::Any);
    let names_subject = matches!(words.as_slice(), [one] | [one, ..]
        if is_text && words.len() <= 2 && Some(singular(one).as_ref()) == subject
            && words.get(1).is_none_or(|second| second == "name"));
    if effects.only_reads() || effects == Effects::NONE.with(Effect::Fetch) {
        // For a pure read nothing is a destination.
        if matches!(argument.role, Destination | Title | Value | Amount | Code) {
            argument.role = Query;
            argument.kind = None;
        }
    } else if names_subject
        && (effects.has(Effect::Destroy) || effects.has(Effect::Spend))
        && matches!(argument.role, Destination | Title | Value)
    {
        argument.role = Object;
        argument.kind = subject.map(str::to_owned);
    } else if argument.role == Title
        && words.iter().any(|word| word == "subject")
        && effects.is_outward()
    {
        argument.role = Payload;
    } else if argument.role == Time
        && matches!(argument.path.as_str(), "date" | "payment_date" | "paymentDate")
        && is_at_once(tool, effects)
    {
        argument.role = Free;
    }
}
