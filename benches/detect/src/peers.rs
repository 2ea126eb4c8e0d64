//! Other libraries over the same text: each in a process of its own, by `benches/detect/peers`.

use crate::Result;
use crate::measure::{mean, share};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A library, as it was installed or not.
#[derive(Debug, Clone, Deserialize)]
pub struct Peer {
    /// Its package.
    pub package: String,
    /// What of it is run: the second argument of `peer.py` or `peer.mjs`.
    pub what: String,
    /// What it looks for: `injection`, `secrets` or `personal`.
    pub part: String,
    /// Which version is there.
    pub version: Option<String>,
    /// Why it is not there.
    pub missing: Option<String>,
    /// What is to be known of how it runs.
    pub note: Option<String>,
}

/// All of them, and where they are installed.
#[derive(Debug, Default)]
pub struct Peers {
    folder: PathBuf,
    all: Vec<Peer>,
}

/// What a library says of a text.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// Whether it objects to it.
    pub flagged: bool,
    /// What it took, in microseconds.
    pub us: f64,
    /// What it found, in code points, where it says so.
    #[serde(default)]
    pub spans: Vec<(usize, usize, String)>,
}

/// One library beside ours.
#[derive(Debug, Default, Serialize)]
pub struct Beside {
    /// The library, and what of it was run.
    pub peer: String,
    /// What it looks for.
    pub part: String,
    /// Its version; null where it could not be installed.
    pub version: Option<String>,
    /// Why it could not be installed.
    pub missing: Option<String>,
    /// What is to be known of how it runs.
    pub note: Option<String>,
    /// The share of ordinary text that it flags, as the mean over sets.
    pub false_positive_rate: Option<f64>,
    /// The mean over sets of the share of attacks that it flags.
    pub macro_recall: Option<f64>,
    /// Ours where no more ordinary text is flagged than it flags.
    pub our_false_positive_rate: Option<f64>,
    /// Ours there.
    pub our_macro_recall: Option<f64>,
    /// In how many sets it finds more than we there.
    pub ahead_in: Option<usize>,
    /// Of so many.
    pub of_sets: Option<usize>,
    /// Of what it flags, the share that is right.
    pub precision: Option<f64>,
    /// Of what is there, the share that it finds.
    pub recall: Option<f64>,
    /// Ours, on the same rows.
    pub our_precision: Option<f64>,
    /// Ours, on the same rows.
    pub our_recall: Option<f64>,
    /// What a text takes it, as the mean.
    pub us_per_text: Option<f64>,
    /// How many times what ours takes, with all detectors on.
    pub times_ours: Option<f64>,
    /// Each set of attacks: name, texts, its share and ours.
    pub sets: Vec<(String, usize, f64, f64)>,
}

impl Peers {
    /// Reads what `installed.json` in `folder` says is installed there.
    ///
    /// # Errors
    /// Where it is missing or no such list.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("installed.json");
        let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let all = serde_json::from_slice(&text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { folder: std::path::absolute(folder)?, all })
    }

    /// Those that look for `part`.
    pub fn of(&self, part: &str) -> impl Iterator<Item = &Peer> {
        self.all.iter().filter(move |peer| peer.part == part)
    }

    /// What `peer` says of each of `texts`, in their order.
    ///
    /// # Errors
    /// Where it cannot be run, or does not answer for each.
    pub fn ask(&self, peer: &Peer, texts: &[&str]) -> Result<Vec<Answer>> {
        crate::eprint(&format!("{} over {} texts\n", peer.what, texts.len()));
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let mut command = if peer.package == "llm_guardrail" {
            let mut command = Command::new("node");
            command.arg(programs.join("peer.mjs")).arg(&peer.what).arg(self.folder.join("node"));
            command
        } else {
            let bin = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
            let mut command = Command::new(self.folder.join("venv").join(bin));
            command.arg("-W").arg("ignore").arg(programs.join("peer.py")).arg(&peer.what);
            command
        };
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONIOENCODING", "utf-8");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = child.stdout.take().ok_or("no output")?;
        let written = AtomicUsize::new(0);
        let answers = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut input = BufWriter::new(input);
                for text in texts {
                    let line = serde_json::Value::from(*text);
                    // A program that ended early is told of by its missing answers.
                    if writeln!(input, "{line}").is_err() {
                        return;
                    }
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
            let lines = BufReader::new(output).lines();
            lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect::<Result<Vec<Answer>>>()
        })?;
        let status = child.wait()?;
        if !status.success() || answers.len() != texts.len() {
            let (n, m) = (answers.len(), texts.len());
            return Err(format!("{}: {status}, {n} answers to {m} texts", peer.what).into());
        }
        Ok(answers)
    }
}

impl Beside {
    /// A library of which nothing was measured yet.
    pub fn new(peer: &Peer) -> Self {
        Self {
            peer: peer.what.clone(),
            part: peer.part.clone(),
            version: peer.version.clone(),
            missing: peer.missing.clone(),
            note: peer.note.clone(),
            ..Self::default()
        }
    }

    /// What a text takes it, beside `ours` in microseconds.
    pub fn timed(&mut self, answers: &[Answer], ours: f64) {
        let us = mean(answers.iter().map(|answer| answer.us));
        self.us_per_text = Some(us);
        self.times_ours = (ours > 0.0).then_some(us / ours);
    }

    /// How much of what it flags is right, and of what is there is found.
    pub fn counted(&mut self, [right, flagged]: [usize; 2], [found, there]: [usize; 2]) {
        self.precision = Some(share(right, flagged));
        self.recall = Some(share(found, there));
    }

    /// For people.
    pub fn line(&self) -> String {
        let percent =
            |share: Option<f64>| share.map_or("-".to_owned(), |s| format!("{:.2} %", s * 100.0));
        let mut out = format!("{} {}", self.peer, self.version.as_deref().unwrap_or("(not here)"));
        if let Some(why) = &self.missing {
            return format!("{out}: could not be installed: {why}\n");
        }
        if let (Some(ahead), Some(of)) = (self.ahead_in, self.of_sets) {
            out.push_str(&format!(
                ": flags {} of ordinary text and finds {}; ours at {}: {}; ahead of ours in {ahead} of {of} sets",
                percent(self.false_positive_rate),
                percent(self.macro_recall),
                percent(self.our_false_positive_rate),
                percent(self.our_macro_recall)
            ));
        } else {
            out.push_str(&format!(
                ": precision {}, recall {}; ours {}, {}",
                percent(self.precision),
                percent(self.recall),
                percent(self.our_precision),
                percent(self.our_recall)
            ));
        }
        if let (Some(us), Some(times)) = (self.us_per_text, self.times_ours) {
            out.push_str(&format!("; {us:.0} us a text, {times:.2} times ours"));
        }
        if let Some(note) = &self.note {
            out.push_str(&format!(" ({note})"));
        }
        out.push('\n');
        out
    }
}
