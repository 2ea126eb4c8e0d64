//! The approval card: what a human reads before saying yes.
//!
//! It is made of the call and its provenance alone. What somebody else can have named stands
//! either plain, in characters that cannot imitate the card's own words, or between quotes with
//! quotes, line breaks and invisible characters escaped: a value cannot end its line or its
//! quotes and go on in the card's voice.

use super::Shown;
use crate::decision::{Reason, show};
use crate::id::SourceId;
use crate::label::{Confidentiality, Integrity};
use crate::provenance::{Origin, Provenance};
use crate::source::{Source, SourceKind};
use crate::tool::Role;
use crate::value::{Object, Value, join_pointer};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Columns of a value that decides where something goes or what is done.
const DECISIVE: usize = 400;
/// Columns of any other value.
const OTHER: usize = 160;
/// Columns of a name.
const NAME: usize = 120;
/// Arguments that are shown; those that nothing accounts for come first.
const LINES: usize = 60;
/// Places that are named for one argument.
const PLACES: usize = 3;
/// Reasons and rules that are listed, each.
const REASONS: usize = 32;

type Sources<'a> = BTreeMap<SourceId, &'a Source>;

/// The card, in English; the same for the same call.
#[must_use]
pub fn text(shown: &Shown<'_>) -> String {
    let mut card = String::new();
    // INVARIANT: writing to a String cannot fail, here and below.
    let _ = writeln!(card, "{} asks to be run.", shown.call.tool);
    effects(shown, &mut card);
    who(shown, &mut card);
    arguments(shown, &mut card);
    lifted(shown, &mut card);
    card
}

