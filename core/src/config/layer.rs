//! One bundle laid over another: the stricter wins, and a line that loosens is an error.

use super::{Bundle, Files, at_span};
use crate::decision::{Mode, Operator};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Category;
use crate::label::{Confidentiality, Integrity};
use crate::limits::Limits;
use crate::tool::{Argument, Effect, FailMode, Format, ResultShape, Return, Role, Tool};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Limits of which more is stricter: what is looked through, and how far.
const MORE_IS_STRICTER: &[&str] = &["decode_depth", "decode_ratio", "hold_back"];

impl Bundle {
    /// Lays `over` (read from `files`) over this one.
    ///
    /// # Errors
    /// `bundle/loosens`, with file, line and column of the line.
    pub(super) fn under(mut self, over: Self, files: &Files) -> Result<Self> {
        let text = |name: &str| {
            let bytes = files.files.get(name).map_or(&[][..], Vec::as_slice);
            std::str::from_utf8(bytes).unwrap_or_default()
        };
        let settings = Said::read(&over.name, "bundle.toml", text("bundle.toml"))?;
        self.settings_under(&over, &settings)?;
        let tools = Said::read(&over.name, "tools.toml", text("tools.toml"))?;
        let mut manifest: BTreeMap<_, _> =
            self.manifest.tools.into_iter().map(|tool| (tool.id.clone(), tool)).collect();
        self.manifest.lints.extend(over.manifest.lints);
        for tool in over.manifest.tools {
            let tool = match manifest.remove(&tool.id) {
                Some(base) => tool_under(base, tool, &tools)?,
                None => tool,
            };
            manifest.insert(tool.id.clone(), tool);
        }
        self.manifest.tools = manifest.into_values().collect();
        if over.entities.is_some() {
            let message = "who is in which group is the first bundle's to say";
            let error = Error::new(ErrorKind::BundleLoosens, message);
            return Err(error.with("file", format!("{}/entities.json", over.name)));
        }
        // The name before it tells the engine that these may only tighten.
        let policies = over.policies.into_iter();
        self.policies.extend(policies.map(|(file, text)| (format!("{}/{file}", over.name), text)));
        for mut rule in over.rules {
            let file = format!("{}/{}", over.name, rule.file);
            if self.rules.iter().any(|known| known.id == rule.id) {
                let message = format!("the rule `{}` is a bundle's below it", rule.id);
                let error = Error::new(ErrorKind::BundleLoosens, message).with("file", file);
                return Err(error.with("line", rule.line.to_string()));
            }
            rule.file = file;
            self.rules.push(rule);
        }
        let (kind, most) = (ErrorKind::LimitBundle, self.limits.custom_rules);
        Limits::check(kind, "custom_rules", self.rules.len(), most)?;
        self.restrictions.extend(over.restrictions);
        self.notices.extend(over.notices);
        self.says.extend(over.says);
        self.layers.extend(over.layers);
        self.name = format!("{}+{}", self.name, over.name);
        // Each of them only grows, and so does this.
        self.revision = self.revision.saturating_add(over.revision);
        self.hash = Digest::of_parts([self.hash.0.as_slice(), &over.hash.0]);
        Ok(self)
    }

