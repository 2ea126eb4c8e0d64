//! Passwords that only the name before them gives away.

use super::context::{found, head, is_quoted, is_stand_in, lead, named, trimmed};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Rule};
use crate::finding::Severity::High;

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
    "비밀번호",
];

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/password", High, 750, "A value that is called a password."),
    patterns: &[
        named(
            PASSWORDS,
            r#"(?i)(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|пароль|密码|パスワード|비밀번호)[a-z0-9_]{0,8}\\{0,2}["'`\]*]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|==|:\*{0,2}|：|,|[ \t]|\(|->|: ?&?(?:'static )?(?:string|str)\?? ?=|\|\|=?|\?\?=?|\?:)[ \t]{0,4}\\{0,2}(?:(?:new )?[a-z_.:]{2,40}\((?:["'][a-z0-9_.-]{1,60}["'],\s{0,4})?|[a-z0-9_.]{3,60} ?(?:\|\||\?\?|\?:|or) ?)?["'`]([^\s"'`<>]{5,128})["'`]"#,
            750,
            "password",
        ),
        named(
            PASSWORDS,
            r#"(?i)(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|пароль|密码|パスワード|비밀번호)[a-z0-9_]{0,8}["'`\]*]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|:\*{0,2}|：|->|는|은|è|\b(?:is|was|ist|est|es|lautet)\b[ \t]{0,2}:?)[ \t]{0,4}["'`(]?([^\s"'`,;<>&]{6,128})"#,
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
        // The same without quotation marks: a digit shows that it is no word.
        named(
            &["password", "passphrase", "passcode"],
            r#"(?i)\bpass(?:word|phrase|code) (?:for|of|on) [^\n:="'`]{1,40}? (?:is|was)(?: now)?:? ([^\s"'`,;<>&]{6,64})"#,
            600,
            "password",
        ),
        // `use the following password to proceed:`, and the next line is one.
        named(
            &["password", "passphrase"],
            r"(?i)\bpass(?:word|phrase)\b ~60 not \n:~ (?i):[ \t\r]{0,4}\n\s{0,8}([a-z0-9_+/=!@#$%^&*-]{8,80})[ \t\r]{0,4}\n",
            650,
            "password",
        ),
        // A password after the user it belongs to.
        named(
            &["user", "login", "uid"],
            r#"(?i)(?:user(?:_?name)?|login|uid)["'`]?\s{0,4}(?:=>|[:=]|\s)\s{0,4}\\?["'`]?[^\s"'`,;=:\\]{2,60}\\?["'`]?[\s,;]{1,24}(?:(?:#|//)[^\n]{0,60}\s{1,8}){0,2}["'$]?[a-z0-9_.>-]{0,30}(?:password|passwd|pass|pwd|pw)["'`]?\s{0,4}(?:=>|[:=]|\s)\s{0,4}\\?["'`]?([^\s"'`,;<>]{4,80})"#,
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
            &["password", "passwd", "pwd"],
            r"(?i)<[^<>\n]{0,60}?(?:password|passwd|pwd)[^<>\n]{0,40}>\s{0,8}([^<>\s]{5,128})\s{0,8}</(?:string|value|[a-z0-9_:.-]{0,40}(?:password|passwd|pwd))",
            750,
            "password",
        ),
        // `name: DB_PASSWORD` and `value: ...` on the next line; `name="password" value="..."`.
        named(
            &["value", "content=", "</key>"],
            r#"(?i)(?:password|passwd|pwd|passphrase|passcode|[_.-]pass|userpass)[a-z0-9_]{0,8}\\?["']?(?:[\s,]{1,16}\\?["']?(?:secret_?)?(?:value|content)\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?|</key>\s{0,8}<string>)([^\s"'`<>\\]{5,128})"#,
            650,
            "password",
        ),
        // Short names, which say less: `db_pass`, `rootpw`.
        named(
            &["pass", "pw=", "pw:", "pw =", "pw\"", "pw is", "pw ["],
            r#"(?i)(?:^|[^a-z0-9_.-])(?:[a-z0-9_.-]{0,40}[_.-]|user|db|root|admin|smtp|ftp|ssh|mail|login|key)?(?:pass(?:code)?|pw)\\{0,2}["'`\]]{0,2}[ \t]{0,8}(?:=>|:{0,3}=|==|:|,|\bis\b|\|\|=?|: ?&?(?:'static )?(?:string|str)\?? ?=)[ \t]{0,4}\\{0,2}["'`(]?([^\s"'`,;<>&\\]{6,128})"#,
            600,
            "short_name",
        ),
        // `initial password Xk29...`: no sign between them, so it wants more signs in itself.
        named(
            &[
                "password",
                "passwd",
                "passphrase",
                "passcode",
                "passwort",
                "пароль",
                "パスワード",
                "密码",
                "requirepass",
                "bindpw",
                "rootpw",
            ],
            r#"(?i)(?:password|passwd|passphrase|passcode|passwort|пароль|パスワード|密码|requirepass|bindpw|rootpw)["'`]?(?:[ \t]{1,4}(?:- |-> |\| ?|\(|was (?:changed|set|reset) to |(?:for|of|on) [^\n:="']{1,40}?: )?|</t[dh]>\s{0,16}<td[^<>]{0,60}>|\(|は|是|\r?\n[ \t]{0,4})["'`]?([^\s"'`,;<>&|)]{8,64})"#,
            500,
            "told_password",
        ),
        // `Login: joe / Xk29...`, `credentials are joe:Xk29...`.
        named(
            &["login", "credential", "creds"],
            r#"(?i)\b(?:login|credentials?|creds)(?: (?:is|are))?:?[ \t]{1,4}["'`]?[a-z0-9._@+-]{2,60}["'`]?(?:[ ]?[:/][ ]?|,? (?:with )?password )["'`]?([^\s"'`,;<>]{8,64})"#,
            500,
            "told_password",
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
}];

/// People make passwords: two kinds of characters are enough, but a plain word is not, unless
/// what stands around it leaves no doubt.
fn check_password(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    if is_stand_in(value, is_quoted(candidate)) || value.len() < 4 || value.starts_with('-') {
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
    if is_about(candidate) || is_type(candidate, value) {
        return None;
    }
    if candidate.pattern.kind == "plain_password" {
        if is_prose(candidate, value) {
            return None;
        }
        let constant = |b: u8| b.is_ascii_uppercase() || b == b'_';
        if value.contains('_') && value.bytes().all(constant) {
            return None;
        }
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
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        // A version, an address or the number of a standard.
        return None;
    }
    if candidate.pattern.kind == "short_name"
        && (letters < 4 || !value.is_ascii() || placeholder::is_compound(value))
    {
        return None;
    }
    if candidate.pattern.kind == "told_password"
        && (digits == 0
            || letters == 0
            || placeholder::classes(value) < 3
            || placeholder::distinct(value) < 6
            || placeholder::is_compound(value))
    {
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

/// Whether the name is that of something about passwords: `PasswordPolicy`, `password_max_age`.
fn is_about(candidate: &Candidate<'_>) -> bool {
    const ENDS: &[&str] = &[
        "policy", "mgr", "manager", "age", "length", "expiry", "expires", "format", "strength",
        "rules", "history",
    ];
    let name = head(candidate).to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether `value` is the type of a field in a program: the user's has the same, or a bracket or a
/// star stands behind.
fn is_type(candidate: &Candidate<'_>, value: &str) -> bool {
    let rest = candidate.text.get(candidate.value.start + value.len()..).unwrap_or_default();
    let named = !is_quoted(candidate) && value.bytes().all(|b| b.is_ascii_alphanumeric());
    let capital = value.starts_with(|c: char| c.is_ascii_uppercase());
    let again = || lead(candidate).split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == value);
    named && capital && (rest.starts_with(['<', '*']) || rest.starts_with(" *") || again())
}

/// Whether `value` is a word of a sentence: `a user name and password should be ...`. Behind a
/// `login` of its own it is the password of such a line.
fn is_prose(candidate: &Candidate<'_>, value: &str) -> bool {
    let lead = lead(candidate).to_ascii_lowercase();
    let told_apart = lead.contains(" and ") || lead.contains(" or ");
    let signed = lead.contains(['=', ':', '"', '\'', '`', '-']) && !told_apart;
    let mut words = lead.split_ascii_whitespace();
    let line =
        words.next() == Some("login") && !matches!(words.next(), Some("and" | "or" | "with"));
    !signed && !line && value.bytes().all(|byte| byte.is_ascii_lowercase())
}
