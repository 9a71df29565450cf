//! A table of users as many have it: a column for the e-mail address, and perhaps one for the number. It keeps the contract
//! of the port; where two people cannot have a contact in common, the clause about that shows as ignored.

use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use vestibule::account::{CredentialChange, Registration};
use vestibule::adapters::sqlite::connect_options;
use vestibule::contract::{ContactCapacity, ManagedDirectory};
use vestibule::ports::{Found, UserDirectory};
use vestibule::{
    Account, AccountId, AccountState, BackendError, Contact, CredentialVersion, EmailAddress, Locale,
    PasswordHash, PhoneNumber,
};

use crate::database::Database;

const TABLE: &str = "create table users (
    id integer primary key,
    email text not null,
    email_key text not null unique,
    name text,
    language text,
    password text,
    closed integer not null default 0,
    version text not null default (hex(randomblob(16)))
)";
const NUMBERS: &str = "alter table users add column phone text";

/// Users with an e-mail address, and a number where there is a column for it.
#[derive(Clone, Debug)]
struct Users {
    pool: SqlitePool,
    capacity: ContactCapacity,
}

impl Users {
    async fn with(capacity: ContactCapacity) -> Self {
        let pool = SqlitePool::connect_lazy_with(connect_options(Database::path_to_keep()));
        sqlx::raw_sql(TABLE).execute(&pool).await.unwrap();
        let users = Self { pool, capacity };
        if users.have_numbers() {
            sqlx::raw_sql(NUMBERS).execute(&users.pool).await.unwrap();
        }
        users
    }

    fn have_numbers(&self) -> bool {
        self.capacity == ContactCapacity::EmailAndPhone
    }

    fn account(&self, row: &SqliteRow) -> Account {
        let email = EmailAddress::parse_internationalised(row.get("email")).unwrap();
        let mut contacts = vec![Contact::from(email)];
        if self.have_numbers()
            && let Some(number) = row.get("phone")
        {
            contacts.push(PhoneNumber::from_e164(number).unwrap().into());
        }
        let password = row.get::<Option<&str>, _>("password").map(PasswordHash::from_stored);
        Account {
            id: AccountId::new(row.get::<i64, _>("id").to_string()),
            state: match (row.get("closed"), &password) {
                (true, _) => AccountState::Suspended,
                (false, Some(_)) => AccountState::Active,
                (false, None) => AccountState::Pending,
            },
            credential_version: CredentialVersion::from_stored(row.get::<&str, _>("version")),
            password,
            contacts,
            name: row.get("name"),
            locale: row.get::<Option<&str>, _>("language").map(Locale::new),
        }
    }

    async fn operate(&self, id: &AccountId, update: &'static str) {
        let updated = sqlx::query(update).bind(number(id)).execute(&self.pool).await.unwrap();
        assert_eq!(updated.rows_affected(), 1);
    }
}

fn number(id: &AccountId) -> Option<i64> {
    id.as_str().parse().ok().filter(|number: &i64| number.to_string() == id.as_str())
}

/// The columns of these contacts: the address, its key, and the number.
fn columns(contacts: &[Contact]) -> (&str, String, Option<&str>) {
    match contacts {
        [email @ Contact::Email(_)] => (email.as_str(), email.canonical(), None),
        [email @ Contact::Email(_), phone @ Contact::Phone(_)] => {
            (email.as_str(), email.canonical(), Some(phone.as_str()))
        }
        other => panic!("there are no columns for {other:?}"),
    }
}

#[vestibule::async_trait]
impl UserDirectory for Users {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let (sql, key) = match contact {
            Contact::Email(_) => ("select * from users where email_key = ?1", contact.canonical()),
            Contact::Phone(_) if !self.have_numbers() => return Ok(Found::Nobody),
            Contact::Phone(number) => ("select * from users where phone = ?1", number.as_str().to_owned()),
        };
        let rows = sqlx::query(sql).bind(key).fetch_all(&self.pool).await.unwrap();
        Ok(rows.iter().map(|row| self.account(row)).collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let row = sqlx::query("select * from users where id = ?1").bind(number(id));
        Ok(row.fetch_optional(&self.pool).await.unwrap().map(|row| self.account(&row)))
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let version = CredentialVersion::random()?;
        let update =
            "update users set password = ?3, version = ?4 where id = ?1 and version = ?2 and not closed";
        let update = sqlx::query(update).bind(number(id)).bind(expected.as_str());
        let update = update.bind(change.password.expose_for_storage()).bind(version.as_str());
        let updated = update.execute(&self.pool).await.unwrap().rows_affected();
        Ok((updated == 1).then_some(version))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let update = sqlx::query("update users set password = ?3 where id = ?1 and password = ?2");
        let update =
            update.bind(number(id)).bind(expected.expose_for_storage()).bind(new.expose_for_storage());
        Ok(update.execute(&self.pool).await.unwrap().rows_affected() == 1)
    }
}

#[vestibule::async_trait]
impl ManagedDirectory for Users {
    async fn register(&self, registration: Registration) -> AccountId {
        let (email, key, phone) = columns(&registration.contacts);
        let insert = match phone {
            Some(_) => {
                "insert into users (email, email_key, name, language, phone) values (?1, ?2, ?3, ?4, ?5) returning id"
            }
            None => {
                "insert into users (email, email_key, name, language) values (?1, ?2, ?3, ?4) returning id"
            }
        };
        let locale = registration.locale.as_ref().map(Locale::as_str);
        let insert = sqlx::query_scalar(insert).bind(email).bind(key).bind(registration.name.as_deref());
        let insert = insert.bind(locale);
        let insert = if phone.is_some() { insert.bind(phone) } else { insert };
        let id: i64 = insert.fetch_one(&self.pool).await.unwrap();
        AccountId::new(id.to_string())
    }

    async fn suspend(&self, id: &AccountId) {
        self.operate(id, "update users set closed = 1, version = hex(randomblob(16)) where id = ?1").await;
    }

    async fn resume(&self, id: &AccountId) {
        self.operate(id, "update users set closed = 0, version = hex(randomblob(16)) where id = ?1").await;
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        let (email, key, phone) = columns(&contacts);
        let mut transaction = self.pool.begin_with("begin immediate").await.unwrap();
        let update =
            "update users set email = ?2, email_key = ?3, version = hex(randomblob(16)) where id = ?1";
        let update = sqlx::query(update).bind(number(id)).bind(email).bind(key);
        assert_eq!(update.execute(&mut *transaction).await.unwrap().rows_affected(), 1);
        if self.have_numbers() {
            let update =
                sqlx::query("update users set phone = ?2 where id = ?1").bind(number(id)).bind(phone);
            update.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }

    fn capacity(&self) -> ContactCapacity {
        self.capacity
    }
}

mod an_address_and_a_number {
    use super::{ContactCapacity, Users};

    vestibule::contract::user_directory!(Users::with(ContactCapacity::EmailAndPhone));
}

mod an_address_alone {
    use super::{ContactCapacity, Users};

    vestibule::contract::user_directory!(Users::with(ContactCapacity::Email), without shared_contacts);
}

#[test]
#[should_panic(expected = "without shared_contacts")]
fn a_clause_that_cannot_be_asked_is_not_kept() {
    vestibule::contract::run(async {
        let users = Users::with(ContactCapacity::Email).await;
        vestibule::contract::user_directory::a_contact_of_two_accounts_is_several(&users).await;
    });
}
