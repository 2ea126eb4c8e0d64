//! Two threads on one guard, each with a session of its own, beside one thread.

use crate::harness::{Plan, Result};
use crate::scene;
use checkrein::{Guard, Outcome, Session, Value};
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Calls of a thread in one sample.
const CALLS: usize = 200;

/// What a call takes on average, with its report, where one thread calls and where two do at once.
pub fn rows(plan: &Plan, document: &str) -> Result<()> {
    for threads in [1, 2] {
        let row = format!("authorize_threads_{threads}");
        if plan.wants(&row) {
            let guard = scene::payments(10)?;
            plan.row(&row, 60, |_| sample(&guard, document, threads))?;
        }
    }
    Ok(())
}

/// The time in which all threads made all their calls, over the number of calls.
fn sample(guard: &Guard, document: &str, threads: usize) -> Result<Duration> {
    let sessions = (0..threads).map(|_| scene::asked(guard, document));
    let sessions = sessions.collect::<Result<Vec<_>>>()?;
    let calls = || (0..CALLS).map(|i| Ok((format!("call-{i}"), scene::arguments(i)?)));
    let calls = (0..threads).map(|_| calls().collect::<Result<Vec<_>>>());
    let calls = calls.collect::<Result<Vec<_>>>()?;
    let start = Barrier::new(threads + 1);
    let took = std::thread::scope(|scope| {
        let mut running = Vec::new();
        for (session, calls) in sessions.iter().zip(calls) {
            let start = &start;
            running.push(scope.spawn(move || {
                start.wait();
                make(session, calls)
            }));
        }
        start.wait();
        let began = Instant::now();
        for thread in running {
            thread.join().map_err(|_| "a thread panicked".to_owned())??;
        }
        Ok::<_, String>(began.elapsed())
    })?;
    for session in sessions {
        session.close()?;
    }
    Ok(took / u32::try_from(CALLS * threads)?)
}

fn make(session: &Session, calls: Vec<(String, Value)>) -> std::result::Result<(), String> {
    for (id, arguments) in calls {
        let decision = session.authorize_tool_call("pay_0", arguments, Some(&id));
        let decision = decision.map_err(|error| error.to_string())?;
        if decision.outcome != Outcome::Allow {
            return Err(decision.explain());
        }
        session.report_result(&id, true).map_err(|error| error.to_string())?;
    }
    Ok(())
}
