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

    /// Takes a tag as it is written, with `_` read as `-`.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self(Cow::Owned(tag.into().replace('_', "-")))
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
