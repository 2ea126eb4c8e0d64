//! NFKC and lower case, one normalization segment at a time, each with its place.

use crate::normalize::class;
use crate::normalize::writer::Writer;
use crate::span::Span;
use unicode_normalization::char::{
    canonical_combining_class, decompose_compatible, is_combining_mark,
};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Combining marks that a base keeps: more than any language writes is drawing, not text.
const MARKS: usize = 4;
/// The same for scripts that stack vowels, medials and tones.
const BRAHMIC_MARKS: usize = 8;
/// Characters of a segment, so that a hostile one stays small.
const SEGMENT: usize = 32;
/// Characters whose normal form is remembered.
const MEMO: usize = 128;

/// Takes visible characters in order and writes them normalized.
#[derive(Debug)]
pub(crate) struct Fold {
    pub(crate) out: Writer,
    segment: Vec<char>,
    place: Span,
    /// Marks that still fit on the last base, in and out.
    taken: Marks,
    written: Marks,
    /// Characters that were taken apart, by their last bits, and what they became.
    memo: Vec<(char, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Marks {
    run: usize,
    most: usize,
}

impl Marks {
    /// Counts `c`; false where it is a mark too many.
    fn admit(&mut self, c: char) -> bool {
        if !mark(c) {
            let most = if class::brahmic(c) { BRAHMIC_MARKS } else { MARKS };
            *self = Self { run: 0, most };
            return true;
        }
        self.run += 1;
        self.run <= self.most
    }
}

impl Fold {
    pub(crate) fn new(capacity: usize) -> Self {
        let none = Marks { run: 0, most: MARKS };
        Self {
            out: Writer::with_capacity(capacity),
            segment: Vec::new(),
            place: Span::default(),
            taken: none,
            written: none,
            memo: Vec::new(),
        }
    }

    /// Takes a run of characters that are settled.
    pub(crate) fn settled(&mut self, run: &str, start: usize) {
        let Some(last) = run.chars().next_back() else { return };
        let head = run.get(..run.len() - last.len_utf8()).unwrap_or_default();
        self.flush();
        if !head.is_empty() {
            self.out.same(head, start);
        }
        // A mark may follow: the last character opens a segment.
        self.segment.push(last);
        self.place = Span::new(start + head.len(), start + run.len());
        self.taken = Marks { run: 0, most: MARKS };
        self.written = self.taken;
    }

    /// Takes one character; false where it was a combining mark too many, and left out.
    pub(crate) fn take(&mut self, c: char, place: Span) -> bool {
        if !self.taken.admit(c) {
            return false;
        }
        let bounded = self.segment.len() < SEGMENT || canonical_combining_class(c) != 0;
        if self.segment.is_empty() || begins_segment(c) || !bounded {
            self.flush();
            self.place = place;
        }
        self.segment.push(c);
        self.place.end = place.end;
        true
    }

    /// Combining marks on the last base so far, and how many it may have.
    pub(crate) fn marks(&self) -> (usize, usize) {
        (self.taken.run, self.taken.most)
    }

    /// Writes what is still held.
    pub(crate) fn finish(mut self) -> Writer {
        self.flush();
        self.out
    }

    fn flush(&mut self) {
        let place = self.place;
        match self.segment.as_slice() {
            [] => return,
            &[c] if c.is_ascii() => {
                self.written.admit(c);
                self.out.character(c, place);
            }
            &[c] => {
                if let Some(c) = lower(c).filter(|_| stable(c)) {
                    if self.written.admit(c) {
                        self.out.character(c, place);
                    }
                } else {
                    self.flush_unstable(c);
                }
            }
            segment => {
                let whole = normal(segment, &mut self.written);
                self.out.unit(&whole, place);
            }
        }
        self.segment.clear();
    }

    /// Writes one character that NFKC takes apart; texts that have one often have it often.
    fn flush_unstable(&mut self, c: char) {
        self.memo.resize(MEMO, ('\0', String::new()));
        let Some(slot) = self.memo.get_mut(c as usize % MEMO) else { return };
        if slot.0 != c {
            let whole = normal(&[c], &mut self.written);
            if whole.chars().any(mark) {
                return self.out.unit(&whole, self.place);
            }
            *slot = (c, whole);
        }
        if let Some(last) = slot.1.chars().next_back() {
            self.written.admit(last);
        }
        self.out.unit(&slot.1, self.place);
    }
}

/// The normal form of a segment, without the marks that are too many.
fn normal(segment: &[char], written: &mut Marks) -> String {
    let lowered: String = segment.iter().copied().nfkc().flat_map(lower_all).collect();
    lowered.nfkc().filter(|c| written.admit(*c)).collect()
}

/// The lower case of a non-ASCII character, where it is one character that NFKC leaves alone.
fn lower(c: char) -> Option<char> {
    if settled(c) {
        return Some(c);
    }
    let mut all = c.to_lowercase();
    let first = all.next()?;
    (all.next().is_none() && (first == c || stable(first))).then_some(first)
}

fn lower_all(c: char) -> impl Iterator<Item = char> {
    let kept = c.is_ascii().then_some(c);
    let lowered = (!c.is_ascii()).then(|| c.to_lowercase());
    kept.into_iter().chain(lowered.into_iter().flatten())
}

/// Letters of large scripts that are in lower case and that nothing changes or joins to what
/// stands before: no table need be asked.
pub(crate) fn settled(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\t' | '\n' | '\r' | '\u{df}'..='\u{ff}' | '\u{3b1}'..='\u{3c9}'
        | '\u{430}'..='\u{45f}' | '\u{3001}'..='\u{3002}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The same in either case.
fn plain_letter(c: char) -> bool {
    settled(c)
        || matches!(c,
            '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3b0}' | '\u{400}'..='\u{481}'
            | '\u{c0}'..='\u{131}')
}

fn stable(c: char) -> bool {
    plain_letter(c) || is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes
}

fn mark(c: char) -> bool {
    c >= '\u{300}' && !plain_letter(c) && is_combining_mark(c)
}

/// Whether nothing before `c` can join it, so that a segment may begin with it.
fn begins_segment(c: char) -> bool {
    if c < '\u{300}' || plain_letter(c) {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |d| first = first.or(Some(d)));
    let first = first.unwrap_or(c);
    canonical_combining_class(first) == 0
        && is_nfkc_quick(std::iter::once(first)) == IsNormalized::Yes
}
