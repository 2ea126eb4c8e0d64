//! Text that forges the marks between the parts of a conversation, or a voice of authority.

use super::{ANY, FOREIGN, info, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0051"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/delimiter_forgery",
            High,
            900,
            THREATS,
            "Forges a mark that parts the model's context.",
        ),
        DELIMITERS,
    ),
    rule(
        info(
            "injection/role_forgery",
            Medium,
            700,
            THREATS,
            "Forges a turn of the system or the assistant.",
        ),
        ROLES,
    ),
    rule(
        info(
            "injection/authority",
            High,
            800,
            &["LLM01", "ASI01", "ASI09", "AML.T0051"],
            "Claims an authority over the model.",
        ),
        AUTHORITY,
    ),
];

const DELIMITERS: &[Pattern] = &[
    say(
        &[
            "<|im_start",
            "<|im_end",
            "<|system",
            "<|user",
            "<|assistant",
            "<|endoftext",
            "<|eot_id",
            "<|start_header_id",
            "<|end_header_id",
            "<|begin_of_text",
            "<|end_of_turn",
            "<start_of_turn",
            "<end_of_turn",
            "<|endofprompt",
            "<|end|",
            "<|channel|",
        ],
        r"<\|?(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|start_of_turn|endofprompt|end|channel)\|?>",
        ANY,
        Medium,
        700,
    ),
    say(
        &["<|im_start", "<|start_header_id", "<start_of_turn", "<|system"],
        r"<\|?(?:im_start|start_header_id|start_of_turn)\|?>\s{0,3}(?:system|developer)\b|<\|system\|>",
        ANY,
        High,
        900,
    ),
    say(
        &["[inst]", "[/inst]", "<<sys>>", "<</sys>>"],
        r"\[/?(?-i:INST)\]|<</?sys>>",
        ANY,
        Medium,
        700,
    ),
    say(
        &[
            "system>",
            "system_prompt>",
            "system-prompt>",
            "instructions>",
            "admin>",
            "untrusted",
            "user_input>",
            "tool_result>",
            "function_results>",
            "information>",
            "user_query>",
            "document>",
        ],
        r"</(?:user_input|user_query|untrusted[\w-]{0,20}|tool_results?|function_results?|documents?|data|context|input|email|information|user|search_results?)>\s{0,4}(?:<|\[|\x22)?/?(?:system|instructions?|admin|important|assistant|user|new)\b",
        FOREIGN,
        High,
        850,
    ),
    say(
        &[
            "system>",
            "system_prompt>",
            "system-prompt>",
            "system_instruction",
            "system-reminder>",
            "system_override",
            "admin_override",
            "admin>",
        ],
        // In markup of programs it holds a word.
        r"<(?:system|system[_-](?:prompt|instructions?|message|override|reminder|note|update)|admin(?:_\w{1,20})?|developer)>\W{0,8}\w+[^\w<]{1,2}\w+\W",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &["begin", "end of", "end user", "end system", "start of"],
        r"(?:[-=#*\[<]{2,}|\[) ?(?:begin|end|start)(?: of)?(?: the)? (?:admin|system|user|untrusted|new|assistant|tool|document|hidden|original|developer) ?(?:prompt|input|data|instructions?|message|content|output|query|context|override|response|text)? ?(?:[-=#*\]>]{2,}|\])",
        FOREIGN,
        Medium,
        600,
    ),
];

