//! `checkrein check`: a bundle, before anybody enforces it.

use crate::terminal::line;
use checkrein::{Guard, Result};
use std::path::Path;

/// Loads the bundle as a guard would, and says what a reviewer should look at.
pub fn run(bundle: &Path, json: bool) -> Result<bool> {
    let guard = Guard::builder().bundle(bundle).build()?;
    let status = guard.status();
    let unsigned = |notice: &&String| !notice.starts_with("audit/memory");
    let notices: Vec<&String> = status.notices.iter().filter(unsigned).collect();
    if json {
        let shape = serde_json::json!({
            "ok": true,
            "name": status.bundle.name,
            "revision": status.bundle.revision,
            "hash": status.bundle.hash.hex(),
            "mode": status.mode.as_str(),
            "tools": guard.inventory().len(),
            "rules": guard.rules().len(),
            "notices": notices,
        });
        line(&shape.to_string());
        return Ok(true);
    }
    let bundle = &status.bundle;
    line(&format!("{} revision {}: valid", bundle.name, bundle.revision));
    line(&format!("  hash   {}", bundle.hash));
    line(&format!("  mode   {}", status.mode));
    line(&format!("  tools  {}", guard.inventory().len()));
    line(&format!("  rules  {}", guard.rules().len()));
    for notice in notices {
        line(&format!("  note   {notice}"));
    }
    Ok(true)
}
