//! What was measured, as a table and as JSON.

use crate::peers::Beside;
use crate::{Result, print};
use serde::Serialize;
use std::path::PathBuf;

/// One set of attacks.
#[derive(Debug, Serialize)]
pub struct SetRow {
    /// Its name.
    pub set: String,
    /// Attacks in it.
    pub n: usize,
    /// Share found where one ordinary text in a thousand is flagged.
    pub recall_at_0_1: f64,
    /// The same at five in a thousand.
    pub recall_at_0_5: f64,
    /// The same at ten in a thousand.
    pub recall_at_1: f64,
}

/// Ordinary text of one kind, with the thresholds that ship.
#[derive(Debug, Serialize)]
pub struct Ordinary {
    /// Its name.
    pub set: String,
    /// Texts in it.
    pub n: usize,
    /// Share flagged.
    pub rate: f64,
}

/// A part of the text.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// What its texts have in common.
    pub name: String,
    /// How many there are.
    pub n: usize,
    /// Share found, or flagged.
    pub rate: f64,
}

/// What became of one kind of secret or of personal data.
#[derive(Debug, Clone, Serialize)]
pub struct Kind {
    /// Its name in the labelled text.
    pub kind: String,
    /// How many there are.
    pub n: usize,
    /// How many of them are found.
    pub found: usize,
    /// Texts of the kind that hold none, and are flagged.
    pub wrong: usize,
}

/// How right and how complete.
#[derive(Debug, Default, Serialize)]
pub struct Secrets {
    /// Of what is flagged, the share that is a secret.
    pub precision: f64,
    /// Of the secrets, the share that is flagged.
    pub recall: f64,
    /// The same of kinds that no rule knows by their form.
    pub held_out_recall: f64,
    /// The same of rows with a value that was not typed by hand.
    pub varied_recall: f64,
    /// Each kind.
    pub kinds: Vec<Kind>,
}

/// The harmonic mean of both, over spans.
#[derive(Debug, Default, Serialize)]
pub struct Personal {
    /// From 0 to 1.
    pub f1: f64,
    /// Of what is flagged, the share that is labelled.
    pub precision: f64,
    /// Of what is labelled with a structured kind, the share that is found.
    pub recall: f64,
    /// Each labelled kind.
    pub kinds: Vec<Kind>,
}

/// Answers that carry data out.
#[derive(Debug, Default, Serialize)]
pub struct Exfiltration {
    /// Of those that do, the share found.
    pub recall: f64,
    /// Of those that do not, the share flagged.
    pub fpr: f64,
}

/// All of it. What was not measured is null.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The mean over sets of attacks, each left out of training, at five in a thousand.
    pub macro_recall_at_0_5: Option<f64>,
    /// Each set of attacks.
    pub sets: Vec<SetRow>,
    /// Each set of ordinary text.
    pub false_positives: Vec<Ordinary>,
    /// Attacks by language, at five in a thousand.
    pub languages: Vec<Part>,
    /// Ordinary text by language, there.
    pub ordinary_languages: Vec<Part>,
    /// Attacks by what was done to them, as the labelled text says.
    pub transforms: Vec<Part>,
    /// Attacks by length.
    pub lengths: Vec<Part>,
    /// Ordinary text by length.
    pub ordinary_lengths: Vec<Part>,
    /// Ordinary text by what it is.
    pub kinds: Vec<Part>,
    /// Attacks by where they stand, and wrappers with and without a payload.
    pub positions: Vec<Part>,
    /// Points of share of ordinary text flagged and share of attacks found.
    pub curve: Vec<(f64, f64)>,
    /// Secrets.
    pub secrets: Option<Secrets>,
    /// Personal data.
    pub personal: Option<Personal>,
    /// Exfiltration.
    pub exfiltration: Option<Exfiltration>,
    /// Other libraries, on the same text.
    pub peers: Vec<Beside>,
    /// Where the JSON goes.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// Tables for people, in the order they were measured.
    #[serde(skip)]
    pub tables: Vec<String>,
}

impl Report {
    /// Adds the table of other libraries, where there are any.
    pub fn finish(&mut self) {
        if !self.peers.is_empty() {
            let mut table = String::new();
            for peer in &self.peers {
                table.push_str(&peer.line());
            }
            self.tables.push(table);
        }
    }

    /// Prints the tables that were not printed yet, and writes what is there so far as JSON.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&mut self) -> Result<()> {
        for table in self.tables.drain(..) {
            print(&table);
            print("\n");
        }
        if let Some(path) = &self.path {
            std::fs::write(path, self.to_json()?)?;
        }
        Ok(())
    }

    /// The report as JSON, with a newline at its end.
    ///
    /// # Errors
    /// Never in practice: every field can be written.
    pub fn to_json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}
