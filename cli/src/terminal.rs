//! What people see: plain text, colour only on a terminal, nothing that an attacker named raw.

use checkrein::Error;
use checkrein::decision::show;
use std::io::{IsTerminal, Write};

/// Prints one line.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to tell when standard output is gone.
    let _ = writeln!(out, "{text}");
}

/// Prints an error with its file, line and hint: for people to standard error, for machines to
/// standard output.
pub fn error(error: &Error, json: bool) {
    if json {
        let facts = error.context().iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let mut shape: serde_json::Map<_, _> =
            facts.map(|(key, value)| (key, value.into())).collect();
        shape.insert("code".to_owned(), error.code().into());
        shape.insert("message".to_owned(), error.message().into());
        return line(&serde_json::json!({"ok": false, "error": shape}).to_string());
    }
    let mut out = std::io::stderr().lock();
    let place = match (error.fact("file"), error.fact("line"), error.fact("column")) {
        (Some(file), Some(line), Some(column)) => format!("{}:{line}:{column}: ", show(file)),
        (Some(file), _, _) => format!("{}: ", show(file)),
        _ => String::new(),
    };
    let _ = writeln!(out, "{place}{}: {}", error.code(), show(error.message()));
    for (key, value) in error.context() {
        if !matches!(*key, "file" | "line" | "column") {
            let _ = writeln!(out, "  {key}: {}", show(value));
        }
    }
}

/// How a word is coloured.
#[derive(Clone, Copy)]
pub enum Colour {
    Green,
    Yellow,
    Red,
    Dim,
    Bold,
}

/// `text` in colour, on a terminal that shows colours.
pub fn paint(colour: Colour, text: &str) -> String {
    if !std::io::stdout().is_terminal() {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Green => "32",
        Colour::Yellow => "33",
        Colour::Red => "31",
        Colour::Dim => "2",
        Colour::Bold => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
