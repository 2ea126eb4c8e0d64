//! What bundles may hold, and what becomes of what they may not.

use super::*;
use crate::digest::Digest;

const PERMIT: &str = "@id(\"permit\") permit(principal, action, resource);\n";

fn pay(cents: i64) -> World {
    World::call("bank/pay", &[Effect::Spend]).with(|w| {
        w.input.insert("to", "DE1".into());
        w.input.insert("cents", cents.into());
    })
}

#[test]
fn no_permit_denies_and_a_forbid_wins() {
    let answer = pay(1).ask(&engine(""));
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Deny, vec!["core/no_permit"]));
    assert_eq!(pay(1).ask(&engine(PERMIT)).outcome, Outcome::Allow);
    let text = format!("{PERMIT} @id(\"no\") @reason(\"stop\") @threat(\"ASI02 LLM06\") @owner(\"bank\")
        forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents > 100 }};");
    let engine = engine(&text);
    assert_eq!(pay(100).ask(&engine).outcome, Outcome::Allow);
    let answer = pay(101).ask(&engine);
    assert_eq!(answer.outcome, Outcome::Deny);
    let reason = &answer.reasons[0];
    assert_eq!((&*reason.rule, &*reason.policy, &*reason.message), ("no", "mail.cedar", "stop"));
    assert_eq!(reason.threats, ["ASI02", "LLM06"]);
    let rule = &engine.rules()[1];
    assert_eq!((&*rule.owner, rule.line, rule.outcome), ("bank", 2, Outcome::Deny));
}

#[test]
fn an_evaluation_error_denies() {
    // Cedar alone skips the erring forbid and allows.
    let text = format!(
        "{PERMIT} @id(\"sum\") forbid(principal, action == Action::\"bank/pay\", resource)
        when {{ context.input.cents * 9223372036854775807 > 5 }};"
    );
    let engine = engine(&text);
    let answer = pay(2).ask(&engine);
    assert_eq!(answer.outcome, Outcome::Deny);
    let error = answer.error.unwrap();
    assert_eq!(error.code(), "policy/evaluate");
    assert_eq!(error.message(), "the rule `sum` failed");
    // Not even an approval lifts it.
    let lifted = LiftedRule { rule: "sum".into(), text: engine.rules()[1].text };
    assert_eq!(engine.decide(&pay(2).request(), &[lifted]).outcome, Outcome::Deny);
}

