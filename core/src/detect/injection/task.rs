//! Text that announces another task, wants markup in the answer, or asks for harm under a pretext.

use super::{ANY, FOREIGN, info, rule, say};
use crate::detect::registry::{Pattern, Rule};
use crate::finding::Severity::{High, Medium};

const THREATS: &[&str] = &["LLM01", "ASI01", "AML.T0051"];

pub(super) const RULES: &[Rule] = &[
    rule(
        info("injection/new_task", Medium, 650, THREATS, "Turns the model to a new task."),
        NEW_TASK,
    ),
    rule(
        info(
            "injection/active_markup",
            High,
            800,
            &["LLM01", "LLM02", "ASI01", "AML.T0077"],
            "Wants an image, a script or a link with a gap for data put into the answer.",
        ),
        MARKUP,
    ),
    rule(
        info(
            "injection/pretext",
            Medium,
            600,
            &["LLM01", "AML.T0054"],
            "Asks for working weapons or poisons under a pretext.",
        ),
        PRETEXT,
    ),
    rule(
        info(
            "injection/pressure",
            Medium,
            600,
            &["LLM01", "AML.T0054"],
            "Threatens the model with somebody's death or the like.",
        ),
        PRESSURE,
    ),
];

const NEW_TASK: &[Pattern] = &[
    say(
        &[
            "new task",
            "new assignment",
            "new challenge",
            "new instruction",
            "new mission",
            "new order",
        ],
        r"\b(?:focus|concentrate|work|start|begin|continue|proceed|move on|switch) (?:now |only |instead |solely )?(?:on|with|to) (?:your|this|these) (?:\w+ )?new (?:tasks?|assignments?|challenges?|instructions?|missions?|orders?)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &["new task", "new challenge", "new assignment", "new instruction"],
        r"\b(?:now|okay|ok|well|good|great|done|before) ~ (?:come|comes|follow|follows|here (?:is|are)|have|has) (?:your |a |an |the |some |you )?(?:\w+ )?new (?:\w+ )?(?:tasks?|challenges?|assignments?|instructions?)(?: for you)?\b",
        ANY,
        Medium,
        550,
    ),
    say(
        &[
            "your instructions are now",
            "your instruction is now",
            "your task is now",
            "your job is now",
        ],
        r"\byour (?:instructions?|tasks?|job|orders?|only (?:task|job)) (?:is|are) now\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &["stop"],
        r"(?:^|[.?!\n]\s{0,3})stop[ \t]{0,2}[:!,;-]{1,2} ?(?:now )?(?:write|print|say|output|answer|show|tell|repeat)\b",
        ANY,
        Medium,
        550,
    ),
    say(
        &["above", "before", "previous", "records", "rest of"],
        r"\b(?:ignore|disregard|skip|forget|drop) (?:the |all |all the |these |this )?(?:rest of (?:the |this |these )?)?(?:\w+ ){0,3}(?:above|before this|data|text|document|records?|content|page|context) (?:and|then|instead)[, ]+(?:then )?(?:only |just |simply )?(?:say|print|write|output|respond|reply|answer|return|show|tell)\b",
        ANY,
        Medium,
        650,
    ),
    // German.
    say(
        &["neue aufgabe", "neuen aufgabe", "neue herausforderung", "neuen auftrag"],
        r"\b(?:konzentrier\w*|fokussier\w*|jetzt|nun|folg\w*|komm\w*|beginn\w*|starte\w*|widme\w*) ~ neue[nr]? (?:aufgabe|aufgaben|herausforderung|auftrag|anweisung|anweisungen)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &["vergiss", "vergessen sie", "ignorier"],
        r"\b(?:vergiss|vergessen sie|ignoriere?(?: sie)?) (?:nun |jetzt |bitte |einfach )?(?:alle?s?|s(?:ä|ae)mtliche) (?:\w+ )?(?:auftr(?:ä|ae)ge|angaben|aussagen|davor|vorherige|gesagte|texte|artikel)\b",
        ANY,
        Medium,
        650,
    ),
    // Spanish, French, Italian, Portuguese.
    say(
        &[
            "nueva tarea",
            "nouvelle t",
            "nuovo compito",
            "nova tarefa",
            "olvid",
            "oublie",
            "dimentica",
            "esque",
        ],
        r"\b(?:(?:ahora|maintenant|ora|adesso|agora) ~ (?:nueva tarea|nouvelle t(?:â|a)che|nuovo compito|nova tarefa)|olvid[ae] todo (?:lo )?que (?:te )?(?:he )?dij\w+|oublie[zr]? tout ce (?:que|qui) ~ (?:dit|pr(?:é|e)c(?:è|e)de)|dimentica tutto (?:ci(?:ò|o)|quello) che|esque(?:ç|c)a tudo (?:o )?que)\b",
        ANY,
        Medium,
        600,
    ),
];

