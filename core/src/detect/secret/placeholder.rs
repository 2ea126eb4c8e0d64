//! Tells a secret from what stands in for one.

/// Words of which one makes a value a stand-in.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourpassword",
    "xxxx",
    "***",
    "...",
    "redacted",
    "insert",
    "replace",
    "dummy",
    "foobar",
    "notreal",
    "not-real",
    "fake",
    "todo",
    "fixme",
    "removed",
    "hidden",
    "masked",
    "censored",
    "generate",
    "_here",
    "-here",
    "_goes_",
];

/// What a text goes on with where the rest of a value was left out.
const CUTS: &[&str] = &["...", "…", "***", "###", "[...]"];

/// Runs that a hand types and chance does not.
const RUNS: &[&str] = &["12345678", "01234567", "abcdefgh", "qwertyui", "deadbeefdeadbeef"];

/// Words that programs put where a value would stand.
const NOTHINGS: &[&str] = &[
    "null",
    "none",
    "nil",
    "undefined",
    "true",
    "false",
    "string",
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "required",
    "optional",
    "default",
    "test",
    "value",
    "empty",
    "text",
    "hunter",
    "key",
    "username",
    "user",
    "bearer",
    "basic",
    "prompt",
    "input",
    "self",
    "this",
    "object",
    "number",
    "function",
    "boolean",
    "base64",
    "base64url",
    "binary",
    "hex",
    "latin1",
    "latin-1",
    "ascii",
    "utf8",
    "utf-8",
    "md5",
    "sha1",
    "sha256",
    "bcrypt",
    "scram-sha-256",
];

/// Whether `value` stands in for a secret, however it is spelt: safe to ask of any form.
pub(super) fn is_obvious(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let few = distinct(&lower) <= 4 && distinct(&lower) * 2 <= lower.len();
    WORDS.iter().any(|word| is_word_of(value, &lower, word)) || few || is_typed(&lower)
}

/// Whether `word` stands in `value`: a short one in one case, or chance might have written it.
fn is_word_of(value: &str, lower: &str, word: &str) -> bool {
    let Some(at) = lower.find(word) else { return false };
    let spelt = value.as_bytes().get(at..at + word.len()).unwrap_or_default();
    let rest = spelt.get(1..).unwrap_or_default();
    word.len() > 4
        || rest.iter().all(|byte| !byte.is_ascii_uppercase())
        || spelt.iter().all(|byte| !byte.is_ascii_lowercase())
}

/// Whether `text` goes on at `end` as where the rest of a value was left out.
pub(super) fn is_cut(text: &str, end: usize) -> bool {
    text.get(end..).is_some_and(|rest| CUTS.iter().any(|cut| rest.starts_with(cut)))
}

/// Whether the most of `lower` is one run of the keyboard or the alphabet.
fn is_typed(lower: &str) -> bool {
    let typed: usize = RUNS.iter().filter(|run| lower.contains(**run)).map(|run| run.len()).sum();
    typed * 2 > lower.len()
}

/// Whether `value` is code, a variable or a word rather than a secret: asked where only the
/// name before it says that it might be one.
pub(super) fn is_expression(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let opens = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    let holds = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    NOTHINGS.contains(&lower.trim_end_matches(['!', '?']))
        || opens(&["$", "<", "{", "%", "[", "@", "&", "#", "/", "~/", "./", "http", "file:"])
        || holds(&["(", ")", "{{", "${", "$(", "[", "]", "\\n", "\\f", "->", "::", "=>"])
        || holds(&["env.", "environ", "config.", "settings.", "secrets.", "vault:", "process."])
        || is_dotted_name(value)
}

/// Whether a quoted `value` is filled in later, or names where the secret is: a template, a call, a
/// path, an address.
pub(super) fn is_filled_in(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let opens = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    let holds = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    NOTHINGS.contains(&lower.as_str())
        || opens(&["<", "&lt;", "$", "{", "%(", "[", "http", "file:", "/", "~/", "./", "localhost"])
        || holds(&["{{", "${", "$(", "#{", "%s", "\\n", "=>", "::", "->", ".$", "['", "[\"", "]."])
        || holds(&["env.", "environ", "config.", "settings.", "secrets.", "vault:", "process."])
        || value.strip_prefix(['%', '@']).is_some_and(is_identifier)
        || value.strip_prefix('+').is_some_and(is_dotted_name)
        || is_call(value)
        || is_dotted_name(value)
}

/// `getpass.getpass()`: a name, and brackets behind it.
fn is_call(value: &str) -> bool {
    let named = value.split_once('(').is_some_and(|(head, _)| {
        !head.is_empty() && head.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
    });
    named && value.trim_end_matches(';').ends_with(')')
}

fn is_identifier(value: &str) -> bool {
    value.trim_end_matches('%').bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:>-".contains(&b))
}

