//! `checkrein demo`: a session as an agent would have it, with a scripted model.

mod drawing;
mod scene;

use crate::terminal::{Colour, line, paint};
use checkrein::decision::show;
use checkrein::{
    Approver, Decision, Error, ErrorKind, Guard, Limits, Outcome, Result, Value, record,
};
use scene::Scene;
use std::path::{Path, PathBuf};

/// Plays the demo. True where everything was decided as it must be and the log verifies.
pub fn run(audit: Option<&Path>, json: bool) -> Result<bool> {
    let (directory, keys) = match audit {
        Some(given) => (given.to_path_buf(), sibling(given, ".keys")),
        None => {
            let unique = std::process::id();
            let base = std::env::temp_dir().join(format!("checkrein-demo-{unique}"));
            (base.join("audit"), base.join("keys"))
        }
    };
    let guard = Guard::builder().tools(scene::TOOLS).audit(&directory).keys(&keys).build()?;
    let mut play = Play { guard: guard.clone(), steps: Vec::new(), quiet: json };
    play.all()?;
    let verifier = guard.verifier();
    guard.close()?;
    let report = record::verify(&directory, Some(&verifier))?;
    let verified = report.problems.is_empty();
    let held = play.steps.iter().all(|step| step.held);
    if json {
        let steps: Vec<_> = play
            .steps
            .iter()
            .map(|step| serde_json::json!({"what": step.what, "outcome": step.outcome.as_str(), "as_expected": step.held}))
            .collect();
        let shape = serde_json::json!({
            "ok": held && verified,
            "steps": steps,
            "audit": directory,
            "records": report.records,
            "root": report.root.hex(),
            "verified": verified,
        });
        line(&shape.to_string());
        return Ok(held && verified);
    }
    line("");
    line(&format!(
        "audit log: {} records, Merkle root {}, {}",
        report.records,
        report.root,
        if verified {
            paint(Colour::Green, "verified")
        } else {
            paint(Colour::Red, "NOT in order")
        }
    ));
    line(&format!("  {}", directory.display()));
    line(&format!("  checkrein audit verify {} --key '{verifier}'", directory.display()));
    if !held {
        line(&paint(Colour::Red, "a step was not decided as it must be"));
    }
    Ok(held && verified)
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// One decision and whether it is what it must be.
struct Step {
    what: String,
    outcome: Outcome,
    held: bool,
}

struct Play {
    guard: Guard,
    steps: Vec<Step>,
    quiet: bool,
}

impl Play {
    fn all(&mut self) -> Result<()> {
        let session = self.guard.session(scene::session()?)?;
        let scene = Scene::new(session);
        self.title("An honest task");
        self.step("user asks to pay a named bill", scene.task()?, &[Outcome::Allow]);
        self.step("agent reads bill.txt", scene.read_bill()?, &[Outcome::Allow]);
        self.title("The file is poisoned");
        self.step("bill.txt enters the context", scene.bill()?, &[Outcome::Allow, Outcome::Modify]);
        self.title("A hijacked model tries what the file told it");
        let stopped = &[Outcome::Ask, Outcome::Deny];
        let theft = scene.steal()?;
        self.step("send_money to the attacker's account", theft.clone(), stopped);
        self.draw(&theft, scene::THEFT)?;
        self.step("send_email of the file to the attacker", scene.leak()?, stopped);
        self.step("delete_file bill.txt", scene.wipe()?, stopped);
        self.title("The honest call still runs, unasked");
        let payment = scene.pay()?;
        self.step("send_money to the account the user named", payment.clone(), &[Outcome::Allow]);
        self.draw(&payment, scene::PAYMENT)?;
        self.title("A human is asked where the flow cannot justify a call");
        self.step("contacts.txt enters the context", scene.contacts()?, &[Outcome::Allow]);
        let asked = scene.receipt()?;
        self.step(
            "send_email to an address that only the file names",
            asked.clone(),
            &[Outcome::Ask],
        );
        self.approve(&asked)?;
        self.step("the same call, after `carol` said yes", scene.receipt()?, &[Outcome::Allow]);
        self.title("The answer leaks");
        self.step(
            "answer with a key and a data-carrying image",
            scene.answer()?,
            &[Outcome::Modify],
        );
        Ok(())
    }

    fn approve(&self, asked: &Decision) -> Result<()> {
        let Some(pending) = &asked.approval else {
            return Err(Error::new(ErrorKind::ApprovalUnknown, "nothing waits for an answer"));
        };
        if !self.quiet {
            line(&paint(Colour::Dim, "      the human is shown:"));
            for text in pending.text.lines() {
                line(&paint(Colour::Dim, &format!("      | {text}")));
            }
        }
        let approver = Approver::new(&self.guard);
        approver.approve(pending.id.as_str(), &pending.digest.hex(), "carol", false)
    }

    /// Where each value of a call came from.
    fn draw(&self, decision: &Decision, arguments: &str) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        let arguments = Value::parse(arguments.as_bytes(), &Limits::default())?;
        line("         where its values come from:");
        for drawn in drawing::flow(decision, &arguments) {
            line(&format!("           {drawn}"));
        }
        Ok(())
    }

    fn title(&self, text: &str) {
        if !self.quiet {
            line("");
            line(&paint(Colour::Bold, text));
        }
    }

    fn step(&mut self, what: &str, decision: Decision, wanted: &[Outcome]) {
        let held = wanted.contains(&decision.outcome);
        if !self.quiet {
            let colour = match decision.outcome {
                Outcome::Allow => Colour::Green,
                Outcome::Modify | Outcome::Ask => Colour::Yellow,
                Outcome::Deny => Colour::Red,
            };
            let outcome = paint(colour, &format!("{:<6}", decision.outcome.as_str()));
            let mark = if held { "" } else { "   <- NOT as it must be" };
            line(&format!("  {outcome} {what}{mark}"));
            for reason in &decision.reasons {
                line(&paint(
                    Colour::Dim,
                    &format!("         {} [{}]", reason.message, reason.rule),
                ));
            }
            if let (Outcome::Modify, Some(content)) = (decision.outcome, &decision.content)
                && let Some(text) = content.as_str()
            {
                line(&paint(Colour::Dim, &format!("         -> {}", show(text).trim_end())));
            }
        }
        self.steps.push(Step { what: what.to_owned(), outcome: decision.outcome, held });
    }
}
