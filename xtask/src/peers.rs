//! Other libraries, installed to be measured beside ours.

pub mod detection;
pub mod policy;
