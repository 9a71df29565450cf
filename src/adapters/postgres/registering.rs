//! Entering people, and changing how they are reached.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};
use time::OffsetDateTime;

use crate::account::RegistrationProblem;
use crate::account::{AccountId, CredentialVersion, Registration};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::random;

use super::PostgresDirectory;
use super::connection::{Session, in_time, tried_again};
use super::directory::may_exist;
use super::failure::Failure;
use super::moment::milliseconds;
use super::rows::account::kind;

/// How long entering many people may take in all. No statement may take longer than any other.
pub(super) const PATIENCE_FOR_MANY: Duration = Duration::from_secs(5 * 60);

impl PostgresDirectory {
    /// Enters a person, whose account is pending until it is activated. A contact that is given twice is kept once,
    /// in its first spelling.
    ///
    /// # Errors
    ///
    /// A [`RegistrationProblem`]: nobody was entered.
    pub async fn register(&self, registration: Registration) -> Result<AccountId, RegistrationProblem> {
        let now = self.clock.now();
        in_time(&self.pool, || async {
            let mut session = Session::take(&self.pool).await?;
            let mut transaction = session.begin().await?;
            let entered = enter(&mut transaction, &registration, now).await?;
            match entered {
                Ok(_) => transaction.commit().await?,
                Err(_) => transaction.rollback().await?,
            }
            session.end();
            Ok(entered)
        })
        .await?
    }

    /// Enters many people in one transaction, and says for each, in their order, what came of it: one who could not
    /// be entered does not keep out the others.
    ///
    /// This is faster than registering one by one. Others work on in the meantime; only who registers the same e-mail
    /// address waits, for 3 s at most: give it a thousand at a time.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked: then nobody was entered.
    pub async fn register_all(
        &self,
        registrations: impl IntoIterator<Item = Registration, IntoIter: Send> + Send,
    ) -> Result<Vec<Result<AccountId, RegistrationProblem>>, BackendError> {
        let registrations: Vec<_> = registrations.into_iter().collect();
        let now = self.clock.now();
        tried_again(&self.pool, PATIENCE_FOR_MANY, || async {
            let mut outcomes = Vec::with_capacity(registrations.len());
            let mut session = Session::take(&self.pool).await?;
            let mut transaction = session.begin().await?;
            for registration in &registrations {
                outcomes.push(enter(&mut transaction, registration, now).await?);
            }
            transaction.commit().await?;
            session.end();
            Ok(outcomes)
        })
        .await
    }

    /// Replaces all contacts of an account, which gets a new credential version. `false` means that there is no such
    /// account.
    ///
    /// What was shown to be the person's stays so where the spelling is the same.
    ///
    /// # Errors
    ///
    /// A [`RegistrationProblem`]: nothing was replaced.
    pub async fn replace_contacts(
        &self,
        id: &AccountId,
        contacts: Vec<Contact>,
    ) -> Result<bool, RegistrationProblem> {
        if !may_exist(id) {
            return Ok(false);
        }
        let version = CredentialVersion::random()?;
        let now = self.clock.now();
        in_time(&self.pool, || async {
            let mut session = Session::take(&self.pool).await?;
            let mut transaction = session.begin().await?;
            let replaced = replace(&mut transaction, id, &version, &contacts, now).await?;
            match replaced {
                Ok(true) => transaction.commit().await?,
                Ok(false) | Err(_) => transaction.rollback().await?,
            }
            session.end();
            Ok(replaced)
        })
        .await?
    }
}

/// Enters a person. One who is refused leaves nothing behind, so that the transaction may go on.
async fn enter(
    connection: &mut PgConnection,
    registration: &Registration,
    now: OffsetDateTime,
) -> Result<Result<AccountId, RegistrationProblem>, Failure> {
    let contacts = different(&registration.contacts);
    if contacts.is_empty() {
        return Ok(Err(RegistrationProblem::NoContact));
    }
    let id = AccountId::new(format!("{:032x}", u128::from_be_bytes(random::bytes()?)));
    let version = CredentialVersion::random()?;
    // Who waits for an address that is being registered waits here, and is then told that it is taken.
    let entered = with_contacts(
        sqlx::query(concat!(
            "with person as ( \
               insert into vestibule.accounts (id, state, credential_version, name, locale, created_at, changed_at) \
               values ($1, 'pending', $7, $8, $9, $10, $10) \
             ) ",
            insert_contacts!()
        )),
        &id,
        &contacts,
        &HashMap::new(),
    )
    .bind(version.as_str())
    // The name is there to be refused as a password, and nobody types a zero byte.
    .bind(registration.name.as_ref().map(|name| name.replace('\0', "")))
    .bind(registration.locale.as_ref().map(|locale| locale.as_str().replace('\0', "")))
    .bind(milliseconds(now))
    .fetch_all(&mut *connection)
    .await?;
    if let Some(taken) = missing(&contacts, &entered)? {
        sqlx::query("delete from vestibule.accounts where id = $1")
            .bind(id.as_str())
            .execute(connection)
            .await?;
        return Ok(Err(taken));
    }
    Ok(Ok(id))
}

