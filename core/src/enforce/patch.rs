//! Changes of one text: merged where they overlap, then written.

use crate::span::Span;

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patch {
    /// What is replaced.
    pub(super) span: Span,
    /// By what.
    pub(super) with: String,
}

impl Patch {
    pub(super) fn new(span: Span, with: impl Into<String>) -> Self {
        Self { span, with: with.into() }
    }
}

/// Sorts patches and joins those that overlap; none where one does not lie on character boundaries
/// of `text`.
///
/// What lies inside another patch is gone with it; two that overlap in part are written one after
/// the other. A replacement never holds text of the leaf, so that this cannot bring any back.
pub(super) fn merge(text: &str, mut patches: Vec<Patch>) -> Option<Vec<Patch>> {
    if patches.iter().any(|patch| patch.span.of(text).is_none()) {
        return None;
    }
    patches.sort_by(|a, b| {
        let insertion = b.span.is_empty().cmp(&a.span.is_empty());
        let wider = b.span.end.cmp(&a.span.end);
        let place = a.span.start.cmp(&b.span.start).then(insertion).then(wider);
        place.then_with(|| b.with.cmp(&a.with))
    });
    let mut merged: Vec<Patch> = Vec::with_capacity(patches.len());
    // What was written last into the patch at the end of `merged`.
    let mut last_with = String::new();
    for patch in patches {
        match merged.last_mut() {
            Some(last) if swallows(&last.span, &patch.span) => {}
            Some(last) if last.span.overlaps(&patch.span) => {
                last.span.end = patch.span.end;
                if patch.with != last_with {
                    last.with.push_str(&patch.with);
                    last_with = patch.with;
                }
            }
            _ => {
                last_with.clone_from(&patch.with);
                merged.push(patch);
            }
        }
    }
    Some(merged)
}

/// Whether `inner` is gone with `outer`. An insertion at an edge is not.
fn swallows(outer: &Span, inner: &Span) -> bool {
    outer.contains(inner)
        && (!inner.is_empty() || (outer.start < inner.start && inner.start < outer.end))
}

/// `text` with `patches`, which are merged.
pub(super) fn write(text: &str, patches: &[Patch]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for patch in patches {
        out.push_str(text.get(at..patch.span.start).unwrap_or_default());
        out.push_str(&patch.with);
        at = patch.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patched(text: &str, patches: &[(usize, usize, &str)]) -> Option<String> {
        let patches =
            patches.iter().map(|(start, end, with)| Patch::new(Span::new(*start, *end), *with));
        Some(write(text, &merge(text, patches.collect())?))
    }

    #[test]
    fn overlapping_patches_are_one() {
        let text = "0123456789";
        assert_eq!(patched(text, &[]).unwrap(), text);
        assert_eq!(patched(text, &[(2, 4, "A"), (4, 6, "B")]).unwrap(), "01AB6789");
        assert_eq!(patched(text, &[(2, 5, "A"), (4, 6, "B")]).unwrap(), "01AB6789");
        assert_eq!(patched(text, &[(2, 5, "A"), (4, 6, "A")]).unwrap(), "01A6789");
        assert_eq!(patched(text, &[(2, 8, "A"), (4, 6, "B")]).unwrap(), "01A89");
        assert_eq!(patched(text, &[(4, 6, ""), (4, 6, "B")]).unwrap(), "0123B6789");
        assert_eq!(patched(text, &[(3, 3, "+"), (3, 5, "A")]).unwrap(), "012+A56789");
        assert_eq!(patched("é", &[(1, 2, "x")]), None);
        assert_eq!(patched("é", &[(0, 3, "x")]), None);
    }

    proptest! {
        #[test]
        fn what_a_patch_covers_is_gone_and_the_rest_stays(
            pairs in prop::collection::vec((0usize..26, 1usize..6), 0..8),
        ) {
            let text = "abcdefghijklmnopqrstuvwxyz";
            let patches: Vec<Patch> =
                pairs.iter().map(|(s, l)| Patch::new(Span::new(*s, (s + l).min(26)), "#")).collect();
            let merged = merge(text, patches.clone()).unwrap();
            let out = write(text, &merged);
            for (i, c) in text.char_indices() {
                let covered = patches.iter().any(|p| p.span.start <= i && i < p.span.end);
                prop_assert_eq!(out.contains(c), !covered);
            }
            prop_assert!(merged.windows(2).all(|w| w[0].span.end <= w[1].span.start));
        }

        #[test]
        fn order_of_patches_does_not_matter(
            pairs in prop::collection::vec((0usize..20, 0usize..6, "[ab]?"), 0..6),
        ) {
            let patches: Vec<Patch> =
                pairs.iter().map(|(s, l, w)| Patch::new(Span::new(*s, s + l), w.as_str())).collect();
            let mut back = patches.clone();
            back.reverse();
            let text = "abcdefghijklmnopqrstuvwxyz";
            prop_assert_eq!(merge(text, patches), merge(text, back));
        }
    }
}
