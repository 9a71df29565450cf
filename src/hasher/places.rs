//! Who gets a place. Pure: no threads, no queue.

use std::collections::HashMap;

use thiserror::Error;

/// Where a job comes from, for fairness: an opaque number that is the same for one source. Made by a keyed hash, so
/// that nobody can choose to share another's lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lane(u64);

/// Whether the asker has shown anything yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// Nothing is known of the asker.
    Anyone,
    /// A valid device token or a matched code came with the request.
    Trusted,
}

/// No place is free for this asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many passwords are being checked at once")]
pub(crate) struct Overloaded;

/// The places and who holds them.
///
/// - Trusted askers can have every place, others all but a quarter: a flood of strangers leaves room for the members.
/// - A lane gets another place as long as it holds fewer than are still free to it. One source alone gets half, two
///   get a third each, and whoever comes new finds one: a fixed share would be too little for an office behind one
///   address, or too much for a flood.
#[derive(Debug)]
pub(super) struct Places {
    total: usize,
    /// How many places strangers can have.
    open: usize,
    trusted: usize,
    anyone: usize,
    by_lane: HashMap<(Lane, Standing), usize>,
}

impl Lane {
    pub(crate) const fn new(key: u64) -> Self {
        Self(key)
    }
}

impl Places {
    pub(super) fn new(total: usize) -> Self {
        // With one place nothing can be kept; with two or three, one.
        let kept = (total / 4).max(1).min(total.saturating_sub(1));
        Self { total, open: total - kept, trusted: 0, anyone: 0, by_lane: HashMap::new() }
    }

    pub(super) fn take(&mut self, lane: Lane, standing: Standing) -> Result<(), Overloaded> {
        let untaken = self.total.saturating_sub(self.trusted + self.anyone);
        let free = match standing {
            Standing::Trusted => untaken,
            Standing::Anyone => untaken.min(self.open.saturating_sub(self.anyone)),
        };
        let held = self.by_lane.get(&(lane, standing)).copied().unwrap_or_default();
        if held >= free {
            return Err(Overloaded);
        }
        *self.taken_by(standing) += 1;
        self.by_lane.insert((lane, standing), held + 1);
        Ok(())
    }

    pub(super) fn release(&mut self, lane: Lane, standing: Standing) {
        let taken = self.taken_by(standing);
        *taken = taken.saturating_sub(1);
        match self.by_lane.get_mut(&(lane, standing)) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(self.by_lane.remove(&(lane, standing))),
        }
    }

    const fn taken_by(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Trusted => &mut self.trusted,
            Standing::Anyone => &mut self.anyone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, Overloaded, Places, Standing};

    fn take_all(places: &mut Places, lane: u64, standing: Standing) -> usize {
        std::iter::from_fn(|| places.take(Lane::new(lane), standing).ok()).count()
    }

    #[test]
    fn one_source_takes_at_most_half_and_a_newcomer_finds_a_place() {
        let mut places = Places::new(16);
        assert_eq!(take_all(&mut places, 1, Standing::Anyone), 6);
        assert_eq!(take_all(&mut places, 2, Standing::Anyone), 3);
        assert_eq!(take_all(&mut places, 3, Standing::Anyone), 2);
        assert_eq!(take_all(&mut places, 4, Standing::Anyone), 1);
        assert_eq!(places.take(Lane::new(5), Standing::Anyone), Err(Overloaded));
    }

    #[test]
    fn a_quarter_is_kept_for_the_trusted() {
        let mut places = Places::new(16);
        let strangers = (0..100).map(|lane| take_all(&mut places, lane, Standing::Anyone)).sum::<usize>();
        let trusted = (0..100).map(|lane| take_all(&mut places, lane, Standing::Trusted)).sum::<usize>();
        assert_eq!((strangers, trusted), (12, 4));
    }

    #[test]
    fn trusted_jobs_may_fill_every_place() {
        let mut places = Places::new(16);
        assert_eq!((0..100).map(|lane| take_all(&mut places, lane, Standing::Trusted)).sum::<usize>(), 16);
        assert_eq!(take_all(&mut places, 1, Standing::Anyone), 0);
    }

    #[test]
    fn what_a_source_still_holds_counts_after_it_gave_a_place_back() {
        let mut places = Places::new(8);
        assert_eq!(take_all(&mut places, 1, Standing::Anyone), 3);
        for given_back in 1..=3 {
            (0..given_back).for_each(|_| places.release(Lane::new(1), Standing::Anyone));
            assert_eq!(take_all(&mut places, 1, Standing::Anyone), given_back);
        }
    }

    #[test]
    fn a_released_place_is_free_and_forgotten() {
        let mut places = Places::new(1);
        for _ in 0..3 {
            places.take(Lane::new(1), Standing::Anyone).unwrap();
            assert_eq!(places.take(Lane::new(2), Standing::Trusted), Err(Overloaded));
            places.release(Lane::new(1), Standing::Anyone);
        }
        assert!(places.by_lane.is_empty());
    }
}
