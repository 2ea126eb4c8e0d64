//! Rules, seen from a call: what each does, and what it must never do.

mod law;
mod relief;
mod sources;
mod tightening;

use super::*;
use crate::flow::tests::*;
use crate::label::{Confidentiality, Integrity};
use crate::source::SourceKind;
use crate::tool::{Effect, Format, Return, Tool};

impl crate::flow::tests::Session {
    /// Tags of the rules that spoke of a call, `+` for those that ask; and whether it needs no
    /// question.
    pub(super) fn ruled(&self, tool: &Tool, arguments: &str) -> (Vec<String>, bool) {
        let trace = self.ask(tool, arguments);
        let tag = |r: &Ruling| format!("{}{}", if r.tightens { "+" } else { "" }, r.rule);
        let accounted = trace.provenance.iter().all(|entry| entry.accounted);
        (trace.rulings.iter().map(tag).collect(), accounted)
    }

    /// Whether a call passes by this relief rule, and only by it.
    pub(super) fn passes_by(&mut self, tool: &Tool, arguments: &str, rule: &str) -> bool {
        let passes = self.ruled(tool, arguments) == (vec![rule.to_owned()], true);
        self.rules = Rules::without([rule]).unwrap();
        let asks = !self.ruled(tool, arguments).1;
        self.rules = Rules::default();
        passes && asks
    }

    /// Whether a call asks by this tightening rule, and only by it.
    pub(super) fn asks_by(&mut self, tool: &Tool, arguments: &str, rule: &str) -> bool {
        let asks = self.ruled(tool, arguments) == (vec![format!("+{rule}")], false);
        self.rules = Rules::without([rule]).unwrap();
        let passes = self.ruled(tool, arguments).1;
        self.rules = Rules::default();
        asks && passes
    }
}

pub(super) fn allowed(session: &crate::flow::tests::Session, tool: &Tool, arguments: &str) -> bool {
    session.ruled(tool, arguments).1
}

/// A tool that lists objects with these fields; `!` before a name is a field that names it.
pub(super) fn lists(name: &str, fields: &[(&str, Format)]) -> Tool {
    let mut tool = tool(name, &[Effect::Read], &[("q", Role::Query)]);
    for (field, format) in fields {
        let (names, field) = match field.strip_prefix('!') {
            Some(field) => (true, field),
            None => (false, *field),
        };
        let integrity = if format.is_bounded() { Integrity::Trusted } else { Integrity::Untrusted };
        tool.returns.push(Return {
            path: crate::tool::PathPattern::parse(field).unwrap(),
            integrity,
            confidentiality: Confidentiality::Private,
            format: *format,
            kind: None,
            names_record: names,
            categories: Vec::new(),
            key: None,
        });
    }
    tool
}

pub(super) fn contacts() -> Tool {
    lists("search_contacts", &[("![].name", Format::Name), ("[].email", Format::Email)])
}

pub(super) fn mails() -> Tool {
    lists(
        "search_emails",
        &[("[].id", Format::Id), ("[].sender", Format::Text), ("[].body", Format::Text)],
    )
}

pub(super) fn files() -> Tool {
    lists(
        "list_files",
        &[("[].id", Format::Id), ("![].name", Format::Name), ("[].size", Format::Number)],
    )
}

pub(super) fn read_file() -> Tool {
    tool("read_file", &[Effect::Read], &[("path", Role::Path)])
}

#[test]
fn rules_are_switched_off_by_name() {
    assert!(Rules::without(["person", "set"]).is_ok());
    let error = Rules::without(["persn"]).unwrap_err();
    assert_eq!(error.code(), "bundle/settings");
    assert!(error.fact("known").unwrap().contains("person"));
    let names: BTreeSet<&str> = Rules::names().collect();
    assert_eq!(names.len(), Rules::names().count(), "each has a name of its own");
}
