//! The law of streams: whatever the chunks, what is released is what the whole text gives.
#![no_main]

use checkrein::content::OutputKind;
use checkrein_fuzz::{session, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((sizes, rest)) = data.split_at_checked(4) else { return };
    let Some(text) = text(rest) else { return };
    let session = session();
    let whole = session.inspect_output(text.into(), OutputKind::Answer, None).expect("a decision");
    let mut stream = session.output_stream(OutputKind::Answer, None);
    let mut released = String::new();
    let mut left = rest;
    for size in sizes.iter().cycle() {
        let (chunk, after) = left.split_at((usize::from(*size) + 1).min(left.len()));
        released.push_str(&stream.push(chunk).expect("a part").text);
        left = after;
        if left.is_empty() {
            break;
        }
    }
    let (tail, last) = stream.finish().expect("a decision");
    released.push_str(&tail);
    assert_eq!(whole.outcome, last.outcome);
    if let Some(content) = &whole.content {
        assert_eq!(content.as_str(), Some(released.as_str()));
    }
    session.close().expect("it was open");
});
