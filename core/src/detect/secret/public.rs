//! Names of values that look like keys and may be known to anybody.

/// What such a name holds.
const WITHIN: &[&str] = &[
    "public",
    "csrf",
    "xsrf",
    "pagetoken",
    "page_token",
    "page-token",
    "nexttoken",
    "next_token",
    "next-token",
    "continuation",
    "pagination",
    "cursor",
    "locktoken",
    "lock_token",
    "changetoken",
    "change_token",
    "change-token",
    "updatetoken",
    "update_token",
    "sequencetoken",
    "sequence_token",
    "synctoken",
    "sync_token",
    "deltatoken",
    "delta_token",
    "resumetoken",
    "resume_token",
    "tokenizer",
    "max_token",
    "maxtoken",
    "audience",
    "issuer",
    "idempotency",
    "foreign",
    "partition",
    "cache",
    "routing",
    "keyboard",
    "fingerprint",
    "thumbprint",
    "websocket",
    "checksum",
    "integrity",
    "resolved",
    "sitekey",
    "site_key",
    "version",
    "keyword",
    "commit",
    "digest",
    "sha256",
    "sha512",
    "sha1",
    "_sha",
    "correlation",
    "trace",
    "bucket",
    "object_key",
    "authenticity",
    "copyright",
];

/// How such a name ends.
const ENDINGS: &[&str] = &[
    "_id", "-id", ".id", " id", "author", "name", "type", "url", "arn", "uri", "path", "file",
    "hash", "size", "count",
];

/// Whether `name` says that what follows is an id, or may be known.
pub(super) fn is_named(name: &str) -> bool {
    let name = name.strip_suffix("is").map_or(name, str::trim_end);
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let lower = name.to_ascii_lowercase();
    // A page's token is public, that of the service Statuspage is not.
    let service = lower.contains("statuspage");
    let bucket = lower.contains("bitbucket");
    let within = |word: &&str| {
        lower.contains(*word)
            && !(service && word.starts_with("page"))
            && !(bucket && *word == "bucket")
    };
    WITHIN.iter().any(within)
        || name.ends_with("Id")
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
}
