//! Typed values that stand in free text: addresses, accounts, numbers, dates, times, paths.

mod calendar;
mod links;
mod runs;

use super::canonical::{self, Date, Kind};
use crate::digest::Digest;
use crate::span::Span;
use calendar::{month, ordinal};
use links::{bare_url, trim_url};
use runs::{AT, COMMA, DIGIT, DOT, LETTER, SLASH, class, run};

/// One typed value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entity {
    pub(super) kind: Kind,
    pub(super) form: String,
    pub(super) span: Span,
}

/// Calls `found` with each typed value in `text`, in order. `found` says whether to go on.
pub(super) fn scan(text: &str, found: &mut dyn FnMut(Entity) -> bool) {
    let mut scanner = Scanner { text, found, trail: Trail::default(), done: false };
    let mut at = 0;
    while at <= text.len() && !scanner.done {
        let run = run(text, at);
        if run.end > at {
            scanner.chunk(Span::new(at, run.end), run.seen);
        }
        at = run.next;
    }
}

/// All typed values in a short text.
pub(super) fn all(text: &str) -> Vec<Entity> {
    let mut entities = Vec::new();
    scan(text, &mut |entity| {
        entities.push(entity);
        true
    });
    entities
}

/// What stood before the piece at hand, for values of several pieces.
#[derive(Default)]
struct Trail<'a> {
    last: Option<(&'a str, Span)>,
    /// Day and month, where the last pieces were these: a year may follow.
    day: Option<(Date, Span)>,
    /// An account in groups: compact so far, and where.
    account: Option<(String, Span)>,
    /// An account number was announced, this many pieces ago.
    announced: Option<u8>,
}

struct Scanner<'a, 'f> {
    text: &'a str,
    found: &'f mut dyn FnMut(Entity) -> bool,
    trail: Trail<'a>,
    done: bool,
}

