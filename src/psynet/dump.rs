//! Write a part of a jsonpickle text on its own: what it shares within itself is numbered anew.

use super::json::{Index, Token};
use super::jsonpickle::{Pickle, Tag, Target, count_of};

/// Writes a part and counts its references anew.
pub struct Dump<'t> {
    pickle: &'t Pickle,
    text: &'t str,
    /// Per node its number, or [`NOT_SEEN`].
    seen: Vec<u32>,
    count: u32,
}

const NOT_SEEN: u32 = u32::MAX;

impl<'t> Dump<'t> {
    /// Begins a part of a parsed text.
    pub fn new(pickle: &'t Pickle, text: &'t str) -> Self {
        Dump { pickle, text, seen: vec![NOT_SEEN; pickle.tree().len()], count: 0 }
    }

    /// Notes a node; answers whether a reference was written instead since it was noted before.
    fn repeated(&mut self, index: Index, out: &mut String) -> bool {
        match self.seen.get_mut(index as usize) {
            Some(number) if *number != NOT_SEEN => {
                out.push_str("{\"py/id\": ");
                out.push_str(itoa::Buffer::new().format(*number));
                out.push('}');
                return true;
            }
            Some(number) => *number = self.count,
            None => {}
        }
        self.count += 1;
        false
    }

    /// Adds a node. Answers whether it could: nesting may exceed `depth`.
    pub fn write(&mut self, index: Index, depth: usize, out: &mut String) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (pickle, text) = (self.pickle, self.text);
        match pickle.tree().token(index) {
            Token::List => self.repeated(index, out) || self.list(index, depth, out),
            Token::Dict => match pickle.tag(text, index) {
                Tag::Reference(number) => match pickle.target(index, number) {
                    Target::Node(node) => self.write(node, depth, out),
                    Target::Gone => {
                        out.push_str("null");
                        true
                    }
                    Target::Dangling => {
                        self.count += 1;
                        pickle.copy(text, index, out);
                        true
                    }
                },
                Tag::Tuple(list) => {
                    out.push_str("{\"py/tuple\": ");
                    let done = self.list(list, depth, out);
                    out.push('}');
                    done
                }
                Tag::Number(_) => {
                    if let Some(number) = self.seen.get_mut(index as usize).filter(|number| **number == NOT_SEEN) {
                        *number = self.count;
                        self.count += 1;
                    }
                    pickle.copy(text, index, out);
                    true
                }
                Tag::Time(_) => {
                    if !self.repeated(index, out) {
                        self.count += count_of(pickle.tree().raw(text, index)) as u32;
                        pickle.copy(text, index, out);
                    }
                    true
                }
                Tag::Word(_) | Tag::Object | Tag::Other(true) => {
                    if !self.repeated(index, out) {
                        let raw = pickle.tree().raw(text, index);
                        // A one-dimensional NumPy array counts two.
                        self.count += u32::from(raw.contains("\"values\": [") && !raw.contains("\"base\""));
                        pickle.copy(text, index, out);
                    }
                    true
                }
                Tag::Other(false) => {
                    pickle.copy(text, index, out);
                    true
                }
                Tag::Plain => self.repeated(index, out) || self.dict(index, depth, out),
            },
            _ => {
                pickle.copy(text, index, out);
                true
            }
        }
    }

    fn list(&mut self, list: Index, depth: usize, out: &mut String) -> bool {
        out.push('[');
        for (n, child) in self.pickle.tree().children(list).enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            if !self.write(child, depth, out) {
                return false;
            }
        }
        out.push(']');
        true
    }

    fn dict(&mut self, dict: Index, depth: usize, out: &mut String) -> bool {
        out.push('{');
        for (n, (key, value)) in self.pickle.tree().pairs(dict).enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            self.pickle.copy(self.text, key, out);
            out.push_str(": ");
            if !self.write(value, depth, out) {
                return false;
            }
        }
        out.push('}');
        true
    }
}
