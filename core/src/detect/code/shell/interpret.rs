//! What shells and interpreters are given to run: text, a file, or what comes by the pipe.

use super::super::{path, program};
use super::programs::base;
use super::{Argument, Command, Direction, Reader, Stage, fetch};

pub(super) const SHELLS: &[&str] =
    &["sh", "bash", "zsh", "dash", "ksh", "fish", "ash", "csh", "tcsh", "rbash", "mksh"];

/// Interpreters and the options that program text follows.
const INTERPRETERS: &[(&str, &[&str])] = &[
    ("python", &["-c"]),
    ("pypy", &["-c"]),
    ("node", &["-e", "--eval", "-p", "--print", "-pe"]),
    ("nodejs", &["-e", "--eval", "-p", "--print"]),
    ("deno", &["eval"]),
    ("bun", &["-e", "--eval"]),
    ("perl", &["-e", "-E", "-ne", "-pe", "-we", "-le"]),
    ("ruby", &["-e", "-ne", "-pe"]),
    ("php", &["-r"]),
    ("lua", &["-e"]),
    ("osascript", &["-e"]),
    ("awk", &[""]),
    ("gawk", &[""]),
    ("mawk", &[""]),
    ("powershell", &["-c", "-command", "/c"]),
    ("pwsh", &["-c", "-command"]),
    ("iex", &[""]),
    ("invoke-expression", &[""]),
    ("groovy", &["-e"]),
    ("Rscript", &["-e"]),
    ("julia", &["-e"]),
    ("tclsh", &[]),
];

pub(super) fn interpreter(name: &str) -> Option<&'static [&'static str]> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(bare))
        .map(|(_, options)| *options)
}

pub(super) fn shell(
    reader: &mut Reader<'_>,
    rest: &[Argument],
    command: &Command,
    piped: Stage,
) -> Stage {
    let is_command = |word: &Argument| {
        let text = word.text.as_str();
        text == "--command"
            || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
    };
    if let Some(at) = rest.iter().position(is_command) {
        let Some(script) = rest.get(at + 1) else { return Stage::default() };
        reader.facts.download_and_run |= script.stage.any();
        reader.facts.unparsed |=
            script.dynamic && script.text.trim().is_empty() && !script.stage.any();
        return reader.nested(&script.text);
    }
    if let Some(input) = &command.input {
        reader.facts.download_and_run |= input.stage.any();
        return reader.nested(&input.text);
    }
    let reads_input = rest.iter().any(|word| word.text == "-s");
    match rest.iter().find(|word| !word.text.starts_with('-') || word.stage.any()) {
        Some(file) if !reads_input => {
            let known = reader.fetched.iter().any(|fetched| fetched == base(&file.text));
            reader.facts.download_and_run |= known || file.stage.any();
            path::read(&file.text, reader.facts);
        }
        _ => {
            reader.facts.download_and_run |= piped.any() || is_fed(reader, command);
        }
    }
    Stage::default()
}

/// Whether standard input comes from a downloaded file or another command.
fn is_fed(reader: &Reader<'_>, command: &Command) -> bool {
    command.redirects.iter().any(|(direction, target)| {
        *direction == Direction::Read
            && (target.stage.any() || reader.fetched.iter().any(|file| file == base(&target.text)))
    })
}

pub(super) fn interpret(
    reader: &mut Reader<'_>,
    name: &str,
    options: &[&str],
    rest: &[Argument],
    command: &Command,
    piped: Stage,
) -> Stage {
    let lower = |word: &Argument| word.text.to_ascii_lowercase();
    if name.to_ascii_lowercase().starts_with("p")
        && rest.iter().any(|w| lower(w).starts_with("-enc"))
    {
        // PowerShell takes base64 and runs it.
        reader.facts.download_and_run = true;
        reader.facts.unparsed = true;
    }
    let is_text_option = |word: &Argument| {
        options.contains(&word.text.as_str()) || options.contains(&lower(word).as_str())
    };
    let at = if options.contains(&"") {
        rest.iter().position(|word| !word.text.starts_with('-'))
    } else {
        rest.iter().position(is_text_option).map(|at| at + 1)
    };
    if let Some(text) = at.and_then(|at| rest.get(at)) {
        reader.facts.download_and_run |= text.stage.any();
        reader.facts.unparsed |= text.dynamic && text.text.is_empty() && !text.stage.any();
        program::read(&text.text, reader.depth + 1, reader.facts);
        // `iex` and `awk` take what comes by the pipe as well.
        reader.facts.download_and_run |= piped.any() && is_expression(name);
        return Stage::default();
    }
    if let Some(input) = &command.input {
        reader.facts.download_and_run |= input.stage.any();
        program::read(&input.text, reader.depth + 1, reader.facts);
        return Stage::default();
    }
    let operand = rest.iter().find(|word| !word.text.starts_with('-') || word.stage.any());
    let is_module = rest.iter().any(|word| word.text == "-m");
    match operand {
        Some(file) => {
            let known = reader.fetched.iter().any(|fetched| fetched == base(&file.text));
            reader.facts.download_and_run |= (known && !is_module) || file.stage.any();
            reader.facts.download_and_run |= file.text.starts_with("http://")
                || (file.text.starts_with("https://") && !is_module);
        }
        None if !is_module => {
            reader.facts.download_and_run |= piped.any() || is_fed(reader, command);
        }
        None => {}
    }
    fetch::urls(reader, rest);
    Stage::default()
}

fn is_expression(name: &str) -> bool {
    name.eq_ignore_ascii_case("iex") || name.eq_ignore_ascii_case("invoke-expression")
}
