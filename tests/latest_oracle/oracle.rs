//! The slow, obvious views: a tree of ordered lists, a full state after every change, JSON values for cells.

use crate::common::dump::Row;
use serde_json::Value;
use std::collections::BTreeMap;

/// A row of a table: names and JSON texts of its cells.
pub type Cells = Vec<(String, String)>;

/// A change as an export shows it.
#[derive(Clone)]
pub struct Shown {
    /// Where the row was in the sorted log: tells stored rows apart.
    id: usize,
    storage: String,
    pub field: String,
    seq: u64,
    time: f64,
    context: String,
    /// Type and JSON text; `None` is a tombstone.
    value: Option<(u8, String)>,
}

/// A storage's place in the tree: fields and storages below it, in order of first insertion.
#[derive(Default)]
struct Node {
    children: Vec<(String, Child)>,
}

enum Child {
    Storage(Node),
    Field(Vec<Shown>),
}

impl Node {
    fn storage(&mut self, name: &str) -> &mut Node {
        let at = self.children.iter().position(|(n, c)| n == name && matches!(c, Child::Storage(_)));
        let at = at.unwrap_or_else(|| {
            self.children.push((name.to_owned(), Child::Storage(Node::default())));
            self.children.len() - 1
        });
        match &mut self.children[at].1 {
            Child::Storage(node) => node,
            Child::Field(_) => unreachable!(),
        }
    }

    fn add(&mut self, change: Shown) {
        for (name, child) in &mut self.children {
            if let (Child::Field(changes), true) = (child, *name == change.field) {
                return changes.push(change);
            }
        }
        self.children.push((change.field.clone(), Child::Field(vec![change])));
    }

    fn walk(&self, found: &mut Vec<Shown>) {
        for (_, child) in &self.children {
            match child {
                Child::Storage(node) => node.walk(found),
                Child::Field(changes) => found.extend(changes.iter().cloned()),
            }
        }
    }
}

/// The changes of a session by kind, kinds in order of first appearance in the whole database.
pub fn streams(rows: &[Row], session: &str) -> Vec<(String, Vec<Shown>)> {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|r| r.seq);
    // The last row of a replaced field supersedes the others.
    let is_replaced = |r: &Row| r.field == "_uproot_players" && r.namespace.starts_with("session/");
    let mut tree = Node::default();
    for (id, row) in sorted.iter().enumerate() {
        let later = &sorted[id + 1..];
        if is_replaced(row) && later.iter().any(|r| is_replaced(r) && r.namespace == row.namespace) {
            continue;
        }
        if row.namespace.split('/').next() == Some("admin") {
            continue;
        }
        let mut node = &mut tree;
        for part in row.namespace.split('/') {
            node = node.storage(part);
        }
        node.add(Shown {
            id,
            storage: row.namespace.clone(),
            field: row.field.clone(),
            seq: row.seq.unwrap(),
            time: row.time,
            context: row.context.clone(),
            value: row.value.as_ref().map(|v| (v[0], String::from_utf8(v[1..].to_vec()).unwrap())),
        });
    }
    let mut kinds = Vec::new();
    for (kind, child) in &tree.children {
        let Child::Storage(sessions) = child else { unreachable!() };
        for (name, child) in &sessions.children {
            if let (Child::Storage(node), true) = (child, name == session) {
                let mut found = Vec::new();
                node.walk(&mut found);
                kinds.push((kind.clone(), found));
            }
        }
    }
    kinds
}

/// uproot 0.10.1's reasonable filters, and ours for credentials.
pub fn filtered(changes: &[Shown], filters: bool, session: &str) -> Vec<Shown> {
    changes.iter().filter_map(|change| filter(change, filters, session)).collect()
}

