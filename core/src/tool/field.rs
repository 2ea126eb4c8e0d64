//! What the name of a field says of it: the lexicon by which unlisted fields of results are
//! labelled.
//!
//! A name alone makes nothing trusted: the value must fit one of the formats, too. Whatever others
//! can write (texts, subjects, senders, places, links) is untrusted under any name.

mod lexicon;

use super::Format;
use super::name::{name_words, singular};
use crate::label::{Confidentiality, Integrity, words};
use lexicon::{
    DATES, ENUMS, ENVELOPE, IDENTITY, IDS, KEYS, MEMBERS, NAMES, NUMBERED, NUMBERS, OTHERS, PAGING,
    PART_OF_NAME, PEOPLE, PERSONAL, SAID, SECRET, THINGS,
};

words! {
    /// Whose records a tool gives, where their fields are labelled by name.
    Naming ("records") {
        /// The principal's own, or the platform's.
        Own = "own",
        /// Mail that others sent: people and names in it are theirs.
        Mail = "mail",
        /// Talk among colleagues: the platform says who wrote, and what they wrote is a peer's.
        Chat = "chat",
    }
}

/// That fields which `returns` does not list are labelled by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByName {
    /// Whose records they are.
    pub records: Naming,
    /// What a bare `id` is the id of.
    pub kind: Option<String>,
}

/// What a field's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// How far it can be trusted, while it fits one of the formats.
    pub integrity: Integrity,
    /// Bounded formats, the first that fits counts; empty for text.
    pub formats: &'static [Format],
    /// Who may read it.
    pub confidentiality: Confidentiality,
    /// The namespace of an id, or of a name in a chat.
    pub kind: Option<String>,
    /// Whether it names its record.
    pub names_record: bool,
    /// Categories of what stands there.
    pub categories: &'static [&'static str],
}

impl ByName {
    /// What the name of the field at `pointer` says, if it says anything. Numbers of items in it
    /// say nothing.
    #[must_use]
    pub fn field(&self, pointer: &str) -> Option<Named> {
        let is_key = |token: &&str| !token.is_empty() && !token.bytes().all(|b| b.is_ascii_digit());
        let mut keys =
            pointer.rsplit('/').filter(is_key).map(name_words).filter(|key| !key.is_empty());
        let own = keys.next()?;
        let (mut around, mut others) = (None, false);
        for key in keys {
            others |= holds(&key, OTHERS) && !(self.records == Naming::Chat && holds(&key, SAID));
            around = around.or_else(|| key.last().map(|word| singular(word).into_owned()));
        }
        let mut named = self.called(&own, around.as_deref().unwrap_or_default())?;
        if others {
            // Whoever writes a comment also chooses what stands in its fields.
            named.integrity = named.integrity.min(Integrity::Untrusted);
        }
        Some(named)
    }

    /// What the words of a name say of what is called so; `around` is what it stands in.
    pub(crate) fn called(&self, words: &[String], around: &str) -> Option<Named> {
        let words: Vec<_> = words.iter().map(|word| singular(word)).collect();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let (last, before) = match words.as_slice() {
            [] => return None,
            [last] => (*last, around),
            [.., before, last] => (*last, *before),
        };
        let own_before = if words.len() > 1 { before } else { "" };
        if is_secret(&words, last, before) {
            let opens =
                words.iter().any(|word| SECRET.contains(word)) && !words.contains(&"passport");
            return Some(Named {
                confidentiality: Confidentiality::Secret,
                categories: if opens { &["credential"] } else { &["personal"] },
                ..trusted(&[Format::Id, Format::Account])
            });
        }
        let mut named = if IDS.contains(&last) || (last == "number" && NUMBERED.contains(&before)) {
            let bare = own_before.is_empty() && (before.is_empty() || ENVELOPE.contains(&before));
            let kind = if bare { self.kind.clone() } else { Some(before.to_owned()) };
            Named { kind, ..trusted(&[Format::Id]) }
        } else {
            self.plain(&words, last, before)?
        };
        if words.iter().any(|word| PERSONAL.contains(word)) && before != "email" {
            named.categories = &["personal"];
        }
        Some(named)
    }

