//! Reads policy text before the parser does: splits it, and refuses what could exhaust the stack.
//!
//! Cedar's parser recurses on every bracket, and its trees are as deep as their chains of
//! operators are long. An overflow of the stack ends the process, so text is measured first.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Brackets within brackets.
const MAX_NESTING: usize = 64;
/// The depth of the tree that a policy gives, estimated from above.
const MAX_TREE: usize = 200;
/// Bytes of one policy.
const MAX_POLICY: usize = 256 * 1024;

/// One policy's text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// From its first annotation to its semicolon.
    pub text: &'a str,
    /// Of its first character, from 1.
    pub line: u32,
    /// Of its first character, from 1, in characters.
    pub column: u32,
    /// The depth of the tree that it gives, estimated from above.
    pub depth: usize,
}

/// Splits `text` into policies.
///
/// # Errors
/// `policy/hostile` where it is nested too deeply or too long, `policy/parse` where a bracket or a
/// string is not closed, `limit/policies`.
pub(super) fn split<'a>(file: &str, text: &'a str, limits: &Limits) -> Result<Vec<Piece<'a>>> {
    let mut scan = Scan::new(file, text);
    let mut pieces = Vec::new();
    while let Some(token) = scan.next()? {
        if token == Token::End {
            pieces.push(scan.piece()?);
            let count = pieces.len();
            Limits::check(ErrorKind::LimitPolicies, "policies", count, limits.policies)
                .map_err(|error| error.with("file", file.escape_default().to_string()))?;
        }
    }
    if scan.start.is_some() {
        // No semicolon: the parser says what it misses.
        pieces.push(scan.piece()?);
    }
    Ok(pieces)
}

/// The line and column, from 1, of the byte `at` of `text`, which begins at `line` and `column`.
pub(super) fn position(text: &str, at: usize, (line, column): (u32, u32)) -> (u32, u32) {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let before = text.get(..at).unwrap_or(text);
    let lines = before.bytes().filter(|b| *b == b'\n').count();
    let columns = before.chars().rev().take_while(|c| *c != '\n').count();
    let column =
        if lines == 0 { column.saturating_add(small(columns)) } else { small(columns) + 1 };
    (line.saturating_add(small(lines)), column)
}

#[derive(PartialEq, Eq)]
enum Token {
    /// A word, a string, a mark.
    Part,
    /// The semicolon behind a policy.
    End,
}

/// One open bracket: how deep the chains in it can make the tree.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Operators since the last comma.
    operators: usize,
    /// Accesses since the last operator.
    dots: usize,
    /// The longest run of accesses, or the deepest bracket, since the last comma.
    longest: usize,
    /// The deepest item before the last comma.
    deepest: usize,
}

impl Level {
    fn depth(self) -> usize {
        1 + self.deepest.max(self.operators + self.longest)
    }
}

struct Scan<'f, 'a> {
    file: &'f str,
    text: &'a str,
    at: usize,
    start: Option<usize>,
    levels: Vec<Level>,
    deepest: usize,
    /// A place that was counted, with its line and column.
    known: (usize, (u32, u32)),
}

impl<'f, 'a> Scan<'f, 'a> {
    fn new(file: &'f str, text: &'a str) -> Self {
        let levels = vec![Level::default()];
        Self { file, text, at: 0, start: None, levels, deepest: 0, known: (0, (1, 1)) }
    }

