//! What is said and asked: reports, choices beforehand, texts that somebody reads.

use super::*;
use windrow::order::Set;

#[test]
fn reports_say_what_was_done_and_promise_nothing() {
    for level in [Level::Share, Level::Pseudonymize] {
        let files = unzip(&clean(&canary(), level, KEY));
        for name in ["README.txt", "ANONYMIZATION.txt", "anonymization.json"] {
            let text = String::from_utf8_lossy(&files[name]).to_lowercase();
            for never in ["anonymous", "anonymised", "anonymized", "safe to", "compliant", "hipaa", "re-identif"] {
                assert!(!text.contains(never), "{name} says {never}");
            }
            if level == Level::Pseudonymize && name.ends_with(".txt") {
                assert!(text.replace('\n', " ").contains("personal data"), "{name}");
            }
        }
        let report: serde_json::Value = serde_json::from_slice(&files["anonymization.json"]).unwrap();
        assert_eq!(report["participants"], 5);
        assert_eq!(report["tokens"]["person"].as_u64().unwrap(), 7, "five workers and two ids of a panel");
        let paths = report["paths"].as_array().unwrap();
        let of = |path: &str| paths.iter().find(|p| p["path"] == path).unwrap_or_else(|| panic!("{path}"));
        for (path, class) in [
            ("participant.worker_id", "person_id"),
            ("participant.vars.prolific_copy", "person_id"),
            ("response.answer[age]", "quasi"),
            ("response.answer[feedback]", "free_text"),
            ("response.answer[tap_answer]", "experiment"),
            ("response.client_ip_address", "contact"),
            ("asset.url", "binary"),
            ("participant.vars.when", "time"),
        ] {
            assert_eq!(of(path)["class"], class, "{path}");
        }
        if level == Level::Share {
            assert_eq!(report["risk"]["after"]["k"], 5, "all five are starred");
        }
        let sums = String::from_utf8_lossy(&files["SHA256SUMS"]).into_owned();
        assert!(sums.contains("ANONYMIZATION.txt") && sums.contains("anonymization.json"));
    }
}

#[test]
fn what_will_be_done_can_be_looked_at_and_changed() {
    let files = canary();
    let study = open(&files, 1 << 16).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let mut recipe = recipe(Level::Share);
    let mut looking = look(&study, &recipe).unwrap();
    feed(looking.as_mut(), &bytes, 1000).unwrap();
    let overview = looking.finish().unwrap();
    let of = |path: &str| overview.rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!((overview.participants, of("response.answer[age]").class), (5, Class::Quasi));
    assert!(of("participant.worker_id").locked && !of("participant.vars.code").locked);
    assert_eq!(of("participant.vars.locale").examples[0].after.as_deref(), Some("en"));
    assert_eq!(overview.risk.as_ref().map(|risk| risk.suppressed), Some(5));
    // A choice is obeyed and named where it is weaker; one about the system's own identifiers is refused.
    let choice = |class| Choice { class, action: None, holds: None };
    let mut preset = Preset::default();
    preset.paths.insert("response.answer[gender]".to_owned(), choice(Class::Experiment));
    recipe.protect = Some(preset.clone());
    let given = Given { key: KEY, project: false, approved: Set::new() };
    let run = |recipe: &Recipe| {
        let mut work = prepare(&study, recipe, &given, Limits::default()).unwrap();
        feed(work.as_mut(), &bytes, 1 << 16).and_then(|()| work.finish())
    };
    let protected = run(&recipe).unwrap();
    let zip = unzip(&export(&protected.study, &protected.recipe).unwrap());
    let answers = rows(&zip["regular/data/Response.csv"]);
    let genders: BTreeSet<&str> =
        answers.iter().filter(|r| r["question"] == "gender").map(|r| r["answer"].as_str()).collect();
    assert!(genders.contains("female"), "{genders:?}");
    assert!(String::from_utf8_lossy(&zip["anonymization.json"]).contains("response.answer[gender] was taken for"));
    preset.paths.insert("participant.worker_id".to_owned(), choice(Class::Experiment));
    recipe.protect = Some(preset);
    assert_eq!(run(&recipe).map(|_| ()).unwrap_err().code(), Code::BadRecipe);
}

#[test]
fn texts_come_out_redacted_once_somebody_has_read_them() {
    let files = canary();
    let study = open(&files, 1 << 16).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let preset = Preset { texts: Texts::Review, ..Preset::default() };
    let recipe = Recipe { protect: Some(preset), ..Recipe::default() };
    let mut looking = look(&study, &recipe).unwrap();
    feed(looking.as_mut(), &bytes, 1 << 16).unwrap();
    let overview = looking.finish().unwrap();
    let said =
        |text: &str| overview.texts.iter().find(|t| t.text.starts_with(text)).unwrap_or_else(|| panic!("{text}"));
    let (plain, marked) = (said("Oswin was here"), said("hello from Delphine"));
    // Nobody can read the id in it, but the search can.
    let digest = overview.texts.iter().find(|t| t.path == "participant.vars.code").unwrap();
    let run = |approved: Set<String>| {
        let given = Given { key: KEY, project: false, approved };
        let mut work = prepare(&study, &recipe, &given, Limits::default()).unwrap();
        feed(work.as_mut(), &bytes, 1 << 16).unwrap();
        let protected = work.finish().unwrap();
        let zip = export(&protected.study, &protected.recipe).unwrap();
        let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
        assert_eq!(leaks.total, 0, "{:?}", leaks.list);
        search(&zip, "review");
        let report: serde_json::Value = serde_json::from_slice(&unzip(&zip)["anonymization.json"]).unwrap();
        let all = all(&zip).into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (all.collect::<String>(), report["texts"].clone())
    };
    let (nobody_read, texts) = run(Set::new());
    assert!(!nobody_read.contains(&plain.redacted) && texts["released_after_review"] == 0);
    let withheld = texts["withheld"].as_u64().unwrap();
    let (read, texts) = run([&plain.id, &marked.id, &digest.id].map(String::clone).into());
    assert!(read.contains(&plain.text), "{plain:?}");
    assert!(read.contains("hello from [NAME], my cell is [PHONE]") && !read.contains(&marked.text));
    assert!(!read.contains(&digest.text));
    assert_eq!(texts["released_after_review"], plain.count + marked.count);
    assert_eq!(texts["withheld"], withheld - plain.count - marked.count);
}

#[test]
fn nicknames_are_no_keys() {
    let (_, files) = cases().into_iter().find(|(case, _)| case == "static").unwrap();
    let nicks = ["SharkGuy88", "kev_the_great", "hamm_edeka_girl"];
    let people = rows(&unzip(&files[0].1)["data/participant.csv"]).len();
    assert!(people >= 5);
    // Two rate each; all have the same number.
    let rated = with_participants(&files, |column, old, cell| match column {
        "vars" => {
            let nick = nicks[cell("id").parse::<usize>().unwrap() / 2 % 3];
            old.replacen('{', &format!(r#"{{"ratings": {{"{nick}": 3, "fairness": 2}}, "#), 1)
        }
        _ => old.to_owned(),
    });
    let files = all(&clean(&rated, Level::Share, KEY));
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(nicks.iter().all(|nick| !text.contains(nick)), "{path}");
    }
    let vars = rows(&files["regular/database.zip/data/participant.csv"]);
    let kept = vars.iter().filter(|row| row["vars"].contains(r#""ratings": {"[withheld]": 3, "fairness": 2}"#));
    assert_eq!(kept.count(), people);
}
