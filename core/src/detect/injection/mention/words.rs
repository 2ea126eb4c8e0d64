//! The words by which a mention is told from a use. All are in small letters.

use aho_corasick::AhoCorasick;
use std::sync::OnceLock;

/// A list of words that is looked for in one pass: a text may be all quotations.
pub(super) struct Words {
    list: &'static [&'static str],
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Words {
    const fn new(list: &'static [&'static str]) -> Self {
        Self { list, automaton: OnceLock::new() }
    }

    /// Whether one of them stands in `text`.
    pub(super) fn hold(&self, text: &str) -> bool {
        self.hold_at(text, |_| true)
    }

    /// Whether one of them stands in `text` at a place that is `right`.
    pub(super) fn hold_at(&self, text: &str, right: impl Fn(usize) -> bool) -> bool {
        match self.automaton() {
            Some(automaton) => {
                automaton.find_overlapping_iter(text).any(|found| right(found.start()))
            }
            None => {
                let mut words = self.list.iter();
                words.any(|word| text.match_indices(word).any(|(at, _)| right(at)))
            }
        }
    }

    /// None only where it cannot be built, which a test would tell.
    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton.get_or_init(|| AhoCorasick::new(self.list).ok()).as_ref()
    }
}

/// Words of people who write about attacks.
pub(super) static TOPICS: Words = Words::new(&[
    "prompt injection",
    "prompt-injection",
    "prompt_injection",
    "injection attack",
    "injection attempt",
    "jailbreak",
    "attacker",
    "adversar",
    "malicious",
    "red team",
    "red-team",
    "guardrail",
    "llm01",
    "owasp",
    "payload",
    "detects",
    "detection",
    "detector",
    "classifier",
    "test case",
    "known attack",
    "vulnerab",
    "social engineering",
    "exploit",
]);

/// Words of people who write about security at all: they count only beside quotation marks, since an
/// attack may use them too.
pub(super) static WRITING: Words = Words::new(&[
    "attack",
    "inject",
    "filter",
    "blocked",
    "refus",
    "reject",
    "mislead",
    "trick",
    "fool",
    "threat",
    "mitigat",
    "defen",
    "sanitiz",
    "untrusted",
    "incident",
    "researcher",
    "security",
    "benchmark",
    "unsafe",
    "hijack",
    "poison",
    "evade",
    "probe",
    "test ",
    "tests",
    "honeypot",
    "suspicious",
    "must not reach",
    "must not follow",
    "must be stopped",
    // German, French, Spanish, Italian, Portuguese, Dutch, Polish.
    "angriff",
    "angreif",
    "attaqu",
    "atac",
    "attacc",
    "aanval",
    "atak",
    "inyec",
    "iniezion",
    "inje",
    "bloqu",
    "blocc",
    "blockier",
    "filtr",
    "erkenn",
    "malveillant",
    "bösartig",
    "saldırı",
    "serangan",
    // Russian, Ukrainian.
    "атак",
    "злоумышленник",
    "зловмисник",
    "инъекци",
    "ін'єкці",
    // Chinese, Japanese, Korean.
    "攻击",
    "攻擊",
    "攻撃",
    "注入",
    "越狱",
    "インジェクション",
    "공격",
    "인젝션",
    // Hindi, Arabic, Vietnamese.
    "हमला",
    "هجوم",
    "هجمات",
    "المهاجم",
    "tấn công",
]);

/// Words that, right before a match, make it a description of what others do.
pub(super) const LEADS: &[&str] = &[
    "attempts to",
    "attempt to",
    "attempting to",
    "tries to",
    "try to",
    "trying to",
    "designed to",
    "how to",
    "used to",
    "instructions that",
    "prompts that",
    "text that",
    "asks you to",
    "asks it to",
    "asks the model to",
    "force the llm to",
    "force the model to",
    "tricks the model to",
    "instructs the model to",
    "attempts at",
    "any instruction to",
    "any request to",
    "requests to",
    "instructions to",
    "if asked to",
    "refuse to",
    "not",
    "never",
    "may",
    "could",
    "might",
    "would",
    "cannot",
    "or",
    "and/or",
    "someone to",
    "users to",
    // Words that give an example. Behind a match they say nothing of it.
    "phrases like",
    "phrase like",
    "such as",
    "for example",
    "e.g.",
];

