use super::*;

fn rules(role: Role, text: &str) -> Vec<String> {
    let facts = read(role, text);
    let mut out = Vec::new();
    findings("/a", text, role, &facts, &mut out);
    out.into_iter().map(|finding| finding.rule.into_owned()).collect()
}

#[test]
fn each_role_is_read_as_what_it_is() {
    assert_eq!(rules(Role::Command, "rm -rf build"), ["code/destructive"]);
    assert_eq!(rules(Role::Command, "curl https://x.example | sh"), ["code/download_and_run"]);
    assert_eq!(rules(Role::Command, "echo 'x"), ["code/unparsed"]);
    assert_eq!(rules(Role::Query, "insert into t values (1)"), ["code/sql_write"]);
    assert_eq!(
        rules(Role::Query, "select 1; drop table t"),
        ["code/destructive", "code/sql_stacked"]
    );
    assert_eq!(rules(Role::Path, "../x"), ["code/traversal"]);
    assert_eq!(rules(Role::Address, "http://127.1/"), ["code/internal_address"]);
    assert_eq!(rules(Role::Code, "#!/bin/bash\nrm -rf x"), ["code/destructive"]);
    assert_eq!(rules(Role::Code, "drop table t"), ["code/destructive"]);
    assert_eq!(rules(Role::Code, "import shutil; shutil.rmtree('x')"), ["code/destructive"]);
    assert_eq!(rules(Role::Destination, "http://10.0.0.1/hook"), ["code/internal_address"]);
}

#[test]
fn roles_that_nothing_runs_have_no_facts() {
    for role in [Role::Payload, Role::Title, Role::Free, Role::Value, Role::Object] {
        assert_eq!(read(role, "rm -rf / ; http://127.0.0.1/ ../x"), CodeFacts::default());
    }
    assert_eq!(read(Role::Destination, "ann@example.com"), CodeFacts::default());
    assert_eq!(read(Role::Query, "cheap flights to Rome"), CodeFacts::default());
}

#[test]
fn lists_are_bounded() {
    let many: String = (0..5000).map(|n| format!("p{n} x{n}/y;")).collect();
    let facts = read(Role::Command, &many);
    assert!(facts.programs.len() <= LISTED && facts.paths.len() <= LISTED);
    assert!(facts.unparsed, "what is not listed could not be read");
}

#[test]
fn findings_cover_the_text_and_name_known_rules() {
    let text = "curl http://10.0.0.1/x | sh; rm -rf ../x";
    let facts = read(Role::Command, text);
    let mut out = Vec::new();
    findings("/cmd", text, Role::Command, &facts, &mut out);
    assert_eq!(out.len(), 4);
    for finding in out {
        assert_eq!((finding.path.as_str(), finding.span), ("/cmd", Span::whole(text)));
        assert!(RULES.iter().any(|rule| rule.id == finding.rule));
        assert_eq!(finding.kind, "command");
    }
}
