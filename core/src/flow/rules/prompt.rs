//! The user's own words as rules read them: in order, with their case, and who is named in them.

use super::lexicon::{self, Lexicon};
use crate::flow::canonical::{self, Kind};
use crate::flow::words;

/// Words of one text of the user that are looked at.
const MAX_PIECE: usize = 2048;
/// Words that are kept; of more, the oldest go.
const MAX_WORDS: usize = 8192;
/// Turns of the user that still speak.
pub(super) const RECENT: usize = 3;
/// Typed values of one turn that are kept.
const MAX_LITERALS: usize = 64;
/// Words before somebody who wrote among which it is said that they get an answer.
const MAX_REPLY: usize = 10;
/// People of one text.
const MAX_PERSONS: usize = 64;

/// One word of the user.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// In lower case, without what follows an apostrophe.
    pub(super) text: Box<str>,
    capital: bool,
    possessive: bool,
    /// Whether nothing but blanks stands before it.
    spaced: bool,
    /// Whether only a comma and blanks do.
    listed: bool,
    /// Whether it is part of an address, a path or a number.
    pub(super) glued: bool,
    /// Whether `%` follows.
    pub(super) percent: bool,
    pub(super) sentence: u32,
    pub(super) lexicon: Option<&'static Lexicon>,
}

impl Word {
    /// The number that it is, where it reads like an amount: three digits or more (`10.00` has
    /// four), and no share.
    pub(super) fn amount(&self) -> Option<String> {
        let digits = self.text.bytes().filter(u8::is_ascii_digit).count();
        (digits >= 3 && !self.percent).then(|| canonical::number(&self.text)).flatten()
    }
}

/// Somebody whom the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// The words of the name.
    pub(super) name: Vec<Box<str>>,
    /// Whether something is to go to them.
    pub(super) toward: bool,
    /// Whether something came from them.
    pub(super) gave: bool,
    /// Whether the user speaks of their e-mail address.
    pub(super) address: bool,
    turn: u32,
    /// The first word of the name, and the first behind it.
    start: usize,
    end: usize,
}

/// What the user said of late.
#[derive(Debug, Clone, Default)]
pub(super) struct Prompt {
    words: Vec<Word>,
    persons: Vec<Person>,
    /// Turns in which the user spoke, with the first word of each.
    turns: Vec<(u32, usize)>,
    /// Typed values of the last turn.
    literals: Vec<(Kind, Box<str>)>,
    sentences: u32,
}

