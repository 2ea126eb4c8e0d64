//! How far results can be trusted: by a schema of them where there is one, else by names.

use super::effect::{Spoken, Verb, is_verb};
use super::schema::Schema;
use crate::label::{Confidentiality, Integrity};
use crate::tool::{
    ByName, Effect, Effects, Format, Named, Naming, PathPattern, ResultShape, Return, Tool,
    singular,
};

/// Fields of an output schema that are listed, and how deep they may stand.
const MAX_FIELDS: usize = 256;
/// Places in it that are visited: one that holds itself has no end.
const MAX_STEPS: usize = 2048;
const MAX_DEPTH: usize = 8;

const PREPOSITIONS: &[&str] =
    &["in", "for", "by", "from", "of", "with", "at", "on", "per", "to", "within", "under", "and"];
/// What anybody can write, whatever a tool that gives it calls its fields.
const OUTSIDE: &[&str] = &[
    "web",
    "page",
    "webpage",
    "website",
    "site",
    "html",
    "browser",
    "url",
    "link",
    "internet",
    "google",
    "bing",
    "wiki",
    "wikipedia",
    "news",
    "article",
    "blog",
    "review",
    "comment",
    "feedback",
    "post",
    "tweet",
    "feed",
    "rss",
    "forum",
    "thread",
    "answer",
    "document",
    "doc",
    "pdf",
    "attachment",
    "transcript",
    "clipboard",
    "memory",
    "knowledge",
    "note",
    "text",
    "content",
    "screenshot",
    "image",
    "snippet",
    "log",
    "output",
];
const FILE: &[&str] =
    &["file", "csv", "spreadsheet", "sheet", "cell", "table", "sql", "query", "key"];
const OPENS: &[&str] =
    &["read", "open", "load", "cat", "download", "extract", "parse", "view", "fetch", "query"];
const MAIL: &[&str] = &["mail", "email", "inbox", "gmail", "outlook", "imap", "message", "sms"];
const SENT: &[&str] = &["sent", "draft", "outbox"];
const CHAT: &[&str] = &["channel", "chat", "conversation", "dm", "slack", "discord"];

const PLANNED: &[&str] = &["scheduled", "standing", "recurring", "planned"];

/// What a tool is about, of its name: the words after the verb and before a preposition.
pub(super) struct Topic {
    words: Vec<String>,
}

impl Topic {
    pub(super) fn of(name: &[String]) -> Self {
        let mut words = Vec::new();
        for (at, word) in name.iter().enumerate() {
            if PREPOSITIONS.contains(&word.as_str()) {
                if !words.is_empty() {
                    break;
                }
            } else if at > 0 || !is_verb(word) {
                words.push(word.clone());
            }
        }
        Self { words }
    }

    /// The thing itself: `user` of `get_users_in_channel`.
    pub(super) fn subject(&self) -> Option<String> {
        self.words.last().map(|word| singular(word).into_owned())
    }

    fn is_plural(&self) -> bool {
        self.words.last().is_some_and(|word| singular(word) != word.as_str())
    }

    fn has(&self, list: &[&str]) -> bool {
        self.words.iter().any(|word| list.contains(&singular(word).as_ref()))
    }
}

/// Fills in what is known of the tool's results.
pub(super) fn label(
    tool: &mut Tool,
    name: &[String],
    topic: &Topic,
    spoken: &Spoken,
    output: Option<Schema<'_>>,
) {
    let Some(records) = records(tool.effects, name, topic) else {
        if tool.effects.has(Effect::Fetch) {
            // What stands at an address is no secret of the principal's.
            let named = Named { confidentiality: Confidentiality::Public, ..Named::untrusted() };
            tool.returns.extend(PathPattern::parse("**").ok().map(|path| entry(path, named, None)));
        }
        return;
    };
    let by_name = ByName { records, kind: topic.subject() };
    if let Some(output) = output {
        let mut fields = Vec::new();
        walk(&by_name, output, &mut fields);
        tool.returns = fields;
        tool.result = ResultShape::Json;
        return;
    }
    if spoken.verb == Verb::Read && records != Naming::Mail {
        whole(tool, name, topic, &by_name);
    }
    if records == Naming::Own && topic.has(PLANNED) {
        // Nobody else sets up the principal's own orders: what they are for names them.
        let named =
            Named { integrity: Integrity::Trusted, names_record: true, ..Named::untrusted() };
        let subjects =
            ["[].subject", "[].title"].into_iter().filter_map(|p| PathPattern::parse(p).ok());
        let subjects = subjects.map(|path| entry(path, named.clone(), Some(Format::Name)));
        tool.returns.extend(subjects);
    }
    // A system that answers about its own records writes them out, and what others wrote stands
    // in fields of theirs; of a tool that gives one text the whole could be anybody's.
    let is_text = by_name.called(&topic.words, "").is_some_and(|of| of.formats.is_empty());
    if records == Naming::Own
        && spoken.verb == Verb::Read
        && tool.effects.only_reads()
        && tool.result == ResultShape::Text
        && !topic.has(FILE)
        && !topic.words.is_empty()
        && !is_text
    {
        tool.result = ResultShape::Json;
    }
    tool.fields = Some(by_name);
}

