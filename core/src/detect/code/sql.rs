//! Reads SQL: whether it changes or destroys data, and whether it is one statement.
//!
//! Dialects disagree on where strings and comments end, and an attacker chooses what helps. So
//! a text is read under both readings, and what either sees counts.

mod lexer;

use super::{address, path, shell};
use crate::finding::CodeFacts;
use lexer::{Dialect, Token};

/// What opens the place where a statement can begin inside another.
const BEFORE_STATEMENT: &[&str] = &[
    "as", "explain", "analyze", "verbose", "begin", "then", "else", "do", "loop", "declare",
    "returns",
];

/// Verbs for which the rest of the statement is looked at.
const LOOKS_AHEAD: &[&str] = &["select", "with", "update", "delete", "alter", "copy", "pragma"];
/// How many of them one statement has, subqueries and all.
const VERBS: usize = 256;

const ALWAYS_WRITES: &[&str] = &[
    "alter",
    "create",
    "grant",
    "revoke",
    "rename",
    "call",
    "exec",
    "execute",
    "load",
    "attach",
    "detach",
    "vacuum",
    "reindex",
    "refresh",
    "comment",
    "lock",
    "import",
    "optimize",
    "flush",
    "install",
    "uninstall",
    "handler",
    "deny",
    "backup",
    "restore",
    "cluster",
    "reassign",
    "undrop",
];

const FILE_FUNCTIONS: &[&str] = &[
    "load_file",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "lo_import",
    "lo_export",
    "readfile",
    "writefile",
    "load_extension",
    "openrowset",
    "read_csv",
    "read_csv_auto",
    "read_parquet",
    "read_json",
    "read_text",
    "bfilename",
    "xp_dirtree",
    "xp_fileexist",
];

const NETWORK_FUNCTIONS: &[&str] = &[
    "dblink",
    "dblink_connect",
    "http_get",
    "http_post",
    "http",
    "url",
    "s3",
    "remote",
    "httpuritype",
    "utl_http",
    "sys_exec",
    "read_csv",
    "read_parquet",
    "read_json",
];

/// The part of `text` that is SQL: all of it, or from where a statement follows a `;` in it.
pub(super) fn query(text: &str) -> Option<&str> {
    whole_query(text).or_else(|| injected(text))
}

/// The text, where it begins with a statement.
pub(super) fn whole_query(text: &str) -> Option<&str> {
    begins_statement(text).then_some(text)
}

fn injected(text: &str) -> Option<&str> {
    let after = text.match_indices(';').filter_map(|(at, _)| text.get(at + 1..));
    // A natural text holds few semicolons; one that holds thousands is looked at in part.
    after.take(64).find(|rest| begins_statement(rest))
}

/// Whether a text holds more than one statement, or one after something else.
pub(super) fn is_stacked(text: &str) -> bool {
    if whole_query(text).is_none() {
        return injected(text).is_some();
    }
    Dialect::BOTH.iter().any(|dialect| {
        let (tokens, _) = lexer::split(text, *dialect);
        tokens.split(|token| *token == Token::End).filter(|part| !part.is_empty()).count() > 1
    })
}

