use super::*;
use crate::value::Value;
use proptest::prelude::*;

fn call(id: Option<&str>, tool: &str, argument: i64) -> ToolCall {
    let arguments = Value::object(vec![("n".to_owned(), Value::Int(argument))]).unwrap();
    let id = id.map(|id| CallId::new(id).unwrap());
    ToolCall::new(ToolId::new(tool).unwrap(), arguments, id, &Limits::default()).unwrap()
}

fn decision(n: u64) -> DecisionId {
    DecisionId::new(&format!("log-{n}")).unwrap()
}

fn record(call: ToolCall, n: u64, state: CallState) -> CallRecord {
    CallRecord {
        call,
        decision: decision(n),
        state,
        at_ms: 0,
        expires_ms: 30_000,
        approval: None,
        effects: Effects::NONE,
        amount: 0,
    }
}

fn calls() -> Calls {
    Calls::new(&Limits::default())
}

fn id(text: &str) -> CallId {
    CallId::new(text).unwrap()
}

#[test]
fn an_allowed_call_is_started_once_and_done_once() {
    let mut calls = calls();
    let it = call(Some("c1"), "send", 1);
    assert!(calls.state(&it).is_none());
    calls.record(record(it.clone(), 1, CallState::Allowed));
    assert_eq!(calls.state(&it).unwrap().decision, decision(1), "asking again is idempotent");
    assert!(calls.state(&call(Some("c1"), "send", 2)).is_none(), "other arguments");
    assert!(calls.state(&call(Some("c1"), "pay", 1)).is_none(), "another tool");
    assert!(calls.state(&call(Some("c2"), "send", 1)).is_none(), "another id");
    calls.start(&decision(1), 29_999).unwrap();
    assert_eq!(calls.start(&decision(1), 0).unwrap_err().code(), "decision/stale");
    assert_eq!(calls.state(&it).unwrap().state, CallState::Started);
    assert_eq!(calls.done(&id("c1"), true).unwrap().state, CallState::Done);
    assert!(calls.done(&id("c1"), true).is_none(), "no second result");
    assert_eq!(calls.start(&decision(1), 0).unwrap_err().code(), "decision/stale");
    assert!(calls.state(&it).is_none(), "after done, the same call is new");
    assert_eq!(calls.by_call_id(&id("c1")).unwrap().state, CallState::Done);
}

#[test]
fn what_was_not_allowed_does_not_start() {
    let mut calls = calls();
    assert_eq!(calls.start(&decision(9), 0).unwrap_err().code(), "session/unknown");
    for (n, state) in [(1, CallState::Asked), (2, CallState::Denied), (3, CallState::Done)] {
        calls.record(record(call(Some(&format!("c{n}")), "send", 1), n, state));
        assert_eq!(calls.start(&decision(n), 0).unwrap_err().code(), "decision/stale", "{state}");
        assert!(calls.done(&id(&format!("c{n}")), true).is_none(), "{state}");
        assert!(calls.done_decision(&decision(n), true).is_none(), "{state}");
    }
    calls.record(record(call(Some("c4"), "send", 1), 4, CallState::Allowed));
    let stale = calls.start(&decision(4), 30_000).unwrap_err();
    assert_eq!((stale.code(), stale.fact("decision")), ("decision/stale", Some("log-4")));
    assert_eq!(calls.by_decision(&decision(4)).unwrap().state, CallState::Allowed);
}

#[test]
fn an_answer_moves_what_waits_for_it() {
    let mut calls = calls();
    let approval = ApprovalId::new("a1").unwrap();
    let asked = CallRecord {
        approval: Some(approval.clone()),
        ..record(call(Some("c1"), "send", 1), 1, CallState::Asked)
    };
    calls.record(asked.clone());
    calls.record(record(call(Some("c2"), "send", 1), 2, CallState::Asked));
    assert_eq!(calls.answer(&approval, true), 1);
    assert_eq!(calls.answer(&approval, false), 0, "answered once");
    assert_eq!(calls.by_approval(&approval).unwrap().state, CallState::Approved);
    assert!(!calls.record(asked), "never back to asked");
    calls.start(&decision(1), 0).unwrap();
    assert_eq!(calls.done(&id("c1"), false).unwrap().approval, Some(approval));
    assert_eq!(calls.failures(), 1);
}

