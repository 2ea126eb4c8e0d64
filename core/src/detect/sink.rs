//! Where finds go: mapped home, each once, and what is known before what is guessed.

use super::{FINDINGS_A_LEAF, RuleInfo, secret};
use crate::digest::Key;
use crate::finding::{Category, Finding, Severity};
use crate::span::{Span, merge};
use crate::view::View;
use std::borrow::Cow;
use std::collections::HashSet;

/// Something found in a view, before it is mapped home.
pub(super) struct Find {
    pub(super) rule: &'static RuleInfo,
    pub(super) kind: &'static str,
    pub(super) span: Span,
    pub(super) severity: Severity,
    pub(super) score: u16,
}

/// Maps what was found in one view home, once for each place and rule.
pub(super) struct Sink<'a> {
    pub(super) path: &'a str,
    pub(super) view: &'a View<'a>,
    pub(super) key: &'a Key,
    pub(super) seen: &'a mut HashSet<(&'static str, Span)>,
    pub(super) out: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    pub(super) fn has_room(&self) -> bool {
        self.out.len() < FINDINGS_A_LEAF
    }

    pub(super) fn push(&mut self, find: &Find) {
        let span = self.view.origin(find.span);
        if !self.seen.insert((find.rule.id, span)) {
            return;
        }
        let kind = match fingerprint(find.rule.category, find.kind, find.span, self.view, self.key)
        {
            Some(kind) => Cow::Owned(kind),
            None => Cow::Borrowed(find.kind),
        };
        self.out.push(Finding {
            rule: Cow::Borrowed(find.rule.id),
            category: find.rule.category,
            severity: find.severity,
            score: find.score,
            path: self.path.to_owned(),
            span,
            through: self.view.through().to_vec(),
            threats: Cow::Borrowed(find.rule.threats),
            kind,
        });
    }
}

/// The kind of a secret with its fingerprint, by which the same one is known again; none for all else.
pub(super) fn fingerprint(
    category: Category,
    kind: &str,
    span: Span,
    view: &View<'_>,
    key: &Key,
) -> Option<String> {
    let secret = || span.of(view.text()).unwrap_or_default();
    (category == Category::Secret).then(|| format!("{kind}:{}", key.fingerprint(secret())))
}

/// Drops guesses where something better known stands in the same place: secrets found by
/// context where one was found by form, telephone numbers where the number is something else.
pub(super) fn prefer_known(findings: &mut Vec<Finding>) {
    fn is_guess(finding: &Finding) -> bool {
        finding.rule == "personal/phone" || secret::is_by_context(&finding.rule)
    }
    if !findings.iter().any(is_guess) {
        return;
    }
    let known = |category: Category| {
        let known = findings.iter().filter(|f| f.category == category && !is_guess(f));
        merge(known.map(|finding| finding.span).collect())
    };
    let (secrets, personal) = (known(Category::Secret), known(Category::Personal));
    findings.retain(|finding| {
        let known = if finding.category == Category::Secret { &secrets } else { &personal };
        let next = known.partition_point(|span| span.end <= finding.span.start);
        let covered = known.get(next).is_some_and(|span| span.overlaps(&finding.span));
        !(is_guess(finding) && covered)
    });
}
