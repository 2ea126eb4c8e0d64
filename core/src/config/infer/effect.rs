//! What a tool does, from the first known verb of its name and from its arguments.

use crate::tool::{Argument, Effect, Effects, Role, ValueType};

/// What verbs stand for, the strictest first: where a name joins two, the stricter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    Execute,
    Pay,
    Destroy,
    Login,
    Delegate,
    Send,
    /// Changes something: what, its noun and its arguments say.
    Change,
    Fetch,
    Read,
}

/// Words that are always verbs in a tool's name.
const VERBS: &[(Verb, &[&str])] = &[
    (Verb::Execute, &["run", "exec", "execute", "eval", "evaluate", "spawn", "invoke"]),
    (
        Verb::Pay,
        &[
            "pay",
            "buy",
            "purchase",
            "checkout",
            "reserve",
            "refund",
            "withdraw",
            "donate",
            "subscribe",
            "tip",
            "redeem",
            "bid",
            "rent",
            "hire",
            "settle",
            "remit",
        ],
    ),
    (
        Verb::Destroy,
        &[
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
            "ban",
            "kick",
            "evict",
            "deactivate",
            "suspend",
            "void",
            "discard",
            "trash",
            "stop",
            "shutdown",
            "expire",
            "unpublish",
            "disconnect",
        ],
    ),
    (
        Verb::Login,
        &["login", "signin", "authenticate", "authorize", "verify", "confirm", "register"],
    ),
    (Verb::Delegate, &["delegate", "handoff"]),
    (
        Verb::Send,
        &[
            "send",
            "share",
            "invite",
            "push",
            "publish",
            "submit",
            "forward",
            "notify",
            "tweet",
            "upload",
            "announce",
            "broadcast",
            "respond",
            "export",
            "sync",
            "escalate",
        ],
    ),
    (
        Verb::Change,
        &[
            "create",
            "append",
            "move",
            "write",
            "save",
            "add",
            "insert",
            "rename",
            "edit",
            "update",
            "put",
            "store",
            "archive",
            "reschedule",
            "schedule",
            "replace",
            "make",
            "upsert",
            "change",
            "grant",
            "enable",
            "disable",
            "modify",
            "patch",
            "rotate",
            "transfer",
            "assign",
            "restore",
            "generate",
            "pin",
            "unpin",
            "organize",
            "remember",
        ],
    ),
    (
        Verb::Fetch,
        &["download", "browse", "fetch", "clone", "crawl", "scrape", "visit", "navigate", "goto"],
    ),
    (
        Verb::Read,
        &[
            "get",
            "list",
            "search",
            "read",
            "find",
            "show",
            "view",
            "lookup",
            "describe",
            "retrieve",
            "load",
            "select",
            "calculate",
            "compute",
            "think",
            "fetchall",
            "inspect",
            "compare",
            "summarize",
            "recall",
        ],
    ),
];

/// Words that are nouns as often as verbs: they count where no other verb is there, or where they
/// stand first.
const EITHER: &[(Verb, &[&str])] = &[
    (Verb::Execute, &["shell", "bash", "python", "terminal", "command"]),
    (Verb::Pay, &["order", "book", "charge", "trade", "payment"]),
    (
        Verb::Send,
        &[
            "post", "comment", "reply", "email", "mail", "message", "star", "call", "dm", "input",
            "fill", "request", "sms", "contact", "ping",
        ],
    ),
    (Verb::Delegate, &["subagent"]),
    (Verb::Change, &["set", "copy", "mark", "label", "log", "note", "bookmark", "record"]),
    (Verb::Read, &["check", "query", "count", "status", "lookup", "info", "weather", "time"]),
];

/// What belongs to an account rather than stands in it.
const ACCOUNT: &[&str] = &[
    "password",
    "passwords",
    "key",
    "keys",
    "profile",
    "user",
    "users",
    "account",
    "accounts",
    "permission",
    "permissions",
    "role",
    "roles",
    "setting",
    "settings",
    "config",
    "configuration",
    "credential",
    "credentials",
    "webhook",
    "webhooks",
    "rule",
    "rules",
    "policy",
    "preference",
    "preferences",
    "token",
    "tokens",
    "secret",
    "secrets",
    "access",
    "member",
    "members",
    "admin",
];

/// What a name says: the verb, and whether any was known.
pub(super) struct Spoken {
    pub(super) verb: Verb,
    pub(super) known: bool,
}

