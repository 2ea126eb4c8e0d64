//! Secrets that only the name before them gives away.

use super::{info, placeholder, public};
use crate::detect::Lanes;
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{High, Medium};
use crate::span::Span;

pub(super) const fn named(
    keywords: &'static [&'static str],
    expression: &'static str,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let lanes = Lanes::SECRET_CONTEXT;
    Pattern { keywords, expression, lanes, severity: High, score, kind, reach: (96, 240) }
}

/// A name longer than this is no name: letters of a key, or of a picture.
const LONGEST: usize = 64;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/named_key", High, 800, "A random value that is called a key or token."),
    patterns: &[
        // A name, a sign, a value: with a type between them, in a call, in a block of the next line.
        named(
            &["key", "secret", "token", "credential", "auth", "_pat", "login"],
            concat!(
                r#"(?i)(?:api[_-]?key|secret|token|[a-z0-9]{3}[_ -]{0,4}key|credentials?|_key|_auth|auth_?code|_pat|[a-z0-9][_.]login)s?"#,
                r#"(?:[_.-]?(?:key|token|secret|value|auth|access|code|id|name|hash|prod|dev|test|live)){0,2}(?:[_-][a-z0-9_-]{0,16}|\d{1,3})?\\{0,2}["'`\])*]{0,2}[ \t]{0,8}"#,
                r#"(?:=>|:{0,3}=|==|\?=|\|\|:|[:,]|\bis\b|: ?&?(?:'static )?(?:string|str|bytes|any)\?? ?=|\?\?=?|\?:|\|{1,2}=?|->|[(\[])"#,
                r#"(?:\*{0,2}[ \t]{0,16}|[ \t]{0,2}[|>][+-]?[ \t]{0,2}\r?\n[ \t]{1,16}|[ \t]{0,2}\\?\r?\n[ \t]{1,16}["'])"#,
                r#"\\{0,2}(?:(?:new )?[a-z_.:]{2,40}\(\s{0,2}(?:["'][a-z0-9_.-]{1,60}["'],\s{0,4})?["'`]|[a-z0-9_.]{3,60} ?(?:\|\||\?\?|\?:|or) ?["'`]|!!str |[burf@]{1,2}["']{1,3}|["'`(\[]{0,3})([^\s"'`,;<>\\&]{8,200})"#,
            ),
            800,
            "key",
        ),
        // Quoted, with signs and brackets in it: `SECRET_KEY = 'x(4$...'`.
        named(
            &["secret", "key"],
            r#"(?i)(?:secret|secret_?key|signing_?key|encryption_?key)["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}"([^"\s]{10,200})""#,
            700,
            "quoted_key",
        ),
        named(
            &["secret", "key"],
            r#"(?i)(?:secret|secret_?key|signing_?key|encryption_?key)["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}'([^'\s]{10,200})'"#,
            700,
            "quoted_key",
        ),
        // `the token 4f7a...`, `stripeKEY-4f7a...`: no sign of an assignment, so it wants more chance.
        named(
            &["key", "secret", "token", "access", "private"],
            r#"(?i)(?:key|secret|token|access|private)["'`]?(?:(?:[ \t][a-z]{2,12}){0,2}[ \t]{1,16}|[ \t]{0,2}[\r\n]{1,2}[ \t]{0,4}|[-.|])["'`]?([a-z0-9_+/=.:|!-]{16,200})"#,
            500,
            "loose_key",
        ),
        // `stripe private=4f7a...`, `acmeACCESS: 4f7a...`.
        named(
            &["access", "private", "key=", "key =", "key:", "key\"", "_api", "pat:", "pat="],
            r#"(?i)(?:(?:access|private)(?:[ _-]?(?:key|token|code))?|\bkey|\bpat|[a-z0-9]{2}_api)["'`]?[ \t]{0,2}[:=][ \t]{0,2}["'`]?([a-z0-9_+/=.-]{16,200})"#,
            500,
            "bare_key",
        ),
        // `The API key for the printer is 4f7a...`.
        named(
            &["key", "secret", "token"],
            r#"(?i)\b(?:key|secret|token)s?["'`]?[ \t,(][^\n:=] ~47 not \n:=~ (?i)(?:\bis|:|=|->)[ \t]{1,4}["'`(]{0,2}([a-z0-9_+/=.-]{20,200})"#,
            500,
            "loose_key",
        ),
        // What a client of a service is made with.
        named(
            &["client(", "init(", "initialize(", "configure(", "authenticate("],
            r#"(?i)(?:client|init|initialize|configure|authenticate)\(\s{0,4}["']([a-z0-9_+/=.-]{20,200})["']"#,
            450,
            "loose_key",
        ),
        // In an address: `?key=4f7a...`.
        named(&["?key=", "&key="], r"[?&]key=([A-Za-z0-9_-]{20,120})", 500, "loose_key"),
        // `name: API_TOKEN` and `value: ...` on the next line; `key="ApiKey" value="..."`.
        named(
            &["value", "content="],
            r#"(?i)\b(?:name|key|id)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[a-z0-9_.:-]{0,40}(?:key|token|secret|password|passwd|pwd)[a-z0-9_.-]{0,12}["']?[\s,]{1,16}["']?(?:secret_?)?(?:value|content)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?([^\s"'`,;<>&]{8,200})"#,
            800,
            "key",
        ),
        named(
            &["key", "token", "secret"],
            r"(?i)<[^<>\n]{0,60}?[a-z0-9_:.-](?:key|token|secret)[^<>\n]{0,40}>\s{0,8}([^<>\s]{12,200})\s{0,8}</",
            800,
            "key",
        ),
        // A property list.
        named(
            &["</key>"],
            r"(?i)(?:key|token|secret)[a-z0-9_.-]{0,24}</key>\s{0,8}<string>([^<>\s]{12,200})</",
            800,
            "key",
        ),
        // A row of a table.
        named(
            &["</td>", "</th>"],
            r"(?i)(?:key|token|secret)[^<>\n]{0,24}(?:</(?:b|code|strong)>)?</t[dh]>\s{0,16}<td[^<>]{0,60}>\s{0,8}(?:<code>)?([^<>\s]{12,200})<",
            800,
            "key",
        ),
    ],
    check: check_key,
}];

