use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn limits(sessions: usize, memory: usize) -> Limits {
    Limits { sessions, memory, ..Limits::default() }
}

fn key(n: u64) -> StoreKey {
    StoreKey(crate::digest::Digest::of(&n.to_le_bytes()).0)
}

fn plus(name: &str, by: i64) -> Delta {
    Delta { add: vec![(name.to_owned(), by)], ..Delta::default() }
}

const IDLE: i64 = 600_000;

#[test]
fn what_is_applied_stands() {
    let store = MemoryStore::new(&Limits::default());
    assert_eq!(store.get(&key(1)).unwrap(), None);
    let first = store.apply(&key(1), &plus("a", 2), 0).unwrap();
    let delta = Delta {
        add: vec![("a".into(), 3), ("b".into(), 1)],
        drop: vec!["a".into()],
        mark: vec!["tainted".into()],
    };
    let second = store.apply(&key(1), &delta, 0).unwrap();
    assert_eq!(first.counters["a"], 2, "what was given out does not change");
    assert_eq!((second.counters["a"], second.counters["b"]), (3, 1), "drops come first");
    assert!(second.marks.contains("tainted") && second.version > first.version);
    assert_eq!(store.get(&key(1)).unwrap().unwrap(), second);
    let same = store.apply(&key(1), &Delta::default(), 0).unwrap();
    assert_eq!(same.version, second.version, "nothing changed");
    store.remove(&key(1)).unwrap();
    assert_eq!((store.get(&key(1)).unwrap(), store.bytes()), (None, 0));
}

#[test]
fn a_counter_at_zero_is_forgotten_and_a_clipped_one_stays() {
    let store = MemoryStore::new(&Limits::default());
    store.apply(&key(1), &plus("unknown tool", 1), 0).unwrap();
    let entry = store.apply(&key(1), &plus("unknown tool", -1), 0).unwrap();
    assert!(entry.counters.is_empty());
    store.apply(&key(1), &plus("sum", 100), 0).unwrap();
    store.apply(&key(1), &plus("sum", i64::MAX), 0).unwrap();
    let entry = store.apply(&key(1), &plus("sum", -i64::MAX), 0).unwrap();
    assert_eq!(entry.counters["sum"], i64::MAX, "releasing does not lose the 100");
}

#[test]
fn compare_and_set_takes_the_version_that_stands() {
    let store = MemoryStore::new(&Limits::default());
    assert!(!store.compare_and_set(&key(1), 5, b"x".to_vec(), 0).unwrap());
    assert!(store.compare_and_set(&key(1), 0, b"x".to_vec(), 0).unwrap());
    assert!(!store.compare_and_set(&key(1), 0, b"y".to_vec(), 0).unwrap());
    let version = store.get(&key(1)).unwrap().unwrap().version;
    let moved = store.apply(&key(1), &plus("a", 1), 0).unwrap();
    assert!(!store.compare_and_set(&key(1), version, b"y".to_vec(), 0).unwrap());
    assert!(store.compare_and_set(&key(1), moved.version, b"y".to_vec(), 0).unwrap());
    assert_eq!(store.get(&key(1)).unwrap().unwrap().blob, b"y");
    // An entry that was made anew never has a version that was given out before.
    store.remove(&key(1)).unwrap();
    for _ in 0..10 {
        assert!(store.apply(&key(1), &plus("a", 1), 0).unwrap().version > moved.version);
    }
}

#[test]
fn a_full_store_evicts_what_is_idle_longest_and_nothing_in_use() {
    let store = MemoryStore::new(&limits(3, 1 << 20));
    for n in 0..3 {
        store.apply(&key(n), &plus("a", 1), n as i64).unwrap();
    }
    let refused = store.apply(&key(9), &plus("a", 1), IDLE - 1).unwrap_err();
    assert_eq!((refused.code(), refused.fact("limit")), ("limit/sessions", Some("sessions")));
    let refused = store.compare_and_set(&key(9), 0, Vec::new(), IDLE - 1).unwrap_err();
    assert_eq!(refused.code(), "limit/sessions");
    assert_eq!(store.len(), 3, "a refusal evicts nothing that is in use");
    store.apply(&key(0), &plus("a", 1), IDLE - 1).unwrap();
    store.apply(&key(9), &plus("a", 1), IDLE + 2).unwrap();
    assert!(store.get(&key(0)).unwrap().is_some(), "used lately");
    assert!(store.get(&key(1)).unwrap().is_none(), "idle longest");
    assert!(store.get(&key(2)).unwrap().is_some());
    assert_eq!(store.len(), 3);
}

