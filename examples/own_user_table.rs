//! Shows a `UserDirectory` over tables that an application has already, the library's own beside them, and a log-in.
//!
//! The library needs two columns. `lookup` holds an address as `Contact::canonical` writes it, so that it is found in
//! any spelling. `stamp` is the credential version: it changes with the password, the status and the addresses, which
//! triggers see to, whichever part of the application makes the change.
#![expect(clippy::print_stdout, reason = "this is what an example is for")]

use std::{error::Error, time::Duration};

use sqlx::{Row, sqlite::SqlitePool, sqlite::SqlitePoolOptions, sqlite::SqliteRow};
use vestibule::account::{Account, AccountId, AccountState, CredentialChange, CredentialVersion};
use vestibule::adapters::{outbox::MemoryOutbox, sqlite, sqlite::SqliteCodes, sqlite::SqliteThrottle};
use vestibule::{AccountService, BackendError, Contact, EmailAddress, KeyRing, Locale, NewPassword, Origin};
use vestibule::{PasswordHash, PhoneNumber, ServiceKey, ServiceProfile, secrecy::SecretString};
use vestibule::{error::BackendErrorKind, ports::Found, ports::UserDirectory};

pub(crate) const TABLES: &str = include_str!("own_user_table.sql");

#[derive(Clone, Debug)]
pub(crate) struct Members(pub(crate) SqlitePool);

#[vestibule::async_trait]
impl UserDirectory for Members {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let sql = "select * from members natural join addresses where member_no in
            (select member_no from addresses where lookup = ?1) order by member_no, rank";
        let rows = sqlx::query(sql).bind(contact.canonical()).fetch_all(&self.0).await.map_err(failed)?;
        Ok(accounts(&rows)?.into_iter().collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let sql = "select * from members natural join addresses where member_no = ?1 order by rank";
        let rows = sqlx::query(sql).bind(member_no(id)).fetch_all(&self.0).await.map_err(failed)?;
        Ok(accounts(&rows)?.pop())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let (version, pw) = (CredentialVersion::random()?, change.password.expose_for_storage());
        // One statement: of several that expect the same stamp, one finds it.
        let sql = "update members set pw = ?3, stamp = ?4, status = 'member'
            where member_no = ?1 and stamp = ?2 and status <> 'left'";
        let update =
            sqlx::query(sql).bind(member_no(id)).bind(expected.as_str()).bind(pw).bind(version.as_str());
        let updated = update.execute(&self.0).await.map_err(failed)?.rows_affected();
        Ok((updated == 1).then_some(version))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let swap = sqlx::query("update members set pw = ?3 where member_no = ?1 and pw = ?2");
        let swap =
            swap.bind(member_no(id)).bind(expected.expose_for_storage()).bind(new.expose_for_storage());
        Ok(swap.execute(&self.0).await.map_err(failed)?.rows_affected() == 1)
    }
}

/// The number of a member, unless the text is one that this directory never made, such as `007`.
fn member_no(id: &AccountId) -> Option<i64> {
    id.as_str().parse().ok().filter(|number: &i64| number.to_string() == id.as_str())
}

/// Reads one row for each address, sorted by member, as accounts.
fn accounts(rows: &[SqliteRow]) -> Result<Vec<Account>, BackendError> {
    let mut accounts: Vec<Account> = Vec::new();
    for row in rows {
        let id = AccountId::new(row.get::<i64, _>("member_no").to_string());
        let contact = match row.get("address") {
            number if str::starts_with(number, '+') => PhoneNumber::from_e164(number).map(Contact::from),
            address => EmailAddress::parse_internationalised(address).map(Contact::from),
        };
        let damaged = |_| BackendError::new(BackendErrorKind::Corrupt, "correct the address of a member");
        let contact = contact.map_err(damaged)?;
        match accounts.last_mut() {
            Some(account) if account.id == id => account.contacts.push(contact),
            _ => accounts.push(Account {
                id,
                state: match row.get("status") {
                    "new" => AccountState::Pending,
                    "member" => AccountState::Active,
                    _ => AccountState::Suspended,
                },
                credential_version: CredentialVersion::from_stored(row.get::<&str, _>("stamp")),
                password: row.get::<Option<&str>, _>("pw").map(PasswordHash::from_stored),
                contacts: vec![contact],
                name: row.get("full_name"),
                locale: row.get::<Option<&str>, _>("language").map(Locale::new),
            }),
        }
    }
    Ok(accounts)
}

fn failed(error: sqlx::Error) -> BackendError {
    BackendError::new(BackendErrorKind::Unavailable, "look after the database of members").with_source(error)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The application's database, here in memory: then the pool must have one connection, and keep it.
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let ola = "insert into members (member_no, full_name) values (4711, 'Ola Nordmann');
        insert into addresses values (4711, 0, 'Ola@example.no', 'email:ola@example.no')";
    sqlx::raw_sql(ola).execute(&pool).await?;
    sqlite::migrate(&pool).await?;
    let (codes, throttle) = (SqliteCodes::new(pool.clone()), SqliteThrottle::new(pool.clone()));
    let (directory, outbox) = (Members(pool.clone()), MemoryOutbox::new());
    let keys = KeyRing::new(ServiceKey::generate()?, ServiceKey::generate()?);
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no");
    let accounts = AccountService::builder(directory, codes, throttle, outbox.clone(), keys, profile);
    let accounts = accounts.build()?;

    let (typed, origin) = (EmailAddress::parse("OLA@example.no")?, Origin::without_address());
    let request = accounts.request_activation(&typed.clone().into(), &origin).await?;
    accounts.drain(Duration::from_secs(5)).await;
    let code = outbox.last_code_to(&typed.clone().into()).ok_or("no code was sent")?;
    println!("Ola asked for a code, and got {}.", code.expose());
    let password = || SecretString::from("seven brown bears in the library");
    accounts.activate(&request.handle, &code, NewPassword::typed_once(password())?, &origin).await?;
    let login = accounts.log_in(&typed, password(), &origin).await?;
    println!("Ola chose a password, and logged in as member {}.", login.account_id.as_str());
    sqlx::query("update members set status = 'left'").execute(&pool).await?;
    let current = accounts.is_current(&login.account_id, &login.credential_version).await?;
    println!("Ola has left. Is the session still current? {current}.");
    Ok(())
}
