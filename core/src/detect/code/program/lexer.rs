//! Splits program text into names, strings and signs.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name with its path: `os.path.join`, `fs.rmSync`.
    Name(String),
    /// A string, escapes resolved.
    Text(String),
    Open,
    Close,
    Sign(char),
}

/// How comments and strings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Python, Ruby, shell-like: `#` comments, `"""` strings.
    Hash,
    /// JavaScript and its like: `//` and `/* */` comments, templates, regular expressions.
    Slash,
}

impl Language {
    pub(super) const BOTH: [Language; 2] = [Language::Hash, Language::Slash];
}

/// What a text was split into.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    /// Program text inside strings: `${...}` and `{...}`.
    pub(super) expressions: Vec<String>,
    /// Whether every string and comment was closed.
    pub(super) complete: bool,
    /// Whether something stands outside strings that the language cannot have there.
    pub(super) foreign: bool,
}

/// Splits `text`.
pub(super) fn split(text: &str, language: Language) -> Lexed {
    let mut lexer = Lexer { rest: text, language, out: Lexed::default() };
    let complete = lexer.run().is_some();
    lexer.out.complete = complete;
    if language == Language::Hash {
        lexer.out.foreign = is_foreign_to_python(&lexer.out.tokens);
    }
    lexer.out
}

/// Signs and words that Python refuses, so that a text which has them is something else.
fn is_foreign_to_python(tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| match pair {
        [Token::Sign('='), Token::Sign('>')]
        | [Token::Sign('&'), Token::Sign('&')]
        | [Token::Sign('|'), Token::Sign('|')] => true,
        [Token::Name(word), Token::Name(_)] => {
            matches!(word.as_str(), "const" | "let" | "var" | "function" | "new")
        }
        _ => false,
    })
}

struct Lexer<'a> {
    rest: &'a str,
    language: Language,
    out: Lexed,
}

impl Lexer<'_> {
    fn run(&mut self) -> Option<()> {
        let slash = self.language == Language::Slash;
        while let Some(c) = self.rest.chars().next() {
            match c {
                _ if c.is_whitespace() => self.skip(c.len_utf8()),
                '#' if !slash => self.line(),
                '#' => {
                    self.skip(1);
                    // `#name` is a private field; nothing else begins so.
                    self.out.foreign |=
                        !self.rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
                }
                '/' if slash && self.rest.starts_with("//") => self.line(),
                '/' if slash && self.rest.starts_with("/*") => {
                    let end = self.rest.get(2..)?.find("*/")?;
                    self.skip(end + 4);
                }
                '/' if slash && self.begins_expression() => self.pattern(),
                '"' | '\'' => self.string(c)?,
                '`' if slash => self.string('`')?,
                '(' => self.sign(Token::Open),
                ')' => self.sign(Token::Close),
                _ if c.is_alphabetic() || c == '_' || c == '$' => self.name(),
                '.' => self.member(),
                _ => {
                    self.skip(c.len_utf8());
                    self.out.tokens.push(Token::Sign(c));
                }
            }
        }
        Some(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn sign(&mut self, token: Token) {
        self.skip(1);
        self.out.tokens.push(token);
    }

    fn line(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.skip(end);
    }

    fn name(&mut self) {
        let wanted = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).unwrap_or_default();
        let is_prefix = name.len() <= 2
            && name
                .bytes()
                .all(|b| matches!(b, b'r' | b'R' | b'b' | b'B' | b'f' | b'F' | b'u' | b'U'))
            && self.rest.get(end..).is_some_and(|rest| rest.starts_with(['"', '\'']));
        if !is_prefix {
            self.out.tokens.push(Token::Name(name.trim_end_matches('.').to_owned()));
        }
        self.skip(end);
    }

    /// `.name` after a call or an index.
    fn member(&mut self) {
        self.skip(1);
        if !self.rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.out.tokens.push(Token::Sign('.'));
        }
    }

    /// Whether a `/` here begins a regular expression, not a division.
    fn begins_expression(&self) -> bool {
        match self.out.tokens.last() {
            None
            | Some(
                Token::Open
                | Token::Sign('=' | ',' | ':' | '[' | '!' | '&' | '|' | '?' | '{' | '}' | ';'),
            ) => true,
            Some(Token::Name(name)) => name == "return",
            _ => false,
        }
    }

    fn pattern(&mut self) {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = (*c == '/' && !escaped) || *c == '\n';
            escaped = *c == '\\' && !escaped;
            ends
        });
        match end {
            Some((at, '/')) => self.skip(at + 1),
            _ => self.skip(1),
        }
        self.out.tokens.push(Token::Sign('/'));
    }

    fn string(&mut self, quote: char) -> Option<()> {
        let triple = match quote {
            '"' => "\"\"\"",
            _ => "'''",
        };
        let is_long = self.language == Language::Hash && self.rest.starts_with(triple);
        self.skip(if is_long { 3 } else { 1 });
        let mut text = String::new();
        loop {
            let stops = [quote, '\\', '\n'];
            let at = self.rest.find(stops)?;
            text.push_str(self.rest.get(..at)?);
            self.skip(at);
            let c = self.rest.chars().next()?;
            if c == '\\' {
                self.skip(1);
                self.escape(&mut text)?;
                continue;
            }
            if is_long && self.rest.starts_with(triple) {
                self.skip(3);
                break;
            }
            self.skip(1);
            if c == quote && !is_long {
                break;
            }
            // A plain string does not go over a line end.
            if c == '\n' && !is_long && quote != '`' {
                return None;
            }
            text.push(c);
        }
        self.expressions(&text);
        self.out.tokens.push(Token::Text(text));
        Some(())
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = self.rest.get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
            if let Some(c) = code.and_then(char::from_u32) {
                text.push(c);
                self.skip(digits);
                return Some(());
            }
        }
        match c {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '\n' => {}
            c => text.push(c),
        }
        Some(())
    }

    /// Calls inside a template or an f-string run.
    fn expressions(&mut self, text: &str) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let Some((inner, next)) = after.split_once('}') else { return };
            if inner.contains('(') {
                self.out.expressions.push(inner.to_owned());
            }
            rest = next;
        }
    }
}
