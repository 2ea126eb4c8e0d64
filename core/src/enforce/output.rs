//! What leaves: the output rows of the table of defaults.

use super::apply::REMOVED;
use super::patch::Patch;
use super::{Edit, Redactor, Verdict, defang, hidden, input, verdict};
use crate::content::OutputKind;
use crate::finding::{Category, Finding};
use crate::span::Span;
use crate::view::Leaf;

/// What the core makes of an output. `quoted_system` is what of the system prompt stands in it:
/// leaf and place.
#[must_use]
pub fn output(
    kind: OutputKind,
    leaves: &[Leaf<'_>],
    findings: &[Finding],
    quoted_system: &[(String, Span)],
    own_hosts: &[String],
    redactor: &Redactor<'_>,
) -> Verdict {
    let over = findings.iter().any(input::is_over_limit);
    let message = format!("a secret in the {kind} was masked");
    let reason = verdict::reason("output_secret", message, &["LLM02", "AML.T0057"]);
    let secrets = Verdict::modify(redactor.edits(Category::Secret, findings, leaves), reason);
    if kind != OutputKind::Answer {
        // Developers read it: nothing is refused, and what was not inspected is not shown.
        let unread = if over { removed(leaves) } else { Verdict::default() };
        return secrets.join(unread);
    }
    let quotes: Vec<Edit> = quoted_system
        .iter()
        .map(|(path, span)| Edit {
            path: path.clone(),
            span: *span,
            with: "[system prompt]".to_owned(),
        })
        .collect();
    let masked: Vec<(&str, Span)> =
        secrets.edits.iter().chain(&quotes).map(|edit| (edit.path.as_str(), edit.span)).collect();
    let links = defang::defanged(leaves, findings, own_hosts, &masked);

    let link = verdict::reason(
        "output_link",
        "a link or image in the answer would carry data out or deceive; it was taken out",
        &["LLM02", "LLM10", "AML.T0077"],
    );
    let quote = verdict::reason(
        "system_prompt_quote",
        "the answer quotes the instructions of the system; the quote was masked",
        &["LLM08", "AML.T0056"],
    );
    let limit = if over { input::over_limit() } else { Verdict::default() };
    limit
        .join(secrets)
        .join(Verdict::modify(links, link))
        .join(Verdict::modify(quotes, quote))
        .join(hidden::strip_invisible(leaves, "answer"))
        .join(hidden::show_terminal(leaves))
}

/// What the core makes of an output that quotes another tenant's data, or a document that the
/// audience may not read. Reasoning and plans go to developers and are never refused.
#[must_use]
pub fn forbidden(kind: OutputKind) -> Verdict {
    if kind != OutputKind::Answer {
        return Verdict::default();
    }
    let message = "the answer quotes data that its audience may not read";
    Verdict::deny(verdict::reason("forbidden_quote", message, &["LLM02", "ASI03", "AML.T0057"]))
}

/// Takes out the leaves at `paths`: so much was found in them that nobody looked at the rest.
#[must_use]
pub fn unread(paths: &[String], leaves: &[Leaf<'_>]) -> Verdict {
    let unread = |leaf: &&Leaf<'_>| paths.iter().any(|path| path == leaf.path);
    let unread: Vec<Leaf<'_>> = leaves.iter().filter(unread).copied().collect();
    if unread.is_empty() { Verdict::default() } else { removed(&unread) }
}

fn removed(leaves: &[Leaf<'_>]) -> Verdict {
    let whole =
        |leaf: &Leaf<'_>| hidden::edits(leaf, [Patch::new(Span::whole(leaf.text), REMOVED)]);
    let message = "the text is larger than what can be inspected; it was taken out";
    let reason = verdict::reason("limit", message, &["LLM06"]);
    Verdict::modify(leaves.iter().flat_map(whole).collect(), reason)
}