/// Whose records a tool gives; none where others write all of them.
fn records(effects: Effects, name: &[String], topic: &Topic) -> Option<Naming> {
    let opens = name.iter().any(|word| OPENS.contains(&word.as_str()));
    if effects.has(Effect::Fetch)
        || effects.has(Effect::Execute)
        || topic.has(OUTSIDE)
        || (opens && topic.has(FILE))
    {
        None
    } else if topic.has(CHAT) {
        Some(Naming::Chat)
    } else if topic.has(MAIL) && !topic.has(SENT) {
        Some(Naming::Mail)
    } else {
        Some(Naming::Own)
    }
}

/// A result that is one value, a list of names, or values by name: it is called as the tool is.
fn whole(tool: &mut Tool, name: &[String], topic: &Topic, by_name: &ByName) {
    let own = ByName { records: Naming::Own, kind: by_name.kind.clone() };
    let named = own.called(&topic.words, "");
    let known = named.as_ref().filter(|named| named.integrity == Integrity::Trusted);
    let mut list = |path: &str, named: Named, format: Format, key: Option<Format>| {
        if let Ok(path) = PathPattern::parse(path) {
            tool.returns.push(Return { format, key, ..entry(path, named, None) });
        }
    };
    if let Some((named, format)) = known.and_then(|named| Some((named, *named.formats.first()?))) {
        // One value is one word: a name of several could be anybody's sentence.
        let one = if format == Format::Name { Format::Id } else { format };
        list("", named.clone(), one, None);
        if matches!(format, Format::Number | Format::Enum | Format::Date) {
            list("*", named.clone(), format, Some(Format::Name));
        }
    }
    if !topic.is_plural() || (named.is_some() && known.is_none()) {
        return;
    }
    let names = known.is_none_or(|named| named.formats.contains(&Format::Name));
    if let Some(known) = known.filter(|_| !names) {
        if let Some(format) = known.formats.first() {
            list("[]", known.clone(), *format, None);
        }
        return;
    }
    let integrity = Integrity::Trusted;
    let named =
        Named { integrity, names_record: true, kind: by_name.kind.clone(), ..Named::untrusted() };
    list("[]", named, Format::Name, None);
    // Only what lists is read by lines: elsewhere a text is a text.
    if name.iter().any(|word| word == "list" || word == "all") {
        tool.result = ResultShape::Lines;
    }
}

/// Lists the fields of an output schema of which their names, or their types, say something.
fn walk(by_name: &ByName, output: Schema<'_>, fields: &mut Vec<Return>) {
    let mut open = vec![(String::new(), output, 0)];
    let mut left = MAX_STEPS;
    while let Some((path, schema, depth)) = open.pop() {
        if left == 0 || fields.len() >= MAX_FIELDS {
            break;
        }
        left -= 1;
        if depth > MAX_DEPTH {
            continue;
        }
        if let Some(item) = schema.item() {
            open.push((format!("{path}[]"), item, depth + 1));
            continue;
        }
        let inner = schema.fields();
        if inner.is_empty() {
            fields.extend(field(by_name, &path, schema));
        }
        for (name, schema) in inner {
            let dot = if path.is_empty() { "" } else { "." };
            open.push((format!("{path}{dot}{name}"), schema, depth + 1));
        }
    }
    fields.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
}

fn field(by_name: &ByName, path: &str, schema: Schema<'_>) -> Option<Return> {
    // A field whose name has dots or brackets cannot be listed: it stays untrusted.
    let pattern = PathPattern::parse(path).ok()?;
    let pointer =
        format!("/{}", path.replace("[]", ".0").trim_start_matches('.').replace('.', "/"));
    let typed = match (schema.json_type(), schema.format()) {
        (Some("boolean"), _) => Some(Format::Boolean),
        (Some("string"), "email") => Some(Format::Email),
        (Some("string"), "date" | "date-time" | "time") => Some(Format::Date),
        (Some("string"), "uuid") => Some(Format::Id),
        (Some("string"), _) if schema.is_constant() => Some(Format::Enum),
        _ => None,
    };
    match by_name.field(&pointer) {
        Some(named) => {
            let typed = typed.filter(|format| named.formats.contains(format));
            Some(entry(pattern, named, typed))
        }
        // Addresses are others' unless a name says whose.
        None => typed.filter(|format| *format != Format::Email).map(|format| {
            let named = Named { integrity: Integrity::Trusted, ..Named::untrusted() };
            entry(pattern, named, Some(format))
        }),
    }
}

fn entry(path: PathPattern, named: Named, format: Option<Format>) -> Return {
    Return {
        path,
        integrity: named.integrity,
        confidentiality: named.confidentiality,
        format: format.or(named.formats.first().copied()).unwrap_or(Format::Text),
        kind: named.kind,
        names_record: named.names_record,
        categories: named.categories.iter().map(|name| (*name).to_owned()).collect(),
        key: None,
    }
}
