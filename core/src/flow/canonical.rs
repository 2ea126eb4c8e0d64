//! Forms of values in which equals are equal: `DE89 3704` and `de893704`, `98,70` and `98.7`.

mod web;

pub(super) use web::{email, host, url, url_host};

/// What a value is, where its form shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Email,
    Url,
    Account,
    Number,
    Date,
    Time,
    Path,
    /// The host of a URL.
    Host,
    Id,
}

/// The key of a value in the index: its kind, then its canonical form.
pub(super) fn key(kind: Kind, canonical: &str) -> String {
    let mut key = String::with_capacity(canonical.len() + 2);
    push_key(&mut key, kind, canonical);
    key
}

/// The same, behind what `keys` holds.
pub(super) fn push_key(keys: &mut String, kind: Kind, canonical: &str) {
    let tag = match kind {
        Kind::Email => 'e',
        Kind::Url => 'u',
        Kind::Account => 'a',
        Kind::Number => 'n',
        Kind::Date => 'd',
        Kind::Time => 't',
        Kind::Path => 'p',
        Kind::Host => 'h',
        Kind::Id => 'i',
    };
    keys.push(tag);
    keys.push(':');
    keys.push_str(canonical);
}

/// Kind and form of a key that says whom to reach, what to pay, or at which hour.
pub(super) fn split_key(key: &str) -> Option<(Kind, &str)> {
    let (tag, form) = key.split_once(':')?;
    let kind = match tag {
        "e" => Kind::Email,
        "u" => Kind::Url,
        "a" => Kind::Account,
        "t" => Kind::Time,
        _ => return None,
    };
    Some((kind, form))
}

/// The key of an id: one of kind `event` is none of kind `file`.
pub(super) fn id_key(kind: &str, value: &str) -> String {
    key(Kind::Id, &id_form(kind, value))
}

/// An id as its key has it.
pub(super) fn id_form(kind: &str, value: &str) -> String {
    format!("{kind}\n{}", value.trim())
}

/// A bank account: no spaces and dashes, upper case; 6 to 34 letters and digits, 5 digits at least.
pub(super) fn account(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let mut form = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '-' | '\u{A0}' | '\u{202F}' => {}
            c if c.is_ascii_alphanumeric() => form.push(c.to_ascii_uppercase()),
            _ => return None,
        }
    }
    let digits = form.bytes().filter(u8::is_ascii_digit).count();
    ((6..=34).contains(&form.len()) && digits >= 5).then_some(form)
}

/// Whether a compact account is an IBAN, by its check digits (ISO 13616).
pub(super) fn is_iban(account: &str) -> bool {
    let Some((head, body)) = account.split_at_checked(4) else { return false };
    let mut start = head.bytes();
    let letters = start.by_ref().take(2).all(|b| b.is_ascii_uppercase());
    if !letters || !start.all(|b| b.is_ascii_digit()) || !(15..=34).contains(&account.len()) {
        return false;
    }
    let rest = body.bytes().chain(head.bytes()).try_fold(0u32, |rest, b| match b {
        b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
        _ => None,
    });
    rest == Some(1)
}

/// A number: decimal, without currency, thousands and trailing zeros.
pub(super) fn number(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let whole = text.trim_start_matches('0');
        return Some(if whole.is_empty() { "0" } else { whole }.to_owned());
    }
    let currency = |c: char| "$€£¥₹₽".contains(c) || c.is_whitespace();
    let text = text.trim_matches(currency).trim_end_matches('%');
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest.trim_start_matches(currency)),
        None => ("", text.trim_start_matches('+')),
    };
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '_');
    let bounded = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.ends_with(|c: char| c.is_ascii_digit());
    if !bounded || !text.chars().all(plain) {
        return None;
    }
    let (whole, fraction) = split_decimal(text)?;
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// Whole and fraction. Where both marks stand the last one is the decimal one; one comma before
/// exactly three digits, or a mark that stands twice, separates thousands.
fn split_decimal(text: &str) -> Option<(&str, &str)> {
    let last = text.rfind(['.', ',']);
    let Some(at) = last else { return Some((text, "")) };
    let mark = text.get(at..=at)?;
    let (whole, fraction) = (text.get(..at)?, text.get(at + 1..)?);
    let other = if mark == "." { "," } else { "." };
    let thousands = whole.contains(mark)
        || (mark == "," && fraction.len() == 3 && !whole.contains(other) && whole != "0");
    if thousands {
        return (!whole.contains(other) && fraction.len() == 3).then_some((text, ""));
    }
    Some((whole, fraction))
}

/// A calendar date in its parts; the year may be missing where people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: Option<u16>,
    pub(super) month: u8,
    pub(super) day: u8,
}

impl Date {
    /// The date of these parts, where there is one.
    pub(super) fn new(year: Option<u16>, month: u8, day: u8) -> Option<Self> {
        let ok = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && year.is_none_or(|y| (1000..=9999).contains(&y));
        ok.then_some(Self { year, month, day })
    }

    /// `2024-05-15`, or `--05-15` without a year.
    pub(super) fn form(&self) -> String {
        let mut form = String::with_capacity(10);
        match self.year {
            Some(year) => [year / 1000, year / 100 % 10, year / 10 % 10, year % 10]
                .into_iter()
                .for_each(|digit| form.extend(char::from_digit(digit.into(), 10))),
            None => form.push('-'),
        }
        for part in [self.month, self.day] {
            form.push('-');
            push_two(&mut form, part);
        }
        form
    }

