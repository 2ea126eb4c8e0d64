//! What one command of a script runs: wrappers, interpreters, and what they are given.

use super::super::{DEPTH, add, path, sql};
use super::interpret::{SHELLS, interpret, interpreter, shell};
use super::wrappers::unwrap;
use super::{Argument, Command, Direction, Reader, Stage, destroy, fetch};

/// Variables that are remembered.
const VARIABLES: usize = 1024;
const FETCHED: usize = 256;

const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}", "time",
    "coproc", "esac",
];

/// Programs whose operands are files even without a slash.
const FILE_PROGRAMS: &[&str] = &[
    "rm", "unlink", "shred", "truncate", "cat", "less", "more", "head", "tail", "cp", "mv",
    "touch", "mkdir", "rmdir", "ln", "tee", "chmod", "chown", "dd", "tar", "zip", "unzip", "gzip",
    "gunzip", "source", ".", "install", "strings", "xxd", "od", "base64", "nano", "vim", "vi",
    "rsync", "scp",
];

/// Whether words are a `[[ ]]` test, in which `>` compares.
pub(super) fn is_test(arguments: &[Argument]) -> bool {
    arguments
        .iter()
        .find(|word| word.quoted || !KEYWORDS.contains(&word.text.as_str()))
        .is_some_and(|word| !word.quoted && word.text == "[[")
}

/// Whether a command ends a block, which as a whole gives what goes on through a pipe.
pub(super) fn closes_block(arguments: &[Argument]) -> bool {
    arguments.first().is_some_and(|word| {
        !word.quoted && matches!(word.text.as_str(), "}" | "done" | "fi" | "esac")
    })
}

/// How many leading words are keywords; a test or a loop head has no command.
pub(super) fn skip_keywords(arguments: &[Argument]) -> usize {
    let mut skipped = 0;
    for argument in arguments {
        let word = argument.text.as_str();
        if argument.quoted || argument.dynamic {
            break;
        }
        if matches!(word, "for" | "select" | "function" | "[[" | "[" | "test") {
            return arguments.len();
        }
        if !KEYWORDS.contains(&word) {
            break;
        }
        skipped += 1;
    }
    skipped
}

/// Whether PowerShell text downloads and runs in one expression.
pub(super) fn is_cradle(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let loads = ["downloadstring", "downloaddata", "downloadfile", "invoke-webrequest", "iwr "];
    let runs = ["iex", "invoke-expression", "start-process", "invoke-command"];
    loads.iter().any(|word| lower.contains(word))
        && lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|w| runs.contains(&w))
}

/// Reads one command. Gives what flows out of it.
pub(super) fn run(reader: &mut Reader<'_>, command: &Command, piped: Stage) -> Stage {
    let mut words = command.arguments.as_slice();
    while let Some((first, rest)) = words.split_first()
        && let Some((name, value)) = assignment(first)
    {
        if reader.variables.len() < VARIABLES {
            let value = Argument { text: value.to_owned(), ..first.clone() };
            reader.variables.insert(name.to_owned(), value);
        }
        words = rest;
    }
    redirect(reader, command, words.is_empty());
    let mut stage = invoke(reader, words, command, piped);
    for word in words {
        // `echo "$(curl x)" | sh`
        stage = stage.or(word.stage);
    }
    if stage.or(piped).any() {
        for (direction, target) in &command.redirects {
            if matches!(direction, Direction::Write | Direction::Append) {
                remember(reader, &target.text);
            }
        }
    }
    stage
}

/// Remembers a downloaded file.
pub(super) fn remember(reader: &mut Reader<'_>, file: &str) {
    let name = base(file);
    if !name.is_empty() && reader.fetched.len() < FETCHED {
        reader.fetched.push(name.to_owned());
    }
}

pub(super) fn assignment(word: &Argument) -> Option<(&str, &str)> {
    let (name, value) = word.text.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    named.then_some((name, value))
}

