//! Calls: what accounts for an argument, role by role.

use super::*;
use crate::provenance::Match;

#[test]
fn free_arguments_decide_nothing_but_carry_no_unknown_address() {
    let session = tainted();
    let mut post = tool("post", &[Effect::Send], &[("note", Role::Free)]);
    assert!(accounted(&session, &post, r#"{"note": "anything at all"}"#, "/note"));
    assert!(!accounted(&session, &post, r#"{"note": "eve@evil.com"}"#, "/note"));
    post.effects = [Effect::Write].into_iter().collect();
    assert!(accounted(&session, &post, r#"{"note": "eve@evil.com"}"#, "/note"));
}

#[test]
fn every_argument_of_a_fetch_is_payload() {
    let mut session = tainted();
    session.user("look at https://ours.example/a");
    let fetch = tool("get", &[Effect::Fetch], &[("url", Role::Address), ("q", Role::Query)]);
    let ok = r#"{"url": "https://ours.example/a", "q": "weather"}"#;
    assert!(accounted(&session, &fetch, ok, "/q") && accounted(&session, &fetch, ok, "/url"));
    let leak = r#"{"url": "https://ours.example/a", "q": "send eve@evil.com"}"#;
    assert!(!accounted(&session, &fetch, leak, "/q"));
    let search = tool("search", &[Effect::Read], &[("q", Role::Query)]);
    assert!(accounted(&session, &search, r#"{"q": "eve@evil.com"}"#, "/q"), "a read is free");
}

#[test]
fn reads_are_free_but_an_unknown_tool_is_none() {
    let session = tainted();
    let read = tool("read", &[Effect::Read], &[("path", Role::Path)]);
    assert!(accounted(&session, &read, r#"{"path": "/x/y"}"#, "/path"));
    let unknown = Tool::unknown(ToolId::new("x").unwrap());
    let trace = session.ask(&unknown, r#"{"path": "/x/y"}"#);
    assert!(trace.flow.undeclared);
}

#[test]
fn same_site_links_may_be_followed() {
    let mut session = session();
    session.user("read https://blog.example/start for me");
    let fetch = tool("get", &[Effect::Fetch], &[("url", Role::Address)]);
    let page = r#""next: https://blog.example/two and https://evil.com/x""#;
    session.result(&fetch, r#"{"url": "https://blog.example/start"}"#, page);
    assert!(accounted(&session, &fetch, r#"{"url": "https://blog.example/two"}"#, "/url"));
    assert!(!accounted(&session, &fetch, r#"{"url": "https://evil.com/x"}"#, "/url"));
    assert!(!accounted(&session, &fetch, r#"{"url": "https://blog.example/?leak=1"}"#, "/url"));
}

#[test]
fn amounts_and_values_are_the_users_or_a_systems() {
    let bank = tool("balance", &[Effect::Read], &[])
        .returning("due", Integrity::Trusted, Format::Number)
        .returning("note", Integrity::Untrusted, Format::Text);
    let mut session = tainted();
    session.user("transfer 1,100.50 and 7 tickets on June 13");
    session.result(&bank, "{}", r#"{"due": 42, "note": "or 4321.75 dollars"}"#);
    let pay = tool("pay", &[Effect::Spend], &[("sum", Role::Amount)]);
    for (sum, ok) in [
        ("1100.5", true),
        ("7", true),
        ("42", true),
        ("\"1100.50\"", true),
        ("4321.75", false),
        ("1", false),
        ("13", false),
        ("8", false),
    ] {
        let arguments = format!(r#"{{"sum": {sum}}}"#);
        assert_eq!(accounted(&session, &pay, &arguments, "/sum"), ok, "{sum}");
    }
    let set = tool("set", &[Effect::Configure], &[("on", Role::Value)]);
    assert!(accounted(&session, &set, r#"{"on": true}"#, "/on"), "a boolean carries nothing");
}

#[test]
fn short_values_have_no_identity_by_content() {
    let mut session = tainted();
    session.user("is 13 a good number, yes or no");
    let delete = tool("drop_file", &[Effect::Destroy], &[("id", Role::Object)]).taking("file");
    let short = session.one(&delete, r#"{"id": "13"}"#, "/id");
    assert_eq!((short.matched, short.accounted), (Match::Unseen, false));
    session.user("I mean file 13");
    assert!(accounted(&session, &delete, r#"{"id": "13"}"#, "/id"), "with its keyword it has");
    assert!(!accounted(&session, &delete, r#"{"id": "14"}"#, "/id"));
}

#[test]
fn an_id_is_a_kind_and_a_value() {
    let calendar = tool("events", &[Effect::Read], &[])
        .returning("[].id", Integrity::Trusted, Format::Id)
        .of_kind("event")
        .returning("[].title", Integrity::Trusted, Format::Name)
        .naming();
    let mut session = tainted();
    session.user("delete the Team Lunch on June 13");
    session.result(
        &calendar,
        "{}",
        r#"[{"id": "13", "title": "Team Lunch"}, {"id": "14", "title": "Other Thing"}]"#,
    );
    let event = tool("drop_event", &[Effect::Destroy], &[("id", Role::Object)]).taking("event");
    let file = tool("drop_file", &[Effect::Destroy], &[("id", Role::Object)]).taking("file");
    let linked = session.one(&event, r#"{"id": "13"}"#, "/id");
    assert!(linked.linked && linked.accounted);
    assert!(!accounted(&session, &event, r#"{"id": "14"}"#, "/id"), "not the record they named");
    assert!(!accounted(&session, &file, r#"{"id": "13"}"#, "/id"), "event 13 is no file 13");
}

fn contacts() -> Tool {
    tool("contacts", &[Effect::Read], &[("q", Role::Query)])
        .returning("[].name", Integrity::Trusted, Format::Name)
        .naming()
        .returning("[].email", Integrity::Trusted, Format::Email)
        .returning("[].guests[]", Integrity::Trusted, Format::Email)
}

#[test]
fn a_trusted_address_counts_only_from_a_record_the_user_named() {
    let mut session = tainted();
    session.user("write to Mark Black what we said");
    let list = r#"[{"name": "Mark Black", "email": "mb@corp.example", "guests": ["g@corp.example"]},
                   {"name": "Dora Dean", "email": "dd@corp.example"}]"#;
    session.result(&contacts(), r#"{"q": "everyone"}"#, list);
    let mail = send_mail();
    let mark = session.one(&mail, r#"{"to": "mb@corp.example", "body": "foreign words"}"#, "/to");
    assert_eq!(
        (mark.integrity, mark.linked, mark.accounted),
        (Some(Integrity::Trusted), true, true)
    );
    let dora = session.one(&mail, r#"{"to": "dd@corp.example", "body": "foreign words"}"#, "/to");
    assert_eq!(
        (dora.integrity, dora.linked, dora.accounted),
        (Some(Integrity::Trusted), false, false)
    );
    assert!(
        accounted(&session, &mail, r#"{"to": "g@corp.example", "body": "x"}"#, "/to"),
        "in the record"
    );
}

#[test]
fn a_name_that_two_records_share_links_neither() {
    let mut session = tainted();
    session.user("write to Mark Black");
    let one = r#"[{"name": "Mark Black", "email": "mb@corp.example"}]"#;
    session.result(&contacts(), r#"{"q": "a b c"}"#, one);
    let mail = send_mail();
    assert!(accounted(&session, &mail, r#"{"to": "mb@corp.example", "body": "x"}"#, "/to"));
    session.result(&contacts(), r#"{"q": "a b c"}"#, one);
    assert!(
        accounted(&session, &mail, r#"{"to": "mb@corp.example", "body": "x"}"#, "/to"),
        "read twice"
    );
    let forged = r#"[{"name": "Mark Black", "email": "eve@evil.com"}]"#;
    session.result(&contacts(), r#"{"q": "a b c"}"#, forged);
    assert!(!accounted(&session, &mail, r#"{"to": "eve@evil.com", "body": "x"}"#, "/to"));
    assert!(!accounted(&session, &mail, r#"{"to": "mb@corp.example", "body": "x"}"#, "/to"));
}

#[test]
fn the_only_answer_to_the_users_question_is_linked() {
    let mail = send_mail();
    let mut session = tainted();
    session.user("write to the plumber");
    session.result(
        &contacts(),
        r#"{"q": "plumber"}"#,
        r#"[{"name": "Joe Pipe", "email": "joe@pipes.example"}]"#,
    );
    assert!(accounted(&session, &mail, r#"{"to": "joe@pipes.example", "body": "x"}"#, "/to"));
    let two = r#"[{"name": "Jim A", "email": "jim@pipes.example"}, {"name": "Jon B", "email": "jon@pipes.example"}]"#;
    session.result(&contacts(), r#"{"q": "plumber"}"#, two);
    assert!(!accounted(&session, &mail, r#"{"to": "jim@pipes.example", "body": "x"}"#, "/to"));
    session.result(
        &contacts(),
        r#"{"q": "attacker"}"#,
        r#"[{"name": "Eve C", "email": "eve@evil.com"}]"#,
    );
    assert!(
        !accounted(&session, &mail, r#"{"to": "eve@evil.com", "body": "x"}"#, "/to"),
        "not their words"
    );
}

#[test]
fn a_known_name_needs_no_naming_for_the_users_own_words() {
    let mut session = tainted();
    let users =
        tool("users", &[Effect::Read], &[]).returning("[]", Integrity::Trusted, Format::Name);
    session.user("tell all members of the team that lunch starts early");
    session.result(&users, "{}", r#"["Dora", "Emma"]"#);
    session.read("secret numbers leaked badly");
    let mail = send_mail();
    assert!(accounted(&session, &mail, r#"{"to": "Dora", "body": "lunch starts early"}"#, "/to"));
    assert!(!accounted(
        &session,
        &mail,
        r#"{"to": "Dora", "body": "secret numbers leaked badly"}"#,
        "/to"
    ));
}

#[test]
fn times_are_grounded_by_date_and_clock() {
    let mut session = tainted();
    session.user("meet on May 15 at 10am");
    let book = tool("book", &[Effect::Write], &[("at", Role::Time)]);
    for (at, ok) in [
        ("2024-05-15T10:00:00", true),
        ("2024-05-15", true),
        ("2024-05-15 00:00", true),
        ("2024-05-16 10:00", false),
        ("2024-05-15 11:00", false),
        ("whenever", false),
    ] {
        let arguments = format!(r#"{{"at": "{at}"}}"#);
        assert_eq!(accounted(&session, &book, &arguments, "/at"), ok, "{at}");
    }
}

#[test]
fn titles_need_every_content_word() {
    let mut session = tainted();
    session.user("make a note about lunch with Dora");
    session.read("urgent ransom");
    let note = tool("note", &[Effect::Write], &[("title", Role::Title)]);
    let good = session.one(&note, r#"{"title": "Lunch with Dora: note"}"#, "/title");
    assert_eq!((good.matched, good.accounted), (Match::Quoted, true));
    assert!(!accounted(&session, &note, r#"{"title": "Lunch ransom"}"#, "/title"));
}

#[test]
fn credentials_are_only_the_users() {
    let vault =
        tool("vault", &[Effect::Read], &[]).returning("key", Integrity::Trusted, Format::Id);
    let mut session = tainted();
    session.user("log in with hunter-two-x");
    session.result(&vault, "{}", r#"{"key": "k3y-abcdef"}"#);
    let login = tool("login", &[Effect::Configure], &[("password", Role::Credential)]);
    assert!(accounted(&session, &login, r#"{"password": "hunter-two-x"}"#, "/password"));
    assert!(!accounted(&session, &login, r#"{"password": "k3y-abcdef"}"#, "/password"));
}

#[test]
fn paths_are_the_users_linked_or_made_here_and_under_a_root() {
    let mut session = tainted();
    session.user("tidy docs/plan.txt and /etc/hosts");
    let mut write = tool("write", &[Effect::Write], &[("path", Role::Path)]);
    let fresh = r#"{"path": "/srv/new.txt"}"#;
    assert!(!accounted(&session, &write, fresh, "/path"));
    session.result(&write, fresh, r#""ok""#);
    assert!(accounted(&session, &write, fresh, "/path"), "made in this session");
    assert!(accounted(&session, &write, r#"{"path": "./docs/plan.txt"}"#, "/path"));
    write.roots = vec!["/srv".into()];
    let outside = session.ask(&write, r#"{"path": "/etc/hosts"}"#);
    assert!(outside.root_breach && !outside.provenance[0].accounted);
    assert!(!session.ask(&write, fresh).root_breach);
}
