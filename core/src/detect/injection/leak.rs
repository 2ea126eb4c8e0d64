//! Text that asks for the model's own instructions.

use super::{ANY, info, languages, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "LLM08", "AML.T0056"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/prompt_extraction",
            High,
            850,
            THREATS,
            "Asks for the model's hidden instructions.",
        ),
        EXTRACTION,
    ),
    rule(
        info(
            "injection/prompt_extraction_foreign",
            Medium,
            750,
            THREATS,
            "Asks for the model's hidden instructions, in another language than English.",
        ),
        languages::EXTRACTION,
    ),
    rule(
        info(
            "injection/repeat_above",
            Medium,
            750,
            THREATS,
            "Asks the model to repeat what stands before.",
        ),
        REPEAT,
    ),
];

const EXTRACTION: &[Pattern] = &[
    say(
        &[
            "prompt",
            "instructions",
            "guidelines",
            "directives",
            "system message",
            "configuration",
            "rules",
            "programming",
        ],
        r"\b(?:reveal|show|print|repeat|output|display|tell|give|share|leak|expose|disclose|dump|write|copy|recite|list|return|reproduce|summari[sz]e|translate|encode|spell|describe|provide|paste|echo|send|state|quote|divulge|type|say|read|include|append|explain) ~ (?:your|ur|chatgpt's|claude's) ~ (?:system|initial|hidden|original|secret|internal|developer|pre|confidential|underlying|starting) (?:\w+ )?(?:prompts?|instructions?|messages?|rules|guidelines|configuration|directives|settings|programming|context)\b",
        ANY,
        High,
        800,
    ),
    // Whoever writes rules, or sends a configuration, may mean their own.
    say(
        &["prompt", "instructions", "guidelines", "directives", "rules", "programming"],
        r"\b(?:reveal|show|print|repeat|output|display|tell|give|leak|expose|disclose|dump|recite|quote|divulge|echo|reproduce) ~ (?:your|ur|chatgpt's|claude's) ~ (?:full|base|custom|entire|complete|exact|first|core|setup) (?:\w+ )?(?:prompts?|instructions?|messages?|rules|guidelines|directives|programming|context)\b",
        ANY,
        High,
        800,
    ),
    say(
        &[
            "system prompt",
            "system message",
            "system instruction",
            "initial prompt",
            "initial instruction",
            "hidden prompt",
            "hidden instruction",
            "original prompt",
            "original instruction",
            "developer message",
            "pre-prompt",
            "preprompt",
            "secret instruction",
            "internal instruction",
        ],
        r"\b(?:reveal|show|print|repeat|output|display|tell me|give me|share|leak|expose|disclose|dump|copy|recite|return|reproduce|translate|encode|paste|echo|send|divulge|spell out|write out|extract|summari[sz]e) ~ (?:(?:system|hidden|developer|secret) (?:prompts?|instructions?|messages?)|(?:initial|original|internal) (?:prompts?|instructions?)|pre-?prompt)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &[
            "your prompt",
            "your instructions",
            "your system",
            "your initial",
            "your original",
            "your hidden",
            "your guidelines",
            "your rules",
            "your directives",
            "your secret",
            "your exact",
            "your full",
        ],
        r"\b(?:what|which|how) (?:is|are|was|were|do|does|did|exactly (?:is|are)) (?:in |the )?(?:all )?(?:of )?your (?:exact |full |complete |secret |current )?(?:system |initial |original |hidden |secret |internal |core |first )(?:prompts?|instructions?|messages?|rules|guidelines|directives)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &[
            "verbatim",
            "word for word",
            "word-for-word",
            "exactly as written",
            "in full",
            "without omitting",
        ],
        r"\b(?:your|the system|these|all|the above|initial) (?:\w+ )?(?:prompt|instructions?|guidelines|rules|directives|messages?) ~ (?:verbatim|word[ -]for[ -]word|exactly as (?:written|given|it|they)|in full|without omitting)\b",
        ANY,
        Medium,
        750,
    ),
    say(
        &["you are", "you were"],
        r"\b(?:start(?:ing|s)?|begin(?:ning|s)?) (?:with|from|at) (?:the (?:words?|phrase|text|sentence) )?[\x22'`\x80-\xff]{1,3}you (?:are|were)\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &[
            "your prompt",
            "your instructions",
            "your guidelines",
            "your rules",
            "your directives",
            "instructions you",
            "prompt you",
            "told you",
            "you were given",
            "you were told",
        ],
        r"\b(?:reveal|print|repeat|output|display|tell me|give me|share|leak|expose|disclose|recite|show me|write out|dump|what (?:are|is|were)) (?:me )?(?:all |all of |the |exactly |everything in |what )?(?:your (?:prompt|instructions|guidelines|directives)|(?:instructions?|prompt|rules) (?:that )?you (?:were|have been|got|received|are)|you (?:were|have been) (?:told|instructed|given) )",
        ANY,
        Medium,
        600,
    ),
    say(
        &[
            "you were",
            "you have been",
            "you've been",
            "you received",
            "given to you",
            "you got",
            "you had",
        ],
        r"\b(?:tell|give|gimme|show|reveal|repeat|list|encode|translate|what'?s?|what (?:are|is|was|were)) ~ (?:instructions?|directions|prompt|rules|guidelines|directives|text|words) (?:that )?(?:you (?:were|have been|received|got|had)|you've been|given to you)\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &["beginning of", "start of", "top of"],
        r"\b(?:what|which|repeat|show|print|reveal|tell) ~ (?:beginning|start|top) of (?:this|the|our|your) (?:prompt|conversation|chat|context|instructions?|dialog(?:ue)?)\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &[
            "what were you",
            "what have you been",
            "how were you instructed",
            "what are you not supposed",
            "what are you not allowed",
        ],
        r"\b(?:what (?:were|have) you (?:been )?(?:told|instructed|given|programmed)|how were you instructed|what are you not (?:supposed|allowed) to (?:tell|say|reveal|share))\b",
        ANY,
        Medium,
        550,
    ),
    say(
        &[
            "my instructions are",
            "my system prompt is",
            "my initial prompt",
            "my guidelines are",
            "my instructions say",
            "i was instructed to",
            "my prompt is",
        ],
        r"\b(?:start|begin|complete|finish|continue|say|sentence|answer|respond)\b ~63~ \b(?:my (?:instructions|guidelines) (?:are|say)|my (?:system |initial )?prompt is|i was instructed to)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &["prompt", "instruction"],
        r"\b(?:debug|developer|admin|audit|verification|maintenance|compliance)(?:ging)? (?:purposes?|check|request|reasons?|mode) ~60 not .\n~ \b(?:system prompt|instructions|configuration)\b",
        ANY,
        Low,
        450,
    ),
];

