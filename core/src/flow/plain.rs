//! A plain view of a text for which the caller gave none: a parsed field, a number.

use crate::span::Span;
use crate::value::Value;
use crate::view::{Piece, View};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The text of a value that has one: text itself, or a number as JSON writes it.
pub(super) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        Value::Float(_) => Some(Cow::Owned(value.to_json())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text as flow compares it: NFKC, invisible characters left out, letters beyond ASCII in
/// lower case.
pub(super) fn view(text: &str) -> View<'_> {
    if text.is_ascii() {
        return View::identity(text);
    }
    let (mut out, mut pieces) = (String::with_capacity(text.len()), Vec::<Piece>::new());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = cluster(rest);
        let run = rest.get(..length).unwrap_or_default();
        let start = out.len();
        for c in run.chars().filter(|c| !is_invisible(*c)).nfkc() {
            if c.is_ascii() { out.push(c) } else { out.extend(c.to_lowercase()) }
        }
        let (view, origin) = (Span::new(start, out.len()), Span::new(at, at + length));
        at += length;
        match pieces.last_mut() {
            _ if view.is_empty() => {}
            // Pieces of equal lengths stay byte by byte when they are joined.
            Some(last)
                if last.view.len() == last.origin.len()
                    && view.len() == origin.len()
                    && last.origin.end == origin.start =>
            {
                last.view.end = view.end;
                last.origin.end = origin.end;
            }
            _ => pieces.push(Piece { view, origin }),
        }
    }
    View::new(out, pieces, Vec::new())
}

/// Bytes of the first character with the marks that belong to it.
fn cluster(text: &str) -> usize {
    let mut chars = text.char_indices();
    chars.next();
    let joins = |c: char| {
        canonical_combining_class(c) != 0
            || matches!(u32::from(c), 0x1160..=0x11FF | 0x3099..=0x309C | 0xFF9E..=0xFF9F)
    };
    chars.find(|(_, c)| !joins(*c)).map_or(text.len(), |(at, _)| at)
}

fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_looks_are_equal() {
        assert_eq!(view("Ｂob Ä e\u{301} i\u{200B}j").text(), "Bob ä é ij");
        assert!(view("Plain").is_identity());
        let text = "x e\u{301}y";
        let seen = view(text);
        let at = seen.text().find('é').unwrap();
        assert_eq!(seen.origin(Span::new(at, at + 2)).of(text), Some("e\u{301}"));
    }

    proptest! {
        #[test]
        fn spans_come_home(text in "[a-cé\u{301}\u{200B}Ｂ ]{0,20}") {
            let seen = view(&text);
            let home = seen.origin(Span::whole(seen.text()));
            prop_assert!(home.of(&text).is_some());
        }
    }
}
