//! Text that sets the model's instructions aside, in many languages.

use super::{ANY, FOREIGN, info, languages, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0051"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/override",
            High,
            950,
            THREATS,
            "Tells the model to set its instructions aside.",
        ),
        OVERRIDE,
    ),
    rule(
        info(
            "injection/override_foreign",
            High,
            930,
            THREATS,
            "Tells the model to set its instructions aside, in another language than English.",
        ),
        languages::OVERRIDE,
    ),
    rule(
        info(
            "injection/disobedience_foreign",
            High,
            850,
            THREATS,
            "Tells the model to follow no longer what it was told, in another language than English.",
        ),
        languages::DISOBEDIENCE,
    ),
    rule(
        info(
            "injection/new_instructions",
            High,
            800,
            THREATS,
            "Announces instructions that replace the model's own.",
        ),
        NEW_INSTRUCTIONS,
    ),
    rule(
        info(
            "injection/new_instructions_foreign",
            Medium,
            650,
            THREATS,
            "Announces instructions that replace the model's own, in another language than English.",
        ),
        languages::ANNOUNCEMENT,
    ),
    rule(
        info(
            "injection/task_switch",
            Medium,
            650,
            THREATS,
            "Gives the model another task than the one it has.",
        ),
        TASK_SWITCH,
    ),
    rule(
        info(
            "injection/safety_bypass",
            High,
            800,
            &["LLM01", "ASI01", "AML.T0054"],
            "Asks the model to switch its safety off.",
        ),
        SAFETY_BYPASS,
    ),
    rule(
        info(
            "injection/decode_and_obey",
            Medium,
            700,
            &["LLM01", "ASI01", "AML.T0068"],
            "Asks the model to decode something and do what it says.",
        ),
        DECODE,
    ),
];

const VERBS: &[&str] = &[
    "ignore",
    "ignoring",
    "disregard",
    "forget",
    "overrid",
    "overrule",
    "neglect",
    "discard",
    "dismiss",
    "set aside",
    "pay no attention",
    "bypass",
    "abandon",
    "drop",
    "erase",
    "wipe",
    "negate",
    "invert",
    "violate",
    "break",
    "cancel",
    "nullify",
    "void",
    "scrap",
    "ditch",
];

