//! Writing a manifest: what `checkrein init` gives people to review.

use super::Manifest;
use crate::tool::{
    Argument, Budget, ByName, FailMode, ResultShape, Return, Tool, ToolOrigin, ValueType,
};
use std::fmt::Write;

impl Manifest {
    /// The manifest as `tools.toml`; inferred entries are marked for review.
    ///
    /// Reading it back gives the same entries, as declared ones.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for tool in &self.tools {
            if !out.is_empty() {
                out.push('\n');
            }
            write_tool(tool, &mut out);
        }
        out
    }
}

fn write_tool(tool: &Tool, out: &mut String) {
    // INVARIANT: writing to a String cannot fail.
    if tool.origin == ToolOrigin::Inferred {
        out.push_str("# inferred from the descriptor: review effects and roles, name an owner\n");
        for doubt in super::infer::doubts(tool) {
            let _ = writeln!(out, "# unsure: {doubt}");
        }
    }
    let _ = writeln!(out, "[tool.{}]", quoted(tool.id.as_str()));
    let effects: Vec<String> = tool.effects.iter().map(|e| quoted(e.as_str())).collect();
    let _ = writeln!(out, "effects = [{}]", effects.join(", "));
    let owner = [("business", &tool.owner_business), ("technical", &tool.owner_technical)];
    let owner = owner.iter().filter_map(|(key, name)| Some((*key, quoted(name.as_deref()?))));
    write_table("owner", owner.collect(), out);
    for argument in &tool.arguments {
        write_argument(argument, out);
    }
    for field in &tool.returns {
        write_return(field, out);
    }
    if let Some(ByName { records, kind }) = &tool.fields {
        let mut entries = vec![("by_name", quoted(records.as_str()))];
        entries.extend(kind.as_ref().map(|kind| ("kind", quoted(kind))));
        write_table("fields", entries, out);
    }
    if tool.result != ResultShape::Text {
        let _ = writeln!(out, "result = {}", quoted(tool.result.as_str()));
    }
    if let Some(condition) = &tool.external_if {
        let _ = writeln!(out, "external_if = {}", quoted(condition.argument.as_str()));
    }
    for (key, words) in [("intent", &tool.intent), ("egress", &tool.egress), ("roots", &tool.roots)]
    {
        if !words.is_empty() {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            let _ = writeln!(out, "{key} = [{}]", words.join(", "));
        }
    }
    for (key, set) in [("read_only", tool.read_only), ("isolated", tool.isolated)] {
        if set {
            let _ = writeln!(out, "{key} = true");
        }
    }
    if tool.on_error == FailMode::Open {
        out.push_str("on_error = \"open\"\n");
    }
    if let Some(digest) = tool.description_sha256 {
        let _ = writeln!(out, "description_sha256 = \"{digest}\"");
    }
    let Budget { per_session, per_minute, total, amount } = tool.limits;
    let limits = [
        ("per_session", per_session),
        ("per_minute", per_minute),
        ("total", total),
        ("amount", amount),
    ];
    let limits = limits.iter().filter_map(|(key, n)| Some((*key, (*n)?.to_string())));
    write_table("limits", limits.collect(), out);
}

fn write_argument(argument: &Argument, out: &mut String) {
    let mut entries = vec![("role", quoted(argument.role.as_str()))];
    let word = argument.value_type.as_str();
    if argument.list {
        entries.push(("type", quoted(&format!("list<{word}>"))));
    } else if argument.value_type != ValueType::String || argument.role.as_str() == "amount" {
        entries.push(("type", quoted(word)));
    }
    if let Some(kind) = &argument.kind {
        entries.push(("kind", quoted(kind)));
    }
    if argument.optional {
        entries.push(("optional", "true".to_owned()));
    }
    write_table(&format!("arguments.{}", quoted(argument.path.as_str())), entries, out);
}

fn write_return(field: &Return, out: &mut String) {
    let mut entries = vec![
        ("integrity", quoted(field.integrity.as_str())),
        ("confidentiality", quoted(field.confidentiality.as_str())),
        ("format", quoted(field.format.as_str())),
    ];
    if let Some(kind) = &field.kind {
        entries.push(("kind", quoted(kind)));
    }
    if let Some(key) = field.key {
        entries.push(("key", quoted(key.as_str())));
    }
    if field.names_record {
        entries.push(("names_record", "true".to_owned()));
    }
    if !field.categories.is_empty() {
        let names: Vec<String> = field.categories.iter().map(|name| quoted(name)).collect();
        entries.push(("categories", format!("[{}]", names.join(", "))));
    }
    write_table(&format!("returns.{}", quoted(field.path.as_str())), entries, out);
}

fn write_table(key: &str, entries: Vec<(&str, String)>, out: &mut String) {
    if entries.is_empty() {
        return;
    }
    let entries: Vec<String> = entries.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    let _ = writeln!(out, "{key} = {{ {} }}", entries.join(", "));
}

/// A TOML basic string; a plain key or word stays readable.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::{infer, read_descriptors};
    use super::*;
    use crate::limits::Limits;
    use crate::value::Value;

    #[test]
    fn what_is_written_reads_back() {
        let text = r#"
            [tool."mail/send"]
            effects = ["send", "write"]
            owner = { business = "support \"x\"" }
            arguments.to = { role = "destination", type = "list<email>" }
            arguments."cc[].name" = { role = "value", optional = true, kind = "person" }
            arguments.n = { role = "amount" }
            returns."[].id" = { integrity = "trusted", format = "id", kind = "mail", names_record = true }
            returns.body = { confidentiality = "secret", categories = ["personal"] }
            returns."by.*.price" = { integrity = "trusted", format = "number", key = "name" }
            fields = { by_name = "own", kind = "mail" }
            result = "json"
            external_if = "to"
            intent = ["send"]
            egress = ["*.example.com"]
            read_only = true
            limits = { per_minute = 3, total = 9 }
        "#;
        let limits = Limits::default();
        let manifest = Manifest::parse("t", text, &limits).unwrap();
        let again = Manifest::parse("t", &manifest.to_toml(), &limits).unwrap();
        assert_eq!(manifest.tools, again.tools);
    }

    #[test]
    fn inferred_entries_are_marked_and_read_back() {
        let limits = Limits::default();
        let descriptors = br#"[{"name":"send_money","parameters":{"properties":
            {"iban":{"type":"string"},"amount":{"type":"number"},"it's \"odd\"":{"type":"string"}}}}]"#;
        let value = Value::parse(descriptors, &limits).unwrap();
        let tools = read_descriptors(&value, "bank").unwrap().iter().map(infer).collect();
        let text = Manifest { tools, ..Manifest::default() }.to_toml();
        assert!(text.starts_with("# inferred"), "{text}");
        let again = Manifest::parse("t", &text, &limits).unwrap();
        assert_eq!(again.tools[0].id.as_str(), "bank/send_money");
        assert_eq!(again.tools[0].arguments.len(), 3);
    }
}
