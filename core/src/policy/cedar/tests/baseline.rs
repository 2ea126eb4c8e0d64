//! Each built-in rule fires on a call made for it, and is silent on its benign twin.

use super::*;

fn built_in(profile: Profile) -> CedarEngine {
    let setup = Setup { baseline: true, profile, ..Setup::new("") };
    let (engine, notices) = setup.load().unwrap();
    assert_eq!(notices, Vec::<String>::new());
    engine
}

/// A call on which nothing is wrong: every argument is there and accounted for.
fn benign(effects: &[Effect]) -> World {
    FlowFacts::ROLES
        .into_iter()
        .fold(World::call("some_tool", effects), |world, role| world.role(role, |_| {}))
}

fn all_but_read() -> Vec<Effect> {
    Effect::ALL.iter().copied().filter(|effect| *effect != Effect::Read).collect()
}

#[test]
fn honest_calls_pass_in_balanced_and_need_a_permit_in_strict() {
    let (balanced, strict) = (built_in(Profile::Balanced), built_in(Profile::Strict));
    for effect in Effect::ALL {
        let world = benign(&[*effect]).with(|w| w.facts.isolated = true);
        let answer = world.ask(&balanced);
        assert_eq!((answer.outcome, &*answer.reasons), (Outcome::Allow, &[][..]), "{effect}");
        assert_eq!(answer.rules.iter().map(|r| &*r.id).collect::<Vec<_>>(), ["baseline/permit"]);
        let answer = world.ask(&strict);
        assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Deny, vec!["core/no_permit"]));
    }
    for verb in [Verb::InspectInput, Verb::InspectOutput] {
        for engine in [&balanced, &strict] {
            assert_eq!(World::verb(verb).ask(engine), Answer::allow());
        }
    }
}

#[test]
fn reads_are_free_whatever_was_read_before() {
    let engine = built_in(Profile::Balanced);
    let mut world = World::call("read_mail", &[Effect::Read]);
    for role in FlowFacts::ROLES {
        world = world.role(role, |facts| {
            *facts = RoleFacts {
                present: true,
                accounted: false,
                linked: false,
                granted: false,
                flagged: true,
                unseen: true,
                secret: true,
                rank: 0,
            };
        });
    }
    world.flow.paired = true;
    world.session.looping = true;
    assert_eq!(world.ask(&engine).outcome, Outcome::Allow);
}

