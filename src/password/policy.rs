//! Which passwords may be chosen.

use std::fmt;

use super::name::Names;
use super::rules;
use super::{NewPassword, PasswordProblem, PersonWord, PolicyProblem};

/// Which passwords may be chosen: how long they are, and that they are not predictable.
///
/// There is nothing to set about which characters a password must hold, how long it may be kept, or what may hint
/// at it: the standards forbid such rules (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2.5 and 6.2.10).
///
/// # Rules
///
/// Each rule looks at the whole password. What a password merely contains is no reason to refuse it. The first rule
/// that refuses it is reported, in this order:
///
/// 1. *Length.* From 15 (8 with a second factor) to 256 code points after NFC.
/// 2. *Repetition* ([`Repetitive`](PasswordProblem::Repetitive)). It has fewer than four different characters, or is
///    a block of at most eight characters at least twice in a row, the last time perhaps cut short.
/// 3. *Sequence* ([`Sequence`](PasswordProblem::Sequence)). From beginning to end it is made of runs of three
///    characters and more. In a run, each character is the next (or each the previous, or each the same) in the
///    alphabet, which may start over, or in Unicode.
/// 4. *Keyboard* ([`KeyboardWalk`](PasswordProblem::KeyboardWalk)). On an American or Norwegian keyboard each key
///    touches the one before or is the same; or from beginning to end it is made of runs and of straight lines of
///    three keys and more, on such a keyboard or on a keypad. Rules 3 and 4 also look at the password with each
///    doubled character taken once (`aabbcc`), and from 12 characters on at two patterns that take turns (`a1b2c3`).
/// 5. *Service* ([`NamesTheService`](PasswordProblem::NamesTheService)). From beginning to end it is made of one or
///    more of the context words, at most two common words, and filling.
/// 6. *Common* ([`Common`](PasswordProblem::Common)). It is an entry of the embedded lists, or from beginning to end
///    it is made of one to three common words, and filling.
///
/// A *common word* is an entry of the embedded lists that holds a letter and has at least four characters, or a run
/// or line of at least four characters that holds a letter, or a turning walk of six. The same word several times in
/// a row counts once. *Filling* is, between two words and at either end, at most eight digits and four other
/// characters that are not letters, and any number of patterns: one character three times and more, or a run or
/// line of three digits or signs and more.
///
/// Rules 5 and 6 compare without regard to upper and lower case. Digits and signs may stand for the letters they
/// imitate (`1 ! |` for i or l, `0 3 4 5 7 8 9 @ $ + €`) in words that are letters for at least one half. All rules
/// but the first also look at the password without its separators: what is neither letter nor digit, where that is
/// at most three different characters, and at most one half of the password. Rules 5 and 6 look at it read
/// backwards too, and, where it is one block several times in a row, at that block.
///
/// Rules about the person are the same as rule 5, with the person's address, number, name and one-time code.
///
/// # Examples
///
/// ```
/// use vestibule::password::{NewPassword, PasswordPolicy, PasswordProblem};
///
/// let policy = PasswordPolicy::default().context_words(["Eksempelforbundet"]);
/// let check = |text: &str| policy.check(&NewPassword::typed_once(text.into())?);
///
/// assert_eq!(check("min hund spiser ikke gulrot"), Ok(()));
/// assert_eq!(check("Passord123456789!"), Err(PasswordProblem::Common));
/// assert_eq!(check("eksempelforbundet2024"), Err(PasswordProblem::NamesTheService));
/// ```
#[derive(Clone)]
pub struct PasswordPolicy {
    minimum: usize,
    maximum: usize,
    lowest_minimum: usize,
    service: Names,
}

/// Fifteen to 256 characters: for a password that is the only factor (NIST SP 800-63B-4, 3.1.1.2).
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum: Self::SINGLE_FACTOR_MINIMUM,
            maximum: Self::DEFAULT_MAXIMUM,
            lowest_minimum: Self::SINGLE_FACTOR_MINIMUM,
            service: Names::default(),
        }
    }
}

impl PasswordPolicy {
    /// The default minimum, and the lowest where the password is the only factor, in code points.
    pub const SINGLE_FACTOR_MINIMUM: usize = 15;
    /// The lowest minimum of all, for passwords that are used with a second factor, in code points.
    pub const SECOND_FACTOR_MINIMUM: usize = 8;
    /// The default maximum, in code points: no one types more, and every check stays cheap.
    pub const DEFAULT_MAXIMUM: usize = 256;
    /// The lowest maximum that may be set, in code points (ASVS 5.0, 6.2.9).
    pub const LOWEST_MAXIMUM: usize = 64;
    /// The highest maximum that may be set, in code points. Each has at most four bytes, so all fit into
    /// [`NewPassword::MAXIMUM_BYTES`].
    pub const HIGHEST_MAXIMUM: usize = 1024;

