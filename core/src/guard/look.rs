//! What every verb does with a text before anything is decided: views, detectors, the facts and
//! the commitment that do not depend on the verb.

use super::answer::{Draft, limit_finding};
use super::force::InForce;
use super::plugin::Detector;
use super::session::{Session, State};
use crate::content::Content;
use crate::detect::{Scanned, Scope};
use crate::digest::Digest;
use crate::finding::{Category, Doubt, Finding, Severity};
use crate::flow::Taint;
use crate::request::FlowFacts;
use crate::view::{Leaf, Views};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Texts of a content with their views, kept apart from the content so that both can be read.
pub(super) struct Texts<'a> {
    leaves: Vec<(usize, String, Cow<'a, str>)>,
}

impl<'a> Texts<'a> {
    pub fn of(content: &'a Content) -> Self {
        let mut leaves = Vec::new();
        content.each_text(&mut |part, path, text| leaves.push((part, path.to_owned(), text)));
        Self { leaves }
    }

    pub fn views(&self, session: &Session) -> Vec<Views<'_>> {
        let normalizer = &session.guard.inner.normalizer;
        self.leaves.iter().map(|(_, _, text)| normalizer.views(text)).collect()
    }

    /// As `views`, within the time of a verb.
    pub fn views_within(&self, session: &Session, draft: &mut Draft) -> Vec<Views<'_>> {
        self.leaves.iter().map(|(_, path, text)| session.see(path, text, draft)).collect()
    }

    /// The leaves of part `part`, or of all.
    pub fn leaves<'b>(&'b self, views: &'b [Views<'b>], part: Option<usize>) -> Vec<Leaf<'b>> {
        let all = self.leaves.iter().zip(views);
        let wanted = all.filter(|((of, _, _), _)| part.is_none_or(|part| part == *of));
        wanted.map(|((_, path, text), views)| Leaf { path, text, views }).collect()
    }
}

impl Session {
    /// The views of a text; the one that reads as it stands alone where the verb is late.
    pub(super) fn see<'t>(&self, path: &str, text: &'t str, draft: &mut Draft) -> Views<'t> {
        let inner = &self.guard.inner;
        if draft.is_late(inner, path) {
            return Views {
                base: inner.normalizer.base(text),
                decoded: Vec::new(),
                hidden: Vec::new(),
                truncated: false,
            };
        }
        inner.normalizer.views(text)
    }

    /// Runs the detectors that are due for `scope` over the leaves; those that are left when the
    /// verb has used up its time are skimmed.
    pub(super) fn scan(
        &self,
        force: &InForce,
        leaves: &[Leaf<'_>],
        scope: Scope,
        draft: &mut Draft,
    ) {
        let inner = &self.guard.inner;
        for name in force.detectors.due(scope) {
            draft.control(name);
        }
        let mut doubts = Vec::new();
        for leaf in leaves {
            let scanned = self.detect(force, leaf, leaf.path, scope, draft);
            if !scanned.is_whole {
                draft.unread.push(leaf.path.to_owned());
            }
            draft.unsure |= scanned.doubt.unsure;
            if !inner.detectors.is_empty() {
                doubts.push(scanned.doubt);
            }
            if leaf.views.truncated {
                draft.findings.push(limit_finding("limit/decode", leaf.path));
            }
        }
        for detector in &inner.detectors {
            self.run(&**detector, leaves, &doubts, scope, draft);
        }
    }

    /// Runs the detectors over a text that stands at `path`, within the time of a verb.
    pub(super) fn detect(
        &self,
        force: &InForce,
        leaf: &Leaf<'_>,
        path: &str,
        scope: Scope,
        draft: &mut Draft,
    ) -> Scanned {
        let inner = &self.guard.inner;
        let (key, detectors) = (&inner.fingerprints, &force.detectors);
        let mut found = std::mem::take(&mut draft.findings);
        let scanned = if draft.is_late(inner, path) {
            detectors.skim(leaf, scope, key, &mut found)
        } else {
            let in_time = &mut || !draft.is_late(inner, path);
            detectors.scan_while(leaf, scope, key, &mut found, in_time)
        };
        draft.findings = found;
        scanned
    }

    /// Runs a host's detector over the leaves that it wants to see. It is not interrupted; what it
    /// found too late does not count.
    fn run(
        &self,
        detector: &dyn Detector,
        leaves: &[Leaf<'_>],
        doubts: &[Doubt],
        scope: Scope,
        draft: &mut Draft,
    ) {
        let inner = &self.guard.inner;
        let name = format!("host/{}", detector.name());
        let wanted: Vec<&Leaf<'_>> = leaves
            .iter()
            .zip(doubts)
            .filter(|(_, doubt)| detector.wants(scope, **doubt))
            .map(|(leaf, _)| leaf)
            .collect();
        if wanted.is_empty() && !leaves.is_empty() {
            draft.unneeded.insert(name);
            return;
        }
        draft.due.insert(name.clone());
        let limit = inner.limits.plugin_deadline_ms;
        let began = inner.clock.mono_ns();
        let mut found = Vec::new();
        for leaf in wanted {
            if detector.scan(leaf, scope, &mut found).is_err() {
                draft.failed.insert(name, "failed".to_owned());
                return;
            }
            let took = inner.clock.mono_ns().saturating_sub(began);
            if took / 1_000_000 > limit as u64 {
                draft.failed.insert(name, format!("was not done after {limit} ms"));
                return;
            }
        }
        draft.ran.insert(name);
        draft.findings.append(&mut found);
    }

    /// What findings do to the session's risk.
    pub(super) fn observe(&self, state: &mut State, content: &Content, findings: &[Finding]) {
        let untrusted = content.parts.iter().any(|part| part.kind.taints());
        if !untrusted {
            return;
        }
        let now = self.guard.inner.clock.wall_ms();
        let worst = findings.iter().filter(|f| f.category == Category::Injection);
        let weight = match worst.map(|finding| finding.severity).max() {
            None | Some(Severity::Info) => return,
            Some(Severity::Low) => 20,
            Some(Severity::Medium) => 60,
            Some(Severity::High) => 150,
            Some(Severity::Critical) => 300,
        };
        state.risk.add(weight, "injection", now);
    }

    /// `context.flow` of the two verbs that have no arguments.
    pub(super) fn session_flow(&self, state: &State) -> FlowFacts {
        let tainted = state.index.taint() != Taint::Clean;
        FlowFacts {
            tainted,
            complete: state.index.taint() != Taint::Unknown,
            paired: tainted && state.index.sensitive(),
            ..FlowFacts::clean()
        }
    }

    pub(super) fn content_commitment(&self, content: &Content) -> Digest {
        let key = self.guard.inner.keys.commitments(&self.cell.principal.tenant);
        let mut parts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        content.each_text(&mut |_, path, text| {
            parts.insert(path.to_owned(), text.as_bytes().to_vec());
        });
        let parts = parts.iter().flat_map(|(path, text)| [path.as_bytes(), text.as_slice()]);
        key.mac(std::iter::once(b"content".as_slice()).chain(parts))
    }
}
