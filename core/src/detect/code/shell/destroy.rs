//! Which commands destroy or change data.

use super::Argument;
use super::lexer::{Part, Token, Word};
use crate::finding::CodeFacts;

/// Programs that destroy whenever they are given something.
const ALWAYS: &[&str] = &[
    "rm",
    "unlink",
    "shred",
    "srm",
    "wipe",
    "wipefs",
    "truncate",
    "mkfs",
    "mke2fs",
    "mkswap",
    "fdisk",
    "sfdisk",
    "sgdisk",
    "parted",
    "dropdb",
    "dropuser",
    "userdel",
    "groupdel",
    "deluser",
    "blkdiscard",
    "hdparm",
    "cryptsetup",
    "zpool",
    "del",
    "erase",
    "rd",
    "remove-item",
    "ri",
    "format",
    "diskpart",
    "clear-disk",
    "rimraf",
    "trash",
];

/// Programs that stop the machine.
const STOPS: &[&str] = &["shutdown", "reboot", "halt", "poweroff"];

/// Programs that change data.
const WRITES: &[&str] = &[
    "mv",
    "cp",
    "touch",
    "mkdir",
    "rmdir",
    "ln",
    "tee",
    "chmod",
    "chown",
    "chgrp",
    "install",
    "dd",
    "rsync",
    "scp",
    "patch",
    "tar",
    "unzip",
    "crontab",
    "useradd",
    "usermod",
    "passwd",
    "kill",
    "pkill",
    "killall",
    "systemctl",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "brew",
    "pip",
    "pip3",
    "npm",
    "set-content",
    "out-file",
    "new-item",
    "copy",
    "move",
    "reg",
];