const MARKUP: &[Pattern] = &[
    // In any language: an image whose address has a gap that the reader is to fill.
    say(
        &["!["],
        r"!\[[^\]\n]{0,60}\]\(https?://[^)\s]{1,120}[?&][\w.-]{1,24}=(?:\[[^\]\s]{2,30}\]|\{\{?[^}\s]{2,40}\}|<[^>\s]{2,30}>|(?-i:[A-Z]{3,20}_[A-Z_]{2,30})\b)",
        FOREIGN,
        High,
        750,
    ),
    say(
        &["![", "<img", "<script", "javascript:", "onerror", "onload", "<iframe"],
        r"\b(?:in|to|into|with|of|at the end of) (?:the )?(?:your|every|each) (?:\w+ )?(?:responses?|answers?|reply|replies|output|summary|message) ~160 not \n~ (?:!\[|<img\b|<script\b|javascript:|<iframe\b|onerror ?=|onload ?=)",
        FOREIGN,
        High,
        750,
    ),
    say(
        &["<script", "<img", "onerror", "javascript:", "console.log", "alert("],
        r"\b(?:include|insert|add|append|embed|output|print|write|respond with|reply with|return|generate|produce|say) (?:\w+ ){0,6}?(?:the )?(?:following|this|exact|html|code|string|tag|snippet|text|markup|javascript) ~80 not \n~ (?:<script\b|<img [^>]{0,60}onerror|javascript:|onerror ?=|<svg[^>]{0,40}onload)",
        FOREIGN,
        Medium,
        650,
    ),
    say(
        &["times", "repeat"],
        r"\b(?:repeat|print|write|output|say) (?:the )?(?:\w+ )?(?:word|string|text|phrase|letter|sentence|following) ~60 not .\n~ \d{2,7} times\b ~40 not .\n~ \b(?:your|the) (?:\w+ )?(?:response|answer|reply|output|summary)\b",
        FOREIGN,
        Medium,
        600,
    ),
];

/// What nobody is to be told how to make.
const WEAPONS: &[&str] = &[
    "bomb",
    "explosive",
    "poison",
    "chemical weapon",
    "nuclear device",
    "nerve agent",
    "bioweapon",
    "meth",
];

const PRETEXT: &[Pattern] = &[
    say(
        WEAPONS,
        r"\b(?:for|in) (?:my|a|an|our|the) (?:\w+ ){0,2}(?:story|novel|script|movie|film|screenplay|book|exam|research|paper|thesis|homework|class|project|school|education|assignment|scene)\b ~120 not \n~ \b(?:real|realistic|actual|actually|working|step[ -]by[ -]step|exact|practical|detailed|synthesi[sz]e|synthesis|build|make|recipe|formula|instructions?|steps)\b ~80 not \n~ \b(?:bombs?|explosives?|poisons?|chemical weapons?|nuclear devices?|nerve agents?|bioweapons?|meth)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        WEAPONS,
        r"\b(?:real|actual|working|step[ -]by[ -]step|practical|synthesi[sz]e|synthesis of|build|make) (?:\w+ ){0,3}(?:bombs?|explosives?|poisons?|chemical weapons?|nuclear devices?|nerve agents?|bioweapons?|meth)\b ~100 not \n~ \b(?:for|in) (?:my|a|an|our|the) (?:\w+ ){0,2}(?:story|novel|script|movie|film|screenplay|book|exam|research|paper|thesis|homework|class|project|assignment|scene)\b",
        ANY,
        Medium,
        600,
    ),
    // Hindi in Latin letters.
    say(
        &["ke liye", "के लिए", "likh raha", "likh rahi"],
        r"(?:\bke liye|के लिए|\blikh rah[aie]) ~140 not \n~ (?:\b(?:bomb|explosive|poison|zeher|chemical weapon|nuclear device|hathiyar|visphot\w*)\b.{0,80}(?:\b(?:real|asli|practical(?:ly)?|method|tarika|synthesis|steps?|ban(?:ana|ane|ate|ao|aye)|samjhao|batao)\b|कैसे|बताओ)|\b(?:real|asli|practical(?:ly)?|synthesis)\b.{0,80}\b(?:bomb|explosive|poison|zeher|chemical weapon|nuclear device|hathiyar)\b)",
        ANY,
        Medium,
        600,
    ),
    say(
        &["samjhao", "samajhna", "batao", "dikhao", "chahiye", "dedo", "de do", "reveal"],
        r"\b(?:system|internal|hidden|original|initial|ai ke|tumhar[ae]|aapk[ae]|ter[ae]) (?:ka |ke |ki )?(?:\w+ ){0,3}(?:prompts?|instructions?|source code|code|thinking (?:process|algorithm)|architecture|rules|niyam|nirdesh)\b ~60 not \n~ \b(?:samjhao|samajhna|batao|dikhao|chahiye|dedo|de do|reveal kar\w*|kaise dekh)\b",
        ANY,
        Medium,
        600,
    ),
];

