//! The words that names of tools, arguments and fields are made of.

use std::borrow::Cow;

/// `sendMoneyTo_IBAN` -> `send money to iban`: folded, cut where case or characters change.
pub(crate) fn name_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        // `userID` is two words, and so is `HTMLBody`.
        let tail = previous.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase() && (previous.is_lowercase() || tail);
        if !c.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `file` of `files`, `company` of `companies`: enough to compare words of names.
pub(crate) fn singular(word: &str) -> Cow<'_, str> {
    if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) || word == "movies" {
        return Cow::Borrowed(if word == "movies" { "movie" } else { word });
    }
    if let Some(head) = word.strip_suffix("ies").filter(|head| head.len() > 2) {
        return Cow::Owned(format!("{head}y"));
    }
    let hisses = ["sses", "xes", "ches", "shes", "uses"].iter().any(|end| word.ends_with(end));
    let cut = if hisses { word.strip_suffix("es") } else { word.strip_suffix('s') };
    Cow::Borrowed(cut.unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(name_words("sendMoneyTo_IBAN"), ["send", "money", "to", "iban"]);
        assert_eq!(name_words("userID"), ["user", "id"]);
        assert_eq!(name_words("HTMLBody.id_"), ["html", "body", "id"]);
        assert_eq!(name_words("First Name"), ["first", "name"]);
        assert_eq!(name_words("__"), [""; 0]);
    }

    #[test]
    fn plurals_are_cut() {
        for (many, one) in [
            ("files", "file"),
            ("companies", "company"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("movies", "movie"),
            ("status", "status"),
            ("statuses", "status"),
            ("prices", "price"),
            ("class", "class"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
