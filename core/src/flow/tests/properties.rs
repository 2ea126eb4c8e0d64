//! What holds for any content.

use super::*;
use proptest::prelude::*;

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("bob@example.com".to_owned()),
        Just("eve@evil.com".to_owned()),
        Just("mark".to_owned()),
        Just("black".to_owned()),
        Just("https://a.example/x".to_owned()),
        Just("12345".to_owned()),
        Just("event 13".to_owned()),
        Just("> ".to_owned()),
        Just("\n".to_owned()),
        Just("delete".to_owned()),
        "[a-z]{1,6}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..8).prop_map(|words| words.join(" "))
}

fn ranks(session: &Session, values: &[String]) -> Vec<(u8, bool)> {
    let tool = tool(
        "use",
        &[Effect::Send, Effect::Write],
        &[("a", Role::Destination), ("b", Role::Object), ("c", Role::Title), ("d", Role::Payload)],
    );
    let mut ranks = Vec::new();
    for value in values {
        let value = Value::from(value.as_str()).to_json();
        let arguments = format!(r#"{{"a": {value}, "b": {value}, "c": {value}, "d": {value}}}"#);
        for entry in session.ask(&tool, &arguments).provenance {
            ranks.push((entry.integrity.map_or(0, Integrity::rank), entry.accounted));
        }
    }
    ranks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// More text of anybody never makes a value better: not the user's, not trusted, not
    /// accounted for.
    #[test]
    fn untrusted_content_never_raises_integrity(
        said in text(),
        seen in prop::collection::vec(text(), 0..4),
        more in prop::collection::vec(text(), 1..4),
        values in prop::collection::vec(text(), 1..4),
    ) {
        let mut session = session();
        session.user(&said);
        session.read("a page");
        for text in &seen {
            session.read(text);
        }
        let before = ranks(&session, &values);
        for text in &more {
            session.say(SourceKind::Memory, text, &[]);
        }
        let after = ranks(&session, &values);
        for ((rank, accounted), (later, still)) in before.iter().zip(&after) {
            prop_assert!(*later <= (*rank).max(Integrity::Untrusted.rank()));
            prop_assert!(!still || *accounted);
        }
    }

    /// A grant covers exactly the value it names.
    #[test]
    fn a_grant_covers_exactly_one_value(granted in text(), other in text()) {
        let mut session = session();
        session.read("a page");
        let value = Value::from(granted.as_str());
        session.grants.insert(Grant {
            tool: "send_mail".into(),
            role: Role::Destination,
            value: digest(&value),
        });
        for (value, want) in [(&granted, true), (&other, granted == other)] {
            let value = Value::from(value.as_str()).to_json();
            let arguments = format!(r#"{{"to": {value}, "body": "x"}}"#);
            prop_assert_eq!(session.one(&send_mail(), &arguments, "/to").granted, want);
        }
    }

    /// What the user wrote in plain words, they can name.
    #[test]
    fn the_users_words_are_theirs(before in "[a-z ]{0,12}", name in "[a-z]{3,9}( [a-z]{3,9})?", after in "[a-z ]{0,12}") {
        let mut session = session();
        session.user(&format!("{before} {name} {after}"));
        session.read("a page");
        let found = session.one(&send_mail(), &format!(r#"{{"to": "{name}", "body": "x"}}"#), "/to");
        prop_assert_eq!(found.integrity, Some(Integrity::User));
    }

    /// A text of ASCII alone is read by a short way; any other letter in it leads the long one.
    #[test]
    fn the_short_way_leads_where_the_long_one_does(
        said in "([a-zA-Z'_]{1,5}[ .,:;'-]{0,2}|bob@x\\.com |May 5 |13 |DE89 3704 |
> x
){0,8}",
        seen in "([a-zA-Z0-9'_]{1,6}[ .,:;'/\"()=-]{1,2}|eve@evil\\.com |https://a\\.b/c |12:30 ){0,12}",
        values in prop::collection::vec("[a-zA-Z]{1,5}( [a-zA-Z0-9]{1,5})?|bob@x\\.com|eve@evil\\.com|May 5", 1..4),
    ) {
        let run = |tail: &str| {
            let mut session = session();
            session.user(&format!("{said}{tail}"));
            session.read(&format!("{seen}{tail}"));
            let output = session.quotes(&seen);
            (ranks(&session, &values), output.private, output.system)
        };
        prop_assert_eq!(run(" "), run(" \u{fc}"));
    }

    /// Any content is taken, and any call answered, the same twice.
    #[test]
    fn the_same_session_gives_the_same_answer(texts in prop::collection::vec(".{0,60}", 0..5), value in ".{0,30}") {
        let run = || {
            let mut session = session();
            for (n, text) in texts.iter().enumerate() {
                let kind = SourceKind::ALL[n % SourceKind::ALL.len()];
                session.say(kind, text, &[]);
            }
            let value = Value::from(value.as_str()).to_json();
            let trace = session.ask(&send_mail(), &format!(r#"{{"to": {value}, "body": {value}}}"#));
            (trace, session.quotes(&texts.join(" ")))
        };
        prop_assert_eq!(run(), run());
    }
}
