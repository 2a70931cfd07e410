//! `README.txt` of each session: what the folder holds and what to know before using it.

use crate::export::TableFile;
use crate::log::Session;
use crate::protect::preset::Level;
use crate::protect::report;
use crate::recipe::{Filetype, Recipe, VERSION, grouped_folder};
use crate::study::Study;
use crate::view::View;

const WIDTH: usize = 76;

/// The text of the file. It holds no date: the same input gives the same bytes.
pub fn text(study: &Study, session: &Session, recipe: &Recipe, files: &[TableFile]) -> Vec<u8> {
    let mut out = Text::default();
    out.title(&format!("Data of session {}", session.name));
    out.paragraph(&format!(
        "Made by Windrow {VERSION} from: {} ({}). Windrow runs in the browser or on the command line; no data were sent anywhere.",
        study.format.name, study.format.versions
    ));
    out.paragraph(match recipe.filters {
        true => "Reasonable filters were on, as in uproot's own export: fields that uproot keeps for itself are left out, renamed or turned into paths.",
        false if recipe.include_secrets => "No filters were on. THESE FILES HOLD CREDENTIALS (_uproot_key, _uproot_secret): whoever has them can act as a participant while the server runs.",
        false => "No filters were on: fields that uproot keeps for itself are included, except credentials (_uproot_key, _uproot_secret).",
    });
    out.heading("Folders");
    let grouped = grouped_folder(&recipe.gvars);
    for view in recipe.wanted() {
        let (name, about) = match view.view() {
            View::PageTimes => continue,
            View::Ultralong => ("ultralong", "The log itself: every change of any field is a row.".to_owned()),
            View::Sparse => (
                "sparse",
                "Every change is a row and every field a column; only the field that changed is filled in.".to_owned(),
            ),
            View::Latest => {
                ("latest", "One row per storage (for example per player): the last value of every field.".to_owned())
            }
            View::LatestBy => (grouped.as_str(), grouped_about(recipe)),
        };
        out.item(&format!("{name}/"), &about);
    }
    out.paragraph(&format!(
        "Each holds one {} file per kind of storage (player, session, group, model), where there is one.",
        recipe.filetype.as_str().to_uppercase()
    ));
    out.heading("Files");
    for file in files {
        let path = file.path.split_once('/').map_or(file.path.as_str(), |(_, below)| below);
        out.item(path, &format!("{} rows, {} columns.", file.table.rows, file.table.columns.len()));
    }
    out.item("DATA_DICTIONARY.json", "What the columns mean, and counts for every field.");
    if study.protection.is_some() {
        out.item(
            report::TEXT,
            "What was removed, replaced and withheld to protect participants, what remains and what to decide.",
        );
        out.item(report::JSON, "The same for programs, field by field.");
    }
    out.item("SHA256SUMS", "Checksums of the files; check them in this folder with: sha256sum -c SHA256SUMS");
    out.heading("Good to know");
    out.paragraph("Rows are not in order of time: they come storage by storage and field by field. Sort by !seq where the order of events matters.");
    if recipe.wanted().any(|view| view.view() == View::PageTimes) {
        out.paragraph("page_times has a row for every visit of a page: who entered which page when, and when they left it. It is worked out from show_page and page_order, and filters do not change it.");
    }
    if recipe.filetype == Filetype::Spreadsheet {
        out.paragraph(SPREADSHEET);
        out.paragraph("The CSV files are UTF-8 with commas and CR LF. Lists and objects are JSON, truth values TRUE and FALSE, null and the empty text the empty cell.");
    }
    if recipe.filetype == Filetype::Csv {
        out.paragraph("The CSV files are UTF-8 with commas. Lists and objects are JSON, truth values TRUE and FALSE, null and the empty text the empty cell. A spreadsheet program may change long numbers, times and texts that start with = when it opens them.");
    }
    out.paragraph(match recipe.protect.as_ref().map(|preset| preset.level) {
        None => "Player names, times and answers are as the participants and the server left them. Nothing was removed or replaced to protect anyone.",
        Some(Level::Pseudonymize) => "Names of sessions, players and groups and the participants' ids were replaced by tokens; texts, times and what describes people are as they were. THESE FILES CONTAIN PERSONAL DATA. ANONYMIZATION.txt says what was done.",
        Some(Level::Share) => "These data were prepared for sharing: identifiers were removed or replaced, and texts that nobody has looked at are withheld. ANONYMIZATION.txt says what was done, what remains and what to decide.",
    });
    let problems = study.problems_with(recipe, &[session]);
    if !problems.is_empty() {
        out.heading("Problems");
        for problem in problems.iter() {
            out.bullet(&problem.to_string());
        }
    }
    out.into_bytes()
}

/// What stands in the README of files for spreadsheet programs.
pub(super) const SPREADSHEET: &str = "The CSV files are made for spreadsheet programs and are not exact: they begin with a byte-order mark, and an apostrophe stands before every text that such a program would run as a formula or change (digits with a zero in front, with an exponent, or more than 15 of them; texts that begin with an apostrophe). Other numbers are as they were. Times lose digits when such a program saves them, and texts that look like dates may be shown as dates. Windrow takes the apostrophes away again; for R and Python export plain CSV.";

fn grouped_about(recipe: &Recipe) -> String {
    let mut about = format!(
        "One row per storage and combination of ({}): the state at the end of that combination. Storages that never had one get their last state.",
        recipe.gvars.join(", ")
    );
    if recipe.gvars.iter().any(|gvar| gvar == "app") {
        about.push_str(" An app in which the combination was never complete gets one row, its end. What happened outside of apps makes no row of its own.");
    }
    if recipe.filters {
        about.push_str(" page_order is left out here.");
    }
    about
}

/// Plain text, wrapped.
#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    pub(crate) fn title(&mut self, text: &str) {
        self.0.push_str(&format!("{text}\n{}\n\n", "=".repeat(text.chars().count())));
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.0.push_str(&format!("{text}\n{}\n\n", "-".repeat(text.chars().count())));
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        self.wrapped("", "", text);
        self.0.push('\n');
    }

    pub(crate) fn bullet(&mut self, text: &str) {
        self.wrapped("- ", "  ", text);
        self.0.push('\n');
    }

    pub(crate) fn item(&mut self, name: &str, text: &str) {
        self.0.push_str(&format!("{name}\n"));
        self.wrapped("    ", "    ", text);
        self.0.push('\n');
    }

    fn wrapped(&mut self, first: &str, others: &str, text: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.0.push_str(&line);
                self.0.push('\n');
                line = others.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.0.push_str(&line);
        self.0.push('\n');
    }
}
