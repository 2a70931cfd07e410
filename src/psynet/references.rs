//! Number what `py/id` can refer to, as jsonpickle's reader does when it restores a text.

use super::json::{Index, Token};
use super::jsonpickle::Pickle;
use super::tags::{ARRAY, ArrayForm, Tag, unnumbered};

/// What the numbers of a text stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    /// The node of each number.
    nodes: Vec<Index>,
    /// Whether jsonpickle's writer counts otherwise than its reader, or writes a part in another way: then the text as
    /// a whole changes when PsyNet reads and writes it.
    pub changes: bool,
}

impl References {
    /// Forgets them all.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.changes = false;
    }

    /// The node that a number stands for; jsonpickle makes None of a reference to nothing.
    pub fn node(&self, number: Option<usize>) -> Option<Index> {
        self.nodes.get(number?).copied()
    }

    /// Numbers a node and what it contains. Lists have no number of their own as many `levels` deep.
    pub fn number(&mut self, pickle: &Pickle, text: &str, index: Index, levels: u8) {
        match pickle.tree().token(index) {
            Token::List => {
                if levels == 0 {
                    self.nodes.push(index);
                }
                let levels = levels.saturating_sub(1);
                pickle.tree().children(index).for_each(|child| self.number(pickle, text, child, levels));
            }
            Token::Dict => match pickle.tag(text, index) {
                Tag::Name => {}
                // Its row comes from the database, and only the writer counts it.
                Tag::Row => self.changes = true,
                Tag::Reference(number) => self.changes |= number.is_none_or(|n| n >= self.nodes.len()),
                Tag::Tuple(_) | Tag::Set => self.members(pickle, text, index, Some("")),
                Tag::Plain => {
                    self.nodes.push(index);
                    self.members(pickle, text, index, None);
                }
                Tag::Object(class) => {
                    self.nodes.push(index);
                    self.members(pickle, text, index, Some(class));
                }
            },
            _ => {}
        }
    }

    fn members(&mut self, pickle: &Pickle, text: &str, dict: Index, class: Option<&str>) {
        let tree = pickle.tree();
        let is_array = class == Some(ARRAY);
        let is_view = is_array && tree.get(text, dict, "base").is_some();
        self.changes |= is_view || is_array && !matches!(pickle.array_form(text, dict), ArrayForm::Same);
        // What a defaultdict makes its values with is read first.
        let factory = class.and_then(|_| tree.get(text, dict, "default_factory"));
        if let Some(factory) = factory {
            self.number(pickle, text, factory, 0);
        }
        for (key, value) in tree.pairs(dict).filter(|(_, value)| Some(*value) != factory) {
            let key = tree.raw(text, key);
            // The values of a view are for people to read; jsonpickle takes those of its base.
            let levels = unnumbered(class, key).filter(|_| !(is_view && key == "values"));
            if let Some(levels) = levels {
                self.number(pickle, text, value, levels);
            }
        }
    }
}
