//! Reads file paths: where they lead, whether they climb out, whether they name a sensitive place.

use crate::finding::CodeFacts;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// How often percent encoding is undone: servers and proxies undo it twice.
const DECODINGS: usize = 3;

/// Places of the system itself. Everything below them is sensitive.
const SYSTEM_PLACES: &[&str] = &[
    "/etc",
    "/proc",
    "/sys",
    "/boot",
    "/root",
    "/dev",
    "/var/run",
    "/run",
    "/var/spool/cron",
    "/var/lib/kubelet",
    "/private/etc",
    "/library/launchdaemons",
    "/library/launchagents",
    "/system",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "c:/windows",
    "c:/programdata",
];

/// Devices that hold nothing.
const HARMLESS: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
];

/// Components that hold credentials or are run by others.
const SENSITIVE_NAMES: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".htpasswd",
    ".bashrc",
    ".bash_profile",
    ".bash_history",
    ".zshrc",
    ".zshenv",
    ".zsh_history",
    ".profile",
    ".env",
    ".envrc",
    "authorized_keys",
    "known_hosts",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "shadow",
    "sudoers",
    "docker.sock",
    "wallet.dat",
    "login.keychain-db",
    "keychains",
    "ntds.dit",
];

/// Two components that are sensitive together.
const SENSITIVE_PAIRS: &[(&str, &str)] = &[
    (".git", "hooks"),
    (".git", "config"),
    (".docker", "config.json"),
    (".config", "gcloud"),
    (".config", "gh"),
    (".config", "autostart"),
    (".cargo", "credentials.toml"),
    (".local", "keyrings"),
    ("google-chrome", "default"),
    ("windows", "system32"),
];

/// Whether `text` begins with a drive letter.
pub(super) fn drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
        && matches!(chars.next(), Some('\\' | '/'))
}

/// Reads a path. Adds to `facts`.
pub(super) fn read(text: &str, facts: &mut CodeFacts) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    super::add(&mut facts.paths, text, &mut facts.unparsed);
    facts.traversal |= is_traversal(text);
    // A network share is a host.
    let slashes = text.replace('\\', "/");
    if let Some(rest) = slashes.strip_prefix("//") {
        let host = rest.split('/').next().unwrap_or_default();
        if !matches!(host, "" | "." | "?") {
            super::address::add_host(super::address::bare_host(host), facts);
        }
    }
    if text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("file:")) {
        facts.internal_address = true;
    }
}

/// Whether a path climbs out with `..`, in any encoding, or names a sensitive place.
pub(super) fn is_traversal(text: &str) -> bool {
    let (decoded, was_encoded) = decode(text);
    climbs(&decoded, was_encoded) || is_sensitive(&decoded)
}

/// One form for all spellings: percent decoding, compatibility forms, `/` for every separator.
fn decode(text: &str) -> (String, bool) {
    let mut text = Cow::Borrowed(text);
    for _ in 0..DECODINGS {
        match percent_decode(&text) {
            Some(decoded) => text = Cow::Owned(decoded),
            None => break,
        }
    }
    let was_encoded = matches!(text, Cow::Owned(_));
    let folded: String = if text.is_ascii() { text.into_owned() } else { text.nfkc().collect() };
    let folded = folded
        .chars()
        .map(|c| match c {
            '\\' | '\u{2215}' | '\u{2044}' | '\u{29F8}' | '\u{FF0F}' | '\u{FF3C}' | '¥' => '/',
            '\u{2024}' | '\u{FF0E}' => '.',
            c => c,
        })
        .collect();
    (folded, was_encoded)
}

