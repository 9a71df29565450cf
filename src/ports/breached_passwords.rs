use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::error::BackendError;

/// Knows passwords that were found in data breaches.
///
/// # Contract
///
/// - It is asked for the whole password, after normalisation to NFC; it answers about that very string.
/// - The password does not leave the process in the clear: a remote service is asked by a prefix of a hash.
///
/// # Errors
///
/// When it cannot be asked. What happens then was declared with it: [`WhenUnavailable`].
///
/// # Examples
///
/// ```
/// use std::collections::HashSet;
/// use vestibule::error::BackendError;
/// use vestibule::ports::BreachedPasswords;
/// use vestibule::secrecy::{ExposeSecret, SecretString};
///
/// /// A list that the operator keeps.
/// #[derive(Debug)]
/// struct List(HashSet<String>);
///
/// #[vestibule::async_trait]
/// impl BreachedPasswords for List {
///     async fn contains(&self, password: &SecretString) -> Result<bool, BackendError> {
///         Ok(self.0.contains(password.expose_secret()))
///     }
/// }
/// ```
#[async_trait]
pub trait BreachedPasswords: Debug + Send + Sync + 'static {
    /// Whether the password was found in a breach.
    async fn contains(&self, password: &SecretString) -> Result<bool, BackendError>;
}

#[async_trait]
impl<T: BreachedPasswords + ?Sized> BreachedPasswords for Arc<T> {
    async fn contains(&self, password: &SecretString) -> Result<bool, BackendError> {
        (**self).contains(password).await
    }
}

/// What happens to a new password when the list of breached ones cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum WhenUnavailable {
    /// The password is accepted unchecked.
    Accept,
    /// The change is refused, as a failure of the service.
    Refuse,
}
