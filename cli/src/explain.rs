//! `checkrein explain`: why each step of a case is decided so, and what would have allowed it.

use crate::case::{self, Played, Stage};
use crate::opened::Trust;
use crate::terminal::{Colour, line, paint};
use checkrein::decision::show;
use checkrein::guard::{Lift, Remedy};
use checkrein::policy::RuleInfo;
use checkrein::{Mode, Outcome, Result};
use serde_json::{Value as Json, json};
use std::path::Path;

/// Plays one file's cases, or the one called `only`, and tells why each step was decided so.
pub fn run(
    bundle: &Path,
    cases: &Path,
    only: Option<&str>,
    trust: &Trust,
    json: bool,
) -> Result<bool> {
    let stage = Stage::new(bundle, None, trust)?;
    let rules = stage.guard.rules();
    let mut report = Vec::new();
    for case in case::read(cases)? {
        if only.is_some_and(|name| name != case.name) {
            continue;
        }
        let played = case.play(&stage)?;
        if json {
            let steps: Vec<_> = played.iter().map(|step| shape(&stage, &rules, step)).collect();
            report.push(json!({"name": case.name, "steps": steps}));
            continue;
        }
        line(&paint(Colour::Bold, &show(&case.name)));
        for step in &played {
            tell(&stage, &rules, step);
        }
        line("");
    }
    if json {
        line(&json!({"ok": true, "cases": report}).to_string());
    }
    Ok(true)
}

/// The rules that applied to a step.
fn applied<'a>(rules: &'a [RuleInfo], step: &'a Played) -> impl Iterator<Item = &'a RuleInfo> {
    rules.iter().filter(|rule| step.rules.contains(&rule.id))
}

/// What stands against a step, where it was not allowed.
fn remedies(stage: &Stage, step: &Played) -> Vec<Remedy> {
    match &step.situation {
        Some(situation) if step.outcome >= Outcome::Ask => {
            stage.guard.remedies(&step.reasons, situation)
        }
        _ => Vec::new(),
    }
}

fn tell(stage: &Stage, rules: &[RuleInfo], step: &Played) {
    match &step.decision {
        Some(decision) => line(decision.explain().trim_end()),
        None => {
            line(&format!("request: {}", step.outcome));
            for reason in &step.reasons {
                line(&format!("  because {} [{}]", reason.message, reason.rule));
            }
        }
    }
    for rule in applied(rules, step) {
        let what = match (rule.mode, rule.outcome) {
            (Mode::Monitor, _) => "watches",
            (_, Outcome::Ask) => "asks",
            (_, Outcome::Deny) => "denies",
            _ => "permits",
        };
        line(&format!("  applied {} {what} ({}:{})", rule.id, show(&rule.file), rule.line));
        for path in &rule.reads {
            let fact = step.situation.as_ref().and_then(|situation| situation.fact(path));
            // The value of an argument or a claim stays unsaid.
            let fact = fact.map_or("not shown".to_owned(), |fact| show(&fact.to_json()));
            line(&paint(Colour::Dim, &format!("    read {path}: {fact}")));
        }
    }
    for (n, remedy) in remedies(stage, step).iter().enumerate() {
        let start = if n == 0 { "would pass if" } else { "       and if" };
        line(&format!("  {start} {}", sentence(remedy)));
    }
}

fn sentence(remedy: &Remedy) -> String {
    let rule = &remedy.rule;
    let permits = match remedy.permits.as_slice() {
        [] => "none in the bundle meets this call".to_owned(),
        [id] => format!("{id} meets it and does not apply"),
        ids => format!("{} meet it and do not apply", ids.join(" ")),
    };
    match remedy.lift {
        Lift::Approve => format!("a human approves {rule}"),
        Lift::ApproveSeparately => format!("a human other than the user approves {rule}"),
        Lift::OwnPermit => format!("a permit of the bundle lifts {rule}: {permits}"),
        Lift::Permit => format!("a permit applied: {permits}"),
        Lift::Change => format!("what {rule} reads were otherwise, or the rule"),
        Lift::Core => format!("{rule} did not stand against it; no rule lifts it"),
    }
}

fn shape(stage: &Stage, rules: &[RuleInfo], step: &Played) -> Json {
    let fact = |path: &String| {
        let value = step.situation.as_ref().and_then(|situation| situation.fact(path));
        let value = value.and_then(|value| serde_json::from_str(&value.to_json()).ok());
        (path.clone(), value.unwrap_or(Json::Null))
    };
    let applied: Vec<_> = applied(rules, step)
        .map(|rule| {
            json!({
                "rule": rule.id,
                "file": rule.file,
                "line": rule.line,
                "outcome": rule.outcome.as_str(),
                "mode": rule.mode.as_str(),
                "reads": rule.reads.iter().map(fact).collect::<serde_json::Map<_, _>>(),
            })
        })
        .collect();
    let lifts: Vec<_> = remedies(stage, step)
        .into_iter()
        .map(|r| json!({"rule": r.rule, "lift": r.lift.as_str(), "permits": r.permits}))
        .collect();
    let reasons: Vec<_> = step
        .reasons
        .iter()
        .map(|r| json!({"rule": r.rule, "policy": r.policy, "message": r.message}))
        .collect();
    json!({
        "call": step.call,
        "tool": step.tool,
        "outcome": step.outcome.as_str(),
        "would_be": step.decision.as_ref().and_then(|d| d.would_be).map(Outcome::as_str),
        "reasons": reasons,
        "rules": applied,
        "lifts": lifts,
        "text": step.decision.as_ref().map(|decision| decision.explain()),
    })
}
