//! The directory of the example keeps the contract of the port.

use vestibule::account::Registration;
use vestibule::adapters::sqlite::connect_options;
use vestibule::contract::ManagedDirectory;
use vestibule::{AccountId, Contact};

pub(crate) use self::example::{Members, TABLES};
use crate::database::Database;

#[path = "../../examples/own_user_table.rs"]
#[expect(dead_code, reason = "the example has a main of its own")]
mod example;

#[vestibule::async_trait]
impl ManagedDirectory for Members {
    async fn register(&self, registration: Registration) -> AccountId {
        let number: i64 = sqlx::query_scalar(
            "insert into members (full_name, language) values (?1, ?2) returning member_no",
        )
        .bind(registration.name)
        .bind(registration.locale.as_ref().map(|locale| locale.as_str()))
        .fetch_one(&self.0)
        .await
        .unwrap();
        let id = AccountId::new(number.to_string());
        self.replace_contacts(&id, registration.contacts).await;
        id
    }

    async fn suspend(&self, id: &AccountId) {
        set_status(self, id, "update members set status = 'left' where member_no = ?1").await;
    }

    async fn resume(&self, id: &AccountId) {
        set_status(
            self,
            id,
            "update members set status = iif(pw is null, 'new', 'member') where member_no = ?1",
        )
        .await;
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        let mut transaction = self.0.begin_with("begin immediate").await.unwrap();
        sqlx::query("delete from addresses where member_no = ?1")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await
            .unwrap();
        for (contact, rank) in contacts.iter().zip(0_i64..) {
            let address = match contact {
                Contact::Email(address) => address.as_str(),
                Contact::Phone(number) => number.as_str(),
            };
            sqlx::query("insert into addresses values (?1, ?2, ?3, ?4)")
                .bind(id.as_str())
                .bind(rank)
                .bind(address)
                .bind(contact.canonical())
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
    }
}

async fn set_status(members: &Members, id: &AccountId, update: &'static str) {
    let updated = sqlx::query(update).bind(id.as_str()).execute(&members.0).await.unwrap();
    assert_eq!(updated.rows_affected(), 1);
}

async fn fresh() -> Members {
    let pool = sqlx::sqlite::SqlitePool::connect_lazy_with(connect_options(Database::path_to_keep()));
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    Members(pool)
}

vestibule::contract::user_directory!(fresh());
