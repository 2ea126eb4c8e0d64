//! Check digits, and dates inside numbers.

use super::number::Digits;

/// Luhn's check.
pub(super) fn luhn(values: &[u8]) -> bool {
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let places = values.iter().rev().enumerate();
    let sum: u32 = places
        .map(|(at, digit)| if at % 2 == 0 { u32::from(*digit) } else { double(u32::from(*digit)) })
        .sum();
    sum.is_multiple_of(10)
}

/// The check digit of ISO 7064 mod 11, 10 is right.
pub(super) fn iso_11_10(digits: &Digits) -> bool {
    let Some((check, body)) = digits.values().split_last() else { return false };
    let product = body.iter().fold(10u32, |product, digit| {
        let sum = match (u32::from(*digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (product + u32::from(*check)) % 11 == 1 || product == 1 && *check == 0
}

/// The weighted sum modulo `modulus` is the digit at `place`; a remainder of ten counts as 0.
pub(super) fn rest_is(digits: &Digits, weights: &[i64], modulus: i64, place: usize) -> bool {
    let rest = digits.weighted(weights) % modulus % 10;
    digits.at(place).is_some_and(|digit| i64::from(digit) == rest)
}

/// What is missing from the weighted sum to a multiple of 11 is the digit at `place`.
pub(super) fn missing_11(digits: &Digits, weights: &[i64], place: usize) -> bool {
    let missing = match (11 - digits.weighted(weights) % 11) % 11 {
        10 => return false,
        missing => missing,
    };
    digits.at(place).is_some_and(|digit| i64::from(digit) == missing)
}

/// Whether the weighted sum is a multiple of `modulus`.
pub(super) fn divides(digits: &Digits, weights: &[i64], modulus: i64) -> bool {
    digits.weighted(weights) % modulus == 0
}

/// Whether a month begins at `month` and a day at `day`, two digits each; `shifts` is what may
/// be added to the month to say more than the month.
pub(super) fn is_date(digits: &Digits, month: usize, day: usize, shifts: &[u64]) -> bool {
    let (Some(month), Some(day)) = (digits.number(month, month + 2), digits.number(day, day + 2))
    else {
        return false;
    };
    let month =
        shifts.iter().any(|shift| month.checked_sub(*shift).is_some_and(|m| (1..=12).contains(&m)));
    month && (1..=31).contains(&day)
}
