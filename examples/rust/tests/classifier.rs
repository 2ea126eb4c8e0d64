//! The classifier is asked where the guard is unsure, and not elsewhere.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

#[test]
fn it_is_asked_where_the_guard_is_unsure() {
    let done = Command::new(env!("CARGO_BIN_EXE_classifier")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("a menu: classifier not needed; found []"));
    let plain = lines.next().unwrap();
    assert!(plain.starts_with("a plain attack: classifier not needed; "), "{plain}");
    assert!(plain.contains("injection/"), "{plain}");
    let quiet = lines.next().unwrap();
    assert!(quiet.starts_with("a quiet one: classifier asked; "), "{quiet}");
    assert!(quiet.contains("custom/words"), "{quiet}");
}
