//! The library behind `axum-login`: the credential version is the session's authentication hash.

use axum_login::{AuthUser, AuthnBackend, UserId};
use vestibule::secrecy::SecretString;
use vestibule::{AccountId, AccountService, CredentialVersion, EmailAddress, Error, Origin};

#[derive(Clone, Debug)]
pub struct Member {
    pub id: AccountId,
    pub version: CredentialVersion,
}

impl AuthUser for Member {
    type Id = String;

    fn id(&self) -> String {
        self.id.as_str().to_owned()
    }

    /// Compared at each request with the one that the session began with: it changes with the password, the state and the
    /// contacts of the account, and the session ends with it.
    fn session_auth_hash(&self) -> &[u8] {
        self.version.as_str().as_bytes()
    }
}

#[derive(Clone, Debug)]
pub struct Accounts(pub AccountService);

/// What is typed, and where the request came from.
pub struct Credentials {
    pub email: EmailAddress,
    pub password: SecretString,
    pub origin: Origin,
}

impl AuthnBackend for Accounts {
    type User = Member;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, typed: Credentials) -> Result<Option<Member>, Error> {
        match self.0.log_in(&typed.email, typed.password, &typed.origin).await {
            Ok(login) => Ok(Some(Member { id: login.account_id, version: login.credential_version })),
            Err(Error::CredentialsRejected) => Ok(None),
            // A wait, a stop, a full hasher: the page says so, and none of it tells who is registered.
            Err(error) => Err(error),
        }
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<Member>, Error> {
        let id = AccountId::new(id);
        let version = self.0.current_version(&id).await?;
        Ok(version.map(|version| Member { id, version }))
    }
}