async fn replace(
    connection: &mut PgConnection,
    id: &AccountId,
    version: &CredentialVersion,
    contacts: &[Contact],
    now: OffsetDateTime,
) -> Result<Result<bool, RegistrationProblem>, Failure> {
    let changed =
        sqlx::query("update vestibule.accounts set credential_version = $2, changed_at = $3 where id = $1")
            .bind(id.as_str())
            .bind(version.as_str())
            .bind(milliseconds(now))
            .execute(&mut *connection)
            .await?;
    if changed.rows_affected() == 0 {
        return Ok(Ok(false));
    }
    let contacts = different(contacts);
    if contacts.is_empty() {
        return Ok(Err(RegistrationProblem::NoContact));
    }
    let removed =
        sqlx::query("delete from vestibule.contacts where account_id = $1 returning spelling, proven_at")
            .bind(id.as_str())
            .fetch_all(&mut *connection)
            .await?;
    let mut proven = HashMap::new();
    for row in &removed {
        let proven_at: Option<i64> = row.try_get("proven_at")?;
        if let Some(proven_at) = proven_at {
            proven.insert(row.try_get("spelling")?, proven_at);
        }
    }
    let entered =
        with_contacts(sqlx::query(insert_contacts!()), id, &contacts, &proven).fetch_all(connection).await?;
    Ok(missing(&contacts, &entered)?.map_or(Ok(true), Err))
}

/// The contacts with their canonical form, each once.
pub(super) fn different(contacts: &[Contact]) -> Vec<(String, &Contact)> {
    let mut different: Vec<(String, &Contact)> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let canonical = contact.canonical();
        if different.iter().all(|(other, _)| *other != canonical) {
            different.push((canonical, contact));
        }
    }
    different
}

/// Inserts the contacts that no other account has, and returns them; in one order, so that two who register the same
/// addresses do not wait for each other.
macro_rules! insert_contacts {
    () => {
        "insert into vestibule.contacts (account_id, position, kind, canonical, spelling, proven_at) \
         select $1, position, kind, canonical, spelling, proven_at \
         from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[]) \
         as c (position, kind, canonical, spelling, proven_at) order by canonical \
         on conflict do nothing returning canonical"
    };
}
pub(super) use insert_contacts;

pub(super) fn with_contacts<'a>(
    query: Query<'a, Postgres, PgArguments>,
    id: &AccountId,
    contacts: &[(String, &Contact)],
    proven: &HashMap<String, i64>,
) -> Query<'a, Postgres, PgArguments> {
    let contacts = contacts.iter();
    query
        .bind(id.as_str().to_owned())
        .bind((0_i64..).take(contacts.len()).collect::<Vec<_>>())
        .bind(contacts.clone().map(|(_, contact)| kind(contact).to_owned()).collect::<Vec<_>>())
        .bind(contacts.clone().map(|(canonical, _)| canonical.clone()).collect::<Vec<_>>())
        .bind(contacts.clone().map(|(_, contact)| contact.as_str().to_owned()).collect::<Vec<_>>())
        .bind(contacts.map(|(_, contact)| proven.get(contact.as_str()).copied()).collect::<Vec<_>>())
}

/// Why some contact was not inserted: another account has that e-mail address.
pub(super) fn missing(
    contacts: &[(String, &Contact)],
    entered: &[PgRow],
) -> Result<Option<RegistrationProblem>, Failure> {
    let mut there = Vec::with_capacity(entered.len());
    for row in entered {
        there.push(row.try_get::<&str, _>("canonical")?);
    }
    Ok(contacts.iter().find_map(|(canonical, contact)| match contact {
        Contact::Email(address) if !there.contains(&canonical.as_str()) => {
            Some(RegistrationProblem::EmailTaken(address.clone()))
        }
        _ => None,
    }))
}
