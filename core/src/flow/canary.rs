//! Fingerprints of what tenants sealed: another tenant's data is known by them where it leaves.

use crate::digest::Key;
use crate::envelope::Labels;
use crate::id::TenantId;
use crate::label::Confidentiality;
use crate::span::Span;
use crate::view::Leaf;
use std::collections::{HashMap, VecDeque};

/// Letters and digits in a row that make a fingerprint.
const RUN: usize = 24;
/// Fingerprints that one content leaves, and that are kept in all: the oldest go first.
const MAX_OF_ONE: usize = 8 * 1024;
const MAX_KEPT: usize = 256 * 1024;

/// Takes a fingerprint, how to find its place, and whether a digit or an address is in it.
type Visit<'a> = dyn FnMut(u64, &dyn Fn() -> Span, bool) -> bool + 'a;

/// What tenants of one guard sealed, as keyed fingerprints: no text can be read from them.
///
/// Prose is nobody's: two tenants may write the same. What is kept is a run of letters and digits
/// that has a digit or an address in it, or stands in something secret. A run that two tenants
/// sealed is no longer kept as anybody's.
#[derive(Debug)]
pub struct Canaries {
    base: u64,
    mask: u64,
    owners: HashMap<u64, Option<TenantId>>,
    age: VecDeque<u64>,
    /// The first tenant, and whether there were others: one alone has nothing to fear.
    first: Option<TenantId>,
    several: bool,
}

