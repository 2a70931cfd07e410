//! Mutated cases through the readers and the whole path. Some thousands in every `cargo test`, always the same ones.
//! For long: `npm run fuzz -- --seconds N --seed S --threads T`; with nightly Rust and cargo-fuzz `npm run fuzz -- --coverage`.
//!
//! The inputs are the same on every machine for a seed. One that leads to an outcome not seen before (format, problems,
//! rough sizes) is kept and mutated further. What breaks a promise, or takes longer than [`PATIENCE`], is written to
//! `target/fuzz-finding`; `npm run fuzz -- --input FILE` runs such an input alone. What was found and repaired is kept
//! in `tests/cases/fuzz`.

mod common;

use common::fuzz_body::{cutting, everything, reading};
use common::mutate;
use common::random::Random;
use common::seeds::{READERS, drops, seeds};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Executions without a wish for more.
const RUNS: u64 = 10_000;

/// One execution in so many compares cuts, and one goes the whole path.
const CUTTING: usize = 32;
const WHOLE: usize = 128;

/// Seconds from one report to the next.
const BETWEEN: u64 = 60;

/// What one small input may take; they take some millionths of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The corpus of a reader grows to this many inputs; then new ones take the place of random others.
const MOST: usize = 4000;

/// Longer inputs are run, but not mutated further: they would make the search slow.
const LONGEST: usize = 4000;

#[test]
fn mutated_cases_break_no_promise() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(path) = std::env::var_os("WINDROW_FUZZ_INPUT") {
        return whole(&std::fs::read(path).unwrap());
    }
    let seconds = asked("WINDROW_FUZZ_SECONDS");
    let seed = asked("WINDROW_FUZZ_SEED").unwrap_or(1);
    let begun: Vec<Fuzz> = (0..asked("WINDROW_FUZZ_THREADS").unwrap_or(1)).map(|n| Fuzz::new(seed + n)).collect();
    let threads = begun.into_iter().map(|mut fuzz| {
        std::thread::spawn(move || {
            fuzz.run(seconds);
            fuzz
        })
    });
    let threads: Vec<_> = threads.collect();
    let done: Vec<Fuzz> = threads.into_iter().map(|thread| thread.join().expect("no finding")).collect();
    if seconds.is_some() {
        done.iter().for_each(Fuzz::report);
    }
}

/// Every case opens, or fails, as it is; and is there for libFuzzer to begin with.
#[test]
fn cases_break_no_promise() {
    let corpus = std::env::var_os("WINDROW_FUZZ_CORPUS").map(PathBuf::from);
    for (i, input) in seeds().concat().iter().chain(&drops()).enumerate() {
        whole(input);
        if let Some(corpus) = &corpus {
            std::fs::create_dir_all(corpus).unwrap();
            std::fs::write(corpus.join(i.to_string()), input).unwrap();
        }
    }
}

fn whole(input: &[u8]) {
    reading(input);
    cutting(input);
    everything(input);
}

/// One thread's run with its corpus and figures.
struct Fuzz {
    seed: u64,
    random: Random,
    readers: Vec<Reader>,
    /// Numbers of the readers, each as often as it has its turn.
    turns: Vec<usize>,
    cut: u64,
    whole: u64,
    slowest: (Duration, usize),
    start: Instant,
    watched: Watched,
}

/// What is known of one reader.
struct Reader {
    name: &'static str,
    corpus: Vec<Vec<u8>>,
    seeds: usize,
    outcomes: BTreeSet<u64>,
    executions: u64,
    spent: Duration,
}

/// The input that runs and when it began, for whoever watches.
type Watched = Arc<Mutex<(Option<Instant>, Vec<u8>)>>;

/// Ends the program when one input takes too long.
fn watch(watched: &Watched) {
    let watched = watched.clone();
    std::thread::spawn(move || {
        // Looks are counted: while the machine sleeps or the program is stopped, the clock goes on and nobody works.
        let (mut last, mut looks) = (None, 0);
        loop {
            std::thread::sleep(PATIENCE / 8);
            let (start, input) = &*watched.lock().unwrap();
            looks = if start.is_some() && *start == last { looks + 1 } else { 0 };
            last = *start;
            if looks > 8 {
                eprintln!("an input takes longer than {PATIENCE:?}: {}", keep(input).display());
                std::process::exit(1);
            }
        }
    });
}

/// Writes an input to where it is found.
fn keep(input: &[u8]) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/fuzz-finding");
    std::fs::write(&file, input).unwrap();
    file
}

