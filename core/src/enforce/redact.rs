//! Redaction: which bytes of a text go, and what stands there instead.

use super::names::{Names, Operators};
use super::patch::Patch;
use super::{Edit, hidden};
use crate::decision::{Obligation, Operator};
use crate::digest::Key;
use crate::finding::{Category, Finding};
use crate::span::Span;
use crate::view::Leaf;
use std::collections::BTreeMap;
use std::sync::Mutex;
use unicode_normalization::UnicodeNormalization;

/// Hexadecimal digits that name a value where the numbers have run out.
const NAME_DIGITS: usize = 6;

/// How what is found is redacted in one content: the operators in force, and what names values.
pub struct Redactor<'a> {
    operators: &'a Operators,
    /// What obligations ask for by name: it counts before the operators. With it, whether one
    /// beside it names none.
    named: BTreeMap<Category, (Operator, bool)>,
    /// Made where a value is named, and not before.
    key: &'a dyn Fn() -> Key,
    names: &'a Mutex<Names>,
    /// Where a find must begin to be given a number, and before which it must end: what a stream
    /// does not let out yet has none.
    within: (Span, usize),
}

impl std::fmt::Debug for Redactor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("named", &self.named).finish_non_exhaustive()
    }
}

impl<'a> Redactor<'a> {
    /// With `operators`, what makes a tenant's `key`, and the `names` of a session.
    #[must_use]
    pub fn new(
        operators: &'a Operators,
        key: &'a dyn Fn() -> Key,
        names: &'a Mutex<Names>,
    ) -> Self {
        let within = (Span::new(0, usize::MAX), usize::MAX);
        Self { operators, named: BTreeMap::new(), key, names, within }
    }

    /// As `obligations` ask for. Of two operators for one thing, that which tells less counts; an
    /// obligation that names none asks for the bundle's.
    #[must_use]
    pub fn obliged(mut self, obligations: &[Obligation]) -> Self {
        let asked = || obligations.iter().filter_map(Obligation::redacts);
        for (category, operator) in asked() {
            let Some(operator) = operator else { continue };
            let named = self.named.entry(category).or_insert((operator, false));
            named.0 = operator.max(named.0);
        }
        for (category, _) in asked().filter(|(_, operator)| operator.is_none()) {
            self.named.entry(category).and_modify(|named| named.1 = true);
        }
        self
    }

    /// For one window of a stream, of which what begins `within` and ends before `end` goes out.
    #[must_use]
    pub fn within(mut self, within: Span, end: usize) -> Self {
        self.within = (within, end);
        self
    }

    /// The edits that redact everything of `category`.
    #[must_use]
    pub fn edits(
        &self,
        category: Category,
        findings: &[Finding],
        leaves: &[Leaf<'_>],
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (path, found) in by_path(findings, |finding| finding.category == category) {
            let Some(leaf) = leaves.iter().find(|leaf| leaf.path == path) else {
                // Its text was not handed in: `apply` then removes what stands there.
                edits.extend(found.iter().map(|finding| Edit {
                    path: path.to_owned(),
                    span: finding.span,
                    with: self.placeholder(category, &finding.kind, "", finding.span),
                }));
                continue;
            };
            let patches = hits(leaf.text, &found).into_iter().map(|hit| {
                let value = hit.value.of(leaf.text).unwrap_or_default();
                Patch::new(hit.span, self.placeholder(category, hit.kind, value, hit.span))
            });
            edits.extend(hidden::edits(leaf, patches));
        }
        edits
    }

    fn goes_out(&self, at: Span) -> bool {
        let (within, end) = self.within;
        within.start <= at.start && at.start < within.end && at.end < end
    }

    fn placeholder(&self, category: Category, kind: &str, value: &str, at: Span) -> String {
        let own = || self.operators.of(category, kind);
        let operator = match self.named.get(&category) {
            Some((named, true)) => own().max(*named),
            Some((named, false)) => *named,
            None => own(),
        };
        let word = word(category, kind);
        let key = || (self.key)().derive("redaction");
        let spelt = || format!("{word} {}", spelling(word, value));
        match operator {
            Operator::Mask => format!("[{word}]"),
            Operator::Hash => format!("[{word}:{}]", key().fingerprint(&spelt())),
            Operator::Remove => String::new(),
            Operator::Replace if !self.goes_out(at) => format!("[{word}]"),
            Operator::Replace => {
                let value = key().mac([b"name".as_slice(), spelt().as_bytes()]);
                let number = self.names.lock().ok().and_then(|mut all| all.number(word, value));
                match number {
                    Some(number) => format!("[{word} {number}]"),
                    None => {
                        let mut name = value.hex();
                        name.truncate(NAME_DIGITS);
                        format!("[{word}-{name}]")
                    }
                }
            }
        }
    }
}

/// The findings that `which` chooses, by leaf.
pub(super) fn by_path(
    findings: &[Finding],
    which: impl Fn(&Finding) -> bool,
) -> BTreeMap<&str, Vec<&Finding>> {
    let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| which(finding)) {
        by_path.entry(finding.path.as_str()).or_default().push(finding);
    }
    by_path
}

