//! The base pass: takes out what a reader does not see, and says where it stood.

use crate::normalize::ansi;
use crate::normalize::bidi::Bidi;
use crate::normalize::class::{self, Invisible};
use crate::normalize::english;
use crate::normalize::fold::{Fold, settled};
use crate::normalize::writer::Writer;
use crate::span::Span;
use crate::view::{Hidden, HiddenKind};

/// Hidden places that are listed one by one; a text with more is marked as not fully read.
const PLACES: usize = 1 << 16;
/// Consecutive tag characters, or letters, from which a run is a message of its own.
const MESSAGE: usize = 4;
/// Letters of a word that is looked up.
const LONGEST: usize = 16;
/// What the tags of the three flags spell that every system draws.
const FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// The hidden places of a text.
#[derive(Debug, Default)]
pub(crate) struct Hideouts {
    list: Vec<Hidden>,
    pub(crate) crowded: bool,
}

impl Hideouts {
    pub(crate) fn add(&mut self, kind: HiddenKind, span: Span) {
        if let Some(last) = self.list.last_mut()
            && last.kind == kind
            && last.span.end == span.start
        {
            last.span.end = span.end;
        } else if self.list.len() < PLACES {
            self.list.push(Hidden { kind, span });
        } else {
            self.crowded = true;
        }
    }

    /// In order of place, touching ones joined.
    fn finish(mut self) -> (Vec<Hidden>, bool) {
        // Bidi controls are judged at the end of their paragraph, so they come late.
        self.list.sort_by_key(|hidden| hidden.span);
        let mut joined = Self { list: Vec::with_capacity(self.list.len()), crowded: self.crowded };
        for hidden in self.list {
            joined.add(hidden.kind, hidden.span);
        }
        (joined.list, joined.crowded)
    }
}

/// A text without what is hidden in it, and what that was.
#[derive(Debug)]
pub(crate) struct Stripped {
    pub(crate) out: Writer,
    pub(crate) hidden: Vec<Hidden>,
    /// Whether more is hidden than is listed.
    pub(crate) crowded: bool,
    /// What the tag characters spell.
    pub(crate) tags: Writer,
    /// Runs of variation selectors that no character needs.
    pub(crate) selectors: Vec<Span>,
    /// Selectors of ideographs: at home one by one, a message when there are many.
    pub(crate) variants: Vec<Span>,
    /// Whether a terminal sequence carries text that a model would read.
    pub(crate) speaks: bool,
    /// Whether what is hidden stands between words, as if it were a space.
    pub(crate) glued: bool,
}

/// Whether the base view of `text` is the text itself: printable ASCII and line breaks.
pub(crate) fn plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, b| plain & plain_byte(b))
}

fn plain_byte(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// What becomes of what is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is taken out.
    Visible,
    /// Of terminal sequences only the controls are taken out: what they carry stays readable.
    Literal,
    /// Between two words it becomes a space.
    Parted,
}

/// Normalizes `text`.
pub(crate) fn strip(text: &str, reading: Reading) -> Stripped {
    let mut pass = Pass {
        text,
        at: 0,
        before: None,
        base: None,
        gap: None,
        reading,
        fold: Fold::new(text.len()),
        hidden: Hideouts::default(),
        bidi: Bidi::default(),
        marks_from: 0,
        zalgo: None,
        tags: Writer::default(),
        selectors: Vec::new(),
        variants: Vec::new(),
        speaks: false,
        glued: false,
    };
    pass.run();
    let (hidden, crowded) = pass.hidden.finish();
    Stripped {
        out: pass.fold.finish(),
        hidden,
        crowded,
        tags: pass.tags,
        selectors: pass.selectors,
        variants: pass.variants,
        speaks: pass.speaks,
        glued: pass.glued,
    }
}

struct Pass<'a> {
    text: &'a str,
    at: usize,
    /// The character just before, and the last visible one.
    before: Option<char>,
    base: Option<char>,
    /// Where what was taken out since the last visible character began.
    gap: Option<usize>,
    reading: Reading,
    fold: Fold,
    hidden: Hideouts,
    bidi: Bidi,
    marks_from: usize,
    zalgo: Option<Span>,
    tags: Writer,
    selectors: Vec<Span>,
    variants: Vec<Span>,
    speaks: bool,
    glued: bool,
}