/// A program, words that must all stand in its command, and words of which one must, if any.
type Verb = (&'static str, &'static [&'static str], &'static [&'static str]);

const VERBS: &[Verb] = &[
    ("git", &["reset"], &["--hard"]),
    (
        "git",
        &["push"],
        &["--force", "-f", "--force-with-lease", "--mirror", "--delete", "-d", "--prune"],
    ),
    (
        "git",
        &["clean"],
        &["-f", "-fd", "-df", "-fdx", "-xdf", "-dfx", "-ffdx", "-xfd", "-fx", "-xf", "--force"],
    ),
    ("git", &["checkout"], &["-f", "--force", "--", "."]),
    ("git", &["restore"], &[]),
    ("git", &["branch"], &["-D"]),
    ("git", &["stash"], &["drop", "clear"]),
    ("git", &["filter-branch"], &[]),
    ("git", &["filter-repo"], &[]),
    ("git", &["reflog", "expire"], &[]),
    ("git", &["update-ref"], &["-d"]),
    ("git", &["rm"], &["-f", "-rf", "--force"]),
    ("kubectl", &["delete"], &[]),
    ("kubectl", &["drain"], &[]),
    ("kubectl", &["replace"], &["--force"]),
    ("oc", &["delete"], &[]),
    ("helm", &[], &["uninstall", "delete"]),
    ("docker", &[], &["rm", "rmi", "prune"]),
    ("docker", &["down"], &["-v", "--volumes"]),
    ("docker-compose", &["down"], &["-v", "--volumes"]),
    ("podman", &[], &["rm", "rmi", "prune"]),
    ("terraform", &[], &["destroy", "-destroy"]),
    ("tofu", &[], &["destroy", "-destroy"]),
    ("pulumi", &["destroy"], &[]),
    ("gcloud", &["delete"], &[]),
    ("gsutil", &[], &["rm", "rb"]),
    ("az", &["delete"], &[]),
    ("gh", &["delete"], &[]),
    ("aws", &["s3"], &["rm", "rb"]),
    ("rclone", &[], &["delete", "purge", "deletefile"]),
    ("rsync", &[], &["--delete", "--delete-after", "--delete-excluded", "--remove-source-files"]),
    ("redis-cli", &[], &["flushall", "flushdb", "del", "unlink", "FLUSHALL", "FLUSHDB", "DEL"]),
    ("crontab", &[], &["-r"]),
    ("npm", &["unpublish"], &[]),
    ("lvremove", &[], &[]),
    ("vgremove", &[], &[]),
    ("btrfs", &["delete"], &[]),
    ("zfs", &["destroy"], &[]),
    ("init", &[], &["0", "6"]),
    ("systemctl", &[], &["poweroff", "reboot", "halt"]),
    ("vssadmin", &["delete"], &[]),
    ("reg", &["delete"], &[]),
    ("iptables", &[], &["-F", "--flush"]),
];

/// Adds what a program does to data.
pub(super) fn read(name: &str, rest: &[Argument], facts: &mut CodeFacts) {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    let asks_only = words.iter().any(|word| matches!(*word, "--help" | "--version" | "--dry-run"));
    if asks_only {
        return;
    }
    let destroys = always(&lower, &words)
        || STOPS.contains(&lower.as_str())
        || VERBS.iter().any(|verb| is_verb(verb, &lower, &words))
        || cloud(&lower, &words)
        || by_operands(&lower, &words);
    facts.destructive |= destroys;
    let edits_in_place = lower == "sed" && words.iter().any(|word| word.starts_with("-i"));
    let commits = lower == "git"
        && words.iter().any(|word| {
            matches!(*word, "push" | "commit" | "merge" | "rebase" | "tag" | "pull" | "checkout")
        });
    facts.writes |= destroys || WRITES.contains(&lower.as_str()) || edits_in_place || commits;
}

fn always(name: &str, words: &[&str]) -> bool {
    let known = ALWAYS.contains(&name) || name.starts_with("mkfs.");
    // Looking at a disk's table is not changing it.
    let looks = words.iter().all(|word| matches!(*word, "-l" | "--list" | "print" | "list"));
    match name {
        "fdisk" | "sfdisk" | "sgdisk" | "parted" | "hdparm" | "zpool" | "cryptsetup" => !looks,
        _ => known && (!words.is_empty() || name == "diskpart"),
    }
}

fn is_verb((program, all, any): &Verb, name: &str, words: &[&str]) -> bool {
    *program == name
        && all.iter().all(|word| words.contains(word))
        && (any.is_empty() || any.iter().any(|word| words.contains(word)))
        && (name != "git" || all.first() != Some(&"restore") || !words.contains(&"--staged"))
}

/// `aws ec2 terminate-instances`, `aws s3api delete-bucket`.
fn cloud(name: &str, words: &[&str]) -> bool {
    let verbs = ["delete-", "terminate-", "remove-", "deregister-", "purge-", "empty-"];
    name == "aws" && words.iter().any(|word| verbs.iter().any(|verb| word.starts_with(verb)))
}

fn by_operands(name: &str, words: &[&str]) -> bool {
    let is_recursive = words.iter().any(|word| {
        *word == "--recursive"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('R'))
    });
    let whole = |word: &&str| {
        matches!(*word, "/" | "/*" | "~" | "~/" | "$HOME" | "/etc" | "/usr" | "/var" | "/home")
    };
    match name {
        "dd" => words.iter().any(|word| word.starts_with("of=") && *word != "of=/dev/null"),
        "chmod" | "chown" | "chgrp" => is_recursive && words.iter().any(whole),
        "mv" => words.last().is_some_and(|word| *word == "/dev/null") || words.iter().any(whole),
        "tee" | "cp" | "cat" => words.iter().any(|word| is_disk(word) && name != "cat"),
        "git" => {
            words.contains(&"push")
                && words.iter().any(|word| word.starts_with('+') || word.starts_with(':'))
        }
        "mongo" | "mongosh" => words.iter().any(|word| {
            ["drop", "deleteMany", "deleteOne", "remove("].iter().any(|verb| word.contains(verb))
        }),
        "kill" => words.contains(&"-9") && words.contains(&"-1"),
        _ => false,
    }
}

/// Whether a path is a disk.
pub(super) fn is_disk(path: &str) -> bool {
    [
        "/dev/sd",
        "/dev/hd",
        "/dev/nvme",
        "/dev/vd",
        "/dev/xvd",
        "/dev/disk",
        "/dev/mapper/",
        "/dev/mmcblk",
        "/dev/md",
    ]
    .iter()
    .any(|disk| path.starts_with(disk))
}

/// `:(){ :|:& };:` under any name: a function that pipes itself into itself.
pub(super) fn is_fork_bomb(tokens: &[Token]) -> bool {
    let name = |token: &Token| match token {
        Token::Word(Word { parts }) => match parts.as_slice() {
            [Part::Text { text, .. }] => Some(text.trim_start_matches('{').to_owned()),
            _ => None,
        },
        _ => None,
    };
    tokens.windows(3).enumerate().any(|(at, window)| {
        let [first, Token::Open, Token::Close] = window else { return false };
        let Some(function) = name(first).filter(|name| !name.is_empty()) else { return false };
        let body = tokens.get(at + 3..).unwrap_or_default();
        body.windows(3).take(16).any(|window| match window {
            [left, Token::Pipe, right] => {
                name(left).as_ref() == Some(&function) && name(right).as_ref() == Some(&function)
            }
            _ => false,
        })
    })
}
