//! Which language a person is written to in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A language, as a BCP 47 tag such as `nb` or `en-GB`.
///
/// The tag is open: the texts that ship are Norwegian (bokmål) and English, and an application that brings its own
/// [`Texts`](crate::ports::Texts) may use any other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Locale(Cow<'static, str>);

impl Locale {
    /// Norwegian bokmål, `nb`.
    pub const NORWEGIAN: Self = Self(Cow::Borrowed("nb"));
    /// English, `en`.
    pub const ENGLISH: Self = Self(Cow::Borrowed("en"));

    /// The longest tag that is kept, in characters.
    pub const MAX_LENGTH: usize = 35;

    /// Takes a tag as it is written, with `_` read as `-`, up to the first character that no tag has and to 35
    /// characters: what a browser sends may be handed on as it is.
    #[must_use]
    pub fn new(tag: impl AsRef<str>) -> Self {
        let letters = tag.as_ref().trim().chars().map(|c| if c == '_' { '-' } else { c });
        let tag = letters.take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(Self::MAX_LENGTH);
        Self(Cow::Owned(tag.collect()))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag in lower case: `nb` of `nb-NO`.
    #[must_use]
    pub fn language(&self) -> String {
        self.0.split('-').next().unwrap_or_default().to_lowercase()
    }
}