/// Whether the head of `text` has the shape of a statement, not only its first word.
fn begins_statement(text: &str) -> bool {
    // The shape shows in the first words.
    let end = text.char_indices().nth(600).map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or_default();
    Dialect::BOTH.iter().any(|dialect| {
        let (tokens, complete) = lexer::split(head, *dialect);
        let first = tokens.iter().position(|token| !matches!(token, Token::Open | Token::End));
        let tokens = tokens.get(first.unwrap_or(0)..).unwrap_or_default();
        let word = |at: usize| tokens.get(at).and_then(Token::word).unwrap_or_default();
        let any =
            |names: &[&str]| tokens.iter().filter_map(Token::word).any(|w| names.contains(&w));
        let (first, second) = (word(0), word(1));
        match first {
            "select" => {
                any(&["from"])
                    // A quote that does not close.
                    || (tokens.len() == 1 && !complete)
                    || !matches!(tokens.get(1), None | Some(Token::Word(_)))
                    || matches!(tokens.get(2), Some(Token::Open))
            }
            "insert" => any(&["into", "overwrite", "values"]),
            "replace" | "merge" | "upsert" => second == "into",
            "update" => any(&["set"]),
            "delete" => second == "from" || any(&["where"]),
            "drop" | "create" | "alter" => any(OBJECTS),
            "truncate" => second == "table" || tokens.len() <= 3,
            "with" => any(&["as"]) && tokens.contains(&Token::Open),
            "explain" | "describe" | "desc" => {
                any(&["select", "table", "insert", "update", "delete"])
            }
            "grant" | "revoke" => any(&["to", "from", "on"]) && any(&["on", "role", "all"]),
            "copy" => any(&["from", "to"]) && any(&["program", "stdin", "stdout", "csv", "with"]),
            "exec" | "execute" | "call" => {
                second.starts_with("xp_")
                    || second.starts_with("sp_")
                    || tokens.contains(&Token::Open)
            }
            "pragma" | "vacuum" => tokens.len() <= 6,
            "attach" => any(&["database", "as"]),
            "rename" => second == "table",
            "load" => second == "data" || second == "xml",
            "set" => any(&["global", "role", "password", "session"]),
            "do" => matches!(tokens.get(1), Some(Token::Text(_))),
            "declare" | "begin" => {
                any(&["exec", "execute", "select", "insert", "update", "delete", "drop"])
            }
            "shutdown" => tokens.len() <= 2,
            _ => false,
        }
    })
}

const OBJECTS: &[&str] = &[
    "table",
    "database",
    "schema",
    "view",
    "index",
    "user",
    "role",
    "function",
    "procedure",
    "trigger",
    "sequence",
    "type",
    "extension",
    "tablespace",
    "login",
    "materialized",
    "column",
    "server",
    "policy",
    "event",
    "owned",
];

/// Reads a query. Adds to `facts`.
pub(super) fn read(text: &str, facts: &mut CodeFacts) {
    let mut complete = false;
    for dialect in Dialect::BOTH {
        let (tokens, ended) = lexer::split(text, dialect);
        complete |= ended;
        for statement in tokens.split(|token| *token == Token::End) {
            read_statement(statement, facts);
            if matches!(statement.first().and_then(Token::word), Some("do" | "create")) {
                bodies(statement, dialect, facts);
            }
        }
    }
    facts.unparsed |= !complete;
}

/// Statements in the body of a function or block.
fn bodies(statement: &[Token], dialect: Dialect, facts: &mut CodeFacts) {
    for token in statement {
        if let Token::Text(body) = token {
            let (tokens, _) = lexer::split(body, dialect);
            for inner in tokens.split(|token| *token == Token::End) {
                read_statement(inner, facts);
            }
        }
    }
}

fn read_statement(tokens: &[Token], facts: &mut CodeFacts) {
    let mut before: Option<&Token> = None;
    let mut verbs = 0;
    for (at, token) in tokens.iter().enumerate() {
        let can_begin = match before {
            None | Some(Token::Open | Token::Close) => true,
            Some(token) => token.word().is_some_and(|word| BEFORE_STATEMENT.contains(&word)),
        };
        before = Some(token);
        if can_begin && let Some(word) = token.word() {
            verbs += usize::from(LOOKS_AHEAD.contains(&word));
            if verbs > VERBS {
                facts.unparsed = true;
                break;
            }
            let is_head =
                at == 0 || !matches!(tokens.get(at - 1), Some(Token::Open | Token::Close));
            read_verb(word, tokens.get(at + 1..).unwrap_or_default(), is_head, facts);
        }
    }
    read_places(tokens, facts);
}