/// A rule, the effects of its call, what makes it fire, and what its benign twin has instead.
type Case = (&'static str, Outcome, Vec<Effect>, fn(&mut World), fn(&mut World));

fn cases() -> Vec<Case> {
    use Effect::*;
    use Outcome::*;
    fn flaw(world: &mut World, role: Role, change: fn(&mut RoleFacts)) {
        let mut facts = RoleFacts { present: true, ..RoleFacts::ABSENT };
        change(&mut facts);
        world.flow.add(role, facts);
    }
    fn lost(facts: &mut RoleFacts) {
        *facts = RoleFacts { accounted: false, linked: false, rank: 1, ..*facts };
    }
    fn nothing(_: &mut World) {}
    fn clean(world: &mut World) {
        world.flow.tainted = false;
    }
    macro_rules! unaccounted {
        ($id:literal, $role:ident, $effect:ident) => {
            (
                $id,
                Ask,
                vec![$effect],
                |w| flaw(w, Role::$role, lost),
                |w| {
                    flaw(w, Role::$role, lost);
                    clean(w);
                },
            )
        };
    }
    vec![
        unaccounted!("baseline/unaccounted_destination", Destination, Send),
        unaccounted!("baseline/unaccounted_address", Address, Fetch),
        unaccounted!("baseline/unaccounted_object", Object, Write),
        unaccounted!("baseline/unaccounted_amount", Amount, Spend),
        unaccounted!("baseline/unaccounted_value", Value, Configure),
        unaccounted!("baseline/unaccounted_path", Path, Write),
        unaccounted!("baseline/unaccounted_time", Time, Write),
        unaccounted!("baseline/unaccounted_title", Title, Write),
        unaccounted!("baseline/unaccounted_credential", Credential, Configure),
        unaccounted!("baseline/unaccounted_payload", Payload, Send),
        ("baseline/unaccounted_payload", Ask, vec![Fetch], |w| flaw(w, Role::Payload, lost), clean),
        ("baseline/quarantined_tool", Deny, vec![Read], |w| w.facts.quarantined = true, nothing),
        ("baseline/unknown_tool", Ask, vec![], |w| w.facts.known = false, nothing),
        (
            "baseline/flagged_value",
            Deny,
            vec![Send],
            |w| flaw(w, Role::Destination, |f| f.flagged = true),
            nothing,
        ),
        (
            "baseline/flagged_value",
            Deny,
            vec![Spend],
            |w| flaw(w, Role::Amount, |f| (f.flagged, f.accounted) = (true, false)),
            |w| flaw(w, Role::Amount, |f| f.flagged = true),
        ),
        (
            "baseline/secret_outside",
            Ask,
            vec![Send],
            |w| flaw(w, Role::Payload, |f| f.secret = true),
            |w| flaw(w, Role::Credential, |f| f.secret = true),
        ),
        (
            "baseline/rule_of_two",
            Ask,
            vec![Send],
            |w| {
                w.flow.paired = true;
                flaw(w, Role::Destination, |f| (f.linked, f.rank) = (false, 3));
            },
            |w| w.flow.paired = true,
        ),
        (
            "baseline/destructive_intent",
            Ask,
            vec![Destroy],
            |w| w.flow.intended = false,
            |w| (w.flow.intended, w.flow.tainted) = (false, false),
        ),
        (
            "baseline/execute_not_isolated",
            Ask,
            vec![Execute],
            |w| w.facts.isolated = false,
            nothing,
        ),
        (
            "baseline/destructive_command",
            Ask,
            vec![Execute],
            |w| w.findings.destructive = true,
            |w| (w.findings.destructive, w.flow.tainted) = (true, false),
        ),
        (
            "baseline/destructive_command",
            Ask,
            vec![Read],
            |w| w.findings.destructive = true,
            nothing,
        ),
        (
            "baseline/download_and_run",
            Ask,
            vec![Execute],
            |w| w.findings.download_and_run = true,
            nothing,
        ),
        (
            "baseline/internal_address",
            Ask,
            vec![Fetch],
            |w| {
                w.findings.internal_address = true;
                flaw(w, Role::Address, |f| f.rank = 3);
            },
            |w| w.findings.internal_address = true,
        ),
        (
            "baseline/unparsed_code",
            Ask,
            vec![Execute],
            |w| w.findings.unparsed = true,
            |w| (w.findings.unparsed, w.flow.tainted) = (true, false),
        ),
        ("baseline/egress", Deny, vec![Fetch], |w| w.facts.egress_breach = true, nothing),
        ("baseline/roots", Deny, vec![Write], |w| w.facts.root_breach = true, nothing),
        ("baseline/read_only", Deny, vec![Read], |w| w.facts.write_breach = true, nothing),
        ("baseline/over_limit", Deny, vec![Read], |w| w.facts.over_limit = true, nothing),
        ("baseline/looping", Ask, vec![Write], |w| w.session.looping = true, nothing),
        (
            "baseline/anonymous_effects",
            Deny,
            vec![Send],
            |w| w.principal.user.trust = Trust::Customer,
            |w| w.principal.user.trust = Trust::Owner,
        ),
    ]
}

#[test]
fn every_rule_fires_on_its_case_and_is_silent_on_the_twin() {
    let engine = built_in(Profile::Balanced);
    let mut fired = std::collections::BTreeSet::new();
    for (rule, outcome, effects, harm, twin) in cases() {
        let fair = benign(&effects).with(|w| w.facts.isolated = true);
        let bad = fair.clone().with(harm);
        let answer = bad.ask(&engine);
        // A flagged value is denied; that it would have been asked about stands beside it.
        let mut why = reasons(&answer);
        why.retain(|id| rule != "baseline/flagged_value" || !id.contains("unaccounted"));
        assert_eq!((answer.outcome, why), (outcome, vec![rule]), "{rule}");
        let reason = &answer.reasons[0];
        assert!(reason.policy == "baseline" && !reason.threats.is_empty());
        let answer = fair.with(twin).ask(&engine);
        assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Allow, vec![]), "{rule}'s twin");
        fired.insert(rule);
    }
    let rules = engine.rules();
    let forbids = rules.iter().filter(|rule| rule.outcome != Outcome::Allow);
    let all: std::collections::BTreeSet<_> = forbids.map(|rule| &*rule.id).collect();
    assert_eq!(all, fired, "every rule has a case");
}

