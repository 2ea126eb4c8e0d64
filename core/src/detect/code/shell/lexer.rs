//! Splits a shell script into words and operators, quotes and substitutions resolved.

mod quotes;

/// One word before expansion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Text; quoted text is no keyword, no glob and no assignment.
    Text { text: String, quoted: bool },
    /// `$NAME`, `${NAME}`.
    Variable { name: String, quoted: bool },
    /// `$(...)`, backticks, `<(...)`, `>(...)`.
    Command(String),
    /// An expansion that is not followed: `${x:-y}`, `$((..))`.
    Opaque,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Pipe,
    /// `;`, a newline, `&&`, `||`, `&`.
    End,
    /// `;;`
    CaseEnd,
    Open,
    Close,
    /// The next word is the target.
    Redirect(Direction),
    /// The body of a here-document.
    Body(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// `>`, `>|`, `&>`.
    Write,
    /// `>>`
    Append,
    /// `<`, `<>`
    Read,
    /// `<<<`
    Text,
    /// `>&`, `<&` with a descriptor.
    Duplicate,
}

/// The tokens, and whether the script ended where it should.
pub(super) fn split(text: &str) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { rest: text, tokens: Vec::new(), word: None, bodies: Vec::new() };
    let complete = lexer.run().is_some();
    lexer.flush();
    let complete = complete && lexer.bodies.is_empty();
    (lexer.tokens, complete)
}

struct Lexer<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
    word: Option<Word>,
    /// Delimiters of here-documents that are due at the next line, and whether tabs are cut.
    bodies: Vec<(String, bool)>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> Option<()> {
        while let Some(c) = self.rest.chars().next() {
            match c {
                ' ' | '\t' | '\r' => {
                    self.skip(1);
                    self.flush();
                }
                '\n' => {
                    self.skip(1);
                    self.push(Token::End);
                    self.here_documents();
                }
                '#' if self.word.is_none() => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.skip(end);
                }
                '\\' => self.escape(),
                '\'' => {
                    self.skip(1);
                    let text = self.until('\'')?;
                    self.text(text, true);
                }
                '"' => {
                    self.skip(1);
                    self.double_quoted()?;
                }
                '$' => self.dollar(false)?,
                '`' => self.backticks()?,
                _ => self.operator(c)?,
            }
        }
        Some(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn flush(&mut self) {
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word));
        }
    }

    fn push(&mut self, token: Token) {
        self.flush();
        self.tokens.push(token);
    }

    fn part(&mut self, part: Part) {
        self.word.get_or_insert_default().parts.push(part);
    }

    fn text(&mut self, more: &str, is_quoted: bool) {
        let parts = &mut self.word.get_or_insert_default().parts;
        match parts.last_mut() {
            Some(Part::Text { text, quoted }) if *quoted == is_quoted => text.push_str(more),
            _ => parts.push(Part::Text { text: more.to_owned(), quoted: is_quoted }),
        }
    }

    /// Takes everything before `end`, and `end`.
    fn until(&mut self, end: char) -> Option<&'a str> {
        let (text, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(text)
    }

    fn escape(&mut self) {
        self.skip(1);
        let Some(c) = self.rest.chars().next() else { return };
        self.skip(c.len_utf8());
        // A backslash before a line end joins the lines.
        if c != '\n' {
            self.text(c.encode_utf8(&mut [0; 4]), true);
        }
    }

    fn operator(&mut self, c: char) -> Option<()> {
        let starts = |prefix: &str| self.rest.starts_with(prefix);
        match c {
            '|' if starts("||") => self.take(2, Token::End),
            '|' if starts("|&") => self.take(2, Token::Pipe),
            '|' => self.take(1, Token::Pipe),
            '&' if starts("&>>") => self.take(3, Token::Redirect(Direction::Append)),
            '&' if starts("&>") => self.take(2, Token::Redirect(Direction::Write)),
            '&' if starts("&&") => self.take(2, Token::End),
            '&' => self.take(1, Token::End),
            ';' if starts(";;") => self.take(2, Token::CaseEnd),
            ';' => self.take(1, Token::End),
            '(' => self.take(1, Token::Open),
            ')' => self.take(1, Token::Close),
            '<' | '>' if starts("<(") || starts(">(") => {
                self.skip(2);
                let inner = self.balanced('(', ')')?.to_owned();
                self.part(Part::Command(inner));
            }
            '<' | '>' => self.redirect(c),
            _ => {
                let end = self.rest.find(is_special).unwrap_or(self.rest.len()).max(c.len_utf8());
                let text = self.rest.get(..end)?;
                self.skip(end);
                self.text(text, false);
            }
        }
        Some(())
    }

    fn take(&mut self, bytes: usize, token: Token) {
        self.skip(bytes);
        self.push(token);
    }

    fn redirect(&mut self, c: char) {
        // A number right before is the descriptor, no word.
        if let Some(Word { parts }) = &self.word
            && let [Part::Text { text, quoted: false }] = parts.as_slice()
            && text.chars().all(|c| c.is_ascii_digit())
        {
            self.word = None;
        }
        let starts = |prefix: &str| self.rest.starts_with(prefix);
        let (bytes, direction) = match c {
            '<' if starts("<<<") => (3, Direction::Text),
            '<' if starts("<<") => {
                self.flush();
                return self.here_document_mark();
            }
            '<' if starts("<&") => (2, Direction::Duplicate),
            '<' if starts("<>") => (2, Direction::Read),
            '<' => (1, Direction::Read),
            _ if starts(">>") => (2, Direction::Append),
            _ if starts(">&") => (2, Direction::Duplicate),
            _ if starts(">|") => (2, Direction::Write),
            _ => (1, Direction::Write),
        };
        self.take(bytes, Token::Redirect(direction));
    }

    fn here_document_mark(&mut self) {
        self.skip(2);
        let cut_tabs = self.rest.starts_with('-');
        self.rest =
            self.rest.strip_prefix('-').unwrap_or(self.rest).trim_start_matches([' ', '\t']);
        let end = self.rest.find([' ', '\t', '\n', ';', '|', '&', '<', '>', ')']);
        let mark = self.rest.get(..end.unwrap_or(self.rest.len())).unwrap_or_default();
        self.skip(mark.len());
        self.bodies.push((mark.replace(['\'', '"', '\\'], ""), cut_tabs));
    }

    /// Takes the bodies that are due.
    fn here_documents(&mut self) {
        let mut due = std::mem::take(&mut self.bodies).into_iter();
        for (mark, cut_tabs) in due.by_ref() {
            let mut used = 0;
            let mut body_end = None;
            for line in self.rest.split_inclusive('\n') {
                let bare = line.trim_end_matches(['\n', '\r']);
                let bare = if cut_tabs { bare.trim_start_matches('\t') } else { bare };
                if bare == mark {
                    body_end = Some((used, used + line.len()));
                    break;
                }
                used += line.len();
            }
            let Some((end, next)) = body_end else {
                self.bodies.push((mark, cut_tabs));
                break;
            };
            let body = self.rest.get(..end).unwrap_or_default().to_owned();
            self.skip(next);
            // It belongs to the command before the line end.
            let place = self.tokens.len().saturating_sub(1);
            self.tokens.insert(place, Token::Body(body));
        }
        self.bodies.extend(due);
        if !self.bodies.is_empty() {
            // The rest is a body that does not end.
            self.rest = "";
        }
    }
}

fn is_special(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\r'
            | '\n'
            | '\\'
            | '\''
            | '"'
            | '$'
            | '`'
            | '|'
            | '&'
            | ';'
            | '('
            | ')'
            | '<'
            | '>'
    )
}