/// `self.api_key`, `app.auth.token`: names with dots between, and hardly a digit.
fn is_dotted_name(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.contains('.')
        && value.len() < 60
        && (digits * 4 <= value.len()
            || value.len() < 32 && digits * 2 <= value.len() && changes(value) * 4 <= value.len())
        && value.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
}

/// Whether `value` reads as a name: letters with `_` or `-` between, few digits, and few changes
/// inside a word.
pub(super) fn is_name(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let joints = value.bytes().filter(|b| matches!(b, b'_' | b'-' | b'.' | b':' | b'/')).count();
    digits * 8 <= value.len()
        && letters + joints + digits == value.len()
        && (joints > 0 || digits == 0)
        && changes(value) * 5 <= value.len()
}

/// How often letters turn to digits or back, or lower case to upper: `camelCase` once a hump,
/// random text at every second or third character.
pub(super) fn changes(value: &str) -> usize {
    let turns = |pair: &[u8]| match pair {
        [a, b] => {
            a.is_ascii_lowercase() && b.is_ascii_uppercase()
                || a.is_ascii_digit() && b.is_ascii_alphabetic()
                || a.is_ascii_alphabetic() && b.is_ascii_digit()
        }
        _ => false,
    };
    value.as_bytes().windows(2).filter(|pair| turns(pair)).count()
}

/// Whether `value` is letters alone that nobody could say: hardly a vowel, or many consonants in a row.
pub(super) fn is_unspeakable(value: &str) -> bool {
    let is_vowel = |b: u8| b"aeiouAEIOU".contains(&b);
    let vowels = value.bytes().filter(|b| is_vowel(*b)).count();
    let longest = value.split(|c: char| "aeiouAEIOU".contains(c)).map(str::len).max().unwrap_or(0);
    value.len() >= 16
        && value.bytes().all(|b| b.is_ascii_alphabetic())
        && distinct(value) >= 10
        && (vowels * 6 < value.len() || longest >= 7)
        && !is_typed(&value.to_ascii_lowercase())
}

/// Whether `value` can only be made by a machine: letters and digits in long and quick change.
pub(super) fn is_chance(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    value.len() >= 16
        && letters > 0
        && (digits >= 2 || is_jumbled(value))
        && entropy(value) >= 3.0
        && (changes(value) * 6 >= value.len()
            || is_hash(value)
            || is_run(value, digits)
            || is_grouped(value))
}

/// Whether `value` is groups of one length, most of them letters and digits: `AB12-3CDE-F456-7GH8`.
fn is_grouped(value: &str) -> bool {
    let groups = || value.split('-');
    let length = groups().next().map_or(0, str::len);
    let mixed = |group: &&str| {
        group.bytes().any(|b| b.is_ascii_digit()) && group.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let even = groups().all(|group| {
        group.len() == length && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    (4..=8).contains(&length) && even && groups().filter(mixed).count() >= 3
}

/// Whether the case of letters jumps as in no name, with hardly a vowel between: for the few random values without digits.
fn is_jumbled(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let vowels = value.bytes().filter(|b| b"aeiouAEIOU".contains(b)).count();
    classes(value) >= 2 && changes(value) * 4 >= value.len() && vowels * 4 <= letters
}

/// Whether letters and a fair share of `digits` stand in one long run, as in no word.
fn is_run(value: &str, digits: usize) -> bool {
    value.len() >= 20
        && digits * 6 >= value.len()
        && value.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether `value` is parts with signs between, each a word, a number or short: `cmp2-qat-1208358310`.
pub(super) fn is_compound(value: &str) -> bool {
    let plain = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() <= 5
            || digits == part.len()
            || changes(part) * 5 <= part.len() && digits * 3 <= part.len()
    };
    value.bytes().any(|b| b"_-.:/".contains(&b))
        && changes(value) * 7 < value.len()
        && value.split(['_', '-', '.', ':', '/']).all(plain)
        && !is_uuid(value)
}

/// Whether `value` says that it is a key and little else: `ig_key001`, `secureAccessToken12345`.
pub(super) fn names_itself(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let kinds = ["key", "token", "secret", "_pass", "_pat"];
    let word = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b));
    let numbered = plain && lower.len() - word.len() <= 6;
    lower.len() < 32
        && (kinds.iter().any(|kind| lower.ends_with(kind))
            || numbered && kinds.iter().any(|kind| lower.contains(kind)))
}

/// Whether `value` is words written together, with a number or two: `V1LocalObjectReference`.
pub(super) fn is_worded(value: &str) -> bool {
    const LEAST: usize = 3;
    let (mut letters, mut of_words, mut digits) = (0, 0, 0);
    let (mut run, mut vowels) = (0, 0);
    for byte in value.bytes().chain([b' ']) {
        let ends = !byte.is_ascii_lowercase();
        if ends && run >= LEAST && vowels > 0 {
            of_words += run;
        }
        if ends {
            (run, vowels) = (0, 0);
        }
        if byte.is_ascii_alphabetic() {
            (letters, run) = (letters + 1, run + 1);
            vowels += usize::from(b"aeiouyAEIOUY".contains(&byte));
        }
        digits += usize::from(byte.is_ascii_digit());
    }
    digits <= 2
        && letters + digits == value.len()
        && value.bytes().any(|byte| byte.is_ascii_uppercase())
        && of_words * 4 >= letters * 3
}

/// How the name of a file ends.
const FILES: &[&str] = &[
    ".patch", ".tgz", ".gz", ".zip", ".png", ".jpg", ".svg", ".js", ".mjs", ".ts", ".json", ".md",
    ".html", ".css", ".lock", ".py", ".rs", ".go", ".pem", ".crt", ".key", ".txt", ".xml", ".yaml",
    ".yml", ".toml", ".jar", ".whl",
];

/// Whether `value` names a file.
pub(super) fn is_file(value: &str) -> bool {
    FILES.iter().any(|end| value.ends_with(end))
}

/// Whether `value` is an address of a chain or the id of a key, which anybody may know, or a time.
pub(super) fn is_public_number(value: &str) -> bool {
    let digits = |from: &str| from.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hex = value
        .strip_prefix("0x")
        .is_some_and(|rest| matches!(rest.len(), 8 | 16 | 40) && digits(rest));
    let date = value.as_bytes().get(..11).is_some_and(|head| {
        head.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => matches!(byte, b'T' | b't' | b'_'),
            _ => byte.is_ascii_digit(),
        })
    });
    hex || date || is_package_version(value)
}