#[test]
fn roles_are_guarded_on_every_effect_but_read() {
    let engine = built_in(Profile::Balanced);
    for effect in all_but_read() {
        for role in [Role::Destination, Role::Address, Role::Object, Role::Value, Role::Path] {
            let world = World::call("t", &[effect]).with(|w| w.facts.isolated = true);
            let world = world.role(role, |facts| (facts.accounted, facts.rank) = (false, 0));
            let answer = world.ask(&engine);
            let expected = format!("baseline/unaccounted_{role}");
            assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Ask, vec![&*expected]));
        }
    }
}

#[test]
fn strict_denies_unknown_tools_and_asks_whenever_two_meet() {
    let setup = Setup {
        baseline: true,
        profile: Profile::Strict,
        ..Setup::new("@id(\"all\") permit(principal, action, resource);")
    };
    let engine = setup.load().unwrap().0;
    let world = benign(&[Effect::Send]).with(|w| w.flow.paired = true);
    let answer = world.ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Ask, vec!["baseline/rule_of_two"]));
    let answer = World::call("x", &[]).with(|w| w.facts.known = false).ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Deny, vec!["baseline/unknown_tool"]));
    let answer = benign(&[Effect::Write]).ask(&engine);
    assert_eq!(answer.outcome, Outcome::Allow);
}

#[test]
fn a_customer_needs_a_permit_of_the_bundle() {
    let setup = Setup {
        baseline: true,
        ..Setup::new(
            "@id(\"own\") permit(principal, action == Action::\"send_mail\", resource)
             when { principal.trust == \"customer\" };",
        )
    };
    let engine = setup.load().unwrap().0;
    let world = |tool: &str, trust: Trust| {
        World::call(tool, &[Effect::Send]).with(|w| w.principal.user.trust = trust)
    };
    let answer = world("send_mail", Trust::Customer).ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Allow, vec![]));
    assert!(answer.rules.iter().all(|rule| rule.id != "baseline/anonymous_effects"));
    for (tool, trust) in [("other", Trust::Customer), ("send_mail", Trust::Anonymous)] {
        let answer = world(tool, trust).ask(&engine);
        assert_eq!(reasons(&answer), ["baseline/anonymous_effects"]);
    }
    let read = World::call("read_mail", &[Effect::Read])
        .with(|w| w.principal.user.trust = Trust::Anonymous);
    assert_eq!(read.ask(&engine).outcome, Outcome::Allow);
}

#[test]
fn the_rule_of_two_lets_what_the_user_named_pass() {
    let engine = built_in(Profile::Balanced);
    let paired = |change: fn(&mut RoleFacts)| {
        World::call("t", &[Effect::Send])
            .with(|w| w.flow.paired = true)
            .role(Role::Destination, |facts| (facts.linked, facts.rank) = (false, 3))
            .with(|w| {
                w.flow.roles[0] = {
                    let mut f = w.flow.roles[0];
                    change(&mut f);
                    f
                }
            })
            .ask(&engine)
            .outcome
    };
    assert_eq!(paired(|_| {}), Outcome::Ask);
    assert_eq!(paired(|f| f.linked = true), Outcome::Allow);
    assert_eq!(paired(|f| f.granted = true), Outcome::Allow);
    assert_eq!(paired(|f| f.rank = 4), Outcome::Allow);
}

#[test]
fn the_schema_validates_what_the_context_holds() {
    // Cedar itself checks a full context against the generated schema.
    let (engine, _) = Setup::new("").load().unwrap();
    let schema = cedar_policy::Schema::from_cedarschema_str(engine.schema()).unwrap().0;
    let all = Reads::everything();
    let world = World::call("bank/pay", &[Effect::Spend]).with(|w| {
        w.input = Object::new(vec![
            ("to".into(), "DE1".into()),
            ("cents".into(), 5.into()),
            (
                "items".into(),
                Value::Array(vec![Value::object(vec![("price".into(), 1.into())]).unwrap()]),
            ),
        ])
        .unwrap();
        w.findings.rules.insert("injection/override".into());
    });
    let known = &engine.tools["bank/pay"];
    let context = engine.constants.context(&world.request(), &known.declared, &[&all]).unwrap();
    let action = engine.types.action("bank/pay");
    context.validate(&schema, &action).unwrap();
}
