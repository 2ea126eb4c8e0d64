//! What a reviewer would say first: formatting, lints, words.

use crate::step::{Failure, Steps, output, root};

/// Every lint.
pub fn all(steps: &mut Steps) -> Result<(), Failure> {
    let root = root();
    steps.run("formatting", &root, "cargo", &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", &root, "cargo", &clippy)?;
    steps.check("words", words())
}

/// Words that docs/TERMS.md replaces, in names of types and files.
const AVOIDED: &[&str] = &["Manager", "Helper", "Util", "Handler", "Processor"];

/// No type and no file is named with a word that says nothing.
fn words() -> Result<(), Failure> {
    let root = root();
    let listed = output(&root, "git", &["ls-files", "--cached", "--others", "--exclude-standard"])?;
    for name in listed.lines().filter(|name| name.ends_with(".rs")) {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        let declares = |line: &&str| {
            let line = line.trim_start().trim_start_matches("pub ");
            ["struct ", "enum ", "trait ", "mod "].iter().any(|kind| line.starts_with(kind))
        };
        for line in text.lines().filter(declares) {
            if let Some(word) = AVOIDED.iter().find(|word| line.contains(*word)) {
                let line = line.trim();
                return Err(Failure::new(format!("{name}: `{line}` uses `{word}`")));
            }
        }
    }
    Ok(())
}
