//! Days and months as people write them.

/// The day that `15`, `15th`, `1st`, `15.` names.
pub(super) fn ordinal(text: &str) -> Option<u8> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, suffix) = text.split_at_checked(digits)?;
    let ok = matches!(suffix, "" | "." | "st" | "nd" | "rd" | "th" | "er" | "º");
    (ok && (1..=2).contains(&number.len())).then(|| number.parse().ok())?
}

/// The month that a word names, in English, German, French or Spanish.
pub(super) fn month(word: &str) -> Option<u8> {
    if word.len() < 3 || word.len() > 12 {
        return None;
    }
    let lower = if word.is_ascii() { String::new() } else { word.to_lowercase() };
    let word = if word.is_ascii() { word } else { &lower }.trim_end_matches('.');
    let is = |name: &&str| name.eq_ignore_ascii_case(word);
    MONTHS.iter().position(|names| names.iter().any(is)).and_then(|i| u8::try_from(i + 1).ok())
}

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "janvier", "enero", "jänner"],
    &["february", "feb", "februar", "février", "febrero"],
    &["march", "mar", "märz", "mars", "marzo"],
    &["april", "apr", "avril", "abril"],
    &["may", "mai", "mayo"],
    &["june", "jun", "juni", "juin", "junio"],
    &["july", "jul", "juli", "juillet", "julio"],
    &["august", "aug", "août", "agosto"],
    &["september", "sep", "sept", "septembre", "septiembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "décembre", "diciembre"],
];
