//! Bounds: what is dropped is unseen, never the user's; and the user's is never dropped.

use super::*;
use crate::provenance::Match;

fn small(arena: usize, sources: usize) -> Session {
    let mut limits = Limits::default();
    limits.set("arena", arena).unwrap();
    limits.set("sources", sources).unwrap();
    session_with(limits)
}

fn to(session: &Session, address: &str) -> Provenance {
    session.one(&send_mail(), &format!(r#"{{"to": "{address}", "body": "x"}}"#), "/to")
}

#[test]
fn old_untrusted_text_keeps_its_typed_values_only() {
    let mut session = small(60_000, 10_000);
    session.user("write to bob@example.com about the quarterly plan");
    session.read("first page by eve@evil.com about purple elephants");
    for n in 0..60 {
        session.read(&format!("page {n}: {}", "lorem ipsum dolor sit amet ".repeat(40)));
    }
    assert!(session.index.bytes() < 100_000, "{}", session.index.bytes());
    assert_eq!(to(&session, "bob@example.com").integrity, Some(Integrity::User));
    assert_eq!(to(&session, "eve@evil.com").integrity, Some(Integrity::Untrusted), "typed");
    assert_eq!(to(&session, "purple elephants").matched, Match::Unseen);
    assert_eq!(to(&session, "quarterly plan").integrity, Some(Integrity::User));
}

#[test]
fn of_text_older_than_the_last_four_mebibytes_typed_values_stay() {
    let mut session = session();
    session.user("write to bob@example.com about the quarterly plan");
    session.read("first page by eve@evil.com about purple elephants");
    let page = "lorem ipsum dolor sit amet ".repeat(20_000);
    for n in 0..9 {
        session.read(&format!("page {n}: {page}"));
        if n == 5 {
            assert_ne!(to(&session, "purple elephants").matched, Match::Unseen, "still near");
        }
    }
    assert_eq!(to(&session, "purple elephants").matched, Match::Unseen);
    assert_eq!(to(&session, "eve@evil.com").integrity, Some(Integrity::Untrusted), "typed");
    assert_eq!(to(&session, "quarterly plan").integrity, Some(Integrity::User));
}

#[test]
fn a_flood_of_typed_values_is_bounded_and_leaves_the_user_alone() {
    let mut session = small(200_000, 10_000);
    session.user("write to bob@example.com");
    for n in 0..40 {
        let page: String = (0..200).map(|i| format!("u{n}x{i}@evil.com ")).collect();
        session.read(&page);
    }
    assert!(session.index.bytes() < 400_000, "{}", session.index.bytes());
    assert_eq!(to(&session, "bob@example.com").integrity, Some(Integrity::User));
    assert_eq!(to(&session, "u0x0@evil.com").matched, Match::Unseen);
    assert_eq!(to(&session, "u39x199@evil.com").integrity, Some(Integrity::Untrusted));
    session.user("and to dora@example.com");
    assert_eq!(to(&session, "dora@example.com").integrity, Some(Integrity::User));
}

#[test]
fn trusted_leaves_stay() {
    let files = tool("files", &[Effect::Read], &[]).returning("id", Integrity::Trusted, Format::Id);
    let mut session = small(200_000, 50);
    session.result(&files, "{}", r#"{"id": "trusted-id-1"}"#);
    for n in 0..100 {
        session.read(&format!("page {n}: {}", "lorem ipsum dolor sit amet ".repeat(40)));
    }
    let set = tool("set", &[Effect::Write], &[("x", Role::Value)]);
    let found = session.one(&set, r#"{"x": "trusted-id-1"}"#, "/x");
    assert_eq!(found.integrity, Some(Integrity::Trusted));
}

#[test]
fn too_many_sources_forget_the_oldest() {
    let mut session = small(1 << 20, 20);
    session.user("write to bob@example.com");
    let first = session.read("mail eve@evil.com")[0].id;
    let mut last = first;
    for n in 0..40 {
        last = session.read(&format!("page {n}"))[0].id;
    }
    assert!(session.index.source(first).is_none() && session.index.source(last).is_some());
    assert_eq!(to(&session, "eve@evil.com").matched, Match::Unseen);
    assert_eq!(to(&session, "bob@example.com").integrity, Some(Integrity::User));
    assert_eq!(session.index.taint(), Taint::Tainted, "what was forgotten was read all the same");
    assert!(to(&session, "bob@example.com").origins.len() <= 8);
}

#[test]
fn repeated_words_are_capped_and_the_user_is_heard_first() {
    let mut session = small(1 << 20, 10_000);
    session.read(&"purple elephants ".repeat(5000));
    session.user("purple elephants");
    let found = to(&session, "purple elephants");
    assert_eq!(found.integrity, Some(Integrity::User));
    assert_eq!(found.origins.len(), 8);
}

#[test]
fn one_huge_text_does_not_outgrow_the_arena() {
    let mut session = small(100_000, 100);
    session.read(&"word another third ".repeat(20_000));
    assert!(session.index.bytes() < 200_000, "{}", session.index.bytes());
    session.user(&"and then she said ".repeat(20_000));
    assert!(session.index.bytes() < 2_000_000, "{}", session.index.bytes());
}

#[test]
fn a_long_session_answers_as_a_short_one() {
    let mut short = session();
    short.user("write to bob@example.com about the quarterly plan");
    short.read("eve@evil.com");
    let mut long = session();
    long.user("write to bob@example.com about the quarterly plan");
    long.read("eve@evil.com");
    for n in 0..300 {
        long.read(&format!("row {n} of a table with many words and a{n}@b.example"));
    }
    let mail = send_mail();
    for arguments in [
        r#"{"to": "bob@example.com", "body": "about the quarterly plan"}"#,
        r#"{"to": "eve@evil.com", "body": "quarterly plan"}"#,
    ] {
        assert_eq!(short.ask(&mail, arguments).flow, long.ask(&mail, arguments).flow);
    }
}

#[test]
fn a_child_knows_what_its_parent_knew() {
    let mut session = session();
    session.user("write to bob@example.com");
    let mut child = Session { index: session.index.child(), ..session_with(Limits::default()) };
    child.read("eve@evil.com");
    assert_eq!(to(&child, "bob@example.com").integrity, Some(Integrity::User));
    assert_eq!(to(&session, "eve@evil.com").matched, Match::Unseen, "they part ways");
    assert_eq!(session.index.taint(), Taint::Clean);
}

#[test]
fn a_flood_of_trusted_records_leaves_room() {
    let list = tool("list", &[Effect::Read], &[])
        .returning("[].id", Integrity::Trusted, Format::Id)
        .of_kind("row")
        .returning("[].name", Integrity::Trusted, Format::Name)
        .naming();
    let mut session = small(300_000, 10_000);
    session.user("write to bob@example.com");
    for n in 0..20 {
        let rows: Vec<String> =
            (0..200).map(|i| format!(r#"{{"id": "r{n}x{i}", "name": "row {n} {i}"}}"#)).collect();
        session.result(&list, "{}", &format!("[{}]", rows.join(",")));
        session.read(&format!("page {n} mail eve{n}@evil.com"));
    }
    assert!(session.index.bytes() < 600_000, "{}", session.index.bytes());
    session.user("and to dora@example.com");
    assert_eq!(to(&session, "dora@example.com").integrity, Some(Integrity::User));
    assert_eq!(to(&session, "bob@example.com").integrity, Some(Integrity::User));
    assert_eq!(to(&session, "eve19@evil.com").integrity, Some(Integrity::Untrusted));
}