    /// Makes a policy for passwords that never suffice alone: eight characters are enough.
    ///
    /// # Security
    ///
    /// Only where *each* log-in of each account asks for a second factor. This library asks for none.
    #[must_use]
    pub fn with_second_factor() -> Self {
        Self {
            minimum: Self::SECOND_FACTOR_MINIMUM,
            lowest_minimum: Self::SECOND_FACTOR_MINIMUM,
            ..Self::default()
        }
    }

    /// How many code points a password has at least.
    #[must_use]
    pub const fn minimum(&self) -> usize {
        self.minimum
    }

    /// How many code points a password has at most.
    #[must_use]
    pub const fn maximum(&self) -> usize {
        self.maximum
    }

    /// Sets how many code points a password has at least. Default: 15, or 8 with a second factor.
    ///
    /// # Errors
    ///
    /// Where it would be below that default, or above the maximum.
    pub fn minimum_length(mut self, minimum: usize) -> Result<Self, PolicyProblem> {
        if minimum < self.lowest_minimum {
            return Err(PolicyProblem::MinimumTooLow { floor: self.lowest_minimum });
        }
        if minimum > self.maximum {
            return Err(PolicyProblem::MinimumAboveMaximum);
        }
        self.minimum = minimum;
        Ok(self)
    }

    /// Sets how many code points a password has at most. Default: 256.
    ///
    /// # Errors
    ///
    /// Where it would be below 64, above 1,024, or below the minimum.
    pub fn maximum_length(mut self, maximum: usize) -> Result<Self, PolicyProblem> {
        if maximum < Self::LOWEST_MAXIMUM {
            return Err(PolicyProblem::MaximumTooLow { floor: Self::LOWEST_MAXIMUM });
        }
        if maximum > Self::HIGHEST_MAXIMUM {
            return Err(PolicyProblem::MaximumTooHigh { ceiling: Self::HIGHEST_MAXIMUM });
        }
        if maximum < self.minimum {
            return Err(PolicyProblem::MinimumAboveMaximum);
        }
        self.maximum = maximum;
        Ok(self)
    }

    /// Adds words that anybody would try at this service: the names of the organisation, of its products, places
    /// and roles (ASVS 5.0, 6.1.2). Default: the service's name, which the service adds by itself.
    ///
    /// Of a name of several words, those of at least four characters count separately too. Words of fewer than three
    /// characters are passed over.
    #[must_use]
    pub fn context_words<Word: AsRef<str>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        words.into_iter().for_each(|word| self.service.add_service(word.as_ref()));
        self
    }

    /// Applies the rules that need to know nobody.
    ///
    /// The answer depends on the password and the policy alone, so it may be given to anyone, also while typing.
    ///
    /// # Errors
    ///
    /// The first rule that the password breaks.
    pub fn check(&self, password: &NewPassword) -> Result<(), PasswordProblem> {
        self.check_length(password)?;
        rules::about_nobody(password.expose(), &self.service)
    }

    /// Applies the rules about the person who chooses the password.
    ///
    /// # Security
    ///
    /// The answer tells something about the account. Only whoever holds the code, or is logged in, may see it. It
    /// comes after [`check`](Self::check), which bounds the length that is looked at here.
    ///
    /// # Errors
    ///
    /// [`RepeatsTheCode`](PasswordProblem::RepeatsTheCode) or [`NamesThePerson`](PasswordProblem::NamesThePerson).
    pub(crate) fn check_person(
        &self,
        password: &NewPassword,
        words: &[PersonWord<'_>],
    ) -> Result<(), PasswordProblem> {
        rules::about_the_person(password.expose(), words, &self.service)
    }

    /// Applies the first rule alone, which costs next to nothing.
    pub(crate) fn check_length(&self, password: &NewPassword) -> Result<(), PasswordProblem> {
        let length = password.expose().chars().count();
        if length < self.minimum {
            return Err(PasswordProblem::TooShort { minimum: self.minimum });
        }
        if length > self.maximum {
            return Err(PasswordProblem::TooLong { maximum: self.maximum });
        }
        Ok(())
    }
}

impl fmt::Debug for PasswordPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minimum, maximum, .. } = self;
        f.debug_struct("PasswordPolicy")
            .field("minimum", minimum)
            .field("maximum", maximum)
            .finish_non_exhaustive()
    }
}
