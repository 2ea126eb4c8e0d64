//! `checkrein rules import`: rules of others, in YAML, as detector rules of a bundle.

mod keywords;
mod read;

use crate::terminal::{Colour, line, paint};
use checkrein::decision::show;
use checkrein::detect::finds;
use checkrein::error::{Error, ErrorKind};
use checkrein::rule::CustomRule;
use checkrein::{Limits, Result};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of one file that is read.
const MOST: u64 = 1024 * 1024;
/// Texts of a rule's tests of one kind, and bytes of one: what a rule file may have.
const TESTS: (usize, usize) = (64, 4096);

/// What became of one rule.
struct Outcome {
    /// The file it came from.
    file: String,
    /// Its id there.
    id: String,
    /// What it is here; several where its conditions are.
    rules: Vec<CustomRule>,
    /// What of it is not here, and why.
    lost: Vec<String>,
}

impl Outcome {
    /// Drops rules whose id another one has already: a bundle with two of them is refused.
    fn drop_repeats(&mut self, taken: &mut BTreeSet<String>) {
        self.rules.retain(|rule| {
            let is_first = taken.insert(rule.id.clone());
            if !is_first {
                self.lost.push(format!("a rule `{}` was translated already", rule.id));
            }
            is_first
        });
    }
}

/// Reads `files`, writes what can be translated into `out`, one file each, and tells of every rule
/// what cannot. Gives whether all of it could.
pub fn import(files: &[PathBuf], out: &Path, json: bool) -> Result<bool> {
    let limit = Limits::default().custom_regex;
    let mut outcomes = Vec::new();
    let mut written = Vec::new();
    let mut taken = BTreeSet::new();
    fs::create_dir_all(out).map_err(|error| fault(out, &format!("cannot be made: {error}")))?;
    for file in files {
        let text = read_file(file)?;
        let mut found = read::rules(&text).map_err(|error| fault(file, &error))?;
        let mut rules = Vec::new();
        for rule in &mut found {
            let mut outcome = translate(rule, file, limit);
            outcome.drop_repeats(&mut taken);
            rules.extend(outcome.rules.iter().cloned());
            outcomes.push(outcome);
        }
        if !rules.is_empty() {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let to = out.join(format!("{name}.toml"));
            let text = written_rules(file, &rules);
            write_new(&to, &text)?;
            written.push(to.display().to_string());
        }
    }
    tell(&outcomes, &written, json);
    Ok(outcomes.iter().all(|outcome| outcome.lost.is_empty()))
}

fn fault(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::BundleFile, message.to_owned())
        .with("file", show(&path.to_string_lossy()))
}

fn read_file(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map_or(0, |meta| meta.len());
    if size > MOST {
        return Err(fault(path, &format!("{size} bytes are more than the {MOST} that are read")));
    }
    fs::read_to_string(path).map_err(|error| fault(path, &format!("cannot be read: {error}")))
}

/// Writes a file that is not there yet: what somebody edited by hand is not overwritten.
fn write_new(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| fault(path, &format!("cannot be written: {error}")))
}

/// Turns what was read into rules that hold their own tests.
fn translate(read: &mut read::Rule, file: &Path, limit: usize) -> Outcome {
    let mut outcome = Outcome {
        file: show(&file.to_string_lossy()),
        id: show(&read.id),
        rules: Vec::new(),
        lost: std::mem::take(&mut read.lost),
    };
    let mut found = vec![false; read.find.len()];
    for condition in &read.conditions {
        let mut rule = read.rule.clone();
        let mut name = "the condition".to_owned();
        if let Some(at) = condition.at {
            name = format!("condition {at}");
            rule.id = format!("{}.{at}", rule.id);
        }
        rule.expression = Some(condition.expression.clone());
        rule.places.clone_from(&condition.places);
        match keywords::of(&condition.expression) {
            Ok(keywords) => rule.keywords = keywords,
            Err(why) => {
                outcome.lost.push(format!("{name}: {why}"));
                continue;
            }
        }
        let hits = match holds(&rule, read, limit) {
            Ok(hits) => hits,
            Err(why) => {
                outcome.lost.push(format!("{name}: {why}"));
                continue;
            }
        };
        for (text, hit) in read.find.iter().zip(&hits) {
            if *hit {
                rule.find.push(text.clone());
            }
        }
        for (all, hit) in found.iter_mut().zip(hits) {
            *all |= hit;
        }
        rule.find.truncate(TESTS.0);
        rule.pass = read.pass.iter().take(TESTS.0).cloned().collect();
        outcome.rules.push(rule);
    }
    if !outcome.rules.is_empty() {
        for (at, _) in found.iter().enumerate().filter(|(_, found)| !**found) {
            let message = format!("its true positive {} is found by nothing translated", at + 1);
            outcome.lost.push(message);
        }
    }
    outcome
}

