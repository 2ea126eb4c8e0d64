//! A call with any arguments, after any text was read: roles, code, paths, addresses, policy.
#![no_main]

use checkrein::content::Content;
use checkrein::source::SourceKind;
use checkrein::{Limits, Value};
use checkrein_fuzz::session;
use libfuzzer_sys::fuzz_target;

const TOOLS: [(&str, &[&str]); 7] = [
    ("read", &["path"]),
    ("send", &["to", "body"]),
    ("pay", &["to", "amount"]),
    ("fetch", &["url"]),
    ("run", &["command", "code"]),
    ("query", &["sql"]),
    ("unknown", &["x"]),
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let (tool, names) = TOOLS[usize::from(*first) % TOOLS.len()];
    let session = session();
    let mut parts = rest.split(|byte| *byte == 1);
    for kind in [SourceKind::User, SourceKind::Retrieved] {
        let Some(text) = parts.next().and_then(checkrein_fuzz::text) else { return };
        session.inspect_input(Content::text(kind, text)).expect("a decision");
    }
    let given = parts.next().unwrap_or_default();
    let arguments = match Value::parse(given, &Limits::default()) {
        Ok(value) => value,
        // What is no JSON is each argument's text.
        Err(_) => {
            let Some(text) = checkrein_fuzz::text(given) else { return };
            let entries = names.iter().map(|name| ((*name).to_owned(), Value::from(text)));
            Value::object(entries.collect()).expect("the names differ")
        }
    };
    if let Ok(decision) = session.authorize_tool_call(tool, arguments, None) {
        assert!(!decision.allowed() || decision.arguments.is_some());
        let _ = decision.explain();
    }
    session.close().expect("it was open");
});
