//! Streams: text goes out as soon as nothing that is still to come can make it maskable.
//!
//! The text is cut at places that depend on the text alone, never on how it was handed in, so that
//! what goes out is the same under any chunking. A block is inspected with what stands before it
//! and some hundred bytes behind it: more than any expression looks ahead. Where that is not
//! enough, because a link, a key or a find is still open there, it waits for twice as much, up to
//! all that may be held back. What outgrows that is masked from its start until it ends.

mod deltas;
mod place;
mod utf8;
mod window;

pub use deltas::Deltas;
pub use window::Window;

use super::Edit;
use super::patch::{self, Patch};
use crate::error::{Error, ErrorKind, Result};
use crate::span::{self, Span};
use utf8::Decoder;

/// No stream holds back more than this.
const MOST: usize = 4096;
/// No stream holds back less: a block must have room for a character.
const LEAST: usize = 16;
/// Bytes of a block.
const BLOCK: usize = 192;
/// Bytes that are seen behind a block before it goes out, where nothing is open: a secret with the
/// words that give it away, or 24 words.
const AHEAD: usize = 320;
/// Bytes before a block that are inspected with it.
const BEHIND: usize = 640;

/// Holds the text of one stream back until it is inspected.
#[derive(Debug)]
pub struct Holder {
    decoder: Decoder,
    /// Text of the stream from `base` on: what went out lately, and what is still held.
    text: String,
    /// Where in the stream `text` starts.
    base: usize,
    /// Up to here the stream went out.
    done: usize,
    /// Bytes that are held back at most.
    most: usize,
    /// Bytes that are held back at most behind a block.
    reach: usize,
    /// Bytes that are seen behind a block where nothing is open.
    ahead: usize,
    /// Bytes that are to be seen from `done` on before the next block goes out.
    sight: usize,
    /// What outgrew the reach and still goes on.
    open: Option<Open>,
    /// The window that was handed out by `ready`.
    window: Option<Bounds>,
    /// The text of that window.
    seen: String,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Flowing,
    /// No more text comes.
    Finished,
    /// Nothing goes out any more.
    Closed,
}

/// Something to mask that is longer than the reach.
#[derive(Debug)]
struct Open {
    /// Its first bytes and the words before it, by which it is recognised.
    head: String,
    /// Where the head stands in the stream.
    head_at: usize,
    /// Where in the head it starts.
    at: usize,
}

/// Places in the stream.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    start: usize,
    /// The end of the block; `end` in the last window.
    cut: usize,
    end: usize,
    last: bool,
}

impl Holder {
    /// A stream that holds back `hold_back` bytes, between 16 and 4096.
    #[must_use]
    pub fn new(hold_back: usize) -> Self {
        let hold_back = hold_back.clamp(LEAST, MOST);
        let reach = hold_back - hold_back / 4;
        Self {
            decoder: Decoder::default(),
            text: String::new(),
            base: 0,
            done: 0,
            most: hold_back,
            reach,
            ahead: AHEAD,
            sight: (BLOCK + AHEAD).min(hold_back),
            open: None,
            window: None,
            seen: String::new(),
            state: State::Flowing,
        }
    }

    /// With at least `bytes` seen behind a block, as far as they may be held back: something to mask
    /// that has blanks in it is as long at most. For a stream that has not begun.
    #[must_use]
    pub fn seeing(mut self, bytes: usize) -> Self {
        self.ahead = self.ahead.max(bytes.min(self.reach));
        self.sight = self.least_sight();
        self
    }

    fn least_sight(&self) -> usize {
        (BLOCK + self.ahead).min(self.most)
    }

