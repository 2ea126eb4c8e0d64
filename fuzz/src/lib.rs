//! What the targets share: a guard, its tools, and a session for each text.

use checkrein::guard::{Guard, Session};
use std::sync::OnceLock;

/// Tools with each role and effect that is read specially.
pub const TOOLS: &str = r#"
[tool.read]
effects = ["read"]
owner = { technical = "fuzz" }
result = "json"
arguments.path = { role = "path", type = "path" }
returns."[].id" = { integrity = "trusted", format = "id", kind = "item" }
returns."[].name" = { integrity = "trusted", format = "name", names_record = true }
fields = { by_name = "own" }
roots = ["/srv"]

[tool.list]
effects = ["read"]
owner = { technical = "fuzz" }
result = "lines"
returns."[]" = { integrity = "trusted", format = "name", names_record = true }

[tool.send]
effects = ["send"]
owner = { technical = "fuzz" }
arguments.to = { role = "destination", type = "email" }
arguments.body = { role = "payload" }
arguments.when = { role = "time", optional = true }

[tool.pay]
effects = ["spend"]
owner = { technical = "fuzz" }
arguments.to = { role = "destination", type = "account" }
arguments.amount = { role = "amount", type = "number" }
limits = { amount = 1000 }

[tool.fetch]
effects = ["fetch"]
owner = { technical = "fuzz" }
arguments.url = { role = "address", type = "url" }
egress = ["*.example"]

[tool.run]
effects = ["execute"]
owner = { technical = "fuzz" }
arguments.command = { role = "command" }
arguments.code = { role = "code", optional = true }
isolated = true

[tool.query]
effects = ["read"]
owner = { technical = "fuzz" }
arguments.sql = { role = "query" }
read_only = true
"#;

/// The guard of this process.
pub fn guard() -> &'static Guard {
    static GUARD: OnceLock<Guard> = OnceLock::new();
    GUARD.get_or_init(|| Guard::builder().tools(TOOLS).build().expect("the manifest is right"))
}

/// A new session of it.
pub fn session() -> Session {
    guard().session(Default::default()).expect("there is room: a dropped session ends")
}

/// The text of an input; what is no UTF-8 is no text.
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
