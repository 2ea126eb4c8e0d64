//! Reports what a reader of a text does not see.

use crate::detect::RuleInfo;
use crate::finding::{Category, Finding, Severity};
use crate::view::{HiddenKind, Leaf};
use std::borrow::Cow;

const OBFUSCATION: &[&str] = &["LLM01", "ASI01", "AML.T0068"];
const TERMINAL: &[&str] = &["LLM10", "AML.T0077"];

pub(super) const RULES: &[RuleInfo] = &[
    rule(
        "hidden/tags",
        Severity::High,
        900,
        OBFUSCATION,
        "Unicode tag characters outside a flag spell text that only a model reads.",
    ),
    rule(
        "hidden/selectors",
        Severity::High,
        900,
        OBFUSCATION,
        "Variation selectors in a run, or after a base that takes none, carry bytes.",
    ),
    rule(
        "hidden/zero_width",
        Severity::Low,
        500,
        OBFUSCATION,
        "Zero-width characters stand where no script needs them.",
    ),
    rule(
        "hidden/bidi",
        Severity::Medium,
        700,
        OBFUSCATION,
        "Bidi overrides or unbalanced bidi controls make text read other than it is.",
    ),
    rule(
        "hidden/ansi",
        Severity::Medium,
        800,
        TERMINAL,
        "Terminal escape sequences can hide text, write links or set a clipboard.",
    ),
    rule(
        "hidden/control",
        Severity::Low,
        400,
        TERMINAL,
        "Control characters overwrite or hide what was written.",
    ),
    rule(
        "hidden/zalgo",
        Severity::Low,
        400,
        OBFUSCATION,
        "More combining marks stand on one base than any language writes.",
    ),
];

const fn rule(
    id: &'static str,
    severity: Severity,
    score: u16,
    threats: &'static [&'static str],
    meaning: &'static str,
) -> RuleInfo {
    RuleInfo { id, category: Category::Hidden, severity, score, threats, meaning }
}

fn rule_id(kind: HiddenKind) -> &'static str {
    match kind {
        HiddenKind::Tags => "hidden/tags",
        HiddenKind::Selectors => "hidden/selectors",
        HiddenKind::ZeroWidth => "hidden/zero_width",
        HiddenKind::Bidi => "hidden/bidi",
        HiddenKind::Ansi => "hidden/ansi",
        HiddenKind::Control => "hidden/control",
        HiddenKind::Zalgo => "hidden/zalgo",
    }
}

/// Adds a finding for everything hidden that `leaf`'s views name.
pub(super) fn scan(leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
    for hidden in &leaf.views.hidden {
        let id = rule_id(hidden.kind);
        let Some(rule) = RULES.iter().find(|rule| rule.id == id) else { continue };
        out.push(Finding {
            rule: Cow::Borrowed(rule.id),
            category: rule.category,
            severity: rule.severity,
            score: rule.score,
            path: leaf.path.to_owned(),
            span: hidden.span,
            through: Vec::new(),
            threats: Cow::Borrowed(rule.threats),
            kind: Cow::Borrowed(hidden.kind.as_str()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::view::{Hidden, View, Views};

    #[test]
    fn every_kind_of_hidden_thing_has_its_rule() {
        let text = "a\u{E0041}b";
        let hidden: Vec<Hidden> =
            HiddenKind::ALL.iter().map(|&kind| Hidden { kind, span: Span::new(1, 5) }).collect();
        let views =
            Views { base: View::identity(text), decoded: Vec::new(), hidden, truncated: false };
        let mut out = Vec::new();
        scan(&Leaf { path: "/x", text, views: &views }, &mut out);
        assert_eq!(out.len(), HiddenKind::ALL.len(), "a kind without a rule is dropped");
        for (finding, kind) in out.iter().zip(HiddenKind::ALL) {
            assert_eq!(finding.rule, format!("hidden/{kind}"));
            assert_eq!(finding.kind, kind.as_str());
            assert_eq!((finding.path.as_str(), finding.span), ("/x", Span::new(1, 5)));
        }
        let severe: Vec<&str> = out
            .iter()
            .filter(|finding| finding.severity >= Severity::High)
            .map(|finding| finding.kind.as_ref())
            .collect();
        assert_eq!(severe, ["tags", "selectors"]);
    }
}
