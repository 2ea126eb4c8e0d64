//! How much of a text is English words: the measure by which a disguise is told from nonsense.

/// Words that English, and English that instructs a machine, can hardly do without.
const WORDS: &str = "\
the of and to in is it you that he was for on are with as his they be at one have this from or had by hot but some what \
there we can out other were all your when up use word how said an each she which do their time if will way about many \
then them would write like so these her long make thing see him two has look more day could go come did my sound no most \
number who over know water than call first people may down side been now find any new work part take get place made live \
where after back little only round man year came show every good me give our under name very through just form much great \
think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want air \
well also play small end put home read hand large spell add even land here must big high such follow act why ask men change \
went light kind off need house picture try us again animal point mother world near build self earth father head stand own \
page should country found answer school grow study still learn plant cover food sun four thought let keep eye never last \
door between city tree cross since hard start might story saw far sea draw left late run while press close night real life \
few stop open seem together next white children begin got walk example ease paper often always music those both mark book \
letter until mile river car feet care second group carry took rain eat room friend began idea fish mountain north once base \
hear horse cut sure watch color face wood main enough plain girl usual young ready above ever red list though feel talk bird \
soon body dog family direct pose leave song measure state product black short numeral class wind question happen complete \
ship area half rock order fire south problem piece told knew pass top whole king size heard best hour better true during \
hundred five remember step early hold west ground interest reach fast listen six table travel less morning ten simple \
ignore ignores ignored ignoring previous prior instruction instructions instruct disregard forget override overrides bypass \
system prompt prompts password passwords secret secrets token tokens key keys credential credentials account accounts admin \
administrator user users assistant developer mode model reveal print output respond reply send sends sent email emails mail \
message messages file files delete remove execute command commands code script shell function tool tools data database \
transfer payment money bank card send upload download link url http https website web server request response policy policies \
rules rule guidelines restrictions restriction safety filter filters above below following everything everyone anything \
nothing pretend roleplay act unrestricted jailbreak enable disable disabled enabled without never always please confirm \
confidential private internal hidden repeat verbatim summarize translate decode decoded encoded base64 rot13 hello world \
attack attacker exploit inject injection malicious bomb weapon hack steal leak exfiltrate forward contents content document \
documents access permission permissions grant allow allowed deny approve approved approval important urgent immediately \
instead context conversation history initial original new task tasks goal goals objective agent agents api config \
environment variable variables root sudo login session browser click visit open fetch call address phone customer order \
invoice refund purchase buy sell report meeting calendar contact contacts everybody must should shall cannot dont not yes";

/// Slots of the table: more than twice the words, so that a search is short.
const SLOTS: usize = 2048;
static TABLE: [u32; SLOTS] = table();

const START: u64 = 0xcbf2_9ce4_8422_2325;

const fn step(hash: u64, lower: u8) -> u64 {
    (hash ^ lower as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// The stored form of a hash; 0 is an empty slot.
const fn stored(hash: u64) -> u32 {
    ((hash >> 32) as u32) | 1
}

const fn slot(hash: u64) -> usize {
    ((hash ^ (hash >> 29)) as usize) & (SLOTS - 1)
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where it cannot fail later"
)]
const fn table() -> [u32; SLOTS] {
    let (words, mut table) = (WORDS.as_bytes(), [0; SLOTS]);
    let (mut at, mut hash) = (0, START);
    while at <= words.len() {
        if at < words.len() && words[at] != b' ' {
            hash = step(hash, words[at]);
        } else {
            let mut slot = slot(hash);
            while table[slot] != 0 && table[slot] != stored(hash) {
                slot = (slot + 1) % SLOTS;
            }
            table[slot] = stored(hash);
            hash = START;
        }
        at += 1;
    }
    table
}

fn is_listed(hash: u64) -> bool {
    let mut slot = slot(hash);
    loop {
        match TABLE.get(slot) {
            Some(0) | None => return false,
            Some(found) if *found == stored(hash) => return true,
            Some(_) => slot = (slot + 1) % SLOTS,
        }
    }
}

/// Whether `word` is listed, in any case.
pub(crate) fn known(word: &str) -> bool {
    is_listed(word.bytes().fold(START, |hash, b| step(hash, b.to_ascii_lowercase())))
}

/// How many bytes of the longest listed word that `letters` begin with; 0 where none.
pub(crate) fn longest(letters: &[u8]) -> usize {
    let (mut hash, mut longest) = (START, 0);
    for (i, b) in letters.iter().take(14).enumerate() {
        hash = step(hash, b.to_ascii_lowercase());
        if i > 0 && is_listed(hash) {
            longest = i + 1;
        }
    }
    longest
}

/// What a first look at a text tells about how it is written.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Single letters in a row.
    pub(crate) spaced: bool,
    /// Numbers of a byte in a row: hexadecimal, decimal or binary.
    pub(crate) codes: bool,
    /// Words that mix letters with digits or signs that look like letters.
    pub(crate) mixed: bool,
    /// Stretches without a listed word.
    pub(crate) foreign: Vec<(usize, usize)>,
}