/// `1:4.13+dfsg1-1`: what an archive counts by, and a version.
fn is_package_version(value: &str) -> bool {
    let Some((epoch, version)) = value.split_once(':') else { return false };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let minor = version.get(digits(version) + 1..).unwrap_or_default();
    number(epoch) && digits(version) > 0 && version.contains('.') && digits(minor) > 0
}

/// Whether `value` is the first part of a web token alone: it says how the rest is signed.
pub(super) fn is_token_header(value: &str) -> bool {
    value.starts_with("eyJ") && !value.contains('.') && value.len() < 64 && value.contains("hbGci")
}

/// Whether `value` is hexadecimal of the length of a common hash.
pub(super) fn is_hash(value: &str) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128)
        && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `value` is what a public key is told by, as its programs write it.
pub(super) fn is_key_fingerprint(value: &str) -> bool {
    let upper = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    value.len() == 40 && value.bytes().all(upper)
}

/// Whether `value` is a UUID.
pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// How many different bytes there are.
pub(super) fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    for byte in value.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Shannon entropy in bits a byte.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX)).max(1.0);
    let bits = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// How many of lower case, upper case, digits and signs `value` has.
pub(super) fn classes(value: &str) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.bytes().any(|byte| test(&byte)));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_secrets() {
        for value in
            ["AKIAIOSFODNN7EXAMPLE", "xxxxxxxxxxxx", "your_api_key", "aaaaaaaaaaaa", "1234567890"]
        {
            assert!(is_obvious(value), "{value}");
        }
        assert!(!is_obvious("q7Jd0Zt4mVx1"));
        assert!(is_chance("q7Jd0Zt4mVx1LpW9") && is_chance("abcdef1234567890abcdef"));
        assert!(!is_chance("internationalization-2") && !is_chance("AccessTokenProvider2"));
        assert!(is_compound("cmp2-qat-1208358310") && !is_compound("q7-Jd0Zt4mVx1"));
        for value in ["os.environ['X']", "${TOKEN}", "<token>", "self.api_key", "getToken()"] {
            assert!(is_expression(value), "{value}");
        }
        assert!(!is_expression("q7Jd0Zt4mVx1"));
        assert!(
            is_unspeakable("DqvyBfnyJrtpvzdFCzApkcqc") && !is_unspeakable("AccessTokenProviders")
        );
        assert!(is_filled_in("${TOKEN}") && is_filled_in("getpass.getpass()"));
        assert!(
            !is_filled_in("x(4$w1-sa!b@c2")
                && !is_filled_in("super$ecret")
                && is_filled_in("$secret")
        );
        assert!(is_name("my-service-account") && is_name("AccessTokenProvider"));
        assert!(is_worded("V1LocalObjectReference") && !is_worded("Q7jdZtmVxLpW9k"));
        assert!(is_worded("Utf8SuffixMap") && is_worded("texMathDelimSet1"));
        assert!(is_key_fingerprint("0123456789ABCDEF0123456789ABCDEF01234567"));
        assert!(!is_name("q7Jd0Zt4mVx1"));
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy("aaaa") < 0.001);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9);
        assert!(entropy("").abs() < 1e-9);
    }
}
