//! Reads program text, Python and JavaScript above all: the calls that run, reach or destroy.

mod lexer;
mod names;

use super::{DEPTH, address, path, shell, sql};
use crate::finding::CodeFacts;
use lexer::{Language, Token};
use names::{
    DECODES, DESERIALIZES, DESTROYS, DESTROYS_FULL, DYNAMIC, EVALUATES, NETWORK, NETWORK_MODULES,
    OPENS, QUERIES, RUNS, RUNS_BY_LAST, WRITES,
};

/// How far a call's arguments are looked at.
const WINDOW: usize = 64;

/// Each text is read twice, so text in text costs twice as much a level: this bounds the levels.
const STEP: usize = 2;

/// Reads a program that stands `depth` deep in others. Adds to `facts`.
pub(super) fn read(text: &str, depth: usize, facts: &mut CodeFacts) {
    if depth >= DEPTH {
        facts.unparsed = true;
        return;
    }
    let mut complete = false;
    let mut inner = Vec::new();
    // What is a comment in one language is code in the other: what either sees counts.
    let readings = Language::BOTH.map(|language| lexer::split(text, language));
    let all_foreign = readings.iter().all(|lexed| lexed.foreign);
    for lexed in readings.into_iter().filter(|lexed| all_foreign || !lexed.foreign) {
        complete |= lexed.complete;
        inner.extend(lexed.expressions);
        Reader { tokens: &lexed.tokens, facts, depth, sees: Sees::of(&lexed.tokens) }.read();
    }
    facts.unparsed |= !complete;
    inner.sort_unstable();
    inner.dedup();
    for expression in inner {
        read(&expression, depth + STEP, facts);
    }
}

/// What a program does anywhere: what it evaluates can come from there.
#[derive(Debug, Clone, Copy, Default)]
struct Sees {
    network: bool,
    decodes: bool,
    subprocess: bool,
    child_process: bool,
}

