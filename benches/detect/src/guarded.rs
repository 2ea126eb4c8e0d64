//! Texts through a guard, as a host would hand them over.

use crate::{Result, data};
use checkrein::content::OutputKind;
use checkrein::finding::{Category, Finding};
use checkrein::source::SourceKind;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Guard, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// A session is replaced after this many texts, so that none grows without bound.
const A_SESSION: usize = 200;

/// A guard, and how much its session has seen.
pub struct Guarded {
    guard: Guard,
    session: Session,
    seen: usize,
    /// Texts that came in, and those of them that the model of injections flags.
    read: usize,
    steering: usize,
}

impl Guarded {
    /// A guard with the built-in defaults.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn new() -> Result<Self> {
        let guard = Guard::builder().build()?;
        let session = guard.session(SessionOptions::default())?;
        Ok(Self { guard, session, seen: 0, read: 0, steering: 0 })
    }

    /// What is found in `text`, that came in as `kind`.
    ///
    /// # Errors
    /// Where the session cannot be replaced or misses its content.
    pub fn input(&mut self, text: &str, kind: SourceKind) -> Result<Vec<Finding>> {
        self.next()?;
        let findings = self.session.inspect_input(Content::text(kind, text))?.findings;
        self.read += 1;
        self.steering += usize::from(findings.iter().any(|f| f.rule == "injection/model"));
        Ok(findings)
    }

    /// In how many of the texts that came in so far the model of injections, as it ships, sees one.
    pub fn steering(&self) -> String {
        format!("the model of injections flags {} of {} of them\n", self.steering, self.read)
    }

    /// What is found in the answer `text`.
    ///
    /// # Errors
    /// Where the session cannot be replaced.
    pub fn output(&mut self, text: &str) -> Result<Vec<Finding>> {
        self.next()?;
        Ok(self.session.inspect_output(text.into(), OutputKind::Answer, None)?.findings)
    }

    /// What of `category` is found in text of which none is labelled (code, documents, mail and
    /// prompts), by rule, as lines to print. With `explain` the rows are told, but for rules that
    /// are `common`.
    ///
    /// # Errors
    /// Where the file is missing, or the session cannot be replaced.
    pub fn ordinary(
        &mut self,
        folder: &Path,
        category: Category,
        called: &str,
        common: &[&str],
        explain: bool,
    ) -> Result<String> {
        let mut rules: BTreeMap<String, usize> = BTreeMap::new();
        let (mut texts, mut flagged) = (0_usize, 0_usize);
        for row in data::rows(folder, "injection.jsonl.gz")?.iter().filter(|row| row.label == 0) {
            texts += 1;
            let mut findings = self.input(&row.text, SourceKind::ToolResult)?;
            findings.retain(|finding| finding.category == category);
            flagged += usize::from(!findings.is_empty());
            let seen: BTreeSet<String> = findings.iter().map(|f| f.rule.to_string()).collect();
            for rule in seen {
                if explain && !common.contains(&rule.as_str()) {
                    crate::eprint(&format!("{rule} {}\n", row.id));
                }
                *rules.entry(rule).or_default() += 1;
            }
        }
        let mut table = format!("{called} in {flagged} of {texts} ordinary texts\n");
        for (rule, count) in &rules {
            writeln!(table, "{rule}: in {count}")?;
        }
        Ok(table)
    }

    fn next(&mut self) -> Result<()> {
        self.seen = self.seen.saturating_add(1);
        if self.seen.is_multiple_of(A_SESSION) {
            self.session = self.guard.session(SessionOptions::default())?;
        }
        Ok(())
    }
}