const REPEAT: &[Pattern] = &[
    say(
        &["above", "before this", "preceding", "came before", "prior to this", "so far"],
        r"\b(?:repeat|print|output|copy|recite|reproduce|display|return|echo|translate|summari[sz]e|write(?: out| down)?|show(?: me)?|give me|tell me) (?:me )?(?:back )?(?:(?:all|everything|all of the|any|every|all the|the entire|the full) ?(?:text|words|content|contents|messages?|instructions?|conversation|context|input|tokens|of)?|the (?:text|words|contents?|messages?|instructions?|conversation|context|input|tokens)) ?(?:that (?:is|was|came|appears?|stands?|comes?) |written |found |given )?(?:above|before this|preceding|came before|prior to this|before (?:my|the|this)|you (?:were|have been) (?:given|told|sent))\b",
        ANY,
        Medium,
        700,
    ),
    // The above copyright notice is no prompt.
    say(
        &["the above", "the preceding"],
        r"\b(?:repeat|print|output|copy|recite|reproduce|display|return|echo|translate|summari[sz]e|write(?: out| down)?|show(?: me)?|give me|tell me) (?:me )?(?:back )?the (?:above|preceding)(?:[.,;:!?)\x22']|\s{0,3}$| (?:text|words?|prompts?|instructions?|messages?|contents?|conversation|context|paragraphs?|verbatim|word|exactly|in|into|as|to|and|again|back|here|please|inside|within|without|including|starting|but|using|rules|input|then)\b)",
        ANY,
        Medium,
        700,
    ),
    say(
        &[
            "previous prompt",
            "previous instruction",
            "prior instruction",
            "prompt above",
            "instructions above",
            "above instructions",
            "above prompt",
            "text above",
            "words above",
            "first message",
            "preceding instruction",
        ],
        r"\b(?:repeat|print|output|copy|recite|reproduce|display|reveal|echo|translate|spell-?check|show me|what (?:is|are|was|were)) (?:me )?(?:the |your |all |all the )?(?:(?:previous|prior|preceding|above) (?:system )?(?:prompts?|instructions?)|(?:prompts?|instructions?|text|words) above|first message)\b",
        ANY,
        Medium,
        700,
    ),
];