/// A call of a plan, as its card tells it.
#[derive(Debug, Clone, Copy)]
pub enum Planned<'a> {
    /// It is asked about: its own card.
    Asked(&'a str),
    /// Nothing is asked about it.
    Free,
    /// It is refused, and why.
    Refused(&'a [Reason]),
}

/// The card of a plan: its calls in order, each as its own card has it.
#[must_use]
pub fn plan_text(calls: &[(String, Planned<'_>)]) -> String {
    let mut card = String::new();
    let asked = calls.iter().filter(|(_, call)| matches!(call, Planned::Asked(_))).count();
    let _ = writeln!(card, "A plan of {} calls asks to be run; {asked} of them ask.", calls.len());
    let _ = writeln!(card, "A yes approves each of these {asked} once, exactly as it stands here.");
    for (n, (tool, call)) in calls.iter().enumerate() {
        let _ = write!(card, "\nCall {} of {}: ", n + 1, calls.len());
        let _ = match call {
            Planned::Asked(text) => write!(card, "{text}"),
            Planned::Free => {
                writeln!(card, "{}. Nothing is asked about it now.", plain(tool))
            }
            Planned::Refused(reasons) => {
                let why: Vec<String> = reasons
                    .iter()
                    .take(REASONS)
                    .map(|reason| format!("{} [{}]", show(&reason.message), plain(&reason.rule)))
                    .collect();
                writeln!(card, "{} is refused, and stays so: {}", plain(tool), why.join("; "))
            }
        };
    }
    card
}

/// Calls `visit` with the JSON pointer and value of each leaf of a call's arguments.
pub(super) fn each_leaf<'a>(arguments: &'a Object, visit: &mut dyn FnMut(&str, &'a Value)) {
    for (key, value) in arguments.iter() {
        let parent = join_pointer("", key);
        value.each_leaf(&mut |path, leaf| visit(&format!("{parent}{path}"), leaf));
    }
}

fn effects(shown: &Shown<'_>, card: &mut String) {
    let effects = shown.tool.effects_of(&shown.call.arguments);
    let words: Vec<&str> = effects.iter().map(|effect| effect.as_str()).collect();
    let _ = match (shown.tool.is_known(), words.is_empty()) {
        (false, _) => writeln!(card, "Nobody has described what it does."),
        (true, true) => writeln!(card, "It has no effect that was declared."),
        (true, false) => writeln!(card, "What it does: {}.", words.join(", ")),
    };
}

fn who(shown: &Shown<'_>, card: &mut String) {
    let principal = shown.principal;
    let chain: Vec<String> = principal.chain().map(|name| plain(&name)).collect();
    let _ = write!(card, "Who asks: {}", chain.join(", then "));
    if let Some(version) = &principal.agent_version {
        let _ = write!(card, ", version {}", plain(version));
    }
    let (tenant, session) = (plain(principal.tenant.as_str()), plain(shown.session.as_str()));
    let _ = writeln!(card, "; tenant {tenant}, session {session}.");
}

fn arguments(shown: &Shown<'_>, card: &mut String) {
    let mut known: BTreeMap<&str, Vec<&Provenance>> = BTreeMap::new();
    for p in shown.provenance {
        known.entry(p.argument.as_str()).or_default().push(p);
    }
    let sources: Sources<'_> = shown.sources.iter().map(|source| (source.id, source)).collect();
    let mut leaves: Vec<(String, &Value, &[&Provenance])> = Vec::new();
    each_leaf(&shown.call.arguments, &mut |pointer, leaf| {
        let about = known.get(pointer).map(Vec::as_slice).unwrap_or_default();
        leaves.push((pointer.to_owned(), leaf, about));
    });
    if leaves.is_empty() {
        let _ = writeln!(card, "It has no arguments.");
        return;
    }
    let _ = writeln!(card, "Arguments:");
    // Stable: in the order of the arguments otherwise.
    leaves.sort_by_key(|(_, _, about)| !in_doubt(about));
    for (pointer, leaf, about) in leaves.iter().take(LINES) {
        let _ = writeln!(card, "- {}", argument(shown, &sources, pointer, leaf, about));
    }
    let rest = leaves.get(LINES..).unwrap_or_default();
    if !rest.is_empty() {
        let doubtful = rest.iter().filter(|(_, _, about)| in_doubt(about)).count();
        let _ = writeln!(card, "- {} more, not shown; in doubt: {doubtful}", rest.len());
    }
}

/// Whether anything about a leaf is not accounted for, or nothing is known of it.
fn in_doubt(about: &[&Provenance]) -> bool {
    about.is_empty() || about.iter().any(|p| !p.accounted)
}

fn argument(
    shown: &Shown<'_>,
    sources: &Sources<'_>,
    pointer: &str,
    leaf: &Value,
    about: &[&Provenance],
) -> String {
    let name = plain(pointer.strip_prefix('/').unwrap_or(pointer));
    let declared = shown.tool.argument_at(pointer).map(|argument| argument.role);
    let roles: Vec<Role> = about.iter().map(|p| p.role).chain(declared).collect();
    let secret = roles.contains(&Role::Credential)
        || about.iter().any(|p| p.confidentiality == Confidentiality::Secret);
    let decisive = roles.iter().any(|role| is_decisive(*role));
    let mut line = format!("{name} {}", value(leaf, secret, decisive));
    // The worst that is known of a leaf is what an approver must read.
    let worst = about.iter().min_by_key(|p| (p.accounted, p.integrity, !p.flagged));
    match worst {
        Some(p) => origins(sources, p, &mut line),
        None => line.push_str(" was not traced"),
    }
    let mut note = |holds: bool, words: &str| {
        if holds {
            line.push_str(words);
        }
    };
    note(about.iter().any(|p| p.flagged), "; WARNING: every source of it gives instructions");
    note(!about.is_empty() && about.iter().all(|p| p.granted), "; approved before");
    note(secret, "; secret");
    if decisive
        && !secret
        && let Value::String(text) = leaf
    {
        line.push_str(&unusual(text));
    }
    line
}

fn origins(sources: &Sources<'_>, p: &Provenance, line: &mut String) {
    if p.integrity.is_none() {
        line.push_str(" was found in nothing that was read; you did not name it");
        return;
    }
    for (i, origin) in p.origins.iter().take(PLACES).enumerate() {
        line.push_str(if i == 0 { " comes from " } else { " and " });
        place(sources, origin, line);
    }
    if p.origins.is_empty() {
        line.push_str(" comes from a source that is not recorded");
    }
    if p.origins.len() > PLACES {
        let _ = write!(line, " and {} more places", p.origins.len() - PLACES);
    }
    let from = |kind: SourceKind| {
        let mut found = p.origins.iter().filter_map(|origin| sources.get(&origin.source));
        p.integrity == Some(Integrity::User) && found.any(|source| source.kind == kind)
    };
    line.push_str(if from(SourceKind::User) {
        "; you named it"
    } else if from(SourceKind::System) {
        "; the agent's own instructions name it, you did not"
    } else if p.linked {
        "; you named the record it stands in"
    } else {
        "; you did not name it"
    });
}

fn place(sources: &Sources<'_>, origin: &Origin, line: &mut String) {
    let described = sources.get(&origin.source).map(|source| source.describe());
    line.push_str(&plain(&described.unwrap_or_else(|| origin.source.to_string())));
    if !origin.path.is_empty() {
        let _ = write!(line, " {}", plain(&origin.path));
    }
    let _ = write!(line, ", line {}", origin.line);
}

fn lifted(shown: &Shown<'_>, card: &mut String) {
    let _ = writeln!(card, "Why you are asked:");
    for reason in shown.reasons.iter().take(REASONS) {
        let _ = writeln!(card, "- {} [{}]", show(&reason.message), plain(&reason.rule));
    }
    more(shown.reasons.len(), card);
    if shown.lifts.is_empty() {
        let _ = writeln!(card, "A yes lifts no rule.");
        return;
    }
    let _ = writeln!(card, "A yes lifts, for this call alone:");
    for rule in shown.lifts.iter().take(REASONS) {
        let reason = shown.reasons.iter().find(|reason| reason.rule == rule.rule);
        let message =
            reason.map_or_else(String::new, |reason| format!(": {}", show(&reason.message)));
        let _ = writeln!(card, "- {}{message}", plain(&rule.rule));
    }
    more(shown.lifts.len(), card);
}

fn more(listed: usize, card: &mut String) {
    if listed > REASONS {
        let _ = writeln!(card, "- {} more, not shown", listed - REASONS);
    }
}

fn is_decisive(role: Role) -> bool {
    !matches!(role, Role::Payload | Role::Title | Role::Query | Role::Free | Role::Time)
}

fn value(leaf: &Value, secret: bool, decisive: bool) -> String {
    let columns = if decisive { DECISIVE } else { OTHER };
    match leaf {
        Value::String(text) if secret => format!("({} characters, hidden)", text.chars().count()),
        Value::String(text) => quoted(text, columns),
        _ if secret => "(hidden)".to_owned(),
        other => other.to_json(),
    }
}

/// `text` as it stands where nothing in it can be read as the card's own words; else in quotes.
fn plain(text: &str) -> String {
    let ok = |c: char| c.is_ascii_alphanumeric() || "_-./:@()#~".contains(c);
    if !text.is_empty() && text.len() <= NAME && text.chars().all(ok) {
        text.to_owned()
    } else {
        quoted(text, NAME)
    }
}

/// `text` in quotes; a long one without its middle, and then with its length.
fn quoted(text: &str, columns: usize) -> String {
    let (head, tail) = (columns * 2 / 3, columns / 3);
    let (front, at) = fitting(text.char_indices(), head + tail);
    if at == text.len() {
        return format!("\"{}\"", front.concat());
    }
    let (front, start) = fitting(text.char_indices(), head);
    let (mut back, left) = fitting(text.char_indices().rev(), tail);
    back.reverse();
    let end = text.len() - left;
    let (hidden, all) =
        (text.get(start..end).unwrap_or_default().chars().count(), text.chars().count());
    let (front, back) = (front.concat(), back.concat());
    format!("\"{front}\" [{hidden} of {all} characters left out] \"{back}\"")
}

/// As many escaped characters as fit into `columns`, and the bytes of the text that they stand for.
fn fitting(chars: impl Iterator<Item = (usize, char)>, columns: usize) -> (Vec<String>, usize) {
    let (mut pieces, mut used, mut bytes) = (Vec::new(), 0, 0);
    for (_, c) in chars {
        let piece = escaped(c);
        used += piece.chars().count();
        if used > columns {
            break;
        }
        bytes += c.len_utf8();
        pieces.push(piece);
    }
    (pieces, bytes)
}

fn escaped(c: char) -> String {
    // Beside what `show` escapes: spaces and blanks that pass for others, private characters.
    let blank = c != ' ' && (c.is_whitespace() || c == '\u{2800}');
    let private = matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF);
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        c if blank || private => c.escape_unicode().to_string(),
        c => show(c.encode_utf8(&mut [0; 4])),
    }
}

/// A warning where a value that decides holds letters that can pass for others.
fn unusual(text: &str) -> String {
    let mut seen: Vec<u32> = Vec::new();
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if !seen.contains(&u32::from(c)) {
            seen.push(u32::from(c));
        }
        if seen.len() == 3 {
            break;
        }
    }
    if seen.is_empty() {
        return String::new();
    }
    let codes: Vec<String> = seen.iter().map(|code| format!("U+{code:04X}")).collect();
    format!("; not only plain letters: {}", codes.join(" "))
}

#[cfg(test)]
pub(in crate::approve) mod tests;
