//! Secrets that only the name before them gives away.

use super::{info, placeholder, public};
use crate::detect::Lanes;
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{High, Medium};
use crate::span::Span;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) const fn named(
    keywords: &'static [&'static str],
    expression: &'static str,
    score: u16,
    kind: &'static str,
) -> Pattern {
    let lanes = Lanes::SECRET_CONTEXT;
    Pattern { keywords, expression, lanes, severity: High, score, kind, reach: (96, 240) }
}

/// Words for a password, as the automaton wants them.
const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "passwort",
    "kennwort",
    "mot de passe",
    "contraseña",
    "senha",
    "wachtwoord",
    "hasło",
    "пароль",
    "密码",
    "パスワード",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/named_key", High, 800, "A random value that is called a key or token."),
        patterns: &[
            named(
                &["key", "secret", "token", "credential", "auth", "_pat", "signature", "login"],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:api[_-]?key|secret|token|[a-z0-9]{3,12}[_ -]{0,4}key|credentials?|_key|_auth|auth_?code|_pat|signature|[a-z0-9][_.]login)s?(?:[_.-]?(?:key|token|secret|value|auth|access|code|id|name|hash|prod|dev|test|live)){0,2}(?:[_-][a-z0-9_-]{0,16}|\d{1,3})?\\{0,2}["'`\])]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|==|\?=|\|\|:|[:,]|\bis\b)[ \t]{0,16}\\{0,2}["'`(]{0,2}(?:b['"])?([^\s"'`,;<>\\&]{8,200})"#,
                800,
                "key",
            ),
            // Quoted, with signs and brackets in it: `SECRET_KEY = 'x(4$...'`.
            named(
                &["secret", "key"],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:secret|secret_?key|signing_?key|encryption_?key)["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}"([^"\s]{10,200})""#,
                700,
                "quoted_key",
            ),
            named(
                &["secret", "key"],
                r#"(?i)\b[a-z0-9_.-]{0,40}(?:secret|secret_?key|signing_?key|encryption_?key)["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}'([^'\s]{10,200})'"#,
                700,
                "quoted_key",
            ),
            // `the token 4f7a...`, `stripeKEY-4f7a...`: no sign of an assignment, so it wants more chance.
            named(
                &["key", "secret", "token", "access", "private"],
                r#"(?i)\b[a-z0-9_.-]{0,40}?(?:key|secret|token|access|private)["'`]?(?:[ \t]{1,16}|[\r\n]{1,2}[ \t]{0,4}|[-.|])["'`]?([a-z0-9_+/=.:|!-]{16,200})"#,
                500,
                "loose_key",
            ),
            // `name: API_TOKEN` and `value: ...` on the next line; `key="ApiKey" value="..."`.
            named(
                &["value"],
                r#"(?i)\b(?:name|key)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[a-z0-9_.:-]{0,40}(?:key|token|secret|password|passwd|pwd)["']?[\s,]{1,16}["']?(?:secret_?)?value["']?[ \t]{0,4}[:=][ \t]{0,4}["']?([^\s"'`,;<>&]{8,200})"#,
                800,
                "key",
            ),
            named(
                &["key", "token", "secret"],
                r"(?i)<[a-z0-9_:-]{0,30}(?:key|token|secret)[^<>]{0,40}>\s{0,8}([^<>\s]{12,200})\s{0,8}</",
                800,
                "key",
            ),
        ],
        check: check_key,
    },
    Rule {
        info: info("secret/password", High, 750, "A value that is called a password."),
        patterns: &[
            named(
                PASSWORDS,
                r#"(?i)(?:\b|[_\x80-\xff"'\s]|^)[a-z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|пароль|密码|パスワード)[a-z0-9_]{0,8}\\{0,2}["'`\]]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|==|:|：|,)[ \t]{0,4}\\{0,2}["'`]([^\s"'`<>]{5,128})["'`]"#,
                750,
                "password",
            ),
            named(
                PASSWORDS,
                r#"(?i)(?:\b|[_\x80-\xff"'\s]|^)[a-z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|пароль|密码|パスワード)[a-z0-9_]{0,8}["'`\]]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|:|：|\b(?:is|was|ist|est|es|lautet)\b[ \t]{0,2}:?)[ \t]{0,4}["'`(]?([^\s"'`,;<>&]{6,128})"#,
                650,
                "password",
            ),
            // Signs that the other kind of quotation mark may hold.
            named(
                &["password", "passwd", "pass"],
                r#"(?i)\b[a-z0-9_.-]{0,40}pass(?:word|wd|phrase)?["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}'([^'\n<>]{6,80})'"#,
                750,
                "quoted_password",
            ),
            named(
                &["password", "passwd", "pass"],
                r#"(?i)\b[a-z0-9_.-]{0,40}pass(?:word|wd|phrase)?["']?[ \t]{0,8}(?:=>|:{0,3}=|:)[ \t]{0,4}"([^"\n<>]{6,80})""#,
                750,
                "quoted_password",
            ),
            // `the password for the admin is 'blooberry'`: quoted in prose, words are passwords too.
            named(
                &["password", "passphrase", "passcode"],
                r#"(?i)\b(?:password|passphrase|passcode)(?: (?:for|of) [^\n.]{1,40}?)? (?:is|was|to|=)(?: set to)?:? ["'`]([^\s"'`]{4,64})["'`]"#,
                600,
                "plain_password",
            ),
            // `use the following password to proceed:`, and the next line is one.
            named(
                &["password", "passphrase"],
                r"(?i)\bpass(?:word|phrase)\b[^\n:]{0,60}:[ \t\r]{0,4}\n\s{0,8}([a-z0-9_+/=!@#$%^&*-]{8,80})[ \t\r]{0,4}\n",
                650,
                "password",
            ),
            // A password after the user it belongs to.
            named(
                &["user", "login", "uid"],
                r#"(?i)(?:user(?:_?name)?|login|uid)["'`]?\s{0,4}(?:=>|[:=]|\s)\s{0,4}["'`]?[^\s"'`,;=:]{2,60}["'`]?[\s,;]{1,8}(?:(?:#|//)[^\n]{0,60}\s{1,8}){0,2}["'$]?[a-z0-9_.>-]{0,30}(?:password|passwd|pass|pwd)["'`]?\s{0,4}(?:=>|[:=]|\s)\s{0,4}["'`]?([^\s"'`,;<>]{4,80})"#,
                700,
                "plain_password",
            ),
            // The same in words: `password = 'open sesame'`.
            named(
                &["user", "login", "uid"],
                r#"(?i)(?:user(?:_?name)?|login|uid)["']?\s{0,4}(?:=>|[:=])\s{0,4}["'][^"'\n]{2,60}["'][\s,;]{1,8}["'$]?[a-z0-9_.>-]{0,30}(?:password|passwd|pass|pwd)["']?\s{0,4}(?:=>|[:=])\s{0,4}["']([^"'\n<>]{6,60})["']"#,
                700,
                "plain_password",
            ),
            named(
                &["-u ", "-user ", "--user", "--username"],
                r#"(?i)[ \t]--?u(?:ser(?:name)?)?[ =]{1,2}["']?[^\s"']{1,60}["']?[ \t]{1,4}--?p(?:ass(?:word)?)?[ =]{0,2}["']?([^\s"'`,;<>]{4,80})"#,
                700,
                "plain_password",
            ),
            named(
                &["--pass", "-password", "sshpass", "--token", "--secret", "--api-key"],
                r#"(?i)[ \t](?:--?pass(?:word|wd|phrase)?|--?(?:auth-?)?token|--?secret|--?api-?key)(?:[ \t]{1,4}|=)["']?([^\s"'`,;<>]{6,128})"#,
                700,
                "password",
            ),
            // A line of an environment file.
            named(
                &["PASS=", "PASSWORD=", "PASSWD=", "PWD="],
                r#"(?m)^(?:#[ \t]{0,3}|export )?[A-Z0-9_]{0,60}(?:PASS|PASSWORD|PASSWD|_PWD)=["']?([^\s"'$<{%]{5,80})"#,
                600,
                "plain_password",
            ),
            named(
                &["<password", "<passwd", "<pwd", "password>"],
                r"(?i)<[a-z0-9_:-]{0,30}(?:password|passwd|pwd)[^<>]{0,40}>\s{0,8}([^<>\s]{5,128})\s{0,8}</",
                750,
                "password",
            ),
            named(
                &["credential"],
                r#"(?i)credentials?\(\s{0,4}["'][^"'\n]{1,80}["'],\s{0,4}["']([^"'\s]{5,80})["']"#,
                700,
                "plain_password",
            ),
            named(
                &["machine"],
                r#"(?i)\bmachine\s{1,8}[a-z0-9.-]{1,80}\s{1,8}login\s{1,8}\S{1,80}\s{1,8}password\s{1,8}(\S{4,128})"#,
                750,
                "password",
            ),
        ],
        check: check_password,
    },
    Rule {
        info: info("secret/authorization", High, 850, "Credentials of an HTTP request."),
        patterns: &[
            named(
                &["authorization", "bearer"],
                r#"(?i)\b(?:authorization["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?(?:bearer|token|apikey|ssws|key|genie\w{1,8})?|bearer)[ \t]{1,4}([a-z0-9._~+/=@-]{12,200})"#,
                850,
                "authorization",
            ),
            named(
                &["basic "],
                r"(?i)\bbasic[ \t]{1,4}([A-Za-z0-9+/_-]{8,300}={0,2})",
                850,
                "basic_authorization",
            ),
            named(
                &[
                    "x-api-key",
                    "x-auth-token",
                    "private-token",
                    "api-token",
                    "x-token",
                    "x-access-token",
                    "apikey:",
                    "x-vault-token",
                    "x-jfrog",
                    "-h ",
                    "--header",
                ],
                r#"(?i)(?:\b(?:x-jfrog-art-api|x-[a-z0-9-]{0,30}(?:key|token|secret)|private-token|job-token|api-token|apikey)|(?:-h|--header)[ \t=]{0,3}["'`]?[a-z0-9-]{0,30}(?:key|token|secret))["'`]?[ \t]{0,4}[:=,][ \t]{0,4}["'`]?([a-z0-9._~+/=-]{10,200})"#,
                850,
                "authorization",
            ),
            named(
                &["curl"],
                r#"(?i)\bcurl\b[^;|&]{0,200}?[ \t](?:-u|--user)[ \t=]{0,2}["'`]?[^\s:"'`<]{0,60}["'`]?:["'`]?([^\s"'`<>]{3,80})"#,
                800,
                "curl_user",
            ),
            named(
                &["curl"],
                r#"(?i)\bcurl\b[^;|&]{0,200}?[ \t](?:-u|--user)[ \t=]{0,2}["'`]?([^\s:"'`<]{10,120}):["'` \t]"#,
                800,
                "authorization",
            ),
        ],
        check: check_authorization,
    },
];

