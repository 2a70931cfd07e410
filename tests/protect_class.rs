//! Classes of fields: names by `cases/protect/class.tsv`, values by the rows below.

use windrow::protect::class::{Action, Class, DecidedBy, Stats, System, classify};

/// A column of many different longer texts, of which nothing but the name can tell more.
fn prose() -> Stats {
    Stats {
        values: 100,
        texts: 100,
        distinct: 100,
        once: 100,
        longest: 80,
        participants: 100,
        own_value: 100,
        ..Stats::default()
    }
}

#[test]
fn paths() {
    let mut rows = 0;
    for line in include_str!("cases/protect/class.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [system, path, class, by] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let system = if system == "uproot" { System::Uproot } else { System::Psynet };
        let found = classify(system, path, &prose());
        assert_eq!(found.class.as_str(), class, "{path}: {}", found.reason);
        assert_eq!(format!("{:?}", found.decided_by).to_lowercase(), by, "{path}");
        assert!(found.reason.ends_with('.'), "{path}");
        rows += 1;
    }
    assert!(rows > 50);
}

fn of(stats: Stats) -> (Class, DecidedBy) {
    let found = classify(System::Uproot, "player.app.x", &stats);
    (found.class, found.decided_by)
}

#[test]
fn values() {
    let numbers = Stats { values: 100, distinct: 90, once: 80, participants: 100, own_value: 100, ..Stats::default() };
    assert_eq!(of(numbers.clone()), (Class::Experiment, DecidedBy::Values));
    assert_eq!(of(Stats { long_numbers: 95, ..numbers.clone() }), (Class::PersonId, DecidedBy::Values));
    assert_eq!(
        of(Stats { long_numbers: 95, own_value: 89, ..numbers.clone() }),
        (Class::Experiment, DecidedBy::Values)
    );
    assert_eq!(of(Stats { times: 90, ..numbers.clone() }), (Class::Time, DecidedBy::Values));
    assert_eq!(of(Stats { times: 89, ..numbers }), (Class::Experiment, DecidedBy::Values));
    assert_eq!(of(prose()), (Class::FreeText, DecidedBy::Nobody));
    assert_eq!(of(Stats { uuids: 60, ..prose() }), (Class::InternalId, DecidedBy::Values));
    assert_eq!(of(Stats { binaries: 5, ..prose() }), (Class::Binary, DecidedBy::Values));
    assert_eq!(of(Stats { detected: 5, ..prose() }), (Class::FreeText, DecidedBy::Values));
    assert_eq!(of(Stats { detected: 5, longest: 30, ..prose() }), (Class::Contact, DecidedBy::Values));
    assert_eq!(of(Stats { detected: 4, ..prose() }), (Class::FreeText, DecidedBy::Nobody));
    assert_eq!(of(Stats::default()), (Class::Experiment, DecidedBy::Values));
}

/// Each bound of "categories" by itself.
#[test]
fn categories() {
    let few =
        Stats { values: 100, texts: 100, distinct: 20, once: 2, longest: 40, participants: 40, ..Stats::default() };
    assert_eq!(of(few.clone()), (Class::Experiment, DecidedBy::Values));
    for more in [
        Stats { distinct: 21, participants: 60, ..few.clone() },
        Stats { longest: 41, ..few.clone() },
        Stats { participants: 39, ..few.clone() },
        Stats { once: 3, ..few.clone() },
        Stats { detected: 1, ..few },
    ] {
        assert_eq!(of(more.clone()).0, Class::FreeText, "{more:?}");
    }
}

#[test]
fn levels() {
    assert_eq!(Class::FreeText.share_safe(), Action::Withhold);
    assert_eq!(Class::FreeText.pseudonymize_only(), Action::Keep);
    for class in [Class::Secret, Class::Contact, Class::Binary] {
        assert_eq!((class.share_safe(), class.pseudonymize_only()), (Action::Remove, Action::Remove));
    }
    let numbers = Stats { values: 9, participants: 9, ..Stats::default() };
    assert_eq!(classify(System::Uproot, "player.app.reason", &numbers).class, Class::Experiment);
    assert_eq!(classify(System::Uproot, "player.app._uproot_watch", &numbers).action, Some(Action::Remove));
}