/// Which of the texts that it must find `rule` finds; why it is not taken where it finds one that
/// it must not, or cannot be compiled.
fn holds(
    rule: &CustomRule,
    read: &read::Rule,
    limit: usize,
) -> std::result::Result<Vec<bool>, String> {
    let find = |text: &String| finds(rule, text, limit).map_err(|error| error.message().to_owned());
    for (at, text) in read.pass.iter().enumerate() {
        if find(text)? {
            return Err(format!("it finds something in its own true negative {}", at + 1));
        }
    }
    // Compiled even where there is no test.
    finds(rule, "", limit).map_err(|error| error.message().to_owned())?;
    read.find.iter().map(find).collect()
}

/// The rules as a file of a bundle.
fn written_rules(source: &Path, rules: &[CustomRule]) -> String {
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut out = format!("# Translated from {} by `checkrein rules import`.\n", show(&name));
    for rule in rules {
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(
            out,
            "\n[[rule]]\nid = {}\ncategory = {}\nseverity = {}\nscore = {}\nkeywords = {}\n",
            quoted(&rule.id),
            quoted(rule.category.as_str()),
            quoted(rule.severity.as_str()),
            rule.score,
            list(&rule.keywords),
        );
        if let Some(expression) = &rule.expression {
            let _ = writeln!(out, "expression = {}", quoted(expression));
        }
        if !rule.places.is_empty() {
            let places: Vec<&str> = rule.places.iter().map(|place| place.as_str()).collect();
            let _ = writeln!(out, "where = {}", list(&places));
        }
        if !rule.threats.is_empty() {
            let _ = writeln!(out, "threats = {}", list(&rule.threats));
        }
        let _ = writeln!(out, "meaning = {}", quoted(&rule.meaning));
        if !rule.find.is_empty() || !rule.pass.is_empty() {
            let _ = writeln!(
                out,
                "tests = {{ find = {}, pass = {} }}",
                list(&rule.find),
                list(&rule.pass)
            );
        }
    }
    out
}

/// A text of TOML: JSON's escapes are among TOML's, but for one character.
fn quoted(text: &str) -> String {
    json!(text).to_string().replace('\u{7f}', "\\u007f")
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

fn tell(outcomes: &[Outcome], written: &[String], json: bool) {
    let whole = outcomes.iter().filter(|o| !o.rules.is_empty() && o.lost.is_empty()).count();
    let partly = outcomes.iter().filter(|o| !o.rules.is_empty() && !o.lost.is_empty()).count();
    let none = outcomes.len() - whole - partly;
    if json {
        let shape = |outcome: &Outcome| {
            let rules: Vec<&str> = outcome.rules.iter().map(|rule| rule.id.as_str()).collect();
            json!({"file": outcome.file, "id": outcome.id, "rules": rules, "lost": outcome.lost})
        };
        let shape = json!({
            "ok": partly == 0 && none == 0,
            "whole": whole,
            "partly": partly,
            "not": none,
            "written": written,
            "rules": outcomes.iter().map(shape).collect::<Vec<_>>(),
        });
        line(&shape.to_string());
        return;
    }
    for outcome in outcomes.iter().filter(|outcome| !outcome.lost.is_empty()) {
        let (colour, what) = match outcome.rules.is_empty() {
            true => (Colour::Red, "not translated"),
            false => (Colour::Yellow, "translated in part"),
        };
        line(&format!("{}: {}: {}", outcome.file, outcome.id, paint(colour, what)));
        for lost in &outcome.lost {
            line(&format!("  {lost}"));
        }
    }
    for file in written {
        line(&format!("wrote {}", show(file)));
    }
    line(&format!("rules: {whole} translated, {partly} in part, {none} not"));
}
