//! Answers that are kept for a while: so many, so long, the oldest leaving first.

use crate::reply::Reply;
use checkrein::digest::Digest;
use checkrein::time::Clock;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Answers by the digest of what was asked.
pub(crate) struct Cache {
    most: usize,
    keep_ns: u64,
    clock: Arc<dyn Clock>,
    kept: HashMap<Digest, (u64, Reply)>,
    /// In the order in which they came: all are kept equally long, so the first ends first.
    order: VecDeque<Digest>,
}

impl Cache {
    /// Keeps at most `most` answers, each for `keep`.
    pub(crate) fn new(most: usize, keep: Duration, clock: Arc<dyn Clock>) -> Self {
        let keep_ns = u64::try_from(keep.as_nanos()).unwrap_or(u64::MAX);
        Self { most, keep_ns, clock, kept: HashMap::new(), order: VecDeque::new() }
    }

    /// The answer to what has this digest, if it is still good.
    pub(crate) fn get(&mut self, key: &Digest) -> Option<Reply> {
        self.drop_ended();
        self.kept.get(key).map(|(_, reply)| reply.clone())
    }

    /// Keeps an answer. Of two to one question that were asked at once the first stays.
    pub(crate) fn put(&mut self, key: Digest, reply: Reply) {
        self.drop_ended();
        if self.kept.contains_key(&key) {
            return;
        }
        while self.order.len() >= self.most {
            match self.order.pop_front() {
                Some(oldest) => self.kept.remove(&oldest),
                None => return,
            };
        }
        self.order.push_back(key);
        self.kept.insert(key, (self.clock.mono_ns(), reply));
    }

    fn drop_ended(&mut self) {
        let now = self.clock.mono_ns();
        while let Some(first) = self.order.front() {
            let came = self.kept.get(first).map(|(came, _)| *came);
            if came.is_some_and(|came| now.saturating_sub(came) < self.keep_ns) {
                return;
            }
            self.kept.remove(first);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use checkrein::Value;
    use checkrein::time::ManualClock;

    fn reply(reason: &str) -> Reply {
        let text = format!(r#"{{"result": {{"allow": false, "reasons": ["{reason}"]}}}}"#);
        let value = Value::parse(text.as_bytes(), &checkrein::Limits::default());
        Reply::of_opa(&value.unwrap()).unwrap()
    }

    fn key(n: u8) -> Digest {
        Digest::of(&[n])
    }

    #[test]
    fn an_answer_is_kept_for_its_time_and_no_longer() {
        let clock = Arc::new(ManualClock::new(0));
        let mut cache = Cache::new(4, Duration::from_secs(1), Arc::clone(&clock) as Arc<dyn Clock>);
        cache.put(key(1), reply("a"));
        clock.advance_ms(999);
        cache.put(key(2), reply("b"));
        assert_eq!(cache.get(&key(1)), Some(reply("a")));
        clock.advance_ms(1);
        assert_eq!(cache.get(&key(1)), None);
        assert_eq!(cache.get(&key(2)), Some(reply("b")));
        assert_eq!((cache.kept.len(), cache.order.len()), (1, 1), "what has ended is gone");
        // Looking does not keep it longer.
        clock.advance_ms(999);
        assert_eq!(cache.get(&key(2)), None);
    }

    #[test]
    fn so_many_are_kept_and_the_oldest_leaves() {
        let mut cache = Cache::new(2, Duration::from_secs(1), Arc::new(ManualClock::new(0)));
        for n in 0..100 {
            cache.put(key(n), reply("a"));
            assert!(cache.kept.len() <= 2 && cache.order.len() == cache.kept.len());
        }
        assert_eq!(cache.get(&key(97)), None);
        assert!(cache.get(&key(98)).is_some() && cache.get(&key(99)).is_some());
        cache.put(key(99), reply("b"));
        assert_eq!(cache.get(&key(99)), Some(reply("a")), "the first stays");
        let mut none = Cache::new(0, Duration::from_secs(1), Arc::new(ManualClock::new(0)));
        none.put(key(1), reply("a"));
        assert_eq!(none.get(&key(1)), None);
    }
}
