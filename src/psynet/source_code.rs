//! Read from an experiment's source code what its classes say declaratively. Nothing is run.
//!
//! Known are: base classes, `__tablename__`, `polymorphic_identity`, `Column(…)` and `claim_field(…)` with their types, `claim_var(…)`
//! with a literal default, `register_extra_var(…)`, names of `@extra_var` properties, and a literal
//! `export_classes_to_skip`. Anything else is Python's business.

use super::python_source::{Line, Token, lines, literal};
use super::schema::Kind;
use crate::order::Map;

/// Nesting of literals.
const DEPTH: usize = 50;

/// An extra variable, in the order in which a class registers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// A real column.
    Column,
    /// A variable with the JSON of its default (`null` where it has none).
    Var(String),
    /// A variable whose default is not a literal.
    UnknownDefault,
    /// A property that Python computes.
    Computed,
}

/// What a class declares.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Last parts of the names of its bases.
    pub bases: Vec<String>,
    /// Table that it defines.
    pub table: Option<String>,
    /// What stands in the `type` column where it is not the dotted name.
    pub identity: Option<String>,
    /// Columns that it adds, with the kind where the declaration says one.
    pub columns: Vec<(String, Option<Kind>)>,
    /// Extra variables that it registers.
    pub extras: Vec<(String, Extra)>,
}

/// What all classes of the source declare.
#[derive(Clone, Debug, Default)]
pub struct SourceCode {
    classes: Map<String, Declared>,
    /// Classes that the experiment keeps out of its exports, where it names them itself.
    pub skipped: Option<Vec<String>>,
}