fn redirect(reader: &mut Reader<'_>, command: &Command, is_alone: bool) {
    for (direction, target) in &command.redirects {
        let text = target.text.as_str();
        let is_descriptor = text == "-" || text.chars().all(|c| c.is_ascii_digit());
        if *direction == Direction::Duplicate && is_descriptor {
            continue;
        }
        if let Some(rest) = text.strip_prefix("/dev/tcp/").or(text.strip_prefix("/dev/udp/")) {
            fetch::host(rest.split('/').next().unwrap_or_default(), reader);
            // A shell on a socket runs what comes in by it.
            let shell = command.arguments.iter().any(|word| SHELLS.contains(&base(&word.text)));
            reader.facts.download_and_run |= shell;
            continue;
        }
        path::read(text, reader.facts);
        let writes = *direction != Direction::Read;
        if writes && !text.starts_with("/dev/") {
            reader.facts.writes = true;
            reader.facts.destructive |= is_alone && *direction == Direction::Write;
        }
        reader.facts.destructive |= writes && destroy::is_disk(text);
    }
}

/// The last part of a path, without `.exe`.
pub(super) fn base(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name)
}

/// Runs words as a command; what wraps a command is taken off first.
fn invoke(reader: &mut Reader<'_>, words: &[Argument], command: &Command, piped: Stage) -> Stage {
    let mut words = words;
    loop {
        let Some((first, rest)) = words.split_first() else { return Stage::default() };
        let name = base(&first.text);
        reader.facts.download_and_run |= first.stage.any();
        if is_unknown(first, name) {
            reader.facts.unparsed = true;
            return Stage::default();
        }
        add(&mut reader.facts.programs, name, &mut reader.facts.unparsed);
        if first.text.contains('/') {
            reader.facts.download_and_run |= reader.fetched.iter().any(|file| file == name);
            let installed = ["/bin/", "/usr/", "/sbin/", "/opt/"];
            if !installed.iter().any(|place| first.text.starts_with(place)) {
                path::read(&first.text, reader.facts);
            }
        }
        let Some(inner) = unwrap(reader, name, rest) else {
            return dispatch(reader, name, rest, command, piped);
        };
        words = inner;
    }
}

/// Runs words that another command was given to run.
fn invoke_inside(
    reader: &mut Reader<'_>,
    words: &[Argument],
    command: &Command,
    piped: Stage,
) -> Stage {
    if reader.depth + 1 >= DEPTH {
        reader.facts.unparsed = true;
        return Stage::default();
    }
    reader.depth += 1;
    let stage = invoke(reader, words, command, piped);
    reader.depth -= 1;
    stage
}

/// Whether it is known only at run time what would run.
fn is_unknown(first: &Argument, name: &str) -> bool {
    let globbed = !first.quoted && name.len() > 1 && name.contains(['*', '?', '[']);
    name.is_empty() || globbed || (first.dynamic && name.contains('$'))
}

fn dispatch(
    reader: &mut Reader<'_>,
    name: &str,
    rest: &[Argument],
    command: &Command,
    piped: Stage,
) -> Stage {
    destroy::read(name, rest, reader.facts);
    operands(reader, name, rest);
    if SHELLS.contains(&name) || name == "su" {
        return shell(reader, rest, command, piped);
    }
    if let Some(options) = interpreter(name) {
        return interpret(reader, name, options, rest, command, piped);
    }
    match name {
        "eval" | "trap" | "watch" => {
            reader.facts.download_and_run |= rest.iter().any(|word| word.stage.any());
            let script: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
            let script = if name == "trap" {
                script.first().copied().unwrap_or_default().to_owned()
            } else {
                script.join(" ")
            };
            reader.facts.unparsed |= rest.iter().any(|word| word.dynamic && word.text.is_empty());
            reader.nested(&script)
        }
        "source" | "." => {
            if let Some(file) = rest.first() {
                let known = reader.fetched.iter().any(|fetched| fetched == base(&file.text));
                reader.facts.download_and_run |= known || file.stage.any();
            }
            Stage::default()
        }
        "find" => find(reader, rest, command),
        "docker" | "podman" | "nerdctl" | "kubectl" | "oc" => {
            contained(reader, name, rest, command, piped)
        }
        "psql" | "mysql" | "mariadb" | "sqlite3" | "duckdb" | "sqlcmd" | "clickhouse-client"
        | "cockroach" | "bq" | "snowsql" => {
            for word in rest {
                let text = word.text.split_once('=').filter(|_| word.text.starts_with("--"));
                let text = text.map_or(word.text.as_str(), |(_, value)| value);
                if let Some(query) = sql::query(text) {
                    sql::read(query, reader.facts);
                }
            }
            if let Some(query) = command.input.as_ref().and_then(|input| sql::query(&input.text)) {
                sql::read(query, reader.facts);
            }
            fetch::read(reader, name, rest)
        }
        _ => fetch::read(reader, name, rest),
    }
}

