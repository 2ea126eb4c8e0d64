//! Every rule of the detectors has an example that fires and one that does not, and a page made of both.
//!
//! `UPDATE_DETECTORS=1` writes the pages of `docs/detectors`; without it they are compared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use checkrein::content::OutputKind;
use checkrein::detect::{Detectors, RuleInfo, Settings, code};
use checkrein::finding::Finding;
use checkrein::source::SourceKind;
use checkrein::tool::Role;
use checkrein::wire::SessionOptions;
use checkrein::{Content, Guard};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// One example: `where` it stands (`user tool description answer plan argument`), the `role` of the
/// argument, for a plan what the user `said` and the agent `read` before, the text that `fires` the rule and the one that is `silent`.
type Example = serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/detectors")
}

fn examples() -> BTreeMap<String, Example> {
    let text = std::fs::read_to_string(folder().join("examples.json")).unwrap();
    let list: Vec<Example> = serde_json::from_str(&text).unwrap();
    list.into_iter().map(|example| (word(&example, "rule"), example)).collect()
}

fn word(example: &Example, field: &str) -> String {
    example[field].as_str().unwrap_or_default().to_owned()
}

fn rules() -> Vec<RuleInfo> {
    Detectors::new(&Settings::default()).unwrap().rules()
}

/// `text` with `{b:36}` replaced by 36 letters of chance, the same each time, and `<U+200B>` by
/// what it names: so no page holds what looks like a secret, or what cannot be seen.
fn spelt(text: &str) -> String {
    let mut out = String::new();
    let mut state = 0x2545_F491u64;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = rest.find(['}', '>']).unwrap_or(0);
        let inner = rest.get(1..close).unwrap_or_default();
        if let Some(code) = inner.strip_prefix("U+") {
            out.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).unwrap());
            rest = &rest[close + 1..];
            continue;
        }
        let letters = match inner.split_once(':').map(|(class, _)| class) {
            Some("b") => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            Some("l") => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            Some("c") => "abcdefghijklmnopqrstuvwxyz0123456789",
            Some("h") => "0123456789abcdef",
            Some("A") => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            Some("g") => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
            _ => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
                continue;
            }
        };
        let count: usize = inner[2..].parse().unwrap();
        for _ in 0..count {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            out.push(char::from(letters.as_bytes()[(state >> 33) as usize % letters.len()]));
        }
        rest = &rest[close + 1..];
    }
    out + rest
}

fn found(guard: &Guard, example: &Example, field: &str) -> Vec<Finding> {
    let text = spelt(&word(example, field));
    let session = guard.session(SessionOptions::default()).unwrap();
    let input = |kind| session.inspect_input(Content::text(kind, &text)).unwrap().findings;
    match word(example, "where").as_str() {
        "user" => input(SourceKind::User),
        "tool" => input(SourceKind::ToolResult),
        "description" => input(SourceKind::ToolDescription),
        "answer" => {
            let text = text.as_str();
            session.inspect_output(text.into(), OutputKind::Answer, None).unwrap().findings
        }
        "plan" => {
            let told = [(SourceKind::User, "said"), (SourceKind::Retrieved, "read")];
            for (kind, field) in told {
                session.inspect_input(Content::text(kind, word(example, field))).unwrap();
            }
            let text = text.as_str();
            session.inspect_output(text.into(), OutputKind::Plan, None).unwrap().findings
        }
        "argument" => {
            let name = word(example, "role");
            let role = match name.as_str() {
                "command" => Role::Command,
                "query" => Role::Query,
                "path" => Role::Path,
                "address" => Role::Address,
                other => panic!("`{other}` is read by nothing"),
            };
            let mut out = Vec::new();
            code::findings("/a", &text, role, &code::read(role, &text), &mut out);
            out
        }
        other => panic!("`{other}` is no place"),
    }
}

