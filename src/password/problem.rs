//! Why a password, or a policy, is refused.

use serde::Serialize;

/// Why a password may not be chosen.
///
/// It says which rule refused the password and how to choose a better one. It never holds the password or a part
/// of it, so it may be shown, logged and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PasswordProblem {
    /// The password and its confirmation differ. Guidance: type both again, with the password shown.
    #[error("the password and its confirmation differ")]
    Mismatch,

    /// More than `maximum` bytes were typed. They were refused unread, before anything was computed from them.
    /// Guidance: a few words are enough.
    #[error("the password is longer than {maximum} bytes")]
    Oversized {
        /// The most that is read, in bytes of UTF-8.
        maximum: usize,
    },

    /// The password has fewer characters than the policy asks for. Guidance: four or more words that do not belong
    /// together are long, and easy to remember.
    #[error("the password has fewer than {minimum} characters")]
    TooShort {
        /// The fewest that are accepted, in Unicode code points.
        minimum: usize,
    },

    /// The password has more characters than the policy accepts. Guidance: leave something out; nothing is cut off
    /// silently.
    #[error("the password has more than {maximum} characters")]
    TooLong {
        /// The most that are accepted, in Unicode code points.
        maximum: usize,
    },

    /// The password is made of very few characters, or says a short text over and over. Guidance: repeating adds
    /// length and no strength; add words instead.
    #[error("the password repeats itself")]
    Repetitive,

    /// The password follows the alphabet, or counts, up or down. Guidance: words that do not belong together.
    #[error("the password is a sequence of letters or digits")]
    Sequence,

    /// The password follows the keys of a keyboard. Guidance: words that do not belong together.
    #[error("the password follows the keys of the keyboard")]
    KeyboardWalk,

    /// The password is one that many people use, or is built from at most three such words. Guidance: four or more
    /// words, of which some are uncommon; digits and signs at the end do not help.
    #[error("the password is among the most used ones, or is built from them")]
    Common,

    /// The password is the name of the service, or derives from it. Guidance: it may occur in a sentence, but not
    /// be all of it.
    #[error("the password derives from the name of the service")]
    NamesTheService,

    /// The password is the person's own address, number or name, or derives from it. Guidance: the same as for the
    /// service's name.
    #[error("the password derives from the person's own name, address or number")]
    NamesThePerson,

    /// The password is the one-time code that was just used, or derives from it. Guidance: the code is used up; the
    /// password is something new, which the person makes up.
    #[error("the password derives from the one-time code")]
    RepeatsTheCode,

    /// The password is known from a breach. Guidance: it should be changed wherever else it is used.
    #[error("the password is known from a breach")]
    Breached,
}

/// Why a [`PasswordPolicy`](super::PasswordPolicy) cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyProblem {
    /// The shortest accepted password would be too short.
    #[error(
        "passwords must have at least {floor} characters under this policy: raise the minimum (8 will do beside a second \
         factor: begin with PasswordPolicy::with_second_factor)"
    )]
    MinimumTooLow {
        /// The lowest minimum that this policy may have, in code points.
        floor: usize,
    },
    /// The longest accepted password would be too short: passphrases and generated passwords must fit.
    #[error("passwords of at least {floor} characters must be accepted")]
    MaximumTooLow {
        /// The lowest maximum that a policy may have, in code points.
        floor: usize,
    },
    /// The longest accepted password would be too long to be checked in bounded time.
    #[error("a maximum above {ceiling} characters cannot be checked in bounded time")]
    MaximumTooHigh {
        /// The highest maximum that a policy may have, in code points.
        ceiling: usize,
    },
    /// No password could satisfy both ends.
    #[error("the minimum is above the maximum")]
    MinimumAboveMaximum,
}
