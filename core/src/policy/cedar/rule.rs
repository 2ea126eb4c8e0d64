//! What a policy's annotations say: its id, what it does, whom to tell what.

use super::scan::Piece;
use crate::decision::{Mode, Outcome, Reason};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Lint, LintKind, Result, did_you_mean};
use crate::policy::{Rule, RuleInfo};
use cedar_policy::{Effect, Policy};

/// The file name under which the built-in rules appear.
pub(super) const BASELINE: &str = "baseline";
/// The annotations that mean something.
const ANNOTATIONS: &[&str] =
    &["id", "outcome", "mode", "approver", "obligation", "reason", "threat", "owner", "yields"];

/// A policy as decisions speak of it.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    pub info: RuleInfo,
    /// Whether it is a `permit`.
    pub permits: bool,
    /// Whether it is only watched: it is told what it would do, and does nothing.
    pub watched: bool,
    /// Whether it has an `@id` of its own.
    pub is_named: bool,
    /// Whether it has a `@reason` of its own.
    pub says_why: bool,
}

impl Meta {
    /// Reads the annotations of `policy`. Those that mean nothing here become lints.
    ///
    /// # Errors
    /// `policy/validate`.
    pub fn of(
        policy: &Policy,
        piece: &Piece<'_>,
        file: &str,
        number: usize,
        lints: &mut Vec<Lint>,
    ) -> Result<Self> {
        let built_in = file == BASELINE;
        let permits = policy.effect() == Effect::Permit;
        let at = |error: Error| place(error, file, piece.line, piece.column);
        let fault = |message: String| at(Error::new(ErrorKind::PolicyValidate, message));
        let mut meta = Meta {
            info: RuleInfo {
                id: format!("{}#{number}", file.trim_end_matches(".cedar")),
                file: file.to_owned(),
                line: piece.line,
                outcome: if permits { Outcome::Allow } else { Outcome::Deny },
                threats: Vec::new(),
                reason: String::new(),
                owner: String::new(),
                obligations: Vec::new(),
                text: Digest::of(piece.text.as_bytes()),
                mode: Mode::Enforce,
                separate: false,
                yields: false,
                actions: Vec::new(),
                reads: Vec::new(),
            },
            permits,
            watched: false,
            is_named: false,
            says_why: false,
        };
        for (key, value) in policy.annotations() {
            let bad = |known: &str| {
                let message = format!("`@{key}(\"{}\")` means nothing", value.escape_default());
                fault(message).with("known", known.to_owned())
            };
            let words = || value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            match key {
                "id" => {
                    let reserved = ["baseline/", "core/"].iter().any(|p| value.starts_with(p));
                    if !is_id(value) || (reserved && !built_in) {
                        return Err(bad(
                            "1 to 128 of A-Z a-z 0-9 _ . : / # -, not baseline/ or core/",
                        ));
                    }
                    meta.info.id = value.to_owned();
                    meta.is_named = true;
                }
                "outcome" => match (permits, value) {
                    (true, "allow") | (false, "deny") => {}
                    (false, "ask") => meta.info.outcome = Outcome::Ask,
                    (true, _) => return Err(bad("allow, for a permit")),
                    (false, _) => return Err(bad("ask deny, for a forbid")),
                },
                "mode" => match Mode::parse(value) {
                    Ok(Mode::Enforce) => {}
                    // A permit that does not permit would be no permit.
                    Ok(Mode::Monitor) if !permits => meta.watched = true,
                    Ok(Mode::Monitor) => return Err(bad("enforce, for a permit")),
                    Err(_) => return Err(bad("enforce monitor")),
                },
                "obligation" => {
                    meta.info.obligations = words();
                    if meta.info.obligations.is_empty()
                        || !meta.info.obligations.iter().all(|id| is_id(id))
                    {
                        return Err(bad("ids of obligations, with blanks between"));
                    }
                }
                "threat" => meta.info.threats = words(),
                "reason" => meta.info.reason = value.to_owned(),
                "owner" => meta.info.owner = value.to_owned(),
                "approver" if value == "separate" => meta.info.separate = true,
                "approver" => return Err(bad("separate")),
                "yields" if value == "permit" && !permits => meta.info.yields = true,
                "yields" => return Err(bad("permit, for a forbid")),
                _ => {
                    let meant = did_you_mean(key, ANNOTATIONS.iter().copied());
                    let message = format!("the annotation `@{key}` means nothing here{meant}");
                    lints.push(Lint::new(LintKind::RuleAnnotation, file, piece.line, message));
                }
            }
        }
        // A file below a name is of a bundle that was laid over another.
        if permits && file.contains('/') {
            let message = "a bundle that is laid over another may forbid, and not permit";
            return Err(at(Error::new(ErrorKind::BundleLoosens, message)));
        }
        if meta.info.separate && meta.info.outcome != Outcome::Ask {
            return Err(fault("`@approver` stands on a rule that does not ask".to_owned()));
        }
        meta.info.mode = if meta.watched { Mode::Monitor } else { Mode::Enforce };
        if meta.watched {
            let message = format!("the rule `{}` is only watched", meta.info.id);
            lints.push(Lint::new(LintKind::RuleMonitor, file, piece.line, message));
        }
        meta.says_why = !meta.info.reason.is_empty();
        if !meta.says_why {
            meta.info.reason = match meta.info.outcome {
                Outcome::Ask => format!("the rule `{}` asks", meta.info.id),
                Outcome::Deny => format!("the rule `{}` forbids it", meta.info.id),
                _ => format!("the rule `{}` permits it", meta.info.id),
            };
        }
        Ok(meta)
    }

    /// Whether an approval may lift it.
    pub fn liftable(&self) -> bool {
        self.info.outcome == Outcome::Ask && !self.watched
    }

    /// As an answer names it.
    pub fn rule(&self) -> Rule {
        Rule { id: self.info.id.clone(), text: self.info.text, liftable: self.liftable() }
    }

    /// As a decision gives it for a reason.
    pub fn reason(&self) -> Reason {
        Reason {
            rule: self.info.id.clone(),
            policy: self.info.file.clone(),
            message: self.info.reason.clone(),
            threats: self.info.threats.clone(),
        }
    }
}

/// Adds where the fault is.
pub(super) fn place(error: Error, file: &str, line: u32, column: u32) -> Error {
    error
        .with("file", file.escape_default().to_string())
        .with("line", line.to_string())
        .with("column", column.to_string())
}

fn is_id(text: &str) -> bool {
    let ok = |c: char| c.is_ascii_alphanumeric() || "_.:/#-".contains(c);
    !text.is_empty() && text.len() <= 128 && text.chars().all(ok)
}