/// Wants the letters of chance: a key is made by a machine.
fn check_key(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if candidate.pattern.kind == "quoted_key" {
        return check_quoted_key(candidate);
    }
    let name = name(candidate);
    if name.len() > LONGEST
        || is_masked(candidate)
        || public::is_named(name)
        || is_stand_in(value, is_quoted(candidate))
        || placeholder::names_itself(value)
        || placeholder::is_name(value) && !placeholder::is_unspeakable(value)
        || placeholder::is_compound(value)
        || placeholder::is_worded(value)
        || is_resource(candidate)
        || is_repeatable(name, value)
        || !is_quoted(candidate) && value.contains('*')
    {
        return None;
    }
    if candidate.pattern.kind == "loose_key" {
        let score = if placeholder::is_uuid(value) { 450 } else { candidate.pattern.score };
        let chance = placeholder::is_chance(value) && !placeholder::is_key_fingerprint(value);
        return chance.then(|| found(candidate, value, score))?;
    }
    if candidate.pattern.kind == "bare_key" {
        let known = placeholder::is_uuid(value) || placeholder::is_hash(value);
        let bare = head(candidate).eq_ignore_ascii_case("key");
        let random = placeholder::is_chance(value) && placeholder::classes(value) > 2;
        let taken = if bare { random && !known } else { placeholder::is_chance(value) };
        return taken.then(|| found(candidate, value, candidate.pattern.score))?;
    }
    if is_weakly_signed(candidate) && !placeholder::is_chance(value) {
        return None;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // Digits alone are counts and dates, up to a length; letters alone are words, unless their case
    // jumps or nobody could say them.
    if digits == value.len() && (15..=40).contains(&digits) && placeholder::distinct(value) > 5 {
        let name = name.to_ascii_lowercase();
        let strong = ["token", "secret", "api_key", "apikey"].iter().any(|end| name.ends_with(end));
        return strong.then(|| found(candidate, value, 450))?;
    }
    let wordy = digits == 0 && placeholder::changes(value) * 4 < value.len();
    if letters == 0 || wordy && !placeholder::is_unspeakable(value) {
        return None;
    }
    let bits = placeholder::entropy(value);
    let score = match value.len() {
        0..8 => return None,
        8..12 if bits < 2.8 || placeholder::classes(value) < 3 => return None,
        12..16 if bits < 2.9 => return None,
        8..16 => 550,
        _ if bits < 2.6 => return None,
        _ if placeholder::is_uuid(value) => 500,
        _ if placeholder::is_hash(value) => 600,
        _ => candidate.pattern.score,
    };
    found(candidate, value, score)
}

/// Whether a bracket, a bar or an arrow stands between name and value: signs of much else, too.
fn is_weakly_signed(candidate: &Candidate<'_>) -> bool {
    let lead = lead(candidate).trim_end_matches(['"', '\'', '`', ' ', '\t', '\\']);
    lead.ends_with(['(', '[', '|']) || lead.ends_with("->")
}

/// Signs that no name has make a quoted text a secret that somebody chose.
fn check_quoted_key(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let signs = value.bytes().filter(|b| b"!#$%^&*?@~+=;()[]{}|".contains(b)).count();
    if signs == 0 || placeholder::distinct(value) < 8 || is_stand_in(value, true) {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

/// Whether a quotation mark stands right before the value.
pub(super) fn is_quoted(candidate: &Candidate<'_>) -> bool {
    let before = candidate.value.start.checked_sub(1);
    let before = before.and_then(|at| candidate.text.as_bytes().get(at));
    matches!(before, Some(b'"' | b'\'' | b'`'))
}

/// What of a match stands before its value.
pub(super) fn lead<'a>(candidate: &Candidate<'a>) -> &'a str {
    let lead = Span::new(candidate.span.start, candidate.value.start);
    lead.of(candidate.text).unwrap_or_default()
}

/// What stands before the value, quotes and signs apart: its name.
pub(super) fn head<'a>(candidate: &Candidate<'a>) -> &'a str {
    lead(candidate).trim_end_matches(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether what reads like a name is what stands where a secret was: `[secret]": "..."`.
fn is_masked(candidate: &Candidate<'_>) -> bool {
    let (before, rest) = candidate.text.split_at_checked(candidate.span.start).unwrap_or_default();
    before.ends_with('[') && rest.starts_with("secret]")
}

/// Whether the value is the last part of a resource's name: `arn:aws:...:secret:NAME`.
fn is_resource(candidate: &Candidate<'_>) -> bool {
    const LONGEST_NAME: usize = 120;
    let name = Span::new(
        begin(candidate, candidate.value.start, LONGEST_NAME, b"_.-:/"),
        candidate.value.start,
    );
    name.of(candidate.text).is_some_and(|name| name.starts_with("arn:"))
}

/// Whether `value` only tells two requests apart, so that one that is sent again is done once.
fn is_repeatable(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let client = ["clienttoken", "client_token", "client-token", "requesttoken", "request_token"];
    placeholder::is_uuid(value) && client.iter().any(|end| lower.ends_with(end))
}

/// As [`head`], with all of the word in which it begins: expressions begin where a name says what it is, since
/// automata that begin anywhere in a word and count grow without end.
fn name<'a>(candidate: &Candidate<'a>) -> &'a str {
    let start = begin(candidate, candidate.span.start, LONGEST + 1, b"_.-");
    Span::new(start, candidate.span.start + head(candidate).len())
        .of(candidate.text)
        .unwrap_or_default()
}

