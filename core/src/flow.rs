//! Where every value came from.
