//! The values that only a passed check can make: whoever holds one has been through it.

use crate::account::{Account, AccountId, AccountState, CredentialVersion, PasswordChange};
use crate::code::{CodeHandle, MacInput, Purpose};
use crate::contact::Contact;
use crate::event::CodeRefusal;
use crate::hasher::Verdict;
use crate::key::KeyRing;
use crate::ports::{ArmedCode, CodeTarget, StoredCode};

/// A code that matched its row. It says nothing yet about the account, which may have changed since.
#[derive(Debug)]
pub(super) struct MatchedCode {
    purpose: Purpose,
    target: CodeTarget,
}

impl MatchedCode {
    /// Compares a code with its row, in constant time. A row that is not armed yet, or with a decoy, costs the same
    /// comparison and matches nothing; so does one for another purpose.
    pub(super) fn compare(
        keys: &KeyRing,
        purpose: Purpose,
        handle: &CodeHandle,
        stored: &StoredCode,
        code: &str,
    ) -> Option<Self> {
        // A row that is not armed yet is compared all the same, with one that no code opens. It is made for every row: how
        // long arming takes depends on who is registered, and so when it is done must not show.
        let unarmed = ArmedCode::decoy(&stored.pending.contact, keys).ok();
        let armed = stored.armed.as_ref().or(unarmed.as_ref())?;
        let input = MacInput {
            purpose,
            handle: handle.expose(),
            account: &armed.target.account,
            destination: &armed.target.destination,
            credential_version: &armed.target.credential_version,
            expires_at: stored.pending.expires_at,
            issue: stored.issue,
            code,
        };
        let matches = keys.matches_code(&input, &armed.mac);
        (matches && stored.pending.purpose == purpose).then(|| Self { purpose, target: armed.target.clone() })
    }

    /// Whose account the code was made for.
    pub(super) const fn account(&self) -> &AccountId {
        &self.target.account
    }

    /// Holds the account as it is now against what it was when the code was made.
    pub(super) fn confirm(self, account: Option<&Account>) -> Result<Proof, CodeRefusal> {
        let Some(account) = account else { return Err(CodeRefusal::AccountChanged) };
        let expected = match self.purpose {
            Purpose::Activation => AccountState::Pending,
            Purpose::Recovery => AccountState::Active,
        };
        if account.state == AccountState::Suspended {
            Err(CodeRefusal::AccountSuspended)
        } else if account.state != expected
            || account.id != self.target.account
            || account.credential_version != self.target.credential_version
            || account.registered(&self.target.destination).is_none()
        {
            Err(CodeRefusal::AccountChanged)
        } else {
            let how = match self.purpose {
                Purpose::Activation => PasswordChange::Activated,
                Purpose::Recovery => PasswordChange::Recovered,
            };
            Ok(Proof {
                account: self.target.account,
                version: self.target.credential_version,
                how,
                proven: Some(self.target.destination),
            })
        }
    }
}

/// The right to set an account's password: a redeemed code, or the current password.
#[derive(Debug)]
pub(super) struct Proof {
    account: AccountId,
    version: CredentialVersion,
    how: PasswordChange,
    proven: Option<Contact>,
}

impl Proof {
    /// The current password of an active account gives the right to change it.
    pub(super) fn by_password(account: &Account, verdict: &Verdict) -> Option<Self> {
        (verdict.matches && account.state == AccountState::Active).then(|| Self {
            account: account.id.clone(),
            version: account.credential_version.clone(),
            how: PasswordChange::Changed,
            proven: None,
        })
    }

    /// Whose password may be set.
    pub(super) const fn account(&self) -> &AccountId {
        &self.account
    }

    /// The credential version that was proven to be held: setting the password replaces this one or none.
    pub(super) const fn version(&self) -> &CredentialVersion {
        &self.version
    }

    /// How the password comes to be set.
    pub(super) const fn how(&self) -> PasswordChange {
        self.how
    }

    /// The contact that the person has shown to be theirs.
    pub(super) const fn proven(&self) -> Option<&Contact> {
        self.proven.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::EmailAddress;

    fn contact(name: &str) -> Contact {
        EmailAddress::parse(name).unwrap().into()
    }

    fn account() -> Account {
        Account {
            id: AccountId::new("1"),
            state: AccountState::Active,
            contacts: vec![contact("ola@example.no")],
            credential_version: CredentialVersion::from_stored("a"),
            password: None,
            locale: None,
            name: None,
        }
    }

    fn confirmed(account: Option<&Account>) -> Result<Proof, CodeRefusal> {
        let target = CodeTarget {
            account: AccountId::new("1"),
            destination: contact("ola@example.no"),
            credential_version: CredentialVersion::from_stored("a"),
        };
        MatchedCode { purpose: Purpose::Recovery, target }.confirm(account)
    }

    #[test]
    fn a_matched_code_proves_the_contact_it_was_sent_to() {
        let proof = confirmed(Some(&account())).unwrap();
        assert_eq!((proof.account().as_str(), proof.version().as_str()), ("1", "a"));
        assert_eq!(proof.how(), PasswordChange::Recovered);
        assert_eq!(proof.proven().map(Contact::canonical), Some(contact("ola@example.no").canonical()));
    }

    // A directory that keeps its contract changes the version with each of these. The proof does not rely on that.
    #[test]
    fn each_change_of_the_account_is_enough_to_refuse_a_matched_code() {
        for changed in [
            Account { state: AccountState::Pending, ..account() },
            Account { id: AccountId::new("2"), ..account() },
            Account { credential_version: CredentialVersion::from_stored("b"), ..account() },
            Account { contacts: vec![contact("kari@example.no")], ..account() },
        ] {
            assert_eq!(confirmed(Some(&changed)).unwrap_err(), CodeRefusal::AccountChanged, "{changed:?}");
        }
        let suspended = Account { state: AccountState::Suspended, ..account() };
        assert_eq!(confirmed(Some(&suspended)).unwrap_err(), CodeRefusal::AccountSuspended);
        assert_eq!(confirmed(None).unwrap_err(), CodeRefusal::AccountChanged);
    }
}
