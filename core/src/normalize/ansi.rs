//! Recognises terminal escape sequences: CSI, OSC and the other strings, `ESC` and C1 controls.

/// A sequence: where it ends and whether it carries text that a model would still read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) end: usize,
    pub(crate) speaks: bool,
}

/// The sequence that the control character `introducer` begins; `start` is the byte after it.
///
/// A sequence that never ends is taken to be its introducer only, so that what follows stays in
/// sight. No byte is looked at twice for the same introducer: each scan stops at a control.
pub(crate) fn sequence(bytes: &[u8], introducer: char, start: usize) -> Sequence {
    let bare = Sequence { end: start, speaks: false };
    match introducer {
        '\u{9b}' => control_sequence(bytes, start).unwrap_or(bare),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => {
            string(bytes, start).unwrap_or(bare)
        }
        '\u{1b}' => match bytes.get(start).copied() {
            Some(b'[') => control_sequence(bytes, start + 1),
            Some(b']' | b'P' | b'X' | b'^' | b'_') => string(bytes, start + 1),
            Some(b' '..=b'/') => {
                let end = run(bytes, start, |b| matches!(b, b' '..=b'/'));
                last(bytes, end, b'0').map(|end| {
                    let known = bytes
                        .get(start..end)
                        .is_some_and(|s| matches!(s, [b'(' | b')', b'A' | b'B' | b'0']));
                    Sequence { end, speaks: !known }
                })
            }
            Some(b @ b'0'..=b'~') => Some(Sequence {
                end: start + 1,
                speaks: !matches!(
                    b,
                    b'7' | b'8' | b'=' | b'>' | b'c' | b'D' | b'E' | b'H' | b'M' | b'\\'
                ),
            }),
            _ => None,
        }
        .unwrap_or(bare),
        _ => bare,
    }
}

fn control_sequence(bytes: &[u8], start: usize) -> Option<Sequence> {
    let parameters = run(bytes, start, |b| matches!(b, b'0'..=b'?'));
    let intermediates = run(bytes, parameters, |b| matches!(b, b' '..=b'/'));
    let end = last(bytes, intermediates, b'@')?;
    let usual = bytes.get(end - 1).is_some_and(|b| {
        matches!(b, b'm' | b'A'..=b'H' | b'J' | b'K' | b'f' | b'h' | b'l' | b'n' | b's' | b'u')
    });
    Some(Sequence { end, speaks: !usual || intermediates > parameters })
}

fn string(bytes: &[u8], start: usize) -> Option<Sequence> {
    let mut at = run(bytes, start, |b| !matches!(b, 0..=8 | 10..=0x1f | 0x7f | 0xc2));
    // `U+009C` ends a string too; it is `C2 9C` in UTF-8, where `C2` alone begins Latin letters.
    while bytes.get(at) == Some(&0xc2) && bytes.get(at + 1).is_some_and(|b| *b > 0x9f) {
        at = run(bytes, at + 2, |b| !matches!(b, 0..=8 | 10..=0x1f | 0x7f | 0xc2));
    }
    let end = match bytes.get(at..)? {
        [7, ..] => at + 1,
        [0x1b, b'\\', ..] | [0xc2, 0x9c, ..] => at + 2,
        _ => return None,
    };
    Some(Sequence { end, speaks: at > start })
}

fn run(bytes: &[u8], start: usize, is: impl Fn(u8) -> bool) -> usize {
    start + bytes.get(start..).unwrap_or_default().iter().take_while(|b| is(**b)).count()
}

/// One past the final byte at `at`, where it is one (`lowest` to `~`).
fn last(bytes: &[u8], at: usize, lowest: u8) -> Option<usize> {
    bytes.get(at).filter(|b| (lowest..=b'~').contains(b)).map(|_| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_end_where_a_terminal_ends_them() {
        for (text, end, speaks) in [
            ("\u{1b}[31;1mred", 7, false),
            ("\u{1b}[2J", 4, false),
            ("\u{1b}]8;;https://a.example\u{7}here", 23, true),
            ("\u{1b}]52;c;aGk=\u{1b}\\x", 13, true),
            ("\u{1b}]0;never ends", 1, false),
            ("\u{1b}]0;cut\nby a line", 1, false),
            ("\u{1b}]2;\u{e9}t\u{e9}\u{7}", 10, true),
            ("\u{1b}(B", 3, false),
            ("\u{1b}i", 2, true),
            ("\u{1b}", 1, false),
        ] {
            assert_eq!(
                sequence(text.as_bytes(), '\u{1b}', 1),
                Sequence { end, speaks },
                "{text:?}"
            );
        }
        assert_eq!(sequence("\u{9b}1mx".as_bytes(), '\u{9b}', 2).end, 4);
    }
}
