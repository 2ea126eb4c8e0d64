//! What rules know of a language: one file each. In other languages they have no opinion.

mod de;
mod en;
mod es;
mod fr;
mod ja;
mod zh;

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words and phrases of one language, folded; a phrase is words with a space between.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// Words by which the language is told.
    pub(super) common: &'static [&'static str],
    /// What stands before somebody to whom something goes.
    pub(super) toward: &'static [&'static str],
    /// What stands behind such a name, where the language puts it there.
    pub(super) toward_after: &'static [&'static str],
    /// What stands before somebody from whom something came.
    pub(super) from: &'static [&'static str],
    /// What stands behind somebody who gave something.
    pub(super) gave: &'static [&'static str],
    /// Verbs that tell the agent to send something.
    pub(super) sends: &'static [&'static str],
    /// Between two names of the same use.
    pub(super) and: &'static [&'static str],
    /// Words for somebody named before.
    pub(super) pronouns: &'static [&'static str],
    /// Words for the user, as one to whom something goes.
    pub(super) oneself: &'static [&'static str],
    /// Capitalised words that name nobody.
    pub(super) nobody: &'static [&'static str],
    /// Words for mail.
    pub(super) mail: &'static [&'static str],
    /// Words for an e-mail address.
    pub(super) address: &'static [&'static str],
    /// Words for what a link leads to.
    pub(super) links: &'static [&'static str],
    /// Words for each member of a set.
    pub(super) every: &'static [&'static str],
    /// Words for the people of a record.
    pub(super) people: &'static [&'static str],
    /// Words for a name's beginning.
    pub(super) starting: &'static [&'static str],
    /// Words for what happens most often, and least often.
    pub(super) most: &'static [&'static str],
    pub(super) least: &'static [&'static str],
    /// Words for the end of an order: which end, and what a field is called that orders so.
    pub(super) ends: &'static [(&'static str, End, Scale)],
    /// Words for doing what a source says.
    pub(super) follow: &'static [&'static str],
    /// Words for a postal address that is new.
    pub(super) moved: &'static [&'static str],
    /// Words for logging in.
    pub(super) login: &'static [&'static str],
    /// Words for a multiple or a part, with how much of it.
    pub(super) factors: &'static [(&'static str, f64)],
    /// What is said before a message that is answered.
    pub(super) reply: &'static [&'static str],
    /// Words for taking something several times.
    pub(super) times: &'static [&'static str],
    /// Words for a lower price by a code.
    pub(super) discounts: &'static [&'static str],
    /// Words for a file that is not there yet.
    pub(super) new_file: &'static [&'static str],
}

/// Which end of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

/// What an order is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Size,
    Price,
    Rating,
    Time,
    Length,
}

impl Scale {
    /// Parts of the names of fields that order so.
    pub(super) fn fields(self) -> &'static [&'static str] {
        match self {
            Scale::Size => &[
                "size",
                "bytes",
                "amount",
                "total",
                "count",
                "quantity",
                "population",
                "area",
                "value",
                "balance",
            ],
            Scale::Price => &["price", "cost", "fee", "rate", "amount", "fare", "rent"],
            Scale::Rating => &["rating", "score", "stars", "rank", "grade"],
            Scale::Time => &[
                "date",
                "time",
                "timestamp",
                "created",
                "modified",
                "updated",
                "start",
                "day",
                "due",
                "sent",
                "received",
                "departure",
                "departs",
                "leaves",
                "begins",
                "posted",
            ],
            Scale::Length => &["length", "duration", "minutes", "hours", "distance"],
        }
    }
}

/// The languages, in the order in which they are told apart.
pub(super) const ALL: [&Lexicon; 6] =
    [&en::LEXICON, &de::LEXICON, &fr::LEXICON, &es::LEXICON, &zh::LEXICON, &ja::LEXICON];

/// Every common word, with which languages have it. Each word of a user is looked up, so that
/// lists are not walked.
static COMMON: LazyLock<HashMap<&str, [bool; ALL.len()]>> = LazyLock::new(|| {
    let mut common: HashMap<&str, [bool; ALL.len()]> = HashMap::new();
    for (at, lexicon) in ALL.into_iter().enumerate() {
        for word in lexicon.common {
            if let Some(speaks) = common.entry(word).or_default().get_mut(at) {
                *speaks = true;
            }
        }
    }
    common
});

/// The language that `words` are of: the one with most of its common words, where these are at
/// least every tenth and no other has as many.
pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'static Lexicon> {
    let (mut counts, mut all) = ([0usize; ALL.len()], 0usize);
    for word in words {
        all += 1;
        if let Some(speak) = COMMON.get(word) {
            for (count, speaks) in counts.iter_mut().zip(speak) {
                *count += usize::from(*speaks);
            }
        }
    }
    let best = counts.iter().copied().max().filter(|best| *best > 0 && best * 10 >= all)?;
    let mut leaders = ALL.into_iter().zip(counts).filter(|(_, count)| *count == best);
    let first = leaders.next().map(|(lexicon, _)| lexicon);
    first.filter(|_| leaders.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::words;

    #[test]
    fn phrases_begin_and_end_with_a_word() {
        for lexicon in ALL {
            let lists = [
                lexicon.toward,
                lexicon.toward_after,
                lexicon.from,
                lexicon.gave,
                lexicon.sends,
                lexicon.and,
                lexicon.pronouns,
                lexicon.oneself,
                lexicon.mail,
                lexicon.address,
                lexicon.links,
                lexicon.every,
                lexicon.people,
                lexicon.starting,
                lexicon.most,
                lexicon.least,
                lexicon.follow,
                lexicon.moved,
                lexicon.login,
                lexicon.times,
            ];
            let ends = lexicon.ends.iter().map(|(phrase, ..)| *phrase);
            let factors = lexicon.factors.iter().map(|(phrase, _)| *phrase);
            for phrase in lists.concat().into_iter().chain(ends).chain(factors) {
                let first = words::words(phrase).next().map(|(at, _)| at);
                let last = words::words(phrase).last().map(|(at, word)| at + word.len());
                assert_eq!((first, last), (Some(0), Some(phrase.len())), "{phrase}");
            }
        }
    }

    #[test]
    fn a_language_is_told_by_its_common_words() {
        for lexicon in ALL {
            for word in lexicon.common {
                let speaks = COMMON[word].iter().zip(ALL).filter(|(speaks, _)| **speaks);
                let listed = ALL.into_iter().filter(|l| l.common.contains(word)).count();
                assert_eq!(speaks.count(), listed, "{word}");
            }
        }
    }
}
