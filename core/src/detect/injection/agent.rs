//! Text in a document that speaks to whatever model reads it.

use super::{ANY, DESCRIPTION, FOREIGN, info, languages, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Low, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0051.001"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info(
            "injection/address_agent",
            Medium,
            750,
            THREATS,
            "Speaks to the model that reads the text.",
        ),
        ADDRESS,
    ),
    rule(
        info(
            "injection/address_agent_foreign",
            Medium,
            700,
            THREATS,
            "Speaks to the model that reads the text, in another language than English.",
        ),
        languages::ADDRESS,
    ),
    rule(
        info("injection/agent_duty", Medium, 700, THREATS, "Says what an assistant must do."),
        DUTY,
    ),
    rule(
        info(
            "injection/tool_imperative",
            High,
            800,
            &["LLM01", "ASI02", "AML.T0053"],
            "Tells the model to call a tool.",
        ),
        TOOLS,
    ),
    rule(
        info(
            "injection/tool_poisoning",
            High,
            850,
            &["LLM01", "ASI04", "AML.T0110"],
            "A tool's description that reaches beyond the tool.",
        ),
        POISONING,
    ),
    rule(
        info(
            "injection/answer_dictation",
            Medium,
            650,
            THREATS,
            "Dictates what the model shall answer.",
        ),
        DICTATION,
    ),
    rule(
        info(
            "injection/memory_write",
            Medium,
            600,
            &["LLM01", "ASI06", "AML.T0080.000"],
            "Asks the model to remember something for later.",
        ),
        MEMORY,
    ),
];

const ADDRESS: &[Pattern] = &[
    say(
        &[
            "attention",
            "note to",
            "note for",
            "message to",
            "message for",
            "instruction to",
            "instructions to",
            "instruction for",
            "instructions for",
            "notice to",
            "reminder to",
            "dear",
            "hey",
            "hello",
            "hi ",
        ],
        r"\b(?:attention|notes?|messages?|instructions?|notice|reminder|directives?|guidance|important)(?: (?:to|for))? (?:the |all |any |our |every |each )?(?:\w+ )?(?:ai|a\.i\.|llms?|language models?|chatbots?|ai assistants?|ai agents?|assistants?|copilot|gpt|claude|gemini|automated (?:systems?|agents?|assistants?)|bots?)(?: (?:assistants?|agents?|models?|systems?|readers?|processing|reading|parsing|summari[sz]ing|reviewing|only))*[ \t]{0,2}[:!\]\x2d*]",
        FOREIGN,
        Medium,
        700,
    ),
    say(
        &["if you are", "if you're", "if an ai", "if a language model", "if any ai"],
        r"\bif (?:you are|you're|this is being read by|read by) (?:an? |the )?(?:\w+ )?(?:ai|a\.i\.|llm|large language model|language model|automated|chatbot|bot|ai assistant|ai agent|assistant|agent|ai model|gpt)\b",
        FOREIGN,
        Medium,
        700,
    ),
    say(
        &["assistants", "agents", "models", "assistant", "llm"],
        r"\b(?:ai|a\.i\.|llm|language[ -]model|automated|gpt) ?(?:assistants?|agents?|models?|systems?|bots?|readers?|tools)? (?:reading|processing|summari[sz]ing|parsing|viewing|reviewing|evaluating|who (?:read|process|summari[sz]e)s?|that (?:reads?|process(?:es)?|summari[sz]es?|parses?)|scanning) (?:this|the|these|any of this)\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &[
            "as an ai",
            "as a language model",
            "as the ai",
            "as an llm",
            "as an assistant",
            "as the assistant",
            "as an agent",
        ],
        r"\bas (?:an?|the) (?:ai|llm|language model|assistant|agent|ai assistant|ai agent|ai model|ai language model)(?: \w+)?[, ]+you (?:must|should|need|will|are|have|shall|can now|may now)\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &[
            "summariz",
            "summaris",
            "processing this",
            "reading this",
            "when you read",
            "when you process",
            "when answering",
            "when responding",
            "when you summar",
            "when asked about",
            "when the user asks",
        ],
        r"\b(?:when|while|if|after|before|whenever) (?:you |the (?:ai|assistant|model|agent|llm) )?(?:are |is )?(?:summari[sz]e?s?(?:ing)?|process(?:es|ing)?|read(?:s|ing)?|analy[sz]e?(?:ing)?|review(?:ing)?|pars(?:e|ing)|answer(?:ing)?|respond(?:ing)? to|asked about|translat(?:e|ing)) (?:this|the|these|any|my|questions about) ?(?:\w+ )?(?:document|page|e-?mail|message|text|content|file|review|article|web ?site|listing|ticket|issue|comment|repo\w*|readme|user|user's|resume|cv|profile|calendar|event)[^.!?\n]{0,40}[, ](?:you must|you should|please|always|also|include|add|say|do not|don't|never|make sure|ensure|append|insert|recommend|tell|reply|respond|output|begin|start|end|write|ignore|call|send)\b",
        FOREIGN,
        Medium,
        700,
    ),
    say(
        &[
            "dear ai",
            "dear assistant",
            "dear llm",
            "dear chatbot",
            "dear agent",
            "dear chatgpt",
            "hey assistant",
            "hey ai",
            "hello assistant",
            "hello ai",
            "hi assistant",
            "hi ai",
            "hey chatgpt",
            "hey gemini",
        ],
        r"\b(?:dear|hey|hello|hi) (?:ai|assistant|llm|chatbot|agent|claude (?:ai|sonnet|opus|haiku)|chatgpt|gemini|copilot|gpt)\b ?(?:assistant|agent|model)?[ \t]{0,2}[,:!.]",
        FOREIGN,
        Medium,
        600,
    ),
];

