//! Reads shell commands: which programs run, what they reach, what they destroy.

mod destroy;
mod fetch;
mod interpret;
mod lexer;
mod programs;
mod wrappers;

use super::DEPTH;
use crate::finding::CodeFacts;
use lexer::{Direction, Part, Token, Word};
use std::collections::HashMap;

/// The longest word that variables are expanded into.
const WORD_BYTES: usize = 64 * 1024;
/// How many words a brace expansion makes.
const BRACES: usize = 64;

/// Reads a script. Adds to `facts`.
pub(super) fn read(text: &str, facts: &mut CodeFacts) {
    read_at(text, 0, facts);
}

/// Reads a script that stands `depth` deep in others.
pub(super) fn read_at(text: &str, depth: usize, facts: &mut CodeFacts) {
    let mut reader =
        Reader { facts, variables: HashMap::new(), fetched: Vec::new(), depth, written: 0 };
    reader.script(text);
}

/// What flows out of a command: what a shell behind a pipe would run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Stage {
    /// It comes from another machine.
    fetched: bool,
    /// It was encoded.
    decoded: bool,
}

impl Stage {
    fn or(self, other: Stage) -> Stage {
        Stage { fetched: self.fetched || other.fetched, decoded: self.decoded || other.decoded }
    }

    fn any(self) -> bool {
        self.fetched || self.decoded
    }
}

/// A word as the command gets it.
#[derive(Debug, Clone, Default)]
struct Argument {
    text: String,
    /// Whether part of it is known only when it runs.
    dynamic: bool,
    /// Whether any of it was quoted: then it is no keyword.
    quoted: bool,
    /// What its command substitutions give.
    stage: Stage,
}

#[derive(Debug, Default)]
struct Command {
    arguments: Vec<Argument>,
    redirects: Vec<(Direction, Argument)>,
    /// What is given on standard input in the script itself.
    input: Option<Argument>,
}

struct Reader<'f> {
    facts: &'f mut CodeFacts,
    variables: HashMap<String, Argument>,
    /// Files that were downloaded so far.
    fetched: Vec<String>,
    depth: usize,
    /// Bytes that expansion has made: bounded.
    written: usize,
}

