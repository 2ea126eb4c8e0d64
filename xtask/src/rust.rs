//! Rust: the library, the command line, the examples.

use crate::step::{Failure, Steps, root};

/// The inner loop: the library's own tests without the policy engine's long build.
pub fn core(steps: &mut Steps) -> Result<(), Failure> {
    let root = root();
    steps.run("core tests", &root, "cargo", &["test", "--quiet", "-p", "checkrein"])
}

/// Everything in Rust, documentation examples included.
pub fn all(steps: &mut Steps) -> Result<(), Failure> {
    let root = root();
    let lean = ["check", "--quiet", "-p", "checkrein", "--no-default-features"];
    steps.run("rust tests", &root, "cargo", &["test", "--quiet", "--workspace"])?;
    steps.run("the library without its policy engine", &root, "cargo", &lean)?;
    // With the features of the whole workspace, so that nothing is built a second time.
    let https = ["test", "--quiet", "--workspace", "--features", "checkrein-cli/https"];
    let https = [&https[..], &["--test", "pull"]].concat();
    steps.run("the command with HTTPS", &root, "cargo", &https)
}
