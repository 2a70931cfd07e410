//! Number a table's columns by name, and hold a row's cells by column number.

use super::cell::Value as Cell;
use crate::order::Map;

/// The columns of a file by name, numbered in order of first appearance while they are gathered.
#[derive(Clone, Debug, Default)]
pub struct Names {
    list: Vec<String>,
    ids: Map<String, u32>,
    /// The number after the one asked for last: rows mostly have the same keys in the same order.
    next: u32,
}

impl Names {
    /// The number of a column; a new name gets the next one.
    pub fn id(&mut self, name: &str) -> u32 {
        let id = match self.list.get(self.next as usize) {
            Some(known) if known == name => self.next,
            _ => match self.ids.get(name) {
                Some(id) => *id,
                None => {
                    let id = self.list.len() as u32;
                    self.list.push(name.to_owned());
                    self.ids.insert(name.to_owned(), id);
                    id
                }
            },
        };
        self.next = id + 1;
        id
    }

    /// The name of a column.
    pub fn name(&self, id: u32) -> &str {
        self.list.get(id as usize).map_or("", String::as_str)
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

/// A row: cells by column number, and the columns in the order in which the row got them.
#[derive(Debug, Default)]
pub struct Row<'r> {
    cells: Vec<Option<Cell<'r>>>,
    /// Column numbers in order.
    pub order: Vec<u32>,
}

impl<'r> Row<'r> {
    /// A cell, if the row has one in that column.
    pub fn get(&self, id: u32) -> Option<&Cell<'r>> {
        self.cells.get(id as usize)?.as_ref()
    }

    /// Sets a cell: in place where there is one already, as a Python dict does.
    pub fn set(&mut self, id: u32, value: Cell<'r>) {
        let place = id as usize;
        if place >= self.cells.len() {
            self.cells.resize(place + 1, None);
        }
        if self.cells.get_mut(place).is_some_and(|cell| cell.replace(value).is_none()) {
            self.order.push(id);
        }
    }

    /// The same row without cells, for another record: it keeps its room.
    pub fn emptied<'s>(mut self) -> Row<'s> {
        self.order.clear();
        Row { cells: self.cells.into_iter().map(|_| None).collect(), order: self.order }
    }
}