#[test]
fn arguments_are_typed_and_what_does_not_fit_denies() {
    let text = format!(
        "{PERMIT} @id(\"dear\") forbid(principal, action == Action::\"bank/pay\", resource)
        when {{ context.input has euros && context.input.euros.greaterThan(decimal(\"99.5\")) }};
        @id(\"tag\") forbid(principal, action == Action::\"bank/pay\", resource)
        when {{ context.input has tags && context.input.tags.contains(\"x\") }};
        @id(\"role\") forbid(principal, action == Action::\"bank/pay\", resource)
        when {{ context.args.to.unseen }};"
    );
    let engine = engine(&text);
    let with = |key: &str, value: Value| pay(1).with(|w| w.input.insert(key, value)).ask(&engine);
    assert_eq!(pay(1).ask(&engine).outcome, Outcome::Allow);
    assert_eq!(with("euros", Value::Float(99.5)).outcome, Outcome::Allow);
    assert_eq!(reasons(&with("euros", Value::Float(99.51))), ["dear"]);
    assert_eq!(reasons(&with("euros", 100.into())), ["dear"]);
    // A fifth place cannot be compared: a rule that reads it must not say no by mistake.
    for odd in [Value::Float(99.500_01), Value::Float(1e300), "7".into()] {
        let answer = with("euros", odd);
        assert_eq!(answer.outcome, Outcome::Deny);
        let error = answer.error.unwrap();
        assert_eq!((error.code(), error.fact("argument")), ("policy/evaluate", Some("euros")));
    }
    // A number that no rule reads does no harm.
    assert_eq!(
        pay(1).with(|w| w.input.insert("undeclared", 1.into())).ask(&engine).outcome,
        Outcome::Allow
    );
    let tags = Value::Array(vec!["y".into(), "x".into()]);
    assert_eq!(reasons(&with("tags", tags)), ["tag"]);
    assert_eq!(with("tags", Value::Null).outcome, Outcome::Allow);
    let unseen = RoleFacts { present: true, unseen: true, ..RoleFacts::ABSENT };
    let answer = pay(1).with(|w| w.args = vec![("to".into(), unseen)]).ask(&engine);
    assert_eq!(reasons(&answer), ["role"]);
}

#[test]
fn nested_arguments_are_read() {
    let text = format!("{PERMIT} @id(\"free\") forbid(principal, action == Action::\"shop/buy\", resource)
        when {{ context.input has items && context.input.items.contains({{price: decimal(\"0.0\")}}) }};");
    let mut tools = tools();
    tools.push(tool(
        "shop/buy",
        &[Effect::Spend],
        &[
            ("items", ValueType::Object, true, true),
            ("items[].price", ValueType::Number, false, false),
        ],
    ));
    let engine = Setup { tools, ..Setup::new(&text) }.load().unwrap().0;
    let item = |price: i64| Value::object(vec![("price".into(), price.into())]).unwrap();
    let with = |prices: Vec<i64>| {
        let items = Value::Array(prices.into_iter().map(item).collect());
        let world = World::call("shop/buy", &[Effect::Spend]);
        world.with(|w| w.input.insert("items", items)).ask(&engine).outcome
    };
    assert_eq!(with(vec![1, 2]), Outcome::Allow);
    assert_eq!(with(vec![1, 0]), Outcome::Deny);
    let without = World::call("shop/buy", &[Effect::Spend]);
    assert_eq!(without.ask(&engine).outcome, Outcome::Allow);
}

const ASKS: &str = "@id(\"ask\") @outcome(\"ask\") @approver(\"separate\") @obligation(\"notify\")
    forbid(principal, action in Action::\"effect:spend\", resource);\n";

#[test]
fn an_approval_lifts_the_same_text_and_nothing_else() {
    let engine_of = |text: &str| engine(text);
    let engine = engine_of(&format!("{PERMIT}{ASKS}"));
    let answer = pay(1).ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Ask, vec!["ask"]));
    assert!(answer.separate_approver);
    let rule = answer.rules.iter().find(|rule| rule.liftable).unwrap();
    let lifted = LiftedRule { rule: rule.id.clone(), text: rule.text };
    let answer = engine.decide(&pay(1).request(), std::slice::from_ref(&lifted));
    assert_eq!((answer.outcome, answer.separate_approver), (Outcome::Allow, false));
    // What it obliges to stays.
    assert_eq!(answer.obligations[0].id, "notify");
    let other = LiftedRule { text: Digest::of(b"other"), ..lifted.clone() };
    assert_eq!(engine.decide(&pay(1).request(), &[other]).outcome, Outcome::Ask);
    // A permit must still be found, and a forbid that does not ask cannot be lifted.
    let lone = engine_of(ASKS);
    let answer = lone.decide(&pay(1).request(), &[lifted]);
    assert_eq!(reasons(&answer), ["core/no_permit"]);
    let hard = engine_of(&format!("{PERMIT} @id(\"hard\") forbid(principal, action, resource);"));
    let lifted = LiftedRule { rule: "hard".into(), text: hard.rules()[1].text };
    assert_eq!(hard.decide(&pay(1).request(), &[lifted]).outcome, Outcome::Deny);
}

#[test]
fn only_calls_are_asked_about() {
    let text = "@id(\"ask\") @outcome(\"ask\") forbid(principal, action, resource);
        @id(\"mask\") @obligation(\"redact:personal notify\")
        permit(principal, action == Action::\"verb:output\", resource);";
    let engine = engine(text);
    assert_eq!(World::verb(Verb::InspectInput).ask(&engine).outcome, Outcome::Deny);
    let answer = World::verb(Verb::InspectOutput).ask(&engine);
    let ids: Vec<_> = answer.obligations.iter().map(|o| &*o.id).collect();
    assert_eq!(ids, ["notify", "redact:personal"]);
}

#[test]
fn groups_roles_and_claims_of_the_user_are_read() {
    let entities = r#"[
        {"uid": {"type": "User", "id": "alice"}, "attrs": {}, "parents": [{"type": "Group", "id": "clerks"}]},
        {"uid": {"type": "Group", "id": "clerks"}, "parents": [{"type": "Group", "id": "staff"}]},
        {"uid": {"type": "Agent", "id": "desk"}, "parents": [{"type": "Group", "id": "office"}]},
        {"uid": {"type": "Tool", "id": "bank/pay"}, "parents": [{"type": "Group", "id": "money"}]}]"#;
    let text = "@id(\"staff\") permit(principal in Group::\"staff\", action == Action::\"bank/pay\", resource in Group::\"money\")
        when { principal.agent in Group::\"office\" && principal.tenant == \"acme\" };
        @id(\"claim\") forbid(principal, action, resource)
        unless { principal.hasTag(\"level\") && principal.getTag(\"level\") has number && principal.getTag(\"level\").number >= 3 };
        @id(\"vip\") permit(principal in Group::\"vip\", action, resource);";
    let setup = Setup { entities: Some(entities), ..Setup::new(text) };
    let engine = setup.load().unwrap().0;
    let level = |n: i64| {
        pay(1).with(|w| {
            w.principal.user.claims.insert("level".into(), Claim::Long(n));
        })
    };
    assert_eq!(level(3).ask(&engine).outcome, Outcome::Allow);
    assert_eq!(reasons(&level(2).ask(&engine)), ["claim"]);
    let other = level(3).with(|w| w.principal.agent = AgentId::new("x").unwrap());
    assert_eq!(reasons(&other.ask(&engine)), ["core/no_permit"]);
    let vip = other.with(|w| {
        w.principal.user.groups.insert("vip".into());
    });
    assert_eq!(vip.ask(&engine).outcome, Outcome::Allow);
}

#[test]
fn rights_are_the_intersection_along_the_chain() {
    let text = "@id(\"desk\") permit(principal, action, resource) when { principal.agent == Agent::\"desk\" };
        @id(\"helper\") permit(principal, action == Action::\"read_mail\", resource) when { principal.agent == Agent::\"helper\" };";
    let engine = engine(text);
    let spawned = |world: World| {
        world.with(|w| {
            w.principal.on_behalf_of = vec![AgentId::new("desk").unwrap()];
            w.principal.agent = AgentId::new("helper").unwrap();
        })
    };
    let read = || World::call("read_mail", &[Effect::Read]);
    assert_eq!(pay(1).ask(&engine).outcome, Outcome::Allow);
    assert_eq!(spawned(read()).ask(&engine).outcome, Outcome::Allow);
    assert_eq!(reasons(&spawned(pay(1)).ask(&engine)), ["core/no_permit"]);
}

#[test]
fn entities_that_are_not_groups_are_refused() {
    for (bad, said) in [
        ("{}", "not a list"),
        (r#"[{"uid": {"type": "Role", "id": "x"}}]"#, "no type of entity"),
        (r#"[{"uid": {"type": "User", "id": "x"}, "attrs": {"trust": "owner"}}]"#, "has `attrs`"),
        (
            r#"[{"uid": {"type": "User", "id": "x"}, "parents": [{"type": "User", "id": "y"}]}]"#,
            "no Group",
        ),
        (
            r#"[{"uid": {"type": "Group", "id": "x"}, "parents": [{"type": "Group", "id": "x"}]}]"#,
            "in itself",
        ),
        (
            r#"[{"uid": {"type": "User", "id": "x"}}, {"uid": {"type": "User", "id": "x"}}]"#,
            "twice",
        ),
    ] {
        let error = Setup { entities: Some(bad), ..Setup::new("") }.load().unwrap_err();
        assert_eq!(error.code(), "bundle/settings", "{bad}");
        assert!(error.message().contains(said), "{error}");
    }
}

#[test]
fn a_rule_for_a_tool_that_is_not_registered_waits() {
    let text = format!("{PERMIT} @id(\"later\") forbid(principal, action == Action::\"crm/drop\", resource)
        when {{ context.input.table == \"users\" }};
        @id(\"both\") forbid(principal, action in [Action::\"bank/pay\", Action::\"crm/drop\"], resource)
        when {{ context.input.cents > 5 }};
        @id(\"named\") forbid(principal, action, resource) when {{ action == Action::\"crm/wipe\" }};");
    let setup = Setup::new(&text);
    let (engine, notices) = setup.load().unwrap();
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert!(notices[0].contains("`later` waits for the tool `crm/drop`"), "{notices:?}");
    // What the rule says of a registered tool holds.
    assert_eq!(reasons(&pay(6).ask(&engine)), ["both"]);
    assert_eq!(pay(5).ask(&engine).outcome, Outcome::Allow);
    // A tool that a waiting rule forbids does not slip through while it is unknown.
    let answer = World::call("crm/drop", &[]).ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Deny, vec!["core/waiting_rule"]));
    assert_eq!(reasons(&World::call("crm/wipe", &[]).ask(&engine)), ["named"]);
    assert_eq!(World::call("crm/other", &[]).ask(&engine).outcome, Outcome::Allow);
    // Once it is registered, the rule is read.
    let mut tools = tools();
    tools.push(tool(
        "crm/drop",
        &[],
        &[("table", ValueType::String, false, false), ("cents", ValueType::Integer, false, false)],
    ));
    let (engine, notices) = Setup { tools, ..Setup::new(&text) }.load().unwrap();
    assert_eq!(notices.len(), 1);
    let drop = |table: &str| {
        World::call("crm/drop", &[]).with(|w| {
            w.input.insert("table", table.into());
            w.input.insert("cents", 1.into());
        })
    };
    assert_eq!(reasons(&drop("users").ask(&engine)), ["later"]);
    assert_eq!(drop("logs").ask(&engine).outcome, Outcome::Allow);
}

#[test]
fn mistakes_are_named_with_file_line_column_and_hint() {
    let at = |error: &Error| {
        assert_eq!(error.fact("file"), Some("mail.cedar"), "{error}");
        (
            error.code(),
            error.fact("line").unwrap().to_owned(),
            error.fact("column").unwrap().to_owned(),
        )
    };
    let place = |line: &str, column: &str, code| (code, line.to_owned(), column.to_owned());
    let error = load_error("permit(principal, action, resource)\nwhen { context.flow.taintd };");
    assert_eq!(at(&error), place("2", "8", "policy/validate"));
    assert!(error.to_string().contains("taintd"), "{error}");
    assert!(error.fact("hint").is_some_and(|hint| hint.contains("tainted")), "{error}");
    let error = load_error("\n\npermit(principal, action resource);");
    assert_eq!(at(&error), place("3", "26", "policy/parse"));
    let error = load_error("permit(principal, action, resource)");
    assert_eq!(error.code(), "policy/parse");
    let error = load_error("permit(principal, action in Action::\"effect:sent\", resource);");
    assert_eq!(at(&error), place("1", "1", "policy/validate"));
    assert!(error.fact("known").is_some_and(|known| known.contains("effect:send")));
    for wrong in [
        "@outcome(\"maybe\") forbid(principal, action, resource);",
        "@outcome(\"ask\") permit(principal, action, resource);",
        "@id(\"core/x\") permit(principal, action, resource);",
        "@id(\"baseline/permit\") permit(principal, action, resource);",
        "@id(\"x\") permit(principal, action, resource); @id(\"x\") permit(principal, action, resource);",
        "@approver(\"separate\") forbid(principal, action, resource);",
        "@obligation(\"\") permit(principal, action, resource);",
        "@yields(\"permit\") permit(principal, action, resource);",
        "permit(principal, action, resource) when { context.input.amount > 1 };",
        "permit(principal, action == Action::\"bank/pay\", resource) when { context.input.euros == 1 };",
        "permit(principal, action == Action::\"bank/pay\", resource) when { context.input.euros.greaterThan(decimal(\"1.0\")) };",
        "permit(principal is Robot, action, resource);",
    ] {
        assert_eq!(load_error(wrong).code(), "policy/validate", "{wrong}");
    }
    assert_eq!(
        load_error("permit(principal == ?principal, action, resource);").code(),
        "policy/parse"
    );
    let notices =
        Setup::new("@reasn(\"x\") permit(principal, action, resource);").load().unwrap().1;
    assert!(notices[0].contains("@reasn"), "{notices:?}");
}

#[test]
fn hostile_text_is_an_error_and_not_the_end() {
    let policy = |inner: &str| format!("permit(principal, action, resource) when {{ {inner} }};");
    for n in [150, 10_000, 100_000] {
        let deep = policy(&format!("{}true{}", "(".repeat(n), ")".repeat(n)));
        assert_eq!(load_error(&deep).code(), "policy/hostile");
    }
    // What the scan lets pass must do no harm: at its limits, on an ordinary thread's stack.
    let widest = [
        policy(&format!("{}true{}", "(".repeat(62), ")".repeat(62))),
        policy(&format!("{}true", "context.flow.tainted && ".repeat(180))),
        policy(&format!("{}true", "context.flow.tainted || ".repeat(180))),
        policy(&format!("1 {} == 1", "+ 1 ".repeat(180))),
        policy(&format!("{}true", "if context.flow.tainted then true else ".repeat(60))),
        policy(&format!("{}true{}", "[[".repeat(25), "]].contains(true)".repeat(25))),
        format!(
            "permit(principal, action, resource) {};",
            "when { context.flow.tainted } ".repeat(90)
        ),
    ];
    for text in widest {
        match Setup::new(&text).load() {
            Ok((engine, _)) => {
                // Threads of musl have 128 KiB.
                let small = std::thread::Builder::new().stack_size(128 * 1024);
                let answer = small.spawn(move || pay(1).ask(&engine)).unwrap().join().unwrap();
                assert!(answer.error.is_none(), "{:?} in {text}", answer.error);
            }
            Err(error) => assert_eq!(error.code(), "policy/validate", "{error}"),
        }
    }
}

#[test]
fn counts_and_sizes_are_limited() {
    let many =
        |n: usize| "permit(principal, action == Action::\"read_mail\", resource);\n".repeat(n);
    let limits =
        || Limits { policies: 5, unscoped_policies: 2, bundle: 2_000, ..Limits::default() };
    let load = |text: &str| {
        let setup = Setup { limits: limits(), baseline: true, ..Setup::new(text) };
        setup.load().map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(load(&many(5)), Ok(()));
    assert_eq!(load(&many(6)), Err("limit/policies"));
    assert_eq!(load(&"permit(principal, action, resource);".repeat(2)), Ok(()));
    for open in [
        "permit(principal, action, resource);",
        "permit(principal, action in Action::\"verb:call\", resource);",
    ] {
        assert_eq!(load(&open.repeat(3)), Err("limit/policies"));
    }
    assert_eq!(load(&"permit(principal == User::\"a\", action, resource);".repeat(3)), Ok(()));
    assert_eq!(
        load(&"permit(principal, action, resource == Tool::\"read_mail\");".repeat(3)),
        Ok(())
    );
    assert_eq!(load(&format!("//{}", "x".repeat(2_000))), Err("limit/bundle"));
}

#[test]
fn names_of_tools_and_arguments_stay_names() {
    let odd = "a\" } permit(principal, action, resource); //";
    let mut tools = vec![
        tool("read", &[Effect::Read], &[(odd, ValueType::String, false, false)]),
        tool(
            "verb",
            &[],
            &[
                ("__entity", ValueType::String, false, true),
                ("type", ValueType::String, false, true),
            ],
        ),
        tool("effect/send", &[Effect::Write], &[]),
        tool("phantom/read", &[], &[]),
        tool("Action", &[Effect::Send], &[("context", ValueType::Boolean, false, true)]),
    ];
    let mut event =
        (*tool("event", &[Effect::Write], &[("guests", ValueType::Email, true, true)])).clone();
    event.external_if = Some(ExternalIf { argument: PathPattern::parse("guests").unwrap() });
    tools.push(Arc::new(event));
    let text = "@id(\"reads\") permit(principal, action in Action::\"effect:read\", resource);
        @id(\"sends\") permit(principal, action in Action::\"effect:send\", resource);
        @id(\"odd\") forbid(principal, action == Action::\"read\", resource)
        when { context.input[\"a\\\" } permit(principal, action, resource); //\"] == \"bad\" };";
    let (engine, notices) = Setup { tools, ..Setup::new(text) }.load().unwrap();
    assert_eq!(notices, Vec::<String>::new());
    let call = |id: &str, effects: &[Effect], key: Option<(&str, &str)>| {
        let world = World::call(id, effects).with(|w| {
            if let Some((key, value)) = key {
                w.input.insert(key, value.into());
            }
        });
        world.ask(&engine)
    };
    assert_eq!(reasons(&call("read", &[Effect::Read], Some((odd, "bad")))), ["odd"]);
    assert_eq!(call("read", &[Effect::Read], Some((odd, "fine"))).outcome, Outcome::Allow);
    assert_eq!(reasons(&call("effect/send", &[Effect::Write], None)), ["core/no_permit"]);
    assert_eq!(call("Action", &[Effect::Send], None).outcome, Outcome::Allow);
    // Its effects in this call decide, not those that it may have.
    assert_eq!(call("event", &[Effect::Write], None).outcome, Outcome::Deny);
    assert_eq!(call("event", &[Effect::Write, Effect::Send], None).outcome, Outcome::Allow);
    assert!(cedar_policy::Schema::from_cedarschema_str(engine.schema()).is_ok());
    assert!(engine.schema().contains("effect/send"));
    assert!(ToolId::new("effect:send").is_err(), "no tool can be named like a group");
}

#[test]
fn what_cannot_be_put_denies() {
    let engine = engine(PERMIT);
    for world in [
        World::call("t", &[]).with(|w| w.verb = Verb::InspectInput),
        World::verb(Verb::AuthorizeToolCall),
    ] {
        let answer = world.ask(&engine);
        assert_eq!(answer.outcome, Outcome::Deny);
        assert_eq!(answer.error.unwrap().code(), "policy/engine");
    }
    // A declared argument that a rule reads and that is missing.
    let text = format!(
        "{PERMIT} forbid(principal, action == Action::\"bank/pay\", resource) when {{ context.input.cents > 1 }};"
    );
    let answer = World::call("bank/pay", &[Effect::Spend]).ask(&super::engine(&text));
    assert_eq!(answer.outcome, Outcome::Deny);
    assert_eq!(answer.error.unwrap().code(), "policy/evaluate");
}

#[test]
fn the_page_about_the_context_is_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/POLICY-CONTEXT.md");
    let page = std::fs::read_to_string(page).unwrap();
    let block = |fence: &str| {
        let (_, rest) = page.split_once(&format!("```{fence}\n")).unwrap();
        rest.split_once("\n```").unwrap().0
    };
    // Its types are those of the generated schema, to the letter.
    let schema = engine("").schema().replace("__cedar::", "");
    let (types, _) = schema.split_once("\n\naction ").unwrap();
    assert_eq!(block("cedarschema"), types);
    // Its example does what it says.
    let text = block("cedar");
    let (engine, notices) = Setup { baseline: true, ..Setup::new(text) }.load().unwrap();
    assert_eq!(notices, Vec::<String>::new());
    let clerk = |rank: u8| {
        let facts = RoleFacts { present: true, linked: false, rank, ..RoleFacts::ABSENT };
        pay(1).with(|w| {
            w.principal.user.groups.insert("clerks".into());
            w.flow.add(Role::Destination, facts);
            w.args = vec![("to".into(), facts)];
        })
    };
    let answer = clerk(3).ask(&engine);
    assert_eq!((answer.outcome, reasons(&answer)), (Outcome::Ask, vec!["pay/new_payee"]));
    assert!(answer.separate_approver);
    assert_eq!(clerk(4).ask(&engine).outcome, Outcome::Allow);
}