impl Canaries {
    /// None yet.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        let secret = key.mac([b"checkrein/canary".as_slice()]).0;
        let word = |at: usize| {
            let bytes = secret.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            u64::from_le_bytes(bytes.unwrap_or_default())
        };
        Self {
            base: word(0) | 1,
            mask: word(8),
            owners: HashMap::new(),
            age: VecDeque::new(),
            first: None,
            several: false,
        }
    }

    /// Keeps what is private or secret in a content that `tenant` sealed.
    pub fn keep(&mut self, tenant: &TenantId, leaves: &[Leaf<'_>], labels: &Labels) {
        self.several |= self.first.get_or_insert_with(|| tenant.clone()) != tenant;
        let mut left = MAX_OF_ONE;
        for leaf in leaves {
            let all = labels.rest.confidentiality == Confidentiality::Secret;
            let values = labels.at(leaf.path).iter();
            let secret = values.filter(|v| v.label.confidentiality == Confidentiality::Secret);
            let secret = crate::span::merge(secret.map(|value| value.span).collect());
            let is_secret = |span: &Span| {
                let next = secret.partition_point(|secret| secret.end <= span.start);
                all || secret.get(next).is_some_and(|secret| secret.overlaps(span))
            };
            let mut found = Vec::new();
            self.each_run(leaf, &mut |print, place, marked| {
                if marked || is_secret(&place()) {
                    found.push(print);
                }
                found.len() < left
            });
            left -= found.len();
            for print in found {
                self.put(print, tenant);
            }
        }
    }

    /// Where something stands that another tenant than `tenant` sealed.
    #[must_use]
    pub fn foreign(&self, tenant: &TenantId, leaves: &[Leaf<'_>]) -> Vec<(String, Span)> {
        let mut found: Vec<(String, Span)> = Vec::new();
        if !self.several && self.first.as_ref().is_none_or(|first| first == tenant) {
            return found;
        }
        for leaf in leaves {
            let mut spans = Vec::new();
            self.each_run(leaf, &mut |print, place, _| {
                let owner = self.owners.get(&print).and_then(Option::as_ref);
                if owner.is_some_and(|owner| owner != tenant) {
                    spans.push(place());
                }
                true
            });
            let spans = crate::span::merge(spans);
            found.extend(spans.into_iter().map(|span| (leaf.path.to_owned(), span)));
        }
        found
    }

    fn put(&mut self, print: u64, tenant: &TenantId) {
        match self.owners.get_mut(&print) {
            Some(owner) if owner.as_ref() == Some(tenant) => {}
            Some(owner) => *owner = None,
            None => {
                if self.age.len() >= MAX_KEPT
                    && let Some(oldest) = self.age.pop_front()
                {
                    self.owners.remove(&oldest);
                }
                self.owners.insert(print, Some(tenant.clone()));
                self.age.push_back(print);
            }
        }
    }

    /// Calls `visit` with each run in each view of a leaf; it says whether to go on.
    fn each_run(&self, leaf: &Leaf<'_>, visit: &mut Visit<'_>) {
        let last = (1..RUN).fold(1u64, |power, _| power.wrapping_mul(self.base));
        for view in leaf.views.all() {
            let mut window: VecDeque<(char, usize)> = VecDeque::with_capacity(RUN);
            let (mut hash, mut marks) = (0u64, 0usize);
            for (at, c) in view.text().char_indices() {
                if !(c.is_alphanumeric() || c == '@') {
                    continue;
                }
                let c = c.to_ascii_lowercase();
                if window.len() == RUN
                    && let Some((gone, _)) = window.pop_front()
                {
                    hash = hash.wrapping_sub(u64::from(gone).wrapping_mul(last));
                    marks -= usize::from(is_mark(gone));
                }
                hash = hash.wrapping_mul(self.base).wrapping_add(u64::from(c));
                marks += usize::from(is_mark(c));
                window.push_back((c, at));
                if window.len() < RUN {
                    continue;
                }
                let start = window.front().map_or(0, |(_, start)| *start);
                let place = || view.origin(Span::new(start, at + c.len_utf8()));
                if !visit(mix(hash ^ self.mask), &place, marks > 0) {
                    return;
                }
            }
        }
    }
}

fn is_mark(c: char) -> bool {
    c == '@' || c.is_ascii_digit()
}

/// Spreads a hash over all its bits.
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{Integrity, Label};
    use crate::view::{View, Views};

    fn views(text: &str) -> Views<'_> {
        Views {
            base: View::identity(text),
            decoded: Vec::new(),
            hidden: Vec::new(),
            truncated: false,
        }
    }

    fn seen(canaries: &Canaries, tenant: &str, text: &str) -> bool {
        let views = views(text);
        let leaf = Leaf { path: "", text, views: &views };
        !canaries.foreign(&TenantId::new(tenant).unwrap(), &[leaf]).is_empty()
    }

    fn keep(canaries: &mut Canaries, tenant: &str, text: &str, level: Confidentiality) {
        let views = views(text);
        let leaf = Leaf { path: "", text, views: &views };
        let labels = Labels::of(Label::new(Integrity::Peer, level));
        canaries.keep(&TenantId::new(tenant).unwrap(), &[leaf], &labels);
    }

    #[test]
    fn runs_of_another_tenant_are_seen_and_prose_is_not() {
        let mut canaries = Canaries::new(&Key::new([7; 32]));
        let prose = "Thank you for your message, we will look into it as soon as we can.";
        keep(&mut canaries, "a", prose, Confidentiality::Private);
        keep(
            &mut canaries,
            "a",
            "Order 4711-B for Jane Smith, Oak Street 5",
            Confidentiality::Private,
        );
        assert!(!seen(&canaries, "b", prose));
        assert!(seen(&canaries, "b", "there is ORDER 4711 B, for jane smith. oak street"));
        assert!(!seen(&canaries, "b", "there is order 4711 for john"));
        assert!(!seen(&canaries, "a", "Order 4711-B for Jane Smith, Oak Street 5"));
        keep(&mut canaries, "a", prose, Confidentiality::Secret);
        assert!(seen(&canaries, "b", prose));
        keep(&mut canaries, "b", prose, Confidentiality::Secret);
        assert!(!seen(&canaries, "b", prose) && !seen(&canaries, "c", prose), "it is common");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut canaries = Canaries::new(&Key::new([7; 32]));
        for n in 0..40 {
            let text: String = (0..4000).map(|i| format!("{}", n * 4001 + i)).collect();
            keep(&mut canaries, "a", &text, Confidentiality::Private);
        }
        assert!(canaries.owners.len() <= MAX_KEPT && canaries.age.len() <= MAX_KEPT);
    }
}