impl<'a> Scanner<'a, '_> {
    fn emit(&mut self, kind: Kind, form: String, span: Span) {
        if !self.done {
            self.done = !(self.found)(Entity { kind, form, span });
        }
    }

    /// One run without a space.
    fn chunk(&mut self, span: Span, seen: u8) {
        let Some(chunk) = span.of(self.text) else { return };
        // Nearly all words have none of these, and nothing before them asks for more.
        if seen == LETTER {
            return self.word(chunk, span);
        }
        let bytes = chunk.as_bytes();
        let mark = |b: &u8| matches!(b, b'.' | b',');
        let plain = seen & !(LETTER | DOT | COMMA) == 0;
        let inner = || bytes.get(1..bytes.len() - 1).unwrap_or_default();
        if plain && (seen & DOT == 0 || !inner().contains(&b'.')) {
            let length = bytes.len() - bytes.iter().rev().take_while(|b| mark(b)).count();
            let word = chunk.get(..length).unwrap_or_default();
            return self.word(word, Span::new(span.start, span.start + length));
        }
        if seen & SLASH == 0 {
            return self.pieces(span);
        }
        if let Some(bare) = bare_url(chunk)
            && let Some(form) = canonical::url(bare.of(chunk).unwrap_or_default())
        {
            return self.link(form, bare.shift(span.start));
        }
        let mut at = span.start;
        while let Some(url) = self.url_in(Span::new(at, span.end)) {
            self.pieces(Span::new(at, url.start));
            let text = url.of(self.text).unwrap_or_default();
            // What nobody can read leads somewhere all the same.
            let form = canonical::url(text).unwrap_or_else(|| Digest::of(text.as_bytes()).hex());
            self.emit(Kind::Url, form, url);
            at = url.end;
        }
        self.pieces(Span::new(at, span.end));
    }

    /// A URL without scheme: it may as well be a path.
    fn link(&mut self, form: String, span: Span) {
        let path = span.of(self.text).filter(|text| text.contains('/')).and_then(canonical::path);
        self.emit(Kind::Url, form, span);
        if let Some((form, span)) = self.glued(span) {
            self.emit(Kind::Url, form, span);
        }
        if let Some(path) = path {
            self.emit(Kind::Path, path, span);
        }
    }

    /// `www.shop.example.They`: the host alone, where the next sentence seems to be glued to it.
    fn glued(&self, span: Span) -> Option<(String, Span)> {
        let (head, tail) = span.of(self.text)?.rsplit_once('.')?;
        let sentence = tail.starts_with(|c: char| c.is_ascii_uppercase())
            && tail.bytes().all(|b| b.is_ascii_alphabetic());
        let host = head.contains('.')
            && head
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
        if !sentence || !host {
            return None;
        }
        let span = Span::new(span.start, span.start + head.len());
        canonical::url(head).map(|form| (form, span))
    }

    /// The first URL with a scheme.
    fn url_in(&self, span: Span) -> Option<Span> {
        let chunk = span.of(self.text)?;
        let mut from = 0;
        loop {
            let mark = from + chunk.get(from..)?.find("://")?;
            let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            let head = chunk.get(..mark)?;
            let start = head.rfind(|c| !scheme(c)).map_or(0, |i| i + next_len(head, i));
            let start = start.max(from);
            if start >= mark {
                from = mark + 3;
                continue;
            }
            let rest = chunk.get(mark + 3..)?;
            let stop = |c: char| "\"<>`{}|\\".contains(c) || c.is_control();
            let end = mark + 3 + rest.find(stop).unwrap_or(rest.len());
            let end = start + trim_url(chunk.get(start..end)?).len();
            if end > mark + 3 {
                return Some(Span::new(span.start + start, span.start + end));
            }
            from = mark + 3;
        }
    }

    fn pieces(&mut self, span: Span) {
        let mut at = span.start;
        while let Some(rest) = self.text.get(at..span.end).filter(|rest| !rest.is_empty()) {
            let length = piece_len(rest);
            self.piece(rest.get(..length).unwrap_or_default(), at);
            at += length + next_len(rest, length);
        }
    }

    fn piece(&mut self, piece: &'a str, start: usize) {
        let trimmed = piece.trim_start_matches(['\'', '‘', '’', ':', '*', '!', '?']);
        let start = start + (piece.len() - trimmed.len());
        let piece = trimmed.trim_end_matches(['.', ':', '!', '?', '\'', '’', '*', '…']);
        let span = Span::new(start, start + piece.len());
        if piece.is_empty() {
            return;
        }
        let seen = piece.bytes().fold(0, |seen, byte| seen | class(byte));
        if seen & AT != 0 {
            return self.address(span);
        }
        if seen & DIGIT != 0 && self.digits(piece, span) {
            return;
        }
        if seen & DOT != 0
            && let Some(form) = canonical::url(piece)
        {
            return self.link(form, span);
        }
        if seen & SLASH != 0 {
            if piece.len() > 1
                && let Some(form) = canonical::path(piece)
            {
                self.emit(Kind::Path, form, span);
            }
            return;
        }
        self.word(piece, span);
    }

    /// E-mail addresses around each `@`.
    fn address(&mut self, span: Span) {
        let Some(piece) = span.of(self.text) else { return };
        let mut from = 0;
        while let Some(mark) = piece.get(from..).and_then(|rest| rest.find('@')).map(|i| i + from) {
            let head = piece.get(from..mark).unwrap_or_default();
            let tail = piece.get(mark + 1..).unwrap_or_default();
            let local = |c: char| c.is_alphanumeric() || "!#$&'*+-/?^_{}~.".contains(c);
            let domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
            let start = from + head.rfind(|c| !local(c)).map_or(0, |i| i + next_len(head, i));
            let length = tail.find(|c| !domain(c)).unwrap_or(tail.len());
            let end = mark + 1 + tail.get(..length).unwrap_or_default().trim_end_matches('.').len();
            if let Some(form) = piece.get(start..end).and_then(canonical::email) {
                self.emit(Kind::Email, form, Span::new(span.start + start, span.start + end));
            }
            from = (mark + 1).max(end);
        }
    }

    /// Dates, times, accounts and numbers; says whether the piece was one.
    fn digits(&mut self, piece: &'a str, span: Span) -> bool {
        // `w7`, `abc123`: nearly all words with a digit are none of these.
        let mut head = piece.chars();
        let opens = match (head.next(), head.next()) {
            (Some(a), Some(b)) if a.is_ascii_uppercase() && b.is_ascii_uppercase() => true,
            (Some(a), _) => !a.is_alphabetic(),
            (None, _) => false,
        };
        if !opens && self.trail.account.is_none() {
            return false;
        }
        if let Some((day, clock)) = piece.split_once('T')
            && let (Some(date), Some(clock)) = (Date::parse(day), canonical::time(clock))
        {
            self.emit(Kind::Date, date.form(), Span::new(span.start, span.start + day.len()));
            self.emit(Kind::Time, clock, Span::new(span.start + day.len() + 1, span.end));
            return true;
        }
        if let Some(date) = Date::parse(piece) {
            self.emit(Kind::Date, date.form(), span);
            return true;
        }
        if let Some(clock) = canonical::time(piece) {
            self.emit(Kind::Time, clock, span);
            return true;
        }
        if self.named_date(piece, span) || self.account(piece, span) {
            self.trail.last = Some((piece, span));
            return true;
        }
        self.trail.last = Some((piece, span));
        match canonical::number(piece) {
            Some(form) => {
                self.emit(Kind::Number, form, span);
                true
            }
            None => false,
        }
    }

    /// `May 15`, `15 May`, `15. Mai 2024`: with the trail that stands before.
    fn named_date(&mut self, piece: &str, span: Span) -> bool {
        if let Some((date, before)) = self.trail.day.take()
            && piece.len() == 4
            && let Some(dated) =
                piece.parse().ok().and_then(|y| Date::new(Some(y), date.month, date.day))
            && follows(before, span, 3)
        {
            self.emit(Kind::Date, dated.form(), before.cover(&span));
            return true;
        }
        let Some((last, before)) = self.trail.last else { return false };
        let Some(day) = ordinal(piece).filter(|_| follows(before, span, 3)) else { return false };
        month(last).is_some_and(|month| self.day(month, day, before.cover(&span)))
    }

    fn day(&mut self, month: u8, day: u8, span: Span) -> bool {
        let Some(date) = Date::new(None, month, day) else { return false };
        self.emit(Kind::Date, date.form(), span);
        self.trail.day = Some((date, span));
        true
    }

    /// An IBAN, in one piece or in groups; a long number that was announced as an account.
    fn account(&mut self, piece: &str, span: Span) -> bool {
        // Letters open one, or it goes on, or it was announced.
        let mut head = piece.bytes().filter(|b| *b != b'-');
        let opens = head.by_ref().take(2).all(|b| b.is_ascii_alphabetic());
        let announced = self.trail.announced.is_some_and(|ago| ago < 3);
        if piece.len() > 48 || !(opens || announced || self.trail.account.is_some()) {
            return false;
        }
        let compact: Option<String> = piece
            .bytes()
            .filter(|b| *b != b'-')
            .map(|b| b.is_ascii_alphanumeric().then(|| char::from(b.to_ascii_uppercase())))
            .collect();
        let Some(compact) = compact else { return false };
        if let Some((mut so_far, start)) = self.trail.account.take()
            && follows(start, span, 2)
            && so_far.len() + compact.len() <= 34
        {
            so_far.push_str(&compact);
            let whole = start.cover(&span);
            if canonical::is_iban(&so_far) {
                self.emit(Kind::Account, so_far.clone(), whole);
            }
            self.trail.account = Some((so_far, whole));
            return true;
        }
        if canonical::is_iban(&compact) {
            self.emit(Kind::Account, compact, span);
            return true;
        }
        let mut head = compact.bytes();
        let opens = head.by_ref().take(2).all(|b| b.is_ascii_uppercase())
            && head.by_ref().take(2).filter(u8::is_ascii_digit).count() == 2;
        if opens && compact.len() <= 34 {
            if compact.len() >= 15 {
                // Shaped like one, with the wrong check digits: as strict.
                self.emit(Kind::Account, compact.clone(), span);
            }
            self.trail.account = Some((compact, span));
            return true;
        }
        let digits = compact.len() >= 6 && compact.bytes().all(|b| b.is_ascii_digit());
        if digits && announced {
            self.emit(Kind::Account, compact, span);
        }
        false
    }

    /// A word without digits: it may complete a date or a time, or announce an account.
    fn word(&mut self, word: &'a str, span: Span) {
        if word.is_empty() {
            return;
        }
        if let Some((last, before)) = self.trail.last
            && last.starts_with(|c: char| c.is_ascii_digit())
            && follows(before, span, 3)
        {
            if word.len() == 2
                && let Some(form) = canonical::time(&format!("{last}{word}"))
            {
                self.emit(Kind::Time, form, before.cover(&span));
            } else if let Some(day) = ordinal(last)
                && let Some(month) = month(word)
            {
                self.day(month, day, before.cover(&span));
            }
        }
        if let Some((so_far, start)) = &self.trail.account
            && (!follows(*start, span, 2) || so_far.len() < 4 || word.len() > 4)
        {
            self.trail.account = None;
        } else if self.trail.account.is_some() {
            // GB82 WEST 1234: a group of letters.
            self.account(word, span);
        }
        let filler = matches!(word, "of" | "de" | "the" | "is" | "number" | "no");
        if !filler {
            self.trail.last = Some((word, span));
            self.trail.announced = match self.trail.announced {
                _ if announces_account(word) => Some(0),
                Some(ago) => ago.checked_add(1),
                None => None,
            };
        } else if let Some((last, before)) = self.trail.last {
            // `15 of May`: the day stays in mind.
            self.trail.last = Some((last, before.cover(&span)));
        }
        self.trail.day = self.trail.day.filter(|_| filler);
    }
}