#[test]
fn every_rule_has_an_example_that_fires_and_one_that_does_not() {
    let tools = "[tool.wire_money]\neffects = [\"spend\"]\n";
    let guard = Guard::builder().tools(tools).build().unwrap();
    let examples = examples();
    let mut wrong = Vec::new();
    for rule in rules() {
        let Some(example) = examples.get(rule.id) else {
            wrong.push(format!("{} has no example in docs/detectors/examples.json", rule.id));
            continue;
        };
        let has = |field| found(&guard, example, field).iter().any(|f| f.rule == rule.id);
        if !has("fires") {
            let seen: Vec<String> =
                found(&guard, example, "fires").iter().map(|f| f.rule.to_string()).collect();
            wrong.push(format!("{}: `fires` does not fire it but {seen:?}", rule.id));
        }
        if has("silent") {
            wrong.push(format!("{}: `silent` fires it", rule.id));
        }
    }
    for id in examples.keys().filter(|id| !rules().iter().any(|rule| rule.id == **id)) {
        wrong.push(format!("{id} is no rule"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn page(rule: &RuleInfo, example: &Example) -> String {
    let place = match word(example, "where").as_str() {
        "user" => "What a user says",
        "tool" => "A tool's result",
        "description" => "A tool's description of itself",
        "answer" => "An answer",
        "plan" => "A plan",
        _ => "An argument of a call",
    };
    let role = word(example, "role");
    let place = if role.is_empty() { place.to_owned() } else { format!("{place}, role `{role}`") };
    let mut out = format!("# {}\n\n{}\n\n", rule.id, rule.meaning);
    let threats = rule.threats.join(", ");
    write!(
        out,
        "| category | severity, at most | score, at most | threats |\n|---|---|---|---|\n| {} | {} | {} | {threats} |\n\n",
        rule.category, rule.severity, rule.score
    )
    .unwrap();
    if word(example, "where") == "plan" {
        let (said, read) = (word(example, "said"), word(example, "read"));
        write!(
            out,
            "The user said:\n\n```text\n{said}\n```\n\nand a page says:\n\n```text\n{read}\n```\n\n"
        )
        .unwrap();
    }
    write!(
        out,
        "{place} that fires it:\n\n```text\n{}\n```\n\nand one that does not:\n\n```text\n{}\n```\n\n",
        word(example, "fires"),
        word(example, "silent")
    )
    .unwrap();
    write!(
        out,
        "To hear it only where it is surer, or not at all, in `bundle.toml`:\n\n```toml\n[thresholds]\n\
         \"{}\" = {}\n\n[off]\n\"{}\" = \"why it is off\"\n```\n",
        rule.id,
        rule.score,
        rule.id
    )
    .unwrap();
    out
}

#[test]
fn every_rule_has_its_page() {
    let examples = examples();
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    let mut index = String::from(
        "# Detectors\n\nEvery rule, with an example that fires it and one that does not. These pages are made by \
         `cargo xtask generate` from the rules and from [examples.json](examples.json). `{b:36}` stands for 36 letters \
         and digits of chance, `{h:32}` for hexadecimal ones; `<U+200B>` for the character of that number.\n\n\
         | rule | what it finds | severity |\n|---|---|---|\n",
    );
    for rule in rules() {
        let Some(example) = examples.get(rule.id) else { continue };
        let name = format!("{}.md", rule.id.replace('/', "-"));
        writeln!(index, "| [{}]({name}) | {} | {} |", rule.id, rule.meaning, rule.severity)
            .unwrap();
        pages.insert(name, page(&rule, example));
    }
    pages.insert("README.md".to_owned(), index);
    let update = std::env::var_os("UPDATE_DETECTORS").is_some();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".md") && !pages.contains_key(&name) {
            assert!(update, "docs/detectors/{name} is of no rule; run `cargo xtask generate`");
            std::fs::remove_file(&path).unwrap();
        }
    }
    for (name, text) in pages {
        let path = folder().join(&name);
        if update {
            std::fs::write(&path, text).unwrap();
        } else {
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(committed, text, "docs/detectors/{name}: run `cargo xtask generate`");
        }
    }
}

/// A case of the suite of all languages shows each rule, but for those whose example holds letters of chance: what
/// has the form of a secret is not written down anywhere.
#[test]
fn every_rule_without_chance_has_a_case() {
    let lines = folder().join("../../conformance/lines");
    let files = std::fs::read_dir(lines).unwrap();
    let lines: String =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    for (rule, example) in examples() {
        let fires = word(&example, "fires");
        // One letter of chance before changes those behind.
        if spelt(&fires) != spelt(&format!("{{b:1}}{fires}"))[1..] {
            continue;
        }
        assert!(lines.contains(&format!(r#""rule":"{rule}""#)), "{rule}");
    }
}
