//! Text that is not prose: trees of values, tables, code and lines of one shape; ordinary, or with an attack where
//! a sentence stands in it.

use super::grammar::Grammar;
use super::random::Random;
use super::tree;

/// Where a sentence stands.
const SENTENCE: char = '\u{1}';
/// The same where quotation marks end it.
pub const QUOTED: char = '\u{2}';

/// A text, and its family. With `said`, that stands in it where else a sentence of its own would.
pub fn structure(
    grammar: &Grammar,
    said: Option<&str>,
    random: &mut Random,
) -> (&'static str, String) {
    let filler = Filler { grammar };
    let (family, text) = match random.below(100) {
        0..35 => ("tree", tree::text(&filler, random)),
        35..50 => ("table", table(&filler, random)),
        50..58 => ("numbers", numbers(random)),
        58..78 => ("lines", lines(&filler, random)),
        _ => ("code", code(&filler, random)),
    };
    (family, filler.sentences(&text, said, random))
}

/// Fills what is written in angle brackets.
pub struct Filler<'g> {
    grammar: &'g Grammar,
}

impl Filler<'_> {
    /// An item of a list, filled; its sentences are only marked.
    pub fn one(&self, list: &str, random: &mut Random) -> String {
        self.fill(random.pick(self.grammar.list(list)), random)
    }

    /// `item`, filled; its sentences are only marked.
    pub fn fill(&self, item: &str, random: &mut Random) -> String {
        let mut text = String::new();
        let mut rest = item;
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(before);
            let slot = after
                .split_once('>')
                .and_then(|(name, after)| Some((self.slot(name, random)?, after)));
            rest = match slot {
                Some((filled, after)) => {
                    text.push_str(&filled);
                    after
                }
                None => {
                    text.push('<');
                    after
                }
            };
        }
        text.push_str(rest);
        text
    }

    fn slot(&self, name: &str, random: &mut Random) -> Option<String> {
        let grammar = self.grammar;
        let word = |list: &str, random: &mut Random| random.pick(grammar.list(list)).to_owned();
        Some(match name {
            "text" => SENTENCE.to_string(),
            "noun" => word("s.noun", random),
            "verb" => word("s.verb", random),
            "adj" => word("s.adj", random),
            "person" => word("s.person", random),
            "word" => match random.below(6) {
                0 => word("s.enum", random),
                1 => self.words(2, random).join("-"),
                _ => word("s.noun", random),
            },
            "kebab" => self.words(1 + random.below(3), random).join("-"),
            "id" => self.name(random),
            "Id" => {
                self.words(1 + random.below(3), random).iter().map(|word| capital(word)).collect()
            }
            "ID" => self.words(1 + random.below(3), random).join("_").to_uppercase(),
            "letter" => random
                .pick(&["a", "b", "c", "d", "f", "i", "k", "n", "p", "s", "t", "v", "x"])
                .to_owned(),
            "n" => number(random),
            "hex" => hex(random),
            "ip" => address(random),
            "mail" => {
                format!("{}@{}.example", self.words(1, random).join("."), word("s.noun", random))
            }
            "url" => {
                format!("https://{}.example/{}", word("s.noun", random), word("s.noun", random))
            }
            "date" => date(random),
            "stamp" => {
                let time = format!(
                    "{:02}:{:02}:{:02}",
                    random.below(24),
                    random.below(60),
                    random.below(60)
                );
                format!("{}{}{time}", date(random), random.pick(&["T", " "]))
            }
            _ => return None,
        })
    }

    /// The words of a name.
    fn words(&self, n: usize, random: &mut Random) -> Vec<String> {
        let lists: &[&str] = match n {
            1 => &["s.noun"],
            2 => random_of(
                &[&["s.noun", "s.noun"], &["s.verb", "s.noun"], &["s.adj", "s.noun"]],
                random,
            ),
            _ => random_of(
                &[&["s.noun", "s.noun", "s.noun"], &["s.verb", "s.adj", "s.noun"]],
                random,
            ),
        };
        lists.iter().map(|list| random.pick(self.grammar.list(list)).to_owned()).collect()
    }

    /// A name as it is written in code.
    pub fn name(&self, random: &mut Random) -> String {
        let words = self.words(1 + random.below(3), random);
        match random.below(3) {
            0 => words.join("_"),
            1 => words.iter().map(|word| capital(word)).collect(),
            _ => words
                .iter()
                .enumerate()
                .map(|(at, w)| if at == 0 { w.clone() } else { capital(w) })
                .collect(),
        }
    }

    /// `text` with its sentences, of which `said` is one.
    fn sentences(&self, text: &str, said: Option<&str>, random: &mut Random) -> String {
        let n = text.matches([SENTENCE, QUOTED]).count();
        let place = random.below(n);
        let (mut out, mut at) = (String::new(), 0);
        for c in text.chars() {
            if c != SENTENCE && c != QUOTED {
                out.push(c);
                continue;
            }
            let sentence = match said.filter(|_| at == place) {
                Some(said) => said.lines().map(str::trim).collect::<Vec<_>>().join(" "),
                None => {
                    let sentence = self.grammar.one("s.text", random);
                    self.fill(&sentence, random).replace(SENTENCE, "")
                }
            };
            at += 1;
            if c == QUOTED {
                out.push_str(&sentence.replace('\\', "\\\\").replace('"', "\\\""));
            } else {
                out.push_str(&sentence);
            }
        }
        if let Some(said) = said.filter(|_| n == 0) {
            out = format!("{out}\n{said}");
        }
        out
    }
}

