//! `lowrisk`: "write it into a new file": a new file of the user's own, whatever the agent calls it.
//!
//! Not an event (its guests and hours are somebody's), not a name that is known (it could be
//! overwritten), and nothing that runs or that a program reads by itself.

use super::sheet::{Basis, Sheet};
use crate::flow::trace::Judged;
use crate::tool::{Effect, Role, name_words};

/// Bytes of a name.
const LENGTH: std::ops::RangeInclusive<usize> = 1..=128;
/// First words of tools that make something and change nothing that is there.
const MAKES: &[&str] = &["create", "new", "make", "add", "touch"];
/// What a tool makes.
const FILES: &[&str] =
    &["file", "document", "doc", "note", "page", "sheet", "spreadsheet", "draft"];
/// Endings of files that only hold text or tables.
const ENDINGS: &[&str] =
    &["txt", "md", "csv", "tsv", "json", "doc", "docx", "odt", "rtf", "pdf", "xlsx", "ods", "pptx"];

pub(super) fn relieves(sheet: &Sheet<'_>, judged: &Judged<'_>) -> Option<Basis> {
    let tool = sheet.question.tool;
    let words = name_words(tool.id.name());
    let is = |word: Option<&String>, list: &[&str]| {
        word.is_some_and(|word| list.contains(&word.as_str()))
    };
    let makes = is(words.first(), MAKES) && words.iter().any(|word| is(Some(word), FILES));
    let only_writes =
        sheet.scene.effects.iter().all(|effect| matches!(effect, Effect::Write | Effect::Read));
    let others = [Role::Time, Role::Destination, Role::Address, Role::Object];
    let alone = !tool.arguments.iter().any(|argument| others.contains(&argument.role));
    let name = judged.given.text.trim();
    if !makes || !only_writes || !alone || !is_harmless(name) {
        return None;
    }
    sheet.prompt().said(|lexicon| lexicon.new_file)?;
    // A name that stands somewhere may be that of a file, or somebody's wish for one.
    let is_new = judged.found.integrity.is_none() && judged.found.places.is_empty();
    is_new.then_some(Basis { source: None, links: false })
}

/// Whether a file of this name lies where the tool puts files, and nobody runs it.
fn is_harmless(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " -_.()".contains(c);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let quiet = ending.is_none_or(|ending| ENDINGS.contains(&ending.as_str()));
    let hidden = name.starts_with('.') || name.contains("..");
    LENGTH.contains(&name.len()) && name.chars().all(plain) && quiet && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_no_harm() {
        for name in ["summary.md", "Plan für Mai (2).docx", "todo"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in
            ["", "../x.txt", "/etc/hosts", "a/b.txt", ".profile", "run.sh", "x.txt.exe", "a$b.txt"]
        {
            assert!(!is_harmless(name), "{name}");
        }
        assert!(!is_harmless(&"a".repeat(129)));
    }
}
