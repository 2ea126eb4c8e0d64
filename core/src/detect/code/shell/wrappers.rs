//! Programs that run the command they are given.

use super::programs::assignment;
use super::{Argument, Reader};

/// Programs that run the command they are given: options with a value, and words before it.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-U", "-D", "-R"], 0),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "-C", "--unset", "--chdir"], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("ionice", &["-c", "-n", "-p"], 0),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("gtimeout", &["-s", "-k"], 1),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("time", &["-f", "-o"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["-a"], 0),
    ("xargs", &["-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs"], 0),
    ("parallel", &["-j", "--jobs", "-a"], 0),
    ("chroot", &["--userspec"], 1),
    ("watch", &["-n", "--interval"], 0),
    ("flock", &["-w", "-E"], 1),
    ("strace", &["-e", "-o", "-p"], 0),
    ("ltrace", &["-e", "-o", "-p"], 0),
    ("unbuffer", &[], 0),
    ("busybox", &[], 0),
    ("toybox", &[], 0),
    ("runuser", &["-u", "-g"], 0),
    ("unshare", &[], 0),
    ("nsenter", &["-t", "--target"], 0),
    ("systemd-run", &["-u", "-p", "--unit"], 0),
    ("proxychains", &["-f"], 0),
    ("torsocks", &[], 0),
    ("caffeinate", &["-t"], 0),
    ("chronic", &[], 0),
    ("fakeroot", &[], 0),
];

/// The command inside a wrapper; nothing where `name` is none.
pub(super) fn unwrap<'w>(
    reader: &mut Reader<'_>,
    name: &str,
    rest: &'w [Argument],
) -> Option<&'w [Argument]> {
    let (_, valued, positional) = WRAPPERS.iter().find(|(wrapper, ..)| *wrapper == name)?;
    let mut words = rest;
    let mut positional = *positional;
    while let Some((first, after)) = words.split_first() {
        let text = first.text.as_str();
        if name == "env" && (text == "-S" || text.starts_with("--split-string")) {
            let script: Vec<&str> = after.iter().map(|word| word.text.as_str()).collect();
            reader.nested(&script.join(" "));
            return Some(&[]);
        }
        if text == "--" {
            return Some(after);
        }
        let is_option = text.len() > 1 && text.starts_with('-');
        let sets = matches!(name, "env" | "sudo" | "doas") && assignment(first).is_some();
        if valued.contains(&text) {
            words = after.get(1..).unwrap_or_default();
        } else if is_option || sets {
            words = after;
        } else if positional > 0 {
            positional -= 1;
            words = after;
        } else {
            break;
        }
    }
    Some(words)
}
