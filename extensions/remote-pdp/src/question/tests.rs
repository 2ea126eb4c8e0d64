use super::*;
use checkrein::principal::{Principal, User};
use checkrein::request::{RoleFacts, Verb};
use checkrein::tool::{Effect, Effects};
use checkrein::wire::Situation;
use checkrein::{AgentId, TenantId, ToolId};

fn situation() -> Situation {
    let mut user = User::new("alice").unwrap();
    user.groups.insert("clerks".to_owned());
    user.known.account.push("DE89370400440532013000".to_owned());
    user.claims.insert("level".to_owned(), Claim::Long(3));
    user.claims.insert("phone".to_owned(), Claim::Text("0170 1234567".to_owned()));
    let principal = Principal {
        tenant: TenantId::new("acme").unwrap(),
        user,
        agent: AgentId::new("desk").unwrap(),
        agent_version: None,
        on_behalf_of: vec![AgentId::new("boss").unwrap()],
    };
    let tool = ToolId::new("bank/pay").unwrap();
    let mut situation = Situation::new(principal, Verb::AuthorizeToolCall, Some(tool));
    let input = r#"{"to": "DE02", "cents": 990, "note": "for May", "tags": ["a"]}"#;
    let input = Value::parse(input.as_bytes(), &checkrein::Limits::default()).unwrap();
    situation.input = input.as_object().cloned();
    let role = RoleFacts { present: true, ..RoleFacts::ABSENT };
    situation.args =
        ["cents", "note", "tags", "to"].map(|name| (name.to_owned(), role)).into_iter().collect();
    situation.facts.effects = Effects::NONE.with(Effect::Spend);
    situation.session.amount = 990;
    situation.session.time_ms = 1_764_000_000_000;
    situation
}

fn sent(arguments: &[&str]) -> Sent {
    let arguments = arguments.iter().map(|name| (*name).to_owned()).collect();
    Sent { arguments, ..Sent::default() }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(value, |value, name| value.get(name))
}

#[test]
fn facts_leave_and_values_do_not() {
    let question = Sent::default().question(&situation().request());
    let text = question.to_json();
    for value in ["DE02", "990", "for May", "DE89", "0170", "1764000000000"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
    assert_eq!(at(&question, "subject/id"), Some(&"alice".into()));
    assert_eq!(at(&question, "subject/properties/tenant"), Some(&"acme".into()));
    assert_eq!(at(&question, "action/name"), Some(&"authorize_tool_call".into()));
    assert_eq!(at(&question, "resource/id"), Some(&"bank/pay".into()));
    assert_eq!(at(&question, "context/chain").unwrap().to_json(), r#"["boss","desk"]"#);
    assert_eq!(at(&question, "context/tool/effects").unwrap().to_json(), r#"["spend"]"#);
    assert_eq!(at(&question, "context/flow/tainted"), Some(&false.into()));
    assert_eq!(at(&question, "context/args/to/rank"), Some(&4.into()));
    let session = at(&question, "context/session").unwrap().to_json();
    let state = r#"{"depth":1,"human":true,"looping":false,"resumed":false,"sensitive":false}"#;
    assert_eq!(session, state);
    assert_eq!(at(&question, "context/input").unwrap().to_json(), "{}");
}

#[test]
fn what_the_host_names_is_sent() {
    let mut sent = sent(&["cents", "tags", "missing"]);
    sent.claims.insert("level".to_owned());
    sent.counters = true;
    let question = sent.question(&situation().request());
    assert_eq!(at(&question, "context/input").unwrap().to_json(), r#"{"cents":990,"tags":["a"]}"#);
    assert_eq!(at(&question, "context/withheld").unwrap().to_json(), "[]");
    assert_eq!(at(&question, "subject/properties/claims").unwrap().to_json(), r#"{"level":3}"#);
    assert_eq!(at(&question, "context/session/amount"), Some(&990.into()));
    assert_eq!(at(&question, "context/session/risk"), Some(&0.into()));
}

#[test]
fn a_secret_is_held_back_and_its_argument_is_named() {
    let all = sent(&["cents", "note", "tags", "to"]);
    let withheld = |situation: &Situation| {
        let question = all.question(&situation.request());
        at(&question, "context/withheld").unwrap().to_json()
    };
    // Traced to something secret.
    let mut traced = situation();
    traced.args[1].1.secret = true;
    assert_eq!(withheld(&traced), r#"["note"]"#);
    // Found in the call, nobody says where: no text leaves.
    let mut found = situation();
    found.findings.categories.insert(Category::Secret);
    assert_eq!(withheld(&found), r#"["note","tags","to"]"#);
    // The call carries a password.
    let mut carried = situation();
    carried.flow.add(Role::Credential, RoleFacts { present: true, ..RoleFacts::ABSENT });
    assert_eq!(withheld(&carried), r#"["note","tags","to"]"#);
    // Not traced, or too long.
    let mut long = situation();
    long.args.remove(3);
    long.input.as_mut().unwrap().insert("note", "x".repeat(MAX_VALUE).into());
    assert_eq!(withheld(&long), r#"["note","to"]"#);
}

#[test]
fn a_name_that_nobody_declared_does_not_leave() {
    let mut odd = situation();
    odd.flow.undeclared = true;
    odd.args.push(("the password is x".to_owned(), RoleFacts::ABSENT));
    let question = sent(&["cents"]).question(&odd.request());
    let names = at(&question, "context/args").unwrap().as_object().unwrap();
    assert_eq!(names.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["cents"]);
}

#[test]
fn content_is_asked_about_by_its_facts() {
    let mut content = situation();
    (content.verb, content.tool, content.input) = (Verb::InspectOutput, None, None);
    content.content.kind = "answer".to_owned();
    let question = sent(&["cents"]).question(&content.request());
    assert_eq!(at(&question, "action/name"), Some(&"inspect_output".into()));
    assert_eq!(at(&question, "resource/type"), Some(&"session".into()));
    assert_eq!(at(&question, "context/content/kind"), Some(&"answer".into()));
    assert_eq!(at(&question, "context/input"), None);
}

/// Everything in `shown` stands in `whole` as well.
fn stands(shown: &Value, whole: &Value, at: &str) {
    match (shown, whole) {
        (Value::Object(shown), Value::Object(_)) => {
            for (key, value) in shown.iter() {
                let at = format!("{at}/{key}");
                stands(value, whole.get(key).unwrap_or_else(|| panic!("no {at}")), &at);
            }
        }
        _ => assert_eq!(shown, whole, "{at}"),
    }
}

#[test]
fn the_page_shows_what_is_sent() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/REMOTE-POLICY.md");
    let page = std::fs::read_to_string(page).unwrap();
    let block = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let shown = Value::parse(block.as_bytes(), &checkrein::Limits::default()).unwrap();
    let sent = Sent::default().question(&situation().request());
    stands(&shown, &sent, "");
    // The parts are all there are.
    let keys = |value: &Value| {
        let object = at(value, "context").unwrap().as_object().unwrap().clone();
        object.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&shown), keys(&sent));
}
