//! NAME in languages with letters: by title, introduction, farewell, label, relation, and by known given names.

use super::given::{is_given, may_be_given};
use super::text::Text;
use super::{Finds, Kind};

/// Capitalised words that are no names.
const NO_NAMES: &str = "\
i the a an and or but not no yes he she it we they you my your his her our their this that these those who what when where why how which if in on at by for \
from to of with as is are was were be been do does did have has had will would can could should may might must shall very just only also than then there here \
ok okay hi hello hey dear thanks thank please sorry sir madam everyone nobody someone nothing none na nan null true false mr mrs ms miss dr prof herr frau \
player players option options round rounds group groups team teams trial trials page pages part block blocks session sessions experiment study task tasks game games \
condition control treatment bonus payment payoff points score level stage phase version screen button question questions answer survey test chat red blue green yellow \
black white orange purple pink brown gray grey left right up down best worst first second third last next good bad great happy sad fair unfair sure fine \
prolific mturk amazon mechanical turk google qualtrics sona uproot psynet dallinger otree python chrome firefox safari windows mac linux android iphone zoom skype \
facebook twitter instagram whatsapp telegram discord youtube reddit covid internet wifi \
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december \
english german french spanish chinese american british european asian african canadian indian italian mexican christian muslim jewish catholic hindu buddhist \
democrat republican liberal conservative vegan vegetarian student psychology economics university department professor europe america germany france spain china \
aries tauro geminis cancer leo virgo libra escorpio sagitario capricornio acuario piscis taurus gemini scorpio sagittarius capricorn aquarius pisces \
ich du er sie es wir ihr der die das den dem des ein eine einen und oder aber nicht kein keine mein dein ist war bin mit von zu bei auf aus im am zum zur \
student studentin teilnehmer teilnehmerin spieler spielerin runde gruppe aufgabe studie versuch option partner partnerin leute deutscher deutsche berliner \
alle alles mann ringe damen herren meinung gut danke bitte frage seite rot blau montag dienstag mittwoch donnerstag freitag samstag sonntag \
je tu il elle nous vous ils un une le la les de du et ou mais pas non oui joueur joueuse manche groupe partie essai question etudiant etudiante francais francaise \
madame monsieur mademoiselle mesdames messieurs bonjour merci bien cordialement lundi mardi mercredi jeudi vendredi samedi dimanche \
yo el ella nosotros los las uno una y o pero no si jugador jugadora ronda grupo tarea estudio pregunta estudiante espanol espanola gracias hola buenos buenas senor senora \
lunes martes miercoles jueves viernes sabado domingo todo todos muy bueno atentamente saludos saludo gruss grusse regards wishes cheers sincerely \
alexa siri cortana done fine tired sick new old late back ready here out off lost confused busy bored curious ridiculous crazy awesome amazing \
versuchsleiter versuchsleiterin professor doktor lehrer lehrerin kollege kollegin nachbar nachbarin prasident kommissar kaiser konig \
stroop likert nash ultimatum trust dictator prisoner pareto bayes markov gauss monte turing big five dunning simon";

/// People whose names stand in texts as answers and authors.
const FAMOUS: &str = "\
einstein curie shakespeare freud darwin newton kahneman tversky trump obama merkel macron biden putin messi ronaldo goethe picasso cervantes mozart beethoven \
napoleon lincoln washington kant marx gandhi mandela potter skywalker hitler cleopatra aristotle plato socrates gogh vinci dickens austen orwell tolkien musk gates jobs";

const PARTICLES: &[&str] = &[
    "van", "von", "de", "del", "della", "di", "da", "dos", "der", "den", "la", "le", "el", "al", "bin", "ben", "ter",
    "ten", "zu", "y",
];

#[inline(never)]
fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|w| w == word)
}

/// How surely what follows an introduction is a name.
#[derive(Clone, Copy, PartialEq)]
enum Trust {
    /// Any capitalised word ("my name is …"), or a known name in lower case.
    Any,
    /// A capitalised word that stands alone, or a known name ("I'm …").
    Proper,
    /// Only a known name ("Ich bin …": German writes every noun with a capital).
    Known,
}

