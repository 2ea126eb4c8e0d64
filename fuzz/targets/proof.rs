//! A proof of a record, as an auditor is handed it: what is read is written again as it was.
#![no_main]

use checkrein::record::Proof;
use checkrein_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    let Ok(proof) = Proof::parse(text, "{}") else { return };
    let again = Proof::parse(&proof.to_text(), "{}").expect("it was written by us");
    assert_eq!(again.to_text(), proof.to_text());
    assert!(proof.verify("checkrein/log+00000000+AAAA").is_err(), "no key signed it");
});