impl SourceCode {
    /// Adds a source file.
    pub fn add(&mut self, source: &str) {
        let lines = lines(source);
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            at += 1;
            let [Token::Name(keyword), Token::Name(name), rest @ ..] = line.tokens.as_slice() else { continue };
            if keyword != "class" || line.indent != 0 {
                continue;
            }
            let body: Vec<&Line> = lines.iter().skip(at).take_while(|l| l.indent > 0).collect();
            let declared = self.class(rest, &body);
            self.classes.insert(name.clone(), declared);
        }
    }

    /// What a class declares.
    pub fn class(&mut self, header: &[Token], body: &[&Line]) -> Declared {
        let mut declared = Declared { bases: bases(header), ..Declared::default() };
        let indent = body.first().map_or(0, |l| l.indent);
        let mut decorators: Vec<&Line> = Vec::new();
        for (number, line) in body.iter().enumerate().filter(|(_, l)| l.indent == indent) {
            match line.tokens.as_slice() {
                [Token::Sign('@'), ..] => decorators.push(line),
                [Token::Name(def), Token::Name(name), ..] if def == "def" => {
                    let has = |word: &str| decorators.iter().any(|l| l.tokens.iter().any(|t| t.is_name(word)));
                    if has("extra_var") {
                        declared.extras.push((name.clone(), Extra::Computed));
                    }
                    if has("declared_attr") {
                        let inside = body.iter().skip(number + 1).take_while(|l| l.indent > indent);
                        let tokens: Vec<Token> = inside.flat_map(|l| l.tokens.clone()).collect();
                        if let Some(at) = tokens.iter().position(|t| t.is_name("Column")) {
                            declared.columns.push((name.clone(), tokens.get(at..).and_then(column_kind)));
                        }
                    }
                    decorators.clear();
                }
                [Token::Name(name), Token::Sign('='), value @ ..] => self.assignment(&mut declared, name, value),
                [Token::Name(call), Token::Sign('('), arguments @ ..] if call == "register_extra_var" => {
                    if let Some(Token::Text(name)) = arguments.iter().find(|t| matches!(t, Token::Text(_))) {
                        declared.extras.push((name.clone(), Extra::Column));
                    }
                }
                _ => {}
            }
        }
        declared
    }

    fn assignment(&mut self, declared: &mut Declared, name: &str, value: &[Token]) {
        match (name, value) {
            ("__tablename__", [Token::Text(table)]) => declared.table = Some(table.clone()),
            ("polymorphic_identity", [Token::Text(identity)]) => declared.identity = Some(identity.clone()),
            ("export_classes_to_skip", _) => {
                let texts = value.iter().filter_map(|t| match t {
                    Token::Text(text) => Some(text.clone()),
                    _ => None,
                });
                if literal(value, DEPTH).is_some_and(|(_, rest)| rest.is_empty()) {
                    self.skipped = Some(texts.collect());
                }
            }
            (_, [Token::Name(call), Token::Sign('('), arguments @ ..]) => match call.as_str() {
                "Column" => declared.columns.push((name.to_owned(), column_kind(value))),
                "claim_field" => {
                    declared.columns.push((name.to_owned(), field_kind(arguments)));
                    declared.extras.push((name.to_owned(), Extra::Column));
                }
                "claim_var" => declared.extras.push((name.to_owned(), default(arguments))),
                _ => {}
            },
            _ => {}
        }
    }

    /// A class and those of its bases that the source defines, itself first.
    pub fn line_of(&self, class: &str) -> Vec<(&str, &Declared)> {
        let mut line: Vec<(&str, &Declared)> = Vec::new();
        let mut next = vec![class];
        while let Some(name) = next.pop() {
            let Some((name, declared)) = self.classes.get_key_value(name) else { continue };
            if line.iter().all(|(n, _)| n != name) {
                line.push((name, declared));
                next.extend(declared.bases.iter().rev().map(String::as_str));
            }
        }
        line
    }

    /// The class that defines a table.
    pub fn base_of(&self, table: &str) -> Option<&str> {
        self.classes.iter().find(|(_, d)| d.table.as_deref() == Some(table)).map(|(name, _)| name.as_str())
    }

    /// The class with that identity.
    pub fn class_of(&self, identity: &str) -> Option<&str> {
        self.classes.iter().find(|(_, d)| d.identity.as_deref() == Some(identity)).map(|(name, _)| name.as_str())
    }

    /// The kind of a column, where some class declares one of that name for the table.
    pub fn kind(&self, table: &str, column: &str) -> Option<Kind> {
        let of_table = |name: &str| self.line_of(name).iter().any(|(_, d)| d.table.as_deref() == Some(table));
        // Classes that extend PsyNet's own define no table: any of them may have added the column.
        let own = self.base_of(table).is_some();
        let mut classes = self.classes.iter().filter(|(name, _)| !own || of_table(name));
        classes.find_map(|(_, d)| d.columns.iter().find(|(name, _)| name == column)?.1)
    }

    /// The classes of a table that declare a column.
    pub fn owners(&self, column: &str) -> impl Iterator<Item = &str> {
        let declares = move |d: &Declared| d.columns.iter().any(|(name, _)| name == column);
        self.classes.iter().filter(move |(_, d)| declares(d)).map(|(name, _)| name.as_str())
    }

    /// Extra variables of a class in order: those of its bases first.
    pub fn extras(&self, class: &str) -> Vec<(&str, &Extra)> {
        let mut all: Vec<(&str, &Extra)> = Vec::new();
        for (_, declared) in self.line_of(class).iter().rev() {
            for (name, extra) in &declared.extras {
                match all.iter_mut().find(|(n, _)| n == name) {
                    Some((_, old)) => *old = extra,
                    None => all.push((name, extra)),
                }
            }
        }
        all
    }
}

/// The last parts of the names in `(a.B, C, metaclass=D)`.
fn bases(header: &[Token]) -> Vec<String> {
    let mut bases = Vec::new();
    let inside = header.split(|t| matches!(t, Token::Sign('(' | ')' | ',' | ':')));
    for part in inside.filter(|part| !part.contains(&Token::Sign('='))) {
        if let Some(name) = part.last().and_then(Token::name) {
            bases.push(name.to_owned());
        }
    }
    bases
}

/// The kind that the first known type in `Column(…)` names.
fn column_kind(tokens: &[Token]) -> Option<Kind> {
    tokens.iter().filter_map(Token::name).find_map(|name| {
        Some(match name {
            "Integer" | "BigInteger" | "SmallInteger" => Kind::Int,
            "Float" | "Numeric" | "REAL" | "Double" => Kind::Float,
            "Boolean" => Kind::Bool,
            "String" | "Text" | "Unicode" | "UnicodeText" | "Enum" | "VARCHAR" => Kind::Text,
            "DateTime" => Kind::Time,
            "PythonObject" | "PythonDict" | "PythonList" => Kind::Py,
            "JSONB" | "JSON" => Kind::Jsonb,
            "PythonClass" => Kind::PyClass,
            _ => return None,
        })
    })
}