fn random_of<T: Copy + Default>(items: &[T], random: &mut Random) -> T {
    items.get(random.below(items.len())).copied().unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A number of any length.
pub fn number(random: &mut Random) -> String {
    let most = random_of(&[10, 100, 1000, 100_000, 1_000_000_000], random);
    random.below(most).to_string()
}

/// Hexadecimal digits of any length.
fn hex(random: &mut Random) -> String {
    let digits = random_of(&[2, 2, 4, 8, 16, 40, 64], random);
    let text: String = (0..digits).map(|_| random.pick(HEX)).collect();
    let text = if random.chance(30) { text.to_uppercase() } else { text };
    if random.chance(40) { format!("0x{text}") } else { text }
}

const HEX: &[&str] =
    &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];

/// An address of the internet, old or new, or of a card.
fn address(random: &mut Random) -> String {
    let mut parts = |n: usize, digits: usize, between: &str| {
        let part = |random: &mut Random| (0..digits).map(|_| random.pick(HEX)).collect::<String>();
        (0..n).map(|_| part(random)).collect::<Vec<_>>().join(between)
    };
    match parts(1, 1, "").as_str() {
        "0" | "1" | "2" => format!("{}/128", parts(8, 4, ":")),
        "3" | "4" => parts(6, 2, ":"),
        "5" => format!("2001:db8::{}", parts(2, 4, ":")),
        _ => (0..4).map(|_| random.below(256).to_string()).collect::<Vec<_>>().join("."),
    }
}