fn filter(change: &Shown, filters: bool, session: &str) -> Option<Shown> {
    let mut new = change.clone();
    if matches!(change.field.as_str(), "_uproot_key" | "_uproot_secret") {
        return None;
    }
    if !filters || !change.field.starts_with("_uproot_") {
        return Some(new);
    }
    let kind = change.storage.split('/').next().unwrap();
    let value: Option<Value> = change.value.as_ref().map(|(_, text)| serde_json::from_str(text).unwrap());
    let value = value.unwrap_or(Value::Null);
    let names = |kind: &str, part: fn(&Value) -> &Value| {
        let path = |v: &Value| format!("{kind}/{session}/{}", part(v).as_str().unwrap());
        let paths: Vec<String> = value.as_array().into_iter().flatten().map(path).collect();
        (128, serde_json::to_string(&paths).unwrap())
    };
    let made = match (change.field.as_str(), kind) {
        ("_uproot_dropout" | "_uproot_settings", _) => return Some(new),
        ("_uproot_group", _) => {
            new.field = "group".to_owned();
            match &value {
                Value::Null => (7, "null".to_owned()),
                v => (2, format!("\"group/{}/{}\"", v[0].as_str().unwrap(), v[1].as_str().unwrap())),
            }
        }
        ("_uproot_session", _) => {
            new.field = "session".to_owned();
            (2, format!("\"session/{}\"", value.as_str().unwrap_or_default()))
        }
        ("_uproot_players", "session" | "group") => {
            new.field = "players".to_owned();
            names("player", |v| v.get("uname").unwrap_or_else(|| &v[1]))
        }
        ("_uproot_groups", "session") => {
            new.field = "groups".to_owned();
            names("group", |v| v)
        }
        _ => return None,
    };
    new.value = new.value.map(|_| made);
    Some(new)
}

pub fn every_change(changes: &[Shown], sparse: bool) -> Vec<Cells> {
    let row = |change: &Shown| {
        let mut row = vec![
            ("!context".to_owned(), Value::from(change.context.as_str()).to_string()),
            ("!field".to_owned(), Value::from(change.field.as_str()).to_string()),
            ("!seq".to_owned(), change.seq.to_string()),
            ("!storage".to_owned(), Value::from(change.storage.as_str()).to_string()),
            ("!time".to_owned(), format!("{:?}", change.time)),
            ("!unavailable".to_owned(), change.value.is_none().to_string()),
        ];
        let column = if sparse { change.field.trim_matches('"') } else { "!data" };
        row.push((column.to_owned(), change.value.as_ref().map_or("null", |(_, text)| text).to_owned()));
        row
    };
    changes.iter().map(row).collect()
}

/// Everything that is available in a storage after a change, and which change that was.
#[derive(Clone)]
struct State {
    last: Shown,
    fields: BTreeMap<String, Shown>,
}

impl State {
    fn row(&self) -> Cells {
        let mut row = vec![
            ("!seq".to_owned(), self.last.seq.to_string()),
            ("!storage".to_owned(), Value::from(self.last.storage.as_str()).to_string()),
            ("!time".to_owned(), format!("{:?}", self.last.time)),
        ];
        let text = |change: &Shown| change.value.clone().unwrap().1;
        row.extend(self.fields.iter().map(|(name, change)| (name.clone(), text(change))));
        row
    }

    /// What `repr()` of the value tells apart: the type and the text, and every random state from every other.
    fn repr(&self, field: &str) -> Option<String> {
        let change = self.fields.get(field)?;
        let (kind, text) = change.value.as_ref()?;
        Some(if *kind == 133 { format!("random {}", change.id) } else { format!("{kind} {text}") })
    }
}

pub fn latest(changes: &[Shown], gvars: &[String]) -> Vec<Cells> {
    let mut storages: Vec<(String, Vec<Shown>)> = Vec::new();
    for change in changes {
        match storages.iter_mut().find(|(name, _)| *name == change.storage) {
            Some((_, all)) => all.push(change.clone()),
            None => storages.push((change.storage.clone(), vec![change.clone()])),
        }
    }
    let mut rows = Vec::new();
    for (_, mut changes) in storages {
        changes.sort_by_key(|c| c.seq);
        let mut state = State { last: changes[0].clone(), fields: BTreeMap::new() };
        let mut recorded: Vec<((bool, String), State)> = Vec::new();
        let mut complete_apps = Vec::new();
        for change in changes {
            state.last = change.clone();
            match change.value {
                Some(_) => drop(state.fields.insert(change.field.clone(), change)),
                None => drop(state.fields.remove(&change.field)),
            }
            if gvars.is_empty() {
                continue;
            }
            let by_app = gvars.iter().any(|g| g == "app");
            let app = state.repr("app").filter(|repr| !repr.ends_with(" null"));
            if by_app && app.is_none() {
                continue;
            }
            let combination: Option<Vec<String>> = gvars.iter().map(|g| state.repr(g)).collect();
            let key = match combination {
                Some(parts) => {
                    complete_apps.extend(app);
                    (true, format!("{parts:?}"))
                }
                None if by_app => (false, app.unwrap()),
                None => continue,
            };
            match recorded.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = state.clone(),
                None => recorded.push((key, state.clone())),
            }
        }
        if recorded.is_empty() {
            rows.push(state.row());
        }
        let is_output = |(complete, app): &(bool, String)| *complete || !complete_apps.contains(app);
        rows.extend(recorded.iter().filter(|(key, _)| is_output(key)).map(|(_, state)| state.row()));
    }
    rows
}

