//! What one Argon2id hash costs.

use thiserror::Error;

/// The cost of one Argon2id hash: memory, passes and lanes.
///
/// The default is [`Argon2Cost::RECOMMENDED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Why a cost is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CostProblem {
    /// The memory is below the approved floor for this number of passes.
    #[error("at least {floor_kib} KiB of memory are required with {passes} passes")]
    BelowFloor {
        /// The number of passes that was asked for.
        passes: u32,
        /// The least memory that is approved for it, in KiB.
        floor_kib: u32,
    },
    /// No passes at all.
    #[error("at least one pass is required")]
    NoPasses,
    /// More memory than [`Argon2Cost::MAX_MEMORY_KIB`].
    #[error("at most {} KiB of memory are allowed", Argon2Cost::MAX_MEMORY_KIB)]
    TooMuchMemory,
    /// No lanes, more than [`Argon2Cost::MAX_LANES`], or fewer than 8 KiB of memory for each.
    #[error("between 1 and {} lanes are allowed, with 8 KiB of memory each", Argon2Cost::MAX_LANES)]
    Lanes,
    /// Memory times passes is more than [`Argon2Cost::MAX_WORK_KIB`].
    #[error("memory times passes may be at most {} KiB", Argon2Cost::MAX_WORK_KIB)]
    TooMuchWork,
}

impl Argon2Cost {
    /// 19 MiB, 2 passes, 1 lane: about 15 ms of one core.
    ///
    /// One of the equally strong settings of the OWASP Password Storage Cheat Sheet and of ASVS 5.0, appendix C; of
    /// these, the one that serves most log-ins per second and MiB.
    pub const RECOMMENDED: Self = Self::unchecked(19_456, 2, 1);

    /// 46 MiB, 1 pass, 1 lane: the approved setting with the most memory (ASVS 5.0, appendix C).
    pub const MEMORY_47104: Self = Self::unchecked(47_104, 1, 1);

    /// 12 MiB, 3 passes, 1 lane: the approved setting for machines with little memory (ASVS 5.0, appendix C).
    pub const MEMORY_12288: Self = Self::unchecked(12_288, 3, 1);

    /// 64 MiB, 3 passes, 4 lanes: the second recommended option of RFC 9106, section 4. The lanes run one after the
    /// other.
    pub const RFC_9106_LOW_MEMORY: Self = Self::unchecked(65_536, 3, 4);

    /// The most memory that one hash may ask for: 1 GiB, in KiB. It is held once for each thread of the pool.
    pub const MAX_MEMORY_KIB: u32 = 1_048_576;

    /// The most lanes. They run one after the other here, and exist for hashes made elsewhere.
    pub const MAX_LANES: u32 = 64;

    /// The most memory times passes, in KiB: about 2 s of one core. Beyond that one log-in holds a thread for so long
    /// that a handful of people stop the service.
    pub const MAX_WORK_KIB: u64 = 4_194_304;

    /// Checks a cost of one's own: `memory_kib` in KiB, the number of passes over it, and the number of lanes.
    ///
    /// # Errors
    ///
    /// What is below the floor of ASVS 5.0, appendix C (47104 KiB with 1 pass, 19456 KiB with 2, 12288 KiB with 3 or
    /// more), and what is above the limits of this type.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CostProblem> {
        let floor_kib = match passes {
            0 => return Err(CostProblem::NoPasses),
            1 => 47_104,
            2 => 19_456,
            _ => 12_288,
        };
        if memory_kib < floor_kib {
            return Err(CostProblem::BelowFloor { passes, floor_kib });
        }
        let cost = Self::unchecked(memory_kib, passes, lanes);
        match cost.excess() {
            Some(problem) => Err(problem),
            None => Ok(cost),
        }
    }

    /// The cheapest that Argon2 allows: 8 KiB, 1 pass. It protects nothing, and makes tests fast.
    #[must_use]
    pub const fn dangerous_cheapest() -> Self {
        Self::unchecked(8, 1, 1)
    }

    /// The memory, in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// The number of passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// The number of lanes.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// The work of one hash: KiB of memory that are filled, over all passes. This is the unit in which refusals are
    /// made alike.
    #[must_use]
    pub const fn work_kib(self) -> u64 {
        self.memory_kib as u64 * self.passes as u64
    }

    /// The cost that does this work, or nearly: 2 passes over whole MiB, in at most `most_kib` of memory (but no less
    /// than 19 MiB), and more passes where that is not enough. Never below the approved floor, nor above the limits.
    pub(super) fn of_work(work_kib: u64, most_kib: u32) -> Self {
        let most_kib = most_kib.clamp(Self::RECOMMENDED.memory_kib, Self::MAX_MEMORY_KIB);
        let work_kib = work_kib.clamp(Self::RECOMMENDED.work_kib(), Self::MAX_WORK_KIB);
        let passes = work_kib.div_ceil(most_kib.into()).max(2);
        let memory_kib = u32::try_from(work_kib / passes).unwrap_or(most_kib) / 1024 * 1024;
        Self::unchecked(memory_kib, u32::try_from(passes).unwrap_or(2), 1)
    }

    /// A cost without a floor, for what a stored hash asks for. Its limits are [`Argon2Cost::excess`]'s.
    pub(super) const fn unchecked(memory_kib: u32, passes: u32, lanes: u32) -> Self {
        Self { memory_kib, passes, lanes }
    }

    /// What about this cost is outside the limits that hold for stored hashes and new ones alike.
    pub(super) const fn excess(self) -> Option<CostProblem> {
        if self.passes == 0 {
            Some(CostProblem::NoPasses)
        } else if self.lanes == 0 || self.lanes > Self::MAX_LANES || self.memory_kib < 8 * self.lanes {
            Some(CostProblem::Lanes)
        } else if self.memory_kib > Self::MAX_MEMORY_KIB {
            Some(CostProblem::TooMuchMemory)
        } else if self.work_kib() > Self::MAX_WORK_KIB {
            Some(CostProblem::TooMuchWork)
        } else {
            None
        }
    }

    /// The cost of one filler hash that does `missing_kib` of work in memory no larger than this cost's, to within 4
    /// KiB and the number of its passes; none where that is less than the cheapest hash.
    pub(super) fn filler(self, missing_kib: u64) -> Option<Self> {
        let passes = missing_kib.div_ceil(u64::from(self.memory_kib));
        let memory_kib = missing_kib.checked_div(passes).filter(|memory_kib| *memory_kib >= 8)?;
        Some(Self::unchecked(u32::try_from(memory_kib).ok()?, u32::try_from(passes).ok()?, 1))
    }
}

