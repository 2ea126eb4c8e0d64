//! Hashes of passwords: what is stolen to be guessed.

use super::{accept, info, token};
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/password_hash", High, 800, "The hash of a password, salt and all."),
    patterns: &[
        hash(&["$1$"], r"[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22}", "md5_crypt"),
        hash(&["$2a$", "$2b$", "$2x$", "$2y$"], r"\d{2}\$[./A-Za-z0-9]{53}", "bcrypt"),
        hash(
            &["$5$"],
            r"(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}",
            "sha256_crypt",
        ),
        hash(
            &["$6$"],
            r"(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}",
            "sha512_crypt",
        ),
        hash(&["$8$", "$9$"], r"[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}", "cisco_hash"),
        hash(
            &["$argon2"],
            r"(?:id|i|d)\$(?:v=\d{1,3}\$)?[a-z]=[a-z0-9,=]{3,40}\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,128}",
            "argon2",
        ),
        hash(&["$y$"], r"[./A-Za-z0-9]{2,8}\$[./A-Za-z0-9]{4,86}\$[./A-Za-z0-9]{43}", "yescrypt"),
        hash(
            &["$krb5asrep$", "$krb5tgs$"],
            r"\d{1,2}\$(?:[^\s:$]{1,80}[:$])?[a-f0-9]{24,32}\$[a-f0-9]{32,}",
            "kerberos_ticket",
        ),
        hash(
            &["pbkdf2_sha256$", "pbkdf2_sha1$"],
            r"\d{3,8}\$[A-Za-z0-9]{6,40}\$[A-Za-z0-9+/]{27,44}=",
            "pbkdf2",
        ),
    ],
    check: accept,
}];

const fn hash(
    prefixes: &'static [&'static str],
    rest: &'static str,
    kind: &'static str,
) -> crate::detect::registry::Pattern {
    token(prefixes, rest, 800, kind)
}
