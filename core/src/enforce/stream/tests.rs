use super::*;
use crate::limits::Limits;
use proptest::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

static SECRET: LazyLock<Regex> = LazyLock::new(|| Regex::new("SECRET[0-9]{4,}").unwrap());
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(http[^\s)]*\)?").unwrap());
static BLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("BEGIN KEY[a-z\n ]*(END KEY)?").unwrap());
static PIN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bpin( is)? ([a-z]+)\b").unwrap());

/// A toy of the whole inspection: tokens, links, blocks of several lines, and a word that only the
/// words before it give away.
fn inspect(text: &str) -> Result<Vec<Edit>> {
    let found = |rule: &Regex, with: &str| -> Vec<Edit> {
        let edit = |m: regex::Match<'_>| Edit {
            path: String::new(),
            span: Span::new(m.start(), m.end()),
            with: with.to_owned(),
        };
        rule.find_iter(text).map(edit).collect()
    };
    let mut edits = found(&SECRET, "[secret]");
    edits.extend(found(&LINK, "] [link removed]"));
    edits.extend(found(&BLOCK, "[key]"));
    let pins = PIN.captures_iter(text).filter_map(|found| found.get(2));
    edits.extend(pins.map(|pin| Edit {
        path: String::new(),
        span: Span::new(pin.start(), pin.end()),
        with: "[pin]".to_owned(),
    }));
    Ok(edits)
}

fn whole(text: &str) -> String {
    let edits = inspect(text).unwrap();
    let patches = edits.into_iter().map(|edit| Patch::new(edit.span, edit.with)).collect();
    patch::write(text, &patch::merge(text, patches).unwrap())
}

/// Streams `text`, cut at `cuts` (bytes), and checks the bound on what is held.
fn streamed(text: &str, cuts: &[usize], hold_back: usize) -> String {
    let mut holder = Holder::new(hold_back);
    let mut out = String::new();
    let mut at = 0;
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(text.len());
    for cut in cuts {
        holder.push(&text.as_bytes()[at..cut]).unwrap();
        holder.drain(&mut inspect, &mut out).unwrap();
        assert!(holder.text().len() < hold_back.max(LEAST), "{} held", holder.text().len());
        at = cut;
    }
    holder.finish().unwrap();
    holder.drain(&mut inspect, &mut out).unwrap();
    assert!(holder.is_ended() && holder.text().is_empty());
    out
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,9} ",
        2 => "[äß漢😀]{1,4}",
        1 => "[\n ]{1,3}",
        3 => "SECRET[0-9]{2,30}",
        1 => Just("SECRET".to_owned()),
        3 => "pin( is)? [a-z]{1,40} ",
        3 => r"\[[a-z]{0,6}\]\(https://[a-z/?=]{1,40}\)",
        1 => Just("](http".to_owned()),
        1 => "BEGIN KEY[a-z\n]{0,30}END KEY",
    ];
    prop::collection::vec(piece, 0..240).prop_map(|pieces| pieces.concat())
}

