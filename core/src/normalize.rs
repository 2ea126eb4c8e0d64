//! What a text really says, with its alignment to the original.