/// Introductions, as folded words.
const INTRODUCTIONS: &[(&str, Trust)] = &[
    ("my name is", Trust::Any),
    ("my name s", Trust::Any),
    ("name was", Trust::Any),
    ("name is", Trust::Any),
    ("i am called", Trust::Any),
    ("they call me", Trust::Any),
    ("ich heisse", Trust::Any),
    ("ich heise", Trust::Any),
    ("heisst", Trust::Any),
    ("heist", Trust::Any),
    ("hiess", Trust::Any),
    ("mein name ist", Trust::Any),
    ("name ist", Trust::Any),
    ("name war", Trust::Any),
    ("je m appelle", Trust::Any),
    ("s appelle", Trust::Any),
    ("s appelait", Trust::Any),
    ("mon nom est", Trust::Any),
    ("mon prenom est", Trust::Any),
    ("me llamo", Trust::Any),
    ("se llama", Trust::Any),
    ("se llamaba", Trust::Any),
    ("mi nombre es", Trust::Any),
    ("signe", Trust::Any),
    ("signed", Trust::Any),
    ("firmado", Trust::Any),
    ("gezeichnet", Trust::Any),
    ("gez", Trust::Any),
    ("call me", Trust::Proper),
    ("i m", Trust::Proper),
    ("i am", Trust::Proper),
    ("this is", Trust::Proper),
    ("im", Trust::Known),
    ("moi c est", Trust::Proper),
    ("c est", Trust::Known),
    ("je suis", Trust::Proper),
    ("soy", Trust::Proper),
    ("aqui", Trust::Known),
    ("yo soy", Trust::Proper),
    ("ich bin", Trust::Known),
    ("ich bin der", Trust::Known),
    ("ich bin die", Trust::Known),
    ("hier ist", Trust::Known),
    ("hier spricht", Trust::Any),
    ("here is", Trust::Known),
];

/// Words after which a capitalised word is somebody's name.
const RELATIONS: &[&str] = &[
    "friend",
    "roommate",
    "flatmate",
    "housemate",
    "boyfriend",
    "girlfriend",
    "husband",
    "wife",
    "brother",
    "sister",
    "mother",
    "father",
    "son",
    "daughter",
    "cousin",
    "colleague",
    "classmate",
    "neighbor",
    "neighbour",
    "supervisor",
    "experimenter",
    "told",
    "asked",
    "ask",
    "tell",
    "met",
    "thanked",
    "messaged",
    "emailed",
    "texted",
    "freund",
    "freundin",
    "mitbewohner",
    "mitbewohnerin",
    "bruder",
    "schwester",
    "kollege",
    "kollegin",
    "nachbar",
    "nachbarin",
    "cousine",
    "tochter",
    "sohn",
    "ami",
    "amie",
    "copain",
    "copine",
    "frere",
    "soeur",
    "sœur",
    "collegue",
    "voisin",
    "voisine",
    "colocataire",
    "mari",
    "amigo",
    "amiga",
    "hermano",
    "hermana",
    "novio",
    "novia",
    "primo",
    "prima",
    "companero",
    "companera",
    "colega",
    "vecino",
    "vecina",
    "hijo",
    "hija",
    "versuchsleiter",
    "versuchsleiterin",
];

const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "mx",
    "miss",
    "prof",
    "professor",
    "herr",
    "herrn",
    "frau",
    "hr",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mademoiselle",
    "senor",
    "senora",
    "senorita",
    "sr",
    "sra",
    "srta",
    "dona",
    "signora",
    "signor",
];

const FAREWELLS: &[&str] = &[
    "regards",
    "wishes",
    "cheers",
    "sincerely",
    "yours",
    "best",
    "thanks",
    "thx",
    "love",
    "grusse",
    "grussen",
    "gruss",
    "gruse",
    "grusen",
    "grus",
    "lg",
    "vg",
    "mfg",
    "hg",
    "danke",
    "cordialement",
    "salutations",
    "vous",
    "amicalement",
    "bises",
    "merci",
    "saludo",
    "saludos",
    "atentamente",
    "abrazo",
    "gracias",
    "cordialmente",
];

/// Names of people.
pub(crate) fn names(text: &Text, finds: &mut Finds) {
    for w in 0..text.words().len() {
        let find = titled(text, w)
            .or_else(|| introduced(text, w))
            .or_else(|| labelled(text, w))
            .or_else(|| farewell(text, w))
            .or_else(|| related(text, w))
            .or_else(|| known(text, w));
        finds.extend(find.map(|(a, b)| (Kind::Name, a, b)));
    }
}

#[inline(never)]
fn start(text: &Text, w: usize) -> usize {
    text.words().get(w).map_or(0, |w| w.start)
}

#[inline(never)]
fn end(text: &Text, w: usize) -> usize {
    text.words().get(w).map_or(0, |w| w.end)
}

