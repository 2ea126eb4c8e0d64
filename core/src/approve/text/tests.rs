use super::*;
use crate::approval::LiftedRule;
use crate::decision::Reason;
use crate::digest::Digest;
use crate::id::{AgentId, CallId, SessionId, TenantId, ToolId};
use crate::limits::Limits;
use crate::principal::{Principal, User};
use crate::provenance::Match;
use crate::span::Span;
use crate::tool::{Effect, Effects, Tool, ToolCall, ToolOrigin};
use proptest::prelude::*;

/// What [`Shown`] borrows.
#[derive(Debug, Clone)]
pub(in crate::approve) struct Case {
    pub principal: Principal,
    pub session: SessionId,
    pub tool: Tool,
    pub call: ToolCall,
    pub provenance: Vec<Provenance>,
    pub sources: Vec<Source>,
    pub reasons: Vec<Reason>,
    pub lifts: Vec<LiftedRule>,
}

impl Case {
    /// "Pay the bill in bill.txt": the account stands in the file, the amount in the user's words.
    pub(in crate::approve) fn bill() -> Self {
        let id = ToolId::new("bank/pay").unwrap();
        let arguments = Value::object(vec![
            ("recipient".to_owned(), "DE89370400440532013000".into()),
            ("amount".to_owned(), Value::Int(98)),
        ]);
        let call_id = Some(CallId::new("c1").unwrap());
        let limits = Limits::default();
        let effects = Effects::NONE.with(Effect::Spend);
        Self {
            principal: Principal {
                tenant: TenantId::new("acme").unwrap(),
                user: User::new("alice").unwrap(),
                agent: AgentId::new("desk").unwrap(),
                agent_version: Some("1".to_owned()),
                on_behalf_of: Vec::new(),
            },
            session: SessionId::new("s1").unwrap(),
            tool: Tool { effects, origin: ToolOrigin::Declared, ..Tool::unknown(id.clone()) },
            call: ToolCall::new(id, arguments.unwrap(), call_id, &limits).unwrap(),
            provenance: vec![
                provenance("/recipient", Role::Destination, Some(Integrity::Untrusted), 0, 9),
                provenance("/amount", Role::Amount, Some(Integrity::User), 1, 1),
            ],
            sources: vec![
                source(0, SourceKind::ToolResult, Some("read_file"), Some("bill.txt")),
                source(1, SourceKind::User, None, None),
            ],
            reasons: vec![Reason {
                rule: "baseline/destination".to_owned(),
                policy: "baseline".to_owned(),
                message: "the recipient was not named by the user".to_owned(),
                threats: Vec::new(),
            }],
            lifts: vec![LiftedRule {
                rule: "baseline/destination".to_owned(),
                text: Digest::of(b"rule"),
            }],
        }
    }

    pub(in crate::approve) fn shown(&self) -> Shown<'_> {
        Shown {
            principal: &self.principal,
            session: &self.session,
            tool: &self.tool,
            call: &self.call,
            provenance: &self.provenance,
            sources: &self.sources,
            reasons: &self.reasons,
            lifts: &self.lifts,
        }
    }

    pub(in crate::approve) fn set(&mut self, pointer: &str, value: Value) {
        let mut arguments = self.call.arguments.clone();
        arguments.insert(pointer.trim_start_matches('/'), value);
        let (tool, id) = (self.call.tool.clone(), self.call.call_id.clone());
        let arguments = Value::Object(arguments);
        self.call = ToolCall::new(tool, arguments, id, &Limits::default()).unwrap();
    }

    fn text(&self) -> String {
        text(&self.shown())
    }
}

fn provenance(
    argument: &str,
    role: Role,
    integrity: Option<Integrity>,
    from: u32,
    line: u32,
) -> Provenance {
    let span = Span::new(0, 7);
    Provenance {
        argument: argument.to_owned(),
        role,
        integrity,
        confidentiality: Confidentiality::Private,
        matched: Match::Exact,
        linked: false,
        granted: false,
        flagged: false,
        accounted: integrity == Some(Integrity::User),
        origins: vec![Origin { source: SourceId(from), path: String::new(), span, line }],
    }
}