/// For each player in the list, every page number with its name and times.
pub fn page_times(kinds: &[(String, Vec<Shown>)], session: &str) -> Vec<Cells> {
    let of = |storage: String, field: &str| -> Vec<Shown> {
        let all = kinds.iter().flat_map(|(_, changes)| changes);
        all.filter(|c| c.storage == storage && c.field == field).cloned().collect()
    };
    let json = |change: &Shown| change.value.as_ref().map(|(_, text)| serde_json::from_str(text).unwrap());
    let list = of(format!("session/{session}"), "_uproot_players").last().and_then(json).unwrap_or(Value::Null);
    let mut rows = Vec::new();
    for player in list.as_array().into_iter().flatten() {
        let uname = player.get("uname").unwrap_or_else(|| &player[1]).as_str().unwrap();
        let orders = of(format!("player/{session}/{uname}"), "page_order");
        let is_number = |c: &Shown| c.value.as_ref().is_some_and(|(kind, _)| [0, 5].contains(kind));
        let visits: Vec<Shown> =
            of(format!("player/{session}/{uname}"), "show_page").into_iter().filter(is_number).collect();
        let mut order = Value::Null;
        for (i, visit) in visits.iter().enumerate() {
            let (mut low, mut high) = (0, orders.len());
            while low < high {
                let middle = (low + high) / 2;
                if visit.time < orders[middle].time { high = middle } else { low = middle + 1 }
            }
            if low > 0 {
                let in_force = &orders[low - 1];
                let is_list = in_force.value.as_ref().is_some_and(|(kind, _)| *kind == 128);
                order = if is_list { json(in_force).unwrap() } else { Value::Null };
            }
            let text = visit.value.clone().unwrap().1;
            let page: i64 = text.parse().unwrap_or(i64::from(text == "true"));
            let name = match order.as_array() {
                None => Value::Null,
                Some(pages) if page == pages.len() as i64 => Value::from("(End)"),
                Some(_) if page == -1 => Value::from("(Initialize)"),
                Some(pages) => {
                    let index = if page < 0 { page + pages.len() as i64 } else { page };
                    usize::try_from(index).ok().and_then(|i| pages.get(i).cloned()).unwrap_or(Value::Null)
                }
            };
            let left = visits.get(i + 1).map_or("null".to_owned(), |next| format!("{:?}", next.time));
            let cells = [
                ("context", Value::from(visit.context.as_str()).to_string()),
                ("entered", format!("{:?}", visit.time)),
                ("left", left),
                ("page_name", name.to_string()),
                ("show_page", text),
                ("sname", Value::from(session).to_string()),
                ("uname", Value::from(uname).to_string()),
            ];
            rows.push(cells.map(|(name, text)| (name.to_owned(), text)).to_vec());
        }
    }
    rows
}

fn column_key(name: &str) -> (usize, &str) {
    let group = if name.starts_with('!') {
        0
    } else if ["packages", "page_order"].contains(&name) {
        2
    } else {
        1
    };
    (group, name)
}

pub fn csv(rows: &[Cells]) -> String {
    let mut columns: Vec<&str> = rows.iter().flatten().map(|(name, _)| name.as_str()).collect();
    columns.sort_by_key(|name| column_key(name));
    columns.dedup();
    let quoted = |text: &str| match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let cell = |json: &str| match serde_json::from_str(json).unwrap() {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string().to_uppercase(),
        Value::String(text) => quoted(&text),
        _ => quoted(json),
    };
    let mut out = columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",") + "\r\n";
    for row in rows {
        let of = |column: &&str| row.iter().find(|(name, _)| name == column).map_or(String::new(), |(_, t)| cell(t));
        out += &(columns.iter().map(of).collect::<Vec<_>>().join(",") + "\r\n");
    }
    out
}

pub fn jsonl(rows: &[Cells]) -> String {
    let mut out = String::new();
    for row in rows {
        let mut row = row.clone();
        row.sort_by(|a, b| column_key(&a.0).cmp(&column_key(&b.0)));
        let members: Vec<String> =
            row.iter().map(|(name, text)| format!("{}:{text}", Value::from(name.as_str()))).collect();
        out += &format!("{{{}}}\n", members.join(","));
    }
    out
}
