//! What calls cost, in every language, beside the floors: see benches/README.md.

use crate::peers::policy;
use crate::step::{Failure, Steps, output, output_with, root, say, target};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rows of the table, in its order.
const ROWS: &[&str] = &[
    "noop_call",
    "bare_cedar_10",
    "gated_rules_1k",
    "inspect_1k",
    "inspect_10k",
    "inspect_100k",
    "authorize_10",
    "authorize_1000",
    "authorize_10000",
    "authorize_threads_1",
    "authorize_threads_2",
    "redact_1k",
    "first_decision",
    "stream_1k",
    "admit_prose",
    "admit_lines",
    "admit_records",
    "flow_call_10k",
    "flow_call_100k",
    "flow_call_1m",
    "flow_call_10m",
];

/// Rows that the plot is drawn from.
const PLOTTED: &[&str] = &[
    "flow_call_10k",
    "flow_call_30k",
    "flow_call_100k",
    "flow_call_300k",
    "flow_call_1m",
    "flow_call_3m",
    "flow_call_10m",
];

/// Rows that admit a megabyte to flow.
const ADMIT: &[&str] = &["admit_prose", "admit_lines", "admit_records"];

/// What each stage takes of `inspect_100k`, alone.
const SHARES: &[(&str, &str)] = &[
    ("share_views", "views"),
    ("share_rules", "detectors but the model"),
    ("share_model", "the model"),
    ("share_flow", "flow"),
];

/// How many times an ordinary text the dearest one may cost that is as long.
const HOSTILE: &str = "<= 6";

/// Rows whose cost in another language is compared with Rust's. Streams cross the border 17 times,
/// and what is read and written grows with the text.
const LIGHT: &[&str] = &["inspect_1k", "authorize_10", "redact_1k"];

const LANGUAGES: &[&str] = &["rust", "python", "node", "c", "go"];

/// Of each row the run with the lowest median, by language.
type Best = BTreeMap<(String, String), Value>;

/// How to run one language's program.
struct Program {
    language: &'static str,
    directory: PathBuf,
    words: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

/// Builds, measures, prints. `words`: `--json`, `--rust-only`, `--quick` (a twentieth, once),
/// `--plot` (draws the calls of flow for the docs), `--peers` (other policy engines, alone).
pub fn run(steps: &mut Steps, words: &[&str]) -> Result<(), Failure> {
    const KNOWN: &[&str] = &["--json", "--rust-only", "--quick", "--plot", "--peers"];
    if let Some(other) = words.iter().find(|word| !KNOWN.contains(word)) {
        let known = KNOWN.join(" ");
        return Err(Failure::new(format!("there is no option `{other}`; known: {known}")));
    }
    let has = |word| words.contains(&word);
    if has("--peers") {
        return policy::run(steps, has("--quick"));
    }
    let programs = build(steps, has("--rust-only"))?;
    let runs = if has("--quick") { 1 } else { 3 };
    let mut best = Best::new();
    let mut marks = BTreeMap::new();
    // Language by language in each round, so that a busy minute does not fall on one alone.
    for round in 1..=runs {
        for program in &programs {
            say(&format!("== round {round} of {runs}: {}", program.language));
            measure(program, has("--quick"), &mut best, &mut marks)?;
        }
    }
    if has("--plot") {
        let plot = format!("--plot={}", root().join("docs/flow-speed.svg").display());
        let rust = target().join("release/checkrein-bench").display().to_string();
        output(&root(), &rust, &[PLOTTED, &[&plot]].concat())?;
    }
    let same = marks.values().all(|mark| Some(mark) == marks.values().next());
    let same = if same { Ok(()) } else { Err(Failure::new(format!("{marks:?}"))) };
    steps.check("the same texts in every language", same)?;
    let machine = machine();
    say(&format!("\n{machine}\n\n{}\n{}{}", table(&best), ratios(&best), shares(&best)));
    if has("--json") {
        let rows: Vec<&Value> = best.values().collect();
        let report = json!({ "machine": machine, "runs": runs, "rows": rows });
        let path = target().join("bench.json");
        std::fs::write(&path, format!("{report:#}\n"))?;
        say(&format!("written: {}", path.display()));
    }
    Ok(())
}

fn build(steps: &mut Steps, rust_only: bool) -> Result<Vec<Program>, Failure> {
    let root = root();
    // One command, so that all are built from the same core.
    let mut cargo = vec!["build", "--release", "-p", "checkrein-benches"];
    if !rust_only {
        cargo.extend(["-p", "checkrein-c", "-p", "checkrein-python", "-p", "checkrein-node"]);
    }
    steps.run("release builds", &root, "cargo", &cargo)?;
    let release = target().join("release");
    let rust = Program::new("rust", &[&release.join("checkrein-bench").display()]);
    if rust_only {
        return Ok(vec![rust]);
    }
    let folder = target().join("bench");
    Ok(vec![
        rust,
        python(&folder, &release)?,
        node(steps)?,
        c(steps, &folder, &release)?,
        go(steps, &folder, &release)?,
    ])
}

impl Program {
    fn new(language: &'static str, words: &[&dyn std::fmt::Display]) -> Self {
        Self {
            language,
            directory: root(),
            words: words.iter().map(ToString::to_string).collect(),
            environment: Vec::new(),
        }
    }
}

fn python(folder: &Path, release: &Path) -> Result<Program, Failure> {
    python_package(folder, release)?;
    let script = root().join("benches/python/bench.py");
    let mut program = Program::new("python", &[&"python3", &script.display()]);
    program.environment.push(("PYTHONPATH", folder.join("python").display().to_string()));
    Ok(program)
}

/// The package below `folder/python`, as a wheel would install it.
pub fn python_package(folder: &Path, release: &Path) -> Result<(), Failure> {
    let package = folder.join("python/checkrein");
    std::fs::create_dir_all(&package)?;
    for entry in std::fs::read_dir(root().join("bindings-python/python/checkrein"))? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|kind| kind == "py") {
            std::fs::copy(entry.path(), package.join(entry.file_name()))?;
        }
    }
    let (from, to) = native("_checkrein", "_checkrein.abi3.so", "_checkrein.pyd");
    replace(&release.join(from), &package.join(to))
}

