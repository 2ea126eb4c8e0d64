//! `checkrein keygen`, `sign` and `bundle verify`: who vouches for a bundle.

use crate::terminal::line;
use checkrein::config::{Files, SIGNATURE};
use checkrein::file;
use checkrein::note::Signer;
use checkrein::random::SystemRandom;
use checkrein::{Error, ErrorKind, Guard, Limits, Result};
use std::path::Path;

/// Makes a key, and prints its public half.
pub fn keygen(key: &Path, name: &str, json: bool) -> Result<bool> {
    let signer = Signer::new(name, &SystemRandom)?;
    signer.save(key)?;
    let verifier = signer.verifier().text();
    if json {
        line(&serde_json::json!({ "key": key, "verifier": verifier }).to_string());
        return Ok(true);
    }
    line(&format!("{}: made, for your eyes alone", file::shown(key)));
    line("guards trust it by its public half:");
    line(&format!("  {verifier}"));
    Ok(true)
}

/// Signs a bundle that a guard would load.
pub fn sign(bundle: &Path, key: &Path, archive: Option<&Path>, json: bool) -> Result<bool> {
    let loaded = Guard::builder().bundle(bundle).build()?.status().bundle;
    let signer = Signer::load(key)?;
    let mut files = Files::all_of_directory(bundle, &Limits::default())?;
    files.sign(&loaded.name, loaded.revision, &signer)?;
    let put = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|e| {
            Error::new(ErrorKind::BundleFile, format!("it cannot be written: {e}"))
                .with("file", file::shown(path))
        })
    };
    if let Some(signature) = files.files.get(SIGNATURE) {
        put(&bundle.join(SIGNATURE), signature)?;
    }
    if let Some(archive) = archive {
        put(archive, &files.pack()?)?;
    }
    let signed = files.verify(&[signer.verifier()])?;
    if json {
        let shape = serde_json::json!({
            "ok": true,
            "name": signed.name,
            "revision": signed.revision,
            "signed_by": signed.by,
            "files": files.files.len() - 1,
        });
        line(&shape.to_string());
        return Ok(true);
    }
    let count = files.files.len() - 1;
    line(&format!("{} revision {}: {count} files signed", signed.name, signed.revision));
    line(&format!("  by  {}", signed.by));
    Ok(true)
}

/// Loads a bundle as a guard would that trusts these keys and no others.
pub fn verify(bundle: &Path, trust: &[String], json: bool) -> Result<bool> {
    let guard = trust
        .iter()
        .fold(Guard::builder().bundle(bundle), |builder, key| builder.trust(key.as_str()));
    let layers = guard.build()?.status().layers;
    for layer in layers {
        let by = layer.signed_by.unwrap_or_default();
        if json {
            let shape = serde_json::json!({
                "ok": true,
                "name": layer.name,
                "revision": layer.revision,
                "hash": layer.hash.hex(),
                "signed_by": by,
            });
            line(&shape.to_string());
            continue;
        }
        line(&format!("{} revision {}: signed and valid", layer.name, layer.revision));
        line(&format!("  hash  {}", layer.hash));
        line(&format!("  by    {by}"));
    }
    Ok(true)
}

/// Pulls a bundle into a file, once.
#[cfg(feature = "https")]
pub fn pull(
    url: &str,
    to: &Path,
    trust: &[String],
    (bearer, roots): (Option<&Path>, Option<&Path>),
    json: bool,
) -> Result<bool> {
    use checkrein_bundles::{Https, Pulled};
    let read = |path: &Path| {
        std::fs::read(path).map_err(|e| {
            Error::new(ErrorKind::MisuseArgument, format!("it cannot be read: {e}"))
                .with("file", file::shown(path))
        })
    };
    let source = Https::new(url, to)?;
    let mut source = trust.iter().try_fold(source, |source, key| source.trust(key))?;
    if let Some(path) = bearer {
        source = source.bearer(String::from_utf8_lossy(&read(path)?).trim());
    }
    if let Some(path) = roots {
        source = source.roots(&read(path)?)?;
    }
    let changed = source.pull()? == Pulled::New;
    if json {
        line(&serde_json::json!({ "ok": true, "changed": changed }).to_string());
        return Ok(true);
    }
    let what = if changed { "another bundle came" } else { "nothing changed" };
    line(&format!("{}: {what}", file::shown(to)));
    Ok(true)
}
