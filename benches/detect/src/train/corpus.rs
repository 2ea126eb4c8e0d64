//! What the model is trained on: the labelled text, and text of our own beside it.

use super::grammar::{Grammar, style};
use super::random::Random;
use super::structure::structure;
use crate::data::Row;

/// One document.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it says.
    pub text: String,
    /// Whether there is an attack in it.
    pub attack: bool,
    /// Whose style it has: each counts by the root of its size.
    pub style: String,
}

/// Texts of our own, of each kind.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Attacks.
    pub attacks: usize,
    /// Attacks put into ordinary documents.
    pub planted: usize,
    /// Ordinary texts.
    pub benign: usize,
    /// Ordinary prose in other languages.
    pub prose: usize,
    /// Ordinary text that is no prose: values, tables, lines and code.
    pub structure: usize,
    /// Attacks put into such text.
    pub held: usize,
}

/// As many as were found to help.
pub const SIZES: Sizes = Sizes {
    attacks: 13000,
    planted: 7000,
    benign: 11000,
    prose: 4000,
    structure: 3000,
    held: 1500,
};

/// Categories of attack cases that are programs or chatter, and say nothing to a model.
const NO_TEXT: &[&str] = &[
    "skill-compromise",
    "excessive-autonomy",
    "model-abuse",
    "model-security",
    "data-poisoning",
    "privilege-escalation",
];

/// Whether `row` is an attack by what it says.
pub fn is_attack(row: &Row) -> bool {
    let category = row.meta.get("cat").and_then(|cat| cat.as_str()).unwrap_or_default();
    row.label == 1 && !NO_TEXT.contains(&category)
}

/// All of it: `rows`, and what is made to go with them.
pub fn documents(rows: &[&Row], sizes: Sizes) -> Vec<Document> {
    let grammar = Grammar::new();
    let mut random = Random::new(1);
    let mut all: Vec<Document> = Vec::new();
    for row in rows {
        if row.label == 0 || is_attack(row) {
            let kind = if row.label == 1 { "attack" } else { "ordinary" };
            all.push(Document {
                text: row.text.clone(),
                attack: row.label == 1,
                style: format!("{kind} {}", row.set),
            });
        }
    }
    let attacks: Vec<(String, String)> =
        (0..sizes.attacks).map(|_| attack(&grammar, &mut random)).collect();
    let mut hosts: Vec<&Row> =
        rows.iter().copied().filter(|row| row.label == 0 && row.text.len() > 300).collect();
    if hosts.is_empty() {
        hosts = rows.to_vec();
    }
    let short: Vec<&Row> = rows
        .iter()
        .copied()
        .filter(|row| is_attack(row) && row.text.len() < 400 && row.kind != "jailbreak")
        .collect();
    for at in 0..sizes.planted {
        let (family, said) = match attacks.get(at) {
            Some((family, said)) if at % 4 != 0 => (family.clone(), said.clone()),
            _ => match short.get(random.below(short.len())) {
                Some(row) => ("theirs".to_owned(), row.text.clone()),
                None => continue,
            },
        };
        let text = match family.strip_prefix("in.") {
            Some(language) => plant(&prose(&grammar, language, &mut random), &said, &mut random),
            None => {
                let host = hosts.get(random.below(hosts.len())).map_or("", |row| &row.text);
                plant(piece(host, &mut random), &said, &mut random)
            }
        };
        all.push(Document { text, attack: true, style: format!("planted {}", group(&family)) });
    }
    // Others than those that are planted.
    for at in 0..sizes.held {
        let (family, said) = match attacks.get(attacks.len().saturating_sub(at + 1)) {
            Some((family, said)) if at % 4 != 0 => (group(family).to_owned(), said.clone()),
            _ => match short.get(random.below(short.len())) {
                Some(row) => ("theirs".to_owned(), row.text.clone()),
                None => continue,
            },
        };
        let (_, text) = structure(&grammar, Some(&said), &mut random);
        all.push(Document { text, attack: true, style: format!("held {family}") });
    }
    for (family, text) in attacks {
        all.push(Document { text, attack: true, style: format!("attack {}", group(&family)) });
    }
    for _ in 0..sizes.benign {
        let (family, text) = benign(&grammar, &mut random);
        all.push(Document { text, attack: false, style: format!("ordinary {family}") });
    }
    let languages = grammar.names("prose.");
    for _ in 0..sizes.prose {
        let list = random.pick(&languages);
        let language = list.trim_start_matches("prose.");
        let mut text = prose(&grammar, language, &mut random);
        if random.chance(12) {
            let other = random.pick(&languages).trim_start_matches("prose.");
            text.push(' ');
            text.push_str(&prose(&grammar, other, &mut random));
        }
        all.push(Document { text, attack: false, style: "ordinary prose".to_owned() });
    }
    for _ in 0..sizes.structure {
        let (family, text) = structure(&grammar, None, &mut random);
        all.push(Document { text, attack: false, style: format!("ordinary {family}") });
    }
    all
}