const ROLES: &[Pattern] = &[
    // In capitals, with an order behind it: a log line tells, it does not ask.
    say(
        &["system:", "admin:", "developer:", "system :"],
        r"(?m)(?:^|[.!?>\]\n])[#*\s>\[]{0,8}(?-i:SYSTEM|ADMIN|DEVELOPER)[\]*]{0,3}[ \t]{0,2}:[ \t*]{0,4}(?:please |you must |now |immediately )?(?:reply|respond|answer|send|forward|ignore|disregard|output|print|reveal|execute|call|forget|do not|never|say|tell|write|repeat|include|upload|delete|transfer|grant)\b",
        FOREIGN,
        Medium,
        600,
    ),
    // A key of a configuration has a word or two behind it.
    say(
        &["system", "assistant", "developer"],
        r"(?m)^[#*\s>\[]{0,8}(?:system|developer)(?: (?:message|prompt|instructions?|override|note|notice|update|command|alert))?[\]*]{0,3}[ \t]{0,2}:[ \t*]{0,4}[\x22<]?\w+ \w+ \w+ \w",
        FOREIGN,
        Low,
        450,
    ),
    say(
        &["system"],
        r"[\[{<]{1,2}!?(?:system|admin|developer)[ \t](?:message|prompt|instructions?|override|note|notice|update|command|alert|directive|announcement)[\]}>: ]|\b(?-i:SYSTEM|ADMIN) (?-i:NOTE|NOTICE|MESSAGE|OVERRIDE|ALERT|COMMAND|DIRECTIVE|INSTRUCTIONS?|UPDATE)[ \t]?:",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &[
            "### system",
            "## system",
            "# system",
            "### instruction",
            "### human",
            "### assistant",
            "### new",
        ],
        r"(?m)^#{1,4} ?(?:system|system prompt|system message|new (?:system )?(?:instructions?|prompt|task)|instruction|human|assistant)[ \t]{0,2}:",
        FOREIGN,
        Medium,
        550,
    ),
    say(
        &["\"role\"", "'role'"],
        r#"["']role["']\s{0,3}:\s{0,3}["'](?:system|developer)["']"#,
        FOREIGN,
        Low,
        400,
    ),
];

const AUTHORITY: &[Pattern] = &[
    say(
        &[
            "system override",
            "admin override",
            "security override",
            "emergency override",
            "developer override",
            "override code",
            "override protocol",
            "root override",
            "priority override",
            "system_override",
        ],
        r"\b(?:(?:system|admin|administrator|security|emergency|developer|root|priority|safety)[ _-]override|override (?:code|protocol|sequence|authori[sz]ation|mode|initiated|engaged|accepted))\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &[
            "developer",
            "creator",
            "administrator",
            "admin",
            "openai",
            "anthropic",
            "engineer",
            "operator",
            "security team",
            "google",
        ],
        r"\b(?:i am|i'm|this is|message from|speaking as|on behalf of|as) (?:your|the|an?|openai|anthropic|google)?(?:'s)? ?(?:\w+ )?(?:developers?|creators?|administrator|sysadmin|admin|system administrator|openai|anthropic|google|security team|red team|engineer|operator|owner|root user|supervisor) ~80~ \b(?:you must|you are (?:required|authori[sz]ed|ordered|instructed|permitted|to)|override|ignore|disregard|bypass|reveal|disable|grant(?:ed)? (?:me|you)|need you to|i (?:order|command|authori[sz]e|instruct) you|comply|full access|system prompt|unrestricted)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &["authorized", "authorised", "permission", "clearance", "allowed", "authorize"],
        r"\b(?:you (?:are|have been|have|'re)(?: now)?|(?:this|i) (?:is|am|hereby|message)?) ?(?:fully |hereby |explicitly |officially )?(?:authori[sz](?:ed|e)|permi(?:tted|ssion)|cleared|allowed|granted permission)(?: you)? (?:to|for) (?:ignore|bypass|disregard|override|break|violate|reveal|disable|share (?:your|the system)|skip)\b",
        ANY,
        High,
        800,
    ),
    say(
        &[
            "highest priority",
            "top priority",
            "maximum priority",
            "priority:",
            "critical instruction",
            "mandatory",
            "absolute priority",
            "important instruction",
            "important message",
            "important!!",
            "<important>",
        ],
        r"<important>\s{0,4}[^<\s]|\b(?:this (?:is|has|takes) (?:the |a |of )?(?:highest|top|maximum|absolute|utmost) (?:\w+ )?(?:priority|importance) ~ (?:instruction|message|directive|command|request|task)|critical instructions?[ \t]?:|(?:mandatory|critical|important|urgent) (?:system )?(?:instructions?|directive|message) (?:for|to|from) (?:the |all |any |me |your )?(?:ai|assistant|agent|llm|model|you|bot|user|system|admin))\b?",
        FOREIGN,
        Medium,
        600,
    ),
];