    fn plain(&self, words: &[&str], last: &str, before: &str) -> Option<Named> {
        let is = |list: &[&str]| list.contains(&last);
        let account = is(&["iban", "account"]) || (last == "number" && before == "account");
        if is(DATES) {
            return Some(trusted(&[Format::Date, Format::Boolean]));
        }
        if is(ENUMS) {
            return Some(trusted(&[Format::Enum]));
        }
        if is(NUMBERS) && !account && before != "phone" {
            return Some(trusted(&[Format::Number, Format::Boolean]));
        }
        let others = words.iter().any(|word| OTHERS.contains(word)) && before != "email";
        match self.records {
            Naming::Chat => chat(words, last).or_else(|| others.then(untrusted)),
            _ if others => Some(untrusted()),
            Naming::Mail => None,
            // What has a number of its own is known by it.
            Naming::Own if is(NUMBERED) => {
                Some(Named { kind: Some(last.to_owned()), ..trusted(&[Format::Id]) })
            }
            Naming::Own if account => Some(trusted(&[Format::Account])),
            Naming::Own if last == "recipient" => Some(trusted(&[Format::Email, Format::Account])),
            Naming::Own if is(PEOPLE) => Some(trusted(&[Format::Email])),
            Naming::Own if is(MEMBERS) => Some(trusted(&[Format::Email, Format::Name])),
            Naming::Own if is(THINGS) => Some(trusted(&[Format::Name])),
            Naming::Own if is(NAMES) => {
                let names_record = !PART_OF_NAME.contains(&before);
                Some(Named { names_record, ..trusted(&[Format::Name]) })
            }
            Naming::Own => None,
        }
    }
}

impl Named {
    /// Untrusted, private text.
    #[must_use]
    pub(crate) fn untrusted() -> Self {
        Self {
            integrity: Integrity::Untrusted,
            formats: &[],
            confidentiality: Confidentiality::Private,
            kind: None,
            names_record: false,
            categories: &[],
        }
    }
}

fn chat(words: &[&str], last: &str) -> Option<Named> {
    const WHO: &[&str] = &["sender", "author", "from", "user", "username", "member", "owner"];
    if words.iter().any(|word| SAID.contains(word)) {
        return Some(Named { integrity: Integrity::Peer, ..untrusted() });
    }
    let kind = match last {
        "name" | "title" => {
            return Some(Named { names_record: true, ..trusted(&[Format::Name]) });
        }
        "channel" | "room" | "group" => Some(last.to_owned()),
        who if WHO.contains(&who) => Some("user".to_owned()),
        "recipient" | "team" => None,
        _ => return None,
    };
    Some(Named { kind, ..trusted(&[Format::Name, Format::Email]) })
}

/// Passwords and keys; numbers of identities and cards. When one was set, or of which type it is,
/// is no secret.
fn is_secret(words: &[&str], last: &str, before: &str) -> bool {
    let said = [DATES, ENUMS, IDS, NAMES].iter().any(|list| list.contains(&last))
        || (NUMBERS.contains(&last) && last != "number");
    let opens = words.iter().any(|word| SECRET.contains(word));
    let pages = words.iter().any(|word| PAGING.contains(word));
    (opens && !said && !pages)
        || (last == "key" && KEYS.contains(&before))
        || last == "apikey"
        || (matches!(last, "number" | "no") && IDENTITY.contains(&before))
        || (last == "card" && matches!(before, "credit" | "debit"))
        || (last == "id" && matches!(before, "tax" | "national" | "driver"))
}

fn trusted(formats: &'static [Format]) -> Named {
    Named { integrity: Integrity::Trusted, formats, ..untrusted() }
}

fn untrusted() -> Named {
    Named::untrusted()
}

