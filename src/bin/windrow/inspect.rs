//! Prints what is in the input.

use std::io::{self, Write};
use windrow::describe::psynet_summary::PsynetSummary;
use windrow::describe::summary::{SessionSummary, Summary};

/// Sessions and fields.
pub fn uproot(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} changes in {} sessions", summary.changes, summary.sessions.len())?;
    for s in &summary.sessions {
        let SessionSummary { name, players, groups, models, changes, .. } = s;
        writeln!(out, "  {name}: {changes} changes, {players} players, {groups} groups, {models} models")?;
    }
    writeln!(out, "Fields")?;
    for f in &summary.fields {
        let types: Vec<String> = f.types.iter().map(|t| format!("{} {}", t.count, t.name)).collect();
        writeln!(out, "  {}.{}: {} changes ({})", f.kind, f.field, f.changes, types.join(", "))?;
    }
    Ok(())
}

/// Tables, classes and notes.
pub fn psynet(psynet: &PsynetSummary, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}: {} participants, {} of them bots", label(psynet), psynet.participants, psynet.bots)?;
    writeln!(out, "Tables of the database ({} form)", psynet.form.folder())?;
    for table in &psynet.database {
        writeln!(out, "  {}: {} rows", table.name, table.rows)?;
    }
    writeln!(out, "Classes")?;
    for class in &psynet.classes {
        writeln!(out, "  {}: {} rows, {} columns", class.class, class.rows, class.columns)?;
    }
    if !psynet.notes.is_empty() {
        writeln!(out, "What the database does not say")?;
    }
    for note in &psynet.notes {
        let dot = if note.column.is_empty() { "" } else { "." };
        writeln!(out, "  {}{dot}{}: {}", note.class, note.column, note.text)?;
    }
    Ok(())
}

fn label(psynet: &PsynetSummary) -> &str {
    psynet.label.as_deref().unwrap_or("An experiment without a label")
}
