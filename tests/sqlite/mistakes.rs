//! What a newcomer gets wrong on the way to a first activation, each for real: the message says what to do.

use std::error::Error as _;

use sqlx::sqlite::SqlitePool;
use vestibule::adapters::outbox::{JsonLinesOutbox, MemoryOutbox};
use vestibule::adapters::sqlite::{self, SqliteCodes, SqliteDirectory, SqliteThrottle};
use vestibule::error::BackendErrorKind;
use vestibule::event::EventKind;
use vestibule::hasher::Argon2Cost;
use vestibule::service::AccountServiceBuilder;
use vestibule::{
    AccountService, EmailAddress, Error, KeyRing, Origin, PasswordPolicy, ServiceKey, ServiceProfile,
};

use crate::database::Database;

fn builder(pool: &SqlitePool) -> AccountServiceBuilder {
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool.clone());
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let profile = ServiceProfile::new("Members", "help@example.com");
    AccountService::builder(directory, codes, throttle, MemoryOutbox::new(), keys, profile)
}

/// What a program prints that ends with `{error:?}`, which has the source.
#[track_caller]
fn assert_says<T>(answer: Result<T, impl std::fmt::Debug>, kind: &str, what_to_do: &[&str]) {
    let Err(error) = answer else { panic!("it was not refused") };
    let printed = format!("{error:?}");
    assert!(printed.contains(kind), "{printed}");
    for said in what_to_do {
        assert!(printed.contains(said), "{printed} does not say {said}");
    }
}

#[tokio::test]
async fn a_forgotten_migration_is_told_by_the_check_at_the_start_and_by_the_first_request() {
    let database = Database::absent();
    let accounts = builder(&database.pool).build().unwrap();
    let migrate = ["call sqlite::migrate before the service starts"];
    assert_says(accounts.check_stores().await, "Misconfigured", &migrate);
    let kari = EmailAddress::parse("kari@example.com").unwrap();
    let asked = accounts.request_activation(&kari.clone().into(), &Origin::without_address()).await;
    let Err(error) = &asked else { panic!("it was not refused") };
    assert_eq!(error.to_string(), "the service is out of order", "that is for the person");
    assert!(matches!(error, Error::Backend(_)));
    assert_says(asked, "Misconfigured", &migrate);

    let (directory, ..) = sqlite::open(&database.pool).await.unwrap();
    directory.register(vestibule::account::Registration::new(kari)).await.unwrap();
    accounts.check_stores().await.unwrap();
}

#[tokio::test]
async fn stores_that_answer_are_checked_without_a_trace() {
    let database = Database::new().await;
    builder(&database.pool).build().unwrap().check_stores().await.unwrap();
    for table in ["vestibule_accounts", "vestibule_codes", "vestibule_throttles"] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&database.pool).await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_written_to_is_told_by_the_check() {
    let database = Database::new().await;
    let read_only = SqlitePool::connect_lazy_with(sqlite::connect_options(database.path()).read_only(true));
    let accounts = builder(&read_only).build().unwrap();
    assert_says(accounts.check_stores().await, "Misconfigured", &["let the process write to the file"]);
}

/// The service is built before the runtime is there, so that its background runs on plain threads, where sqlx panics: no
/// code would ever be sent, and nobody would hear why.
#[test]
fn a_service_that_was_built_outside_the_runtime_that_its_adapters_need_is_told_so() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::new());
    let accounts = builder(&database.pool).build().unwrap();
    let inside = ["build the service, and call it, where a runtime is current", "#[tokio::main]"];
    assert_says(runtime.block_on(accounts.check_stores()), "Misconfigured", &inside);
    assert_says(futures_lite::future::block_on(accounts.check_stores()), "Misconfigured", &inside);
}

#[test]
fn a_call_outside_the_runtime_that_its_adapters_need_is_told_so() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let events = vestibule::adapters::memory::MemoryEvents::new();
    let (database, accounts) = runtime.block_on(async {
        let database = Database::new().await;
        let accounts = builder(&database.pool).events(events.clone()).build().unwrap();
        (database, accounts)
    });
    // No connection is at hand, and a new one needs the runtime.
    runtime.block_on(async { database.pool.acquire().await.unwrap().close_on_drop() });
    let kari = EmailAddress::parse("kari@example.com").unwrap().into();
    let origin = Origin::without_address();
    let asked = accounts.request_activation(&kari, &origin);
    let inside = ["build the service, and call it, where a runtime is current", "#[tokio::main]"];
    assert_says(futures_lite::future::block_on(asked), "Misconfigured", &inside);
    let misconfigured = |kind: &EventKind| {
        matches!(kind, EventKind::PortFailed { failure: BackendErrorKind::Misconfigured, .. })
    };
    assert!(events.events().iter().any(|event| misconfigured(&event.kind)));
}

#[test]
fn a_key_of_another_length_is_refused_with_how_to_make_one() {
    let hex = ServiceKey::generate().unwrap().expose_hex();
    for wrong in
        ["", "secret", &hex[1..], &format!("{}00", *hex), &"00".repeat(32), &hex.replace(&hex[..1], "x")]
    {
        let error = ServiceKey::from_hex(wrong).unwrap_err().to_string();
        assert!(error.contains("64 hexadecimal digits") && error.contains("ServiceKey::generate"), "{error}");
    }
}

#[tokio::test]
async fn a_weak_setting_is_refused_by_name_with_what_it_may_be() {
    let database = Database::absent();
    let refused = |change: fn(AccountServiceBuilder) -> AccountServiceBuilder| {
        change(builder(&database.pool)).build().unwrap_err().to_string()
    };
    let lifetime = refused(|builder| {
        let mut settings = vestibule::Settings::default();
        settings.code_lifetime *= 2;
        builder.settings(settings)
    });
    assert!(lifetime.contains("code_lifetime: a code may live for 10 minutes at most"), "{lifetime}");
    let cost = Argon2Cost::new(4_096, 2, 1).unwrap_err().to_string();
    assert_eq!(cost, "at least 19456 KiB of memory are required with 2 passes");
    let short = PasswordPolicy::default().minimum_length(8).unwrap_err().to_string();
    assert!(short.contains("15") && short.contains("with_second_factor"), "{short}");
}

#[tokio::test]
async fn a_page_without_encryption_is_refused_with_what_it_may_be() {
    let pages = ServiceProfile::new("Members", "help@example.com").pages("http://example.no", "", "");
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let pool = Database::absent().pool;
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool);
    let built = AccountService::builder(directory, codes, throttle, MemoryOutbox::new(), keys, pages).build();
    let error = built.unwrap_err();
    assert!(error.to_string().contains("pages: an address begins with https://"), "{error}");
    assert!(error.source().is_some());
}

#[test]
fn an_outbox_that_cannot_be_opened_says_what_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let opened = JsonLinesOutbox::open(folder.path().join("missing/outbox.jsonl"));
    assert_says(opened, "Misconfigured", &["check its path and its permissions"]);
}
