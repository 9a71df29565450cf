//! The table, and whether the bound holds.

use std::fmt;

use crate::people::Who;
use crate::statistics::{crop, median, standard_error, superiority, welch};

/// Beyond this many standard errors two means are taken to differ, as by dudect.
pub const BOUND: f64 = 4.5;
/// Which part of both piles together is kept: all, and without a tail.
const KEPT: [f64; 3] = [100.0, 99.0, 90.0];

/// Times in microseconds, a pile for each class.
pub struct Piles {
    pub names: Vec<String>,
    pub times: Vec<Vec<f64>>,
}

impl Piles {
    pub fn of(kinds: &[Who]) -> Self {
        Self::named(kinds.iter().map(ToString::to_string))
    }

    pub fn named(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        Self { times: vec![Vec::new(); names.len()], names }
    }

    pub fn add(&mut self, class: usize, took: f64) {
        self.times[class].push(took);
    }

    /// Forgets the times, not the classes.
    pub fn clear(&mut self) {
        self.times.iter_mut().for_each(Vec::clear);
    }

    /// How many samples the class with the fewest has.
    pub fn least(&self) -> usize {
        self.times.iter().map(Vec::len).min().unwrap_or_default()
    }
}

/// What a comparison must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Within the bound, or the bench fails.
    Alike,
    /// Beyond the bound, or the bench is blind and fails.
    Caught,
    /// What the documentation says may show.
    MayShow,
}

/// Prints the table, and counts what is not as it must be.
pub struct Report {
    is_smoke: bool,
    /// What was beyond the bound once, with the sign it had: title and name.
    suspects: Vec<(String, String, f64)>,
    failures: Vec<String>,
    held: usize,
    caught: usize,
}

impl Report {
    pub fn new(is_smoke: bool) -> Self {
        println!(
            "{:32}{:>8}{:>11}{:>11}{:>7}{:>9}{:>9}{:>9}{:>11}",
            "", "of each", "median us", "the other", "P", "t", "t, 99 %", "t, 90 %", "sees us"
        );
        Self { is_smoke, suspects: Vec::new(), failures: Vec::new(), held: 0, caught: 0 }
    }

    /// Compares the other classes with the first, and says so in a line each. True where there must be another look, on
    /// new samples: a leak shows again, and with the same sign.
    pub fn compare(&mut self, title: &str, piles: &Piles, expected: impl Fn(&str) -> Expected) -> bool {
        let is_second_look = self.suspects.iter().any(|(suspected, ..)| suspected == title);
        println!("{title}{}", if is_second_look { ", once more" } else { "" });
        let Some((baseline, others)) = piles.times.split_first() else { return false };
        let mut is_another_due = false;
        for (times, name) in others.iter().zip(&piles.names[1..]) {
            let first =
                self.suspects.iter().find(|(before, class, _)| before == title && class == name).map(|s| s.2);
            if is_second_look && first.is_none() {
                continue;
            }
            let line = Line::of(times, baseline);
            let outcome = self.judge(&line, expected(name), first);
            println!("  {name:30}{line}  {outcome}");
            match outcome {
                Outcome::Suspected => {
                    self.suspects.push((title.to_owned(), name.clone(), line.worst().signum()));
                    is_another_due = true;
                }
                Outcome::Fails | Outcome::Missed => self.failures.push(format!("{title}: {name}")),
                _ => {}
            }
        }
        is_another_due
    }

    fn judge(&mut self, line: &Line, expected: Expected, first: Option<f64>) -> Outcome {
        let is_beyond = line.worst().abs() >= BOUND;
        match (expected, first) {
            (Expected::Caught, _) if is_beyond => {
                self.caught += 1;
                Outcome::Caught
            }
            (Expected::Caught, _) => Outcome::Missed,
            (Expected::MayShow, _) => Outcome::MayShow,
            (Expected::Alike, _) if self.is_smoke => Outcome::NotJudged,
            (Expected::Alike, None) if is_beyond => Outcome::Suspected,
            (Expected::Alike, Some(sign)) if is_beyond && sign == line.worst().signum() => Outcome::Fails,
            (Expected::Alike, _) => {
                self.held += 1;
                Outcome::Holds
            }
        }
    }

    /// Whether all was as it must be.
    pub fn end(self) -> bool {
        println!("\n{} comparisons within |t| < {BOUND}, {} controls caught", self.held, self.caught);
        for failure in &self.failures {
            println!("NOT AS IT MUST BE: {failure}");
        }
        self.failures.is_empty()
    }
}

/// One class beside another.
struct Line {
    samples: usize,
    medians: [f64; 2],
    superiority: f64,
    /// Of all, and of what was kept.
    ts: [f64; 3],
    /// The least difference of the means that would have been beyond the bound, where the tail was cropped most.
    sees: f64,
}

impl Line {
    fn of(times: &[f64], baseline: &[f64]) -> Self {
        let cropped = KEPT.map(|percent| crop(times, baseline, percent));
        let ts = [0, 1, 2].map(|at| welch(&cropped[at].0, &cropped[at].1).unwrap_or_default());
        let error = standard_error(&cropped[2].0, &cropped[2].1).unwrap_or(f64::INFINITY);
        Self {
            samples: times.len().min(baseline.len()),
            medians: [median(times), median(baseline)],
            superiority: superiority(times, baseline),
            ts,
            sees: BOUND * error,
        }
    }

    /// The one of the three that is judged: whichever is farthest from nothing.
    fn worst(&self) -> f64 {
        self.ts.into_iter().max_by(|one, other| one.abs().total_cmp(&other.abs())).unwrap_or_default()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, other] = self.medians;
        write!(f, "{:8}{median:11.3}{other:11.3}{:7.3}", self.samples, self.superiority)?;
        for t in self.ts {
            write!(f, "{t:9.2}")?;
        }
        write!(f, "{:11.4}", self.sees)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Holds,
    Suspected,
    Fails,
    Caught,
    Missed,
    MayShow,
    NotJudged,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Suspected => "beyond: once more",
            Self::Fails => "FAILS",
            Self::Caught => "control: caught",
            Self::Missed => "control: MISSED",
            Self::MayShow => "may show",
            Self::NotJudged => "not judged",
        })
    }
}
