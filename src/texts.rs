//! The words that ship: Norwegian (bokmål) and English.
//!
//! Every message begins with the name of the service, says what to do if it was not the person herself, and whom to
//! contact. None holds anything that a request carried. The address of a page is written out as text, never as a
//! link: people who are used to links in such messages are easier to deceive.
//!
//! # Other words, other languages
//!
//! An application that wants other words for one notice, or one more language, wraps [`BuiltInTexts`], says what it
//! wants to say itself and hands the rest on.
//!
//! ```
//! use vestibule::contact::Channel;
//! use vestibule::message::{MessageText, Notice};
//! use vestibule::ports::Texts;
//! use vestibule::texts::BuiltInTexts;
//! use vestibule::{Error, Locale, ServiceProfile};
//!
//! /// Invitations by SMS in our own words, and codes by SMS in Danish too.
//! #[derive(Debug, Default)]
//! struct OurTexts(BuiltInTexts);
//!
//! impl Texts for OurTexts {
//!     fn compose(
//!         &self,
//!         notice: &Notice,
//!         channel: Channel,
//!         locale: &Locale,
//!         profile: &ServiceProfile,
//!     ) -> MessageText {
//!         let ServiceProfile { name, support, .. } = profile;
//!         match (locale.language().as_str(), notice, channel) {
//!             ("nb", Notice::Invitation, Channel::Sms) => MessageText::sms(format!(
//!                 "{name}: Velkommen som medlem! Aktiver kontoen din på Min side. Ikke til deg? Kontakt {support}."
//!             )),
//!             ("da", Notice::Code { code, valid_for, .. }, Channel::Sms) => MessageText::sms(format!(
//!                 "{name}: Din kode er {}. Den gælder i {} min. Ikke dig? Kontakt {support}.",
//!                 code.expose(),
//!                 valid_for.as_secs() / 60,
//!             )),
//!             _ => self.0.compose(notice, channel, locale, profile),
//!         }
//!     }
//!
//!     fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
//!         match (locale.language().as_str(), error) {
//!             ("da", Error::Overloaded) => "Der er travlt lige nu. Prøv igen om lidt.".to_owned(),
//!             _ => self.0.explain(error, locale, profile),
//!         }
//!     }
//! }
//!
//! # let texts = OurTexts::default();
//! # let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no");
//! # let invitation = texts.compose(&Notice::Invitation, Channel::Sms, &Locale::NORWEGIAN, &profile);
//! # assert!(invitation.expose_text().contains("Velkommen som medlem"));
//! # assert!(texts.explain(&Error::Overloaded, &Locale::new("da"), &profile).starts_with("Der er travlt"));
//! ```
//!
//! It is handed to the service by [`texts`](crate::service::AccountServiceBuilder::texts).

mod amount;
mod english;
mod letter;
mod norwegian;
mod place;
mod sms;

use self::english::English;
use self::letter::Letter;
use self::norwegian::Norwegian;
use crate::contact::Channel;
use crate::error::Error;
use crate::locale::Locale;
use crate::message::{MessageText, Notice};
use crate::ports::Texts;
use crate::profile::ServiceProfile;

/// The words that ship: Norwegian (bokmål) and English.
///
/// Norwegian is spoken to whoever asks for `nb`, `nn` or `no`, English to whoever asks for `en`, in whatever country.
/// Anybody else is spoken to in the profile's language if it is one of these, and otherwise in English.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct BuiltInTexts;

impl Texts for BuiltInTexts {
    fn compose(
        &self,
        notice: &Notice,
        channel: Channel,
        locale: &Locale,
        profile: &ServiceProfile,
    ) -> MessageText {
        let words = words_for(locale, profile);
        match channel {
            Channel::Email => words.letter(notice, profile).into_message(words.tag(), profile),
            Channel::Sms => sms::message(&words.wordings(notice, profile), notice, profile),
        }
    }

    fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
        words_for(locale, profile).explain(error, profile)
    }
}

/// What a language brings. How a message is put together is the same in all of them.
trait Words {
    /// The language, as a BCP 47 tag.
    fn tag(&self) -> &'static str;

    /// An e-mail.
    fn letter(&self, notice: &Notice, profile: &ServiceProfile) -> Letter;

    /// An SMS, without the line that binds a code to a host and with a place for the code: in several wordings, the
    /// best one first and the shortest last.
    fn wordings(&self, notice: &Notice, profile: &ServiceProfile) -> Vec<String>;

    /// A sentence or two about a refusal.
    fn explain(&self, error: &Error, profile: &ServiceProfile) -> String;
}

fn words_for(locale: &Locale, profile: &ServiceProfile) -> &'static dyn Words {
    spoken(locale).or_else(|| spoken(&profile.locale)).unwrap_or(&English)
}

fn spoken(locale: &Locale) -> Option<&'static dyn Words> {
    match locale.language().as_str() {
        "nb" | "nn" | "no" => Some(&Norwegian),
        "en" => Some(&English),
        _ => None,
    }
}
