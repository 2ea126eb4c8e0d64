//! Groups of digits, and which of them stand together.

use crate::span::Span;

/// Groups that one cluster holds at most: longer rows of numbers are tables.
const MOST_GROUPS: usize = 32;
/// Bytes that can stand between groups of one number: `+1 (555) 010-9999` has two at a time.
const MOST_BETWEEN: usize = 3;
/// Digits that are read as one number at most.
pub(super) const MOST_DIGITS: usize = 32;
/// Digits that nothing which is looked for here has so few of, where no letter touches them.
const FEW: usize = 4;

/// Digits that stand together, and what is around them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster<'a> {
    pub(super) text: &'a str,
    /// Runs of digits, in order.
    pub(super) groups: &'a [Span],
}

/// The digits of a number: values, not characters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Digits {
    values: [u8; MOST_DIGITS],
    len: usize,
}

/// Calls `visit` with each cluster of `text`, until it says to stop; not with a few digits that
/// stand alone: most numbers in a text are those.
pub(super) fn clusters(text: &str, visit: &mut dyn FnMut(&Cluster<'_>) -> bool) {
    let bytes = text.as_bytes();
    let mut groups: Vec<Span> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(skip) = rest.iter().position(u8::is_ascii_digit) else { break };
        let start = at + skip;
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        let group = Span::new(start, start + length);
        at = group.end;
        let joined = groups.last().is_some_and(|last| joins(bytes, last.end, start));
        if !joined || groups.len() == MOST_GROUPS {
            let cluster = Cluster { text, groups: &groups };
            if cluster.is_worth_reading() && !visit(&cluster) {
                return;
            }
            groups.clear();
        }
        groups.push(group);
    }
    let cluster = Cluster { text, groups: &groups };
    if cluster.is_worth_reading() {
        visit(&cluster);
    }
}

fn joins(bytes: &[u8], from: usize, to: usize) -> bool {
    to - from <= MOST_BETWEEN
        && bytes.get(from..to).is_some_and(|gap| gap.iter().all(|b| b" .-/()".contains(b)))
}

