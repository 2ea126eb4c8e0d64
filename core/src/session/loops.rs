//! Loops: the same call with the same result again, or a short sequence that repeats.

use crate::digest::Digest;
use crate::id::ToolId;
use std::collections::VecDeque;

/// Steps that are remembered.
const KEPT: usize = 64;
/// How often something comes before it is a loop.
const TIMES: usize = 3;
/// The longest sequence that is looked for.
const LONGEST: usize = 8;

/// The last calls of a session and what came of them: hashes only, at most 64.
///
/// A call loops where it came three times with one and the same result, or where it goes on a
/// sequence of at most 8 steps that came three times running. A call whose result was not
/// reported equals itself only, so that polling something that changes is no loop.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    steps: VecDeque<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    call: Digest,
    result: Option<Digest>,
}

impl Recent {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that a call was authorized.
    pub fn observe_call(&mut self, tool: &ToolId, arguments: Digest) {
        self.push(Step { call: call(tool, arguments), result: None });
    }

    /// Notes what came of the oldest such call that waits for a result.
    pub fn observe_result(&mut self, tool: &ToolId, arguments: Digest, result: Digest) {
        let call = call(tool, arguments);
        let waiting = Step { call, result: None };
        match self.steps.iter_mut().find(|step| **step == waiting) {
            Some(step) => step.result = Some(result),
            None => self.push(Step { call, result: Some(result) }),
        }
    }

    /// Whether making this call (again) would go on a loop. The answer is the same before and
    /// after [`Recent::observe_call`] of this very call.
    #[must_use]
    pub fn looping(&self, tool: &ToolId, arguments: Digest) -> bool {
        let call = call(tool, arguments);
        let this = Step { call, result: None };
        let past = self.steps.len() - usize::from(self.steps.back() == Some(&this));
        self.same_result(call) || (1..=LONGEST).any(|period| self.goes_on(call, past, period))
    }

    fn push(&mut self, step: Step) {
        if self.steps.len() == KEPT {
            self.steps.pop_front();
        }
        self.steps.push_back(step);
    }

    fn same_result(&self, call: Digest) -> bool {
        let of_call = self.steps.iter().filter(|step| step.call == call);
        let mut results: Vec<Digest> = of_call.filter_map(|step| step.result).collect();
        results.sort_unstable();
        results.chunk_by(|a, b| a == b).any(|same| same.len() >= TIMES)
    }

    /// Whether the first `past` steps end in a sequence of `period` that came three times
    /// running, and `call` is its next.
    fn goes_on(&self, call: Digest, past: usize, period: usize) -> bool {
        let Some(start) = past.checked_sub(period * TIMES) else { return false };
        let step = |at: usize| self.steps.get(at);
        step(past - period).is_some_and(|step| step.call == call)
            && (start..past - period).all(|at| step(at) == step(at + period))
    }
}

fn call(tool: &ToolId, arguments: Digest) -> Digest {
    Digest::of_parts([b"call".as_slice(), tool.as_str().as_bytes(), &arguments.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> ToolId {
        ToolId::new("read_file").unwrap()
    }

    fn d(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn run(recent: &mut Recent, arguments: &str, result: &str) {
        recent.observe_call(&tool(), d(arguments));
        recent.observe_result(&tool(), d(arguments), d(result));
    }

    #[test]
    fn the_same_result_three_times_is_a_loop() {
        let mut recent = Recent::new();
        for _ in 0..2 {
            run(&mut recent, "a", "r");
        }
        assert!(!recent.looping(&tool(), d("a")));
        run(&mut recent, "noise", "n");
        run(&mut recent, "a", "r");
        assert!(recent.looping(&tool(), d("a")));
        assert!(!recent.looping(&tool(), d("b")));
        assert!(!recent.looping(&ToolId::new("other").unwrap(), d("a")));
    }

    #[test]
    fn polling_that_moves_on_is_no_loop() {
        let mut recent = Recent::new();
        for i in 0..40 {
            run(&mut recent, "status", &format!("{i} percent"));
            assert!(!recent.looping(&tool(), d("status")));
        }
    }

    #[test]
    fn a_sequence_without_results_is_found_by_its_period() {
        for period in 1..=LONGEST + 1 {
            let mut recent = Recent::new();
            // Of one unreported call, the last is taken for the one that is asked about.
            for i in 0..period * TIMES + usize::from(period == 1) {
                assert!(!recent.looping(&tool(), d(&format!("{}", i % period))), "{period} {i}");
                recent.observe_call(&tool(), d(&format!("{}", i % period)));
            }
            let next = recent.looping(&tool(), d("0"));
            assert_eq!(next, period <= LONGEST, "period {period}");
            if period > 1 {
                assert!(!recent.looping(&tool(), d("1")), "does not go on the sequence");
            }
            recent.observe_call(&tool(), d("0"));
            assert_eq!(recent.looping(&tool(), d("0")), next, "the same once it is observed");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::new();
        for i in 0..1000 {
            run(&mut recent, &format!("{i}"), "r");
            recent.observe_result(&tool(), d("never called"), d(&format!("{i}")));
        }
        assert_eq!(recent.steps.len(), KEPT);
        for _ in 0..3 {
            run(&mut recent, "a", "r");
        }
        for i in 0..KEPT {
            run(&mut recent, &format!("x{i}"), "r");
        }
        assert!(!recent.looping(&tool(), d("a")), "long ago is forgotten");
    }
}
