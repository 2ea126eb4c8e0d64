use super::*;
use crate::span::Span;
use crate::value::Value;

fn allowed<'a>() -> Settle<'a> {
    Settle {
        verdict: Verdict::default(),
        outcome: Outcome::Allow,
        decided: Outcome::Allow,
        reasons: Vec::new(),
        obligations: Vec::new(),
        watched: Vec::new(),
        error: None,
        verb: Verb::AuthorizeToolCall,
        mode: Mode::Enforce,
        human: true,
        known_obligations: &[],
        fail_mode: FailMode::Closed,
    }
}

fn verdict(outcome: Outcome) -> Verdict {
    let edit = Edit { path: String::new(), span: Span::new(0, 1), with: String::new() };
    let edits = if outcome == Outcome::Modify { vec![edit] } else { Vec::new() };
    Verdict { outcome, edits, reasons: vec![reason("own", "own", &[])], flagged: true }
}

fn obligation(id: &str) -> Obligation {
    Obligation { id: id.into(), params: Value::Null }
}

fn error(kind: ErrorKind) -> Option<Error> {
    Some(Error::new(kind, "x"))
}

fn rules(settled: &Settlement) -> Vec<&str> {
    settled.reasons.iter().map(|reason| reason.rule.as_str()).collect()
}

/// What policy answers, and what of it is sure.
fn answers() -> impl Iterator<Item = (Outcome, Outcome)> {
    let less = |policy| Outcome::ALL.iter().copied().filter(move |decided| *decided <= policy);
    Outcome::ALL.iter().flat_map(move |policy| less(*policy).map(|decided| (*policy, decided)))
}

