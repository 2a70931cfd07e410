//! Random logs in which everything that the description of the exports mentions meets.

use crate::common::dump::Row;
use crate::common::random::Random;

/// Values as uproot stores them, in the spelling that it exports.
const VALUES: [(u8, &str); 24] = [
    (0, "0"),
    (0, "1"),
    (0, "2"),
    (1, "1.0"),
    (1, "1e+16"),
    (2, "\"1\""),
    (2, "\"\""),
    (2, "\"a,b\""),
    (2, "\"line\\nbreak \\\"q\\\" ü\u{2028}\""),
    (2, "\"TRUE\""),
    (3, "[1]"),
    (4, "\"AQI=\""),
    (5, "true"),
    (5, "false"),
    (6, "[1.0,-2.5]"),
    (7, "null"),
    (8, "\"1\""),
    (9, "[\"b\",1]"),
    (12, "\"2026-01-02T03:04:05\""),
    (64, "[\"s1\",\"u1\"]"),
    (128, "[1]"),
    (128, "[]"),
    (129, "{\"a\":[1,{\"b\":null}],\"c\":\"x\"}"),
    (133, "[3,[1,2,3],null]"),
];

pub const FIELDS: [&str; 17] = [
    "app",
    "round",
    "x",
    "\"x\"",
    "group",
    "session",
    "players",
    "größe",
    "payoff",
    "show_page",
    "page_order",
    "packages",
    "_uproot_dropout",
    "_uproot_part",
    "_uproot_group",
    "_uproot_session",
    "_uproot_key",
];

fn random_value(random: &mut Random, namespace: &str, field: &str, session: &str) -> (u8, String) {
    let fixed = |kind: u8, text: &str| (kind, text.to_owned());
    let some = |random: &mut Random, texts: &[&str]| {
        texts.iter().filter(|_| random.once_in(2)).map(|t| t.to_string()).collect::<Vec<_>>().join(",")
    };
    match field {
        "app" => match random.below(8) {
            0 => fixed(7, "null"),
            1 => fixed(0, "1"),
            n => fixed(2, ["\"a\"", "\"b\"", "\"c\""][n % 3]),
        },
        "_uproot_group" if random.once_in(4) => fixed(7, "null"),
        "_uproot_group" => (66, format!("[\"{session}\",\"g{}\"]", random.below(2))),
        "_uproot_session" => (65, format!("\"{session}\"")),
        "_uproot_groups" => (128, format!("[{}]", some(random, &["\"g0\"", "\"g1\""]))),
        "_uproot_players" if random.once_in(3) => {
            let pair = |u: &str| format!("[\"{session}\",\"{u}\"]");
            (128, format!("[{}]", some(random, &[&pair("u0"), &pair("u1")])))
        }
        "_uproot_players" => {
            let member = |u: &str| format!("{{\"sname\":\"{session}\",\"uname\":\"{u}\"}}");
            let members = some(random, &[&member("u1"), &member("u0"), &member("u0")]);
            // A bunch is never empty.
            if members.is_empty() { fixed(128, "[]") } else { (132, format!("[{members}]")) }
        }
        "page_order" if random.once_in(6) => fixed(3, "[\"A\"]"),
        "page_order" => (128, ["[]", "[\"A\"]", "[\"A\",\"B\"]", "[\"A\",3,\"C\"]"][random.below(4)].to_owned()),
        "show_page" if random.once_in(8) => fixed(5, "true"),
        "show_page" if random.once_in(8) => fixed(2, "\"1\""),
        "show_page" => (0, (random.below(7) as i64 - 3).to_string()),
        _ if namespace.starts_with("model/") && random.once_in(2) => {
            (3, format!("[\"id\",{{\"n\":{}}}]", random.below(3)))
        }
        _ => {
            let (kind, text) = random.pick(&VALUES);
            (*kind, (*text).to_owned())
        }
    }
}

/// A log with everything that the description mentions, small enough that things meet.
pub fn random_log(random: &mut Random) -> Vec<Row> {
    let many = 5 + random.below(90);
    let (fields, storages) = (2 + random.below(FIELDS.len() - 1), 1 + random.below(5));
    let first = random.below(FIELDS.len());
    let mut seq = 0;
    let mut time = 1_760_000_000.0;
    let mut rows = Vec::new();
    for _ in 0..many {
        let session = *random.pick(&["s1", "s1", "s2"]);
        let n = random.below(storages);
        let namespace = match random.below(12) {
            0 | 1 => format!("session/{session}"),
            2 => format!("group/{session}/g{}", n % 2),
            3 => format!("model/{session}/m{}", n % 2),
            4 if random.once_in(3) => format!("player/{session}/u{n}/inner"),
            5 if random.once_in(3) => "admin".to_owned(),
            6 if random.once_in(6) => format!("other/{session}"),
            _ => format!("player/{session}/u{n}"),
        };
        let is_list = (namespace.starts_with("session/") || namespace.starts_with("group/")) && random.once_in(2);
        let field = match is_list {
            true if namespace.starts_with("session/") && random.once_in(3) => "_uproot_groups",
            true => "_uproot_players",
            false => FIELDS[(first + random.below(fields)) % FIELDS.len()],
        };
        let (kind, text) = random_value(random, &namespace, field, session);
        seq += 1 + if random.once_in(4) { random.below(300) as u64 } else { 0 };
        time += [0.25, 0.5, 3.0, -2.0][random.below(4)];
        let mut row = Row::new(seq, &namespace, field, kind, &text);
        row.time = time;
        row.context = ["m.f:1", "m.g:22", ""][random.below(3)].to_owned();
        // The exporter cannot go over a deleted list; what we make of it has tests of its own.
        if !field.starts_with("_uproot_players") && field != "_uproot_groups" && random.once_in(6) {
            row.value = None;
        }
        rows.push(row);
    }
    if random.once_in(3) {
        for _ in 0..rows.len() / 2 {
            let (a, b) = (random.below(rows.len()), random.below(rows.len()));
            rows.swap(a, b);
        }
    }
    // Page times need the list.
    for session in ["s1", "s2"] {
        let namespace = format!("session/{session}");
        seq += 1;
        rows.push(Row::new(
            seq,
            &namespace,
            "_uproot_players",
            132,
            &format!("[{{\"sname\":\"{session}\",\"uname\":\"u0\"}}]"),
        ));
    }
    rows
}
