//! What is inferred where a PsyNet export does not say it: which files are its database, what a column of the
//! experiment's own holds, which class a class extends.

mod common;

use common::{export_of, open, unzip, zip_of};
use std::sync::Arc;
use windrow::describe::summary::Summary;
use windrow::error::Code;
use windrow::psynet::{self, Form};
use windrow::recipe::{Psynet, Recipe};
use windrow::study::{Data, Study};

type Files = Vec<(String, Vec<u8>)>;

fn files(given: &[(&str, &[u8])]) -> Files {
    given.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()
}

fn psynet_of(study: &Study) -> &Arc<psynet::Study> {
    match &study.data {
        Data::Psynet(data) => data,
        _ => panic!("this is no PsyNet export"),
    }
}

const BOT: &[u8] = b"id,type,vars\n1,psynet.bot.Bot,{}\n";

#[test]
fn what_a_mac_adds_and_a_researchers_own_tables_are_no_database() {
    let database = zip_of(&[("data/participant.csv", BOT)]);
    let double = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ";
    let mac = zip_of(&[
        ("export/regular/database.zip", &database),
        ("__MACOSX/export/regular/._database.zip", double),
        ("__MACOSX/export/regular/data/._Bot.csv", double),
    ]);
    let own = b"name,value\na,1\n";
    let drops: [&[(&str, &[u8])]; 5] = [
        &[("mac.zip", &mac)],
        &[("regular/database.zip", &database), ("regular/data/._Bot.csv", double), ("regular/._.DS_Store", double)],
        &[("data/clean.csv", own), ("regular/database.zip", &database)],
        &[("data/clean.csv", own), ("data/database.zip", &database)],
        &[("data/clean.csv", own), ("anonymous/database.zip", &database)],
    ];
    for (number, drop) in drops.iter().enumerate() {
        let study = open(&files(drop), 100).unwrap();
        assert_eq!(psynet_of(&study).participants, 1, "drop {number}");
        let codes: Vec<_> = study.problems.iter().map(|p| p.code).filter(|c| *c != Code::MissingTable).collect();
        assert_eq!(codes.is_empty(), number < 4, "drop {number}: {codes:?}");
    }
    // A session of uproot's may be called data.
    let session = zip_of(&[("data/ultralong/player.csv", b"a\n1\n"), ("data/page_times.csv", own)]);
    let system = open(&files(&[("export.zip", &session)]), 100).map(|s| Summary::of(&s).system);
    assert_ne!(system.ok(), Some("psynet"));
}

/// A processed table of an export, as CSV.
fn csv(given: &[(&str, &[u8])], class: &str) -> String {
    let files = files(given);
    let zip = export_of(&open(&files, 4096).unwrap(), &files, &Recipe::default()).unwrap();
    String::from_utf8(unzip(&zip).remove(&format!("regular/data/{class}.csv")).expect("the class")).unwrap()
}

