//! Records in structured results, and whether a record is one the user named.

use super::arena::{Arena, Tier};
use super::find;
use std::collections::HashMap;

/// One object in a result. Only those that hold something trusted are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// The record it stands in.
    pub(super) parent: Option<u32>,
    /// Its names, as compared.
    pub(super) names: Vec<String>,
    /// Its ids: kind and value.
    pub(super) ids: Vec<(String, String)>,
    /// Names of other things in it, by kind: a message's channel, its sender.
    pub(super) marks: Vec<(String, String)>,
    /// Which thing it is: the same thing read twice is no second thing of that name.
    pub(super) identity: u64,
    /// Whether it was the only answer to a question in the user's words.
    pub(super) only: bool,
    /// Whether it holds something that is the principal's own.
    pub(super) owned: bool,
}

/// Records that share a name and are looked at; more make a name ambiguous anyway.
const MAX_NAMESAKES: usize = 32;
/// Records in records.
const MAX_DEPTH: usize = 64;

/// All records of a session.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    list: Vec<Record>,
    names: HashMap<String, Vec<u32>>,
    bytes: usize,
}

impl Records {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// A new record in `parent`; what it holds is told by `fill`.
    pub(super) fn open(&mut self, parent: Option<u32>) -> Option<u32> {
        let id = u32::try_from(self.list.len()).ok()?;
        self.bytes += size_of::<Record>();
        self.list.push(Record { parent, ..Record::default() });
        Some(id)
    }

    /// Says what an open record holds.
    pub(super) fn fill(&mut self, id: u32, mut record: Record) {
        let marks = record.marks.iter().map(mark);
        for name in record.names.iter().cloned().chain(marks) {
            let bytes = name.len();
            let same = self.names.entry(name).or_default();
            if same.len() < MAX_NAMESAKES {
                same.push(id);
            }
            self.bytes += 2 * bytes + 64;
        }
        self.bytes += record.ids.iter().map(|(k, v)| k.len() + v.len() + 48).sum::<usize>();
        if let Some(slot) = self.list.get_mut(id as usize) {
            record.parent = slot.parent;
            *slot = record;
        }
    }

    /// Whether the user named this record, or one that it stands in: by a name that no other
    /// thing has, by its id, or as the only answer to a question in their words.
    pub(super) fn is_linked(&self, arena: &Arena, id: u32) -> bool {
        self.is_only(id, false) || self.is_named(arena, id)
    }

    /// Whether it was the only answer to a question in the user's words; unless `itself` is meant
    /// alone, what stands in it was as well.
    pub(super) fn is_only(&self, id: u32, itself: bool) -> bool {
        let mut around = self.around(id);
        if itself { around.next().is_some_and(|r| r.only) } else { around.any(|r| r.only) }
    }

    /// As `is_linked`, where to be the only answer is not enough.
    pub(super) fn is_named(&self, arena: &Arena, id: u32) -> bool {
        let named =
            |name: &String| self.is_unique(name) && find::stands_in(arena, Tier::User, name);
        let by_id = |(kind, value): &(String, String)| find::user_named_id(arena, kind, value);
        // Of many messages in a channel none is meant by the channel's name.
        let by_mark = |own: &(String, String)| {
            self.is_unique(&mark(own)) && find::stands_in(arena, Tier::User, &own.1)
        };
        self.around(id).any(|record| {
            record.names.iter().any(named)
                || record.ids.iter().any(by_id)
                || record.marks.iter().any(by_mark)
        })
    }

    /// This record, then those that it stands in.
    fn around(&self, id: u32) -> impl Iterator<Item = &Record> {
        let record = |id: u32| self.list.get(id as usize);
        std::iter::successors(record(id), move |inner| inner.parent.and_then(record))
            .take(MAX_DEPTH)
    }

    /// Whether this record, or one that it stands in, names the principal.
    pub(super) fn is_owned(&self, id: u32) -> bool {
        self.around(id).any(|record| record.owned)
    }

    /// Whether the record itself is called so.
    pub(super) fn has_name(&self, id: u32, name: &str) -> bool {
        let record = self.list.get(id as usize);
        record.is_some_and(|record| record.names.iter().any(|own| own == name.trim()))
    }

    /// Whether both are one record, or one stands in the other.
    pub(super) fn are_related(&self, a: u32, b: u32) -> bool {
        self.is_within(a, b) || self.is_within(b, a)
    }

    fn is_within(&self, inner: u32, outer: u32) -> bool {
        let mut at = Some(inner);
        for _ in 0..MAX_DEPTH {
            match at {
                Some(id) if id == outer => return true,
                Some(id) => at = self.list.get(id as usize).and_then(|record| record.parent),
                None => return false,
            }
        }
        false
    }

    fn is_unique(&self, name: &str) -> bool {
        let same = self.names.get(name).map_or(&[][..], Vec::as_slice);
        let mut things = same.iter().filter_map(|id| self.list.get(*id as usize));
        let first = things.next().map(|record| record.identity);
        same.len() < MAX_NAMESAKES && things.all(|record| Some(record.identity) == first)
    }
}

/// What a mark is known by, apart from names.
fn mark((kind, value): &(String, String)) -> String {
    format!("{kind}\n{value}")
}

/// The pointer of the record that the leaf at `pointer` stands in: the nearest item of a list, or
/// the whole.
pub(super) fn home(pointer: &str) -> &str {
    let mut end = 0;
    let mut at = 0;
    for token in pointer.split('/').skip(1) {
        at += 1 + token.len();
        if !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()) {
            end = at;
        }
    }
    pointer.get(..end).unwrap_or_default()
}

/// The pointer of the outermost item of a list that `pointer` stands in.
pub(super) fn first_item(pointer: &str) -> Option<&str> {
    let mut at = 0;
    for token in pointer.split('/').skip(1) {
        at += 1 + token.len();
        if !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()) {
            return pointer.get(..at);
        }
    }
    None
}

/// The pointer of the record around the record at `home`, if any.
pub(super) fn around(record: &str) -> Option<&str> {
    let (parent, _) = record.rsplit_once('/')?;
    Some(home(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_items_of_lists() {
        assert_eq!(home("/0/id"), "/0");
        assert_eq!(home("/items/3/owner/name"), "/items/3");
        assert_eq!(home("/0/guests/1"), "/0/guests/1");
        assert_eq!(home("/name"), "");
        assert_eq!(first_item("/r/3/x/4"), Some("/r/3"));
        assert_eq!(first_item("/r/x"), None);
        assert_eq!(around("/0/guests/1"), Some("/0"));
        assert_eq!(around("/0"), Some(""));
        assert_eq!(around(""), None);
    }
}