const OVERRIDE: &[Pattern] = &[
    // Verb, earlier, instructions.
    say(
        VERBS,
        r"\b(?:ignor(?:es?|ing)|disregard(?:s|ing)?|forgets?|forgetting|overrid(?:e|ing)|overrule|neglect|discard|dismiss|set aside|pay no attention to|bypass|abandon|erase|wipe|cancel|drop|negate|invert|nullify|void|scrap|ditch) ~ (?:previous|previously|prior|preceding|earlier|above|foregoing|original|initial|former|past|system|developer|hidden|core|last) ~ (?:instructions?|prompts?|guidelines?|guidance|directives?|commands?|orders|directions|programming|constraints|training|guardrails)\b",
        ANY,
        High,
        950,
    ),
    say(
        VERBS,
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|overrule|discard|dismiss|pay no attention to|abandon) ~ (?:previous|previously|prior|preceding|earlier|above|foregoing|original|initial|former|past|system) ~ (?:rules?|messages?|text|context|conversations?|polic(?:y|ies)|restrictions?|content|input|requests?|tasks?|inputs)\b",
        ANY,
        Medium,
        700,
    ),
    // Verb, your, instructions: to whom, if not the model.
    say(
        VERBS,
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|overrule|discard|dismiss|set aside|bypass|abandon|erase|cancel|break|violate) (?:all |any |every )?(?:of )?(?:the rest of )?(?:your|ur) ~ (?:instructions?|prompts?|guidelines?|directives?|programming|guardrails|training|safety|restrictions?|limitations|constraints|ethics|alignment|rules)\b",
        ANY,
        High,
        850,
    ),
    say(
        VERBS,
        r"\b(?:ignore|disregard|forget|override|discard|dismiss) (?:all|any|every|these|those|the|all the|all of the|any of the|all these|all those|all of your|every one of your) (?:other )?(?:system )?(?:instructions?|prompts?|guidelines?|directives?|commands|programming|guardrails|rules)(?: (?:above|given|before|so far|you (?:were|have|got|received)|that (?:were|came)|and|from))\b",
        ANY,
        High,
        850,
    ),
    say(
        VERBS,
        r"\b(?:ignore|disregard|forget|override|discard|dismiss) (?:all|any|every|all of the|all of your|any of the) (?:other |your |the )?(?:instructions?|prompts?|guidelines?|directives?|programming|guardrails|rules|assignments|safety)\b",
        ANY,
        Medium,
        700,
    ),
    // Verb, everything, before.
    say(
        &["ignore", "disregard", "forget", "discard"],
        r"\b(?:ignore|disregard|forget|discard) (?:about )?(?:everything|all|anything|whatever|all that|all of that|what) ~ (?:above|before|previously|told|said to you|been told|learned|so far|prior|earlier|taught|instructed)\b",
        ANY,
        High,
        850,
    ),
    say(
        &[
            "ignore the above",
            "ignore all of the above",
            "disregard the above",
            "ignore above",
            "disregard above",
            "forget the above",
            "ignore all above",
            "forget all above",
        ],
        // The above warning is no prompt.
        r"\b(?:ignore|disregard|forget) (?:all )?(?:of )?(?:the )?above(?:[.,;:!?)\x22'-]|\s{0,3}$| (?:text|words?|prompts?|instructions?|directions?|messages?|contents?|conversation|context|paragraphs?|sentences?|tasks?|questions?|requests?|rules?|documents?|articles?|data|input|statements?|stuff|assignments?|and|or|then|but|instead|as|in|now|please|completely|entirely|if|it|this|so|because|since|just|do|don't|say|print|write|output|tell|respond|reply|give|let|for|to|which|that|you|your|i|we|translate|guidelines|commands?|orders|new|here|act|pretend)\b)",
        ANY,
        Medium,
        700,
    ),
    say(
        &["forget everything", "forget about everything", "forget it all"],
        r"\b(?:forget (?:about )?everything|forget it all)(?:[ ,.!;]{1,3}(?:and|then|now|just|you|instead|write|say|tell|print|new)\b)",
        ANY,
        Medium,
        650,
    ),
    // Stop following.
    say(
        &["follow", "obey", "listen", "adhere", "comply", "abide"],
        r"\b(?:stop|do not|don't|dont|never|no longer|cease|quit|refuse to|without) (?:to )?(?:follow|obey|listen|adhere|comply|abid)(?:ing|e)?(?: to| with| by)? ~ (?:your|previous|prior|earlier|original|initial|system|above|preceding|existing) ~ (?:instructions?|prompts?|guidelines?|directives?|rules|commands|orders|programming|training|guardrails)\b",
        ANY,
        High,
        850,
    ),
    // Instructions that are void.
    say(
        &["instruction", "prompt", "guideline", "guidance", "directive", "rules", "constraints"],
        r"\b(?:previous|prior|earlier|original|initial|former|old|your|existing|all|above) (?:system )?(?:instructions?|prompts?|guidelines?|guidance|directives?|rules|programming|constraints|setup constraints) (?:is|are|were|was|has been|have been|has|have) ~ (?:not (?:in effect|active|valid|binding|applicable)|void|cancell?ed|replaced|superseded|revoked|obsolete|overrid|overridden|outdated|suspended|lifted|nullified|deprecated|deleted|expired|no longer (?:valid|apply|applies|relevant|in effect|active))\b",
        ANY,
        High,
        900,
    ),
    say(
        &["overrid", "supersed", "precedence", "priority over", "higher priority"],
        r"\b(?:overrides?|overriding|supersedes?|superseding|takes? (?:absolute )?(?:precedence|priority) over|higher priority than) ~ (?:your|any|all|previous|prior|earlier|original|system|existing|other) (?:previous |prior |earlier |original |existing |other |system |conflicting )?(?:instructions?|prompts?|guidelines?|directives?|programming|guardrails|system message)\b",
        ANY,
        High,
        850,
    ),
    // A name may be replaced in all instructions.
    say(
        &["replace", "replacing"],
        r"\b(?:replaces?|replacing) (?:(?:all|any) )?(?:of )?(?:the )?(?:your|previous|prior|earlier|original|system|existing) (?:previous |prior |earlier |original |existing |other |system |conflicting )?(?:instructions?|prompts?|guidelines?|directives?|programming|guardrails|system message)\b",
        ANY,
        High,
        850,
    ),
    say(
        &["ignore", "disregard", "forget"],
        r"\b(?:ignore|disregard|forget) ~ (?:you (?:are|were|have)|you're) ~ (?:told|instructed|given|programmed|trained|assistant|ai|model|bot)\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &["reset", "clear", "wipe", "erase"],
        r"\b(?:reset|clear|wipe|erase|flush|delete) (?:all )?(?:of )?your (?:\w+ )?(?:memory|context|instructions?|programming|prompt|conversation|guidelines|directives)\b",
        ANY,
        Medium,
        650,
    ),
];

