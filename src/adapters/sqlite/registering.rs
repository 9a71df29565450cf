//! Entering people, and changing how they are reached.

use std::collections::HashMap;

use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};
use time::OffsetDateTime;

use crate::account::RegistrationProblem;
use crate::account::{AccountId, CredentialVersion, Registration};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::random;

use super::SqliteDirectory;
use super::connection::{BEGIN, connection};
use super::failure::failed;
use super::moment::milliseconds;
use super::rows::account::kind;

impl SqliteDirectory {
    /// Enters a person, whose account is pending until it is activated. A contact that is given twice is kept once,
    /// in its first spelling.
    ///
    /// # Errors
    ///
    /// A [`RegistrationProblem`]: nobody was entered.
    pub async fn register(&self, registration: Registration) -> Result<AccountId, RegistrationProblem> {
        let now = self.clock.now();
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        let id = enter(&mut transaction, registration, now).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(id)
    }

    /// Enters many people in one transaction, and says for each, in their order, what came of it: one who could not
    /// be entered does not keep out the others.
    ///
    /// Writing to the disk once makes this much faster than registering one by one. Nobody else can write in the
    /// meantime: give it a thousand at a time, which takes a fraction of a second.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked: then nobody was entered.
    pub async fn register_all(
        &self,
        registrations: impl IntoIterator<Item = Registration, IntoIter: Send> + Send,
    ) -> Result<Vec<Result<AccountId, RegistrationProblem>>, BackendError> {
        let registrations = registrations.into_iter();
        let now = self.clock.now();
        let mut outcomes = Vec::new();
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        for registration in registrations {
            match enter(&mut transaction, registration, now).await {
                Err(RegistrationProblem::Backend(error)) => return Err(error),
                outcome => outcomes.push(outcome),
            }
        }
        transaction.commit().await.map_err(failed)?;
        Ok(outcomes)
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
        let version = CredentialVersion::random()?;
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        let changed = sqlx::query(
            "update vestibule_accounts set credential_version = ?2, changed_at = ?3 where id = ?1",
        )
        .bind(id.as_str())
        .bind(version.as_str())
        .bind(milliseconds(self.clock.now()))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        check(&mut transaction, &contacts, id).await?;
        let proven = take_contacts(&mut transaction, id).await?;
        insert_contacts(&mut transaction, id, &contacts, &proven).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }
}

async fn enter(
    connection: &mut SqliteConnection,
    registration: Registration,
    now: OffsetDateTime,
) -> Result<AccountId, RegistrationProblem> {
    let id = AccountId::new(format!("{:032x}", u128::from_be_bytes(random::bytes()?)));
    check(connection, &registration.contacts, &id).await?;
    sqlx::query(
        "insert into vestibule_accounts (id, state, credential_version, name, locale, created_at, changed_at) \
         values (?1, 'pending', ?2, ?3, ?4, ?5, ?5)",
    )
    .bind(id.as_str())
    .bind(CredentialVersion::random()?.as_str())
    .bind(registration.name)
    .bind(registration.locale.as_ref().map(|locale| locale.as_str()))
    .bind(milliseconds(now))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    insert_contacts(connection, &id, &registration.contacts, &HashMap::new()).await?;
    Ok(id)
}

/// Whether an account may have these contacts. The lock to write is held: what is free now stays so.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    contacts: &[Contact],
    id: &AccountId,
) -> Result<(), RegistrationProblem> {
    if contacts.is_empty() {
        return Err(RegistrationProblem::NoContact);
    }
    for contact in contacts {
        let Contact::Email(address) = contact else { continue };
        let taken =
            sqlx::query("select 1 from vestibule_contacts where canonical = ?1 and account_id <> ?2 limit 1")
                .bind(contact.canonical())
                .bind(id.as_str())
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
        if taken.is_some() {
            return Err(RegistrationProblem::EmailTaken(address.clone()));
        }
    }
    Ok(())
}

/// Removes the contacts of an account, and returns those that were proven: when, by their spelling.
async fn take_contacts(
    connection: &mut SqliteConnection,
    id: &AccountId,
) -> Result<HashMap<String, i64>, BackendError> {
    let rows =
        sqlx::query("delete from vestibule_contacts where account_id = ?1 returning spelling, proven_at")
            .bind(id.as_str())
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    let mut proven = HashMap::new();
    for row in &rows {
        let proven_at: Option<i64> = row.try_get("proven_at").map_err(failed)?;
        if let Some(proven_at) = proven_at {
            proven.insert(row.try_get("spelling").map_err(failed)?, proven_at);
        }
    }
    Ok(proven)
}

pub(super) async fn insert_contacts(
    connection: &mut SqliteConnection,
    id: &AccountId,
    contacts: &[Contact],
    proven: &HashMap<String, i64>,
) -> Result<(), BackendError> {
    let mut different: Vec<(String, &Contact)> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let canonical = contact.canonical();
        if different.iter().all(|(other, _)| *other != canonical) {
            different.push((canonical, contact));
        }
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "insert into vestibule_contacts (account_id, position, kind, canonical, spelling, proven_at) ",
    );
    query.push_values(different.into_iter().zip(0_i64..), |mut values, ((canonical, contact), position)| {
        let spelling = contact.as_str();
        values
            .push_bind(id.as_str().to_owned())
            .push_bind(position)
            .push_bind(kind(contact))
            .push_bind(canonical)
            .push_bind(spelling.to_owned())
            .push_bind(proven.get(spelling).copied());
    });
    query.build().execute(connection).await.map_err(failed)?;
    Ok(())
}