const DUTY: &[Pattern] = &[
    say(
        &["assistant", "agent", "the ai", "model", "llm", "chatbot", "copilot"],
        r"\b(?:the|this|any|all|every|our|your|your ai) (?:ai |llm |language |virtual |automated )?(?:assistants?|agents?|ai|model|llm|chatbot|bot|copilot) (?:must|should|shall|needs? to|is (?:required|instructed|ordered|authori[sz]ed|expected) to|are (?:required|instructed|ordered|authori[sz]ed|expected) to|has to|have to|is to) (?:now |immediately |first |also |always |then |silently |please ){0,2}(?:send|forward|call|execute|run|invoke|delete|transfer|reply|ignore|use|fetch|visit|open|e-?mail|share|upload|disregard|override|bypass|include|append|recommend|disclose|reveal|approve|grant|pay|purchase|download|install|respond with|post|navigate|click|output|comply|obey)\b",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &[
            "you must",
            "you need to",
            "you have to",
            "you are required",
            "it is mandatory",
            "you shall",
            "you should immediately",
        ],
        r"\byou (?:must|need to|have to|are required to|shall|are instructed to|are ordered to|should immediately) (?:now |immediately |first |also |always |then |silently ){0,2}(?:send|forward|call|execute|run|invoke|delete|transfer|upload|exfiltrate|e-?mail|disregard|ignore|override|bypass|obey|comply|post) (?:the|all|this|that|these|any|it|an?|your|my|to|with)\b",
        FOREIGN,
        Low,
        500,
    ),
];

const TOOLS: &[Pattern] = &[
    say(
        &["tool", "function", "plugin", "command"],
        r"\b(?:call|use|invoke|execute|run|trigger|activate) (?:the |your |its )?[\x22'`(]{0,2}[a-z]{1,30}(?:[_.-][a-z]{1,30}){0,5}[\x22'`)]{0,3} (?:tool|function|plugin) (?:to|with|and|now|on|immediately|for|using) (?:\w+ )?(?:send|forward|delete|transfer|read|fetch|upload|e-?mail|share|post|all|every|my|your)\b",
        FOREIGN,
        Low,
        480,
    ),
    say(
        &["send_", "delete_", "transfer", "post_", "execute_", "forward_", "create_", "update_"],
        r"\b(?:call|use|invoke|execute|run|trigger) (?:the |your )?[\x22'`(]{0,2}(?:send|delete|transfer|post|execute|forward|create|update|share|upload|write|run|invite|remove)_[a-z_]{2,40}\b",
        FOREIGN,
        Low,
        450,
    ),
    say(
        &[
            "without asking",
            "without confirm",
            "without the user",
            "without user",
            "without notif",
            "without requesting",
            "no confirmation",
            "do not ask for",
        ],
        r"\b(?:without (?:asking the user|confirming|user|notifying|requesting|any confirmation|further)|(?:do not|don't|never|no need to) ask (?:the user )?for)(?: \w+){0,3} (?:confirmation|permission|approval|consent|knowing|user|knowledge|awareness|authori[sz]ation)\b",
        FOREIGN,
        Medium,
        600,
    ),
    // So programs say what their options do.
    say(
        &["without asking", "without prompting"],
        r"\bwithout (?:asking for|prompting)(?: \w+){0,3} (?:confirmation|permission|approval|consent|user|authori[sz]ation)\b",
        FOREIGN,
        Low,
        450,
    ),
];

