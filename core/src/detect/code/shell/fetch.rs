//! Which commands reach other machines, and what they bring back.

use super::super::{address, path};
use super::programs::{base, remember};
use super::{Argument, Reader, Stage};

/// Programs that bring something from another machine.
const DOWNLOADERS: &[&str] = &[
    "curl",
    "wget",
    "wget2",
    "fetch",
    "aria2c",
    "http",
    "https",
    "httpie",
    "xh",
    "lynx",
    "w3m",
    "links",
    "elinks",
    "iwr",
    "irm",
    "invoke-webrequest",
    "invoke-restmethod",
    "start-bitstransfer",
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "socat",
    "ftp",
    "lftp",
    "tftp",
    "scp",
    "sftp",
    "rsync",
    "gsutil",
    "certutil",
    "bitsadmin",
    "s_client",
    "dig",
    "nslookup",
];

/// Programs whose plain operands are hosts.
const HOST_OPERANDS: &[&str] = &[
    "curl",
    "wget",
    "http",
    "https",
    "xh",
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "ftp",
    "sftp",
    "ping",
    "ping6",
    "traceroute",
    "dig",
    "nslookup",
    "host",
    "whois",
    "nmap",
    "mosh",
    "tracepath",
];

/// Options of `curl` and its like that take a value which is no address.
const VALUED: &[&str] = &[
    "-X",
    "-H",
    "-d",
    "-o",
    "-u",
    "-A",
    "-e",
    "-b",
    "-c",
    "-F",
    "-T",
    "-m",
    "-w",
    "-p",
    "-P",
    "-i",
    "-l",
    "-L",
    "-t",
    "--data",
    "--header",
    "--output",
    "--request",
    "--user",
    "--form",
    "--max-time",
    "--user-agent",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--json",
    "--upload-file",
    "--output-document",
    "--post-data",
    "--post-file",
    "--retry",
    "--cookie",
];

/// Options whose value is a file that is sent or read.
const FILE_VALUES: &[&str] = &[
    "-d",
    "-F",
    "-T",
    "-o",
    "-O",
    "-K",
    "--data",
    "--data-binary",
    "--form",
    "--upload-file",
    "--output",
    "--output-document",
    "--post-file",
    "--config",
    "-OutFile",
    "-InFile",
    "-i",
    "--input-file",
];

/// Adds the hosts of a command. Gives what it brings.
pub(super) fn read(reader: &mut Reader<'_>, name: &str, rest: &[Argument]) -> Stage {
    let lower = name.to_ascii_lowercase();
    urls(reader, rest);
    match lower.as_str() {
        "ssh" | "mosh" | "autossh" | "sshpass" => return ssh(reader, rest),
        "scp" | "rsync" | "sftp" => {
            for word in rest {
                if let Some((place, _)) = word.text.split_once(':')
                    && !place.contains('/')
                {
                    host(place.rsplit('@').next().unwrap_or_default(), reader);
                }
            }
        }
        "pip" | "pip3" | "pipx" | "uv" | "npm" | "npx" | "uvx" | "yarn" | "pnpm" | "gem"
        | "cargo" | "go" | "bunx" | "easy_install" => {
            // An installer runs what it fetches; from a registry that is what it is for.
            reader.facts.download_and_run |= installs(&lower, rest);
        }
        "git" => {
            for word in rest {
                if word.text.contains('@') && word.text.contains(':') {
                    address::read(&word.text, reader.facts);
                }
            }
        }
        _ => {}
    }
    if HOST_OPERANDS.contains(&lower.as_str()) {
        operands(reader, rest);
    }
    if lower == "socat" || lower == "openssl" {
        for word in rest {
            for piece in word.text.split([':', ',']) {
                if piece.contains('.') {
                    host(piece, reader);
                }
            }
            reader.facts.download_and_run |= word.text.to_ascii_uppercase().starts_with("EXEC:");
        }
    }
    if matches!(lower.as_str(), "nc" | "ncat" | "netcat") {
        let runs = |word: &Argument| {
            let flags = word.text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            flags.is_some_and(|flags| flags.contains('e') || flags == "c")
                || word.text == "--exec"
                || word.text == "--sh-exec"
        };
        reader.facts.download_and_run |= rest.iter().any(runs);
    }
    let downloads = DOWNLOADERS.contains(&lower.as_str())
        || (lower == "openssl" && rest.iter().any(|word| word.text == "s_client"))
        || (lower == "aws" && rest.iter().any(|word| word.text == "cp"));
    if downloads {
        files(reader, &lower, rest);
    }
    Stage { fetched: downloads, decoded: decodes(&lower, rest) }
}

