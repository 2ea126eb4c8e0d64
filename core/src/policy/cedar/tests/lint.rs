//! Each lint is found where it should be, and nowhere else.

use super::*;
use crate::error::LintKind::{self, *};

fn found(text: &str, profile: Profile) -> Vec<(LintKind, u32)> {
    let setup = Setup { baseline: true, profile, ..Setup::new(text) };
    let lints = setup.load().unwrap().0.lints(profile, &setup.limits);
    let advice = [RuleId, RuleOwner, ToolUnpermitted];
    let lints = lints.into_iter().filter(|lint| !advice.contains(&lint.kind));
    lints.map(|lint| (lint.kind, lint.line)).collect()
}

fn balanced(text: &str) -> Vec<(LintKind, u32)> {
    found(text, Profile::Balanced)
}

/// A forbid that denies, with a reason.
fn forbid(scope: &str) -> String {
    format!("@reason(\"r\") forbid {scope};\n")
}

#[test]
fn a_rule_that_meets_no_tool_is_told() {
    let group = forbid("(principal, action in Action::\"effect:destroy\", resource)");
    assert_eq!(balanced(&group), [(RuleUnreachable, 1)]);
    let equals = forbid("(principal, action == Action::\"effect:send\", resource)");
    assert_eq!(balanced(&equals), [(RuleUnreachable, 1)]);
    for met in ["action in Action::\"effect:send\"", "action == Action::\"verb:output\"", "action"]
    {
        let rule = forbid(&format!("(principal, {met}, resource)"));
        let rule = rule.replace(";", " when { context.session.looping };");
        assert_eq!(balanced(&rule), [], "{met}");
    }
    let typo = forbid("(principal, action == Action::\"send_mial\", resource)");
    assert_eq!(balanced(&typo), [(RuleWaits, 1)]);
}

#[test]
fn a_rule_under_a_blanket_is_told_and_the_blanket_is_not() {
    let blanket = forbid("(principal, action in Action::\"effect:spend\", resource)");
    let pay = "permit (principal, action == Action::\"bank/pay\", resource);\n";
    assert_eq!(balanced(&format!("{blanket}{pay}")), [(RuleShadowed, 2)]);
    assert_eq!(balanced(&format!("{pay}{blanket}")), [(RuleShadowed, 1)]);
    assert_eq!(balanced(&format!("{blanket}{blanket}")), [(RuleShadowed, 2)]);
    let two =
        "permit (principal, action in [Action::\"bank/pay\", Action::\"send_mail\"], resource);\n";
    assert_eq!(balanced(&format!("{blanket}{two}")), []);
    let all = forbid("(principal, action in Action::\"effect:any\", resource)");
    assert_eq!(balanced(&format!("{all}{two}")), [(RuleShadowed, 2)]);
    for harmless in [
        blanket.replace("principal", "principal == User::\"eve\""),
        blanket.replace(";", " when { context.session.looping };"),
        blanket.replace("@reason", "@outcome(\"ask\") @reason"),
        blanket.replace("@reason", "@yields(\"permit\") @reason"),
    ] {
        assert_eq!(balanced(&format!("{harmless}{pay}")), [], "{harmless}");
    }
}

#[test]
fn a_wide_permit_is_told() {
    let all = "permit (principal, action, resource);\n";
    assert_eq!(balanced(all), [(PermitWide, 1)]);
    let group = "permit (principal, action in Action::\"effect:send\", resource);\n";
    assert_eq!(balanced(group), []);
    assert_eq!(found(group, Profile::Strict), [(PermitWide, 1)]);
    for narrow in [
        "permit (principal in Group::\"staff\", action in Action::\"effect:send\", resource);",
        "permit (principal, action in Action::\"effect:send\", resource) when { !context.flow.tainted };",
        "permit (principal, action == Action::\"send_mail\", resource);",
    ] {
        assert_eq!(found(narrow, Profile::Strict), [], "{narrow}");
    }
}

#[test]
fn what_a_rule_says_of_itself_is_looked_at() {
    let text = "@reasn(\"x\") forbid (principal, action == Action::\"send_mail\", resource);";
    assert_eq!(balanced(text), [(RuleAnnotation, 1), (RuleReason, 1)]);
    let sleeps = "forbid (principal, action == Action::\"later\", resource);";
    assert_eq!(balanced(sleeps), [(RuleWaits, 1), (RuleReason, 1)]);
    let lints = engine(text).lints(Profile::Balanced, &Limits::default());
    let kinds: Vec<_> = lints.iter().map(|lint| lint.kind).collect();
    assert!(kinds.contains(&RuleId) && kinds.contains(&RuleOwner));
    // Without a permit every tool is denied.
    assert_eq!(kinds.iter().filter(|kind| **kind == ToolUnpermitted).count(), 3);
}

#[test]
fn most_of_the_room_for_unscoped_rules_is_told() {
    let rule =
        "@reason(\"r\") forbid (principal, action, resource) when { context.session.looping };\n";
    let lints = |n: usize| balanced(&rule.repeat(n));
    assert_eq!(lints(48), []);
    assert_eq!(lints(49), [(RulesUnscoped, 49)]);
}
