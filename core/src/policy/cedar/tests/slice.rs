//! Leaving policies out changes nothing: the same answer as from Cedar with all of them.

use super::*;
use cedar_policy::{Authorizer, PolicySet};
use proptest::prelude::*;

/// What Cedar says of all policies with a full context: satisfied ids, and whether any failed.
fn whole(engine: &CedarEngine, world: &World) -> (Vec<String>, bool) {
    let request = world.request();
    let groups = engine.directory.groups_of(request.principal);
    let known = request.tool.and_then(|id| engine.tools.get(id.as_str()));
    let call = engine.call_entities(&request, known).unwrap();
    let cast = Cast::of(&engine.types, &request, call, &groups);
    let all = Reads::everything();
    let nothing = Declared::default();
    let declared = known.map_or(&nothing, |known| &known.declared);
    let context = engine.constants.context(&request, declared, &[&all]).unwrap();
    let put = cedar_policy::Request::new(
        cast.principal.clone(),
        cast.action.clone(),
        cast.resource.clone(),
        context,
        None,
    )
    .unwrap();
    let who = request.principal;
    let entities =
        cast.with_principal(&engine.types, &engine.directory, who, who.agent.as_str()).unwrap();
    let mut satisfied = Vec::new();
    let mut failed = false;
    for effect in [cedar_policy::Effect::Permit, cedar_policy::Effect::Forbid] {
        let of_effect =
            |member: &&Member| member.set.policies().all(|policy| policy.effect() == effect);
        let policies = engine.members.iter().filter(of_effect);
        let set = PolicySet::from_policies(policies.flat_map(|m| m.set.policies().cloned()));
        let response = Authorizer::new().is_authorized(&put, &set.unwrap(), &entities);
        failed |= response.diagnostics().errors().next().is_some();
        for id in response.diagnostics().reason() {
            let at: usize = id.to_string().parse().unwrap();
            satisfied.push(engine.members[at].meta.info.id.clone());
        }
    }
    satisfied.sort();
    (satisfied, failed)
}

fn scope() -> impl Strategy<Value = String> {
    let principal = prop_oneof![
        3 => Just("principal"),
        1 => Just("principal == User::\"alice\""),
        1 => Just("principal == User::\"bob\""),
        1 => Just("principal in Group::\"staff\""),
        1 => Just("principal is User"),
        1 => Just("principal is User in Group::\"clerks\""),
    ];
    let action = prop_oneof![
        2 => Just("action"),
        1 => Just("action in Action::\"verb:call\""),
        1 => Just("action in Action::\"effect:any\""),
        1 => Just("action in [Action::\"effect:spend\", Action::\"effect:send\"]"),
        1 => Just("action == Action::\"bank/pay\""),
        1 => Just("action in [Action::\"read_mail\", Action::\"bank/pay\"]"),
        1 => Just("action == Action::\"verb:output\""),
        1 => Just("action == Action::\"verb:call\""),
        1 => Just("action == Action::\"effect:spend\""),
    ];
    let resource = prop_oneof![
        5 => Just("resource"),
        1 => Just("resource == Tool::\"bank/pay\""),
        1 => Just("resource is Tool"),
    ];
    (principal, action, resource).prop_map(|(p, a, r)| format!("({p}, {a}, {r})"))
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("context.flow.tainted".to_owned()),
        Just("context.flow.paired".to_owned()),
        Just("context.flow.payload.accounted".to_owned()),
        Just("context.flow.destination.secret".to_owned()),
        Just("context.flow.destination.rank < 3".to_owned()),
        Just("context.flow.destination == context.flow.payload".to_owned()),
        Just("context.flow has destination".to_owned()),
        Just("(if context.tool.known then context.flow else context.flow).paired".to_owned()),
        Just("context == context".to_owned()),
        Just("context.session.looping".to_owned()),
        Just("context.session.calls > 2".to_owned()),
        Just("context.session.calls <= 1".to_owned()),
        Just("context.flow.payload.rank != 4".to_owned()),
        Just("context.flow.destination.rank == 2".to_owned()),
        Just("3 >= context.flow.destination.rank".to_owned()),
        Just("context.session.time_ms > -1".to_owned()),
        Just("context.findings.severity >= 3".to_owned()),
        Just("context.session.calls * 4611686018427387904 > 0".to_owned()),
        Just("context.tool.known".to_owned()),
        Just("context.tool.effects.contains(\"send\")".to_owned()),
        Just("context.findings.destructive".to_owned()),
        Just("context[\"flow\"][\"taint\\u{65}d\"]".to_owned()),
        Just("principal.trust == \"owner\"".to_owned()),
        Just("principal.trust != \"customer\"".to_owned()),
        Just("principal in Group::\"staff\"".to_owned()),
        Just("action in Action::\"effect:spend\"".to_owned()),
        Just("context.content.forbidden_quote".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    })
}

fn policy() -> impl Strategy<Value = String> {
    let clauses = prop::collection::vec((any::<bool>(), condition()), 0..3);
    (any::<bool>(), scope(), clauses).prop_map(|(permit, scope, clauses)| {
        let mut text = format!("{} {scope}", if permit { "permit" } else { "forbid" });
        for (when, condition) in clauses {
            text.push_str(&format!(" {} {{ {condition} }}", if when { "when" } else { "unless" }));
        }
        text + ";\n"
    })
}