impl Fuzz {
    fn new(seed: u64) -> Self {
        let reader = |((name, _), corpus): ((&'static str, usize), Vec<Vec<u8>>)| {
            let outcomes = corpus.iter().map(|input| reading(input)).collect();
            Reader { name, seeds: corpus.len(), corpus, outcomes, executions: 0, spent: Duration::ZERO }
        };
        let readers: Vec<Reader> = READERS.into_iter().zip(seeds()).map(reader).collect();
        assert!(readers.iter().all(|reader| reader.seeds > 0), "every reader has cases");
        let turns = READERS.iter().enumerate().flat_map(|(at, (_, often))| std::iter::repeat_n(at, *often)).collect();
        let watched = Watched::default();
        watch(&watched);
        let (random, start) = (Random::new(seed), Instant::now());
        Fuzz { seed, random, readers, turns, cut: 0, whole: 0, slowest: Default::default(), start, watched }
    }

    /// So many seconds, or [`RUNS`] executions.
    fn run(&mut self, seconds: Option<u64>) {
        let Some(seconds) = seconds else { return (0..RUNS).for_each(|_| self.execute()) };
        let mut report = BETWEEN;
        while self.start.elapsed().as_secs() < seconds {
            (0..100).for_each(|_| self.execute());
            if self.start.elapsed().as_secs() > report {
                self.report();
                report += BETWEEN;
            }
        }
    }

    /// A mutation of something in the corpus of some reader.
    fn input(&mut self) -> (usize, Vec<u8>) {
        let random = &mut self.random;
        let at = *random.pick(&self.turns);
        let corpus = &self.readers[at].corpus;
        // The shorter of two: short inputs are quick, and things meet in them.
        let (a, b) = (random.pick(corpus), random.pick(corpus));
        let mut input = if a.len() < b.len() { a } else { b }.clone();
        let other = random.pick(corpus);
        for _ in 0..1 + random.below(3) {
            mutate::input(&mut input, other, random);
        }
        (at, input)
    }

    fn execute(&mut self) {
        let (at, input) = self.input();
        let start = Instant::now();
        self.watch(Some(start), &input);
        let (cut, all) = (self.random.once_in(CUTTING), self.random.once_in(WHOLE));
        let outcome = std::panic::catch_unwind(|| {
            let outcome = reading(&input);
            if cut {
                cutting(&input);
            }
            if all {
                everything(&input);
            }
            outcome
        });
        let outcome = outcome.unwrap_or_else(|panic| {
            eprintln!("seed {} led to a finding: {}", self.seed, keep(&input).display());
            std::panic::resume_unwind(panic)
        });
        self.watch(None, &[]);
        self.slowest = self.slowest.max((start.elapsed(), input.len()));
        self.cut += u64::from(cut);
        self.whole += u64::from(all);
        let reader = &mut self.readers[at];
        reader.executions += 1;
        reader.spent += start.elapsed();
        if reader.outcomes.insert(outcome) && input.len() <= LONGEST {
            if reader.corpus.len() < MOST {
                reader.corpus.push(input);
            } else {
                let old = reader.seeds + self.random.below(MOST - reader.seeds);
                reader.corpus[old] = input;
            }
        }
    }

    fn watch(&self, start: Option<Instant>, input: &[u8]) {
        let mut watched = self.watched.lock().unwrap();
        watched.0 = start;
        watched.1.clear();
        watched.1.extend_from_slice(input);
    }

    fn report(&self) {
        let head = ["executions", "seeds", "corpus", "outcomes", "seconds"].map(|name| format!("{name:>12}")).concat();
        println!("{:<28}{head}", "reader");
        for reader in &self.readers {
            let (corpus, outcomes, spent) = (reader.corpus.len(), reader.outcomes.len(), reader.spent.as_secs());
            let (name, executions, seeds) = (reader.name, reader.executions, reader.seeds);
            println!("{name:<28}{executions:>12}{seeds:>12}{corpus:>12}{outcomes:>12}{spent:>12}");
        }
        let total: u64 = self.readers.iter().map(|reader| reader.executions).sum();
        let corpus = self.readers.iter().flat_map(|reader| &reader.corpus);
        let (inputs, bytes) = corpus.fold((0, 0), |(n, sum), input| (n + 1, sum + input.len()));
        let (slowest, length) = self.slowest;
        println!(
            "{total} executions with seed {} in {} s; of these {} cut and whole, {} to the ZIP; corpus: {inputs} inputs, {bytes} bytes; slowest {:.2} s ({length} bytes)",
            self.seed,
            self.start.elapsed().as_secs(),
            self.cut,
            self.whole,
            slowest.as_secs_f64()
        );
    }
}
