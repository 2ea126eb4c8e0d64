//! A policy engine of the host, in Rust: `cargo run -p checkrein-examples --bin engine`. It is asked
//! beside the rules in process, and the strictest answer wins.

use checkrein::approval::LiftedRule;
use checkrein::decision::Reason;
use checkrein::digest::Digest;
use checkrein::policy::{Answer, PolicyEngine, Rule};
use checkrein::request::Request;
use checkrein::{Guard, Limits, Outcome, Result, Value};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

const TOOLS: &str = r#"
[tool.pay]
effects = ["spend"]
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }
"#;

/// Freezes accounts, and wants a second person for large amounts.
struct Bank {
    frozen: BTreeSet<String>,
}

impl Bank {
    fn objects(&self, request: &Request<'_>) -> Option<(Outcome, &'static str)> {
        let input = request.input?;
        let to = input.get("to").and_then(Value::as_str).unwrap_or_default();
        let cents = input.get("cents").and_then(Value::as_int).unwrap_or(i64::MAX);
        if self.frozen.contains(to) {
            return Some((Outcome::Deny, "the account is frozen"));
        }
        (cents > 50_000).then_some((Outcome::Ask, "more than 500 needs a second person"))
    }
}

impl PolicyEngine for Bank {
    fn name(&self) -> &'static str {
        "bank"
    }

    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer {
        let Some((outcome, message)) = self.objects(request) else { return Answer::allow() };
        let rule = Rule {
            id: "bank/objects".to_owned(),
            text: Digest::of(message.as_bytes()),
            liftable: outcome == Outcome::Ask,
        };
        // An approval lifts the question that was shown, and no other.
        if rule.liftable && lifted.iter().any(|l| l.rule == rule.id && l.text == rule.text) {
            return Answer { rules: vec![rule], ..Answer::allow() };
        }
        let reason = Reason {
            rule: rule.id.clone(),
            policy: "bank".to_owned(),
            message: message.to_owned(),
            threats: Vec::new(),
        };
        Answer { outcome, reasons: vec![reason], rules: vec![rule], ..Answer::allow() }
    }
}

fn main() -> Result<()> {
    let bank = Bank { frozen: ["GB29NWBK60161331926819".to_owned()].into() };
    let guard = Guard::builder().tools(TOOLS).engine(Arc::new(bank)).build()?;
    let session =
        guard.session(checkrein::wire::parse(br#"{"user": "alice", "agent": "desk"}"#)?)?;
    for (to, cents) in [
        ("DE89370400440532013000", 12_000),
        ("DE89370400440532013000", 90_000),
        ("GB29NWBK60161331926819", 100),
    ] {
        let text = format!(r#"{{"to": "{to}", "cents": {cents}}}"#);
        let arguments = Value::parse(text.as_bytes(), &Limits::default())?;
        let decision = session.authorize_tool_call("pay", arguments, None)?;
        let why = decision.reasons.first().map_or(String::new(), |r| format!(", {}", r.message));
        // Nobody is left to tell when standard output is gone.
        let _ = writeln!(std::io::stdout(), "pay {cents}: {}{why}", decision.outcome);
    }
    Ok(())
}