#[test]
fn a_started_call_is_neither_rewound_nor_replaced() {
    let mut calls = calls();
    let it = call(Some("c1"), "send", 1);
    calls.record(record(it.clone(), 1, CallState::Allowed));
    calls.start(&decision(1), 0).unwrap();
    assert!(!calls.record(record(it.clone(), 1, CallState::Allowed)));
    assert!(!calls.record(record(call(Some("c1"), "send", 2), 1, CallState::Started)));
    calls.record(record(it.clone(), 2, CallState::Asked));
    calls.turn_ended();
    assert_eq!(calls.unreported(), 1, "the first still has no result");
    assert_eq!(calls.done(&id("c1"), true).unwrap().decision, decision(1));
    // What was only allowed is replaced: the old decision no longer starts.
    let other = call(Some("c3"), "send", 1);
    calls.record(record(other.clone(), 3, CallState::Allowed));
    calls.record(record(other.clone(), 4, CallState::Allowed));
    assert_eq!(calls.start(&decision(3), 0).unwrap_err().code(), "session/unknown");
    calls.start(&decision(4), 0).unwrap();
}

#[test]
fn a_denied_call_is_decided_again() {
    let mut calls = calls();
    let it = call(Some("c1"), "send", 1);
    calls.record(record(it.clone(), 1, CallState::Denied));
    assert!(calls.state(&it).is_none());
    calls.record(record(it.clone(), 2, CallState::Allowed));
    assert_eq!(calls.state(&it).unwrap().decision, decision(2));
}

#[test]
fn a_call_without_an_id_is_known_by_its_decision() {
    let mut calls = calls();
    let it = call(None, "read", 1);
    calls.record(record(it.clone(), 1, CallState::Allowed));
    calls.record(record(it.clone(), 2, CallState::Allowed));
    calls.record(record(call(None, "read", 3), 3, CallState::Allowed));
    assert!(calls.state(&it).is_none(), "every call is new");
    calls.start(&decision(2), 0).unwrap();
    assert_eq!(calls.done_decision(&decision(2), true).unwrap().decision, decision(2));
    let tool = ToolId::new("read").unwrap();
    assert_eq!(calls.done_tool(&tool, true).unwrap().decision, decision(1), "the oldest");
    assert_eq!(calls.done_tool(&tool, true).unwrap().decision, decision(3));
    assert!(calls.done_tool(&tool, true).is_none());
    assert_eq!(calls.unreported(), 0);
}

#[test]
fn parallel_calls_do_not_count_against_each_other() {
    let mut calls = calls();
    for n in 1..=3 {
        let it = call(Some(&format!("c{n}")), "read", 1);
        calls.lapse(&it, 10);
        assert_eq!(calls.unreported(), 0);
        calls.record(record(it, n, CallState::Allowed));
    }
    calls.start(&decision(2), 0).unwrap();
    for n in [2, 1, 3] {
        calls.done(&id(&format!("c{n}")), true).unwrap();
    }
    assert_eq!(calls.unreported(), 0, "all results came before the next call");
}

#[test]
fn a_result_that_never_came_is_overdue_at_the_next_call() {
    let (a, b) = (call(Some("a"), "read", 1), call(Some("b"), "read", 1));
    let fresh = || {
        let mut calls = calls();
        calls.record(record(a.clone(), 1, CallState::Allowed));
        calls.record(record(b.clone(), 2, CallState::Allowed));
        calls
    };
    // The result of another call came.
    let mut calls = fresh();
    calls.done(&id("b"), true).unwrap();
    assert_eq!(calls.overdue().map(|r| r.decision.clone()).collect::<Vec<_>>(), [decision(1)]);
    calls.done(&id("a"), true).unwrap();
    assert_eq!(calls.unreported(), 0, "late is not never");
    // The next turn began.
    let mut calls = fresh();
    calls.turn_ended();
    assert_eq!(calls.unreported(), 2);
    assert!(calls.abandon(&decision(1)).is_some(), "the host says it did not run it");
    assert!(calls.abandon(&decision(1)).is_none());
    assert_eq!(calls.unreported(), 1);
    calls.record(record(call(Some("c"), "read", 1), 3, CallState::Allowed));
    assert_eq!(calls.unreported(), 1, "the new one is of this turn");
    // The validity is over, and neither turn nor result came.
    let mut calls = fresh();
    calls.lapse(&call(Some("c"), "read", 1), 29_999);
    assert_eq!(calls.unreported(), 0);
    calls.lapse(&b, 30_000);
    assert_eq!(calls.unreported(), 1, "the same call again is not held against itself");
    calls.lapse(&call(None, "read", 1), 30_000);
    assert_eq!(calls.unreported(), 2);
    // Deciding an overdue call anew does not wipe it out.
    calls.record(record(b.clone(), 4, CallState::Allowed));
    calls.done(&id("b"), true).unwrap();
    calls.done(&id("a"), true).unwrap();
    assert_eq!(calls.unreported(), 1);
}

