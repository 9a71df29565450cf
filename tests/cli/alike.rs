//! Whoever is asked about, the words and the exit status are the same.

use crate::program::{ANOTHER, Folder, Outcome, PASSWORD};

/// People of every kind; the first is unknown.
const PEOPLE: [&str; 4] =
    ["nobody@example.com", "pending@example.com", "active@example.com", "closed@example.com"];

fn people() -> Folder {
    let folder = Folder::new();
    folder.run(&["register", "--email", "pending@example.com"]).done();
    folder.active("active@example.com");
    folder.active("closed@example.com");
    folder.run(&["suspend", "--email", "closed@example.com"]).done();
    folder
}

#[track_caller]
fn assert_alike(ask: impl Fn(&str) -> Outcome) {
    let first = ask(PEOPLE[0]);
    assert_eq!(first.status, 1);
    for person in &PEOPLE[1..] {
        assert_eq!(ask(person), first, "{person}");
    }
}

#[test]
fn the_same_words_answer_whoever_tries_to_log_in() {
    let folder = people();
    assert_alike(|person| folder.typing(&["login", "--email", person], &[ANOTHER]));
    assert_alike(|person| folder.typing(&["passwd", "--email", person], &[ANOTHER, PASSWORD, PASSWORD]));
}

#[test]
fn the_same_words_answer_whoever_asks_for_a_code_and_types_a_wrong_one() {
    for command in ["activate", "recover"] {
        let folder = people();
        for language in ["nb", "en"] {
            assert_alike(|person| {
                let arguments = [command, "--lang", language, "--email", person];
                folder.typing(&arguments, &["12345678", ANOTHER, ANOTHER])
            });
        }
    }
}

#[test]
fn the_same_words_answer_a_number_that_nobody_has() {
    let folder = Folder::new();
    folder.run(&["register", "--email", "ola@example.com", "--phone", "91234567"]).done();
    let ask = |number| folder.typing(&["activate", "--phone", number], &["12345678", ANOTHER, ANOTHER]);
    assert_eq!(ask("91234567"), ask("99999999"));
}
