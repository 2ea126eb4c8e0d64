//! What differs between two bundles, setting by setting and tool by tool.

use super::{Bundle, Manifest};
use crate::digest::Digest;
use crate::rule::CustomRule;
use crate::tool::{Effect, Tool};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What: the key of a setting, or the id of a tool.
    pub name: String,
    /// What stands in the old one and not in the new one, by lines.
    pub old: Vec<String>,
    /// What stands in the new one and not in the old one, by lines.
    pub new: Vec<String>,
}

/// The settings that differ, by key.
///
/// ```
/// use checkrein::config::{Bundle, changed_settings};
/// let old = Bundle::embedded();
/// let new = Bundle { profile: "strict".to_owned(), ..old.clone() };
/// let changes = changed_settings(&old, &new);
/// assert_eq!((&*changes[0].name, &*changes[0].new), ("profile", &["strict".to_owned()][..]));
/// ```
#[must_use]
pub fn changed_settings(old: &Bundle, new: &Bundle) -> Vec<Change> {
    compare(&settings(old), &settings(new))
}

/// The tools that differ, by id, as their entries of `tools.toml` show it.
#[must_use]
pub fn changed_tools(old: &Bundle, new: &Bundle) -> Vec<Change> {
    compare(&tools(old), &tools(new))
}

type Lines = BTreeMap<String, Vec<String>>;

fn compare(old: &Lines, new: &Lines) -> Vec<Change> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let only = |these: Option<&Vec<String>>, those: Option<&Vec<String>>| {
        let those: BTreeSet<&String> = those.into_iter().flatten().collect();
        let these = these.into_iter().flatten();
        these.filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    let change = |name: &String| {
        let (before, after) = (old.get(name), new.get(name));
        let change =
            Change { name: name.clone(), old: only(before, after), new: only(after, before) };
        (before != after).then_some(change)
    };
    names.into_iter().filter_map(change).collect()
}

fn settings(bundle: &Bundle) -> Lines {
    let mut lines = Lines::new();
    let mut set = |key: String, value: String| _ = lines.insert(key, vec![value]);
    set("name".to_owned(), bundle.name.clone());
    set("mode".to_owned(), bundle.mode.to_string());
    set("profile".to_owned(), bundle.profile.clone());
    set("baseline".to_owned(), bundle.baseline.to_string());
    set("own_hosts".to_owned(), bundle.own_hosts.join(" "));
    set("flow.disable".to_owned(), bundle.flow_off.join(" "));
    for (rule, score) in &bundle.thresholds {
        set(format!("thresholds.{rule}"), score.to_string());
    }
    for (rule, reason) in &bundle.off {
        set(format!("off.{rule}"), reason.clone());
    }
    for (word, operator) in &bundle.redact {
        set(format!("redact.{word}"), operator.to_string());
    }
    for rule in &bundle.rules {
        let CustomRule { severity, score, .. } = rule;
        let text = Digest::of(format!("{:?}", (&rule.keywords, &rule.expression)).as_bytes());
        let text: String = text.hex().chars().take(8).collect();
        let said = format!("{} {severity} {score} {text}", rule.category);
        set(format!("rules.{}", rule.id), said);
    }
    set("unsure".to_owned(), bundle.unsure.unwrap_or_default().to_string());
    let modes = &bundle.fail_modes;
    set("fail_modes.input".to_owned(), modes.input.to_string());
    set("fail_modes.output".to_owned(), modes.output.to_string());
    let open: Vec<&str> = modes.open.iter().map(Effect::as_str).collect();
    set("fail_modes.open".to_owned(), open.join(" "));
    for (name, value, _) in bundle.limits.named() {
        set(format!("limits.{name}"), value.to_string());
    }
    lines
}

fn tools(bundle: &Bundle) -> Lines {
    let entry = |tool: &Tool| {
        let manifest = Manifest { tools: vec![tool.clone()], ..Manifest::default() };
        let text = manifest.to_toml();
        (tool.id.as_str().to_owned(), text.lines().skip(1).map(str::to_owned).collect())
    };
    bundle.manifest.tools.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn bundle(settings: &str, tools: &str) -> Bundle {
        let files = [("bundle.toml", settings), ("tools.toml", tools)];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Bundle::from_files(files.into(), &Limits::default()).unwrap()
    }

    #[test]
    fn what_differs_is_named_with_both_sides() {
        let old = bundle(
            "name='a'\nrevision=1\n",
            "[tool.a]\neffects=['read']\n[tool.b]\neffects=['send']\n",
        );
        let new = bundle(
            "name='a'\nrevision=2\nmode='monitor'\n[limits]\npending_approvals=2\n",
            "[tool.b]\neffects=['send']\nlimits={per_session=3}\n[tool.c]\neffects=['read']\n",
        );
        assert_eq!(changed_settings(&old, &old), []);
        let names = |changes: Vec<Change>| changes.into_iter().map(|c| c.name).collect::<Vec<_>>();
        assert_eq!(names(changed_settings(&old, &new)), ["limits.pending_approvals", "mode"]);
        let tools = changed_tools(&old, &new);
        assert_eq!(names(tools.clone()), ["a", "b", "c"]);
        assert!(
            tools[1].old.is_empty() && tools[1].new[0].contains("per_session = 3"),
            "{tools:?}"
        );
        assert!(tools[0].new.is_empty() && !tools[0].old.is_empty());
    }
}
