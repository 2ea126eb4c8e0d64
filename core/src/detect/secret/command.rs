//! Passwords on command lines, where no name stands before them but the option of a program.

use super::context::{found, is_quoted, is_stand_in, named, trimmed};
use super::{info, placeholder};
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Rule};
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/command_password", High, 750, "A password in the options of a command."),
    patterns: &[
        named(&["sshpass"], r#"\bsshpass(?: -[ve])? -p ?["']?([^\s"'`<>]{4,80})"#, 750, "password"),
        named(
            &["redis-cli"],
            r#"\bredis-cli\b ~80 not \n|;~  -a ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["ldap"],
            r#"\bldap(?:search|modify|add|delete|passwd|whoami)\b ~120 not \n|;~  -w ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["mosquitto_"],
            r#"\bmosquitto_(?:pub|sub)\b ~120 not \n|;~  -P ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["openssl enc"],
            r#"\bopenssl enc\b ~120 not \n|;~  -(?:k|pass pass:) ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["ssh-keygen"],
            r#"\bssh-keygen\b ~120 not \n|;~  -N ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["unzip "],
            r#"\bunzip\b ~40 not \n|;~  -P ?["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        // An archive, or the shell of a database: the password stands right behind the option.
        named(
            &["mysql", "7z ", "7za ", "rar "],
            r#"\b(?:mysql(?:dump|admin|import)?|7za? [a-z]|rar [a-z])\b ~120 not \n|;~  -p["']?([^\s"'`<>=-][^\s"'`<>]{3,79})"#,
            700,
            "password",
        ),
        named(
            &["-passin", "-passout", "-storepass", "-keypass", "srcstorepass", "deststorepass"],
            r#" -(?:pass(?:in|out) pass:|(?:src|dest)?(?:store|key)pass )["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["rabbitmqctl", "htpasswd", "net user", "net use ", "docker login", "podman login"],
            r#"(?i)\b(?:rabbitmqctl (?:add_user|change_password) \S{1,60}|htpasswd(?: -[a-z]{1,6})* \S{1,120} \S{1,60}|net user \S{1,60}|net use [^\n]{1,120}?/user:\S{1,60}|(?:docker|podman) login\b[^\n|;]{0,120}? -p) ["']?([^\s"'`<>/-][^\s"'`<>]{3,79})"#,
            700,
            "password",
        ),
        named(
            &["/p:", "/pass:", "/password:"],
            r#"(?i)(?:xfreerdp|mstsc|cmdkey|wfreerdp)\b ~160 not \n|;~ (?i) /p(?:ass(?:word)?)?:["']?([^\s"'`<>]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["smbclient", "rpcclient", "smbmap"],
            r#"\b(?:smbclient|rpcclient|smbmap)\b ~120 not \n|;~  -U ["']?[^\s%"']{1,60}%([^\s"'`<>|]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["smbclient", "rpcclient", "smbmap", "chpasswd"],
            r#"\becho (?:-n )?["']?[a-z_][a-z0-9_-]{0,31}:([^\s"'`<>|]{4,80})"#,
            750,
            "password",
        ),
        named(
            &["sqlplus", "oracle:thin:", "exp ", "imp "],
            r#"\b(?:sqlplus(?: -[a-zA-Z]{1,2})? |jdbc:oracle:thin:|expdp |impdp )["']?[A-Za-z][^\s/"']{0,40}/([^\s/"'@<>]{4,60})@[A-Za-z0-9/(_]"#,
            750,
            "password",
        ),
        named(
            &["securestring"],
            r#"(?i)\bconvertto-securestring\s{1,4}(?:-string\s{1,4})?["']([^"'\n]{4,120})["']"#,
            750,
            "password",
        ),
        // HTTPie.
        named(
            &["http "],
            r#"\bhttps?\b ~81 not \n|;~  (?:-a|--auth)[ =]["']?[^\s:"'<]{1,60}:([^\s"'`<>]{4,80})"#,
            700,
            "password",
        ),
    ],
    check: check_option,
}];

/// A password by where it stands: anything but a stand-in, a file or another option.
pub(super) fn check_option(candidate: &Candidate<'_>) -> Option<Found> {
    let value = trimmed(candidate.value());
    let spoken = value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if value.len() < 4
        || !spoken
        || value.starts_with(['$', '-', '%'])
        || is_stand_in(value, is_quoted(candidate))
    {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    let says_itself = lower.contains("password") || lower.contains("passwd");
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    // A word may name what stands there: `-p PORT`, `-w attribute`.
    let is_word = !is_quoted(candidate) && digits == 0 && placeholder::classes(value) < 2;
    let is_stand_in = is_word || says_itself && digits == 0;
    (!is_stand_in).then(|| found(candidate, value, candidate.pattern.score))?
}
