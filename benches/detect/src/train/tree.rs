//! Trees of values, as programs write them: JSON, YAML, XML and lines of keys.

use super::random::Random;
use super::structure::{Filler, QUOTED, number};

enum Value {
    /// As it stands: a number, or a word without quotation marks.
    Bare(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// A tree, written in one of the ways.
pub fn text(filler: &Filler<'_>, random: &mut Random) -> String {
    let depth = 2 + random.below(5);
    let value = map(filler, depth, random);
    let mut out = String::new();
    match random.below(10) {
        0..6 => {
            let step = random.pick(&["", "", " ", "  ", "  ", "    ", "    ", "\t"]).to_owned();
            let colon = random.pick(&[": ", ": ", ":", " : "]).to_owned();
            json(&value, &Style { step, colon }, 0, &mut out);
        }
        6..8 => yaml(&value, 0, &mut out),
        8 => xml(&value, "root", 0, &mut out),
        _ => keys(&value, "", &mut out),
    }
    if random.chance(30) {
        let before = filler.one("s.lines.shell", random);
        out = format!("{before}\n\n{out}");
    }
    out
}

fn value(filler: &Filler<'_>, depth: usize, random: &mut Random) -> Value {
    match random.below(10) {
        0..3 if depth > 0 => map(filler, depth - 1, random),
        3..5 if depth > 0 => {
            let n = random.below(5);
            let maps = random.chance(60);
            let item = |random: &mut Random| {
                if maps { map(filler, depth - 1, random) } else { scalar(filler, random) }
            };
            Value::List((0..n).map(|_| item(random)).collect())
        }
        _ => scalar(filler, random),
    }
}

fn map(filler: &Filler<'_>, depth: usize, random: &mut Random) -> Value {
    let n = 1 + random.below(5);
    let mut entries = Vec::new();
    for _ in 0..n {
        let key = match random.below(8) {
            0 => filler.fill("<word>", random),
            1 => filler.fill("<kebab>", random),
            _ => filler.name(random),
        };
        entries.push((key, value(filler, depth, random)));
    }
    Value::Map(entries)
}

fn scalar(filler: &Filler<'_>, random: &mut Random) -> Value {
    const TEXTS: &[&str] = &[
        "<word>",
        "<word>",
        "<id>",
        "<Id>.<Id>",
        "<Id>[].<Id>",
        "<stamp>",
        "<hex>",
        "<ip>",
        "<mail>",
        "<url>",
        "<word>/<word>",
        "arn:<word>:<word>:<word>:<n>:<word>/<word>",
        "<noun> <noun>",
        "<person>",
        "^<word>\\\\.<word>$",
        "",
        "<word>:<id>",
        "<n>",
    ];
    match random.below(10) {
        0 => Value::Bare(number(random)),
        1 => Value::Bare(random.pick(&["true", "false", "null", "0", "1"]).to_owned()),
        2 | 3 => Value::Text(filler.one("s.enum", random)),
        4 | 5 => Value::Text(QUOTED.to_string()),
        _ => Value::Text(filler.fill(random.pick(TEXTS), random)),
    }
}

struct Style {
    /// By which the text moves in; empty where all stands on one line.
    step: String,
    colon: String,
}

fn json(value: &Value, style: &Style, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        if !style.step.is_empty() {
            out.push('\n');
            out.push_str(&style.step.repeat(depth));
        }
    };
    let comma = if style.step.is_empty() { ", " } else { "," };
    match value {
        Value::Bare(text) => out.push_str(text),
        Value::Text(text) => out.push_str(&format!("\"{text}\"")),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { comma } else { "" });
                line(depth + 1, out);
                json(item, style, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { comma } else { "" });
                line(depth + 1, out);
                out.push_str(&format!("\"{key}\"{}", style.colon));
                json(value, style, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
    }
}

fn yaml(value: &Value, depth: usize, out: &mut String) {
    let step = "  ".repeat(depth);
    match value {
        Value::Bare(text) | Value::Text(text) => out.push_str(&format!("{step}{text}\n")),
        Value::List(items) => {
            for item in items {
                let mut inner = String::new();
                yaml(item, depth + 1, &mut inner);
                out.push_str(&format!("{step}- {}", inner.trim_start()));
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                match value {
                    Value::Bare(text) => out.push_str(&format!("{step}{key}: {text}\n")),
                    Value::Text(text) if text.is_empty() => {
                        out.push_str(&format!("{step}{key}: \"\"\n"))
                    }
                    Value::Text(text) => out.push_str(&format!("{step}{key}: {text}\n")),
                    Value::List(_) | Value::Map(_) => {
                        out.push_str(&format!("{step}{key}:\n"));
                        yaml(value, depth + 1, out);
                    }
                }
            }
        }
    }
}

fn xml(value: &Value, name: &str, depth: usize, out: &mut String) {
    let step = "  ".repeat(depth);
    match value {
        Value::Bare(text) | Value::Text(text) => {
            out.push_str(&format!("{step}<{name}>{text}</{name}>\n"))
        }
        Value::List(items) => items.iter().for_each(|item| xml(item, name, depth, out)),
        Value::Map(entries) => {
            out.push_str(&format!("{step}<{name}>\n"));
            entries.iter().for_each(|(key, value)| xml(value, key, depth + 1, out));
            out.push_str(&format!("{step}</{name}>\n"));
        }
    }
}

/// A line for each value, with the way to it.
fn keys(value: &Value, way: &str, out: &mut String) {
    match value {
        Value::Bare(text) | Value::Text(text) => out.push_str(&format!("{way}={text}\n")),
        Value::List(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| keys(item, &format!("{way}[{at}]"), out));
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                let way = if way.is_empty() { key.clone() } else { format!("{way}.{key}") };
                keys(value, &way, out);
            }
        }
    }
}
