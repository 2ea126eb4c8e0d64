//! A first manifest from a descriptor alone: deterministic, cautious, marked `inferred`.
//!
//! The effect comes from the first known verb in the tool's name; an unknown verb reaches others.
//! Results are labelled by their schema, or by the names of their fields. Descriptions and the
//! server's own hints (`readOnlyHint`) are untrusted and not read.

mod effect;
mod returns;
mod role;
mod schema;

use super::Descriptor;
use crate::tool::{Effect, Effects, ExternalIf, PathPattern, Role, Tool, ToolOrigin, name_words};
use effect::Verb;
use returns::Topic;
use schema::Schema;

/// What a tool probably does, from its name and its arguments' names and types.
///
/// ```
/// use checkrein::config::{infer, read_descriptors};
/// use checkrein::{Limits, Value, tool::Effect};
/// let text = br#"[{"name":"send_mail","parameters":{"properties":{"to":{"type":"string"}}}}]"#;
/// let descriptors = Value::parse(text, &Limits::default()).unwrap();
/// let tool = infer(&read_descriptors(&descriptors, "").unwrap()[0]);
/// assert!(tool.effects.has(Effect::Send));
/// ```
#[must_use]
pub fn infer(descriptor: &Descriptor) -> Tool {
    let name = name_words(descriptor.id.name());
    let (spoken, topic) = (effect::spoken(&name), Topic::of(&name));
    let subject = topic.subject();
    let input = Schema::new(&descriptor.input);
    let mut arguments = Vec::new();
    let mut told = |key: &str, path: PathPattern, schema: Schema<'_>, optional: bool| {
        arguments.push(role::argument(key, path, schema, optional, &spoken, subject.as_deref()));
    };
    schema::each_field(input, &mut told);
    let mut effects = effect::effects(&name, &spoken, &arguments);
    let guests: Vec<_> = arguments.iter().filter(|a| effect::is_people(a)).collect();
    let external_if = match guests.as_slice() {
        // What is made for guests goes out to them.
        [guests] if effects == Effects::NONE.with(Effect::Write) => {
            Some(ExternalIf { argument: guests.path.clone() })
        }
        [_, _, ..] if effects == Effects::NONE.with(Effect::Write) => {
            effects = effects.with(Effect::Send);
            None
        }
        _ => None,
    };
    for argument in &mut arguments {
        role::settle(argument, effects, subject.as_deref(), &name);
    }
    let sql = |path: &PathPattern| matches!(path.as_str(), "sql" | "query" | "statement");
    let reads_sql = name.iter().any(|word| matches!(word.as_str(), "sql" | "database" | "db"))
        && arguments.iter().any(|a| a.role == Role::Query && sql(&a.path));
    let mut tool = Tool {
        read_only: effects.only_reads() && spoken.verb == Verb::Read && reads_sql,
        effects,
        arguments,
        external_if,
        descriptor: descriptor.digest,
        origin: ToolOrigin::Inferred,
        ..Tool::unknown(descriptor.id.clone())
    };
    let output = descriptor.output.as_ref().map(Schema::new);
    returns::label(&mut tool, &name, &topic, &spoken, output);
    tool
}

/// Why a person should look at what was inferred of a tool.
pub(super) fn doubts(tool: &Tool) -> Vec<String> {
    let spoken = effect::spoken(&name_words(tool.id.name()));
    let mut doubts = Vec::new();
    if !spoken.known {
        doubts.push("no verb is known: it is taken for one that reaches others".to_owned());
    }
    if tool.effects.only_reads() {
        doubts.push("called a read by its verb alone: see that it changes nothing".to_owned());
    }
    for argument in tool.arguments.iter().filter(|argument| argument.role == Role::Value) {
        let path = argument.path.as_str().escape_debug();
        doubts
            .push(format!("the name `{path}` says nothing: it is taken for a value that matters"));
    }
    doubts
}

#[cfg(test)]
mod tests;
