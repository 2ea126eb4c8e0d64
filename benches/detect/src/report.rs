//! What was measured, as a table and as JSON.

use crate::{Result, print};
use serde::Serialize;

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

/// How right and how complete.
#[derive(Debug, Default, Serialize)]
pub struct Secrets {
    /// Of what is flagged, the share that is a secret.
    pub precision: f64,
    /// Of the secrets, the share that is flagged.
    pub recall: f64,
}

/// The harmonic mean of both, over spans.
#[derive(Debug, Default, Serialize)]
pub struct Personal {
    /// From 0 to 1.
    pub f1: f64,
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
    /// Secrets.
    pub secrets: Option<Secrets>,
    /// Personal data.
    pub personal: Option<Personal>,
    /// Exfiltration.
    pub exfiltration: Option<Exfiltration>,
    /// Other libraries, on the same text.
    pub peers: Vec<serde_json::Value>,
    /// Tables for people, in the order they were measured.
    #[serde(skip)]
    pub tables: Vec<String>,
}

impl Report {
    /// Prints the tables.
    pub fn print(&self) {
        for table in &self.tables {
            print(table);
            print("\n");
        }
    }

    /// The report as JSON, with a newline at its end.
    ///
    /// # Errors
    /// Never in practice: every field can be written.
    pub fn to_json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}