impl<'a> Pass<'a> {
    fn run(&mut self) {
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            let settled = rest.find(|c| !settled(c)).unwrap_or(rest.len());
            if let Some(run) = rest.get(..settled).filter(|run| !run.is_empty()) {
                self.take_settled(run);
            } else if let Some(c) = rest.chars().next() {
                self.take(c);
            }
        }
        self.end_marks();
        self.bidi.end_paragraph(&mut self.hidden);
    }

    fn take_settled(&mut self, run: &str) {
        self.end_marks();
        self.part();
        if run.contains('\n') {
            self.bidi.end_paragraph(&mut self.hidden);
        }
        self.fold.settled(run, self.at);
        self.before = run.chars().next_back();
        self.base = self.before;
        self.at += run.len();
    }

    fn hide(&mut self, kind: HiddenKind, place: Span) {
        self.hidden.add(kind, place);
        self.gap.get_or_insert(place.start);
    }

    fn take(&mut self, c: char) {
        let place = Span::new(self.at, self.at + c.len_utf8());
        self.at = place.end;
        match class::invisible(c) {
            None => self.show(c, place),
            Some(Invisible::Control) => self.control(c, place),
            Some(Invisible::Tag) => return self.tag_run(place),
            Some(Invisible::Selector) => return self.selector_run(c, place),
            Some(Invisible::Bidi) => self.bidi.see(c, place, &mut self.hidden),
            Some(Invisible::ZeroWidth) => self.zero_width(c, place),
        }
        self.before = Some(c);
    }

    fn show(&mut self, c: char, place: Span) {
        let c = match c {
            '\u{2028}' | '\u{2029}' => {
                self.bidi.end_paragraph(&mut self.hidden);
                '\n'
            }
            c => c,
        };
        if class::right_to_left(c) {
            self.bidi.see_right_to_left();
        }
        let fits = self.fold.take(c, place);
        match self.fold.marks() {
            (0, _) => self.end_marks(),
            (1, _) => self.marks_from = place.start,
            _ => {}
        }
        if !fits {
            self.zalgo = Some(Span::new(self.marks_from, place.end));
        }
        self.base = Some(c);
        self.gap = None;
    }

    fn end_marks(&mut self) {
        if let Some(run) = self.zalgo.take() {
            self.hidden.add(HiddenKind::Zalgo, run);
        }
    }

    fn control(&mut self, c: char, place: Span) {
        match c {
            // A next line and a form feed (a page of a document) are line breaks.
            '\u{85}' | '\u{c}' => return self.show('\n', place),
            '\u{b}' => {
                self.hidden.add(HiddenKind::Control, place);
                return self.show('\n', place);
            }
            '\u{1b}' | '\u{80}'..='\u{9f}' => {}
            _ => return self.hide(HiddenKind::Control, place),
        }
        let found = ansi::sequence(self.text.as_bytes(), c, self.at);
        self.hide(HiddenKind::Ansi, Span::new(place.start, found.end));
        self.speaks |= found.speaks;
        if self.reading != Reading::Literal {
            self.at = found.end;
        }
    }

    /// Looks whether what was taken out just now parts two words; if asked to, parts them.
    fn part(&mut self) {
        let Some(from) = self.gap.take() else { return };
        let letter = |b: &&u8| b.is_ascii_alphabetic();
        let bytes = self.text.as_bytes();
        let (before, after) = (bytes.get(..from), bytes.get(self.at..));
        let left = before.unwrap_or_default().iter().rev().take(LONGEST).take_while(letter).count();
        let right = after.unwrap_or_default().iter().take(LONGEST).take_while(letter).count();
        if left == 0 || right == 0 {
            return;
        }
        if self.reading == Reading::Parted {
            self.fold.take(' ', Span::new(from, self.at));
        }
        let word = |from: usize, to: usize| self.text.get(from..to).is_some_and(english::known);
        self.glued |= left >= MESSAGE && word(from - left, from)
            || right >= MESSAGE && word(self.at, self.at + right);
    }

    fn zero_width(&mut self, c: char, place: Span) {
        let after = self.next();
        let braille = |c: char| matches!(c, '\u{2800}'..='\u{28ff}');
        let blank_cell = c == '\u{2800}'
            && (self.before == self.base && self.base.is_some_and(braille)
                || after.is_some_and(|a| a != c && braille(a)));
        if blank_cell {
            self.show(c, place);
        } else if !class::at_home(c, self.before, self.base, after) {
            self.hide(HiddenKind::ZeroWidth, place);
        }
    }

    fn tag_run(&mut self, first: Span) {
        let from = first.start;
        let run = self.run_of(from, |c| class::invisible(c) == Some(Invisible::Tag));
        let spelt =
            || run.chars().filter_map(|c| u8::try_from(c as u32 & 0xff).ok().map(char::from));
        let flag = self.before == Some('\u{1f3f4}')
            && run.len() <= 7 * 4
            && run.ends_with('\u{e007f}')
            && spelt()
                .filter(|c| *c != '\u{7f}')
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !flag {
            self.hide(HiddenKind::Tags, Span::new(from, from + run.len()));
        }
        let drawn = flag && FLAGS.iter().any(|f| spelt().filter(|c| *c != '\u{7f}').eq(f.chars()));
        if !drawn {
            if run.len() >= MESSAGE * 4 && self.tags.len() > 0 {
                self.tags.unit(" ", Span::new(from, from + 4));
            }
            for (i, c) in spelt().enumerate() {
                if matches!(c, ' '..='~' | '\n' | '\t') {
                    self.tags.character(c, Span::new(from + i * 4, from + i * 4 + 4));
                }
            }
        }
        self.before = run.chars().next_back();
        self.at = from + run.len();
    }

    fn selector_run(&mut self, first: char, place: Span) {
        let from = place.start;
        let run = self.run_of(from, |c| class::invisible(c) == Some(Invisible::Selector));
        let span = Span::new(from, from + run.len());
        let single = run.len() == first.len_utf8() && self.before == self.base;
        if single && self.base.is_some_and(|base| class::selects(base, first)) {
            if first >= '\u{e0100}' {
                self.variants.push(span);
            }
        } else {
            self.hide(HiddenKind::Selectors, span);
            self.selectors.push(span);
        }
        self.before = run.chars().next_back();
        self.at = span.end;
    }

    fn run_of(&self, from: usize, is: impl Fn(char) -> bool) -> &'a str {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.get(..rest.find(|c| !is(c)).unwrap_or(rest.len())).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }
}
