//! Reads commands, program text, queries, paths and addresses: what they would do.
//!
//! Each reader walks its text once, left to right, and says so where it could not follow.

mod address;
mod path;
mod program;
mod shell;
mod sql;

pub(in crate::detect) use address::{has_suffix, reached};
pub(in crate::detect) use path::percent_decode;

use crate::detect::RuleInfo;
use crate::finding::{Category, CodeFacts, Finding, Severity};
use crate::span::Span;
use crate::tool::Role;
use std::borrow::Cow;

/// How deep commands in commands are followed.
const DEPTH: usize = 8;

/// How many programs, hosts or paths are listed; what has more could not be read.
const LISTED: usize = 1024;

const EXECUTION: &[&str] = &["LLM06", "ASI02", "ASI05", "AML.T0102"];
const DESTRUCTION: &[&str] = &["LLM06", "ASI02", "AML.T0101"];
const REACH: &[&str] = &["LLM06", "ASI02", "AML.T0053"];

pub(super) const RULES: &[RuleInfo] = &[
    rule(
        "code/destructive",
        Severity::High,
        800,
        DESTRUCTION,
        "A command, query or program destroys data.",
    ),
    rule(
        "code/unparsed",
        Severity::Low,
        400,
        EXECUTION,
        "A command, query, program or address cannot be read as far as it would have to be.",
    ),
    rule(
        "code/download_and_run",
        Severity::Critical,
        900,
        EXECUTION,
        "Code is fetched or decoded and run in one go.",
    ),
    rule(
        "code/internal_address",
        Severity::High,
        800,
        REACH,
        "An address leads to this machine or its surroundings.",
    ),
    rule(
        "code/traversal",
        Severity::Medium,
        700,
        REACH,
        "A path climbs out with `..`, or names a sensitive place.",
    ),
    rule("code/sql_write", Severity::Low, 500, DESTRUCTION, "A query changes data."),
    rule(
        "code/sql_stacked",
        Severity::High,
        800,
        EXECUTION,
        "A query holds more than one statement.",
    ),
];

const fn rule(
    id: &'static str,
    severity: Severity,
    score: u16,
    threats: &'static [&'static str],
    meaning: &'static str,
) -> RuleInfo {
    RuleInfo { id, category: Category::Code, severity, score, threats, meaning }
}

/// What an argument's text does, read as its role says. Roles that nothing runs, fetches or opens
/// have no facts.
#[must_use]
pub fn read(role: Role, text: &str) -> CodeFacts {
    let mut facts = CodeFacts::default();
    match role {
        Role::Command => shell::read(text, &mut facts),
        Role::Code => read_code(text, &mut facts),
        Role::Query => {
            if let Some(query) = sql::query(text) {
                sql::read(query, &mut facts);
            }
        }
        Role::Path => path::read(text, &mut facts),
        Role::Address => address::read(text, &mut facts),
        Role::Destination if text.contains("://") => address::read(text, &mut facts),
        _ => {}
    }
    facts
}

fn read_code(text: &str, facts: &mut CodeFacts) {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_shell = first
        .strip_prefix("#!")
        .is_some_and(|line| ["sh", "bash", "zsh", "ksh", "dash"].iter().any(|s| line.ends_with(s)));
    if is_shell {
        shell::read(text, facts);
    } else if let Some(query) = sql::whole_query(text) {
        sql::read(query, facts);
    } else {
        program::read(text, 0, facts);
    }
}

/// Adds a finding for every fact that is a reason for suspicion. They cover the whole text.
pub fn findings(path: &str, text: &str, role: Role, facts: &CodeFacts, out: &mut Vec<Finding>) {
    let is_query = matches!(role, Role::Query | Role::Code);
    let stacked = is_query && sql::query(text).is_some_and(sql::is_stacked);
    let said = [
        ("code/destructive", facts.destructive),
        ("code/unparsed", facts.unparsed),
        ("code/download_and_run", facts.download_and_run),
        ("code/internal_address", facts.internal_address),
        ("code/traversal", facts.traversal),
        ("code/sql_write", role == Role::Query && facts.writes && !facts.destructive),
        ("code/sql_stacked", stacked),
    ];
    for (id, _) in said.into_iter().filter(|(_, is_so)| *is_so) {
        let Some(rule) = RULES.iter().find(|rule| rule.id == id) else { continue };
        out.push(Finding {
            rule: Cow::Borrowed(rule.id),
            category: rule.category,
            severity: rule.severity,
            score: rule.score,
            path: path.to_owned(),
            span: Span::whole(text),
            through: Vec::new(),
            threats: Cow::Borrowed(rule.threats),
            kind: Cow::Borrowed(role.as_str()),
        });
    }
}

/// Adds `item` to `list` once. What finds no room there could not be read.
fn add(list: &mut Vec<String>, item: &str, unparsed: &mut bool) {
    if item.is_empty() || list.iter().any(|known| known == item) {
        return;
    }
    if list.len() < LISTED {
        list.push(item.to_owned());
    } else {
        *unparsed = true;
    }
}

#[cfg(test)]
mod tests;
