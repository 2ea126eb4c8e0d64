//! Python: the package in a virtual environment of its own, its types, its tests, its examples.

use crate::step::{Failure, Steps, root, target};
use std::path::{Path, PathBuf};

/// What the tests need besides the package. The newest `langchain-core` wants more than it says.
const NEEDED: &[&str] = &[
    "maturin>=1.16,<2",
    "mypy>=2,<3",
    "pydantic>=2,<3",
    "pytest>=8",
    "langchain>=1.4,<2",
    "langchain-core>=1.4,<1.8.2",
];

/// What the example with a classifier runs on.
const CLASSIFIER: &[&str] = &["-r", "../examples/python/classifier/requirements.txt"];

/// Everything in Python: conformance, types, threads, streams, LangChain, examples, READMEs.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    let directory = root().join("bindings-python");
    let venv = target().join("venv");
    let python = environment(steps, &venv)?;
    let install = [&["-m", "pip", "install", "--quiet"], NEEDED, CLASSIFIER].concat();
    steps.run("Python tools", &directory, &python, &install)?;
    let home = venv.display().to_string();
    let here = [("VIRTUAL_ENV", home.as_str())];
    let develop = ["-m", "maturin", "develop", "--quiet"];
    steps.run_with("Python package", &directory, &python, &develop, &here)?;
    let pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5"];
    steps.run("Python tests", &directory, &python, &pytest)
}

/// The Python of a virtual environment, made where there is none.
pub fn environment(steps: &mut Steps, venv: &Path) -> Result<PathBuf, Failure> {
    let python = match cfg!(windows) {
        true => venv.join("Scripts").join("python.exe"),
        false => venv.join("bin").join("python"),
    };
    if !python.exists() {
        let at = venv.display().to_string();
        let system = if cfg!(windows) { "python" } else { "python3" };
        steps.run("virtual environment", &root(), system, &["-m", "venv", at.as_str()])?;
    }
    Ok(python)
}
