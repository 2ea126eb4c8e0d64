//! What the model sees of a document: its windows, through all views.

use checkrein::detect::{Features, STRIDE, features, spoken};
use checkrein::normalize::Normalizer;
use checkrein::span::Span;

/// One window: places of weights.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Of words.
    pub words: Box<[u32]>,
    /// Of parts of words.
    pub parts: Box<[u32]>,
    /// How much of its evidence counts.
    pub spoken: f64,
}

#[derive(Debug, Clone, Default)]
struct Stretch {
    words: Vec<u32>,
    parts: Vec<u32>,
    tokens: u32,
    spelled: u32,
}

#[derive(Default)]
struct Cut {
    now: Stretch,
    all: Vec<Stretch>,
}

#[allow(clippy::cast_possible_truncation, reason = "there are fewer weights")]
impl Features for Cut {
    fn words(&mut self, index: usize) {
        self.now.words.push(index as u32);
    }

    fn part(&mut self, index: usize) {
        self.now.parts.push(index as u32);
    }

    fn end(&mut self, _: Span, word: bool) {
        self.now.tokens += 1;
        self.now.spelled += u32::from(word);
        if self.now.tokens == STRIDE {
            self.all.push(std::mem::take(&mut self.now));
        }
    }
}

/// The windows of `text` in all its views.
pub fn windows(normalizer: &Normalizer, text: &str) -> Vec<Window> {
    let mut windows = Vec::new();
    for view in normalizer.views(text).all() {
        let mut cut = Cut::default();
        features(view.text(), &mut cut);
        let mut all = cut.all;
        if cut.now.tokens > 0 {
            all.push(cut.now);
        }
        if let [only] = all.as_slice() {
            windows.push(Window {
                words: only.words.as_slice().into(),
                parts: only.parts.as_slice().into(),
                spoken: spoken(only.spelled, only.tokens),
            });
        }
        for pair in all.windows(2) {
            let [a, b] = pair else { continue };
            windows.push(Window {
                words: [a.words.as_slice(), &b.words].concat().into(),
                parts: [a.parts.as_slice(), &b.parts].concat().into(),
                spoken: spoken(a.spelled + b.spelled, a.tokens + b.tokens),
            });
        }
    }
    windows
}
