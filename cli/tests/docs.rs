//! The pages show what the commands really print: every block of `docs/POLICY-TOOLS.md` is run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use checkrein::note::Signer;
use checkrein::policy::RuleInfo;
use checkrein::random::SeededRandom;
use checkrein::{Guard, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

/// Who signs on the page.
const SIGNER: &str = "example.com/policy";

/// The one key of the page.
fn signer() -> Signer {
    Signer::new(SIGNER, &SeededRandom::new(7)).unwrap()
}

/// What `command` prints in `folder`, with its exit code where that is not 0, and with one time in
/// place of all times.
fn printed(command: &str, folder: &Path) -> String {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("checkrein"), "{command}");
    // A quoted name holds blanks.
    let mut arguments: Vec<String> = Vec::new();
    let mut open = false;
    for word in words {
        match arguments.last_mut() {
            Some(last) if open => *last += &format!(" {word}"),
            _ => arguments.push(word.to_owned()),
        }
        open ^= word.matches('"').count() % 2 == 1;
    }
    let arguments = arguments.iter().map(|argument| argument.replace('"', ""));
    let output = Command::new(env!("CARGO_BIN_EXE_checkrein"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + std::str::from_utf8(&output.stderr).unwrap();
    let words = text.split_inclusive([' ', '\n', '"']).map(|word| {
        let time = word.len() == 25 && word.starts_with("20") && word[..24].ends_with('Z');
        if time { format!("2026-11-24T12:00:00.000Z{}", &word[24..]) } else { word.to_owned() }
    });
    let text: String = words.collect();
    // A key that was just made is another one each time.
    let words =
        text.split_inclusive([' ', '\n', '"', ')']).map(|word| match word.strip_prefix(SIGNER) {
            Some(key) if key.starts_with('+') && key.len() > 50 => {
                format!("{}{}", signer().verifier().text(), &word[word.len() - 1..])
            }
            _ => word.to_owned(),
        });
    let text: String = words.collect();
    match output.status.code() {
        Some(0) => text,
        code => format!("{text}(exits with {})\n", code.unwrap()),
    }
}

#[test]
fn the_page_shows_what_the_commands_print() {
    let page = root().join("docs/POLICY-TOOLS.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples/policy"), folder.path());
    let mut fresh = String::new();
    let mut ran = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        fresh += &format!("{line}\n");
        if line != "```console" {
            continue;
        }
        let mut commands = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            commands.extend(line.strip_prefix("$ ").map(str::to_owned));
        }
        for command in commands {
            fresh += &format!("$ {command}\n{}", printed(&command, folder.path()));
            ran.push(command.split(' ').nth(1).unwrap().to_owned());
            if command.starts_with("checkrein keygen ") {
                // The page goes on with the one key that is the same each time.
                let key = folder.path().join("policy.key");
                std::fs::remove_file(&key).unwrap();
                signer().save(&key).unwrap();
            }
        }
        fresh += "```\n";
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, fresh).unwrap();
    } else {
        for (shown, is) in text.lines().zip(fresh.lines()) {
            assert_eq!(shown, is, "UPDATE_DOCS=1 writes the page anew");
        }
        assert_eq!(text, fresh, "UPDATE_DOCS=1 writes the page anew");
    }
    for command in
        ["check", "test", "explain", "diff", "replay", "inventory", "keygen", "sign", "bundle"]
    {
        assert!(ran.iter().any(|ran| ran == command), "the page does not show `{command}`");
    }
}

#[test]
fn the_page_names_every_lint() {
    let text = std::fs::read_to_string(root().join("docs/POLICY-TOOLS.md")).unwrap();
    for kind in checkrein::error::LintKind::ALL {
        let level = if kind.warns() { "warning" } else { "advice" };
        let row =
            format!("| `{}` | {level} | {} |", kind.code(), kind.meaning().trim_end_matches('.'));
        assert!(text.contains(&row), "there is no row: {row}");
    }
}

/// What is read off a rule: what it does to which calls, for which threats, and what it tells.
fn facts(rule: &RuleInfo, profiles: &str) -> String {
    let does = match rule.outcome {
        Outcome::Ask => "asks",
        Outcome::Deny => "denies",
        _ => "permits",
    };
    let code = |words: &[String]| {
        words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
    };
    let threats = if rule.threats.is_empty() { "no threat" } else { &rule.threats.join(" ") };
    let reads = match rule.reads.as_slice() {
        [] => "Reads nothing.".to_owned(),
        reads => format!("Reads {}.", code(reads)),
    };
    let yields = if rule.yields { ", yields to a permit" } else { "" };
    let actions = code(&rule.actions);
    let reason = &rule.reason;
    format!("*{does}{yields} · {actions} · {profiles} · {threats}*\n\n> {reason}\n\n{reads}\n")
}

/// Why a rule is there is people's to say: the last paragraph under its heading.
fn why(page: &str, heading: &str) -> String {
    let (_, after) = page.split_once(heading).unwrap_or_else(|| panic!("there is no {heading}"));
    let section = after.split("\n## ").next().unwrap().trim();
    let why = section.rsplit("\n\n").next().unwrap();
    assert!(why.len() > 40 && !why.starts_with("Reads "), "{heading} does not say why");
    why.to_owned()
}

#[test]
fn the_page_of_the_baseline_is_what_the_rules_say() {
    let rules = |profile: &str| Guard::builder().profile(profile).build().unwrap().rules();
    let (balanced, strict) = (rules("balanced"), rules("strict"));
    let has = |rules: &[RuleInfo], rule: &RuleInfo| {
        rules.iter().any(|other| other.id == rule.id && other.text == rule.text)
    };
    let profiles = |rule| if has(&strict, rule) { "both profiles" } else { "balanced" };
    let mut entries: Vec<_> = balanced.iter().map(|rule| (rule, profiles(rule))).collect();
    let alone = strict.iter().filter(|rule| !has(&balanced, rule));
    entries.extend(alone.map(|rule| (rule, "strict")));
    let page = root().join("docs/BASELINE.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (start, _) = text.split_once("\n## ").unwrap();
    let mut fresh = format!("{start}\n");
    let mut threats = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (rule, profiles) in &entries {
        let twice = entries.iter().filter(|(other, _)| other.id == rule.id).count() > 1;
        let of = if twice { format!(" in `{profiles}`") } else { String::new() };
        let heading = format!("## `{}`{of}\n", rule.id);
        let why = why(&text, &heading);
        fresh += &format!("{heading}\n{}\n{why}\n\n", facts(rule, profiles));
        for threat in &rule.threats {
            let name = rule.id.trim_start_matches("baseline/");
            threats.entry(threat).or_default().insert(name);
        }
    }
    fresh += "## By threat\n\n| id | rules |\n|---|---|\n";
    for (threat, rules) in &threats {
        let rules: Vec<_> = rules.iter().map(|name| format!("`{name}`")).collect();
        fresh += &format!("| {threat} | {} |\n", rules.join(" "));
    }
    let all = (1..=10).flat_map(|n| [format!("ASI{n:02}"), format!("LLM{n:02}")]);
    let mut missing: Vec<_> = all.filter(|id| !threats.contains_key(id.as_str())).collect();
    missing.sort();
    fresh += &format!(
        "\nNot met by a rule, but elsewhere in the pipeline, or outside: {}. \
         [THREAT-MODEL.md](THREAT-MODEL.md) says where.\n",
        missing.join(", ")
    );
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, fresh).unwrap();
    } else {
        assert_eq!(text, fresh, "UPDATE_DOCS=1 writes the page anew");
    }
}
