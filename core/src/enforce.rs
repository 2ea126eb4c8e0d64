//! Turns what was found and decided into what the host may use.
