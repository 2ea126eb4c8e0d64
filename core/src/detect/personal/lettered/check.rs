//! How identifiers of letters and digits check themselves.

/// The value of a digit, or a letter's place in the alphabet from 10 on.
fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    }
}

pub(super) fn digits(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    bytes.iter().filter(|b| b.is_ascii_digit()).map(|b| value(*b))
}

fn weighted(bytes: &[u8], weights: &[u32]) -> u32 {
    digits(bytes).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Whether a month and a day begin at `month`.
pub(super) fn is_date(bytes: &[u8], month: usize) -> bool {
    let pair = |at: usize| Some(value(*bytes.get(at)?) * 10 + value(*bytes.get(at + 1)?));
    pair(month).is_some_and(|m| (1..=12).contains(&m))
        && pair(month + 2).is_some_and(|d| (1..=31).contains(&d))
}

fn letter_of(bytes: &[u8], table: &[u8], place: u32) -> bool {
    usize::try_from(place).ok().and_then(|at| table.get(at)) == bytes.last()
}

pub(super) fn hetu(bytes: &[u8]) -> bool {
    let [day, day_end, month, month_end, ..] = bytes else { return false };
    let century = bytes.get(6).is_some_and(|sign| b"-+ABCDEFYXWVU".contains(sign));
    if !century || !is_date(&[*month, *month_end, *day, *day_end], 0) {
        return false;
    }
    let body = bytes.get(..10).unwrap_or_default();
    let number = digits(body).fold(0u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit));
    letter_of(bytes, b"0123456789ABCDEFHJKLMNPRSTUVWXY", number % 31)
}

pub(super) fn nric(bytes: &[u8]) -> bool {
    let sum = weighted(bytes, &[2, 7, 6, 5, 4, 3, 2]);
    match bytes.first() {
        Some(b'S') => letter_of(bytes, b"JZIHGFEDCBA", sum % 11),
        Some(b'T') => letter_of(bytes, b"JZIHGFEDCBA", (sum + 4) % 11),
        Some(b'F') => letter_of(bytes, b"XWUTRQPNMLK", sum % 11),
        Some(b'G') => letter_of(bytes, b"XWUTRQPNMLK", (sum + 4) % 11),
        Some(b'M') => letter_of(bytes, b"KLJNPQRTUWX", 10 - (sum + 3) % 11),
        _ => false,
    }
}

pub(super) fn tw_id(bytes: &[u8]) -> bool {
    let order = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let place = bytes.first().and_then(|letter| order.iter().position(|other| other == letter));
    let Some(letter) = place.and_then(|at| u32::try_from(at + 10).ok()) else { return false };
    let sum = letter / 10 + letter % 10 * 9 + weighted(bytes, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(bytes.get(1), Some(b'1' | b'2' | b'8' | b'9')) && sum.is_multiple_of(10)
}

pub(super) fn pps(bytes: &[u8]) -> bool {
    let second = bytes.get(8).map_or(0, |letter| (value(*letter) - 9) * 9);
    let sum = weighted(bytes, &[8, 7, 6, 5, 4, 3, 2]) + second;
    bytes.get(7).is_some_and(|letter| (value(*letter) - 9) % 23 == sum % 23)
}

pub(super) fn dea(bytes: &[u8]) -> bool {
    let Some(number) = bytes.get(2..) else { return false };
    let sum = weighted(number, &[1, 2, 1, 2, 1, 2]);
    digits(number).next_back() == Some(sum % 10)
}

pub(super) fn cn_id(bytes: &[u8]) -> bool {
    let sum = weighted(bytes, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    is_date(bytes, 10)
        && matches!(bytes.get(6..8), Some(b"19" | b"20"))
        && letter_of(bytes, b"10X98765432", sum % 11)
}

pub(super) fn vin(bytes: &[u8]) -> bool {
    let known = |byte: u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'H' => Some(u32::from(byte - b'A') + 1),
        b'J'..=b'N' => Some(u32::from(byte - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(byte - b'S') + 2),
        _ => None,
    };
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum = bytes.iter().zip(weights).try_fold(0, |sum, (b, w)| Some(sum + known(*b)? * w));
    let Some(sum) = sum else { return false };
    let letters = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
    letters >= 3 && bytes.get(8) == b"0123456789X".get(usize::try_from(sum % 11).unwrap_or(0))
}

pub(super) fn rut(bytes: &[u8]) -> bool {
    let Some((_, body)) = bytes.split_last() else { return false };
    let weights = [2, 3, 4, 5, 6, 7, 2, 3];
    let sum: u32 = digits(body).rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
    letter_of(bytes, b"0123456789K0", (11 - sum % 11) % 11)
}

pub(super) fn hk_id(bytes: &[u8]) -> bool {
    let Some(check) = bytes.get(8) else { return false };
    let letter = bytes.first().map_or(0, |letter| value(*letter));
    let check = if *check == b'A' { 10 } else { value(*check) };
    let body = bytes.get(1..7).unwrap_or_default();
    (36 * 9 + letter * 8 + weighted(body, &[7, 6, 5, 4, 3, 2]) + check).is_multiple_of(11)
}

pub(super) fn vat(bytes: &[u8]) -> bool {
    const COUNTRIES: &[&[u8]] = &[
        b"ATU", b"BE0", b"BE1", b"BG", b"CY", b"CZ", b"DE", b"DK", b"EE", b"EL", b"ES", b"FI",
        b"FR", b"GB", b"HR", b"HU", b"IE", b"IT", b"LT", b"LU", b"LV", b"MT", b"NL", b"PL", b"PT",
        b"RO", b"SE", b"SI", b"SK",
    ];
    COUNTRIES.iter().any(|country| bytes.starts_with(country))
}
