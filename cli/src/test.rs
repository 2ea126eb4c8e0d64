//! `checkrein test`: the cases of a bundle, played, and the rules that none of them reaches.

use crate::case::{self, Case, Played, Stage};
use crate::opened::Trust;
use crate::terminal::{Colour, line, paint};
use checkrein::decision::show;
use checkrein::policy::RuleInfo;
use checkrein::{Error, ErrorKind, Outcome, Result};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Runs the cases of a bundle's `tests/*.json`. False where one does not hold, or where fewer of
/// the bundle's own rules decide one than `least` percent. The decisions are written to `audit`.
pub fn run(
    bundle: &Path,
    least: u8,
    audit: Option<&Path>,
    trust: &Trust,
    json: bool,
) -> Result<bool> {
    let stage = Stage::new(bundle, audit, trust)?;
    let (mut passed, mut failed, mut report) = (0, 0, Vec::new());
    let mut coverage = Coverage::default();
    for file in suites(bundle)? {
        for case in case::read(&file)? {
            let faults = faults(&stage, &case, &mut coverage)?;
            if faults.is_empty() {
                passed += 1
            } else {
                failed += 1
            }
            if json {
                report.push(json!({"file": file, "name": case.name, "faults": faults}));
                continue;
            }
            let mark = if faults.is_empty() {
                paint(Colour::Green, "ok  ")
            } else {
                paint(Colour::Red, "FAIL")
            };
            line(&format!("{mark} {}", show(&case.name)));
            for fault in faults {
                line(&format!("     {}", show(&fault)));
            }
        }
    }
    if passed + failed == 0 {
        return Err(Error::new(ErrorKind::BundleFile, "the bundle has no tests")
            .with("hint", "put cases into tests/*.json")
            .with("file", bundle.display().to_string()));
    }
    let rules = stage.guard.rules();
    let (reached, missed) = coverage.split(&rules);
    let all = reached + missed.len();
    let percent = (100 * reached).checked_div(all).unwrap_or(100);
    let ok = failed == 0 && percent >= usize::from(least);
    if json {
        let missed: Vec<_> = missed
            .iter()
            .map(|rule| json!({"rule": rule.id, "file": rule.file, "line": rule.line}))
            .collect();
        let coverage =
            json!({"rules": all, "decided": reached, "percent": percent, "undecided": missed});
        let shape = json!({
            "ok": ok,
            "passed": passed,
            "failed": failed,
            "cases": report,
            "coverage": coverage,
        });
        line(&shape.to_string());
        return Ok(ok);
    }
    line(&format!("{passed} passed, {failed} failed"));
    line(&format!("{reached} of {all} rules decided a case ({percent} %)"));
    for rule in missed {
        let place = format!("{}:{}", show(&rule.file), rule.line);
        line(&format!("  {} {} {place}", paint(Colour::Yellow, "none decided by"), rule.id));
    }
    if percent < usize::from(least) {
        line(&paint(Colour::Red, &format!("fewer than the {least} % that were asked for")));
    }
    Ok(ok)
}

/// The rules that decided something.
#[derive(Default)]
struct Coverage(BTreeSet<String>);

impl Coverage {
    /// A forbid decides where it is a reason, a permit where what it permits is not denied.
    fn add(&mut self, played: &Played) {
        self.0.extend(played.reasons.iter().map(|reason| reason.rule.clone()));
        if played.outcome != Outcome::Deny {
            self.0.extend(played.rules.iter().cloned());
        }
    }

    /// How many of the bundle's own rules decided something, and those that did not.
    fn split<'a>(&self, rules: &'a [RuleInfo]) -> (usize, Vec<&'a RuleInfo>) {
        let own = rules.iter().filter(|rule| rule.file != "baseline");
        let (reached, missed): (Vec<_>, Vec<_>) = own.partition(|rule| self.0.contains(&rule.id));
        (reached.len(), missed)
    }
}

fn faults(stage: &Stage, case: &Case, coverage: &mut Coverage) -> Result<Vec<String>> {
    let played = case.play(stage)?;
    played.iter().for_each(|step| coverage.add(step));
    let faults = played.iter().enumerate().flat_map(|(n, step)| {
        step.faults.iter().map(move |fault| match &step.decision {
            Some(_) => format!("step {n}, {}: {fault}", step.call),
            None => fault.clone(),
        })
    });
    Ok(faults.collect())
}

/// The files of a bundle's cases.
fn suites(bundle: &Path) -> Result<Vec<PathBuf>> {
    let folder = bundle.join("tests");
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    Ok(files)
}
