use super::*;
use crate::decision::{BundleRef, Controls, Decision, Mode, Outcome, Reason};
use crate::id::{DecisionId, SessionId, SourceId, ToolId};
use crate::principal::User;
use crate::request::{FlowFacts, RoleFacts, UserFacts, Verb};
use crate::source::{Source, SourceKind};

/// A decision with `n` reasons, commitments and sources.
fn event(n: usize) -> Event {
    let digest = Digest::of(b"x");
    let reason = |i| Reason {
        rule: format!("rule-{i}"),
        policy: "core".into(),
        message: "a `value` came from untrusted content".into(),
        threats: vec!["LLM01".into()],
    };
    let decision = Decision {
        id: DecisionId::new("0123456789abcdef-7").unwrap(),
        verb: Verb::ALL[1],
        outcome: Outcome::Deny,
        would_be: None,
        mode: Mode::Enforce,
        session: SessionId::new("s").unwrap(),
        call_id: None,
        content: None,
        arguments: None,
        reasons: (0..n).map(reason).collect(),
        findings: Vec::new(),
        provenance: Vec::new(),
        sources: Vec::new(),
        obligations: Vec::new(),
        approval: None,
        controls: Controls::default(),
        bundle: BundleRef { name: "b".into(), revision: 1, hash: digest, tools: digest },
        error: None,
    };
    let source = |i| Source {
        id: SourceId(i),
        kind: SourceKind::ToolResult,
        name: Some("mail".into()),
        uri: None,
        tool: None,
        call_id: None,
        turn: 0,
        about: None,
        parent: None,
    };
    let body = DecisionEvent {
        decision,
        tool: Some((ToolId::new("mail/send").unwrap(), digest)),
        commitments: (0..n).map(|i| (format!("/to/{i}"), digest)).collect(),
        content: None,
        flow: FlowFacts {
            tainted: true,
            complete: true,
            opaque: false,
            paired: false,
            undeclared: false,
            intended: true,
            categories: Default::default(),
            roles: [RoleFacts::ABSENT; FlowFacts::ROLES.len()],
        },
        args: Vec::new(),
        session: Default::default(),
        facts: Default::default(),
        findings: Default::default(),
        context: Default::default(),
        user: UserFacts::of(&User::new("alice").unwrap()),
        rules: Vec::new(),
        sources: (0..n as u32).map(source).collect(),
        fail_mode: None,
        latency_ns: 1,
        trace: None,
    };
    Event {
        time_ms: 0,
        mono_ns: 0,
        tenant: None,
        session: None,
        chain: Vec::new(),
        body: EventBody::Decision(std::sync::Arc::new(body)),
    }
}

#[test]
fn a_record_within_the_limit_is_written_as_it_is() {
    let event = event(3);
    assert_eq!(line(7, &event, 60_000).unwrap(), record_json(7, &event));
}

#[test]
fn a_decision_over_the_limit_keeps_identity_and_outcome_and_counts_what_it_lost() {
    let event = event(150);
    let full = record_json(7, &event);
    let least = line(7, &self::event(0), 60_000).unwrap().len();
    let mut seen = std::collections::BTreeSet::new();
    for limit in (least + 300..full.len()).step_by(2000) {
        let short = line(7, &event, limit).unwrap();
        assert!(short.len() <= limit);
        let record: serde_json::Value = serde_json::from_str(&short).unwrap();
        assert_eq!(record["seq"], 7);
        assert_eq!(record["id"], "0123456789abcdef-7");
        assert_eq!(record["outcome"], "deny");
        assert_eq!(record["tool"], "mail/send");
        let note = &record["over_limit"];
        assert_eq!(note["bytes"], full.len());
        assert_eq!(note["sha256"], Digest::of(full.as_bytes()).hex());
        let lost = note["left_out"].as_object().unwrap();
        for (what, count) in lost {
            assert_eq!(*count, 150, "{what}");
        }
        for what in ["reasons", "sources", "commitments"] {
            let left = record[what].as_array().unwrap().len();
            assert_eq!(left, if lost.contains_key(what) { 0 } else { 150 }, "{what}");
        }
        seen.insert(lost.len());
    }
    assert!(seen.contains(&1) && seen.contains(&3), "only as much as is needed: {seen:?}");
}

#[test]
fn what_is_over_even_without_its_lists_is_refused() {
    let error = line(7, &event(0), 300).unwrap_err();
    assert_eq!((error.code(), error.fact("limit")), ("limit/record", Some("record")));
    let mut event = event(0);
    event.chain = vec!["x".repeat(70_000)];
    assert!(line(7, &event, usize::MAX).is_err(), "a bundle's entry has at most 65,535 bytes");
}
