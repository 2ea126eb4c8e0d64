//! `checkrein inventory`: every tool, what it does, who answers for it, who may call it and who did.

use crate::log;
use crate::opened::Trust;
use crate::terminal::{Colour, line, paint};
use checkrein::Result;
use checkrein::decision::show;
use checkrein::policy::Access;
use checkrein::request::Verb;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names of agents and users that an entry holds at most.
const NAMES: usize = 64;

/// How a tool was used.
#[derive(Default)]
struct Usage {
    allowed: u64,
    refused: u64,
    last: String,
    agents: BTreeSet<String>,
    users: BTreeSet<String>,
}

/// Lists the tools of a bundle, and those that a log names; with how they were used.
pub fn run(bundle: &Path, audit: Option<&Path>, trust: &Trust, json: bool) -> Result<bool> {
    let guard = trust.guard(bundle).build()?;
    let (mut usage, mut problems) = (BTreeMap::<String, Usage>::new(), Vec::new());
    if let Some(audit) = audit {
        problems = log::decisions(audit, &mut |recorded| {
            let situation = recorded.situation;
            if let (Verb::AuthorizeToolCall, Some(tool)) = (situation.verb, situation.tool) {
                let used = usage.entry(tool.as_str().to_owned()).or_default();
                let count = if recorded.allowed { &mut used.allowed } else { &mut used.refused };
                *count += 1;
                // RFC 3339 in UTC sorts as time does.
                used.last = std::mem::take(&mut used.last).max(recorded.time);
                let principal = &situation.principal;
                keep(&mut used.agents, principal.agent.as_str());
                keep(&mut used.users, principal.user.id.as_str());
            }
            Ok(())
        })?;
    }
    let access = guard.access();
    let nobody = Access::default();
    let mut entries: BTreeMap<String, (Vec<&str>, String, String)> = guard
        .inventory()
        .into_iter()
        .map(|entry| {
            let effects = entry.effects.iter().map(|effect| effect.as_str()).collect();
            let owner = entry.owner.unwrap_or_default();
            (entry.tool, (effects, owner, entry.origin.to_string()))
        })
        .collect();
    for tool in usage.keys() {
        entries.entry(tool.clone()).or_insert((Vec::new(), String::new(), "unknown".to_owned()));
    }
    let mut report = Vec::new();
    for (tool, (effects, owner, origin)) in &entries {
        let access = access.get(tool).unwrap_or(&nobody);
        let used = usage.get(tool);
        if json {
            report.push(json!({
                "tool": tool,
                "effects": effects,
                "owner": owner,
                "origin": origin,
                "permits": rules(&access.permits),
                "asks": rules(&access.asks),
                "denies": rules(&access.denies),
                "used": audit.map(|_| shape(used)),
            }));
            continue;
        }
        line(&paint(Colour::Bold, &show(tool)));
        let effects = if effects.is_empty() { "unknown".to_owned() } else { effects.join(" ") };
        line(&format!("  effects  {effects}"));
        let owner = if owner.is_empty() { "nobody" } else { owner };
        line(&format!("  owner    {}", show(owner)));
        line(&format!("  for      {}", people(&access.permits)));
        line(&format!("  asks     {}", ids(&access.asks)));
        line(&format!("  denies   {}", ids(&access.denies)));
        if audit.is_some() {
            line(&format!("  used     {}", sentence(used)));
        }
    }
    if json {
        line(&json!({"ok": true, "tools": report, "problems": problems}).to_string());
    } else {
        for problem in &problems {
            line(&format!("{} {}", paint(Colour::Red, "problem"), show(problem)));
        }
    }
    Ok(true)
}

fn keep(names: &mut BTreeSet<String>, name: &str) {
    if names.len() < NAMES && !names.contains(name) {
        names.insert(name.to_owned());
    }
}

fn rules(rules: &[(String, String)]) -> Vec<Json> {
    rules.iter().map(|(rule, who)| json!({"rule": rule, "who": who})).collect()
}

fn people(permits: &[(String, String)]) -> String {
    if permits.is_empty() {
        return paint(Colour::Yellow, "nobody: no permit meets it");
    }
    let permits = permits.iter().map(|(rule, who)| format!("{who} [{rule}]"));
    permits.collect::<Vec<_>>().join("; ")
}

/// The bundle's own rules by name; of the baseline's how many there are.
fn ids(rules: &[(String, String)]) -> String {
    let (built_in, own): (Vec<_>, Vec<_>) =
        rules.iter().partition(|(rule, _)| rule.starts_with("baseline/"));
    let own = own.into_iter().map(|(rule, who)| format!("{rule} ({who})"));
    let baseline = (!built_in.is_empty()).then(|| format!("{} of the baseline", built_in.len()));
    let all: Vec<_> = own.chain(baseline).collect();
    if all.is_empty() { "never".to_owned() } else { all.join(", ") }
}

fn sentence(used: Option<&Usage>) -> String {
    let Some(used) = used else { return paint(Colour::Yellow, "never") };
    let names = |names: &BTreeSet<String>| {
        names.iter().map(|name| show(name)).collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} allowed, {} not; last {} by {} for {}",
        used.allowed,
        used.refused,
        show(&used.last),
        names(&used.agents),
        names(&used.users)
    )
}

fn shape(used: Option<&Usage>) -> Json {
    let nothing = Usage::default();
    let used = used.unwrap_or(&nothing);
    json!({
        "allowed": used.allowed,
        "refused": used.refused,
        "last": (!used.last.is_empty()).then_some(&used.last),
        "agents": used.agents,
        "users": used.users,
    })
}
