//! Looking into a log against slow, obvious re-implementations on random logs, and rules with expected results.

mod common;

use common::dump::{Row, dump};
use common::random::Random;
use common::{log, open};
use std::collections::BTreeMap;
use std::sync::Arc;
use windrow::browse::changes::{Filter, Search};
use windrow::browse::sheet::{By, Mark, Only, Selection, Sheet};
use windrow::browse::standing::State;
use windrow::browse::stays::{Selection as Lanes, Stays};
use windrow::browse::{Answer, Browser, Look, Of};
use windrow::log::Log;

fn opened(rows: &[Row]) -> Arc<Log> {
    let files = [("dump".to_owned(), dump(rows))];
    log(&open(&files, 1 << 20).expect("a dump that opens")).clone()
}

/// A log of two sessions with few names, so that everything collides.
fn random_rows(random: &mut Random) -> Vec<Row> {
    let storages = ["session/s", "player/s/ada", "player/s/ben", "player/s/cem", "group/s/g", "player/t/ada"];
    let fields = ["app", "round", "answer", "Answer2", "_uproot_part", "_uproot_key"];
    let values = [(2, r#""chat""#), (2, r#""a \"Quote\"""#), (0, "3"), (1, "1.5"), (7, "null"), (128, r#"["x",1]"#)];
    let mut seq = 0;
    (0..random.below(80) + 1)
        .map(|_| {
            seq += random.below(3) as u64 + 1;
            let (kind, payload) = *random.pick(&values);
            let mut row = Row::new(seq, storages[random.below(6)], fields[random.below(6)], kind, payload);
            row.context = (*random.pick(&["m.f:1", "m.g:20"])).to_owned();
            if random.once_in(5) {
                row.value = None;
            }
            row
        })
        .collect()
}

/// A value as a person reads it.
fn read(row: &Row) -> Option<String> {
    let value = row.value.as_ref()?;
    let text = String::from_utf8(value[1..].to_vec()).unwrap();
    Some(serde_json::from_str::<String>(&text).unwrap_or(text))
}

/// What a storage's field held when a change was made.
fn held<'r>(rows: &'r [Row], of: &Row, field: &str) -> Option<&'r Row> {
    let mut earlier =
        rows.iter().filter(|row| row.seq <= of.seq && row.namespace == of.namespace && row.field == field);
    earlier.next_back().filter(|row| row.value.is_some())
}

fn fits(rows: &[Row], row: &Row, filter: &Filter) -> bool {
    let parts: Vec<&str> = row.namespace.split('/').collect();
    let lower = |text: &str| text.to_lowercase();
    let holds =
        |text: Option<String>, part: &str| part.is_empty() || text.is_some_and(|t| lower(&t).contains(&lower(part)));
    let exact = rows.iter().any(|row| row.field == filter.field);
    let in_state = |field: &str, wanted: &str| {
        wanted.is_empty() || held(rows, row, field).and_then(read).as_deref() == Some(wanted)
    };
    row.field != "_uproot_key"
        && (filter.internal || !row.field.starts_with("_uproot_"))
        && (filter.session.is_empty() || parts[1] == filter.session)
        && (filter.kind.is_empty() || parts[0] == filter.kind)
        && (filter.storage.is_empty() || row.namespace == filter.storage)
        && (if exact { row.field == filter.field } else { holds(Some(row.field.clone()), &filter.field) })
        && holds(read(row), &filter.value)
        && holds(Some(row.context.clone()), &filter.context)
        && in_state("app", &filter.app)
        && in_state("round", &filter.round)
        && (!filter.deletions || row.value.is_none())
}