fn world() -> impl Strategy<Value = World> {
    let call = prop_oneof![
        Just(("read_mail", vec![Effect::Read])),
        Just(("bank/pay", vec![Effect::Spend])),
        Just(("send_mail", vec![Effect::Send])),
        Just(("send_mail", vec![Effect::Send, Effect::Write])),
        Just(("stranger", vec![])),
        Just(("", vec![])),
    ];
    let facts = (any::<[bool; 9]>(), 0i64..5, 0u8..5);
    (call, facts, prop_oneof![Just("alice"), Just("bob"), Just("carol")]).prop_map(
        |((id, effects), (bits, calls, rank), user)| {
            let world = match id {
                "" => World::verb(Verb::InspectOutput),
                id => World::call(id, &effects),
            };
            let [tainted, paired, accounted, secret, looping, known, destructive, quote, customer] =
                bits;
            world
                .role(Role::Payload, |facts| facts.accounted = accounted)
                .role(Role::Destination, |facts| (facts.secret, facts.rank) = (secret, rank))
                .with(|w| {
                    (w.flow.tainted, w.flow.paired) = (tainted, paired);
                    (w.session.looping, w.session.calls) = (looping, calls);
                    w.facts.known = known;
                    w.findings.destructive = destructive;
                    w.content.forbidden_quote = quote;
                    w.principal.user.id = crate::UserId::new(user).unwrap();
                    if customer {
                        w.principal.user.trust = Trust::Customer;
                    }
                    if user == "bob" {
                        w.principal.user.groups.insert("clerks".into());
                    }
                    if w.tool.as_ref().is_some_and(|id| id.as_str() == "bank/pay") {
                        w.input.insert("to", "DE1".into());
                        w.input.insert("cents", 1.into());
                    }
                    if w.tool.as_ref().is_some_and(|id| id.as_str() == "send_mail") {
                        w.input.insert("to", Value::Array(Vec::new()));
                    }
                })
        },
    )
}

const ENTITIES: &str = r#"[{"uid": {"type": "Group", "id": "clerks"}, "parents": [{"type": "Group", "id": "staff"}]}]"#;

/// Loads, leaving out policies that Cedar's validator refuses as such.
fn load(policies: &[String], baseline: bool) -> CedarEngine {
    let one = |text: &str| Setup { baseline, entities: Some(ENTITIES), ..Setup::new(text) }.load();
    if let Ok((engine, _)) = one(&policies.concat()) {
        return engine;
    }
    let valid: Vec<_> = policies.iter().filter(|text| one(text).is_ok()).cloned().collect();
    one(&valid.concat()).unwrap().0
}

proptest! {
    // 100 bundles with 100 requests each: to load one costs what a hundred requests do.
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_slice_answers_as_the_whole(
        policies in prop::collection::vec(policy(), 1..12),
        worlds in prop::collection::vec(world(), 100),
        baseline in any::<bool>(),
    ) {
        let engine = load(&policies, baseline);
        for world in worlds {
            let (mut satisfied, failed) = whole(&engine, &world);
            let answer = world.ask(&engine);
            prop_assert_eq!(answer.error.is_some(), failed);
            let yielded = |id: &String| id == "baseline/anonymous_effects";
            satisfied.retain(|id| !yielded(id));
            let applied: Vec<_> = answer.rules.iter().map(|rule| rule.id.clone()).collect();
            let applied: Vec<_> = applied.into_iter().filter(|id| !yielded(id)).collect();
            prop_assert_eq!(applied, satisfied, "{}", policies.concat());
        }
    }
}

#[test]
fn a_call_meets_few_policies_however_many_there_are() {
    let mut text = String::from("permit(principal, action, resource);\n");
    for i in 0..500 {
        text.push_str(&format!(
            "forbid(principal == User::\"u{i}\", action == Action::\"bank/pay\", resource) when {{ context.input.cents > {i} }};\n\
             forbid(principal, action == Action::\"t{i}\", resource) when {{ context.session.calls > {i} }};\n"
        ));
    }
    let mut tools = tools();
    tools.extend((0..500).map(|i| tool(&format!("t{i}"), &[Effect::Write], &[])));
    let setup = Setup { tools, baseline: true, ..Setup::new(&text) };
    let engine = setup.load().unwrap().0;
    let found = |world: &World| {
        let request = world.request();
        let who = [engine.types.user(world.principal.user.id.as_str())];
        let mut found = engine.index.find(&request, &who);
        let by_scope = found.len();
        found.retain(|at| engine.member(*at).unwrap().gate.holds(&request));
        (by_scope, found.len())
    };
    let world = World::call("t7", &[Effect::Write]).with(|w| w.session.calls = 9);
    let (by_scope, by_gate) = found(&world);
    assert!(by_scope < 35 && by_gate <= 3, "{by_scope} {by_gate}");
    assert_eq!(world.ask(&engine).outcome, Outcome::Deny);
    let pay = World::call("bank/pay", &[Effect::Spend])
        .with(|w| w.principal.user.id = crate::UserId::new("u5").unwrap());
    assert!(found(&pay).1 <= 3);
}
