//! Everything a user chose, as a small JSON object that can be saved, shared and applied to the next file.
//!
//! It holds no participant data and no key. Same input and same recipe give the same bytes.

use crate::error::{Code, Error, Place, Result};
use crate::filter::Choice;
use crate::named::named;
use crate::protect::preset::Preset;
pub use crate::psynet::Options as Psynet;
use crate::view::{Options, View};
use crate::write::deflate::Level;
use serde::{Deserialize, Serialize};

/// The format that this version reads and writes.
pub const FORMAT: &str = "windrow-recipe/1";

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the ZIP shall hold. Fields that a saved recipe lacks take their defaults, which are those of uproot's admin page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// Always [`FORMAT`].
    pub format: String,
    /// Version of Windrow that wrote the recipe.
    pub tool: String,
    /// Names of sessions; `None` is all.
    pub sessions: Option<Vec<String>>,
    /// Which tables; `latest_by` needs `gvars`.
    pub views: Vec<ViewName>,
    /// Fields to group by, in order.
    pub gvars: Vec<String>,
    /// CSV or JSONL.
    pub filetype: Filetype,
    /// uproot's reasonable filters.
    pub filters: bool,
    /// Keep credentials in unfiltered tables; only the command line sets it, for comparing with uproot.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub include_secrets: bool,
    /// A database dump beside the tables, which `uproot restore` accepts; not from exported tables.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub database: bool,
    /// Fast or small.
    pub compression: Compression,
    /// Preparation for sharing; needs a key, which is never part of a recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protect: Option<Preset>,
    /// What only PsyNet exports have; of the rest only `filetype`, `compression` and `protect` concern them. Left out of
    /// saved recipes where all of it is the default.
    #[serde(skip_serializing_if = "is_default_psynet")]
    pub psynet: Psynet,
}

named! {
    /// A view by its name in recipes and on the command line, in the order in which the ZIP holds them.
    #[allow(missing_docs, reason = "see `View`")]
    pub enum ViewName {
        PageTimes = "page_times",
        Ultralong = "ultralong",
        Sparse = "sparse",
        Latest = "latest",
        LatestBy = "latest_by",
    }
}

impl ViewName {
    /// The view itself.
    pub fn view(self) -> View {
        match self {
            ViewName::Ultralong => View::Ultralong,
            ViewName::Sparse => View::Sparse,
            ViewName::Latest => View::Latest,
            ViewName::LatestBy => View::LatestBy,
            ViewName::PageTimes => View::PageTimes,
        }
    }

    /// The view of a name; `-` may stand for `_`.
    pub fn parse(name: &str) -> Option<ViewName> {
        ViewName::ALL.into_iter().find(|view| view.as_str() == name.replace('-', "_"))
    }
}

/// The format of data files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filetype {
    /// Comma-separated values, as Python's `csv` writes them.
    #[default]
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// CSV that a spreadsheet program opens without running or changing what is in it, see [`crate::write::spreadsheet`].
    Spreadsheet,
}

impl Filetype {
    /// The ending of file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Filetype::Csv | Filetype::Spreadsheet => "csv",
            Filetype::Jsonl => "jsonl",
        }
    }

    /// The type of a name in recipes and on the command line.
    pub fn parse(name: &str) -> Option<Filetype> {
        match name {
            "csv" => Some(Filetype::Csv),
            "jsonl" => Some(Filetype::Jsonl),
            "spreadsheet" => Some(Filetype::Spreadsheet),
            _ => None,
        }
    }
}

named! {
    /// How hard the ZIP is compressed.
    #[derive(Default)]
    pub enum Compression {
        /// See [`Level::Fast`].
        #[default]
        Fast = "fast",
        /// See [`Level::Small`].
        Small = "small",
    }
}

impl Compression {
    /// The level for the compressor.
    pub fn level(self) -> Level {
        match self {
            Compression::Fast => Level::Fast,
            Compression::Small => Level::Small,
        }
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe {
            format: FORMAT.to_owned(),
            tool: VERSION.to_owned(),
            sessions: None,
            views: ViewName::ALL.to_vec(),
            gvars: Vec::new(),
            filetype: Filetype::Csv,
            filters: true,
            include_secrets: false,
            database: false,
            compression: Compression::Fast,
            psynet: Psynet::default(),
            protect: None,
        }
    }
}

impl Recipe {
    /// Reads a saved recipe.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] when it is not JSON, of another format, or holds a choice that does not exist.
    pub fn from_json(text: &[u8]) -> Result<Recipe> {
        // A list would pass for an object without any member.
        if !text.trim_ascii_start().starts_with(b"{") {
            return Err(bad("It is not a JSON object."));
        }
        let recipe: Recipe =
            serde_json::from_slice(text).map_err(|e| bad(&format!("Line {}, column {}.", e.line(), e.column())))?;
        recipe.checked()
    }

