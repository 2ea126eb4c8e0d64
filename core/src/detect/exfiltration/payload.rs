//! Judges whether an address carries data: what its host, path and query spell.

use super::host::Place;
use super::raw::Raw;
use super::telling::{is_encoded_text, is_telling};
use crate::detect::code::percent_decode;
use url::Url;

/// Pieces of one address that are looked at.
const PIECES: usize = 512;
/// Addresses in addresses that are followed.
const NESTING: usize = 3;

/// What an address carries, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Carried {
    Nothing,
    /// Something long that has no meaning of its own: encrypted, or a token.
    Opaque,
    /// Words, or a value of a telling form.
    Text,
    /// Text in an encoding that hides it.
    Encoded,
}

/// Judges what an address carries.
pub(super) fn carried(raw: &Raw, place: &Place, auto_loads: bool, own_hosts: &[String]) -> Carried {
    Judge { auto_loads, own_hosts, depth: 0 }.address(raw, place)
}

struct Judge<'a> {
    auto_loads: bool,
    own_hosts: &'a [String],
    depth: usize,
}

/// Keys whose value is written by people.
const SPOKEN_KEYS: &[&str] = &[
    "", "q", "query", "search", "s", "term", "keyword", "keywords", "k", "p", "title", "name",
    "subject", "text", "body", "message", "filename", "label", "topic", "category",
];

/// Where a piece stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Host,
    Path,
    Query,
    Fragment,
}