/// As [`text`], with what outgrows every reach in the test.
fn wild() -> impl Strategy<Value = String> {
    let long = prop_oneof![
        "SECRET[0-9]{300,900}",
        r"\]\(https://[a-z]{300,900}",
        "BEGIN KEY[a-z\n]{300,900}END KEY",
        "[a-z]{300,900}",
        "😀{100,200}",
    ];
    (prop::collection::vec((text(), long), 0..3), text()).prop_map(|(parts, end)| {
        parts.iter().map(|(a, b)| format!("{a}{b}")).collect::<String>() + &end
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn chunks_do_not_matter(
        text in wild(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        hold_back in 16usize..600,
    ) {
        let cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        prop_assert_eq!(streamed(&text, &cuts, hold_back), streamed(&text, &[], hold_back));
    }

    #[test]
    fn byte_by_byte_is_the_same(text in wild(), hold_back in 16usize..200) {
        let every: Vec<usize> = (0..=text.len()).collect();
        prop_assert_eq!(streamed(&text, &every, hold_back), streamed(&text, &[], hold_back));
    }

    #[test]
    fn within_the_reach_it_is_as_for_the_whole_text(
        text in text(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        hold_back in 500usize..1500,
    ) {
        // What merges to more than the reach is beyond the law.
        let patches = inspect(&text).unwrap();
        let patches = patches.into_iter().map(|edit| Patch::new(edit.span, edit.with)).collect();
        let merged = patch::merge(&text, patches).unwrap();
        prop_assume!(merged.iter().all(|patch| patch.span.len() < 200));
        let cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        prop_assert_eq!(streamed(&text, &cuts, hold_back), whole(&text));
    }

    #[test]
    fn nothing_maskable_goes_out(text in wild(), hold_back in 200usize..600) {
        let out = streamed(&text, &[], hold_back);
        prop_assert!(!SECRET.is_match(&out), "{}", out);
        prop_assert!(!LINK.is_match(&out), "{}", out);
        prop_assert!(!BLOCK.is_match(&out), "{}", out);
    }

    #[test]
    fn nothing_follows_a_refusal(
        text in text(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let refuse = |seen: &str| {
            if seen.contains("漢") { Err(Error::new(ErrorKind::DetectorFailed, "no")) } else { inspect(seen) }
        };
        let run = |cuts: &[usize]| {
            let mut holder = Holder::new(64);
            let (mut out, mut at) = (String::new(), 0);
            for cut in cuts.iter().copied().chain([text.len()]) {
                let went = holder.push(&text.as_bytes()[at..cut]);
                if went.and_then(|()| holder.drain(&mut { refuse }, &mut out)).is_err() {
                    assert!(holder.is_ended() && holder.ready().is_none());
                    assert_eq!(holder.push(b"more").unwrap_err().code(), "misuse/closed");
                    assert_eq!(holder.finish().unwrap_err().code(), "misuse/closed");
                    return out;
                }
                at = cut;
            }
            let _ = holder.finish().and_then(|()| holder.drain(&mut { refuse }, &mut out));
            out
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let out = run(&cuts);
        prop_assert!(!out.contains("漢"));
        prop_assert_eq!(out, run(&[]));
    }
}

#[test]
fn what_outgrows_the_reach_is_masked_from_its_start_to_its_end() {
    let digits = "7".repeat(20_000);
    for hold_back in [200, 4096] {
        let text = format!("before SECRET{digits} after, and [x](https://e/?d={digits}) too");
        let out = streamed(&text, &[], hold_back);
        assert_eq!(out, "before [secret] after, and [x] [link removed] too");
        let lines = "base\n".repeat(4000);
        let out = streamed(&format!("a BEGIN KEY\n{lines}END KEY. b"), &[], hold_back);
        assert_eq!(out, "a [key]. b");
        let out = streamed(&format!("a BEGIN KEY\n{lines}"), &[], hold_back);
        assert_eq!(out, "a [key]");
    }
    // Its last words stand across the end of a window, whatever their place.
    for length in 400..700 {
        let text = format!("a BEGIN KEY\n{}END KEY. b", "k".repeat(length));
        assert_eq!(streamed(&text, &[], 200), "a [key]. b", "{length}");
    }
}

#[test]
fn words_before_it_help_to_see_where_it_ends() {
    // Recognised only by what stands before it, which has gone out long ago.
    let rule = Regex::new("password: ([a-z]+)").unwrap();
    let mut inspect = |text: &str| -> Result<Vec<Edit>> {
        let found = rule.captures_iter(text).map(|c| c.get(1).unwrap());
        let edit = |m: regex::Match<'_>| Edit {
            path: String::new(),
            span: Span::new(m.start(), m.end()),
            with: "[secret]".into(),
        };
        Ok(found.map(edit).collect())
    };
    let text = format!("my password: {} and more", "abc".repeat(4000));
    let (mut holder, mut out) = (Holder::new(1024), String::new());
    holder.push(text.as_bytes()).unwrap();
    holder.finish().unwrap();
    holder.drain(&mut inspect, &mut out).unwrap();
    assert_eq!(out, "my password: [secret] and more");
}

#[test]
fn text_is_held_and_released() {
    let mut holder = Holder::new(16);
    holder.push("short é".as_bytes()).unwrap();
    assert!(holder.ready().is_none());
    assert_eq!(holder.text(), "short é");
    holder.finish().unwrap();
    let window = holder.ready().unwrap();
    assert!(window.last && window.text == "short é");
    assert_eq!(window.place(Span::new(2, 5)), Span::new(2, 5));
    assert_eq!(holder.release(&[]).unwrap().unwrap(), "short é");
    assert!(holder.ready().is_none() && holder.is_ended());
    assert_eq!(holder.release(&[]).unwrap_err().code(), "misuse/argument");
}

#[test]
fn places_are_of_the_stream() {
    let mut holder = Holder::new(64);
    let text: String = (0..60).map(|n| format!("{n:04} ")).collect();
    holder.push(text.as_bytes()).unwrap();
    let mut windows = 0;
    while let Some(window) = holder.ready() {
        let place = window.place(Span::new(3, 12));
        assert_eq!(place.of(&text), window.text.get(3..12));
        holder.release(&[]).unwrap();
        windows += 1;
    }
    assert!(windows > 10);
}

#[test]
fn bytes_that_are_no_text_end_the_stream() {
    for bad in [&b"ab\xff"[..], b"\xe6\xbc\x41", b"\xc3\xc3"] {
        let mut holder = Holder::new(64);
        assert_eq!(holder.push(bad).unwrap_err().code(), "value/utf8");
        assert!(holder.ready().is_none());
    }
    let mut holder = Holder::new(64);
    holder.push(b"ab\xe6\xbc").unwrap();
    assert_eq!(holder.finish().unwrap_err().code(), "value/utf8");
    assert!(holder.is_ended() && holder.ready().is_none());
}

#[test]
fn an_edit_that_does_not_fit_ends_the_stream() {
    let mut holder = Holder::new(64);
    holder.push("é".as_bytes()).unwrap();
    holder.finish().unwrap();
    assert!(holder.ready().is_some());
    let edit = Edit { path: String::new(), span: Span::new(1, 2), with: String::new() };
    assert_eq!(holder.release(&[edit]).unwrap_err().code(), "detector/failed");
    assert!(holder.is_ended());
}

#[test]
fn a_long_text_in_one_push_costs_its_length_once() {
    let text = "word and word, ".repeat(100_000);
    let (mut holder, mut out, mut seen) = (Holder::new(4096), String::new(), 0);
    holder.push(text.as_bytes()).unwrap();
    holder.finish().unwrap();
    let mut count = |window: &str| {
        seen += window.len();
        Ok(Vec::new())
    };
    holder.drain(&mut count, &mut out).unwrap();
    assert_eq!(out, text);
    assert!(seen < text.len() * 8, "{} bytes were inspected for {}", seen, text.len());
}

#[test]
fn prose_goes_out_soon() {
    let words = ["a", "stream", "of", "ordinary", "words,", "said", "one\nby", "one.", "Café"];
    let (mut holder, mut out) = (Holder::new(MOST), String::new());
    let mut text = String::new();
    let mut held = 0;
    for n in 0..2000 {
        let word = format!("{} ", words[n * n % words.len()]);
        text += &word;
        holder.push(word.as_bytes()).unwrap();
        holder.drain(&mut inspect, &mut out).unwrap();
        assert!(text.starts_with(&out));
        held = held.max(text.len() - out.len());
    }
    assert!(held < super::BLOCK + AHEAD + 16, "{held} bytes were held");
    // What is open is held for longer, and no longer than all that may be.
    let open = "[".to_owned() + &"text in a label ".repeat(200);
    holder.push(open.as_bytes()).unwrap();
    holder.drain(&mut inspect, &mut out).unwrap();
    assert!(holder.text().len() >= open.len(), "{} held", holder.text().len());
    holder.push(open.as_bytes()).unwrap();
    holder.drain(&mut inspect, &mut out).unwrap();
    assert!(holder.text().len() < MOST);
}

#[test]
fn as_much_is_seen_as_is_asked_for() {
    // A thing to mask that has blanks in it, and is not found before it is whole.
    let thing = format!("FROM {}TO", "a b c ".repeat(100));
    let mut inspect = |window: &str| -> Result<Vec<Edit>> {
        let found = window.match_indices(&thing).map(|(at, text)| Edit {
            path: String::new(),
            span: Span::new(at, at + text.len()),
            with: "[thing]".to_owned(),
        });
        Ok(found.collect())
    };
    for before in [10, 100, 150, 300, 900] {
        let text = format!("{}{thing} {}", "word ".repeat(before), "word ".repeat(900));
        let (mut holder, mut out) = (Holder::new(MOST).seeing(thing.len()), String::new());
        for piece in text.as_bytes().chunks(7) {
            holder.push(piece).unwrap();
            holder.drain(&mut inspect, &mut out).unwrap();
            assert!(!out.contains("FROM"), "{before}");
        }
        holder.finish().unwrap();
        holder.drain(&mut inspect, &mut out).unwrap();
        assert_eq!(out, text.replace(&thing, "[thing]"), "{before}");
    }
    // No more than may be held back.
    assert_eq!(Holder::new(64).seeing(1000).sight, 64);
}

#[test]
fn what_goes_on_is_seen_whole() {
    // Longer than what is seen of ordinary text, and shorter than what may be held.
    for length in [100, 400, 900, 2500] {
        let digits = "7".repeat(length);
        let text = format!("{} SECRET{digits} and {}", "word ".repeat(50), "word ".repeat(900));
        let mut windows = Vec::new();
        let (mut holder, mut out) = (Holder::new(MOST), String::new());
        holder.push(text.as_bytes()).unwrap();
        holder.finish().unwrap();
        let mut inspect = |window: &str| {
            windows.push(window.len());
            inspect(window)
        };
        holder.drain(&mut inspect, &mut out).unwrap();
        assert_eq!(out, text.replace(&format!("SECRET{digits}"), "[secret]"), "{length}");
        assert!(windows.iter().all(|window| *window <= BEHIND + MOST), "{windows:?}");
    }
}

#[test]
fn deltas_are_kept_whole() {
    let mut limits = Limits::default();
    limits.set("arguments", 12).unwrap();
    let mut deltas = Deltas::new(&limits);
    let text = r#"{"a":"é"}"#.as_bytes();
    for byte in text {
        deltas.push(&[*byte]).unwrap();
    }
    assert_eq!(deltas.finish().unwrap().as_bytes(), text);
    let mut deltas = Deltas::new(&limits);
    deltas.push(b"0123456789").unwrap();
    assert_eq!(deltas.push(b"012").unwrap_err().code(), "limit/arguments");
    assert_eq!(deltas.push(b"0").unwrap_err().code(), "limit/arguments");
    assert_eq!(deltas.finish().unwrap_err().code(), "limit/arguments");
}
