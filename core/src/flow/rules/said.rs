//! What the user said, kept as it came until a rule first asks for it.

use super::prompt::{self, Prompt};
use crate::flow::canonical::Kind;
use std::sync::OnceLock;

/// Bytes that wait to be read; more are read at once.
const MAX_WAITING: usize = 1 << 16;
/// Turns that may still matter: those that speak, and those that spoke when the oldest of these
/// was read.
const NEAR: usize = 2 * prompt::RECENT;

/// The user's words. Most sessions ask for them seldom, and reading takes longer than keeping.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Said {
    /// What was read before the rest came.
    before: Prompt,
    waiting: Vec<(u32, Part)>,
    waiting_bytes: usize,
    /// All of it, once somebody asked.
    read: OnceLock<Prompt>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(Box<str>),
    Literal(Kind, Box<str>),
}

impl Said {
    pub(in crate::flow) fn bytes(&self) -> usize {
        self.before.bytes() + self.waiting_bytes + self.read.get().map_or(0, Prompt::bytes)
    }

    /// Takes a text that is all the user's own, in their case.
    pub(in crate::flow) fn take(&mut self, turn: u32, text: &str) {
        self.wait(turn, Part::Text(prompt::head(text).into()));
    }

    /// Takes a typed value of the text.
    pub(in crate::flow) fn take_literal(&mut self, turn: u32, kind: Kind, form: &str) {
        self.wait(turn, Part::Literal(kind, form.into()));
    }

    /// The words, in order.
    pub(super) fn read(&self) -> &Prompt {
        self.read.get_or_init(|| {
            let mut prompt = self.before.clone();
            self.waiting.iter().for_each(|(turn, part)| part.tell(*turn, &mut prompt));
            prompt
        })
    }

    fn wait(&mut self, turn: u32, part: Part) {
        if let Some(read) = self.read.take() {
            self.before = read;
            self.clear();
        }
        let new_turn = self.waiting.last().is_some_and(|(last, _)| *last != turn);
        self.waiting_bytes += part.bytes();
        self.waiting.push((turn, part));
        if new_turn {
            self.forget();
        }
        if self.waiting_bytes > MAX_WAITING {
            self.read();
            self.before = self.read.take().unwrap_or_default();
            self.clear();
        }
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
    }

    /// Drops what no longer speaks, unread.
    fn forget(&mut self) {
        let mut turns = 1;
        let mut pairs = self.waiting.windows(2).enumerate().rev();
        let old = pairs.find_map(|(at, pair)| {
            if let [(a, _), (b, _)] = pair {
                turns += usize::from(a != b);
            }
            (turns > NEAR).then_some(at + 1)
        });
        if let Some(old) = old {
            self.before = Prompt::default();
            let gone = self.waiting.drain(..old).map(|(_, part)| part.bytes()).sum::<usize>();
            self.waiting_bytes -= gone;
        }
    }
}

impl Part {
    fn bytes(&self) -> usize {
        let (Part::Text(text) | Part::Literal(_, text)) = self;
        text.len() + size_of::<(u32, Part)>()
    }

    fn tell(&self, turn: u32, prompt: &mut Prompt) {
        match self {
            Part::Text(text) => prompt.take(turn, text),
            Part::Literal(kind, form) => prompt.take_literal(turn, *kind, form),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn to_read_late_is_to_read_at_once(
            heard in prop::collection::vec(
                (0u32..2, "(send it to|from|Bob|Ann Lee|her|his e-mail|\\. |, |é|Dora's|\n){0,8}", any::<bool>()),
                0..24,
            ),
        ) {
            let (mut late, mut at_once, mut turn) = (Said::default(), Prompt::default(), 0);
            for (step, text, ask) in heard {
                turn += step;
                late.take(turn, &text);
                late.take_literal(turn, Kind::Url, &text);
                at_once.take(turn, &text);
                at_once.take_literal(turn, Kind::Url, &text);
                if ask {
                    prop_assert_eq!(late.read().persons().len(), at_once.persons().len());
                    let show = |prompt: &Prompt| {
                        let uses = |p: &prompt::Person| (p.name.clone(), p.toward, p.gave, p.address);
                        let words = prompt.words().iter().map(|word| word.text.clone());
                        (
                            prompt.persons().iter().map(uses).collect::<Vec<_>>(),
                            words.collect::<Vec<_>>(),
                            prompt.literals().to_vec(),
                        )
                    };
                    prop_assert_eq!(show(late.read()), show(&at_once));
                }
            }
        }
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut said = Said::default();
        for turn in 0..100 {
            said.take(turn, &"a word and another ".repeat(500));
        }
        assert!(said.bytes() < 1 << 20, "{}", said.bytes());
        assert_eq!(said.read().words().len(), 3 * 2000);
        said.take(100, &"endless".repeat(1 << 18));
        assert!(said.bytes() < 1 << 22);
    }
}
