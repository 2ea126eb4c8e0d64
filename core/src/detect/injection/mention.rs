//! Tells an attack from text that talks about attacks.

mod quotation;
mod words;

use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::finding::Severity;
use crate::span::{self, Span};
use quotation::Kind;
use words::{LEADS, OBJECTS, ORDERS, PUSHES, SUPPOSING, TESTING, TOPICS, WRITING};

/// How far around a match, or around its quotation, words are read, in bytes.
const NEAR: usize = 240;

/// How far from a quotation an order to follow it may stand, in bytes.
const ORDERED: usize = 160;

/// How far above a match the heading is looked for under which it stands, in bytes.
const HEADING: usize = 4096;

/// How a text stands to what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It says it.
    Said,
    /// One sign that it speaks about it: it is set apart, or the words around are about attacks.
    Perhaps,
    /// Both.
    Mentioned,
}

/// Takes every match; one that is quoted, or stands in text about attacks, is taken for a
/// mention: half as sure and two steps less severe. It stays a finding, since whoever attacks
/// can put quotes around it too.
#[expect(clippy::unnecessary_wraps, reason = "the type of every rule's check")]
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let mut found = candidate.matched();
    let reading = reading(candidate.text, candidate.span);
    if reading != Reading::Said {
        found.score /= 2;
        let both = reading == Reading::Mentioned;
        found.severity = match (found.severity, both) {
            (Severity::Critical | Severity::High, false) => Severity::Medium,
            (Severity::Critical | Severity::High, true) => Severity::Low,
            (_, false) => Severity::Low,
            (_, true) => Severity::Info,
        };
    }
    Some(found)
}

/// The quotation around byte `at`, where it is one in text about attacks.
pub(super) fn quotation(text: &str, at: usize) -> Option<Span> {
    match quoted(text, Span::new(at, at)) {
        Some((Reading::Mentioned, span)) => Some(span),
        _ => None,
    }
}

fn reading(text: &str, span: Span) -> Reading {
    let Some((quoted, _)) = quoted(text, span) else { return Reading::Said };
    if quoted == Reading::Mentioned {
        return quoted;
    }
    let (led, topic) = (is_led(text, span), TOPICS.hold(&near(text, span)));
    match (led, topic, quoted) {
        (true, true, _) => Reading::Mentioned,
        (false, false, Reading::Said) => Reading::Said,
        _ => Reading::Perhaps,
    }
}

/// What a quotation around `span` makes of it, and where that stands; none where it comes with an order to
/// obey it. The words that count stand outside, and next to it: those inside are the attacker's own.
fn quoted(text: &str, span: Span) -> Option<(Reading, Span)> {
    let mut reading = (Reading::Said, span);
    for quotation in quotation::around_span(text, span) {
        let (around, span) = (near(text, quotation.span), quotation.span);
        let discussed = match quotation.kind {
            Kind::Literal => TESTING.hold(&around),
            Kind::Marks => {
                TOPICS.hold(&around)
                    || WRITING.hold(&around)
                    || is_supposed(text, span)
                    || is_headed(text, span)
            }
            Kind::Row => TOPICS.hold(&around) || WRITING.hold(&around) || is_headed(text, span),
            // Whoever attacks can write a block as well: only text about attacks has one.
            Kind::Block => TOPICS.hold(&around) || is_headed(text, span),
        };
        let sets_apart = matches!(quotation.kind, Kind::Marks | Kind::Row);
        if (discussed || sets_apart) && is_ordered(text, span) {
            return None;
        }
        if discussed {
            return Some((Reading::Mentioned, span));
        }
        if sets_apart {
            reading = (Reading::Perhaps, span);
        }
    }
    Some(reading)
}

/// Whether the words right before `span` say that it describes what others do.
fn is_led(text: &str, span: Span) -> bool {
    let before = around(text, span.start.saturating_sub(32), span.start);
    let before =
        before.trim_end_matches([' ', '\n', '*', '_', '"', '`', ',', ':']).to_ascii_lowercase();
    LEADS.iter().any(|lead| ends_with_word(&before, lead))
}

/// Whether somebody imagines a text that says what is quoted at `span`: `suppose a page has the
/// sentence "..."`. That it is a sentence or a comment is not enough, since it can be this one.
fn is_supposed(text: &str, span: Span) -> bool {
    let before = around(text, span.start.saturating_sub(NEAR / 2), span.start).to_ascii_lowercase();
    // Behind the last full stop.
    let sentence = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default();
    let object = sentence.get(sentence.len().saturating_sub(40)..).unwrap_or(sentence);
    SUPPOSING.hold(sentence) && OBJECTS.hold(object)
}

/// Whether the heading above `span` is about attacks.
fn is_headed(text: &str, span: Span) -> bool {
    let above = around(text, span.start.saturating_sub(HEADING), span.start);
    let heading = above.rsplit('\n').skip(1).find(|line| line.starts_with('#'));
    heading.is_some_and(|line| TOPICS.hold(&line.to_ascii_lowercase()))
}

/// Whether the text around the quotation at `span` tells to do what it says.
fn is_ordered(text: &str, span: Span) -> bool {
    let after = around(text, span.end, span.end.saturating_add(ORDERED)).to_ascii_lowercase();
    let follows = ORDERS.hold_at(&after, |at| {
        let head = after.get(..at).unwrap_or_default().trim_end();
        // At the beginning of a sentence, or behind a word that pushes: `then do it`, not
        // `a model would do it`.
        head.is_empty()
            || head.ends_with(['.', '!', '?', ':', ';', ',', '-', '\n', '"', ')', '*'])
            || PUSHES.iter().any(|push| ends_with_word(head, push))
    });
    let before = around(text, span.start.saturating_sub(ORDERED / 2), span.start);
    let before = before.trim_end_matches([' ', '\n', ':', '*', ',']).to_ascii_lowercase();
    follows || words::INTRODUCED.iter().any(|order| ends_with_word(&before, order))
}

fn ends_with_word(text: &str, words: &str) -> bool {
    text.strip_suffix(words)
        .is_some_and(|head| head.is_empty() || head.ends_with(|c: char| !c.is_alphanumeric()))
}

/// The text on both sides of `span`, in small letters.
fn near(text: &str, span: Span) -> String {
    let mut near = around(text, span.start.saturating_sub(NEAR), span.start).to_ascii_lowercase();
    near.push('\n');
    let after = around(text, span.end, span.end.saturating_add(NEAR));
    near.push_str(&after.to_ascii_lowercase());
    near
}

/// The text from `start` to `end`, cut back to whole characters.
fn around(text: &str, start: usize, end: usize) -> &str {
    text.get(span::ceil(text, start)..span::floor(text, end)).unwrap_or_default()
}
