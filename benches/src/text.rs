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

/// A number that all languages must print alike, or they do not measure the same texts: FNV-1a.
pub fn mark() -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    text(7, 1000).bytes().fold(2_166_136_261, mix)
}