impl Cluster<'_> {
    fn is_worth_reading(&self) -> bool {
        match self.groups {
            [] => false,
            [only] if only.len() <= FEW => {
                let touches = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphabetic());
                touches(self.before(only.start)) || touches(self.byte(only.end))
            }
            _ => true,
        }
    }

    /// The byte before `at`.
    pub(super) fn before(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at.checked_sub(1)?).copied()
    }

    /// The byte at `at`.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Whether a number can begin at `start`: nothing that belongs to it stands before.
    pub(super) fn begins(&self, start: usize) -> bool {
        let Some(before) = self.before(start) else { return true };
        let second = self.before(start - 1);
        match before {
            b'-' | b'.' | b'/' | b'_' | b'+' | b',' | b':' => {
                !second.is_some_and(|b| b.is_ascii_alphanumeric()) && before != b'_'
            }
            b'=' | b'%' | b'&' | b'#' | b'$' => before != b'%',
            _ => !before.is_ascii_alphanumeric() && before < 0x80 || is_wide(before),
        }
    }

    /// Whether a number can end at `end`: nothing that belongs to it stands after.
    pub(super) fn ends(&self, end: usize) -> bool {
        let Some(after) = self.byte(end) else { return true };
        let second = self.byte(end + 1);
        match after {
            b'-' | b'.' | b'/' | b',' | b':' => !second.is_some_and(|b| b.is_ascii_alphanumeric()),
            b'_' | b'%' | b'=' => false,
            _ => !after.is_ascii_alphanumeric(),
        }
    }

    /// Whether a table of hexadecimal goes on at either side of a number in groups of `length`.
    pub(super) fn is_in_hexadecimal(&self, span: Span, length: usize) -> bool {
        self.beside(span).iter().any(|word| {
            let word = word.of(self.text).unwrap_or_default();
            word.len() == length
                && word.bytes().all(|b| b.is_ascii_hexdigit())
                && word.bytes().any(|b| b.is_ascii_alphabetic())
        })
    }

    /// The words at both sides of `span`.
    pub(super) fn beside(&self, span: Span) -> [Span; 2] {
        /// Bytes that stand between two numbers of a table or a list.
        const GAP: usize = 16;
        /// More than this no number has.
        const LONGEST: usize = 24;
        let gap = |b: &&u8| b" \t\r\n,;".contains(b);
        let of_word = |b: &&u8| b.is_ascii_alphanumeric();
        let bytes = self.text.as_bytes();
        let before = bytes.get(..span.start).unwrap_or_default();
        let end = span.start - before.iter().rev().take(GAP).take_while(gap).count();
        let before = bytes.get(..end).unwrap_or_default();
        let start = end - before.iter().rev().take(LONGEST).take_while(of_word).count();
        let after = bytes.get(span.end..).unwrap_or_default();
        let from = span.end + after.iter().take(GAP).take_while(gap).count();
        let after = bytes.get(from..).unwrap_or_default();
        let to = from + after.iter().take(LONGEST).take_while(of_word).count();
        [Span::new(start, end), Span::new(from, to)]
    }

    /// The groups from `at` on, where they have these lengths and each gap between two is one
    /// byte of `between` (an empty shape of gaps means one group).
    pub(super) fn shape(
        &self,
        at: usize,
        lengths: &[usize],
        between: &[u8],
    ) -> Option<(Span, Digits)> {
        let groups = self.groups.get(at..at.checked_add(lengths.len())?)?;
        let fits = groups.iter().zip(lengths).all(|(group, length)| group.len() == *length);
        let gaps = groups.windows(2).all(|pair| match pair {
            [a, b] => {
                b.start - a.end == 1 && self.byte(a.end).is_some_and(|g| between.contains(&g))
            }
            _ => false,
        });
        if !fits || !gaps {
            return None;
        }
        let span = Span::new(groups.first()?.start, groups.last()?.end);
        Some((span, self.digits(span)?))
    }

    /// As [`Cluster::shape`], where no more of the number stands before or after.
    pub(super) fn whole(
        &self,
        at: usize,
        lengths: &[usize],
        between: &[u8],
    ) -> Option<(Span, Digits)> {
        let (span, digits) = self.shape(at, lengths, between)?;
        (self.begins(span.start) && self.ends(span.end)).then_some((span, digits))
    }

    /// The digits in `span`; none where there are more than fit.
    pub(super) fn digits(&self, span: Span) -> Option<Digits> {
        let mut digits = Digits::default();
        for byte in span.of(self.text)?.bytes().filter(u8::is_ascii_digit) {
            *digits.values.get_mut(digits.len)? = byte - b'0';
            digits.len += 1;
        }
        Some(digits)
    }
}

/// Whether `byte` belongs to a character beyond ASCII: CJK text has no spaces around numbers.
fn is_wide(byte: u8) -> bool {
    byte >= 0x80
}

impl Digits {
    /// The values, 0 to 9 each.
    pub(super) fn values(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or_default()
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Digits `from..to` as a number.
    pub(super) fn number(&self, from: usize, to: usize) -> Option<u64> {
        let part = self.values().get(from..to)?;
        part.iter().try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(*digit)))
    }

    /// The digit at `at`.
    pub(super) fn at(&self, at: usize) -> Option<u8> {
        self.values().get(at).copied()
    }

    /// Whether all are the same.
    pub(super) fn are_same(&self) -> bool {
        self.values().windows(2).all(|pair| pair.first() == pair.last())
    }

    /// The sum of each digit times its weight.
    pub(super) fn weighted(&self, weights: &[i64]) -> i64 {
        self.values().iter().zip(weights).map(|(digit, weight)| i64::from(*digit) * weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::personal::{lettered, national};

    #[test]
    fn nothing_that_is_looked_for_is_passed_over() {
        let read = |text: &str| {
            let mut read = false;
            clusters(text, &mut |_| {
                read = true;
                true
            });
            read
        };
        for form in lettered::forms() {
            // As letters and digits of its own shape, in the middle of a sentence.
            let sample: String = form.chars().map(|c| if c == 'X' { 'K' } else { c }).collect();
            assert!(read(&format!("it is {sample}, they say")) || !sample.contains('9'), "{form}");
        }
        for lengths in national::lengths() {
            let groups: Vec<String> = lengths.iter().map(|length| "7".repeat(*length)).collect();
            assert!(read(&format!("it is {}, they say", groups.join("-"))), "{lengths:?}");
        }
        for text in ["in 2026 or so", "all 4 of them", "No. 17.", "9"] {
            assert!(!read(text), "{text}");
        }
    }
}
