//! What a model was made of.

use crate::Result;
use crate::data::Row;
use crate::train::{SIZES, is_attack};
use checkrein::digest::Digest;
use serde_json::json;

/// The manifest of a model that was trained on `rows` of the file `data`: no text of them.
pub fn of(rows: &[Row], data: &[u8], weights: &[u8]) -> Result<String> {
    let mut sets: Vec<(&str, &str)> =
        rows.iter().map(|row| (row.set.as_str(), row.licence.as_str())).collect();
    sets.sort_unstable();
    sets.dedup();
    let sets: Vec<serde_json::Value> = sets
        .into_iter()
        .map(|(set, licence)| {
            let of = || rows.iter().filter(|row| row.set == set && row.licence == licence);
            json!({
                "set": set,
                "licence": licence,
                "attacks": of().filter(|row| is_attack(row)).count(),
                "ordinary": of().filter(|row| row.label == 0).count(),
                "left_out": of().filter(|row| row.label == 1 && !is_attack(row)).count(),
            })
        })
        .collect();
    let manifest = json!({
        "data": { "file": "injection.jsonl.gz", "sha256": Digest::of(data).to_string(), "sets": sets },
        "own": {
            "attacks": SIZES.attacks,
            "attacks_in_documents": SIZES.planted,
            "ordinary": SIZES.benign,
            "prose": SIZES.prose,
            "structure": SIZES.structure,
            "attacks_in_structure": SIZES.held,
            "grammar": "benches/detect/grammar",
        },
        "weights": { "file": "core/src/detect/injection/model/weights.bin", "sha256": Digest::of(weights).to_string() },
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&manifest)?))
}