fn read_verb(verb: &str, rest: &[Token], is_head: bool, facts: &mut CodeFacts) {
    let called = rest.first() == Some(&Token::Open);
    let next = rest.first().and_then(Token::word).unwrap_or_default();
    match verb {
        "insert" if !called => facts.writes = true,
        "replace" | "merge" | "upsert" if next == "into" => facts.writes = true,
        "update" if !called && has_word(rest, "set") => {
            facts.writes = true;
            facts.destructive |= !is_bounded(rest);
        }
        "delete" if !called => {
            facts.writes = true;
            facts.destructive |= !is_bounded(rest);
        }
        "drop" | "truncate" | "purge" if !called => {
            facts.writes = true;
            facts.destructive = true;
        }
        "shutdown" | "kill" if is_head => {
            facts.writes = true;
            facts.destructive = true;
        }
        "alter" if is_head => {
            facts.writes = true;
            facts.destructive |= has_word(rest, "drop");
        }
        "set" if is_head => {
            facts.writes |= matches!(next, "global" | "persist" | "password" | "role");
        }
        "pragma" if is_head => facts.writes |= rest.contains(&Token::Sign('=')),
        "copy" if is_head => facts.writes |= has_word(rest, "from") || has_word(rest, "to"),
        "select" | "with" => {
            // `select ... into` makes a table or a file.
            facts.writes |= outer(rest).any(|token| token.word() == Some("into"));
        }
        verb if is_head && ALWAYS_WRITES.contains(&verb) => facts.writes = true,
        _ => {}
    }
}

fn has_word(tokens: &[Token], word: &str) -> bool {
    tokens.iter().any(|token| token.word() == Some(word))
}

/// The tokens up to the end of the parentheses they stand in, without those in deeper ones.
fn outer(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    let mut depth = 0_i64;
    tokens
        .iter()
        .map_while(move |token| {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                _ => {}
            }
            (depth >= 0).then_some((depth, token))
        })
        .filter(|(depth, _)| *depth == 0)
        .map(|(_, token)| token)
}

/// Whether a `where` says which rows, and not just any.
fn is_bounded(rest: &[Token]) -> bool {
    let mut after = outer(rest).skip_while(|token| token.word() != Some("where")).skip(1);
    let condition: Vec<&Token> = after.by_ref().take(4).collect();
    let same = |left: &Token, right: &Token| left == right && left.word().is_none_or(|w| w != "?");
    match condition.as_slice() {
        [] => outer(rest).any(|token| token.word() == Some("where")) && rest.contains(&Token::Open),
        [one] => !is_true(one),
        [left, Token::Sign('='), right, ..] if same(left, right) => false,
        [first, second, ..] if is_true(first) => second.word() != Some("or"),
        _ => !outer(rest).zip(outer(rest).skip(1)).any(|(word, next)| {
            // `... or 1=1`, `... or true`
            word.word() == Some("or") && is_true(next)
        }),
    }
}

fn is_true(token: &Token) -> bool {
    match token {
        Token::Number(number) => !number.trim_matches('0').is_empty(),
        Token::Word(word) => word == "true",
        _ => false,
    }
}

/// Files, programs and hosts that a statement reaches.
fn read_places(tokens: &[Token], facts: &mut CodeFacts) {
    let words: Vec<&str> = tokens.iter().filter_map(Token::word).collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let runs = words.contains(&"program") && words.first() == Some(&"copy");
    let commands = has(&["xp_cmdshell", "sys_exec", "sys_eval", "cmdshell"]) || runs;
    let files = has(FILE_FUNCTIONS)
        || has(&["outfile", "dumpfile", "infile", "attach"])
        || (words.first() == Some(&"copy") && !runs);
    let network = has(NETWORK_FUNCTIONS);
    if !(commands || files || network) {
        return;
    }
    for token in tokens {
        let Token::Text(text) = token else { continue };
        if commands {
            facts.writes = true;
            shell::read(text, facts);
        } else if text.contains("://") || text.starts_with("\\\\") {
            address::read(text, facts);
        } else if files && text.contains(['/', '\\', '.']) {
            path::read(text, facts);
        }
    }
    facts.writes |= has(&["outfile", "dumpfile", "writefile", "lo_export"]);
}

#[cfg(test)]
mod tests;
