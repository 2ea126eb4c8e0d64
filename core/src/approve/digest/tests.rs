use super::*;
use crate::approval::LiftedRule;
use crate::approve::text::tests::Case;
use crate::id::{AgentId, SessionId, SourceId, TenantId, ToolId, UserId};
use crate::label::{Confidentiality, Integrity};
use crate::provenance::Match;
use crate::span::Span;
use crate::tool::Effect;
use proptest::prelude::*;

/// One change to each thing that the digest covers.
type Change = (&'static str, fn(&mut Case));

const CHANGES: &[Change] = &[
    ("tenant", |c| c.principal.tenant = TenantId::new("other").unwrap()),
    ("user", |c| c.principal.user.id = UserId::new("bob").unwrap()),
    ("agent", |c| c.principal.agent = AgentId::new("clerk").unwrap()),
    ("version", |c| c.principal.agent_version = Some("2".to_owned())),
    ("no version", |c| c.principal.agent_version = None),
    ("chain", |c| c.principal.on_behalf_of.push(AgentId::new("boss").unwrap())),
    ("session", |c| c.session = SessionId::new("s2").unwrap()),
    ("tool", |c| c.tool.id = ToolId::new("bank/send").unwrap()),
    ("called", |c| c.call.tool = ToolId::new("bank/send").unwrap()),
    ("descriptor", |c| c.tool.descriptor = Digest::of(b"other")),
    ("effects", |c| c.tool.effects = c.tool.effects.with(Effect::Destroy)),
    ("arguments", |c| c.set("/amount", Value::Int(99))),
    ("recipient", |c| c.set("/recipient", "DE90".into())),
    ("argument", |c| c.provenance[0].argument = "/amount".to_owned()),
    ("role", |c| c.provenance[0].role = Role::Object),
    ("integrity", |c| c.provenance[0].integrity = Some(Integrity::Peer)),
    ("unseen", |c| c.provenance[0].integrity = None),
    ("confidentiality", |c| c.provenance[0].confidentiality = Confidentiality::Public),
    ("match", |c| c.provenance[0].matched = Match::Contained),
    ("linked", |c| c.provenance[0].linked = true),
    ("granted", |c| c.provenance[0].granted = true),
    ("flagged", |c| c.provenance[0].flagged = true),
    ("accounted", |c| c.provenance[0].accounted = true),
    ("origin", |c| c.provenance[0].origins[0].source = SourceId(1)),
    ("path", |c| c.provenance[0].origins[0].path = "/0".to_owned()),
    ("span", |c| c.provenance[0].origins[0].span = Span::new(1, 7)),
    ("line", |c| c.provenance[0].origins[0].line = 10),
    ("no origin", |c| c.provenance[0].origins.clear()),
    ("less provenance", |c| drop(c.provenance.pop())),
    // Of every source: one that no origin names is not shown, and not covered.
    ("source name", |c| c.sources.iter_mut().for_each(|s| s.uri = Some("other".to_owned()))),
    ("rule", |c| c.lifts[0].rule = "baseline/other".to_owned()),
    ("rule text", |c| c.lifts[0].text = Digest::of(b"edited")),
    ("another rule", |c| {
        c.lifts.push(LiftedRule { rule: "x/y".to_owned(), text: Digest::of(b"") });
    }),
    ("fewer rules", |c| c.lifts.clear()),
    ("reason", |c| c.reasons[0].message = "another".to_owned()),
];

#[test]
fn every_part_changes_the_digest() {
    let case = Case::bill();
    let plain = digest(&case.shown());
    assert_eq!(plain, digest(&Case::bill().shown()));
    let mut seen = BTreeSet::from([plain]);
    for (what, change) in CHANGES {
        let mut changed = Case::bill();
        change(&mut changed);
        assert!(seen.insert(digest(&changed.shown())), "{what}");
    }
}

proptest! {
    #[test]
    fn two_sets_of_changes_never_share_a_digest(
        one in prop::collection::btree_set(0..CHANGES.len(), 0..4),
        other in prop::collection::btree_set(0..CHANGES.len(), 0..4),
    ) {
        let make = |set: &BTreeSet<usize>| {
            let mut case = Case::bill();
            // In an order in which no change is undone by a later one's removal.
            for at in set {
                CHANGES[*at].1(&mut case);
                if case.lifts.is_empty() || case.provenance[0].origins.is_empty() {
                    break;
                }
            }
            (digest(&case.shown()), format!("{case:?}"))
        };
        let (one, other) = (make(&one), make(&other));
        prop_assert_eq!(one.0 == other.0, one.1 == other.1);
    }

    #[test]
    fn any_argument_text_is_told_apart(a in ".{0,20}", b in ".{0,20}") {
        let make = |text: &str| {
            let mut case = Case::bill();
            case.set("/recipient", text.into());
            digest(&case.shown())
        };
        prop_assert_eq!(make(&a) == make(&b), a == b);
    }
}

#[test]
fn only_destinations_and_objects_are_granted() {
    let mut case = Case::bill();
    let granted = grants(&case.shown());
    let expected = Grant {
        tool: "bank/pay".to_owned(),
        role: Role::Destination,
        value: Digest::of(br#""DE89370400440532013000""#),
    };
    assert_eq!(granted, [expected]);
    case.set("/recipient", Value::Array(vec!["a@x.example".into(), "b@x.example".into()]));
    assert!(grants(&case.shown()).is_empty(), "what was not shown is not granted");
    for (at, role) in [(0, Role::Destination), (1, Role::Object)] {
        case.provenance[at].argument = format!("/recipient/{at}");
        case.provenance[at].role = role;
    }
    let granted: BTreeSet<_> =
        grants(&case.shown()).into_iter().map(|g| (g.role, g.value)).collect();
    let value = |json: &str| Digest::of(json.as_bytes());
    assert_eq!(
        granted,
        BTreeSet::from([
            (Role::Destination, value(r#""a@x.example""#)),
            (Role::Object, value(r#""b@x.example""#)),
        ])
    );
    for role in Role::ALL.iter().filter(|r| !matches!(r, Role::Destination | Role::Object)) {
        case.provenance.iter_mut().for_each(|p| p.role = *role);
        assert!(grants(&case.shown()).is_empty(), "{role}");
    }
}
