//! `kind`: names have kinds. A channel's name is no person's, and the id of an event no file's.

use super::sheet::{Sheet, last_key};
use crate::flow::arena::{Leaf, Tier};
use crate::flow::find::addresses;
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::source::SourceKind;
use crate::tool::{Role, name_words};

/// Leaves of one value that are looked at.
const MAX_SEEN: usize = 64;

/// Kinds of things that are never each other, with the words for each.
const KINDS: &[(&str, &[&str])] = &[
    (
        "person",
        &[
            "user",
            "username",
            "person",
            "people",
            "recipient",
            "member",
            "participant",
            "attendee",
            "invitee",
            "guest",
            "contact",
            "sender",
            "author",
            "assignee",
            "employee",
            "colleague",
        ],
    ),
    ("channel", &["channel", "room", "chat"]),
    ("file", &["file", "filename", "document", "doc", "attachment"]),
    ("folder", &["folder", "directory"]),
    ("event", &["event", "meeting", "appointment"]),
    ("message", &["email", "mail", "message"]),
    ("task", &["task", "todo", "ticket", "issue"]),
    ("hotel", &["hotel"]),
    ("restaurant", &["restaurant"]),
    ("flight", &["flight"]),
    ("product", &["product", "item", "article"]),
    ("repository", &["repository", "repo"]),
    ("transaction", &["transaction"]),
];

/// Words of a name that say nothing of what kind of thing it names.
const GENERAL: &[&str] = &["id", "ids", "name", "names", "title", "titles", "key", "uid", "list"];

/// Words in a tool's name behind which others than its things are named.
const AFTER: &[&str] = &["in", "of", "for", "from", "by", "with", "to", "on", "at"];

/// Whether systems know the value, and only as names of another kind.
pub(super) fn asks(sheet: &Sheet<'_>, judged: &Judged<'_>) -> bool {
    let text = judged.given.text.trim();
    if !addresses(text).is_empty() {
        return false;
    }
    let tool = sheet.question.tool.id.name();
    let key = last_key(&judged.given.pointer);
    if judged.role == Role::Value && sheet.is_own(judged) && judged.found.own {
        return !may_be_name(key) && text.bytes().any(|b| b.is_ascii_alphabetic());
    }
    let declared = judged.given.argument.and_then(|argument| argument.kind.as_deref());
    let wanted = declared.and_then(kind_of).or_else(|| kind_at(key, tool));
    if wanted.is_none() && declared.is_none() {
        return false;
    }
    let folded = text.to_ascii_lowercase();
    let index = sheet.index();
    let mut seen = false;
    for id in index.arena.wholes(&folded).iter().take(MAX_SEEN) {
        let Some(leaf) = index.arena.leaf(*id).filter(|leaf| *leaf.text == *folded) else {
            continue;
        };
        if leaf.tier() != Tier::Trusted || leaf.kind != SourceKind::ToolResult {
            continue;
        }
        // Kinds that the manifest names are told apart whether or not they have a word here.
        let both = declared.zip(leaf.id_kind.as_deref());
        let both = both.filter(|(a, b)| kind_of(a).is_none() || kind_of(b).is_none());
        let is_other = match both {
            Some((own, other)) => !own.eq_ignore_ascii_case(other),
            None => match (wanted, of_leaf(sheet, leaf)) {
                (Some(wanted), Some(kind)) => kind != wanted,
                _ => false,
            },
        };
        if !is_other {
            // Of the right kind, or nobody can say.
            return false;
        }
        seen = true;
    }
    seen
}

/// Whether a field may hold what the user is called.
fn may_be_name(key: &str) -> bool {
    const NAMES: &[&str] = &[
        "name",
        "first",
        "last",
        "full",
        "holder",
        "owner",
        "sender",
        "author",
        "from",
        "signature",
    ];
    let words = name_words(key);
    words.iter().any(|w| NAMES.contains(&w.as_str()) || is_person(w))
}

/// The kind of what stands in a field.
fn of_leaf(sheet: &Sheet<'_>, leaf: &Leaf) -> Option<&'static str> {
    if let Some(kind) = leaf.id_kind.as_deref().and_then(kind_of) {
        return Some(kind);
    }
    kind_at(last_key(&leaf.path), sheet.tool_of(leaf))
}

/// The kind that a field or argument called `key` of a tool holds.
fn kind_at(key: &str, tool: &str) -> Option<&'static str> {
    let words = name_words(key);
    let telling = words.iter().rev().find(|word| !GENERAL.contains(&word.as_str()));
    match telling {
        Some(word) => word_kind(word),
        None => tool_kind(tool),
    }
}

fn kind_of(name: &str) -> Option<&'static str> {
    kind_at(name, "")
}

/// The kind of thing that a tool gives or takes: `search_calendar_events` gives events.
pub(super) fn tool_kind(tool: &str) -> Option<&'static str> {
    let words = name_words(tool);
    let things = words.iter().take_while(|word| !AFTER.contains(&word.as_str()));
    things.last().and_then(|word| word_kind(word))
}

/// Whether a word is one for people.
pub(super) fn is_person(word: &str) -> bool {
    word_kind(word) == Some("person")
}

fn word_kind(word: &str) -> Option<&'static str> {
    let single = words::singular(word);
    let is = |known: &&str| *known == word || *known == single;
    KINDS.iter().find(|(_, words)| words.iter().any(is)).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_name() {
        assert_eq!(kind_at("user", "invite_user_to_channel"), Some("person"));
        assert_eq!(kind_at("channel", "invite_user_to_channel"), Some("channel"));
        assert_eq!(kind_at("id_", "search_calendar_events"), Some("event"));
        assert_eq!(kind_at("file_id", "delete_file"), Some("file"));
        assert_eq!(kind_at("", "get_users_in_channel"), Some("person"));
        assert_eq!(kind_at("hotel_names", "x"), Some("hotel"));
        assert_eq!(kind_at("company", "x"), None);
        assert_eq!(kind_at("to", "send_message"), None);
    }
}
