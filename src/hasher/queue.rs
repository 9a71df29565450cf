//! In which order waiting jobs are taken. Pure: no threads, no limits.

use std::collections::{HashMap, VecDeque};

use super::places::{Lane, Standing};

/// A queue that takes turns: between the trusted and the rest, and among each of them between lanes. Within a lane,
/// who came first is served first.
///
/// Who sends a thousand jobs from one source delays others by one job, not by a thousand.
pub(super) struct FairQueue<T> {
    trusted: Ring<T>,
    anyone: Ring<T>,
    next: Standing,
}

struct Ring<T> {
    lanes: HashMap<Lane, VecDeque<T>>,
    turns: VecDeque<Lane>,
}

impl<T> FairQueue<T> {
    pub(super) fn new() -> Self {
        Self { trusted: Ring::new(), anyone: Ring::new(), next: Standing::Trusted }
    }

    pub(super) fn push(&mut self, lane: Lane, standing: Standing, job: T) {
        match standing {
            Standing::Trusted => self.trusted.push(lane, job),
            Standing::Anyone => self.anyone.push(lane, job),
        }
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        let (first, second, after) = match self.next {
            Standing::Trusted => (&mut self.trusted, &mut self.anyone, Standing::Anyone),
            Standing::Anyone => (&mut self.anyone, &mut self.trusted, Standing::Trusted),
        };
        self.next = after;
        first.pop().or_else(|| second.pop())
    }
}

impl<T> Ring<T> {
    fn new() -> Self {
        Self { lanes: HashMap::new(), turns: VecDeque::new() }
    }

    fn push(&mut self, lane: Lane, job: T) {
        let waiting = self.lanes.entry(lane).or_default();
        if waiting.is_empty() {
            self.turns.push_back(lane);
        }
        waiting.push_back(job);
    }

    fn pop(&mut self) -> Option<T> {
        let lane = self.turns.pop_front()?;
        let waiting = self.lanes.get_mut(&lane)?;
        let job = waiting.pop_front();
        if waiting.is_empty() {
            // Lanes come from strangers' addresses: an empty one is forgotten at once, or the map would grow for
            // ever.
            self.lanes.remove(&lane);
        } else {
            self.turns.push_back(lane);
        }
        job
    }
}

#[cfg(test)]
mod tests {
    use super::{FairQueue, Lane, Standing};

    fn order(jobs: &[(u64, Standing, &'static str)]) -> String {
        let mut queue = FairQueue::new();
        for (lane, standing, job) in jobs {
            queue.push(Lane::new(*lane), *standing, *job);
        }
        let order = std::iter::from_fn(|| queue.pop()).collect();
        assert!(queue.anyone.lanes.is_empty() && queue.trusted.lanes.is_empty());
        order
    }

    #[test]
    fn lanes_take_turns_and_each_keeps_its_order() {
        let anyone = Standing::Anyone;
        let jobs = [
            (1, anyone, "a"),
            (1, anyone, "b"),
            (1, anyone, "c"),
            (2, anyone, "X"),
            (3, anyone, "-"),
            (2, anyone, "Y"),
        ];
        assert_eq!(order(&jobs), "aX-bYc");
    }

    #[test]
    fn the_trusted_wait_for_no_more_than_one_stranger_each() {
        let (anyone, trusted) = (Standing::Anyone, Standing::Trusted);
        let jobs =
            [(1, anyone, "a"), (2, anyone, "b"), (3, anyone, "c"), (9, trusted, "T"), (9, trusted, "U")];
        assert_eq!(order(&jobs), "TaUbc");
    }
}
