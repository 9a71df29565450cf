//! Country calling codes: which exist, and how numbers are dialled within the country.

use std::fmt;

use super::ContactProblem;

/// A country calling code that the ITU has assigned, such as 47 for Norway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallingCode(u16);

/// What a zero in front of a national number means.
pub(super) enum TrunkZero {
    /// It is dialled within the country only, and no part of the number.
    Dropped,
    /// It is part of the number.
    Dialled,
    /// There is no such number, or this library does not know: it does not guess.
    NotKnown,
}

impl CallingCode {
    /// Norway, +47.
    pub const NORWAY: Self = Self(47);
    /// Sweden, +46.
    pub const SWEDEN: Self = Self(46);
    /// Denmark, +45.
    pub const DENMARK: Self = Self(45);
    /// Finland, +358.
    pub const FINLAND: Self = Self(358);
    /// Iceland, +354.
    pub const ICELAND: Self = Self(354);

    /// Takes a calling code as a number, without `+` or zeros in front.
    ///
    /// # Errors
    ///
    /// [`ContactProblem::UnknownCallingCode`] where the ITU has not assigned it.
    pub const fn new(code: u16) -> Result<Self, ContactProblem> {
        let mut index = 0;
        while index < ASSIGNED.len() {
            let (first, last) = ASSIGNED[index];
            if first <= code && code <= last {
                return Ok(Self(code));
            }
            index += 1;
        }
        Err(ContactProblem::UnknownCallingCode)
    }

    /// The code as a number.
    #[must_use]
    pub const fn as_number(self) -> u16 {
        self.0
    }

    /// The code that an international number begins with. No code begins another, so there is at most one.
    pub(super) fn leading(digits: &str) -> Result<Self, ContactProblem> {
        if digits.starts_with('0') || digits.is_empty() {
            return Err(ContactProblem::NotAPhoneNumber);
        }
        (1..=3)
            .filter_map(|length| digits.get(..length)?.parse().ok())
            .find_map(|code| Self::new(code).ok())
            .ok_or(ContactProblem::UnknownCallingCode)
    }

    /// How many digits the code has.
    pub(super) const fn digits(self) -> usize {
        match self.0 {
            0..=9 => 1,
            10..=99 => 2,
            _ => 3,
        }
    }

    /// What a zero in front of a national number means. Here are the plans of Europe and of a few large countries; a number of another country is typed with its code and
    /// without the zero.
    pub(super) const fn trunk_zero(self) -> TrunkZero {
        match self.0 {
            20
            | 27
            | 31..=33
            | 40
            | 41
            | 43
            | 44
            | 46
            | 49
            | 60..=64
            | 66
            | 81
            | 82
            | 84
            | 86
            | 90..=95
            | 98 => TrunkZero::Dropped,
            353 | 355 | 358 | 359 | 380..=383 | 385..=387 | 389 | 421 | 972 => TrunkZero::Dropped,
            39 | 225 | 241 | 242 | 378 => TrunkZero::Dialled,
            _ => TrunkZero::NotKnown,
        }
    }
}

impl fmt::Display for CallingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// The codes assigned under ITU-T E.164, as ranges of first and last.
const ASSIGNED: [(u16, u16); 49] = [
    (1, 1),
    (7, 7),
    (20, 20),
    (27, 27),
    (30, 34),
    (36, 36),
    (39, 41),
    (43, 49),
    (51, 58),
    (60, 66),
    (81, 82),
    (84, 84),
    (86, 86),
    (90, 95),
    (98, 98),
    (211, 213),
    (216, 216),
    (218, 218),
    (220, 258),
    (260, 269),
    (290, 291),
    (297, 299),
    (350, 359),
    (370, 379),
    (380, 383),
    (385, 387),
    (389, 389),
    (420, 421),
    (423, 423),
    (500, 509),
    (590, 599),
    (670, 670),
    (672, 683),
    (685, 692),
    (800, 800),
    (808, 808),
    (850, 850),
    (852, 853),
    (855, 856),
    (870, 870),
    (878, 878),
    (880, 883),
    (886, 886),
    (888, 888),
    (960, 968),
    (970, 977),
    (979, 979),
    (992, 996),
    (998, 998),
];
