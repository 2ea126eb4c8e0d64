//! Quotes and expansions inside a word.

use super::{Lexer, Part};

impl<'a> Lexer<'a> {
    pub(super) fn double_quoted(&mut self) -> Option<()> {
        self.text("", true);
        loop {
            let at = self.rest.find(['"', '\\', '$', '`'])?;
            let text = self.rest.get(..at)?;
            self.text(text, true);
            self.skip(at);
            match self.rest.chars().next()? {
                '"' => {
                    self.skip(1);
                    return Some(());
                }
                '\\' => {
                    self.skip(1);
                    let c = self.rest.chars().next()?;
                    self.skip(c.len_utf8());
                    if !matches!(c, '"' | '\\' | '$' | '`' | '\n') {
                        self.text("\\", true);
                    }
                    if c != '\n' {
                        self.text(c.encode_utf8(&mut [0; 4]), true);
                    }
                }
                '$' => self.dollar(true)?,
                _ => self.backticks()?,
            }
        }
    }

    pub(super) fn backticks(&mut self) -> Option<()> {
        self.skip(1);
        let mut inner = String::new();
        loop {
            let at = self.rest.find(['`', '\\'])?;
            inner.push_str(self.rest.get(..at)?);
            let closing = self.rest.get(at..)?.starts_with('`');
            self.skip(at + 1);
            if closing {
                self.part(Part::Command(inner));
                return Some(());
            }
            let c = self.rest.chars().next()?;
            self.skip(c.len_utf8());
            if !matches!(c, '`' | '\\' | '$') {
                inner.push('\\');
            }
            inner.push(c);
        }
    }

    pub(super) fn dollar(&mut self, quoted: bool) -> Option<()> {
        self.skip(1);
        let mut chars = self.rest.chars();
        match chars.next() {
            Some('(') => {
                let is_arithmetic = chars.next() == Some('(');
                self.skip(1);
                let inner = self.balanced('(', ')')?;
                if is_arithmetic && inner.ends_with(')') && !inner.contains(['$', '`']) {
                    self.part(Part::Opaque);
                } else {
                    self.part(Part::Command(inner.to_owned()));
                }
            }
            Some('{') => {
                self.skip(1);
                let inner = self.balanced('{', '}')?;
                self.braced(inner, quoted);
            }
            Some('\'') if !quoted => {
                self.skip(1);
                self.ansi_quoted()?;
            }
            Some('"') if !quoted => {}
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let name = self.rest.get(..end.unwrap_or(self.rest.len()))?.to_owned();
                self.skip(name.len());
                self.part(Part::Variable { name, quoted });
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '@' | '*' | '?' | '#' | '!' | '-') => {
                self.skip(1);
                self.part(Part::Variable { name: c.to_string(), quoted });
            }
            Some('$') => {
                self.skip(1);
                self.part(Part::Opaque);
            }
            _ => self.text("$", quoted),
        }
        Some(())
    }

    fn braced(&mut self, inner: &str, quoted: bool) {
        let name = inner.trim_end_matches("[@]").trim_end_matches("[*]");
        if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.part(Part::Variable { name: name.to_owned(), quoted });
            return;
        }
        self.part(Part::Opaque);
        // A command in a default value runs: what stands there is read as commands.
        if inner.contains("$(") || inner.contains('`') {
            let from = inner.find(['$', '`']).unwrap_or(0);
            self.part(Part::Command(inner.get(from..).unwrap_or_default().to_owned()));
        }
    }

    /// Takes what stands before the closing sign, and the sign. Quotes hide signs.
    pub(super) fn balanced(&mut self, open: char, close: char) -> Option<&'a str> {
        let mut depth = 1_usize;
        let mut quote = None;
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match quote {
                Some('\'') if c != '\'' => continue,
                _ if c == '\\' => {
                    chars.next();
                    continue;
                }
                Some(open_quote) => {
                    if c == open_quote {
                        quote = None;
                    }
                    continue;
                }
                None => {}
            }
            if matches!(c, '\'' | '"' | '`') {
                quote = Some(c);
            } else if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
                if depth == 0 {
                    let inner = self.rest.get(..at);
                    self.rest = self.rest.get(at + close.len_utf8()..).unwrap_or_default();
                    return inner;
                }
            }
        }
        None
    }

    /// `$'...'`, where `\x72` is a letter.
    fn ansi_quoted(&mut self) -> Option<()> {
        let mut out = String::new();
        loop {
            let at = self.rest.find(['\'', '\\'])?;
            out.push_str(self.rest.get(..at)?);
            let closing = self.rest.get(at..)?.starts_with('\'');
            self.skip(at + 1);
            if closing {
                self.text(&out, true);
                return Some(());
            }
            let c = self.rest.chars().next()?;
            self.skip(c.len_utf8());
            match c {
                'x' => out.extend(self.number(2, 16)),
                'u' => out.extend(self.number(4, 16)),
                'U' => out.extend(self.number(8, 16)),
                '0'..='7' => {
                    let first = c.to_digit(8)?;
                    let more = self.digits(2, 8);
                    let value = more.chars().filter_map(|d| d.to_digit(8));
                    out.extend(char::from_u32(value.fold(first, |sum, d| sum * 8 + d)));
                }
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                'e' | 'E' => out.push('\u{1b}'),
                'a' | 'b' | 'f' | 'v' => {}
                c => out.push(c),
            }
        }
    }

    fn digits(&mut self, most: usize, radix: u32) -> &'a str {
        let length = self.rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        let digits = self.rest.get(..length).unwrap_or_default();
        self.skip(length);
        digits
    }

    fn number(&mut self, most: usize, radix: u32) -> Option<char> {
        u32::from_str_radix(self.digits(most, radix), radix).ok().and_then(char::from_u32)
    }
}
