//! Looking and preparing go on by small steps, however much there is: who waits can be answered in between.

mod common;

use common::dump::{Row, dump};
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::preset::{Level, Preset, Texts};
use windrow::protect::{Given, Protected, Step, Work, look, prepare};
use windrow::recipe::Recipe;
use windrow::study::Study;

/// Players of whom each wrote texts that nobody else wrote, has an id, and describes themselves.
fn players(count: usize) -> Study {
    let mut rows = Vec::new();
    for player in 0..count {
        let storage = format!("player/long/p{player:05}");
        let mut put = |field: &str, kind, payload: &str| {
            rows.push(Row::new(rows.len() as u64 + 1, &storage, field, kind, payload));
        };
        put("started", 5, "true");
        put("age", 0, &(18 + player % 60).to_string());
        put("income", 0, &(1000 + player).to_string());
        put("prolific_id", 2, &format!("\"{:024x}\"", 0x5f00_0000_0000_0000_u64 + player as u64 * 7919));
        for text in 0..4 {
            put(
                "remarks",
                2,
                &format!("\"What number {player} wrote for the {text}th time, {}\"", "and so on, ".repeat(20)),
            );
        }
        (0..10).for_each(|round| put("offer", 0, &(player * round % 101).to_string()));
    }
    rows.iter_mut().for_each(|row| row.time = 1_760_000_000.0 + row.seq.unwrap() as f64);
    common::open(&[("uproot.msgpack".to_owned(), dump(&rows))], 1 << 16).unwrap()
}

fn recipe(level: Level) -> Recipe {
    let preset = Preset { texts: Texts::Review, ..Preset::of(level) };
    Recipe { protect: Some(preset), ..Recipe::default() }
}

fn preparing(study: &Study, level: Level) -> Box<dyn Work<Protected>> {
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    prepare(study, &recipe(level), &given, Limits::default()).unwrap()
}

/// Does some work in steps and counts them.
fn steps<T>(mut work: Box<dyn Work<T>>) -> (usize, T) {
    let mut steps = 0;
    while work.step().unwrap() == Step::More {
        steps += 1;
    }
    assert_eq!(work.step().unwrap(), Step::Last, "nothing more is done");
    (steps, work.finish().unwrap())
}

/// The texts of a thousand players are a megabyte, which each stage goes over again, some of them slowly: so many steps
/// more they take at least. A stage that did all at once would take one.
#[test]
fn the_more_there_is_the_more_steps_are_taken() {
    let [one, two] = [1000, 2000].map(players);
    let of = |study: &Study| {
        let (looked, overview) = steps(look(study, &recipe(Level::Share)).unwrap());
        assert!(overview.texts.len() >= 1000 && overview.risk.is_some());
        [looked, steps(preparing(study, Level::Share)).0, steps(preparing(study, Level::Pseudonymize)).0]
    };
    let more = |(one, two): (usize, usize)| two - one;
    let more: Vec<usize> = of(&one).into_iter().zip(of(&two)).map(more).collect();
    assert!(more.iter().zip([17, 24, 26]).all(|(more, least)| *more >= least), "{more:?}");
}

#[test]
fn all_at_once_and_step_by_step_give_the_same_bytes() {
    let study = players(300);
    for level in [Level::Share, Level::Pseudonymize] {
        let zip = |protected: &Protected| common::export(&protected.study, &protected.recipe).unwrap();
        assert!(zip(&steps(preparing(&study, level)).1) == zip(&preparing(&study, level).finish().unwrap()));
    }
}
