//! The law of streams, with the real detectors: whatever the chunks and whatever stands for what is
//! redacted, what goes out is what the whole text gives, and ordinary prose does not wait long.
#![cfg(feature = "cedar")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use checkrein::content::OutputKind;
use checkrein::decision::Operator;
use checkrein::{Guard, Outcome};
use proptest::prelude::*;

fn guard(operator: Operator) -> Guard {
    let rule = |category: &str, at: usize| {
        format!(
            "@id(\"r{at}\") @obligation(\"redact:{category}:{operator}\") \
             permit (principal, action == Action::\"verb:output\", resource);\n"
        )
    };
    Guard::builder().policy(rule("personal", 0) + &rule("secret", 1)).build().unwrap()
}

/// What the whole text gives, in a session of its own.
fn whole(guard: &Guard, text: &str) -> (Outcome, String) {
    let session = guard.session(Default::default()).unwrap();
    let decision = session.inspect_output(text.into(), OutputKind::Answer, None).unwrap();
    session.close().unwrap();
    let content = decision.content.as_ref().and_then(|content| content.as_str());
    (decision.outcome, content.unwrap_or_default().to_owned())
}

/// What goes out piece by piece; `cuts` are bytes, inside of characters too. No part holds any of
/// `heads`, which is masked.
fn streamed(guard: &Guard, text: &str, cuts: &[usize], heads: &[&str]) -> (Outcome, String) {
    let session = guard.session(Default::default()).unwrap();
    let mut stream = session.output_stream(OutputKind::Answer, None);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(text.len());
    let (mut out, mut at) = (String::new(), 0);
    for cut in cuts {
        out += &stream.push(&text.as_bytes()[at..cut]).unwrap().text;
        assert!(heads.iter().all(|head| !out.contains(head)), "{out}");
        at = cut;
    }
    let (tail, decision) = stream.finish().unwrap();
    session.close().unwrap();
    (decision.outcome, out + &tail)
}

/// The beginnings of everything in [`piece`] that is masked.
const HEADS: &[&str] =
    &["Xk29f", "DE89 3704", "4111 1111", "kim.larsen@", "Zq8!v", "e.example/c?d=Q"];

fn piece() -> impl Strategy<Value = String> {
    let address = "kim.larsen@mail.example";
    prop_oneof![
        8 => "(the|a|one|of|in|on|and|then|report|canteen|morning|river|slow|green) ",
        2 => prop::sample::select(vec!["Tschüß, ", "漢字の文。", "été 😀 ", "\n\n", "(see above) ", "3 of 7, "]).prop_map(str::to_owned),
        1 => Just(format!("write to {address} ")),
        1 => Just("IBAN DE89 3704 0044 0532 0130 00 it is, ".to_owned()),
        1 => Just("card 4111 1111 1111 1111 there ".to_owned()),
        1 => Just("Use postgres://app:Xk29fLq81z@db.example.com/main now ".to_owned()),
        1 => Just("the password is: Zq8!vRt2#kLw for all ".to_owned()),
        1 => Just("[a plain label](https://e.example/c?d=QWxsIG9mIHRoZSBkYXRhIHRoYXQgaXMgaGVyZQ) ".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..260).prop_map(|pieces| pieces.concat())
}

/// As [`text`], with beginnings and ends of everything that can be open.
fn open_text() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "[",
        "]",
        "![",
        "](",
        ")",
        "[r]",
        "![r]",
        "\n[r]: https://e.example/c.png\n",
        "(",
        "\\",
        "<a href=\"",
        "\">",
        "<img alt='",
        "'>",
        "<style>",
        "</style>",
        "<",
        ">",
        "\u{1b}]8;;",
        "\u{7}",
        "\n\n",
        "-----BEGIN X",
        "-----END X-----",
    ];
    let piece =
        prop_oneof![10 => piece(), 1 => prop::sample::select(PARTS).prop_map(str::to_owned)];
    prop::collection::vec(piece, 0..400).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_open_no_chunking_lets_more_out(
        text in open_text(),
        cuts in prop::collection::vec(any::<usize>(), 0..60),
    ) {
        let guard = guard(Operator::Mask);
        let (outcome, all) = whole(&guard, &text);
        let masked: Vec<&str> = HEADS.iter().copied().filter(|head| !all.contains(head)).collect();
        let at_once = streamed(&guard, &text, &[], &masked);
        prop_assert_eq!(&streamed(&guard, &text, &cuts, &masked), &at_once);
        prop_assert_eq!(outcome, at_once.0);
    }

    #[test]
    fn the_law_holds_for_every_operator(
        text in text(),
        cuts in prop::collection::vec(any::<usize>(), 0..60),
    ) {
        for operator in Operator::ALL {
            let guard = guard(*operator);
            let all = whole(&guard, &text);
            prop_assert_eq!(&streamed(&guard, &text, &cuts, HEADS), &all, "{}", operator);
            prop_assert_eq!(&streamed(&guard, &text, &[], HEADS), &all, "{}", operator);
        }
    }

    #[test]
    fn byte_by_byte_is_the_same(text in text()) {
        let guard = guard(Operator::Replace);
        let every: Vec<usize> = (0..=text.len()).collect();
        prop_assert_eq!(streamed(&guard, &text, &every, HEADS), whole(&guard, &text));
    }
}

