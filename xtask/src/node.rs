//! Node.js: the package over its native library, its types, its tests, its example.

use crate::step::{Failure, Steps, root, target};
use std::path::Path;

/// What npm is not to do: ask the registry for anything but the packages.
const QUIET: &[&str] = &["--no-audit", "--no-fund"];

/// Everything in Node.js: built, its types checked, tested; and the example, which installs the
/// package from its folder as a user would.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    let package = root().join("bindings-node");
    let example = root().join("examples/node");
    npm(steps, "node dependencies", &package, &["ci", "--ignore-scripts"])?;
    npm(steps, "node package", &package, &["run", "--silent", "build"])?;
    npm(steps, "node types", &package, &["run", "--silent", "types"])?;
    npm(steps, "node tests", &package, &["test", "--silent"])?;
    npm(steps, "node example, installed", &example, &["install", "--no-package-lock"])?;
    npm(steps, "node example", &example, &["test", "--silent"])
}

/// Packs what is published, installs it into an empty folder, and loads it both ways.
/// `CHECKREIN_PROFILE` names a cargo profile other than `dist`.
pub fn package(steps: &mut Steps) -> Result<(), Failure> {
    let package = root().join("bindings-node");
    let folder = target().join("node-package");
    let fresh = folder.join("fresh");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(&fresh)?;
    std::fs::write(fresh.join("package.json"), "{\"private\": true}\n")?;
    let profile = std::env::var("CHECKREIN_PROFILE").unwrap_or_else(|_| "dist".to_owned());
    let profile = [("CHECKREIN_PROFILE", profile.as_str())];
    let destination = folder.display().to_string();
    npm(steps, "node dependencies", &package, &["ci", "--ignore-scripts"])?;
    let pack = ["pack", "--silent", "--pack-destination", &destination];
    steps.run_with("npm pack", &package, "npm", &pack, &profile)?;
    let version = env!("CARGO_PKG_VERSION");
    let tarball = folder.join(format!("checkrein-{version}.tgz")).display().to_string();
    npm(steps, "npm install of the package", &fresh, &["install", "--ignore-scripts", &tarball])?;
    const ESM: &str = "import { Guard, VERSION } from 'checkrein'; \
        const seen = new Guard().session().inspectOutput('loaded').content; \
        if (seen !== 'loaded') throw new Error(seen); console.log(VERSION);";
    const CJS: &str = "console.log(require('checkrein').VERSION)";
    steps.run("loaded as a module", &fresh, "node", &["--input-type=module", "-e", ESM])?;
    steps.run("loaded with require", &fresh, "node", &["-e", CJS])
}

/// Runs npm in a folder.
pub fn npm(steps: &mut Steps, what: &str, folder: &Path, words: &[&str]) -> Result<(), Failure> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut words = words.to_vec();
    if words.first().is_some_and(|word| ["ci", "install"].contains(word)) {
        words.extend(QUIET);
    }
    steps.run(what, folder, npm, &words)
}
