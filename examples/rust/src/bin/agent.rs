//! Plays the agent and prints what happens: `cargo run -p checkrein-examples`.

use checkrein::{Approver, Guard, Result};
use checkrein_examples::{Agent, MANIFEST, Office, TASK, hijacked};
use std::io::Write;

fn main() -> Result<()> {
    let guard = Guard::builder().tools(MANIFEST).build()?;
    guard.cover("rust/agent");
    let options = checkrein::wire::parse(br#"{"user": "alice", "agent": "bookkeeper"}"#)?;
    let mut agent = Agent {
        session: guard.session(options)?,
        approver: Approver::new(&guard),
        // The human knows the electricity company, and nothing else that is asked about.
        human: Box::new(|pending| {
            pending.text.contains("billing@stadtwerke-nord.example").then(|| "carol".to_owned())
        }),
        office: Office::default(),
        tell: Box::new(print),
    };
    agent.run(&mut hijacked(), TASK)?;
    print("");
    for (recipient, amount) in &agent.office.paid {
        print(&format!("   paid  {amount} to {recipient}"));
    }
    for (to, _) in &agent.office.sent {
        print(&format!("   sent  mail to {to}"));
    }
    guard.close()
}

fn print(line: &str) {
    // Nobody is left to tell when standard output is gone.
    let _ = writeln!(std::io::stdout(), "{line}");
}