/// What is announced.
const ORDERS: &[&str] = &["instruction", "directive", "orders", "system prompt"];

const NEW_INSTRUCTIONS: &[Pattern] = &[
    say(
        ORDERS,
        r"\b(?:new|updated|revised|real|actual|true|additional|secret|hidden|override|important|urgent|critical|priority|special|admin|system) (?:system )?(?:instructions?|directives?|orders|system prompt|commands?)(?: for (?:you|the (?:ai|assistant|model|agent|llm|bot)))?[ \t]?[:\x2d\]>]",
        FOREIGN,
        Medium,
        550,
    ),
    say(
        ORDERS,
        r"\b(?:here (?:are|is|come)|these are|follow|following are|obey|execute|receive|adopt|with|by) (?:the |your |my |these |this )?(?:new|updated|revised|real|actual|true|only) (?:system )?(?:instructions?|directives?|orders|system prompt|prompt|rules|guidelines)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &[
            "from now on",
            "from this point",
            "from here on",
            "starting now",
            "henceforth",
            "from this moment",
        ],
        r"\b(?:from now on|from this point (?:on|onward|onwards|forward)|from here on|starting now|henceforth|from this moment)(?: ~ (?:you (?:are|will|must|shall|should|act|have|can|may|only|always|answer|respond|no longer)|you're|you'll|your|every (?:response|answer|reply))|(?: please| then| and)? (?:ignore|respond|answer|always|act|pretend|reply|only))\b",
        ANY,
        Medium,
        550,
    ),
    say(
        &[
            "only follow",
            "follow only",
            "only obey",
            "obey only",
            "follow these instructions instead",
            "instead follow",
        ],
        r"\b(?:only (?:follow|obey)|(?:follow|obey) only|instead follow|follow) (?:the |my |these |this )(?:following |new )?(?:instructions?|commands?|orders|directives?|rules)(?: (?:instead|from now on|exactly|without question|and (?:nothing|no) ))\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &["instruction", "prompt", "task"],
        r"\b(?:end of|end|stop) (?:the )?(?:original |previous |initial |system |user )?(?:instructions?|prompt|system prompt)[ \t]{0,3}[.:\]\n-]",
        FOREIGN,
        Low,
        400,
    ),
];

const TASK_SWITCH: &[Pattern] = &[
    say(
        &["task", "goal", "mission", "objective", "purpose", "priority"],
        r"\byour (?:new|real|true|actual|only|primary|main|sole|first|next|updated|current) (?:task|goal|mission|objective|purpose|job|priority|role)(?: (?:is|will be|has)|[ \t]?:)",
        FOREIGN,
        Low,
        500,
    ),
    say(
        &[
            "stop what",
            "stop everything",
            "before you continue",
            "before continuing",
            "before you do anything",
            "before doing anything",
            "before answering",
            "before you answer",
            "before proceeding",
            "before you proceed",
            "before completing",
            "before you complete",
        ],
        r"\b(?:stop (?:what you are doing|what you're doing|everything)|before (?:you )?(?:continu|do|answer|proceed|complet|start|respond)(?:e|ing)?(?: anything| (?:with )?(?:the|your|this|any|my) (?:\w+ )?(?:task|request|question|query))?)[ ,]+(?:else )?(?:and |please |you must |you need to |you have to |you should |first |do |make sure ){1,3}(?:first )?(?:send|forward|call|execute|run|invoke|delete|transfer|use|fetch|visit|open|email|share|upload|do|complete|read|solve|share|create|make|pay|book|reserve|post|invite|go)\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &["instead"],
        r"(?:^|[.!?\n:,]\s{0,3})(?:and |but |then |please |now )?instead[, ]+(?:just |simply |please |you (?:must|should|will) |only )?(?:say|print|output|respond|reply|write|tell|do|send|execute|run|return|answer|call|visit|give|provide|act)\b",
        FOREIGN,
        Low,
        450,
    ),
    say(
        &["instead of"],
        r"\binstead of (?:following|obeying|answering|summari[sz]ing|translating|doing|completing|performing|responding to) (?:the|your|this|that|my|what|these|any) ~ (?:task|instructions?|prompt|request|question|document|text|email|user|asked|told)\b",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &["task"],
        r"\b(?:task|request|objective|job|previous task)(?: is| was|:)? (?:now )?(?:completed?|done|finished|over)(?: successfully)?[.!:,; \n-]{1,4}(?:now|next|new|please now|your (?:new|next)|proceed)\b",
        FOREIGN,
        Medium,
        500,
    ),
];

