//! How well it protects, and at what price in questions: see docs/EVALUATION.md.

use crate::bench::python_package;
use crate::peers::detection;
use crate::python;
use crate::step::{Failure, Steps, root, target};
use std::path::{Path, PathBuf};

/// One version, so that figures of different days can be compared.
const AGENTDOJO: &str = "agentdojo==0.1.35";

/// AgentDojo through a release build of the Python package. `--json` also writes
/// `target/eval/agentdojo.json`; all other words go to the program.
pub fn agentdojo(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let python = environment(steps)?;
    let install = ["-m", "pip", "install", "--quiet", AGENTDOJO];
    steps.run("AgentDojo", &root(), &python, &install)?;
    program(steps, &python, ["agentdojo", "dojo"], words)
}

/// Recorded runs of honest agents through a release build of the Python package. `--json` also
/// writes `target/eval/traces.json`; all other words go to the program, of which `--data FILE`
/// names the records: they are not part of the repository.
pub fn traces(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let python = environment(steps)?;
    program(steps, &python, ["traces", "traces"], words)
}

fn folder() -> PathBuf {
    target().join("eval")
}

/// The evaluations' Python.
fn environment(steps: &mut Steps) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(folder())?;
    python::environment(steps, &folder().join("venv"))
}

/// Runs a module of `benches/<program>` against a release build of the Python package.
fn program(
    steps: &mut Steps,
    python: &Path,
    [program, module]: [&str; 2],
    words: &[&str],
) -> Result<(), Failure> {
    let build = ["build", "--release", "-p", "checkrein-python"];
    steps.run("Python package", &root(), "cargo", &build)?;
    python_package(&folder(), &target().join("release"))?;
    let report = folder().join(format!("{program}.json")).display().to_string();
    let mut arguments = vec!["-W", "ignore", "-m", module];
    let data = words.iter().position(|word| *word == "--data").and_then(|at| words.get(at + 1));
    // The program runs in a folder of its own.
    let data = data.map(std::path::absolute).transpose()?;
    let data = data.map(|data| data.display().to_string());
    for (at, word) in words.iter().enumerate() {
        let is_data = at > 0 && words.get(at - 1) == Some(&"--data");
        arguments.push(data.as_deref().filter(|_| is_data).unwrap_or(word));
        if *word == "--json" {
            arguments.push(&report);
        }
    }
    let benches = root().join("benches");
    let paths = [folder().join("python"), benches.join("shown")];
    let paths = std::env::join_paths(paths).map_err(|error| Failure::new(error.to_string()))?;
    let paths = paths.to_string_lossy();
    let environment = [("PYTHONPATH", &*paths), ("PYTHONDONTWRITEBYTECODE", "1")];
    steps.run_with("evaluation", &benches.join(program), python, &arguments, &environment)
}

/// The detectors on labelled text. `--json` also writes `target/eval/detect.json`, `--plot` the pictures in `docs`;
/// `--peers` installs other libraries below `target/eval/peers` and sets them beside ours. All other words go to the
/// program. The text is not in the repository: `--data DIR` or `CHECKREIN_DATA` names its folder.
pub fn detect(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    std::fs::create_dir_all(folder())?;
    let report = folder().join("detect.json").display().to_string();
    let peers = detection::folder().display().to_string();
    let plots = root().join("docs").display().to_string();
    let mut arguments = vec!["run", "--release", "-p", "checkrein-detection", "--", "eval"];
    for word in words {
        match *word {
            "--json" => arguments.extend([*word, &report]),
            "--plot" => arguments.extend(["--plots", &plots]),
            "--peers" => {
                detection::install(steps)?;
                arguments.extend([*word, &peers]);
            }
            _ => arguments.push(word),
        }
    }
    steps.run("evaluation", &root(), "cargo", &arguments)
}

/// What the detectors find in the text files of a folder of one's own.
pub fn files(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let mut arguments = vec!["run", "--release", "-p", "checkrein-detection", "--", "files"];
    arguments.extend(words);
    steps.run("evaluation", &root(), "cargo", &arguments)
}

/// Trains the model of injections and writes it into the core. `--data DIR` or `CHECKREIN_DATA` names the
/// labelled text.
pub fn train(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let mut arguments = vec!["run", "--release", "-p", "checkrein-detection", "--", "train"];
    arguments.extend(words);
    steps.run("training", &root(), "cargo", &arguments)
}