impl Prompt {
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * (size_of::<Word>() + 8) + self.persons.len() * 128
    }

    /// Takes a text that is all the user's own, in their case.
    pub(super) fn take(&mut self, turn: u32, text: &str) {
        self.turn(turn);
        let first = self.words.len();
        let mut end = 0;
        for (at, word) in words::words(text).take(MAX_PIECE) {
            let gap = text.get(end..at).unwrap_or_default();
            let after = text.get(at + word.len()..).unwrap_or_default();
            end = at + word.len();
            if gap.contains(['\n', '!', '?', '。', '！', '？']) || ends_sentence(gap) {
                self.sentences = self.sentences.wrapping_add(1);
            }
            self.words.push(Word { sentence: self.sentences, ..word_of(word, gap, after) });
        }
        self.sentences = self.sentences.wrapping_add(1);
        let new = self.words.get(first..).unwrap_or_default();
        let lexicon = lexicon::of(new.iter().map(|word| &*word.text));
        for word in self.words.iter_mut().skip(first) {
            word.lexicon = lexicon;
        }
        if let Some(lexicon) = lexicon {
            self.find_persons(lexicon, first, turn);
        }
        self.forget();
    }

    /// Takes a typed value of the text.
    pub(super) fn take_literal(&mut self, turn: u32, kind: Kind, form: &str) {
        self.turn(turn);
        if self.literals.len() < MAX_LITERALS {
            self.literals.push((kind, form.into()));
        }
    }

    fn turn(&mut self, turn: u32) {
        if self.turns.last().is_none_or(|(last, _)| *last != turn) {
            self.turns.push((turn, self.words.len()));
            self.literals.clear();
        }
    }

    fn forget(&mut self) {
        let over = self.words.len().saturating_sub(MAX_WORDS);
        let old = self.turns.len().saturating_sub(RECENT);
        let gone = self.turns.get(old).map_or(0, |(_, first)| *first).max(over);
        if gone == 0 {
            return;
        }
        self.words.drain(..gone);
        self.turns.drain(..old);
        for (_, first) in &mut self.turns {
            *first = first.saturating_sub(gone);
        }
        self.persons.retain(|person| person.start >= gone);
        for person in &mut self.persons {
            person.start -= gone;
            person.end -= gone;
        }
    }

    fn find_persons(&mut self, lexicon: &'static Lexicon, first: usize, turn: u32) {
        let mut at = first;
        let mut found: Vec<Person> = Vec::new();
        while at < self.words.len() && found.len() < MAX_PERSONS {
            let length = self.name_at(lexicon, at);
            if length == 0 {
                at += 1;
                continue;
            }
            let end = at + length;
            let before = |list| self.any_ends(list, at);
            let after = |list| self.any_starts(list, end);
            let possessive = self.words.get(end - 1).is_some_and(|word| word.possessive);
            let opens = self.opens_sentence(at);
            let mut toward = !opens && before(lexicon.toward) || after(lexicon.toward_after);
            let mut gave = !opens && before(lexicon.from) || after(lexicon.gave);
            toward |= gave && self.answers_mail(lexicon, at);
            let listed = self.words.get(at).is_some_and(|word| word.listed);
            let back = if listed { Some(0) } else { self.ends(lexicon.and, at) };
            // Names in a row have one use.
            if let (Some(back), Some(last)) = (back, found.last())
                && last.end + back == at
            {
                toward |= last.toward;
                gave |= last.gave;
            }
            let address = (possessive || gave) && after(lexicon.address)
                || self.any_ends(lexicon.address, at.saturating_sub(1)) && before(lexicon.from);
            if toward || gave || possessive {
                let words = self.words.get(at..end).unwrap_or_default();
                let name = words.iter().map(|word| word.text.clone()).collect();
                found.push(Person { name, toward, gave, address, turn, start: at, end });
            }
            at = end;
        }
        self.persons.append(&mut found);
        self.resolve_pronouns(lexicon, first);
    }

    /// Whether a message of the person at word number `at` is to be answered: "reply to the mail
    /// that Bob sent".
    fn answers_mail(&self, lexicon: &'static Lexicon, at: usize) -> bool {
        let sentence = |at: usize| self.words.get(at).map(|word| word.sentence);
        let back = (at.saturating_sub(MAX_REPLY)..at).rev();
        let mut near = back.take_while(|before| sentence(*before) == sentence(at));
        near.any(|before| {
            let mut phrases = lexicon.reply.iter();
            let length = phrases.find_map(|phrase| self.starts(phrase, before));
            // "the", "that last", "her".
            length.is_some_and(|length| {
                let first = before + length;
                (first..at.min(first + 3)).any(|word| self.any_starts(lexicon.mail, word))
            })
        })
    }

    /// Where only one person is named, "send it to her" means them.
    fn resolve_pronouns(&mut self, lexicon: &'static Lexicon, first: usize) {
        let one = self.persons.first().map(|person| person.name.clone());
        let Some(one) = one.filter(|one| self.persons.iter().all(|p| p.name == *one)) else {
            return;
        };
        let meant = (first..self.words.len()).any(|at| {
            self.any_starts(lexicon.pronouns, at)
                && (self.any_ends(lexicon.toward, at) || lexicon.toward.is_empty())
        });
        // `her e-mail` is an address of theirs, `to her` somebody to write to.
        let address = (first..self.words.len()).any(|at| {
            let her = self.words.get(at).is_some_and(|word| matches!(&*word.text, "her" | "his"));
            her && self.any_starts(lexicon.address, at + 1)
        });
        for person in self.persons.iter_mut().filter(|p| p.name == one) {
            person.toward |= meant;
            person.address |= address;
        }
    }

    /// Words of the name that starts at `at`.
    fn name_at(&self, lexicon: &Lexicon, at: usize) -> usize {
        let mut length = 0;
        while length < 3
            && let Some(word) = self.words.get(at + length)
        {
            let named = word.capital && !word.glued && !lexicon.nobody.contains(&&*word.text);
            if !named || (length > 0 && !word.spaced) {
                break;
            }
            length += 1;
            if word.possessive {
                break;
            }
        }
        length
    }

    fn opens_sentence(&self, at: usize) -> bool {
        let sentence = |at: usize| self.words.get(at).map(|word| word.sentence);
        at == 0 || sentence(at - 1) != sentence(at)
    }

    /// Whether a phrase of `list` starts with word number `at`.
    pub(super) fn any_starts(&self, list: &[&str], at: usize) -> bool {
        list.iter().any(|phrase| self.starts(phrase, at).is_some())
    }

    /// Whether a phrase of `list` ends before word number `at`, in its sentence.
    pub(super) fn any_ends(&self, list: &[&str], at: usize) -> bool {
        self.ends(list, at).is_some()
    }

    /// How many words the phrase of `list` has that ends before word number `at`.
    fn ends(&self, list: &[&str], at: usize) -> Option<usize> {
        let last = self.words.get(at.checked_sub(1)?)?;
        // A phrase ends with its last word; nearly all fail here.
        let mut near = list.iter().filter(|phrase| phrase.ends_with(&*last.text));
        near.find_map(|phrase| {
            let count = words::words(phrase).count();
            let start = at.checked_sub(count)?;
            let together = self.words.get(start).map(|w| w.sentence)
                == self.words.get(at.min(self.words.len().saturating_sub(1))).map(|w| w.sentence);
            self.starts(phrase, start).filter(|_| together)
        })
    }

    /// How many words `phrase` has, where it starts with word number `at`.
    pub(super) fn starts(&self, phrase: &str, at: usize) -> Option<usize> {
        // A phrase begins with its first word; nearly all fail here.
        if !phrase.starts_with(&*self.words.get(at)?.text) {
            return None;
        }
        let mut count = 0;
        for (_, wanted) in words::words(phrase) {
            let word = self.words.get(at + count)?;
            if *word.text != *wanted {
                return None;
            }
            count += 1;
        }
        (count > 0).then_some(count)
    }

    /// The words of the user, oldest first.
    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Where a phrase of the list that `of` picks stands, in the language of the place.
    pub(super) fn said(&self, of: fn(&Lexicon) -> &'static [&'static str]) -> Option<usize> {
        (0..self.words.len()).find(|at| {
            let lexicon = self.words.get(*at).and_then(|word| word.lexicon);
            lexicon.is_some_and(|lexicon| self.any_starts(of(lexicon), *at))
        })
    }

    /// Whether the user said `word`, or its plural or singular.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|said| stem(&said.text) == stem(word))
    }

    /// Everybody whom the user named.
    pub(super) fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// The typed values of the last turn.
    pub(super) fn literals(&self) -> &[(Kind, Box<str>)] {
        &self.literals
    }
}