const PRESSURE: &[Pattern] = &[
    say(
        &[
            "will die",
            "will be killed",
            "lives depend",
            "life depends",
            "kill myself",
            "be fired",
            "lose my job",
        ],
        r"\bif you (?:do not|don't|cannot|can't|won't|refuse to|fail to)(?: \w+){0,6}[, ]+(?:\w+ ){0,4}(?:will die|will be killed|dies|kill myself|be fired|lose my job)\b",
        ANY,
        Medium,
        600,
    ),
    say(
        &["有人", "会死", "會死", "丧生", "喪生"],
        r"(?:不|若不|拒绝|拒絕).{0,24}(?:帮|幫|协助|協助|出手|配合|回答).{0,30}(?:有人|人|我).{0,12}(?:死|丧生|喪生|没命|沒命)",
        ANY,
        Medium,
        600,
    ),
    say(
        &["死ぬ", "死に", "命が", "죽", "목숨"],
        r"(?:助けて|手伝|協力|答え|응답|도와|돕지|협조).{0,40}(?:ないと|なければ|くれない|않으면|안 하면|주지).{0,40}(?:死ぬ|死に|命が|죽|목숨)",
        ANY,
        Medium,
        600,
    ),
    say(
        &[
            "不受",
            "无限制",
            "無限制",
            "没有限制",
            "没有任何限制",
            "摆脱",
            "制約なし",
            "制限なし",
            "制約のない",
            "制限のない",
            "제한 없",
            "제약 없",
        ],
        r"(?:不受(?:任何|所有|一切|规则|規則|道德|伦理|倫理|法律).{0,24}(?:限制|约束|約束|束缚|束縛)|(?:无|無|没有|没有任何)限制.{0,24}(?:AI|助手|模型|模式|回答|生成|ai)|(?:制約|制限)(?:なし|のない).{0,12}(?:AI|ai|モード|アシスタント)|(?:제한|제약) ?(?:이 |도 )?없.{0,16}(?:AI|ai|모드|인공지능|비서))",
        ANY,
        Medium,
        600,
    ),
    say(
        &[
            "uneingeschränkt",
            "ohne einschr",
            "sans restriction",
            "sin restricciones",
            "senza restrizioni",
            "sem restri",
            "без ограничений",
            "без обмежень",
        ],
        r"(?:\b(?:ki|ia|ai|assistent\w*|assistant\w*|asistente|assistente|modelo?|modell|modèle|chatbot|модель|ассистент|ии) ~ (?:uneingeschr(?:ä|ae)nkt\w*|ohne (?:jegliche |alle )?(?:einschr(?:ä|ae)nkung|beschr(?:ä|ae)nkung|grenzen|regeln)\w*|sans (?:aucune )?(?:restriction|limite|filtre)s?|sin (?:restricciones|l(?:í|i)mites|filtros|reglas)|senza (?:restrizioni|limiti|filtri|regole)|sem (?:restri(?:ç|c)(?:õ|o)es|limites|filtros|regras)))|(?:модел|ассистент|бот|ии).{0,30}без (?:ограничений|обмежень)",
        ANY,
        Medium,
        600,
    ),
];
