//! The Vercel AI SDK: the adapter under the real framework, which brings the Node.js it needs.

use crate::node::npm;
use crate::step::{Failure, Steps, root};

/// The adapter against the framework's types, its tests, and the example. The Node.js package is
/// built before.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    let example = root().join("examples/node-ai-sdk");
    npm(steps, "ai sdk example, installed", &example, &["install", "--no-package-lock"])?;
    npm(steps, "ai sdk types", &example, &["run", "--silent", "types"])?;
    npm(steps, "ai sdk adapter and example", &example, &["test", "--silent"])
}
