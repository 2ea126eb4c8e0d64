//! Other libraries that find injections, secrets and personal data, installed to be measured beside ours.

use crate::python;
use crate::step::{Failure, Steps, output, root, say, target};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Each with its package, of one version, so that figures of different days can be compared; what of it is run (a name that
/// `benches/detect/peers` knows); and what it looks for.
const PEERS: &[(&str, &str, &str, &str)] = &[
    ("promptfirewall-rs", "0.1.0", "promptfirewall-rs injection", "injection"),
    ("open-guardrail", "0.11.0", "open-guardrail prompt_injection", "injection"),
    ("open-guardrail", "0.11.0", "open-guardrail seven guards", "injection"),
    ("agent-immune", "0.2.2", "agent-immune injection", "injection"),
    ("llm_guardrail", "2.1.2", "llm_guardrail injection", "injection"),
    ("promptfirewall-rs", "0.1.0", "promptfirewall-rs personal", "personal"),
    ("presidio-analyzer", "2.2.366", "presidio-analyzer personal", "personal"),
    ("detect-secrets", "1.5.0", "detect-secrets secrets", "secrets"),
];

/// A model of names for Presidio, which may not be had from the package registry.
const NAMES: &str = "en-core-web-sm";

/// The one that comes from npm.
const NODE: &str = "llm_guardrail";

/// Where they are installed.
pub fn folder() -> PathBuf {
    target().join("eval").join("peers")
}

/// Installs what can be installed, and writes what could not, and why, into `installed.json`.
pub fn install(steps: &mut Steps) -> Result<(), Failure> {
    std::fs::create_dir_all(folder().join("node"))?;
    let python = python::environment(steps, &folder().join("venv"))?;
    let names = pip(&python, NAMES).is_ok();
    let mut all: Vec<Value> = Vec::new();
    let mut tried: Vec<(String, Option<String>)> = Vec::new();
    for (package, version, what, part) in PEERS {
        let pinned = if *package == NODE {
            format!("{package}@{version}")
        } else {
            format!("{package}=={version}")
        };
        let known =
            tried.iter().find(|(tried, _)| *tried == pinned).map(|(_, missing)| missing.clone());
        let missing = match known {
            Some(missing) => missing,
            None if *package == NODE => npm(&pinned).err().map(|why| why.to_string()),
            None => pip(&python, &pinned).err().map(|why| why.to_string()),
        };
        match &missing {
            None => say(&format!("== {what}: {pinned}")),
            Some(why) => say(&format!("== {what}: {pinned} could not be installed: {why}")),
        }
        let note = (*package == "presidio-analyzer" && !names)
            .then(|| format!("by patterns alone: `{NAMES}` cannot be installed from the registry"));
        all.push(json!({
            "package": package,
            "what": what,
            "part": part,
            "version": missing.is_none().then_some(version),
            "missing": missing,
            "note": note,
        }));
        tried.push((pinned, missing));
    }
    std::fs::write(folder().join("installed.json"), format!("{:#}\n", Value::from(all)))?;
    Ok(())
}

fn pip(python: &Path, package: &str) -> Result<(), Failure> {
    let python = python.display().to_string();
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
    last_line(output(&root(), &python, &words))
}

fn npm(package: &str) -> Result<(), Failure> {
    let at = folder().join("node");
    std::fs::write(at.join("package.json"), "{\"private\": true}\n")?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let words = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", package];
    last_line(output(&at, npm, &words))
}

/// Of what a program said when it failed, the line that says most.
fn last_line(done: Result<String, Failure>) -> Result<(), Failure> {
    let Err(failure) = done else { return Ok(()) };
    let said = failure.to_string();
    let line = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(Failure::new(line.trim()))
}
