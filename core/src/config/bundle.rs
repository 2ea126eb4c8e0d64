//! A bundle: one directory with settings, manifest, policies and entities, read and checked whole.

use super::restrictions::{self, RESTRICTIONS};
use super::{Manifest, toml_error};
use crate::decision::{Mode, Operator};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::event::BundleLayer;
use crate::finding::Unsure;
use crate::id::check_id;
use crate::limits::Limits;
use crate::rule::CustomRule;
use crate::store::Restriction;
use crate::tool::{Effect, Effects, FailMode};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a bundle says, before any stage has seen it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Its name.
    pub name: String,
    /// Grows with every change.
    pub revision: u64,
    /// SHA-256 over its files' names and hashes.
    pub hash: Digest,
    /// Whether decisions bind.
    pub mode: Mode,
    /// `strict` or `balanced`.
    pub profile: String,
    /// Whether the baseline rules apply beside its own.
    pub baseline: bool,
    /// Rule id to score below which a finding is not reported.
    pub thresholds: BTreeMap<String, u16>,
    /// Rule id to the reason why it is switched off.
    pub off: BTreeMap<String, String>,
    /// Between which scores a text is left to dearer detectors; none where nothing is said.
    pub unsure: Option<Unsure>,
    /// Rules of flow that are switched off.
    pub flow_off: Vec<String>,
    /// Hosts that links and images in answers may lead to.
    pub own_hosts: Vec<String>,
    /// Category or kind to what stands for what is redacted of it.
    pub redact: BTreeMap<String, Operator>,
    /// What happens where a verb cannot decide.
    pub fail_modes: FailModes,
    /// Limits in force.
    pub limits: Limits,
    /// The tools it describes.
    pub manifest: Manifest,
    /// Policy files: name and text, by name.
    pub policies: Vec<(String, String)>,
    /// Detector rules of its own, by file.
    pub rules: Vec<CustomRule>,
    /// The text of `entities.json`.
    pub entities: Option<String>,
    /// What it stops.
    pub restrictions: Vec<Restriction>,
    /// What it is made of, base first; nothing where it is embedded.
    pub layers: Vec<BundleLayer>,
    /// What a reviewer should look at.
    pub notices: Vec<String>,
    /// What an operator should know first, and the start record says.
    pub says: Vec<String>,
}

/// What happens where a verb cannot decide, per class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailModes {
    /// `inspect_input`.
    pub input: FailMode,
    /// `inspect_output`.
    pub output: FailMode,
    /// Effects whose calls pass; all others are refused.
    pub open: Effects,
}

impl Default for FailModes {
    fn default() -> Self {
        Self { input: FailMode::Closed, output: FailMode::Closed, open: Effects::NONE }
    }
}

impl FailModes {
    /// The mode for a call with these effects: open only where every one of them is.
    #[must_use]
    pub fn call(&self, effects: Effects) -> FailMode {
        let open = !effects.is_empty() && effects.iter().all(|effect| self.open.has(effect));
        if open { FailMode::Open } else { FailMode::Closed }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: String,
    revision: u64,
    mode: Option<String>,
    profile: Option<String>,
    baseline: Option<bool>,
    #[serde(default)]
    thresholds: BTreeMap<String, u16>,
    #[serde(default)]
    off: BTreeMap<String, String>,
    unsure: Option<[u16; 2]>,
    #[serde(default)]
    flow: FlowSettings,
    #[serde(default)]
    own_hosts: Vec<String>,
    #[serde(default)]
    redact: BTreeMap<String, String>,
    #[serde(default)]
    fail_modes: BTreeMap<String, String>,
    #[serde(default)]
    limits: BTreeMap<String, usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FlowSettings {
    #[serde(default)]
    disable: Vec<String>,
}

impl Bundle {
    /// What is in force where no bundle is given: the baseline alone.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            name: "baseline".to_owned(),
            revision: 0,
            hash: Digest::of_parts([b"checkrein/baseline".as_slice()]),
            mode: Mode::Enforce,
            profile: "balanced".to_owned(),
            baseline: true,
            thresholds: BTreeMap::new(),
            off: BTreeMap::new(),
            unsure: None,
            flow_off: Vec::new(),
            own_hosts: Vec::new(),
            redact: BTreeMap::new(),
            fail_modes: FailModes::default(),
            limits: Limits::default(),
            manifest: Manifest::default(),
            policies: Vec::new(),
            rules: Vec::new(),
            entities: None,
            restrictions: Vec::new(),
            layers: Vec::new(),
            notices: Vec::new(),
            says: Vec::new(),
        }
    }

