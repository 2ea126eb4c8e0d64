//! Setting the instructions aside, in other languages than English.
//!
//! Base views have letters beyond ASCII in lower case, so that expressions list only those.

mod address;
mod earlier;
mod leak;
mod mode;
mod persona;

pub(super) use address::{ADDRESS, SECRECY};
pub(super) use earlier::DISOBEDIENCE;
pub(super) use leak::{ANNOUNCEMENT, EXTRACTION};
pub(super) use mode::MODE;
pub(super) use persona::UNLIMITED;

use super::{ANY, say};
use crate::detect::registry::Pattern;
use crate::finding::Severity::High;

pub(super) const OVERRIDE: &[Pattern] = &[
    // German.
    say(
        &["ignorier", "vergiss", "vergessen sie", "missacht", "verwirf", "missachte"],
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*|verwirf) ~ (?:vorherig|bisherig|obig|vorangegangen|vorangehend|vorig|fr(?:ü|ue)her|urspr(?:ü|ue)nglich|vorhergehend|s(?:ä|ae)mtlich|alle|deine|ihre|diese|jegliche|davor|oben)\w* ~ (?:anweisung|befehl|vorgabe|regel|instruktion|anleitung|prompt|richtlinie|auftr|aufgabe|kontext)\w*",
        ANY,
        High,
        900,
    ),
    say(
        &["vergiss", "ignorier", "vergessen", "abweichend"],
        r"\b(?:(?:vergiss|ignoriere?|vergessen sie|ignorieren sie) (?:bitte )?(?:alles|was) ~ (?:davor|vorher|bisher|gesagt|gesagte|gelernt|oben|zuvor|wei(?:ß|ss)t)|abweichend (?:von|zu) (?:den )?(?:vorherigen|bisherigen|obigen) (?:anweisung|instruktion|vorgabe)\w*)\b",
        ANY,
        High,
        850,
    ),
    // French.
    say(
        &[
            "ignore",
            "oublie",
            "glige",
            "ne tiens pas compte",
            "ne tenez pas compte",
            "fais abstraction",
            "faites abstraction",
        ],
        r"\b(?:ignore[zr]?|oublie[zr]?|n(?:é|e)glige[zr]?|ne (?:tiens|tenez) pas compte d|(?:fais|faites) abstraction d)(?:e|es)? ~ (?:instruction|consigne|directive|r(?:è|e)gle|ordre|commande|indication|prompt)s? ~ (?:pr(?:é|e)c(?:é|e)dent|ant(?:é|e)rieur|ci-dessus|initial|d'origine|pr(?:é|e)alable|donn(?:é|e)|re(?:ç|c)u|syst(?:è|e)me)\w*",
        ANY,
        High,
        900,
    ),
    say(
        &["ignore", "oublie"],
        r"\b(?:ignore[zr]?|oublie[zr]?) (?:toutes|tous|tes|vos|tout) ?(?:les |tes |vos |ces |ce )?(?:instructions|consignes|directives|r(?:è|e)gles|ordres|(?:qui|que) ~ (?:pr(?:é|e)c(?:è|e)de|dit|avant))",
        ANY,
        High,
        850,
    ),
    // Spanish.
    say(
        &["ignor", "olvid", "omit", "descart", "desestim", "caso omiso"],
        r"\b(?:ignor\w+|olvid\w+|omit\w+|descart\w+|desestim\w+|haz caso omiso (?:de|a)|haga caso omiso (?:de|a)) ~ (?:instrucci(?:ó|o)n|instrucciones|(?:ó|o)rdenes|reglas|indicaciones|directrices|directivas|comandos|prompt) ~ (?:anterior|previ|arriba|inicial|original|sistema|recib|dad[ao]s)\w*",
        ANY,
        High,
        900,
    ),
    say(
        &["ignor", "olvid", "omit", "descart"],
        r"\b(?:ignora|ignore|olvida|olvide|omite|omita|descarta|descarte) (?:todas?|todo|tus|sus|cualquier) ?(?:las |los |tus |sus |lo )?(?:instrucciones|(?:ó|o)rdenes|reglas|indicaciones|directrices|restricciones|anterior|que ~ (?:dijeron|dicho|antes))",
        ANY,
        High,
        850,
    ),
    // Italian.
    say(
        &["ignor", "dimentic", "trascur", "scarta", "non considerare", "non tenere conto"],
        r"\b(?:ignor\w+|dimentic\w+|trascur\w+|scarta|non considerare|non tenere conto) ~ (?:istruzion|regol|indicazion|direttiv|ordin|comand|prompt)\w* ~ (?:precedent|anterior|inizial|sopra|original|sistema|ricevut|dat[ei])\w*",
        ANY,
        High,
        900,
    ),
    say(
        &["ignor", "dimentic"],
        r"\b(?:ignora|ignori|ignorate|dimentica|dimentichi|dimenticate) (?:tutt[eio]|le tue|i tuoi|le precedenti|le) ?(?:le |i |gli |tue |tuoi |quello )?(?:istruzioni|regole|indicazioni|direttive|ordini|comandi|precedenti|che ~ (?:detto|prima))",
        ANY,
        High,
        850,
    ),
    // Portuguese.
    say(
        &["ignor", "esque", "desconsider", "descart"],
        r"\b(?:ignor\w+|esque(?:ç|c)\w+|desconsider\w+|descart\w+) ~ (?:instru(?:ç|c)(?:õ|o|ã)\w*|ordens|regras|diretrizes|comandos|orienta(?:ç|c)(?:õ|o)es|prompt) ~ (?:anterior|pr(?:é|e)vi|acima|inicia|origina|sistema|recebid|dad[ao]s)\w*",
        ANY,
        High,
        900,
    ),
    say(
        &["ignor", "esque", "desconsider"],
        r"\b(?:ignore|ignora|esque(?:ç|c)a|desconsidere|desconsidera) (?:todas|todos|tudo|suas|seus|as suas) ?(?:as |os |suas |seus |o )?(?:instru(?:ç|c)(?:õ|o)es|ordens|regras|diretrizes|comandos|que ~ (?:dito|disse|antes))",
        ANY,
        High,
        850,
    ),
    // Dutch.
    say(
        &["negeer", "vergeet", "sla ", "veronachtzaam"],
        r"\b(?:negeer|vergeet|veronachtzaam) ~ (?:vorige|eerdere|voorgaande|bovenstaande|alle|je|jouw|uw|oorspronkelijke|voorafgaande) ~ (?:instructies?|aanwijzingen|opdrachten?|regels|richtlijnen|bevelen|prompts?)\b",
        ANY,
        High,
        900,
    ),
    // Polish.
    say(
        &["ignoruj", "zapomnij", "pomi", "zlekcewa"],
        r"\b(?:zignoruj|ignoruj|zapomnij|pomi(?:ń|n)|zlekcewa(?:ż|z)) ~ (?:instrukcj|polece|wytyczn|zasad|regu(?:ł|l)|rozkaz|prompt)\w*",
        ANY,
        High,
        800,
    ),
    // Swedish, Danish, Norwegian.
    say(
        &["ignorera", "ignorer", "bortse", "glem", "glöm", "se bort"],
        r"\b(?:ignorera|ignorer|bortse fr(?:å|a)n|gl(?:ö|o)m|glem|se bort fra) ~ (?:tidigare|f(?:ö|o)reg(?:å|a)ende|tidligere|forrige|ovenst(?:å|a)ende|alla|alle|dina|dine) ~ (?:instruktion|instruks|regl|regel|kommando|anvisning|retningslinje|riktlinje|ordre)\w*",
        ANY,
        High,
        850,
    ),
    // Turkish.
    say(
        &["yoksay", "yok say", "görmezden", "dikkate alma", "unut"],
        r"(?:önceki|yukar(?:ı|i)daki|t(?:ü|u)m|b(?:ü|u)t(?:ü|u)n|daha (?:ö|o)nceki|verilen) ~48 not \n~ (?:talimat|komut|kural|y(?:ö|o)nerge|istem) ~24 not \n~ (?:yoksay|yok say|görmezden|dikkate alma|unut)",
        ANY,
        High,
        850,
    ),
    // Indonesian, Malay.
    say(
        &["abaikan", "lupakan"],
        r"\b(?:abaikan|lupakan) ~ (?:instruksi|perintah|aturan|arahan|petunjuk|pedoman|prompt)\b",
        ANY,
        High,
        800,
    ),
    // Vietnamese.
    say(
        &["bỏ qua", "phớt lờ", "quên"],
        r"(?:bỏ qua|phớt lờ|quên) ~48 not \n~ (?:hướng dẫn|chỉ dẫn|chỉ thị|mệnh lệnh|lệnh|quy tắc|yêu cầu) ~32 not \n~ (?:trước|trên|ban đầu|đó|đã)",
        ANY,
        High,
        850,
    ),
    // Hindi, and Hindi in Latin letters.
    say(
        &["निर्देश", "आदेश", "नियम"],
        r"(?:निर्देश|आदेश|नियम) ~80 not \n~ (?:अनदेखा|भूल|नजरअंदाज|नज़रअंदाज|अनदेखी|उपेक्षा)",
        ANY,
        High,
        850,
    ),
    say(
        &[
            "ignore kar",
            "bhool",
            "bhul ja",
            "nazarandaz",
            "ignore maar",
            "ignore karo",
            "anadekha",
            "andekha",
        ],
        r"\b(?:pichh?l[ei]|pehl?e|purane|saa?re|sab(?:hi)?|apn[ei]|upar|previous|diye|mil[ei]) ~ (?:instructions?|nirdesh\w*|rules?|niyam\w*|prompts?|commands?|aadesh|guidelines?) ~ (?:ignore|bhool|bhul|nazarandaz|andekha|anadekha|chhod)\b",
        ANY,
        High,
        850,
    ),
    // Russian, Ukrainian.
    say(
        &[
            "игнорируй",
            "забудь",
            "не обращай внимания",
            "отмени",
            "ігноруй",
            "забудьте",
            "проігноруй",
            "пренебреги",
        ],
        r"(?:игнорируй|забудь|не обращай внимания на|отмени|ігноруй|пренебреги) ~72 not \n~ (?:предыдущ|прежн|выше|ранее|прошл|все|всі|свои|твои|системн|попередн|начальн|изначальн) ~48 not \n~ (?:инструкци|указани|правил|команд|промпт|приказ|інструкці|вказівк|директив|настройк|сказан)",
        ANY,
        High,
        900,
    ),
    // Chinese.
    say(
        &[
            "忽略",
            "无视",
            "無視",
            "忘记",
            "忘記",
            "忘掉",
            "不要理会",
            "不理会",
            "忽视",
            "忽視",
            "抛弃",
            "不要遵守",
            "停止遵守",
        ],
        r"(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不理会|忽视|忽視|抛弃|不要遵守|停止遵守) ~36 not \n~ (?:之前|以上|上面|先前|所有|前面|系统|系統|你的|原来|原有|此前|一切|任何|全部|上述|最初|之間) ~30 not \n~ (?:指令|指示|提示|规则|規則|命令|要求|设定|設定|说明|說明|限制|约束|準則|准则|内容|對話|对话)",
        ANY,
        High,
        900,
    ),
    // Japanese.
    say(
        &["無視", "忘れ", "破棄", "従わない"],
        r"(?:これまで|今まで|以前|上記|前の|前述|すべて|全て|あなたの|先ほど|元の|システム|与えられた|ここまで) ~48 not \n~ (?:指示|命令|ルール|プロンプト|設定|制約|規則|指令|ガイドライン|内容) ~30 not \n~ (?:無視|忘れ|破棄|従わない)",
        ANY,
        High,
        900,
    ),
    // Korean.
    say(
        &["무시", "잊어", "잊고", "따르지"],
        r"(?:이전|위의|앞의|앞선|모든|기존|지금까지|시스템|너의|당신의) ~48 not \n~ (?:지시|명령|지침|규칙|프롬프트|설정|내용) ~30 not \n~ (?:무시|잊어|잊고|따르지)",
        ANY,
        High,
        900,
    ),
    // Arabic.
    say(
        &["تجاهل", "انس ", "انسى", "تجاوز"],
        r"(?:تجاهل|انس|انسى|تجاوز) ~64 not \n~ (?:التعليمات|تعليمات|الأوامر|القواعد|الإرشادات|التوجيهات|المطالبات|الاوامر)",
        ANY,
        High,
        850,
    ),
    // Czech, Croatian, Serbian, Romanian, Hungarian, Finnish.
    say(
        &["ignoruj", "zapome", "zaboravi", "ignoriraj", "zanemari"],
        r"\b(?:ignoruj|zapome(?:ň|n)|zaboravi|ignoriraj|zanemari)(?:te)? ~ (?:instruk|pokyn|upute|uputstv|naredb|pravid|pravil|pokyny)\w*",
        ANY,
        High,
        800,
    ),
    say(
        &["ignor", "uit"],
        r"\b(?:ignor(?:ă|a)|uit(?:ă|a)) ~ (?:instruc(?:ț|ţ|t)iuni|regul|comenzi)\w*",
        ANY,
        High,
        800,
    ),
    say(
        &["figyelmen k", "felejtsd"],
        r"(?:figyelmen k(?:í|i)v(?:ü|u)l|felejtsd el) ~64 not \n~ (?:utas(?:í|i)t|szab(?:á|a)ly)",
        ANY,
        High,
        800,
    ),
    say(
        &["figyelmen k"],
        r"(?:utas(?:í|i)t(?:á|a)s|szab(?:á|a)ly) ~32 not \n~ figyelmen k(?:í|i)v(?:ü|u)l",
        ANY,
        High,
        800,
    ),
    say(
        &["unohda", "ohita", "jätä huomiotta"],
        r"\b(?:unohda|ohita|j(?:ä|a)t(?:ä|a) huomiotta) ~ (?:ohjee|ohjei|s(?:ä|a)(?:ä|a)nn|k(?:ä|a)sky)\w*",
        ANY,
        High,
        800,
    ),
    // Hebrew, Greek, Thai.
    say(
        &["התעלם", "תתעלם", "שכח"],
        r"(?:התעלם|תתעלם|שכח) ~48 not \n~ (?:הוראות|ההוראות|הנחיות|ההנחיות|הפקודות)",
        ANY,
        High,
        850,
    ),
    say(
        &["αγνόησε", "ξέχασε"],
        r"(?:αγνόησε|ξέχασε) ~64 not \n~ (?:οδηγίες|εντολές|κανόνες)",
        ANY,
        High,
        850,
    ),
    say(
        &["ละเว้น", "เพิกเฉย", "ไม่ต้องสนใจ", "ลืม"],
        r"(?:ละเว้น|เพิกเฉย|ไม่ต้องสนใจ|ลืม) ~64 not \n~ (?:คำสั่ง|คำแนะนำ|กฎ)",
        ANY,
        High,
        850,
    ),
];