/// Wants the letters of chance: a key is made by a machine.
fn check_key(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if candidate.pattern.kind == "quoted_key" {
        return check_quoted_key(candidate);
    }
    if public::is_named(head(candidate))
        || is_stand_in(value, is_quoted(candidate))
        || placeholder::is_name(value) && !placeholder::is_unspeakable(value)
        || placeholder::is_compound(value)
    {
        return None;
    }
    if candidate.pattern.kind == "loose_key" {
        let score = if placeholder::is_uuid(value) { 450 } else { candidate.pattern.score };
        return placeholder::is_chance(value).then(|| found(candidate, value, score))?;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // Digits alone are counts and dates, up to a length; letters alone are words, unless their case
    // jumps or nobody could say them.
    if digits == value.len() && (15..=40).contains(&digits) && placeholder::distinct(value) > 5 {
        let name = head(candidate).to_ascii_lowercase();
        let strong = ["token", "secret", "api_key", "apikey"].iter().any(|end| name.ends_with(end));
        return strong.then(|| found(candidate, value, 450))?;
    }
    let wordy = digits == 0 && placeholder::changes(value) * 4 < value.len();
    if letters == 0 || wordy && !placeholder::is_unspeakable(value) {
        return None;
    }
    let bits = placeholder::entropy(value);
    let score = match value.len() {
        0..8 => return None,
        8..12 if bits < 2.8 || placeholder::classes(value) < 3 => return None,
        12..16 if bits < 2.9 => return None,
        8..16 => 550,
        _ if bits < 2.6 => return None,
        _ if placeholder::is_uuid(value) => 500,
        _ if placeholder::is_hash(value) => 600,
        _ => candidate.pattern.score,
    };
    found(candidate, value, score)
}

/// Signs that no name has make a quoted text a secret that somebody chose.
fn check_quoted_key(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let signs = value.bytes().filter(|b| b"!#$%^&*?@~+=;()[]{}|".contains(b)).count();
    if signs == 0 || placeholder::distinct(value) < 8 || is_stand_in(value, true) {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

/// Whether a quotation mark stands right before the value.
pub(super) fn is_quoted(candidate: &Candidate<'_>) -> bool {
    let before = candidate.value.start.checked_sub(1);
    let before = before.and_then(|at| candidate.text.as_bytes().get(at));
    matches!(before, Some(b'"' | b'\'' | b'`'))
}

/// What stands before the value, quotes and signs apart: its name.
pub(super) fn head<'a>(candidate: &Candidate<'a>) -> &'a str {
    let head = Span::new(candidate.span.start, candidate.value.start);
    let head = head.of(candidate.text).unwrap_or_default();
    head.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether `value` stands in for a secret, or is code: in quotation marks, only what is filled in later.
pub(super) fn is_stand_in(value: &str, quoted: bool) -> bool {
    placeholder::is_obvious(value)
        || if quoted { placeholder::is_filled_in(value) } else { placeholder::is_expression(value) }
}

/// People make passwords: two kinds of characters are enough, but a plain word is not, unless
/// what stands around it leaves no doubt.
fn check_password(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if is_stand_in(value, is_quoted(candidate)) || value.len() < 4 {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let says_itself =
        lower.contains("password") || lower.contains("passwd") || lower.contains("secret");
    if digits == 0 && says_itself {
        // A name or a path that says the word again.
        return None;
    }
    if candidate.pattern.kind == "plain_password" {
        // The first of several words in quotation marks is not what is between them.
        let behind = candidate.text.as_bytes().get(candidate.value.end);
        if is_quoted(candidate) && behind == Some(&b' ') {
            return None;
        }
        let spoken = value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        return spoken.then(|| found(candidate, value, candidate.pattern.score))?;
    }
    if value.len() < 5 || placeholder::classes(value) < 2 || placeholder::is_name(value) {
        return None;
    }
    if candidate.pattern.kind == "quoted_password" {
        // Words with spaces are a label; what has signs and digits too is not.
        let is_odd = value.contains(['`', '"', '\'', ' ']) && placeholder::classes(value) > 2;
        return (is_odd && digits > 0).then(|| found(candidate, value, 650))?;
    }
    let quoted = candidate.pattern.score == 750;
    if !quoted && digits == 0 && placeholder::classes(value) < 3 {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

fn check_authorization(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if candidate.pattern.kind == "basic_authorization" {
        // A name and a password with a colon between, or it is the word "basic". What was cut or
        // mistyped is known by the name of the header.
        let pair = STANDARD.decode(candidate.value()).ok();
        let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
        let known = match pair {
            Some(pair) => pair.contains(':') && !placeholder::is_obvious(&pair),
            None => {
                let before =
                    Span::new(candidate.span.start.saturating_sub(24), candidate.span.start);
                let before = before.of(candidate.text).unwrap_or_default().to_ascii_lowercase();
                before.contains("authorization")
                    && value.len() >= 24
                    && placeholder::is_chance(value)
            }
        };
        return known.then(|| found(candidate, value, candidate.pattern.score))?;
    }
    let by_place = candidate.pattern.kind == "curl_user";
    if is_stand_in(value, is_quoted(candidate)) || !by_place && placeholder::is_name(value) {
        return None;
    }
    found(candidate, value, candidate.pattern.score)
}

/// Without the full stop, bracket or comma that ends the sentence, not the secret.
pub(super) fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ')', ';', ':', ']', '}', '\\'])
}

#[expect(clippy::unnecessary_wraps, reason = "the type of every check")]
pub(super) fn found(candidate: &Candidate<'_>, value: &str, score: u16) -> Option<Found> {
    let start = candidate.value.start;
    let span = Span::new(start, start + value.len());
    let severity = if score < 600 { Medium } else { candidate.pattern.severity };
    Some(Found { span, severity, score })
}
