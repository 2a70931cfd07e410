//! The command line that does what a recipe says, for a shell as POSIX has it (Linux, macOS, WSL, Git Bash).

use crate::export::RECIPE as RECIPE_FILE;
use crate::order::Set;
use crate::psynet::{Assets, Form};
use crate::recipe::{Compression, Filetype, Psynet, Recipe, ViewName};

/// `windrow export …` for files by their paths as they were dropped. What options cannot say is left to the recipe's
/// file, `windrow.json` in the working folder.
pub fn export(recipe: &Recipe, inputs: &[String], output: &str) -> String {
    let mut words = vec!["windrow".to_owned(), "export".to_owned()];
    words.extend(tops(inputs).into_iter().map(path));
    words.extend(["-o".to_owned(), path(output)]);
    words.extend(options(recipe));
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A folder stands for all that was dropped of it.
fn tops(inputs: &[String]) -> Vec<&str> {
    let mut known = Set::new();
    let tops = inputs.iter().map(|input| input.split('/').next().unwrap_or_default());
    tops.filter(|top| known.insert(*top)).collect()
}

/// A path that cannot be taken for an option.
fn path(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// The options by which a recipe differs from the default.
fn options(recipe: &Recipe) -> Vec<String> {
    let default = Recipe::default();
    let Recipe {
        format: _,
        tool: _,
        sessions,
        views,
        gvars,
        filetype,
        filters,
        include_secrets,
        database,
        compression,
        protect,
        psynet,
    } = recipe;
    if protect.is_some() {
        return vec!["--recipe".to_owned(), RECIPE_FILE.to_owned()];
    }
    let mut words: Vec<String> = sessions.iter().flatten().map(|name| format!("--session={name}")).collect();
    if *views != default.views {
        let names: Vec<&str> = views.iter().map(|view: &ViewName| view.as_str()).collect();
        words.push(format!("--views={}", names.join(",")));
    }
    words.extend(gvars.iter().map(|gvar| format!("--gvar={gvar}")));
    let mut flag = |set: bool, word: &str| {
        if set {
            words.push(word.to_owned());
        }
    };
    flag(*filetype == Filetype::Jsonl, "--filetype=jsonl");
    flag(*filetype == Filetype::Spreadsheet, "--filetype=spreadsheet");
    flag(!filters, "--no-filters");
    flag(*include_secrets, "--include-secrets");
    flag(*database, "--database");
    flag(*compression == Compression::Small, "--small");
    let Psynet { filetype: _, form, assets, database, timeline, basic_data, logs, source_code } = *psynet;
    flag(form == Form::PsynetAnonymous, "--form=anonymous");
    flag(assets == Assets::Experiment, "--assets=experiment");
    flag(assets == Assets::All, "--assets=all");
    flag(!database, "--no-database");
    flag(!timeline, "--no-timeline");
    flag(basic_data, "--basic-data");
    flag(logs, "--logs");
    flag(source_code, "--source-code");
    words
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:,@%+-=".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_differences_are_said_and_names_are_quoted() {
        let inputs = ["a/b.csv", "a/c.csv", "-x", "it's"].map(str::to_owned);
        assert_eq!(export(&Recipe::default(), &inputs, "o.zip"), r"windrow export a ./-x 'it'\''s' -o o.zip");
        let recipe = Recipe {
            sessions: Some(vec!["s 1".into(), "-s".into(), "$(x)".into()]),
            gvars: vec!["app".into()],
            filetype: Filetype::Jsonl,
            filters: false,
            compression: Compression::Small,
            views: vec![ViewName::PageTimes, ViewName::LatestBy],
            ..Recipe::default()
        };
        let said = "windrow export d -o o.zip '--session=s 1' --session=-s '--session=$(x)' --views=page_times,latest_by \
                    --gvar=app --filetype=jsonl --no-filters --small";
        assert_eq!(export(&recipe, &["d".to_owned()], "o.zip"), said);
        let recipe = Recipe { filetype: Filetype::Spreadsheet, ..Recipe::default() };
        assert_eq!(export(&recipe, &["d".to_owned()], "o.zip"), "windrow export d -o o.zip --filetype=spreadsheet");
    }
}
