//! Measures the detectors on labelled text, and trains the model of injections: see
//! docs/EVALUATION.md and docs/MODEL-CARD.md.
//!
//! `checkrein-detection eval [--data DIR] [--json FILE] [--peers DIR] [--plots DIR] [--explain] [part...]`
//! `checkrein-detection files DIR [--explain]`
//! `checkrein-detection train [--data DIR]`

mod data;
mod exfiltration;
mod files;
mod guarded;
mod injection;
mod measure;
mod peers;
mod personal;
mod plot;
mod report;
mod secrets;
mod train;

use peers::Peers;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can go wrong.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "checkrein-detection eval [--data DIR] [--json FILE] [--peers DIR] [--plots DIR] \
                     [--explain] [part...]\n\
                     checkrein-detection files DIR [--explain]\n\
                     checkrein-detection train [--data DIR]\n\
                     parts: injection secrets personal exfiltration, or rules: those of injection without the model\n";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint(&format!("checkrein-detection: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// What the command line asked for.
#[derive(Debug, Default)]
struct Wanted {
    data: Option<String>,
    json: Option<String>,
    /// Where other libraries are installed.
    peers: Option<String>,
    /// Where pictures go.
    plots: Option<String>,
    parts: Vec<String>,
    /// Per kind, what was missed and wrongly flagged.
    explain: bool,
}

fn read(words: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().cloned().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--data" => wanted.data = Some(value()?),
            "--json" => wanted.json = Some(value()?),
            "--peers" => wanted.peers = Some(value()?),
            "--plots" => wanted.plots = Some(value()?),
            "--explain" => wanted.explain = true,
            "injection" | "rules" | "secrets" | "personal" | "exfiltration" => {
                wanted.parts.push(word.clone());
            }
            other => return Err(format!("`{other}` is not known\n{USAGE}").into()),
        }
    }
    Ok(wanted)
}

fn run(words: &[String]) -> Result<()> {
    let Some((verb, rest)) = words.split_first() else { return Err(USAGE.into()) };
    if verb == "files" {
        let explain = rest.iter().any(|word| word == "--explain");
        let mut folders = rest.iter().filter(|word| *word != "--explain");
        return match (folders.next(), folders.next()) {
            (Some(folder), None) => files::measure(Path::new(folder), explain),
            _ => Err(USAGE.into()),
        };
    }
    let wanted = read(rest)?;
    let folder = data::folder(wanted.data.as_deref())?;
    match verb.as_str() {
        "eval" => {}
        "train" => return injection::train(&folder),
        _ => return Err(USAGE.into()),
    }
    let path = wanted.json.as_ref().map(PathBuf::from);
    let mut report = report::Report { path, ..report::Report::default() };
    let peers = wanted.peers.as_ref().map(|peers| Peers::read(Path::new(peers))).transpose()?;
    let peers = peers.as_ref();
    let wants = |part: &str| wanted.parts.is_empty() || wanted.parts.iter().any(|p| p == part);
    if wants("injection") {
        injection::measure(&folder, peers, &mut report)?;
    }
    if wanted.parts.iter().any(|part| part == "rules") {
        injection::rules::measure(&folder, wanted.explain, &mut report)?;
    }
    if wants("secrets") {
        secrets::measure(&folder, wanted.explain, peers, &mut report)?;
    }
    if wants("personal") {
        personal::measure(&folder, wanted.explain, peers, &mut report)?;
    }
    if wants("exfiltration") {
        exfiltration::measure(&folder, wanted.explain, &mut report)?;
    }
    report.finish();
    report.save()?;
    if let Some(folder) = wanted.plots.as_ref().map(Path::new)
        && !report.sets.is_empty()
    {
        std::fs::write(folder.join("detection-recall.svg"), plot::curve(&report))?;
        std::fs::write(folder.join("detection-sets.svg"), plot::sets(&report))?;
    }
    Ok(())
}

#[allow(clippy::print_stderr, reason = "a program's own progress and errors")]
pub(crate) fn eprint(text: &str) {
    eprint!("{text}");
}

#[allow(clippy::print_stdout, reason = "a program's own output")]
pub(crate) fn print(text: &str) {
    print!("{text}");
}