#[test]
fn searches_find_what_a_look_at_every_row_finds() {
    let mut found_any = 0;
    for seed in 0..1500 {
        let random = &mut Random::new(seed);
        let rows = random_rows(random);
        let log = opened(&rows);
        let mut maybe = |options: &[&str]| {
            if !random.once_in(4) { String::new() } else { options[random.below(options.len())].to_owned() }
        };
        let filter = Filter {
            session: maybe(&["s", "t", "nobody"]),
            kind: maybe(&["player", "group"]),
            storage: maybe(&["player/s/ada", "player/s/zoe"]),
            field: maybe(&["answer", "ANS", "app", "_uproot", "zzz"]),
            value: maybe(&["quote", "3", "x", "null"]),
            context: maybe(&["M.G", ":1"]),
            app: maybe(&["chat"]),
            round: maybe(&["3"]),
            deletions: seed % 11 == 0,
            internal: seed % 2 == 0,
        };
        let mut search = Search::new(&log, &filter);
        while search.step(1 + seed % 9) {
            assert!((0.0..=1.0).contains(&search.progress()));
        }
        let found = search.finish();
        let expected: Vec<&Row> = rows.iter().filter(|row| fits(&rows, row, &filter)).collect();
        let shown = found.shown(&log, 0, 1000);
        let seqs: Vec<u64> = shown.iter().map(|change| change.seq).collect();
        assert_eq!(seqs, expected.iter().map(|row| row.seq.unwrap()).collect::<Vec<_>>(), "seed {seed}: {filter:?}");
        for (place, (change, row)) in shown.iter().zip(&expected).enumerate() {
            assert_eq!((&change.storage, &change.field, &change.context), (&row.namespace, &row.field, &row.context));
            assert_eq!(change.value, read(row), "seed {seed}");
            assert_eq!(change.app, held(&rows, row, "app").and_then(read), "seed {seed}");
            assert_eq!(change.round, held(&rows, row, "round").and_then(read), "seed {seed}");
            assert_eq!(found.place(&log, change.seq), place as u64);
        }
        let middle = found.len() / 2;
        assert_eq!(
            found.shown(&log, middle, 2),
            shown.iter().skip(middle as usize).take(2).cloned().collect::<Vec<_>>()
        );
        found_any += found.len();
    }
    assert!(found_any > 1_000, "the filters let something pass");
}

#[test]
fn sheets_show_the_last_value_of_every_field() {
    for seed in 0..500 {
        let rows = random_rows(&mut Random::new(seed));
        let log = opened(&rows);
        for session in &log.sessions {
            let sheet = Sheet::new(&log, session, "player", seed % 2 == 0);
            let mut last: BTreeMap<(&str, &str), &Row> = BTreeMap::new();
            let own = |row: &&Row| row.namespace.starts_with(&format!("player/{}/", session.name));
            for row in rows.iter().filter(own) {
                last.insert((&row.namespace, &row.field), row);
            }
            let hidden = |field: &str| field == "_uproot_key" || seed % 2 == 1 && field.starts_with("_uproot_");
            let mut fields: Vec<&str> = last.keys().map(|(_, field)| *field).filter(|field| !hidden(field)).collect();
            fields.sort_unstable();
            fields.dedup();
            assert_eq!(sheet.columns.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), fields, "seed {seed}");
            let all = sheet.select(&log, &Selection::default());
            let columns: Vec<u32> = (0..fields.len() as u32).collect();
            for row in sheet.shown(&log, &all, &columns) {
                for (field, cell) in fields.iter().zip(&row.cells) {
                    assert_eq!(*cell, last.get(&(&row.storage, field)).and_then(|row| read(row)), "seed {seed}");
                }
            }
            for (field, column) in fields.iter().zip(&sheet.columns) {
                let values: Vec<_> = last.iter().filter(|((_, f), row)| f == field && row.value.is_some()).collect();
                let mut counts: BTreeMap<&Vec<u8>, u64> = BTreeMap::new();
                values.iter().for_each(|(_, row)| *counts.entry(row.value.as_ref().unwrap()).or_default() += 1);
                assert_eq!(column.present, values.len() as u64);
                assert_eq!(column.missing, all.len() as u64 - column.present);
                assert_eq!(column.distinct, counts.len() as u64);
                assert_eq!(column.agree, counts.values().copied().max().unwrap_or_default());
            }
        }
    }
}

