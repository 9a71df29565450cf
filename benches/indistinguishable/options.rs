//! What was asked for on the command line.

use std::env;

/// What is run, and how often.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything runs, no bound is judged but that the grossest leaks are caught.
    pub smoke: bool,
    /// Of each kind of person, for operations without hashing, on memory.
    pub samples: usize,
    /// The same on a database, where each takes a hundred times as long.
    pub database_samples: usize,
    /// Of each kind of person, for operations that hash.
    pub hashed: usize,
    /// What the order of calls follows from.
    pub seed: u64,
    /// How many people there are of each kind, on memory: each is met again in every pass, and what is peculiar to one is
    /// taken for the kind's the sooner, the fewer there are. On databases a tenth.
    pub people: usize,
    /// Hashing is measured by the processor time of this process: for a machine with other work.
    pub by_processor: bool,
    parts: Vec<String>,
}

/// The parts that can be asked for by name. Without a name all are run.
pub const PARTS: [&str; 7] = ["macs", "memory", "sqlite", "postgres", "asking", "passwords", "controls"];

impl Options {
    /// Reads `smoke`, `processor`, `--samples N`, `--hashed N`, `--seed N`, and names of parts. What cargo adds is passed over.
    pub fn read() -> Result<Self, String> {
        let mut options = Self {
            smoke: false,
            samples: 100_000,
            database_samples: 10_000,
            hashed: 2_000,
            seed: 20_260_101,
            people: 2_000,
            by_processor: false,
            parts: Vec::new(),
        };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let number = arguments.next().and_then(|text| text.replace('_', "").parse::<u64>().ok());
                number.ok_or_else(|| format!("{argument} is followed by a number"))
            };
            match argument.as_str() {
                "smoke" => {
                    options.smoke = true;
                    (options.samples, options.database_samples, options.hashed) = (200, 60, 60);
                    options.people = 30;
                }
                "--samples" => {
                    options.samples = number()? as usize;
                    options.database_samples = options.samples;
                }
                "--hashed" => options.hashed = number()? as usize,
                "--seed" => options.seed = number()?,
                "processor" => options.by_processor = true,
                "--bench" => {}
                part if PARTS.contains(&part) => options.parts.push(argument),
                _ => {
                    return Err(format!(
                        "{argument}: not smoke, processor, --samples, --hashed, --seed or one of {PARTS:?}"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// Whether this store, or the MACs, are to be tried.
    pub fn tries(&self, store: &str) -> bool {
        self.one_of(&PARTS[..4], store)
    }

    /// Whether this group of operations is to be tried.
    pub fn runs(&self, group: &str) -> bool {
        self.one_of(&PARTS[4..], group)
    }

    fn one_of(&self, parts: &[&str], wanted: &str) -> bool {
        let mut named = self.parts.iter().filter(|part| parts.contains(&part.as_str())).peekable();
        named.peek().is_none() || named.any(|part| part == wanted)
    }
}