/// What cargo calls a shared library here, and what a package calls it.
fn native(name: &str, unix: &'static str, windows: &'static str) -> (String, &'static str) {
    let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    (file, if cfg!(windows) { windows } else { unix })
}

/// Copies beside and renames: a running process may have the old file mapped.
fn replace(from: &Path, to: &Path) -> Result<(), Failure> {
    let fresh = to.with_extension("fresh");
    std::fs::copy(from, &fresh)
        .map_err(|error| Failure::new(format!("{}: {error}", from.display())))?;
    Ok(std::fs::rename(fresh, to)?)
}

fn node(steps: &mut Steps) -> Result<Program, Failure> {
    let package = root().join("bindings-node");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !package.join("node_modules").is_dir() {
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        steps.run("node dependencies", &package, npm, &install)?;
    }
    let profile = [("CHECKREIN_PROFILE", "release")];
    steps.run_with("node package", &package, npm, &["run", "--silent", "build"], &profile)?;
    let script = root().join("benches/node/bench.mjs");
    Ok(Program::new("node", &[&"node", &script.display()]))
}

fn c(steps: &mut Steps, folder: &Path, release: &Path) -> Result<Program, Failure> {
    let include = format!("-I{}", root().join("bindings-c/include").display());
    let library = release.join("libcheckrein_c.a").display().to_string();
    let program = folder.join("c-bench").display().to_string();
    let strict = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-O2"];
    let mut words = strict.to_vec();
    words.extend(["benches/c/bench.c", &include, &library, "-o", &program]);
    words.extend(["-lpthread", "-ldl", "-lm"]);
    steps.run("compile benches/c/bench.c", &root(), "cc", &words)?;
    let benches = root().join("benches");
    Ok(Program::new("c", &[&program, &benches.display()]))
}

fn go(steps: &mut Steps, folder: &Path, release: &Path) -> Result<Program, Failure> {
    // Alone in its folder, so that the linker takes the static one.
    let lib = folder.join("lib");
    std::fs::create_dir_all(&lib)?;
    replace(&release.join("libcheckrein_c.a"), &lib.join("libcheckrein.a"))?;
    let include = format!("-I{}", root().join("bindings-c/include").display());
    let library = format!("-L{}", lib.display());
    let cache = target().join("go-cache").display().to_string();
    let environment = [
        ("CGO_ENABLED", "1"),
        ("CGO_CFLAGS", include.as_str()),
        ("CGO_LDFLAGS", library.as_str()),
        ("GOCACHE", cache.as_str()),
        ("GOFLAGS", "-mod=mod"),
    ];
    let program = folder.join("go-bench").display().to_string();
    let package = root().join("benches/go");
    // Go does not see that a library changed; another flag makes it link again.
    let stamp = format!("-ldflags=-X main.library={}", stamp(&release.join("libcheckrein_c.a"))?);
    let build = ["build", &stamp, "-o", &program, "."];
    steps.run_with("go program", &package, "go", &build, &environment)?;
    let benches = root().join("benches");
    Ok(Program::new("go", &[&program, &benches.display()]))
}

/// When a file was last written.
fn stamp(path: &Path) -> Result<u128, Failure> {
    let written = std::fs::metadata(path)?.modified()?;
    let since = written.duration_since(std::time::UNIX_EPOCH);
    Ok(since.map_or(0, |since| since.as_millis()))
}

