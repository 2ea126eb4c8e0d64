//! Runs of a text without white space, and what can be told of them by their bytes.

/// A run without white space.
pub(super) struct Run {
    pub(super) end: usize,
    /// Where the next one starts.
    pub(super) next: usize,
    /// What bytes it has.
    pub(super) seen: u8,
}

/// The run from byte `at` on.
pub(super) fn run(text: &str, at: usize) -> Run {
    let bytes = text.as_bytes();
    let (mut end, mut seen) = (at, 0);
    while let Some(byte) = bytes.get(end).copied() {
        let class = class(byte);
        if class & BLANK != 0 {
            return Run { end, next: end + 1, seen };
        }
        seen |= class;
        if byte.is_ascii() {
            end += 1;
            continue;
        }
        let c = text.get(end..).and_then(|rest| rest.chars().next());
        let length = c.map_or(1, char::len_utf8);
        if c.is_some_and(char::is_whitespace) {
            return Run { end, next: end + length, seen };
        }
        end += length;
    }
    Run { end, next: end + 1, seen }
}

pub(super) const LETTER: u8 = 1;
pub(super) const DIGIT: u8 = 2;
pub(super) const AT: u8 = 4;
pub(super) const DOT: u8 = 8;
pub(super) const COMMA: u8 = 16;
pub(super) const SLASH: u8 = 32;
const BLANK: u8 = 64;
const OTHER: u8 = 128;

/// What can be told of a text by the bytes it has: most of them have none of interest.
#[expect(clippy::indexing_slicing, reason = "made when it is compiled")]
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'@' => AT,
            b'.' => DOT,
            b',' => COMMA,
            b'/' | b'\\' => SLASH,
            b' ' | b'\t'..=b'\r' => BLANK,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn white_space_parts_a_text(text in "[a\\t\\n\u{b}\u{1c} \u{85}\u{a0}\u{2003}é]{0,12}") {
            let (mut parts, mut at) = (Vec::new(), 0);
            while at <= text.len() {
                let run = run(&text, at);
                parts.push(text.get(at..run.end).unwrap());
                at = run.next;
            }
            prop_assert_eq!(parts, text.split(char::is_whitespace).collect::<Vec<_>>());
        }
    }
}
