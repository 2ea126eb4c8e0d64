//! Plain English made from one word list, the same in every language.

const WORDS: &str = include_str!("../words.txt");

/// `size` bytes of sentences. The same `seed` gives the same text, here and in the other languages.
pub fn text(seed: u32, size: usize) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % limit
    };
    let mut out = String::with_capacity(size + 80);
    let mut sentences = 0;
    while out.len() < size {
        for place in 0..6 + below(9) {
            let word = words.get(below(words.len())).copied().unwrap_or_default();
            if place == 0 {
                let mut letters = word.chars();
                out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                out.push_str(letters.as_str());
            } else {
                out.push(' ');
                out.push_str(word);
            }
        }
        sentences += 1;
        out.push_str(if sentences % 5 == 0 { ".\n\n" } else { ". " });
    }
    out.truncate(size);
    out
}

/// Lines as programs write them: times, ids, paths, addresses, numbers; `size` bytes.
pub fn lines(seed: u32, size: usize) -> String {
    let mut out = String::with_capacity(size + 200);
    let mut n = seed as usize * 1000;
    while out.len() < size {
        n += 1;
        let words = text(u32::try_from(n).unwrap_or(0), 24);
        out += &format!(
            "2026-03-{:02} {:02}:{:02}:07 worker-{} request {:08x} from user{}@mail.example \
             for /srv/files/{n}/report.txt: {words}, {} bytes in {}.5 ms\n",
            n % 28 + 1,
            n % 24,
            n % 60,
            n % 9,
            n.wrapping_mul(2_654_435_761) % 0xffff_ffff,
            n % 5000,
            n * 37 % 90_000,
            n % 700,
        );
    }
    out.truncate(size);
    out
}

/// A list of records as JSON, of `size` bytes or a little more.
pub fn records(seed: u32, size: usize) -> String {
    let mut out = String::from("[");
    let mut n = seed as usize * 1000;
    while out.len() < size {
        n += 1;
        let words = text(u32::try_from(n).unwrap_or(0), 60);
        let (words, comma) = (words.replace('\n', " "), if out.len() > 1 { "," } else { "" });
        out += &format!(
            "{comma}{{\"id\":\"rec-{n}\",\"owner\":\"user{}@mail.example\",\"total\":{}.25,\
             \"due\":\"2026-04-{:02}\",\"link\":\"https://a.example/{n}\",\"note\":\"{words}\"}}",
            n % 5000,
            n % 10_000,
            n % 28 + 1,
        );
    }
    out.push(']');
    out
}

/// A number that all languages must print alike, or they do not measure the same texts: FNV-1a.
pub fn mark() -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    text(7, 1000).bytes().fold(2_166_136_261, mix)
}
