//! What a field's name says, in English, German, French, Spanish and Chinese: one table, read from top to bottom.
//!
//! Names are split at `_`, `-`, `.`, brackets, digits and where lower case meets upper case; a word of the table may be
//! two words of the name (`user agent`). The first row of which a word is in the name decides, so rows with words that
//! excuse others (`page name`) come first.

use crate::protect::class::Class;

/// A name's class, with the word that decided and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The class.
    pub class: Class,
    /// The word as the table has it.
    pub word: &'static str,
    /// What it stands for, in words.
    pub meaning: &'static str,
}

/// One row: a class (`None` excuses the name from all later rows), what it is in words, the words.
type Row = (Option<Class>, &'static str, &'static str);

/// Words of two parts are joined by `+`.
const ROWS: &[Row] = &[
    (
        None,
        "",
        "page+name app+name task+name game+name group+name team+name condition+name treatment+name stimulus+name trial+name \
         field+name block+name room+name module+name file+type content+type mime+type name+correct time+out page+id trial+id \
         block+id question+id round+id stimulus+id group+id item+id node+id network+id option+id message+count reason+code \
         number+comments text+color text+size other+player other+choice other+payoff",
    ),
    (
        Some(Class::Secret),
        "a key or password",
        "secret password passwd pwd token apikey api+key access+key private+key passwort kennwort schlüssel schluessel motdepasse \
         mot+passe contraseña contrasena clave+api 密码 密钥 auth+cookie bearer credential credentials",
    ),
    (
        Some(Class::Binary),
        "an upload or its place",
        "file+name filename file+path filepath upload uploads photo photo+path image+data audio video recording webcam attachment \
         dateiname dateipfad fichier archivo+nombre 文件名 录音 blob base64",
    ),
    (
        // Unlike a date of birth it is no more than what the next rows know as a country.
        Some(Class::Quasi),
        "something that others may know of a person",
        "country+of+birth birth+country country+birth geburtsland land+der+geburt pays+de+naissance pays+naissance \
         pais+de+nacimiento país+de+nacimiento pais+nacimiento país+nacimiento 出生国",
    ),
    (
        Some(Class::Contact),
        "contact data or a device",
        "email mail e+mail emails courriel correo telefon telephone phone phone+number mobile mobile+number handy handy+nummer handy+nr telefon+nummer telefon+nr mobil téléphone telefono teléfono móvil celular \
         tel fax whatsapp wechat iban bic bank konto kontonummer kontoinhaber account+number card+number paypal address adresse \
         anschrift direccion dirección domicilio street strasse straße rue calle zip zipcode postal post+code postal+code postleitzahl plz \
         code+postal codigo+postal ip ip+address ipaddress agent user+agent useragent browser fingerprint device lat lon lng lat+lng lat+lon latitude \
         longitude coordinates coords gps geolocation position+exact birth birthday birthdate birth+year year+of+birth yob dob geburtsdatum geburtsjahr jahrgang geburtstag geburt \
         naissance nacimiento cumpleaños name names firstname lastname surname fullname first+name last+name vorname nachname nom \
         prenom prénom nombre apellido apellidos nick nickname username handle instagram twitter discord telegram facebook signature \
         ssn passport dni nie 姓名 名字 邮箱 邮件 电话 手机 地址 微信 生日 出生 身份证 network+address hostname mac+address",
    ),
    (
        Some(Class::TaskId),
        "a task on a platform",
        "assignment assignmentid assignment+id hit hitid hit+id study+id studyid submission submission+id submissionid batch+id \
         completion+code",
    ),
    (
        Some(Class::PersonId),
        "an id of a person",
        "student+id studentid student+number student matrikel matrikelnummer matrikelnr worker workerid worker+id prolific prolificid \
         mturk mturkid sona sonaid panel panelist panelistid respondent respondentid rid pid participant+id participant+code \
         participantid subject+id subjectid person+id user+id userid member+number personalnummer teilnehmernummer teilnehmer+id \
         versuchsperson vp+code vpn numero+etudiant numéro+étudiant id+etudiant participant+label matricula matrícula expediente \
         学号 工号 学生号 编号 被试 被试编号 cedula kennung label external+id",
    ),
    (
        Some(Class::Sensitive),
        "something that may harm if known",
        "health diagnosis diagnoses illness disease disability medication depression anxiety phq gad therapy pregnant politics political \
         party vote voted religion religious faith ethnicity ethnic race income salary wage earnings wealth debt orientation sexual \
         sexuality drug drugs alcohol smoking criminal union gesundheit krankheit diagnose behinderung medikamente politik partei \
         wahl religiös glaube einkommen gehalt schulden herkunft sante santé maladie handicap politique parti revenu salaire \
         croyance origine salud enfermedad discapacidad politica política partido ingresos ingreso sueldo creencia etnia 健康 疾病 \
         诊断 政治 宗教 民族 收入 工资 性取向 残疾",
    ),
    (
        Some(Class::Quasi),
        "something that others may know of a person",
        "age ages years+old gender sex country nation nationality citizenship region state city town county language languages native+language \
         education degree school university college occupation job profession employment major field+of+study studiengang marital \
         married children household alter lebensalter geschlecht land staat staatsangehörigkeit nationalität sprache muttersprache bildung \
         abschluss beruf studienfach fach hochschule familienstand kinder haushalt wohnort bundesland âge sexe genre pays \
         nationalité langue études etudes diplome diplôme métier metier profession filière ville enfants edad genero género \
         sexo pais país nacionalidad idioma lengua educación educacion estudios ocupación ocupacion profesión carrera ciudad \
         hijos 年龄 性别 国家 国籍 语言 母语 教育 学历 职业 专业 城市 省份 婚姻",
    ),
    (
        Some(Class::FreeText),
        "what somebody wrote",
        "comment comments feedback reason reasons message messages other note notes text essay explanation explain strategy \
         describe description thoughts opinion suggestion suggestions remark remarks open chat story kommentar kommentare \
         anmerkung anmerkungen rückmeldung rueckmeldung begründung begruendung grund nachricht sonstiges freitext meinung \
         beschreibung strategie commentaire commentaires remarque remarques raison message autre texte avis explication \
         comentario comentarios sugerencia razón razon motivo mensaje otro otros texto opinión explicación 评论 意见 反馈 \
         原因 理由 留言 其他 备注 建议 描述",
    ),
    (
        Some(Class::Time),
        "a moment",
        "timestamp datetime started+at finished+at created+at updated+at ended+at start+time end+time arrival+time zeitstempel \
         horodatage fecha+hora 时间戳",
    ),
];

