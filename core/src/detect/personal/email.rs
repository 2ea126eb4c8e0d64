//! E-mail addresses.

use super::Reading;
use crate::span::{self, Span};

const MOST_LOCAL: usize = 64;
const MOST_DOMAIN: usize = 253;

/// Endings that a file has and a domain has not.
const FILES: &[&str] =
    &["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "html", "json", "py", "rs", "ts"];

/// Calls `found` with each address in `text`; false where it said to stop.
pub(super) fn scan(text: &str, found: &mut dyn FnMut(Reading) -> bool) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'@', bytes)
        .filter_map(|at| address(text, at))
        .all(|(span, score)| found(Reading { id: "personal/email", kind: "email", span, score }))
}

fn address(text: &str, at: usize) -> Option<(Span, u16)> {
    let bytes = text.as_bytes();
    let local = bytes.get(at.saturating_sub(MOST_LOCAL)..at)?;
    let length = local.iter().rev().take_while(|b| is_local(**b)).count();
    let mut start = at - length;
    while matches!(bytes.get(start), Some(b'.' | b'\'' | b'-' | b'+')) && start < at {
        start += 1;
    }
    let start = span::ceil(text, start);
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    // `user:password@host` is no address, nor is `//user@host`.
    if start >= at || matches!(before, Some(b'/' | b'@')) || is_login(bytes, start) {
        return None;
    }
    let rest = bytes.get(at + 1..(at + 1 + MOST_DOMAIN).min(bytes.len()))?;
    let length = rest.iter().take_while(|b| is_domain(**b)).count();
    let mut end = at + 1 + length;
    while matches!(bytes.get(end - 1), Some(b'.' | b'-')) {
        end -= 1;
    }
    let end = span::floor(text, end);
    let domain = text.get(at + 1..end)?;
    let (name, ending) = domain.rsplit_once('.')?;
    let letters = ending.bytes().all(|b| b.is_ascii_alphabetic() || b >= 0x80);
    if name.is_empty()
        || name.starts_with(['.', '-'])
        || name.contains("..")
        || ending.len() < 2
        || !letters
        || FILES.contains(&ending.to_ascii_lowercase().as_str())
    {
        return None;
    }
    let local = text.get(start..at)?;
    let score = if local.eq_ignore_ascii_case("git") {
        // The user part of a repository's address.
        300
    } else {
        950
    };
    Some((Span::new(start, end), score))
}

/// Whether what stands before `start` is the scheme and user of an address with a password.
fn is_login(bytes: &[u8], start: usize) -> bool {
    let head = bytes.get(start.saturating_sub(96)..start).unwrap_or_default();
    let word = head.rsplit(|b| b.is_ascii_whitespace() || b"\"'<>(".contains(b)).next();
    word.is_some_and(|word| word.ends_with(b":") && word.windows(3).any(|three| three == b"://"))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+'-".contains(&byte) || byte >= 0x80
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-".contains(&byte) || byte >= 0x80
}
