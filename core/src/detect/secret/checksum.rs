//! The checksum that GitHub and npm write at the end of their tokens.

/// Whether the last six characters of `body` are the CRC-32 of what stands before them, in
/// base 62.
pub(super) fn ends_in_crc32(body: &str) -> bool {
    let Some(at) = body.len().checked_sub(6) else { return false };
    let (Some(data), Some(check)) = (body.get(..at), body.get(at..)) else { return false };
    base62(check) == Some(u64::from(crc32(data.as_bytes())))
}

/// CRC-32 as in IEEE 802.3.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn base62(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0u64, |sum, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        sum.checked_mul(62)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_gives_the_standard_check_value() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_checksum_covers_what_stands_before_it() {
        assert!(!ends_in_crc32("short"));
        assert!(!ends_in_crc32("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa000000"));
        // Made here: thirty characters and their CRC-32 in base 62.
        let data = "Zk3vQ9mT1rWx8LpYc5HdB2nJg7SfUa";
        let mut crc = u64::from(crc32(data.as_bytes()));
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut check = Vec::new();
        for _ in 0..6 {
            check.insert(0, char::from(alphabet[(crc % 62) as usize]));
            crc /= 62;
        }
        let token = format!("{data}{}", check.into_iter().collect::<String>());
        assert!(ends_in_crc32(&token));
        assert!(!ends_in_crc32(&token.replace('Z', "Y")));
    }
}
