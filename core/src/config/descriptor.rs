//! Tool descriptors as frameworks hand them over: MCP, OpenAI functions, JSON Schema.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::id::ToolId;
use crate::value::Value;

/// One tool as its server describes it. Its words are untrusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// `[server/]name`.
    pub id: ToolId,
    /// What it says of itself.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input: Value,
    /// JSON Schema of its results.
    pub output: Option<Value>,
    /// All that its server says of it, as given.
    pub body: Value,
    /// SHA-256 over name, description and schemas in RFC 8785 form.
    pub digest: Digest,
}

/// Reads a list of descriptors, or an object that holds one under `tools`.
///
/// # Errors
/// `tool/descriptor` with the place; `tool/name_invalid`.
pub fn read_descriptors(descriptors: &Value, server: &str) -> Result<Vec<Descriptor>> {
    let list = match descriptors {
        Value::Array(items) => items.as_slice(),
        Value::Object(object) => match object.get("tools") {
            Some(Value::Array(items)) => items.as_slice(),
            _ => std::slice::from_ref(descriptors),
        },
        other => return Err(fault(&format!("descriptors are a list, not {}", other.type_name()))),
    };
    let read = list.iter().enumerate().map(|(i, descriptor)| {
        read_one(descriptor, server).map_err(|error| error.at(format!("/{i}")))
    });
    read.collect()
}

fn read_one(descriptor: &Value, server: &str) -> Result<Descriptor> {
    // OpenAI wraps the function; MCP and JSON Schema do not.
    let body = descriptor.get("function").unwrap_or(descriptor);
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let name =
        text("name").or_else(|| text("title")).ok_or_else(|| fault("a descriptor has a `name`"))?;
    let schema = ["inputSchema", "input_schema", "parameters", "args_schema"]
        .iter()
        .find_map(|key| body.get(key))
        .or_else(|| body.get("properties").map(|_| body));
    let input = schema.cloned().unwrap_or(Value::Object(crate::value::Object::default()));
    if input.as_object().is_none() {
        return Err(fault("the schema of the arguments is not an object"));
    }
    let output = ["outputSchema", "output_schema"].iter().find_map(|key| body.get(key)).cloned();
    let description = text("description").unwrap_or_default().to_owned();
    let digest = body.digest().unwrap_or_else(|_| Digest::of(body.to_json().as_bytes()));
    let id = ToolId::of(server, name)?;
    Ok(Descriptor { id, description, input, output, body: body.clone(), digest })
}

fn fault(message: &str) -> Error {
    Error::new(ErrorKind::ToolDescriptor, message)
        .with("hint", "give MCP `tools/list`, OpenAI function or JSON Schema descriptors")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn read(text: &str) -> Result<Vec<Descriptor>> {
        read_descriptors(&Value::parse(text.as_bytes(), &Limits::default()).unwrap(), "srv")
    }

    #[test]
    fn the_known_shapes_are_read() {
        let schema = r#"{"type":"object","properties":{"to":{"type":"string"}}}"#;
        for shape in [
            format!(r#"{{"tools":[{{"name":"t","description":"d","inputSchema":{schema}}}]}}"#),
            format!(r#"[{{"type":"function","function":{{"name":"t","parameters":{schema}}}}}]"#),
            format!(r#"[{{"type":"function","name":"t","parameters":{schema}}}]"#),
            r#"{"title":"t","type":"object","properties":{"to":{"type":"string"}}}"#.to_owned(),
        ] {
            let read = read(&shape).unwrap();
            assert_eq!(read[0].id.as_str(), "srv/t");
            assert!(read[0].input.get("properties").unwrap().get("to").is_some(), "{shape}");
        }
        assert_eq!(read("[{}]").unwrap_err().code(), "tool/descriptor");
        assert_eq!(read(r#"[{"name":"../x"}]"#).unwrap_err().code(), "tool/name_invalid");
        assert_eq!(read("3").unwrap_err().code(), "tool/descriptor");
    }

    #[test]
    fn the_digest_covers_every_word() {
        let one = read(r#"[{"name":"t","description":"a"}]"#).unwrap();
        let two = read(r#"[{"name":"t","description":"b"}]"#).unwrap();
        assert_ne!(one[0].digest, two[0].digest);
    }
}
