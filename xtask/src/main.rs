//! `cargo xtask <verb>`: all that a maintainer, and CI, runs. `cargo xtask` alone lists the verbs.

mod ai_sdk;
mod bench;
mod c;
mod eval;
mod go;
mod lint;
mod node;
mod package;
mod peers;
mod python;
mod rust;
mod soak;
mod step;

use std::process::ExitCode;
use step::{Failure, Steps};

const VERBS: &str = "\
cargo xtask <verb>

  test [part...]    every test of every language; parts: core rust python c node go
  lint              formatting, clippy, terms, generated files
  generate          header, stubs and other generated files that are committed
  bench             what calls cost: --json, --rust-only, --quick, --plot; --peers
  eval agentdojo    attacks and honest tasks of AgentDojo: --json, --explain, more in docs/EVALUATION.md
  eval traces       honest recorded runs: --data FILE, --json, --explain
  eval detect       the detectors on labelled text: --data DIR, --json, --plot, --peers, --explain
  eval files        what the detectors find in the text files of a folder: DIR, --explain
  soak [target...]  a guard under load; fuzz what reads an attacker's text: --seconds N for each
  train             the model of injections, from labelled text: --data DIR
  package [part...] packages as users install them, installed and used; parts: crate c python node
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut steps = Steps::new();
    let done = match words.as_slice() {
        ["test", parts @ ..] => test(&mut steps, parts),
        ["lint"] => lint::all(&mut steps),
        ["bench", options @ ..] => bench::run(&mut steps, options),
        ["eval", "traces", options @ ..] => eval::traces(&mut steps, options),
        ["eval", "detect", options @ ..] => eval::detect(&mut steps, options),
        ["eval", "files", options @ ..] => eval::files(&mut steps, options),
        ["eval", "agentdojo", options @ ..] => eval::agentdojo(&mut steps, options),
        ["soak", options @ ..] => soak::run(&mut steps, options),
        ["train", options @ ..] => eval::train(&mut steps, options),
        ["package", parts @ ..] => package::run(&mut steps, parts),
        ["generate"] => c::generate(&mut steps).and_then(|()| lint::generate(&mut steps)),
        _ => {
            step::say(VERBS);
            return if words.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match done {
        Ok(()) => {
            step::say(&steps.summary());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            step::say(&format!("\nFAILED: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the named parts, or all. `core` is the inner loop: the library's own tests alone.
fn test(steps: &mut Steps, parts: &[&str]) -> Result<(), Failure> {
    const ALL: &[&str] = &["rust", "c", "python", "node", "go"];
    let parts = if parts.is_empty() { ALL } else { parts };
    for part in parts {
        match *part {
            "core" => rust::core(steps)?,
            "rust" => {
                lint::all(steps)?;
                rust::all(steps)?;
            }
            "python" => python::test(steps)?,
            "c" => c::test(steps)?,
            "node" => {
                node::test(steps)?;
                ai_sdk::test(steps)?;
            }
            "go" => go::test(steps)?,
            other => {
                let known = "core rust python c node go";
                return Err(Failure::new(format!("there is no part `{other}`; known: {known}")));
            }
        }
    }
    Ok(())
}