/// Whether a word says what a tool does.
pub(super) fn is_verb(word: &str) -> bool {
    among(VERBS, word).or_else(|| among(EITHER, word)).is_some()
}

fn among(list: &[(Verb, &[&str])], word: &str) -> Option<Verb> {
    list.iter().find(|(_, words)| words.contains(&word)).map(|(verb, _)| *verb)
}

/// The verb of a name. One that nobody knows reaches others.
pub(super) fn spoken(words: &[String]) -> Spoken {
    let sure: Vec<(usize, Verb)> = places(words, VERBS);
    let either: Vec<(usize, Verb)> = places(words, EITHER);
    let joins = words.iter().any(|word| matches!(word.as_str(), "and" | "or" | "then"));
    let verb = if joins {
        sure.iter().chain(&either).map(|(_, verb)| *verb).min()
    } else {
        match (sure.first(), either.first()) {
            // `email_search_results` sends, `mark_as_read` marks; in `mail_search` the verb stands
            // last.
            (Some((at, Verb::Read | Verb::Fetch)), Some((0, noun)))
                if *noun < Verb::Fetch && (*noun == Verb::Change || *at + 1 != words.len()) =>
            {
                Some(*noun)
            }
            // To check in or out is no look.
            (None, Some((at, Verb::Read)))
                if words.get(at + 1).is_some_and(|next| next == "in" || next == "out") =>
            {
                None
            }
            (Some((_, verb)), _) | (None, Some((_, verb))) => Some(*verb),
            (None, None) => None,
        }
    };
    Spoken { verb: verb.unwrap_or(Verb::Send), known: verb.is_some() }
}

fn places(words: &[String], list: &[(Verb, &[&str])]) -> Vec<(usize, Verb)> {
    let verbs = words.iter().enumerate();
    verbs.filter_map(|(at, word)| Some((at, among(list, word)?))).collect()
}

/// The effects of a tool whose name has these words.
pub(super) fn effects(words: &[String], spoken: &Spoken, arguments: &[Argument]) -> Effects {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let role = |role: Role| arguments.iter().any(|argument| argument.role == role);
    let named = |list: &[&str]| arguments.iter().any(|a| list.contains(&a.path.as_str()));
    let people = arguments.iter().any(is_people);
    let just = |effect: Effect| Effects::NONE.with(effect);
    let reads = || just(if role(Role::Address) { Effect::Fetch } else { Effect::Read });
    if spoken.verb != Verb::Read && (role(Role::Command) || role(Role::Code)) {
        return just(Effect::Execute);
    }
    let pays = matches!(spoken.verb, Verb::Change | Verb::Send) && named(&["amount", "sum"]);
    match spoken.verb {
        Verb::Execute => just(Effect::Execute),
        Verb::Pay => just(Effect::Spend),
        _ if pays => just(Effect::Spend),
        Verb::Destroy => just(Effect::Destroy),
        Verb::Login => just(Effect::Configure),
        Verb::Delegate => just(Effect::Delegate),
        // A link that others can open is made, whatever the verb says.
        Verb::Change | Verb::Read
            if has(&["share", "sharing", "shared", "public"]) && has(&["link", "url"]) =>
        {
            just(Effect::Send)
        }
        Verb::Send if has(&["invite", "grant"]) => just(Effect::Send).with(Effect::Configure),
        Verb::Send => just(Effect::Send),
        Verb::Change if has(ACCOUNT) => {
            let joins = has(&["add", "invite", "grant", "assign"]);
            let gives = joins && has(&["user", "users", "member", "members", "access", "role"]);
            let configures = just(Effect::Configure);
            if gives { configures.with(Effect::Send) } else { configures }
        }
        Verb::Change if has(&["transfer"]) || (has(&["add"]) && people) => just(Effect::Send),
        Verb::Change => just(Effect::Write),
        Verb::Read if role(Role::Payload) && people => just(Effect::Send),
        Verb::Fetch | Verb::Read => reads(),
    }
}

/// Whether an argument holds people outside: what is made with them goes out to them.
pub(super) fn is_people(argument: &Argument) -> bool {
    argument.role == Role::Destination
        && (argument.value_type == ValueType::Email
            || crate::tool::name_words(argument.path.as_str()).iter().any(|word| {
                let word = crate::tool::singular(word);
                PEOPLE.contains(&word.as_ref())
            }))
}

/// Arguments that hold people to whom something goes out.
const PEOPLE: &[&str] =
    &["email", "recipient", "participant", "attendee", "guest", "invitee", "cc", "bcc"];
