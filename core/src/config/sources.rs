//! Where a guard's bundle comes from: directories and archives, base first, and who must have
//! signed them.

use super::Bundle;
use super::files::Files;
use super::state::MAX_LAYERS;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::file::shown;
use crate::finding::Unsure;
use crate::limits::Limits;
use crate::note::Verifier;
use std::path::PathBuf;

/// Where a bundle comes from. Nothing is read before [`Sources::read`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Directories and archives: the base, then what is laid over it.
    pub paths: Vec<PathBuf>,
    /// Keys of which one must have signed each of them; where none is given, a directory may be
    /// unsigned.
    pub trust: Vec<Verifier>,
    /// Manifest text that a host adds.
    pub tools: Option<String>,
    /// Policy text that a host adds.
    pub policy: Option<String>,
    /// Between which scores a text is left to dearer detectors, where no bundle says.
    pub unsure: Option<Unsure>,
    /// Limits that the bundle starts from.
    pub limits: Limits,
}

impl Sources {
    /// Takes a key that bundles may be signed with: `name+id+base64`.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn trust(&mut self, key: &str) -> Result<()> {
        let key = Verifier::parse(key).map_err(|e| {
            Error::new(ErrorKind::MisuseArgument, format!("`trust`: {}", e.message()))
                .with("hint", "`checkrein keygen` prints it: `name+id+base64`")
        })?;
        self.trust.push(key);
        Ok(())
    }

    /// Reads the files of every layer.
    ///
    /// # Errors
    /// `bundle/file`, `bundle/signature`, `limit/bundle`.
    pub fn read(&self) -> Result<Vec<Files>> {
        Limits::check(ErrorKind::LimitBundle, "layers", self.paths.len(), MAX_LAYERS)?;
        let read = self.paths.iter().map(|path| match (path.is_dir(), self.trust.is_empty()) {
            (true, true) => Files::of_directory(path, &self.limits),
            (true, false) => Files::all_of_directory(path, &self.limits),
            (false, _) => Files::of_archive(path, &self.limits),
        });
        read.collect()
    }

    /// The one layer of an archive that a host got by its own means.
    ///
    /// # Errors
    /// `misuse/argument` where the guard has sources of its own; as [`Files::unpack`].
    pub fn given(&self, archive: &[u8]) -> Result<Vec<Files>> {
        if !self.paths.is_empty() {
            let message = "a guard that reads its `bundle` is given no archive";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        Ok(vec![Files::unpack("given archive", archive, &self.limits)?])
    }

    /// What the layers are called.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.paths.iter().map(|path| shown(path)).collect()
    }

    /// Tells these sources from others.
    #[must_use]
    pub fn key(&self) -> Digest {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let paths: Vec<_> = self.paths.iter().map(absolute).collect();
        Digest::of_parts(paths.iter().map(|path| path.as_os_str().as_encoded_bytes()))
    }

    /// Changes when anything changes that would be read.
    #[must_use]
    pub fn stamp(&self) -> Digest {
        let layers = match self.read() {
            Ok(layers) => layers,
            Err(error) => return Digest::of(error.to_string().as_bytes()),
        };
        let parts = layers.iter().map(|layer| {
            let files = layer.files.iter();
            Digest::of_parts(files.flat_map(|(name, content)| [name.as_bytes(), content]))
        });
        let parts: Vec<Digest> = parts.collect();
        Digest::of_parts(parts.iter().map(|part| part.0.as_slice()))
    }

    /// The bundle that `layers` make, with what the host adds to it.
    ///
    /// # Errors
    /// `bundle/signature`, `bundle/settings`, `bundle/loosens` and those of
    /// [`Bundle::from_files`].
    pub fn bundle(&self, layers: &[Files]) -> Result<Bundle> {
        let mut whole: Option<Bundle> = None;
        for files in layers {
            let bundle = self.layer(files)?;
            whole = Some(match whole {
                None => bundle,
                Some(base) => base.under(bundle, files)?,
            });
        }
        let mut bundle =
            whole.unwrap_or_else(|| Bundle { limits: self.limits.clone(), ..Bundle::embedded() });
        bundle.unsure = bundle.unsure.or(self.unsure);
        bundle.with_texts(self.tools.as_deref(), self.policy.as_deref())
    }

    /// One layer by itself.
    fn layer(&self, files: &Files) -> Result<Bundle> {
        let source = files.source.as_str();
        let fault =
            |message: &str| Error::new(ErrorKind::BundleSignature, message).with("file", source);
        let signed = if self.trust.is_empty() { None } else { Some(files.verify(&self.trust)?) };
        if signed.is_none() && files.packed {
            return Err(fault("an archive is taken only where a trusted key signed it")
                .with("hint", "name the key in `trust`, or unpack the archive"));
        }
        let mut bundle = Bundle::from_files(files.texts()?, &self.limits)?;
        match signed {
            Some(signed) => {
                if (signed.name.as_str(), signed.revision) != (&bundle.name, bundle.revision) {
                    return Err(fault("name and revision are not those that were signed"));
                }
                bundle.signed(source, Some(signed.by));
            }
            None => {
                bundle.says.push(format!("bundle/unsigned: {source}"));
                bundle.signed(source, None);
            }
        }
        Ok(bundle)
    }
}