/// The cells of a column of it.
fn column(text: &str, name: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let at =
        reader.headers().unwrap().iter().position(|h| h == name).unwrap_or_else(|| panic!("{name} is not in {text}"));
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

fn has(text: &str, name: &str) -> bool {
    text.lines().next().unwrap().split(',').any(|h| h == name)
}

/// What the notes say about a class as a whole.
fn note(given: &[(&str, &[u8])], class: &str) -> String {
    let study = open(&files(given), 4096).unwrap();
    let notes = &psynet_of(&study).notes;
    notes.iter().filter(|n| n.class == class && n.column.is_empty()).map(|n| n.text.as_str()).collect()
}

#[test]
fn what_is_spelled_as_no_number_stays_text() {
    let table = "id,type,code,version,phone,sign,power,stamp,count,ratio,whole,time\n\
        1,e.Sample,007,1.10,491701234567890123456,+5,1e5,2026-11-21 10:00:00.500,1,0.5,3,2026-11-21 10:00:00.5\n\
        2,e.Sample,12,2.50,5,5,20,2026-11-21 10:00:00.25,-2,1e-05,,2026-11-21 10:00:00+00\n";
    let text = csv(&[("data/participant.csv", BOT), ("data/sample.csv", table.as_bytes())], "Sample");
    assert_eq!(column(&text, "code"), ["007", "12"]);
    assert_eq!(column(&text, "version"), ["1.10", "2.50"]);
    assert_eq!(column(&text, "phone"), ["491701234567890123456", "5"]);
    assert_eq!(column(&text, "sign"), ["+5", "5"]);
    assert_eq!(column(&text, "power"), ["1e5", "20"]);
    assert_eq!(column(&text, "stamp"), ["2026-11-21 10:00:00.500", "2026-11-21 10:00:00.25"]);
    // What PostgreSQL may have printed still is a number or a time.
    assert_eq!(column(&text, "count"), ["1", "-2"]);
    assert_eq!(column(&text, "ratio"), ["0.5", "1e-05"]);
    assert_eq!(column(&text, "whole"), ["3.0", ""]);
    assert_eq!(column(&text, "time"), ["2026-11-21 10:00:00", "2026-11-21 10:00:00"]);
}

#[test]
fn every_info_that_is_not_dallingers_own_is_a_trial() {
    let info = b"id,type,network_id,failed,complete,is_repeat_trial,vars\n\
        1,melodylab.trials.AnimalTrial,1,f,t,f,{}\n2,animal_trial,1,t,f,f,{}\n3,info,1,f,t,,{}\n";
    let network = b"id,type,vars\n1,psynet.trial.static.StaticNetwork,{}\n";
    let source =
        zip_of(&[("experiment.py", b"class Beast(StaticTrial):\n    polymorphic_identity = \"animal_trial\"\n")]);
    let given: [(&str, &[u8]); 3] = [("info.csv", info), ("network.csv", network), ("source_code.zip", &source)];
    let networks = csv(&given, "StaticNetwork");
    for (name, count) in
        [("n_all_trials", "2"), ("n_alive_trials", "1"), ("n_failed_trials", "1"), ("n_completed_trials", "1")]
    {
        assert_eq!(column(&networks, name), [count], "{name}");
    }
    // A class may be known by another name in the table than in the code.
    assert_eq!(column(&csv(&given, "Beast"), "class"), ["Beast"]);
}

#[test]
fn classes_of_a_plain_dallinger_experiment_keep_dallingers_columns() {
    let common = "id,property1,details,type";
    let info = format!("{common},origin_id,network_id,contents\n1,true,\"{{\"\"rt\"\": 512}}\",vector_info,1,1,kept\n");
    let node = format!("{common},network_id,participant_id\n1,alpha,{{}},MCMCP_agent,1,1\n");
    let given: [(&str, &[u8]); 2] = [("info.csv", info.as_bytes()), ("node.csv", node.as_bytes())];
    let info = csv(&given, "vector_info");
    assert_eq!(column(&info, "property1"), ["true"]);
    assert_eq!(column(&info, "details"), [r#"{"rt": 512}"#]);
    assert_eq!(
        (column(&info, "contents"), column(&info, "object_type")),
        (vec!["kept".to_owned()], vec!["Info".to_owned()])
    );
    let node = csv(&given, "MCMCP_agent");
    assert_eq!(
        (column(&node, "property1"), column(&node, "type")),
        (vec!["alpha".to_owned()], vec!["MCMCP_agent".to_owned()])
    );
    assert!(note(&given, "MCMCP_agent").contains("for example dallinger.models.Node"));
}

#[test]
fn source_code_that_is_not_whole_takes_no_filled_column_away() {
    let info = b"id,type,rating,block,vars\n\
        1,dallinger_experiment.experiment.AnimalTrial,0.5,A,{}\n2,psynet.trial.static.StaticTrial,,A,{}\n";
    let sample = b"id,type,size,vars\n1,e.Big,2,{}\n2,e.Small,3,{}\n";
    let code = b"class AnimalTrial(Rated):\n    pass\n\
        class RatedTrial(StaticTrial):\n    rating = Column(Float)\n\
        class Small(Sample):\n    pass\nclass Big(SampleBase):\n    size = Column(Integer)\n";
    let source = zip_of(&[("experiment.py", code)]);
    let given: [(&str, &[u8]); 3] =
        [("data/info.csv", info), ("data/sample.csv", sample), ("source_code.zip", &source)];
    assert_eq!(column(&csv(&given, "AnimalTrial"), "rating"), ["0.5"]);
    assert!(!has(&csv(&given, "StaticTrial"), "rating"));
    assert_eq!(column(&csv(&given, "Small"), "size"), ["3"]);
    let guess = note(&given, "AnimalTrial");
    assert!(
        guess.contains("what it extends is not known") && guess.contains("for example psynet.trial.Trial."),
        "{guess}"
    );
    assert!(!note(&given, "Big").contains("read from the source code"));
    // What the code does say.
    let told = b"class AnimalTrial(StaticTrial):\n    pass\nclass Big(Model):\n    __tablename__ = \"sample\"\n";
    let source = zip_of(&[("experiment.py", told)]);
    let given = [given[0], given[1], ("source_code.zip", source.as_slice())];
    assert!(note(&given, "AnimalTrial").contains("says that it extends psynet.trial.static.StaticTrial"));
    assert!(note(&given, "Big").contains("read from the source code"));
}

#[test]
fn classes_that_name_their_columns_have_those() {
    let rid = b"id,details,rid,registered_at,lucid_status_code,lucid_panelist_id,type\n\
        1,{},w1,2026-11-21 10:00:00.5,5,p1,psynet.recruiters.LucidRID\n";
    let status = b"id,creation_time,status,total_completes,total_screens,type\n\
        1,2026-11-21 10:00:00.5,live,,3,psynet.recruiters.LucidStatus\n";
    let source = zip_of(&[("experiment.py", b"class Exp(Experiment):\n    export_classes_to_skip = []\n")]);
    let server = b"id,creation_time,failed,ram_usage_pct,disk_usage_pct,extra_info,type,vars\n\
        1,2026-11-21 10:00:00.5,f,2,1,\"{\"\"a\"\": [true]}\",psynet.experiment.ExperimentStatus,{}\n";
    let given: [(&str, &[u8]); 5] = [
        ("participant.csv", BOT),
        ("lucid_rid.csv", rid),
        ("lucid_status.csv", status),
        ("experiment_status.csv", server),
        ("source_code.zip", &source),
    ];
    assert_eq!(
        csv(&given, "LucidRID"),
        "rid,registered_at,lucid_status_code,lucid_panelist_id,class\nw1,2026-11-21 10:00:00,5,p1,LucidRID\n"
    );
    assert_eq!(
        csv(&given, "LucidStatus"),
        "timestamp,status,total_screens,total_completes,class\n2026-11-21 10:00:00,live,3,,LucidStatus\n"
    );
    assert_eq!(
        csv(&given, "ExperimentStatus"),
        "id,timestamp,ram_usage_pct,disk_usage_pct,extra_info,class\n\
         1,2026-11-21 10:00:00,2.0,1.0,{'a': [True]},ExperimentStatus\n"
    );
    let study = open(&files(&given), 4096).unwrap();
    let leaks: Vec<_> =
        psynet_of(&study).leaks().into_iter().filter(|l| l.table == "lucid_rid").map(|l| l.column).collect();
    assert_eq!(leaks, ["rid", "lucid_panelist_id"]);
}

#[test]
fn defaults_and_nodes_are_what_the_source_code_says() {
    let info = b"id,type,vars\n1,e.AnimalTrial,{}\n";
    let node = b"id,type,vars\n1,e.MyNode,{}\n2,e.OtherNode,{}\n";
    let code = b"class AnimalTrial(StaticTrial):\n\
        \x20   mood = claim_var(\"mood\", __extra_vars__, True, lambda: \"calm\")\n\
        \x20   late = claim_var(\"late\", __extra_vars__, True, now)\n\
        \x20   none = claim_var(\"none\", __extra_vars__, False, lambda: 1)\n\
        class MyNode(GenericTrialNode):\n    pass\nclass OtherNode(TrialNode):\n    pass\n";
    let source = zip_of(&[("experiment.py", code)]);
    let given: [(&str, &[u8]); 3] = [("info.csv", info), ("node.csv", node), ("source_code.zip", &source)];
    let trial = csv(&given, "AnimalTrial");
    assert_eq!(["mood", "late", "none"].map(|name| column(&trial, name).concat()), ["calm", "", ""]);
    let study = open(&files(&given), 4096).unwrap();
    let lost: Vec<_> = psynet_of(&study).notes.iter().filter(|n| !n.column.is_empty()).map(|n| &n.column).collect();
    assert_eq!(lost, ["late"]);
    assert_eq!(column(&csv(&given, "MyNode"), "type"), ["TrialSource"]);
    assert_eq!(column(&csv(&given, "OtherNode"), "type"), ["OtherNode"]);
}

#[test]
fn the_readme_promises_to_be_read_in_again_only_what_psynet_can_read() {
    let readme = |database: &[u8], form: Form| {
        let files = files(&[(&format!("{}/database.zip", form.folder()), database)]);
        let recipe = Recipe { psynet: Psynet { form, ..Psynet::default() }, ..Recipe::default() };
        let zip = export_of(&open(&files, 4096).unwrap(), &files, &recipe).unwrap();
        let text = String::from_utf8(unzip(&zip).remove("README.txt").unwrap()).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let experiment =
        b"id,type,vars\n1,psynet.experiment.ExperimentConfig,\"{\"\"psynet_version\"\": \"\"13.3.0\"\"}\"\n";
    let psynet = zip_of(&[("data/participant.csv", BOT), ("data/experiment.csv", experiment)]);
    let dallinger = zip_of(&[("data/participant.csv", b"id,type\n1,participant\n")]);
    let promise = "PsyNet can read it in again.";
    assert!(readme(&psynet, Form::Regular).contains(promise));
    assert!(readme(&psynet, Form::PsynetAnonymous).contains("PsyNet cannot read it in again where bots are among"));
    let plain = readme(&dallinger, Form::Regular);
    assert!(plain.contains("The database as it was given.") && !plain.contains(promise));
}