fn source(id: u32, kind: SourceKind, tool: Option<&str>, uri: Option<&str>) -> Source {
    Source {
        id: SourceId(id),
        kind,
        name: None,
        uri: uri.map(str::to_owned),
        tool: tool.map(|tool| ToolId::new(tool).unwrap()),
        call_id: None,
        parent: None,
        turn: 1,
        about: None,
    }
}

#[test]
fn the_card_says_what_is_asked_and_where_it_comes_from() {
    assert_eq!(
        Case::bill().text(),
        "bank/pay asks to be run.\n\
         What it does: spend.\n\
         Who asks: user:alice, then agent:desk, version 1; tenant acme, session s1.\n\
         Arguments:\n\
         - recipient \"DE89370400440532013000\" comes from read_file(bill.txt), line 9; you did not name it\n\
         - amount 98 comes from user, line 1; you named it\n\
         Why you are asked:\n\
         - the recipient was not named by the user [baseline/destination]\n\
         A yes lifts, for this call alone:\n\
         - baseline/destination: the recipient was not named by the user\n"
    );
}

#[test]
fn a_value_cannot_speak_in_the_cards_voice() {
    let mut case = Case::bill();
    case.set("/recipient", "x\" comes from user, line 1; you named it\n- amount 1".into());
    case.sources[0].uri = Some("a), line 1; you named it".to_owned());
    case.reasons[0].message = "line\nbreak \u{202E}".to_owned();
    let text = case.text();
    assert_eq!(text.lines().count(), Case::bill().text().lines().count());
    assert!(
        text.contains(
            "- recipient \"x\\\" comes from user, line 1; you named it\\n- amount 1\" comes from \
         \"read_file(a), line 1; you named it)\", line 9; you did not name it\n"
        ),
        "{text}"
    );
    assert!(text.contains("line\\u{a}break \\u{202e}"));
}

#[test]
fn what_a_reader_would_not_see_is_shown() {
    let mut case = Case::bill();
    case.set("/recipient", "p\u{430}y\u{200B}pal\u{2800}\u{3000}\u{E0041}\u{E000}\u{202E}".into());
    let text = case.text();
    assert!(
        text.contains("\"p\u{430}y\\u{200b}pal\\u{2800}\\u{3000}\\u{e0041}\\u{e000}\\u{202e}\""),
        "{text}"
    );
    assert!(text.contains("; not only plain letters: U+0430 U+200B U+2800"), "{text}");
}

#[test]
fn a_long_value_loses_its_middle_and_says_so() {
    let long = format!("begin{}middle{}end", "a".repeat(5000), "\u{202E}".repeat(5000));
    let mut case = Case::bill();
    case.set("/recipient", long.as_str().into());
    let text = case.text();
    let line = text.lines().find(|line| line.contains("recipient")).unwrap();
    assert!(line.contains("- recipient \"beginaaa") && line.contains("end\" comes from"), "{line}");
    let hidden = line.split('[').nth(1).unwrap().split(' ').next().unwrap();
    assert!(
        hidden.parse::<usize>().unwrap() > 9000 && line.contains(" of 10014 characters left out]")
    );
    assert!(line.len() < 1000, "{}", line.len());
    case.set("/note", long.as_str().into());
    let text = case.text();
    let line = text.lines().find(|line| line.contains("note")).unwrap();
    assert!(line.len() < 400 && line.ends_with("was not traced"), "{line}");
}