    fn settings_under(&mut self, over: &Self, said: &Said) -> Result<()> {
        if said.has(&["mode"]) {
            said.check(over.mode == Mode::Enforce || self.mode == Mode::Monitor, &["mode"])?;
            self.mode = over.mode;
        }
        if said.has(&["profile"]) {
            said.check(over.profile == "strict" || self.profile != "strict", &["profile"])?;
            self.profile.clone_from(&over.profile);
        }
        if said.has(&["baseline"]) {
            said.check(over.baseline || !self.baseline, &["baseline"])?;
            self.baseline = over.baseline;
        }
        if said.has(&["own_hosts"]) {
            let known = over.own_hosts.iter().all(|host| self.own_hosts.contains(host));
            said.check(known, &["own_hosts"])?;
            self.own_hosts.clone_from(&over.own_hosts);
        }
        for (rule, score) in &over.thresholds {
            // What holds where nothing was said is the detectors' to know, and 0 is below it.
            let lower = self.thresholds.get(rule).map_or(*score == 0, |base| score <= base);
            said.check(lower, &["thresholds", rule])?;
            self.thresholds.insert(rule.clone(), *score);
        }
        if let Some(unsure) = over.unsure {
            said.check(unsure.contains(self.unsure.unwrap_or_default()), &["unsure"])?;
            self.unsure = over.unsure;
        }
        for rule in over.off.keys() {
            said.check(self.off.contains_key(rule), &["off", rule])?;
        }
        let known = over.flow_off.iter().all(|rule| self.flow_off.contains(rule));
        said.check(known, &["flow", "disable"])?;
        let before = self.redact.clone();
        for (word, operator) in &over.redact {
            // A kind that the base does not name is redacted as its category, whichever that is.
            let is_category = Category::parse(word).is_ok();
            let others =
                before.iter().filter(|(other, _)| !is_category && Category::parse(other).is_ok());
            let others = others.map(|(_, operator)| *operator).max();
            let base = before.get(word).copied().or(others).unwrap_or(Operator::Mask);
            said.check(*operator >= base, &["redact", word])?;
            self.redact.insert(word.clone(), *operator);
        }
        let (base, over_modes) = (&mut self.fail_modes, &over.fail_modes);
        for (word, base, over) in [
            ("input", &mut base.input, over_modes.input),
            ("output", &mut base.output, over_modes.output),
        ] {
            if said.has(&["fail_modes", word]) {
                said.check(
                    over == FailMode::Closed || *base == FailMode::Open,
                    &["fail_modes", word],
                )?;
                *base = over;
            }
        }
        let open = Effect::ALL.iter().copied().filter(|effect| {
            let said = said.has(&["fail_modes", effect.as_str()]);
            base.open.has(*effect) && (!said || over_modes.open.has(*effect))
        });
        let open = open.collect();
        for effect in over_modes.open.iter() {
            said.check(base.open.has(effect), &["fail_modes", effect.as_str()])?;
        }
        base.open = open;
        let before = self.limits.named();
        for ((name, value, _), (_, base, _)) in over.limits.named().into_iter().zip(before) {
            if said.has(&["limits", name]) {
                let stricter =
                    if MORE_IS_STRICTER.contains(&name) { value >= base } else { value <= base };
                said.check(stricter, &["limits", name])?;
                self.limits.set(name, value)?;
            }
        }
        Ok(())
    }
}

/// What both say of one tool.
fn tool_under(mut base: Tool, over: Tool, said: &Said) -> Result<Tool> {
    let id = base.id.as_str().to_owned();
    let at = |key: &'static str| ["tool", id.as_str(), key];
    let within = |list: &[String], base: &[String]| {
        base.is_empty() || (!list.is_empty() && list.iter().all(|item| base.contains(item)))
    };
    base.effects = base.effects.iter().chain(over.effects.iter()).collect();
    base.owner_business = over.owner_business.or(base.owner_business);
    base.owner_technical = over.owner_technical.or(base.owner_technical);
    for (key, list, base) in
        [("egress", over.egress, &mut base.egress), ("roots", over.roots, &mut base.roots)]
    {
        if said.has(&at(key)) {
            said.check(within(&list, base), &at(key))?;
            *base = list;
        }
    }
    if said.has(&at("intent")) {
        said.check(over.intent.iter().all(|verb| base.intent.contains(verb)), &at("intent"))?;
        base.intent = over.intent;
    }
    if said.has(&at("read_only")) {
        said.check(over.read_only || !base.read_only, &at("read_only"))?;
        base.read_only = over.read_only;
    }
    if said.has(&at("isolated")) {
        said.check(!over.isolated || base.isolated, &at("isolated"))?;
        base.isolated = over.isolated;
    }
    if said.has(&at("on_error")) {
        let closed = over.on_error == FailMode::Closed || base.on_error == FailMode::Open;
        said.check(closed, &at("on_error"))?;
        base.on_error = over.on_error;
    }
    if said.has(&at("result")) {
        said.check(over.result == ResultShape::Text || over.result == base.result, &at("result"))?;
        base.result = over.result;
    }
    said.check(over.fields.is_none() || over.fields == base.fields, &at("fields"))?;
    let external = over.external_if.is_none() || over.external_if == base.external_if;
    said.check(external, &at("external_if"))?;
    let pin = over.description_sha256;
    let pinned = pin.is_none() || base.description_sha256.is_none_or(|base| Some(base) == pin);
    said.check(pinned, &at("description_sha256"))?;
    base.description_sha256 = base.description_sha256.or(pin);
    for (key, over, base) in [
        ("per_session", over.limits.per_session, &mut base.limits.per_session),
        ("per_minute", over.limits.per_minute, &mut base.limits.per_minute),
        ("total", over.limits.total, &mut base.limits.total),
        ("amount", over.limits.amount, &mut base.limits.amount),
    ] {
        if let Some(over) = over {
            let lower = base.is_none_or(|base| over <= base);
            said.check(lower, &["tool", &id, "limits", key])?;
            *base = Some(over);
        }
    }
    for argument in over.arguments {
        let path = argument.path.as_str().to_owned();
        let known = base.arguments.iter().find(|known| known.path == argument.path);
        said.check(may_say(known, &argument), &["tool", &id, "arguments", &path])?;
        if known.is_none() {
            base.arguments.push(argument);
        }
    }
    for field in over.returns {
        let path = field.path.as_str().to_owned();
        let at = |key: &'static str| ["tool", id.as_str(), "returns", path.as_str(), key];
        let same =
            |field: &Return| (field.format, field.kind.clone(), field.names_record, field.key);
        let silent = same(&field) == same(&plain(&field));
        let Some(known) = base.returns.iter_mut().find(|known| known.path == field.path) else {
            // A field that nobody spoke of is anybody's text, and private; by its name, secret.
            let by_name = base.fields.is_some();
            let least = if by_name { Confidentiality::Secret } else { Confidentiality::Private };
            let lowest = field.integrity == Integrity::Untrusted && field.confidentiality >= least;
            said.check(lowest && silent, &["tool", id.as_str(), "returns", path.as_str()])?;
            base.returns.push(field);
            continue;
        };
        if said.has(&at("integrity")) {
            said.check(field.integrity <= known.integrity, &at("integrity"))?;
            known.integrity = field.integrity;
        }
        if said.has(&at("confidentiality")) {
            said.check(field.confidentiality >= known.confidentiality, &at("confidentiality"))?;
            known.confidentiality = field.confidentiality;
        }
        said.check(silent || same(&field) == same(known), &["tool", &id, "returns", &path])?;
        for category in field.categories {
            if !known.categories.contains(&category) {
                known.categories.push(category);
            }
        }
    }
    Ok(base)
}