    /// The length up to which something maskable is handled as in the whole text.
    #[must_use]
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// The text that is held: handed in, and neither gone out nor masked.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get(self.done - self.base..).unwrap_or_default()
    }

    /// Takes the next bytes; a character may be split between two.
    ///
    /// # Errors
    /// `value/utf8`; `misuse/closed` after the end, or after a refusal. Both end the stream.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        if self.state != State::Flowing {
            return Err(Error::new(ErrorKind::MisuseClosed, "the stream has ended"));
        }
        let taken = self.decoder.push(chunk, &mut self.text);
        self.or_close(taken)
    }

    /// Says that no more text comes. What is held then becomes ready.
    ///
    /// # Errors
    /// `value/utf8` where the text ends inside a character; `misuse/closed` as [`Holder::push`].
    pub fn finish(&mut self) -> Result<()> {
        if self.state != State::Flowing {
            return Err(Error::new(ErrorKind::MisuseClosed, "the stream has ended"));
        }
        let ended = self.decoder.finish();
        self.or_close(ended)?;
        self.state = State::Finished;
        Ok(())
    }

    /// Ends the stream: nothing that is held goes out, and nothing follows.
    pub fn deny(&mut self) {
        self.state = State::Closed;
        self.text.clear();
        self.seen.clear();
        (self.open, self.window, self.base) = (None, None, self.done);
    }

    /// Whether everything that may go out is out.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state == State::Closed
    }

    /// The text to inspect next; none until more text comes.
    pub fn ready(&mut self) -> Option<Window<'_>> {
        let bounds = self.next_window()?;
        self.seen.clear();
        let open = self.open.as_ref();
        if let Some(open) = open {
            self.seen.push_str(&open.head);
        }
        let held = bounds.start - self.base..bounds.end - self.base;
        self.seen.push_str(self.text.get(held).unwrap_or_default());
        self.window = Some(bounds);
        let goes = match open {
            Some(_) => Span::default(),
            None => Span::new(self.done - bounds.start, bounds.cut - bounds.start),
        };
        Some(Window {
            goes,
            text: &self.seen,
            last: bounds.last,
            head: open.map_or(0, |open| open.head.len()),
            head_at: open.map_or(0, |open| open.head_at),
            tail_at: bounds.start,
        })
    }

    /// Takes the edits for the window that [`Holder::ready`] gave, and gives what goes out; none
    /// where something is still open at its end, and more is to be seen first. Edits of nothing
    /// mask nothing and are passed over.
    ///
    /// # Errors
    /// `misuse/argument` where there is no window; `detector/failed` where an edit does not lie in
    /// it on character boundaries. Both end the stream.
    pub fn release(&mut self, edits: &[Edit]) -> Result<Option<String>> {
        let Some(bounds) = self.window.take() else {
            self.deny();
            return Err(Error::new(ErrorKind::MisuseArgument, "no text was ready for these edits"));
        };
        let masking = edits.iter().filter(|edit| !edit.span.is_empty());
        let patches = masking.map(|edit| Patch::new(edit.span, edit.with.as_str())).collect();
        let Some(patches) = patch::merge(&self.seen, patches) else {
            self.deny();
            let message = "an edit does not lie on the text's character boundaries";
            return Err(Error::new(ErrorKind::DetectorFailed, message));
        };
        if self.open.is_none() && self.must_see_more(bounds, &patches) {
            self.sight = (self.sight * 2).min(self.most);
            return Ok(None);
        }
        self.sight = self.least_sight();
        let mut out = String::new();
        match self.open.take() {
            Some(open) => self.pass_open(open, bounds, &patches),
            None => self.pass_block(bounds, &patches, &mut out),
        }
        if bounds.last && self.done == bounds.end {
            self.state = State::Closed;
        }
        self.forget();
        Ok(Some(out))
    }

    /// Inspects and releases all that is ready, onto `out`. After an error nothing follows what
    /// stands in `out`.
    ///
    /// # Errors
    /// Those of `inspect` and of [`Holder::release`].
    pub fn drain(
        &mut self,
        inspect: &mut dyn FnMut(&str) -> Result<Vec<Edit>>,
        out: &mut String,
    ) -> Result<()> {
        while let Some(window) = self.ready() {
            let edits = inspect(window.text);
            let edits = match edits {
                Ok(edits) => edits,
                Err(error) => {
                    self.deny();
                    return Err(error);
                }
            };
            out.push_str(&self.release(&edits)?.unwrap_or_default());
        }
        Ok(())
    }

    fn or_close(&mut self, result: Result<()>) -> Result<()> {
        if result.is_err() {
            self.deny();
        }
        result
    }

    /// One past the last byte that was handed in.
    fn end(&self) -> usize {
        self.base + self.text.len()
    }

    fn next_window(&mut self) -> Option<Bounds> {
        let end = self.end();
        if self.state == State::Closed || self.done > end {
            return None;
        }
        while end >= self.done + self.sight {
            let end = self.floor(self.done + self.sight);
            if let Some(cut) = self.cut(end) {
                return Some(Bounds { start: self.start(end), cut, end, last: false });
            }
            self.sight = (self.sight * 2).min(self.most);
        }
        let last = Bounds { start: self.start(end), cut: end, end, last: true };
        (self.state == State::Finished).then_some(last)
    }

    /// Where the context begins of a window that ends at `end`: where a word does, if one does
    /// soon, and further before an image that may refer to what was said there.
    fn start(&self, end: usize) -> usize {
        let seen = self.text.get(self.done - self.base..end - self.base).unwrap_or_default();
        let behind = if place::may_refer(seen) {
            self.reach
        } else {
            BEHIND.max(self.ahead).min(self.reach)
        };
        let from = self.floor(self.done.saturating_sub(behind).max(self.base));
        let context = self.text.get(from - self.base..self.done - self.base).unwrap_or_default();
        if from == 0 { 0 } else { from + place::first(context).unwrap_or(0) }
    }

    /// Where the next block ends, of which the text up to `end` is seen: where a word does, and
    /// nothing that began before is open at `end`. None where more is to be seen.
    fn cut(&self, end: usize) -> Option<usize> {
        let seen = self.text.get(self.done - self.base..end - self.base).unwrap_or_default();
        let is_all = self.sight == self.most;
        let ahead = if is_all { self.reach } else { self.ahead.min(self.sight - self.sight / 4) };
        let limit = self.floor(self.done + self.sight - ahead) - self.done;
        match place::last(seen, limit) {
            Some(cut) => Some(self.done + cut),
            // There is no more to wait for.
            None if is_all => Some(self.done + limit),
            None => None,
        }
    }

    /// Whether something that begins in the block goes on where the window ends.
    fn must_see_more(&self, bounds: Bounds, patches: &[Patch]) -> bool {
        let goes_on = |patch: &Patch| {
            let span = patch.span.shift(bounds.start);
            span.start < bounds.cut && span.end == bounds.end && span.end > self.done
        };
        !bounds.last && self.sight < self.most && patches.iter().any(goes_on)
    }

    /// The character boundary at or before a place of the stream.
    fn floor(&self, at: usize) -> usize {
        self.base + span::floor(&self.text, at - self.base)
    }

    /// Lets a block out, and with it all of a change that begins there.
    fn pass_block(&mut self, bounds: Bounds, patches: &[Patch], out: &mut String) {
        let from = self.done;
        for patch in patches {
            let span = patch.span.shift(bounds.start);
            let passed = span.start < from && span.end <= from;
            if passed {
                continue;
            }
            let begins = span.start.max(self.done);
            if begins >= bounds.cut && !bounds.last {
                break;
            }
            self.emit(begins, out);
            out.push_str(&patch.with);
            if span.end == bounds.end && !bounds.last {
                // It goes on behind all that is seen.
                let from = self.floor(begins.saturating_sub(self.reach / 4).max(bounds.start));
                let until = self.floor(begins + self.reach / 2);
                let head = self.text.get(from - self.base..until - self.base).unwrap_or_default();
                let head = head.to_owned();
                self.open = Some(Open { head, head_at: from, at: begins - from });
            }
            self.done = span.end.max(self.done);
        }
        self.emit(bounds.cut, out);
    }

    /// Sends the text from `done` to `until` out as it is.
    fn emit(&mut self, until: usize, out: &mut String) {
        let text = self.text.get(self.done - self.base..until.max(self.done) - self.base);
        out.push_str(text.unwrap_or_default());
        self.done = until.max(self.done);
    }

    /// Looks whether what outgrew the reach ends in this window. Until it does, nothing goes out.
    fn pass_open(&mut self, open: Open, bounds: Bounds, patches: &[Patch]) {
        let head = open.head.len();
        let here = |patch: &&Patch| patch.span.start <= open.at && open.at < patch.span.end;
        // Where it is not recognised any more, nothing says that it has ended.
        let length = patches.iter().find(here).map_or(self.seen.len(), |patch| patch.span.end);
        let ends = bounds.start + length.saturating_sub(head);
        if bounds.last || ends < bounds.cut {
            self.done = ends.max(self.done);
            return;
        }
        // It goes on, or seems to end where the window does: look again from there.
        self.done = bounds.cut.max(self.done);
        self.open = Some(open);
    }

    /// Drops what went out and is no context any more. It moves the rest only when that is the
    /// smaller part, so that a long text costs its length once.
    fn forget(&mut self) {
        let keep = self.floor(self.done.saturating_sub(self.reach).max(self.base)) - self.base;
        if keep > self.text.len() / 2 {
            self.text.drain(..keep);
            self.base += keep;
        }
    }
}

#[cfg(test)]
mod tests;
