//! A text as the scanners see it: characters by index, widths and dashes made equal, lower case without accents.

/// A word: a run of letters and digits of scripts that write words apart. Han characters are never in one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub start: usize,
    pub end: usize,
}

/// A text prepared for scanning. All positions are indexes of characters; reading past either end gives `'\0'`.
pub(crate) struct Text {
    chars: Vec<char>,
    /// Lower case without accents, one character for each, and where it begins in `flat`.
    flat: String,
    flat_at: Vec<u32>,
    bytes: Vec<u32>,
    words: Vec<Word>,
    /// How many ASCII digits there are.
    pub digits: usize,
    pub has_han: bool,
    /// A bit for each ASCII character that is there.
    ascii: u128,
}

/// Full-width forms, odd spaces, dashes and quotes as their plain relatives, so that one rule serves all.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2013}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        _ => c,
    }
}

/// A letter beyond ASCII in lower case without accents.
#[inline(never)]
fn folded(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    let plain = FOLDS.iter().find(|(_, letters)| letters.contains(lower));
    plain.map_or(lower, |(plain, _)| *plain)
}

/// Letters with marks by the letter below, as the languages of the detectors and their neighbours write them; a tenth
/// of the size of Unicode's decompositions.
const FOLDS: &[(char, &str)] = &[
    ('a', "àáâãäåāăą"),
    ('c', "çćčĉċ"),
    ('d', "ďđ"),
    ('e', "èéêëēĕėęě"),
    ('g', "ğģĝġ"),
    ('i', "ìíîïīįı"),
    ('k', "ķ"),
    ('l', "łľļĺ"),
    ('n', "ñńňņ"),
    ('o', "òóôõöøōő"),
    ('r', "řŕ"),
    ('s', "ßśšşș"),
    ('t', "ťţț"),
    ('u', "ùúûüūůűų"),
    ('y', "ýÿ"),
    ('z', "źżž"),
];

/// A Han character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// A letter of a script that writes words apart.
#[inline(never)]
pub(crate) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii() && c.is_alphabetic() && !is_han(c) && !matches!(c, '\u{3040}'..='\u{30ff}'))
}

impl Text {
    #[inline(never)]
    pub fn new(source: &str) -> Text {
        let n = source.len();
        let mut text = Text {
            chars: Vec::with_capacity(n),
            flat: String::with_capacity(n),
            flat_at: Vec::with_capacity(n + 1),
            bytes: Vec::with_capacity(n + 1),
            words: Vec::new(),
            digits: 0,
            has_han: false,
            ascii: 0,
        };
        for (at, c) in source.char_indices() {
            let c = plain(c);
            if c.is_ascii() {
                text.digits += usize::from(c.is_ascii_digit());
                text.ascii |= 1u128 << (c as u32);
            } else {
                text.has_han |= is_han(c);
            }
            text.chars.push(c);
            text.bytes.push(at as u32);
            text.flat_at.push(text.flat.len() as u32);
            text.flat.push(if c.is_ascii() { c.to_ascii_lowercase() } else { folded(c) });
        }
        text.bytes.push(n as u32);
        text.flat_at.push(text.flat.len() as u32);
        let mut i = 0;
        while i < text.len() {
            let start = i;
            while text.at(i).is_ascii_alphanumeric() || is_letter(text.at(i)) {
                i += 1;
            }
            if i > start {
                text.words.push(Word { start, end: i });
            } else {
                i += 1;
            }
        }
        text
    }

    /// Whether one of some ASCII characters is there.
    pub fn has(&self, some: &str) -> bool {
        some.bytes().any(|b| self.ascii >> (b & 0x7f) & 1 == 1)
    }

    /// Whether one of some folded texts is there, also inside a word.
    pub fn says(&self, some: &[&str]) -> bool {
        some.iter().any(|text| self.flat.contains(text))
    }

