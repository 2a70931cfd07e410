//! Times without a calendar: rounding, shifting, reading and writing dates, and the study's window.

use windrow::protect::time::{
    Iso, Mode, Rounding, Time, Window, date, from_seconds, pickle, pickled, random_weeks, start,
};

const T: f64 = 1_772_619_075.778; // 2026-03-04 10:11:15.778 UTC

#[test]
fn relative_times_are_rounded_down_and_never_negative() {
    let at = |seconds: f64| from_seconds(seconds).unwrap();
    let since = |rounding, later: f64| Mode::Relative(rounding).apply(at(T + later), Some(at(T)));
    assert_eq!(since(Rounding::Second, 1.999), Time::Since(1_000_000));
    assert_eq!(since(Rounding::Second, -5.0), Time::Since(0));
    assert_eq!(since(Rounding::Tenth, 1.999), Time::Since(1_900_000));
    assert_eq!(since(Rounding::Minute, 119.9), Time::Since(60_000_000));
    // 0.729 s as a difference of floats is a little less; whole microseconds do not lose the millisecond.
    assert_eq!(since(Rounding::Millisecond, 0.729), Time::Since(729_000));
    assert_eq!(Mode::Relative(Rounding::Second).apply(at(T), None), Time::Nothing);
}

#[test]
fn shifts_keep_weekday_and_time_of_day() {
    for random in [0, 1, 468, 469, u64::MAX] {
        let weeks = random_weeks(random);
        assert!((-520..=-52).contains(&weeks), "{weeks}");
        let Time::At(moved) = (Mode::Shift { weeks }).apply(from_seconds(T).unwrap(), None) else { panic!() };
        assert_eq!((from_seconds(T).unwrap() - moved) % (7 * 86_400 * 1_000_000), 0);
    }
    assert_eq!(Mode::Day.apply(from_seconds(T).unwrap(), None), Time::Day(1_772_582_400_000_000));
    assert_eq!(date(1_772_582_400_000_000), "2026-03-04");
    assert_eq!(date(-1), "1969-12-31");
}

#[test]
fn a_start_is_the_first_event_after_starting() {
    assert_eq!(start([5, 3, 9], Some(4)), Some(5));
    assert_eq!(start([5, 3, 9], None), Some(3));
    assert_eq!(start([5], Some(6)), None);
}

#[test]
fn iso_texts_come_back_in_their_own_form() {
    for (text, seconds) in [
        ("2026-03-04", 1_772_582_400.0),
        ("2026-03-04T10:30", 1_772_620_200.0),
        ("2026-03-04 09:01:30.000000+00", 1_772_614_890.0),
        ("2026-03-04T10:30:05+01:00", 1_772_616_605.0),
        ("2026-03-04T10:30:05-0330", 1_772_632_805.0),
        ("2026-03-04T09:01:01.000000Z", 1_772_614_861.0),
        ("2026-03-04T09:01:01.123456789", 1_772_614_861.123456),
        ("1969-12-31T23:59:59.5Z", -0.5),
    ] {
        let iso = Iso::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(Some(iso.at), from_seconds(seconds), "{text}");
        assert_eq!(iso.write(iso.at), text.replace("456789", "456000"));
    }
    for bad in [
        "",
        "2026",
        "2026-13-01",
        "2026-02-30",
        "2026-03-04T",
        "2026-03-04T25:00",
        "2026-03-04 x",
        "2026-3-4",
        "2026-03-04T10:30:05+01:",
    ] {
        assert_eq!(Iso::parse(bad), None, "{bad}");
    }
}

#[test]
fn pickled_times_are_read_and_written() {
    // jsonpickle of datetime(2026, 3, 4, 9, 1, 5, 257) and of date(2026, 3, 4).
    let at = pickled("B+oDBAkBBQABAQ==").unwrap();
    assert_eq!(Iso::parse("2026-03-04T09:01:05.000257").unwrap().at, at);
    assert_eq!(pickle(at, true), "B+oDBAkBBQABAQ==");
    assert_eq!(pickled("B+oDBA==").map(date).as_deref(), Some("2026-03-04"));
    assert_eq!(pickle(at, false), "B+oDBA==");
    for other in ["", "B+oDBA=", "B+oDBAkB", "hello===", "////////////////"] {
        assert_eq!(pickled(other), None, "{other}");
    }
}

#[test]
fn the_window_finds_its_days_in_every_form() {
    let window = Window { from: 1_772_496_000, to: 1_772_841_600 }; // 2026-03-03 to 2026-03-07
    for inside in [
        "1772619075",
        "1772619075.778",
        "x 1772619075778 y",
        "[1772619075778000]",
        "1772619075778000123",
        "2026-03-04",
        "a2026-03-04b",
        "started=2026-03-04T10:11:12Z",
        "20260304T101112",
        "04.03.2026",
        "03/04/2026",
        "4/3/2026",
        "2026/03/04",
        "[\"B+oDBAkBBQABAQ==\"]",
        "B+oDBA==",
        "2026-03-0412",
    ] {
        assert!(window.contains(inside), "{inside}");
    }
    for outside in [
        "",
        "1672619075",
        "17726190",
        "177261907577",
        "2025-03-04",
        "2026-04-04",
        "12.5",
        "0.1772619075",
        "04.03.2027",
        "version 2026",
        "B+oDCQ==",
        "1772619075_x",
        "20270304",
        "99999999999999999999999999999999",
        "2026-03",
        "2026-",
    ] {
        assert!(!window.contains(outside), "{outside}");
    }
    assert!(window.holds_most([T; 9].into_iter().chain([1.0])));
    assert!(!window.holds_most([T; 8].into_iter().chain([1.0, 2.0])));
    assert!(!window.holds_most([]));
}
