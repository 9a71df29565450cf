//! A directory on Diesel.

use std::fmt;

use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sqlite::SqliteConnection;
use vestibule::account::{Account, AccountId, CredentialChange, CredentialVersion};
use vestibule::ports::{Found, UserDirectory};
use vestibule::{BackendError, Contact, PasswordHash, async_trait};

use super::people::{Row, account, failed, member_no};

diesel::table! {
    members (member_no) {
        member_no -> BigInt,
        full_name -> Nullable<Text>,
        language -> Nullable<Text>,
        pw -> Nullable<Text>,
        status -> Text,
        stamp -> Text,
    }
}

diesel::table! {
    addresses (member_no, rank) {
        member_no -> BigInt,
        rank -> BigInt,
        address -> Text,
        lookup -> Text,
    }
}

diesel::joinable!(addresses -> members (member_no));
diesel::allow_tables_to_appear_in_same_query!(members, addresses);

#[derive(Clone)]
pub struct DieselMembers(pub Pool<ConnectionManager<SqliteConnection>>);

impl DieselMembers {
    /// Diesel waits where it is called, for a connection and for the database: on a thread where that holds up nobody.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, BackendError> {
        let pool = self.0.clone();
        let answer = move || {
            let mut connection = pool.get().map_err(failed)?;
            question(&mut connection).map_err(failed)
        };
        blocking::unblock(answer).await
    }
}

#[async_trait]
impl UserDirectory for DieselMembers {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let lookup = contact.canonical();
        let rows = self.ask(move |connection| {
            let asked = diesel::alias!(addresses as asked);
            let is_asked_for = asked.field(addresses::lookup).eq(lookup);
            let whose = asked.filter(is_asked_for).select(asked.field(addresses::member_no));
            members::table
                .inner_join(addresses::table)
                .filter(members::member_no.eq_any(whose))
                .order((members::member_no, addresses::rank))
                .select((members::all_columns, addresses::address))
                .load(connection)
        });
        Ok(accounts(rows.await?)?.into_iter().collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let Some(number) = member_no(id) else { return Ok(None) };
        let rows = self.ask(move |connection| {
            members::table
                .inner_join(addresses::table)
                .filter(members::member_no.eq(number))
                .order(addresses::rank)
                .select((members::all_columns, addresses::address))
                .load(connection)
        });
        Ok(accounts(rows.await?)?.pop())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let Some(number) = member_no(id) else { return Ok(None) };
        let (version, expected) = (CredentialVersion::random()?, expected.as_str().to_owned());
        let (new, pw) = (version.as_str().to_owned(), change.password.expose_for_storage().to_owned());
        // One statement: of several that expect the same stamp, one finds it.
        let updated = self.ask(move |connection| {
            let current = members::table
                .filter(members::member_no.eq(number))
                .filter(members::stamp.eq(expected))
                .filter(members::status.ne("left"));
            let change = (members::pw.eq(pw), members::stamp.eq(new), members::status.eq("member"));
            diesel::update(current).set(change).execute(connection)
        });
        Ok((updated.await? == 1).then_some(version))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let Some(number) = member_no(id) else { return Ok(false) };
        let [expected, new] = [expected, new].map(|hash| hash.expose_for_storage().to_owned());
        let updated = self.ask(move |connection| {
            let current =
                members::table.filter(members::member_no.eq(number)).filter(members::pw.eq(expected));
            diesel::update(current).set(members::pw.eq(new)).execute(connection)
        });
        Ok(updated.await? == 1)
    }
}

/// The columns of `members`, in their order.
type Member = (i64, Option<String>, Option<String>, Option<String>, String, String);

/// One row for each address, sorted by member and rank.
fn accounts(rows: Vec<(Member, String)>) -> Result<Vec<Account>, BackendError> {
    let mut members: Vec<(Member, Vec<String>)> = Vec::new();
    for (member, address) in rows {
        match members.last_mut() {
            Some((last, addresses)) if last.0 == member.0 => addresses.push(address),
            _ => members.push((member, vec![address])),
        }
    }
    let read = |((member_no, full_name, language, pw, status, stamp), addresses): (Member, Vec<String>)| {
        account(Row { member_no, full_name, language, pw, status, stamp }, &addresses)
    };
    members.into_iter().map(read).collect()
}

/// A `Debug` of the pool would be no secret, and of no use.
impl fmt::Debug for DieselMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DieselMembers").finish_non_exhaustive()
    }
}
