//! Plays schedules, and makes one that fails as short as it can.

use std::time::Duration;

use vestibule::account::AccountState;
use vestibule::code::Purpose;

use crate::asking::{Answer, Given};
use crate::dice::Dice;
use crate::game::{Breaking, Game, Waiting};
use crate::people::NAMES;
use crate::plan::{Guess, Op, Step, Taste, draw};
use crate::world::email;

/// What happens to accounts, callers and ports, with everything in it. Every second world has a stored queue.
pub const fn everything(seed: u64) -> Taste {
    Taste { faults: true, strangers_only: false, stored: seed % 2 == 1 }
}

/// What a schedule came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub flows: usize,
    pub codes_redeemed: usize,
    pub log_ins: usize,
    pub passwords_changed: usize,
    pub refusals: usize,
    pub hung_up: usize,
    pub faulted: usize,
    /// Flows that were under way on a machine that was killed.
    pub killed: usize,
    /// Messages that another machine, or a later one, took up and sent.
    pub taken_over: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.flows += other.flows;
        self.codes_redeemed += other.codes_redeemed;
        self.log_ins += other.log_ins;
        self.passwords_changed += other.passwords_changed;
        self.refusals += other.refusals;
        self.hung_up += other.hung_up;
        self.faulted += other.faulted;
        self.killed += other.killed;
        self.taken_over += other.taken_over;
    }
}

/// Plays a schedule to its end, and then asks whether everybody can still get in.
pub fn play(steps: &[Step], seed: u64, breaking: Breaking) -> Result<Tally, String> {
    let waiting = if everything(seed).stored { Waiting::Stored } else { Waiting::InMemory };
    let mut game = Game::new(waiting, breaking);
    let mut dice = Dice::new(seed ^ 0x5EED);
    for (position, step) in steps.iter().enumerate() {
        game.step(step);
        if let Some(violation) = game.violation() {
            return Err(format!("{violation}, at step {position}"));
        }
    }
    game.eye.no_more_faults();
    game.come_to_rest(&mut dice);
    if waiting == Waiting::Stored {
        nothing_stays_stored(&mut game, &mut dice);
    }
    game.pick_up();
    game.eye.model().at_rest();
    let tally = game.tally();
    if game.violation().is_none() {
        nobody_is_lost(&mut game, &mut dice);
    }
    game.executor.stop();
    match game.violation() {
        Some(violation) => Err(format!("{violation}, at the end")),
        None => Ok(tally),
    }
}

/// Plays what the seed draws; gives the shortest schedule found that breaks the same promise.
pub fn try_seed(seed: u64, breaking: Breaking) -> Result<Tally, String> {
    let steps = draw(seed, everything(seed));
    play(&steps, seed, breaking).map_err(|violation| {
        let (steps, violation) = shorten(steps, violation, seed, breaking);
        let steps: Vec<_> = steps.iter().map(|step| format!("    {step:?}")).collect();
        format!("seed {seed}: {violation}\n{}", steps.join("\n"))
    })
}

fn shorten(
    mut steps: Vec<Step>,
    mut violation: String,
    seed: u64,
    breaking: Breaking,
) -> (Vec<Step>, String) {
    let promise = |violation: &str| violation.split(", at ").next().unwrap().to_owned();
    let broken = promise(&violation);
    let mut at_once = steps.len() / 2;
    while at_once > 0 {
        let mut position = 0;
        while position < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(position..(position + at_once).min(steps.len()));
            match play(&fewer, seed, breaking) {
                Err(again) if promise(&again) == broken => (steps, violation) = (fewer, again),
                _ => position += at_once,
            }
        }
        at_once /= 2;
    }
    (steps, violation)
}

/// Whatever a machine left, another sends or gives up.
fn nothing_stays_stored(game: &mut Game, dice: &mut Dice) {
    for _ in 0..20 {
        if game.messages.is_empty() {
            break;
        }
        game.turn(Duration::from_secs(61));
        game.begin(Op::Resume);
        game.come_to_rest(dice);
    }
    if game.eye.model().something_waits() {
        game.eye.model().violate("a stored message is never settled");
    }
}

/// Long afterwards, everybody who is not suspended can choose a password and log in with it.
fn nobody_is_lost(game: &mut Game, dice: &mut Dice) {
    game.turn(Duration::from_secs(100 * 86_400));
    for (person, name) in NAMES.iter().enumerate() {
        let number = u8::try_from(person).unwrap();
        for step in [Step::Resume(number), Step::Move { person: number, to: 0 }] {
            game.step(&step);
        }
        let purpose = match game.eye.model().people[person].state {
            AccountState::Pending => Purpose::Activation,
            _ => Purpose::Recovery,
        };
        game.begin(Op::Request { purpose, contact: number, origin: 2, device: false });
        game.come_to_rest(dice);
        game.pick_up();
        game.begin(Op::Redeem { request: u8::MAX, guess: Guess::Right, other_purpose: false });
        game.come_to_rest(dice);
        game.begin(Op::LogIn { person: number, right: true, origin: 2, device: false });
        game.come_to_rest(dice);
        game.pick_up();
        let is_in = game.logins.last().is_some_and(|(who, generation, _)| {
            *who == person && *generation == game.eye.model().people[person].generation
        });
        if !is_in {
            game.eye
                .model()
                .violate(format!("{name} is lost: {}", email(&format!("{name}@example.no")).canonical()));
        }
    }
    game.eye.model().at_rest();
}

impl Game {
    pub fn violation(&self) -> Option<String> {
        self.eye.model().violation.clone()
    }

    fn tally(&self) -> Tally {
        use crate::reference::Kind;
        let model = self.eye.model();
        let count = |which: &dyn Fn(&crate::reference::Flow) -> bool| {
            model.flows.iter().filter(|flow| which(flow)).count()
        };
        Tally {
            flows: model.flows.len(),
            codes_redeemed: count(&|flow| flow.replaced && matches!(flow.kind, Kind::Redeem { .. })),
            log_ins: count(&|flow| flow.verdict == Some(true) && matches!(flow.kind, Kind::LogIn { .. })),
            passwords_changed: count(&|flow| flow.replaced && matches!(flow.kind, Kind::Change { .. })),
            refusals: count(&|flow| flow.verdict == Some(false)),
            hung_up: count(&|flow| flow.hung_up),
            faulted: count(&|flow| flow.faulted),
            killed: count(&|flow| flow.killed),
            taken_over: model.taken_over(),
        }
    }
}

/// In a few words, for comparing what two askers were told.
pub fn words(given: &Given) -> String {
    match given {
        Ok(Answer::Asked(asked)) => {
            format!("asked {} {:?} {}", asked.expires_at, asked.resend_at, asked.code_format)
        }
        Ok(Answer::Current(current)) => format!("current {current}"),
        Ok(_) => "let in".into(),
        Err(error) => format!("{error:?}"),
    }
}