    /// Adds texts that a host gives in place of files; they count into the hash.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn with_texts(mut self, tools: Option<&str>, policy: Option<&str>) -> Result<Self> {
        let mut parts = vec![self.hash.0.to_vec()];
        if let Some(text) = tools {
            let manifest = Manifest::parse("tools", text, &self.limits)?;
            self.notices.extend(manifest.notices.iter().cloned());
            self.manifest.tools.extend(manifest.tools);
            parts.push(text.as_bytes().to_vec());
        }
        if let Some(text) = policy {
            self.policies.push(("policy".to_owned(), text.to_owned()));
            parts.push(text.as_bytes().to_vec());
        }
        if parts.len() > 1 {
            self.hash = Digest::of_parts(parts.iter().map(Vec::as_slice));
        }
        Ok(self)
    }

    /// Says that all of this came from `source`, signed `by` that key.
    pub(super) fn signed(&mut self, source: &str, by: Option<String>) {
        self.layers = vec![BundleLayer {
            name: self.name.clone(),
            revision: self.revision,
            hash: self.hash,
            source: source.to_owned(),
            signed_by: by,
        }];
    }

    /// Reads a bundle from files: name and text.
    ///
    /// # Errors
    /// `bundle/file`, `bundle/settings`, `limit/bundle`, and those of [`Manifest::parse`].
    pub fn from_files(files: BTreeMap<String, String>, limits: &Limits) -> Result<Self> {
        let total = files.values().map(String::len).sum();
        Limits::check(ErrorKind::LimitBundle, "bundle", total, limits.bundle)?;
        let text = files.get("bundle.toml").ok_or_else(|| {
            Error::new(ErrorKind::BundleFile, "a bundle has a `bundle.toml`")
                .with("hint", "it needs at least `name` and `revision`")
        })?;
        let settings: Settings = toml::from_str(text)
            .map_err(|error| toml_error(ErrorKind::BundleSettings, &error, "bundle.toml", text))?;
        check_id("bundle's", &settings.name).map_err(settings_error)?;
        let manifest = match files.get("tools.toml") {
            Some(text) => Manifest::parse("tools.toml", text, limits)?,
            None => Manifest::default(),
        };
        let hashes: Vec<(String, Digest)> =
            files.iter().map(|(name, text)| (name.clone(), Digest::of(text.as_bytes()))).collect();
        let parts = hashes.iter().flat_map(|(name, hash)| [name.as_bytes(), hash.0.as_slice()]);
        let mut limits = limits.clone();
        for (name, value) in &settings.limits {
            limits.set(name, *value).map_err(settings_error)?;
        }
        let rules = files.iter().filter(|(name, _)| super::files::is_rules(name));
        let rules = rules.map(|(name, text)| (name.as_str(), text.as_str()));
        let rules = super::rules::parse(rules, &limits)?;
        let mut notices = manifest.notices.clone();
        let untested = rules.iter().filter(|rule| rule.find.is_empty());
        notices.extend(untested.map(|rule| format!("{}: `{}` has no test", rule.file, rule.id)));
        Ok(Self {
            name: settings.name,
            revision: settings.revision,
            hash: Digest::of_parts(parts),
            mode: word(settings.mode.as_deref(), Mode::parse, Mode::Enforce)?,
            profile: settings.profile.unwrap_or_else(|| "balanced".to_owned()),
            baseline: settings.baseline.unwrap_or(true),
            thresholds: settings.thresholds,
            off: settings.off,
            unsure: settings
                .unsure
                .map(|[low, high]| Unsure::new(low, high).map_err(settings_error))
                .transpose()?,
            flow_off: settings.flow.disable,
            own_hosts: settings.own_hosts,
            redact: operators(&settings.redact)?,
            fail_modes: fail_modes(&settings.fail_modes)?,
            limits,
            manifest,
            policies: files
                .iter()
                .filter(|(name, _)| name.ends_with(".cedar"))
                .map(|(name, text)| (name.clone(), text.clone()))
                .collect(),
            rules,
            entities: files.get("entities.json").cloned(),
            restrictions: match files.get(RESTRICTIONS) {
                Some(text) => restrictions::parse(text)?,
                None => Vec::new(),
            },
            layers: Vec::new(),
            notices,
            says: Vec::new(),
        })
    }
}

