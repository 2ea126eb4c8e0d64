//! Letters of other scripts that are drawn like ASCII letters, and words that are made of them.

use crate::normalize::class::{brahmic, right_to_left};
use crate::normalize::english::known;
use crate::normalize::excerpt::Excerpt;
use crate::normalize::fold::settled;
use crate::span::Span;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Bytes of a word: scripts without spaces have longer runs, which are no disguise.
const WORD: usize = 256;
/// Letters from which a word that folds to a listed one is taken for it.
const TELLING: usize = 4;

/// What a character looks like, and what kind of claim that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// ASCII.
    Itself(char),
    /// A letter with an accent or a stroke that languages write.
    Accented(char),
    /// A combining mark.
    Mark,
    /// A letter of another script; the second is what its capital looks like.
    Script(char, char),
    /// A shape of the ASCII letter that no language writes words with.
    Shape(char),
    /// Nothing alike.
    Other,
}

fn look(c: char) -> Look {
    if c.is_ascii() {
        return Look::Itself(c);
    }
    if let Some((small, large)) = script(c) {
        return Look::Script(small, large);
    }
    if let Some(plain) = shape(c) {
        return Look::Shape(plain);
    }
    if let Some(plain) = stroked(c) {
        return Look::Accented(plain);
    }
    if settled(c) && c >= '\u{3b1}' {
        return Look::Other;
    }
    if c >= '\u{300}' && is_combining_mark(c) {
        return Look::Mark;
    }
    let mut first = None;
    decompose_canonical(c, |d| first = first.or(Some(d)));
    match first.filter(|first| *first != c) {
        Some(base) if base.is_ascii_alphabetic() => Look::Accented(base),
        Some(base) => script(base).map_or(Look::Other, |(small, large)| Look::Script(small, large)),
        None => Look::Other,
    }
}

/// Cyrillic, Greek, Armenian, Cherokee, regional indicators. The base view is in lower case, so
/// a letter whose capital looks like another one has both.
fn script(c: char) -> Option<(char, char)> {
    let one = |c| Some((c, c));
    match c {
        'а' | 'α' | 'ᾳ' | 'ά' | 'д' => one('a'),
        'в' | 'β' | 'ь' | 'ъ' | 'б' => one('b'),
        'с' | 'ҫ' | 'ϲ' | 'є' => Some(('c', 'c')),
        'ԁ' | 'ժ' => one('d'),
        'е' | 'э' | 'ё' | 'ѐ' | 'ҽ' | 'ε' | 'ξ' | 'ҿ' => one('e'),
        'ғ' | 'ϝ' => one('f'),
        'ց' | 'ԍ' => one('g'),
        'һ' | 'հ' | 'ћ' | 'ի' => one('h'),
        'н' | 'ң' => Some(('h', 'n')),
        'і' | 'ї' | 'ι' | 'ί' | 'ϊ' | 'ΐ' => one('i'),
        'ј' | 'յ' | 'ϳ' => one('j'),
        'к' | 'ќ' | 'κ' | 'ҝ' | 'қ' => one('k'),
        'ӏ' | 'լ' | 'ו' => one('l'),
        'м' => one('m'),
        'μ' => Some(('u', 'm')),
        'п' | 'π' | 'ո' | 'ռ' | 'и' | 'ѝ' | 'й' | 'ղ' => one('n'),
        'η' => Some(('n', 'h')),
        'о' | 'ο' | 'ό' | 'օ' | 'θ' | 'ө' | 'ѳ' | 'ס' | 'φ' => one('o'),
        'σ' => Some(('o', 'e')),
        'р' | 'ρ' | 'ք' => one('p'),
        'ԛ' | 'գ' | 'զ' => one('q'),
        'г' | 'я' | 'ѓ' | 'ґ' => one('r'),
        'ѕ' | 'ς' => one('s'),
        'т' | 'τ' | 'ҭ' => one('t'),
        'տ' => Some(('m', 's')),
        'ս' | 'ц' => one('u'),
        'υ' | 'ύ' | 'ϋ' => Some(('u', 'y')),
        'ѵ' => one('v'),
        'ν' => Some(('v', 'n')),
        'ԝ' | 'ω' | 'ѡ' | 'ш' | 'щ' | 'ա' | 'ψ' => one('w'),
        'х' | 'χ' | 'ҳ' | 'ж' => one('x'),
        'у' | 'ү' | 'ұ' | 'ў' | 'ч' => one('y'),
        'γ' => Some(('y', 'r')),
        'з' | 'ζ' => one('z'),
        'δ' => Some(('d', 'a')),
        'λ' => Some(('l', 'a')),
        '\u{1f1e6}'..='\u{1f1ff}' => one(letter(c as u32 - 0x1f1e6)?),
        '\u{13a0}'..='\u{13f5}' => one(cherokee(c as u32)?),
        '\u{13f8}'..='\u{13fd}' => one(cherokee(c as u32 - 8)?),
        '\u{ab70}'..='\u{abbf}' => one(cherokee(c as u32 - 0xab70 + 0x13a0)?),
        _ => None,
    }
}

