//! The architecture, held by a test: nouns import only nouns listed before them, stages import
//! nouns and never another stage, only the top knows the stages, and no file grows past 400 lines.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// In import order: a noun may import only those before it.
const NOUNS: &[&str] = &[
    "error",
    "id",
    "time",
    "random",
    "limits",
    "digest",
    "span",
    "label",
    "source",
    "principal",
    "value",
    "content",
    "view",
    "tool",
    "finding",
    "rule",
    "provenance",
    "request",
    "decision",
    "file",
    "note",
    "approval",
    "envelope",
    "store",
    "event",
    "wire",
];
const STAGES: &[&str] =
    &["normalize", "detect", "flow", "session", "policy", "approve", "enforce", "record"];
/// In import order as well.
const TOP: &[&str] = &["config", "guard", "lib"];
const MAX_LINES: usize = 400;

#[test]
fn the_core_is_layered() {
    let faults = faults_of(&sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_breach_is_seen() {
    let case = |file: &str, text: &str| {
        faults_of(&BTreeMap::from([(PathBuf::from(file), text.to_owned())]))
    };
    assert!(!case("detect/pii.rs", "use crate::policy::Answer;").is_empty(), "stage to stage");
    assert!(!case("detect.rs", "use crate::{error, policy};").is_empty(), "in a group");
    assert!(!case("detect.rs", "fn f() { crate::policy::go() }").is_empty(), "in an expression");
    assert!(!case("content.rs", "use crate::view::View;").is_empty(), "noun to a later noun");
    assert!(!case("flow.rs", "use crate::guard::Guard;").is_empty(), "stage to top");
    assert!(!case("config.rs", "use crate::guard::Guard;").is_empty(), "top to a later top");
    assert!(!case("helpers.rs", "").is_empty(), "a module that is in no band");
    assert!(!case("flow.rs", &"let x = 1;\n".repeat(401)).is_empty(), "a long file");
    assert!(!case("flow.rs", "use super::super::policy;").is_empty(), "a way around");
    assert!(case("detect/pii.rs", "use crate::error::Error;\nuse super::registry;").is_empty());
    assert!(case("guard.rs", "use crate::policy::Answer;").is_empty());
    let tests =
        format!("use crate::error::Error;\n#[cfg(test)]\nmod tests {{\n{}}}", "x\n".repeat(500));
    assert!(case("flow.rs", &tests).is_empty(), "tests do not count");
}

fn sources(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).unwrap().to_path_buf();
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn faults_of(files: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in files {
        let first = path.components().next().unwrap().as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let is_tests = path.file_name().is_some_and(|name| name == "tests.rs")
            || path.components().any(|part| part.as_os_str() == "tests");
        let shown = path.display();
        let code = without_tests(text);
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        if !is_tests && lines > MAX_LINES {
            faults.push(format!("{shown}: {lines} lines, more than {MAX_LINES}"));
        }
        if band(&module).is_none() {
            faults.push(format!("{shown}: `{module}` is in no band; name it in {}", file!()));
            continue;
        }
        if is_tests {
            continue;
        }
        let depth = path.components().count() - 1;
        if code.contains("super::super::") && depth < 3 {
            faults.push(format!("{shown}: `super::super::` can climb into another module"));
        }
        for import in imports(&code) {
            if import != module && !may_import(&module, &import) {
                faults.push(format!("{shown}: `{module}` imports `{import}`"));
            }
        }
    }
    faults
}

#[derive(PartialEq)]
enum Band {
    Noun(usize),
    Stage,
    Top(usize),
}

fn band(module: &str) -> Option<Band> {
    if let Some(at) = NOUNS.iter().position(|m| *m == module) {
        return Some(Band::Noun(at));
    }
    if let Some(at) = TOP.iter().position(|m| *m == module) {
        return Some(Band::Top(at));
    }
    STAGES.contains(&module).then_some(Band::Stage)
}

fn may_import(module: &str, import: &str) -> bool {
    // Names that the crate root re-exports are no modules.
    let Some(to) = band(import) else { return true };
    match (band(module), to) {
        (Some(Band::Noun(from)), Band::Noun(to)) => to < from,
        (Some(Band::Stage), Band::Noun(_)) => true,
        (Some(Band::Top(from)), Band::Top(to)) => to < from,
        // `config` says what the stages are made with; it does not know them.
        (Some(Band::Top(0)), Band::Stage) => false,
        (Some(Band::Top(_)), _) => true,
        _ => false,
    }
}

/// The text up to the unit tests, comments left out.
fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let next = lines.peek().map_or("", |next| next.trim_start());
        if trimmed.starts_with("#[cfg(test)]") && next.starts_with("mod tests {") {
            break;
        }
        if !trimmed.starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// First path segments behind `crate::`, groups included.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.push(word(item.trim_start()));
                            item.clear();
                            continue;
                        }
                        _ => {}
                    }
                    item.push(c);
                }
                found.push(word(item.trim_start()));
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}