/// Where the letters, digits and `signs` begin that end at `end`, `most` bytes before it at most.
fn begin(candidate: &Candidate<'_>, end: usize, most: usize, signs: &[u8]) -> usize {
    let before = candidate.text.as_bytes().get(..end).unwrap_or_default();
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || signs.contains(b);
    end - before.iter().rev().take(most).take_while(of_name).count()
}

/// Whether `value` stands in for a secret, or is code: in quotation marks, only what is filled in later.
pub(super) fn is_stand_in(value: &str, quoted: bool) -> bool {
    placeholder::is_obvious(value)
        || placeholder::is_public_number(value)
        || placeholder::is_token_header(value)
        || placeholder::is_file(value)
        || value.starts_with(':')
        || if quoted { placeholder::is_filled_in(value) } else { placeholder::is_expression(value) }
}

/// Without the full stop, bracket or comma that ends the sentence, not the secret.
pub(super) fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ')', ';', ':', ']', '}', '\\'])
}

/// What a check found: `value`, unless the text goes on with dots or stars in its place.
pub(super) fn found(candidate: &Candidate<'_>, value: &str, score: u16) -> Option<Found> {
    let start = candidate.value.start;
    let span = Span::new(start, start + value.len());
    if placeholder::is_cut(candidate.text, span.end) {
        return None;
    }
    let severity = if score < 600 { Medium } else { candidate.pattern.severity };
    Some(Found { span, severity, score })
}
