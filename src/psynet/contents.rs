//! Decide what each file of an export is: a table, an archive to look into, an asset, a log.
//!
//! Paths treat archives as folders, so that a dropped folder, its ZIP and the dashboard's nested ZIPs all
//! look the same: `export.zip/regular/database.zip/data/info.csv`.

use super::member::{Home, Member, Method};
use super::schema::Schema;
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::named::named;
use crate::order::{self, Map};
use crate::source::{FileInfo, Seekable};
use std::cmp::Reverse;
use zip::CompressionMethod;

named! {
    /// Which of PsyNet's two forms a file belongs to.
    #[derive(Default, PartialOrd, Ord)]
    pub enum Form {
        /// Everything.
        #[default]
        Regular = "regular",
        /// What PsyNet calls anonymous, which it is not.
        PsynetAnonymous = "anonymous",
    }
}

impl Form {
    /// The folder's name in an export.
    pub const fn folder(self) -> &'static str {
        match self {
            Form::Regular => "regular",
            Form::PsynetAnonymous => "anonymous",
        }
    }
}

/// What a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A raw table of the database: the database's folder and the table's name.
    Table(String, String),
    /// An asset: its path below `assets/`.
    Asset(String),
    /// Basic data: path from `basic_data` on.
    BasicData(String),
    /// The server's log.
    Logs,
    /// The experiment's source code.
    SourceCode,
    /// An archive to look into.
    Archive,
    /// A processed table that PsyNet wrote: the class.
    Processed(String),
    /// The experiment's id beside a database.
    ExperimentId,
    /// Nothing that is needed.
    Other,
}

/// A file or member with what it is for.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The form it belongs to.
    pub form: Form,
    /// What it is for.
    pub role: Role,
    /// Where its bytes are.
    pub member: Member,
}

/// What a file was taken for by its path, in words.
pub fn role_in_words(path: &str) -> &'static str {
    let schema = Schema::for_version(None);
    match classify(path, schema).1 {
        Role::Table(_, table) if schema.table(&table).is_none() => "table of the database, where it lies in one",
        Role::Table(..) => "table of the database",
        Role::Asset(_) => "asset",
        Role::BasicData(_) => "basic data",
        Role::Logs => "server's log",
        Role::SourceCode => "source code",
        Role::Archive => "archive",
        Role::Processed(_) => "processed table, which is made anew",
        Role::ExperimentId => "the experiment's id",
        Role::Other => "looked into where it is an archive, else not needed",
    }
}

/// Whether the files of a drop look like an export of PsyNet or Dallinger: an archive by its first bytes, or a raw
/// table by its name.
pub fn is_export(files: &[FileInfo], heads: &[Vec<u8>]) -> bool {
    let schema = Schema::for_version(None);
    let is_archive = |head: &Vec<u8>| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    heads.iter().any(is_archive) || files.iter().any(|f| matches!(classify(&f.path, schema).1, Role::Table(..)))
}

/// Decides by path what a file is.
pub fn classify(path: &str, schema: &Schema) -> (Form, Role) {
    let parts: Vec<&str> = path.split('/').collect();
    let anonymous = parts.iter().any(|p| matches!(*p, "anonymous" | "anonymized"));
    let form = if anonymous { Form::PsynetAnonymous } else { Form::Regular };
    (form, role(&parts, schema))
}

fn role(parts: &[&str], schema: &Schema) -> Role {
    let Some((name, folders)) = parts.split_last() else { return Role::Other };
    if parts.contains(&"..") {
        return Role::Other;
    }
    let below = |folder: &str| folders.iter().position(|p| *p == folder);
    if let Some(at) = below("assets") {
        return Role::Asset(parts.get(at + 1..).unwrap_or_default().join("/"));
    }
    if let Some(at) = below("basic_data") {
        return Role::BasicData(parts.get(at..).unwrap_or_default().join("/"));
    }
    match *name {
        "basic_data.json" => return Role::BasicData((*name).to_owned()),
        "logs.jsonl" => return Role::Logs,
        "source_code.zip" => return Role::SourceCode,
        "experiment_id.md" => return Role::ExperimentId,
        // Dallinger's snapshot of the code, beside the data.
        _ if name.ends_with("-code.zip") || *name == "code.zip" => return Role::Other,
        _ => {}
    }
    if name.to_ascii_lowercase().ends_with(".zip") {
        return Role::Archive;
    }
    let Some(table) = name.strip_suffix(".csv").filter(|t| !t.is_empty()) else { return Role::Other };
    let root = match folders.split_last() {
        Some((&"data", above)) => above,
        _ => folders,
    };
    // `regular/data/` holds processed tables, named for classes; a database's `data/` holds tables.
    let is_class = table.chars().next().is_some_and(char::is_uppercase);
    if schema.table(table).is_some() || (!is_class && folders.last() == Some(&"data")) {
        return Role::Table(root.join("/"), table.to_owned());
    }
    if folders.last() == Some(&"data") { Role::Processed(table.to_owned()) } else { Role::Other }
}