    /// Whether the text speaks of authors, quizzes and the like, where names are not people's.
    #[inline(never)]
    pub fn is_about_works(&self) -> bool {
        const WORKS: &[&str] = &[
            "quiz",
            "answer",
            "author",
            "authors",
            "novel",
            "film",
            "movie",
            "book",
            "song",
            "theory",
            "theorem",
            "effect",
            "scale",
            "equilibrium",
            "game",
            "according",
            "president",
            "reponse",
            "auteur",
            "theorie",
            "livre",
            "frage",
            "antwort",
            "autor",
            "buch",
            "spiel",
            "respuesta",
            "libro",
            "teoria",
            "equilibrio",
            "juego",
            "avatar",
            "character",
        ];
        self.words.iter().any(|w| WORKS.contains(&self.flat(w.start, w.end)))
            || self.has_han && self.says(&["测验", "答案", "作者", "小说", "电影", "诗人"])
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    pub fn byte(&self, i: usize) -> usize {
        self.bytes.get(i).or(self.bytes.last()).map_or(0, |b| *b as usize)
    }

    pub fn at(&self, i: usize) -> char {
        self.chars.get(i).copied().unwrap_or('\0')
    }

    /// The character before `i`.
    pub fn before(&self, i: usize) -> char {
        if i == 0 { '\0' } else { self.at(i - 1) }
    }

    #[inline(never)]
    pub fn slice(&self, a: usize, b: usize) -> &[char] {
        self.chars.get(a..b.min(self.len())).unwrap_or_default()
    }

    /// Lower case without accents of a range.
    #[inline(never)]
    pub fn flat(&self, a: usize, b: usize) -> &str {
        let byte = |i: usize| self.flat_at.get(i).or(self.flat_at.last()).map_or(0, |at| *at as usize);
        self.flat.get(byte(a)..byte(b)).unwrap_or_default()
    }

    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The folded text of a word by its index; empty past the ends.
    #[inline(never)]
    pub fn word(&self, w: usize) -> &str {
        self.words.get(w).map_or("", |w| self.flat(w.start, w.end))
    }

    /// Where a word begins; 0 past the ends.
    #[inline(never)]
    pub fn starts(&self, w: usize) -> usize {
        self.words.get(w).map_or(0, |w| w.start)
    }

    /// Where a word ends; 0 past the ends.
    #[inline(never)]
    pub fn ends(&self, w: usize) -> usize {
        self.words.get(w).map_or(0, |w| w.end)
    }

    /// Index of the first word that begins at or after `i`.
    #[inline(never)]
    pub fn word_from(&self, i: usize) -> usize {
        self.words.partition_point(|w| w.start < i)
    }

    #[inline(never)]
    pub fn is_capital(&self, w: usize) -> bool {
        self.words.get(w).is_some_and(|w| self.at(w.start).is_uppercase())
    }

    /// End of a run of characters from `i`.
    pub fn run(&self, mut i: usize, of: impl Fn(char) -> bool) -> usize {
        while i < self.len() && of(self.at(i)) {
            i += 1;
        }
        i
    }

    /// The same over at most `most` characters.
    #[inline(never)]
    pub fn run_within(&self, i: usize, most: usize, of: impl Fn(char) -> bool) -> usize {
        i + self.slice(i, i + most).iter().take_while(|c| of(**c)).count()
    }

    #[inline(never)]
    pub fn skip_spaces(&self, i: usize) -> usize {
        self.run(i, |c| c == ' ')
    }

    /// Whether an ASCII letter or digit stands before `i`, so that a token cannot begin there.
    #[inline(never)]
    pub fn joined_before(&self, i: usize) -> bool {
        let c = self.before(i);
        c.is_ascii_alphanumeric() || (is_letter(c) && !c.is_ascii())
    }

    /// Whether a letter or digit stands at `i`, so that a token cannot end there.
    #[inline(never)]
    pub fn joined_after(&self, i: usize) -> bool {
        let c = self.at(i);
        c.is_ascii_alphanumeric() || (is_letter(c) && !c.is_ascii())
    }

    /// Whether one of some words (folded) stands among the last `most` words within 40 characters before `i`, with
    /// no end of a sentence in between. Han words match anywhere in the ten characters before.
    #[inline(never)]
    pub fn context(&self, i: usize, most: usize, words: &[&str]) -> bool {
        let stop = (i.saturating_sub(40)..i)
            .rev()
            .find(|j| {
                matches!(self.at(*j), '\n' | ';' | '。' | '!' | '?')
                    || (self.at(*j) == '.' && self.at(j + 1) == ' ' && j - self.run_back(*j) > 4)
            })
            .map_or(i.saturating_sub(40), |j| j + 1);
        let upto = self.word_from(i);
        let near = self.flat(stop.max(i.saturating_sub(10)), i);
        (upto.saturating_sub(most)..upto)
            .any(|w| self.words.get(w).is_some_and(|x| x.start >= stop && x.end <= i) && words.contains(&self.word(w)))
            || words.iter().any(|word| !word.is_ascii() && near.contains(word))
    }

    /// Start of the run of letters that ends before `i`, at most five back.
    #[inline(never)]
    fn run_back(&self, mut i: usize) -> usize {
        let stop = i.saturating_sub(5);
        while i > stop && is_letter(self.at(i - 1)) {
            i -= 1;
        }
        i
    }

    /// Whether one of some words follows within `most` words from `i`, in the same sentence.
    #[inline(never)]
    pub fn followed(&self, i: usize, most: usize, words: &[&str]) -> bool {
        let from = self.word_from(i);
        let near = self.flat(i, (i + 6).min(self.len()));
        (from..from + most)
            .any(|w| self.words.get(w).is_some_and(|x| x.start < i + 40) && words.contains(&self.word(w)))
            || words.iter().any(|word| !word.is_ascii() && near.contains(word))
    }

    /// The digits in a range, as numbers.
    #[inline(never)]
    pub fn digits_in(&self, a: usize, b: usize) -> Vec<u8> {
        self.slice(a, b).iter().filter_map(|c| c.to_digit(10)).map(|d| d as u8).collect()
    }
}