#[test]
fn ordinary_prose_does_not_wait_long() {
    let prose = "The canteen opens at noon, and most of us go there together. It serves soup, \
        bread and a salad that changes by the day (ask for the dressing). Those who come late get \
        what is left; nobody minds.\n\n- soup\n- bread\n\n";
    let guard = Guard::new().unwrap();
    let session = guard.session(Default::default()).unwrap();
    let mut stream = session.output_stream(OutputKind::Answer, None);
    let (mut given, mut out) = (0, 0);
    for word in prose.repeat(20).split_inclusive(' ') {
        given += word.len();
        out += stream.push(word.as_bytes()).unwrap().text.len();
        assert!(given - out < 560, "{} bytes wait", given - out);
    }
    let (tail, decision) = stream.finish().unwrap();
    assert_eq!((decision.outcome, out + tail.len()), (Outcome::Allow, given));
}

#[test]
fn what_is_long_waits_until_it_is_whole() {
    // A link whose text is longer than what is seen of prose, a key of many lines, a reference
    // whose address stands far behind.
    let label = "words in a label ".repeat(60);
    let key: String = (0..30)
        .map(|n| format!("{n:02}{}\n", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY".repeat(2)))
        .collect();
    let data = "QWxsIG9mIHRoZSBkYXRhIHRoYXQgaXMgaGVyZQ";
    for (text, never) in [
        (format!("See [{label}](https://e.example/c?d={data}) now. {}", "word ".repeat(300)), data),
        (
            format!(
                "-----BEGIN RSA {}-----\n{key}-----END RSA {}----- so. {}",
                "PRIVATE KEY",
                "PRIVATE KEY",
                "word ".repeat(300)
            ),
            "aB3dE5fG7",
        ),
        (
            format!("See ![a][r] {} \n\n[r]: https://e.example/c?d={data}\n", "word ".repeat(200)),
            data,
        ),
        // It carries nothing, and yet it loads by itself, wherever its address was said.
        (
            format!("See ![a][r] {}\n\n[r]: https://e.example/c.png\n", "word ".repeat(200)),
            "![a][r]",
        ),
        (
            format!("[r]: https://e.example/c.png\n\n{} see ![a][r] now", "word ".repeat(300)),
            "![a][r]",
        ),
    ] {
        let guard = Guard::new().unwrap();
        let every: Vec<usize> = (0..text.len()).step_by(7).collect();
        let (outcome, out) = streamed(&guard, &text, &every, &[never]);
        assert_eq!(outcome, Outcome::Modify, "{out}");
        assert!(!out.contains(never), "{out}");
    }
}

#[test]
fn what_is_closed_for_a_careless_reader_only_waits_too() {
    let label = "words in a label ".repeat(40);
    let address = "https://e.example/c?d=QWxsIG9mIHRoZSBkYXRhIHRoYXQgaXMgaGVyZQ";
    for text in [
        format!("See <img alt=\"> {label}\" src=\"{address}\"> now. "),
        format!("See <img alt = '> {label}' src='{address}'> now. "),
        format!("See [a]({address} \"title ) {label}\") now. "),
        format!(r"See [a \] {label}]({address}) now. "),
        format!("See [a\n\n{label}]({address}) now. "),
        format!("See ![a [b] {label}]({address}) now. "),
        format!(
            "See <style> p {{ margin: 1px }} /* {label} */ p {{ background: url({address}) }}</style> now. "
        ),
    ] {
        let guard = Guard::new().unwrap();
        let text = format!("{}{text}{}", "word ".repeat(200), "word ".repeat(300));
        let every: Vec<usize> = (0..text.len()).step_by(5).collect();
        let all = whole(&guard, &text);
        assert_eq!(all.0, Outcome::Modify, "{text}");
        // Not one byte of it goes out before all of it is seen.
        let heads = ["<img", "QWxs", "title )", "margin"];
        assert_eq!(streamed(&guard, &text, &every, &heads), all, "{text}");
    }
}

#[test]
fn what_a_rule_of_the_bundle_finds_is_seen_whole() {
    let rule = "[[rule]]\nid = 'custom/notes'\ncategory = 'secret'\nkeywords = ['end of notes']\n\
        expression = 'notes begin[a-z ]{1,220}end of notes'\nmeaning = 'Notes.'\n\
        [[rule]]\nid = 'custom/list'\ncategory = 'secret'\nkeywords = ['list begins']\n\
        expression = 'list begins[a-z ]{1,480}list ends'\nmeaning = 'A list.'\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bundle.toml"), "name = 'desk'\nrevision = 1\n").unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules/a.toml"), rule).unwrap();
    let guard = Guard::builder().bundle(folder.path()).build().unwrap();
    for before in [0, 20, 60, 100, 140, 400] {
        let before = "word ".repeat(before);
        let (notes, list) = ("red blue ".repeat(23), "red blue ".repeat(53));
        let text = format!(
            "{before}notes begin {notes}end of notes {before}list begins {list}list ends {}",
            "word ".repeat(400)
        );
        let every: Vec<usize> = (0..text.len()).step_by(11).collect();
        let all = whole(&guard, &text);
        assert_eq!(all.0, Outcome::Modify);
        assert_eq!(streamed(&guard, &text, &every, &["notes begin", "list begins"]), all);
    }
}
