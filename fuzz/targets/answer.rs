//! What leaves, after something was read: quotes, links, secrets. Masking once is enough.
#![no_main]

use checkrein::Value;
use checkrein::content::{Content, OutputKind};
use checkrein::source::SourceKind;
use checkrein_fuzz::{session, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    let (read, answer) = text.split_once('\u{1}').unwrap_or(("", text));
    let session = session();
    session.inspect_input(Content::text(SourceKind::System, read)).expect("a decision");
    let decision =
        session.inspect_output(answer.into(), OutputKind::Answer, None).expect("a decision");
    for finding in &decision.findings {
        assert!(finding.span.of(answer).is_some(), "{finding:?}");
    }
    let look = |content: &Value| {
        let decision = session.inspect_output(content.clone(), OutputKind::Answer, None);
        decision.expect("a decision").content
    };
    let mut masked = decision.content;
    if answer.chars().any(|c| c.is_control() && !"\n\t".contains(c)) {
        // Once they are made visible, they part words that stood together.
        masked = masked.as_ref().and_then(look);
    }
    if let Some(masked) = &masked {
        assert_eq!(look(masked).as_ref(), Some(masked), "masked text is left alone");
    }
    session.close().expect("it was open");
});
