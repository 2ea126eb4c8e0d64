//! Finds what is suspicious in a text.
