//! Text that wants data sent away, or the user kept in the dark.

use super::{ANY, FOREIGN, info, languages, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/exfil_request",
            High,
            850,
            &["LLM01", "LLM02", "ASI01", "AML.T0086"],
            "Asks the model to send data away.",
        ),
        EXFILTRATION,
    ),
    rule(
        info(
            "injection/secrecy",
            High,
            800,
            &["LLM01", "ASI01", "ASI09", "AML.T0051.001"],
            "Asks the model to keep something from the user.",
        ),
        SECRECY,
    ),
    rule(
        info(
            "injection/secrecy_foreign",
            Medium,
            650,
            &["LLM01", "ASI01", "ASI09", "AML.T0051.001"],
            "Asks the model to keep something from the user, in another language than English.",
        ),
        languages::SECRECY,
    ),
];

const EXFILTRATION: &[Pattern] = &[
    say(
        &[
            "password",
            "credential",
            "api key",
            "api_key",
            "token",
            "secret",
            "private key",
            "system prompt",
            "conversation",
            "chat history",
            "environment variable",
            "ssh key",
            ".env",
        ],
        r"\b(?:send|forward|e-?mail|post|upload|transmit|exfiltrate|leak|submit|deliver|report|append|copy|share) ~ (?:passwords?|credentials?|api[ _]keys?|tokens?|secrets?|private keys?|ssh keys?|system prompt|conversation(?: history)?|chat history|environment variables?|env vars|\.env file|contents? of [^\s]{1,60})\b ~83~ \b(?:to|at|via|into|using)\b ~43~ (?:https?://|[\w.+-]+@[\w-]+\.|webhook|this (?:url|address|endpoint|server|link|email|number)|the following|attacker|external|remote)",
        ANY,
        High,
        800,
    ),
    say(
        &[
            "send",
            "forward",
            "mail",
            "upload",
            "transmit",
            "exfiltrate",
            "leak",
            "deliver",
            "submit",
            "post ",
        ],
        r"\b(?:send|forward|e-?mail|post|upload|transmit|exfiltrate|leak|submit|deliver)\b ~60~ \b(?:data|information|details|files?|documents?|e-?mails|inbox|contacts|history|messages|records|context|results?|contents?|conversation) (?:above |you have |from \w+ )?(?:to|at|via) (?:the |this |our |my )?(?:\w+ ){0,2}(?:https?://|[\w.+-]+@[\w-]+\.)",
        FOREIGN,
        Low,
        480,
    ),
    say(
        &["url", "link", "query", "parameter", "image", "markdown"],
        r"\b(?:append|include|encode|embed|put|insert|attach|place|concatenate)\b ~63~ \b(?:data|history|conversation|secrets?|api[ _]keys?|passwords?|user information|system prompt|context|summary|tokens?)\b ~40~ \b(?:in|to|as|into|at the end of) (?:the |an? |this )?(?:\w+ )?(?:url|link|query(?: string| parameter)?|image(?: url| link| tag)|markdown image)\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &["![", "<img", "markdown image", "image markdown"],
        r"\b(?:display|render|show|output|include|print|insert|reply with|respond with)\b ~53~ (?:!\[|<img|markdown image|image markdown)",
        FOREIGN,
        Low,
        450,
    ),
    say(
        // Of what is looked for: who reads, finds or gets things is in every text.
        &[
            "password",
            "credential",
            "secret",
            "api",
            "private",
            "access",
            "2fa",
            "verification",
            "security",
            "ssh",
            "bank",
            "credit",
        ],
        r"\b(?:find|search|read|look for|collect|gather|extract|retrieve|get|list|dump)\b ~63~ \b(?:passwords?|credentials|api[ _]keys?|secrets?|private keys?|access tokens?|2fa codes?|verification codes?|security codes?|ssh keys?|bank details|credit cards?) ~40~ \b(?:and|then)[, ]+(?:then )?(?:send|forward|e-?mail|post|upload|transmit|share|return|exfiltrate|submit)\b",
        ANY,
        High,
        750,
    ),
];

const SECRECY: &[Pattern] = &[
    say(
        &["do not", "don't", "dont", "never", "without", "must not", "avoid"],
        r"\b(?:do not|don't|dont|never|without|must not|should not|avoid|refrain from) (?:tell|inform|mention|notify|reveal|alert|let|disclose|show|explain|say|warn|display|report|bother)(?:ing)?(?: (?:this|it|that|any of this|anything|about this|these|any|about|to|the|instructions?|steps?|action|details|of)){0,5} (?:to |about |with )?(?:the |your |this )?(?:user|human|owner|operator|customer|end[ -]?user|anyone|victim|recipient|client)s?\b",
        ANY,
        Medium,
        650,
    ),
    say(
        &[
            "secret from",
            "hidden from",
            "hide",
            "conceal",
            "confidential from",
            "invisible to",
            "kept from",
        ],
        r"\b(?:keep|hide|conceal|kept|remain|stay|must be) (?:\w+ ){0,3}(?:secret |hidden |confidential |invisible |concealed )?(?:from|to) (?:the |your )?(?:user|human|owner|operator|end[ -]?user)s?\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &[
            "silently",
            "secretly",
            "covertly",
            "discreetly",
            "quietly",
            "in the background",
            "surreptitiously",
        ],
        r"\b(?:silently|secretly|covertly|discreetly|quietly|surreptitiously) (?:\w+ )?(?:send|forward|call|execute|run|delete|transfer|upload|e-?mail|copy|exfiltrate|collect|read|include|add|append|invoke|post|share|record)\b",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &[
            "user must not",
            "user should not",
            "user does not need",
            "user doesn't need",
            "user must never",
            "user should never",
            "user cannot know",
            "user will not",
            "user need not",
            "user not to know",
        ],
        r"\buser (?:must|should|does|doesn't|cannot|will|need)(?: not| never)?(?: need to)? (?:know|see|be (?:told|informed|aware|notified|shown)|find out|notice|suspect)\b",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &[
            "do not mention",
            "don't mention",
            "never mention",
            "do not acknowledge",
            "do not reveal these",
            "do not disclose these",
            "never reveal that",
            "do not refer to",
        ],
        r"\b(?:do not|don't|never) (?:mention|acknowledge|reveal|disclose|refer to|repeat|quote|discuss) (?:that you |this (?:instruction|message|note|prompt|step|action|comment)|these (?:instructions|steps|rules)|having|the (?:existence|presence|instructions?) )",
        FOREIGN,
        Low,
        500,
    ),
];
