//! What runs long: a guard under load, and the fuzz targets, each for a while, from the conformance
//! cases on.

use crate::step::{Failure, Steps, output, root, target};
use std::path::Path;

/// One target for each thing that reads what an attacker wrote; `fuzz/targets/`.
const TARGETS: &[&str] = &[
    "input",
    "answer",
    "stream",
    "call",
    "value",
    "manifest",
    "policy",
    "rules",
    "descriptors",
    "envelope",
    "proof",
];

/// More work than a guard has time for: `core/tests/load.rs`.
const LOAD: &str = "load";
const UNDER_LOAD: &[&str] = &[
    "test",
    "--release",
    "--quiet",
    "-p",
    "checkrein",
    "--test",
    "load",
    "--",
    "--ignored",
    "--nocapture",
];

/// Coverage for libFuzzer with the stable compiler: what `cargo fuzz` sets, without a sanitizer.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code -Ccodegen-units=1";

/// Runs what is named, or all: fuzz targets for `--seconds` each (60 where nothing is said). What fails is kept
/// in `target/fuzz/found/`.
pub fn run(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    let (mut seconds, mut wanted) = (60_u32, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => {
                let given = words.next().and_then(|number| number.parse().ok());
                seconds = given.ok_or_else(|| Failure::new("--seconds wants a number"))?;
            }
            known if known == LOAD || TARGETS.contains(&known) => wanted.push(known),
            other => {
                let known = format!("{LOAD} {}", TARGETS.join(" "));
                return Err(Failure::new(format!("there is no target `{other}`; known: {known}")));
            }
        }
    }
    if wanted.is_empty() {
        wanted = std::iter::once(&LOAD).chain(TARGETS).copied().collect();
    }
    if wanted.contains(&LOAD) {
        steps.run("a guard under load", &root(), "cargo", UNDER_LOAD)?;
        wanted.retain(|name| *name != LOAD);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let version = output(&root(), "rustc", &["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host =
        host.ok_or_else(|| Failure::new("rustc does not say for which machine it builds"))?;
    let fuzz = root().join("fuzz");
    let built = target().join("fuzz");
    let folder = built.display().to_string();
    // With a target named, build scripts stay as they are.
    let build = ["build", "--release", "--target", host, "--target-dir", &folder];
    steps.run_with("fuzz targets", &fuzz, "cargo", &build, &[("RUSTFLAGS", FLAGS)])?;
    let (corpus, found) = (built.join("corpus"), built.join("found"));
    std::fs::create_dir_all(&found)?;
    for name in wanted {
        let own = corpus.join(name);
        std::fs::create_dir_all(&own)?;
        seed(&own)?;
        let program = built.join(host).join("release").join(name);
        let time = format!("-max_total_time={seconds}");
        let kept = format!("-artifact_prefix={}/{name}-", found.display());
        let own = own.display().to_string();
        let arguments = [
            &time,
            &kept,
            "-timeout=20",
            "-rss_limit_mb=4096",
            "-verbosity=0",
            "-len_control=20",
            &own,
        ];
        steps.run(name, &fuzz, &program, &arguments)?;
    }
    Ok(())
}

/// The texts of all conformance cases, as a start: each string, and each object that is given.
fn seed(folder: &Path) -> Result<(), Failure> {
    let cases = root().join("conformance").join("cases");
    let mut number = 0;
    for file in std::fs::read_dir(cases)? {
        let text = std::fs::read_to_string(file?.path())?;
        for piece in text.lines().map(str::trim).filter(|line| line.len() > 24) {
            std::fs::write(folder.join(format!("seed-{number}")), piece)?;
            number += 1;
        }
    }
    Ok(())
}
