//! What a reviewer would say first: formatting, lints, words.

use crate::step::{Failure, Steps, output, root};

/// Every lint.
pub fn all(steps: &mut Steps) -> Result<(), Failure> {
    let root = root();
    steps.run("formatting", &root, "cargo", &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", &root, "cargo", &clippy)?;
    steps.check("words", words())?;
    steps.run("the detectors' pages", &root, "cargo", DETECTORS)?;
    steps.check("the README's examples are those that are tested", examples())
}

/// The test that compares the pages of docs/detectors, or writes them.
pub const DETECTORS: &[&str] = &["test", "--quiet", "-p", "checkrein", "--test", "detectors"];

/// Writes the pages of docs/detectors.
pub fn generate(steps: &mut Steps) -> Result<(), Failure> {
    steps.run_with("detectors' pages", &root(), "cargo", DETECTORS, &[("UPDATE_DETECTORS", "1")])
}

/// Where the README's blocks of a language stand in a program that is tested. Python and Node run
/// them out of the README itself.
const EXAMPLES: &[(&str, &str)] = &[
    ("rust", "examples/rust/tests/readme.rs"),
    ("go", "bindings-c/go/readme_test.go"),
    ("c", "examples/c/first.c"),
];

/// Every line of those blocks, in their order, but for indentation.
fn examples() -> Result<(), Failure> {
    let readme = std::fs::read_to_string(root().join("README.md"))?;
    for (language, file) in EXAMPLES {
        let program = std::fs::read_to_string(root().join(file))?;
        let mut rest = program.lines().map(str::trim);
        let fence = format!("```{language}\n");
        let blocks: Vec<&str> = readme.split(&fence).skip(1).collect();
        if blocks.is_empty() {
            return Err(Failure::new(format!("README.md has no example in `{language}`")));
        }
        let shown = blocks.iter().filter_map(|block| block.split("\n```").next());
        for line in shown.flat_map(str::lines).map(str::trim) {
            if !rest.any(|other| other == line) {
                return Err(Failure::new(format!("README.md: `{line}` is not in {file}")));
            }
        }
    }
    Ok(())
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
