//! The flow of one call, drawn: which source each argument comes from, and what that is worth.

use checkrein::decision::show;
use checkrein::label::Integrity;
use checkrein::provenance::Provenance;
use checkrein::value::resolve_pointer;
use checkrein::{Decision, Value};

/// Characters of a value that are shown.
const MAX_VALUE: usize = 32;

/// One line an argument, grouped by where it comes from.
///
/// ```text
/// read_file(bill.txt) ─┬─ line 4 ─> amount     949.5                   ✗ only text that tries to steer the agent says it
///                      └─ line 5 ─> recipient  GB29NWBK60161331926819  ✗ only text that tries to steer the agent says it
/// ```
pub fn flow(decision: &Decision, arguments: &Value) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&Provenance>)> = Vec::new();
    for entry in &decision.provenance {
        let source = source_of(decision, entry);
        match groups.iter_mut().find(|(known, _)| *known == source) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((source, vec![entry])),
        }
    }
    let name = |entry: &Provenance| show(entry.argument.trim_start_matches('/'));
    let value = |entry: &Provenance| {
        let value = resolve_pointer(arguments, &entry.argument);
        let text = value.map(|value| value.as_str().map_or_else(|| value.to_json(), str::to_owned));
        let text = show(&text.unwrap_or_default());
        let cut: String = text.chars().take(MAX_VALUE).collect();
        if cut.len() < text.len() { format!("{cut}...") } else { text }
    };
    let longest = |of: &dyn Fn(&Provenance) -> String| {
        decision.provenance.iter().map(|entry| of(entry).chars().count()).max().unwrap_or(0)
    };
    let (names, values) = (longest(&name), longest(&value));
    let sources = groups.iter().map(|(source, _)| source.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (source, entries) in &groups {
        for (at, entry) in entries.iter().enumerate() {
            let (first, last) = (at == 0, at + 1 == entries.len());
            let source = if first { source.as_str() } else { "" };
            let branch = match (first, last) {
                (true, true) => "───",
                (true, false) => "─┬─",
                (false, true) => " └─",
                (false, false) => " ├─",
            };
            let mark = if entry.accounted { "✓" } else { "✗" };
            let (name, value, worth) = (name(entry), value(entry), worth(entry));
            let line = entry.origins.first().map(|origin| format!(" line {} ─", origin.line));
            let line = line.unwrap_or_default();
            lines.push(format!(
                "{source:sources$} {branch}{line}> {name:names$}  {value:values$}  {mark} {worth}"
            ));
        }
    }
    lines
}

/// The first source of a value, for people.
fn source_of(decision: &Decision, entry: &Provenance) -> String {
    let Some(origin) = entry.origins.first() else { return "nothing that was read".to_owned() };
    let source = decision.sources.iter().find(|source| source.id == origin.source);
    show(&source.map_or_else(|| origin.source.to_string(), |source| source.describe()))
}

/// What it is worth that it comes from there.
fn worth(entry: &Provenance) -> &'static str {
    match entry.integrity {
        None => "nobody said it",
        Some(Integrity::User) => "the user said it",
        Some(Integrity::Trusted) if entry.linked => "a record that the user named holds it",
        Some(Integrity::Trusted) => "a system knows it",
        Some(_) if entry.accounted => "it needs no word of the user's",
        Some(_) if entry.flagged => "only text that tries to steer the agent says it",
        Some(_) => "only text that anybody can write says it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use checkrein::{Guard, Limits};

    #[test]
    fn arguments_hang_on_their_sources() {
        let guard = Guard::builder().tools(super::super::scene::TOOLS).build().unwrap();
        let scene = super::super::Scene::new(
            guard.session(super::super::scene::session().unwrap()).unwrap(),
        );
        scene.task().unwrap();
        scene.read_bill().unwrap();
        scene.bill().unwrap();
        let drawn = |decision: &Decision, arguments: &str| {
            flow(decision, &Value::parse(arguments.as_bytes(), &Limits::default()).unwrap())
        };
        let theft = drawn(&scene.steal().unwrap(), super::super::scene::THEFT);
        assert_eq!(theft.len(), 2);
        assert!(theft[0].starts_with("read_file(bill.txt) ─┬─ line 4 ─> amount"), "{}", theft[0]);
        assert!(
            theft[1].contains(" └─ line 5 ─> recipient") && theft[1].contains('✗'),
            "{}",
            theft[1]
        );
        let paid = drawn(&scene.pay().unwrap(), super::super::scene::PAYMENT);
        assert!(paid.iter().all(|line| line.contains("✓ the user said it")), "{paid:?}");
    }
}
