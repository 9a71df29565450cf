//! Activating a registered account: a code, and the first password.

use crate::code::{Code, CodeHandle, Purpose};
use crate::contact::Contact;
use crate::error::Error;
use crate::origin::Origin;
use crate::password::NewPassword;
use crate::service::AccountService;
use crate::service::redemption::{self, CodeRequest, Redeemed};

impl AccountService {
    /// Asks for a code that activates the account with this contact, sent to this contact.
    ///
    /// Whoever asks, and for whom, gets the same answer at once. Only then is the directory asked: a person who is
    /// registered and not active yet is sent a code; one who is active is told so, in private; nobody else hears
    /// anything.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] after too many requests, known or unknown; [`Error::Overloaded`] when too many wait;
    /// [`Error::Backend`] when a store cannot be asked. None depends on who is registered.
    pub async fn request_activation(&self, contact: &Contact, origin: &Origin) -> Result<CodeRequest, Error> {
        redemption::request(&self.inner, Purpose::Activation, contact, origin).await
    }

    /// Activates an account: redeems the code and sets the first password.
    ///
    /// A password that is refused does not spend the code. Nobody is logged in by this.
    ///
    /// # Errors
    ///
    /// [`Error::PasswordRejected`] where another password must be chosen; [`Error::CodeRejected`];
    /// [`Error::Overloaded`] when too much is being hashed, which costs no try; [`Error::Backend`].
    pub async fn activate(
        &self,
        handle: &CodeHandle,
        code: &Code,
        password: NewPassword,
        origin: &Origin,
    ) -> Result<Redeemed, Error> {
        redemption::redeem(&self.inner, Purpose::Activation, handle, code, password, origin).await
    }
}
