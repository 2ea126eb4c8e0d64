//! Rules that are only watched tell what they would do, and do nothing.

use super::*;

const PERMIT: &str = "permit(principal, action, resource);\n";

fn pay(cents: i64) -> World {
    World::call("bank/pay", &[Effect::Spend]).with(|w| {
        w.input.insert("to", "DE1".into());
        w.input.insert("cents", cents.into());
    })
}

fn watched(answer: &Answer) -> Vec<(&str, Outcome)> {
    answer.watched.iter().map(|w| (&*w.reason.rule, w.outcome)).collect()
}

/// The same answer, but for what is told of watched rules.
fn untold(mut answer: Answer) -> Answer {
    answer.rules.retain(|rule| rule.id != "pilot");
    answer.watched.clear();
    answer
}

#[test]
fn a_watched_rule_changes_nothing_whatever_it_says() {
    let conditions = [
        "",
        " when { context.flow.tainted }",
        " when { context.input.cents > 100 }",
        " when { principal.trust == \"owner\" }",
    ];
    for (outcome, expected) in [("", Outcome::Deny), ("@outcome(\"ask\")", Outcome::Ask)] {
        for condition in conditions {
            let text = format!(
                "{PERMIT}@id(\"pilot\") @mode(\"monitor\") @obligation(\"notify\") {outcome}
                forbid(principal, action == Action::\"bank/pay\", resource){condition};"
            );
            let answer = pay(101).ask(&engine(&text));
            assert_eq!(watched(&answer), [("pilot", expected)], "{text}");
            assert!(answer.rules.iter().any(|rule| rule.id == "pilot" && !rule.liftable));
            assert_eq!(untold(answer), pay(101).ask(&engine(PERMIT)), "{text}");
            let bound = text.replace("@mode(\"monitor\")", "@mode(\"enforce\")");
            assert_eq!(pay(101).ask(&engine(&bound)).outcome, expected, "{text}");
        }
    }
    let quiet = format!(
        "{PERMIT}@id(\"pilot\") @mode(\"monitor\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents > 500 }};"
    );
    assert_eq!(watched(&pay(101).ask(&engine(&quiet))), []);
}

#[test]
fn a_watched_rule_that_fails_is_told_and_blocks_nothing() {
    let text = format!("{PERMIT}@id(\"pilot\") @mode(\"monitor\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents * 9223372036854775807 > 5 }};
        @id(\"other\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents > 100 }};");
    let engine = engine(&text);
    let answer = pay(2).ask(&engine);
    assert_eq!((answer.outcome, answer.error.is_none()), (Outcome::Allow, true));
    assert_eq!(watched(&answer), [("pilot", Outcome::Deny)]);
    // Nor does an argument that only it reads.
    let text = format!(
        "{PERMIT}@id(\"pilot\") @mode(\"monitor\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input has euros && context.input.euros.greaterThan(decimal(\"1.0\")) }};"
    );
    let answer =
        pay(2).with(|w| w.input.insert("euros", Value::Float(1e300))).ask(&self::engine(&text));
    assert_eq!(
        (answer.outcome, watched(&answer)),
        (Outcome::Allow, vec![("pilot", Outcome::Deny)])
    );
}

#[test]
fn a_watched_rule_that_sleeps_denies_nothing() {
    let text = format!(
        "{PERMIT}@mode(\"monitor\") forbid(principal, action == Action::\"later\", resource);"
    );
    let answer = World::call("later", &[]).ask(&engine(&text));
    assert_eq!(answer.outcome, Outcome::Allow);
}

#[test]
fn a_mode_is_one_of_two_words_and_no_permit_is_watched() {
    for bad in ["@mode(\"monitr\") forbid", "@mode forbid", "@mode(\"monitor\") permit"] {
        let error = load_error(&format!("{bad} (principal, action, resource);"));
        assert_eq!(error.code(), "policy/validate", "{bad}");
        assert!(error.fact("known").unwrap().contains("enforce"), "{error}");
    }
    let text = "@mode(\"monitor\") forbid(principal, action, resource);";
    let (_, notices) = Setup::new(text).load().unwrap();
    assert_eq!(notices, ["mail.cedar, line 1: the rule `mail#1` is only watched"]);
    let info = &engine("@mode(\"monitor\") forbid(principal, action, resource);").rules()[0];
    assert_eq!((info.mode, info.outcome), (crate::Mode::Monitor, Outcome::Deny));
}

#[test]
fn what_a_record_does_not_keep_is_needed_unless_it_is_told() {
    let text = format!("{PERMIT}@id(\"dear\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents > 100 }};
        @id(\"level\") forbid(principal, action == Action::\"send_mail\", resource) when {{ principal.hasTag(\"level\") }};
        @id(\"looping\") forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.session.looping }};");
    let engine = engine(&text);
    let recall = |world: &World, told: Option<bool>| {
        let (answer, needs) = engine.recall(&world.request(), &|_, _| told).unwrap();
        (answer.outcome, needs)
    };
    let call = World::call("bank/pay", &[Effect::Spend]);
    assert_eq!(recall(&call, None), (Outcome::Allow, vec!["dear".to_owned()]));
    assert_eq!(recall(&call, Some(true)), (Outcome::Deny, vec![]));
    assert_eq!(recall(&call, Some(false)), (Outcome::Allow, vec![]));
    let loops = call.with(|w| w.session.looping = true);
    assert_eq!(recall(&loops, Some(false)).0, Outcome::Deny);
    let mail = World::call("send_mail", &[Effect::Send]);
    assert_eq!(recall(&mail, None).1, ["level"]);
    assert_eq!(recall(&World::call("read_mail", &[Effect::Read]), None), (Outcome::Allow, vec![]));
}
