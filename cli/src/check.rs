//! `checkrein check`: a bundle, before anybody enforces it.

use crate::opened::Trust;
use crate::terminal::{Colour, line, paint};
use checkrein::Result;
use checkrein::decision::show;
use checkrein::error::{Lint, LintKind};
use serde_json::json;
use std::path::Path;

/// Loads the bundle as a guard would, and says what a reviewer should look at. Gives false where
/// there is a warning whose id is not in `accepted`.
pub fn run(bundle: &Path, accepted: &[String], trust: &Trust, json: bool) -> Result<bool> {
    let guard = trust.guard(bundle).build()?;
    let status = guard.status();
    let lints = guard.lints();
    let lints: Vec<_> =
        lints.iter().filter(|lint| !accepted.iter().any(|id| id == lint.kind.code())).collect();
    let ok = !lints.iter().any(|lint| lint.kind.warns());
    let notices: Vec<&String> =
        status.notices.iter().filter(|notice| !notice.starts_with("audit/memory")).collect();
    if json {
        let shape = json!({
            "ok": ok,
            "name": status.bundle.name,
            "revision": status.bundle.revision,
            "hash": status.bundle.hash.hex(),
            "mode": status.mode.as_str(),
            "tools": guard.inventory().len(),
            "rules": guard.rules().len(),
            "detector_rules": guard.custom_rules().len(),
            "notices": notices,
            "lints": lints.iter().map(|lint| shape(lint)).collect::<Vec<_>>(),
        });
        line(&shape.to_string());
        return Ok(ok);
    }
    let bundle = &status.bundle;
    let by = status.layers.first().and_then(|layer| layer.signed_by.as_deref());
    let (name, signed) = (show(&bundle.name), trust.told(by));
    line(&format!("{name} revision {}: valid{signed}", bundle.revision));
    line(&format!("  hash   {}", bundle.hash));
    line(&format!("  mode   {}", status.mode));
    line(&format!("  tools  {}", guard.inventory().len()));
    line(&format!("  rules  {}", guard.rules().len()));
    if !guard.custom_rules().is_empty() {
        line(&format!("  detector rules {}", guard.custom_rules().len()));
    }
    // What is a lint as well is told once.
    let told: Vec<String> = guard.lints().iter().flat_map(notices_of).collect();
    for notice in notices.into_iter().filter(|notice| !told.contains(notice)) {
        line(&format!("  note   {}", show(notice)));
    }
    for lint in &lints {
        let colour = if lint.kind.warns() { Colour::Yellow } else { Colour::Dim };
        let place =
            if lint.line == 0 { lint.file.clone() } else { format!("{}:{}", lint.file, lint.line) };
        let level = paint(colour, level(lint.kind));
        line(&format!("{place}: {level}: {} [{}]", lint.message, lint.kind.code()));
        line(&paint(Colour::Dim, &format!("  {}", lint.kind.hint())));
    }
    let warnings = lints.iter().filter(|lint| lint.kind.warns()).count();
    let advice = lints.len() - warnings;
    line(&format!("warnings: {warnings}, advice: {advice}"));
    Ok(ok)
}

fn level(kind: LintKind) -> &'static str {
    if kind.warns() { "warning" } else { "advice" }
}

fn shape(lint: &Lint) -> serde_json::Value {
    json!({
        "id": lint.kind.code(),
        "level": level(lint.kind),
        "file": lint.file,
        "line": lint.line,
        "message": lint.message,
        "hint": lint.kind.hint(),
    })
}

/// A lint as a status gives it.
fn notices_of(lint: &Lint) -> [String; 2] {
    [lint.to_string(), format!("{}: {}", lint.file, lint.message)]
}
