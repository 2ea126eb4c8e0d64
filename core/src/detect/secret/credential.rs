//! Passwords that programs hand over in forms of their own: pairs, files of credentials, network
//! codes, keys that open a vault or join a cluster.

use super::context::{found, is_quoted, is_stand_in, named, trimmed};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{Critical, High};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Lines of a cluster's secret that are read.
const ENTRIES: usize = 64;

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info(
            "secret/credential_pair",
            High,
            750,
            "A user name handed over with its password.",
        ),
        patterns: &[
            // `NetworkCredential("joe", "...")`, `smtp.login("joe", "...")`, `auth=("joe", "...")`.
            named(
                &[
                    "directoryentry(",
                    "authentication(",
                    ".login(",
                    "basic_auth(",
                    "basicauth(",
                    "auth=(",
                    "auth = (",
                    "authenticate(",
                    "setcredentials(",
                ],
                r#"(?i)(?:directoryentry|passwordauthentication|\.login|basic_?auth|authenticate|setcredentials|\bauth ?=) ?\(\s{0,4}(?:["'][^"'\n]{1,80}["'],\s{0,16}){1,3}(?:some\()?["']([^"'\s]{4,80})["']"#,
                700,
                "password",
            ),
            // A host of private packages in the environment of Bundler.
            named(
                &["BUNDLE_"],
                r#"\bBUNDLE_[A-Z0-9]{2,30}(?:__[A-Z0-9_]{2,30}){1,4}["']?\s{0,3}[:=]\s{0,3}(?:\\?["'])?[^\s:/"'\\]{1,60}:([^\s"'\\;&]{4,80})"#,
                750,
                "password",
            ),
            // A line of `.pgpass`: host, port, database, user, password.
            named(
                &[":5432:", ":5433:", ":*:"],
                r"(?m)^[A-Za-z0-9.*_-]{1,80}:(?:\d{2,5}|\*):[^\s:]{1,60}:[^\s:]{1,60}:([^\s:]{4,80})[ \t\r]{0,4}$",
                700,
                "password",
            ),
        ],
        check: check_pair,
    },
    Rule {
        info: info(
            "secret/encoded_credentials",
            High,
            850,
            "A user name and password, or a private key, in base64.",
        ),
        patterns: &[
            // What `docker login` and `npm login` write.
            named(
                &["\"auth\"", "_auth"],
                r#"(?:"auth"\s{0,4}:\s{0,4}"|\b_auth\s{0,2}=\s{0,2}"?)([A-Za-z0-9+/]{8,400}={0,2})"#,
                850,
                "password",
            ),
            // A secret of a cluster: all that it holds.
            Pattern {
                reach: (16, 900),
                ..named(
                    &["kind: Secret"],
                    r"\bkind: Secret\b ~800 not ~ \n(?:data|stringData):[ \t]{0,4}\r?\n([ \t]{1,8}[A-Za-z0-9._-]{1,80}:)",
                    800,
                    "cluster_secret",
                )
            },
            named(
                &["client-key-data"],
                r"\bclient-key-data:\s{0,4}([A-Za-z0-9+/]{96,192})",
                850,
                "private_key",
            ),
        ],
        check: check_encoded,
    },
    Rule {
        info: info("secret/unseal_key", Critical, 900, "A key that unseals a vault."),
        patterns: &[Pattern {
            severity: Critical,
            ..named(
                &["unseal"],
                r"(?i)\bunseal(?:[ _]key)?(?: \d{1,2})?(?:[:=] ?| )([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}\b|[a-f0-9]{64,66}\b)",
                900,
                "unseal_key",
            )
        }],
        check: check_chance,
    },
    Rule {
        info: info("secret/join_token", High, 850, "A token with which a machine joins a cluster."),
        patterns: &[named(
            &["token"],
            r#"(?i)token(?:[ =]|["']?\s?[:=]\s?["']?)([a-z0-9]{6}\.[a-z0-9]{16})\b"#,
            850,
            "join_token",
        )],
        check: check_join,
    },
    Rule {
        info: info("secret/network_password", High, 850, "The password of a wireless network."),
        patterns: &[
            named(&["WIFI:"], r"\bWIFI:(?:[A-Z]:[^;]{0,64};){0,4}P:([^;]{6,80});", 850, "password"),
            named(
                &["psk"],
                r#"(?i)\b(?:wpa_?)?psk["']?\s{0,3}[=:]\s{0,3}["']([^"'\n]{8,63})["']"#,
                800,
                "password",
            ),
        ],
        check: check_pair,
    },
    Rule {
        info: info("secret/login_key", High, 850, "A key in the call that logs a program in."),
        patterns: &[named(
            &["api_key", "apikey", "api-key"],
            r#"(?i)(?:login|auth\w{0,20})[a-z_.]{0,20}api[_-]?key["']\s{0,4},\s{0,8}["']params["']\s{0,4}:\s{0,4}\[\s{0,8}["']([A-Za-z0-9_+/=-]{24,120})["']"#,
            850,
            "key",
        )],
        check: check_chance,
    },
    Rule {
        info: info("secret/pin", High, 650, "A number that is called a PIN."),
        patterns: &[named(
            &[
                "pin is",
                "pin: ",
                "pin = ",
                "pin code",
                "pin number",
                "pin for",
                "pin of",
                "puk is",
                "puk: ",
            ],
            r#"(?i)\b(?:pin|puk)(?: (?:code|number))?(?: (?:for|of) [^\n.]{1,40}?)?(?: is(?: now)?| =|:) ?["']?(\d{4}|\d{8})(?:[^\w.-]|\.?$|\.\s)"#,
            650,
            "pin",
        )],
        check: check_pin,
    },
    Rule {
        info: info(
            "secret/default_value",
            High,
            700,
            "The default of a variable that is called a secret.",
        ),
        patterns: &[named(
            &["variable"],
            r#"(?i)\bvariable\s{1,4}"[a-z0-9_-]{0,60}(?:key|token|secret|password|passwd|pwd)"\s{0,4}\{[^{}]{0,160}?\bdefault\s{0,8}=\s{0,4}"([^"\s]{8,200})""#,
            700,
            "key",
        )],
        check: check_default,
    },
    Rule {
        info: info("secret/compared", High, 650, "A text that a password is compared with."),
        patterns: &[named(
            &["==", "!=", ".equals("],
            r#"(?i)(?:password|passwd|passphrase|\bsecret)\s{0,3}(?:[!=]==?|\.equals\()\s{0,3}["']([^"'\s]{4,64})["']"#,
            650,
            "password",
        )],
        check: check_pair,
    },
];