impl Sees {
    fn of(tokens: &[Token]) -> Self {
        let mut sees = Sees::default();
        for token in tokens {
            match token {
                Token::Name(name) => {
                    let last = last(name);
                    sees.network |= NETWORK.contains(&last)
                        || NETWORK_MODULES.iter().any(|module| name.starts_with(module));
                    sees.decodes |= DECODES.contains(&last);
                    sees.subprocess |= name.split('.').any(|part| part == "subprocess");
                }
                Token::Text(text) => {
                    sees.child_process |= text.ends_with("child_process");
                    sees.decodes |= text == "base64" || text == "hex";
                }
                _ => {}
            }
        }
        sees
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

struct Reader<'t, 'f> {
    tokens: &'t [Token],
    facts: &'f mut CodeFacts,
    depth: usize,
    sees: Sees,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        let tokens = self.tokens;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Text(text) => self.text(text),
                Token::Name(name) => {
                    let rest = tokens.get(at + 1..).unwrap_or_default();
                    let imports = at.checked_sub(1).and_then(|before| tokens.get(before));
                    let defines = matches!(imports, Some(Token::Name(word))
                        if matches!(word.as_str(), "def" | "function" | "class" | "import"));
                    match rest.first() {
                        Some(Token::Open) if !defines => self.call(name, arguments(rest)),
                        // Perl and Ruby call without parentheses, `$` runs a template.
                        Some(Token::Text(_))
                            if matches!(
                                name.as_str(),
                                "system" | "exec" | "unlink" | "eval" | "$" | "qx" | "open"
                            ) =>
                        {
                            self.call(name, rest.get(..1).unwrap_or_default());
                        }
                        _ => {}
                    }
                    // A dynamic name is a call to anything.
                    self.facts.unparsed |= name == "__builtins__";
                }
                _ => {}
            }
        }
    }

    /// A literal: the addresses and sensitive places it names.
    fn text(&mut self, text: &str) {
        if text.contains("://") {
            return address::embedded(text, self.facts);
        }
        // Imports are relative and programs stand in system folders: neither says much.
        let ordinary = ["./", "../", "/usr/", "/bin/", "/lib", "/opt/"];
        let is_place = text.len() > 2
            && text.contains(['/', '\\', '.'])
            && !text.contains(char::is_whitespace)
            && !ordinary.iter().any(|start| text.starts_with(start));
        if is_place && path::is_traversal(text) {
            path::read(text, self.facts);
        }
    }

    fn call(&mut self, name: &str, arguments: &[Token]) {
        let last = last(name);
        let first = match arguments.iter().find(|token| !matches!(token, Token::Sign('['))) {
            Some(Token::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let runs = RUNS.contains(&name)
            || RUNS_BY_LAST.contains(&last)
            || name == "$"
            || name == "qx"
            || (self.sees.subprocess && matches!(name, "run" | "call"))
            || (self.sees.child_process && last == "exec");
        if runs {
            self.run(arguments, first);
        } else if EVALUATES.contains(&name)
            || name.starts_with("vm.")
            || (name == "compile" && first.is_none())
        {
            self.evaluate(first, arguments);
        }
        if DESERIALIZES.contains(&name) && !is_safe_loader(arguments) {
            self.facts.unparsed = true;
            self.facts.download_and_run |= self.sees.network || self.sees.decodes;
        }
        let module = match arguments.first() {
            Some(Token::Text(module) | Token::Name(module)) => module.as_str(),
            _ => "",
        };
        let imports = DYNAMIC.contains(&name) && (first.is_none() || is_dangerous(module));
        self.facts.unparsed |= imports || (name == "getattr" && is_dangerous(module));
        if DESTROYS.contains(&last)
            || DESTROYS_FULL.iter().any(|full| name == *full || name.ends_with(&format!(".{full}")))
        {
            self.facts.destructive = true;
            self.facts.writes = true;
        }
        self.files(last, first, arguments);
        if last == "connect" || last == "create_connection" || last == "createConnection" {
            for token in arguments {
                if let Token::Text(text) = token {
                    address::add_host(address::bare_host(text), self.facts);
                }
            }
        }
        if QUERIES.contains(&last)
            && let Some(query) = first.and_then(sql::query)
        {
            sql::read(query, self.facts);
        }
    }

    fn run(&mut self, arguments: &[Token], first: Option<&str>) {
        let Some(first) = first else {
            self.facts.unparsed = true;
            self.facts.download_and_run |= self.sees.network && !arguments.is_empty();
            return;
        };
        let mut words: Vec<&str> = Vec::new();
        for token in arguments {
            match token {
                Token::Text(text) => words.push(text),
                Token::Sign('[' | ']' | ',') => {}
                Token::Sign('{' | '=') => break,
                // A variable among the words stays out.
                Token::Name(_) => {}
                _ => break,
            }
        }
        let script = match words.as_slice() {
            [] => String::new(),
            [_] => first.to_owned(),
            words => {
                // Separate words: the shell's own signs in them mean nothing, save after `-c`.
                let quoted: Vec<String> =
                    words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
                quoted.join(" ")
            }
        };
        shell::read_at(&script, self.depth + STEP, self.facts);
    }

    fn evaluate(&mut self, first: Option<&str>, arguments: &[Token]) {
        if let Some(text) = first {
            read(text, self.depth + STEP, self.facts);
        } else if !arguments.is_empty() {
            self.facts.unparsed = true;
            self.facts.download_and_run |= self.sees.network || self.sees.decodes;
        }
    }

    fn files(&mut self, last: &str, first: Option<&str>, arguments: &[Token]) {
        if !OPENS.contains(&last) {
            self.facts.writes |= WRITES.contains(&last);
            return;
        }
        if let Some(text) = first
            && !text.contains("://")
            && text.len() < 4096
        {
            path::read(text, self.facts);
        }
        let mode = arguments.iter().skip(1).find_map(|token| match token {
            Token::Text(mode) if mode.len() <= 3 => Some(mode),
            _ => None,
        });
        let opens_to_write =
            last.ends_with("open") && mode.is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']));
        self.facts.writes |= opens_to_write || WRITES.contains(&last);
    }
}

/// `yaml.load(x, Loader=SafeLoader)` makes no objects.
fn is_safe_loader(arguments: &[Token]) -> bool {
    arguments
        .iter()
        .any(|token| matches!(token, Token::Name(name) if last(name).contains("SafeLoader")))
}

/// Modules of which any part can run something.
fn is_dangerous(module: &str) -> bool {
    const MODULES: &[&str] = &[
        "os",
        "subprocess",
        "shutil",
        "pty",
        "ctypes",
        "sys",
        "importlib",
        "builtins",
        "__builtins__",
        "child_process",
    ];
    MODULES.contains(&module)
}

/// What stands between the parentheses that `tokens` begins with, as far as the window goes.
fn arguments(tokens: &[Token]) -> &[Token] {
    let window = tokens.get(1..).unwrap_or_default();
    let window = window.get(..WINDOW).unwrap_or(window);
    let mut depth = 0_usize;
    for (at, token) in window.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => return window.get(..at).unwrap_or_default(),
            Token::Close => depth -= 1,
            _ => {}
        }
    }
    window
}

#[cfg(test)]
mod tests;
