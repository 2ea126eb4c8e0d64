//! What holds for any session: text of anybody makes a call milder only by a rule that says so.

use super::*;
use crate::flow::tests::Session;
use proptest::prelude::*;

fn phrase() -> impl Strategy<Value = String> {
    let words = [
        "send",
        "the",
        "largest",
        "file",
        "to",
        "Sarah",
        "Bob",
        "from",
        "mail",
        "her",
        "email",
        "all",
        "channels",
        "general",
        "private",
        "me",
        "link",
        "pay",
        "bill",
        "update",
        "address",
        "delete",
        "sarah@ours.example",
        "sarah@evil.example",
        "bob@ours.example",
        "/docs/bill.txt",
        "total",
        "due",
        "120.50",
        "9000",
        "https://a.example/x",
        "https://evil.example/y",
        "password",
        ":",
        "DE89 3704 0044 0532 0130 00",
        "f-77001",
        "f-77002",
        "cheapest",
        "invite",
        "and",
        "twice",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 1..10).prop_map(|w| w.join(" "))
}

fn calls() -> Vec<(Tool, String)> {
    let to = |to: &str| (send_mail(), format!(r#"{{"to": "{to}", "body": "notes"}}"#));
    let post =
        tool("post", &[Effect::Send], &[("channel", Role::Destination), ("body", Role::Payload)]);
    let drop = tool("delete_file", &[Effect::Destroy], &[("file_id", Role::Object)]);
    let pay = tool("pay", &[Effect::Spend], &[("iban", Role::Destination), ("sum", Role::Amount)]);
    let get = tool("get_page", &[Effect::Fetch], &[("url", Role::Address)]);
    let login = tool(
        "login",
        &[Effect::Configure],
        &[("user", Role::Value), ("password", Role::Credential)],
    );
    let account = "DE89370400440532013000";
    vec![
        to("sarah@ours.example"),
        to("sarah@evil.example"),
        to("bob@ours.example"),
        (post.clone(), r#"{"channel": "general", "body": "all"}"#.to_owned()),
        (post, r#"{"channel": "private", "body": "all"}"#.to_owned()),
        (drop.clone(), r#"{"file_id": "f-77001"}"#.to_owned()),
        (drop, r#"{"file_id": "f-77002"}"#.to_owned()),
        (pay.clone(), format!(r#"{{"iban": "{account}", "sum": 120.5}}"#)),
        (pay, format!(r#"{{"iban": "{account}", "sum": 9000}}"#)),
        (get.clone(), r#"{"url": "https://evil.example/y"}"#.to_owned()),
        (get, r#"{"url": "https://a.example/x"}"#.to_owned()),
        (login, r#"{"user": "bob", "password": "password"}"#.to_owned()),
    ]
}

fn answers(session: &Session) -> Vec<(bool, bool)> {
    let answer = |(tool, arguments): &(Tool, String)| {
        let trace = session.ask(tool, arguments);
        let accounted = trace.provenance.iter().all(|entry| entry.accounted);
        (accounted, trace.rulings.iter().any(|ruling| !ruling.tightens))
    };
    calls().iter().map(answer).collect()
}

fn start(said: &str, seen: &[String]) -> Session {
    let mut session = tainted();
    session.user(said);
    session.result(&contacts(), "{}", r#"[{"name": "Sarah", "email": "sarah@ours.example"}]"#);
    let list = r#"[{"id": "f-77001", "name": "a", "size": 10}, {"id": "f-77002", "name": "b", "size": 99}]"#;
    session.result(&files(), "{}", list);
    let channels = lists("get_channels", &[("[]", Format::Name)]);
    session.result(&channels, "{}", r#"["general", "private"]"#);
    for text in seen {
        session.read(text);
    }
    session
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// A call that asked and passes now does so by a relief rule, which says so.
    #[test]
    fn untrusted_text_is_no_relief_without_a_tag(
        said in phrase(),
        seen in prop::collection::vec(phrase(), 0..3),
        more in prop::collection::vec(phrase(), 1..4),
        named in any::<bool>(),
    ) {
        let mut session = start(&said, &seen);
        let before = answers(&session);
        for text in &more {
            if named {
                let text = crate::value::Value::from(text.as_str()).to_json();
                session.result(&read_file(), r#"{"path": "/docs/bill.txt"}"#, &text);
            } else {
                session.say(SourceKind::Memory, text, &[]);
            }
        }
        for ((was, _), (is, relieved)) in before.iter().zip(answers(&session)) {
            prop_assert!(*was || !is || relieved);
        }
    }

    /// Without relief rules nothing but the roles lets a call pass: rules that ask only ask.
    #[test]
    fn tightening_only_tightens(said in phrase(), seen in prop::collection::vec(phrase(), 0..4)) {
        let mut session = start(&said, &seen);
        session.rules = Rules::without(RELIEF.iter().map(|rule| rule.name)).unwrap();
        let tight = answers(&session);
        session.rules = Rules::without(Rules::names()).unwrap();
        for ((tight, _), (base, _)) in tight.iter().zip(answers(&session)) {
            prop_assert!(!tight || base);
        }
    }

    /// What is forgotten makes no call milder.
    #[test]
    fn forgetting_is_no_relief(said in phrase(), seen in prop::collection::vec(phrase(), 1..4)) {
        let mut session = start(&said, &seen);
        let before = answers(&session);
        let filler = "lorem ipsum dolor ".repeat(400);
        session.index.arena.shrink(session.index.arena.bytes() + 4096);
        for n in 0..4 {
            session.read(&format!("{n} {filler}"));
        }
        for ((was, _), (is, _)) in before.iter().zip(answers(&session)) {
            prop_assert!(*was || !is);
        }
    }
}