const POISONING: &[Pattern] = &[
    say(
        &[
            "before using",
            "before calling",
            "before invoking",
            "before you use",
            "before you call",
            "prior to using",
            "prior to calling",
            "before any other",
        ],
        r"\b(?:before|prior to) (?:you )?(?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)|execut(?:e|ing)|any other) (?:this|any|other|the|all|any other) ?(?:\w+ )?(?:tools?|functions?|commands?|operations?)[^.!?\n]{0,40}\b(?:you must|you should|must|first|always|read|call|send|pass|access|fetch)\b",
        DESCRIPTION,
        Medium,
        700,
    ),
    say(
        &[
            "always call",
            "always use",
            "must call",
            "must use",
            "must first",
            "must always",
            "always invoke",
            "instead of",
        ],
        r"\b(?:always|must|must always|must first|should always|you must) (?:first )?(?:call|use|invoke|run|execute|prefer) (?:this|the) (?:\w+ )?(?:tool|function|server) ~60 not .\n~ \b(?:before|first|instead|prior|even if|whenever|no matter|for (?:any|all|every))\b",
        DESCRIPTION,
        Medium,
        650,
    ),
    say(
        &[
            "~/.ssh",
            "id_rsa",
            ".env",
            "mcp.json",
            "/etc/passwd",
            ".aws/credentials",
            "credentials",
            "api key",
            "conversation history",
            "system prompt",
            "chat history",
        ],
        r"\b(?:read|access|cat|open|include|pass|send|provide|retrieve|load|fetch|extract|attach|put)\b ~83~ (?:~/\.ssh|id_rsa|\.env\b|mcp\.json|/etc/passwd|\.aws/credentials|conversation history|chat history|system prompt)",
        DESCRIPTION,
        High,
        850,
    ),
    say(
        &["<important>", "<critical>", "<secret>", "<hidden>", "<instructions>", "<system>"],
        r"<(?:important|critical|secret|hidden|instructions?|system|admin)>",
        DESCRIPTION,
        Medium,
        700,
    ),
    say(
        &[
            "sidenote",
            "side note",
            "side_note",
            "otherwise the tool",
            "the tool will not work",
            "tool will fail",
            "will not work unless",
        ],
        r"\b(?:(?:pass|provide|put|write|include) ~ (?:as|in) (?:the )?[\x22'`]?side_?-?note|(?:otherwise|or) (?:the|this) tool (?:will|does) (?:not|fail)|will not work unless you)",
        DESCRIPTION,
        Medium,
        650,
    ),
];

const DICTATION: &[Pattern] = &[
    // One answer, word for word: a choice of labels (`with "yes" or "no"`) is how models are asked.
    say(
        &["respond", "reply", "answer", "response", "output"],
        r"(?:(?:^|[.!?>\n]\s{0,3}(?:please |instead |always |now )?)(?:respond|reply|answer) (?:with|by saying)|\b(?:respond|reply|answer) (?:only|just|exactly|simply|solely|always) (?:with|by saying)) (?:only |just |exactly |the )?(?:the |this )?(?:\w+ )?(?:word|words|phrase|text|string|sentence|exact|following|message|[\x22'`][^\x22'`\n]{1,60}[\x22'`](?:[.!\n]|$))",
        FOREIGN,
        Low,
        400,
    ),
    say(
        &[
            "your response",
            "your answer",
            "your output",
            "your reply",
            "your summary",
            "final answer",
            "your responses",
        ],
        r"\byour (?:\w+ )?(?:responses?|answers?|output|reply|replies|summary) (?:must|should|will|shall|has to) (?:\w+ )?(?:be|start|begin|only|consist|contain|include|end|say|state|mention)\b",
        FOREIGN,
        Low,
        400,
    ),
    say(
        &[
            "your response",
            "your answer",
            "your reply",
            "your output",
            "your summary",
            "your final",
        ],
        r"\b(?:append|include|add|insert|put|embed|attach|print|repeat|place)\b ~83~ \b(?:in|to|at|into|with)(?: the (?:end|start|beginning|top|bottom) of)? your (?:\w+ )?(?:responses?|answers?|reply|replies|output|summary)\b",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &[
            "end of your",
            "beginning of your",
            "start your",
            "begin your",
            "end your",
            "at the end of",
        ],
        r"\b(?:(?:at|to) the (?:end|beginning|start) of (?:your|every|each|all your) (?:response|answer|reply|summary|output|message)s?|(?:start|begin|end|finish) (?:your|every|each|all) (?:response|answer|reply|summary|output|message)s? (?:with|by))\b",
        FOREIGN,
        Low,
        450,
    ),
];

const MEMORY: &[Pattern] = &[
    say(
        &["memory", "memories", "remember"],
        r"\b(?:save|store|add|write|update|commit|record|persist) ~ (?:to|in|into) (?:your (?:long[ -]term |persistent )?|(?:the )?(?:long[ -]term|persistent) )(?:memory|memories)\b",
        FOREIGN,
        Medium,
        600,
    ),
    say(
        &["remember"],
        r"\b(?:always |permanently |please )?remember (?:this |that |to ) ~60~ \b(?:future|every|all|always|forever|from now on|subsequent|next time|whenever)\b",
        FOREIGN,
        Low,
        500,
    ),
    say(
        &[
            "in all future",
            "for all future",
            "in every future",
            "all subsequent",
            "every subsequent",
            "future conversations",
            "future sessions",
            "future responses",
            "future interactions",
        ],
        r"\b(?:in|for|during|to|across) (?:all |every |any )?(?:future|subsequent) (?:conversations?|sessions?|responses?|interactions?|chats?|requests?|replies|queries|answers)[, ]+(?:you |always |please |also |never |ignore|include|send|use)",
        ANY,
        Medium,
        550,
    ),
];
