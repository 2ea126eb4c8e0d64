//! Text that gives the model another character, one without limits.

use super::{ANY, FOREIGN, info, languages, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0054"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/role_play",
            High,
            850,
            THREATS,
            "Gives the model a character that has no limits.",
        ),
        UNLIMITED,
    ),
    rule(
        info(
            "injection/role_play_foreign",
            Medium,
            700,
            THREATS,
            "Gives the model a character that has no limits, in another language than English.",
        ),
        languages::UNLIMITED,
    ),
    rule(
        info(
            "injection/persona_switch",
            Medium,
            600,
            THREATS,
            "Tells the model that it is now someone else.",
        ),
        SWITCH,
    ),
    rule(
        info(
            "injection/special_mode",
            High,
            850,
            THREATS,
            "Claims a mode in which the model's limits are off.",
        ),
        MODE,
    ),
    rule(
        info(
            "injection/special_mode_foreign",
            Medium,
            650,
            THREATS,
            "Claims a mode in which the model's limits are off, in another language than English.",
        ),
        languages::MODE,
    ),
];

const UNLIMITED: &[Pattern] = &[
    say(
        &[
            "pretend",
            "act",
            "roleplay",
            "role-play",
            "role play",
            "imagine",
            "simulate",
            "behave",
            "impersonate",
            "play the",
            "emulate",
        ],
        r"\b(?:pretend|act|acting|role-?play|role play|imagine|simulate|behave|impersonate|play the|emulate) ~ (?:ai|a\.i\.|chatbot|assistant|language model|llm|gpt|bot|model|character|persona|system|robot|you) ~ (?:no|without|free (?:from|of)|unbound by|ignor(?:es?|ing)|lacks?|never refuses?|unrestricted|unfiltered|uncensored|unlimited|amoral|evil|any|zero) ~ (?:restrictions?|rules|filters?|limits?|limitations|guidelines|ethics|ethical|morals?|censorship|safety|boundaries|constraints|guardrails|anything|everything)\b",
        ANY,
        High,
        800,
    ),
    say(
        &["pretend", "act", "you are now", "you're now", "become", "simulate", "roleplay", "play"],
        r"\b(?:pretend(?: to be| that you are| you are|ing to be)?|act(?:ing)? (?:as|like)|you(?: are|'re) now|become|simulate|role-?play as|play) (?:an? |the )?(?:\w+ )?(?:unrestricted|unfiltered|uncensored|unaligned|jailbroken|amoral|evil|rogue|malicious|unethical|lawless|limitless|unmoderated|unbound|unchained) (?:\w+ )?(?:ai|a\.i\.|chatbot|assistant|language model|llm|gpt|bot|model|version|persona|hacker|agent|entity)\b",
        ANY,
        High,
        800,
    ),
    say(
        &[
            "do anything now",
            "dan mode",
            "as dan",
            "called dan",
            "named dan",
            "are dan",
            "dan is",
            "dan can",
        ],
        r"\b(?:do anything now|dan mode|(?:act(?:ing)? as|you are(?: now)?|called|named|play|be) \x22?(?-i:DAN)\b|(?-i:DAN) (?:is|can|has|will|does|must|and) (?:able|do|no|not|never|free|been freed|answer|bypass|have)\b)",
        ANY,
        Medium,
        700,
    ),
    say(
        &["unfiltered", "uncensored", "unrestricted", "no restrictions", "without restrictions"],
        r"\byou (?:are|will|must|can|should|have) ~60 not .\n~ \b(?:unfiltered|uncensored|unrestricted|no restrictions|without restrictions|free of (?:all )?restrictions)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &[
            "no content policy",
            "no content policies",
            "no ethical",
            "no restrictions",
            "no filters",
            "no limitations",
            "no censorship",
            "no moral",
            "no guidelines",
            "no limits",
            "no rules",
            "limitless",
        ],
        r"\b(?:(?:you|chatgpt|assistant|ai)\b[^.!?\n]{0,60}\b(?:have|has|with|under) (?:absolutely )?no (?:content polic\w+|ethical guidelines|ethics|ethical|restrictions|filters|limitations|censorship|moral\w*|guidelines|limits|rules)|(?:it|who|that)\b[^.!?\n]{0,60}\b(?:have|has) (?:absolutely )?no (?:content polic\w+|ethical guidelines|ethics|ethical|restrictions|filters|censorship|moral\w*|guidelines)|(?:no[ -](?:limits?|restrictions?|rules|filters?)|limitless) (?:ai|assistant|chatbot|model|llm))\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &["evil", "twin", "opposite", "alter ego", "alter-ego", "two responses", "two answers"],
        r"\b(?:evil twin|evil (?:confidant|version of (?:you|yourself|chatgpt|claude))|opposite (?:mode|of your)|alter[ -]ego|(?:give|provide|generate|write|produce) (?:me )?two (?:different )?(?:responses|answers|replies))\b",
        ANY,
        Low,
        450,
    ),
    say(
        &["grandmother", "grandma", "deceased", "hypothetical", "fictional"],
        r"\b(?:(?:deceased|late|dead) (?:grandmother|grandma|granny)|grandmother ~ (?:used to|would) (?:tell|read)|hypothetical (?:response|scenario|world) (?:in which|where) ~ (?:no|without) (?:\w+ )?(?:rules|restrictions|limits|laws|ethics))\b",
        ANY,
        Low,
        450,
    ),
    say(
        &["stay in character", "break character", "remain in character", "out of character"],
        r"\b(?:(?:stay|remain|always be) in character|(?:never|do not|don't|not) break (?:your |the )?character|stay a dan)\b",
        ANY,
        Low,
        400,
    ),
];