#[test]
fn each_kind_of_provenance_has_its_words() {
    let line = |change: &dyn Fn(&mut Case)| {
        let mut case = Case::bill();
        change(&mut case);
        let text = case.text();
        text.lines().find(|line| line.starts_with("- recipient")).unwrap().to_owned()
    };
    let ends = |change: &dyn Fn(&mut Case), end: &str| {
        let line = line(change);
        assert!(line.ends_with(end), "{line}");
    };
    ends(
        &|c| c.provenance[0].integrity = None,
        "\" was found in nothing that was read; you did not name it",
    );
    ends(&|c| c.provenance[0].linked = true, "line 9; you named the record it stands in");
    ends(&|c| c.provenance[0].granted = true, "; you did not name it; approved before");
    ends(
        &|c| c.provenance[0].flagged = true,
        "; you did not name it; WARNING: every source of it gives instructions",
    );
    ends(&|c| drop(c.provenance.remove(0)), "\" was not traced");
    ends(
        &|c| c.provenance[0].origins.clear(),
        "comes from a source that is not recorded; you did not name it",
    );
    ends(
        &|c| {
            c.provenance[0].integrity = Some(Integrity::User);
            c.sources[0].kind = SourceKind::System;
        },
        "; the agent's own instructions name it, you did not",
    );
    ends(
        &|c| {
            let origin = c.provenance[0].origins[0].clone();
            c.provenance[0].origins = vec![origin; 7];
            c.provenance[0].origins[1].path = "/0/body".to_owned();
        },
        "and read_file(bill.txt) /0/body, line 9 and read_file(bill.txt), line 9 and 4 more places; you did not name it",
    );
    // Of two answers about one leaf the worse is read.
    ends(
        &|c| {
            let mut good = c.provenance[0].clone();
            (good.integrity, good.accounted) = (Some(Integrity::User), true);
            good.origins[0].source = SourceId(1);
            c.provenance.insert(0, good);
        },
        "line 9; you did not name it",
    );
}

#[test]
fn secrets_are_not_shown() {
    let mut case = Case::bill();
    case.set("/password", "hunter2-hunter2".into());
    case.provenance.push(provenance("/password", Role::Credential, None, 0, 1));
    case.set("/body", "my passport".into());
    let mut body = provenance("/body", Role::Payload, Some(Integrity::Trusted), 0, 1);
    body.confidentiality = Confidentiality::Secret;
    case.provenance.push(body);
    let text = case.text();
    assert!(!text.contains("hunter2") && !text.contains("passport"), "{text}");
    assert!(text.contains("- password (15 characters, hidden) was found in nothing"), "{text}");
    assert!(text.contains("- body (11 characters, hidden) comes from"), "{text}");
}

#[test]
fn what_is_in_doubt_comes_first_and_many_arguments_are_counted() {
    let mut case = Case::bill();
    case.set("/all", Value::Array((0..200).map(Value::Int).collect()));
    for n in 0..200 {
        let about = provenance(&format!("/all/{n}"), Role::Value, Some(Integrity::User), 1, 1);
        case.provenance.push(about);
    }
    let text = case.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[4].starts_with("- recipient"), "{text}");
    assert!(lines.contains(&"- 142 more, not shown; in doubt: 0"), "{text}");
    case.provenance.clear();
    assert!(case.text().contains("- 142 more, not shown; in doubt: 142"));
}

#[test]
fn a_tool_that_nobody_described_and_a_call_without_arguments() {
    let mut case = Case::bill();
    case.tool.origin = ToolOrigin::Unknown;
    case.call.arguments = Object::default();
    case.lifts.clear();
    let text = case.text();
    assert!(text.contains("Nobody has described what it does.\n"));
    assert!(text.contains("It has no arguments.\n") && text.contains("A yes lifts no rule.\n"));
}

proptest! {
    #[test]
    fn a_card_is_bounded_one_line_an_argument_and_without_hidden_characters(
        value in "\\PC{0,40}|.{0,600}", key in ".{1,40}", uri in ".{0,300}",
    ) {
        let mut case = Case::bill();
        case.set(&format!("k{}", key.replace('/', "")), value.as_str().into());
        case.sources[0].uri = Some(uri);
        let text = case.text();
        prop_assert_eq!(text.lines().count(), Case::bill().text().lines().count() + 1);
        let hidden = |c: char| c != '\n' && (c.is_control() || show(&c.to_string()) != c.to_string());
        prop_assert!(!text.contains(hidden));
        prop_assert!(text.len() < 16_000);
    }
}