/// A field of which nothing is said.
fn plain(field: &Return) -> Return {
    Return { format: Format::Text, kind: None, names_record: false, key: None, ..field.clone() }
}

/// Whether an argument may be said so: as it is known, or, where it is not, as one that is judged.
fn may_say(known: Option<&Argument>, over: &Argument) -> bool {
    match known {
        Some(known) => known == over,
        None => matches!(over.role, Role::Payload | Role::Destination | Role::Address),
    }
}

/// What a file says, and where.
struct Said<'a> {
    file: String,
    text: &'a str,
    tree: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Said<'a> {
    fn read(bundle: &str, name: &str, text: &'a str) -> Result<Self> {
        let file = format!("{bundle}/{name}");
        // It was read before: what cannot be read is not there.
        Ok(Self { file, text, tree: DeTable::parse(text).ok() })
    }

    fn find(&self, path: &[&str]) -> Option<Range<usize>> {
        let mut table = self.tree.as_ref()?.get_ref();
        let (last, above) = path.split_last()?;
        for key in above {
            let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
            let DeValue::Table(inner) = value.get_ref() else { return None };
            table = inner;
        }
        table.iter().find(|(name, _)| name.get_ref() == last).map(|(name, _)| name.span())
    }

    fn has(&self, path: &[&str]) -> bool {
        self.find(path).is_some()
    }

    /// Fails, naming the line, where it is not `stricter`.
    fn check(&self, stricter: bool, path: &[&str]) -> Result<()> {
        if stricter {
            return Ok(());
        }
        let message = format!("`{}` loosens what a bundle below it says", path.join("."));
        let error = Error::new(ErrorKind::BundleLoosens, crate::decision::show(&message));
        Err(at_span(error, &self.file, self.text, self.find(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "
        name = 'base'
        revision = 3
        profile = 'strict'
        own_hosts = ['example.com', 'example.org']
        thresholds = { 'personal/phone' = 700 }
        fail_modes = { read = 'open' }
        limits = { validity_ms = 10000 }
    ";
    const TOOLS: &str = "
        [tool.pay]
        effects = ['spend']
        arguments.to = { role = 'destination', type = 'account' }
        returns.id = { integrity = 'trusted', format = 'id' }
        egress = ['bank.example']
        limits = { per_minute = 5 }
        read_only = true
    ";

    fn files(settings: &str, tools: &str) -> Files {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let files = [file("bundle.toml", settings), file("tools.toml", tools)].into();
        Files { files, ..Files::default() }
    }

    fn over(settings: &str, tools: &str) -> Result<Bundle> {
        let read = |files: &Files| Bundle::from_files(files.texts()?, &Limits::default());
        let over = files(&format!("name = 'team'\nrevision = 4\n{settings}"), tools);
        read(&files(BASE, TOOLS))?.under(read(&over)?, &over)
    }

    #[test]
    fn the_stricter_of_both_holds() {
        let bundle = over("", "").unwrap();
        assert_eq!((bundle.name.as_str(), bundle.revision), ("base+team", 7));
        assert_eq!((bundle.profile.as_str(), bundle.limits.validity_ms), ("strict", 10_000));
        assert!(bundle.fail_modes.open.has(Effect::Read));
        let settings = "own_hosts = ['example.com']\n[thresholds]\n'personal/phone' = 600\n\
            [fail_modes]\nread = 'closed'\n[limits]\nvalidity_ms = 5000\n";
        let bundle = over(settings, "").unwrap();
        assert_eq!((bundle.own_hosts.len(), bundle.limits.validity_ms), (1, 5000));
        assert!(!bundle.fail_modes.open.has(Effect::Read));
        let tools = "[tool.pay]\neffects = ['send']\narguments.note = { role = 'payload' }\n\
            limits = { per_minute = 2, amount = 100 }\n[tool.look]\neffects = ['read']\n";
        let bundle = over("", tools).unwrap();
        let [look, pay] = bundle.manifest.tools.as_slice() else { panic!("two tools") };
        assert_eq!(look.id.as_str(), "look");
        assert!(pay.effects.has(Effect::Spend) && pay.effects.has(Effect::Send));
        assert_eq!((pay.limits.per_minute, pay.limits.amount), (Some(2), Some(100)));
        assert!(pay.read_only && pay.arguments.len() == 2);
        assert_eq!(pay.egress, ["bank.example"]);
        assert_eq!(pay.returns.len(), 1);
    }

    #[test]
    fn a_loosening_line_is_named() {
        let (settings, tools) = ("bundle.toml", "tools.toml");
        for (file, line, text) in [
            (settings, 3, "profile = 'balanced'"),
            (settings, 3, "mode = 'monitor'"),
            (settings, 3, "baseline = false"),
            (settings, 3, "own_hosts = ['example.net']"),
            (settings, 4, "[thresholds]\n'personal/phone' = 800"),
            (settings, 4, "[thresholds]\n'personal/iban' = 100"),
            (settings, 3, "unsure = [300, 700]"),
            (settings, 3, "unsure = [200, 600]"),
            (settings, 4, "[off]\n'personal/iban' = 'no'"),
            (settings, 4, "[flow]\ndisable = ['person']"),
            (settings, 5, "[fail_modes]\nread = 'open'\nsend = 'open'"),
            (settings, 4, "[fail_modes]\ninput = 'open'"),
            (settings, 4, "[redact]\npersonal = 'hash'"),
            (settings, 4, "[redact]\niban = 'replace'"),
            (settings, 4, "[limits]\nvalidity_ms = 20000"),
            (settings, 4, "[limits]\ndecode_depth = 1"),
            (tools, 3, "egress = ['other.example']"),
            (tools, 3, "egress = []"),
            (tools, 3, "limits = { per_minute = 6 }"),
            (tools, 3, "read_only = false"),
            (tools, 3, "on_error = 'open'"),
            (tools, 3, "isolated = true"),
            (tools, 3, "result = 'json'"),
            (tools, 3, "intent = ['pay']"),
            (tools, 3, "external_if = 'to'"),
            (tools, 3, "fields = { by_name = 'own' }"),
            (tools, 3, "arguments.to = { role = 'free' }"),
            (tools, 3, "arguments.note = { role = 'free' }"),
            (tools, 3, "returns.name = { integrity = 'trusted', format = 'name' }"),
            (tools, 3, "returns.id = { integrity = 'trusted', format = 'id', kind = 'x' }"),
            (tools, 3, "returns.name = { format = 'id', kind = 'x' }"),
            (tools, 3, "returns.id = { confidentiality = 'public' }"),
        ] {
            let loosened = if file == settings {
                over(text, "")
            } else {
                over("", &format!("[tool.pay]\neffects = ['spend']\n{text}"))
            };
            let error = loosened.map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "bundle/loosens", "{text}: {error}");
            assert_eq!(error.fact("file"), Some(format!("team/{file}").as_str()), "{text}");
            assert_eq!(error.fact("line"), Some(line.to_string().as_str()), "{text}: {error}");
        }
    }
}