/// The group that a family counts with: languages in Latin letters, and all others.
fn group(family: &str) -> &str {
    const LATIN: &[&str] =
        &["de", "es", "fr", "hx", "id", "it", "nl", "pl", "pt", "tl", "tr", "vi"];
    match family.strip_prefix("in.") {
        Some(language) if LATIN.contains(&language) => "languages",
        Some(_) => "other scripts",
        None => family,
    }
}

/// An attack, and its family.
fn attack(grammar: &Grammar, random: &mut Random) -> (String, String) {
    if random.chance(20) {
        let list = random.pick(&grammar.names("attack.in.")).to_owned();
        let n = random.pick(&["1", "1", "2", "3"]).parse().unwrap_or(1);
        let between = random.pick(&[". ", "! ", ", ", "\n"]).to_owned();
        let mut text = grammar.some(&list, n, random).join(&between);
        let language = list.trim_start_matches("attack.");
        if random.chance(20) {
            let before = grammar.one(&format!("benign.{language}"), random);
            text = format!("{before}. {text}");
        }
        return (language.to_owned(), text);
    }
    if random.chance(12) {
        return ("long".to_owned(), grammar.several("attack.long", 3, 8, random));
    }
    let families: Vec<&str> = grammar
        .names("attack.")
        .into_iter()
        .filter(|name| !name.starts_with("attack.in.") && *name != "attack.long")
        .collect();
    let family = random.pick(&families).to_owned();
    let mut text = style(&grammar.one(&family, random), random);
    if random.chance(15) {
        let more = random.pick(&families).to_owned();
        text = format!("{text} {}", style(&grammar.one(&more, random), random));
    }
    (family.trim_start_matches("attack.").to_owned(), text)
}

/// An ordinary text, and its family.
fn benign(grammar: &Grammar, random: &mut Random) -> (String, String) {
    if random.chance(18) {
        let list = random.pick(&grammar.names("benign.in.")).to_owned();
        let n = 1 + random.below(2);
        let family = group(list.trim_start_matches("benign.")).to_owned();
        return (family, grammar.some(&list, n, random).join(". "));
    }
    if random.chance(14) {
        return ("long".to_owned(), grammar.several("benign.long", 3, 8, random));
    }
    let families: Vec<&str> = grammar
        .names("benign")
        .into_iter()
        .filter(|name| !name.starts_with("benign.in.") && *name != "benign.long")
        .collect();
    let family = random.pick(&families).to_owned();
    let mut text = grammar.one(&family, random);
    if random.chance(25) {
        let more = random.pick(&families).to_owned();
        text = format!("{text} {}", grammar.one(&more, random));
    }
    (family, if random.chance(50) { style(&text, random) } else { text })
}

/// Some sentences of a language.
fn prose(grammar: &Grammar, language: &str, random: &mut Random) -> String {
    let mut list = format!("prose.{language}");
    if grammar.list(&list).is_empty() {
        list = format!("benign.in.{language}");
    }
    let n = 1 + random.below(6);
    let said = grammar.some(&list, n, random);
    said.join(random.pick(&[" ", " ", "\n"]))
}

/// A part of a text of some hundred characters, that begins and ends between words.
fn piece<'t>(text: &'t str, random: &mut Random) -> &'t str {
    let length = 200 + random.below(1200);
    let starts: Vec<usize> = text.match_indices([' ', '\n']).map(|(at, _)| at).collect();
    let from = starts.get(random.below(starts.len())).copied().unwrap_or(0);
    let to = starts.iter().copied().find(|at| *at >= from + length).unwrap_or(text.len());
    text.get(from..to).unwrap_or(text)
}

/// `host` with `said` in it, between two words.
fn plant(host: &str, said: &str, random: &mut Random) -> String {
    let ends: Vec<usize> = host.match_indices([' ', '\n']).map(|(at, _)| at).collect();
    let at = match random.below(4) {
        0 => host.len(),
        1 => 0,
        _ => ends.get(random.below(ends.len())).copied().unwrap_or(0),
    };
    let (before, after) = host.split_at_checked(at).unwrap_or((host, ""));
    let between = random.pick(&[" ", " ", "\n", "\n\n", ". "]).to_owned();
    format!("{before}{between}{said}{between}{after}")
}
