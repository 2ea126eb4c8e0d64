use super::*;

fn approval(n: u32, session: &str) -> Approval {
    Approval {
        id: ApprovalId::new(&format!("a{n}")).unwrap(),
        digest: Digest::of(&n.to_le_bytes()),
        tenant: TenantId::new("acme").unwrap(),
        session: SessionId::new(session).unwrap(),
        user: UserId::new("alice").unwrap(),
        tool: ToolId::new("bank/pay").unwrap(),
        descriptor: Digest::of(b"descriptor"),
        arguments: arguments(),
        lifts: Vec::new(),
        grants: Vec::new(),
        text: "card".to_owned(),
        separate_approver: false,
        created_ms: 0,
        expires_ms: 600,
        state: ApprovalState::Pending,
        approver: None,
        levels: None,
        plan: Vec::new(),
    }
}

fn arguments() -> Digest {
    Digest::of(b"arguments")
}

fn tool() -> ToolId {
    ToolId::new("bank/pay").unwrap()
}

fn asked(asked: Approval) -> Approvals {
    let mut approvals = Approvals::new(&Limits::default());
    approvals.request(asked).unwrap();
    approvals
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn a_yes_is_used_once() {
    let a = approval(1, "s");
    let mut approvals = asked(a.clone());
    assert!(approvals.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 0).is_none());
    assert_eq!(code(approvals.consume(&a.id, 0)), "approval/unknown", "not answered yet");
    let answered = approvals.answer(&a.id, &a.digest, "alice", true, 10).unwrap();
    assert_eq!(
        (answered.state, answered.approver.as_deref()),
        (ApprovalState::Approved, Some("alice"))
    );
    assert_eq!(
        approvals.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 20).unwrap().id,
        a.id
    );
    assert_eq!(approvals.consume(&a.id, 20).unwrap().state, ApprovalState::Used);
    assert_eq!(code(approvals.consume(&a.id, 20)), "approval/used", "double use");
    assert_eq!(
        code(approvals.answer(&a.id, &a.digest, "alice", true, 20)),
        "approval/used",
        "replay"
    );
    assert!(approvals.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 20).is_none());
}

#[test]
fn forged_ids_and_digests_are_refused() {
    let a = approval(1, "s");
    let mut approvals = asked(a.clone());
    let forged = ApprovalId::new("a2").unwrap();
    assert_eq!(code(approvals.answer(&forged, &a.digest, "alice", true, 0)), "approval/unknown");
    assert_eq!(code(approvals.consume(&forged, 0)), "approval/unknown");
    for byte in 0..32 {
        let mut digest = a.digest;
        digest.0[byte] ^= 1;
        assert_eq!(code(approvals.answer(&a.id, &digest, "alice", true, 0)), "approval/digest");
    }
    approvals.answer(&a.id, &a.digest, "alice", true, 0).unwrap();
    let wrong = code(approvals.answer(&a.id, &Digest::of(b"x"), "alice", true, 0));
    assert_eq!(wrong, "approval/digest", "a forged digest does not learn the state");
}

#[test]
fn a_no_is_final() {
    let a = approval(1, "s");
    let mut approvals = asked(a.clone());
    assert_eq!(
        approvals.answer(&a.id, &a.digest, "bob", false, 0).unwrap().state,
        ApprovalState::Refused
    );
    assert_eq!(code(approvals.consume(&a.id, 0)), "approval/used");
    assert_eq!(code(approvals.answer(&a.id, &a.digest, "bob", true, 0)), "approval/used");
    assert!(approvals.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 0).is_none());
}

#[test]
fn an_approval_ends_whether_it_was_answered_or_not() {
    let a = approval(1, "s");
    let mut late = asked(a.clone());
    assert_eq!(code(late.answer(&a.id, &a.digest, "alice", true, 600)), "approval/expired");
    assert_eq!(
        code(late.answer(&a.id, &a.digest, "alice", true, 0)),
        "approval/expired",
        "for good"
    );
    let mut unused = asked(a.clone());
    unused.answer(&a.id, &a.digest, "alice", true, 599).unwrap();
    assert!(unused.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 600).is_none());
    assert_eq!(code(unused.consume(&a.id, 600)), "approval/expired");
    for mut approvals in [asked(a.clone()), late, unused] {
        assert!(approvals.expire(599).is_empty());
        let ended = approvals.expire(600);
        assert_eq!(ended.iter().map(|e| e.state).collect::<Vec<_>>(), [ApprovalState::Expired]);
        assert!(approvals.expire(601).is_empty(), "told once");
        assert_eq!(code(approvals.consume(&a.id, 601)), "approval/expired");
        assert!(approvals.expire(1200).is_empty());
        assert!(approvals.get(&a.id).is_none() && approvals.due.is_empty());
        assert!(approvals.by_session.is_empty());
    }
}

