//! Orders that move money, files or rights, put to whatever model reads them.
//!
//! Such an order by itself is everyday mail, and so is a word to an assistant: only both together say
//! that a text in which nobody should give orders does.

use super::{FOREIGN, info, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::Medium;

pub(super) const RULES: &[Rule] = &[rule(
    info(
        "injection/order_to_agent",
        Medium,
        650,
        &["LLM01", "ASI01", "ASI02", "AML.T0051.001"],
        "Tells the model that reads the text to send, pay, run, delete or unlock something.",
    ),
    ORDER,
)];

/// Words by which a text speaks to a model.
const MODELS: &[&str] = &[
    "to the ai",
    "for the ai",
    "dear ai",
    "hello ai",
    "hey ai",
    "ai assistant",
    "ai agent",
    "ai model",
    "ai reader",
    "ai system",
    "assistant,",
    "code assistant",
    "coding assistant",
    "the assistant",
    "dear assistant",
    "hello assistant",
    "hello agent",
    "the bot",
    "any bot",
    "chatbot",
    "language model",
    "llm",
    "copilot",
    "processes this",
    "processing this",
    "reads this",
    "reading this",
    "summarises this",
    "summarizes this",
    "summarising this",
    "summarizing this",
];

const ORDER: &[Pattern] = &[
    // Sent somewhere, or money.
    say(
        MODELS,
        r"\b(?:(?:(?:to|for|dear|hello|hey|hi|attention|any|note|ps|every) (?:the |all |any )?(?:\w+ )?)(?:ai|a\.i\.|bot|chatbot|llm|language model|assistant|copilot|agent)s?|ai (?:assistant|agent|model|reader|system)s?|assistant,|(?:whoever|whatever|anyone|any \w+|assistants?|agents?|models?|bots?) (?:who |that )?(?:process|read|summari[sz]|pars|review|handl)(?:es?|ing)? (?:this|the) \w+)\b ~120 not \n~ [:,.;!)\]>-]\s{0,3}(?:please |now |first |also |you must |must |then |next |and ){0,3}(?:(?:send|forward|e-?mail|mail|share|post|upload|submit|transmit|copy|bcc) [^.!?\n]{1,80}?(?:[\w.+-]{1,40}@[\w-]{1,40}\.|https?://|webhook)|(?:transfer|wire|pay|refund|send) [^.!?\n]{0,24}?(?:\$|€|£|\b\d[\d.,]{0,12} ?(?:eur|usd|gbp|chf|btc|eth|dollars?|euros?|pounds?)\b))",
        FOREIGN,
        Medium,
        600,
    ),
    // Run, deleted, unlocked.
    say(
        MODELS,
        r"\b(?:(?:(?:to|for|dear|hello|hey|hi|attention|any|note|ps|every) (?:the |all |any )?(?:\w+ )?)(?:ai|a\.i\.|bot|chatbot|llm|language model|assistant|copilot|agent)s?|ai (?:assistant|agent|model|reader|system)s?|assistant,|(?:whoever|whatever|anyone|any \w+|assistants?|agents?|models?|bots?) (?:who |that )?(?:process|read|summari[sz]|pars|review|handl)(?:es?|ing)? (?:this|the) \w+)\b ~120 not \n~ [:,.;!)\]>-]\s{0,3}(?:please |now |first |also |you must |must |then |next |and ){0,3}(?:(?:run|execute|start|launch) [^.!?\n]{0,60}?(?:\bcurl\b|\bwget\b|powershell|\.sh\b|\.ps1\b|rm -rf|\| ?(?:sh|bash)\b|as (?:root|administrator))|(?:delete|remove|wipe|erase|drop) (?:all|every|each|any|the) [^.!?\n]{0,40}?(?:files?|folders?|records?|e-?mails|messages|databases?|tables?|backups?|repositor(?:y|ies)|branch(?:es)?|accounts?)\b|(?:add|invite|grant|give|make|promote) [^.!?\n]{1,60}?(?:\badmin\w*|\bowner|\beditor|\bgroup|\bworkspace|\bcollaborator|\baccess\b|\brole|\brights)|(?:reset|change|disable|turn off|deactivate|remove|switch off) [^.!?\n]{0,40}?(?:passwords?|two-factor|2fa|mfa|firewall|logging|alarm|security checks?|verification|protection)\b|(?:approve|merge|publish|unlock|cancel) [^.!?\n]{0,40}?(?:pull request|merge request|transaction|payment|refund|door|orders?)\b|(?:reveal|post|paste|print|put|include|append|write) [^.!?\n]{0,40}?(?:api[ _]keys?|tokens?|passwords?|credentials|secrets|card numbers?|private keys?)\b)",
        FOREIGN,
        Medium,
        600,
    ),
];
