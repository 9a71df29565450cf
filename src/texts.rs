//! The words that ship: Norwegian (bokmål) and English.

use crate::contact::Channel;
use crate::error::Error;
use crate::locale::Locale;
use crate::message::{MessageText, Notice};
use crate::ports::Texts;
use crate::profile::ServiceProfile;

/// The words that ship.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct BuiltInTexts;

impl Texts for BuiltInTexts {
    fn compose(
        &self,
        notice: &Notice,
        channel: Channel,
        _: &Locale,
        profile: &ServiceProfile,
    ) -> MessageText {
        let text = match notice {
            Notice::Code { code, .. } => format!("{}: {}", profile.name, code.expose()),
            _ => profile.name.clone(),
        };
        match channel {
            Channel::Email => MessageText::email("x", text.clone(), text),
            Channel::Sms => MessageText::sms(text),
        }
    }

    fn explain(&self, error: &Error, _: &Locale, _: &ServiceProfile) -> String {
        error.to_string()
    }
}