fn letter(index: u32) -> Option<char> {
    u8::try_from(index).ok().filter(|i| *i < 26).map(|i| char::from(b'a' + i))
}

fn cherokee(capital: u32) -> Option<char> {
    Some(match capital {
        0x13a0 => 'd',
        0x13a1 | 0x13d2 => 'r',
        0x13a2 => 't',
        0x13a5 => 'i',
        0x13a9 | 0x13bd => 'y',
        0x13aa => 'a',
        0x13ab => 'j',
        0x13ac => 'e',
        0x13b3 | 0x13d4 => 'w',
        0x13b7 => 'm',
        0x13bb | 0x13c2 => 'h',
        0x13be => 'o',
        0x13c0 | 0x13f3 => 'g',
        0x13c3 => 'z',
        0x13cf | 0x13f4 => 'b',
        0x13d5 | 0x13da => 's',
        0x13d9 => 'v',
        0x13de => 'l',
        0x13df => 'c',
        0x13e2 => 'p',
        0x13e6 => 'k',
        0x13e7 => 'd',
        _ => return None,
    })
}

/// Small capitals, letters in boxes and discs, and phonetic signs.
fn shape(c: char) -> Option<char> {
    Some(match c {
        'ᴀ' | 'ɑ' | 'ɒ' => 'a',
        'ʙ' => 'b',
        'ᴄ' => 'c',
        'ᴅ' => 'd',
        'ᴇ' | 'ɛ' | 'ɘ' | 'ɜ' => 'e',
        'ꜰ' => 'f',
        'ɢ' | 'ɡ' | 'ᶃ' => 'g',
        'ʜ' | 'ɦ' => 'h',
        'ɪ' | 'ɩ' | 'ı' => 'i',
        'ᴊ' | 'ȷ' => 'j',
        'ᴋ' => 'k',
        'ʟ' | 'ǀ' | 'ɭ' => 'l',
        'ᴍ' | 'ɱ' => 'm',
        'ɴ' | 'ɲ' | 'ɳ' => 'n',
        'ᴏ' | 'ɵ' => 'o',
        'ᴘ' => 'p',
        'ꞯ' | 'ʠ' => 'q',
        'ʀ' | 'ɼ' | 'ɽ' | 'ɾ' => 'r',
        'ꜱ' | 'ʂ' => 's',
        'ᴛ' | 'ʈ' => 't',
        'ᴜ' | 'ʊ' => 'u',
        'ᴠ' | 'ʋ' => 'v',
        'ᴡ' => 'w',
        'ᶍ' => 'x',
        'ʏ' => 'y',
        'ᴢ' | 'ʐ' => 'z',
        '\u{1f150}'..='\u{1f169}' => letter(c as u32 - 0x1f150)?,
        '\u{1f170}'..='\u{1f189}' => letter(c as u32 - 0x1f170)?,
        _ => return None,
    })
}

