//! Whoever is asked about, the words and the exit status are the same.

use crate::program::{ANOTHER, Folder, Outcome, PASSWORD, Place};

/// People of every kind; the first is unknown.
const PEOPLE: [&str; 4] =
    ["nobody@example.com", "pending@example.com", "active@example.com", "closed@example.com"];

fn people(place: &Place) -> Folder {
    let folder = Folder::at(place);
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

pub fn the_same_words_answer_whoever_tries_to_log_in(place: &Place) {
    let folder = people(place);
    assert_alike(|person| folder.typing(&["login", "--email", person], &[ANOTHER]));
    assert_alike(|person| folder.typing(&["passwd", "--email", person], &[ANOTHER, PASSWORD, PASSWORD]));
}

pub fn the_same_words_answer_whoever_asks_for_a_code_and_types_a_wrong_one(place: &Place) {
    for command in ["activate", "recover"] {
        let folder = people(place);
        for language in ["nb", "en"] {
            assert_alike(|person| {
                let arguments = [command, "--lang", language, "--email", person];
                folder.typing(&arguments, &["12345678", ANOTHER, ANOTHER])
            });
        }
    }
}

pub fn the_same_words_answer_a_number_that_nobody_has(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com", "--phone", "91234567"]).done();
    let ask = |number| folder.typing(&["activate", "--phone", number], &["12345678", ANOTHER, ANOTHER]);
    assert_eq!(ask("91234567"), ask("99999999"));
}
