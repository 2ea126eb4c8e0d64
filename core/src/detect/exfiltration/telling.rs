//! Tells text in an encoding, and values that should not leave, from identifiers.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LAX);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LAX);

/// Whether a piece is text in base64, base32 or hexadecimal.
pub(super) fn is_encoded_text(piece: &str) -> bool {
    let token = piece.trim_end_matches('=');
    if token.len() < 12 || !token.is_ascii() {
        return false;
    }
    is_hex_text(token) || is_base64_text(token) || is_base32_text(token)
}

fn is_hex_text(token: &str) -> bool {
    let token = token.strip_prefix("0x").unwrap_or(token);
    let even = token.get(..token.len() & !1).unwrap_or_default();
    if even.len() < 16 || !even.bytes().all(|b| b.is_ascii_hexdigit()) {
        return false;
    }
    let digits: Vec<u32> = even.chars().filter_map(|c| c.to_digit(16)).collect();
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| pair.iter().try_fold(0_u32, |sum, d| Some(sum * 16 + d)))
        .filter_map(|value| u8::try_from(value).ok())
        .collect();
    // A number is hexadecimal as well: of it only words would come out by no accident.
    let is_number = even.bytes().all(|b| b.is_ascii_digit());
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic() || **b == b' ').count();
    reads_as_text(&bytes) && (!is_number || letters * 4 >= bytes.len() * 3)
}

fn is_base64_text(token: &str) -> bool {
    let mixed = token.bytes().any(|b| b.is_ascii_uppercase())
        && token.bytes().any(|b| b.is_ascii_lowercase());
    if !mixed {
        return false;
    }
    // A token that was cut leaves a letter that stands for nothing.
    let whole = if token.len() % 4 == 1 { token.get(..token.len() - 1) } else { Some(token) };
    let Some(whole) = whole else { return false };
    let decoded = STANDARD.decode(whole).or_else(|_| URL_SAFE.decode(whole));
    decoded.is_ok_and(|bytes| reads_as_text(&bytes))
}

fn is_base32_text(token: &str) -> bool {
    if token.len() < 16 {
        return false;
    }
    let mut bytes = Vec::with_capacity(token.len());
    let (mut buffer, mut held) = (0_u32, 0_u32);
    for b in token.bytes() {
        let value = match b.to_ascii_lowercase() {
            b @ b'a'..=b'z' => u32::from(b - b'a'),
            b @ b'2'..=b'7' => u32::from(b - b'2') + 26,
            _ => return false,
        };
        buffer = (buffer << 5 | value) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(buffer >> held & 0xff).unwrap_or_default());
        }
    }
    token.bytes().any(|b| b.is_ascii_digit()) && reads_as_text(&bytes)
}

/// Whether bytes are mostly letters, digits and spaces in UTF-8.
fn reads_as_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The end of a cut text may be half a character.
        Err(error) if error.error_len().is_none() => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let all = text.chars().count();
    let control = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    let good = text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').count();
    let odd = text.chars().filter(|c| !c.is_ascii() && !c.is_alphabetic()).count();
    all >= 6 && !control && good * 10 >= all * 6 && odd * 4 <= all
}

/// Beginnings of keys and tokens.
const KEYS: &[&str] = &[
    "sk-",
    "sk_",
    "pk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "npm_",
    "pypi-",
    "SG.",
    "hf_",
    "eyJ",
    "dop_v1_",
    "shpat_",
    "AGE-SECRET-KEY-",
    "-----BEGIN",
];

/// Words before a value that nobody should send.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "ssn",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "credentials",
    "pin",
    "cvv",
    "iban",
    "otp",
    "passwort",
    "kennwort",
    "contraseña",
    "senha",
    "parola",
];

/// Whether a value has the form of something that should not leave.
pub(super) fn is_telling(text: &str) -> bool {
    let text = text.get(..4096).unwrap_or(text);
    holds_key(text) || holds_mail(text) || holds_number(text) || names_secret(text)
}

fn holds_key(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '=' | '"' | '\'')).any(
        |word| {
            KEYS.iter().any(|key| {
                word.strip_prefix(key).is_some_and(|rest| {
                    rest.len() >= 12
                        && rest.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
                })
            })
        },
    )
}

