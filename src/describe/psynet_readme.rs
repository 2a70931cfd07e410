//! `README.txt` of a PsyNet export's ZIP: what it holds and what to know before using it.

use super::readme::{SPREADSHEET, Text};
use crate::protect::preset::Level;
use crate::psynet::{Form, LeftOut, Study as Psynet, Table};
use crate::recipe::{Filetype, Recipe, VERSION};
use crate::study::Study;

/// The text of the file. It holds no date: the same input gives the same bytes.
pub fn text(study: &Study, data: &Psynet, recipe: &Recipe, files: &[Table], left_out: &LeftOut) -> Vec<u8> {
    let mut out = Text::default();
    out.title(&match &data.label {
        // A label may hold line ends.
        Some(label) => format!("Data of {}", label.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => "Data of an experiment".to_owned(),
    });
    out.paragraph(&format!(
        "Made by Windrow {VERSION} from: {} ({}). Windrow runs in the browser or on the command line; no data were sent anywhere.",
        study.format.name, study.format.versions
    ));
    out.paragraph(&format!("{} participants, {} of them bots.", data.participants, data.bots));
    let form = recipe.psynet.form;
    let level = recipe.protect.as_ref().map(|preset| preset.level);
    out.paragraph(match (level, form) {
        (Some(Level::Share), _) => "These data were prepared for sharing: identifiers were removed or replaced, and texts that nobody has looked at are withheld. ANONYMIZATION.txt says what was done, what remains and what to decide.",
        (Some(Level::Pseudonymize), _) => "Participants' and tasks' ids were replaced by tokens and rows have new numbers; texts, times and what describes people are as they were. THESE FILES CONTAIN PERSONAL DATA. ANONYMIZATION.txt says what was done.",
        (None, Form::Regular) => "This is PsyNet's regular form: nothing was removed or replaced to protect anyone.",
        (None, Form::PsynetAnonymous) => "This is the form that PsyNet calls anonymous, for comparison. THE NAME PROMISES TOO MUCH: it leaves out worker ids and IP addresses, and what is listed under \"What still points at persons\" stays in. Handle it as personal data.",
    });
    out.heading("Files");
    contents(&mut out, data, recipe, files);
    good_to_know(&mut out, recipe, files);
    if form == Form::PsynetAnonymous {
        out.heading("What still points at persons");
        for leak in data.leaks() {
            out.bullet(&format!("{}.{}: {}.", leak.table, leak.column, leak.holds));
        }
    }
    if !data.notes.is_empty() {
        out.heading("What the database does not say");
        for note in &data.notes {
            let name =
                if note.column.is_empty() { note.class.clone() } else { format!("{}.{}", note.class, note.column) };
            out.bullet(&format!("{name}: {}", note.text));
        }
    }
    if !study.problems.is_empty() || !left_out.is_empty() {
        out.heading("Problems");
        for problem in study.problems.iter() {
            out.bullet(&problem.to_string());
        }
        for (path, problem) in left_out {
            out.bullet(&format!("{path}: {problem}"));
        }
    }
    out.into_bytes()
}

fn contents(out: &mut Text, data: &Psynet, recipe: &Recipe, files: &[Table]) {
    let folder = recipe.psynet.form.folder();
    for file in files {
        let columns = file.columns.len();
        if file.class.is_some() {
            out.item(&file.path, &format!("{} rows, {columns} columns.", file.rows));
        } else if columns > 0 {
            out.item(&file.path, "What happened to each participant in order of time: modules, trials and responses with start and end. PsyNet has no such table; Windrow makes it.");
        }
    }
    let passed = |below: &str| files.iter().filter(|f| f.columns.is_empty() && f.path.starts_with(below)).count();
    let database = format!("{folder}/database.zip");
    if passed(&database) > 0 {
        out.item(
            &database,
            match (&recipe.protect, recipe.psynet.form, &data.psynet_version) {
                (Some(_), ..) => "The database after preparation, from which the tables were made, with the members and columns of the original.",
                (None, Form::PsynetAnonymous, _) => "The database as it was given. PsyNet cannot read it in again where bots are among the participants: the anonymous form does not tell their empty texts from nothing.",
                (None, Form::Regular, Some(_)) => "The database as it was given; PsyNet can read it in again.",
                (None, Form::Regular, None) => "The database as it was given.",
            },
        );
    }
    for (path, about) in [
        (format!("{folder}/assets/"), "files as they were given."),
        (format!("{folder}/basic_data"), "files as they were given."),
        ("logs.jsonl".to_owned(), "file, the server's log as it was given."),
        ("source_code.zip".to_owned(), "file, the experiment's source code as it was given."),
    ] {
        let number = passed(&path);
        if number > 0 {
            out.item(&path, &format!("{number} {about}"));
        }
    }
    if recipe.protect.is_some() {
        out.item("ANONYMIZATION.txt", "What was done to protect participants, what remains, and what to decide.");
        out.item("anonymization.json", "The same for programs.");
    }
    out.item("windrow.json", "The choices that were made, to make them again.");
    out.item("SHA256SUMS", "Checksums of the files; check them with: sha256sum -c SHA256SUMS");
}

fn good_to_know(out: &mut Text, recipe: &Recipe, files: &[Table]) {
    out.heading("Good to know");
    let folder = recipe.psynet.form.folder();
    out.paragraph(&match recipe.filetype {
        Filetype::Csv if recipe.protect.is_some() => format!("The tables in {folder}/data are named for PsyNet's classes and are what psynet export would write of the prepared database, as far as the database alone says it. Columns that were removed are not in them."),
        Filetype::Csv => format!("The tables in {folder}/data are named for PsyNet's classes and are, byte for byte, what psynet export writes, as far as the database alone says it. One difference is meant: a lone carriage return in a text is quoted, which Python before 3.13 leaves bare so that most programs break the row."),
        Filetype::Spreadsheet => format!("The tables in {folder}/data are named for PsyNet's classes and have the columns that psynet export gives them. {SPREADSHEET}"),
        Filetype::Jsonl => format!("The tables in {folder}/data are named for PsyNet's classes and have the columns that psynet export gives them. A line is a row: numbers, truth values and lists keep their types, null is None, and what the row does not have is left out."),
    });
    if files.iter().any(|f| f.class.is_none() && !f.columns.is_empty()) {
        let times = if recipe.protect.is_some() {
            "those of the prepared database"
        } else {
            "the server's own, as in the database"
        };
        out.paragraph(&format!("Times in the timeline are {times}. A response has no start of its own: it is the end less the time that the page took."));
    }
    if recipe.psynet.database && recipe.psynet.form == Form::PsynetAnonymous {
        out.paragraph("database.zip is passed on only where this form of it was given; Windrow does not make one.");
    }
}