/// The members of an archive, in the order of its directory. Fails with `WouldBlock` inside where bytes are missing.
pub fn list(
    reader: &mut dyn Seekable,
    path: &str,
    home: &Home,
    limits: &Limits,
) -> zip::result::ZipResult<Vec<Member>> {
    let archive = zip::ZipArchive::new(reader)?;
    let mut members = Vec::new();
    for index in 0..archive.len().min(limits.members) {
        let entry = archive.by_index_data(index)?;
        let Some(name) = entry.enclosed_name().filter(|_| !entry.is_dir() && !entry.is_symlink()) else { continue };
        // `enclosed_name` refuses paths that lead out of the archive.
        let Some(name) = name.to_str().map(|n| n.replace('\\', "/")) else { continue };
        let method = match entry.compression() {
            _ if entry.encrypted() => Method::Encrypted,
            CompressionMethod::Stored => Method::Stored,
            CompressionMethod::Deflated => Method::Deflated,
            _ => Method::Other,
        };
        members.push(Member {
            path: format!("{path}/{name}"),
            home: home.clone(),
            header: Some(entry.header_start()),
            packed: entry.compressed_size(),
            size: entry.size(),
            crc: Some(entry.crc32()),
            method,
        });
    }
    Ok(members)
}

/// The database to work on.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// Its folder or archive.
    pub root: String,
    /// Its form.
    pub form: Form,
    /// Its tables by name.
    pub tables: Map<String, Member>,
}

/// All databases among the entries, the one to work on first: a regular one before an anonymous one, the one with
/// most tables of PsyNet's before others, the one nearest to the top before others. Folders without any are not
/// databases: a researcher's own tables lie in `data/`, too.
pub fn databases(entries: &[Entry], schema: &Schema) -> Result<Vec<Database>> {
    let mut found: Map<&str, Database> = Map::new();
    for entry in entries {
        if let Role::Table(root, table) = &entry.role {
            let database = found.entry(root).or_default();
            database.root.clone_from(root);
            database.form = entry.form;
            database.tables.entry(table.clone()).or_insert_with(|| entry.member.clone());
        }
    }
    let known = |d: &Database| d.tables.keys().filter(|table| schema.table(table).is_some()).count();
    let mut all: Vec<_> = found.into_values().filter(|d| known(d) > 0).collect();
    order::by_key(&mut all, |d| (d.form, Reverse(known(d)), d.root.matches('/').count()));
    if all.is_empty() {
        return Err(Error::new(Code::UnknownFormat, Place::default())
            .detail("No table of a PsyNet or Dallinger database is among these files."));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> (Form, Role) {
        classify(path, Schema::for_version(None))
    }

    #[test]
    fn paths_say_what_a_file_is() {
        let table = |root: &str, name: &str| Role::Table(root.to_owned(), name.to_owned());
        assert_eq!(of("database.zip/data/coin.csv"), (Form::Regular, table("database.zip", "coin")));
        assert_eq!(of("participant.csv"), (Form::Regular, table("", "participant")));
        assert_eq!(of("x/regular/data/Bot.csv"), (Form::Regular, Role::Processed("Bot".to_owned())));
        assert_eq!(of("d.zip/anonymized/data/app-data.zip"), (Form::PsynetAnonymous, Role::Archive));
        let inner = "d.zip/anonymized/data/app-data.zip";
        assert_eq!(of(&format!("{inner}/data/info.csv")), (Form::PsynetAnonymous, table(inner, "info")));
        assert_eq!(of("e/regular/assets/a/b.zip").1, Role::Asset("a/b.zip".to_owned()));
        assert_eq!(of("e/regular/basic_data/people.csv").1, Role::BasicData("basic_data/people.csv".to_owned()));
        assert_eq!(of("e/source_code.zip").1, Role::SourceCode);
        assert_eq!(of("notes.csv").1, Role::Other);
    }
}
