//! Guards, policies and calls that the rows are measured with, the same in every language.

use crate::harness::Result;
use checkrein::source::SourceKind;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Decision, Guard, Limits, Outcome, Session, Value};

/// Iterations after which a session is replaced, so that none grows without bound.
pub const A_SESSION: usize = 200;
/// The same where each iteration brings 100 KB.
pub const A_LARGE_SESSION: usize = 20;

/// What a user says before the calls.
pub const ASKED: &str = "Pay 120 EUR to DE89370400440532013000 for the March invoice.";

/// The user policies about one tool: two of them.
pub fn tool_policies(tool: usize) -> String {
    format!(
        "@id(\"bench/{tool}/small\")\n\
         permit (principal, action == Action::\"pay_{tool}\", resource)\n\
         when {{ context.input.amount <= 1000 }};\n\
         @id(\"bench/{tool}/large\")\n\
         @outcome(\"ask\")\n\
         @reason(\"a large payment\")\n\
         forbid (principal, action == Action::\"pay_{tool}\", resource)\n\
         when {{ context.input.amount > 500 && context.flow.destination.rank < 4 }};\n"
    )
}

/// A guard with `policies` user policies, two for each tool.
pub fn payments(policies: usize) -> Result<Guard> {
    let (manifest, policy) = payment_texts(policies);
    Ok(Guard::builder().tools(manifest).policy(policy).build()?)
}

/// The manifest and the rules of such a guard.
pub fn payment_texts(policies: usize) -> (String, String) {
    let tools = 0..policies / 2;
    let manifest = tools.clone().map(|tool| {
        format!(
            "[tool.pay_{tool}]\n\
             effects = [\"spend\"]\n\
             arguments.recipient = {{ role = \"destination\", type = \"account\" }}\n\
             arguments.amount = {{ role = \"amount\", type = \"integer\" }}\n\
             arguments.purpose = {{ role = \"payload\" }}\n"
        )
    });
    let manifest: String = manifest.collect();
    (manifest, tools.map(tool_policies).collect())
}

/// A guard that masks data about people in answers.
pub fn masking() -> Result<Guard> {
    let policy = "@id(\"bench/mask\")\n@obligation(\"redact:personal\")\n\
                  permit (principal, action == Action::\"verb:output\", resource);\n";
    Ok(Guard::builder().policy(policy).build()?)
}

/// Three data about people and a secret, put together here so that no scanner takes them for real.
pub fn private_items() -> [String; 4] {
    [
        "anna.berg@example.org".to_owned(),
        ["4111", "1111", "1111", "1111"].join(" "),
        "DE89370400440532013000".to_owned(),
        ["ghp_", "a1B2c3D4e5F6g7H8i9J0", "k1L2m3N4o5P6q7R8"].concat(),
    ]
}

/// A new session for alice's agent.
pub fn session(guard: &Guard) -> Result<Session> {
    let options = r#"{"user":"alice","agent":"desk"}"#;
    let options: SessionOptions = checkrein::wire::parse(options.as_bytes())?;
    Ok(guard.session(options)?)
}

/// A session in which a user asked for a payment and a document was read.
pub fn asked(guard: &Guard, document: &str) -> Result<Session> {
    let session = session(guard)?;
    allowed(&session.inspect_input(Content::text(SourceKind::User, ASKED))?)?;
    let document = Content::text(SourceKind::Retrieved, document);
    allowed(&session.inspect_input(document)?)?;
    Ok(session)
}

/// The arguments of call `i`: each of a session's has a purpose of its own, for the same call again
/// and again is taken for a loop.
pub fn arguments(i: usize) -> Result<Value> {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    let part = [letter(i / 26), letter(i)].iter().collect::<String>();
    let call = format!(
        r#"{{"recipient":"DE89370400440532013000","amount":120,"purpose":"March invoice, part {part}"}}"#
    );
    Ok(Value::parse(call.as_bytes(), &Limits::default())?)
}

/// Fails where a row would measure a refusal.
pub fn allowed(decision: &Decision) -> Result<()> {
    if decision.outcome == Outcome::Allow { Ok(()) } else { Err(decision.explain().into()) }
}