/// Every combination of what goes in, against the rules said again in the plainest way.
#[test]
fn every_combination() {
    let errors = [None, Some(ErrorKind::PolicyEngine), Some(ErrorKind::InputType)];
    let obligations = [None, Some("redact:personal"), Some("page:boss"), Some("unheard")];
    let known = ["page:boss".to_owned()];
    let mut seen = 0;
    for own in Outcome::ALL.iter().copied() {
        for (policy, decided) in answers() {
            for verb in Verb::ALL.iter().copied() {
                for (human, fail_mode) in [
                    (true, FailMode::Closed),
                    (true, FailMode::Open),
                    (false, FailMode::Closed),
                    (false, FailMode::Open),
                ] {
                    for failed in errors {
                        for duty in obligations {
                            let input = |mode| Settle {
                                verdict: verdict(own),
                                outcome: policy,
                                decided,
                                reasons: vec![reason("policy", "policy", &[])],
                                obligations: duty.map(obligation).into_iter().collect(),
                                watched: Vec::new(),
                                error: failed.and_then(error),
                                verb,
                                mode,
                                human,
                                known_obligations: &known,
                                fail_mode,
                            };
                            let opened = failed == Some(ErrorKind::PolicyEngine)
                                && fail_mode == FailMode::Open;
                            let strictest = own.max(if opened { decided } else { policy });
                            let expected = if duty == Some("unheard")
                                || (failed.is_some() && !opened)
                                || (strictest == Outcome::Ask
                                    && (verb != Verb::AuthorizeToolCall || !human))
                            {
                                Outcome::Deny
                            } else {
                                strictest
                            };
                            let passes = expected <= Outcome::Modify;

                            let settled = settle(input(Mode::Enforce));
                            assert_eq!(settled.outcome, expected);
                            assert_eq!(settled.would_be, None);
                            assert_eq!(settled.fail_open, opened && passes);
                            assert_eq!(
                                settled.edits.is_empty(),
                                expected != Outcome::Modify || own != Outcome::Modify
                            );
                            assert_eq!(settled.obligations.len(), usize::from(duty.is_some()));
                            assert!(settled.flagged);
                            assert_eq!(rules(&settled)[..2], ["core/own", "core/policy"]);
                            assert_eq!(
                                rules(&settled).contains(&"core/fail_open"),
                                settled.fail_open
                            );

                            let watched = settle(input(Mode::Monitor));
                            assert_eq!(watched.outcome, Outcome::Allow);
                            assert_eq!(watched.would_be, Some(expected));
                            assert!(watched.edits.is_empty() && watched.obligations.is_empty());
                            assert_eq!(watched.error, settled.error);
                            assert_eq!(watched.reasons, settled.reasons);
                            seen += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen, 4 * 10 * 3 * 4 * 3 * 4);
}

#[test]
fn nothing_is_said_of_nothing() {
    let settled = settle(allowed());
    assert_eq!(settled.outcome, Outcome::Allow);
    assert!(settled.reasons.is_empty() && settled.error.is_none() && !settled.fail_open);
}

#[test]
fn an_ask_without_a_human_says_so() {
    let settled = settle(Settle { outcome: Outcome::Ask, human: false, ..allowed() });
    assert_eq!(settled.outcome, Outcome::Deny);
    assert_eq!(settled.error.unwrap().code(), "approval/no_human");
    let settled = settle(Settle { outcome: Outcome::Ask, verb: Verb::InspectInput, ..allowed() });
    assert_eq!((settled.outcome, rules(&settled)), (Outcome::Deny, vec!["core/ask_elsewhere"]));
    assert_eq!(settled.error, None);
}

#[test]
fn an_unknown_obligation_is_refused_and_named() {
    let input = |known| Settle {
        obligations: vec![obligation("notify"), obligation("redact:secret")],
        known_obligations: known,
        ..allowed()
    };
    let settled = settle(input(&[]));
    assert_eq!(settled.outcome, Outcome::Deny);
    let error = settled.error.unwrap();
    assert_eq!((error.code(), error.message().contains("`notify`")), ("obligation/unknown", true));
    let known = ["notify".to_owned()];
    assert_eq!(settle(input(&known)).outcome, Outcome::Allow);
    // The core's own are known anyway.
    let own = Obligation::KNOWN.iter().map(|id| obligation(id)).collect();
    assert_eq!(settle(Settle { obligations: own, ..allowed() }).outcome, Outcome::Allow);
}

#[test]
fn only_an_open_question_fails_open() {
    let opened: Vec<&str> = ErrorKind::ALL
        .iter()
        .filter(|kind| {
            let input = Settle {
                outcome: Outcome::Deny,
                error: error(**kind),
                fail_mode: FailMode::Open,
                ..allowed()
            };
            let settled = settle(input);
            assert_eq!(settled.fail_open, settled.outcome == Outcome::Allow);
            settled.fail_open
        })
        .map(|kind| kind.code())
        .collect();
    let expected =
        ["policy/evaluate", "policy/engine", "detector/failed", "store/unavailable", "record/io"];
    assert_eq!(opened, expected);
}

#[test]
fn failing_open_keeps_what_the_core_found() {
    let input = |own| Settle {
        verdict: verdict(own),
        outcome: Outcome::Deny,
        error: error(ErrorKind::StoreUnavailable),
        fail_mode: FailMode::Open,
        ..allowed()
    };
    let masked = settle(input(Outcome::Modify));
    assert_eq!((masked.outcome, masked.edits.len()), (Outcome::Modify, 1));
    let refused = settle(input(Outcome::Deny));
    assert_eq!((refused.outcome, refused.fail_open), (Outcome::Deny, false));
}

#[test]
fn an_edit_is_a_change() {
    let verdict = Verdict { outcome: Outcome::Allow, ..verdict(Outcome::Modify) };
    let settled = settle(Settle { verdict, ..allowed() });
    assert_eq!((settled.outcome, settled.edits.len()), (Outcome::Modify, 1));
}

#[test]
fn what_is_only_watched_blocks_nothing_and_is_told() {
    let input = |outcome, watched, verb, human| Settle {
        outcome,
        watched: vec![(watched, reason("pilot", "because", &[]))],
        verb,
        human,
        ..allowed()
    };
    let call = Verb::AuthorizeToolCall;
    for (outcome, watched, verb, human, would_be) in [
        (Outcome::Allow, Outcome::Ask, call, true, Outcome::Ask),
        (Outcome::Allow, Outcome::Ask, call, false, Outcome::Deny),
        (Outcome::Allow, Outcome::Ask, Verb::InspectInput, true, Outcome::Deny),
        (Outcome::Allow, Outcome::Deny, call, true, Outcome::Deny),
        (Outcome::Ask, Outcome::Deny, call, true, Outcome::Deny),
        (Outcome::Deny, Outcome::Ask, call, true, Outcome::Deny),
    ] {
        let settled = settle(input(outcome, watched, verb, human));
        assert_eq!((settled.outcome, settled.would_be), (outcome, Some(would_be)));
        assert!(settled.error.is_none());
        let told = settled.reasons.last().unwrap();
        assert_eq!(told.message, "only watched, nothing is blocked: because");
    }
    let monitor = input(Outcome::Allow, Outcome::Deny, call, true);
    let settled = settle(Settle { mode: Mode::Monitor, ..monitor });
    assert_eq!((settled.outcome, settled.would_be), (Outcome::Allow, Some(Outcome::Allow)));
    assert_eq!(settled.reasons.len(), 1);
    assert_eq!(settle(allowed()).would_be, None);
}