/// The words of a path's last part, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let camel = before.is_lowercase() && c.is_uppercase();
        if camel || !c.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a path's name says; `None` if no word of the table is in it.
///
/// Only the part that the experiment named counts: after the last dot, or inside the last brackets.
pub fn by_name(path: &str) -> Option<Named> {
    let name = match path.rsplit_once('[') {
        Some((_, inside)) => inside.trim_end_matches(']'),
        None => path.rsplit('.').next().unwrap_or(path),
    };
    let words = words(name);
    let has = |word: &str| {
        let parts: Vec<&str> = word.split('+').collect();
        let han = !word.is_ascii() && word.chars().all(|c| c as u32 >= 0x3400);
        words.windows(parts.len()).any(|w| w.iter().zip(&parts).all(|(a, b)| a == b))
            || han && words.iter().any(|w| w.contains(word))
            || parts.len() > 1 && words.contains(&parts.concat())
    };
    for (class, meaning, table) in ROWS {
        if let Some(word) = table.split_ascii_whitespace().find(|word| has(word)) {
            return class.map(|class| Named { class, word, meaning });
        }
    }
    None
}

/// Whether a path's name speaks of a key, which in an experiment's own fields is often one of a keyboard.
pub fn is_key(path: &str) -> bool {
    words(path.rsplit('.').next().unwrap_or(path)).iter().any(|word| word == "key" || word == "keys")
}

/// Whether a name is a word of the table and nothing else.
pub fn is_word(name: &str) -> bool {
    by_name(name).is_some_and(|named| named.word.replace('+', "") == words(name).concat()) && !name.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_signs_and_case() {
        assert_eq!(words("userAgent_2-IBAN"), ["user", "agent", "iban"]);
        assert_eq!(words("学号"), ["学号"]);
        assert!(words("__12__").is_empty());
        assert!(is_word("Age") && is_word("Geschlecht") && !is_word("kev_from_school") && !is_word("x"));
    }
}