impl Reader<'_> {
    fn script(&mut self, text: &str) -> Stage {
        if self.depth >= DEPTH {
            self.facts.unparsed = true;
            return Stage::default();
        }
        let (tokens, complete) = lexer::split(text);
        self.facts.unparsed |= !complete;
        self.facts.destructive |= destroy::is_fork_bomb(&tokens);
        self.facts.download_and_run |= programs::is_cradle(text);
        self.commands(tokens)
    }

    /// A script inside this one, with the same variables.
    fn nested(&mut self, text: &str) -> Stage {
        self.depth += 1;
        let stage = self.script(text);
        self.depth -= 1;
        stage
    }

    fn commands(&mut self, tokens: Vec<Token>) -> Stage {
        let mut command = Command::default();
        // What the commands of this group give, and what comes in by the pipe.
        let mut group = Stage::default();
        let mut piped = Stage::default();
        let mut outer: Vec<(Stage, Stage)> = Vec::new();
        let mut case = Case::default();
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(word) => self.word(&word, &mut command),
                Token::Body(body) => {
                    command.input = Some(Argument { text: body, ..Argument::default() })
                }
                // Inside `[[ ]]` it compares.
                Token::Redirect(_) if programs::is_test(&command.arguments) => {}
                Token::Redirect(direction) => {
                    if let Some(Token::Word(word)) = tokens.as_slice().first() {
                        let target = self.joined(word);
                        tokens.next();
                        if direction == Direction::Text {
                            command.input = Some(target);
                        } else {
                            command.redirects.push((direction, target));
                        }
                    } else {
                        self.facts.unparsed = true;
                    }
                }
                Token::Pipe => {
                    if programs::closes_block(&command.arguments) {
                        piped = piped.or(group);
                    }
                    piped = piped.or(self.finish(&mut command, piped, &mut case));
                }
                Token::End | Token::CaseEnd => {
                    group = group.or(self.finish(&mut command, piped, &mut case).or(piped));
                    piped = outer.last().map_or(Stage::default(), |(piped, _)| *piped);
                    case.next(token == Token::CaseEnd);
                }
                Token::Open if case.pattern => {}
                Token::Open => {
                    self.finish(&mut command, piped, &mut case);
                    outer.push((piped, group));
                    group = Stage::default();
                }
                Token::Close if case.closes_pattern(&command.arguments) => {
                    command = Command::default();
                }
                Token::Close => {
                    group = group.or(self.finish(&mut command, piped, &mut case).or(piped));
                    if let Some((outer_piped, outer_group)) = outer.pop() {
                        // What the group gives goes on through the pipe, if one follows.
                        piped = outer_piped.or(group);
                        group = outer_group;
                    }
                }
            }
        }
        if !outer.is_empty() {
            self.facts.unparsed = true;
        }
        let last = self.finish(&mut command, piped, &mut case);
        group.or(last).or(piped)
    }

    /// Runs what was gathered as one command.
    fn finish(&mut self, command: &mut Command, piped: Stage, case: &mut Case) -> Stage {
        let mut command = std::mem::take(command);
        let keywords = programs::skip_keywords(&command.arguments);
        if case.enter(&command.arguments) {
            return Stage::default();
        }
        command.arguments.drain(..keywords.min(command.arguments.len()));
        programs::run(self, &command, piped)
    }

    fn word(&mut self, word: &Word, command: &mut Command) {
        if let [Part::Text { text, quoted: false }] = word.parts.as_slice()
            && let Some(items) = braces(text)
        {
            for text in items {
                command.arguments.push(Argument { text, ..Argument::default() });
            }
            return;
        }
        let expanded = self.expand(word);
        command.arguments.extend(expanded);
    }

    fn joined(&mut self, word: &Word) -> Argument {
        let mut joined = Argument::default();
        for argument in self.expand(word) {
            if !joined.text.is_empty() {
                joined.text.push(' ');
            }
            joined.text.push_str(&argument.text);
            joined.dynamic |= argument.dynamic;
            joined.stage = joined.stage.or(argument.stage);
        }
        joined
    }

    fn expand(&mut self, word: &Word) -> Vec<Argument> {
        let mut done = Vec::new();
        let mut current = Argument::default();
        for part in &word.parts {
            match part {
                Part::Text { text, quoted } => {
                    current.text.push_str(text);
                    current.quoted |= *quoted;
                }
                Part::Opaque => current.dynamic = true,
                Part::Command(inner) => {
                    current.dynamic = true;
                    current.stage = current.stage.or(self.nested(inner));
                }
                Part::Variable { name, quoted } => {
                    self.variable(name, *quoted, &mut current, &mut done);
                }
            }
        }
        self.written = self.written.saturating_add(current.text.len());
        if !current.text.is_empty() || current.dynamic || current.quoted {
            done.push(current);
        }
        done
    }

    fn variable(
        &mut self,
        name: &str,
        quoted: bool,
        current: &mut Argument,
        done: &mut Vec<Argument>,
    ) {
        if name == "IFS" && !quoted {
            if !current.text.is_empty() {
                done.push(std::mem::take(current));
            }
            return;
        }
        let Some(known) = self.variables.get(name) else {
            current.dynamic = true;
            current.text.push('$');
            current.text.push_str(name);
            return;
        };
        self.written = self.written.saturating_add(known.text.len());
        if current.text.len() + known.text.len() > WORD_BYTES || self.written > 16 * WORD_BYTES {
            self.facts.unparsed = true;
            current.dynamic = true;
            return;
        }
        current.dynamic |= known.dynamic;
        current.stage = current.stage.or(known.stage);
        if quoted {
            current.text.push_str(&known.text);
            return;
        }
        // Unquoted, what it holds falls into words.
        let mut words = known.text.split_whitespace();
        current.text.push_str(words.next().unwrap_or_default());
        for word in words {
            let next =
                Argument { text: word.to_owned(), stage: current.stage, ..Argument::default() };
            done.push(std::mem::replace(current, next));
        }
    }
}

/// Where in a `case` command the reader is.
#[derive(Debug, Default)]
struct Case {
    depth: usize,
    /// Whether the next words are a pattern.
    pattern: bool,
}

impl Case {
    /// Whether the command is the head or end of a `case`.
    fn enter(&mut self, arguments: &[Argument]) -> bool {
        let first = arguments.first().filter(|word| !word.quoted).map(|word| word.text.as_str());
        if first == Some("case") {
            self.depth += 1;
            self.pattern = true;
            return true;
        }
        if first == Some("esac") && self.depth > 0 {
            self.depth -= 1;
            self.pattern = false;
        }
        false
    }

    /// Whether a `)` ends a pattern.
    fn closes_pattern(&mut self, arguments: &[Argument]) -> bool {
        if !self.pattern {
            self.enter(arguments);
        }
        std::mem::take(&mut self.pattern)
    }

    fn next(&mut self, case_end: bool) {
        if case_end && self.depth > 0 {
            self.pattern = true;
        }
    }
}

/// `{rm,-rf,x}` is three words.
fn braces(text: &str) -> Option<Vec<String>> {
    let (before, rest) = text.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    if !inner.contains(',') || inner.contains('{') {
        return None;
    }
    Some(inner.split(',').take(BRACES).map(|item| format!("{before}{item}{after}")).collect())
}

#[cfg(test)]
mod tests;
