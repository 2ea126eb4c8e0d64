//! What each stage takes of one document of 100 KB, alone: the sum is `inspect_100k`, but for the rest.

use crate::flow;
use crate::harness::{Plan, Result, timed};
use checkrein::Limits;
use checkrein::detect::{Channel, Detectors, Model, Scope, Settings};
use checkrein::digest::Key;
use checkrein::normalize::Normalizer;
use checkrein::source::SourceKind;
use checkrein::view::Leaf;
use std::collections::BTreeMap;

/// The rule that is the model.
const MODEL: &str = "injection/model";

pub fn rows(plan: &Plan, texts: &[String]) -> Result<()> {
    let normalizer = Normalizer::new(&Limits::default());
    let off = BTreeMap::from([(MODEL.to_owned(), "measured alone".to_owned())]);
    let rules = Detectors::new(&Settings { off, ..Settings::default() })?;
    let model = Model::built_in().ok_or("no model")?;
    let key = Key::new([7; 32]);
    let text = |i: usize| texts.get(i % texts.len()).map(String::as_str).unwrap_or_default();
    plan.row("share_views", 200, |i| Ok(timed(|| normalizer.views(text(i))).0))?;
    plan.row("share_rules", 200, |i| {
        let (text, views) = (text(i), normalizer.views(text(i)));
        let leaf = Leaf { path: "", text, views: &views };
        let (scope, mut found) = (Scope::Input(SourceKind::Retrieved), Vec::new());
        Ok(timed(|| rules.scan(&leaf, scope, &key, &mut found)).0)
    })?;
    plan.row("share_model", 200, |i| {
        let views = normalizer.views(text(i));
        Ok(timed(|| model.evidence(&views, Channel::Foreign)).0)
    })?;
    plan.row("share_flow", 200, |i| flow::admitted(text(i)))
}
