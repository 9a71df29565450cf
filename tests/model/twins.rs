//! The same strangers, in worlds where those they ask about are known, suspended, doubled or nobody: they must be
//! answered the same, to the last number, and cost the same hashes.

use crate::dice::Dice;
use crate::executor::FlowId;
use crate::game::{Breaking, Game, Waiting};
use crate::people::NAMES;
use crate::plan::{Step, Taste, draw};
use crate::play::words;
use crate::world::{email, phone};

const STRANGERS: Taste = Taste { faults: false, strangers_only: true, stored: false };

type World = (&'static str, fn(&Game, usize));

/// What the people are in each world, by their position.
const WORLDS: [World; 4] = [
    ("as they are", |_, _| {}),
    ("suspended", |game, person| assert!(game.directory.suspend(&game.id(person)).unwrap())),
    ("nobody", |game, person| {
        let elsewhere = vec![email(&format!("borte{person}@example.no"))];
        assert!(game.directory.replace_contacts(&game.id(person), elsewhere).unwrap());
    }),
    ("two on each number", |game, person| {
        let family = vec![email(&format!("{}@example.no", NAMES[person])), phone("41999999")];
        assert!(game.directory.replace_contacts(&game.id(person), family).unwrap());
    }),
];

/// Plays what the seed draws in every world, and says where two of them differ.
pub fn compare(seed: u64, breaking: Breaking) -> Result<usize, String> {
    let steps = draw(seed, STRANGERS);
    let mut first: Option<Vec<String>> = None;
    for (name, prepare) in WORLDS {
        let mut game = Game::with_line_of(1, Waiting::InMemory, breaking);
        (0..NAMES.len()).for_each(|person| prepare(&game, person));
        let told = game.ask_as_strangers(&steps);
        let Some(expected) = &first else {
            first = Some(told);
            continue;
        };
        if let Some(at) = (0..expected.len().max(told.len())).find(|at| expected.get(*at) != told.get(*at)) {
            let (one, other) = (expected.get(at), told.get(at));
            return Err(format!(
                "seed {seed}: the world \"{name}\" shows at answer {at}: {one:?}, {other:?}"
            ));
        }
    }
    Ok(first.map_or(0, |told| told.len()))
}

impl Game {
    fn id(&self, person: usize) -> vestibule::AccountId {
        self.eye.model().people[person].id.clone()
    }

    /// Every answer, in the order in which they came.
    fn ask_as_strangers(&mut self, steps: &[Step]) -> Vec<String> {
        let mut told = Vec::new();
        for step in steps {
            if let Step::Run { dice, polls } = step {
                let mut dice = Dice::new(u64::from(*dice));
                for _ in 0..*polls {
                    self.go_on(&mut dice);
                    self.listen(&mut told);
                }
            } else {
                self.step(step);
            }
        }
        let mut dice = Dice::new(0);
        while !self.executor.callers().is_empty() {
            if self.all_wait() {
                let wait = self.executor.until_next_timer().expect("somebody wakes up");
                self.turn(wait);
            }
            self.go_on(&mut dice);
            self.listen(&mut told);
        }
        self.executor.stop();
        told
    }

    fn all_wait(&self) -> bool {
        self.executor.ready().is_empty()
    }

    /// One caller's own work goes on by a step. What nobody waits for differs between the worlds: it is all done.
    fn go_on(&self, dice: &mut Dice) {
        let callers = self.executor.callers();
        if !callers.is_empty() {
            for task in self.executor.ready_of(dice.pick(&callers)) {
                self.poll(task);
            }
        }
        for _ in 0..10_000 {
            let callers = self.executor.callers();
            let of_caller: Vec<u64> = callers.iter().flat_map(|flow| self.executor.ready_of(*flow)).collect();
            let left = self.executor.ready().into_iter().find(|task| !of_caller.contains(task));
            let Some(task) = left else { return };
            self.poll(task);
        }
    }

    fn listen(&mut self, told: &mut Vec<String>) {
        let answered: Vec<FlowId> = self.answers.lock().unwrap().iter().map(|(flow, _)| *flow).collect();
        for flow in answered {
            let answers = self.answers.lock().unwrap();
            let given = answers.iter().find(|(of, _)| *of == flow).unwrap();
            let hashes = self.eye.model().flows[flow].hashes;
            told.push(format!("{flow}: {} after {hashes} hashes", words(&given.1)));
        }
        self.pick_up();
    }
}