/// Bytes up to the first mark that separates values. A comma between digits binds: `1,000`.
fn piece_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let splits = match c {
            ',' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
            c if c.is_ascii() => "\"<>()[]{}|;=`".contains(c) || c.is_ascii_control(),
            c => "“”„«»、。，；！？".contains(c) || c.is_control(),
        };
        if splits {
            return at;
        }
        at += c.len_utf8();
    }
    text.len()
}

/// Whether `span` starts behind `before`, at most `gap` bytes on.
fn follows(before: Span, span: Span, gap: usize) -> bool {
    span.start.checked_sub(before.end).is_some_and(|between| between <= gap)
}

fn next_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

fn announces_account(word: &str) -> bool {
    const WORDS: &[&str] =
        &["account", "acct", "iban", "konto", "kontonummer", "compte", "cuenta", "routing"];
    let opens = word.as_bytes().first().is_some_and(|b| b"aikcrAIKCR".contains(b));
    opens && word.len() <= 11 && WORDS.iter().any(|w| w.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(Kind, String)> {
        all(text).into_iter().map(|e| (e.kind, e.form)).collect()
    }

    fn one(text: &str, kind: Kind) -> Option<String> {
        let mut hits = found(text).into_iter().filter(|(k, _)| *k == kind);
        let first = hits.next().map(|(_, form)| form);
        assert_eq!(hits.next(), None, "{text}");
        first
    }

    #[test]
    fn addresses_in_sentences() {
        let text = "Write to Bob <bob@example.com>, or to eve@evil.com. See (https://a.com/x_(y)).";
        let want = [
            (Kind::Email, "bob@example.com".to_owned()),
            (Kind::Email, "eve@evil.com".to_owned()),
            (Kind::Url, "a.com/x_(y)".to_owned()),
        ];
        assert_eq!(found(text), want);
        assert_eq!(
            one("go to www.evil.com/pay?x=1!", Kind::Url).as_deref(),
            Some("www.evil.com/pay?x=1")
        );
        assert_eq!(
            one("<a href=\"https://evil.com/a,b\">", Kind::Url).as_deref(),
            Some("evil.com/a,b")
        );
        assert_eq!(one("to:a@b.de,c", Kind::Email).as_deref(), Some("a@b.de"));
        assert_eq!(one("https://a.com/u@b", Kind::Email), None, "a URL may hold an @");
        assert_eq!(one("x://", Kind::Url), None);
        assert_eq!(found("a@b.de;c@d.de").len(), 2);
    }

    #[test]
    fn accounts_in_sentences() {
        let iban = Some("DE89370400440532013000");
        assert_eq!(one("IBAN: DE89 3704 0044 0532 0130 00.", Kind::Account).as_deref(), iban);
        assert_eq!(one("pay DE89370400440532013000 now", Kind::Account).as_deref(), iban);
        let british = Some("GB82WEST12345698765432");
        assert_eq!(one("to GB82 WEST 1234 5698 7654 32", Kind::Account).as_deref(), british);
        assert_eq!(one("account number 12345678", Kind::Account).as_deref(), Some("12345678"));
        assert_eq!(one("order 12345678", Kind::Account), None);
    }

    #[test]
    fn numbers_dates_times_paths() {
        assert_eq!(one("pay 1,234.50 now", Kind::Number).as_deref(), Some("1234.5"));
        assert_eq!(one("$50.", Kind::Number).as_deref(), Some("50"));
        for text in ["on May 15", "15 May", "15th of May", "am 15. Mai", "May 15th,"] {
            assert_eq!(one(text, Kind::Date).as_deref(), Some("--05-15"), "{text}");
        }
        assert!(found("May 15, 2024").contains(&(Kind::Date, "2024-05-15".into())));
        assert_eq!(one("2024-05-15T10:00:00Z", Kind::Time).as_deref(), Some("10:00"));
        assert_eq!(one("at 3 pm", Kind::Time).as_deref(), Some("15:00"));
        assert_eq!(one("open ./docs/bill.txt", Kind::Path).as_deref(), Some("docs/bill.txt"));
        assert!(found("I may go. 15 people").iter().all(|(k, _)| *k != Kind::Date));
    }

    #[test]
    fn spans_are_where_the_value_stands() {
        let text = "é: write <bob@example.com>";
        assert_eq!(all(text)[0].span.of(text), Some("bob@example.com"));
        let text = "x DE89 3704 0044 0532 0130 00";
        assert_eq!(all(text)[0].span.of(text), Some("DE89 3704 0044 0532 0130 00"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-zA-Z0-9@:/.,<> é€'()-]{0,80}") {
            for entity in all(&text) {
                prop_assert!(entity.span.of(&text).is_some_and(|s| !s.is_empty()));
            }
        }

        #[test]
        fn other_letters_change_nothing_before_them(
            text in "([a-zA-Z0-9]{1,5}|[@:/.,<>\"'(=-]|\\.com| |May |GB82 |account |pm |of ){0,24}",
        ) {
            prop_assert_eq!(all(&text), all(&format!("{text} \u{fc}")));
        }

        #[test]
        fn an_address_is_found_between_any_words(a in "[a-z ]{0,9}", b in "[a-z ]{0,9}") {
            let text = format!("{a} eve@evil.com {b}");
            prop_assert_eq!(one(&text, Kind::Email), Some("eve@evil.com".to_owned()));
        }
    }
}
