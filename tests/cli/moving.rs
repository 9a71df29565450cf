//! From a SQLite file to PostgreSQL and back, and addresses of databases.

use std::fs;
use std::sync::Arc;

use crate::program::{ANOTHER, Folder, PASSWORD, Place, fresh_database};
use crate::servers::postgres::PostgresServer;

/// A file with an active, a pending and a suspended account.
fn people() -> Folder {
    let folder = Folder::new();
    folder
        .run(&["register", "--email", "Ola@example.com", "--phone", "41234567", "--name", "Øystein Å"])
        .done();
    folder.redeem("activate", "--email", "Ola@example.com", PASSWORD).done();
    folder.run(&["register", "--email", "kari@example.com"]).done();
    folder.active("per@example.com");
    folder.run(&["suspend", "--email", "per@example.com"]).done();
    folder
}

/// The file of the keys that belong to an address.
fn key_file(address: &str) -> String {
    let database = address.split('?').next().unwrap().rsplit('/').next().unwrap();
    format!("{database}.key")
}

pub fn everybody_is_carried_to_postgresql_and_back_with_passwords_and_keys(server: &Arc<PostgresServer>) {
    let here = people();
    let listed = here.run(&["list"]).done();
    let there = fresh_database(server);
    let first = here.run(&["copy", "--to", &there]).done();
    assert_eq!(first, "Kopiert: 3. Var der fra før, og like: 0. Ikke kopiert: 0.\n");
    let again = here.run(&["--lang", "en", "copy", "--to", &there]).done();
    assert_eq!(again, "Copied: 0. There before, and the same: 3. Not copied: 0.\n");
    let keys = fs::read(here.path("members.db.key")).unwrap();
    assert_eq!(fs::read(here.path(&key_file(&there))).unwrap(), keys);

    // The same in every word, and in what cannot be seen: she logs in there with the password that she chose here.
    let moved = here.with_database(&there);
    assert_eq!(moved.run(&["list"]).done(), listed);
    moved.typing(&["login", "--email", "ola@example.com"], &[PASSWORD]).done();
    moved.typing(&["login", "--email", "per@example.com"], &[PASSWORD]).refused();
    moved.redeem("activate", "--email", "kari@example.com", PASSWORD).done();
    moved.run(&["resume", "--email", "per@example.com"]).done();
    moved.typing(&["login", "--email", "per@example.com"], &[PASSWORD]).done();
    moved.typing(&["passwd", "--email", "ola@example.com"], &[PASSWORD, ANOTHER, ANOTHER]).done();

    // And back, into another file.
    let listed = moved.run(&["list"]).done();
    moved.run(&["copy", "--to", "sqlite:back.db"]).done();
    let back = moved.with_database("back.db");
    assert_eq!(back.run(&["list"]).done(), listed);
    back.typing(&["login", "--email", "ola@example.com"], &[ANOTHER]).done();
    assert_eq!(fs::read(back.path("back.db.key")).unwrap(), keys);
}

pub fn what_differs_there_is_reported_and_left_alone(server: &Arc<PostgresServer>) {
    let here = people();
    let there = fresh_database(server);
    // Somebody else has an address of one of them.
    let moved = Folder::new().with_database(&there);
    moved.run(&["register", "--email", "KARI@example.com"]).done();
    let other_keys = fs::read(moved.path(&key_file(&there))).unwrap();
    here.write(&key_file(&there), &other_keys);
    let refused = here.run(&["copy", "--to", &there]).refused();
    assert!(refused.contains("andre nøkler"), "{refused}");
    assert_eq!(moved.run(&["list"]).done().lines().count(), 1);
    fs::remove_file(here.path(&key_file(&there))).unwrap();

    let outcome = here.run(&["copy", "--to", &there]);
    assert_eq!(outcome.out, "Kopiert: 2. Var der fra før, og like: 0. Ikke kopiert: 1.\n");
    assert!(outcome.refused().contains("en annen konto der har e-postadressen"));

    // What was changed there since stays so.
    let moved = here.with_database(&there);
    moved.typing(&["passwd", "--email", "ola@example.com"], &[PASSWORD, ANOTHER, ANOTHER]).done();
    let outcome = moved.with_database("members.db");
    let outcome = outcome.run(&["copy", "--to", &there]);
    assert_eq!(outcome.out, "Kopiert: 0. Var der fra før, og like: 1. Ikke kopiert: 2.\n");
    let refused = outcome.refused();
    assert!(refused.contains("er en annen enn her") && !refused.contains("example.com"), "{refused}");
    let moved = Folder::new().with_database(&there);
    moved.typing(&["login", "--email", "ola@example.com"], &[ANOTHER]).done();
}

pub fn ten_programs_that_start_at_once_on_a_fresh_database_all_work(server: &Arc<PostgresServer>) {
    let folder = Folder::at(&Place::Server(Arc::clone(server)));
    let running: Vec<_> = (0..10).map(|_| folder.start(&["list"])).collect();
    for running in running {
        running.end().done();
    }
}

pub fn a_server_that_is_not_there_and_a_log_in_that_is_refused_are_named(server: &Arc<PostgresServer>) {
    let folder = Folder::new();
    for address in [
        "postgres://ola:hemmelig@127.0.0.1:1/members".to_owned(),
        server.url("no_such_database").replace("postgres@", "postgres:hemmelig@"),
    ] {
        let outcome = folder.run(&["--db", &address, "list"]);
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""));
        assert!(outcome.err.starts_with("Kan ikke bruke postgres://"), "{}", outcome.err);
        assert!(!outcome.err.contains("hemmelig") && !outcome.err.contains("ola"), "{}", outcome.err);
    }
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

pub fn an_address_of_no_database_is_refused_and_its_password_is_not_printed() {
    let folder = Folder::new();
    for address in [
        "mysql://ola:hemmelig@db.example.no/members",
        "postgres://ola:hemmelig@db.example.no",
        "postgres://ola:hemmelig@db.example.no:port/members",
        "postgres:ola:hemmelig",
        "sqlite:",
        "",
    ] {
        for arguments in [["--db", address, "list"], ["copy", "--to", address]] {
            let said = folder.run(&arguments).refused();
            assert!(
                said.starts_with("Databasen må være en fil") && !said.contains("hemmelig"),
                "{address}: {said}"
            );
        }
    }
    // Where an address is not expected at all, its password is not shown either.
    let address = "postgres://ola:hemm@elig@db.example.no/members";
    for arguments in
        [&[address, "list"] as &[&str], &["list", address], &["copy", address], &["--lang", address]]
    {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.status, 2);
        assert!(!outcome.err.contains("hemm") && !outcome.err.contains("elig@"), "{}", outcome.err);
    }
    folder.run(&["--db", "sqlite://other.db", "list"]).done();
    folder.run(&["--db", "sqlite:other.db", "register", "--email", "ola@example.com"]).done();
    assert!(folder.run(&["--db", "other.db", "list"]).done().contains("ola@example.com"));
}
