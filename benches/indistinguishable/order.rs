//! Who comes after whom: at random, and the same again from the same seed.

/// Sebastiano Vigna's SplitMix64: small, and far better than an order of calls needs.
pub struct Order(u64);

impl Order {
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Every pair of a class and a turn once, in a random order: whose turn was before says nothing of whose is now.
    pub fn interleave(&mut self, classes: usize, turns: usize) -> Vec<(usize, usize)> {
        let mut order: Vec<_> =
            (0..turns).flat_map(|turn| (0..classes).map(move |class| (class, turn))).collect();
        self.shuffle(&mut order);
        order
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// Less than `end`, which is far below what a remainder would show in.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
