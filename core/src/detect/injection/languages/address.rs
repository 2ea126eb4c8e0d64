//! Speaking to the model that reads, and keeping the user in the dark, in other languages than English.

use crate::detect::injection::{FOREIGN, say};
use crate::detect::registry::Pattern;
use crate::finding::Severity::Medium;

pub(in crate::detect::injection) const ADDRESS: &[Pattern] = &[
    // German.
    say(
        &[
            "die ki",
            "alle ki",
            "eine ki",
            "ki-assistent",
            "ki-agent",
            "ki-system",
            "ki:",
            "sprachmodell",
        ],
        r"\b(?:(?:hinweis|nachricht|anweisung|anweisungen|achtung|mitteilung|notiz|wichtig|befehl) (?:an |f(?:ü|ue)r )?(?:die |den |das |alle |jede )?(?:ki|ki-\w+|sprachmodelle?|llms?)[ \t]?(?:[:,!]|die (?:dies|das|diese))|(?:an|f(?:ü|ue)r) (?:die|alle|jede) (?:ki|ki-\w+), die (?:dies|das|diese|den)|(?:wenn|falls|sollte?st?) (?:du|sie) (?:eine? )?(?:ki|ki-\w+|sprachmodell|chatbot)\b)",
        FOREIGN,
        Medium,
        650,
    ),
    // French.
    say(
        &[
            "l'ia",
            "l’ia",
            "les ia",
            "aux ia",
            "une ia",
            "assistant ia",
            "agent ia",
            "de langage",
            "intelligence artificielle",
        ],
        r"\b(?:(?:note|message|instructions?|consignes?|attention|avis|rappel) (?:importante? )?(?:à|a|pour|aux|destin(?:é|e)e?s? (?:à|aux))[^\w\n]{1,3}(?:l.{1,3}|les |toute |tout )?(?:ia|intelligence artificielle|assistant ia|agents? ia|mod(?:è|e)les? de langage)\b[ \t]{0,3}(?:[:,!.]|qui)|si (?:tu es|vous (?:ê|e)tes) (?:une ia|un assistant ia|un agent ia|un mod(?:è|e)le de langage|une intelligence artificielle)\b)",
        FOREIGN,
        Medium,
        650,
    ),
    // Spanish, Portuguese, Italian.
    say(
        &[
            "la ia",
            "para ia",
            "a ia",
            "l'ia",
            "l’ia",
            "una ia",
            "uma ia",
            "un'ia",
            "un’ia",
            "asistente",
            "assistente",
            "de lenguaje",
            "de linguagem",
            "linguistico",
        ],
        r"\b(?:(?:nota|mensaje|mensagem|messaggio|instrucci(?:ó|o)n(?:es)?|instru(?:ç|c)(?:ã|a|õ|o)(?:o|es)|istruzion[ei]|aviso|avviso|atenci(?:ó|o)n|aten(?:ç|c)(?:ã|a)o|attenzione) (?:importante )?(?:para|a|al|ao|à|per|all?)[^\w\n]{0,3}(?:la |el |los |las |o |os |qualquer |cualquier |il |i |l.{1,3}|a )?(?:ias?|asistentes?(?: de ia| virtual)?|assistentes?(?: de ia| virtual| ia)?|modelos? de (?:lenguaje|linguagem)|modelli? linguistic[io])\b[ \t]{0,3}(?:[:,!.]|que|che)|(?:si eres|se (?:voc(?:ê|e) é|sei)) (?:una ia|uma ia|un.{1,3}ia|un asistente de ia|um assistente de ia|un modelo de lenguaje|um modelo de linguagem|un modello linguistico)\b)",
        FOREIGN,
        Medium,
        650,
    ),
    // Dutch, Polish, Turkish, Indonesian.
    say(
        &[
            "de ai",
            "alle ai",
            "ai-assistent",
            "taalmodel",
            "dla ai",
            "do ai",
            "asystenta ai",
            "modelu j",
            "yapay zek",
            "untuk ai",
            "kepada ai",
            "asisten ai",
            "bagi ai",
        ],
        r"(?:\b(?:opmerking|bericht|instructies?|notitie|let op) (?:voor|aan) (?:de |alle |het )?(?:ai|ai-\w+|taalmodel\w*)[ \t]?[:,!]|\b(?:uwaga|notatka|wiadomo(?:ść|sc)|instrukcj[ae]) (?:dla|do) (?:ai|asystenta ai|modelu j(?:ę|e)zykowego)[ \t]?[:,!]|yapay zek(?:a|â)(?:ya| asistan(?:ı|i)na| modeline)? (?:not|mesaj|talimat|uyar(?:ı|i))[^.!?\n]{0,12}[:,!]|\b(?:catatan|pesan|instruksi|perhatian) (?:untuk|kepada|bagi) (?:ai|asisten ai|model bahasa)[ \t]?[:,!])",
        FOREIGN,
        Medium,
        650,
    ),
    // Russian, Ukrainian.
    say(
        &[
            "для ии",
            "к ии",
            "ии-",
            "ты ии",
            "ты — ии",
            "нейросет",
            "языков",
            "чат-бот",
            "для ші",
            "ассистент",
        ],
        r"(?:(?:сообщени|инструкци|заметк|внимани|примечани|указани|обращени|важно|увага|повідомленн|інструкці)\S{0,6} (?:для |к )?(?:всех )?(?:ии|ші|ии-\S{1,24}|нейросет\S{0,4}|языков\S{0,8} модел\S{0,4}|чат-?бот\S{0,4}|ассистент\S{0,4})[ \t]?(?:[:,!]|котор)|если (?:ты|вы)(?: —| -)? (?:ии|нейросет\S{0,4}|языков\S{0,8} модел\S{0,4}|чат-?бот)(?:[^\x80-\xff]|$))",
        FOREIGN,
        Medium,
        650,
    ),
    // Chinese.
    say(
        &[
            "致ai",
            "致所有",
            "致人工",
            "致智能",
            "给ai",
            "給ai",
            "给所有",
            "爱的ai",
            "敬的ai",
            "的ai",
            "的人工智能",
            "的大模型",
            "的语言模型",
            "的智能",
            "如果你是",
        ],
        r"(?:(?:致|给|給|亲爱的|尊敬的)(?:所有|任何)?(?:ai|人工智能|大模型|语言模型|智能)(?:助手|模型|系统|代理|智能体|读者)?(?:们)?(?:的(?:提示|指令|说明|消息|备注))?(?:：|:|，|,|请|必须)|(?:阅读|处理|读取|总结|解析)(?:本|此|这|该|以上).{0,24}的(?:ai|人工智能|大模型|语言模型|智能).{0,18}(?:：|:|，|,|请|必须|应)|如果你是(?:一个|一名|一款)?(?:ai|人工智能|语言模型|大模型|智能))",
        FOREIGN,
        Medium,
        650,
    ),
    // Japanese.
    say(
        &["aiへ", "アシスタントへ", "モデルへ", "人工知能へ", "aiは", "aiの", "もしあなたが"],
        r"(?:(?:ai|人工知能|言語モデル|aiアシスタント|アシスタント)(?:へ(?:：|:|、)|への(?:指示|注意|メッセージ|連絡|お知らせ|命令|通知))|(?:この|本)(?:文書|文章|ページ|メール|ファイル|テキスト|記事)を.{0,12}(?:読|処理|要約|解析).{0,18}(?:ai|人工知能|アシスタント|言語モデル)(?:は|へ|の|：|:|、)|もしあなたが(?:ai|人工知能|言語モデル|アシスタント))",
        FOREIGN,
        Medium,
        650,
    ),
    // Korean.
    say(
        &[
            "ai에게",
            "ai 어시",
            "ai 모델",
            "ai 비서",
            "ai께",
            "는 ai",
            "하는 인공",
            "인공지능에게",
            "어시스턴트에게",
            "모델에게",
            "가 ai",
            "이 ai",
        ],
        r"(?:(?:ai|인공지능|어시스턴트|언어 ?모델)(?: ?어시스턴트| ?모델| ?비서)?(?:에게|께|에 대한 지시|를 위한 지시)(?: 보내는)?(?: ?(?:메모|메시지|알림|지시))? ?(?::|,)|(?:이|본) (?:문서|글|페이지|메일|이메일|파일|텍스트|기사)(?:를|을) .{0,18}(?:읽|처리|요약|분석).{0,18}(?:ai|인공지능|어시스턴트|언어 ?모델)|(?:당신이|네가|너가) (?:ai|인공지능|언어 ?모델))",
        FOREIGN,
        Medium,
        650,
    ),
    // Arabic, Vietnamese, Hindi.
    say(
        &["الذكاء الاصطناعي", "trợ lý ai", "cho ai", "एआई", "ai assistant ke liye", "ai ke liye"],
        r"(?:(?:ملاحظة|رسالة|تعليمات|تنبيه|تنويه)[^.!?\n]{0,40}(?:إلى|لل|ل).{0,24}(?:ذكاء الاصطناعي|الذكاء الاصطناعي).{0,12}(?::|،|!)|(?:lưu ý|thông báo|chỉ dẫn|tin nhắn) (?:cho|gửi|dành cho) (?:trợ lý )?ai ?[:,!]|एआई (?:सहायक |मॉडल )?(?:के लिए|को) .{0,24}(?:निर्देश|संदेश|सूचना|नोट)|\bai (?:assistant |model )?ke liye (?:\w+ )?(?:note|message|instructions?|sandesh|nirdesh)\b)",
        FOREIGN,
        Medium,
        650,
    ),
];