impl Default for Argon2Cost {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Argon2Cost, CostProblem};

    #[test]
    fn the_presets_pass_their_own_check() {
        for preset in [
            Argon2Cost::RECOMMENDED,
            Argon2Cost::MEMORY_47104,
            Argon2Cost::MEMORY_12288,
            Argon2Cost::RFC_9106_LOW_MEMORY,
        ] {
            assert_eq!(Argon2Cost::new(preset.memory_kib, preset.passes, preset.lanes), Ok(preset));
        }
    }

    #[test]
    fn nothing_below_the_approved_floor_is_a_cost() {
        for (memory_kib, passes, floor_kib) in [(47_103, 1, 47_104), (19_455, 2, 19_456), (12_287, 9, 12_288)]
        {
            let refused = Argon2Cost::new(memory_kib, passes, 1);
            assert_eq!(refused, Err(CostProblem::BelowFloor { passes, floor_kib }));
        }
        assert_eq!(Argon2Cost::new(65_536, 0, 1), Err(CostProblem::NoPasses));
    }

    #[test]
    fn nothing_above_the_limits_is_a_cost() {
        assert!(Argon2Cost::new(1_048_576, 4, 64).is_ok());
        assert_eq!(Argon2Cost::new(1_048_577, 1, 1), Err(CostProblem::TooMuchMemory));
        assert_eq!(Argon2Cost::new(u32::MAX, u32::MAX, 1), Err(CostProblem::TooMuchMemory));
        assert_eq!(Argon2Cost::new(65_536, 65, 1), Err(CostProblem::TooMuchWork));
        assert_eq!(Argon2Cost::new(65_536, 1, 0), Err(CostProblem::Lanes));
        assert_eq!(Argon2Cost::new(65_536, 1, 65), Err(CostProblem::Lanes));
    }

    proptest! {
        #[test]
        fn a_cost_by_its_work_is_approved_and_does_no_more(work_kib in 0_u64..10_000_000, most_kib in 0_u32..2_000_000) {
            let cost = Argon2Cost::of_work(work_kib, most_kib);
            prop_assert_eq!(Argon2Cost::new(cost.memory_kib, cost.passes, 1), Ok(cost));
            prop_assert!(cost.memory_kib <= most_kib.max(19_456));
            let asked_kib = work_kib.clamp(38_912, Argon2Cost::MAX_WORK_KIB);
            // To within a MiB for each pass.
            let missing_kib = asked_kib.checked_sub(cost.work_kib());
            prop_assert!(missing_kib.is_some_and(|missing| missing < 1025 * u64::from(cost.passes)), "{:?}", cost);
        }

        #[test]
        fn a_filler_does_the_missing_work_within_its_memory(missing_kib in 0_u64..5_000_000, memory_kib in 16_u32..200_000) {
            let shape = Argon2Cost::unchecked(memory_kib, 1, 1);
            let done_kib = shape.filler(missing_kib).map_or(0, |filler| {
                assert!(filler.memory_kib <= memory_kib);
                filler.work_kib()
            });
            let passes = missing_kib / u64::from(memory_kib) + 1;
            prop_assert!(done_kib <= missing_kib && missing_kib - done_kib < passes.max(8));
        }
    }
}
