//! Half-open byte ranges in an original text, and their units in other languages.

/// Bytes `start..end` of a text; both ends on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`; an end before the start gives an empty span.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The span of a whole text.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Self::new(0, text.len())
    }

    /// Bytes in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The text it covers; none where it does not lie in `text` on character boundaries.
    #[must_use]
    pub fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.get(self.start..self.end)
    }

    /// Whether the two share a byte.
    #[must_use]
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(&self, other: &Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(&self, other: &Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The same span moved right.
    #[must_use]
    pub fn shift(&self, by: usize) -> Span {
        Span::new(self.start.saturating_add(by), self.end.saturating_add(by))
    }

    /// The span in UTF-16 code units of `text`: what JavaScript counts.
    #[must_use]
    pub fn utf16(&self, text: &str) -> Option<Span> {
        self.measured(text, |s| s.chars().map(char::len_utf16).sum())
    }

    /// The span in code points of `text`: what Python counts.
    #[must_use]
    pub fn code_points(&self, text: &str) -> Option<Span> {
        self.measured(text, |s| s.chars().count())
    }

    fn measured(&self, text: &str, length: impl Fn(&str) -> usize) -> Option<Span> {
        let start = length(text.get(..self.start)?);
        Some(Span::new(start, start + length(self.of(text)?)))
    }
}

/// The last boundary of a character in `text` up to byte `at`; its end, where `at` lies behind it.
#[must_use]
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first boundary of a character in `text` from byte `at` on; its end, where `at` lies behind it.
#[must_use]
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Sorts spans and joins those that touch or overlap.
#[must_use]
pub fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_in_a_character_is_moved_to_its_edges() {
        let text = "aé😀b";
        let floors: Vec<usize> = (0..10).map(|at| floor(text, at)).collect();
        let ceils: Vec<usize> = (0..10).map(|at| ceil(text, at)).collect();
        assert_eq!(floors, [0, 1, 1, 3, 3, 3, 3, 7, 8, 8]);
        assert_eq!(ceils, [0, 1, 3, 3, 7, 7, 7, 7, 8, 8]);
    }

    #[test]
    fn units_differ_between_languages() {
        let text = "aé😀b";
        let span = Span::new(3, 7);
        assert_eq!(span.of(text), Some("😀"));
        assert_eq!(span.utf16(text), Some(Span::new(2, 4)));
        assert_eq!(span.code_points(text), Some(Span::new(2, 3)));
        assert_eq!(Span::new(2, 3).utf16(text), None, "inside a character");
    }

    proptest! {
        #[test]
        fn units_agree_with_the_languages_own_counts(text in ".{0,40}", cut in 0usize..41) {
            let at = text.char_indices().map(|(i, _)| i).nth(cut).unwrap_or(text.len());
            let span = Span::new(at, text.len());
            let head: String = text.chars().take(cut).collect();
            prop_assert_eq!(span.code_points(&text).unwrap().start, head.chars().count());
            prop_assert_eq!(span.utf16(&text).unwrap().start, head.encode_utf16().count());
        }

        #[test]
        fn merged_spans_are_apart_and_cover_the_same(
            pairs in prop::collection::vec((0usize..60, 0usize..20), 0..12),
        ) {
            let spans: Vec<Span> = pairs.iter().map(|(s, l)| Span::new(*s, s + l)).collect();
            let merged = merge(spans.clone());
            prop_assert!(merged.windows(2).all(|w| w[0].end < w[1].start));
            for byte in 0..90 {
                let inside = |s: &Span| s.start <= byte && byte < s.end;
                prop_assert_eq!(spans.iter().any(inside), merged.iter().any(inside));
            }
        }
    }
}