#[inline(never)]
fn gap(text: &Text, w: usize) -> &[char] {
    text.slice(end(text, w), start(text, w + 1))
}

/// A capitalised word that may be a name: not a stop word, not all capitals (unless short), no digits.
#[inline(never)]
fn may_be_name(text: &Text, w: usize) -> bool {
    let Some(word) = text.words().get(w) else { return false };
    let chars = text.slice(word.start, word.end);
    let shouted = chars.len() > 1 && chars.iter().all(|c| c.is_uppercase());
    text.is_capital(w)
        && !shouted
        && chars.len() > 1
        && !chars.iter().any(|c| c.is_ascii_digit())
        && !listed(NO_NAMES, text.word(w))
}

/// The last word of a name that begins at word `w`: hyphens, apostrophes, initials, particles, at most four parts.
#[inline(never)]
fn last_of(text: &Text, w: usize) -> usize {
    let mut last = w;
    let mut next = w + 1;
    while next < w + 6 && next < text.words().len() {
        let between = gap(text, next - 1);
        let initial = end(text, next - 1) - start(text, next - 1) == 1 && between == ['.', ' '];
        let joined = matches!(between, ['-'] | ['\'']);
        if !(between == [' '] || joined || initial) {
            break;
        }
        let letter = end(text, next) - start(text, next) == 1;
        if joined && text.word(next) == "s" {
            break;
        }
        if may_be_name(text, next) || (letter && text.is_capital(next) && text.at(end(text, next)) == '.') {
            last = next;
        } else if !PARTICLES.contains(&text.word(next)) {
            break;
        }
        next += 1;
    }
    last
}

#[inline(never)]
fn name_from(text: &Text, w: usize) -> Option<(usize, usize)> {
    // "J. R. Hartley": initials count when a name follows.
    let initial = text.is_capital(w) && end(text, w) - start(text, w) == 1 && text.at(end(text, w)) == '.';
    (may_be_name(text, w) || initial && last_of(text, w) > w).then(|| (start(text, w), end(text, last_of(text, w))))
}

/// "Frau Dr. Lohmeyer", "Mrs. Whitcombe"; the span begins at "Dr.", else after the title.
#[inline(never)]
fn titled(text: &Text, w: usize) -> Option<(usize, usize)> {
    let word = text.word(w);
    let doctor = matches!(word, "dr" | "dra") && (text.is_capital(w) || text.at(end(text, w)) == '.');
    let title = TITLES.contains(&word) && (text.is_capital(w) || word.starts_with("senor"));
    if !doctor && !title || !matches!(gap(text, w), [' '] | ['.', ' '] | ['.']) || end(text, w) == text.len() {
        return None;
    }
    // "12 Rosewood Dr" and "Mr." at the end of a street are not titles: a name must follow.
    let (from, to) = name_from(text, w + 1)?;
    Some((if doctor { start(text, w) } else { from }, to))
}

#[inline(never)]
fn introduced(text: &Text, w: usize) -> Option<(usize, usize)> {
    // What stands before a name is a space, a colon or a quote, not the end of a sentence.
    let before = w.checked_sub(1)?;
    if !gap(text, before).iter().all(|c| matches!(c, ' ' | ':' | '"' | '\'' | ',')) || gap(text, before).len() > 3 {
        return None;
    }
    let given = is_given(text.word(w));
    if !given && !text.is_capital(w) {
        return None;
    }
    let trust = INTRODUCTIONS
        .iter()
        .filter(|(words, _)| {
            let count = words.split(' ').count();
            count <= w && words.split(' ').zip(w - count..).all(|(said, at)| text.word(at) == said)
        })
        .map(|(words, trust)| (words.len(), *trust))
        .max_by_key(|(length, _)| *length)?
        .1;
    if !text.is_capital(w) {
        let alone = matches!(text.at(end(text, w)), '\0' | '.' | ',' | '!' | '\n');
        return (trust == Trust::Any && given || trust == Trust::Proper && given && alone)
            .then(|| (start(text, w), end(text, w)));
    }
    let (from, to) = name_from(text, w)?;
    let several = last_of(text, w) > w;
    let alone = matches!(text.at(to), '\0' | '.' | ',' | '!' | '\n' | ')')
        || matches!(text.word(w + 1), "and" | "from" | "y" | "et" | "de" | "la" | "el" | "by");
    let proper = match trust {
        Trust::Any => true,
        Trust::Proper => given || several || alone && !adjective(text.word(w)),
        Trust::Known => given,
    };
    proper.then_some((from, to))
}

