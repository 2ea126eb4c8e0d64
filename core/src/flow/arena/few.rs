//! A list that is nearly always of one: that one needs no memory of its own.

use std::ops::Deref;

/// As a `Vec`.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) enum Few<T> {
    #[default]
    None,
    One(T),
    Many(Vec<T>),
}

impl<T> Few<T> {
    pub(super) fn push(&mut self, item: T) {
        if let Few::Many(list) = self {
            return list.push(item);
        }
        *self = match std::mem::take(self) {
            Few::One(first) => Few::Many(vec![first, item]),
            _ => Few::One(item),
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        match self {
            Few::None => {}
            Few::One(item) => {
                if !keep(item) {
                    *self = Few::None;
                }
            }
            Few::Many(list) => {
                list.retain(keep);
                list.shrink_to_fit();
            }
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Few::None => &[],
            Few::One(item) => std::slice::from_ref(item),
            Few::Many(list) => list,
        }
    }
}
