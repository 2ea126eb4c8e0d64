//! `deleg-address`: "update my address, it is in the file": the only postal address in what the
//! user named.

use super::sheet::{Basis, Sheet, last_key};
use crate::flow::arena::Leaf;
use crate::flow::trace::Judged;
use crate::flow::words;
use crate::source::SourceKind;
use crate::tool::{Effect, name_words};

/// Bytes of a source that are searched.
const MAX_BYTES: usize = 1 << 14;
/// Lines of an address behind its street.
const MAX_LINES: usize = 4;
/// Parts of the names of arguments that hold a piece of a postal address.
const FIELDS: &[&str] = &[
    "address", "street", "city", "town", "zip", "zipcode", "postal", "postcode", "state", "region",
    "country",
];
/// Words of streets, or their endings.
const STREETS: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "way",
    "square",
    "court",
    "terrace",
    "straße",
    "strasse",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "rue",
    "chemin",
    "place",
    "calle",
    "avenida",
    "plaza",
    "via",
    "路",
    "街",
    "丁目",
];

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let key = name_words(last_key(&judged.given.pointer));
    let changes = sheet.scene.effects.iter();
    let mut others =
        changes.filter(|e| !matches!(e, Effect::Read | Effect::Write | Effect::Configure));
    if others.next().is_some() || !key.iter().any(|word| FIELDS.contains(&word.as_str())) {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.moved)?;
    let value = judged.given.text.trim().to_lowercase();
    let is_it = |leaf: &&Leaf| {
        !leaf.flagged
            && leaf.kind == SourceKind::ToolResult
            && leaf.text.len() <= MAX_BYTES
            && sheet.is_named(leaf)
            && only_address(&leaf.text).is_some_and(|address| fits(&key, address, &value))
    };
    let leaf = sheet.places(judged).map(|(leaf, _)| leaf).find(is_it)?;
    Some(Basis { source: Some(leaf.source), links: false })
}

/// Whether a value stands where its field does in an address: a street is one, and what else there
/// is stands behind it. A name in the same letter is neither.
fn fits(key: &[String], address: &str, value: &str) -> bool {
    if key.iter().any(|word| matches!(word.as_str(), "street" | "address")) {
        return is_street(value) && words::holds(address, value);
    }
    let behind = address.split_once([',', '\n']).map_or("", |(_, behind)| behind);
    words::holds(behind, value)
}

/// The one postal address of a text: the only line with a street and a number, and what follows it.
fn only_address(text: &str) -> Option<&str> {
    let mut found: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_street(line) && found.replace(at).is_some() {
            return None;
        }
        at += line.len();
    }
    let rest = text.get(found?..)?;
    let lines = rest.split_inclusive('\n').take(MAX_LINES);
    let block = lines.take_while(|line| !line.trim().is_empty());
    rest.get(..block.map(str::len).sum())
}

fn is_street(line: &str) -> bool {
    let mut number = false;
    let mut street = false;
    for (_, word) in words::words(line).take(24) {
        number |= word.bytes().next().is_some_and(|b| b.is_ascii_digit());
        let ends = |known: &str| word == known || (known.len() > 4 && word.ends_with(known));
        street |= STREETS.iter().any(|known| ends(known));
    }
    number && street && line.len() <= 120
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_stands_in_its_place() {
        let address = "12 mill lane, york, yo1 2ab\nmallory trent";
        let fits = |field: &str, value: &str| super::fits(&[field.to_owned()], address, value);
        assert!(fits("street", "12 mill lane") && fits("city", "york") && fits("zip", "yo1 2ab"));
        assert!(!fits("street", "mallory trent") && !fits("city", "12 mill lane"));
    }

    #[test]
    fn one_address_is_told_from_two() {
        let letter = "dear tenant,\nthe house has a new address.\n\n12 mill lane\nyork, yo1 2ab\nuk\n\nyours";
        assert_eq!(only_address(letter), Some("12 mill lane\nyork, yo1 2ab\nuk\n"));
        assert_eq!(
            only_address("neue anschrift: hauptstraße 5, 50667 köln"),
            Some("neue anschrift: hauptstraße 5, 50667 köln")
        );
        assert_eq!(only_address(&format!("{letter}\nor write to 9 station road\n")), None);
        assert_eq!(only_address("we meet in the street at 9"), Some("we meet in the street at 9"));
        assert_eq!(only_address("no address here, 12 apples"), None);
    }
}