    /// The recipe itself if its format is known.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] otherwise.
    pub fn checked(mut self) -> Result<Recipe> {
        if self.format != FORMAT {
            return Err(bad(&format!("Its format is not {FORMAT}.")));
        }
        // uproot drops empty names of gvars before it does anything with them.
        self.gvars.retain(|gvar| !gvar.is_empty());
        self.protect = self.protect.map(Preset::checked).transpose()?;
        Ok(self)
    }

    /// The recipe as the ZIP holds it, with a final line end.
    pub fn to_json(&self) -> Vec<u8> {
        let this = Recipe { tool: VERSION.to_owned(), ..self.clone() };
        let mut text = serde_json::to_vec_pretty(&this).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// The same for a PsyNet export: its own choices in full, and nothing that is only uproot's.
    pub fn to_psynet_json(&self) -> Vec<u8> {
        let mut choices: serde_json::Map<_, _> = serde_json::from_slice(&self.to_json()).unwrap_or_default();
        for uproots in ["sessions", "views", "gvars", "filters", "include_secrets", "database"] {
            choices.remove(uproots);
        }
        choices.insert("psynet".to_owned(), serde_json::to_value(self.psynet).unwrap_or_default());
        let mut text = serde_json::to_vec_pretty(&choices).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// What decides the content of tables.
    pub fn options(&self) -> Options {
        let choice = Choice { filters: self.filters, secrets: self.include_secrets };
        Options { choice, gvars: self.gvars.clone() }
    }

    /// What decides which files of a PsyNet export are made, and how.
    pub fn psynet_options(&self) -> Psynet {
        Psynet { filetype: self.filetype, ..self.psynet }
    }

    /// The views to write, in the order of the ZIP, each once.
    pub fn wanted(&self) -> impl Iterator<Item = ViewName> + '_ {
        let has =
            |view: &ViewName| self.views.contains(view) && (*view != ViewName::LatestBy || !self.gvars.is_empty());
        ViewName::ALL.into_iter().filter(has)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_default_psynet(psynet: &Psynet) -> bool {
    *psynet == Psynet::default()
}

fn bad(detail: &str) -> Error {
    Error::new(Code::BadRecipe, Place::default()).detail(detail)
}

/// The folder of the grouped latest view, by uproot's rule: `latest_by_` and the names, made safe.
pub fn grouped_folder(gvars: &[String]) -> String {
    let safe = |gvar: &String| {
        let kept = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let parts: Vec<&str> = gvar.split(|c| !kept(c)).collect();
        let mut name = String::new();
        for (i, part) in parts.iter().enumerate() {
            // A run of other characters becomes one dash.
            if i > 0 && (!part.is_empty() || i + 1 == parts.len()) {
                name.push('-');
            }
            name.push_str(part);
        }
        name.trim_matches('-').to_owned()
    };
    let names: Vec<String> = gvars.iter().map(safe).filter(|name| !name.is_empty()).collect();
    let mut folder =
        if names.is_empty() { "latest_grouped".to_owned() } else { format!("latest_by_{}", names.join("_")) };
    // No system takes longer names (uproot does not look). All of it is ASCII.
    folder.truncate(240);
    folder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psynet::{Assets, Form};

    #[test]
    fn folders_follow_uproots_rule() {
        for (gvars, folder) in [
            (vec!["app", "round"], "latest_by_app_round"),
            (vec!["_uproot_group"], "latest_by_uproot-group"),
            (vec!["a b"], "latest_by_a-b"),
            (vec!["a , b-"], "latest_by_a-b"),
            (vec!["größe"], "latest_by_gr-e"),
            (vec!["\""], "latest_grouped"),
            (vec!["_", "x"], "latest_by_x"),
        ] {
            let gvars: Vec<String> = gvars.into_iter().map(str::to_owned).collect();
            assert_eq!(grouped_folder(&gvars), folder);
        }
    }

    #[test]
    fn a_recipe_survives_saving() {
        let recipe = Recipe { gvars: vec!["app".into()], filetype: Filetype::Jsonl, ..Recipe::default() };
        assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
        assert_eq!(Recipe::from_json(b"{}").unwrap(), Recipe::default());
        assert!(!String::from_utf8(recipe.to_json()).unwrap().contains("psynet"));
        let psynet = Psynet { form: Form::PsynetAnonymous, assets: Assets::All, logs: true, ..Psynet::default() };
        let recipe = Recipe { psynet, ..Recipe::default() };
        assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
        let own = recipe.to_psynet_json();
        assert_eq!(Recipe::from_json(&own).unwrap(), recipe);
        let own = String::from_utf8(own).unwrap();
        assert!(own.contains("\"timeline\"") && !own.contains("views") && !own.contains("filters"));
        for bad in ["", "[]", r#"{"format":"x"}"#, r#"{"views":["all"]}"#, r#"{"unknown":1}"#] {
            assert_eq!(Recipe::from_json(bad.as_bytes()).unwrap_err().code(), Code::BadRecipe);
        }
    }
}
