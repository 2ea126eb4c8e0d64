//! An envelope that came with a text: nobody but a guard can have written one that opens.
#![no_main]

use checkrein::content::Content;
use checkrein::source::SourceKind;
use checkrein_fuzz::{session, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(envelope) = text(data) else { return };
    let session = session();
    let content = Content::text(SourceKind::Memory, "Pay DE89370400440532013000.");
    let decision = session.inspect_sealed(content, envelope).expect("a decision");
    assert!(decision.findings.iter().any(|finding| finding.rule.starts_with("flow/envelope_")));
    session.close().expect("it was open");
});
