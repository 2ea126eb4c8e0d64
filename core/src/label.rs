//! Labels on data: integrity, confidentiality, categories. They join towards the worse.

use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeSet;

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident ($what:literal) { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word that files and JSON use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The value that `word` names.
            ///
            /// # Errors
            /// `manifest/value`, with the words that are known.
            pub fn parse(word: &str) -> $crate::error::Result<Self> {
                match word {
                    $($word => Ok($name::$variant),)*
                    _ => {
                        let meant = $crate::error::did_you_mean(word, [$($word),*]);
                        let message = format!("`{}` is no {}{meant}", word.escape_default(), $what);
                        Err($crate::error::Error::new($crate::error::ErrorKind::ManifestValue, message)
                            .with("known", [$($word),*].join(" ")))
                    }
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}
pub(crate) use words;

words! {
    /// How far data can be trusted. Orders from worst to best, so that `min` joins.
    Integrity ("integrity") {
        /// Anybody can have written it.
        Untrusted = "untrusted",
        /// A known colleague or agent wrote it.
        Peer = "peer",
        /// A system made it, in a format that cannot carry an instruction.
        Trusted = "trusted",
        /// The principal's own words.
        User = "user",
    }
}

impl Integrity {
    /// The rank that policy reads: 1 untrusted to 4 user (0 is a value with no source at all).
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8 + 1
    }
}

words! {
    /// Who may read data. Orders from open to closed, so that `max` joins.
    Confidentiality ("confidentiality") {
        /// Anybody.
        Public = "public",
        /// The organisation.
        Internal = "internal",
        /// The principal.
        Private = "private",
        /// Nobody but the system that holds it.
        Secret = "secret",
    }
}

/// Integrity, confidentiality and named categories of data.
///
/// `join` gives the label of something made from two: a lattice, so order does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// How far it can be trusted.
    pub integrity: Integrity,
    /// Who may read it.
    pub confidentiality: Confidentiality,
    /// `personal`, `credential`, `customer:x`...
    pub categories: BTreeSet<String>,
}

impl Label {
    /// A label without categories.
    #[must_use]
    pub fn new(integrity: Integrity, confidentiality: Confidentiality) -> Self {
        Self { integrity, confidentiality, categories: BTreeSet::new() }
    }

    /// What data made from nothing has: the best integrity, the most open confidentiality.
    #[must_use]
    pub fn bottom() -> Self {
        Self::new(Integrity::User, Confidentiality::Public)
    }

    /// The label of data made from both.
    #[must_use]
    pub fn join(&self, other: &Label) -> Label {
        Label {
            integrity: self.integrity.min(other.integrity),
            confidentiality: self.confidentiality.max(other.confidentiality),
            categories: self.categories.union(&other.categories).cloned().collect(),
        }
    }

    /// Whether data with this label may flow where `other` is the worst that is allowed.
    #[must_use]
    pub fn flows_to(&self, other: &Label) -> bool {
        self.integrity >= other.integrity
            && self.confidentiality <= other.confidentiality
            && self.categories.is_subset(&other.categories)
    }
}

/// Checks a category's name: 1 to 64 of `[a-z0-9_:.-]`.
///
/// # Errors
/// `manifest/value`.
pub fn check_category(name: &str) -> Result<()> {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:.-".contains(c);
    if !name.is_empty() && name.len() <= 64 && name.chars().all(ok) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ManifestValue,
        format!("`{}` is no category; use 1 to 64 of a-z 0-9 _ : . -", name.escape_default()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn label() -> impl Strategy<Value = Label> {
        (0usize..4, 0usize..4, prop::collection::btree_set("[a-c]", 0..3)).prop_map(|(i, c, s)| {
            Label {
                integrity: Integrity::ALL[i],
                confidentiality: Confidentiality::ALL[c],
                categories: s,
            }
        })
    }

    proptest! {
        #[test]
        fn join_is_a_lattice(a in label(), b in label(), c in label()) {
            prop_assert_eq!(a.join(&b), b.join(&a));
            prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
            prop_assert_eq!(a.join(&a), a.clone());
            prop_assert_eq!(a.join(&Label::bottom()), a.clone());
            prop_assert!(a.flows_to(&a.join(&b)) && b.flows_to(&a.join(&b)));
        }

        #[test]
        fn flow_is_an_order(a in label(), b in label(), c in label()) {
            if a.flows_to(&b) && b.flows_to(&c) { prop_assert!(a.flows_to(&c)); }
            if a.flows_to(&b) && b.flows_to(&a) { prop_assert_eq!(&a, &b); }
            prop_assert_eq!(a.flows_to(&b), a.join(&b) == b);
        }
    }

    #[test]
    fn words_round_trip() {
        for value in Integrity::ALL {
            assert_eq!(Integrity::parse(value.as_str()).unwrap(), *value);
        }
        assert_eq!(Integrity::User.rank(), 4);
        assert!(Integrity::parse("root").unwrap_err().to_string().contains("untrusted peer"));
        assert!(check_category("customer:42").is_ok() && check_category("A b").is_err());
    }
}
