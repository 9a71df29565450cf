//! Wrong usage, and what is out of order: a status and a sentence, never a panic.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use vestibule::adapters::sqlite::connect_options;

use crate::program::Folder;

pub fn wrong_usage_ends_with_2_and_a_hint() {
    let folder = Folder::new();
    for arguments in [
        &[] as &[&str],
        &["dance"],
        &["register"],
        &["register", "--email"],
        &["register", "--email", "a@example.com", "--email", "b@example.com"],
        &["import"],
        &["invite"],
        &["invite", "--email", "a@example.com", "--all-pending"],
        &["activate", "--email", "a@example.com", "--phone", "41234567"],
        &["login", "--email", "a@example.com", "hemmelig"],
        &["--lang", "fr", "list"],
        &["list", "--all"],
    ] {
        let outcome = folder.run(arguments);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.err.ends_with("Hjelp: cli --help\n"), "{arguments:?}: {}", outcome.err);
    }
    assert!(folder.run(&["--lang=en", "dance"]).err.starts_with("There is no command “dance”."));
    assert!(folder.files().is_empty(), "nothing is made by a program that does not start");
}

pub fn help_is_in_the_language_that_was_asked_for() {
    let folder = Folder::new();
    let norwegian = folder.run(&["--help"]).done();
    assert!(norwegian.contains("Bruk: ") && norwegian.contains("Åpne en stengt konto"), "{norwegian}");
    let english = folder.run(&["--lang", "en", "activate", "--help"]).done();
    assert!(english.contains("Usage: ") && english.contains("The mobile number"), "{english}");
}

pub fn what_is_no_contact_is_refused_with_a_sentence() {
    let folder = Folder::new();
    for arguments in [
        &["register", "--email", "ola"] as &[&str],
        &["register", "--email", "ola@example.com", "--phone", "412O4567"],
        &["register", "--email", "ola@example.com", "--name", "\u{1b}[2J"],
        &["activate", "--email", "ola@"],
        &["activate", "--phone", "12"],
        &["login", "--email", ""],
        &["suspend", "--email", "nobody@example.com"],
        &["invite", "--email", "nobody@example.com"],
    ] {
        folder.run(arguments).refused();
    }
    assert_eq!(folder.run(&["list"]).done(), "");
}

pub fn a_person_is_registered_once() {
    let folder = Folder::new();
    folder.run(&["register", "--email", "ola@example.com"]).done();
    assert!(folder.run(&["register", "--email", "OLA@Example.com"]).refused().contains("registrert fra før"));
}

pub fn a_database_that_cannot_be_opened_is_named() {
    let folder = Folder::new();
    folder.write("notes.txt", "not a database, but longer than the header of one; ".repeat(100));
    for path in ["missing/members.db", ".", "notes.txt"] {
        let outcome = folder.run(&["--db", path, "list"]);
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{path}");
        assert!(outcome.err.starts_with(&format!("Kan ikke bruke {path}: ")), "{}", outcome.err);
    }
}

pub fn a_damaged_key_file_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.run(&["list"]).done();
    let whole = fs::read_to_string(folder.path("members.db.key")).unwrap();
    assert_eq!(whole.len(), 2 * 65);
    let damaged: [&[u8]; 5] = [b"", &whole.as_bytes()[..100], b"\xff\xfe", &[b'z'; 130], b"\n\n"];
    for damaged in damaged {
        folder.write("members.db.key", damaged);
        let said = folder.run(&["list"]).refused();
        assert!(said.contains("members.db.key") && said.contains("sikkerhetskopi"), "{said}");
        assert_eq!(fs::read(folder.path("members.db.key")).unwrap(), damaged);
    }
    folder.write("members.db.key", &whole);
    folder.run(&["list"]).done();
}

pub fn ten_programs_that_start_at_once_share_the_keys_of_one() {
    let folder = Folder::new();
    let running: Vec<_> = (0..10).map(|_| folder.start(&["list"])).collect();
    for running in running {
        running.end().done();
    }
    // Two that end at the same moment each take the other for still there, and SQLite's log is tidied by the next
    // that is the last to go.
    folder.run(&["list"]).done();
    let names: Vec<_> = folder.files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

pub fn a_database_of_a_later_schema_is_refused() {
    let folder = Folder::new();
    folder.run(&["list"]).done();
    let options = connect_options(folder.path("members.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query("insert into vestibule_schema (version) values (1000)").execute(&pool).await.unwrap();
        pool.close().await;
    });
    let outcome = folder.run(&["list"]);
    assert_eq!((outcome.status, outcome.out.as_str()), (1, ""));
    assert!(outcome.err.contains("1000") && outcome.err.contains("backup"), "{}", outcome.err);
}

pub fn an_outbox_that_cannot_be_opened_is_named() {
    let folder = Folder::new();
    let outcome = folder.run(&["--outbox", "missing/outbox", "list"]);
    assert_eq!(outcome.status, 1);
    assert!(outcome.err.starts_with("Kan ikke bruke missing/outbox: "), "{}", outcome.err);
    folder.run(&["--outbox", "mine", "register", "--email", "ola@example.com"]).done();
    folder.run(&["--outbox", "mine", "invite", "--email", "ola@example.com"]).done();
    assert!(fs::read_to_string(folder.path("mine")).unwrap().contains("invitation"));
}

pub fn who_was_not_written_to_is_not_called_invited() {
    let folder = Folder::new();
    folder.run(&["register", "--email", "ola@example.com"]).done();
    let outcome = folder.run(&["--outbox", "/dev/full", "invite", "--all-pending"]);
    assert_eq!(outcome.out, "");
    assert!(outcome.refused().contains("Inviterte til nå: 0."));
    assert!(folder.run(&["events"]).done().contains("operation=code_sender.send"));
}

pub fn a_reader_who_goes_away_is_no_failure() {
    let folder = Folder::new();
    let people = (0..3_000).map(|number| format!("person{number}@example.com,,{}\n", "x".repeat(100)));
    folder.write("people.csv", format!("email,phone,name\n{}", people.collect::<String>()));
    folder.run(&["import", "people.csv"]).done();
    let mut child = folder.command(&["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(100, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    assert!(line.starts_with("ikke aktivert\tperson"));
}