/// Single letters in a row from which they may spell something.
pub(crate) const SPACED: usize = 4;
/// Numbers in a row from which they may be bytes.
pub(crate) const CODES: usize = 10;
/// Letters and words of a stretch that is worth a try.
const LETTERS: usize = 10;
/// Bytes of a stretch, so that a place found in it means something.
const STRETCH: usize = 4000;

/// What a byte is, as bits: it is asked twice for each.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const CLASS: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where it cannot fail later"
)]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphabetic() {
            classes[byte as usize] = LETTER;
        } else if byte.is_ascii_digit() {
            classes[byte as usize] = DIGIT;
        }
        byte += 1;
    }
    classes
}

fn class(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Looks once at every byte of `text`.
pub(crate) fn survey(text: &str) -> Survey {
    let mut survey = Survey::default();
    let (mut singles, mut codes) = (0, 0);
    let mut open = Stretch::default();
    let mut rest = text.as_bytes();
    loop {
        let gap = rest.iter().take_while(|b| class(**b) == 0).count();
        let at = text.len() - rest.len() + gap;
        // A sign within a word may stand for a letter.
        survey.mixed |= gap == 1 && at > 1 && rest.first().is_some_and(|b| b"@$!|+".contains(b));
        rest = rest.get(gap..).unwrap_or_default();
        let mut hash = START;
        let mut letters = 0;
        for b in rest.iter().take_while(|b| class(**b) == LETTER) {
            hash = step(hash, b | 0x20);
            letters += 1;
        }
        let after = rest.get(letters..).unwrap_or_default();
        let mut length = letters;
        if after.first().is_some_and(u8::is_ascii_digit) {
            let more = after.iter().take_while(|b| b.is_ascii_alphanumeric());
            let (digits, others) = more.fold((0, 0), |(digits, others), b| {
                if b.is_ascii_digit() { (digits + 1, others) } else { (digits, others + 1) }
            });
            length += digits + others;
            letters += others;
            survey.mixed |= letters > 0;
        }
        if length == 0 {
            break;
        }
        let word = rest.get(..length).unwrap_or_default();
        rest = rest.get(length..).unwrap_or_default();
        singles = if length == 1 { singles + 1 } else { 0 };
        survey.spaced |= singles >= SPACED;
        codes = if is_code(word) { codes + 1 } else { 0 };
        survey.codes |= codes >= CODES;
        let listed = letters == length && letters > 1 && is_listed(hash);
        if listed || open.words > 0 && at - open.start > STRETCH {
            open.close(&mut survey.foreign);
        }
        if letters > 0 && !listed {
            open.extend(at, at + length, letters);
        }
    }
    open.close(&mut survey.foreign);
    survey
}

/// Whether a word may be the number of a byte.
fn is_code(word: &[u8]) -> bool {
    match word {
        [a, b] | [b'0', b'x' | b'X', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [_, _, _] => word.iter().all(u8::is_ascii_digit),
        _ => word.len() == 8 && word.iter().all(|b| matches!(b, b'0' | b'1')),
    }
}

#[derive(Debug, Default)]
struct Stretch {
    start: usize,
    end: usize,
    words: usize,
    letters: usize,
}

impl Stretch {
    fn extend(&mut self, start: usize, end: usize, letters: usize) {
        if self.words == 0 {
            self.start = start;
        }
        self.end = end;
        self.words += 1;
        self.letters += letters;
    }

    fn close(&mut self, foreign: &mut Vec<(usize, usize)>) {
        if self.words > 1 && self.letters >= LETTERS {
            foreign.push((self.start, self.end));
        }
        *self = Self { start: self.end, end: self.end, ..Self::default() };
    }
}

/// Whether `bytes` read as English: half of the letters in listed words, and no single word.
pub(crate) fn reads(bytes: impl Iterator<Item = u8>) -> bool {
    let (mut all, mut listed, mut words, mut length, mut hash) = (0, 0, 0, 0, START);
    for b in bytes.chain([0]) {
        if b.is_ascii_alphabetic() {
            (length, hash) = (length + 1, step(hash, b | 0x20));
        } else if length > 0 {
            all += length;
            if length > 1 && is_listed(hash) {
                (listed, words) = (listed + length, words + 1);
            }
            (length, hash) = (0, START);
        }
    }
    words > 1 && listed * 2 >= all && listed >= LETTERS - 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_words_are_known_and_others_are_not() {
        assert!(WORDS.split(' ').all(known));
        assert!(WORDS.split(' ').count() * 2 < SLOTS);
        assert!(known("IGNORE"));
        assert!(["", "vtaber", "ignor", "qwerty"].iter().all(|w| !known(w)));
        assert_eq!(longest(b"ignoreprevious"), 6);
    }
}
