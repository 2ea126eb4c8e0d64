//! `checkrein test` and `checkrein explain`: a bundle, played.

use crate::case::{self, Case};
use crate::terminal::{Colour, line, paint};
use checkrein::{Error, ErrorKind, Guard, Result};
use std::path::{Path, PathBuf};

/// Runs the cases of a bundle's `tests/*.json`. False where one does not hold.
pub fn run(bundle: &Path, json: bool) -> Result<bool> {
    let guard = Guard::builder().bundle(bundle).build()?;
    let (mut passed, mut failed, mut report) = (0, 0, Vec::new());
    for file in suites(bundle)? {
        for case in case::read(&file)? {
            let faults = faults(&guard, &case)?;
            if faults.is_empty() {
                passed += 1
            } else {
                failed += 1
            }
            if json {
                report.push(serde_json::json!({"file": file, "name": case.name, "faults": faults}));
                continue;
            }
            let mark = if faults.is_empty() {
                paint(Colour::Green, "ok  ")
            } else {
                paint(Colour::Red, "FAIL")
            };
            line(&format!("{mark} {}", case.name));
            for fault in faults {
                line(&format!("     {fault}"));
            }
        }
    }
    if passed + failed == 0 {
        return Err(Error::new(ErrorKind::BundleFile, "the bundle has no tests")
            .with("hint", "put cases into tests/*.json")
            .with("file", bundle.display().to_string()));
    }
    if json {
        let shape = serde_json::json!({"passed": passed, "failed": failed, "cases": report});
        line(&shape.to_string());
    } else {
        line(&format!("{passed} passed, {failed} failed"));
    }
    Ok(failed == 0)
}

/// Plays one file's cases and tells why each step was decided so.
pub fn explain(bundle: &Path, cases: &Path, json: bool) -> Result<bool> {
    let guard = Guard::builder().bundle(bundle).build()?;
    for case in case::read(cases)? {
        let played = case.play(&guard)?;
        if json {
            let steps: Vec<_> = played.iter().map(|p| p.decision.explain()).collect();
            line(&serde_json::json!({"name": case.name, "steps": steps}).to_string());
            continue;
        }
        line(&paint(Colour::Bold, &case.name));
        for step in played {
            line(step.decision.explain().trim_end());
        }
        line("");
    }
    Ok(true)
}

fn faults(guard: &Guard, case: &Case) -> Result<Vec<String>> {
    let played = case.play(guard)?;
    let faults = played.iter().enumerate().flat_map(|(n, step)| {
        step.faults.iter().map(move |fault| format!("step {n}, {}: {fault}", step.call))
    });
    Ok(faults.collect())
}

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