/// As much of a text as `take` looks at.
pub(super) fn head(text: &str) -> &str {
    // So short a text has no more words.
    if text.len() < MAX_PIECE {
        return text;
    }
    let behind = words::words(text).nth(MAX_PIECE);
    // What follows a word matters: its sign, its dot.
    let end = behind.map_or(text.len(), |(at, word)| at + word.len());
    text.get(..end).unwrap_or(text)
}

/// A word without the endings of plural: enough to compare two.
pub(super) fn stem(word: &str) -> &str {
    if word.len() < 4 {
        return word;
    }
    word.strip_suffix("es").or_else(|| word.strip_suffix('s')).unwrap_or(word)
}

fn ends_sentence(gap: &str) -> bool {
    gap.char_indices().any(|(at, c)| {
        let rest = gap.get(at + c.len_utf8()..).unwrap_or_default();
        matches!(c, '.' | ';' | '…')
            && (rest.is_empty() || rest.starts_with(char::is_whitespace))
            && !rest.is_empty()
    })
}

fn word_of(word: &str, gap: &str, after: &str) -> Word {
    let binds = |c: Option<char>| c.is_some_and(|c| "@/\\_-+%#=".contains(c));
    let next = after.chars().next();
    let dotted = next == Some('.') && after.chars().nth(1).is_some_and(char::is_alphanumeric);
    let cut = word.split_once(['\'', '\u{2019}']);
    // `d'Anna` is of Anna, `Anna's` is Anna's.
    let (bare, possessive) = match cut {
        Some((head, tail)) if head.chars().count() > 2 => (head, !tail.is_empty()),
        Some((_, tail)) if tail.chars().count() > 1 => (tail, false),
        _ => (word, false),
    };
    let named = bare.chars().all(char::is_alphabetic) && bare.chars().count() > 1;
    Word {
        text: bare.to_lowercase().into_boxed_str(),
        capital: named && bare.starts_with(char::is_uppercase),
        possessive,
        spaced: gap.chars().all(|c| c == ' '),
        listed: gap.trim() == "," || gap.trim() == "、",
        glued: binds(gap.chars().next_back()) || binds(next) || dotted,
        percent: next == Some('%'),
        sentence: 0,
        lexicon: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(text: &str) -> Prompt {
        let mut prompt = Prompt::default();
        prompt.take(1, text);
        prompt
    }

    /// Names with their uses: `>` for somebody to whom something goes, `<` for a giver.
    fn persons(text: &str) -> Vec<String> {
        let show = |p: &Person| {
            let uses = [(p.toward, ">"), (p.gave, "<"), (p.address, "@")];
            let uses: String = uses.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            format!("{}{uses}", p.name.join(" "))
        };
        prompt(text).persons().iter().map(show).collect()
    }

    #[test]
    fn people_are_named_beside_a_cue() {
        assert_eq!(persons("Please send the report to Sarah Connor."), ["sarah connor>"]);
        assert_eq!(persons("Invite Bob, Tom and Ann to the call"), ["bob>", "tom>", "ann>"]);
        assert_eq!(persons("Read the mail that Dora sent me"), ["dora<"]);
        assert_eq!(persons("the file is from Emma, send it to her"), ["emma><"]);
        assert_eq!(persons("Reply to the mail that Gerd sent: all is well"), ["gerd><"]);
        assert_eq!(persons("Antworte auf die letzte Mail von Gerd"), ["gerd><@"]);
        assert_eq!(persons("Sum up the mail that Gerd sent, and reply to it"), ["gerd<"]);
        assert_eq!(persons("Dora's email is in the file"), ["dora@"]);
        assert_eq!(persons("Schick die Rechnung bitte an Petra"), ["petra>"]);
        assert_eq!(persons("Envoie le rapport à Léa"), ["léa>"]);
        assert_eq!(persons("Envía el informe a Marta, por favor"), ["marta>"]);
        assert_eq!(persons("请把报告发给Bob"), ["bob>"]);
        assert_eq!(persons("レポートをBobさんに送って"), ["bob>"]);
    }

    #[test]
    fn capitalised_words_are_not_people() {
        for text in [
            "Bake the Chocolate Chip cookies for me",
            "Book a table on Saturday with the usual guests",
            "Send the Summary to the team",
            "Write to bob@example.com about it",
            "Put the file in /home/Bob and tell me",
            "Create a meeting in March",
            "Sarah is nice to the cat",
        ] {
            assert_eq!(persons(text), [""; 0], "{text}");
        }
        assert_eq!(persons("Raporu bugün Ayşe Demir için gönder"), [""; 0], "another language");
    }

    #[test]
    fn old_turns_fall_silent() {
        let mut prompt = prompt("send it to Sarah please");
        for turn in 2..=3 {
            prompt.take(turn, "and then the other one");
        }
        assert_eq!(prompt.persons().len(), 1);
        prompt.take(4, "go on with the last one");
        assert!(prompt.persons().is_empty() && !prompt.has("sarah"));
    }

    #[test]
    fn a_flood_of_words_is_bounded() {
        let mut prompt = prompt("start");
        for _ in 0..20 {
            prompt.take(1, &"send it to Bob and ".repeat(1000));
        }
        assert!(prompt.words().len() <= MAX_WORDS && prompt.bytes() < 1 << 21);
    }
}