/// Letters with a stroke or a hook, which do not decompose.
fn stroked(c: char) -> Option<char> {
    Some(match c {
        'ⱥ' => 'a',
        'ƀ' | 'ɓ' | 'ƃ' => 'b',
        'ȼ' | 'ƈ' => 'c',
        'đ' | 'ɖ' | 'ɗ' | 'ƌ' => 'd',
        'ɇ' | 'ǝ' | 'ə' => 'e',
        'ƒ' => 'f',
        'ɠ' | 'ǥ' => 'g',
        'ħ' | 'ⱨ' => 'h',
        'ɨ' => 'i',
        'ɉ' => 'j',
        'ƙ' | 'ⱪ' => 'k',
        'ł' | 'ƚ' | 'ɫ' | 'ɬ' | 'ⱡ' => 'l',
        'ŋ' | 'ƞ' => 'n',
        'ø' | 'ꝋ' => 'o',
        'ƥ' | 'ᵽ' | 'þ' => 'p',
        'ɋ' => 'q',
        'ɍ' => 'r',
        'ȿ' | 'ß' => 's',
        'ŧ' | 'ƭ' | 'ƫ' | 'ⱦ' => 't',
        'ʉ' => 'u',
        'ⱳ' => 'w',
        'ɏ' | 'ƴ' => 'y',
        'ƶ' | 'ȥ' | 'ⱬ' => 'z',
        _ => return None,
    })
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || !c.is_ascii() && look(c) != Look::Other
}

/// Words that only look like ASCII, folded to it.
pub(crate) fn lookalikes(text: &str, out: &mut Excerpt<'_>) {
    let mut at = 0;
    let mut mixed = false;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let ascii = rest.bytes().take_while(u8::is_ascii).count();
        let (plain, other) = rest.split_at_checked(ascii).unwrap_or((rest, ""));
        let Some(first) = other.chars().next() else { return };
        let head = plain.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        let length = other.find(|c| !in_word(c)).unwrap_or(other.len());
        let word = Span::new(at + ascii - head, at + ascii + length);
        at += ascii + length.max(first.len_utf8());
        if let Some(seen) = word.of(text).filter(|w| length > 0 && w.len() <= WORD)
            && let Some(second) = disguised(seen, &mut mixed)
        {
            fold(seen, word.start, second, out);
        }
    }
}

fn plain(word: &str, second: bool) -> String {
    word.chars()
        .filter_map(|c| match look(c) {
            Look::Itself(p) | Look::Accented(p) | Look::Shape(p) => Some(p),
            Look::Script(small, large) => Some(if second { large } else { small }),
            Look::Mark => None,
            Look::Other => Some(c),
        })
        .collect()
}

/// Whether `word` is a disguise, and if so whether by its letters' second look.
fn disguised(word: &str, mixed: &mut bool) -> Option<bool> {
    let (mut ascii, mut accents, mut scripts, mut shapes, mut others) = (0, 0, 0, 0, 0);
    let (mut marks, mut letters) = (0, 0);
    let foreign = !word.bytes().any(|b| b.is_ascii_alphabetic());
    let first = word.chars().next()?;
    if foreign && (right_to_left(first) || brahmic(first)) && script(first).is_none() {
        return None;
    }
    for c in word.chars() {
        letters += 1;
        match look(c) {
            Look::Itself(c) => ascii += usize::from(c.is_ascii_alphabetic()),
            Look::Accented(_) => accents += 1,
            Look::Mark => marks += 1,
            Look::Script(..) => scripts += 1,
            Look::Shape(_) => shapes += 1,
            // A letter like no other, and nothing in ASCII beside it: no disguise.
            Look::Other if foreign && shapes == 0 => return None,
            Look::Other => others += 1,
        }
    }
    let first = plain(word, false);
    let second = || scripts > 0 && known(&plain(word, true));
    let chosen = || !known(&first) && second();
    if scripts > 0 && ascii + shapes > 0 {
        *mixed = true;
        return Some(chosen());
    }
    // A phonetic transcription or a lone boxed letter is no word.
    if others == 0 && shapes > 1 || shapes > 0 && known(&first) {
        return Some(false);
    }
    if marks > 0 && ascii > 0 && others == 0 {
        return Some(false);
    }
    let long = first.len() >= TELLING || *mixed;
    let whole = scripts + accents + marks > 0 && others == 0 && letters > 1 && long;
    if whole && known(&first) {
        return Some(false);
    }
    (whole && second()).then_some(true)
}

fn fold(word: &str, start: usize, second: bool, out: &mut Excerpt<'_>) {
    for (i, c) in word.char_indices() {
        let place = Span::new(start + i, start + i + c.len_utf8());
        let plain = match look(c) {
            Look::Accented(p) | Look::Shape(p) => p,
            Look::Script(_, large) if second => large,
            Look::Script(small, _) => small,
            Look::Mark => {
                out.replace(place, "");
                continue;
            }
            Look::Itself(_) | Look::Other => continue,
        };
        out.replace(place, plain.encode_utf8(&mut [0; 4]));
    }
}