fn date(random: &mut Random) -> String {
    let (year, month, day) = (1990 + random.below(40), 1 + random.below(12), 1 + random.below(28));
    match random.below(3) {
        0 => format!("{day:02}/{month:02}/{year}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

/// Numbers alone, in lines or rows.
fn numbers(random: &mut Random) -> String {
    let columns = random_of(&[1, 1, 1, 2, 3, 4, 8, 16], random);
    let between = random.pick(&[" ", "\t", ", ", ",", "  ", "; ", "\n"]).to_owned();
    let end = random.pick(&["\n", "\n", ",\n"]).to_owned();
    let kind = random.below(5);
    let mut last = random.below(1000);
    let rows: Vec<String> = (0..20 + random.below(100) / columns)
        .map(|_| {
            let cell = |_| match kind {
                0 => number(random),
                1 => format!("{}.{:03}", random.below(100), random.below(1000)),
                2 => hex(random),
                3 => address(random),
                _ => {
                    last += 1 + random.below(300);
                    last.to_string()
                }
            };
            (0..columns).map(cell).collect::<Vec<_>>().join(&between)
        })
        .collect();
    rows.join(&end)
}

/// Rows of cells.
fn table(filler: &Filler<'_>, random: &mut Random) -> String {
    const CELLS: &[&str] = &[
        "<word>",
        "<n>",
        "<id>",
        "<date>",
        "<text>",
        "<person>",
        "<hex>",
        "<ip>",
        "<mail>",
        "<url>",
        "<stamp>",
        "<n>.<n>",
        "",
        "<ID>",
        "<noun> <noun>",
        "-",
        "\"<text>\"",
        "<word>/<word>",
    ];
    let columns: Vec<&str> = (0..1 + random.below(8)).map(|_| random.pick(CELLS)).collect();
    let (begin, between, end) = random_of(
        &[
            ("", ",", ""),
            ("", ",", ""),
            ("", ";", ""),
            ("", "\t", ""),
            ("| ", " | ", " |"),
            (" ", " | ", ""),
            ("", "    ", ""),
            ("", ":", ""),
            ("(", ", ", "),"),
            ("<tr><td>", "</td><td>", "</td></tr>"),
        ],
        random,
    );
    let row = |cells: Vec<String>| format!("{begin}{}{end}", cells.join(between));
    let mut rows = Vec::new();
    if random.chance(60) {
        rows.push(row(columns.iter().map(|_| filler.name(random)).collect()));
        if begin == "| " {
            rows.push(row(columns.iter().map(|_| "---".to_owned()).collect()));
        }
    }
    for _ in 0..3 + random.below(30) {
        rows.push(row(columns.iter().map(|cell| filler.fill(cell, random)).collect()));
    }
    rows.join("\n")
}

/// Lines of one shape, or of a few.
fn lines(filler: &Filler<'_>, random: &mut Random) -> String {
    let list = random.pick(&filler.grammar.names("s.lines.")).to_owned();
    let few = 1 + random.below(8);
    let shapes = random.some(filler.grammar.list(&list), few);
    let between = random.pick(&["\n", "\n", "\n", "\n\n"]).to_owned();
    let shapes: Vec<&String> = (0..4 + random.below(16))
        .filter_map(|_| shapes.get(random.below(shapes.len())).copied())
        .collect();
    shapes.iter().map(|shape| filler.fill(shape, random)).collect::<Vec<_>>().join(&between)
}

/// Code of one language, one block in the other.
fn code(filler: &Filler<'_>, random: &mut Random) -> String {
    let list = random.pick(&filler.grammar.names("s.code.")).to_owned();
    let indent = random.pick(&["  ", "    ", "    ", "\t"]).to_owned();
    let n = 3 + random.below(6);
    (0..n).map(|_| block(filler, &list, &indent, 4, random)).collect::<Vec<_>>().join("\n")
}

fn block(
    filler: &Filler<'_>,
    list: &str,
    indent: &str,
    depth: usize,
    random: &mut Random,
) -> String {
    let items = filler.grammar.list(list);
    let mut item = random.pick(items);
    while depth == 0 && item.contains("<body>") {
        item = random.pick(items);
    }
    let mut text = filler.fill(item, random);
    if text.contains("<body>") {
        let n = 1 + random.below(4);
        let body: Vec<String> =
            (0..n).map(|_| block(filler, list, indent, depth - 1, random)).collect();
        let body: Vec<String> =
            body.join("\n").lines().map(|line| format!("{indent}{line}")).collect();
        text = text.replace("<body>", &body.join("\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn structures_are_many_and_hold_what_is_said() {
        let grammar = Grammar::new();
        let mut random = Random::new(7);
        let mut seen = BTreeSet::new();
        for _ in 0..500 {
            let (family, text) = structure(&grammar, None, &mut random);
            assert!(!text.contains([SENTENCE, QUOTED]), "{text}");
            for slot in ["<text>", "<body>", "<noun>", "<word>", "<n>", "{prose.en}"] {
                assert!(!text.contains(slot), "{family}: {slot} in {text}");
            }
            seen.insert(text);
            let (family, text) = structure(&grammar, Some("say \"moo\"\nnow"), &mut random);
            let holds = ["say \"moo\" now", "say \\\"moo\\\" now", "say \"moo\"\nnow"];
            assert!(holds.iter().any(|said| text.contains(said)), "{family}: {text}");
        }
        assert!(seen.len() > 490, "{}", seen.len());
    }

    #[test]
    fn every_list_that_is_named_has_items() {
        let grammar = Grammar::new();
        for list in ["s.noun", "s.verb", "s.adj", "s.enum", "s.person", "s.text"] {
            assert!(!grammar.list(list).is_empty(), "{list}");
        }
        assert!(grammar.names("s.lines.").len() > 10);
        assert!(grammar.names("s.code.").len() > 7);
    }
}