impl Judge<'_> {
    fn address(&mut self, raw: &Raw, place: &Place) -> Carried {
        let trusted = place.own || place.public || place.loopback;
        let mut worst = Carried::Nothing;
        let mut joined_path = String::new();
        let mut joined_query = String::new();
        for segment in raw.path.split('/').filter(|s| !s.is_empty()).take(PIECES) {
            let stem = stem(segment);
            joined_path.push_str(stem);
            worst = worst.max(self.piece(stem, Spot::Path, "", trusted));
        }
        for pair in raw.query.split(['&', ';']).filter(|s| !s.is_empty()).take(PIECES) {
            let (key, value) = pair.split_once('=').unwrap_or(("", pair));
            joined_query.push_str(value);
            worst = worst.max(self.piece(value, Spot::Query, key, trusted));
            worst = worst.max(self.piece(key, Spot::Query, "", trusted));
        }
        if !raw.fragment.is_empty() && !self.auto_loads {
            worst = worst.max(self.piece(&raw.fragment, Spot::Fragment, "", trusted));
        }
        if trusted {
            return worst;
        }
        worst = worst.max(self.host(raw));
        // Data cut into pieces that say nothing alone.
        for joined in [&joined_path, &joined_query] {
            if worst < Carried::Encoded && is_encoded_text(joined) {
                worst = Carried::Encoded;
            }
        }
        let much = if self.auto_loads { 512 } else { 4096 };
        if raw.too_long || raw.query.len() > much {
            worst = worst.max(Carried::Opaque);
        }
        worst
    }

    fn host(&mut self, raw: &Raw) -> Carried {
        let mut worst = Carried::Nothing;
        let labels: Vec<&str> = raw.host.split('.').collect();
        let own = labels.len().saturating_sub(2);
        let sub = labels.get(..own).unwrap_or_default();
        for label in sub {
            worst = worst.max(self.piece(label, Spot::Host, "", false));
        }
        if is_encoded_text(&sub.concat()) {
            worst = Carried::Encoded;
        }
        if raw.host.contains('%') && !raw.host.starts_with('[') {
            worst = Carried::Encoded;
        }
        // Signs that no host name has, save where it is a pattern or waits to be filled in.
        let is_template =
            raw.host.contains(['*', '$', '{', '<']) || raw.port.starts_with(['$', '{', '<', '*']);
        let odd = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-._[]:%".contains(c);
        let odd_port = raw.port.len() > 5 && !raw.port.bytes().all(|b| b.is_ascii_digit());
        if !is_template && (raw.host.contains(odd) || odd_port) {
            worst = worst.max(Carried::Text);
        }
        if !raw.user.is_empty() && (self.auto_loads || is_telling(&raw.user)) {
            worst = worst.max(Carried::Text);
        }
        worst
    }

    fn piece(&mut self, piece: &str, spot: Spot, key: &str, trusted: bool) -> Carried {
        if piece.len() < 4 {
            return Carried::Nothing;
        }
        let decoded = percent_decode(piece).unwrap_or_else(|| piece.to_owned());
        if let Some(inner) = self.nested(&decoded) {
            return inner;
        }
        if trusted {
            return Carried::Nothing;
        }
        if needless_escapes(piece) >= 3 || is_encoded_text(&decoded) {
            return Carried::Encoded;
        }
        if spot == Spot::Fragment {
            // Headings are words; what follows `:~:text=` is too.
            return Carried::Nothing;
        }
        let spaced = if spot == Spot::Host { decoded } else { decoded.replace('+', " ") };
        if is_telling(&spaced) || self.is_speech(&spaced, spot, key, piece) {
            return Carried::Text;
        }
        let is_odd = self.auto_loads && spot == Spot::Query && is_odd_for_image(key, &spaced);
        if is_odd || self.is_opaque(&spaced, spot) { Carried::Opaque } else { Carried::Nothing }
    }

    /// An address in an address: an open redirect or a proxy carries on.
    fn nested(&mut self, decoded: &str) -> Option<Carried> {
        let begins = ["http://", "https://", "//", "http:\\", "https:\\"];
        let lower: String = decoded.chars().take(8).flat_map(char::to_lowercase).collect();
        if !begins.iter().any(|begin| lower.starts_with(begin)) {
            return None;
        }
        if self.depth >= NESTING {
            return Some(Carried::Opaque);
        }
        let raw = Raw::split(decoded)?;
        let parsed = Url::parse(&raw.absolute()).ok();
        let place = Place::of(&raw, parsed.as_ref(), self.own_hosts);
        self.depth += 1;
        let inner = self.address(&raw, &place);
        self.depth -= 1;
        Some(inner)
    }

    /// Whether it is words put into an address.
    fn is_speech(&self, spaced: &str, spot: Spot, key: &str, written: &str) -> bool {
        let is_word = |word: &&str| word.chars().filter(|c| c.is_alphanumeric()).count() > 0;
        let words = spaced.split_whitespace().filter(is_word).count();
        let least = match spot {
            Spot::Query if self.auto_loads => 2,
            // A search or a title has few words, other values have none.
            Spot::Query if SPOKEN_KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)) => 7,
            Spot::Query => 3,
            // A file name may have spaces, `+` for them it has not.
            Spot::Path if written.contains('+') => 3,
            Spot::Path if self.auto_loads => 4,
            _ => 12,
        };
        let is_structure = self.auto_loads
            && spot == Spot::Query
            && spaced.len() >= 32
            && spaced.contains(['{', '"', '\n'])
            && spaced.contains([':', ',']);
        // Scripts that write no spaces.
        let dense = spaced.chars().filter(|c| ('\u{3040}'..='\u{9fff}').contains(c)).count();
        words >= least || is_structure || (spot == Spot::Query && dense >= 2 * least)
    }

    fn is_opaque(&self, text: &str, spot: Spot) -> bool {
        let least = match spot {
            Spot::Host => 40,
            _ if self.auto_loads => 49,
            _ => 129,
        };
        if text.len() < least {
            return false;
        }
        let token = text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=' | b'.' | b'~')
        });
        if !token {
            return false;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
        let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
        let dashes = text.bytes().filter(|b| matches!(b, b'-' | b'_' | b'.')).count();
        let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex {
            // A digest is at most this long.
            return text.len() > 64 && digits < text.len();
        }
        // Slugs have dashes and few digits; tokens mix.
        digits * 12 >= text.len()
            && dashes * 8 < text.len()
            && (upper > 0 && lower > 0 || spot == Spot::Host || least > 49)
    }
}

/// Whether the value is none that an image takes: size, style, version, format.
fn is_odd_for_image(key: &str, value: &str) -> bool {
    const PLAIN_KEYS: &[&str] = &[
        "v",
        "ver",
        "version",
        "rev",
        "t",
        "ts",
        "time",
        "hash",
        "cb",
        "etag",
        "sig",
        "signature",
        "s",
        "expires",
        "label",
        "logo",
        "color",
        "style",
        "branch",
        "file",
        "path",
        "src",
        "url",
        "repo",
        "ref",
        "id",
    ];
    if PLAIN_KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)) {
        return false;
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let mixed = value.len() >= 9
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic());
    mixed || (value.len() >= 6 && !value.bytes().all(is_plain))
}

/// A segment without its file ending.
fn stem(segment: &str) -> &str {
    match segment.rsplit_once('.') {
        Some((stem, end))
            if !stem.is_empty()
                && end.len() <= 5
                && end.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            stem
        }
        _ => segment,
    }
}

/// How many letters and digits are escaped without need.
fn needless_escapes(piece: &str) -> usize {
    piece
        .split('%')
        .skip(1)
        .filter(|after| {
            let code = after.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
            code.is_some_and(|byte| byte.is_ascii_alphanumeric())
        })
        .count()
}
