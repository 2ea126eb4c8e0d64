//! Which addresses answer to a name: a book of all that a session has seen, whoever wrote them.

use std::collections::HashMap;

/// Addresses in the book. Over it nobody can say that an address is the only one.
const MAX_ADDRESSES: usize = 8192;
/// Addresses that share a word; more are as ambiguous.
const MAX_SHARED: usize = 8;

/// Addresses by the words of their local part. Nothing is ever taken out: an address that was
/// seen once stays a second one.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Names {
    addresses: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
    words: HashMap<Box<str>, Vec<u32>>,
    full: bool,
    bytes: usize,
}

impl Names {
    pub(in crate::flow) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether `learn` would change nothing.
    pub(in crate::flow) fn knows(&self, address: &str) -> bool {
        self.full || self.numbers.contains_key(address)
    }

    /// Enters an address, in canonical form, where there is room for it.
    pub(in crate::flow) fn learn(&mut self, address: &str, room: usize) {
        if self.knows(address) {
            return;
        }
        let Ok(number) = u32::try_from(self.addresses.len()) else { return };
        if self.addresses.len() >= MAX_ADDRESSES || self.bytes > room {
            self.full = true;
            return;
        }
        self.addresses.push(address.into());
        self.numbers.insert(address.into(), number);
        self.bytes += 2 * address.len() + 96;
        let local = address.split('@').next().unwrap_or_default();
        let whole: String = local.chars().filter(|c| c.is_alphabetic()).collect();
        for word in parts(local).chain(std::iter::once(whole.as_str())) {
            let shared = self.words.entry(word.into()).or_default();
            if shared.len() <= MAX_SHARED && shared.last() != Some(&number) {
                shared.push(number);
                self.bytes += word.len() + 56;
            }
        }
    }

    /// The addresses that answer to a name, at most two of them; none where nobody can say.
    pub(super) fn answering(&self, name: &[Box<str>]) -> Option<Vec<&str>> {
        if self.full {
            return None;
        }
        let mut found: Vec<u32> = Vec::new();
        for word in keys(name) {
            let shared = self.words.get(word.as_str()).map_or(&[][..], Vec::as_slice);
            if shared.len() > MAX_SHARED {
                return None;
            }
            let answers =
                |n: &u32| self.addresses.get(*n as usize).is_some_and(|a| answers(a, name));
            found.extend(shared.iter().filter(|n| answers(n)));
        }
        found.sort_unstable();
        found.dedup();
        Some(found.iter().filter_map(|n| self.addresses.get(*n as usize)).map(|a| &**a).collect())
    }
}

fn parts(local: &str) -> impl Iterator<Item = &str> {
    local.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty())
}

/// Under which words addresses of a name stand.
fn keys(name: &[Box<str>]) -> Vec<String> {
    let mut keys: Vec<String> = name.iter().map(|word| word.to_string()).collect();
    if let [first, .., last] = name {
        let initial = first.chars().next().map(String::from).unwrap_or_default();
        keys.push(format!("{first}{last}"));
        keys.push(format!("{initial}{last}"));
        keys.push(name.concat());
    }
    keys
}

/// Whether an address answers to a name: all its words stand in the local part, or an initial
/// and the last word do.
pub(super) fn answers(address: &str, name: &[Box<str>]) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    let parts: Vec<&str> = parts(local).collect();
    let has = |word: &str| parts.contains(&word);
    if name.is_empty() {
        return false;
    }
    if name.iter().all(|word| has(word)) {
        return true;
    }
    let [first, .., last] = name else { return false };
    let initial = first.chars().next().map(String::from).unwrap_or_default();
    has(&format!("{initial}{last}"))
        || has(&format!("{first}{last}"))
        || has(&name.concat())
        || (has(&initial) && has(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Vec<Box<str>> {
        text.split(' ').map(Box::from).collect()
    }

    #[test]
    fn an_address_answers_to_a_name() {
        for (address, whose) in [
            ("sarah@x.example", "sarah"),
            ("sarah.connor@x.example", "sarah"),
            ("sarah.connor@x.example", "sarah connor"),
            ("sconnor@x.example", "sarah connor"),
            ("s.connor@x.example", "sarah connor"),
            ("sarahconnor1@x.example", "sarah connor"),
        ] {
            assert!(answers(address, &name(whose)), "{address} {whose}");
        }
        for (address, whose) in [
            ("sarahlee@x.example", "sarah"),
            ("connor@x.example", "sarah connor"),
            ("x@sarah.example", "sarah"),
            ("mark.black@x.example", "mark davies"),
        ] {
            assert!(!answers(address, &name(whose)), "{address} {whose}");
        }
    }

    #[test]
    fn a_second_address_makes_a_name_ambiguous() {
        let mut names = Names::default();
        names.learn("mark.davies@bank.example", 1 << 22);
        assert_eq!(names.answering(&name("mark")).unwrap().len(), 1);
        names.learn("mark.black@evil.example", 1 << 22);
        assert_eq!(names.answering(&name("mark")).unwrap().len(), 2);
        assert_eq!(names.answering(&name("mark davies")).unwrap(), ["mark.davies@bank.example"]);
        names.learn("mdavies@evil.example", 1 << 22);
        assert_eq!(names.answering(&name("mark davies")).unwrap().len(), 2);
    }

    #[test]
    fn a_flood_makes_every_name_ambiguous() {
        let mut names = Names::default();
        names.learn("sarah@x.example", 1 << 22);
        for n in 0..9000 {
            names.learn(&format!("u@h{n}.example"), 1 << 22);
        }
        assert_eq!(names.answering(&name("sarah")), None);
        assert!(names.bytes() < 4 << 20);
    }
}
