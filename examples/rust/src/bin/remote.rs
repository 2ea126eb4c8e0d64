//! A guard that also asks the organisation's decision point before anything is paid:
//! `cargo run -p checkrein-examples --bin remote`.

use checkrein::{Guard, Limits, Value};
use checkrein_examples::remote::DecisionPoint;
use checkrein_remote_pdp::RemotePdp;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const TOOLS: &str = r#"
[tool.pay]
effects = ["spend"]
owner = { business = "accounts" }
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }

[tool.balance]
effects = ["read"]
owner = { business = "accounts" }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/remote/agents.rego");
    let point = DecisionPoint::start(&rules)?;
    print(&format!("asking {}", point.what));
    // Only the amount leaves; to whom it goes is judged in process, by where it came from.
    let pdp = RemotePdp::opa(&point.url, "agents/decision")
        .argument("cents")
        .cache(1000, Duration::from_secs(60))
        .timeout(Duration::from_secs(10))
        .build()?;
    let guard = Guard::builder().tools(TOOLS).engine(Arc::new(pdp)).build()?;
    let clerk = br#"{"user": {"id": "alice", "groups": ["clerks"]}, "agent": "desk"}"#;
    let session = guard.session(checkrein::wire::parse(clerk)?)?;
    let guest = guard.session(checkrein::wire::parse(br#"{"user": "bob", "agent": "desk"}"#)?)?;
    for (who, session, tool, arguments) in [
        ("alice", &session, "balance", "{}"),
        ("alice", &session, "pay", r#"{"to": "DE89370400440532013000", "cents": 12000}"#),
        ("alice", &session, "pay", r#"{"to": "DE89370400440532013000", "cents": 90000}"#),
        ("alice", &session, "pay", r#"{"to": "DE89370400440532013000", "cents": 9000000}"#),
        ("bob", &guest, "pay", r#"{"to": "DE89370400440532013000", "cents": 100}"#),
    ] {
        let given = Value::parse(arguments.as_bytes(), &Limits::default())?;
        let decision = session.authorize_tool_call(tool, given, None)?;
        let why = decision.reasons.first().map_or("", |reason| &reason.message);
        let cents = arguments.split("\"cents\":").nth(1).unwrap_or("").trim_end_matches('}');
        print(format!("{who}: {tool}{cents}: {} {why}", decision.outcome).trim_end());
    }
    drop(point);
    let given =
        Value::parse(br#"{"to": "DE89370400440532013000", "cents": 1}"#, &Limits::default())?;
    let decision = session.authorize_tool_call("pay", given, None)?;
    let code = decision.error.map_or("", |error| error.code());
    print(&format!("the decision point is gone: {} {code}", decision.outcome));
    Ok(())
}

fn print(line: &str) {
    // Nobody is left to tell when standard output is gone.
    let _ = writeln!(std::io::stdout(), "{line}");
}
