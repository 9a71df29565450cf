//! Recovering a forgotten password: a code, and a new password.

use crate::code::{Code, CodeHandle, Purpose};
use crate::contact::Contact;
use crate::error::Error;
use crate::origin::Origin;
use crate::password::NewPassword;
use crate::service::AccountService;
use crate::service::redemption::{self, CodeRequest, Redeemed};

impl AccountService {
    /// Asks for a code to choose a new password with, sent to this contact.
    ///
    /// Whoever asks, and for whom, gets the same answer at once. Only then is the directory asked: an active person is
    /// sent a code; one who never activated is told so, in private; nobody else hears anything.
    ///
    /// # Errors
    ///
    /// As [`request_activation`](Self::request_activation).
    pub async fn request_recovery(&self, contact: &Contact, origin: &Origin) -> Result<CodeRequest, Error> {
        redemption::request(&self.inner, Purpose::Recovery, contact, origin).await
    }

    /// Sets a new password for an active account: redeems the code.
    ///
    /// A password that is refused does not spend the code. Nobody is logged in by this; every session ends, by
    /// [`is_current`](Self::is_current).
    ///
    /// # Errors
    ///
    /// As [`activate`](Self::activate).
    pub async fn recover(
        &self,
        handle: &CodeHandle,
        code: &Code,
        password: NewPassword,
        origin: &Origin,
    ) -> Result<Redeemed, Error> {
        redemption::redeem(&self.inner, Purpose::Recovery, handle, code, password, origin).await
    }
}
