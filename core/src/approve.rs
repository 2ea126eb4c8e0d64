//! Human answers: call states, pending approvals, their digest and their text.