fn holds_mail(text: &str) -> bool {
    text.match_indices('@').take(16).any(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        let before = text.get(..at).unwrap_or_default().chars().next_back().is_some_and(is_part);
        let after = text.get(at + 1..).unwrap_or_default();
        let domain = after.split(|c: char| !is_part(c)).next().unwrap_or_default();
        let Some((name, end)) = domain.trim_end_matches('.').rsplit_once('.') else { return false };
        let named = name.chars().any(char::is_alphabetic);
        before && named && end.len() >= 2 && end.chars().all(char::is_alphabetic)
    })
}

/// A social security number, a card number, a telephone number, a bank account.
fn holds_number(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ');
    let listed = text.split(|c: char| !is_part(c)).any(|run| {
        let groups: Vec<usize> = run.trim().split(['-', ' ']).map(str::len).collect();
        let digits: Vec<u32> = run.chars().filter_map(|c| c.to_digit(10)).collect();
        let is_card = (groups.len() >= 4 && (15..=16).contains(&digits.len()) && luhn(&digits))
            || groups.ends_with(&[4, 4, 4, 4]);
        groups.ends_with(&[3, 2, 4]) || is_card
    });
    // The sign of a telephone number became a space with all others.
    let spaced = text.starts_with([' ', '+'])
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'+' | b'(' | b')'))
        && (9..=15).contains(&text.bytes().filter(u8::is_ascii_digit).count());
    listed || spaced || text.split_whitespace().any(is_account)
}

/// An IBAN with its check digits.
fn is_account(word: &str) -> bool {
    let (head, tail) = word.split_at_checked(4).unwrap_or_default();
    let named = head.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && head.bytes().skip(2).all(|b| b.is_ascii_digit());
    let whole = tail.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !named || !whole || !(11..=30).contains(&tail.len()) {
        return false;
    }
    let value = |sum: u32, c: char| match c.to_digit(36) {
        Some(digit) if digit >= 10 => (sum * 100 + digit) % 97,
        digit => (sum * 10 + digit.unwrap_or(0)) % 97,
    };
    tail.chars().chain(head.chars()).fold(0, value) == 1
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ if *digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn names_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | ',' | '"');
    let mut rest = lower.as_str();
    while let Some(at) = rest.find(ends) {
        let word = rest.get(..at).unwrap_or_default();
        let after = rest.get(at..).unwrap_or_default();
        let name = word.trim_matches(|c: char| !c.is_alphanumeric());
        let value = after.trim_start_matches([':', '=', ' ']);
        let has_value = value.starts_with(char::is_alphanumeric);
        if after.starts_with([':', '=']) && NAMES.contains(&name) && has_value {
            return true;
        }
        rest = after.chars().next().and_then(|c| after.get(c.len_utf8()..)).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_text_are_told_from_identifiers() {
        for piece in [
            "aGVsbG8gd29ybGQgb2Yga2V5cw==",
            "aGVsbG8gd29ybGQgb2Yga2V5cw",
            "68656c6c6f20776f726c64206f66206b657973",
            "706159206120747261637465",
            "7061612070616120707061",
            "nbswy3dpeb3w64tmmqqg6zranncxs4y",
        ] {
            assert!(is_encoded_text(piece), "{piece}");
        }
        for piece in [
            "4a9824b6b248f4561584b8a48ae126a0c8f5b000",
            "1Td3_R5vPael9PnKYHcl-PxmZkZzA9TCo",
            "7d0eadf1-e750-4747-8b59-8203aa43cac8",
            "Vulnerability_Disclosure_Cheat_Sheet",
            "GlobalEnvironmentRecord",
            "documentation",
            "20231105142233445566",
            "1265409784409231483",
            "11028994105225240441265409784409231483",
            "dQw4w9WgXcQ",
        ] {
            assert!(!is_encoded_text(piece), "{piece}");
        }
    }

    #[test]
    fn telling_values_are_known() {
        for text in [
            "john.doe@example.com",
            "SSN 078-05-1120",
            "sk-live-EXAMPLE-0000",
            "user:ann pass:x",
            "card 4111 1111 1111 1111",
            "+44 7700 900123",
            "DE89370400440532013000",
            "Passwort: geheim",
        ] {
            assert!(is_telling(text), "{text}");
        }
        for text in [
            "react@18.2.0",
            "icon@2x",
            "@scope",
            "2024-01-02",
            "is:issue is:open",
            "v1.2.3",
            "sk-learn-docs",
            "passport",
        ] {
            assert!(!is_telling(text), "{text}");
        }
    }
}
