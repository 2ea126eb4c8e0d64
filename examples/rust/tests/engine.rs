//! An engine of the host is asked, and the strictest answer wins.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

#[test]
fn the_bank_permits_asks_and_denies() {
    let out = Command::new(env!("CARGO_BIN_EXE_engine")).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said = "pay 12000: allow\npay 90000: ask, more than 500 needs a second person\n\
                pay 100: deny, the account is frozen\n";
    assert_eq!(String::from_utf8(out.stdout).unwrap(), said);
}