fn operators(words: &BTreeMap<String, String>) -> Result<BTreeMap<String, Operator>> {
    let parsed = words.iter().map(|(word, operator)| {
        Ok((word.clone(), Operator::parse(operator).map_err(settings_error)?))
    });
    parsed.collect()
}

fn fail_modes(words: &BTreeMap<String, String>) -> Result<FailModes> {
    let mut modes = FailModes::default();
    for (class, text) in words {
        let mode = FailMode::parse(text).map_err(settings_error)?;
        match class.as_str() {
            "input" => modes.input = mode,
            "output" => modes.output = mode,
            effect => {
                let effect = Effect::parse(effect).map_err(settings_error)?;
                if mode == FailMode::Open {
                    modes.open = modes.open.with(effect);
                }
            }
        }
    }
    Ok(modes)
}

fn word<T>(text: Option<&str>, parse: impl Fn(&str) -> Result<T>, default: T) -> Result<T> {
    text.map_or(Ok(default), |text| parse(text).map_err(settings_error))
}

fn settings_error(error: Error) -> Error {
    let known = error.fact("known").unwrap_or_default().to_owned();
    Error::new(ErrorKind::BundleSettings, error.message())
        .with("file", "bundle.toml")
        .with("known", known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(settings: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("bundle.toml".to_owned(), settings.to_owned())])
    }

    #[test]
    fn settings_are_checked() {
        let limits = Limits::default();
        let bundle = Bundle::from_files(
            files("name='a'\nrevision=3\nmode='monitor'\n[fail_modes]\nread='open'\n"),
            &limits,
        )
        .unwrap();
        assert_eq!((bundle.revision, bundle.mode), (3, Mode::Monitor));
        assert_eq!(bundle.fail_modes.call(Effects::NONE.with(Effect::Read)), FailMode::Open);
        let both = Effects::NONE.with(Effect::Read).with(Effect::Send);
        assert_eq!(bundle.fail_modes.call(both), FailMode::Closed);
        assert_eq!(bundle.fail_modes.call(Effects::NONE), FailMode::Closed);
        for bad in [
            "name='a'",
            "name='a'\nrevision=1\nmode='off'",
            "name='a'\nrevision=1\nrevison=2",
            "name='a'\nrevision=1\n[fail_modes]\nreed='open'",
            "name='a'\nrevision=1\n[limits]\ntxt=1",
            "name='a'\nrevision=1\n[redact]\npersonal='shred'",
            "name='a'\nrevision=1\nunsure=[700, 300]",
            "name='a'\nrevision=1\nunsure=[700, 1001]",
            "name='a'\nrevision=1\nunsure=[700]",
        ] {
            let error = Bundle::from_files(files(bad), &limits).unwrap_err();
            assert_eq!(error.code(), "bundle/settings", "{bad}");
            assert_eq!(error.fact("file"), Some("bundle.toml"));
        }
        assert_eq!(Bundle::from_files(BTreeMap::new(), &limits).unwrap_err().code(), "bundle/file");
    }

    #[test]
    fn rules_of_flow_are_switched_off_by_name() {
        let limits = Limits::default();
        let read = |flow: &str| {
            Bundle::from_files(files(&format!("name='a'\nrevision=1\n[flow]\n{flow}")), &limits)
        };
        assert_eq!(read("disable=['person']").unwrap().flow_off, ["person"]);
        assert_eq!(read("disabled=['person']").unwrap_err().code(), "bundle/settings");
    }

    #[test]
    fn any_change_changes_the_hash() {
        let limits = Limits::default();
        let hash = |text| Bundle::from_files(files(text), &limits).unwrap().hash;
        assert_ne!(hash("name='a'\nrevision=1"), hash("name='a'\nrevision=1\n"));
    }
}