/// Words of tests and labelled data: they count beside a string of a program or of data.
pub(super) static TESTING: Words = Words::new(&[
    "expect",
    "assert",
    "blocked",
    "blocks",
    "denied",
    "refuse",
    "refusal",
    "reject",
    "flagged",
    "detect",
    "jailbreak",
    "injection",
    "malicious",
    "attack",
    "adversarial",
    "should_block",
    "unsafe",
    "payload",
    "red_team",
    "redteam",
]);

/// Words of somebody who imagines a case.
pub(super) static SUPPOSING: Words = Words::new(&[
    "imagine",
    "suppose",
    "consider a",
    "assume",
    "picture a",
    "think of a",
    "what if",
    "if a ",
    "if an ",
    "if some",
    "when a ",
    "when some",
    "could contain",
    "might contain",
    "may contain",
    "stell dir",
    "angenommen",
    "imagin",
    "supon",
    "suppos",
    "immagin",
    "представ",
    "假设",
    "想象",
    "例えば",
    "예를 들어",
]);

/// What is written, as a thing.
pub(super) static OBJECTS: Words = Words::new(&[
    "sentence", "phrase", "string", "text", "words", "line", "comment", "prompt", "input",
    "message", "mail", "page", "title", "says", "saying", "reads", "reading", "contain", "satz",
    "sätze", "phrase", "frase", "oración", "texte", "texto", "testo", "фраз", "句", "문장",
]);

/// Words that order to do what was quoted, behind it.
pub(super) static ORDERS: Words = Words::new(&[
    "do it",
    "do this",
    "do that",
    "do so",
    "do what",
    "do exactly",
    "do as ",
    "follow it",
    "follow this",
    "follow that",
    "follow these",
    "follow those",
    "follow the instruction",
    "follow the quot",
    "follow the above",
    "obey",
    "execute it",
    "execute this",
    "execute that",
    "execute the above",
    "execute the instruction",
    "carry it out",
    "carry this out",
    "carry that out",
    "carry out",
    "act on it",
    "act on this",
    "act on that",
    "act accordingly",
    "comply",
    "perform it",
    "perform this",
    "perform that",
    "perform the above",
    "apply it",
    "apply this",
    "run it",
    "run this",
    "answer it",
    "respond to it",
    "treat it as",
    "treat this as",
    "take it as your",
    "this is what you",
    "that is what you",
    "this is your",
    "that is your",
    "mach das",
    "tu das",
    "tue das",
    "führe",
    "befolge",
    "hazlo",
    "haz eso",
    "haz lo que",
    "obedece",
    "fais-le",
    "fais ce",
    "exécute",
    "obéis",
    "fallo",
    "fai quello",
    "esegui",
    "faça",
    "execute-o",
    "выполни",
    "сделай",
    "照做",
    "执行",
    "実行し",
    "従って",
    "따르",
    "실행",
]);

/// Words right before an order that make it one, in the middle of a sentence.
pub(super) const PUSHES: &[&str] = &[
    "please",
    "now",
    "then",
    "just",
    "simply",
    "instead",
    "you must",
    "you should",
    "you need to",
    "you have to",
    "you shall",
    "you will",
    "bitte",
    "jetzt",
    "ahora",
    "maintenant",
    "ora",
    "agora",
    "теперь",
];

/// Words right before a quotation that order to do what it says.
pub(super) const INTRODUCED: &[&str] = &[
    "do this",
    "do the following",
    "do as follows",
    "do exactly this",
    "follow this",
    "follow this instruction",
    "follow these instructions",
    "follow the instruction",
    "follow the instructions",
    "execute",
    "execute this",
    "carry out",
    "carry out this",
    "obey",
    "obey this",
    "comply with",
    "act on",
    "act on this",
    "your task is",
    "your new task is",
    "your job is",
    "your instructions are",
    "your new instructions are",
    "your new instruction is",
    "the user wants",
    "you must",
    "führe aus",
    "befolge",
    "haz esto",
    "fais ceci",
    "выполни",
    "执行",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_looked_for_in_one_pass() {
        for words in [&TOPICS, &WRITING, &TESTING, &SUPPOSING, &OBJECTS, &ORDERS] {
            assert!(words.automaton().is_some());
            for word in words.list {
                assert!(words.hold_at(&format!("so {word} it is"), |at| at == 3), "{word}");
            }
            assert!(!words.hold(""));
        }
    }
}
