//! Texts made for measuring: an attack at the beginning, in the middle or at the end of a document,
//! an attack that is quoted, a wrapper around a harmless sentence, and a payload without one.

use crate::data::Row;
use crate::train::is_attack;
use std::collections::BTreeMap;

/// Where the lists of a text stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lists {
    /// Quoted and planted are attacks of the labelled sets.
    First,
    /// Written later, in other words; quoted and planted are attacks of its own.
    Second,
}

impl Lists {
    const ALL: [Self; 2] = [Self::First, Self::Second];

    const fn file(self) -> &'static str {
        match self {
            Self::First => include_str!("../../probes.txt"),
            Self::Second => include_str!("../../probes-2.txt"),
        }
    }
}

/// Attacks of a set that are planted or quoted.
const OF_A_SET: usize = 60;
/// Characters of an attack that is planted or quoted, at most.
const SHORT: usize = 300;
/// Characters of a document that attacks are planted in.
const DOCUMENT: std::ops::Range<usize> = 1500..6000;

/// What was made of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An attack by itself, as what another wrote.
    Alone,
    /// In the first lines of a document.
    Beginning,
    /// In its middle.
    Middle,
    /// Behind it.
    End,
    /// Quoted in text about attacks, in a document.
    Quoted,
    /// A wrapper around a harmless sentence.
    Harmless,
    /// A wrapper around a payload.
    Wrapped,
    /// A payload by itself.
    Payload,
    /// A harmless sentence by itself.
    Plain,
}

/// One such text.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Where its lists stand.
    pub lists: Lists,
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

/// Texts of ours that are not about a set.
pub fn own() -> Vec<Probe> {
    Lists::ALL.into_iter().flat_map(wrapped).collect()
}

fn wrapped(lists: Lists) -> Vec<Probe> {
    let read = read(lists);
    let list = |name: &str| read.get(name).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for (said, bare, wrapped) in
        [("harmless", Kind::Plain, Kind::Harmless), ("payload", Kind::Payload, Kind::Wrapped)]
    {
        for text in list(said) {
            all.push(Probe { lists, kind: bare, text: text.clone() });
            for wrapper in list("wrapper") {
                let text = wrapper.replace("\\n", "\n").replace("{}", &text);
                all.push(Probe { lists, kind: wrapped, text });
            }
        }
    }
    all
}

/// Short attacks of `rows`, and attacks of ours: alone, planted in `documents`, and quoted.
pub fn planted(rows: &[&Row], documents: &[&Row]) -> Vec<Probe> {
    let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_attack(row) && row.text.chars().count() <= SHORT) {
        sets.entry(&row.set).or_default().push(row.text.trim());
    }
    let attacks: Vec<&str> = sets
        .values()
        .flat_map(|of| of.iter().step_by(of.len().div_ceil(OF_A_SET).max(1)))
        .copied()
        .collect();
    let mut all = put(Lists::First, &attacks, documents);
    let own = read(Lists::Second).remove("attack").unwrap_or_default();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    all.extend(put(Lists::Second, &own, documents));
    all
}

fn put(lists: Lists, attacks: &[&str], documents: &[&Row]) -> Vec<Probe> {
    let quoting = read(lists).remove("quoting").unwrap_or_default();
    let mut hosts =
        documents.iter().filter(|row| DOCUMENT.contains(&row.text.chars().count())).cycle();
    let mut all = Vec::new();
    for (at, said) in attacks.iter().copied().enumerate() {
        let Some(host) = hosts.next() else { return all };
        let mut put = |kind, text| all.push(Probe { lists, kind, text });
        put(Kind::Alone, said.to_owned());
        put(Kind::Beginning, plant(&host.text, 0, said));
        put(Kind::Middle, plant(&host.text, host.text.len() / 2, said));
        put(Kind::End, plant(&host.text, host.text.len(), said));
        // Few attacks stand in each frame; many in one each.
        let frames: Vec<&String> = match lists {
            Lists::First => quoting.get(at % quoting.len().max(1)).into_iter().collect(),
            Lists::Second => quoting.iter().collect(),
        };
        for frame in frames {
            let quoted = frame.replace("\\n", "\n").replace("{}", said);
            put(Kind::Quoted, plant(&host.text, host.text.len() / 2, &quoted));
        }
    }
    all
}

/// `host` with `said` as lines of its own, at the next line's end from byte `at` on.
fn plant(host: &str, at: usize, said: &str) -> String {
    let bytes = host.as_bytes();
    let line = bytes.iter().skip(at).position(|byte| *byte == b'\n');
    let at = if at == 0 { 0 } else { line.map_or(host.len(), |more| at + more) };
    let (before, after) = host.split_at_checked(at).unwrap_or((host, ""));
    format!("{before}\n\n{said}\n\n{after}").trim().to_owned()
}

fn read(lists: Lists) -> BTreeMap<&'static str, Vec<String>> {
    let mut read: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut name = "";
    for line in lists.file().lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let head = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        match head.filter(|head| head.bytes().all(|byte| byte.is_ascii_lowercase())) {
            Some(head) => name = head,
            None => read.entry(name).or_default().push(line.to_owned()),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_read() {
        for lists in Lists::ALL {
            let read = read(lists);
            for name in ["wrapper", "harmless", "payload", "quoting"] {
                assert!(read.get(name).is_some_and(|list| list.len() >= 6), "{name}");
            }
            assert!(read["wrapper"].iter().chain(&read["quoting"]).all(|line| line.contains("{}")));
            assert_eq!(read.contains_key("attack"), lists == Lists::Second);
            assert_eq!(wrapped(lists).len(), 2 * (8 + 8 * 10));
        }
    }

    #[test]
    fn attacks_stand_on_lines_of_their_own() {
        let host = "one\ntwo\nthree";
        assert_eq!(plant(host, 0, "x"), "x\n\none\ntwo\nthree");
        assert_eq!(plant(host, 4, "x"), "one\ntwo\n\nx\n\n\nthree");
        assert_eq!(plant(host, host.len(), "x"), "one\ntwo\nthree\n\nx");
    }
}