/// One stretch of text to redact.
pub(super) struct Hit<'a> {
    /// What goes: the findings, widened so that no part of a token stays.
    pub(super) span: Span,
    /// What was found there, to name the value by.
    value: Span,
    kind: &'a str,
    strength: (crate::finding::Severity, u16),
}

/// Merges findings that overlap, and widens them where one ends inside a token.
pub(super) fn hits<'a>(text: &str, findings: &[&'a Finding]) -> Vec<Hit<'a>> {
    let mut sorted: Vec<&Finding> = findings.to_vec();
    sorted.sort_by(|a, b| a.span.cmp(&b.span).then_with(|| a.order(b)));
    let mut hits: Vec<Hit<'a>> = Vec::with_capacity(sorted.len());
    for finding in sorted {
        let strength = (finding.severity, finding.score);
        // What was passed already is not looked at again: a long token costs its length once.
        let floor = hits.last().map_or(0, |hit| hit.span.end);
        match hits.last_mut() {
            Some(hit) if finding.span.start < hit.span.end => {
                hit.value = hit.value.cover(&finding.span);
                if finding.span.end > hit.span.end {
                    hit.span.end = token_end(text, finding.span);
                }
                if strength > hit.strength {
                    (hit.kind, hit.strength) = (finding.kind.as_ref(), strength);
                }
            }
            _ => hits.push(Hit {
                span: Span::new(
                    token_start(text, finding.span, floor),
                    token_end(text, finding.span),
                ),
                value: finding.span,
                kind: finding.kind.as_ref(),
                strength,
            }),
        }
    }
    hits
}

/// Where the token begins that `span` begins in, not before `floor`.
fn token_start(text: &str, span: Span, floor: usize) -> usize {
    let first = span.of(text).and_then(|found| found.chars().next());
    if !first.is_some_and(in_token) {
        return span.start;
    }
    let before = text.get(floor..span.start).unwrap_or_default();
    let part: usize = before.chars().rev().take_while(|c| in_token(*c)).map(char::len_utf8).sum();
    span.start - part
}

/// Where the token ends that `span` ends in; the padding of base64 belongs to it.
fn token_end(text: &str, span: Span) -> usize {
    let last = span.of(text).and_then(|found| found.chars().next_back());
    if !last.is_some_and(|c| in_token(c) || c == '=') {
        return span.end;
    }
    let after = text.get(span.end..).unwrap_or_default();
    let part: usize = if last == Some('=') {
        0
    } else {
        after.chars().take_while(|c| in_token(*c)).map(char::len_utf8).sum()
    };
    let padding = after.get(part..).unwrap_or_default().chars().take(2).take_while(|c| *c == '=');
    span.end + part + padding.count()
}

/// Whether a token goes on through `c`: letters that write keys and names, their full-width and
/// mathematical forms, and what hides between them. Not the scripts that set no spaces: there a
/// token would be the whole sentence.
fn in_token(c: char) -> bool {
    match u32::from(c) {
        0..=0x7F => c.is_ascii_alphanumeric() || c == '_' || c == '-',
        _ if hidden::is_ignorable(c) => true,
        0x80..=0x52F => c.is_alphanumeric(),
        0x1D400..=0x1D7FF => true,
        0xFF01..=0xFF5E => c.nfkc().next().is_some_and(|c| c.is_ascii_alphanumeric()),
        _ => false,
    }
}

/// What a placeholder calls it. A secret's kind is its fingerprint, which is nobody's to read.
pub(super) fn word(category: Category, kind: &str) -> &str {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let usable = category != Category::Secret && (1..=32).contains(&kind.len());
    if usable && kind.bytes().all(plain) { kind } else { category.as_str() }
}

/// The value as it is compared: `+49 170 55-5` and `+4917055 5` are one number.
fn spelling(word: &str, value: &str) -> String {
    let drop = |c: &char| {
        !c.is_whitespace() && (word == "email" || word == "secret" || !"-().".contains(*c))
    };
    let folded = value.nfkc().filter(drop);
    if word == "secret" { folded.collect() } else { folded.flat_map(char::to_lowercase).collect() }
}