    /// Reads `2024-05-15`, `2024/05/15`, `15.05.2024`, `25/12/2024`, `12/25/2024`. Where day and
    /// month could be swapped with slashes, nobody knows: none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mark = text.chars().find(|c| !c.is_ascii_digit())?;
        if !matches!(mark, '-' | '/' | '.') || text.len() > 10 {
            return None;
        }
        let mut parts = text.split(mark);
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let number = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse().ok())?;
        if parts.next().is_some() {
            return None;
        }
        let (x, y): (u16, u16) = (number(a)?, number(b)?);
        let small = |n: u16| u8::try_from(n).ok();
        match (a.len(), c.len(), mark) {
            (4, 1..=2, _) => Self::new(Some(x), small(y)?, small(number(c)?)?),
            (1..=2, 4, '.') => Self::new(number(c), small(y)?, small(x)?),
            (1..=2, 4, '/' | '-') if x > 12 || x == y => Self::new(number(c), small(y)?, small(x)?),
            (1..=2, 4, '/' | '-') if y > 12 => Self::new(number(c), small(x)?, small(y)?),
            _ => None,
        }
    }
}

/// A time of day as `HH:MM`, seconds only where there are any: from `10:00`, `10:00:00Z`, `3pm`.
pub(super) fn time(text: &str) -> Option<String> {
    let hints = text.contains(':') || text.ends_with(['m', 'M']);
    if text.len() > 20 || !hints {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let zone = lower.find(['z', '+']).or_else(|| lower.rfind('-')).unwrap_or(lower.len());
    let clock = lower.get(..zone)?.trim();
    let (clock, shift) = match (clock.strip_suffix("am"), clock.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        _ => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour: u8 = two_digits(parts.next()?)?;
    let minute = parts.next();
    let second = parts.next().unwrap_or("00");
    let second = second.split('.').next().unwrap_or("00");
    if parts.next().is_some() || (minute.is_none() && shift.is_none()) {
        return None;
    }
    let minute = two_digits(minute.unwrap_or("00"))?;
    let second = two_digits(second)?;
    let hour = match shift {
        Some(shift) if (1..=12).contains(&hour) => hour % 12 + shift,
        Some(_) => return None,
        None => hour,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut form = String::with_capacity(8);
    push_two(&mut form, hour);
    for part in std::iter::once(minute).chain((second != 0).then_some(second)) {
        form.push(':');
        push_two(&mut form, part);
    }
    Some(form)
}

/// A number below a hundred in two digits.
fn push_two(form: &mut String, number: u8) {
    for digit in [number / 10, number % 10] {
        form.extend(char::from_digit(digit.into(), 10));
    }
}

fn two_digits(text: &str) -> Option<u8> {
    let ok = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    ok.then(|| text.parse().ok())?
}

/// A path by its segments: `.` dropped, `..` taken back where there is something to take.
pub(super) fn path(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty() || text.len() > 4096 || text.contains('\0') {
        return None;
    }
    // Nothing to drop or to take back.
    let plain = |pair: &[u8]| !matches!(pair, [b'/', b'/' | b'.']);
    if !text.starts_with('.')
        && !text.ends_with('/')
        && text.as_bytes().windows(2).all(plain)
        && !text.contains('\\')
    {
        return Some(text.to_owned());
    }
    let absolute = text.starts_with(['/', '\\']);
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split(['/', '\\']) {
        match (segment, segments.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => drop(segments.pop()),
            ("..", None) if absolute => {}
            (segment, _) => segments.push(segment),
        }
    }
    let root = if absolute { "/" } else { "" };
    Some(format!("{root}{}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        assert_eq!(account("de89 3704-0044").as_deref(), Some("DE8937040044"));
        assert!(is_iban("DE89370400440532013000") && is_iban("GB82WEST12345698765432"));
        assert!(!is_iban("DE89370400440532013001"), "near-equal is another account");
        assert!(!is_iban("ABC") && !is_iban("1289370400440532013000"));
        assert_eq!(account("bob smith"), None);
    }

    #[test]
    fn numbers() {
        for (text, form) in [
            ("98.70", "98.7"),
            ("$1,234.50", "1234.5"),
            ("1.234,50 €", "1234.5"),
            ("1,000", "1000"),
            ("98,70", "98.7"),
            ("-0", "0"),
            ("007", "7"),
            ("1.000.000", "1000000"),
            ("-5", "-5"),
            ("0,125", "0.125"),
            ("1'000", "1000"),
        ] {
            assert_eq!(number(text).as_deref(), Some(form), "{text}");
        }
        for bad in ["", "1.2.3", "abc", "1e5", "1,2,3", "5x", "."] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_and_times() {
        let form = |text| Date::parse(text).map(|d| d.form());
        for same in ["2024-05-25", "2024/5/25", "25.05.2024", "25/05/2024", "05/25/2024"] {
            assert_eq!(form(same).as_deref(), Some("2024-05-25"), "{same}");
        }
        for bad in ["04/05/2024", "2024-13-01", "1.5", "2024", "2024-05-15-01", "98.70"] {
            assert_eq!(form(bad), None, "{bad}");
        }
        for (text, want) in [
            ("10:00", "10:00"),
            ("3pm", "15:00"),
            ("12am", "00:00"),
            ("9:05:07Z", "09:05:07"),
            ("10:00:00+02:00", "10:00"),
        ] {
            assert_eq!(time(text).as_deref(), Some(want), "{text}");
        }
        for bad in ["10", "25:00", "13pm", "a:b", "1:2:3:4"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(path("./a//b/../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(path("/a/../../etc").as_deref(), Some("/etc"));
        assert_eq!(path("../x").as_deref(), Some("../x"));
        assert_eq!(path("a\\b").as_deref(), Some("a/b"));
        assert_ne!(id_key("event", "13"), id_key("file", "13"));
    }
}
