//! One session, many threads: what a framework does that runs the calls of a turn in parallel.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use checkrein::source::SourceKind;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Decision, Guard, Limits, Outcome, Session, Value};
use std::collections::BTreeSet;
use std::sync::Barrier;

const THREADS: usize = 16;
const ROUNDS: usize = 40;
const QUESTIONS: usize = 8;

const TOOLS: &str = r#"
[tool.note]
effects = ["write"]
owner = { business = "desk" }
"#;

fn session() -> Session {
    let guard = Guard::builder().tools(TOOLS).build().unwrap();
    let session = guard.session(SessionOptions::default()).unwrap();
    session.inspect_input(Content::text(SourceKind::User, "take notes")).unwrap();
    session
}

fn arguments(text: &str) -> Value {
    Value::parse(text.as_bytes(), &Limits::default()).unwrap()
}

/// Asks at once from all threads; gives the decisions.
fn at_once(ask: impl Fn(usize) -> Decision + Sync) -> Vec<Decision> {
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let one = |n| {
            let (ask, barrier) = (&ask, &barrier);
            scope.spawn(move || {
                barrier.wait();
                ask(n)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn the_same_call_of_many_threads_is_decided_once() {
    let session = session();
    for round in 0..ROUNDS {
        let id = format!("c{round}");
        let text = format!(r#"{{"text":"note {round}"}}"#);
        let decisions =
            at_once(|_| session.authorize_tool_call("note", arguments(&text), Some(&id)).unwrap());
        let ids: BTreeSet<&str> = decisions.iter().map(|d| d.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "round {round}");
        assert!(decisions.iter().all(|d| d.outcome == Outcome::Allow), "round {round}");
        let starts = at_once(|_| decisions.first().unwrap().clone())
            .iter()
            .filter(|decision| session.start(decision.id.as_str()).is_ok())
            .count();
        assert_eq!(starts, 1, "round {round}");
        session.report_result(&id, true).unwrap();
    }
}

#[test]
fn a_question_that_many_threads_raise_is_one_question() {
    let session = session();
    // As many as may wait for an answer.
    for round in 0..QUESTIONS {
        let id = format!("c{round}");
        let text = format!(r#"{{"n":{round}}}"#);
        let decisions = at_once(|_| {
            let call = arguments(&text);
            session.authorize_tool_call("nobody_described_me", call, Some(&id)).unwrap()
        });
        let questions: BTreeSet<&str> = decisions
            .iter()
            .map(|d| d.approval.as_ref().expect("a question").id.as_str())
            .collect();
        assert_eq!(questions.len(), 1, "round {round}");
    }
    assert_eq!(session.guard().status().pending_approvals, QUESTIONS);
}

#[test]
fn different_calls_of_one_turn_do_not_get_in_each_others_way() {
    let session = session();
    for round in 0..ROUNDS {
        let call = |n: usize| (format!("c{round}-{n}"), format!(r#"{{"text":"{round} {n}"}}"#));
        let decisions = at_once(|n| {
            let (id, text) = call(n);
            session.authorize_tool_call("note", arguments(&text), Some(&id)).unwrap()
        });
        for decision in &decisions {
            assert_eq!((decision.outcome, &decision.error), (Outcome::Allow, &None));
        }
        for n in 0..THREADS {
            session.report_result(&call(n).0, true).unwrap();
        }
    }
}
