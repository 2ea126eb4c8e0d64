//! The decision of `authorize_10` beside other policy engines for Python: `cargo xtask bench --peers`.

use crate::bench::{figure, machine, python_package, shown};
use crate::python::environment;
use crate::step::{Failure, Steps, output, output_with, root, say, target};
use serde_json::Value;

/// What they are called, and what pip is asked for.
const PEERS: &[(&str, &str)] = &[
    ("cedarpy", "cedarpy"),
    ("oso", "oso"),
    ("agent-control-spec", "agent-control-spec>=0.4.0b1"),
];

/// Builds ours, installs the others into an environment of their own, measures and prints. One that
/// cannot be installed is named, and left out.
pub fn run(steps: &mut Steps, quick: bool) -> Result<(), Failure> {
    let (root, folder) = (root(), target().join("peers"));
    let build = ["build", "--release", "-p", "checkrein-python"];
    steps.run("release build", &root, "cargo", &build)?;
    python_package(&folder, &target().join("release"))?;
    let python = environment(steps, &folder.join("venv"))?.display().to_string();
    for (name, wanted) in PEERS {
        let install = ["-m", "pip", "install", "--quiet", wanted];
        if let Err(failure) = output(&root, &python, &install) {
            say(&format!("{name} cannot be installed here, and is left out: {failure}"));
        }
    }
    let script = root.join("benches/python/peers.py").display().to_string();
    let mut words = vec![script.as_str()];
    words.extend(quick.then_some("--quick"));
    let path = folder.join("python").display().to_string();
    let mut rows: Vec<Value> = Vec::new();
    // Of each the best of three, so that a busy moment does not fall on one alone.
    for _ in 0..if quick { 1 } else { 3 } {
        let printed = output_with(&root, &python, &words, &[("PYTHONPATH", path.as_str())])?;
        for line in printed.lines() {
            let row: Value = serde_json::from_str(line)
                .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
            match rows.iter_mut().find(|known| known.get("row") == row.get("row")) {
                Some(known) if figure(&row, "p50_ns") < figure(known, "p50_ns") => *known = row,
                Some(_) => {}
                None => rows.push(row),
            }
        }
    }
    let ours = rows.first().map_or(f64::NAN, |row| figure(row, "p50_ns"));
    let mut table =
        format!("\n{}\n\n{:<22}{:>16}{:>14}\n", machine(), "us: p50 / p99", "", "of ours");
    for row in &rows {
        let name = row.get("row").and_then(Value::as_str).unwrap_or_default();
        if let Some(why) = row.get("absent").and_then(Value::as_str) {
            table += &format!("{name:<22}is not installed: {why}\n");
            continue;
        }
        let (p50, p99) = (figure(row, "p50_ns"), figure(row, "p99_ns"));
        let times = format!("{} / {}", shown(p50), shown(p99));
        table += &format!("{name:<22}{times:>16}{:>14.2}\n", p50 / ours);
    }
    say(&table);
    Ok(())
}
