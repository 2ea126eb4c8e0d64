//! Trains the model of injections: docs/MODEL-CARD.md.

mod bag;
mod corpus;
mod fit;
mod grammar;
mod logistic;
mod random;
mod structure;
mod tree;

pub use corpus::{SIZES, is_attack};
pub use fit::train;