/// Endings of words for where people come from and what they are like, which some write with a capital.
fn adjective(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ana", "ano", "ense", "esa", "ista", "ienne", "ien", "aise", "ais", "oise", "ois", "iste", "ed", "ing", "ous",
        "ful", "ish", "ian", "ese",
    ];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// `participant_name: Lucia Ferrante`, `"vorname": "Jan"`, `Name: …`.
#[inline(never)]
fn labelled(text: &Text, w: usize) -> Option<(usize, usize)> {
    const LABELS: &[&str] = &[
        "name",
        "nombre",
        "nom",
        "vorname",
        "nachname",
        "prenom",
        "apellido",
        "apellidos",
        "firstname",
        "lastname",
        "surname",
        "fullname",
        "username",
        "participant",
        "signature",
        "contact",
    ];
    const KINDS: &[&str] = &[
        "file",
        "page",
        "app",
        "game",
        "task",
        "group",
        "team",
        "field",
        "display",
        "class",
        "function",
        "module",
        "brand",
        "country",
        "room",
        "nick",
        "domain",
        "host",
        "code",
        "condition",
    ];
    let before = w.checked_sub(1)?;
    let mark = gap(text, before);
    let marked = mark.iter().any(|c| matches!(c, ':' | '='))
        && mark.iter().all(|c| matches!(c, ':' | '=' | ' ' | '"' | '\''))
        && mark.len() <= 6;
    let kind = before.checked_sub(1).map_or("", |k| text.word(k));
    let person = text.word(before) != "participant" || is_given(text.word(w));
    (marked && person && LABELS.contains(&text.word(before)) && !KINDS.contains(&kind))
        .then(|| name_from(text, w))
        .flatten()
}

/// "Kind regards,\nPeter Lindqvist" at the end of a text or line, "signé : Odette".
#[inline(never)]
fn farewell(text: &Text, w: usize) -> Option<(usize, usize)> {
    let before = w.checked_sub(1)?;
    let word = text.word(before);
    let mark = gap(text, before);
    let short = mark.len() <= 4 && mark.iter().all(|c| matches!(c, ' ' | ',' | '\n' | '\r' | '!' | '.' | '-' | '—'));
    let comma = mark.iter().any(|c| matches!(c, ',' | '\n' | '!' | '—'));
    let thanks = matches!(word, "thanks" | "thx" | "merci" | "gracias" | "danke" | "best" | "love" | "yours" | "vous");
    if !FAREWELLS.contains(&word) || !short || (thanks && !comma) {
        return None;
    }
    let (from, to) = name_from(text, w)?;
    let rest = text.skip_spaces(to);
    matches!(text.at(rest), '\0' | '\n' | '<' | '(' | '.' | '\r' | '/').then_some((from, to))
}

/// "my roommate Jessica", "I told Oyelaran".
#[inline(never)]
fn related(text: &Text, w: usize) -> Option<(usize, usize)> {
    let before = w.checked_sub(1)?;
    let word = text.word(before);
    let apart = matches!(gap(text, before), [',', ' ']);
    let close = gap(text, before) == [' '] || apart && text.at(end(text, w)) == ',';
    let name = RELATIONS.contains(&word) && close && may_be_name(text, w);
    let partner = matches!(word, "partner" | "partnerin" | "partenaire")
        && close
        && is_given(text.word(w))
        && may_be_name(text, w);
    (name || partner).then(|| (start(text, w), end(text, last_of(text, w))))
}

/// A known given name, with what follows it as surname.
#[inline(never)]
fn known(text: &Text, w: usize) -> Option<(usize, usize)> {
    // Part of a name that began before: that one covers it.
    if w > 0 && matches!(gap(text, w - 1), ['-'] | ['@'] | ['.'] | ['_'] | ['/'])
        || matches!(text.at(end(text, w)), '@' | '_' | '.' if text.at(end(text, w) + 1).is_ascii_lowercase())
    {
        return None;
    }
    if !may_be_name(text, w) {
        return None;
    }
    let last = last_of(text, w);
    if !(is_given(text.word(w)) || last > w && may_be_given(text.word(w))) {
        return None;
    }
    let famous = (w..=last).any(|w| listed(FAMOUS, text.word(w)));
    let cited = text.followed(end(text, last), 2, &["et", "al", "theorem", "effect", "theory"])
        && text.word(last + 1) == "et"
        && text.word(last + 2) == "al";
    (!famous && !cited && !text.about_works).then(|| (start(text, w), end(text, last)))
}
