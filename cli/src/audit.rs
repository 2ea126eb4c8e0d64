//! `checkrein audit`: the proof, read by somebody who does not trust the writer.

use crate::terminal::{Colour, line, paint};
use checkrein::Result;
use checkrein::record;
use std::path::Path;

/// Verifies a log. Gives false where it is not in order.
pub fn verify(log: &Path, key: Option<&str>, json: bool) -> Result<bool> {
    let report = record::verify(log, key)?;
    let ok = report.problems.is_empty();
    if json {
        let problems: Vec<_> = report
            .problems
            .iter()
            .map(|p| serde_json::json!({"file": p.file, "offset": p.offset, "what": p.what}))
            .collect();
        let shape = serde_json::json!({
            "ok": ok,
            "records": report.records,
            "segments": report.segments,
            "root": report.root.hex(),
            "signed": report.checkpoint_size,
            "problems": problems,
        });
        line(&shape.to_string());
        return Ok(ok);
    }
    line(&format!("records   {}", report.records));
    line(&format!("signed    {}", report.checkpoint_size));
    line(&format!("root      {}", report.root));
    for problem in &report.problems {
        let at = format!("{}:{}", problem.file, problem.offset);
        line(&format!("{} {at}: {}", paint(Colour::Red, "problem"), problem.what));
    }
    let verdict =
        if ok { paint(Colour::Green, "verified") } else { paint(Colour::Red, "NOT in order") };
    line(&verdict);
    if key.is_none() {
        line("the key was taken from the log itself; give --key to check who signed it");
    }
    Ok(ok)
}
