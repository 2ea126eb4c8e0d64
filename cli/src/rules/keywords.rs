//! Which literal texts stand in every match of an expression.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes of a keyword: shorter ones stand everywhere.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=64;
/// Keywords of one rule at most.
const MOST: usize = 64;

/// Texts of which one stands in every match of `expression`, whatever the case of its letters.
///
/// # Errors
/// Why there are none, for people.
pub fn of(expression: &str) -> Result<Vec<String>, String> {
    let parsed = regex_syntax::parse(expression).map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        format!("its expression is none that can be run: {last}")
    })?;
    let none = "no text of three letters or more stands in every match: it would run everywhere";
    let words = required(&parsed).ok_or(none)?;
    // A keyword of a rule file has no line ends and the like in it.
    let mut words: Vec<String> = words.iter().map(|word| plain(word).to_owned()).collect();
    if words.iter().any(|word| word.len() < *LENGTH.start()) {
        return Err(none.to_owned());
    }
    for word in &mut words {
        let mut end = word.len().min(*LENGTH.end());
        while !word.is_char_boundary(end) {
            end -= 1;
        }
        word.truncate(end);
    }
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// The longest part of a text that has no control character.
fn plain(word: &str) -> &str {
    word.split(char::is_control).max_by_key(|part| part.len()).unwrap_or_default()
}

/// The best set of texts of which every match has one.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => long_enough(vec![exact(hir)?]),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut offer = |words: Option<Vec<String>>| {
                let length = |words: &[String]| words.iter().map(String::len).min().unwrap_or(0);
                let Some(words) = words else { return };
                if best.as_ref().is_none_or(|best| length(best) < length(&words)) {
                    best = Some(words);
                }
            };
            let mut run = String::new();
            for part in parts {
                match exact(part) {
                    Some(text) => run.push_str(&text),
                    None => {
                        offer(long_enough(vec![std::mem::take(&mut run)]));
                        offer(required(part));
                    }
                }
            }
            offer(long_enough(vec![run]));
            best
        }
        _ => None,
    }
}

fn long_enough(words: Vec<String>) -> Option<Vec<String>> {
    words.iter().all(|word| word.len() >= *LENGTH.start()).then_some(words)
}

/// The one text, up to case, that `hir` matches.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => {
            let first = class.ranges().first()?.start();
            let folded = fold(first);
            let same = |c: char| fold(c) == folded;
            let alike = class.ranges().iter().all(|range| range.len() == 1 && same(range.start()));
            (alike && folded.is_ascii()).then(|| folded.to_string())
        }
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
        _ => None,
    }
}

/// A letter without its case: `K` and the sign of Kelvin are `k`.
fn fold(c: char) -> char {
    let upper = c.to_uppercase().next().unwrap_or(c);
    upper.to_lowercase().next().unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_has_one() {
        for (expression, words) in [
            ("(?i)ignore\\s+(all\\s+)?previous", &["previous"][..]),
            ("(?i)\\bkiss\\b", &["kiss"]),
            ("(?:rm|curl) -rf", &[" -rf"]),
            ("(?:delete|remove)\\s+\\w+", &["delete", "remove"]),
            ("(token|key)?secret", &["secret"]),
            ("(?:abc)+x", &["abc"]),
            ("AKIA[0-9A-Z]{16}", &["akia"]),
            (r"\n\nHuman:\t", &["human:"]),
        ] {
            let found = of(expression).unwrap();
            let found: Vec<String> = found.iter().map(|word| word.to_lowercase()).collect();
            assert_eq!(found, words, "{expression}");
        }
        for (bad, says) in [
            ("[a-z]+@[a-z]+", "no text"),
            ("(?:delete|rm)\\s", "no text"),
            ("(?=x)abc", "look-around"),
            ("a(", "unclosed"),
            (r"\n\t\r\n", "no text"),
            (".*", "no text"),
        ] {
            assert!(of(bad).unwrap_err().contains(says), "{bad}: {:?}", of(bad));
        }
        assert!(of(&"é".repeat(60)).unwrap()[0].len() <= 64);
    }
}