    /// The next token; comments and blanks are none.
    fn next(&mut self) -> Result<Option<Token>> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at).copied() {
            if byte == b'/' && bytes.get(self.at + 1) == Some(&b'/') {
                self.skip(|b| b != b'\n' && b != b'\r');
                continue;
            }
            if byte.is_ascii_whitespace() || byte == 0x0B {
                self.at += 1;
                continue;
            }
            let start = self.at;
            self.start.get_or_insert(start);
            self.at += 1;
            return match byte {
                b'"' => self.string(start).map(Some),
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    self.skip(|b| b == b'_' || b.is_ascii_alphanumeric());
                    let word = self.text.get(start..self.at).unwrap_or_default();
                    if matches!(
                        word,
                        "if" | "then" | "else" | "in" | "has" | "like" | "is" | "when" | "unless"
                    ) {
                        self.operator()?;
                    }
                    Ok(Some(Token::Part))
                }
                b'(' | b'[' | b'{' => self.open(start).map(|()| Some(Token::Part)),
                b')' | b']' | b'}' => self.close(start).map(|()| Some(Token::Part)),
                b';' if self.levels.len() == 1 => Ok(Some(Token::End)),
                _ => self.mark(byte).map(|()| Some(Token::Part)),
            };
        }
        Ok(None)
    }

    fn skip(&mut self, goes_on: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|b| goes_on(**b)).count();
    }

    fn string(&mut self, start: usize) -> Result<Token> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'"' => return Ok(Token::Part),
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        Err(self.fault(ErrorKind::PolicyParse, start, "a string is not closed"))
    }

    fn open(&mut self, start: usize) -> Result<()> {
        if self.levels.len() > MAX_NESTING {
            let message = format!("brackets are nested deeper than {MAX_NESTING}");
            return Err(self.fault(ErrorKind::PolicyHostile, start, &message));
        }
        self.levels.push(Level::default());
        self.measure(start)
    }

    fn close(&mut self, start: usize) -> Result<()> {
        if self.levels.len() == 1 {
            let message = "a bracket closes what was never opened";
            return Err(self.fault(ErrorKind::PolicyParse, start, message));
        }
        let inner = self.levels.pop().unwrap_or_default();
        // What was in brackets hangs below this level's chain. Siblings do not add up, but the
        // deepest of them counts, and a chain of them is counted by its operators.
        if let Some(level) = self.levels.last_mut() {
            level.longest = level.longest.max(level.dots + inner.depth());
        }
        self.measure(start)
    }

    fn mark(&mut self, byte: u8) -> Result<()> {
        let at = self.at;
        match byte {
            b'.' => {
                if let Some(level) = self.levels.last_mut() {
                    level.dots += 1;
                    level.longest = level.longest.max(level.dots);
                }
                self.measure(at)
            }
            b',' => {
                if let Some(level) = self.levels.last_mut() {
                    let deepest = level.deepest.max(level.operators + level.longest);
                    *level = Level { deepest, ..Level::default() };
                }
                Ok(())
            }
            // The second character of `&&`, `==`, `!=`, `<=` counts with the first.
            b'&' | b'|' | b'=' if self.follows_operator() => Ok(()),
            b'&' | b'|' | b'!' | b'-' | b'+' | b'*' | b'<' | b'>' | b'=' => self.operator(),
            _ => Ok(()),
        }
    }

    fn follows_operator(&self) -> bool {
        let before = self.at.checked_sub(2).and_then(|at| self.text.as_bytes().get(at));
        matches!(before, Some(b'&' | b'|' | b'=' | b'!' | b'<' | b'>'))
    }

    fn operator(&mut self) -> Result<()> {
        if let Some(level) = self.levels.last_mut() {
            level.operators += 1;
            level.dots = 0;
        }
        self.measure(self.at)
    }

    fn measure(&mut self, at: usize) -> Result<()> {
        let depth: usize = self.levels.iter().map(|level| level.depth()).sum();
        self.deepest = self.deepest.max(depth);
        if depth <= MAX_TREE {
            return Ok(());
        }
        let message =
            format!("a condition is longer than {MAX_TREE} steps; use sets, or two rules");
        Err(self.fault(ErrorKind::PolicyHostile, at, &message))
    }

    /// What was read since the last piece.
    fn piece(&mut self) -> Result<Piece<'a>> {
        let start = self.start.take().unwrap_or(self.at);
        self.levels = vec![Level::default()];
        let text = self.text.get(start..self.at).unwrap_or_default();
        if text.len() > MAX_POLICY {
            let message = format!("a policy has {} bytes, more than {MAX_POLICY}", text.len());
            return Err(self.fault(ErrorKind::PolicyHostile, start, &message));
        }
        let (line, column) = self.position(start);
        self.known = (start, (line, column));
        let depth = std::mem::take(&mut self.deepest);
        Ok(Piece { text, line, column, depth })
    }

    fn position(&self, at: usize) -> (u32, u32) {
        let (from, place) = self.known;
        let rest = self.text.get(from..).unwrap_or_default();
        position(rest, at.saturating_sub(from), place)
    }

    fn fault(&self, kind: ErrorKind, at: usize, message: &str) -> Error {
        let (line, column) = self.position(at);
        Error::new(kind, message)
            .with("file", self.file.escape_default().to_string())
            .with("line", line.to_string())
            .with("column", column.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> &'static str {
        split("f", text, &Limits::default()).unwrap_err().code()
    }

    #[test]
    fn pieces_end_at_semicolons_outside_strings_comments_and_brackets() {
        let text = "// a; b\npermit(principal, action, resource)\n  when { context.a == \";\" }; \n\n  @id(\"x\") forbid(principal, action, resource); // end;\n";
        let pieces = split("f", text, &Limits::default()).unwrap();
        assert_eq!(pieces.len(), 2);
        assert_eq!((pieces[0].line, pieces[0].column), (2, 1));
        assert_eq!((pieces[1].line, pieces[1].column), (5, 3));
        assert!(pieces[1].text.starts_with("@id") && pieces[1].text.ends_with(");"));
        assert!(split("f", " \n// nothing\n", &Limits::default()).unwrap().is_empty());
    }

    #[test]
    fn hostile_text_is_refused_and_honest_text_is_not() {
        let policy =
            |inner: &str| format!("permit(principal, action, resource) when {{ {inner} }};");
        let deep = |n: usize| policy(&format!("{}true{}", "(".repeat(n), ")".repeat(n)));
        assert!(split("f", &deep(40), &Limits::default()).is_ok());
        for n in [100, 10_000] {
            assert_eq!(code(&deep(n)), "policy/hostile");
        }
        for hostile in [
            "(".repeat(10_000),
            policy(&"[".repeat(500)),
            policy(&format!("{}true", "!".repeat(1_000))),
            policy(&format!("{}1 == 1", "-".repeat(1_000))),
            policy(&format!("{}true", "true && ".repeat(5_000))),
            policy(&format!("{}true", "if true then true else ".repeat(1_000))),
            policy(&format!("context{}", ".a".repeat(5_000))),
            format!("permit(principal, action, resource) {};", "when { true } ".repeat(5_000)),
            policy(&format!("{}{}", "(true && ".repeat(30).repeat(20), "true")),
        ] {
            assert_eq!(code(&hostile), "policy/hostile", "{hostile}");
        }
        let set = format!("[{}].contains(-1)", vec!["-1"; 5_000].join(", "));
        assert!(split("f", &policy(&set), &Limits::default()).is_ok());
        let fair = vec!["context.flow.destination.accounted"; 100].join(" && ");
        assert!(split("f", &policy(&fair), &Limits::default()).is_ok());
    }

    #[test]
    fn what_is_not_closed_is_named_with_its_place() {
        let error = split("mail.cedar", "permit(\n  \"x", &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "policy/parse");
        assert_eq!(error.fact("line"), Some("2"));
        assert_eq!(error.fact("column"), Some("3"));
        assert_eq!(error.fact("file"), Some("mail.cedar"));
        assert_eq!(code("permit(principal));"), "policy/parse");
        let limits = Limits { policies: 2, ..Limits::default() };
        assert_eq!(split("f", "a; b; c;", &limits).unwrap_err().code(), "limit/policies");
    }

    proptest! {
        #[test]
        fn any_text_is_split_without_loss(text in "[a-z(){};\"/ .,&!\n\u{e4}-]{0,200}") {
            if let Ok(pieces) = split("f", &text, &Limits::default()) {
                let mut rest = text.as_str();
                for piece in pieces {
                    rest = rest.split_once(piece.text).unwrap().1;
                }
            }
        }
    }
}