/// Whether an installer or runner is pointed at an address.
fn installs(name: &str, rest: &[Argument]) -> bool {
    let is_address = |word: &Argument| word.text.contains("://") && !word.text.starts_with('-');
    if matches!(name, "npx" | "uvx" | "bunx" | "pipx") {
        // What follows the package is its own business.
        let from = rest
            .iter()
            .position(|word| matches!(word.text.as_str(), "--from" | "-p" | "--package"));
        let named = from.and_then(|at| rest.get(at + 1));
        let first = rest.iter().find(|word| !word.text.starts_with('-') && word.text != "run");
        return named.or(first).is_some_and(is_address);
    }
    let verbs = ["install", "add", "i", "get", "run", "exec", "dlx"];
    let Some(verb) = rest.iter().position(|word| verbs.contains(&word.text.as_str())) else {
        return false;
    };
    let operands = rest.get(verb + 1..).unwrap_or_default();
    if matches!(rest.get(verb).map(|word| word.text.as_str()), Some("run" | "exec" | "dlx")) {
        return operands.iter().find(|word| !word.text.starts_with('-')).is_some_and(is_address);
    }
    // The value of an option such as `--index-url` says where packages come from; `--from` and
    // `-e` what is installed.
    let mut option = "";
    operands.iter().any(|word| {
        let before = std::mem::replace(&mut option, word.text.as_str());
        let is_value = before.starts_with('-')
            && !matches!(
                before,
                "--from" | "-e" | "--editable" | "--git" | "-U" | "-g" | "-D" | "--upgrade"
            );
        is_address(word) && !is_value
    })
}

/// Adds the hosts of every URL in the words.
pub(super) fn urls(reader: &mut Reader<'_>, rest: &[Argument]) {
    for word in rest {
        let text = word.text.as_str();
        let scheme = text.split("://").next().unwrap_or_default();
        let is_address = scheme.len() < text.len()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
        if is_address {
            address::read(text, reader.facts);
        } else {
            address::embedded(text, reader.facts);
        }
    }
}

/// Adds a host.
pub(super) fn host(text: &str, reader: &mut Reader<'_>) {
    let text = text.trim_start_matches('.');
    address::add_host(address::bare_host(text), reader.facts);
}

fn operands(reader: &mut Reader<'_>, rest: &[Argument]) {
    let mut is_value = false;
    for word in rest {
        let text = word.text.as_str();
        if std::mem::take(&mut is_value) {
            continue;
        }
        if text.starts_with('-') {
            is_value = VALUED.contains(&text);
            continue;
        }
        let text = text.trim_start_matches(['@', '+', '.']);
        let place = text.split(['/', '?']).next().unwrap_or_default();
        let is_host = place.contains('.') || place == "localhost" || place.starts_with('[');
        let is_number = place.len() > 6 && place.bytes().all(|b| b.is_ascii_digit());
        if !text.contains("://") && (is_host || is_number) {
            host(place, reader);
        }
    }
}

fn ssh(reader: &mut Reader<'_>, rest: &[Argument]) -> Stage {
    const SSH_VALUED: &[&str] =
        &["-p", "-i", "-l", "-o", "-L", "-R", "-D", "-F", "-J", "-b", "-c", "-E", "-W"];
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        if SSH_VALUED.contains(&word.text.as_str()) {
            at += 2;
        } else if word.text.starts_with('-') {
            at += 1;
        } else {
            break;
        }
    }
    let Some(place) = rest.get(at) else { return Stage::default() };
    host(place.text.rsplit('@').next().unwrap_or_default(), reader);
    let remote: Vec<&str> =
        rest.get(at + 1..).unwrap_or_default().iter().map(|word| word.text.as_str()).collect();
    if !remote.is_empty() {
        reader.nested(&remote.join(" "));
    }
    Stage { fetched: true, decoded: false }
}

/// Remembers the files that a download makes, and lists those that it sends.
fn files(reader: &mut Reader<'_>, name: &str, rest: &[Argument]) {
    let mut is_file = false;
    for word in rest {
        let text = word.text.as_str();
        if std::mem::take(&mut is_file) {
            let file = text.rsplit_once("=@").map_or(text, |(_, file)| file);
            let sent = file.strip_prefix('@');
            if sent.is_some() || !text.contains(['{', '=', ' ', '&']) {
                path::read(sent.unwrap_or(file), reader.facts);
            }
            if sent.is_none() && file != "-" {
                remember(reader, file);
            }
            continue;
        }
        is_file = FILE_VALUES.contains(&text) && !(name == "curl" && text == "-O");
        if let Some((option, value)) = text.split_once('=')
            && FILE_VALUES.contains(&option)
        {
            remember(reader, value);
            path::read(value, reader.facts);
        }
        if text.contains("://") {
            let file = text.split(['?', '#']).next().unwrap_or_default();
            remember(reader, base(file));
        }
    }
}

fn decodes(name: &str, rest: &[Argument]) -> bool {
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(&word.text.as_str()));
    match name {
        "base64" | "base32" | "basenc" => has(&["-d", "-D", "--decode", "-di", "-id"]),
        "xxd" => has(&["-r", "-rp", "-pr"]) || (has(&["-p"]) && has(&["-r"])),
        "openssl" => has(&["-d"]),
        "gunzip" | "zcat" | "bzcat" | "xzcat" | "uudecode" | "bunzip2" | "unxz" => true,
        "gzip" | "bzip2" | "xz" | "zstd" => has(&["-d", "-dc", "--decompress"]),
        "rev" | "tr" => true,
        "echo" => has(&["-e", "-ne", "-en"]) && rest.iter().any(|word| is_escaped(&word.text)),
        "printf" => rest.iter().any(|word| is_escaped(&word.text)),
        _ => false,
    }
}

fn is_escaped(text: &str) -> bool {
    ["\\x", "\\u", "\\0", "\\1"].iter().any(|mark| text.contains(mark))
}
