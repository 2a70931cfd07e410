//! Call [`detect`] to find personal data in a text, [`redact`] to get the text with `[EMAIL]`, `[NAME]` … instead.
//!
//! One file per family of types. Each scanner walks the text once and looks a bounded way back for words that give
//! a shape its meaning, so the time is linear in the text. Shapes alone decide only where they carry check digits
//! or cannot mean anything else. A detector finds much, never all: free text is withheld until somebody reviewed it.
//! Many functions are never inlined: here the size of the page counts for more than speed.

mod address;
mod birth;
mod checks;
mod contact;
mod given;
mod money;
mod name;
mod name_words;
mod name_zh;
mod national;
mod net;
mod phone;
mod place;
mod platform;
mod street;
mod text;

use crate::named::named;
use crate::order;
use text::Text;

named! {
    /// What was found.
    #[derive(PartialOrd, Ord, Hash)]
    #[allow(missing_docs, reason = "the names are the labels of the report; see `as_str`")]
    pub enum Kind {
        Email = "EMAIL",
        Phone = "PHONE",
        Ip = "IP",
        Url = "URL",
        Iban = "IBAN",
        CreditCard = "CREDIT_CARD",
        MturkWorker = "MTURK_WORKER",
        MturkTask = "MTURK_TASK",
        ProlificId = "PROLIFIC_ID",
        SonaId = "SONA_ID",
        NationalId = "NATIONAL_ID",
        Coord = "COORD",
        Address = "ADDRESS",
        Name = "NAME",
        Handle = "HANDLE",
        Birthdate = "BIRTHDATE",
        Secret = "SECRET",
        Mac = "MAC",
    }
}

impl Kind {
    /// Which find wins where two overlap: what is surer by its shape, or contains the other, comes first.
    const fn rank(self) -> u8 {
        match self {
            // An address in a link, and the host in "x (at) example.org", lose by length.
            Kind::Url | Kind::Email => 0,
            Kind::Secret => 1,
            Kind::Iban | Kind::MturkTask => 3,
            Kind::CreditCard | Kind::Mac | Kind::Ip => 4,
            Kind::Birthdate | Kind::Address | Kind::Coord => 5,
            Kind::NationalId => 6,
            Kind::SonaId => 7,
            Kind::ProlificId | Kind::MturkWorker => 8,
            Kind::Phone => 9,
            Kind::Handle => 10,
            Kind::Name => 11,
        }
    }
}

/// A place in a text that holds personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Find {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Candidates of one text, as positions in characters.
pub(crate) type Finds = Vec<(Kind, usize, usize)>;

/// All finds in a text, sorted by place, none overlapping another.
pub fn detect(text: &str) -> Vec<Find> {
    // No type is shorter than two characters, and nothing without a letter or digit is personal.
    if text.len() < 2 || !text.bytes().any(|b| b.is_ascii_alphanumeric() || b >= 0x80) {
        return Vec::new();
    }
    let text = Text::new(text);
    let mut finds = Finds::new();
    contact::emails(&text, &mut finds);
    contact::handles(&text, &mut finds);
    contact::secrets(&text, &mut finds);
    net::urls(&text, &mut finds);
    net::addresses(&text, &mut finds);
    net::hardware(&text, &mut finds);
    name::names(&text, &mut finds);
    if text.has_han {
        name_zh::names(&text, &mut finds);
    }
    // Nothing else is without a digit.
    if text.digits > 0 {
        money::ibans(&text, &mut finds);
        money::cards(&text, &mut finds);
        platform::ids(&text, &mut finds);
        platform::sona(&text, &mut finds);
        national::ids(&text, &mut finds);
        phone::phones(&text, &mut finds);
        place::coordinates(&text, &mut finds);
        address::addresses(&text, &mut finds);
        birth::dates(&text, &mut finds);
    }
    without_overlaps(finds)
        .into_iter()
        .map(|(kind, a, b)| Find { start: text.byte(a), end: text.byte(b), kind })
        .collect()
}

/// Keeps the best of overlapping candidates: by rank, then the longer, then the earlier.
fn without_overlaps(mut finds: Finds) -> Finds {
    finds.retain(|(_, a, b)| a < b);
    order::by_key(&mut finds, |(kind, a, b)| (kind.rank(), usize::MAX - (b - a), *a));
    // Kept finds by start; they never overlap, so the neighbours of a candidate are the only ones it can meet.
    #[allow(clippy::disallowed_methods, reason = "neighbours are asked for, which crate::order::Map does not tell")]
    let mut kept = std::collections::BTreeMap::<usize, (usize, Kind)>::new();
    for (kind, a, b) in finds {
        let before = kept.range(..=a).next_back().is_some_and(|(_, (end, _))| *end > a);
        let after = kept.range(a..).next().is_some_and(|(start, _)| *start < b);
        if !before && !after {
            kept.insert(a, (b, kind));
        }
    }
    kept.into_iter().map(|(a, (b, kind))| (kind, a, b)).collect()
}

/// The text with a placeholder such as `[EMAIL]` in place of every find.
pub fn redact(text: &str) -> String {
    redacted(text, &detect(text))
}

/// The same with finds that are known.
pub(super) fn redacted(text: &str, finds: &[Find]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for find in finds {
        out.push_str(text.get(done..find.start).unwrap_or_default());
        out.push('[');
        out.push_str(find.kind.as_str());
        out.push(']');
        done = find.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
