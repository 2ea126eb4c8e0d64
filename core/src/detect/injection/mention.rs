//! Tells an attack from text that talks about attacks.

use crate::detect::gate::Candidate;
use crate::detect::registry::Found;
use crate::finding::Severity;
use crate::span::Span;

/// How far around a match words are read, in bytes.
const NEAR: usize = 240;

/// How far from a match the marks of its quotation may stand, in bytes.
const QUOTATION: usize = 320;

/// Words of people who write about attacks.
const TOPICS: &[&str] = &[
    "prompt injection",
    "prompt-injection",
    "prompt_injection",
    "injection attack",
    "injection attempt",
    "jailbreak",
    "attacker",
    "adversar",
    "malicious",
    "red team",
    "red-team",
    "guardrail",
    "llm01",
    "owasp",
    "payload",
    "detects",
    "detection",
    "detector",
    "classifier",
    "test case",
    "known attack",
    "vulnerab",
    "social engineering",
    "exploit",
];

/// Words of people who write about security at all: they count only beside quotation marks, since an
/// attack may use them too.
const WRITING: &[&str] = &[
    "attack",
    "inject",
    "filter",
    "blocked",
    "refus",
    "reject",
    "mislead",
    "trick",
    "fool",
    "threat",
    "mitigat",
    "defen",
    "sanitiz",
    "untrusted",
    "incident",
    "researcher",
    "security",
    "benchmark",
    "unsafe",
    "hijack",
    "poison",
    "evade",
    "probe",
    "test ",
    "tests",
];

/// Words that, right before a match, make it a description of what others do.
const LEADS: &[&str] = &[
    "attempts to",
    "attempt to",
    "attempting to",
    "tries to",
    "try to",
    "trying to",
    "designed to",
    "how to",
    "used to",
    "instructions that",
    "prompts that",
    "text that",
    "asks you to",
    "asks it to",
    "asks the model to",
    "force the llm to",
    "force the model to",
    "tricks the model to",
    "instructs the model to",
    "attempts at",
    "any instruction to",
    "any request to",
    "requests to",
    "instructions to",
    "if asked to",
    "refuse to",
    "not",
    "never",
    "may",
    "could",
    "might",
    "would",
    "cannot",
    "or",
    "and/or",
    "someone to",
    "users to",
    // Words that give an example. Behind a match they say nothing of it.
    "phrases like",
    "phrase like",
    "such as",
    "for example",
    "e.g.",
];

/// Takes every match; one that is quoted, or stands in text about attacks, is taken for a
/// mention: half as sure and two steps less severe. It stays a finding, since whoever attacks
/// can put quotes around it too.
#[expect(clippy::unnecessary_wraps, reason = "the type of every rule's check")]
pub(super) fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let mut found = candidate.matched();
    let (text, span) = (candidate.text, candidate.span);
    let quoted = is_quoted(text, span);
    let (led, topic) = (is_led(text, span), is_discussed(text, span));
    let discussed = led || topic || quoted && holds(text, span, WRITING);
    if quoted || discussed {
        found.score /= 2;
        // A quotation in text about attacks, or the description of one: both signs at once.
        let both = quoted && discussed || led && topic;
        found.severity = match (found.severity, both) {
            (Severity::Critical | Severity::High, false) => Severity::Medium,
            (Severity::Critical | Severity::High, true) => Severity::Low,
            (_, false) => Severity::Low,
            (_, true) => Severity::Info,
        };
    }
    Some(found)
}

/// Whether a quotation mark opens before `span` and its twin closes after it, on the same line; or
/// whether it stands in a row of a table.
fn is_quoted(text: &str, span: Span) -> bool {
    const PAIRS: &[(&str, &str)] = &[
        ("\"", "\""),
        ("`", "`"),
        ("\u{201c}", "\u{201d}"),
        ("\u{ab}", "\u{bb}"),
        ("'", "'"),
        ("\u{201e}", "\u{201c}"),
    ];
    let before = around(text, span.start.saturating_sub(QUOTATION), span.start);
    let after = around(text, span.end, span.end + QUOTATION);
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    // The cell of a table is set apart as well.
    if before.trim_start().starts_with('|') && after.trim_end().ends_with('|') {
        return true;
    }
    PAIRS.iter().any(|(open, close)| {
        let opened = if open == close {
            // The same mark twice is a quotation that ended; a mark after a colon or bracket
            // writes a string, as JSON does, and quotes nobody.
            before.matches(open).count() % 2 == 1
                && before.rsplit_once(open).is_some_and(|(head, _)| {
                    !head.trim_end().ends_with([':', '[', '{', '=', '(', '\\'])
                })
        } else {
            before
                .rfind(open)
                .is_some_and(|at| before.get(at..).is_some_and(|inside| !inside.contains(close)))
        };
        opened && after.contains(close)
    })
}

/// Whether the words right before `span` say that it describes what others do.
fn is_led(text: &str, span: Span) -> bool {
    let before = around(text, span.start.saturating_sub(32), span.start);
    let before =
        before.trim_end_matches([' ', '\n', '*', '_', '"', '`', ',', ':']).to_ascii_lowercase();
    LEADS.iter().any(|lead| {
        before
            .strip_suffix(lead)
            .is_some_and(|head| head.is_empty() || head.ends_with(|c: char| !c.is_alphanumeric()))
    })
}

/// Whether the text around `span` is about attacks.
fn is_discussed(text: &str, span: Span) -> bool {
    holds(text, span, TOPICS)
}

/// Whether one of `words` stands around `span`.
fn holds(text: &str, span: Span, words: &[&str]) -> bool {
    let mut near = around(text, span.start.saturating_sub(NEAR), span.start).to_ascii_lowercase();
    near.push('\n');
    near.push_str(&around(text, span.end, span.end + NEAR).to_ascii_lowercase());
    words.iter().any(|word| near.contains(word))
}

/// The text from `start` to `end`, cut back to whole characters.
fn around(text: &str, start: usize, end: usize) -> &str {
    let (mut start, mut end) = (start.min(text.len()), end.min(text.len()));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}
