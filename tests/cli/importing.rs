//! Importing a thousand people, with lines that are wrong in every way, twice.

use crate::program::{Folder, PASSWORD, Place};

/// Lines that are refused, and what the reason has in it.
const BAD: [(&[u8], &str); 9] = [
    (b",41234567,Uten Adresse", "email: "),
    (b"not-an-address,,Ola", "email: "),
    (b"a@example.com, b@example.com", "2 felter"),
    (b"c@example.com,,Carl,extra", "4 felter"),
    (b"d@example.com,412O4567,Bokstaven O", "phone: "),
    (b"e@example.com,123,For kort", "phone: "),
    (b"f@example.com,,Bj\xf8rn", "UTF-8"),
    (b"g@example.com,,\"To\nlinjer\"", "name: "),
    (b"h@example.com,,\x1b[31mRed", "name: "),
];

const GOOD: usize = 1_000;

/// A file as spreadsheets write it: a byte order mark, CRLF, quotes, Norwegian letters; and the lines that are bad.
fn people() -> (Vec<u8>, Vec<(usize, &'static str)>) {
    let mut file = b"\xef\xbb\xbfEmail,Phone,Name\r\n".to_vec();
    let (mut line, mut bad) = (2, Vec::new());
    for number in 0..GOOD {
        if number % 100 == 50
            && let Some((wrong, reason)) = BAD.get(number / 100)
        {
            file.extend_from_slice(wrong);
            file.extend_from_slice(b"\r\n");
            bad.push((line, *reason));
            line += 1 + wrong.iter().filter(|byte| **byte == b'\n').count();
        }
        let phone = if number % 3 == 0 { String::new() } else { format!("4{number:07}") };
        let person =
            format!("person{number}@example.com,{phone},\"Ærlig, Øystein {number} \"\"Åse\"\"\"\r\n");
        file.extend_from_slice(person.as_bytes());
        line += 1;
    }
    (file, bad)
}

pub fn a_thousand_people_are_imported_and_every_bad_line_is_reported(place: &Place) {
    let folder = Folder::at(place);
    let (file, bad) = people();
    assert_eq!(bad.len(), BAD.len());
    folder.write("people.csv", file);

    let first = folder.run(&["import", "people.csv"]);
    assert_eq!(
        first.out,
        "Registrert: 1000. Registrert fra før, og latt være som de var: 0. Linjer med feil: 9.\n"
    );
    let said = first.refused();
    let lines: Vec<_> = said.lines().collect();
    for ((number, reason), line) in bad.iter().zip(&lines) {
        assert!(line.starts_with(&format!("Linje {number}: ")) && line.contains(reason), "{line}");
    }
    assert_eq!(lines.len(), BAD.len() + 1);
    // What was wrong is not printed: it may be anything.
    assert!(!said.contains('\x1b') && !said.contains("example.com"), "{said}");

    let second = folder.run(&["import", "people.csv"]);
    assert_eq!(
        second.out,
        "Registrert: 0. Registrert fra før, og latt være som de var: 1000. Linjer med feil: 9.\n"
    );

    let list = folder.run(&["list"]).done();
    assert_eq!(list.lines().count(), GOOD);
    assert!(list.contains("ikke aktivert\tperson7@example.com +4740000007\tÆrlig, Øystein 7 \"Åse\"\n"));

    folder.redeem("activate", "--email", "person42@example.com", PASSWORD).done();
    folder.redeem("activate", "--phone", "+4740000043", PASSWORD).done();
    folder.typing(&["login", "--email", "person43@example.com"], &[PASSWORD]).done();

    assert_eq!(folder.run(&["invite", "--all-pending"]).done(), "Inviterte: 998.\n");
    let invited = folder.messages().into_iter().filter(|message| message["kind"] == "invitation");
    assert_eq!(invited.count(), GOOD - 2);
}

pub fn who_is_registered_is_left_alone(place: &Place) {
    let folder = Folder::at(place);
    folder.run(&["register", "--email", "ola@example.com", "--phone", "41234567"]).done();
    folder.write("people.csv", "name,email,phone,note\nNy,OLA@example.com,91234567,x\nTo,to@example.com,,\n");
    let outcome = folder.run(&["--lang", "en", "import", "people.csv"]).done();
    assert_eq!(
        outcome,
        "Registered: 1. Registered before, and left as they were: 1. Lines with errors: 0.\n"
    );
    assert!(folder.run(&["list"]).done().contains("ola@example.com +4741234567\n"));
}

pub fn semicolons_separate_fields_where_the_heading_has_them(place: &Place) {
    let folder = Folder::at(place);
    folder.write("people.csv", "email;phone;name\nola@example.com;41234567;Nordmann, Ola\n");
    folder.run(&["import", "people.csv"]).done();
    assert_eq!(folder.run(&["list"]).done(), "ikke aktivert\tola@example.com +4741234567\tNordmann, Ola\n");
}

pub fn a_file_without_headings_and_a_file_that_is_missing_are_refused(place: &Place) {
    let folder = Folder::at(place);
    folder.write("people.csv", "ola@example.com,41234567,Ola\n");
    folder.write("empty.csv", "");
    for file in ["people.csv", "empty.csv"] {
        assert!(folder.run(&["import", file]).refused().contains("email, phone og name"));
    }
    for file in ["missing.csv", "."] {
        let outcome = folder.run(&["import", file]);
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""));
        assert!(outcome.err.starts_with("Kan ikke bruke "), "{}", outcome.err);
    }
    assert_eq!(folder.run(&["list"]).done(), "");
}
