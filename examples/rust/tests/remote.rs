//! The decision point decides alike, whether it is OPA or the stub, and the program says which it is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

const SAID: &str = "\
alice: balance: allow
alice: pay 12000: allow
alice: pay 90000: ask more than 500 needs a second person
alice: pay 9000000: deny no rule of the organisation permits this
bob: pay 100: deny no rule of the organisation permits this
the decision point is gone: deny policy/engine
";

fn run(path: &str) -> (String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_remote"));
    let out = program.env("PATH", path).output().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    let (first, rest) = said.split_once('\n').unwrap();
    (first.to_owned(), rest.to_owned())
}

#[test]
fn without_opa_a_stub_decides_and_says_so() {
    let (first, rest) = run("");
    assert_eq!(first, "asking a stub, for `opa` is not installed");
    assert_eq!(rest, SAID);
}

/// The same with OPA, where this machine has it; the first line says which it was.
#[test]
fn with_what_is_installed_the_answers_are_the_same() {
    let (first, rest) = run(&std::env::var("PATH").unwrap());
    assert!(
        first.starts_with("asking the Open Policy Agent, ") || first.contains("a stub"),
        "{first}"
    );
    assert_eq!(rest, SAID);
}
