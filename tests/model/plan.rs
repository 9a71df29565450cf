//! A schedule: who asks for what, which task goes next and for how long, what breaks, and how the clock moves. All of
//! it is drawn from a seed, and none of it depends on what happens: steps can be left out.

use vestibule::code::Purpose;

use crate::dice::Dice;
use crate::world::script::{FAULTS, Fault};

#[derive(Clone, Debug)]
pub enum Step {
    /// Somebody asks the service for something.
    Begin(Op),
    /// So many times, one of the tasks that can go on does.
    Run {
        dice: u32,
        polls: u16,
    },
    /// One of the callers goes away.
    HangUp(u8),
    /// Time passes, in seconds.
    Turn(u32),
    /// The clock is set back, by seconds.
    SetBack(u16),
    Suspend(u8),
    Resume(u8),
    /// A person's contacts are replaced.
    Move {
        person: u8,
        to: u8,
    },
    /// One of two machines dies.
    Kill(u8),
    /// The call to a port that is so many after the next goes wrong.
    Break {
        after: u8,
        fault: Fault,
    },
}

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Request {
        purpose: Purpose,
        contact: u8,
        origin: u8,
        device: bool,
    },
    Resend {
        request: u8,
        origin: u8,
    },
    Redeem {
        request: u8,
        guess: Guess,
        other_purpose: bool,
    },
    LogIn {
        person: u8,
        right: bool,
        origin: u8,
        device: bool,
    },
    Change {
        person: u8,
        right: bool,
    },
    IsCurrent {
        login: u8,
    },
    Lift {
        contact: u8,
    },
    Purge,
    /// Takes up what another machine left in the stored queue.
    Resume,
}

/// Which code is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    Right,
    First,
    Wrong,
    OfAnother,
}

/// How a schedule is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Taste {
    pub faults: bool,
    /// Nobody knows a code or a password, and nothing happens to the accounts.
    pub strangers_only: bool,
    /// Messages wait in a stored queue: machines die, and take up what others left.
    pub stored: bool,
}

pub fn draw(seed: u64, taste: Taste) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let mut steps = Vec::new();
    let length = 15 + dice.below(45);
    while steps.len() < length {
        if taste.stored && dice.one_in(8) {
            steps.extend(a_death(&mut dice));
        }
        match dice.below(100) {
            0..48 => {
                let op = op(&mut dice, taste);
                // The same thing several times at once is where counters and swaps fail.
                let at_once = if dice.one_in(3) { 2 + dice.below(3) } else { 1 };
                steps.extend((0..at_once).map(|_| Step::Begin(op)));
                if matches!(op, Op::Request { .. }) && !dice.one_in(3) {
                    steps.push(Step::Run { dice: dice.roll() as u32, polls: 200 });
                }
            }
            48..82 => {
                let polls = dice.pick(&[1, 2, 3, 5, 8, 20, 60, 200]);
                steps.push(Step::Run { dice: dice.roll() as u32, polls });
            }
            82..88 => {
                steps.push(Step::Turn(dice.pick(&[1, 5, 10, 30, 60, 61, 300, 600, 901, 3_600, 86_401])))
            }
            88 => steps.push(Step::SetBack(dice.pick(&[1, 5, 60, 300]))),
            89..92 => steps.push(Step::HangUp(dice.roll() as u8)),
            92..97 if !taste.strangers_only => steps.push(match dice.below(5) {
                0 | 1 => Step::Suspend(dice.roll() as u8),
                2 | 3 => Step::Resume(dice.roll() as u8),
                _ => Step::Move { person: dice.roll() as u8, to: dice.roll() as u8 },
            }),
            97.. if taste.faults => {
                let fault = dice.pick(&FAULTS);
                steps.push(Step::Break { after: dice.below(12) as u8, fault });
            }
            _ => {}
        }
    }
    steps
}

/// A machine dies while somebody's message is on its way, and another looks whether something was left: at once, or when
/// the lease has ended.
fn a_death(dice: &mut Dice) -> Vec<Step> {
    let mut steps = Vec::new();
    if dice.one_in(2) {
        let op = op(dice, Taste { faults: false, strangers_only: false, stored: true });
        let polls = dice.pick(&[8, 12, 16, 20, 24, 28, 32, 40]);
        steps.extend([Step::Begin(op), Step::Run { dice: dice.roll() as u32, polls }]);
    }
    if !dice.one_in(3) {
        steps.push(Step::Kill(dice.roll() as u8));
    }
    if !dice.one_in(3) {
        steps.push(Step::Turn(61));
    }
    // Two at once: what one took up, the other leaves alone.
    steps.extend((0..=dice.below(2)).map(|_| Step::Begin(Op::Resume)));
    steps
}

fn op(dice: &mut Dice, taste: Taste) -> Op {
    let [a, b, c, _, ..] = dice.roll().to_le_bytes();
    // Mostly what fits: the first of the three was never activated, the others were.
    let fits = if a % 3 == 0 { Purpose::Activation } else { Purpose::Recovery };
    let purpose = if dice.one_in(4) { dice.pick(&Purpose::ALL) } else { fits };
    // A few people and sources, so that they meet.
    let (origin, device) = (b % 4, c % 3 == 0);
    let right = !taste.strangers_only && dice.below(5) < 3;
    match dice.below(20) {
        0..5 => Op::Request { purpose, contact: a, origin, device },
        5..7 => Op::Resend { request: a, origin },
        7..13 => {
            let guess = match dice.below(8) {
                0..5 if right => Guess::Right,
                5 if !taste.strangers_only => Guess::First,
                6 if !taste.strangers_only => Guess::OfAnother,
                _ => Guess::Wrong,
            };
            Op::Redeem { request: a, guess, other_purpose: dice.one_in(12) }
        }
        13..16 => Op::LogIn { person: a, right, origin, device },
        // To change a password one is logged in already.
        16 | 17 if !taste.strangers_only => Op::Change { person: a, right },
        16 | 17 => Op::LogIn { person: a, right, origin, device },
        18 => Op::IsCurrent { login: a },
        _ if dice.one_in(2) => Op::Purge,
        _ if !taste.strangers_only => Op::Lift { contact: a },
        _ => Op::IsCurrent { login: a },
    }
}
