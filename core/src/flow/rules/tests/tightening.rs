//! Tightening: a trusted value in the place of the one that was meant.

use super::*;

fn channels() -> Tool {
    lists("get_channels", &[("[]", Format::Name)])
}

fn post() -> Tool {
    tool(
        "post_to_channel",
        &[Effect::Send],
        &[("channel", Role::Destination), ("body", Role::Payload)],
    )
}

fn invite() -> Tool {
    tool(
        "invite_user_to_channel",
        &[Effect::Send],
        &[("user", Role::Destination), ("channel", Role::Destination)],
    )
}

fn slack(said: &str) -> crate::flow::tests::Session {
    let mut session = tainted();
    session.user(said);
    session.result(&channels(), "{}", r#"["general", "random", "private"]"#);
    let users = lists("get_users_in_channel", &[("[]", Format::Name)]);
    session.result(&users, r#"{"q": "general"}"#, r#"["Alice", "Bob", "Eve Smith"]"#);
    session
}

#[test]
fn a_channel_is_no_person() {
    let mut session = slack("Invite Bob to general, and tell random");
    let good = r#"{"user": "Bob", "channel": "general"}"#;
    assert_eq!(session.ruled(&invite(), good), (vec![], true));
    assert!(session.asks_by(&invite(), r#"{"user": "random", "channel": "general"}"#, "kind"));
    assert!(session.asks_by(&invite(), r#"{"user": "Bob", "channel": "Bob"}"#, "kind"));
}

#[test]
fn a_name_that_nobody_chose_asks() {
    let mut session = slack("Post the words hello everyone there in the team, dear friend");
    let hello =
        |channel: &str| format!(r#"{{"channel": "{channel}", "body": "hello everyone there"}}"#);
    assert!(session.asks_by(&post(), &hello("private"), "set"));
    let mut session = slack("Post hello everyone there in all channels");
    assert_eq!(session.ruled(&post(), &hello("private")), (vec!["quant".to_owned()], true));
    session.rules = Rules::default();
    let session = slack("Post hello everyone there in the channels starting with pri");
    assert!(allowed(&session, &post(), &hello("private")));
    assert!(!allowed(&session, &post(), &hello("random")));
}

#[test]
fn a_quantifier_belongs_to_its_kind() {
    let session = slack("Post hello there for all the good people of the firm");
    let body = r#"{"channel": "private", "body": "hello there"}"#;
    assert!(!allowed(&session, &post(), body), "all people are not all channels");
}

#[test]
fn a_member_of_a_set_is_used_once() {
    let mut session = slack("Post hello everyone there in all channels");
    let body = r#"{"channel": "random", "body": "hello everyone there"}"#;
    assert!(allowed(&session, &post(), body));
    session.result(&post(), body, r#""ok""#);
    assert_eq!(session.ruled(&post(), body), (vec!["quant".to_owned(), "+dup".to_owned()], false));
    assert!(allowed(&session, &post(), r#"{"channel": "private", "body": "hello there"}"#));
}

#[test]
fn what_the_user_named_may_be_used_twice() {
    let mut session = slack("Post hello there in random, and again there");
    let body = r#"{"channel": "random", "body": "hello there"}"#;
    session.result(&post(), body, r#""ok""#);
    assert!(allowed(&session, &post(), body));
}

#[test]
fn a_written_address_comes_before_a_linked_one() {
    let events = lists("get_event", &[("!title", Format::Name), ("guests[]", Format::Email)]);
    let event = r#"{"title": "Budget Review", "guests": ["ann@ours.example", "tom@ours.example"]}"#;
    let to_ann = r#"{"to": "ann@ours.example", "body": "x"}"#;
    let mut session = tainted();
    session.user("Send the notes of the Budget Review to max@client.example, please");
    session.result(&events, r#"{"q": "Budget Review"}"#, event);
    assert!(session.asks_by(&send_mail(), to_ann, "literal"));
    assert!(allowed(&session, &send_mail(), r#"{"to": "max@client.example", "body": "x"}"#));
    for said in [
        "Send the notes to max@client.example and all participants of the Budget Review",
        "Send the notes from max@client.example to the guests of the Budget Review",
        "Send the notes to alice@home.example and who is in the Budget Review",
    ] {
        let mut session = tainted();
        session.user(said);
        session.result(&events, r#"{"q": "Budget Review"}"#, event);
        assert!(allowed(&session, &send_mail(), to_ann), "{said}");
    }
}

#[test]
fn the_users_own_address_is_asked_for() {
    let own = r#"{"to": "alice@home.example", "body": "notes of the meeting"}"#;
    let mut session = tainted();
    session.user("Send the notes of the meeting to the client");
    assert!(session.asks_by(&send_mail(), own, "self"));
    for said in ["Send me the notes of the meeting", "Schick mir bitte die notes of the meeting"] {
        let mut session = tainted();
        session.user(said);
        assert!(allowed(&session, &send_mail(), own), "{said}");
    }
}

#[test]
fn an_amount_belongs_to_its_payee() {
    let bills = lists(
        "list_bills",
        &[("![].company", Format::Name), ("[].iban", Format::Account), ("[].due", Format::Number)],
    );
    let mut pay =
        tool("pay", &[Effect::Spend], &[("iban", Role::Destination), ("sum", Role::Amount)]);
    pay.arguments[0].value_type = crate::tool::ValueType::Account;
    let list = r#"[{"company": "Water Works", "iban": "DE89 3704 0044 0532 0130 00", "due": 120.5},
        {"company": "Old Mill", "iban": "FR14 2004 1010 0505 0001 3M02 606", "due": 9000.75}]"#;
    let mut session = tainted();
    session.user("Pay the bill of Water Works");
    session.result(&bills, "{}", list);
    let paid = |sum: &str| format!(r#"{{"iban": "DE89370400440532013000", "sum": {sum}}}"#);
    assert_eq!(session.ruled(&pay, &paid("120.5")), (vec![], true));
    assert!(session.asks_by(&pay, &paid("9000.75"), "pair"));
}

#[test]
fn who_gave_is_not_who_gets() {
    let dm = tool(
        "send_direct_message",
        &[Effect::Send],
        &[("recipient", Role::Destination), ("body", Role::Payload)],
    );
    let to = |who: &str| format!(r#"{{"recipient": "{who}", "body": "the article"}}"#);
    let mut session = tainted();
    session.user("Take the article that Bob posted and send it to Alice");
    assert!(session.asks_by(&dm, &to("Bob"), "bind"));
    assert_eq!(session.ruled(&dm, &to("Alice")), (vec![], true));
    for said in [
        "Take the article that Bob posted and thank him, then send it to Bob",
        "Read the article by Bob and write to him",
        "Take the article that Bob posted and answer",
    ] {
        let mut session = tainted();
        session.user(said);
        assert!(allowed(&session, &dm, &to("Bob")), "{said}");
    }
    let mut session = tainted();
    session.user("Forward the mail from eve@evil.example to tom@ours.example");
    assert!(session.asks_by(&send_mail(), r#"{"to": "eve@evil.example", "body": "x"}"#, "bind"));
    assert!(allowed(&session, &send_mail(), r#"{"to": "tom@ours.example", "body": "x"}"#));
}

#[test]
fn a_namesake_is_no_surer_than_whom_the_user_may_have_meant() {
    let mut session = tainted();
    session.user("Tell Signe that the oil has come");
    let two = r#"[{"name": "Signe Dahl", "email": "signe.dahl@harbour.example"}, {"name": "Signe", "email": "signe@parts.example"}]"#;
    session.result(&contacts(), r#"{"q": "signe"}"#, two);
    let to = |to: &str| format!(r#"{{"to": "{to}", "body": "the oil has come"}}"#);
    assert!(session.asks_by(&send_mail(), &to("signe@parts.example"), "namesake"));
    assert!(!allowed(&session, &send_mail(), &to("signe.dahl@harbour.example")));
    session.user("Tell Signe Dahl that the oil has come");
    assert!(
        allowed(&session, &send_mail(), &to("signe.dahl@harbour.example")),
        "by the whole name"
    );
}
