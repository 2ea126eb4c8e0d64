//! The rules: one trait, Cedar built in.