#[test]
fn bytes_are_bounded_too() {
    let store = MemoryStore::new(&limits(1000, 4096));
    assert!(store.compare_and_set(&key(1), 0, vec![0; 3000], 0).unwrap());
    let refused = store.compare_and_set(&key(2), 0, vec![0; 3000], 1).unwrap_err();
    assert_eq!((refused.code(), refused.fact("limit")), ("limit/sessions", Some("memory")));
    let refused = store.apply(&key(1), &plus(&"x".repeat(2000), 1), 1).unwrap_err();
    assert_eq!(refused.code(), "limit/sessions");
    store.apply(&key(1), &plus("a", 1), 1).unwrap();
    assert!(store.compare_and_set(&key(2), 0, vec![0; 3000], IDLE + 1).unwrap(), "1 is idle");
    assert!(store.bytes() <= 4096);
    // What does not grow passes however full the store is.
    store.apply(&key(2), &Delta { drop: vec!["x".into()], ..Delta::default() }, 0).unwrap();
}

#[test]
fn the_order_of_use_stays_small() {
    let store = MemoryStore::new(&limits(10, 1 << 20));
    for n in 0..10_000u64 {
        store.apply(&key(n % 7), &plus("a", 1), 0).unwrap();
        store.get(&key(n % 5)).unwrap();
        if n % 11 == 0 {
            store.remove(&key(n % 3)).unwrap();
        }
    }
    let shard = enter(&store.shards[0]);
    assert!(shard.uses.len() <= 2 * shard.slots.len() + 65, "{}", shard.uses.len());
    let recounted: usize = shard.slots.values().map(|slot| size(&slot.entry)).sum();
    assert_eq!(shard.bytes, recounted);
}

#[test]
fn a_panic_in_a_shard_leaves_it_usable() {
    let store = Arc::new(MemoryStore::new(&limits(10, 1 << 20)));
    store.apply(&key(1), &plus("a", 5), 0).unwrap();
    let inside = Arc::clone(&store);
    let thread = std::thread::spawn(move || {
        let mut shard = inside.shards[0].lock().unwrap();
        shard.bytes = usize::MAX;
        shard.uses.clear();
        panic!("in the shard");
    });
    assert!(thread.join().is_err() && store.shards[0].is_poisoned());
    let entry = store.apply(&key(1), &plus("a", 1), 1).unwrap();
    assert_eq!(entry.counters["a"], 6);
    assert!(!store.shards[0].is_poisoned());
    assert_eq!(store.bytes(), size(&entry));
    store.apply(&key(2), &plus("a", 1), 1).unwrap();
}

#[test]
fn concurrent_changes_sum_exactly() {
    let store = MemoryStore::new(&Limits::default());
    let seen: BTreeSet<i64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker: i64| {
                let store = &store;
                scope.spawn(move || {
                    let one = |i: i64| {
                        let delta = Delta {
                            add: vec![("all".into(), 1), (format!("w{worker}"), i)],
                            drop: Vec::new(),
                            mark: vec![format!("m{worker}")],
                        };
                        store.apply(&key(1), &delta, i).unwrap().counters["all"]
                    };
                    (1..=500).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let entry = store.get(&key(1)).unwrap().unwrap();
    assert_eq!(entry.counters["all"], 4000);
    assert_eq!(seen, (1..=4000).collect(), "every change saw a sum of its own");
    assert!((0..8).all(|w| entry.counters[&format!("w{w}")] == 500 * 501 / 2));
    assert_eq!(entry.marks.len(), 8);
}

#[test]
fn concurrent_compare_and_set_lets_one_win() {
    let store = MemoryStore::new(&Limits::default());
    let wins: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|n: u8| {
                scope.spawn({
                    let store = &store;
                    move || store.compare_and_set(&key(1), 0, vec![n], 0).unwrap()
                })
            })
            .collect();
        workers.into_iter().map(|worker| usize::from(worker.join().unwrap())).sum()
    });
    assert_eq!(wins, 1);
}

/// Deltas as this library makes them: what is dropped is an old bucket, to which none adds.
fn deltas() -> impl Strategy<Value = Vec<Delta>> {
    let add = prop::collection::vec(("[a-e]", -1000i64..1000), 0..4);
    let drop = prop::collection::vec("old[0-3]", 0..3);
    let mark = prop::collection::vec("[x-z]", 0..3);
    let delta = (add, drop, mark).prop_map(|(add, drop, mark)| Delta { add, drop, mark });
    prop::collection::vec(delta, 1..8)
}

proptest! {
    #[test]
    fn deltas_commute(deltas in deltas(), order in any::<u64>()) {
        let apply = |deltas: &[Delta]| {
            let store = MemoryStore::new(&Limits::default());
            let old = (0..4).map(|n| (format!("old{n}"), 7)).collect();
            store.apply(&key(1), &Delta { add: old, ..Delta::default() }, 0).unwrap();
            for delta in deltas {
                store.apply(&key(1), delta, 0).unwrap();
            }
            let entry = store.get(&key(1)).unwrap().unwrap();
            (entry.counters.clone(), entry.marks.clone(), store.bytes(), size(&entry))
        };
        let mut shuffled = deltas.clone();
        for i in (1..shuffled.len()).rev() {
            let at = (order.wrapping_mul(i as u64 + 0x9E37_79B9) % (i as u64 + 1)) as usize;
            shuffled.swap(i, at);
        }
        let (one, other) = (apply(&deltas), apply(&shuffled));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.2, one.3, "bytes are counted exactly");
    }
}