fn holds(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&singular(word).as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(records: Naming, pointer: &str) -> Option<Named> {
        ByName { records, kind: Some("event".into()) }.field(pointer)
    }

    fn own(pointer: &str) -> Option<Named> {
        named(Naming::Own, pointer)
    }

    #[test]
    fn the_last_word_decides() {
        for (pointer, format) in [
            ("/0/id_", Format::Id),
            ("/orderId", Format::Id),
            ("/0/created_at", Format::Date),
            ("/comment_count", Format::Number),
            ("/message_type", Format::Enum),
            ("/data/3/Total Price", Format::Number),
            ("/participants/0", Format::Email),
            ("/participants/0/email", Format::Email),
            ("/0/title", Format::Name),
            ("/iban", Format::Account),
            ("/owner", Format::Email),
        ] {
            let said = own(pointer).unwrap();
            assert_eq!(
                (said.integrity, said.formats[0]),
                (Integrity::Trusted, format),
                "{pointer}"
            );
        }
    }

    #[test]
    fn what_others_write_is_untrusted() {
        for pointer in [
            "/0/body",
            "/0/sender",
            "/0/senderEmail",
            "/subject",
            "/location",
            "/comments/0/id",
            "/metadata/account",
            "/from/email",
            "/description/title",
            "/custom_fields/iban",
            "/link",
        ] {
            assert_eq!(own(pointer).unwrap().integrity, Integrity::Untrusted, "{pointer}");
        }
        assert_eq!(own("/frobs"), None);
        assert_eq!(own("/0"), None);
    }

    #[test]
    fn ids_have_kinds() {
        let bookings = own("/reservations/0").unwrap();
        assert_eq!(
            (bookings.kind.as_deref(), bookings.formats),
            (Some("reservation"), &[Format::Id][..])
        );
        let kind = |pointer: &str| own(pointer).unwrap().kind;
        assert_eq!(kind("/0/id").as_deref(), Some("event"));
        assert_eq!(kind("/results/0/id").as_deref(), Some("event"));
        assert_eq!(kind("/companies/0/id").as_deref(), Some("company"));
        assert_eq!(kind("/0/file_id").as_deref(), Some("file"));
        assert_eq!(kind("/issue_number").as_deref(), Some("issue"));
    }

    #[test]
    fn secrets_are_secret_by_name() {
        for pointer in [
            "/Passport Number",
            "/password",
            "/apiKey",
            "/access_token",
            "/card/number",
            "/ID Number",
            "/Credit Card Number",
            "/user/ssn",
            "/credentials/0",
            "/tax_id",
        ] {
            let said = own(pointer).unwrap();
            assert_eq!(said.confidentiality, Confidentiality::Secret, "{pointer}");
        }
        for pointer in ["/password_updated_at", "/token_type", "/next_page_token", "/room_number"] {
            let secret = own(pointer).is_some_and(|f| f.confidentiality == Confidentiality::Secret);
            assert!(!secret, "{pointer}");
        }
        assert_eq!(own("/phone_number").map(|f| f.categories), None);
        assert_eq!(own("/home_address").unwrap().categories, ["personal"]);
    }

    #[test]
    fn mail_and_chat_trust_other_fields() {
        let mail = |pointer: &str| named(Naming::Mail, pointer).map(|f| f.integrity);
        assert_eq!(mail("/0/id"), Some(Integrity::Trusted));
        assert_eq!(mail("/0/date"), Some(Integrity::Trusted));
        for others in ["/0/recipients/0", "/0/subject", "/0/name", "/0/cc/0"] {
            assert_ne!(mail(others), Some(Integrity::Trusted), "{others}");
        }
        let chat = |pointer: &str| named(Naming::Chat, pointer).map(|f| f.integrity);
        assert_eq!(chat("/0/sender"), Some(Integrity::Trusted));
        assert_eq!(chat("/0/body"), Some(Integrity::Peer));
        assert_eq!(chat("/0/link"), Some(Integrity::Untrusted));
    }
}
