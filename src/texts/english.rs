//! English.

mod letters;
mod refusals;
mod wordings;

use super::Words;
use super::letter::Letter;
use crate::error::Error;
use crate::message::Notice;
use crate::profile::ServiceProfile;

/// English.
pub(super) struct English;

impl Words for English {
    fn tag(&self) -> &'static str {
        "en"
    }

    fn letter(&self, notice: &Notice, profile: &ServiceProfile) -> Letter {
        letters::letter(notice, profile)
    }

    fn wordings(&self, notice: &Notice, profile: &ServiceProfile) -> Vec<String> {
        wordings::wordings(notice, profile)
    }

    fn explain(&self, error: &Error, profile: &ServiceProfile) -> String {
        refusals::explain(error, profile)
    }
}