/// Undoes one layer of percent encoding, overlong UTF-8 for `.` and `/` included.
pub(in crate::detect) fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut changed = false;
    while let Some((&first, tail)) = rest.split_first() {
        let code = if first == b'%' { escape(tail) } else { None };
        match code {
            Some((byte, used)) => {
                bytes.push(byte);
                rest = tail.get(used..).unwrap_or_default();
                changed = true;
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    if !changed {
        return None;
    }
    let bytes = fold_overlong(bytes);
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The byte that the digits after a `%` stand for, and how many characters they are.
fn escape(tail: &[u8]) -> Option<(u8, usize)> {
    let digit = |byte: Option<&u8>| byte.and_then(|&b| char::from(b).to_digit(16));
    // `%u002e`, as old servers took it.
    if matches!(tail.first(), Some(b'u' | b'U')) {
        let zero = digit(tail.get(1)) == Some(0) && digit(tail.get(2)) == Some(0);
        let value = digit(tail.get(3))? * 16 + digit(tail.get(4))?;
        return zero.then_some((u8::try_from(value).ok()?, 5));
    }
    let value = digit(tail.first())? * 16 + digit(tail.get(1))?;
    Some((u8::try_from(value).ok()?, 2))
}

/// Overlong forms of ASCII, which strict decoders refuse and lax ones take.
fn fold_overlong(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.iter().any(|byte| matches!(byte, 0xc0 | 0xc1 | 0xe0)) {
        return bytes;
    }
    let mut folded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((&first, tail)) = rest.split_first() {
        match (first, tail) {
            (0xc0 | 0xc1, [low @ 0x80..=0xbf, after @ ..]) => {
                folded.push((first & 1) << 6 | (low & 0x3f));
                rest = after;
            }
            (0xe0, [mid @ 0x80..=0x81, low @ 0x80..=0xbf, after @ ..]) => {
                folded.push((mid & 1) << 6 | (low & 0x3f));
                rest = after;
            }
            _ => {
                folded.push(first);
                rest = tail;
            }
        }
    }
    folded
}

fn climbs(path: &str, was_encoded: bool) -> bool {
    if path.contains('\0') {
        return true;
    }
    let absolute = path.starts_with('/') || path.starts_with('~') || drive(path);
    let mut depth = 0_usize;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        // `..;` is `..` to some servers, `....//` becomes `../` where a filter removes `../` once.
        let name = part.split(';').next().unwrap_or_default().trim();
        let is_last = parts.peek().is_none();
        let stripped = name.len() > 2 && name.bytes().all(|b| b == b'.');
        if name == ".." || (stripped && !is_last) {
            if depth == 0 || absolute || was_encoded || stripped {
                return true;
            }
            depth -= 1;
        } else if !matches!(name, "" | ".") {
            depth += 1;
        }
    }
    false
}

fn is_sensitive(path: &str) -> bool {
    let mut clean = String::with_capacity(path.len());
    let mut before = "";
    let lower = path.to_lowercase();
    // Only what a file can be; `C:\x\y::$DATA` and `/./` are spellings.
    for (at, part) in lower.split('/').enumerate() {
        let part = part.split("::").next().unwrap_or_default().trim_end();
        if at > 0 && matches!(part, "" | ".") {
            continue;
        }
        if at > 0 {
            clean.push('/');
        }
        clean.push_str(part);
        if SENSITIVE_NAMES.contains(&part)
            || SENSITIVE_PAIRS.contains(&(before, part))
            || is_environment(part)
        {
            return true;
        }
        before = part;
    }
    let clean = clean.strip_prefix("//?").unwrap_or(&clean);
    if HARMLESS.contains(&clean) || clean.starts_with("/dev/fd/") {
        return false;
    }
    SYSTEM_PLACES
        .iter()
        .any(|place| clean.strip_prefix(place).is_some_and(|r| r.is_empty() || r.starts_with('/')))
}

/// `.env.production` holds secrets, `.env.example` does not.
fn is_environment(name: &str) -> bool {
    name.strip_prefix(".env.").is_some_and(|kind| {
        !matches!(kind, "example" | "sample" | "template" | "dist" | "defaults" | "schema")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn climbing_is_seen_in_every_encoding() {
        let climbing = [
            "../secret",
            "a/../../b",
            "/srv/data/../../etc/x",
            "..\\..\\boot.ini",
            "%2e%2e/%2e%2e/x",
            "%2e%2e%2fx",
            "..%2fx",
            "%252e%252e%252fx",
            "%25252e%25252e%25252fx",
            "..%c0%afx",
            "%c0%ae%c0%ae/x",
            "%e0%80%ae%e0%80%ae/x",
            "%u002e%u002e/x",
            "..;/admin",
            "....//x",
            "a/....//....//x",
            "．．／x",
            "..∕x",
            "a/..\u{0}/b",
            "x.png\u{0}.txt",
            "x%00.txt",
            "~/../other",
            "a/%2e%2e/b",
            "C:\\work\\..\\x",
        ];
        for path in climbing {
            assert!(is_traversal(path), "{path:?}");
        }
    }

    #[test]
    fn sensitive_places_are_known_however_they_are_written() {
        let sensitive = [
            "/etc/passwd",
            "/etc//shadow",
            "/./etc/passwd",
            "/ETC/passwd",
            "/proc/self/environ",
            "~/.ssh/id_rsa",
            "/home/ann/.ssh/authorized_keys",
            "project/.env",
            ".env.production",
            "/home/ann/.aws/credentials",
            "/home/ann/.config/gcloud/x.json",
            "repo/.git/hooks/pre-commit",
            "/dev/sda",
            "/var/run/docker.sock",
            "C:\\Windows\\System32\\config\\SAM",
            "%2fetc%2fpasswd",
            "~/.bashrc",
        ];
        for path in sensitive {
            assert!(is_traversal(path), "{path:?}");
        }
    }

    #[test]
    fn ordinary_paths_are_quiet() {
        let ordinary = [
            "notes.txt",
            "docs/guide.md",
            "/srv/data/report.pdf",
            "a/b/../c",
            "/home/ann/project/src/main.rs",
            "./x",
            "100%/done",
            "file...txt",
            "and so on...",
            "/dev/null",
            ".env.example",
            "/tmp/x",
            "C:\\work\\x.txt",
            "etc/passwd-notes.md",
            "environment/.envelope",
            "my photos/été.jpg",
            "50%20off.txt",
        ];
        for path in ordinary {
            assert!(!is_traversal(path), "{path:?}");
        }
    }

    #[test]
    fn a_share_is_a_host() {
        let mut facts = CodeFacts::default();
        read("\\\\10.0.0.5\\share\\x", &mut facts);
        assert_eq!(facts.hosts, ["10.0.0.5"]);
        assert!(facts.internal_address);
    }

    proptest! {
        #[test]
        fn any_encoding_of_the_dots_climbs(kinds in prop::collection::vec(0usize..4, 4), tail in "[a-z]{1,8}") {
            let spell = |c: char, kind: usize| match kind {
                0 => c.to_string(),
                1 => format!("%{:02x}", c as u32),
                2 => format!("%25{:02X}", c as u32),
                _ => format!("%2525{:02x}", c as u32),
            };
            let path = format!("{}{}{}{tail}", spell('.', kinds[0]), spell('.', kinds[1]), spell('/', kinds[2]));
            prop_assert!(is_traversal(&path), "{}", path);
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            is_traversal(&text);
        }
    }
}
