//! How far each field of a result can be trusted, and who may read it.

use super::format;
use super::{Incoming, canonical};
use crate::label::{Integrity, Label};
use crate::source::SourceKind;
use crate::tool::{Format, Named, Return, Tool};
use crate::value::{Value, unescape_token};
use std::collections::HashMap;

/// What is known of one field.
pub(super) struct Field<'a> {
    pub(super) label: Label,
    pub(super) format: Option<Format>,
    pub(super) id_kind: Option<&'a str>,
    pub(super) names_record: bool,
    /// Where in the pointer a key ends that names the record, and its format.
    pub(super) key: Option<(usize, Format)>,
}

impl Field<'_> {
    /// A field of which nothing is said.
    pub(super) fn of(label: Label) -> Self {
        Self { label, format: None, id_kind: None, names_record: false, key: None }
    }
}

/// The manifest entry that labels this content: only for the result of an authorized call of that
/// very tool, and never for an error.
pub(super) fn manifest<'a>(incoming: &Incoming<'a>) -> Option<&'a Tool> {
    let answers = |tool: &Tool| incoming.call.is_some_and(|call| call.tool == tool.id);
    let labelled = incoming.kind == SourceKind::ToolResult && !incoming.is_error;
    incoming.tool.filter(|tool| labelled && answers(tool))
}

/// What the names of a result's fields say: the fields of all its records are called alike.
#[derive(Default)]
pub(super) struct Names {
    said: HashMap<String, Option<Named>>,
}

impl Names {
    fn of(&mut self, tool: &Tool, pointer: &str) -> Option<&Named> {
        let names = tool.fields.as_ref()?;
        let is_key = |token: &&str| !token.bytes().all(|b| b.is_ascii_digit());
        let shape: Vec<&str> = pointer.split('/').filter(is_key).collect();
        self.said.entry(shape.join("/")).or_insert_with(|| names.field(pointer)).as_ref()
    }
}

/// The label of the field at `pointer`. What the manifest does not list, and what says nothing by
/// its name, is untrusted, private text; what is trusted is so while the value fits a bounded
/// format.
pub(super) fn field<'a>(
    kind: SourceKind,
    manifest: Option<&'a Tool>,
    pointer: &str,
    value: &Value,
    names: &'a mut Names,
) -> Field<'a> {
    let Some(tool) = manifest else { return Field::of(kind.label()) };
    let entry = tool.return_at(pointer);
    // A known name is that of a field, and not of a record.
    let by_name = entry.is_none_or(|entry| entry.key.is_some());
    match (entry, by_name.then(|| names.of(tool, pointer)).flatten()) {
        (_, Some(named)) => by_the_name(named, value),
        (Some(entry), None) => as_listed(entry, pointer, value),
        // One bit is no instruction.
        (None, None) if tool.fields.is_some() && matches!(value, Value::Bool(_)) => {
            Field::of(Label { integrity: Integrity::Trusted, ..kind.label() })
        }
        (None, None) => Field::of(kind.label()),
    }
}

fn as_listed<'a>(entry: &'a Return, pointer: &str, value: &Value) -> Field<'a> {
    let fits = entry.format.is_bounded() && format::fits(entry.format, value);
    let mut label = Label::new(bounded(entry.integrity, fits), entry.confidentiality);
    label.categories.extend(entry.categories.iter().cloned());
    Field {
        label,
        format: Some(entry.format),
        id_kind: entry.kind.as_deref(),
        names_record: entry.names_record,
        key: entry.key.and_then(|format| Some((entry.path.key_end(pointer)?, format))),
    }
}

fn by_the_name<'a>(named: &'a Named, value: &Value) -> Field<'a> {
    let format = named.formats.iter().copied().find(|format| format::fits(*format, value));
    let mut label = Label::new(bounded(named.integrity, format.is_some()), named.confidentiality);
    label.categories.extend(named.categories.iter().map(|name| (*name).to_owned()));
    Field {
        label,
        format: format.or(named.formats.first().copied()),
        id_kind: named.kind.as_deref(),
        names_record: named.names_record,
        key: None,
    }
}

/// Whether what ends at `end` of a pointer is a key, and no number of an item.
pub(super) fn is_name(pointer: &str, end: usize) -> bool {
    let key = pointer.get(..end).and_then(|pointer| pointer.rsplit('/').next());
    key.is_some_and(|key| !key.bytes().all(|b| b.is_ascii_digit()))
}

/// The last key of `pointer` as a value that names its record, with the label of what stands
/// there: trusted while it fits.
pub(super) fn key(pointer: &str, format: Format, value: &Field<'_>) -> (Value, Field<'static>) {
    let token = pointer.rsplit('/').next().unwrap_or_default();
    let key = Value::from(unescape_token(token));
    let integrity = bounded(Integrity::Trusted, format::fits(format, &key));
    let label = Label::new(integrity, value.label.confidentiality);
    let field = Field { format: Some(format), names_record: true, ..Field::of(label) };
    (key, field)
}

/// A tool is no user; and what fits no bounded format can be an instruction.
fn bounded(integrity: Integrity, fits: bool) -> Integrity {
    match integrity {
        Integrity::User | Integrity::Trusted if fits => Integrity::Trusted,
        Integrity::User | Integrity::Trusted => Integrity::Untrusted,
        below => below,
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