fn find(reader: &mut Reader<'_>, rest: &[Argument], command: &Command) -> Stage {
    let mut words = rest;
    while let Some((first, after)) = words.split_first() {
        words = after;
        match first.text.as_str() {
            "-delete" => reader.facts.destructive = true,
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let end = after.iter().position(|word| matches!(word.text.as_str(), ";" | "+"));
                let (inner, next) = after.split_at(end.unwrap_or(after.len()));
                invoke_inside(reader, inner, command, Stage::default());
                words = next;
            }
            _ => {}
        }
    }
    Stage::default()
}

/// `docker run image command`, `kubectl exec pod -- command`.
fn contained(
    reader: &mut Reader<'_>,
    name: &str,
    rest: &[Argument],
    command: &Command,
    piped: Stage,
) -> Stage {
    let is = |word: &Argument, text: &str| word.text == text;
    let verb = rest.iter().position(|word| is(word, "exec") || is(word, "run"));
    let Some(after) = verb.and_then(|at| rest.get(at + 1..)) else {
        return fetch::read(reader, name, rest);
    };
    if let Some(at) = after.iter().position(|word| is(word, "--")) {
        return invoke_inside(reader, after.get(at + 1..).unwrap_or_default(), command, piped);
    }
    if matches!(name, "kubectl" | "oc") {
        return Stage::default();
    }
    const VALUED: &[&str] = &[
        "-e",
        "-v",
        "-p",
        "-u",
        "-w",
        "--name",
        "--network",
        "--env",
        "--volume",
        "--user",
        "--workdir",
        "--entrypoint",
        "-h",
        "-m",
    ];
    let mut at = 0;
    while let Some(word) = after.get(at) {
        if word.text == "--privileged" || word.text.starts_with("/:") {
            reader.facts.traversal = true;
        }
        if VALUED.contains(&word.text.as_str()) {
            at += 2;
        } else if word.text.starts_with('-') {
            at += 1;
        } else {
            break;
        }
    }
    invoke_inside(reader, after.get(at + 1..).unwrap_or_default(), command, piped)
}

/// Adds the files that a command names.
fn operands(reader: &mut Reader<'_>, name: &str, rest: &[Argument]) {
    let takes_files = FILE_PROGRAMS.contains(&name);
    // Patterns and scripts have slashes that are none of a path.
    let mut pattern =
        matches!(name, "sed" | "grep" | "egrep" | "rg" | "awk" | "perl" | "echo" | "printf");
    let says_only = matches!(name, "echo" | "printf" | "eval" | "trap");
    for word in rest {
        let text = word.text.as_str();
        if let Some(option) = text.strip_prefix('-') {
            if let Some((_, value)) = option.split_once('=')
                && value.contains('/')
                && !value.contains("://")
            {
                path::read(value, reader.facts);
            }
            continue;
        }
        if says_only || std::mem::take(&mut pattern) || text.contains(char::is_whitespace) {
            continue;
        }
        let value = match text.split_once('=') {
            Some((_, value)) if name == "dd" => value,
            _ => text.strip_prefix('@').unwrap_or(text),
        };
        let is_address = value.contains("://") || value.contains('@');
        let is_path = value.contains('/') || value.starts_with('~') || value == ".." || takes_files;
        if is_path && !is_address && !(name == "chmod" && !value.contains('/') && value.len() < 5) {
            path::read(value, reader.facts);
        }
    }
}
