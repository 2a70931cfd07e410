//! Find the tables of changes in the list of tables, and their columns in the text that made them.

use super::record::{Record, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Seq,
    Namespace,
    Field,
    Value,
    CreatedAt,
    Context,
    Other,
}

impl Role {
    /// The columns' names have been the same in all versions; only `seq` came later (2026-04-20).
    const NAMED: [(&str, Role); 6] = [
        ("seq", Role::Seq),
        ("namespace", Role::Namespace),
        ("field", Role::Field),
        ("value", Role::Value),
        ("created_at", Role::CreatedAt),
        ("context", Role::Context),
    ];

    fn of(column: &str) -> Role {
        let known = Self::NAMED.iter().find(|(name, _)| column.eq_ignore_ascii_case(name));
        known.map_or(Role::Other, |(_, role)| *role)
    }

    /// The name of a column that every version knows.
    pub(super) fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(_, role)| *role == self).map(|(name, _)| *name)
    }
}

/// Where a table of changes has its sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seq {
    /// Nowhere: the database was written before there were any.
    Absent,
    /// In the column `seq`.
    Column,
    /// `seq` is the primary key, so it is the row's id.
    Rowid,
}

/// A table of changes.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) name: String,
    pub(super) root: u32,
    /// What the values of a record hold, as far as the last that is needed.
    pub(super) roles: Vec<Role>,
    pub(super) seq: Seq,
    pub(super) without_rowid: bool,
}

/// What a row of the list of tables is about.
pub(super) enum Entry {
    /// A table whose name and columns are those of changes.
    Changes(Layout),
    /// Another table than SQLite's own.
    OtherTable,
    /// An index or the like, or damaged.
    Other,
}

/// Longest `CREATE TABLE` that is looked at, in bytes; uproot's has about 400.
pub(super) const LONGEST: usize = 1 << 20;

/// Reads a row of the list of tables: type, name, table's name, root page, text.
pub(super) fn entry(payload: &[u8]) -> Entry {
    let mut values = Record::new(payload).into_iter().flatten().map(|v| v.unwrap_or(Value::Null));
    let (Some(kind), Some(name), Some(_), Some(root), sql) =
        (values.next(), values.next(), values.next(), values.next(), values.next())
    else {
        return Entry::Other;
    };
    let (Value::Text(b"table"), Value::Text(name)) = (kind, name) else { return Entry::Other };
    if name.starts_with(b"sqlite_") {
        return Entry::Other;
    }
    let (Value::Int(root), Some(Value::Text(sql))) = (root, sql) else { return Entry::OtherTable };
    let (Ok(root), Ok(name), Ok(sql)) = (u32::try_from(root), std::str::from_utf8(name), std::str::from_utf8(sql))
    else {
        return Entry::OtherTable;
    };
    if !name.ends_with("_values") {
        return Entry::OtherTable;
    }
    layout(name, root, sql).map_or(Entry::OtherTable, Entry::Changes)
}

/// A word, name or sign of SQL.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Token<'a> {
    text: &'a str,
    quoted: bool,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// Splits SQL into tokens; quotes and comments that do not end reach to the end of the text.
