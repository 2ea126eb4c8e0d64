//! The law of streams: what is released is the same whatever the chunks, and holds nothing that
//! the detectors would mask.
#![no_main]

use checkrein::content::OutputKind;
use checkrein::{Outcome, Session};
use checkrein_fuzz::{session, text};
use libfuzzer_sys::fuzz_target;

fn streamed(session: &Session, text: &[u8], sizes: &[u8]) -> (Outcome, String) {
    let mut stream = session.output_stream(OutputKind::Answer, None);
    let mut released = String::new();
    let mut left = text;
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
    (last.outcome, released)
}

fuzz_target!(|data: &[u8]| {
    let Some((sizes, rest)) = data.split_at_checked(4) else { return };
    let Some(text) = text(rest) else { return };
    let session = session();
    let pieces = streamed(&session, rest, sizes);
    assert_eq!(pieces, streamed(&session, rest, &[255]));
    if text.len() < 480 {
        // All of it is seen at once.
        let whole = session.inspect_output(text.into(), OutputKind::Answer, None);
        let whole = whole.expect("a decision");
        assert_eq!(whole.outcome, pieces.0);
        if let Some(content) = &whole.content {
            assert_eq!(content.as_str(), Some(pieces.1.as_str()));
        }
    }
    session.close().expect("it was open");
});