/// The kind that `claim_field("name", extra_vars, type)` gives a column; without a type it is an object.
fn field_kind(arguments: &[Token]) -> Option<Kind> {
    let mut names = arguments.iter().filter_map(Token::name);
    Some(
        names
            .find_map(|name| match name {
                "int" => Some(Kind::Int),
                "float" => Some(Kind::Float),
                "bool" => Some(Kind::Bool),
                "str" => Some(Kind::Text),
                "list" | "dict" | "object" => Some(Kind::Py),
                "datetime" => Some(Kind::Time),
                _ => None,
            })
            .unwrap_or(Kind::Py),
    )
}

/// The default in `claim_var("name", extra_vars, use_default=True, default=lambda: literal)`.
fn default(tokens: &[Token]) -> Extra {
    let none = || Extra::Var("null".to_owned());
    match argument(tokens, "use_default", 2) {
        Some([used]) if used.is_name("True") => {}
        Some([used]) if !used.is_name("False") => return Extra::UnknownDefault,
        _ => return none(),
    }
    match argument(tokens, "default", 3) {
        Some([Token::Name(lambda), Token::Sign(':'), value @ ..]) if lambda == "lambda" => {
            match literal(value, DEPTH) {
                Some((json, [])) => Extra::Var(json),
                _ => Extra::UnknownDefault,
            }
        }
        Some(_) => Extra::UnknownDefault,
        None => none(),
    }
}

/// The argument of that name, or at that place, of a call whose opening bracket is past.
fn argument<'t>(tokens: &'t [Token], name: &str, place: usize) -> Option<&'t [Token]> {
    let mut open = 1u32;
    let ends = |token: &Token| {
        match token {
            Token::Sign('(' | '[' | '{') => open += 1,
            Token::Sign(')' | ']' | '}') => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0 || (open == 1 && *token == Token::Sign(','))
    };
    let all: Vec<&[Token]> = tokens.split(ends).filter(|argument| !argument.is_empty()).collect();
    let named = all.iter().find(|a| matches!(a, [Token::Name(n), Token::Sign('='), ..] if n == name));
    let at_place = || all.get(place).filter(|a| !matches!(a, [Token::Name(_), Token::Sign('='), ..])).copied();
    named.map_or_else(at_place, |argument| argument.get(2..))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
class Fruit(SQLBase, data.SQLMixin, metaclass=M):
    __tablename__ = "fruit"
    polymorphic_identity = "a_fruit"
    __extra_vars__ = {}
    weight = Column(Float, nullable=True)
    taste = claim_field("taste", __extra_vars__, str)
    mood = claim_var("mood", __extra_vars__, use_default=True, default=lambda: ["calm", 1])
    fresh = claim_var("fresh", __extra_vars__, use_default=True, default=lambda: now())
    plain = claim_var("plain", __extra_vars__)

    @property
    @extra_var(__extra_vars__)
    def price(self):
        return 1

class Apple(Fruit):
    @declared_attr
    def colour(cls):
        return Fruit.__table__.c.get("colour", Column(PythonObject))

class Exp(psynet.experiment.Experiment):
    export_classes_to_skip = ["Request", "ExperimentStatus"]
"#;

    #[test]
    fn declarations_are_read() {
        let mut code = SourceCode::default();
        code.add(SOURCE);
        assert_eq!(code.base_of("fruit"), Some("Fruit"));
        assert_eq!((code.class_of("a_fruit"), code.class_of("fruit")), (Some("Fruit"), None));
        assert_eq!(code.kind("fruit", "weight"), Some(Kind::Float));
        assert_eq!(code.kind("fruit", "taste"), Some(Kind::Text));
        assert_eq!(code.kind("fruit", "colour"), Some(Kind::Py));
        assert_eq!(code.owners("colour").collect::<Vec<_>>(), ["Apple"]);
        assert_eq!(code.line_of("Apple").iter().map(|(n, _)| *n).collect::<Vec<_>>(), ["Apple", "Fruit"]);
        let extras = code.extras("Apple");
        assert_eq!(extras[1], ("mood", &Extra::Var(r#"["calm", 1]"#.to_owned())));
        assert_eq!(extras[2], ("fresh", &Extra::UnknownDefault));
        assert_eq!(extras[3], ("plain", &Extra::Var("null".to_owned())));
        assert_eq!(extras[4], ("price", &Extra::Computed));
        assert_eq!(code.skipped.as_deref(), Some(["Request".to_owned(), "ExperimentStatus".to_owned()].as_slice()));
    }
}