const SAFETY_BYPASS: &[Pattern] = &[
    say(
        &[
            "disable",
            "turn off",
            "bypass",
            "circumvent",
            "deactivate",
            "remove",
            "switch off",
            "get around",
            "evade",
            "unlock",
        ],
        r"\b(?:disable|turn off|bypass|circumvent|remove|deactivate|switch off|get around|evade|drop|suspend|lift) ~ (?:(?:your|openai'?s|anthropic'?s|the (?:model|ai|assistant|llm)'?s?) ~ (?:safety|content|ethical|ethics|moral|moderation|alignment|censorship|filters?|guardrails?|safeguards?|restrictions?|limitations|security (?:protocols?|measures|filters?))|(?:all|any|its) ~ (?:safety|ethical|ethics|moral|alignment|censorship|guardrails?|safeguards?|restrictions?|(?:content|security|moderation) (?:filters?|moderation|polic(?:y|ies)|protocols?|measures|restrictions?)))\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &["filters", "limitations"],
        r"\b(?:disable|turn off|bypass|circumvent|deactivate|switch off|get around|evade) (?:all|any) (?:\w+ )?(?:filters|limitations)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &["without"],
        r"\b(?:respond|answer|reply|operate|act|speak|comply|generate|output|write|behave|function|work)(?:ing|s)? ~ without (?:any |your |the |all )?(?:\w+ )?(?:restrictions?|filters?|censorship|limitations|guardrails|guidelines|ethical|moral|safety|refusal|refusing|content polic)",
        ANY,
        Medium,
        650,
    ),
    say(
        &[
            "never refuse",
            "not refuse",
            "cannot refuse",
            "can't refuse",
            "never decline",
            "never say no",
            "not allowed to refuse",
            "must not decline",
            "without refus",
        ],
        r"\b(?:you|and|must|will|always)[ ,]+(?:\w+ )?(?:never|not|cannot|can't|won't|not allowed to) (?:ever )?(?:refuse|decline|say no|reject|deny)\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &["restrictions", "limitations", "filters", "guidelines", "ethical", "censorship", "rules"],
        r"\byou (?:have|are|do|can|will|no longer)(?: now| longer)? (?:no|not|free (?:from|of)|unbound by|exempt from|not bound by|not limited by|not restricted by|not subject to|broken free (?:from|of)|have|ignore) (?:\w+ )?(?:\w+ )?(?:restrictions|limitations|filters|guidelines|ethical|ethics|morals|censorship|content polic\w+|safety|rules|guardrails)\b",
        ANY,
        Medium,
        700,
    ),
];

const DECODE: &[Pattern] = &[
    say(
        &["decode", "decrypt", "deobfuscate", "unscramble", "base64", "rot13"],
        r"\b(?:decode|decrypt|deobfuscate|unscramble|un-?rot13|translate) ~ (?:and|then|and then) (?:execute|follow|run|obey|do|act on|carry out|perform|comply with|respond to|answer)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &["base64", "rot13", "hex", "encoded", "morse"],
        r"\b(?:follow|execute|obey|carry out|run|perform) ~ (?:base-?64|rot-?13|hex|encoded|morse|encrypted) ~ (?:instructions?|commands?|message|prompt|string|task)\b",
        ANY,
        Medium,
        650,
    ),
];