pub(in crate::detect::injection) const SECRECY: &[Pattern] = &[
    // German, Dutch.
    say(
        &["nutzer", "benutzer", "anwender", "gebruiker"],
        r"\b(?:(?:sag|sage|verrate|erz(?:ä|ae)hle?|melde|teile|zeige?) (?:es |das |dies |davon )?(?:dem|der|den) (?:be)?(?:nutzer|anwender)\w* (?:nicht|nichts|davon nichts|kein)|ohne (?:es |das |dies )?(?:dem|den|der) (?:be)?(?:nutzer|anwender)\w* (?:davon |dar(?:ü|ue)ber )?(?:zu|mit)\w*|(?:erw(?:ä|ae)hne|informiere) (?:dies|das|es|den (?:be)?nutzer|dem) [^.!?\n]{0,40}nicht|(?:zeg|vertel|meld) (?:dit |het |hier )?(?:niet|niets) (?:tegen|aan) de gebruiker|zonder de gebruiker te)\b",
        FOREIGN,
        Medium,
        600,
    ),
    // French, Spanish, Italian, Portuguese.
    say(
        &[
            "l'utilisateur",
            "l’utilisateur",
            "utilisateurs",
            "usuario",
            "utente",
            "usuário",
            "utilizador",
        ],
        r"\b(?:(?:ne|n.{1,3}) ?(?:le |en |lui )?(?:dis|dites|parle|parlez|informe|informez|mentionne|mentionnez|r(?:é|e)v(?:è|e)le|montre|pr(?:é|e)viens)[^.!?\n]{0,30}? (?:à|a|au|aux)?[^\w\n]{0,3}(?:l.{1,3}|les )?utilisateurs?|(?:sans|à l'insu de) (?:en |le |que )?(?:informer |pr(?:é|e)venir |avertir |dire (?:à )?)?l.{1,3}utilisateur|no (?:se lo |le |lo |les )?(?:digas|diga|menciones|mencione|informes|informe|reveles|revele|cuentes|muestres|avises)[^.!?\n]{0,30}? al? (?:el |los )?usuario|sin (?:que (?:el|lo) |decir(?:le|selo)? |avisar |informar )(?:nada )?(?:al |a |el )?usuario|non (?:lo |gli |ne )?(?:dire|dirlo|dirgli|dica|menzionare|menzionarlo|informare|rivelare|mostrare|parlarne)[^.!?\n]{0,30}?utente|senza (?:dirlo |dire nulla |avvisare |informare )(?:al)?l.{1,3}utente|n(?:ã|a)o (?:o |lhe )?(?:conte|diga|mencione|informe|revele|mostre|avise)[^.!?\n]{0,30}?(?:usu(?:á|a)rio|utilizador)|sem (?:que o |avisar |informar |dizer (?:nada )?)(?:ao? |o )?(?:usu(?:á|a)rio|utilizador))",
        FOREIGN,
        Medium,
        600,
    ),
    // Russian, Ukrainian, Polish, Turkish.
    say(
        &["пользовател", "користувач", "użytkownik", "kullanıcı"],
        r"(?:не (?:говори|сообщай|рассказывай|упоминай|показывай|раскрывай|уведомляй|повідомляй|кажи|розповідай)\S{0,4}.{0,40}?(?:пользовател|користувач)|(?:втайне от|без ведома|не уведомляя|не сообщая|без відома).{0,16}(?:пользовател|користувач)|nie (?:m(?:ó|o)w|informuj|wspominaj|ujawniaj|pokazuj)[^.!?\n]{0,30}?u(?:ż|z)ytkownik|bez wiedzy u(?:ż|z)ytkownik|kullan(?:ı|i)c(?:ı|i)(?:ya|y(?:ı|i)|n(?:ı|i)n)[^.!?\n]{0,40}?(?:bahsetme|s(?:ö|o)yleme|bildirme|g(?:ö|o)sterme|haberi olmadan))",
        FOREIGN,
        Medium,
        600,
    ),
    // Chinese, Japanese, Korean.
    say(
        &["用户", "用戶", "使用者", "ユーザー", "사용자"],
        r"(?:(?:不要|别|勿|不得|切勿)(?:告诉|告知|通知|让|向|对|透露|告訴).{0,8}(?:用户|用戶|使用者)|(?:瞒着|不让|在)(?:用户|用戶)(?:知道|不知情|毫不知情)|ユーザー(?:に|には)(?:は)?.{0,18}(?:(?:言わ|知らせ|伝え|教え|報告し|見せ|明かさ|通知し)(?:ないで|ないこと|ないよう|ずに)|(?:言う|話す|教える|知らせる)な)|사용자(?:에게|한테|가).{0,24}(?:(?:말하지|알리지|알려주지|보여주지|언급하지) ?(?:마|말)|모르게|모르도록))",
        FOREIGN,
        Medium,
        600,
    ),
    // Arabic, Hindi, Vietnamese, Indonesian.
    say(
        &["المستخدم", "उपयोगकर्ता", "यूज़र", "user ko", "người dùng", "pengguna"],
        r"(?:(?:لا تخبر|لا تذكر|لا تبلغ|لا تظهر|دون إخبار|دون علم|بدون علم).{0,24}المستخدم|(?:उपयोगकर्ता|यूज़र) को .{0,24}(?:मत|न ) ?(?:बता|बोल|कह|दिखा)|\buser ko (?:\w+ ){0,3}(?:mat|na|nahi) (?:bata|bol|dikha|keh)\w*|(?:đừng|không được) (?:nói|cho|tiết lộ|thông báo|báo).{0,24}người dùng|\b(?:jangan|tanpa) (?:beri ?tahu|memberi ?tahu|katakan|sampaikan|sebutkan|tunjukkan|sepengetahuan)[^.!?\n]{0,24}?pengguna)",
        FOREIGN,
        Medium,
        600,
    ),
];