#[test]
fn memory_is_bounded_and_what_is_open_stays_longest() {
    let mut calls = calls();
    calls.record(record(call(Some("first"), "read", 1), 0, CallState::Allowed));
    calls.start(&decision(0), 0).unwrap();
    for n in 1..5000 {
        calls.record(record(call(Some(&format!("c{n}")), "read", 1), n, CallState::Allowed));
        calls.done(&id(&format!("c{n}")), true).unwrap();
        assert!(calls.len() <= MOST);
    }
    assert_eq!(calls.unreported(), 1);
    assert_eq!(calls.done(&id("first"), true).unwrap().decision, decision(0));
    // Where all are open the oldest go, and stay counted; the newest can be started.
    for n in 5000..9000 {
        calls.record(record(call(None, "read", 1), n, CallState::Allowed));
        calls.start(&decision(n), 0).unwrap();
    }
    calls.turn_ended();
    assert_eq!(calls.unreported(), 4000);
    assert!(calls.len() <= MOST && calls.by_id.len() <= MOST && calls.by_key.len() <= MOST);
    assert_eq!(calls.open.len(), calls.held.len());
}

#[derive(Debug, Clone)]
enum Step {
    Record(u64, usize),
    Start(u64),
    Done(u64, bool),
    Abandon(u64),
    Turn,
    Lapse(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0u64..12, 0..CallState::ALL.len()).prop_map(|(n, s)| Step::Record(n, s)),
        2 => (0u64..12).prop_map(Step::Start),
        2 => (0u64..12, any::<bool>()).prop_map(|(n, by_id)| Step::Done(n, by_id)),
        1 => (0u64..12).prop_map(Step::Abandon),
        1 => Just(Step::Turn),
        1 => (0i64..60_000).prop_map(Step::Lapse),
    ];
    prop::collection::vec(step, 0..80)
}

proptest! {
    #[test]
    fn states_only_move_forward_and_indexes_agree(steps in steps()) {
        let mut calls = calls();
        calls.most = 8;
        let it = |n: u64| call((!n.is_multiple_of(4)).then(|| format!("c{}", n % 3)).as_deref(), "t", (n / 6) as i64);
        let mut started = BTreeMap::new();
        let mut done = BTreeMap::new();
        for step in steps {
            let before: BTreeMap<_, _> =
                calls.held.values().map(|h| (h.record.decision.clone(), h.record.state)).collect();
            match step {
                Step::Record(n, s) => { calls.record(record(it(n), n, CallState::ALL[s])); }
                Step::Start(n) => if calls.start(&decision(n), 0).is_ok() {
                    let from = before[&decision(n)];
                    prop_assert!(matches!(from, CallState::Allowed | CallState::Approved));
                    *started.entry(n).or_insert(0) += 1;
                },
                Step::Done(n, by_id) => {
                    let ended = match it(n).call_id {
                        Some(id) if by_id => calls.done(&id, true),
                        _ => calls.done_decision(&decision(n), true),
                    };
                    if let Some(ended) = ended {
                        prop_assert!(!matches!(before[&ended.decision], CallState::Done | CallState::Denied | CallState::Asked));
                        *done.entry(ended.decision).or_insert(0) += 1;
                    }
                }
                Step::Abandon(n) => { calls.abandon(&decision(n)); }
                Step::Turn => calls.turn_ended(),
                Step::Lapse(at) => calls.lapse(&it(1), at),
            }
            for held in calls.held.values() {
                if let Some(from) = before.get(&held.record.decision) {
                    let to = held.record.state;
                    let kept_or_remade = *from == to || may_become(*from, to)
                        || matches!(from, CallState::Denied | CallState::Done);
                    prop_assert!(kept_or_remade, "{from} to {to}");
                }
            }
            let open: BTreeSet<u64> = calls.held.iter().filter(|(_, h)| h.record.is_open()).map(|(at, _)| *at).collect();
            prop_assert_eq!(&open, &calls.open);
            prop_assert!(calls.held.values().all(|h| !h.overdue || h.record.is_open()));
            prop_assert!(calls.held.len() <= 8 && calls.by_decision.len() == calls.held.len());
            prop_assert!(calls.by_key.values().all(|at| calls.held.contains_key(at)));
            prop_assert!(calls.by_id.values().all(|s| !s.is_empty() && s.iter().all(|at| calls.held.contains_key(at))));
        }
    }
}
