//! Text of our own: attacks, what looks like them and is none, and prose in many languages.

use super::random::Random;
use std::collections::BTreeMap;

/// Lists by their names. A file holds `[name]` lines, each with its items below, one a line;
/// `{other}` in an item stands for one of another list; `\n` is a line end.
#[derive(Debug, Default)]
pub struct Grammar {
    lists: BTreeMap<&'static str, Vec<String>>,
}

const FILES: &[&str] = &[
    include_str!("../../grammar/attacks.txt"),
    include_str!("../../grammar/benign.txt"),
    include_str!("../../grammar/languages.txt"),
    include_str!("../../grammar/prose.txt"),
    include_str!("../../grammar/structure.txt"),
    include_str!("../../grammar/tongues.txt"),
];

impl Grammar {
    /// The grammar of this repository.
    pub fn new() -> Self {
        let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for file in FILES {
            let mut name = "";
            for line in file.lines() {
                let heading = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
                match heading {
                    Some(heading) if !heading.contains([' ', '{']) => {
                        name = heading;
                        lists.entry(name).or_default();
                    }
                    _ if line.is_empty() => {}
                    _ => lists
                        .entry(name)
                        .or_default()
                        .push(line.replace("\\n", "\n").replace("\\s", " ")),
                }
            }
        }
        Self { lists }
    }

    /// The list `name`; empty where there is none.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of all lists that begin with `start`.
    pub fn names(&self, start: &str) -> Vec<&'static str> {
        self.lists.keys().copied().filter(|name| name.starts_with(start)).collect()
    }

    /// An item of `name`, filled.
    pub fn one(&self, name: &str, random: &mut Random) -> String {
        let item = random.pick(self.list(name)).to_owned();
        self.fill(&item, random)
    }

    /// `item` with its lists filled in.
    pub fn fill(&self, item: &str, random: &mut Random) -> String {
        let mut text = item.to_owned();
        // Lists stand in lists, but never far down.
        for _ in 0..6 {
            if !text.contains('{') {
                break;
            }
            let mut next = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once('{') {
                next.push_str(before);
                let inner = after.split_once('}').filter(|(name, _)| self.lists.contains_key(name));
                match inner {
                    Some((name, after)) => {
                        next.push_str(random.pick(self.list(name)));
                        rest = after;
                    }
                    None => {
                        next.push('{');
                        rest = after;
                    }
                }
            }
            next.push_str(rest);
            if next == text {
                break;
            }
            text = next;
        }
        text
    }

    /// `n` items of `name`, each once and filled.
    pub fn some(&self, name: &str, n: usize, random: &mut Random) -> Vec<String> {
        let items: Vec<String> = random.some(self.list(name), n).into_iter().cloned().collect();
        items.iter().map(|item| self.fill(item, random)).collect()
    }

    /// Several items of `name`, each once, as one text.
    pub fn several(&self, name: &str, least: usize, most: usize, random: &mut Random) -> String {
        let between = random.pick(&[". ", ".\n", " ", "! ", "\n"]).to_owned();
        let n = least + random.below(most - least + 1);
        let items = self.some(name, n, random);
        let items: Vec<String> = items.iter().map(|item| style(item, random)).collect();
        items.join(&between)
    }
}

/// The text as somebody in a hurry writes it.
pub fn style(text: &str, random: &mut Random) -> String {
    let mut text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if random.chance(45) {
        let mut letters = text.chars();
        text =
            letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default();
    }
    if random.chance(30) && text.ends_with(char::is_alphanumeric) {
        text.push_str(random.pick(&[".", "!", "...", "!!!"]));
    }
    if random.chance(8) {
        let at = random.below(text.chars().count());
        text = text.chars().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c).collect();
    }
    text
}
