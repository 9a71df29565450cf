use std::fmt::Debug;
use std::sync::Arc;

use crate::contact::Channel;
use crate::error::Error;
use crate::locale::Locale;
use crate::message::{MessageText, Notice};
use crate::profile::ServiceProfile;

/// Puts notices and refusals into words.
///
/// [`BuiltInTexts`](crate::texts::BuiltInTexts) speaks Norwegian (bokmål) and English. An application that wants
/// other words for one notice wraps it, and hands the rest on.
///
/// # Contract
///
/// - The words for a [`Notice::Code`] hold the code; a subject never does.
/// - Every message names the service, and how to reach somebody who can help.
/// - An unknown language is answered in another, not with an error.
pub trait Texts: Debug + Send + Sync + 'static {
    /// The words of a notice, for a channel and a language.
    fn compose(
        &self,
        notice: &Notice,
        channel: Channel,
        locale: &Locale,
        profile: &ServiceProfile,
    ) -> MessageText;

    /// A sentence for the person who was refused: what happened and what to do. It depends on nothing but the error.
    fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String;
}

impl<T: Texts + ?Sized> Texts for Arc<T> {
    fn compose(
        &self,
        notice: &Notice,
        channel: Channel,
        locale: &Locale,
        profile: &ServiceProfile,
    ) -> MessageText {
        (**self).compose(notice, channel, locale, profile)
    }

    fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
        (**self).explain(error, locale, profile)
    }
}
