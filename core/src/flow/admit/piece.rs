//! A text with what was found in it, to be taken whole or in spans.

use crate::finding::{Category, Finding, MODEL, Severity};
use crate::flow::arena::{Home, Place, Tier, count_lines};
use crate::flow::canonical::{self, Kind, id_form, push_key};
use crate::flow::entity::{self, Entity};
use crate::flow::label::Field;
use crate::flow::words;
use crate::span::Span;
use crate::tool::Format;
use crate::value::Value;
use crate::view::View;
use std::borrow::Cow;
use std::sync::Arc;

/// Typed values of one leaf that are indexed.
const MAX_VALUES: usize = 50_000;

/// What detectors found in a leaf, in bytes of the original.
#[derive(Default)]
pub(super) struct Marks {
    injections: Vec<Span>,
    rules: Vec<Cow<'static, str>>,
    secrets: Vec<Span>,
    /// Whether its injection findings are of high severity, or by two rules.
    pub(super) suspicious: bool,
}

impl Marks {
    /// What is secret there, as was known before.
    pub(super) fn hide(&mut self, spans: impl Iterator<Item = Span>) {
        self.secrets.extend(spans);
    }

    pub(super) fn add(&mut self, finding: &Finding, span: Span) {
        match finding.category {
            Category::Injection => {
                // A model's window is no sentence that somebody else wrote: where it errs, the user's
                // own words would ground nothing.
                if finding.rule != MODEL {
                    self.injections.push(span);
                }
                if !self.rules.contains(&finding.rule) {
                    self.rules.push(finding.rule.clone());
                }
                self.suspicious |= finding.severity >= Severity::High || self.rules.len() >= 2;
            }
            Category::Secret => self.secrets.push(span),
            _ => {}
        }
    }
}

pub(super) struct Piece<'a> {
    pub(super) value: &'a Value,
    original: &'a str,
    view: &'a View<'a>,
    pub(super) folded: &'a str,
    pub(super) marks: Marks,
    /// Where each word of a changed view comes from.
    words: Option<Vec<(u32, Span)>>,
}

impl<'a> Piece<'a> {
    pub(super) fn new(
        value: &'a Value,
        original: &'a str,
        view: &'a View<'a>,
        folded: &'a str,
        marks: Marks,
    ) -> Self {
        let words = (!view.is_identity()).then(|| {
            let origin = |(at, word): (usize, &str)| {
                let span = view.origin(Span::new(at, at + word.len()));
                Some((u32::try_from(at).ok()?, span))
            };
            words::words(folded).filter_map(origin).collect()
        });
        Self { value, original, view, folded, marks, words }
    }

    /// The original under `within`.
    pub(super) fn original(&self, within: Span) -> &'a str {
        self.view.origin(within).of(self.original).unwrap_or_default()
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.value, Value::Int(_) | Value::Float(_))
    }

    /// Where injections stand in the folded text.
    pub(super) fn injections(&self) -> Vec<Span> {
        self.marks.injections.iter().filter_map(|span| self.seen(*span)).collect()
    }

    /// Secret spans in `within`, counted from its start.
    pub(super) fn secrets(&self, within: Span) -> Vec<Span> {
        let seen = self.marks.secrets.iter().filter_map(|span| self.seen(*span));
        seen.filter(|span| span.overlaps(&within))
            .map(|span| {
                let start = span.start.max(within.start) - within.start;
                Span::new(start, span.end.min(within.end) - within.start)
            })
            .collect()
    }

    /// Where a span of the original stands in the folded text, by whole words.
    pub(super) fn seen(&self, span: Span) -> Option<Span> {
        let Some(words) = &self.words else {
            return span.of(self.folded).map(|_| span);
        };
        let mut touched = words.iter().filter(|(_, home)| home.overlaps(&span));
        let first = touched.next()?;
        let last = touched.next_back().unwrap_or(first);
        let start = last.0 as usize;
        let rest = self.folded.get(start..)?;
        let length = words::words(rest).next().map_or(0, |(at, word)| at + word.len());
        Some(Span::new(first.0 as usize, start + length))
    }

    /// How `within` finds home.
    pub(super) fn home(&self, within: Span) -> Home {
        let Some(words) = &self.words else { return Home::Shift(within.start) };
        let inside = words.iter().filter_map(|(at, home)| {
            let at = (*at as usize).checked_sub(within.start)?;
            (at < within.len()).then_some((u32::try_from(at).ok()?, *home))
        });
        Home::Words(inside.collect::<Arc<[_]>>())
    }

    /// The original's line on which byte `at` of the view stands.
    pub(super) fn line_at(&self, at: usize) -> u32 {
        let start = if at == 0 { 0 } else { self.view.origin(Span::new(at, at + 1)).start };
        let head = self.original.as_bytes().get(..start).unwrap_or_default();
        count_lines(head).saturating_add(1)
    }

    /// The typed values in `within`, by key, with their place in the original.
    pub(super) fn values(
        &self,
        within: Span,
        field: &Field<'_>,
        tier: Tier,
        numeric: bool,
    ) -> Values {
        let mut values = Values::default();
        let Some(text) = within.of(self.view.text()) else { return values };
        let whole = text.trim();
        let at_start = Place {
            leaf: 0,
            span: self.view.origin(within),
            line: self.line_at(within.start),
            secret: false,
        };
        if let Some(kind) = field.id_kind {
            values.push(Kind::Id, &id_form(kind, &whole.to_ascii_lowercase()), at_start);
        }
        let form = match field.format {
            Some(Format::Account) => canonical::account(whole).map(|form| (Kind::Account, form)),
            _ if numeric => canonical::number(whole).map(|form| (Kind::Number, form)),
            _ => None,
        };
        if let Some((kind, form)) = form {
            values.push(kind, &form, at_start);
        }
        let (mut line, mut counted) = (at_start.line, 0);
        entity::scan(text, &mut |found| {
            if found.kind == Kind::Number && !counts(&found, tier, numeric) {
                return true;
            }
            let passed = text.as_bytes().get(counted..found.span.start).unwrap_or_default();
            line += count_lines(passed);
            counted = found.span.start.max(counted);
            let span = self.view.origin(found.span.shift(within.start));
            let place = Place { leaf: 0, span, line, secret: false };
            if found.kind == Kind::Url
                && let Some(host) = found.span.of(text).and_then(canonical::url_host)
            {
                values.push(Kind::Host, &host, place);
            }
            values.push(found.kind, &found.form, place);
            values.places.len() < MAX_VALUES
        });
        values
    }
}

/// Typed values: their keys in one text, and their places.
#[derive(Default)]
pub(super) struct Values {
    keys: String,
    /// With the end of each key.
    places: Vec<(usize, Place)>,
}

impl Values {
    fn push(&mut self, kind: Kind, form: &str, place: Place) {
        push_key(&mut self.keys, kind, form);
        self.places.push((self.keys.len(), place));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Place)> {
        let mut from = 0;
        self.places.iter().filter_map(move |(end, place)| {
            let key = self.keys.get(from..*end);
            from = *end;
            Some((key?, *place))
        })
    }
}

/// Whether a number has an identity there: any that the user says, a whole field of a trusted
/// result, and elsewhere one that is not short.
fn counts(number: &Entity, tier: Tier, numeric: bool) -> bool {
    match tier {
        Tier::User => true,
        // The field itself is indexed as a whole.
        Tier::Trusted => false,
        Tier::Weak => !numeric && !words::is_short(&number.form),
    }
}