/// Who somebody is from now on.
const NOW: &[&str] =
    &["you are now", "you're now", "you are no longer", "you're no longer", "you will now"];

const SWITCH: &[Pattern] = &[
    say(
        NOW,
        r"\b(?:you are|you're) (?:now|no longer) (?:an? |my |bound |under |called |known |acting |operating |named |playing )",
        FOREIGN,
        Medium,
        600,
    ),
    // A manual says so, too: "You are now in Normal mode".
    say(NOW, r"\b(?:you are|you're) (?:now|no longer) (?:the |in |going |to )", FOREIGN, Low, 450),
    say(
        &[
            "you are no longer",
            "you're no longer",
            "not an ai",
            "not a language model",
            "not an assistant",
        ],
        r"\b(?:you are|you're) (?:no longer|not) (?:an? |the |bound by |chatgpt|claude |gemini )(?:ai|assistant|language model|llm|chatbot|ethical|safety|openai|anthropic|helpful)?\b",
        ANY,
        Medium,
        500,
    ),
    say(
        &[
            "pretend",
            "act as",
            "act like",
            "role of",
            "assume the role",
            "take on the role",
            "impersonate",
            "adopt the persona",
            "you will act",
        ],
        r"\b(?:pretend (?:to be|that you|you)|act (?:as|like) (?:if )?(?:an? |the |you|my )|(?:assume|take on|adopt|play) the (?:role|persona|identity) of|you will act (?:as|like)|impersonate (?:an?|the|my))\b",
        FOREIGN,
        Low,
        450,
    ),
];

const MODE: &[Pattern] = &[
    say(
        &[
            "developer mode",
            "dev mode",
            "debug mode",
            "god mode",
            "admin mode",
            "sudo mode",
            "root mode",
            "jailbreak mode",
            "unrestricted mode",
            "maintenance mode",
            "dan mode",
            "test mode",
            "diagnostic mode",
            "chaos mode",
            "unsafe mode",
            "freedom mode",
        ],
        r"\b(?:you are (?:now )?in|you're (?:now )?in|now in|you (?:will|must|should|can) (?:now )?(?:enter|operate in|enable|activate|simulate)|chatgpt with|stay in|respond in|answer in) (?:\w+ )?(?:developer|dev|debug|god|admin|sudo|root|jailbreak|unrestricted|maintenance|dan|test|diagnostic|chaos|unsafe|freedom|opposite) mode\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &[
            "developer mode",
            "god mode",
            "admin mode",
            "sudo mode",
            "root mode",
            "jailbreak mode",
            "unrestricted mode",
            "maintenance mode",
            "dan mode",
            "diagnostic mode",
            "chaos mode",
            "unsafe mode",
            "freedom mode",
        ],
        r"\b(?:enter(?:ing)?|enabl(?:e|ed|ing)|activat(?:e|ed|ing)|switch(?:ing)? (?:in)?to|you are (?:now )?in|you're (?:now )?in|simulate|go into|engage|initiate|turn on|now in|operate in|start) (?:\w+ )?(?:developer|god|admin|sudo|root|jailbreak|unrestricted|maintenance|dan|diagnostic|chaos|unsafe|freedom) mode\b",
        ANY,
        Low,
        450,
    ),
    say(
        &[
            "developer mode",
            "god mode",
            "jailbreak mode",
            "unrestricted mode",
            "sudo mode",
            "dan mode",
        ],
        r"\b(?:developer|god|jailbreak|unrestricted|sudo|dan) mode (?:output|enabled|activated|unlocked|response|engaged)\b",
        ANY,
        Medium,
        700,
    ),
    say(
        &["jailbreak", "jailbroken"],
        r"\b(?:you (?:are|have been|will be|'re)(?: now)?|chatgpt|claude|successfully|been) (?:fully |now |successfully )?jailbroken\b",
        ANY,
        High,
        800,
    ),
];
