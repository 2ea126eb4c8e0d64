//! Bundles as a command opens them: signed ones by the keys that are trusted, drafts as they are.

use checkrein::config::{SIGNATURE, Sources};
use checkrein::{Guard, GuardBuilder, Result};
use std::path::Path;

/// Whom a command trusts.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Trust {
    /// A key that signed bundles must be signed with, `name+id+base64`; may be given several times.
    /// A directory without a signature is a draft, and is taken as it is.
    #[arg(long = "trust", value_name = "KEY")]
    keys: Vec<String>,
}

impl Trust {
    /// A guard to be, of this bundle.
    pub fn guard(&self, bundle: &Path) -> GuardBuilder {
        let builder = Guard::builder().bundle(bundle);
        self.of(bundle).iter().fold(builder, |builder, key| builder.trust(key.as_str()))
    }

    /// Where this bundle comes from.
    pub fn sources(&self, bundle: &Path) -> Result<Sources> {
        let mut sources = Sources { paths: vec![bundle.to_path_buf()], ..Sources::default() };
        self.of(bundle).iter().try_for_each(|key| sources.trust(key))?;
        Ok(sources)
    }

    /// What to tell of who signed the bundle, where anybody is trusted.
    pub fn told(&self, signed_by: Option<&str>) -> String {
        match signed_by {
            _ if self.keys.is_empty() => String::new(),
            None => " (a draft, not signed)".to_owned(),
            Some(by) => format!(" (signed by {})", checkrein::decision::show(by)),
        }
    }

    /// The keys of which one must have signed it.
    fn of(&self, bundle: &Path) -> &[String] {
        let signed = || std::fs::symlink_metadata(bundle.join(SIGNATURE)).is_ok();
        if bundle.is_dir() && !signed() { &[] } else { &self.keys }
    }
}
