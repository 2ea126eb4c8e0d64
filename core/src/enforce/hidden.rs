//! What a reader does not see: stripped where it enters, made visible where it leaves.

use super::apply::REMOVED;
use super::patch::Patch;
use super::{Edit, Verdict, verdict};
use crate::span::{self, Span};
use crate::view::{HiddenKind, Leaf};
use std::fmt::Write;

/// Text with more hidden places than this is removed whole: each place costs memory to edit.
const MOST: usize = 65_536;

/// Whether it carries text that a reader does not see.
pub(super) fn is_invisible(kind: HiddenKind) -> bool {
    use HiddenKind::{Bidi, Selectors, Tags, ZeroWidth};
    matches!(kind, Tags | Selectors | ZeroWidth | Bidi)
}

/// Whether a terminal obeys it.
pub(super) fn is_terminal(kind: HiddenKind) -> bool {
    matches!(kind, HiddenKind::Ansi | HiddenKind::Control)
}

/// Whether a reader sees nothing where `c` stands.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// The edits that take hidden text and terminal escapes out: what the obligation `strip:hidden`
/// asks for.
#[must_use]
pub fn strip(leaves: &[Leaf<'_>]) -> Vec<Edit> {
    leaves
        .iter()
        .flat_map(|leaf| stripped(leaf, |kind| is_invisible(kind) || is_terminal(kind)))
        .collect()
}

/// Takes invisible text out.
pub(super) fn strip_invisible(leaves: &[Leaf<'_>], what: &str) -> Verdict {
    let edits = leaves.iter().flat_map(|leaf| stripped(leaf, is_invisible)).collect();
    let message = format!("text that a reader does not see was taken out of the {what}");
    Verdict::modify(edits, verdict::reason("hidden_text", message, &["LLM01", "AML.T0068"]))
}

/// Takes terminal escapes out.
pub(super) fn strip_terminal(leaves: &[Leaf<'_>], what: &str) -> Verdict {
    let edits = leaves.iter().flat_map(|leaf| stripped(leaf, is_terminal)).collect();
    let message = format!("terminal escapes were taken out of the {what}");
    Verdict::modify(edits, verdict::reason("terminal_escape", message, &["LLM10", "AML.T0068"]))
}

/// Shows terminal escapes as text, so that no terminal obeys them.
pub(super) fn show_terminal(leaves: &[Leaf<'_>]) -> Verdict {
    let edits = leaves.iter().flat_map(shown).collect();
    let message = "terminal escapes in the answer were made visible";
    Verdict::modify(edits, verdict::reason("terminal_escape", message, &["LLM10", "AML.T0077"]))
}

fn places(leaf: &Leaf<'_>, which: impl Fn(HiddenKind) -> bool) -> Vec<Span> {
    let chosen = leaf.views.hidden.iter().filter(|hidden| which(hidden.kind));
    span::merge(chosen.map(|hidden| hidden.span).filter(|span| !span.is_empty()).collect())
}

fn stripped(leaf: &Leaf<'_>, which: impl Fn(HiddenKind) -> bool) -> Vec<Edit> {
    let places = places(leaf, which);
    if places.len() > MOST {
        return whole(leaf);
    }
    let patches = places.into_iter().map(|span| Patch::new(span, ""));
    edits(leaf, patches)
}

/// One edit a run of control characters: what stands between them (the address in a terminal link)
/// stays open to other edits.
fn shown(leaf: &Leaf<'_>) -> Vec<Edit> {
    let mut patches: Vec<Patch> = Vec::new();
    for place in places(leaf, is_terminal) {
        let Some(text) = place.of(leaf.text) else { return whole(leaf) };
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_control() && !"\n\t".contains(*c)) {
            let span = Span::new(0, c.len_utf8()).shift(place.start + at);
            // INVARIANT: writing to a String cannot fail.
            match patches.last_mut() {
                Some(last) if last.span.end == span.start => {
                    last.span.end = span.end;
                    let _ = write!(last.with, "\\x{:02x}", u32::from(c));
                }
                _ => patches.push(Patch::new(span, format!("\\x{:02x}", u32::from(c)))),
            }
            if patches.len() > MOST {
                return whole(leaf);
            }
        }
    }
    edits(leaf, patches)
}

fn whole(leaf: &Leaf<'_>) -> Vec<Edit> {
    edits(leaf, [Patch::new(Span::whole(leaf.text), REMOVED)])
}

/// Patches of one leaf, with its path.
pub(super) fn edits(leaf: &Leaf<'_>, patches: impl IntoIterator<Item = Patch>) -> Vec<Edit> {
    let edit =
        |patch: Patch| Edit { path: leaf.path.to_owned(), span: patch.span, with: patch.with };
    patches.into_iter().map(edit).collect()
}
