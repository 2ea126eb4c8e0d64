use super::*;
use checkrein::Limits;

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn opa(result: &str) -> Result<Reply, String> {
    Reply::of_opa(&json(&format!(r#"{{"result": {result}}}"#)))
}

fn authzen(answer: &str) -> Result<Reply, String> {
    Reply::of_authzen(&json(answer))
}

fn said(reply: Result<Reply, String>) -> Outcome {
    reply.unwrap().outcome()
}

#[test]
fn the_strictest_word_counts() {
    for (allow, word, outcome) in [
        (r#""allow": true"#, "", Outcome::Allow),
        (r#""allow": true"#, "allow", Outcome::Allow),
        (r#""allow": true"#, "ask", Outcome::Ask),
        (r#""allow": true"#, "deny", Outcome::Deny),
        (r#""allow": false"#, "", Outcome::Deny),
        (r#""allow": false"#, "allow", Outcome::Deny),
        (r#""allow": false"#, "ask", Outcome::Ask),
        (r#""allow": false"#, "deny", Outcome::Deny),
        (r#""x": 1"#, "allow", Outcome::Allow),
        (r#""x": 1"#, "ask", Outcome::Ask),
        (r#""x": 1"#, "deny", Outcome::Deny),
    ] {
        let more =
            if word.is_empty() { String::new() } else { format!(r#", "outcome": "{word}""#) };
        assert_eq!(said(opa(&format!("{{{allow}{more}}}"))), outcome, "{allow} {word}");
    }
    assert_eq!(said(opa("true")), Outcome::Allow);
    assert_eq!(said(opa("false")), Outcome::Deny);
    assert_eq!(said(authzen(r#"{"decision": true}"#)), Outcome::Allow);
    assert_eq!(said(authzen(r#"{"decision": true, "context": null}"#)), Outcome::Allow);
    assert_eq!(said(authzen(r#"{"decision": false, "context": {"a": 1}}"#)), Outcome::Deny);
    let asks = r#"{"decision": false, "context": {"outcome": "ask"}}"#;
    assert_eq!(said(authzen(asks)), Outcome::Ask);
}

#[test]
fn what_is_not_as_agreed_is_no_answer() {
    for (result, why) in [
        ("\"yes\"", "its `result` is a string, not a boolean or an object"),
        ("[true]", "its `result` is an array, not"),
        ("null", "its `result` is a null"),
        ("1", "its `result` is an integer"),
        ("{}", "neither `allow` nor `outcome`"),
        (r#"{"allow": "true"}"#, "its `allow` is a string, not a boolean"),
        (r#"{"allow": 1}"#, "its `allow`"),
        (r#"{"allow": true, "outcome": "modify"}"#, "not one of `allow ask deny`"),
        (r#"{"allow": true, "outcome": "\u202e"}"#, "`\\u{202e}`"),
        (r#"{"allow": true, "outcome": true}"#, "its `outcome` is a boolean"),
        (r#"{"allow": true, "reasons": "no"}"#, "its `reasons` is a string, not a list"),
        (r#"{"allow": true, "reasons": [1]}"#, "not a list of texts"),
        (r#"{"allow": true, "obligations": "x"}"#, "its `obligations`"),
        (r#"{"allow": true, "obligations": [1]}"#, "its `obligations`"),
        (r#"{"allow": true, "obligations": [""]}"#, "no fitting id"),
        (r#"{"allow": true, "obligations": [{"type": "step-up"}]}"#, "other fields"),
        (r#"{"allow": true, "approver": "bob"}"#, "its `approver`"),
    ] {
        let error = opa(result).unwrap_err();
        assert!(error.contains(why), "{result}: {error}");
    }
    for answer in ["{}", r#"{"decision": "true"}"#, r#"{"decision": 1}"#, "true", "[]", "null"] {
        assert!(authzen(answer).is_err(), "{answer}");
    }
    assert!(authzen(r#"{"decision": true, "context": []}"#).is_err());
    assert!(Reply::of_opa(&json("[]")).is_err());
    assert!(Reply::of_opa(&json("true")).is_err());
}

#[test]
fn a_no_stays_a_no_whatever_stands_beside_it() {
    for result in [
        r#"{"allow": false, "outcome": "perhaps"}"#,
        r#"{"allow": false, "reasons": 1}"#,
        r#"{"allow": false, "obligations": {}}"#,
    ] {
        assert_eq!(said(opa(result)), Outcome::Deny, "{result}");
    }
    assert_eq!(said(authzen(r#"{"decision": false, "context": []}"#)), Outcome::Deny);
    // No rule of OPA's defines the document.
    assert_eq!(said(Reply::of_opa(&json("{}"))), Outcome::Deny);
}

#[test]
fn reasons_are_bounded_and_nothing_in_them_is_invisible() {
    let long = "x".repeat(2000);
    let many = vec![format!("\"{long}\""); 50].join(",");
    let reply = opa(&format!(r#"{{"allow": false, "reasons": ["a\u202eb", {many}]}}"#)).unwrap();
    let answer = reply.answer("remote/opa", &[]);
    assert_eq!(answer.reasons.len(), MAX_REASONS);
    assert_eq!(answer.reasons[0].message, "a\\u{202e}b");
    assert!(answer.reasons.iter().all(|reason| reason.message.len() <= MAX_REASON));
    let texts = r#"{"decision": false, "context": {"reason_user": {"en": "not yours"}}}"#;
    let answer = authzen(texts).unwrap().answer("remote/authzen", &[]);
    assert_eq!(answer.reasons[0].message, "not yours");
}

#[test]
fn an_approval_lifts_the_question_that_was_shown_and_no_other() {
    let ask = |reason: &str| {
        let result = format!(
            r#"{{"allow": false, "outcome": "ask", "approver": "separate",
                 "reasons": ["{reason}"], "obligations": ["notify", {{"id": "log", "params": 1}}]}}"#
        );
        opa(&result).unwrap()
    };
    let shown = ask("a large amount").answer("remote/opa", &[]);
    assert_eq!((shown.outcome, shown.separate_approver), (Outcome::Ask, true));
    let rule = &shown.rules[0];
    assert!(rule.liftable);
    let lifted = [LiftedRule { rule: rule.id.clone(), text: rule.text }];
    let again = ask("a large amount").answer("remote/opa", &lifted);
    assert_eq!((again.outcome, again.reasons.len()), (Outcome::Allow, 0));
    let duties: Vec<&str> = again.obligations.iter().map(|duty| duty.id.as_str()).collect();
    assert_eq!(duties, ["notify", "log"], "duties stay");
    assert_eq!(ask("a larger amount").answer("remote/opa", &lifted).outcome, Outcome::Ask);
    let denied = opa("false").unwrap().answer("remote/opa", &lifted);
    assert_eq!(denied.outcome, Outcome::Deny);
    assert!(!denied.rules[0].liftable);
}