/// Runs a program and keeps its rows where they are better than what was there.
fn measure(
    program: &Program,
    quick: bool,
    best: &mut Best,
    marks: &mut BTreeMap<String, u64>,
) -> Result<(), Failure> {
    let Some((name, words)) = program.words.split_first() else { return Ok(()) };
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.extend(quick.then_some("--quick"));
    let environment: Vec<(&str, &str)> =
        program.environment.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let said = output_with(&program.directory, name, &words, &environment)?;
    for line in said.lines() {
        let row: Value = serde_json::from_str(line)
            .map_err(|error| Failure::new(format!("{}: `{line}`: {error}", program.language)))?;
        let text = |key| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(mark) = row.get("texts").and_then(Value::as_u64) {
            marks.insert(text("language"), mark);
            continue;
        }
        let key = (text("row"), text("language"));
        let kept = best.get(&key).map(|kept| figure(kept, "p50_ns"));
        if kept.is_none_or(|kept| figure(&row, "p50_ns") < kept) {
            best.insert(key, row);
        }
    }
    Ok(())
}

pub fn figure(row: &Value, key: &str) -> f64 {
    row.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

fn p50(best: &Best, row: &str, language: &str) -> Option<f64> {
    Some(figure(best.get(&(row.to_owned(), language.to_owned()))?, "p50_ns"))
}

/// Microseconds, with three figures that mean something.
pub fn shown(ns: f64) -> String {
    let us = ns / 1000.0;
    match us {
        us if us < 10.0 => format!("{us:.2}"),
        us if us < 100.0 => format!("{us:.1}"),
        us => format!("{us:.0}"),
    }
}

fn table(best: &Best) -> String {
    let present = |language: &&&str| best.keys().any(|(_, of)| of == *language);
    let languages: Vec<&str> = LANGUAGES.iter().filter(present).copied().collect();
    let mut out = format!("{:<18}", "us: p50 / p99");
    for language in &languages {
        out += &format!("{language:>20}");
    }
    out.push('\n');
    for row in ROWS {
        out += &format!("{row:<18}");
        for language in &languages {
            let cell = best.get(&((*row).to_owned(), (*language).to_owned())).map(|row| {
                format!("{} / {}", shown(figure(row, "p50_ns")), shown(figure(row, "p99_ns")))
            });
            out += &format!("{:>20}", cell.unwrap_or_default());
        }
        out.push('\n');
    }
    out
}

fn ratios(best: &Best) -> String {
    let mut out = String::new();
    for (above, below, aim) in [
        ("authorize_10", "bare_cedar_10", "<= 2.2"),
        ("authorize_10000", "authorize_10", "<= 1.3"),
        ("authorize_threads_1", "authorize_threads_2", ">= 1.6: what two threads do, over one"),
        ("inspect_1k", "gated_rules_1k", ""),
    ] {
        let pair = (p50(best, above, "rust"), p50(best, below, "rust"));
        if let (Some(a), Some(b)) = pair {
            let name = format!("{above} / {below}");
            out += &format!("{name:<34}{:>6.2}  {aim}\n", a / b);
        }
    }
    for row in ADMIT {
        if let Some(ns) = p50(best, row, "rust") {
            out += &format!("{:<34}{:>6.0}  MB/s\n", row, 1e9 / ns);
        }
    }
    for language in LANGUAGES.iter().filter(|language| **language != "rust") {
        let added = LIGHT.iter().filter_map(|row| {
            let more = p50(best, row, language)? - p50(best, row, "rust")?;
            Some(format!("{row} {:+.2} us", more / 1000.0))
        });
        let added: Vec<String> = added.collect();
        if !added.is_empty() {
            out += &format!("{:<34}{}  (aim: +3)\n", format!("{language} adds"), added.join(", "));
        }
    }
    out
}

/// Where the time of one long document goes, and what text costs that was written to be dear.
fn shares(best: &Best) -> String {
    let Some(whole) = p50(best, "inspect_100k", "rust") else { return String::new() };
    let line = |name: &str, ns: f64, aim: &str| {
        format!("{name:<34}{:>9} us {:>6.2} x  {aim}\n", shown(ns), ns / whole)
    };
    let mut out = format!("\n{:<34}{:>9} us\n", "of inspect_100k", shown(whole));
    let mut rest = whole;
    for (row, name) in SHARES {
        let Some(ns) = p50(best, row, "rust") else { continue };
        out += &line(name, ns, "");
        rest -= ns;
    }
    out += &line("commitment, policy, record, rest", rest.max(0.0), "");
    let mut hostile: Vec<(&str, f64)> = best
        .iter()
        .filter_map(|((row, _), kept)| {
            Some((row.strip_prefix("hostile_")?, figure(kept, "p50_ns")))
        })
        .collect();
    hostile.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    out.push_str("\nas long, written to be dear\n");
    for (name, ns) in hostile {
        out += &line(name, ns, HOSTILE);
    }
    if let Some(ns) = p50(best, "inspect_10m", "rust") {
        out += &line("a hundred times as long", ns, "100: linear");
    }
    out
}

/// On what, and when.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cpu = cpu.trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let root = root();
    let say = |program, words: &[&str]| {
        output(&root, program, words).map(|said| said.trim().to_owned()).unwrap_or_default()
    };
    format!(
        "{} {}, {cpu}, {cores} cores, load {load}, {}, {}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        say("rustc", &["--version"]),
        say("date", &["-u", "+%Y-%m-%d"]),
    )
}
