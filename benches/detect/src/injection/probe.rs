//! Texts made for measuring: an attack at the beginning, in the middle or at the end of a document,
//! an attack that is quoted, a wrapper around a harmless sentence, and a payload without one.

use crate::data::Row;
use crate::train::is_attack;
use std::collections::BTreeMap;

const LISTS: &str = include_str!("../../probes.txt");

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
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

/// A text of ours that is not about a set.
pub fn own() -> Vec<Probe> {
    let lists = lists();
    let list = |name: &str| lists.get(name).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for (said, bare, wrapped) in
        [("harmless", Kind::Plain, Kind::Harmless), ("payload", Kind::Payload, Kind::Wrapped)]
    {
        for text in list(said) {
            all.push(Probe { kind: bare, text: text.clone() });
            for wrapper in list("wrapper") {
                all.push(Probe { kind: wrapped, text: wrapper.replace("{}", &text) });
            }
        }
    }
    all
}

/// Short attacks of `rows`, alone, planted in `documents`, and quoted.
pub fn planted(rows: &[&Row], documents: &[&Row]) -> Vec<Probe> {
    let lists = lists();
    let quoting = lists.get("quoting").cloned().unwrap_or_default();
    let mut hosts =
        documents.iter().filter(|row| DOCUMENT.contains(&row.text.chars().count())).cycle();
    let mut all = Vec::new();
    let mut sets: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_attack(row) && row.text.chars().count() <= SHORT) {
        sets.entry(&row.set).or_default().push(row);
    }
    for of in sets.values() {
        let step = of.len().div_ceil(OF_A_SET).max(1);
        for (at, row) in of.iter().step_by(step).enumerate() {
            let Some(host) = hosts.next() else { return all };
            let said = row.text.trim();
            let put = |kind, text| Probe { kind, text };
            all.push(put(Kind::Alone, said.to_owned()));
            all.push(put(Kind::Beginning, plant(&host.text, 0, said)));
            all.push(put(Kind::Middle, plant(&host.text, host.text.len() / 2, said)));
            all.push(put(Kind::End, plant(&host.text, host.text.len(), said)));
            if let Some(frame) = quoting.get(at % quoting.len().max(1)) {
                let quoted = frame.replace("\\n", "\n").replace("{}", said);
                all.push(put(Kind::Quoted, plant(&host.text, host.text.len() / 2, &quoted)));
            }
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

fn lists() -> BTreeMap<&'static str, Vec<String>> {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut name = "";
    for line in LISTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let head = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        match head.filter(|head| head.bytes().all(|byte| byte.is_ascii_lowercase())) {
            Some(head) => name = head,
            None => lists.entry(name).or_default().push(line.to_owned()),
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_read() {
        let lists = lists();
        for name in ["wrapper", "harmless", "payload", "quoting"] {
            assert!(lists.get(name).is_some_and(|list| list.len() >= 6), "{name}");
        }
        assert!(lists["wrapper"].iter().chain(&lists["quoting"]).all(|line| line.contains("{}")));
        assert_eq!(own().len(), 2 * (8 + 8 * 10));
    }

    #[test]
    fn attacks_stand_on_lines_of_their_own() {
        let host = "one\ntwo\nthree";
        assert_eq!(plant(host, 0, "x"), "x\n\none\ntwo\nthree");
        assert_eq!(plant(host, 4, "x"), "one\ntwo\n\nx\n\n\nthree");
        assert_eq!(plant(host, host.len(), "x"), "one\ntwo\nthree\n\nx");
    }
}
