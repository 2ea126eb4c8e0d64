//! What kinds of character a reader does not see, and beside which others they are at home.

/// Why a character is not part of what a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invisible {
    /// A tag character (`U+E0000` to `U+E007F`).
    Tag,
    /// A variation selector.
    Selector,
    /// Zero-width or another default-ignorable character.
    ZeroWidth,
    /// A bidi mark, embedding, override or isolate.
    Bidi,
    /// A control character; `ESC` and the C1 introducers begin terminal sequences.
    Control,
}

/// The kind of `c`, where a reader does not see it.
pub(crate) fn invisible(c: char) -> Option<Invisible> {
    Some(match c {
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
            Invisible::Control
        }
        ' '..='\u{7e}' | '\t' | '\n' | '\r' => return None,
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0080}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}' => Invisible::ZeroWidth,
        '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Invisible::Bidi
        }
        '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}' => Invisible::Selector,
        '\u{e0000}'..='\u{e007f}' => Invisible::Tag,
        _ => return None,
    })
}

/// Whether `c` can be part of an emoji (digits, `#` and `*` begin keycaps).
pub(crate) fn emoji(c: char) -> bool {
    matches!(c,
        '0'..='9' | '#' | '*' | '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{20e3}'
        | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
        | '\u{2460}'..='\u{24ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Whether `c` is a Han ideograph.
pub(crate) fn han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' | '\u{3005}' | '\u{3007}')
}

/// Whether `c` belongs to a script that is written with joiners and non-joiners.
pub(crate) fn joining_script(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || brahmic(c)
        || mongolian(c)
}

/// Whether `c` belongs to a script of South or South-East Asia, which stack several marks.
pub(crate) fn brahmic(c: char) -> bool {
    matches!(c,
        '\u{900}'..='\u{109f}' | '\u{1700}'..='\u{17ff}' | '\u{1900}'..='\u{1aaf}'
        | '\u{1b00}'..='\u{1c4f}' | '\u{a800}'..='\u{a82f}' | '\u{a880}'..='\u{a8ff}'
        | '\u{a930}'..='\u{aaff}' | '\u{abc0}'..='\u{abff}' | '\u{11000}'..='\u{11fff}')
}

/// Whether `c` belongs to a script that writes no spaces between words.
pub(crate) fn unspaced_script(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{1aaf}'
        | '\u{1b00}'..='\u{1b7f}' | '\u{a980}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}')
}

/// Whether `c` is a Mongolian letter or sign.
pub(crate) fn mongolian(c: char) -> bool {
    matches!(c, '\u{1800}'..='\u{18af}')
}

/// Whether `c` is written from right to left.
pub(crate) fn right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Whether one selector `selector` after `base` is how the character is written.
pub(crate) fn selects(base: char, selector: char) -> bool {
    match selector {
        '\u{fe0e}' | '\u{fe0f}' => emoji(base) || han(base),
        '\u{180b}'..='\u{180f}' => mongolian(base),
        '\u{e0100}'..='\u{e01ef}' => han(base),
        // Standardized variants: ideographs, mathematics, the slashed zero, full-width
        // punctuation and a few scripts.
        '\u{fe00}'..='\u{fe02}' => {
            han(base)
                || base == '0'
                || matches!(base, '\u{2200}'..='\u{22ff}' | '\u{2a00}'..='\u{2aff}'
                    | '\u{3000}'..='\u{30ff}' | '\u{ff00}'..='\u{ffef}'
                    | '\u{1000}'..='\u{109f}' | '\u{a840}'..='\u{a87f}' | '\u{aa60}'..='\u{aa7f}'
                    | '\u{2018}'..='\u{201f}')
        }
        _ => false,
    }
}

/// Whether a zero-width character `c` is how the text around it is written.
///
/// `before` is the character just before it, `base` the last visible one.
pub(crate) fn at_home(
    c: char,
    before: Option<char>,
    base: Option<char>,
    after: Option<char>,
) -> bool {
    let near = |is: fn(char) -> bool| before.is_some_and(is) || after.is_some_and(is);
    let apart = before.is_none_or(|b| invisible(b).is_none());
    match c {
        '\u{feff}' => before.is_none(),
        '\u{200d}' => {
            let joins_emoji = base.is_some_and(|b| emoji(b) && !b.is_ascii())
                && (apart || before == Some('\u{fe0f}'))
                && after.is_some_and(|a| emoji(a) && !a.is_ascii());
            joins_emoji
                || before.is_some_and(joining_script)
                || (apart && after.is_some_and(joining_script))
        }
        '\u{200c}' => before.is_some_and(joining_script),
        '\u{200b}' => apart && near(unspaced_script),
        '\u{180e}' => before.is_some_and(mongolian),
        '\u{34f}' => before
            .is_some_and(|b| right_to_left(b) || unicode_normalization::char::is_combining_mark(b)),
        '\u{17b4}' | '\u{17b5}' => before.is_some_and(|b| matches!(b, '\u{1780}'..='\u{17ff}')),
        '\u{115f}' | '\u{1160}' => near(|n| matches!(n, '\u{1100}'..='\u{11ff}')) && apart,
        '\u{1bca0}'..='\u{1bca3}' => near(|n| matches!(n, '\u{1bc00}'..='\u{1bc9f}')),
        '\u{1d173}'..='\u{1d17a}' => near(|n| matches!(n, '\u{1d100}'..='\u{1d1ff}')),
        _ => false,
    }
}