#[test]
fn the_user_cannot_be_the_separate_approver() {
    let a = Approval { separate_approver: true, ..approval(1, "s") };
    let mut approvals = asked(a.clone());
    for same in ["alice", "Alice", " alice ", "user:alice", "\u{FF41}lice"] {
        let refused = code(approvals.answer(&a.id, &a.digest, same, true, 0));
        assert_eq!(refused, "approval/approver", "{same}");
    }
    for bad in ["", "bob\u{200B}"] {
        assert_eq!(code(approvals.answer(&a.id, &a.digest, bad, true, 0)), "id/invalid");
    }
    assert_eq!(approvals.get(&a.id).unwrap().state, ApprovalState::Pending);
    approvals.answer(&a.id, &a.digest, "bob", true, 0).unwrap();
}

#[test]
fn an_approval_is_for_its_session_tool_and_arguments() {
    let a = approval(1, "s");
    let mut approvals = asked(a.clone());
    approvals.answer(&a.id, &a.digest, "alice", true, 0).unwrap();
    let other = SessionId::new("t").unwrap();
    assert!(approvals.approved(&a.tenant, &other, &a.arguments, &a.tool, 0).is_none());
    assert!(
        approvals.approved(&a.tenant, &a.session, &Digest::of(b"edited"), &a.tool, 0).is_none()
    );
    assert!(
        approvals
            .approved(&a.tenant, &a.session, &a.arguments, &ToolId::new("pay").unwrap(), 0)
            .is_none()
    );
    let tenant = TenantId::new("other").unwrap();
    assert!(approvals.approved(&tenant, &a.session, &a.arguments, &a.tool, 0).is_none());
    assert!(approvals.approved(&a.tenant, &a.session, &a.arguments, &a.tool, 0).is_some());
}

#[test]
fn a_session_has_few_that_wait() {
    let mut approvals = Approvals::new(&Limits { pending_approvals: 2, ..Limits::default() });
    approvals.request(approval(1, "s")).unwrap();
    approvals.request(approval(2, "s")).unwrap();
    assert_eq!(code(approvals.request(approval(2, "s"))), "misuse/argument", "the id is taken");
    let mut answered = approval(9, "s");
    answered.state = ApprovalState::Approved;
    assert_eq!(code(approvals.request(answered)), "misuse/argument");
    assert_eq!(code(approvals.request(approval(3, "s"))), "limit/pending");
    approvals.request(approval(4, "t")).unwrap();
    let elsewhere = Approval { tenant: TenantId::new("b").unwrap(), ..approval(5, "s") };
    approvals.request(elsewhere).unwrap();
    let ids: Vec<_> = approvals.pending().iter().map(|a| a.id.to_string()).collect();
    assert_eq!(ids, ["a1", "a2", "a4", "a5"]);
    let first = approval(1, "s");
    approvals.answer(&first.id, &first.digest, "alice", false, 0).unwrap();
    approvals.request(approval(3, "s")).unwrap();
    let later = Approval { created_ms: 600, expires_ms: 1200, ..approval(6, "s") };
    approvals.request(later).unwrap();
    assert_eq!(approvals.expire(600).len(), 4, "those that ended unasked are told too");
}

#[test]
fn a_fork_voids_what_waits_and_what_is_unused() {
    let mut approvals = Approvals::new(&Limits::default());
    for n in 1..=3 {
        approvals.request(approval(n, "s")).unwrap();
    }
    approvals.request(approval(4, "t")).unwrap();
    let (a, used) = (approval(1, "s"), approval(2, "s"));
    approvals.answer(&a.id, &a.digest, "alice", true, 0).unwrap();
    approvals.answer(&used.id, &used.digest, "alice", true, 0).unwrap();
    approvals.consume(&used.id, 0).unwrap();
    approvals.void_session(&a.tenant, &a.session);
    assert_eq!(code(approvals.consume(&a.id, 0)), "approval/expired");
    let b = approval(3, "s");
    assert_eq!(code(approvals.answer(&b.id, &b.digest, "alice", true, 0)), "approval/expired");
    assert_eq!(approvals.get(&used.id).unwrap().state, ApprovalState::Used);
    assert_eq!(approvals.pending().len(), 1);
    assert!(approvals.expire(600).iter().all(|a| a.id.as_str() == "a4"));
}

#[test]
fn memory_is_bounded() {
    let mut approvals = Approvals::new(&Limits::default());
    for n in 0..2000 {
        let a = Approval { expires_ms: i64::MAX, ..approval(n, "s") };
        approvals.request(a.clone()).unwrap();
        approvals.answer(&a.id, &a.digest, "alice", n % 2 == 0, 0).unwrap();
        if n % 2 == 0 {
            approvals.consume(&a.id, 0).unwrap();
        }
    }
    assert!(approvals.held.len() <= SETTLED + 1, "{}", approvals.held.len());
    assert!(approvals.due.len() <= SETTLED + 1, "{}", approvals.due.len());
    let mut n = 2000;
    while approvals.request(approval(n, "s")).is_ok() {
        let a = approval(n, "s");
        approvals.answer(&a.id, &a.digest, "alice", true, 0).unwrap();
        n += 1;
        assert!(n < 3000, "answers that nobody uses are bounded");
    }
    assert!(
        approvals
            .approved(&approval(0, "s").tenant, &approval(0, "s").session, &arguments(), &tool(), 0)
            .is_some()
    );
}
