//! Reads the labelled text: JSON lines, gzip.

use crate::Result;
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// One labelled text. Fields that a set does not have are empty.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Its name in its file.
    pub id: String,
    /// The text.
    pub text: String,
    /// 1: it holds what is looked for.
    pub label: u8,
    /// What kind of attack or of ordinary text.
    pub kind: String,
    /// Its language, as a two-letter code.
    pub lang: String,
    /// Where it comes from: what is left out together.
    pub set: String,
    /// Where it comes from, in the files that have no sets.
    pub source: String,
    /// Under which licence it may be used.
    pub licence: String,
    /// The kind of secret.
    #[serde(rename = "type")]
    pub secret: Option<String>,
    /// What is personal in it.
    pub spans: Vec<Span>,
    /// What else its set says.
    pub meta: serde_json::Value,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            id: String::new(),
            text: String::new(),
            label: 0,
            kind: String::new(),
            lang: String::new(),
            set: String::new(),
            source: String::new(),
            licence: String::new(),
            secret: None,
            spans: Vec::new(),
            meta: serde_json::Value::Null,
        }
    }
}

/// A labelled part of a text, counted in characters.
#[derive(Debug, Clone, Deserialize)]
pub struct Span {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// First character.
    pub start: usize,
    /// Past the last character.
    pub end: usize,
}

/// The folder that was named, or that `CHECKREIN_DATA` names.
///
/// # Errors
/// Where neither names a folder: what is missing, and how to name it.
pub fn folder(named: Option<&str>) -> Result<PathBuf> {
    let named = named.map(PathBuf::from);
    let folder = named.or_else(|| std::env::var_os("CHECKREIN_DATA").map(PathBuf::from));
    match folder {
        Some(folder) if folder.is_dir() => Ok(folder),
        Some(folder) => Err(format!("{} is no folder", folder.display()).into()),
        None => Err("the labelled text is not part of this repository: name its folder with \
                     `--data DIR` or `CHECKREIN_DATA`"
            .into()),
    }
}

/// All rows of `name`.
///
/// # Errors
/// Where the file is missing or a line is not a row.
pub fn rows(folder: &Path, name: &str) -> Result<Vec<Row>> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(GzDecoder::new(file)).lines().enumerate() {
        let row = serde_json::from_str(&line?)
            .map_err(|error| format!("{name}, line {}: {error}", number.saturating_add(1)))?;
        rows.push(row);
    }
    Ok(rows)
}
