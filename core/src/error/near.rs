//! The known name that a mistyped one was meant to be.

/// The longest name that is compared, in characters.
const MAX_NAME: usize = 64;

/// The one of `known` that `word` was meant to be, if one is close enough.
///
/// ```
/// use checkrein::error::nearest;
/// assert_eq!(nearest("sned", ["read", "send", "spend"]), Some("send"));
/// assert_eq!(nearest("fly", ["read", "send", "spend"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |name: &str| name.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let given = letters(word.get(..MAX_NAME * 4).unwrap_or(word));
    let most = match given.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        10..=MAX_NAME => 3,
        _ => return None,
    };
    let near = known.into_iter().filter(|name| *name != word).filter_map(|name| {
        // A character has at most four bytes.
        let fits = name.len() <= (given.len() + most) * 4 && name.len() + most >= given.len();
        let distance = if fits { distance(&given, &letters(name)) } else { usize::MAX };
        (distance <= most).then_some((distance, name))
    });
    near.min().map(|(_, name)| name)
}

/// What an error says behind a name that is not known: `` ; did you mean `send`? ``, or nothing.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// How many letters are to be changed, put in, left out, or swapped with the next.
fn distance(a: &[char], b: &[char]) -> usize {
    let at = |row: &[usize], n: usize| row.get(n).copied().unwrap_or(usize::MAX / 2);
    let (mut before, mut above) = (Vec::new(), (0..=b.len()).collect::<Vec<usize>>());
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&above, j) + usize::from(x != y);
            let mut least = changed.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    at(&above, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_more_less_other_or_swapped_is_the_same_name() {
        let known = ["effects", "owner", "limits", "egress", "send", "mail/send_email"];
        for (word, meant) in [
            ("efects", "effects"),
            ("effectss", "effects"),
            ("effects ", "effects"),
            ("Effects", "effects"),
            ("ownr", "owner"),
            ("onwer", "owner"),
            ("limit", "limits"),
            ("SEND", "send"),
            ("mail/sendemail", "mail/send_email"),
        ] {
            assert_eq!(nearest(word, known), Some(meant), "{word}");
        }
        for word in ["", "x", "role", "send_email", "effects", "quarantine", &"x".repeat(10_000)] {
            assert_eq!(nearest(word, known), None, "{word}");
        }
        assert_eq!(did_you_mean("snd", known), "; did you mean `send`?");
        assert_eq!(did_you_mean("other", known), "");
    }

    #[test]
    fn the_distance_counts_one_change_each() {
        let count = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        for (a, b, n) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abc", "ab", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("zür", "zur", 1),
        ] {
            assert_eq!((count(a, b), count(b, a)), (n, n), "{a} {b}");
        }
    }
}