/// A password by where it stands: any word but a stand-in.
fn check_pair(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    let spoken = value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if value.len() < 4 || !spoken || is_stand_in(value, is_quoted(candidate)) {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    let says_itself = lower.contains("password") || lower.contains("passwd");
    (!says_itself).then(|| found(candidate, value, candidate.pattern.score))?
}

fn check_default(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let plain = placeholder::classes(value) < 2
        || placeholder::is_name(value)
        || placeholder::is_compound(value);
    (!plain).then(|| check_pair(candidate))?
}

/// A key that a machine made.
fn check_chance(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let made = placeholder::entropy(value) >= 3.0 && !placeholder::is_obvious(value);
    made.then(|| found(candidate, value, candidate.pattern.score))?
}

/// Letters and digits on both sides of the dot, or it is a name with a method.
fn check_join(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let (id, secret) = value.split_once('.')?;
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let letters = |part: &str| part.bytes().filter(u8::is_ascii_alphabetic).count();
    let made = digits(secret) >= 2 && letters(secret) >= 2 && digits(id) + digits(secret) >= 3;
    (made && !placeholder::is_obvious(value))
        .then(|| found(candidate, value, candidate.pattern.score))?
}

fn check_pin(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    (placeholder::distinct(value) > 1).then(|| found(candidate, value, candidate.pattern.score))?
}

/// A name and a password with a colon between, or a private key in PEM form.
fn check_encoded(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    if candidate.pattern.kind == "cluster_secret" {
        return check_cluster(candidate);
    }
    if candidate.pattern.kind == "private_key" {
        let head = STANDARD.decode(value.get(..96)?).ok()?;
        let known =
            head.starts_with(b"-----BEGIN") && head.windows(11).any(|part| part == b"PRIVATE KEY");
        // The expression reads its beginning; the key goes on.
        let rest = candidate.text.get(candidate.value.start..)?;
        let whole =
            rest.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).next()?;
        return known.then(|| found(candidate, whole, candidate.pattern.score))?;
    }
    let bytes = STANDARD.decode(value).ok()?;
    let (user, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let known = !user.is_empty() && password.len() >= 4 && !is_stand_in(password, true);
    known.then(|| found(candidate, value, candidate.pattern.score))?
}

/// Takes the lines of a cluster's secret, unless what stands in them is filled in later.
fn check_cluster(candidate: &Candidate<'_>) -> Option<Found> {
    let rest = candidate.text.get(candidate.value.start..)?;
    let entries = rest.split_inclusive('\n').take(ENTRIES);
    let lines = entries.take_while(|line| line.starts_with([' ', '\t']) && line.contains(':'));
    let (mut length, mut known) = (0, false);
    for line in lines {
        let value = line.split_once(':').map_or("", |(_, value)| value).trim();
        let value = value.trim_matches(['"', '\'']);
        known |= value.len() >= 4 && !is_stand_in(value, true);
        length += line.len();
    }
    let value = rest.get(..length)?.trim_end();
    known.then(|| found(candidate, value, candidate.pattern.score))?
}
