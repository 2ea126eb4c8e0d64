//! How far each field of a result can be trusted, and who may read it.

use super::format;
use super::{Incoming, canonical};
use crate::label::{Integrity, Label};
use crate::source::SourceKind;
use crate::tool::{Format, Tool};
use crate::value::Value;

/// What is known of one field.
pub(super) struct Field<'a> {
    pub(super) label: Label,
    pub(super) format: Option<Format>,
    pub(super) id_kind: Option<&'a str>,
    pub(super) names_record: bool,
}

/// The manifest entry that labels this content: only for the result of an authorized call of that
/// very tool, and never for an error.
pub(super) fn manifest<'a>(incoming: &Incoming<'a>) -> Option<&'a Tool> {
    let answers = |tool: &Tool| incoming.call.is_some_and(|call| call.tool == tool.id);
    let labelled = incoming.kind == SourceKind::ToolResult && !incoming.is_error;
    incoming.tool.filter(|tool| labelled && answers(tool))
}

/// The label of the field at `pointer`. What the manifest does not list is untrusted, private
/// text; what it trusts is trusted while the value fits a bounded format.
pub(super) fn field<'a>(
    kind: SourceKind,
    manifest: Option<&'a Tool>,
    pointer: &str,
    value: &Value,
) -> Field<'a> {
    let Some(entry) = manifest.and_then(|tool| tool.return_at(pointer)) else {
        return Field { label: kind.label(), format: None, id_kind: None, names_record: false };
    };
    let fits = entry.format.is_bounded() && format::fits(entry.format, value);
    let integrity = match entry.integrity {
        // A tool is no user.
        Integrity::User | Integrity::Trusted if fits => Integrity::Trusted,
        Integrity::User | Integrity::Trusted => Integrity::Untrusted,
        below => below,
    };
    let mut label = Label::new(integrity, entry.confidentiality);
    label.categories.extend(entry.categories.iter().cloned());
    Field {
        label,
        format: Some(entry.format),
        id_kind: entry.kind.as_deref(),
        names_record: entry.names_record,
    }
}

/// The arguments of the call that a result answers, with how far each is trusted.
pub(super) struct Echo {
    levels: Vec<Said>,
}

struct Said {
    text: String,
    number: Option<String>,
    level: Integrity,
}

impl Echo {
    /// No call, no echo.
    pub(super) fn none() -> Self {
        Self { levels: Vec::new() }
    }

    /// Arguments (as compared) and the level of each.
    pub(super) fn new(levels: Vec<(String, Integrity)>) -> Self {
        let said = |(text, level): (String, Integrity)| {
            let number = canonical::number(&text);
            Said { text, number, level }
        };
        Self { levels: levels.into_iter().map(said).collect() }
    }

    /// A field that repeats an argument is not better than the argument: a tool that echoes would
    /// launder it otherwise.
    pub(super) fn bound(&self, folded: &str, integrity: Integrity) -> Integrity {
        if self.levels.is_empty() || integrity == Integrity::Untrusted {
            return integrity;
        }
        let number = canonical::number(folded);
        let repeats = |said: &Said| {
            folded == said.text
                || (said.text.len() >= 5 && folded.len() <= MAX_ECHO && folded.contains(&said.text))
                || (number.is_some() && said.number == number)
        };
        let levels = self.levels.iter().filter(|said| repeats(said)).map(|said| said.level);
        levels.fold(integrity, Integrity::min)
    }
}

/// The longest field in which an argument is looked for: trusted formats are shorter.
const MAX_ECHO: usize = 4096;

/// Whether a model reads an instruction in the keys of `value`: keys are names, or suspicious.
pub(super) fn has_odd_key(value: &Value) -> bool {
    let mut odd = false;
    value.each_leaf(&mut |pointer, _| {
        let long = |key: &str| key.len() > 64 || !format::is_name(key);
        odd |= pointer.split('/').skip(1).any(|key| !key.is_empty() && long(key));
    });
    odd
}

/// Whether reading a value of this label taints: anybody could have written it.
pub(super) fn taints(kind: SourceKind, integrity: Integrity, value: &Value) -> bool {
    let nothing = match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
    };
    kind.taints() && !nothing && integrity < Integrity::Trusted
}
