//! Which arguments of a tool policy may read, and their types.

use crate::tool::{Tool, ValueType};
use std::collections::BTreeMap;

/// Steps of a path that are typed. Longer ones are not visible to policy.
const MAX_STEPS: usize = 16;

/// The declared fields of an object, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub fields: BTreeMap<String, Field>,
}

/// One declared field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub kind: Kind,
    pub optional: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Long,
    Decimal,
    Bool,
    Set(Box<Kind>),
    Record(Shape),
}

impl Shape {
    /// The arguments that `tool` declares. What has no type of its own (`any`, `object` without
    /// declared fields, paths with `*`) is not visible.
    pub fn of(tool: &Tool) -> Self {
        let mut shape = Shape::default();
        // In the order of their paths, so that the order of the file does not matter.
        let mut arguments: Vec<_> = tool.arguments.iter().collect();
        arguments.sort_by_key(|argument| argument.path.as_str());
        // An object that is declared itself says itself whether it may be missing.
        let mut objects = BTreeMap::new();
        for argument in arguments {
            let Some(steps) = steps(argument.path.as_str()) else { continue };
            let Some(mut kind) = scalar(argument.value_type) else {
                objects.insert(names(&steps), argument.optional);
                continue;
            };
            if argument.list {
                kind = Kind::Set(Box::new(kind));
            }
            shape.add(&steps, kind, argument.optional);
        }
        for (names, optional) in objects {
            shape.set_optional(&names, optional);
        }
        shape
    }

    fn add(&mut self, steps: &[(String, usize)], kind: Kind, optional: bool) {
        let Some(((name, lists), rest)) = steps.split_first() else { return };
        if rest.is_empty() {
            let kind = (0..*lists).fold(kind, |kind, _| Kind::Set(Box::new(kind)));
            self.fields.entry(name.clone()).or_insert(Field { kind, optional });
            return;
        }
        let field = self.fields.entry(name.clone()).or_insert_with(|| {
            let record = Kind::Record(Shape::default());
            let kind = (0..*lists).fold(record, |kind, _| Kind::Set(Box::new(kind)));
            Field { kind, optional: true }
        });
        // Where a path goes through what another path calls a text, the text is what is typed.
        if let Some(inner) = field.kind.record() {
            inner.add(rest, kind, optional);
            // An object is there when something in it must be.
            field.optional &= optional;
        }
    }

    fn set_optional(&mut self, names: &[String], optional: bool) {
        let Some((name, rest)) = names.split_first() else { return };
        let Some(field) = self.fields.get_mut(name) else { return };
        if rest.is_empty() {
            field.optional = optional;
        } else if let Some(inner) = field.kind.record() {
            inner.set_optional(rest, optional);
        }
    }
}

impl Kind {
    /// The record, under however many sets.
    fn record(&mut self) -> Option<&mut Shape> {
        match self {
            Kind::Set(inner) => inner.record(),
            Kind::Record(shape) => Some(shape),
            _ => None,
        }
    }
}

fn names(steps: &[(String, usize)]) -> Vec<String> {
    steps.iter().map(|(name, _)| name.clone()).collect()
}

/// `a.b[]` as (`a`, 0), (`b`, 1); none where a step is not a plain key.
fn steps(path: &str) -> Option<Vec<(String, usize)>> {
    let steps: Vec<_> = path
        .split('.')
        .map(|part| {
            let name = part.trim_end_matches("[]");
            (name.to_owned(), (part.len() - name.len()) / 2)
        })
        .collect();
    let plain = |(name, lists): &(String, usize)| {
        !name.is_empty() && !name.starts_with('*') && *lists < MAX_STEPS
    };
    (steps.len() <= MAX_STEPS && steps.iter().all(plain)).then_some(steps)
}

fn scalar(value_type: ValueType) -> Option<Kind> {
    match value_type {
        ValueType::Integer => Some(Kind::Long),
        ValueType::Number => Some(Kind::Decimal),
        ValueType::Boolean => Some(Kind::Bool),
        ValueType::String
        | ValueType::Email
        | ValueType::Url
        | ValueType::Account
        | ValueType::Date
        | ValueType::Datetime
        | ValueType::Path => Some(Kind::Text),
        ValueType::Object | ValueType::Any => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ToolId;
    use crate::tool::{Argument, PathPattern, Role};

    fn tool(arguments: &[(&str, ValueType, bool, bool)]) -> Tool {
        let mut tool = Tool::unknown(ToolId::new("t").unwrap());
        for (path, value_type, list, optional) in arguments {
            tool.arguments.push(Argument {
                path: PathPattern::parse(path).unwrap(),
                role: Role::Value,
                value_type: *value_type,
                list: *list,
                kind: None,
                optional: *optional,
            });
        }
        tool
    }

    #[test]
    fn nested_paths_become_records_and_lists_become_sets() {
        let shape = Shape::of(&tool(&[
            ("items[].price", ValueType::Number, false, false),
            ("items[].note", ValueType::String, false, true),
            ("to", ValueType::Email, true, false),
            ("extra", ValueType::Any, false, false),
            ("meta.*", ValueType::String, false, false),
            ("opt.a", ValueType::Integer, false, true),
        ]));
        let items = &shape.fields["items"];
        assert!(!items.optional);
        let Kind::Set(item) = &items.kind else { panic!("no set") };
        let Kind::Record(item) = &**item else { panic!("no record") };
        assert_eq!(item.fields["price"], Field { kind: Kind::Decimal, optional: false });
        assert_eq!(item.fields["note"], Field { kind: Kind::Text, optional: true });
        assert_eq!(shape.fields["to"].kind, Kind::Set(Box::new(Kind::Text)));
        assert!(shape.fields["opt"].optional);
        assert!(!shape.fields.contains_key("extra") && !shape.fields.contains_key("meta"));
    }

    #[test]
    fn hostile_paths_are_not_visible() {
        let deep = vec!["a"; 500].join(".");
        let brackets = format!("a{}", "[]".repeat(500));
        let shape = Shape::of(&tool(&[
            (&deep, ValueType::String, false, false),
            (&brackets, ValueType::String, false, false),
        ]));
        assert_eq!(shape, Shape::default());
    }
}
