//! What enters: normalizing, decoding, detecting and admitting read it. Edits and findings lie on
//! the text's own characters.
#![no_main]

use checkrein::content::Content;
use checkrein::source::SourceKind;
use checkrein::{Limits, Value};
use checkrein_fuzz::{session, text};
use libfuzzer_sys::fuzz_target;

const KINDS: [SourceKind; 4] =
    [SourceKind::User, SourceKind::ToolResult, SourceKind::Retrieved, SourceKind::System];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Some(text) = text(rest) else { return };
    let session = session();
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let decision = session.inspect_input(Content::text(kind, text)).expect("a decision");
    assert!(decision.error.is_none(), "{:?}", decision.error);
    for finding in &decision.findings {
        if finding.path.is_empty() {
            assert!(finding.span.of(text).is_some(), "{finding:?}");
        }
    }
    if let Ok(value) = Value::parse(rest, &Limits::default()) {
        session.inspect_input(Content::json(kind, value)).expect("a decision");
    }
    session.close().expect("it was open");
});