/// Ten players, nine of which say the same.
fn ten() -> Vec<Row> {
    let mut rows = Vec::new();
    let players: Vec<String> = (0..10).map(|i| format!(r#"["s","p{i}"]"#)).collect();
    rows.push(Row::new(1, "session/s", "_uproot_players", 128, &format!("[{}]", players.join(","))));
    for i in 0..10u64 {
        let storage = format!("player/s/p{i}");
        let mut row = |seq: u64, field: &str, kind: u8, payload: &str, time: f64| {
            rows.push(Row {
                time,
                ..Row::new(100 + i * 20 + seq * 2 + u64::from(payload == "-1"), &storage, field, kind, payload)
            });
        };
        row(0, "page_order", 128, r#"["Intro","Task"]"#, -6000.0);
        row(0, "show_page", 0, "-1", -5000.0);
        row(1, "show_page", 0, "0", 10.0);
        row(2, "show_page", 0, "1", if i == 3 { 5.0 } else { 20.0 + i as f64 });
        row(3, "payoff", 1, if i == 9 { "900.5" } else { ["1.5", "2.5", "3.5"][i as usize % 3] }, 25.0);
        row(4, "group_name", 2, if i == 4 { r#""other""# } else { r#""same""# }, 26.0);
        if i != 5 {
            row(5, "consent", 5, "true", 27.0);
        }
        if i != 6 {
            row(6, "show_page", 0, "2", if i == 7 { 900.0 } else { 40.0 });
        }
    }
    rows.push(Row { value: None, ..Row::new(1000, "player/s/p8", "consent", 5, "true") });
    rows
}

#[test]
fn what_differs_from_the_others_is_marked() {
    let log = opened(&ten());
    let sheet = Sheet::new(&log, &log.sessions[0], "player", false);
    let all = sheet.select(&log, &Selection::default());
    let columns: Vec<u32> = (0..sheet.columns.len() as u32).collect();
    let mut marks = Vec::new();
    for row in sheet.shown(&log, &all, &columns) {
        marks.extend(
            row.marks.iter().map(|(c, mark)| (row.name.clone(), sheet.columns[*c as usize].field.clone(), *mark)),
        );
    }
    let expected = [
        ("p4", "group_name", Mark::Differs),
        ("p5", "consent", Mark::Missing),
        ("p6", "show_page", Mark::Differs),
        ("p8", "consent", Mark::Deleted),
        ("p9", "payoff", Mark::Far),
    ];
    assert_eq!(marks, expected.map(|(name, field, mark)| (name.to_owned(), field.to_owned(), mark)));
    let counted = |field: &str| marks.iter().filter(|(_, marked, _)| marked == field).count() as u64;
    assert!(sheet.columns.iter().all(|column| column.marked == counted(&column.field)));
    let marked = Selection { only: Only::Marked, ..Selection::default() };
    assert_eq!(sheet.select(&log, &marked), [4, 5, 6, 8, 9]);
    let unfinished = Selection { only: Only::Unfinished, ..Selection::default() };
    let left = sheet.shown(&log, &sheet.select(&log, &unfinished), &[]);
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].standing.state, left[0].standing.page.as_deref(), left[0].standing.at),
        (State::Under, Some("Task"), Some((2, 2)))
    );
    let find = Selection { find: "OTHER".to_owned(), ..Selection::default() };
    assert_eq!(sheet.select(&log, &find), [4]);
}

#[test]
fn rows_are_sorted_by_values_and_by_how_far_players_came() {
    let mut rows = ten();
    let mut add = |seq: u64, player: u64, field: &str, kind: u8, payload: &str, time: f64| {
        rows.push(Row { time, ..Row::new(seq, &format!("player/s/p{player}"), field, kind, payload) });
    };
    add(2000, 1, "show_page", 0, "-1", 950.0);
    add(2001, 2, "show_page", 0, "0", 20.0);
    add(2002, 2, "_uproot_dropout", 5, "true", 30.0);
    add(2003, 4, "show_page", 0, "0", 41.0);
    add(2004, 9, "page_order", 2, r#""odd""#, 42.0);
    let log = opened(&rows);
    let sheet = Sheet::new(&log, &log.sessions[0], "player", false);
    let sorted = |by, down| sheet.select(&log, &Selection { by: Some(by), down, ..Selection::default() });
    let payoff = || By::Field("payoff".to_owned());
    assert_eq!(sorted(payoff(), true)[0], 9);
    assert_eq!(sorted(payoff(), false), [0, 3, 6, 1, 4, 7, 2, 5, 8, 9]);
    assert_eq!(sorted(By::Field("nowhere".to_owned()), true), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Not begun, dropped out, first page, second page, finished; last of all who has no order of pages.
    assert_eq!(sorted(By::Progress, false), [1, 2, 4, 6, 0, 3, 5, 7, 8, 9]);
    assert_eq!(sorted(By::Progress, true), [0, 3, 5, 7, 8, 6, 4, 2, 1, 9]);
    assert_eq!(sorted(By::Last, true)[..3], [8, 1, 7]);
    assert_eq!(sorted(By::Last, false)[..2], [6, 0]);
    assert_eq!(sorted(By::Changes, true), [2, 1, 4, 8, 9, 0, 3, 7, 5, 6]);
    assert_eq!(sorted(By::Changes, false), [5, 6, 0, 3, 7, 1, 4, 8, 9, 2]);
}

#[test]
fn rows_are_sorted_by_name_in_the_order_of_code_points() {
    let names = ["p10", "p2", "é", "P3", "p", "a/b", "\u{ff5e}", "\u{1f600}"];
    let row = |(name, seq): (&&str, u64)| Row::new(seq, &format!("player/s/{name}"), "app", 2, r#""chat""#);
    let rows: Vec<Row> = names.iter().zip(1..).map(row).collect();
    let log = opened(&rows);
    let sheet = Sheet::new(&log, &log.sessions[0], "player", false);
    let sorted = |down| {
        let rows = sheet.select(&log, &Selection { by: Some(By::Name), down, ..Selection::default() });
        sheet.shown(&log, &rows, &[]).into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    let mut expected = ["P3", "a/b", "p", "p10", "p2", "é", "\u{ff5e}", "\u{1f600}"];
    assert_eq!(sorted(false), expected);
    expected.reverse();
    assert_eq!(sorted(true), expected);
}

#[test]
fn suspicious_stays_are_marked() {
    let log = opened(&ten());
    let stays = Stays::of_session(&log, &log.sessions[0], 300.0);
    let marked: Vec<_> = stays.stays.iter().filter(|stay| stay.marks.any()).collect();
    let of = |lane: u32| marked.iter().filter(|stay| stay.lane == lane).map(|s| s.marks).collect::<Vec<_>>();
    assert_eq!(marked.len(), 3);
    assert!(of(3)[0].negative, "entered the second page before the first");
    assert!(of(6)[0].open, "never left the second page");
    assert!(of(7)[0].long && of(7)[0].idle, "stayed for a quarter of an hour where others took seconds");
    let drawn = stays.drawn(&Lanes { marked: true, ..Lanes::default() }, 1, 1);
    assert_eq!((drawn.total, drawn.lanes.len(), drawn.lanes[0].name.as_str()), (3, 1, "p6"));
    assert!(drawn.stays.iter().all(|stay| stay.lane == 0));
}

#[test]
fn pictures_count_every_player() {
    let mut browser = Browser::new(opened(&ten()));
    let session = "s".to_owned();
    let Answer::Pages(pages) = browser.look(Look::Pages { session: session.clone() }) else { panic!() };
    let names: Vec<&str> = pages.pages.iter().map(|page| page.name.as_str()).collect();
    assert_eq!(names, ["Intro", "Task"]);
    assert_eq!(pages.pages.iter().map(|p| (p.stays, p.negative, p.open)).collect::<Vec<_>>(), [(9, 1, 0), (9, 0, 1)]);
    for page in &pages.pages {
        assert_eq!(page.bars.iter().sum::<u64>(), page.stays);
        let quantiles = page.quantiles.unwrap();
        assert!(quantiles.is_sorted());
    }
    let Answer::Progress(progress) = browser.look(Look::Progress { session: session.clone() }) else { panic!() };
    for moment in 0..progress.times.len() {
        let on_pages: u32 = progress.counts.iter().map(|band| band[moment]).sum();
        assert!(u64::from(on_pages + progress.finished[moment] + progress.gone[moment]) <= progress.players);
    }
    let of = Of { session, kind: "player".to_owned(), internal: false };
    let mut spread = |field: &str| match browser.look(Look::Spread { of: of.clone(), field: field.to_owned() }) {
        Answer::Spread(spread) => spread,
        _ => panic!(),
    };
    let payoff = spread("payoff");
    assert_eq!((payoff.present, payoff.bars.iter().map(|bar| bar.count).sum::<u64>()), (10, 10));
    assert_eq!((payoff.quantiles.unwrap()[4], payoff.whole), (900.5, false));
    let page = spread("show_page");
    assert!(page.whole, "pages are whole numbers");
    assert_eq!(page.bars.iter().map(|bar| (bar.range.unwrap().0, bar.count)).collect::<Vec<_>>(), [(1.0, 1), (2.0, 9)]);
    let group = spread("group_name");
    assert_eq!(
        group.bars.iter().map(|bar| (bar.text.as_deref().unwrap(), bar.count)).collect::<Vec<_>>(),
        [("same", 9), ("other", 1)]
    );
    assert_eq!((spread("consent").present, spread("consent").missing), (8, 2));
    assert_eq!(spread("no such field").present, 0);
}

#[test]
fn credentials_are_nowhere() {
    let key = "do-not-show-this";
    let rows = [
        Row::new(1, "session/s", "_uproot_secret", 2, &format!("\"{key}\"")),
        Row::new(2, "player/s/ada", "_uproot_key", 2, &format!("\"{key}\"")),
        Row::new(3, "player/s/ada", "answer", 0, "1"),
    ];
    let mut browser = Browser::new(opened(&rows));
    let filter = Filter { internal: true, ..Filter::default() };
    let mut search = browser.search(&filter);
    while search.step(1) {}
    let (search, total) = browser.keep(search);
    assert_eq!(total, 1);
    for kind in ["player", "session"] {
        let of = Of { session: "s".to_owned(), kind: kind.to_owned(), internal: true };
        for look in [
            Look::Columns { of: of.clone() },
            Look::Rows {
                of: of.clone(),
                selection: Selection::default(),
                columns: (0..9).collect(),
                start: 0,
                count: 9,
            },
            Look::Rows {
                of: of.clone(),
                selection: Selection { find: key.to_owned(), ..Selection::default() },
                columns: (0..9).collect(),
                start: 0,
                count: 9,
            },
            Look::Spread { of: of.clone(), field: "_uproot_key".to_owned() },
            Look::Spread { of, field: "_uproot_secret".to_owned() },
            Look::Found { search, start: 0, count: 9 },
            Look::Facets { session: "s".to_owned() },
        ] {
            let said = serde_json::to_string(&browser.look(look)).unwrap();
            assert!(!said.contains(key) && !said.contains("_uproot_key") && !said.contains("_uproot_secret"), "{said}");
        }
    }
}
