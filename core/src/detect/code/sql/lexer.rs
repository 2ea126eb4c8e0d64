//! Splits SQL into words, literals and signs.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or bare name, lower case.
    Word(String),
    /// A quoted name.
    Name(String),
    /// A string.
    Text(String),
    Number(String),
    Sign(char),
    Open,
    Close,
    /// `;`
    End,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Where strings and comments end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The standard, as PostgreSQL and SQLite read it: a backslash is a letter, comments nest,
    /// `$$` quotes.
    Standard,
    /// As MySQL reads it: a backslash escapes, `#` comments, `"` quotes strings, `/*!` is code.
    Escaping,
}

impl Dialect {
    pub(super) const BOTH: [Dialect; 2] = [Dialect::Standard, Dialect::Escaping];
}

/// The tokens, and whether every quote and comment was closed.
pub(super) fn split(text: &str, dialect: Dialect) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { rest: text, dialect, tokens: Vec::new() };
    let complete = lexer.run().is_some();
    (lexer.tokens, complete)
}

struct Lexer<'a> {
    rest: &'a str,
    dialect: Dialect,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> Option<()> {
        let escaping = self.dialect == Dialect::Escaping;
        while let Some(c) = self.rest.chars().next() {
            match c {
                _ if c.is_whitespace() => self.skip(c.len_utf8()),
                '-' if self.rest.starts_with("--") && self.is_comment() => self.line(),
                '#' if escaping => self.line(),
                '/' if escaping && self.rest.starts_with("/*!") => {
                    // MySQL runs what stands in it, after an optional version.
                    self.skip(3);
                    let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
                    self.skip(digits);
                }
                '*' if escaping && self.rest.starts_with("*/") => self.skip(2),
                '/' if self.rest.starts_with("/*") => self.comment()?,
                '\'' => {
                    let escapes = escaping || self.has_escape_mark();
                    let text = self.quoted('\'', escapes)?;
                    self.tokens.push(Token::Text(text));
                }
                '"' => {
                    let text = self.quoted('"', escaping)?;
                    self.tokens.push(if escaping { Token::Text(text) } else { Token::Name(text) });
                }
                '`' => {
                    let text = self.quoted('`', false)?;
                    self.tokens.push(Token::Name(text));
                }
                '$' if !escaping => self.dollar()?,
                ';' => self.sign(Token::End),
                '(' => self.sign(Token::Open),
                ')' => self.sign(Token::Close),
                _ if c.is_ascii_digit() => {
                    let number = self.take(|c| c.is_ascii_alphanumeric() || c == '.').to_owned();
                    self.tokens.push(Token::Number(number));
                }
                _ if c.is_alphanumeric() || c == '_' || c == '@' => {
                    let word = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '$'));
                    let word = word.to_lowercase();
                    self.tokens.push(Token::Word(word));
                }
                _ => {
                    self.skip(c.len_utf8());
                    self.tokens.push(Token::Sign(c));
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
        self.tokens.push(token);
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c: char| !wanted(c)).unwrap_or(self.rest.len());
        let taken = self.rest.get(..end).unwrap_or_default();
        self.skip(end);
        taken
    }

    /// MySQL takes `--` for a comment only before a space.
    fn is_comment(&self) -> bool {
        self.dialect == Dialect::Standard
            || self.rest.chars().nth(2).is_none_or(|c| c.is_whitespace() || c.is_control())
    }

    fn line(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.skip(end);
    }

    fn comment(&mut self) -> Option<()> {
        self.skip(2);
        let mut depth = 1_usize;
        while depth > 0 {
            let at = self.rest.find(['/', '*'])?;
            self.skip(at);
            if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else if self.rest.starts_with("/*") && self.dialect == Dialect::Standard {
                depth += 1;
                self.skip(2);
            } else {
                self.skip(1);
            }
        }
        Some(())
    }

    /// `E'...'` has backslash escapes in PostgreSQL.
    fn has_escape_mark(&mut self) -> bool {
        let marked = self.tokens.last() == Some(&Token::Word("e".to_owned()));
        if marked {
            self.tokens.pop();
        }
        marked
    }

    fn quoted(&mut self, quote: char, escapes: bool) -> Option<String> {
        self.skip(1);
        let mut text = String::new();
        loop {
            let at = self.rest.find(|c| c == quote || (escapes && c == '\\'))?;
            text.push_str(self.rest.get(..at)?);
            self.skip(at);
            if self.rest.starts_with('\\') && escapes {
                self.skip(1);
                let c = self.rest.chars().next()?;
                text.push(c);
                self.skip(c.len_utf8());
                continue;
            }
            self.skip(1);
            // Doubled, it stands for itself.
            if !self.rest.starts_with(quote) {
                return Some(text);
            }
            text.push(quote);
            self.skip(1);
        }
    }

    fn dollar(&mut self) -> Option<()> {
        let tag_end = self.rest.get(1..)?.find(|c: char| !c.is_alphanumeric() && c != '_');
        let tag_end = tag_end.map_or(self.rest.len(), |at| at + 1);
        let is_tag = self.rest.get(tag_end..).is_some_and(|rest| rest.starts_with('$'))
            && !self.rest.get(1..2).is_some_and(|c| c.bytes().all(|b| b.is_ascii_digit()));
        if !is_tag {
            self.skip(1);
            self.tokens.push(Token::Sign('$'));
            return Some(());
        }
        let tag = self.rest.get(..=tag_end)?;
        self.skip(tag.len());
        let (body, rest) = self.rest.split_once(tag)?;
        self.tokens.push(Token::Text(body.to_owned()));
        self.rest = rest;
        Some(())
    }
}
