//! `checkrein init`: a first manifest from what tools say of themselves.

use crate::terminal::line;
use checkrein::config::{Manifest, infer, lint, read_descriptors};
use checkrein::{Error, ErrorKind, Limits, Result, Value};
use std::path::Path;

/// Reads descriptors (MCP `tools/list`, OpenAI functions, JSON Schema) and writes a manifest.
pub fn run(descriptors: &Path, server: &str, json: bool) -> Result<bool> {
    let bytes = std::fs::read(descriptors).map_err(|error| {
        Error::new(ErrorKind::BundleFile, error.to_string())
            .with("file", descriptors.display().to_string())
    })?;
    let value = Value::parse(&bytes, &Limits::default())
        .map_err(|error| error.with("file", descriptors.display().to_string()))?;
    let tools: Vec<_> = read_descriptors(&value, server)?.iter().map(infer).collect();
    let mut notices = Vec::new();
    for tool in &tools {
        notices.extend(lint(tool)?.into_iter().map(|(_, notice)| notice));
    }
    let manifest = Manifest { tools, notices, lints: Vec::new() };
    if json {
        let tools: Vec<_> = manifest
            .tools
            .iter()
            .map(|tool| {
                let effects: Vec<_> = tool.effects.iter().map(|effect| effect.as_str()).collect();
                let arguments: serde_json::Map<_, _> = tool
                    .arguments
                    .iter()
                    .map(|a| (a.path.as_str().to_owned(), a.role.as_str().into()))
                    .collect();
                serde_json::json!({"id": tool.id.as_str(), "effects": effects, "arguments": arguments})
            })
            .collect();
        line(&serde_json::json!({"tools": tools, "notices": manifest.notices}).to_string());
        return Ok(true);
    }
    line("# A first manifest. Each entry was inferred from names and types alone: review it.");
    for notice in &manifest.notices {
        line(&format!("# note: {notice}"));
    }
    line("");
    line(manifest.to_toml().trim_end());
    Ok(true)
}
