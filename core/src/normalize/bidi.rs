//! Tells bidi controls that right-to-left text needs from those that reorder what a reader sees.

use crate::normalize::strip::Hideouts;
use crate::span::Span;
use crate::view::HiddenKind;

/// Embeddings deeper than any renderer honours (UAX #9) are reported without being matched.
const MAX_DEPTH: usize = 125;

/// The bidi controls of one paragraph.
#[derive(Debug, Default)]
pub(crate) struct Bidi {
    open: Vec<Open>,
    isolates: usize,
    /// Marks and right-to-left embeddings: at home only where something is written right to left.
    turning: Vec<(HiddenKind, Span)>,
    right_to_left: bool,
}

#[derive(Debug)]
struct Open {
    at: Span,
    isolate: bool,
    reported: bool,
}

impl Bidi {
    /// Notes that the text holds a right-to-left letter.
    pub(crate) fn see_right_to_left(&mut self) {
        self.right_to_left = true;
    }

    /// Takes in one bidi control.
    pub(crate) fn see(&mut self, c: char, at: Span, hidden: &mut Hideouts) {
        match c {
            '\u{202d}' | '\u{202e}' => {
                hidden.add(HiddenKind::Bidi, at);
                self.open(at, false, true, hidden);
            }
            '\u{202a}' => self.open(at, false, false, hidden),
            '\u{2066}' | '\u{2068}' => self.open(at, true, false, hidden),
            '\u{202b}' | '\u{2067}' => {
                self.turn(HiddenKind::Bidi, at, hidden);
                self.open(at, c == '\u{2067}', false, hidden);
            }
            '\u{202c}' => match self.open.pop_if(|open| !open.isolate) {
                Some(_) => {}
                None => hidden.add(HiddenKind::Bidi, at),
            },
            '\u{2069}' => self.close_isolate(at, hidden),
            _ => self.turn(HiddenKind::ZeroWidth, at, hidden),
        }
    }

    /// Reports what the paragraph leaves open, and what nothing in it needs.
    pub(crate) fn end_paragraph(&mut self, hidden: &mut Hideouts) {
        for open in self.open.drain(..).filter(|open| !open.reported) {
            hidden.add(HiddenKind::Bidi, open.at);
        }
        self.isolates = 0;
        if self.right_to_left {
            self.turning.clear();
        }
        for (kind, at) in self.turning.drain(..) {
            hidden.add(kind, at);
        }
    }

    fn open(&mut self, at: Span, isolate: bool, reported: bool, hidden: &mut Hideouts) {
        if self.open.len() >= MAX_DEPTH {
            hidden.add(HiddenKind::Bidi, at);
            return;
        }
        self.isolates += usize::from(isolate);
        self.open.push(Open { at, isolate, reported });
    }

    fn close_isolate(&mut self, at: Span, hidden: &mut Hideouts) {
        if self.isolates == 0 {
            hidden.add(HiddenKind::Bidi, at);
            return;
        }
        self.isolates -= 1;
        while let Some(open) = self.open.pop() {
            if open.isolate {
                break;
            }
            if !open.reported {
                hidden.add(HiddenKind::Bidi, open.at);
            }
        }
    }

    fn turn(&mut self, kind: HiddenKind, at: Span, hidden: &mut Hideouts) {
        if self.right_to_left {
            return;
        }
        if self.turning.len() >= MAX_DEPTH * MAX_DEPTH {
            hidden.add(kind, at);
        } else {
            self.turning.push((kind, at));
        }
    }
}
