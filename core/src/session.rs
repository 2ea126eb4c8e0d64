//! What a session has done so far: counters, loops, risk, restrictions.
