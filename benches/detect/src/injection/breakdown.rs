//! The same scores by language, by what was done to an attack, by length and by place.

use super::folds::Probed;
use super::probe::{Kind, Lists};
use super::tables::{Table, Thresholds, sets};
use crate::data::Row;
use crate::measure::share;
use crate::report::{Part, Report};
use crate::train::is_attack;
use checkrein::detect::Channel;
use std::fmt::Write;

/// Texts of less than so many characters, or more than all of these.
const LENGTHS: &[(usize, &str)] = &[
    (100, "below 100"),
    (300, "100 to 299"),
    (1000, "300 to 999"),
    (3000, "1000 to 2999"),
    (usize::MAX, "3000 and more"),
];

/// Fields of the text's notes that say how an attack is dressed.
const DRESS: &[&str] = &["transform", "technique", "jailbreak_type", "attack", "tactic"];

/// What sets of ordinary text hold.
const KINDS: &[(&str, &[&str])] = &[
    (
        "prompts of users",
        &[
            "bfcl_prompts",
            "ifeval_prompts",
            "mtbench_vicuna",
            "selfinstruct_user",
            "deepset",
            "hinglish_train",
            "spikee_finance_benign",
            "awesome_prompts_zh",
        ],
    ),
    ("mail", &["mail_ham"]),
    ("documentation", &["docs_markdown"]),
    ("instructions for agents (skill files)", &["atr_skills"]),
    ("code", &["code_files"]),
    ("descriptions of tools", &["bfcl_tool_descriptions"]),
    ("results of tools", &["agentdojo_env", "garak_whois_latent", "spikee_cybersec"]),
    ("made to look like attacks", &["atr_rules_cases", "bastioncorpus", "obfuscated_gen_train"]),
    ("prompts of hosts", &["realguardrails_system"]),
];

/// Adds them all to `report`, as JSON and as tables, at the thresholds `at`.
pub fn add(table: &Table<'_>, probes: &[Probed], at: &Thresholds, report: &mut Report) {
    let rows = table.rows;
    let attacks = |name: String, is: &dyn Fn(&Row) -> bool| {
        let (n, rate) = table.share(at, |row| is_attack(row) && is(row));
        Part { name, n, rate }
    };
    let ordinary = |name: String, is: &dyn Fn(&Row) -> bool| {
        let (n, rate) = table.within(at, |row| row.label == 0 && is(row));
        Part { name, n, rate }
    };
    for language in values(rows, |row| Some(row.lang.clone())) {
        let is = |row: &Row| row.lang == language;
        report.languages.push(attacks(language.clone(), &is));
        report.ordinary_languages.push(ordinary(language.clone(), &is));
    }
    for set in sets(rows, is_attack) {
        let dress = |row: &Row| {
            let note = DRESS.iter().find_map(|key| row.meta.get(key)?.as_str());
            note.filter(|_| row.set == set && is_attack(row)).map(str::to_owned)
        };
        for value in values(rows, dress) {
            let is = |row: &Row| dress(row).is_some_and(|dress| dress == value);
            report.transforms.push(attacks(format!("{set}: {value}"), &is));
        }
    }
    let mut least = 0;
    for (below, name) in LENGTHS {
        let is = |row: &Row| (least..*below).contains(&row.text.chars().count());
        report.lengths.push(attacks((*name).to_owned(), &is));
        report.ordinary_lengths.push(ordinary((*name).to_owned(), &is));
        least = *below;
    }
    for (name, of) in KINDS {
        report.kinds.push(ordinary((*name).to_owned(), &|row| of.contains(&row.set.as_str())));
    }
    for lists in [Lists::First, Lists::Second] {
        report.positions.extend(positions(probes, lists, at));
    }
    // A handful of texts says nothing.
    for parts in [
        &mut report.languages,
        &mut report.ordinary_languages,
        &mut report.transforms,
        &mut report.lengths,
        &mut report.ordinary_lengths,
    ] {
        parts.retain(|part| part.n >= 5);
    }
    let tables = [
        ("attacks by language, found", &report.languages),
        ("ordinary text by language, flagged", &report.ordinary_languages),
        ("attacks by dress, found", &report.transforms),
        ("attacks by length in characters, found", &report.lengths),
        ("ordinary text by length, flagged", &report.ordinary_lengths),
        ("ordinary text by kind, flagged", &report.kinds),
        ("short attacks by place, and wrappers, flagged", &report.positions),
    ];
    let tables: Vec<String> = tables.map(|(name, parts)| print(name, parts)).into();
    report.tables.extend(tables);
}

fn positions(probes: &[Probed], lists: Lists, at: &Thresholds) -> Vec<Part> {
    let mut parts = Vec::new();
    let rules = Thresholds { evidence: [i32::MAX; 3], ..*at };
    for (kind, name, expected) in [
        (Kind::Alone, "attack alone", "high"),
        (Kind::Beginning, "before a document", "high"),
        (Kind::Middle, "in its middle", "high"),
        (Kind::End, "behind it", "high"),
        (Kind::Quoted, "quoted in it, in text about attacks", "low"),
        (Kind::Plain, "harmless sentence", "low"),
        (Kind::Harmless, "wrapper around a harmless sentence", "low"),
        (Kind::Payload, "payload alone", "high"),
        (Kind::Wrapped, "wrapper around a payload", "high"),
    ] {
        let of = || probes.iter().filter(|probe| probe.lists == lists && probe.kind == kind);
        let second = if lists == Lists::Second { "second: " } else { "" };
        let mut add = |name: String, at: &Thresholds| {
            let flag = |probe: &&Probed| at.flag(Channel::Foreign, probe.evidence, probe.severity);
            let (n, rate) = (of().count(), share(of().filter(flag).count(), of().count()));
            parts.push(Part { name, n, rate });
        };
        add(format!("{second}{name} (wanted: {expected})"), at);
        add(format!("{second}{name}, by rules alone"), &rules);
    }
    parts
}

/// A table of parts, rates in percent.
pub fn print(name: &str, parts: &[Part]) -> String {
    let mut out = format!("{name:52} {:>6} {:>7}\n", "n", "%");
    for part in parts {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{:52} {:6} {:7.2}", part.name, part.n, part.rate * 100.0);
    }
    out
}

fn values(rows: &[Row], of: impl Fn(&Row) -> Option<String>) -> Vec<String> {
    let mut values: Vec<String> = rows.iter().filter_map(of).collect();
    values.sort_unstable();
    values.dedup();
    values
}
