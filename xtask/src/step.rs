//! Running other programs, with progress a person can follow and failures that name the remedy.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Why a run stopped.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Prints one line for people.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to tell when standard output is gone.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// The repository's root.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Where builds go; everything that a run makes stands below it.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The steps of one run.
pub struct Steps {
    began: Instant,
    passed: usize,
}

impl Steps {
    pub fn new() -> Self {
        Self { began: Instant::now(), passed: 0 }
    }

    /// Runs `program` with `arguments` in `directory`, its output passed on.
    pub fn run(
        &mut self,
        what: &str,
        directory: &Path,
        program: impl AsRef<Path>,
        arguments: &[&str],
    ) -> Result<(), Failure> {
        self.run_with(what, directory, program, arguments, &[])
    }

    /// The same, with further environment variables.
    pub fn run_with(
        &mut self,
        what: &str,
        directory: &Path,
        program: impl AsRef<Path>,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<(), Failure> {
        let program = program.as_ref();
        let began = Instant::now();
        say(&format!("== [{:>4}s] {what}", self.began.elapsed().as_secs()));
        let status = Command::new(program)
            .args(arguments)
            .current_dir(directory)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .status()
            .map_err(|error| missing(program, &error))?;
        if !status.success() {
            let line = format!("{} {}", program.display(), arguments.join(" "));
            return Err(Failure::new(format!("{what}: `{line}` ended with {status}")));
        }
        self.passed += 1;
        say(&format!("== {what}: ok, {:.1} s", began.elapsed().as_secs_f64()));
        Ok(())
    }

    /// Counts a check that runs in this process.
    pub fn check(&mut self, what: &str, ok: Result<(), Failure>) -> Result<(), Failure> {
        ok.map_err(|failure| Failure::new(format!("{what}: {failure}")))?;
        self.passed += 1;
        say(&format!("== {what}: ok"));
        Ok(())
    }

    pub fn summary(&self) -> String {
        let seconds = self.began.elapsed().as_secs();
        format!("\n{} steps in {seconds} s\n{} passed, 0 failed", self.passed, self.passed)
    }
}

/// Runs a program and gives what it printed.
pub fn output(directory: &Path, program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(Path::new(program), &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("`{program} {}`: {said}", arguments.join(" "))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program answers.
pub fn answers(program: &str, argument: &str) -> bool {
    let run = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success())
}

/// A toolchain that is missing fails the run, and says how to get it.
fn missing(program: &Path, error: &std::io::Error) -> Failure {
    let name = program.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let remedy = match name.as_str() {
        "cargo" | "rustc" => "install Rust with rustup: https://rustup.rs",
        "python3" | "python" => "install Python 3.10 or newer: https://www.python.org/downloads",
        "node" | "npm" | "npx" => "install Node.js 20 or newer: https://nodejs.org",
        "go" => "install Go 1.24 or newer: https://go.dev/dl",
        "cc" | "gcc" => "install a C compiler: `apt install gcc`, or Xcode's command line tools",
        "valgrind" => "install valgrind: `apt install valgrind`",
        _ => "install it",
    };
    Failure::new(format!("{}: {error}; {remedy}", program.display()))
}

/// What a program prints, run with these variables; its errors go to the terminal.
pub fn output_with(
    directory: &Path,
    program: &str,
    words: &[&str],
    environment: &[(&str, &str)],
) -> Result<String, Failure> {
    let done = std::process::Command::new(program)
        .args(words)
        .current_dir(directory)
        .envs(environment.iter().copied())
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("{program}: {error}")))?;
    if !done.status.success() {
        return Err(Failure::new(format!("`{program}` ended with {}", done.status)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
