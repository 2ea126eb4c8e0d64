use super::*;
use crate::limits::Limits;
use crate::session::MemoryStore;
use crate::store::{Store, StoreKey};

const KEY: StoreKey = StoreKey([1; 32]);

fn tool(name: &str) -> ToolId {
    ToolId::new(name).unwrap()
}

struct Session(MemoryStore);

impl Session {
    fn new() -> Self {
        Self(MemoryStore::new(&Limits::default()))
    }

    fn entry(&self) -> Entry {
        self.0.get(&KEY).unwrap().map_or_else(Entry::default, |entry| (*entry).clone())
    }

    fn reserve(&self, name: &str, amount: i64, now_ms: i64) -> SessionFacts {
        let effects = Effects::NONE.with(Effect::Spend).with(Effect::Send);
        let delta = reservation(&tool(name), effects, amount, now_ms, &self.entry());
        let entry = self.0.apply(&KEY, &delta, now_ms).unwrap();
        facts(&entry, &tool(name), amount, now_ms)
    }

    fn release(&self, name: &str, amount: i64, at_ms: i64) {
        let effects = Effects::NONE.with(Effect::Spend).with(Effect::Send);
        self.0.apply(&KEY, &release(&tool(name), effects, amount, at_ms), at_ms).unwrap();
    }
}

#[test]
fn a_reservation_counts_this_call() {
    let session = Session::new();
    let first = session.reserve("bank/pay", 30, 5);
    assert_eq!((first.calls, first.tool_calls, first.tool_calls_minute), (1, 1, 1));
    assert_eq!((first.tool_total, first.amount, first.time_ms), (30, 30, 5));
    session.reserve("mail/send", 0, 6);
    let third = session.reserve("bank/pay", -20, 7);
    assert_eq!((third.calls, third.tool_calls), (3, 2));
    assert_eq!((third.tool_total, third.amount), (50, -20), "a refund makes no room");
    assert_eq!(effect_calls(&session.entry(), Effect::Spend), 3);
    assert_eq!(effect_calls(&session.entry(), Effect::Read), 0);
    session.release("bank/pay", -20, 7);
    session.release("bank/pay", 30, 5);
    session.release("mail/send", 0, 6);
    assert!(session.entry().counters.is_empty(), "{:?}", session.entry());
}

#[test]
fn the_minute_slides() {
    let session = Session::new();
    for second in [0, 9, 10, 59] {
        session.reserve("t", 0, second * 1000);
    }
    let minute = |at: i64| facts(&session.entry(), &tool("t"), 0, at).tool_calls_minute;
    assert_eq!(minute(59_999), 4, "no call of the last 60 seconds is missed");
    assert_eq!(minute(69_000), 4, "a bucket counts as a whole");
    assert_eq!((minute(70_000), minute(80_000), minute(119_000)), (2, 1, 1));
    assert_eq!(minute(1_000_000), 0);
    assert_eq!(minute(0), 4, "clocks that differ by a minute");
}

#[test]
fn old_buckets_are_dropped() {
    let session = Session::new();
    for i in 0..500i64 {
        session.reserve(&format!("t{}", i % 3), 1, i * 3_000);
    }
    let names = |prefix: &str| {
        session.entry().counters.keys().filter(|name| name.starts_with(prefix)).count()
    };
    assert!(names("minute:") <= 3 * 8, "{}", names("minute:"));
    assert_eq!((names("calls:"), names("total:")), (3, 3));
    // A clock that was far ahead leaves nothing behind.
    session.reserve("t0", 1, 9_000_000_000);
    session.reserve("t0", 1, 1_500_000);
    assert_eq!(facts(&session.entry(), &tool("t0"), 1, 1_500_000).tool_calls, 169);
    assert!(!session.entry().counters.keys().any(|name| name.starts_with("minute:0000000000900")));
}

#[test]
fn limits_hold_for_each_budget() {
    let facts = SessionFacts {
        tool_calls: 5,
        tool_calls_minute: 3,
        tool_total: 100,
        amount: -60,
        ..SessionFacts::default()
    };
    let none = Budget::default();
    assert!(!over_limit(&facts, &none));
    for (at, over) in [
        (Budget { per_session: Some(5), ..none }, Budget { per_session: Some(4), ..none }),
        (Budget { per_minute: Some(3), ..none }, Budget { per_minute: Some(2), ..none }),
        (Budget { total: Some(100), ..none }, Budget { total: Some(99), ..none }),
        (Budget { amount: Some(60), ..none }, Budget { amount: Some(59), ..none }),
    ] {
        assert!(!over_limit(&facts, &at) && over_limit(&facts, &over), "{over:?}");
    }
}

#[test]
fn concurrent_reservations_cannot_pass_one_limit() {
    let budget = Budget { total: Some(200), per_session: Some(2), ..Budget::default() };
    for _ in 0..50 {
        let session = Session::new();
        let allowed = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| !over_limit(&session.reserve("bank/pay", 100, 0), &budget)))
                .collect();
            calls.into_iter().map(|c| usize::from(c.join().unwrap())).sum::<usize>()
        });
        assert_eq!(allowed, 2);
    }
}

#[test]
fn a_huge_amount_that_is_given_back_leaves_the_sum_as_it_was() {
    let session = Session::new();
    session.reserve("bank/pay", 150, 0);
    for amount in [i64::MAX, i64::MIN, i64::MAX - 1] {
        let facts = session.reserve("bank/pay", amount, 0);
        assert!(over_limit(&facts, &Budget { total: Some(1 << 50), ..Budget::default() }));
        session.release("bank/pay", amount, 0);
    }
    assert_eq!(session.reserve("bank/pay", 0, 0).tool_total, 150);
}

#[test]
fn risk_adds_up_across_processes_and_decays() {
    let session = Session::new();
    let raise_by = |weight: i64, now_ms: i64| {
        session.0.apply(&KEY, &raise(weight, now_ms, &session.entry()), now_ms).unwrap();
    };
    raise_by(300, 0);
    raise_by(300, 1);
    let at = |now_ms: i64| facts(&session.entry(), &tool("t"), 0, now_ms).risk;
    assert_eq!((at(0), at(RISK_BUCKET_MS + DEFAULT_HALF_LIFE_MS)), (600, 300));
    assert_eq!(at(20 * DEFAULT_HALF_LIFE_MS), 0);
    raise_by(900, 10);
    assert_eq!(at(10), 1000, "saturates");
    for i in 0..500 {
        raise_by(1, i * RISK_BUCKET_MS);
    }
    assert!(session.entry().counters.len() <= RISK_BUCKETS as usize + 2);
}
