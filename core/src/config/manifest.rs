//! `tools.toml`: what each tool does to the world, as people wrote it.

use super::{at_span, position, toml_error};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Lint, LintKind, Result};
use crate::id::ToolId;
use crate::label::{Confidentiality, Integrity, check_category};
use crate::limits::Limits;
use crate::tool::{
    Argument, Budget, ByName, Effect, Effects, ExternalIf, FailMode, Format, Naming, PathPattern,
    ResultShape, Return, Role, Tool, ToolOrigin, ValueType,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The tools that a manifest describes, sorted by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The tools.
    pub tools: Vec<Tool>,
    /// What a reviewer should look at.
    pub notices: Vec<String>,
    /// The same, with kind and place.
    pub lints: Vec<Lint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tool: BTreeMap<Spanned<String>, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    effects: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    owner: Owner,
    #[serde(default)]
    arguments: BTreeMap<Spanned<String>, ArgumentEntry>,
    #[serde(default)]
    returns: BTreeMap<Spanned<String>, ReturnEntry>,
    fields: Option<FieldsEntry>,
    result: Option<Spanned<String>>,
    external_if: Option<Spanned<String>>,
    #[serde(default)]
    intent: Vec<String>,
    #[serde(default)]
    limits: LimitsEntry,
    #[serde(default)]
    egress: Vec<String>,
    #[serde(default)]
    roots: Vec<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    isolated: bool,
    on_error: Option<Spanned<String>>,
    description_sha256: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Owner {
    business: Option<String>,
    technical: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LimitsEntry {
    per_session: Option<i64>,
    per_minute: Option<i64>,
    total: Option<i64>,
    amount: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArgumentEntry {
    role: Spanned<String>,
    r#type: Option<Spanned<String>>,
    kind: Option<String>,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReturnEntry {
    integrity: Option<Spanned<String>>,
    confidentiality: Option<Spanned<String>>,
    format: Option<Spanned<String>>,
    kind: Option<String>,
    #[serde(default)]
    names_record: bool,
    #[serde(default)]
    categories: Vec<Spanned<String>>,
    key: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsEntry {
    by_name: Spanned<String>,
    kind: Option<String>,
}

/// Reads words with their place, so that every fault names file, line and column.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Manifest {
    /// Reads a manifest; `file` is what errors call it.
    ///
    /// # Errors
    /// `manifest/unknown_key`, `manifest/value`, `manifest/lint`, `tool/name_invalid`,
    /// `limit/bundle`; each with file, line and column.
    pub fn parse(file: &str, text: &str, limits: &Limits) -> Result<Self> {
        Limits::check(ErrorKind::LimitBundle, "bundle", text.len(), limits.bundle)?;
        let parsed: File = toml::from_str(text).map_err(|error| {
            let unknown = error.message().starts_with("unknown field");
            let kind =
                if unknown { ErrorKind::ManifestUnknownKey } else { ErrorKind::ManifestValue };
            toml_error(kind, &error, file, text)
        })?;
        let reader = Reader { file, text };
        let mut manifest = Manifest::default();
        for (name, entry) in parsed.tool {
            let tool = reader.tool(&name, entry)?;
            let (line, _) = position(text, name.span().start);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            for (kind, notice) in lint(&tool).map_err(|error| reader.place(error, &name.span()))? {
                manifest.notices.push(format!("{file}: {notice}"));
                manifest.lints.push(Lint::new(kind, file, line, notice));
            }
            manifest.tools.push(tool);
        }
        manifest.tools.sort_by(|a, b| a.id.cmp(&b.id));
        Limits::check(ErrorKind::LimitBundle, "tools", manifest.tools.len(), limits.tools)?;
        Ok(manifest)
    }
}

impl Reader<'_> {
    fn place(&self, error: Error, span: &std::ops::Range<usize>) -> Error {
        at_span(error, self.file, self.text, Some(span.clone()))
    }

    fn word<T>(&self, word: &Spanned<String>, parse: impl Fn(&str) -> Result<T>) -> Result<T> {
        parse(word.get_ref()).map_err(|error| self.place(error, &word.span()))
    }

    fn optional<T>(
        &self,
        word: Option<&Spanned<String>>,
        parse: impl Fn(&str) -> Result<T>,
        default: T,
    ) -> Result<T> {
        word.map_or(Ok(default), |word| self.word(word, parse))
    }

    fn tool(&self, name: &Spanned<String>, entry: Entry) -> Result<Tool> {
        let id = self.word(name, ToolId::new)?;
        let effects = entry.effects.get_ref().iter().map(|word| self.word(word, Effect::parse));
        let effects: Effects = effects.collect::<Result<Vec<_>>>()?.into_iter().collect();
        if effects.is_empty() {
            let known: Vec<&str> = Effect::ALL.iter().map(|effect| effect.as_str()).collect();
            let error = Error::new(ErrorKind::ManifestValue, "a tool has at least one effect")
                .with("known", known.join(" "));
            return Err(self.place(error, &entry.effects.span()));
        }
        let mut arguments = Vec::new();
        for (path, argument) in &entry.arguments {
            arguments.push(self.argument(path, argument)?);
        }
        let mut returns = Vec::new();
        for (path, field) in &entry.returns {
            returns.push(self.field(path, field)?);
        }
        let fields = match &entry.fields {
            None => None,
            Some(FieldsEntry { by_name, kind }) => {
                Some(ByName { records: self.word(by_name, Naming::parse)?, kind: kind.clone() })
            }
        };
        let external_if = match &entry.external_if {
            None => None,
            Some(path) => Some(ExternalIf { argument: self.word(path, PathPattern::parse)? }),
        };
        let sha256 = |word: &str| {
            Digest::from_hex(word).ok_or_else(|| {
                Error::new(ErrorKind::ManifestValue, "this is not 64 hexadecimal digits")
            })
        };
        let description = entry.description_sha256.as_ref();
        let description_sha256 = description.map(|word| self.word(word, sha256)).transpose()?;
        let limits = &entry.limits;
        Ok(Tool {
            effects,
            owner_business: entry.owner.business,
            owner_technical: entry.owner.technical,
            arguments,
            returns,
            fields,
            result: self.optional(entry.result.as_ref(), ResultShape::parse, ResultShape::Text)?,
            external_if,
            intent: entry.intent,
            limits: Budget {
                per_session: limits.per_session,
                per_minute: limits.per_minute,
                total: limits.total,
                amount: limits.amount,
            },
            egress: entry.egress,
            roots: entry.roots,
            read_only: entry.read_only,
            isolated: entry.isolated,
            on_error: self.optional(entry.on_error.as_ref(), FailMode::parse, FailMode::Closed)?,
            description_sha256,
            origin: ToolOrigin::Declared,
            ..Tool::unknown(id)
        })
    }

    fn argument(&self, path: &Spanned<String>, entry: &ArgumentEntry) -> Result<Argument> {
        let pattern = self.word(path, PathPattern::parse)?;
        if pattern.root().is_none() {
            let message = "an argument's path starts with its name";
            return Err(self.place(Error::new(ErrorKind::ManifestValue, message), &path.span()));
        }
        let role = self.word(&entry.role, Role::parse)?;
        let default = if role == Role::Amount { ValueType::Integer } else { ValueType::String };
        let (value_type, list) =
            self.optional(entry.r#type.as_ref(), value_type, (default, false))?;
        Ok(Argument {
            path: pattern,
            role,
            value_type,
            list,
            kind: entry.kind.clone(),
            optional: entry.optional,
        })
    }

    fn field(&self, path: &Spanned<String>, entry: &ReturnEntry) -> Result<Return> {
        let mut categories = Vec::new();
        for category in &entry.categories {
            self.word(category, check_category)?;
            categories.push(category.get_ref().clone());
        }
        Ok(Return {
            path: self.word(path, PathPattern::parse)?,
            integrity: self.optional(
                entry.integrity.as_ref(),
                Integrity::parse,
                Integrity::Untrusted,
            )?,
            confidentiality: self.optional(
                entry.confidentiality.as_ref(),
                Confidentiality::parse,
                Confidentiality::Private,
            )?,
            format: self.optional(entry.format.as_ref(), Format::parse, Format::Text)?,
            kind: entry.kind.clone(),
            names_record: entry.names_record,
            categories,
            key: entry.key.as_ref().map(|word| self.word(word, Format::parse)).transpose()?,
        })
    }
}

/// `email`, `list<email>`.
fn value_type(word: &str) -> Result<(ValueType, bool)> {
    match word.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        Some(inner) => Ok((ValueType::parse(inner)?, true)),
        None => Ok((ValueType::parse(word)?, false)),
    }
}

/// What would not be safe (an error) and what a reviewer should look at (notices).
///
/// # Errors
/// `manifest/lint`: `trusted` or `user` on a field whose format can carry an instruction, or an
/// outward tool none of whose arguments says where things go.
pub fn lint(tool: &Tool) -> Result<Vec<(LintKind, String)>> {
    let id = &tool.id;
    for field in &tool.returns {
        let path = field.path.as_str().escape_debug();
        if field.integrity == Integrity::User {
            let message = format!("`{id}` returns `{path}` as `user`: only the user's turns are");
            return Err(Error::new(ErrorKind::ManifestLint, message)
                .with("hint", "use `trusted` with a bounded format"));
        }
        if field.integrity == Integrity::Trusted && !field.format.is_bounded() {
            let message = format!(
                "`{id}` returns `{path}` as trusted, and its format `{}` can carry an instruction",
                field.format
            );
            return Err(Error::new(ErrorKind::ManifestLint, message).with(
                "hint",
                "name a bounded format: id email account date number enum name url",
            ));
        }
        if field.key.is_some_and(|key| !key.is_bounded() || field.path.key_end("").is_none()) {
            let message = format!("`{id}` returns `{path}` with a `key` that is not bounded");
            return Err(Error::new(ErrorKind::ManifestLint, message)
                .with("hint", "a `key` is a bounded format, and its path has a `*`"));
        }
    }
    let mut notices = Vec::new();
    let says_where = |argument: &Argument| {
        matches!(
            argument.role,
            Role::Destination | Role::Address | Role::Object | Role::Value | Role::Title
        )
    };
    if tool.effects.is_outward() && !tool.arguments.iter().any(says_where) {
        let notice = format!("`{id}` reaches others, and no argument says where things go");
        notices.push((LintKind::ToolDestination, notice));
    }
    for argument in &tool.arguments {
        if argument.role == Role::Object && argument.kind.is_none() {
            let path = argument.path.as_str().escape_debug();
            let notice = format!("`{id}`: the object `{path}` has no `kind`, so ids can mix");
            notices.push((LintKind::ToolKind, notice));
        }
    }
    if tool.owner_business.is_none() && tool.owner_technical.is_none() {
        notices.push((LintKind::ToolOwner, format!("`{id}` has no owner")));
    }
    Ok(notices)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Manifest> {
        Manifest::parse("tools.toml", text, &Limits::default())
    }

    #[test]
    fn a_manifest_is_read() {
        let manifest = parse(
            r#"
            [tool.send_email]
            effects = ["send"]
            owner = { business = "support", technical = "mail-team" }
            arguments.recipients = { role = "destination", type = "list<email>" }
            arguments.body = { role = "payload" }
            limits = { per_session = 20, per_minute = 5 }

            [tool."mail/read"]
            effects = ["read"]
            owner = { technical = "mail-team" }
            returns."[].id" = { integrity = "trusted", format = "id", kind = "email" }
            returns."[].body" = { confidentiality = "private", categories = ["personal"] }
            "#,
        )
        .unwrap();
        assert_eq!(manifest.notices, [""; 0]);
        let [read, send] = manifest.tools.as_slice() else { panic!("two tools") };
        assert_eq!(read.id.server(), Some("mail"));
        assert!(send.arguments.iter().any(|a| a.list && a.value_type == ValueType::Email));
        assert_eq!(send.limits.per_minute, Some(5));
        assert_eq!(read.return_at("/3/id").unwrap().kind.as_deref(), Some("email"));
    }

    #[test]
    fn faults_name_file_line_and_what_is_known() {
        let error = parse("[tool.x]\neffects = [\"sned\"]\n").unwrap_err();
        assert_eq!((error.code(), error.fact("line")), ("manifest/value", Some("2")));
        assert_eq!(error.message(), "`sned` is no effect; did you mean `send`?");
        let error = parse("[tool.x]\neffects = [\"read\"]\nroler = 1\n").unwrap_err();
        assert_eq!((error.code(), error.fact("line")), ("manifest/unknown_key", Some("3")));
        assert!(!error.message().contains("did you mean"), "{error}");
        let error = parse("[tool.x]\nefects = [\"read\"]\n").unwrap_err();
        assert_eq!(error.code(), "manifest/unknown_key");
        assert!(error.message().ends_with("; did you mean `effects`?"), "{error}");
        let error = parse("[tool.\"../x\"]\neffects = [\"read\"]\n").unwrap_err();
        assert_eq!((error.code(), error.fact("line")), ("tool/name_invalid", Some("1")));
        let error =
            parse("[tool.x]\neffects = [\"read\"]\nreturns.body = { integrity = \"trusted\" }\n");
        assert_eq!(error.unwrap_err().code(), "manifest/lint");
        assert_eq!(parse("[tool.x]\neffects = []\n").unwrap_err().code(), "manifest/value");
        assert_eq!(parse("[tool.x").unwrap_err().code(), "manifest/value");
    }
}
