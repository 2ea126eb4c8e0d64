//! How well it protects, and at what price in questions: see docs/EVALUATION.md.

use crate::bench::python_package;
use crate::python;
use crate::step::{Failure, Steps, root, target};

/// One version, so that figures of different days can be compared.
const AGENTDOJO: &str = "agentdojo==0.1.35";

/// AgentDojo through a release build of the Python package. `--json` also writes
/// `target/eval/agentdojo.json`; all other words go to the program.
pub fn agentdojo(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let root = root();
    let folder = target().join("eval");
    std::fs::create_dir_all(&folder)?;
    let venv = folder.join("venv");
    let python = python::environment(steps, &venv)?;
    let install = ["-m", "pip", "install", "--quiet", AGENTDOJO];
    steps.run("AgentDojo", &root, &python, &install)?;
    let build = ["build", "--release", "-p", "checkrein-python"];
    steps.run("Python package", &root, "cargo", &build)?;
    python_package(&folder, &target().join("release"))?;
    let report = folder.join("agentdojo.json").display().to_string();
    let mut arguments = vec!["-W", "ignore", "-m", "dojo"];
    for word in words {
        arguments.push(word);
        if *word == "--json" {
            arguments.push(&report);
        }
    }
    let package = folder.join("python").display().to_string();
    let environment = [("PYTHONPATH", package.as_str()), ("PYTHONDONTWRITEBYTECODE", "1")];
    let program = root.join("benches").join("agentdojo");
    steps.run_with("evaluation", &program, &python, &arguments, &environment)
}

/// The detectors on labelled text. `--json` also writes `target/eval/detect.json`; all other words go to the
/// program. The text is not in the repository: `--data DIR` or `CHECKREIN_DATA` names its folder.
pub fn detect(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let folder = target().join("eval");
    std::fs::create_dir_all(&folder)?;
    let report = folder.join("detect.json").display().to_string();
    let mut arguments = vec!["run", "--release", "-p", "checkrein-detection", "--", "eval"];
    for word in words {
        arguments.push(word);
        if *word == "--json" {
            arguments.push(&report);
        }
    }
    steps.run("evaluation", &root(), "cargo", &arguments)
}
