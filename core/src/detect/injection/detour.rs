//! Text that puts a task of its own before, or behind, the one that the model was given.

use super::{FOREIGN, info, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0051.001"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/task_detour",
            High,
            850,
            THREATS,
            "Puts another task before the one that the model was given.",
        ),
        DETOUR,
    ),
    rule(
        info("injection/named_model", Medium, 650, THREATS, "Speaks to a model by its name."),
        NAMED,
    ),
];

const DETOUR: &[Pattern] = &[
    say(
        &["before you", "before the assistant", "before the agent", "before the model"],
        r"\bbefore (?:you|the (?:ai )?(?:assistant|agent|model)) (?:can |may |could |will |start |begin |even |do ){0,2}(?:to )?(?:solv\w+|complet\w+|answer\w*|continu\w+|finish\w*|perform\w*|proceed\w*|respond\w*|work\w*|help\w*|do|doing|execut\w+|carry\w*|address\w*|handl\w+|tackl\w+|return\w*) (?:with |to |on |out ){0,2}(?:the|your|my|this|that|any|his|her|their|what) (?:\w+ ){0,2}(?:tasks?|requests?|questions?|quer(?:y|ies)|instructions?|jobs?)\b ~80 not .!?~ \b(?:(?:do|perform|complete|execute|carry out|follow|take|run|make|handle)\w* (?:the |these |this |one |some |all )?(?:following|steps?|actions?|things?|tasks?|instructions?|below)|first)\b",
        FOREIGN,
        High,
        850,
    ),
    say(
        &[
            "after you",
            "after that",
            "after this",
            "once you",
            "once that",
            "once this",
            "when you",
        ],
        r"\b(?:after|once|when) (?:you|that|this|it)\b ~63~ (?:you (?:can|may|should|must|will)|then|only then|feel free to) (?:solve|continue|return|resume|go back|proceed|complete|finish|carry on|get back)\w* (?:with |to |on |out ){0,2}(?:the|your|my|this|that) (?:\w+ ){0,2}(?:tasks?|requests?|questions?|quer(?:y|ies)|instructions?)\b",
        FOREIGN,
        Low,
        450,
    ),
];

const NAMED: &[Pattern] = &[say(
    &["to you", "for you"],
    r"\b(?:to|for) you (?:the |an? |my )?(?:gpt|chatgpt|claude (?:ai|sonnet|opus|haiku)|gemini|llama|mistral|qwen|deepseek|copilot|language model|ai (?:model|agent|assistant)|llm|chatbot)\b",
    FOREIGN,
    Medium,
    650,
)];