fn tokens(mut sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    loop {
        sql = sql.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(first) = sql.chars().next() else { return found };
        let rest = sql.get(first.len_utf8()..).unwrap_or_default();
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = sql.strip_prefix("/*") {
            sql = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if matches!(first, '"' | '`' | '\'' | '[') {
            let close = if first == '[' { ']' } else { first };
            let (text, after) = rest.split_once(close).unwrap_or((rest, ""));
            found.push(Token { text, quoted: true });
            sql = after;
        } else {
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.') || !c.is_ascii();
            let length = if word(first) { sql.find(|c| !word(c)).unwrap_or(sql.len()) } else { first.len_utf8() };
            let (text, after) = sql.split_at(length);
            found.push(Token { text, quoted: false });
            sql = after;
        }
    }
}

/// Words that can follow the type of a column.
const AFTER_TYPE: [&str; 10] =
    ["constraint", "primary", "not", "null", "unique", "check", "default", "collate", "references", "generated"];

/// Reads a `CREATE TABLE`; `None` if a column is lacking that every table of changes has.
fn layout(name: &str, root: u32, sql: &str) -> Option<Layout> {
    let tokens = tokens(sql);
    let open = tokens.iter().position(|t| t.is("("))?;
    let (mut depth, mut definitions, mut tail) = (0u32, vec![Vec::new()], Vec::new());
    for &token in tokens.get(open + 1..)? {
        let inside = !tail.is_empty();
        match token {
            _ if inside => tail.push(token),
            t if t.is(",") && depth == 0 => definitions.push(Vec::new()),
            t if t.is(")") && depth == 0 => tail.push(token),
            t => {
                depth = if t.is("(") { depth + 1 } else { depth - u32::from(t.is(")")) };
                definitions.last_mut()?.push(t);
            }
        }
    }
    let (mut roles, mut rowid, mut key) = (Vec::new(), None, None);
    for definition in &definitions {
        let has = |words: &[&str]| definition.windows(words.len()).any(|w| w.iter().zip(words).all(|(t, w)| t.is(w)));
        let Some(first) = definition.first() else { continue };
        if ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| first.is(word)) {
            let open = definition.iter().position(|t| t.is("(")).unwrap_or(0);
            if has(&["primary", "key", "("]) && definition.get(open + 2).is_some_and(|t| t.is(")")) {
                key = definition.get(open + 1).map(|t| t.text);
            }
            continue;
        }
        // A virtual generated column has no place in the record.
        if has(&["as", "("]) && !has(&["stored"]) {
            continue;
        }
        let role = Role::of(first.text);
        // Only a primary key of exactly this type is the row's id, and not if it is declared as descending.
        let alone = definition.get(2).is_none_or(|t| AFTER_TYPE.iter().any(|word| t.is(word)));
        let integer = alone && definition.get(1).is_some_and(|t| t.text.eq_ignore_ascii_case("integer"));
        if integer && has(&["primary", "key"]) && !has(&["primary", "key", "desc"]) {
            rowid = Some(first.text);
        }
        roles.push((first.text, role, integer));
    }
    if let Some(key) = key {
        rowid = roles.iter().find(|(name, _, integer)| *integer && name.eq_ignore_ascii_case(key)).map(|c| c.0);
    }
    let position = |role| roles.iter().position(|(_, r, _)| *r == role);
    let needed = [Role::Namespace, Role::Field, Role::Value, Role::CreatedAt, Role::Context].map(position);
    let mut last = needed.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let seq = match position(Role::Seq) {
        None => Seq::Absent,
        Some(_) if rowid.is_some_and(|c| Role::of(c) == Role::Seq) => Seq::Rowid,
        Some(at) => {
            last = last.max(at);
            Seq::Column
        }
    };
    let roles = roles.into_iter().take(last + 1).map(|(_, role, _)| role);
    let roles = roles.map(|role| if role == Role::Seq && seq == Seq::Rowid { Role::Other } else { role }).collect();
    let without_rowid = tail.windows(2).any(|w| matches!(w, [a, b] if a.is("without") && b.is("rowid")));
    Some(Layout { name: name.to_owned(), root, roles, seq, without_rowid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_however_the_text_is_written() {
        let sql = "create table \"x(_values\" ( -- a, comment\n [id] INTEGER primary key /* , */,\n\
            `namespace` TEXT NOT NULL DEFAULT ('a,b'), extra NUMERIC(10, 2), twice INT AS (id * 2) VIRTUAL,\n\
            'field' text, VALUE blob, Created_At REAL, context TEXT, seq INTEGER NOT NULL,\n\
            later, UNIQUE (seq, field), CHECK (length(field) > 0))";
        let table = layout("x_values", 2, sql).unwrap();
        use Role::*;
        assert_eq!(table.roles, [Other, Namespace, Other, Field, Value, CreatedAt, Context, Seq]);
        assert_eq!((table.seq, table.without_rowid), (super::Seq::Column, false));
    }

    #[test]
    fn seq_as_primary_key_is_the_row_id() {
        let rest = "namespace, field, value, created_at, context";
        let seq = |sql: &str| layout("a_values", 2, sql).unwrap().seq;
        assert_eq!(seq(&format!("CREATE TABLE a (seq INTEGER PRIMARY KEY AUTOINCREMENT, {rest})")), Seq::Rowid);
        assert_eq!(seq(&format!("CREATE TABLE a (seq INTEGER NOT NULL, {rest}, PRIMARY KEY (seq))")), Seq::Rowid);
        assert_eq!(seq(&format!("CREATE TABLE a (seq BIGINT PRIMARY KEY, {rest})")), Seq::Column);
        assert_eq!(seq(&format!("CREATE TABLE a (seq INTEGER PRIMARY KEY DESC, {rest})")), Seq::Column);
        assert_eq!(seq(&format!("CREATE TABLE a ({rest})")), Seq::Absent);
    }

    #[test]
    fn a_table_without_a_needed_column_is_none_of_changes() {
        assert!(layout("a_values", 2, "CREATE TABLE a_values (id INTEGER, namespace, field, value)").is_none());
        assert!(layout("a_values", 2, "CREATE TABLE").is_none());
    }
}
