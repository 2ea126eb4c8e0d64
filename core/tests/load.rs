//! A guard under more load than its time allows: it degrades as it says, recovers, and records all
//! of it. Minutes long, so `cargo xtask soak load` runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use checkrein::guard::Sink;
use checkrein::source::SourceKind;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Decision, ErrorKind, Guard, Outcome, Value};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The ids of all decisions that were recorded.
#[derive(Default)]
struct Recorded(Mutex<BTreeSet<String>>);

impl Sink for Recorded {
    fn record(&self, _: u64, json: &str) {
        if let Ok(Value::Object(record)) = Value::parse(json.as_bytes(), &Default::default())
            && let Some(id) = record.get("id").and_then(Value::as_str)
        {
            self.0.lock().unwrap().insert(id.to_owned());
        }
    }
}

/// Milliseconds that a verb may take here.
const DEADLINE: usize = 20;
const THREADS: usize = 8;
const VERBS: usize = 24;

/// Four megabytes in two hundred texts: far more than can be read in the time of one verb.
fn heavy(thread: usize, verb: usize) -> Value {
    let text = |n: usize| {
        let words = format!("The minutes of meeting {thread}.{verb}.{n} are on the shared drive. ");
        Value::from(words.repeat(20_000 / words.len()))
    };
    Value::Array((0..200).map(text).collect())
}

/// Whether a decision is whole. One that is not says so, and is denied.
fn is_whole(decision: &Decision) -> bool {
    let late = decision.findings.iter().any(|f| f.rule == "limit/deadline");
    if late {
        assert_eq!(decision.outcome, Outcome::Deny);
        assert_eq!(decision.error.as_ref().unwrap().kind(), ErrorKind::DetectorFailed);
        assert_ne!(decision.controls.due, decision.controls.ran);
    } else {
        assert_eq!((decision.outcome, &decision.error), (Outcome::Allow, &None));
        assert_eq!(decision.controls.due, decision.controls.ran);
    }
    !late
}

#[test]
#[ignore = "a load: `cargo xtask soak load` runs it"]
fn under_load_a_guard_degrades_and_recovers_with_nothing_unrecorded() {
    let recorded = Arc::new(Recorded::default());
    let guard = Guard::builder()
        .limit("deadline_ms", DEADLINE)
        .sink(Arc::clone(&recorded) as Arc<dyn Sink>)
        .build()
        .unwrap();
    let decided = Mutex::new(Vec::new());
    let decide = |content: Value| {
        let session = guard.session(SessionOptions::default()).unwrap();
        let decision = session.inspect_input(Content::json(SourceKind::Retrieved, content));
        let decision = decision.unwrap();
        session.close().unwrap();
        decided.lock().unwrap().push(decision.id.as_str().to_owned());
        is_whole(&decision)
    };
    let late: usize = std::thread::scope(|scope| {
        let work = |thread| (0..VERBS).filter(|verb| !decide(heavy(thread, *verb))).count();
        let threads: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || work(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(late > 0, "nothing was late: this load is none");
    // What comes after the load is whole again.
    let mut in_a_row = 0;
    for _ in 0..10_000 {
        in_a_row = if decide("The soup of the day is tomato.".into()) { in_a_row + 1 } else { 0 };
        if in_a_row == 100 {
            break;
        }
    }
    assert_eq!(in_a_row, 100, "the guard does not recover");
    let decided = decided.into_inner().unwrap();
    let recorded = recorded.0.lock().unwrap();
    let missing = decided.iter().filter(|id| !recorded.contains(*id)).count();
    println!("{} decisions, {late} of them late, {missing} unrecorded", decided.len());
    assert_eq!((missing, guard.status().dropped_records), (0, 0));
}
