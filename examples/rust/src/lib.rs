//! An agent in Rust with every tool behind checkrein. The model is scripted and hijacked on
//! purpose: it does what a poisoned file tells it. `cargo run -p checkrein-examples` plays it.

pub mod agent;
pub mod classifier;
pub mod office;
pub mod remote;
pub mod script;

pub use agent::{Agent, Message, Model, Turn};
pub use office::{MANIFEST, Office};
pub use script::{TASK, hijacked};
