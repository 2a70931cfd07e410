//! The words by which [`super::name`] knows a name, or knows that one is none, folded: lower case without accents.

/// Capitalised words that are no names.
pub(super) const NO_NAMES: &str = "\
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
pub(super) const FAMOUS: &str = "\
einstein curie shakespeare freud darwin newton kahneman tversky trump obama merkel macron biden putin messi ronaldo goethe picasso cervantes mozart beethoven \
napoleon lincoln washington kant marx gandhi mandela potter skywalker hitler cleopatra aristotle plato socrates gogh vinci dickens austen orwell tolkien musk gates jobs";

/// Small words inside names.
pub(super) const PARTICLES: &[&str] = &[
    "van", "von", "de", "del", "della", "di", "da", "dos", "der", "den", "la", "le", "el", "al", "bin", "ben", "ter",
    "ten", "zu", "y",
];

/// How surely what follows an introduction is a name.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Trust {
    /// Any capitalised word ("my name is …"), or a known name in lower case.
    Any,
    /// A capitalised word that stands alone, or a known name ("I'm …").
    Proper,
    /// Only a known name ("Ich bin …": German writes every noun with a capital).
    Known,
}

/// Introductions, as folded words.
pub(super) const INTRODUCTIONS: &[(&str, Trust)] = &[
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
pub(super) const RELATIONS: &[&str] = &[
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

/// Titles before names.
pub(super) const TITLES: &[&str] = &[
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

/// Words after which a letter is signed.
pub(super) const FAREWELLS: &[&str] = &[
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
